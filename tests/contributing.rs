//! Adding a relation takes five steps (README, Contributing). This test names the one that was forgotten.

#![expect(clippy::expect_used, reason = "a panic is how a test fails")]

use std::collections::BTreeMap;

use dateline::model::{Modality, Polarity, Qualifiers};
use dateline::ontology::Ontology;

const VOCABULARY: &str = include_str!("../src/ontology/ontology.toml");
const EXAMPLES: &str = include_str!("../src/ontology/examples.tsv");

/// What the file says of a relation, before any default is filled in.
type Entry = toml::Table;

fn entries(vocabulary: &str) -> Vec<Entry> {
    let file: toml::Table = vocabulary.parse().expect("ontology.toml is TOML");
    let relations = file.get("relation").and_then(toml::Value::as_array).cloned().unwrap_or_default();
    relations.into_iter().filter_map(|entry| entry.as_table().cloned()).collect()
}

/// One line of `examples.tsv`.
struct Example<'a> {
    subject: &'a str,
    object: Option<&'a str>,
    qualifiers: Qualifiers,
    sentence: &'a str,
}

fn examples(table: &str) -> BTreeMap<&str, Vec<Example<'_>>> {
    let mut out: BTreeMap<&str, Vec<Example<'_>>> = BTreeMap::new();
    for line in table.lines().skip(1).filter(|line| !line.is_empty()) {
        let [relation, subject, object, qualifiers, sentence] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("examples.tsv: five columns in every line, not so in '{line}'");
        };
        let qualifiers = qualifiers.split("; ").filter_map(|pair| pair.split_once('='));
        out.entry(relation).or_default().push(Example {
            subject,
            object: Some(object).filter(|object| !object.is_empty()),
            qualifiers: qualifiers.map(|(k, v)| (k.to_owned(), v.to_owned())).collect(),
            sentence,
        });
    }
    out
}

/// Every step forgotten for one relation.
fn forgotten(entry: &Entry, examples: &BTreeMap<&str, Vec<Example<'_>>>) -> Vec<String> {
    let text = |key: &str| entry.get(key).and_then(toml::Value::as_str).unwrap_or("");
    let filled = |key: &str| entry.get(key).and_then(toml::Value::as_array).is_some_and(|list| !list.is_empty());
    let yes = |key: &str| entry.get(key).and_then(toml::Value::as_bool).unwrap_or(false);
    let name = text("name");
    let mut out = Vec::new();
    let mut step = |number: u32, done: bool, what: &str| {
        if !done {
            out.push(format!("step {number} forgotten for relation {name}: {what}"));
        }
    };
    let has_ends = filled("from") && (filled("to") || yes("value") || yes("nothing"));
    step(1, has_ends && !text("kind").is_empty(), "say from, to (or value, nothing) and kind");
    let (phrase, negated) = (text("phrase"), text("phrase_negated"));
    step(2, !phrase.is_empty() && !negated.is_empty(), "say phrase and phrase_negated");
    step(2, phrase != negated, "phrase_negated must say that it is not so");
    let named = yes("symmetric") == text("inverse").is_empty();
    step(3, named, "say either symmetric = true or inverse (\"none\" when it has no name)");
    step(
        4,
        !text("category").is_empty(),
        "say category (\"none\" when PLOVER has none that fits), and the other mappings",
    );
    step(5, examples.contains_key(name), "add a line to src/ontology/examples.tsv");
    out
}

#[test]
fn every_relation_has_taken_the_five_steps() {
    let examples = examples(EXAMPLES);
    let forgotten: Vec<String> = entries(VOCABULARY).iter().flat_map(|entry| forgotten(entry, &examples)).collect();
    assert!(forgotten.is_empty(), "\n{}\n", forgotten.join("\n"));
}

#[test]
fn every_example_reads_as_the_table_says() {
    let ontology = Ontology::built_in();
    for (name, lines) in examples(EXAMPLES) {
        let relation = ontology
            .relation_number(name)
            .unwrap_or_else(|| panic!("step 1 forgotten for relation {name}: it is in examples.tsv alone"));
        for line in lines {
            let read = |polarity| {
                let sentence = ontology.sentence(relation, line.subject, line.object, Modality::Asserted, polarity, &line.qualifiers);
                sentence.to_string()
            };
            assert_eq!(
                read(Polarity::Affirmed),
                line.sentence,
                "step 5 for relation {name}: the example reads otherwise"
            );
            assert_ne!(read(Polarity::Negated), line.sentence, "step 2 for relation {name}");
        }
    }
}

#[test]
fn a_forgotten_step_is_named() {
    let whole = "[[relation]]\nname = \"salvaged\"\nphrase = \"salvaged\"\nphrase_negated = \"did not salvage\"\n\
        from = [\"Actor\"]\nto = [\"Facility\"]\nkind = \"event\"\ninverse = \"salvaged_by\"\ncategory = \"AID\"\n";
    let table = "relation\tsubject\tobject\tqualifiers\tsentence\nsalvaged\tCoast Guard\tferry\t\tCoast Guard salvaged ferry\n";
    let missing = |without: &str, table: &str| -> Vec<String> {
        let lines: Vec<&str> = whole.lines().filter(|line| !line.starts_with(without)).collect();
        let vocabulary = lines.join("\n");
        entries(&vocabulary)
            .iter()
            .flat_map(|entry| forgotten(entry, &examples(table)))
            .collect()
    };
    assert_eq!(missing("-", table), Vec::<String>::new());
    for (without, step) in [("to", 1), ("phrase_negated", 2), ("inverse", 3), ("category", 4)] {
        let named = missing(without, table);
        let begins = format!("step {step} forgotten for relation salvaged: ");
        assert!(
            named.iter().all(|message| message.starts_with(&begins)) && named.len() == 1,
            "{named:?}"
        );
    }
    assert_eq!(
        missing("-", ""),
        ["step 5 forgotten for relation salvaged: add a line to src/ontology/examples.tsv"]
    );
}
