//! Row 8: how the cost of a question grows with the graph, at nodes of equal degree.

use super::cases::{Nodes, Question};
use crate::arguments::said;
use crate::generator::MEAN_DEGREE;
use crate::measure::Budget;
use crate::table::{Figure, Table, Target, Value};
use crate::world::World;

/// Times of all questions at one size after another.
#[derive(Debug, Default)]
pub(crate) struct Curve {
    points: Vec<Point>,
}

/// One size.
#[derive(Debug)]
struct Point {
    facts: u32,
    /// p50 of each question: the store, the arrays, and nodes found a case.
    times: Vec<(Question, f64, f64, f64)>,
}

/// Questions of the curve: the largest hubs grow with the graph, and one question is there twice.
fn questions() -> impl Iterator<Item = Question> {
    let left_out = [Question::Hubs, Question::ArrivalByPass];
    Question::ALL.into_iter().filter(move |question| !left_out.contains(question))
}

impl Curve {
    /// Asks all questions at one size.
    pub(crate) fn point(&mut self, facts: u32, world: &World) {
        let times = questions().map(|question| {
            let answered = question.ask(world, Nodes::OfDegree(MEAN_DEGREE), Budget::default());
            let found = answered.found as f64 / answered.cases as f64;
            (question, answered.merged.p50(), answered.floor.p50(), found)
        });
        self.points.push(Point {
            facts,
            times: times.collect(),
        });
    }

    /// Prints the largest size against the smallest, and the curve.
    pub(crate) fn row(&self, table: &mut Table) {
        let (Some(smallest), Some(largest)) = (self.points.first(), self.points.last()) else {
            return;
        };
        let sizes = format!("{} facts against {}", said(largest.facts), said(smallest.facts));
        table.group(format!("8. Growth at nodes of degree {MEAN_DEGREE} or so: {sizes}"));
        for (place, question) in questions().enumerate() {
            let at = |point: &Point| point.times[place];
            let found_by = |point: &Point| at(point).3;
            let ((_, last, ..), (_, first, ..)) = (at(largest), at(smallest));
            // What counts nodes costs what it finds, and of that there is more in a larger graph.
            let (a_node, last, first) = match (found_by(largest), found_by(smallest)) {
                (last_found, first_found) if first_found > 0.0 => (" a node found", last / last_found, first / first_found),
                _ => ("", last, first),
            };
            table.add(Figure::against(
                format!("{}, p50{a_node}", question.clause()),
                Value::Time(last),
                Value::Time(first),
                Target::TimesFloor(3.0),
            ));
            let points = self.points.iter().map(|point| {
                let (_, ours, floor, found) = at(point);
                let found = if found > 0.0 {
                    format!(", {found:.0} nodes found")
                } else {
                    String::new()
                };
                format!("{} {} (arrays {}{found})", said(point.facts), Value::Time(ours), Value::Time(floor))
            });
            table.note(format!("{}: {}", question.clause(), points.collect::<Vec<_>>().join("; ")));
        }
    }
}
