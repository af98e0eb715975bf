//! The node type of an actor in event data, by its name and sectors.
//!
//! ICEWS names actors as `Police (Australia)` or plainly, and gives no types. [`actor_type`] decides by
//! the table in `actor_types.tsv`, by rules that look at the name alone wherever they can, so that a name
//! has one type in every file of a data set. It is a guess, made the same way every time: a type that is
//! wrong is put right on the node.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::model::fold;

const TABLE: &str = include_str!("actor_types.tsv");

/// What nothing decides, with brackets: `Villager (India)`.
const GROUP: &str = "PopulationGroup";
/// What nothing decides, without brackets.
const PERSON: &str = "Person";

#[derive(Default)]
struct Table {
    names: HashMap<String, &'static str>,
    stems: HashMap<String, &'static str>,
    /// Type and place in the file.
    words: HashMap<String, (usize, &'static str)>,
    sectors: HashMap<&'static str, (usize, &'static str)>,
}

static TYPES: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table::default();
    for (place, line) in TABLE.lines().enumerate() {
        let mut cells = line.split('\t');
        if let (Some(kind), Some(text), Some(node_type)) = (cells.next(), cells.next(), cells.next()) {
            table.add(place, kind, text, node_type);
        }
    }
    table
});

impl Table {
    fn add(&mut self, place: usize, kind: &str, text: &'static str, node_type: &'static str) {
        match kind {
            "name" => drop(self.names.insert(fold(text), node_type)),
            "stem" => drop(self.stems.insert(fold(text), node_type)),
            "word" => drop(self.words.insert(text.to_lowercase(), (place, node_type))),
            "sector" => drop(self.sectors.insert(text, (place, node_type))),
            _ => {}
        }
    }
}

/// The node type of an actor.
#[must_use]
pub fn actor_type(name: &str, sectors: &[&str]) -> &'static str {
    let types = &*TYPES;
    if let Some(known) = types.names.get(&fold(name)) {
        return known;
    }
    let stem = stem(name);
    let by_stem = stem.and_then(|stem| types.stems.get(&fold(stem)).copied());
    by_stem
        .or_else(|| {
            first(stem.unwrap_or(name).split(|c: char| !c.is_alphanumeric()), |word| {
                types.words.get(&word.to_lowercase())
            })
        })
        .or_else(|| first(sectors.iter().copied(), |sector| types.sectors.get(sector)))
        .unwrap_or(if stem.is_some() { GROUP } else { PERSON })
}

/// Whether the name is that of a state (or of what acts like one).
#[must_use]
pub fn is_state(name: &str) -> bool {
    TYPES.names.get(&fold(name)).is_some_and(|known| *known == "State")
}

/// What stands before the last brackets: `Police` of `Police (Australia)`.
fn stem(name: &str) -> Option<&str> {
    let stem = name.trim_end().strip_suffix(')')?.split(" (").next()?;
    (!stem.is_empty() && name.contains(" (")).then_some(stem)
}

/// The type of the part that stands first in the table.
fn first<'a>(parts: impl Iterator<Item = &'a str>, find: impl Fn(&str) -> Option<&(usize, &'static str)>) -> Option<&'static str> {
    parts.filter_map(find).min().map(|(_, node_type)| *node_type)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ontology::Ontology;

    #[test]
    fn names_of_the_data_sets_get_the_type_a_reader_would_give() {
        for (name, expected) in [
            ("Myanmar", "State"),
            ("Palestinian Territory, Occupied", "State"),
            ("Middle East", "Bloc"),
            ("Police (Australia)", "GovernmentBody"),
            ("Military (Myanmar)", "ArmedForce"),
            ("Member of Legislative (Govt) (India)", "PopulationGroup"),
            ("Citizen (India)", "PopulationGroup"),
            ("Head of Government (Georgia)", "Person"),
            ("Treasury/Finance Ministry (Holy See (Vatican City State))", "GovernmentBody"),
            ("Donald Trump", "Person"),
            ("Nigeria Police Force", "GovernmentBody"),
            ("Turkish Army", "ArmedForce"),
            ("Pheu Thai Party", "PoliticalParty"),
            ("European Union", "InternationalOrganization"),
            ("Al-Shabaab", "ArmedGroup"),
        ] {
            assert_eq!(actor_type(name, &[]), expected, "{name}");
        }
        assert_eq!(
            actor_type("Kaesong", &["Regional", "International Government Organization"]),
            "InternationalOrganization"
        );
    }

    #[test]
    fn every_type_in_the_table_is_one_of_the_ontology() {
        let ontology = Ontology::built_in();
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            let cells: Vec<&str> = line.split('\t').collect();
            assert_eq!(cells.len(), 3, "{line}");
            assert!(ontology.type_number(cells[2]).is_some(), "{line}");
            assert!(["name", "stem", "word", "sector"].contains(&cells[0]), "{line}");
        }
    }
}
