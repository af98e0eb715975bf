//! Filling one page of a list from candidates in its order, and counting the rest.
//!
//! A list is walked from where the page before ended. Once the page is full the walk goes on to count,
//! as far as the budget reaches: a total is exact or not given at all. Later pages carry the total in
//! their cursor and stop as soon as it is known that there is more.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::budget::{Cost, Meter};
use super::{QueryError, Truncated};

/// Where a page ended, and what its cursor need not have counted again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place<K> {
    /// Key of the last candidate that was looked at.
    pub(crate) key: K,
    /// How many there are in all, when it could be counted.
    pub(crate) total: Option<u64>,
    /// How many are hidden for want of a date.
    pub(crate) undated: u64,
}

/// One page being filled. `K` is the key that a list is ordered by, `T` what it lists.
pub(crate) struct Scan<'m, 'b, K, T> {
    meter: &'m mut Meter<'b>,
    after: Option<Place<K>>,
    limit: usize,
    total: Option<u64>,
    found: Vec<T>,
    count: u64,
    kept: Option<K>,
    seen: Option<K>,
    more: bool,
}

/// A page that was filled.
pub(crate) struct Filled<K, T> {
    /// What it lists.
    pub(crate) found: Vec<T>,
    /// How many there are in all.
    pub(crate) total: Option<u64>,
    /// Where the next page starts; the last page has none.
    pub(crate) next: Option<K>,
    /// How it was cut.
    pub(crate) truncated: Option<Truncated>,
}

impl<'m, 'b, K: Copy + PartialEq, T> Scan<'m, 'b, K, T> {
    /// An empty page of `limit` rows that begins after a place.
    pub(crate) fn new(meter: &'m mut Meter<'b>, after: Option<Place<K>>, limit: usize) -> Self {
        Self {
            meter,
            after,
            limit,
            total: None,
            found: Vec::new(),
            count: 0,
            kept: None,
            seen: None,
            more: false,
        }
    }

    /// Nothing is counted past the page when the total is known without.
    pub(crate) fn with_known_total(mut self, total: Option<u64>) -> Self {
        self.total = total;
        self
    }

    /// Whether the page is full and nothing is left to be counted.
    fn is_done(&self) -> bool {
        self.more && (self.after.is_some() || self.total.is_some())
    }

    /// Looks at the next candidate in the order of the list; those before the page are not offered.
    ///
    /// # Errors
    ///
    /// Those of `passes`.
    pub(crate) fn offer(
        &mut self,
        key: K,
        item: T,
        cost: Cost,
        passes: impl FnOnce() -> Result<bool, QueryError>,
    ) -> Result<ControlFlow<()>, QueryError> {
        if self.is_done() || self.meter.pay(cost).is_break() {
            return Ok(ControlFlow::Break(()));
        }
        if passes()? {
            self.count += 1;
            if self.found.len() < self.limit {
                self.found.push(item);
                self.kept = Some(key);
            } else {
                self.more = true;
            }
        }
        self.seen = Some(key);
        Ok(if self.is_done() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        })
    }

    /// Pays for candidates up to `key` that were judged beforehand, whether they were offered or not.
    pub(crate) fn looked_as_far_as(&mut self, key: K, cost: Cost, looks: usize) -> ControlFlow<()> {
        self.seen = Some(key);
        if self.is_done() {
            return ControlFlow::Break(());
        }
        self.meter.pay_for(cost, looks)
    }

    /// The page.
    ///
    /// # Errors
    ///
    /// [`QueryError::Stopped`] when the client has left, or a first try ran out.
    pub(crate) fn finish(self) -> Result<Filled<K, T>, QueryError> {
        let cut = self.meter.finish()?;
        let counted = match &self.after {
            Some(place) => place.total,
            None if cut.is_none() => Some(self.count),
            None => None,
        };
        // A full page is whole, however the counting ended.
        let truncated = cut.filter(|_| !self.more).map(|reason| Truncated {
            reason: reason.to_owned(),
            nodes_omitted: None,
            edges_omitted: None,
        });
        let next = match (self.limit, self.more, &truncated) {
            (0, ..) => None,
            (_, true, _) => self.kept,
            (_, _, Some(_)) => self.seen,
            _ => None,
        };
        Ok(Filled {
            found: self.found,
            total: self.total.or(counted),
            next,
            truncated,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use super::super::Budget;
    use super::*;

    /// Pages through the even ones of 0..100, and says how many pages it took and what each total was.
    fn pages(limit: usize, edges: usize) -> (Vec<u32>, Vec<Option<u64>>) {
        let budget = Budget {
            edges,
            deadline: Instant::now() + Duration::from_mins(1),
            cancelled: Arc::default(),
            first_try: false,
        };
        let (mut all, mut totals, mut after) = (Vec::new(), Vec::new(), None::<Place<u32>>);
        loop {
            let mut meter = Meter::new(&budget);
            let first = after.map_or(0, |place| place.key + 1);
            let mut scan = Scan::new(&mut meter, after, limit);
            for number in first..100 {
                if scan.offer(number, number, Cost::Edge, || Ok(number % 2 == 0)).unwrap().is_break() {
                    break;
                }
            }
            let filled = scan.finish().unwrap();
            all.extend(&filled.found);
            totals.push(filled.total);
            match filled.next {
                Some(key) => {
                    after = Some(Place {
                        key,
                        total: filled.total,
                        undated: 0,
                    });
                }
                None => return (all, totals),
            }
        }
    }

    #[test]
    fn pages_put_together_are_the_whole_list() {
        let even: Vec<u32> = (0..100).step_by(2).collect();
        for limit in [1, 7, 49, 50, 51] {
            let (all, totals) = pages(limit, 1_000);
            assert_eq!(all, even);
            assert!(totals.iter().all(|total| *total == Some(50)), "{totals:?}");
        }
    }

    #[test]
    fn a_budget_too_small_to_count_leaves_the_total_open_and_loses_nothing() {
        let even: Vec<u32> = (0..100).step_by(2).collect();
        for edges in [1, 5, 30] {
            let (all, totals) = pages(10, edges);
            assert_eq!(all, even);
            assert!(totals.iter().all(Option::is_none), "{totals:?}");
        }
    }
}
