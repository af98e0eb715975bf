//! Row 2: what holds on a day, at a hub of 200,000 states of 30 days, costs what it returns.

use dateline::model::time::Window;
use dateline::model::{Day, NodeNumber};
use dateline::query::{FilterParams, Lookup};
use dateline::view::View;

use crate::floors::arrays::Arrays;
use crate::generator::{self, Commits, DAYS, FIRST_DAY, Graph};
use crate::measure::{Budget, rounds, way};
use crate::table::{Figure, Table, Target, Value};
use crate::world::asking;

const STATES: u32 = 200_000;
const LENGTH: i32 = 30;
const HUB: u32 = 0;
const PAGE: usize = 100;
/// Days that are asked for.
const ASKED: i32 = 200;

/// Asks for the first page of days all over the ten years.
pub(crate) fn row(table: &mut Table) {
    let graph = Graph::hub_of_states(STATES, LENGTH);
    let mut view = View::new(generator::ontology());
    let mut commits = Commits::of(&graph);
    while commits.left() > 0 {
        view.apply(&commits.next(STATES as usize));
    }
    view.merge();
    let arrays = Arrays::of(view.newest());
    let ask = asking(&view);
    let day = |number: i32| Day(FIRST_DAY + LENGTH + number * (DAYS - LENGTH) / ASKED);
    let cases: Vec<(Window, Lookup<'_>)> = (0..ASKED)
        .map(|number| {
            let filters = FilterParams {
                valid_at: Some(day(number).to_string()),
                ..FilterParams::default()
            };
            let window = Window {
                since: Some(day(number)),
                until: Some(day(number)),
            };
            (window, Lookup::new(&ask, &filters).unwrap())
        })
        .collect();
    for (window, lookup) in &cases {
        let ours = lookup.page(NodeNumber(HUB), None, PAGE).unwrap();
        let theirs = arrays.page(HUB, *window, None, PAGE);
        assert_eq!(ours.len(), PAGE);
        let theirs = theirs.iter().map(|rank| arrays.number(*rank));
        assert!(ours.iter().copied().eq(theirs), "store and arrays disagree");
        let ours = lookup.around(NodeNumber(HUB), 1, PAGE, PAGE).unwrap();
        let theirs = arrays.one_hop(HUB, None, *window, PAGE);
        let theirs = theirs.iter().map(|(_, rank)| arrays.number(*rank));
        assert!(ours.iter().map(|found| found.fact).eq(theirs), "store and arrays disagree");
    }
    let mut ways = [
        way(|(_, lookup): &(Window, Lookup<'_>)| lookup.page(NodeNumber(HUB), None, PAGE)),
        way(|(window, _): &(Window, Lookup<'_>)| arrays.page(HUB, *window, None, PAGE)),
        way(|(_, lookup): &(Window, Lookup<'_>)| lookup.around(NodeNumber(HUB), 1, PAGE, PAGE)),
        way(|(window, _): &(Window, Lookup<'_>)| arrays.one_hop(HUB, None, *window, PAGE)),
    ];
    let times = rounds(&cases, &mut ways, Budget::default());
    table.group("2. What holds on a day, at a hub of 200,000 states of 30 days");
    let [page, pages, around, newest] = [0, 1, 2, 3].map(|way| &times[way]);
    let most = Target::AtMost(Value::Time(10e-6));
    let figure = |what: &str, ours, floor, target| Figure::against(what, Value::Time(ours), Value::Time(floor), target);
    for (what, ours, floor) in [
        ("the first page of 100 of a timeline", page, pages),
        ("the newest 100 of a neighbourhood", around, newest),
    ] {
        table.add(figure(&format!("{what}, p50"), ours.p50(), floor.p50(), most));
        table.add(figure(&format!("{what}, p99"), ours.p99(), floor.p99(), Target::Known));
    }
}
