//! Lists of documents, and one document.

use super::*;

fn scene() -> Scene {
    Scene::of(
        "document | d1 | 2017-11-24 | Reuters | Li met Min in Beijing.
         document | d2 | 2017-12-01 | AP | A call for peace.
         document | d3 |  | AP | Nothing happened.
         Li Zuocheng:Person | met_with | Min Aung Hlaing:Person | 2017-11-22 | document=d1; place=Beijing:Place
         China | called_on | Myanmar | - | document=d2; demand=peace
         China | called_on | Min Aung Hlaing | 2017-11-30 | document=d2; demand=peace; modality=requested",
    )
}

fn ids(scene: &Scene, own: &str, filters: &str) -> Vec<String> {
    documents(&scene.ask(), &params(own), &params(filters))
        .unwrap()
        .documents
        .into_iter()
        .map(|row| row.id)
        .collect()
}

#[test]
fn documents_are_listed_by_what_they_are_and_what_they_tell() {
    let scene = scene();
    assert_eq!(ids(&scene, "", ""), ["d1", "d2", "d3"]);
    assert_eq!(ids(&scene, "", "publisher=AP"), ["d2", "d3"]);
    assert_eq!(ids(&scene, "", "not_publisher=AP"), ["d1"]);
    assert_eq!(ids(&scene, "", "since=2017-11-25"), ["d2"]);
    assert_eq!(ids(&scene, "", "until=2017-11-25"), ["d1"]);
    assert_eq!(ids(&scene, "node=min-aung-hlaing", ""), ["d1", "d2"]);
    assert_eq!(ids(&scene, "node=beijing", ""), ["d1"]);
    assert_eq!(
        ids(&scene, "node=myanmar", "modality=requested"),
        [] as [&str; 0],
        "one fact meets all"
    );
    assert_eq!(ids(&scene, "node=min-aung-hlaing", "modality=requested"), ["d2"]);
    assert_eq!(ids(&scene, "q=PEACE+call", ""), ["d2"]);
    assert_eq!(ids(&scene, "", "type=State"), ["d2"]);
    let dated = documents(&scene.ask(), &DocumentsParams::default(), &params("since=2017")).unwrap();
    assert_eq!((dated.documents.len(), dated.hidden.undated), (2, 1));
}

#[test]
fn a_deleted_document_leaves_the_list_and_tells_since_when() {
    let mut scene = scene();
    scene.delete_document("d2", "a hoax", "ann");
    assert_eq!(ids(&scene, "", ""), ["d1", "d3"]);
    assert_eq!(ids(&scene, "node=china", ""), [] as [&str; 0]);
    let gone = document(&scene.ask(), "d2").unwrap();
    assert_eq!((gone.row.facts, gone.deleted_at), (0, Some(scene.commits[1].head.time)));
    assert_eq!(
        gone.history.iter().map(|entry| entry.event.as_str()).collect::<Vec<_>>(),
        ["recorded", "deleted"]
    );
    assert_eq!(gone.history[1].by.as_deref(), Some("ann"));
    let before = document(&scene.ask_at(crate::model::Revision(1)), "d2").unwrap();
    assert_eq!(
        (before.row.facts, before.deleted_at, before.text.as_deref()),
        (2, None, Some("A call for peace."))
    );
    assert!(matches!(
        document(&scene.ask(), "d9"),
        Err(QueryError::NotFound { what: "document", .. })
    ));
}
