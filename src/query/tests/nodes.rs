//! Lists of nodes, and one node.

use super::*;

fn scene() -> Scene {
    Scene::of(
        "node | Li Zuocheng:Person | 李作成
         node | Myanmar | Burma
         Li Zuocheng | met_with | Min Aung Hlaing:Person | 2017-11-22 | publisher=Reuters; place=Beijing:Place
         China | supported | Myanmar | 2017-11-22 | publisher=Reuters
         China | supported | Myanmar | 2015/2016 | publisher=AP
         China | called_on | Min Aung Hlaing | - | publisher=AP; demand=peace
         Li Zuocheng | member_of | Communist Party of China:PoliticalParty | - | publisher=AP",
    )
}

fn ids(scene: &Scene, own: &str, filters: &str) -> Vec<String> {
    nodes(&scene.ask(), &params(own), &params(filters))
        .unwrap()
        .nodes
        .into_iter()
        .map(|row| row.id)
        .collect()
}

#[test]
fn without_a_search_the_best_connected_come_first() {
    let scene = scene();
    let expected = [
        "china",
        "li-zuocheng",
        "min-aung-hlaing",
        "myanmar",
        "communist-party-of-china",
        "beijing",
    ];
    assert_eq!(ids(&scene, "", ""), expected);
    let first = &nodes(&scene.ask(), &NodesParams::default(), &params("include=names"))
        .unwrap()
        .nodes[1];
    assert_eq!((first.facts, first.names.as_ref().unwrap().len()), (2, 2));
    assert!(first.score.is_none() && first.matched.is_none());
}

#[test]
fn a_search_finds_any_script_beginnings_words_and_slips_best_first() {
    let scene = scene();
    let first = |text: &str| {
        let answer = nodes(&scene.ask(), &NodesParams { q: Some(text.to_owned()) }, &FilterParams::default()).unwrap();
        answer.nodes.into_iter().next().map(|row| (row.id, row.matched.unwrap().how))
    };
    let found = |id: &str, how: &str| Some((id.to_owned(), how.to_owned()));
    assert_eq!(first("Burma"), found("myanmar", "exact"));
    assert_eq!(first("li zuo"), found("li-zuocheng", "prefix"));
    assert_eq!(first("party china"), found("communist-party-of-china", "words"));
    assert_eq!(first("Mynamar"), found("myanmar", "typo"));
    assert_eq!(first("作成"), found("li-zuocheng", "words"));
    assert_eq!(first("zzz"), None);
    assert_eq!(ids(&scene, "q=china", ""), ["china", "communist-party-of-china"]);
    assert_eq!(ids(&scene, "q=+", ""), ids(&scene, "", ""), "blanks are no search");
}

#[test]
fn a_name_in_one_script_is_found_in_the_other() {
    let scene = Scene::of("A | met_with | 李作成:Person | 2017 | publisher=P\nA | met_with | Xi Jinping:Person | 2017 | publisher=P");
    assert_eq!(ids(&scene, "q=li+zuocheng", ""), ["li-zuo-cheng"]);
    assert_eq!(ids(&scene, "q=习近平", ""), ["xi-jinping"]);
}

#[test]
fn filters_ask_for_a_fact_and_the_type_is_the_nodes_own() {
    let scene = scene();
    assert_eq!(ids(&scene, "", "type=Person"), ["li-zuocheng", "min-aung-hlaing"]);
    assert_eq!(ids(&scene, "", "type=Org"), ["communist-party-of-china"]);
    assert_eq!(
        ids(&scene, "", "since=2017-11-22&relation=met_with"),
        ["li-zuocheng", "min-aung-hlaing", "beijing"]
    );
    assert_eq!(
        ids(&scene, "", "publisher=AP&until=2015"),
        ["china", "li-zuocheng", "myanmar", "communist-party-of-china"]
    );
    let answer = nodes(&scene.ask(), &NodesParams::default(), &params("relation=called_on&since=2017")).unwrap();
    assert_eq!(
        (answer.nodes.len(), answer.hidden.undated),
        (0, 2),
        "both ends of a call without a date"
    );
}

#[test]
fn one_node_has_all_its_names_its_days_and_its_history() {
    let mut scene = scene();
    scene.change("li-zuocheng", "he was promoted", "ann", |node| {
        node.properties.insert("rank".to_owned(), "general".to_owned());
    });
    let li = node(&scene.ask(), "li-zuocheng").unwrap();
    assert_eq!((li.facts, li.names.len(), li.names[1].script.as_deref()), (2, 2, Some("Hani")));
    assert_eq!(li.first.map(|day| day.to_string()).as_deref(), Some("2017-11-22"));
    assert_eq!(li.history[1].reason.as_deref(), Some("he was promoted"));
    assert_eq!(
        li.history.iter().map(|entry| entry.event.as_str()).collect::<Vec<_>>(),
        ["asserted", "changed"]
    );
    let china = node(&scene.ask(), "china").unwrap();
    assert_eq!(china.first.map(|day| day.to_string()).as_deref(), Some("2015-01-01"));
    let before = node(&scene.ask_at(crate::model::Revision(1)), "li-zuocheng").unwrap();
    assert!(before.properties.is_empty() && before.history.len() == 1);
    assert!(matches!(
        node(&scene.ask(), "Li Zuocheng"),
        Err(QueryError::NotFound { what: "node", .. })
    ));
}
