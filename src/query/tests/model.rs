//! The list of facts against a slow and obvious model of it: every line, asked one by one.

use proptest::prelude::*;

use super::*;
use crate::model::{FactNumber, ValidTime};

const NODES: [&str; 4] = ["China", "Myanmar", "Li:Person", "Rakhine:Place"];
const RELATIONS: [&str; 4] = ["mentioned", "supported", "resides_in", "visited"];
const DATES: [&str; 7] = [
    "-",
    "2017-11-22",
    "2017-11",
    "../2017-11-22",
    "2017-11-20/..",
    "2016/2018",
    "2018-01-05",
];
const DAYS: [&str; 5] = ["2016-06-01", "2017-11-01", "2017-11-22", "2017-11-30", "2018-01-05"];
const PUBLISHERS: [&str; 2] = ["AP", "Reuters"];

#[derive(Clone, Debug)]
struct Line {
    ends: (usize, usize),
    relation: usize,
    date: usize,
    publisher: usize,
    reported: usize,
    speaker: Option<usize>,
    possible: bool,
}

impl Line {
    fn text(&self) -> String {
        let speaker = self.speaker.map(|node| format!("; speakers={}", NODES[node])).unwrap_or_default();
        let modality = if self.possible { "possible" } else { "asserted" };
        format!(
            "{} | {} | {} | {} | publisher={}; reported={}; modality={modality}{speaker}",
            NODES[self.ends.0],
            RELATIONS[self.relation],
            NODES[self.ends.1],
            DATES[self.date],
            PUBLISHERS[self.publisher],
            DAYS[self.reported]
        )
    }
    /// What makes it this fact.
    fn content(&self) -> (usize, usize, usize, usize, bool) {
        (self.ends.0, self.relation, self.ends.1, self.date, self.possible)
    }
}

#[derive(Clone, Debug, Default)]
struct Wanted {
    node: Option<usize>,
    relation: Option<usize>,
    since: Option<usize>,
    until: Option<usize>,
    certain: bool,
    publisher: Option<usize>,
    reported_since: Option<usize>,
    speaker: Option<usize>,
    possible: bool,
}

fn id(node: usize) -> String {
    crate::model::slug(NODES[node].split(':').next().unwrap())
}

impl Wanted {
    fn own(&self) -> String {
        self.node.map(|node| format!("node={}", id(node))).unwrap_or_default()
    }
    fn filters(&self) -> String {
        let mut parts = vec![format!("certain={}", self.certain)];
        parts.extend(self.relation.map(|n| format!("relation={}", RELATIONS[n])));
        parts.extend(self.since.map(|n| format!("since={}", DAYS[n])));
        parts.extend(self.until.map(|n| format!("until={}", DAYS[n])));
        parts.extend(self.publisher.map(|n| format!("publisher={}", PUBLISHERS[n])));
        parts.extend(self.reported_since.map(|n| format!("reported_since={}", DAYS[n])));
        parts.extend(self.speaker.map(|n| format!("speaker={}", id(n))));
        parts.extend(self.possible.then(|| "modality=possible".to_owned()));
        parts.join("&")
    }

    /// Numbers of the facts that pass, and how many lack a date for it.
    fn answer(&self, lines: &[Line]) -> (Vec<u32>, u64) {
        let mut facts: Vec<Vec<&Line>> = Vec::new();
        for line in lines {
            match facts.iter_mut().find(|told| told[0].content() == line.content()) {
                Some(told) => told.push(line),
                None => facts.push(vec![line]),
            }
        }
        let (mut found, mut undated) = (Vec::new(), 0);
        for (number, told) in facts.iter().enumerate() {
            let fact = told[0];
            let fits = self.node.is_none_or(|node| node == fact.ends.0 || node == fact.ends.1)
                && self.relation.is_none_or(|relation| relation == fact.relation)
                && (!self.possible || fact.possible)
                && told.iter().any(|line| {
                    self.publisher.is_none_or(|n| n == line.publisher)
                        && self.reported_since.is_none_or(|n| n <= line.reported)
                        && self.speaker.is_none_or(|n| line.speaker == Some(n))
                });
            let in_time = self.in_time(fact, told);
            if fits && in_time {
                found.push(u32::try_from(number).unwrap());
            }
            undated += u64::from(fits && !in_time && fact.date == 0);
        }
        (found, undated)
    }

    fn in_time(&self, fact: &Line, told: &[&Line]) -> bool {
        let day = |n: Option<usize>| n.map(|n| DAYS[n].parse().unwrap());
        let window = crate::model::time::Window {
            since: day(self.since),
            until: day(self.until),
        };
        if window.is_everything() {
            return true;
        }
        if fact.date == 0 {
            return !self.certain && RELATIONS[fact.relation] == "resides_in";
        }
        let span = DATES[fact.date].parse::<ValidTime>().unwrap().span();
        let newest = told.iter().map(|line| DAYS[line.reported].parse().unwrap()).max();
        if self.certain {
            span.certainly_meets(window, newest)
        } else {
            span.possibly_meets(window)
        }
    }
}

fn lines() -> impl Strategy<Value = Vec<Line>> {
    let line = (
        0..4usize,
        0..4usize,
        0..4usize,
        0..7usize,
        0..2usize,
        0..5usize,
        proptest::option::of(0..4usize),
        any::<bool>(),
    );
    let line = line.prop_map(|(a, b, relation, date, publisher, reported, speaker, possible)| Line {
        ends: (a, b),
        relation,
        date,
        publisher,
        reported,
        speaker,
        possible,
    });
    proptest::collection::vec(line.prop_filter("two nodes", |line| line.ends.0 != line.ends.1), 1..25)
}

fn wanted() -> impl Strategy<Value = Wanted> {
    let some = |n: usize| proptest::option::weighted(0.3, 0..n);
    let window = (some(5), some(5)).prop_filter("in order", |(since, until)| since.zip(*until).is_none_or(|(a, b)| a <= b));
    (
        some(4),
        some(4),
        window,
        any::<bool>(),
        some(2),
        some(5),
        some(4),
        proptest::bool::weighted(0.2),
    )
        .prop_map(
            |(node, relation, (since, until), certain, publisher, reported_since, speaker, possible)| Wanted {
                node,
                relation,
                since,
                until,
                certain,
                publisher,
                reported_since,
                speaker,
                possible,
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn the_list_is_what_asking_every_fact_gives(lines in lines(), wanted in proptest::collection::vec(wanted(), 8)) {
        let mut scene = Scene::of("node | Li:Person | L\nnode | Rakhine:Place | R\nnode | China | C\nnode | Myanmar | M");
        for part in lines.chunks(4) {
            scene.commit(&part.iter().map(Line::text).collect::<Vec<_>>().join("\n"));
        }
        for wanted in wanted {
            let (expected, undated) = wanted.answer(&lines);
            let answer = ask_facts(&scene, &wanted.own(), &wanted.filters()).unwrap();
            let mut found: Vec<_> = answer.facts.iter().map(|row| scene.view.newest().fact_by_id(row.id()).unwrap().0).collect();
            found.sort_unstable();
            prop_assert_eq!(&found, &expected, "{:?}", wanted);
            prop_assert_eq!(answer.hidden.undated, undated, "{:?}", &wanted);
            prop_assert_eq!(answer.page.total, Some(expected.len() as u64));
            let filter = scene.view.newest();
            prop_assert!(found.iter().all(|number| filter.is_known(FactNumber(*number))));
        }
    }
}
