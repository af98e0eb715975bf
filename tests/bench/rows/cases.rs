//! What is asked of a graph, and how the store and the bare arrays are asked it.

use dateline::model::time::Window;
use dateline::model::{Day, NodeNumber};
use dateline::query::{Around, FilterParams, Lookup};
use dateline::view::{DayKey, View};

use crate::floors::arrays::pass::Stream;
use crate::floors::arrays::{Arrays, Scratch};
use crate::generator::Random;
use crate::measure::{Budget, Times, rounds, way};
use crate::world::{World, asking};

/// Rows of a neighbourhood of one hop.
const ONE_HOP_LIMIT: usize = 300;
/// Facts of each node beyond the first hop.
const PER_NODE: usize = 25;
/// Facts of a page, and of two hops.
const PAGE: usize = 100;
/// Hops of a path.
const MOST_HOPS: u32 = 6;

/// One question about a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    /// The facts of one relation in a tenth of the days, newest first.
    OneHop,
    /// The newest 100 facts up to two hops away.
    TwoHops,
    /// The length of a shortest path.
    Shortest,
    /// A page of the timeline.
    Page,
    /// How many nodes lie within three hops.
    ThreeHops,
    /// The same over a tenth of the days.
    ThreeHopsWithin,
    /// The earliest arrival in order of time.
    Arrival,
    /// The same, against one pass over all facts by day.
    ArrivalByPass,
    /// The first page of the largest hubs.
    Hubs,
}

/// A question with its numbers.
pub(crate) struct Case {
    node: u32,
    /// The other end.
    to: u32,
    /// The place before a page, for the store and for the arrays.
    after: Option<(DayKey, u32)>,
    relation: Option<u16>,
    window: Window,
}

/// Which nodes are asked about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Nodes {
    /// Half of them any, half of them by how much is told of them.
    Any,
    /// Those of about this degree.
    OfDegree(u32),
}

/// Seconds of each case, by who answered.
#[derive(Debug, Default)]
pub(crate) struct Answered {
    pub(crate) merged: Times,
    pub(crate) layered: Times,
    pub(crate) floor: Times,
    pub(crate) cases: usize,
    /// Nodes reached by all cases together, where that is what is counted.
    pub(crate) found: u64,
}

impl Question {
    pub(crate) const ALL: [Self; 9] = [
        Self::OneHop,
        Self::TwoHops,
        Self::Shortest,
        Self::Page,
        Self::ThreeHops,
        Self::ThreeHopsWithin,
        Self::Arrival,
        Self::ArrivalByPass,
        Self::Hubs,
    ];

