//! One fact and its history.

use crate::model::FactNumber;

use super::*;

fn events(scene: &Scene, number: usize) -> Vec<(String, bool, u64)> {
    let answer = fact(&scene.ask(), &scene.fact(number)).unwrap();
    answer
        .history
        .into_iter()
        .map(|entry| (entry.event, entry.known, entry.revision.0))
        .collect()
}

fn as_text(events: &[(String, bool, u64)]) -> Vec<String> {
    events
        .iter()
        .map(|(event, known, revision)| format!("r{revision} {event} {known}"))
        .collect()
}

#[test]
fn a_history_tells_when_a_fact_was_known_and_when_not() {
    let line = "China | supported | Myanmar | 2017 | publisher=AP";
    let mut scene = Scene::of(line);
    scene.commit("China | supported | Myanmar | 2017 | document=d1; publisher=Reuters");
    scene.delete_document("d1", "hoax", "ann");
    scene.retract(FactNumber(0), "wrong", "bob");
    scene.commit("China | supported | Myanmar | 2017 | publisher=BBC");
    assert_eq!(
        as_text(&events(&scene, 0)),
        [
            "r1 asserted true",
            "r2 corroborated true",
            "r3 document_deleted true",
            "r4 retracted false",
            "r5 asserted_again true"
        ]
    );
    let then = fact(&scene.ask_at(crate::model::Revision(4)), &scene.fact(0)).unwrap();
    assert_eq!((then.reason.as_deref(), then.by.as_deref()), (Some("wrong"), Some("bob")));
    assert_eq!(then.retracted_at, Some(scene.commits[3].head.time));
    assert_eq!(then.history.len(), 4, "nothing of later");
    assert_eq!(then.row.publisher.as_deref(), Some("AP"), "shown by the evidence it had");
    let now = fact(&scene.ask(), &scene.fact(0)).unwrap();
    assert_eq!(
        (now.retracted_at, now.reason, now.row.publisher.as_deref()),
        (None, None, Some("BBC"))
    );
    assert_eq!(now.history[3].by.as_deref(), Some("bob"));
}

#[test]
fn a_corrected_fact_names_its_correction_and_the_other_way_round() {
    let mut scene = Scene::of("China | supported | Myanmar | 2017 | publisher=AP; quote=it did");
    scene.correct(
        FactNumber(0),
        "China | supported | Myanmar | 2018 | publisher=AP",
        "the year",
        "ann",
    );
    let old = fact(&scene.ask(), &scene.fact(0)).unwrap();
    assert_eq!(as_text(&events(&scene, 0)), ["r1 asserted true", "r2 corrected false"]);
    assert_eq!(old.superseded_by.map(|id| id.to_string()), Some(scene.fact(1)));
    assert_eq!(old.reason.as_deref(), Some("the year"));
    assert_eq!(old.row.quote, Some(Some("it did".to_owned())));
    let new = fact(&scene.ask(), &scene.fact(1)).unwrap();
    assert_eq!(new.supersedes.map(|id| id.to_string()), Some(scene.fact(0)));
    assert_eq!(new.row.evidence.as_ref().map(Vec::len), Some(1));
    assert_eq!(new.asserted_by.as_deref(), Some("import:test"));
    let before = fact(&scene.ask_at(crate::model::Revision(1)), &scene.fact(0)).unwrap();
    assert_eq!((before.superseded_by, before.history.len()), (None, 1));
}

#[test]
fn a_fact_that_is_not_there_is_not_found() {
    let scene = Scene::of("China | supported | Myanmar | 2017 | publisher=AP");
    for id in ["f-0000000000000000", "china", ""] {
        assert!(matches!(fact(&scene.ask(), id), Err(QueryError::NotFound { what: "fact", .. })));
    }
    assert!(fact(&scene.ask_at(crate::model::Revision(0)), &scene.fact(0)).is_err());
}
