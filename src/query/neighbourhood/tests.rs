use std::collections::{BTreeSet, HashMap};

use proptest::prelude::*;

use super::*;
use crate::model::{Day, FactId, Polarity};
use crate::query::best::newness;
use crate::query::testing::Scene;
use crate::query::{Edge, Row};
use crate::view::ObjectRef;

fn around(node: &str) -> NeighbourhoodParams {
    NeighbourhoodParams {
        node: node.to_owned(),
        ..NeighbourhoodParams::default()
    }
}

fn ask<'v>(scene: &'v Scene, params: &NeighbourhoodParams) -> Neighbourhood<'v> {
    neighbourhood(&scene.ask(), params, &FilterParams::default()).unwrap()
}

fn limited(limit: u32) -> FilterParams {
    FilterParams {
        limit: Some(limit),
        ..FilterParams::default()
    }
}

fn facts(answer: &Neighbourhood<'_>) -> Vec<Row> {
    let row = |edge: &Edge<'_>| match edge {
        Edge::Fact(row) => row.to_row(),
        Edge::Pair(pair) => panic!("a pair: {}", pair.id),
    };
    answer.edges.iter().map(row).collect()
}

const SCENE: &str = "
    China | supported | Myanmar | 2017-11-20 | publisher=Reuters; reported=2017-11-24; place=Beijing:Place
    China | supported | Myanmar | 2017-12-20 | publisher=AFP; reported=2017-12-24
    China | supported | Myanmar | ../2016-01-01 | publisher=AFP; reported=2017-12-24
    China | met_with | India | - | publisher=AFP; reported=2017-12-24
    India | visited | Nepal | 2017-01-01
    Myanmar | visited | India | 2017-02-01
    China | stated | \"no comment\" | 2017-11-20
    Nepal | visited | Tibet:Place | 2017-01-01
";

#[test]
fn one_hop_is_the_facts_of_a_node_newest_first_undated_last() {
    let scene = Scene::of(SCENE);
    let answer = ask(&scene, &around("China"));
    let shown: Vec<_> = facts(&answer)
        .iter()
        .map(|row| (row.object.clone().unwrap(), row.valid.clone(), row.hop))
        .collect();
    let edge = |object: &str, valid: Option<&str>| (object.to_owned(), valid.map(str::to_owned), Some(1));
    let expected = [
        edge("myanmar", Some("2017-12-20")),
        edge("myanmar", Some("2017-11-20")),
        edge("myanmar", Some("../2016-01-01")),
        edge("india", None),
    ];
    assert_eq!(shown, expected);
    let nodes: Vec<_> = answer.nodes.iter().map(|node| (node.id, node.hop, node.degree)).collect();
    assert_eq!(
        nodes,
        [("china", 0, 5), ("myanmar", 1, 4), ("india", 1, 3)],
        "a place is no neighbour"
    );
    assert_eq!(answer.node.name, "China");
    assert_eq!(answer.truncated, None);
    let more: Vec<_> = answer
        .more
        .iter()
        .map(|more| (more.id, more.degree, more.shown, more.next.to_string()))
        .collect();
    assert_eq!(
        more[0],
        ("china", 5, 4, "/v1/facts?node=china".to_owned()),
        "what it stated leads nowhere"
    );
}

#[test]
fn further_hops_hold_the_facts_between_neighbours_too() {
    let params = NeighbourhoodParams {
        depth: Some(2),
        ..around("china")
    };
    let scene = Scene::of(SCENE);
    let answer = ask(&scene, &params);
    let second: Vec<_> = facts(&answer)
        .into_iter()
        .filter(|row| row.hop == Some(2))
        .map(|row| row.text)
        .collect();
    assert_eq!(second.len(), 2);
    assert!(second[0].starts_with("Myanmar visited India"));
    let nepal = answer.nodes.last().unwrap();
    assert_eq!((nepal.id, nepal.hop), ("nepal", 2));
}

#[test]
fn facts_of_a_pair_are_one_edge() {
    let params = NeighbourhoodParams {
        group_by: Some("pair".to_owned()),
        ..around("china")
    };
    let answer = serde_json::to_value(ask(&Scene::of(SCENE), &params)).unwrap();
    let edge = &answer["edges"][0];
    assert_eq!(edge["id"], "china~supported~myanmar");
    assert_eq!(
        (&edge["facts"], &edge["earliest"], &edge["latest"], &edge["source_count"]),
        (&json!(3), &json!(null), &json!("2017-12-20"), &json!(2))
    );
    assert_eq!((&edge["subject_name"], &edge["hop"]), (&json!("China"), &json!(1)));
    assert_eq!(answer["edges"].as_array().unwrap().len(), 2);
}

