//! The three questions over ten months of events, against answers computed from the raw files in another way.
//!
//! The files are taken in by the importer of quadruples; the other side knows nothing of the graph: it folds
//! the mirrors of symmetric relations in the raw rows and answers from plain maps. Without the files, which are
//! not part of the project, the tests say that they skip.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a panic is how a test fails")]

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use dateline::extract::{Extraction, Extractor, Report};
use dateline::format::cameo;
use dateline::format::quads::{Names, Quads, Unit};
use dateline::ingest::{Engine, FactsOptions, Line};
use dateline::model::{Day, DocumentNumber, Evidence, FactNumber, NodeNumber};
use dateline::ontology::{ObjectType, Ontology};
use dateline::query::{self, Asking, Bodies, Budget, Edge, FilterParams, NeighbourhoodParams, PathsParams, TimelineParams};
use dateline::store::MemoryStore;
use dateline::view::View;

const FILES: [&str; 3] = ["train.txt.gz", "valid.txt", "test.txt"];

/// Number of an entity in the files.
type Entity = u32;

/// A fact of the files: source, label, target, day since the epoch of the files.
type Fact = (Entity, u32, Entity, i32);

struct Blind;

impl Extractor for Blind {
    fn name(&self) -> &'static str {
        "blind-1"
    }
    fn extract(&self, _: &Report) -> Extraction {
        Extraction::default()
    }
}

struct NoBodies;

impl Bodies for NoBodies {
    fn evidence(&self, _: FactNumber) -> Result<Arc<[Evidence]>, String> {
        Err("rows without quotes need no bodies".to_owned())
    }
    fn text(&self, _: DocumentNumber) -> Result<Option<String>, String> {
        Ok(None)
    }
}

/// Both sides: the graph, and the facts of the raw files.
struct World {
    view: View,
    rows: u64,
    accounted: u64,
    /// Ids of the graph's nodes by number of the entity.
    ids: HashMap<Entity, String>,
    labels: HashMap<u32, String>,
    facts: BTreeSet<Fact>,
    /// Facts by either end: the day, the other end, the fact.
    lists: HashMap<Entity, Vec<(i32, Entity, Fact)>>,
}

static WORLD: LazyLock<Option<World>> = LazyLock::new(|| folder().map(|folder| World::read(&folder)));

fn folder() -> Option<PathBuf> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/icews18"));
    if !path.exists() {
        eprintln!("skipped: there is no {}", path.display());
        return None;
    }
    Some(path.to_owned())
}

fn open(path: &Path) -> BufReader<Box<dyn Read>> {
    let file = File::open(path).unwrap();
    let zipped = path.extension().is_some_and(|end| end == "gz");
    BufReader::new(if zipped {
        Box::new(flate2::read::MultiGzDecoder::new(file))
    } else {
        Box::new(file)
    })
}

fn names(path: &Path) -> HashMap<u32, String> {
    let read = |line: String| {
        line.split_once('\t')
            .map(|(name, number)| (number.trim().parse().unwrap(), name.replace('_', " ")))
    };
    open(path).lines().filter_map(|line| read(line.unwrap())).collect()
}

fn epoch() -> Day {
    "2018-01-01".parse().unwrap()
}

impl World {
    fn read(folder: &Path) -> Self {
        let (view, accounted) = tokio::runtime::Runtime::new().unwrap().block_on(import(folder));
        let entities = names(&folder.join("entity2id.txt"));
        let labels = names(&folder.join("relation2id.txt"));
        let reading = view.newest();
        let of_name: HashMap<&str, (&str, &str)> = (0..reading.node_count())
            .map(|number| reading.node(NodeNumber(number)).unwrap())
            .map(|node| (node.name.as_str(), (node.id.as_str(), &*node.node_type)))
            .collect();
        let nodes: HashMap<Entity, (&str, &str)> = entities
            .iter()
            .filter_map(|(number, name)| Some((*number, *of_name.get(name.trim())?)))
            .collect();
        let ontology = Ontology::built_in();
        let (mut rows, mut facts) = (0, BTreeSet::new());
        for line in FILES.iter().flat_map(|file| open(&folder.join(file)).lines()) {
            let line = line.unwrap();
            let cells: Vec<u32> = line.split('\t').take(4).map(|cell| cell.trim().parse().unwrap()).collect();
            let (source, label, target) = (cells[0], cells[1], cells[2]);
            rows += 1;
            // Told from either end a symmetric event is one fact; where the ends don't fit it stays as it was told.
            let relation = cameo::reading(&labels[&label]).relation;
            let fits = ontology.check(relation, nodes[&source].1, ObjectType::Node(nodes[&target].1)).ok();
            let is_folded = fits.is_some_and(|number| ontology.relation(number).symmetric) && source > target;
            let (source, target) = if is_folded { (target, source) } else { (source, target) };
            facts.insert((source, label, target, i32::try_from(cells[3] / 24).unwrap()));
        }
        let mut lists: HashMap<Entity, Vec<(i32, Entity, Fact)>> = HashMap::new();
        for fact in &facts {
            lists.entry(fact.0).or_default().push((fact.3, fact.2, *fact));
            if fact.0 != fact.2 {
                lists.entry(fact.2).or_default().push((fact.3, fact.0, *fact));
            }
        }
        let ids = nodes.into_iter().map(|(number, (id, _))| (number, id.to_owned())).collect();
        Self {
            view,
            rows,
            accounted,
            ids,
            labels,
            facts,
            lists,
        }
    }

