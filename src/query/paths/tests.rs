use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::dijkstra;
use petgraph::graph::{NodeIndex, UnGraph};
use proptest::prelude::*;

use super::*;
use crate::model::{FactNumber, Polarity};
use crate::query::best::{best, newness};
use crate::query::testing::Scene;
use crate::view::ObjectRef;

fn from_to(from: &str, to: &str) -> PathsParams {
    PathsParams {
        from: from.to_owned(),
        to: to.to_owned(),
        ..PathsParams::default()
    }
}

fn ids(answer: &Paths<'_>) -> Vec<Vec<String>> {
    answer
        .paths
        .iter()
        .map(|path| path.nodes.iter().map(|node| node.id.clone()).collect())
        .collect()
}

fn ask<'v>(scene: &'v Scene, params: &PathsParams) -> Paths<'v> {
    paths(&scene.ask(), params, &FilterParams::default()).unwrap()
}

const CHAINS: &str = "
    Li Zuocheng:Person | met_with | Min Aung Hlaing:Person | 2017-11-22 | publisher=Reuters; reported=2017-11-24; quote=met
    Min Aung Hlaing | commander_of | Myanmar Armed Forces:ArmedForce | 2011-03-30/.. | publisher=AFP; reported=2017-11-24
    Li Zuocheng | citizen_of | China:State | - | publisher=Reuters; reported=2017-11-24
    China | supported | Myanmar:State | 2017-11-20 | publisher=Reuters; reported=2017-11-24
    China | praised | Myanmar | 2017-11-21 | publisher=Reuters; reported=2017-11-24
    China | visited | Myanmar | 2017-12-21 | publisher=Reuters; reported=2017-12-24
    Myanmar Armed Forces | serves | Myanmar | - | publisher=Reuters; reported=2017-11-24
    China | met_with | India:State | 2017-10-01 | publisher=Reuters; reported=2017-11-24
";

#[test]
fn a_path_tells_its_hops_with_quotes_and_how_many_more_there_are() {
    let scene = Scene::of(CHAINS);
    let answer = ask(&scene, &from_to("Li Zuocheng", "Myanmar"));
    assert_eq!(ids(&answer)[0], ["li-zuocheng", "china", "myanmar"]);
    let path = &answer.paths[0];
    assert_eq!(path.length, 2);
    assert_eq!(path.text, format!("{}; {}", path.hops[0].row.text(), path.hops[1].row.text()));
    assert_eq!(
        (path.hops[1].parallel, &*path.hops[1].row.parts().relation.name),
        (2, "visited"),
        "the newest of equally attested facts is shown"
    );
    assert_eq!(
        (path.hops[0].from, path.hops[0].to, path.hops[0].reversed),
        ("li-zuocheng", "china", false)
    );
    assert_eq!(answer.reason, None);
    let met = ask(&scene, &from_to("min-aung-hlaing", "li-zuocheng"));
    assert_eq!(met.paths[0].hops[0].row.parts().quote(), Some(Some("met")));
    assert!(
        met.paths[0].hops[0].reversed,
        "a symmetric fact is stored once and read from both ends"
    );
}

#[test]
fn a_chain_held_from_its_latest_beginning_to_its_earliest_end() {
    let scene = Scene::of(CHAINS);
    let answer = ask(&scene, &from_to("Li Zuocheng", "Myanmar Armed Forces"));
    let path = &answer.paths[0];
    assert_eq!(path.nodes[1].id, "min-aung-hlaing");
    let day = |text: &str| text.parse::<Day>().ok();
    assert_eq!((path.earliest, path.latest), (day("2017-11-22"), day("2017-11-22")));
    let apart = ask(&scene, &from_to("India", "Myanmar"));
    assert_eq!(
        (apart.paths[0].earliest, apart.paths[0].latest),
        (None, None),
        "two days apart nothing held at once"
    );
}

#[test]
fn of_equal_length_the_path_through_less_connected_nodes_comes_first() {
    let scene = Scene::of(
        "A | visited | Hub | 2018-01-01
         A | visited | Quiet | 2017-01-01
         Hub | visited | B | 2018-01-01
         Quiet | visited | B | 2017-01-01
         Hub | visited | C | 2018-01-01",
    );
    let answer = ask(&scene, &from_to("a", "b"));
    assert_eq!(ids(&answer), [["a", "quiet", "b"], ["a", "hub", "b"]]);
}

