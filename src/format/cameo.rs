//! What a CAMEO event label means in our relations, by the table in `cameo.tsv`.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::model::{Modality, fold};

const TABLE: &str = include_str!("cameo.tsv");

/// The relation of events that have none of ours.
pub const FALLBACK: &str = "related_to";

/// How an event label is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The relation.
    pub relation: &'static str,
    /// The mood: an appeal is requested, an expressed intent intended.
    pub modality: Modality,
    /// The label is told from the relation's object: who hosts a visit is visited.
    pub turned: bool,
}

/// The reading of a label without a relation of ours.
const NONE: Reading = Reading {
    relation: FALLBACK,
    modality: Modality::Asserted,
    turned: false,
};

static READINGS: LazyLock<HashMap<String, Reading>> = LazyLock::new(|| {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| read(line).map(|(label, reading)| (fold(label), reading)))
        .collect()
});

fn read(line: &'static str) -> Option<(&'static str, Reading)> {
    let mut cells = line.split('\t');
    let (label, relation, modality, ends) = (cells.next()?, cells.next()?, cells.next()?, cells.next()?);
    Some((
        label,
        Reading {
            relation,
            modality: modality.parse().ok()?,
            turned: ends == "turned",
        },
    ))
}

/// How a label is read; spellings that differ in case and punctuation alone are one label.
#[must_use]
pub fn reading(label: &str) -> Reading {
    READINGS.get(&fold(label)).copied().unwrap_or(NONE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ontology::Ontology;

    #[test]
    fn labels_read_as_relations_with_their_mood_and_direction() {
        assert_eq!(reading("Consult").relation, "met_with");
        assert_eq!(reading("Conduct suicide, car, or other non military bombing").relation, "attacked");
        let hosted = reading("Host a visit");
        assert!(hosted.relation == "visited" && hosted.turned);
        assert_eq!(reading("Demand rights").modality, Modality::Requested);
        assert_eq!(reading("Consider policy option"), NONE);
    }

    #[test]
    fn every_line_is_read_and_names_a_relation_of_the_ontology() {
        let ontology = Ontology::built_in();
        let lines: Vec<&str> = TABLE.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(READINGS.len(), lines.len());
        for line in lines {
            let (_, reading) = read(line).unwrap_or_else(|| panic!("{line}"));
            assert!(ontology.relation_number(reading.relation).is_some(), "{line}");
        }
    }
}
