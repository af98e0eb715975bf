//! The store in numbers, its publishers and its vocabulary.

use super::*;

#[test]
fn stats_count_what_is_known() {
    let mut scene = Scene::of(
        "China | supported | Myanmar | 2017-11-22 | document=d1; publisher=Reuters
         China | supported | Myanmar | ../2017-11-22 | publisher=AP
         India | met_with | Russia | 2018 | publisher=AP
         India | stated | \"no\" | - | publisher=AP
         node | Nobody:Person | No One",
    );
    let before = stats(&scene.ask()).unwrap();
    assert_eq!(
        (before.nodes, before.facts, before.claims, before.documents, before.publishers),
        (5, 4, 3, 1, 2)
    );
    assert_eq!((before.components, before.largest_component), (2, 2));
    let with_isolated = petgraph::algo::connected_components(scene.view.newest());
    assert_eq!(with_isolated, 3, "petgraph counts the node without a fact too");
    assert_eq!(before.first.map(|day| day.to_string()).as_deref(), Some("2017-11-22"));
    assert_eq!(before.last.map(|day| day.to_string()).as_deref(), Some("2018-12-31"));
    assert_eq!(
        serde_json::to_string(&before.relations).unwrap(),
        r#"{"supported":2,"met_with":1,"stated":1}"#
    );
    assert_eq!(serde_json::to_string(&before.types).unwrap(), r#"{"State":4,"Person":1}"#);
    assert_eq!(before.central.len(), 4);
    let sum: f64 = before.central.iter().map(|node| node.rank).sum();
    assert!((sum - 1.0).abs() < 1e-6, "{sum}");
    scene.commit("Russia | met_with | China | 2018 | publisher=AP");
    let after = stats(&scene.ask()).unwrap();
    assert_eq!((after.components, after.largest_component), (1, 4));
    assert_eq!(stats(&scene.ask_at(crate::model::Revision(1))).unwrap().components, 2);
    assert_eq!(stats(&Scene::empty().ask()).unwrap().components, 0);
}

#[test]
fn publishers_say_how_much_they_printed() {
    let scene = Scene::of(
        "China | supported | Myanmar | 2017 | document=d1; publisher=Reuters
         China | supported | Myanmar | 2017 | publisher=AP
         China | supported | Myanmar | 2017 | publisher=AP; speakers=India",
    );
    let rows = publishers(&scene.ask()).unwrap().publishers;
    let rows: Vec<_> = rows.iter().map(|row| (row.name.as_str(), row.documents, row.facts)).collect();
    assert_eq!(rows, [("AP", 0, 1), ("Reuters", 1, 1)]);
}

#[test]
fn the_schema_tells_all_of_the_vocabulary() {
    let scene = Scene::empty();
    let schema = schema(&scene.ask());
    assert_eq!(schema.types.len(), scene.view.ontology().types().len());
    let stated = schema.relations.iter().find(|relation| relation.name == "stated").unwrap();
    assert!(stated.to.contains(&"value".to_owned()), "{:?}", stated.to);
    assert_eq!(
        (stated.kind.as_str(), stated.identifying.as_slice()),
        ("event", ["content".to_owned()].as_slice())
    );
}