#[test]
fn paths_lead_through_what_is_asked_and_not_through_what_is_excluded() {
    let scene = Scene::of(CHAINS);
    let through = |change: fn(&mut PathsParams)| {
        let mut params = from_to("li-zuocheng", "myanmar");
        params.k = Some(1);
        change(&mut params);
        ids(&ask(&scene, &params))
    };
    let long = [["li-zuocheng", "min-aung-hlaing", "myanmar-armed-forces", "myanmar"]];
    assert_eq!(through(|params| params.via = vec!["Min Aung Hlaing".to_owned()]), long);
    assert_eq!(through(|params| params.not_via = vec!["China".to_owned()]), long);
    assert_eq!(through(|params| params.not_type = vec!["State".to_owned()]), long);
    assert_eq!(through(|params| params.not_type = vec!["Org".to_owned()]).len(), 1);
    assert_eq!(
        through(|params| params.direction = Some("out".to_owned())),
        [["li-zuocheng", "china", "myanmar"]]
    );
    assert!(through(|params| params.direction = Some("in".to_owned())).is_empty());
}

#[test]
fn an_empty_answer_says_which_filter_emptied_it() {
    let scene = Scene::of(&format!(
        "{CHAINS} Nobody:Person | stated | \"hm\" | - | publisher=Reuters\n China | visited | Moon:Place | 2018-01-01 | polarity=negated"
    ));
    let why = |params: &PathsParams, filters: FilterParams| paths(&scene.ask(), params, &filters).unwrap().reason.unwrap();
    let none = FilterParams::default();
    let ends = from_to("li-zuocheng", "myanmar");
    let since = FilterParams {
        since: Some("2018-06-01".to_owned()),
        until: Some("2018-06-30".to_owned()),
        ..none.clone()
    };
    assert!(why(&from_to("china", "india"), since).contains("without the bounds"));
    let relation = FilterParams {
        relation: vec!["killed".to_owned()],
        ..none.clone()
    };
    assert!(why(&ends, relation).contains("without 'relation'"));
    assert!(
        why(
            &PathsParams {
                max_hops: Some(1),
                ..ends.clone()
            },
            none.clone()
        )
        .contains("with 'max_hops=8' there is a path of 2 hops")
    );
    assert!(why(&from_to("china", "moon"), none.clone()).contains("polarity"));
    assert!(why(&from_to("china", "china"), none.clone()).contains("same node"));
    assert!(why(&from_to("china", "nobody"), none.clone()).contains("not connected within 6 hops"));
}

#[test]
fn a_parameter_of_the_wrong_kind_is_refused_by_name() {
    let scene = Scene::of(CHAINS);
    let refused = |change: fn(&mut PathsParams, &mut FilterParams)| {
        let (mut params, mut filters) = (from_to("china", "myanmar"), FilterParams::default());
        change(&mut params, &mut filters);
        match paths(&scene.ask(), &params, &filters) {
            Err(QueryError::Invalid { parameter, .. } | QueryError::UnknownNode { parameter, .. }) => parameter,
            other => panic!("{:?}", other.map(|answer| ids(&answer))),
        }
    };
    assert_eq!(refused(|params, _| params.k = Some(11)), "k");
    assert_eq!(refused(|params, _| params.k = Some(0)), "k");
    assert_eq!(refused(|params, _| params.max_hops = Some(9)), "max_hops");
    assert_eq!(refused(|params, _| params.direction = Some("up".to_owned())), "direction");
    assert_eq!(refused(|params, _| params.not_type = vec!["Statte".to_owned()]), "not_type");
    assert_eq!(refused(|params, _| params.from = "Atlantis".to_owned()), "from");
    assert_eq!(refused(|params, _| params.via = vec!["Atlantis".to_owned()]), "via");
    assert_eq!(
        refused(|params, _| (params.via, params.not_via) = (vec!["India".to_owned()], vec!["India".to_owned()])),
        "via"
    );
    assert_eq!(
        refused(|params, _| (params.via, params.max_hops) = (vec!["India".to_owned()], Some(1))),
        "via"
    );
    assert_eq!(refused(|_, filters| filters.cursor = Some("x".to_owned())), "cursor");
    assert_eq!(refused(|_, filters| filters.limit = Some(1)), "limit");
}

