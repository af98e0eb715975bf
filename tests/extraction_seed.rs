//! The seed report, when it lies beside the repository, against the facts a careful reader takes from it.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first thing that is not as it should be"
)]

use std::path::PathBuf;

use dateline::extract::{DraftFact, DraftObject, Entity, Extraction, Extractor, Report, RuleExtractor, intake};
use dateline::model::{Modality, Polarity};
use serde_json::Value;

/// The seed's text and its annotated facts; `None`, with a word about it, where they are not there.
fn seed() -> Option<(String, Value)> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/seed"));
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).ok();
    let (Some(text), Some(gold)) = (read("2017-11-24-reuters-beijing.txt"), read("gold.json")) else {
        eprintln!("skipped: no seed report beside the repository");
        return None;
    };
    Some((text, serde_json::from_str(&gold).unwrap()))
}

fn read(text: &str) -> (Report, Extraction) {
    let report = intake(text, Report::default()).unwrap();
    let extraction = RuleExtractor::new().extract(&report);
    (report, extraction)
}

fn plain(name: &str) -> String {
    let lower = name.to_lowercase().replace('\u{2019}', "'");
    ["the ", "a ", "an "]
        .iter()
        .find_map(|article| lower.strip_prefix(article))
        .unwrap_or(&lower)
        .to_owned()
}

/// Every name under which an annotated entity is known.
fn names_of(gold: &Value, name: &Value) -> Vec<String> {
    let Some(name) = name.as_str() else { return Vec::new() };
    let entities = gold["entities"].as_array().unwrap();
    let entity = entities.iter().find(|entity| entity["name"] == name);
    let aliases = entity
        .map(|entity| entity["aliases"].as_array().unwrap().iter().filter_map(Value::as_str))
        .into_iter()
        .flatten();
    std::iter::once(name).chain(aliases).map(plain).collect()
}

fn is_named(entity: &Entity, names: &[String]) -> bool {
    std::iter::once(&entity.name)
        .chain(&entity.aliases)
        .any(|name| names.contains(&plain(name)))
}

const SYMMETRIC: [&str; 6] = [
    "met_with",
    "has_ties_with",
    "borders",
    "fought_with",
    "in_conflict_with",
    "engaged_with",
];

fn matches(gold: &Value, fact: &Value, draft: &DraftFact, extraction: &Extraction) -> bool {
    let relation = fact["any_of"]
        .as_array()
        .unwrap()
        .iter()
        .any(|name| name == draft.relation.as_str());
    let entity = |number: usize| &extraction.entities[number];
    let (subject, object) = (names_of(gold, &fact["subject"]), names_of(gold, &fact["object"]));
    let ends = match &draft.object {
        DraftObject::Entity(number) => {
            let straight = is_named(entity(draft.subject), &subject) && is_named(entity(*number), &object);
            let turned = is_named(entity(draft.subject), &object) && is_named(entity(*number), &subject);
            straight || (turned && SYMMETRIC.contains(&draft.relation.as_str()))
        }
        DraftObject::Value(_) | DraftObject::None => object.is_empty() && is_named(entity(draft.subject), &subject),
    };
    relation && ends
}

#[test]
fn the_seed_report_gives_the_facts_of_a_careful_reader() {
    let Some((text, gold)) = seed() else { return };
    let (_, extraction) = read(&text);
    let required: Vec<&Value> = gold["facts"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|fact| fact["optional"] != true)
        .collect();
    let missed: Vec<&str> = required
        .iter()
        .filter(|fact| !extraction.facts.iter().any(|draft| matches(&gold, fact, draft, &extraction)))
        .filter_map(|fact| fact["id"].as_str())
        .collect();
    let found = required.len() - missed.len();
    println!("{found} of {} facts found; missed: {}", required.len(), missed.join(" "));
    assert!(found >= 30, "only {found} of {} facts, missed {missed:?}", required.len());
}

#[test]
fn nothing_asked_for_or_denied_in_the_seed_report_is_told_as_done() {
    let Some((text, gold)) = seed() else { return };
    let (_, extraction) = read(&text);
    for fact in gold["facts"].as_array().unwrap() {
        let modality: Modality = fact["modality"].as_str().unwrap().parse().unwrap();
        let polarity: Polarity = fact["polarity"].as_str().map_or(Polarity::Affirmed, |word| word.parse().unwrap());
        for draft in extraction.facts.iter().filter(|draft| matches(&gold, fact, draft, &extraction)) {
            if polarity == Polarity::Negated {
                assert_eq!(draft.polarity, polarity, "{fact}");
            }
            if modality == Modality::Requested {
                assert_eq!(draft.modality, modality, "{fact}");
            }
        }
    }
    let sanctioned = extraction
        .facts
        .iter()
        .filter(|draft| draft.relation == "sanctioned" && draft.modality == Modality::Asserted);
    let by_amnesty = sanctioned
        .filter(|draft| extraction.entities[draft.subject].name.contains("Amnesty"))
        .count();
    assert_eq!(by_amnesty, 0, "a call for sanctions is not a sanction");
}

#[test]
fn every_quote_is_the_text_at_its_offsets_and_every_name_in_the_ontology_fits() {
    let Some((text, _)) = seed() else { return };
    let (report, extraction) = read(&text);
    let characters: Vec<char> = report.text.chars().collect();
    assert!(!extraction.facts.is_empty());
    for draft in &extraction.facts {
        let quote: String = characters[draft.quote.clone()].iter().collect();
        assert!(!quote.trim().is_empty() && report.text.contains(&quote), "{draft:?}");
        assert!((0.0..=1.0).contains(&draft.confidence) && !draft.rule.is_empty());
    }
}
