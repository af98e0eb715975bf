//! Answers at an old revision are those that were given when it was the newest, whatever came after.

use proptest::prelude::*;

use super::super::testing::Scene;
use super::super::*;
use crate::model::Revision;

/// One change of the store.
#[derive(Clone, Debug)]
enum Change {
    /// A fact told in a document; again, when it was told before.
    Tell(String),
    /// A person takes a fact back.
    Retract(usize),
    /// A person puts a fact right.
    Correct(usize, String),
    /// A document goes with all it told.
    Delete(usize),
}

fn any_line() -> impl Strategy<Value = String> {
    (0..4u32, 0..4usize, 0..4u32, 1..4u32, 0..5u32, 0..3u32).prop_map(|(a, relation, b, month, document, speaker)| {
        let relation = ["visited", "met_with", "controls", "supported"][relation];
        let b = if a == b { (a + 1) % 4 } else { b };
        let publisher = ["Reuters", "AFP"][(document % 2) as usize];
        let speakers = if speaker == 0 { "; speakers=S:Person" } else { "" };
        format!(
            "N{a} | {relation} | N{b} | 2018-{month:02} | publisher={publisher}; reported=2018-0{}-20; document=d{document}{speakers}",
            document + 1
        )
    })
}

fn any_change() -> impl Strategy<Value = Change> {
    prop_oneof![
        6 => any_line().prop_map(Change::Tell),
        1 => (0..20usize).prop_map(Change::Retract),
        1 => (0..20usize, any_line()).prop_map(|(fact, line)| Change::Correct(fact, line)),
        1 => (0..5usize).prop_map(Change::Delete),
    ]
}

fn make(scene: &mut Scene, change: &Change) {
    let known: Vec<FactNumber> = scene.view.newest().facts().collect();
    match change {
        Change::Tell(line) => {
            scene.commit(line);
        }
        Change::Retract(place) if !known.is_empty() => {
            scene.retract(known[place % known.len()], "wrong", "an editor");
        }
        Change::Correct(place, line) if !known.is_empty() => {
            scene.correct(known[place % known.len()], line, "misread", "an editor");
        }
        Change::Delete(document) if scene.view.newest().document_by_id(&format!("d{document}")).is_some() => {
            scene.delete_document(&format!("d{document}"), "withdrawn", "the agency");
        }
        _ => {}
    }
}

/// The three questions under several filters, as bytes.
fn answers(scene: &Scene, revision: Revision) -> Vec<String> {
    let ask = scene.ask_at(revision);
    let filters = [
        FilterParams::default(),
        FilterParams {
            min_sources: Some(2),
            ..FilterParams::default()
        },
        FilterParams {
            speaker: Some("s".to_owned()),
            ..FilterParams::default()
        },
        FilterParams {
            publisher: vec!["AFP".to_owned()],
            include: vec!["evidence".to_owned()],
            ..FilterParams::default()
        },
    ];
    let around = NeighbourhoodParams {
        node: "n0".to_owned(),
        depth: Some(2),
        ..NeighbourhoodParams::default()
    };
    let pairs = NeighbourhoodParams {
        group_by: Some("pair".to_owned()),
        ..around.clone()
    };
    let ways = |in_order| PathsParams {
        from: "n0".to_owned(),
        to: "n3".to_owned(),
        in_order: Some(in_order),
        ..PathsParams::default()
    };
    let of = |by: &str| TimelineParams {
        node: vec!["n1".to_owned(), "n2".to_owned()],
        by: Some(by.to_owned()),
        ..TimelineParams::default()
    };
    let months = TimelineParams {
        bucket: Some("month".to_owned()),
        group_by: Some("publisher".to_owned()),
        ..TimelineParams::default()
    };
    let text = |answer: Result<String, QueryError>| answer.unwrap_or_else(|error| error.to_string());
    let mut all = Vec::new();
    for filters in &filters {
        all.extend(
            [&around, &pairs]
                .map(|params| text(neighbourhood(&ask, params, filters).map(|answer| serde_json::to_string(&answer).unwrap()))),
        );
        all.extend(
            [ways(false), ways(true)]
                .map(|params| text(paths(&ask, &params, filters).map(|answer| serde_json::to_string(&answer).unwrap()))),
        );
        all.extend(
            [of("valid"), of("reported"), months.clone()]
                .map(|params| text(timeline(&ask, &params, filters).map(|answer| serde_json::to_string(&answer).unwrap()))),
        );
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn answers_at_an_old_revision_stay_as_they_were(changes in prop::collection::vec(any_change(), 1..24)) {
        let mut scene = Scene::of("N0 | controls | N1 | - \n N2 | controls | N3 | - \n S:Person | stated | \"so\" | -");
        let mut then = Vec::new();
        for change in &changes {
            make(&mut scene, change);
            let revision = scene.view.head().revision;
            then.push((revision, answers(&scene, revision)));
        }
        for merged in [false, true] {
            if merged {
                scene.view.merge();
            }
            for (revision, expected) in &then {
                prop_assert_eq!(&answers(&scene, *revision), expected, "{:?}, merged: {}", revision, merged);
            }
        }
    }
}