    fn ask(&self) -> Asking<'_> {
        Asking {
            reading: self.view.newest(),
            bodies: &NoBodies,
            budget: Budget {
                edges: 1_000_000_000,
                deadline: Instant::now() + Duration::from_mins(10),
                cancelled: Arc::default(),
                first_try: false,
            },
            incarnation: 1,
            base_path: "",
        }
    }

    /// Some entities, the same in every run: every other one of all alike, the rest by how much they are told of.
    fn sample(&self, count: usize, seed: u64) -> Vec<Entity> {
        let mut all: Vec<Entity> = self.lists.keys().copied().collect();
        all.sort_unstable();
        let facts: Vec<&Fact> = self.facts.iter().collect();
        let mut state = seed;
        let mut draw = |below: usize| {
            // Knuth's MMIX generator; its upper bits are good enough to pick by.
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap() % below
        };
        (0..count)
            .map(|place| {
                if place % 2 == 0 {
                    all[draw(all.len())]
                } else {
                    facts[draw(facts.len())].0
                }
            })
            .collect()
    }

    fn pairs(&self, count: usize, seed: u64) -> Vec<(Entity, Entity)> {
        let pairs = self.sample(count, seed).into_iter().zip(self.sample(count, seed + 1));
        pairs.filter(|(from, to)| from != to).collect()
    }

    /// The fact as rows tell it: ends in the order of their ids where it reads the same from both.
    fn told(&self, fact: &Fact) -> (BTreeSet<String>, String, String) {
        let ends = BTreeSet::from([self.ids[&fact.0].clone(), self.ids[&fact.2].clone()]);
        (ends, self.labels[&fact.1].clone(), epoch().plus(fact.3).to_string())
    }
}

async fn import(folder: &Path) -> (View, u64) {
    let (entities, relations) = (open(&folder.join("entity2id.txt")), open(&folder.join("relation2id.txt")));
    let names = Arc::new(Names::read(entities, relations, epoch(), Unit::Hour, "ICEWS".to_owned()).unwrap());
    let engine = Engine::start(Arc::new(MemoryStore::new()), Arc::new(Blind)).unwrap();
    let mut accounted = 0;
    for file in FILES {
        let mut session = engine.import_session(FactsOptions::default());
        let mut lines = Quads::new(open(&folder.join(file)), names.clone(), Ontology::built_in());
        loop {
            let some: Vec<Line> = lines.by_ref().take(500).collect();
            if some.is_empty() {
                break;
            }
            session.push(some).await.unwrap();
        }
        let (reply, _) = session.finish().await.unwrap();
        assert_eq!(reply.rejected, 0);
        accounted += reply.created + reply.corroborated + reply.mirror + reply.duplicate;
    }
    (View::clone(&engine.view()), accounted)
}

fn between(since: i32, until: i32) -> FilterParams {
    let day = |days| Some(epoch().plus(days).to_string());
    FilterParams {
        since: day(since),
        until: day(until),
        ..FilterParams::default()
    }
}

#[test]
fn every_row_is_in_the_graph_and_every_end_is_counted() {
    let Some(world) = &*WORLD else { return };
    let reading = world.view.newest();
    assert_eq!(world.accounted, world.rows);
    assert_eq!(world.view.head().counters.facts as usize, world.facts.len());
    assert_eq!(reading.node_count() as usize, world.lists.len());
    for (entity, list) in &world.lists {
        let node = reading.node_by_id(&world.ids[entity]).unwrap();
        assert_eq!(reading.degree(node) as usize, list.len(), "{}", world.ids[entity]);
    }
}

