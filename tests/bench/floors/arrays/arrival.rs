//! The earliest arrival in order of time, level by level.
//!
//! Dijkstra's algorithm would be wrong under a limit of hops: an early arrival by many hops must not shadow a
//! later one by few.

use dateline::model::time::Window;

use super::{Arrays, Scratch, days};

/// Nobody has arrived.
const NEVER: i32 = i32::MAX;

impl Arrays {
    /// The earliest day on which `to` is reached by at most `most` hops, each no earlier than the one before.
    pub(crate) fn arrival(&self, from: u32, to: u32, most: u32, window: Window, scratch: &mut Scratch) -> Option<i32> {
        let (since, until) = days(window);
        let mut search = Search {
            arrays: self,
            scratch,
            to,
            since,
            until,
        };
        search.arrive(from, i32::MIN);
        let mut frontier = vec![(from, since)];
        for hop in 1..=most {
            frontier = if hop == most {
                search.last_hop();
                Vec::new()
            } else {
                search.hop(&frontier)
            };
            if frontier.is_empty() {
                break;
            }
        }
        let arrival = search.scratch.arrivals[to as usize];
        search.forget();
        (arrival != NEVER).then_some(arrival)
    }
}

struct Search<'s> {
    arrays: &'s Arrays,
    scratch: &'s mut Scratch,
    to: u32,
    since: i32,
    until: i32,
}

impl Search<'_> {
    /// Goes on from nodes reached by the hop before, each on its day; where that led, earlier than by fewer hops.
    fn hop(&mut self, frontier: &[(u32, i32)]) -> Vec<(u32, i32)> {
        let mut next = Vec::new();
        for (node, day) in frontier {
            // What begins on or after an earlier arrival was used then, by fewer hops.
            let earlier = day_before(self.scratch.before[*node as usize]);
            let until = self.until.min(earlier).min(self.in_time());
            let arrays = self.arrays;
            arrays.each(*node, *day, until, |entry, _| {
                let on = entry.first.max(*day);
                if on < self.scratch.arrivals[entry.other as usize] && on <= self.in_time() {
                    next.push((entry.other, on));
                }
            });
        }
        // Earliest of each node alone; arrivals count only now, so that a level is one hop.
        next.sort_unstable();
        next.dedup_by_key(|(node, _)| *node);
        for (node, day) in &next {
            self.arrive(*node, *day);
        }
        next.retain(|(node, _)| *node != self.to);
        next
    }

    /// By the last hop only the end matters, and its own list is the shortest way to see it. Nodes that were
    /// reached by fewer hops than allowed are no mistake: what leads on from them was used before.
    fn last_hop(&mut self) {
        let mut best = NEVER;
        self.arrays
            .each(self.to, self.since, self.until.min(self.in_time()), |entry, last| {
                let day = self.scratch.arrivals[entry.other as usize];
                if day <= last && day != NEVER {
                    best = best.min(entry.first.max(day).max(self.since));
                }
            });
        if best < self.scratch.arrivals[self.to as usize] {
            self.arrive(self.to, best);
        }
    }

    /// The last day that still helps.
    fn in_time(&self) -> i32 {
        day_before(self.scratch.arrivals[self.to as usize])
    }

    fn arrive(&mut self, node: u32, day: i32) {
        let known = &mut self.scratch.arrivals[node as usize];
        if *known == NEVER {
            self.scratch.touched.push(node);
        }
        self.scratch.before[node as usize] = *known;
        *known = day;
    }

    fn forget(&mut self) {
        for node in self.scratch.touched.drain(..) {
            self.scratch.arrivals[node as usize] = NEVER;
            self.scratch.before[node as usize] = NEVER;
        }
    }
}

/// The day before one; every day before what never was.
const fn day_before(day: i32) -> i32 {
    if day == NEVER { NEVER } else { day.saturating_sub(1) }
}
