//! Skip blocks: the latest last day of every 16, 256 and 4,096 spans.
//!
//! Spans stand by their first day, so the ones that hold on a day are scattered over all that began before. The
//! blocks lead from one to the next without a look at those between: a question pays for what it finds.

/// Spans of a block on each level.
const BLOCKS: [usize; 3] = [16, 256, 4096];

/// The blocks over a column of last days.
#[derive(Clone, Debug, Default)]
pub(super) struct Maxima([Vec<i32>; 3]);

impl Maxima {
    /// The blocks over all last days.
    pub(super) fn over(lasts: impl ExactSizeIterator<Item = i32>) -> Self {
        let mut levels = BLOCKS.map(|block| Vec::with_capacity(lasts.len().div_ceil(block)));
        for (place, last) in lasts.enumerate() {
            for (level, block) in levels.iter_mut().zip(BLOCKS) {
                match level.last_mut() {
                    Some(most) if !place.is_multiple_of(block) => *most = last.max(*most),
                    _ => level.push(last),
                }
            }
        }
        Self(levels)
    }

    /// The first place from `from` on, before `to`, where a span may last to `since`: all between do not.
    /// `last` tells the last day at a place.
    pub(super) fn next(&self, mut from: usize, to: usize, since: i32, last: impl Fn(usize) -> i32) -> usize {
        'from: while from < to {
            for (level, block) in self.0.iter().zip(BLOCKS).rev() {
                let starts_block = from.is_multiple_of(block);
                if starts_block && level.get(from / block).is_some_and(|most| *most < since) {
                    from += block;
                    continue 'from;
                }
            }
            if last(from) >= since {
                return from;
            }
            from += 1;
        }
        to
    }

    /// The place behind the last one before `to`, from `from` on, where a span lasts to `since`; `from` when there
    /// is none.
    pub(super) fn before(&self, from: usize, mut to: usize, since: i32, last: impl Fn(usize) -> i32) -> usize {
        'to: while to > from {
            for (level, block) in self.0.iter().zip(BLOCKS).rev() {
                let ends_block = to.is_multiple_of(block);
                if ends_block && level.get(to / block - 1).is_some_and(|most| *most < since) {
                    to -= block;
                    continue 'to;
                }
            }
            if last(to - 1) >= since {
                return to;
            }
            to -= 1;
        }
        from
    }

    /// Bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        self.0.iter().map(|level| level.capacity() * size_of::<i32>()).sum()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn blocks_find_what_a_walk_finds(lasts in prop::collection::vec(0..40i32, 0..9_000), since in 30..42i32, ends in any::<[u16; 2]>()) {
            let maxima = Maxima::over(lasts.iter().copied());
            let place = |end: u16| usize::from(end) % (lasts.len() + 1);
            let (from, to) = (place(ends[0]).min(place(ends[1])), place(ends[0]).max(place(ends[1])));
            let last = |place: usize| lasts[place];
            let next = (from..to).find(|place| lasts[*place] >= since).unwrap_or(to);
            prop_assert_eq!(maxima.next(from, to, since, last), next);
            let before = (from..to).rev().find(|place| lasts[*place] >= since).map_or(from, |place| place + 1);
            prop_assert_eq!(maxima.before(from, to, since, last), before);
        }
    }
}