#[test]
fn in_order_a_state_serves_on_any_day_it_holds_and_an_undated_fact_on_none() {
    let scene = Scene::of(
        "A | visited | B | 2018-03-01
         B | controls | C | 2017-01-01/2018-06-30
         C | visited | D | 2018-02
         C | visited | D | 2018-05
         D | visited | E | -",
    );
    let params = |to: &str| PathsParams {
        in_order: Some(true),
        ..from_to("a", to)
    };
    let answer = ask(&scene, &params("d"));
    assert_eq!(answer.paths.len(), 1);
    let hop = &answer.paths[0].hops[2];
    assert_eq!(
        (hop.row.parts().valid().map(|valid| valid.to_string()).as_deref(), hop.parallel),
        (Some("2018-05"), 0),
        "February was over"
    );
    let none = ask(&scene, &params("e"));
    assert!(none.paths.is_empty() && none.reason.unwrap().contains("without 'in_order'"));
    let day = earliest_arrival(&scene.ask(), &params("d"), &FilterParams::default(), None).unwrap();
    assert_eq!(day, "2018-05-01".parse().ok());
}

#[test]
fn in_order_longer_paths_are_shown_only_when_they_arrive_earlier() {
    let scene = Scene::of(
        "A | visited | D | 2018-09-01
         A | visited | B | 2018-01-01
         B | visited | D | 2018-05-01
         B | visited | C | 2018-02-01
         C | visited | D | 2018-03-01
         A | visited | E | 2018-01-01
         E | visited | D | 2018-06-01",
    );
    let answer = ask(
        &scene,
        &PathsParams {
            in_order: Some(true),
            ..from_to("a", "d")
        },
    );
    assert_eq!(answer.paths.iter().map(|path| path.length).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(ids(&answer)[1], ["a", "b", "d"]);
}

#[test]
fn a_cut_answer_says_so_and_a_first_try_is_no_answer() {
    let scene = Scene::of(CHAINS);
    let mut ask = scene.ask();
    ask.budget.edges = 2;
    let answer = paths(&ask, &from_to("india", "myanmar-armed-forces"), &FilterParams::default()).unwrap();
    assert_eq!(answer.truncated.unwrap().reason, "edges");
    ask.budget.first_try = true;
    assert!(matches!(
        paths(&ask, &from_to("india", "myanmar-armed-forces"), &FilterParams::default()),
        Err(QueryError::Stopped)
    ));
}

/// A random store of few nodes, and what is asked of it.
#[derive(Clone, Debug)]
struct Case {
    lines: Vec<String>,
    commits: usize,
    params: PathsParams,
    filters: FilterParams,
}

fn any_case() -> impl Strategy<Value = Case> {
    let valid = prop_oneof![
        6 => (1..=9u32, 1..=28u32).prop_map(|(m, d)| format!("2018-{m:02}-{d:02}")),
        1 => (1..=9u32).prop_map(|m| format!("2018-{m:02}")),
        1 => (1..=9u32, 0..=3u32).prop_map(|(m, n)| format!("2018-{m:02}-05/2018-{:02}-20", m + n)),
        1 => (1..=9u32).prop_map(|m| format!("../2018-{m:02}-05")),
        1 => (1..=9u32).prop_map(|m| format!("2018-{m:02}-05/..")),
        1 => Just("-".to_owned()),
    ];
    let relation = prop_oneof![Just("visited"), Just("met_with"), Just("controls"), Just("supported")];
    let line = (0..8usize, relation, 0..8usize, valid, 0..10u32).prop_filter_map("two ends", |(a, relation, b, valid, dice)| {
        let node = |n: usize| format!("N{n}:{}", ["State", "Person", "Company"][n % 3]);
        let polarity = if dice == 0 { "polarity=negated" } else { "publisher=Reuters" };
        (a != b).then(|| format!("{} | {relation} | {} | {valid} | {polarity}", node(a), node(b)))
    });
    let node = || (0..8usize).prop_map(|n| format!("n{n}"));
    let some = |strategy: BoxedStrategy<String>| prop::collection::vec(strategy, 0..=2);
    let params = (
        node(),
        node(),
        1..=6u32,
        1..=5u32,
        some(node().boxed()),
        some(node().boxed()),
        any::<(bool, bool)>(),
        0..6usize,
    );
    let params = params.prop_map(|(from, to, k, max_hops, via, not_via, (few, typed), direction)| PathsParams {
        from,
        to,
        k: Some(k),
        max_hops: Some(max_hops),
        in_order: None,
        via: if few { via } else { Vec::new() },
        not_via: if few { Vec::new() } else { not_via },
        not_type: if typed && !few { vec!["Company".to_owned()] } else { Vec::new() },
        direction: ["out", "in"].get(direction).map(|word| (*word).to_owned()),
    });
    let since = prop_oneof![3 => Just(None), 1 => (1..=9u32).prop_map(|m| Some(format!("2018-{m:02}-03")))];
    (prop::collection::vec(line, 5..26), 1..4usize, params, since).prop_map(|(lines, commits, params, since)| Case {
        // Every node is there, connected or not.
        lines: (0..8)
            .map(|n| format!("N{n}:{} | stated | \"so\" | -", ["State", "Person", "Company"][n % 3]))
            .chain(lines)
            .collect(),
        commits,
        params,
        filters: FilterParams {
            since,
            ..FilterParams::default()
        },
    })
}

impl Case {
    fn scene(&self) -> Scene {
        let mut scene = Scene::empty();
        for lines in self.lines.chunks(self.lines.len().div_ceil(self.commits)) {
            scene.commit(&lines.join("\n"));
        }
        scene
    }
}

/// Facts between two nodes, by the way they are followed.
type Links = BTreeMap<NodeNumber, BTreeMap<NodeNumber, Vec<FactNumber>>>;

/// The slow and obvious model: every simple path there is.
struct Model<'s> {
    scene: &'s Scene,
    links: Links,
    from: NodeNumber,
    to: NodeNumber,
    via: BTreeSet<NodeNumber>,
    closed: BTreeSet<NodeNumber>,
    since: Option<Day>,
    max_hops: usize,
}

