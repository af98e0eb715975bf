//! Row 1: questions in process, against the bare arrays.

use std::time::Instant;

use dateline::model::NodeNumber;
use dateline::query::{self, FilterParams, PathsParams};

use super::cases::{Nodes, Question};
use crate::generator::Random;
use crate::measure::{Budget, Times};
use crate::table::{Figure, Table, Target, Value};
use crate::world::{World, asking};

/// Pairs whose most telling paths are looked for.
const PAIRS: usize = 100;

/// Asks all questions of a graph.
pub(crate) fn row(world: &World, table: &mut Table) {
    let bytes = world.arrays.bytes_a_fact();
    table.group(format!(
        "1. In process, {}, all facts in one run, against bare arrays of {bytes:.0} B a fact",
        world.name
    ));
    let mut layered = Vec::new();
    for question in Question::ALL {
        let answered = question.ask(world, Nodes::Any, Budget::default());
        let (p50, p99) = targets(question);
        let against = |what: &str, ours: f64, floor: f64, target| {
            Figure::against(
                format!("{}, {what}", question.clause()),
                Value::Time(ours),
                Value::Time(floor),
                target,
            )
        };
        table.add(against("p50", answered.merged.p50(), answered.floor.p50(), p50));
        if let Some(p99) = p99 {
            table.add(against("p99", answered.merged.p99(), answered.floor.p99(), p99));
        }
        if question != Question::ArrivalByPass {
            let (ours, merged) = (answered.layered.p50(), answered.merged.p50());
            layered.push(against("p50", ours, merged, Target::TimesFloor(2.0)));
        }
    }
    telling_paths(world, table);
    table.group(format!(
        "1. In process, {}, a tenth of the facts in {} newer runs, against the same in one run",
        world.name,
        world.layered.runs()
    ));
    for figure in layered {
        table.add(figure);
    }
}

/// What is asked of p50, and of p99 where it is.
const fn targets(question: Question) -> (Target, Option<Target>) {
    match question {
        Question::OneHop | Question::TwoHops | Question::Shortest | Question::Page => {
            (Target::TimesFloor(3.0), Some(Target::TimesFloor(5.0)))
        }
        Question::ThreeHops => (Target::TimesFloor(2.0), None),
        Question::ThreeHopsWithin | Question::Arrival | Question::Hubs => (Target::TimesFloor(3.0), None),
        // The promise is about the same search on bare arrays; that another is faster is worth knowing.
        Question::ArrivalByPass => (Target::Known, None),
    }
}

/// The three most telling paths, with their rows: there is no floor for what is telling.
pub(crate) fn telling_paths(world: &World, table: &mut Table) {
    let ask = asking(&world.merged);
    let mut random = Random::new(3);
    let id = |node: u32| ask.reading.node(NodeNumber(node)).unwrap().id.to_string();
    let mut seconds = Vec::new();
    while seconds.len() < PAIRS {
        let [from, to] = [(); 2].map(|()| Nodes::Any.pick(&world.arrays, &mut random));
        if from == to {
            continue;
        }
        let params = PathsParams {
            from: id(from),
            to: id(to),
            k: Some(3),
            ..PathsParams::default()
        };
        let start = Instant::now();
        let answer = query::paths(&ask, &params, &FilterParams::default()).unwrap();
        seconds.push(start.elapsed().as_secs_f64());
        assert!(answer.truncated.is_none());
    }
    let times = Times::new(seconds);
    for (what, time) in [("p50", times.p50()), ("p99", times.p99())] {
        let what = format!("the three most telling paths with their rows, {what}");
        table.add(Figure::alone(what, Value::Time(time), Target::Known));
    }
}