    /// The question in a clause.
    pub(crate) const fn clause(self) -> &'static str {
        match self {
            Self::OneHop => "one hop, one relation, a tenth of the days",
            Self::TwoHops => "two hops, the newest 100",
            Self::Shortest => "shortest path length, up to 6 hops",
            Self::Page => "timeline page of 100",
            Self::ThreeHops => "count within three hops",
            Self::ThreeHopsWithin => "count within three hops, a tenth of the days",
            Self::Arrival => "earliest arrival in order, up to 6 hops",
            Self::ArrivalByPass => "the same, against one pass over all facts by day",
            Self::Hubs => "first page of the 20 largest hubs",
        }
    }

    /// How many cases show what is to be seen: the slow ones are fewer.
    const fn count(self) -> usize {
        match self {
            Self::OneHop | Self::TwoHops | Self::Shortest | Self::Page => 1_000,
            Self::ThreeHops | Self::ThreeHopsWithin => 40,
            Self::Arrival | Self::ArrivalByPass => 60,
            Self::Hubs => 20,
        }
    }

    /// Asks the store both ways and the arrays, after making sure that they say the same.
    pub(crate) fn ask(self, world: &World, nodes: Nodes, budget: Budget) -> Answered {
        let cases = &Cases {
            world,
            list: self.cases(world, nodes),
            budget,
        };
        match self {
            Self::OneHop => cases.compare(
                |lookup, case| lookup.around(NodeNumber(case.node), 1, PER_NODE, ONE_HOP_LIMIT).unwrap(),
                |arrays, _, case| arrays.one_hop(case.node, case.relation, case.window, ONE_HOP_LIMIT),
                |ours, theirs| (same_facts(world, ours, theirs), 0),
            ),
            Self::TwoHops => cases.compare(
                |lookup, case| lookup.around(NodeNumber(case.node), 2, PER_NODE, PAGE).unwrap(),
                |arrays, scratch, case| arrays.two_hops(case.node, PER_NODE, PAGE, scratch),
                |ours, theirs| (same_facts(world, ours, theirs), 0),
            ),
            Self::Shortest => cases.compare(
                |lookup, case| {
                    lookup
                        .shortest_length(NodeNumber(case.node), NodeNumber(case.to), MOST_HOPS)
                        .unwrap()
                },
                |arrays, scratch, case| arrays.shortest(case.node, case.to, MOST_HOPS, scratch),
                |ours, theirs| (ours == theirs, 0),
            ),
            Self::Page | Self::Hubs => cases.compare(
                |lookup, case| lookup.page(NodeNumber(case.node), case.after.map(|(key, _)| key), PAGE).unwrap(),
                |arrays, _, case| arrays.page(case.node, case.window, case.after.map(|(_, rank)| rank), PAGE),
                |ours, theirs| {
                    let theirs = theirs.iter().map(|rank| world.arrays.number(*rank));
                    (ours.iter().copied().eq(theirs), 0)
                },
            ),
            Self::ThreeHops => cases.compare(
                |lookup, case| lookup.reached(NodeNumber(case.node), 3).unwrap(),
                |arrays, scratch, case| arrays.reached(case.node, 3, scratch),
                |ours, theirs| (*ours == Some(*theirs), *theirs),
            ),
            Self::ThreeHopsWithin => cases.compare(
                |lookup, case| lookup.reached(NodeNumber(case.node), 3).unwrap(),
                |arrays, scratch, case| arrays.reached_within(case.node, 3, case.window, scratch),
                |ours, theirs| (*ours == Some(*theirs), *theirs),
            ),
            Self::Arrival => cases.compare(
                arrival,
                |arrays, scratch, case| arrays.arrival(case.node, case.to, MOST_HOPS, case.window, scratch),
                |ours, theirs| (ours == theirs, 0),
            ),
            Self::ArrivalByPass => {
                let Some(facts) = Stream::of(&world.arrays) else {
                    return Answered::default();
                };
                cases.compare(
                    arrival,
                    |_, scratch, case| facts.arrival(case.node, case.to, MOST_HOPS, case.window, scratch),
                    |ours, theirs| (ours == theirs, 0),
                )
            }
        }
    }

    fn cases(self, world: &World, nodes: Nodes) -> Vec<Case> {
        let mut random = Random::new(100);
        let arrays = &world.arrays;
        if self == Self::Hubs {
            return largest(arrays, self.count()).into_iter().map(Case::of).collect();
        }
        let first_page = || Case::of(nodes.pick(arrays, &mut Random::new(0)));
        let mut cases: Vec<Case> = Vec::new();
        while cases.len() < self.count() {
            let mut case = Case {
                node: nodes.pick(arrays, &mut random),
                ..first_page()
            };
            match self {
                Self::OneHop => {
                    case.window = tenth(world, &mut random);
                    let list = arrays.list(case.node);
                    case.relation = Some(list[random.below(list.len() as u32) as usize].relation());
                }
                Self::ThreeHopsWithin => case.window = tenth(world, &mut random),
                Self::Shortest => case.to = nodes.pick(arrays, &mut random),
                Self::Arrival | Self::ArrivalByPass => {
                    case.to = nodes.pick(arrays, &mut random);
                    case.window.since = tenth(world, &mut random).since;
                }
                Self::Page if random.chance(0.5) => {
                    let list = arrays.list(case.node);
                    let rank = list[random.below(list.len() as u32) as usize].rank;
                    case.after = Some((key(world, rank), rank));
                }
                Self::TwoHops | Self::Page | Self::ThreeHops | Self::Hubs => {}
            }
            if case.node != case.to {
                cases.push(case);
            }
        }
        cases
    }
}

impl Case {
    const fn of(node: u32) -> Self {
        Self {
            node,
            to: u32::MAX,
            after: None,
            relation: None,
            window: Window { since: None, until: None },
        }
    }

    fn filters(&self, view: &View) -> FilterParams {
        let relation = |number: u16| view.ontology().relations()[usize::from(number)].name.to_string();
        FilterParams {
            relation: self.relation.map(relation).into_iter().collect(),
            since: self.window.since.map(|day| day.to_string()),
            until: self.window.until.map(|day| day.to_string()),
            ..FilterParams::default()
        }
    }
}

