//! A seeded graph of dated facts in the shape of the real ones: a power law with hubs, several facts between the
//! same two nodes, ten years of days, 250 relations.
//!
//! [`Recipe::draw`] gives the bare facts; `records` makes commits of them, `lines` NDJSON. The same recipe gives
//! the same bytes in every run. Deliberately absent: negated, reported and undated facts, facts with a value,
//! documents. They change no list's length, and the floors would have to say something about them.

pub(crate) mod lines;
mod popularity;
mod random;
mod records;
pub(crate) mod vocabulary;

use std::collections::HashSet;

use popularity::Popularity;
pub(crate) use random::{Random, mixed};
pub(crate) use records::Commits;
pub(crate) use vocabulary::{FIRST_STATE, RELATIONS, ontology};

/// The first day, 2014-01-01.
pub(crate) const FIRST_DAY: i32 = 16_071;
/// Days of the graph: ten years.
pub(crate) const DAYS: i32 = 3_652;
/// The last day of a fact that has none.
pub(crate) const OPEN: i32 = i32::MAX;
/// Facts at a node, on average.
pub(crate) const MEAN_DEGREE: u32 = 40;
/// The share of all facts in which the best-known node is.
pub(crate) const HUB_SHARE: f64 = 0.02;
/// Facts of a drawn pair, on average; pairs that are drawn again bring it to three.
const FACTS_A_PAIR: f64 = 2.65;

/// What kind of days the facts have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mix {
    /// One known day each.
    Events,
    /// 30 % states with a first and a last day, 5 % states that are not over, the rest one day.
    Mixed,
    /// States with a first and a last day.
    Spans,
}

/// What a graph is made from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recipe {
    /// Facts.
    pub(crate) facts: u32,
    /// Their days.
    pub(crate) mix: Mix,
    /// Where chance begins.
    pub(crate) seed: u64,
}

/// A fact as it was drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Drawn {
    pub(crate) subject: u32,
    pub(crate) object: u32,
    pub(crate) relation: u16,
    /// The first day on which it held.
    pub(crate) first: i32,
    /// The last one; [`OPEN`] when it is not over.
    pub(crate) last: i32,
}

/// A graph, its facts in the order in which they were reported.
#[derive(Clone, Debug)]
pub(crate) struct Graph {
    /// How many nodes; they are numbered in the order in which the facts name them.
    pub(crate) nodes: u32,
    pub(crate) facts: Vec<Drawn>,
}

impl Recipe {
    /// A graph of events of this many facts.
    pub(crate) const fn events(facts: u32) -> Self {
        Self {
            facts,
            mix: Mix::Events,
            seed: 18,
        }
    }

    /// Draws the graph.
    pub(crate) fn draw(&self) -> Graph {
        let nodes = (self.facts * 2 / MEAN_DEGREE).max(2);
        let mut random = Random::new(self.seed);
        let pairs = pairs(self.facts, nodes, &mut random);
        let words = Words::new(self.mix);
        let mut facts = Vec::with_capacity(self.facts as usize);
        for (pair, count) in pairs {
            between(pair, count, &words, &mut facts, &mut random);
        }
        // Of a day it is told in no order, and up to two months late.
        let chance = |fact: &Drawn| mixed(self.seed ^ u64::from(fact.subject) << 32 ^ u64::from(fact.object) ^ fact.first as u64);
        facts.sort_by_cached_key(|fact| (fact.first + (chance(fact) % 60) as i32, chance(fact)));
        let mut graph = Graph { nodes, facts };
        graph.number_as_named();
        graph
    }
}