impl<'s> Model<'s> {
    fn new(scene: &'s Scene, case: &Case) -> Self {
        let reading = scene.view.newest();
        let node = |id: &String| reading.node_by_id(id).unwrap();
        let since: Option<Day> = case.filters.since.as_ref().map(|text| text.parse().unwrap());
        let direction = case.params.direction.as_deref().unwrap_or("both");
        let mut links = Links::new();
        for number in reading.facts() {
            let fact = reading.fact(number).unwrap();
            let relation = reading.view().ontology().relation(fact.relation);
            let ObjectRef::Node(object) = fact.object else { continue };
            let meets = match fact.span {
                Some(span) => since.is_none() || span.last_end.is_none_or(|end| end >= since.unwrap()),
                None => since.is_none() || relation.kind == crate::ontology::Kind::State,
            };
            if fact.polarity == Polarity::Negated || !meets {
                continue;
            }
            if direction != "in" || relation.symmetric {
                links.entry(fact.subject).or_default().entry(object).or_default().push(number);
            }
            if direction != "out" || relation.symmetric {
                links.entry(object).or_default().entry(fact.subject).or_default().push(number);
            }
        }
        let (from, to) = (node(&case.params.from), node(&case.params.to));
        let mut closed: BTreeSet<_> = case.params.not_via.iter().map(node).collect();
        if !case.params.not_type.is_empty() {
            let typed = |node: &NodeNumber| &*reading.node(*node).unwrap().node_type == "Company";
            closed.extend((0..reading.node_count()).map(NodeNumber).filter(typed));
        }
        let mut via: BTreeSet<_> = case.params.via.iter().map(node).collect();
        via.remove(&from);
        via.remove(&to);
        Self {
            scene,
            links,
            from,
            to,
            via,
            closed,
            since,
            max_hops: case.params.max_hops.unwrap() as usize,
        }
    }

