//! Numbers in runs: of a million facts that are there, one pair of ends.

use std::ops::Range;

/// A set of numbers, as runs in ascending order that do not touch.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Runs(Vec<Range<u64>>);

impl Runs {
    /// Adds numbers that are not below any that are there.
    pub(super) fn push(&mut self, run: Range<u64>) {
        if run.is_empty() {
            return;
        }
        match self.0.last_mut() {
            Some(last) if last.end >= run.start => last.end = last.end.max(run.end),
            _ => self.0.push(run),
        }
    }

    pub(super) fn contains(&self, number: u64) -> bool {
        let place = self.0.partition_point(|run| run.end <= number);
        self.0.get(place).is_some_and(|run| run.contains(&number))
    }

    /// Whether any of these numbers is among those.
    pub(super) fn meets(&self, numbers: &Range<u64>) -> bool {
        let place = self.0.partition_point(|run| run.end <= numbers.start);
        self.0.get(place).is_some_and(|run| run.start < numbers.end)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Range<u64>> {
        self.0.iter().cloned()
    }

    /// These numbers without those of another set.
    pub(super) fn without(&self, other: &Self) -> Self {
        let mut left = Self::default();
        for run in self.iter() {
            let mut from = run.start;
            let first = other.0.partition_point(|out| out.end <= run.start);
            for out in other.0.iter().skip(first).take_while(|out| out.start < run.end) {
                left.push(from..out.start);
                from = out.end;
            }
            left.push(from..run.end);
        }
        left
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn runs(numbers: &BTreeSet<u64>) -> Runs {
        let mut runs = Runs::default();
        for number in numbers {
            runs.push(*number..number + 1);
        }
        runs
    }

    #[test]
    fn neighbours_become_one_run() {
        assert_eq!(runs(&BTreeSet::from([1, 2, 3, 7])), Runs(vec![1..4, 7..8]));
    }

    proptest! {
        #[test]
        fn runs_are_a_set_of_numbers(one in proptest::collection::btree_set(0u64..40, 0..30), other in proptest::collection::btree_set(0u64..40, 0..30)) {
            let (left, right) = (runs(&one), runs(&other));
            let without: BTreeSet<u64> = one.difference(&other).copied().collect();
            prop_assert_eq!(left.without(&right), runs(&without));
            for number in 0..42 {
                prop_assert_eq!(left.contains(number), one.contains(&number));
                prop_assert_eq!(left.meets(&(number..number + 3)), one.range(number..number + 3).next().is_some());
            }
            prop_assert_eq!(left.is_empty(), one.is_empty());
        }
    }
}