/// Pairs of nodes and how many facts are between them, together `facts`.
fn pairs(facts: u32, nodes: u32, random: &mut Random) -> Vec<((u32, u32), u32)> {
    // A hub that is in 2 % of the facts is 1 % of their ends.
    let popularity = Popularity::new(nodes, HUB_SHARE / 2.0);
    let mut pairs = Vec::new();
    let mut left = facts;
    while left > 0 {
        let (a, b) = (popularity.draw(random), popularity.draw(random));
        if a == b {
            continue;
        }
        // Geometric: most pairs are told of once, some again and again.
        let mut count = 1;
        while count < left && random.chance(1.0 - 1.0 / FACTS_A_PAIR) {
            count += 1;
        }
        left -= count;
        pairs.push(((a.min(b), a.max(b)), count));
    }
    pairs.sort_unstable();
    let mut merged: Vec<((u32, u32), u32)> = Vec::with_capacity(pairs.len());
    for (pair, count) in pairs {
        match merged.last_mut() {
            Some((last, sum)) if *last == pair => *sum += count,
            _ => merged.push((pair, count)),
        }
    }
    merged
}

/// Draws different facts between two nodes.
fn between(pair: (u32, u32), count: u32, words: &Words, facts: &mut Vec<Drawn>, random: &mut Random) {
    let start = facts.len();
    while facts.len() < start + count as usize {
        let (subject, object) = if random.chance(0.5) { pair } else { (pair.1, pair.0) };
        let fact = words.fact(subject, object, random);
        if !facts[start..].contains(&fact) {
            facts.push(fact);
        }
    }
}

/// What can be said of two nodes, a few relations most often.
struct Words {
    mix: Mix,
    all: Popularity,
    events: Popularity,
    states: Popularity,
}

impl Words {
    fn new(mix: Mix) -> Self {
        let of = |count: u16| Popularity::new(u32::from(count), 0.08);
        Self {
            mix,
            all: of(RELATIONS),
            events: of(FIRST_STATE),
            states: of(RELATIONS - FIRST_STATE),
        }
    }

    fn fact(&self, subject: u32, object: u32, random: &mut Random) -> Drawn {
        let first = FIRST_DAY + random.below(DAYS as u32) as i32;
        let kind = match self.mix {
            Mix::Events => 1.0,
            Mix::Mixed => random.unit(),
            Mix::Spans => 0.0,
        };
        let (relation, last) = if kind < 0.30 {
            // From a week to three years, short ones more often.
            let days = 7.0 * (random.unit() * 5.0).exp();
            (self.state(random), first + days as i32)
        } else if kind < 0.35 {
            (self.state(random), OPEN)
        } else {
            let events = if self.mix == Mix::Events { &self.all } else { &self.events };
            (events.draw(random) as u16, first)
        };
        Drawn {
            subject,
            object,
            relation,
            first,
            last,
        }
    }

    fn state(&self, random: &mut Random) -> u16 {
        FIRST_STATE + self.states.draw(random) as u16
    }
}

impl Graph {
    /// A node that so many facts of so many days are about, spread over ten years: the node is number 0.
    pub(crate) fn hub_of_states(states: u32, days: i32) -> Self {
        let mut random = Random::new(2);
        let others = states / MEAN_DEGREE;
        let mut known = HashSet::new();
        let mut facts = Vec::with_capacity(states as usize);
        while facts.len() < states as usize {
            let first = FIRST_DAY + random.below(DAYS as u32) as i32;
            let fact = Drawn {
                subject: 0,
                object: 1 + random.below(others),
                relation: FIRST_STATE + random.below(u32::from(RELATIONS - FIRST_STATE)) as u16,
                first,
                last: first + days - 1,
            };
            if known.insert(fact) {
                facts.push(fact);
            }
        }
        Self { nodes: others + 1, facts }
    }

    /// Numbers the nodes as a store does: in the order in which facts name them. Nodes that none names are dropped.
    fn number_as_named(&mut self) {
        let mut numbers = vec![u32::MAX; self.nodes as usize];
        let mut next = 0;
        for fact in &mut self.facts {
            for end in [&mut fact.subject, &mut fact.object] {
                let number = &mut numbers[*end as usize];
                if *number == u32::MAX {
                    *number = next;
                    next += 1;
                }
                *end = *number;
            }
        }
        self.nodes = next;
    }

    /// The same facts in an order that has nothing to do with their days: the hardest for whatever merges.
    pub(crate) fn shuffle(&mut self) {
        let mut random = Random::new(7);
        for place in (1..self.facts.len()).rev() {
            self.facts.swap(place, random.below(place as u32 + 1) as usize);
        }
    }
}