/// Nodes within so many hops, and the facts met on the way, of some days alone.
fn surroundings(world: &World, centre: Entity, depth: u32, days: (i32, i32)) -> (BTreeMap<Entity, u32>, BTreeSet<Fact>) {
    let (mut hops, mut facts) = (BTreeMap::from([(centre, 0)]), BTreeSet::new());
    for hop in 1..=depth {
        let frontier: Vec<Entity> = hops
            .iter()
            .filter(|(_, known)| **known == hop - 1)
            .map(|(entity, _)| *entity)
            .collect();
        for (day, other, fact) in frontier.iter().flat_map(|entity| &world.lists[entity]) {
            if (days.0..=days.1).contains(day) {
                facts.insert(*fact);
                hops.entry(*other).or_insert(hop);
            }
        }
    }
    (hops, facts)
}

#[test]
fn neighbourhoods_of_some_days_are_those_of_the_raw_rows() {
    let Some(world) = &*WORLD else { return };
    let mut edges_seen = 0;
    for (place, centre) in world.sample(200, 1).into_iter().enumerate() {
        let first = i32::try_from(place * 7 % 300).unwrap();
        for (depth, days) in [(1, (first, first + 14)), (2, (first, first + 1))] {
            let params = NeighbourhoodParams {
                node: world.ids[&centre].clone(),
                depth: Some(depth),
                per_node: Some(5_000),
                ..NeighbourhoodParams::default()
            };
            let filters = FilterParams {
                limit: Some(5_000),
                ..between(days.0, days.1)
            };
            let answer = query::neighbourhood(&world.ask(), &params, &filters).unwrap();
            assert_eq!(answer.truncated, None);
            let (hops, facts) = surroundings(world, centre, depth, days);
            let expected: BTreeMap<String, u32> = hops.iter().map(|(entity, hop)| (world.ids[entity].clone(), *hop)).collect();
            let found: BTreeMap<String, u32> = answer.nodes.iter().map(|node| (node.id.to_owned(), node.hop)).collect();
            assert_eq!(found, expected, "{depth} hops around {}", params.node);
            let mut shown: Vec<_> = answer
                .edges
                .iter()
                .map(|edge| match edge {
                    Edge::Fact(row) => {
                        let row = row.to_row();
                        let ends = BTreeSet::from([row.subject.clone(), row.object.clone().unwrap()]);
                        (ends, row.qualifiers["event"].clone(), row.valid.clone().unwrap())
                    }
                    Edge::Pair(pair) => panic!("a pair: {}", pair.id),
                })
                .collect();
            let mut expected: Vec<_> = facts.iter().map(|fact| world.told(fact)).collect();
            shown.sort();
            expected.sort();
            assert!(
                shown == expected,
                "{depth} hops around {}: {} facts, not {}",
                params.node,
                shown.len(),
                expected.len()
            );
            edges_seen += shown.len();
        }
    }
    assert!(edges_seen > 10_000, "{edges_seen} are too few to say anything");
}

/// Hops of a shortest path, by breadth-first search from one end.
fn hops(neighbours: &HashMap<Entity, HashSet<Entity>>, from: Entity, to: Entity, most: u32) -> Option<u32> {
    let mut distances = HashMap::from([(from, 0)]);
    let mut queue = VecDeque::from([from]);
    while let Some(here) = queue.pop_front() {
        let distance = distances[&here];
        if here == to {
            return Some(distance);
        }
        for next in neighbours[&here].iter().filter(|_| distance < most) {
            distances.entry(*next).or_insert_with(|| {
                queue.push_back(*next);
                distance + 1
            });
        }
    }
    None
}

fn ends(world: &World, (from, to): (Entity, Entity)) -> PathsParams {
    PathsParams {
        from: world.ids[&from].clone(),
        to: world.ids[&to].clone(),
        max_hops: Some(8),
        ..PathsParams::default()
    }
}

#[test]
fn shortest_lengths_are_those_of_the_raw_rows() {
    let Some(world) = &*WORLD else { return };
    let mut neighbours: HashMap<Entity, HashSet<Entity>> = HashMap::new();
    for (entity, list) in &world.lists {
        neighbours
            .entry(*entity)
            .or_default()
            .extend(list.iter().map(|(_, other, _)| *other));
    }
    let mut lengths: BTreeMap<Option<u32>, u32> = BTreeMap::new();
    for pair in world.pairs(210, 7).into_iter().take(200) {
        let expected = hops(&neighbours, pair.0, pair.1, 8);
        let found = query::shortest_length(&world.ask(), &ends(world, pair), &FilterParams::default()).unwrap();
        assert_eq!(found, expected, "{:?}", ends(world, pair));
        *lengths.entry(expected).or_default() += 1;
    }
    assert!(lengths.len() > 3, "{lengths:?} are too much alike to say anything");
}

