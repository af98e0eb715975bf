//! Every list knows every common filter.

use std::collections::BTreeSet;

use clap::Args as _;

use super::*;

/// One fact that lasted some day of November 2017, after a commit that knew only the nodes.
fn scene() -> Scene {
    let mut scene = Scene::empty();
    scene.commit("node | China | 中国\nnode | Myanmar | Burma");
    scene.commit(
        "China | supported | Myanmar | 2017-11 | document=d1; publisher=Reuters; reported=2017-11-24; \
         place=Beijing:Place; speakers=Xinhua:MediaOutlet; quote=China stands by Myanmar",
    );
    scene
}

const LISTS: [&str; 6] = ["facts", "nodes", "documents", "neighbourhood", "paths", "timeline"];

/// How many rows a list has, and the whole answer as text.
fn rows(scene: &Scene, list: &str, filters: &str) -> Result<(usize, String), QueryError> {
    let filters: FilterParams = params(filters);
    let ask = Asking {
        reading: reading_for(&scene.view, &filters, 1)?,
        ..scene.ask()
    };
    let text = |answer: &dyn erased::Answer| answer.text();
    Ok(match list {
        "facts" => {
            let answer = facts(&ask, &FactsParams::default(), &filters)?;
            (answer.facts.len(), text(&answer))
        }
        "nodes" => {
            let answer = nodes(&ask, &NodesParams::default(), &filters)?;
            (answer.nodes.len(), text(&answer))
        }
        "documents" => {
            let answer = documents(&ask, &DocumentsParams::default(), &filters)?;
            (answer.documents.len(), text(&answer))
        }
        "neighbourhood" => {
            let answer = neighbourhood(&ask, &params("node=china"), &filters)?;
            (answer.edges.len(), text(&answer))
        }
        "paths" => {
            let answer = paths(&ask, &params("from=china&to=myanmar"), &filters)?;
            (answer.paths.len(), text(&answer))
        }
        _ => {
            let answer = timeline(&ask, &TimelineParams::default(), &filters)?;
            (answer.facts.as_ref().map_or(0, Vec::len), text(&answer))
        }
    })
}

mod erased {
    /// An answer as JSON, whatever its type.
    pub(super) trait Answer {
        fn text(&self) -> String;
    }
    impl<T: serde::Serialize> Answer for T {
        fn text(&self) -> String {
            serde_json::to_string(self).unwrap()
        }
    }
}

/// Of each filter that decides on facts: a value that lets the fact through, and one that does not.
const DECIDING: [(&str, &str, &str); 17] = [
    ("relation", "relation=supported", "relation=met_with,CONSULT"),
    ("not_relation", "not_relation=met_with", "not_relation=SUPPORT"),
    ("type", "type=State,Place,MediaOutlet", "type=Person"),
    ("since", "since=2017-11-24", "since=2018"),
    ("until", "until=2017-11-24", "until=2016"),
    ("valid_at", "valid_at=2017-11-24", "valid_at=2016"),
    (
        "certain",
        "certain=true&since=2017-11-01&until=2017-11-30",
        "certain=true&since=2017-11-10",
    ),
    ("reported_since", "reported_since=2017-11-24", "reported_since=2017-11-25"),
    ("reported_until", "reported_until=2017-11-24", "reported_until=2017-11-23"),
    ("known_at", "known_at=r2", "known_at=r1&since=2010"),
    ("modality", "modality=asserted,possible", "modality=possible"),
    ("polarity", "polarity=affirmed", "polarity=negated"),
    ("speaker", "speaker=Xinhua", "speaker=china"),
    ("place", "place=Beijing", "place=Myanmar"),
    ("publisher", "publisher=Reuters&publisher=AP", "publisher=AP"),
    ("not_publisher", "not_publisher=AP", "not_publisher=Reuters"),
    ("min_sources", "min_sources=1", "min_sources=2"),
];

#[test]
fn every_list_knows_every_filter() {
    let scene = scene();
    for list in LISTS {
        assert!(rows(&scene, list, "").unwrap().0 > 0, "{list} has a row to begin with");
        for (name, lets_through, keeps_out) in DECIDING {
            assert!(rows(&scene, list, lets_through).unwrap().0 > 0, "{list} with {lets_through}");
            // The day of a document is certain: there is nothing for `certain` to keep out. The ends of a path are
            // given: `type` speaks of the nodes between them, and here are none.
            if !matches!((list, name), ("documents", "certain") | ("paths", "type")) {
                assert_eq!(rows(&scene, list, keeps_out).unwrap().0, 0, "{list} with {keeps_out}");
            }
        }
        assert!(rows(&scene, list, "include=quote,evidence,names&format=csv").is_ok(), "{list}");
        assert!(matches!(rows(&scene, list, "include=colour"), Err(QueryError::Invalid { parameter, .. }) if parameter == "include"));
        assert!(matches!(rows(&scene, list, "limit=1000000"), Err(QueryError::Invalid { parameter, .. }) if parameter == "limit"));
        assert!(matches!(rows(&scene, list, "cursor=none"), Err(QueryError::BrokenCursor)));
    }
}

#[test]
fn a_list_of_facts_brings_quotes_when_asked() {
    let scene = scene();
    for list in ["facts", "neighbourhood", "timeline", "paths"] {
        let (_, text) = rows(&scene, list, "include=quote").unwrap();
        assert!(text.contains("China stands by Myanmar"), "{list}: {text}");
    }
}

#[test]
fn the_names_of_the_filters_are_those_of_the_struct_and_of_the_command_line() {
    let keys: BTreeSet<_> = FilterParams::KEYS.iter().map(|key| (*key).to_owned()).collect();
    let command = FilterParams::augment_args(clap::Command::new("query"));
    let flags: BTreeSet<_> = command
        .get_arguments()
        .map(|flag| flag.get_long().unwrap().replace('-', "_"))
        .collect();
    assert_eq!(keys, flags);
    for key in FilterParams::KEYS {
        let value = match *key {
            "certain" => "true",
            "limit" | "min_sources" => "1",
            _ => "x",
        };
        let read: FilterParams = params(&format!("{key}={value}"));
        assert_eq!(serde_html_form::to_string(&read).unwrap(), format!("{key}={value}"));
    }
    let deciding: BTreeSet<_> = DECIDING.iter().map(|(name, ..)| *name).collect();
    let of_form = BTreeSet::from(["include", "format", "limit", "cursor"]);
    let all: BTreeSet<_> = FilterParams::KEYS.iter().copied().collect();
    assert_eq!(&deciding | &of_form, all, "a new filter has its line in this test");
}

#[test]
fn every_filter_is_echoed() {
    let scene = scene();
    let answer = ask_facts(&scene, "node=Burma", "speaker=xinhua&publisher=Reuters").unwrap();
    for key in FilterParams::KEYS.iter().filter(|key| **key != "cursor") {
        assert!(answer.query.get(key).is_some(), "{key}");
    }
    assert_eq!(answer.query["node"], "myanmar");
    assert_eq!(answer.query["speaker"], "xinhua");
    assert_eq!(answer.query["limit"], 100);
    assert_eq!(answer.query["modality"].as_array().unwrap().len(), 4);
}
