//! How many nodes lie within so many hops.

use dateline::model::time::Window;

use super::{Arrays, Scratch, days, insert};

impl Arrays {
    /// How many other nodes lie within `depth` hops.
    pub(crate) fn reached(&self, node: u32, depth: u32, scratch: &mut Scratch) -> u64 {
        level_by_level(node, depth, scratch, |from, level| {
            for near in self.neighbours(from) {
                level.reach(*near);
            }
        })
    }

    /// The same over facts that hold in a window.
    pub(crate) fn reached_within(&self, node: u32, depth: u32, window: Window, scratch: &mut Scratch) -> u64 {
        let (since, until) = days(window);
        level_by_level(node, depth, scratch, |from, level| {
            self.each(from, since, until, |entry, _| level.reach(entry.other));
        })
    }
}

/// The nodes reached so far.
struct Level<'s> {
    seen: &'s mut [u64],
    all: &'s mut Vec<u32>,
}

impl Level<'_> {
    fn reach(&mut self, node: u32) {
        if insert(self.seen, node) {
            self.all.push(node);
        }
    }
}

fn level_by_level(node: u32, depth: u32, scratch: &mut Scratch, each: impl Fn(u32, &mut Level<'_>)) -> u64 {
    let mut reached = Level {
        seen: &mut scratch.here,
        all: &mut scratch.touched,
    };
    reached.reach(node);
    let mut level = 0..1;
    for _ in 0..depth {
        for place in level.clone() {
            each(reached.all[place], &mut reached);
        }
        level = level.end..reached.all.len();
    }
    let count = reached.all.len() as u64 - 1;
    reached.all.clear();
    reached.seen.fill(0);
    count
}