/// Earliest days of arrival everywhere, by at most so many hops: all facts are gone through once a hop.
fn arrivals(by_day: &[(i32, Entity, Entity)], from: Entity, entities: usize, most: Option<u32>) -> Vec<i32> {
    let mut best = vec![i32::MAX; entities];
    best[from as usize] = i32::MIN;
    for _ in 0..most.unwrap_or(u32::MAX) {
        // What was reached by fewer hops, so that one round is one hop.
        let before = best.clone();
        for (day, a, b) in by_day {
            for (here, there) in [(*a as usize, *b as usize), (*b as usize, *a as usize)] {
                if before[here] <= *day && *day < best[there] {
                    best[there] = *day;
                }
            }
        }
        if best == before {
            break;
        }
    }
    best
}

#[test]
fn earliest_arrivals_with_and_without_a_hop_limit_are_those_of_the_raw_rows() {
    let Some(world) = &*WORLD else { return };
    let by_day: Vec<(i32, Entity, Entity)> = world.facts.iter().map(|fact| (fact.3, fact.0, fact.2)).collect();
    let entities = usize::try_from(world.ids.keys().max().unwrap() + 1).unwrap();
    let mut later = 0;
    let goals = world.sample(110, 12);
    // Twenty starts with five ends each: what is slow here is the other side.
    for (place, from) in world.sample(20, 11).into_iter().enumerate() {
        let since = i32::try_from(place * 5).unwrap();
        let filters = FilterParams {
            since: between(since, since).since,
            ..FilterParams::default()
        };
        let usable: Vec<_> = by_day.iter().copied().filter(|(day, ..)| *day >= since).collect();
        let limit = u32::try_from(2 + place % 3).unwrap();
        let days = [Some(limit), None].map(|most| (most, arrivals(&usable, from, entities, most)));
        for to in goals.iter().skip(place * 5).filter(|to| **to != from).take(5) {
            let mut seen = Vec::new();
            for (most, days) in &days {
                let expected = (days[*to as usize] != i32::MAX).then(|| epoch().plus(days[*to as usize]));
                let params = ends(world, (from, *to));
                let found = query::earliest_arrival(&world.ask(), &params, &filters, *most).unwrap();
                assert_eq!(found, expected, "{params:?} within {most:?} hops from {:?}", filters.since);
                seen.push(expected);
            }
            later += u32::from(seen[0] != seen[1]);
        }
    }
    assert!(later > 5, "a hop limit that changes {later} answers says nothing");
}

#[test]
fn monthly_buckets_are_those_of_the_raw_rows() {
    let Some(world) = &*WORLD else { return };
    let month = |day: i32| {
        let (year, month, _) = epoch().plus(day).ymd();
        (year, month)
    };
    let check = |node: Option<Entity>, days: &[i32]| {
        let mut expected: BTreeMap<(i32, u32), u64> = BTreeMap::new();
        for day in days {
            *expected.entry(month(*day)).or_default() += 1;
        }
        let params = TimelineParams {
            node: node.map(|entity| world.ids[&entity].clone()).into_iter().collect(),
            bucket: Some("month".to_owned()),
            ..TimelineParams::default()
        };
        let buckets = query::timeline(&world.ask(), &params, &FilterParams::default())
            .unwrap()
            .buckets
            .unwrap();
        let months = |day: Day| (day.ymd().0, day.ymd().1);
        let found: BTreeMap<(i32, u32), u64> = buckets
            .iter()
            .filter(|bucket| bucket.count_max > 0)
            .map(|bucket| (months(bucket.start), bucket.count_max))
            .collect();
        assert_eq!(found, expected, "{:?}", params.node);
        assert!(
            buckets.iter().all(|bucket| bucket.count_min == bucket.count_max),
            "all days are exact"
        );
    };
    for entity in world.sample(50, 21) {
        check(Some(entity), &world.lists[&entity].iter().map(|(day, ..)| *day).collect::<Vec<_>>());
    }
    check(None, &world.facts.iter().map(|fact| fact.3).collect::<Vec<_>>());
}
