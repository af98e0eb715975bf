//! The earliest arrival by one pass over all facts in the order of their days.
//!
//! Another floor for the same question, beside `arrival`: it keeps for each node the fewest hops by which it was
//! reached so far, and stops on the day of arrival, so that it costs the facts of the days until then. It needs
//! every fact by day (12 bytes each, beside the adjacency), and facts of one day.

use dateline::model::time::Window;

use super::{Arrays, Scratch, days};

/// Nobody has arrived.
const NEVER: u8 = u8::MAX;

/// Every fact by day.
#[derive(Debug)]
pub(crate) struct Stream(Vec<Fact>);

#[derive(Clone, Copy, Debug)]
struct Fact {
    day: i32,
    ends: [u32; 2],
}

impl Stream {
    /// The facts of arrays; `None` when some hold for more than a day.
    pub(crate) fn of(arrays: &Arrays) -> Option<Self> {
        if arrays.has_spans() {
            return None;
        }
        let nowhere = Fact { day: 0, ends: [0; 2] };
        let mut facts = vec![nowhere; arrays.numbers.len()];
        for node in 0..arrays.nodes() {
            for entry in arrays.list(node) {
                facts[entry.rank as usize] = Fact {
                    day: entry.first,
                    ends: [node, entry.other],
                };
            }
        }
        Some(Self(facts))
    }

    /// As [`Arrays::arrival`].
    pub(crate) fn arrival(&self, from: u32, to: u32, most: u32, window: Window, scratch: &mut Scratch) -> Option<i32> {
        let (since, until) = days(window);
        let Scratch { hops, touched, .. } = scratch;
        hops[from as usize] = 0;
        touched.push(from);
        let start = self.0.partition_point(|fact| fact.day < since);
        let arrival = self.0[start..]
            .chunk_by(|a, b| a.day == b.day)
            .take_while(|day| day[0].day <= until)
            .find(|day| {
                // Facts of one day may be used in any order.
                while relax(day, most as u8, hops, touched) {}
                hops[to as usize] != NEVER
            });
        for node in touched.drain(..) {
            hops[node as usize] = NEVER;
        }
        arrival.map(|day| day[0].day)
    }
}

/// Lets everybody who was reached go on by the facts of a day; whether that led anywhere new or by fewer hops.
fn relax(day: &[Fact], most: u8, hops: &mut [u8], touched: &mut Vec<u32>) -> bool {
    let mut changed = false;
    for fact in day {
        let [a, b] = fact.ends;
        let (by_a, by_b) = (hops[a as usize], hops[b as usize]);
        // Both may be NEVER, which no hop can better.
        let (end, by) = if by_a < by_b { (b, by_a + 1) } else { (a, by_b.saturating_add(1)) };
        let known = &mut hops[end as usize];
        if by < *known && by <= most {
            if *known == NEVER {
                touched.push(end);
            }
            *known = by;
            changed = true;
        }
    }
    changed
}