#[test]
fn a_direction_is_followed_but_by_symmetric_relations() {
    let scene = Scene::of(SCENE);
    let count = |word: &str, node: &str| {
        let params = NeighbourhoodParams {
            direction: Some(word.to_owned()),
            ..around(node)
        };
        ask(&scene, &params).edges.len()
    };
    assert_eq!((count("out", "india"), count("in", "india"), count("both", "india")), (2, 2, 3));
    let params = NeighbourhoodParams {
        direction: Some("out".to_owned()),
        ..around("myanmar")
    };
    assert_eq!(ask(&scene, &params).more[0].next.to_string(), "/v1/facts?subject=myanmar");
}

#[test]
fn what_is_cut_is_told_and_the_newest_stays() {
    let scene = Scene::of(SCENE);
    let answer = neighbourhood(&scene.ask(), &around("china"), &limited(1)).unwrap();
    assert_eq!(facts(&answer)[0].valid.as_deref(), Some("2017-12-20"));
    let truncated = answer.truncated.unwrap();
    assert_eq!(
        (truncated.reason.as_str(), truncated.nodes_omitted, truncated.edges_omitted),
        ("limit", Some(1), Some(3))
    );
    let params = NeighbourhoodParams {
        depth: Some(2),
        per_node: Some(1),
        ..around("nepal")
    };
    let answer = ask(&scene, &params);
    assert_eq!(answer.truncated.unwrap().reason, "per_node");
    let mut ask = scene.ask();
    ask.budget.edges = 3;
    let answer = neighbourhood(&ask, &around("china"), &FilterParams::default()).unwrap();
    assert_eq!(facts(&answer)[0].valid.as_deref(), Some("2017-12-20"), "the newest come first");
    let truncated = answer.truncated.unwrap();
    assert_eq!(
        (answer.edges.len(), truncated.reason.as_str(), truncated.edges_omitted),
        (2, "edges", None)
    );
    let counts = neighbourhood(&scene.ask(), &around("china"), &limited(0)).unwrap();
    assert_eq!(
        (counts.edges.len(), counts.nodes.len(), counts.truncated.unwrap().edges_omitted),
        (0, 1, Some(4))
    );
}

#[test]
fn a_parameter_of_the_wrong_kind_is_refused_by_name() {
    let scene = Scene::of(SCENE);
    let refused = |change: fn(&mut NeighbourhoodParams, &mut FilterParams)| {
        let (mut params, mut filters) = (around("china"), FilterParams::default());
        change(&mut params, &mut filters);
        match neighbourhood(&scene.ask(), &params, &filters) {
            Err(QueryError::Invalid { parameter, try_url, .. }) => (parameter, try_url),
            other => panic!("{:?}", other.map(|answer| answer.edges.len())),
        }
    };
    let mended = |name: &str, url: &str| (name.to_owned(), Some(url.to_owned()));
    assert_eq!(
        refused(|params, _| params.depth = Some(5)),
        mended("depth", "/v1/neighbourhood?node=china&depth=4")
    );
    assert_eq!(
        refused(|params, _| params.per_node = Some(0)),
        mended("per_node", "/v1/neighbourhood?node=china&per_node=1")
    );
    assert_eq!(
        refused(|params, _| params.group_by = Some("pairs".to_owned())),
        mended("group_by", "/v1/neighbourhood?node=china&group_by=pair")
    );
    assert_eq!(
        refused(|params, _| params.direction = Some("inn".to_owned())),
        mended("direction", "/v1/neighbourhood?node=china&direction=in")
    );
    assert_eq!(
        refused(|_, filters| filters.limit = Some(5_001)),
        mended("limit", "/v1/neighbourhood?node=china&limit=5000")
    );
    assert_eq!(refused(|_, filters| filters.cursor = Some("x".to_owned())).0, "cursor");
}

/// Edges with their hop in order, and nodes with theirs.
type Shown = (Vec<(u32, FactId)>, BTreeSet<(NodeNumber, u32)>);