impl Nodes {
    pub(crate) fn pick(self, arrays: &Arrays, random: &mut Random) -> u32 {
        loop {
            let any = random.below(arrays.nodes());
            match self {
                Self::Any if random.chance(0.5) && arrays.degree(any) > 0 => return any,
                // Whoever is at the other end of a fact is as likely as there are facts.
                Self::Any => {
                    let list = arrays.list(any);
                    if !list.is_empty() {
                        return list[random.below(list.len() as u32) as usize].other;
                    }
                }
                Self::OfDegree(degree) if arrays.degree(any).abs_diff(degree) * 4 <= degree => return any,
                Self::OfDegree(_) => {}
            }
        }
    }
}

/// The nodes with the most facts.
fn largest(arrays: &Arrays, count: usize) -> Vec<u32> {
    let mut nodes: Vec<u32> = (0..arrays.nodes()).collect();
    nodes.sort_unstable_by_key(|node| std::cmp::Reverse((arrays.degree(*node), *node)));
    nodes.truncate(count);
    nodes
}

/// A tenth of the days of the graph, somewhere.
fn tenth(world: &World, random: &mut Random) -> Window {
    let (first, last) = world.arrays.days();
    let length = (last - first + 1) / 10;
    let since = first + random.below((last - first - length + 2) as u32) as i32;
    Window {
        since: Some(Day(since)),
        until: Some(Day(since + length - 1)),
    }
}

/// Where a fact stands in a timeline.
fn key(world: &World, rank: u32) -> DayKey {
    world.merged.newest().day_key(world.arrays.number(rank)).unwrap()
}

fn arrival(lookup: &Lookup<'_>, case: &Case) -> Option<i32> {
    let (from, to) = (NodeNumber(case.node), NodeNumber(case.to));
    lookup.earliest_arrival(from, to, Some(MOST_HOPS)).unwrap().map(|day| day.0)
}

fn same_facts(world: &World, ours: &[Around], theirs: &[(u32, u32)]) -> bool {
    let theirs = theirs.iter().map(|(hop, rank)| (*hop, world.arrays.number(*rank)));
    ours.iter().map(|found| (found.hop, found.fact)).eq(theirs)
}

/// The filters of every case, read: a question in process is asked with them at hand.
fn lookups<'v>(view: &'v View, cases: &[Case]) -> Vec<Lookup<'v>> {
    let ask = asking(view);
    cases.iter().map(|case| Lookup::new(&ask, &case.filters(view)).unwrap()).collect()
}

/// What is asked of a world, and for how long.
struct Cases<'w> {
    world: &'w World,
    list: Vec<Case>,
    budget: Budget,
}

impl Cases<'_> {
    /// Asks every case of the merged view, the layered one and the arrays. `same` compares an answer of the store
    /// with one of the arrays, and says how many nodes were found.
    fn compare<A, B>(
        &self,
        store: impl Fn(&Lookup<'_>, &Case) -> A,
        floor: impl Fn(&Arrays, &mut Scratch, &Case) -> B,
        same: impl Fn(&A, &B) -> (bool, u64),
    ) -> Answered {
        let (arrays, cases) = (&self.world.arrays, &self.list);
        let (merged, layered) = (lookups(&self.world.merged, cases), lookups(&self.world.layered, cases));
        let mut scratch = Scratch::of(arrays);
        let mut found = 0;
        for (place, case) in cases.iter().enumerate() {
            let theirs = floor(arrays, &mut scratch, case);
            for lookup in [&merged[place], &layered[place]] {
                let (is_same, count) = same(&store(lookup, case), &theirs);
                assert!(is_same, "store and arrays disagree about node {} of {}", case.node, self.world.name);
                found += count;
            }
        }
        let places: Vec<usize> = (0..cases.len()).collect();
        let mut ways = [
            way(|place: &usize| store(&merged[*place], &cases[*place])),
            way(|place: &usize| store(&layered[*place], &cases[*place])),
            way(|place: &usize| floor(arrays, &mut scratch, &cases[*place])),
        ];
        let mut times = rounds(&places, &mut ways, self.budget).into_iter();
        let mut next = || times.next().unwrap_or_default();
        Answered {
            merged: next(),
            layered: next(),
            floor: next(),
            cases: cases.len(),
            found: found / 2,
        }
    }
}
