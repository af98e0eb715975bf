//! The words of the generated graph: relations, names of nodes, publishers.
//!
//! Relations stand in an ontology file of their own, which is kept with the store as a user's file is.

use std::fmt::Write as _;
use std::sync::Arc;

use dateline::model::{Node, slug};
use dateline::ontology::Ontology;

use super::random::mixed;

/// Relations of the generated graph.
pub(crate) const RELATIONS: u16 = 250;
/// Those from this number on are states.
pub(crate) const FIRST_STATE: u16 = 175;
/// Publishers of the generated graph.
const PUBLISHERS: [&str; 20] = [
    "Reuters",
    "Xinhua",
    "AFP",
    "AP",
    "TASS",
    "Kyodo News",
    "Yonhap",
    "DPA",
    "EFE",
    "ANSA",
    "PTI",
    "Anadolu Agency",
    "Antara",
    "Bernama",
    "Interfax",
    "BBC News",
    "Al Jazeera",
    "The Irrawaddy",
    "Deutsche Welle",
    "Voice of America",
];
const TYPES: [&str; 8] = [
    "Person",
    "State",
    "GovernmentBody",
    "ArmedGroup",
    "PoliticalParty",
    "Company",
    "InternationalOrganization",
    "PopulationGroup",
];
const SYLLABLES: [&str; 32] = [
    "ba", "chen", "do", "fa", "gor", "hi", "jan", "ka", "lem", "mo", "na", "oss", "pe", "qua", "ri", "san", "ta", "ul", "vor", "wen", "xi",
    "ya", "zo", "bren", "dal", "fer", "hol", "kir", "lu", "mar", "nor", "tes",
];

/// The name of a relation.
pub(crate) fn relation(number: u16) -> String {
    let kind = if number < FIRST_STATE { "acted_on" } else { "stood_with" };
    format!("{kind}_{number:03}")
}

/// The ontology file of the relations.
pub(crate) fn ontology_file() -> String {
    let mut file = String::new();
    for number in 0..RELATIONS {
        let name = relation(number);
        let phrase = name.replace('_', " ");
        let kind = if number < FIRST_STATE { "event" } else { "state" };
        // Writing to a string cannot fail.
        let _ = writeln!(
            file,
            "[[relation]]\nname = \"{name}\"\nphrase = \"{phrase}\"\nphrase_negated = \"never {phrase}\"\n\
             from = [\"any\"]\nto = [\"any\"]\nkind = \"{kind}\"\ninverse = \"none\"\ncategory = \"none\"\n"
        );
    }
    file
}

/// The built-in vocabulary with the relations added.
pub(crate) fn ontology() -> Arc<Ontology> {
    Ontology::extended(&ontology_file()).unwrap()
}

/// The name of a node, unlike every other one's: four syllables and more for numbers beyond a million.
pub(crate) fn name(number: u32) -> String {
    let mut name = String::new();
    // Odd factors permute the numbers below 2²⁰, so that names of neighbours have nothing in common.
    let mut rest = (number & !0xf_ffff) | (number.wrapping_mul(0x9_e375) & 0xf_ffff);
    for place in 0..4 {
        let syllable = SYLLABLES[(rest & 31) as usize];
        rest >>= 5;
        if place % 2 == 0 {
            let (first, others) = syllable.split_at(1);
            name.push_str(&first.to_uppercase());
            name.push_str(others);
        } else {
            name.push_str(syllable);
        }
        if place == 1 {
            name.push(' ');
        }
    }
    if rest > 0 {
        let _ = write!(name, " {rest}");
    }
    name
}

/// The type of a node.
pub(crate) fn node_type(number: u32) -> &'static str {
    TYPES[(mixed(u64::from(number)) % TYPES.len() as u64) as usize]
}

/// The node of a number.
pub(crate) fn node(number: u32) -> Node {
    let name = name(number);
    Node::new(slug(&name).parse().unwrap(), node_type(number), name)
}

/// Who printed a fact.
pub(crate) fn publisher(chance: u64) -> &'static str {
    PUBLISHERS[(chance % PUBLISHERS.len() as u64) as usize]
}