    fn all(&self) -> Vec<Vec<NodeNumber>> {
        let mut all = Vec::new();
        if self.from != self.to {
            self.extend(&mut vec![self.from], &mut all);
        }
        all.retain(|path| self.via.iter().all(|node| path.contains(node)));
        all
    }

    fn extend(&self, path: &mut Vec<NodeNumber>, all: &mut Vec<Vec<NodeNumber>>) {
        let last = *path.last().unwrap();
        if last == self.to {
            all.push(path.clone());
            return;
        }
        if path.len() > self.max_hops {
            return;
        }
        for next in self.links.get(&last).into_iter().flat_map(BTreeMap::keys) {
            if !path.contains(next) && (*next == self.to || !self.closed.contains(next)) {
                path.push(*next);
                self.extend(path, all);
                path.pop();
            }
        }
    }

    fn ranked(&self) -> Vec<Vec<NodeNumber>> {
        let reading = self.scene.view.newest();
        let mut all = self.all();
        all.sort_by_key(|path| {
            let weights: u64 = path[1..path.len() - 1].iter().map(|node| inner::weight(reading, *node)).sum();
            let newest = |pair: &[NodeNumber]| newness(reading, best(reading, &self.links[&pair[0]][&pair[1]]).unwrap());
            let ids: Vec<String> = path.iter().map(|node| reading.node(*node).unwrap().id.to_string()).collect();
            (path.len(), weights, path.windows(2).map(newest).min().unwrap(), ids)
        });
        all
    }

    /// When a path arrives if each hop is made as early as it can be.
    fn arrival(&self, path: &[NodeNumber]) -> Option<Day> {
        let reading = self.scene.view.newest();
        let mut day = self.since.unwrap_or(Day(i32::MIN));
        for pair in path.windows(2) {
            let used = |fact: &FactNumber| {
                let span = reading.fact(*fact).unwrap().span?;
                let used = span.first_start.map_or(day, |start| start.max(day));
                span.last_end.is_none_or(|end| end >= used).then_some(used)
            };
            day = self.links[&pair[0]][&pair[1]].iter().filter_map(used).min()?;
        }
        Some(day)
    }

    fn pareto(&self) -> Vec<(usize, Day)> {
        let mut best: BTreeMap<usize, Day> = BTreeMap::new();
        for path in self.all() {
            if let Some(day) = self.arrival(&path) {
                let entry = best.entry(path.len() - 1).or_insert(day);
                *entry = day.min(*entry);
            }
        }
        let mut earliest = None;
        best.retain(|_, day| {
            let news = earliest.is_none_or(|known| *day < known);
            earliest = if news { Some(*day) } else { earliest };
            news
        });
        best.into_iter().collect()
    }
}

fn numbers(scene: &Scene, answer: &Paths) -> Vec<Vec<NodeNumber>> {
    let number = |id: &String| scene.view.newest().node_by_id(id).unwrap();
    ids(answer).iter().map(|path| path.iter().map(number).collect()).collect()
}