/// The slow and obvious model: all facts looked at for each node of each hop.
fn model(scene: &Scene, params: &NeighbourhoodParams, since: Option<Day>, limit: usize) -> Shown {
    let reading = scene.view.newest();
    let centre = reading.node_by_id(&params.node).unwrap();
    let mut hops = HashMap::from([(centre, 0)]);
    let (mut decided, mut shown) = (BTreeSet::new(), Vec::new());
    for hop in 1..=params.depth.unwrap() {
        let mut level = BTreeSet::new();
        let frontier: Vec<_> = hops.iter().filter(|(_, known)| **known == hop - 1).map(|(node, _)| *node).collect();
        let mut seen = Vec::new();
        for node in frontier {
            let mut list = Vec::new();
            for fact in reading.facts().filter_map(|number| reading.fact(number)) {
                let ObjectRef::Node(object) = fact.object else { continue };
                let symmetric = reading.view().ontology().relation(fact.relation).symmetric;
                let follows = match params.direction.as_deref() {
                    Some("out") => fact.subject == node || symmetric && object == node,
                    Some("in") => object == node || symmetric && fact.subject == node,
                    _ => fact.subject == node || object == node,
                };
                let meets = since.is_none() || fact.span.is_some_and(|span| span.last_end.is_none_or(|end| end >= since.unwrap()));
                if follows && meets && fact.polarity == Polarity::Affirmed && !decided.contains(&fact.id) {
                    list.push((newness(reading, fact.number), fact.id, [fact.subject, object]));
                }
            }
            list.sort();
            seen.extend(list.iter().map(|edge| edge.1));
            let room = if hop == 1 { list.len() } else { params.per_node.unwrap() as usize };
            level.extend(list.into_iter().take(room));
        }
        decided.extend(seen);
        let whole = level.len() <= limit - shown.len();
        for (_, id, ends) in level.into_iter().take(limit - shown.len()) {
            shown.push((hop, id));
            for end in ends {
                hops.entry(end).or_insert(hop);
            }
        }
        if !whole {
            break;
        }
    }
    (shown, hops.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_neighbourhood_is_that_of_the_obvious_model(
        links in prop::collection::vec((0..9u32, 0..4usize, 0..9u32, 1..=9u32, 1..=28u32, 0..12u32), 1..40),
        depth in 1..=4u32, per_node in 1..=4u32, limit in 0..=40u32, direction in 0..4usize, since in prop::option::of(1..=9u32), pieces in 1..4usize,
    ) {
        let line = |(a, relation, b, month, day, dice): &(u32, usize, u32, u32, u32, u32)| {
            let relation = ["visited", "met_with", "supported", "praised"][*relation];
            let valid = match dice { 0 => "-".to_owned(), 1 => format!("2018-{month:02}"), 2 => format!("../2018-{month:02}-{day:02}"), _ => format!("2018-{month:02}-{day:02}") };
            let polarity = if *dice == 3 { "polarity=negated" } else { "publisher=Reuters" };
            format!("N{a} | {relation} | N{b} | {valid} | {polarity}")
        };
        let lines: Vec<String> = links.iter().filter(|link| link.1 != 1 || link.0 != link.2).map(line).collect();
        let mut scene = Scene::of("N0 | stated | \"so\" | -");
        for lines in lines.chunks(lines.len().div_ceil(pieces).max(1)) {
            scene.commit(&lines.join("\n"));
        }
        let direction = ["out", "in"].get(direction).map(|word| (*word).to_owned());
        let params = NeighbourhoodParams { depth: Some(depth), per_node: Some(per_node), direction, ..around("n0") };
        let since: Option<Day> = since.map(|month| format!("2018-{month:02}-15").parse().unwrap());
        let filters = FilterParams { since: since.map(|day| day.to_string()), polarity: vec!["affirmed".to_owned()], ..limited(limit) };
        let answer = neighbourhood(&scene.ask(), &params, &filters).unwrap();
        let (edges, nodes) = model(&scene, &params, since, limit as usize);
        prop_assert_eq!(facts(&answer).iter().map(|row| (row.hop.unwrap(), row.id)).collect::<Vec<_>>(), edges);
        let number = |id: &str| scene.view.newest().node_by_id(id).unwrap();
        prop_assert_eq!(answer.nodes.iter().map(|node| (number(node.id), node.hop)).collect::<BTreeSet<_>>(), nodes);

        // Pairs hold the same facts when nothing is cut.
        let pairs = NeighbourhoodParams { group_by: Some("pair".to_owned()), per_node: Some(5_000), ..params.clone() };
        let all = FilterParams { limit: None, ..filters.clone() };
        let grouped = neighbourhood(&scene.ask(), &pairs, &all).unwrap();
        let single = neighbourhood(&scene.ask(), &NeighbourhoodParams { group_by: None, ..pairs.clone() }, &all).unwrap();
        let count = |edge: &Edge<'_>| match edge { Edge::Pair(pair) => pair.facts, Edge::Fact(_) => 1 };
        prop_assert_eq!(grouped.edges.iter().map(count).sum::<u64>(), single.edges.len() as u64);
        prop_assert_eq!(&grouped.nodes, &single.nodes);

        // The same bytes however memory is laid out.
        let before = serde_json::to_string(&answer).unwrap();
        scene.view.merge();
        prop_assert_eq!(serde_json::to_string(&neighbourhood(&scene.ask(), &params, &filters).unwrap()).unwrap(), before);
    }
}