/// `via` beside what excludes it is refused, and is no case.
fn answer<'v>(scene: &'v Scene, case: &Case) -> Option<Paths<'v>> {
    match paths(&scene.ask(), &case.params, &case.filters) {
        Ok(answer) => Some(answer),
        Err(QueryError::Invalid { parameter, .. }) if parameter == "via" => None,
        Err(error) => panic!("{error}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_k_shortest_are_those_of_all_simple_paths_in_their_order(case in any_case()) {
        let scene = case.scene();
        let Some(answer) = answer(&scene, &case) else { return Ok(()) };
        let mut expected = Model::new(&scene, &case).ranked();
        expected.truncate(case.params.k.unwrap() as usize);
        prop_assert_eq!(numbers(&scene, &answer), expected);
        prop_assert_eq!(answer.reason.is_some(), answer.paths.is_empty());
        prop_assert_eq!(answer.truncated, None);
    }

    #[test]
    fn parallel_facts_are_one_hop_shown_by_the_best(case in any_case()) {
        let scene = case.scene();
        let Some(answer) = answer(&scene, &case) else { return Ok(()) };
        let model = Model::new(&scene, &case);
        let reading = scene.view.newest();
        for hop in answer.paths.iter().flat_map(|path| &path.hops) {
            let node = |id: &str| reading.node_by_id(id).unwrap();
            let facts = &model.links[&node(hop.from)][&node(hop.to)];
            prop_assert_eq!(hop.parallel, facts.len() as u64 - 1);
            prop_assert_eq!(reading.fact_by_id(hop.row.id()), best(reading, facts));
            prop_assert_eq!(hop.reversed, hop.row.fact().subject != node(hop.from));
        }
    }

    #[test]
    fn in_order_the_paths_are_the_pareto_set_of_arrival_and_hops(mut case in any_case()) {
        case.params.in_order = Some(true);
        let scene = case.scene();
        let Some(answer) = answer(&scene, &case) else { return Ok(()) };
        let model = Model::new(&scene, &case);
        let expected = model.pareto();
        let found: Vec<_> = numbers(&scene, &answer).iter().map(|path| (path.len() - 1, model.arrival(path).unwrap())).collect();
        prop_assert_eq!(&found[..], &expected[..found.len()]);
        prop_assert_eq!(found.len(), expected.len().min(case.params.k.unwrap() as usize));
        // The facts that are shown can be made in this order.
        for path in &answer.paths {
            let mut day = model.since.unwrap_or(Day(i32::MIN));
            for hop in &path.hops {
                let row = hop.row.parts();
                day = row.earliest().map_or(day, |start| start.max(day));
                prop_assert!(row.latest().is_none_or(|end| end >= day));
            }
        }
    }

    #[test]
    fn without_a_hop_limit_the_earliest_arrival_is_that_of_any_simple_path(mut case in any_case()) {
        case.params.via.clear();
        let scene = case.scene();
        let mut model = Model::new(&scene, &case);
        let arrival = |hops| earliest_arrival(&scene.ask(), &case.params, &case.filters, hops).unwrap();
        let limited = model.pareto().last().map(|(_, day)| *day);
        if case.params.from != case.params.to {
            prop_assert_eq!(arrival(case.params.max_hops), limited);
            model.max_hops = 8;
            prop_assert_eq!(arrival(None), model.pareto().last().map(|(_, day)| *day));
        }
    }

    #[test]
    fn the_shortest_length_is_that_of_petgraph(case in any_case()) {
        let scene = case.scene();
        let params = PathsParams { max_hops: Some(8), ..from_to(&case.params.from, &case.params.to) };
        let plain = Case { params: params.clone(), filters: FilterParams::default(), ..case };
        let model = Model::new(&scene, &plain);
        let edges = model.links.iter().flat_map(|(a, others)| others.keys().map(|b| (a.0, b.0)));
        let mut graph = UnGraph::<(), ()>::from_edges(edges);
        while graph.node_count() < 8 {
            graph.add_node(());
        }
        let lengths = dijkstra(&graph, model.from.0.into(), None, |_| 1u32);
        let expected = lengths.get(&NodeIndex::from(model.to.0)).copied().filter(|length| *length > 0);
        prop_assert_eq!(shortest_length(&scene.ask(), &params, &FilterParams::default()).unwrap(), expected);
    }

    #[test]
    fn an_answer_does_not_depend_on_how_memory_is_laid_out(mut case in any_case(), in_order: bool, edges in 1..60usize) {
        case.params.in_order = Some(in_order);
        let mut scene = case.scene();
        let answers = |scene: &Scene| {
            let mut ask = scene.ask();
            let whole = paths(&ask, &case.params, &case.filters).map(|answer| serde_json::to_string(&answer).unwrap());
            ask.budget.edges = edges;
            let cut = paths(&ask, &case.params, &case.filters).map(|answer| serde_json::to_string(&answer).unwrap());
            (whole.ok(), cut.ok())
        };
        let before = answers(&scene);
        scene.view.merge();
        prop_assert_eq!(&answers(&scene), &before);
        let one = Case { commits: 1, ..case.clone() }.scene();
        let (whole, cut) = answers(&one);
        let unnumbered = |text: Option<String>| text.map(|text| text.replace("\"revision\":1,", "").replace("\"revision\":2,", "").replace("\"revision\":3,", ""));
        prop_assert_eq!((unnumbered(whole), unnumbered(cut)), (unnumbered(before.0), unnumbered(before.1)));
    }
}
