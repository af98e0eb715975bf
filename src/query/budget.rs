//! What a question may cost, and the meter that its loops pay into.
//!
//! [`Budget`] is what a caller allows; [`Meter`] counts against it inside the loops and says, at the
//! end, whether and why the answer was cut.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use super::QueryError;

/// What bounds a question: checked inside the loops, and told in the answer's `truncated`.
#[derive(Clone, Debug)]
pub struct Budget {
    /// Edges that may still be touched.
    pub edges: usize,
    /// When it has to end.
    pub deadline: Instant,
    /// Set when the client has left.
    pub cancelled: Arc<AtomicBool>,
    /// Whether running out ends in [`QueryError::Stopped`] rather than in a cut answer: a first try, on
    /// a thread that must not be held up, is asked again with more.
    pub first_try: bool,
}

/// What one look at a fact costs, in sixteenths of an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cost {
    /// A look at one column of a fact, without its evidence.
    Glance = 1,
    /// An edge walked or a fact judged by every filter.
    Edge = 16,
    /// A body or a text read through the store.
    Body = 512,
}

const PER_EDGE: usize = 16;
/// How often the clock is read: once in so many looks.
const CLOCK_EVERY: usize = 1_024;

/// Counts what a question costs.
#[derive(Debug)]
pub(crate) struct Meter<'a> {
    budget: &'a Budget,
    left: usize,
    /// Looks until the clock is read again.
    until_clock: usize,
    cut: Option<Cut>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    Edges,
    Deadline,
    Cancelled,
}

impl<'a> Meter<'a> {
    /// A meter with all of `budget` left.
    pub(crate) fn new(budget: &'a Budget) -> Self {
        Self {
            budget,
            left: budget.edges.saturating_mul(PER_EDGE),
            until_clock: 0,
            cut: None,
        }
    }

    /// A meter for what can only be answered whole: bounded by the deadline alone, unless it is a first try.
    pub(crate) fn for_everything(budget: &'a Budget) -> Self {
        let mut meter = Self::new(budget);
        if !budget.first_try {
            meter.left = usize::MAX;
        }
        meter
    }

    /// Pays for one look.
    ///
    /// # Errors
    ///
    /// [`QueryError::Stopped`] when the question has to stop: there is no cut answer to it.
    pub(crate) fn pay_or_stop(&mut self, cost: Cost) -> Result<(), QueryError> {
        if self.pay(cost).is_continue() {
            Ok(())
        } else {
            Err(QueryError::Stopped)
        }
    }

    /// Pays for one look; `Break` when the question has to stop, and ever after.
    pub(crate) fn pay(&mut self, cost: Cost) -> ControlFlow<()> {
        self.pay_for(cost, 1)
    }

    /// Pays for many looks of one kind at once.
    pub(crate) fn pay_for(&mut self, cost: Cost, looks: usize) -> ControlFlow<()> {
        if self.cut.is_none() {
            self.cut = self.looked_up(looks);
        }
        let price = (cost as usize).saturating_mul(looks);
        match self.left.checked_sub(price) {
            Some(left) => self.left = left,
            None => self.cut = self.cut.or(Some(Cut::Edges)),
        }
        if self.cut.is_some() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    /// Reads the clock, and whether the client is there, every so many looks.
    fn looked_up(&mut self, looks: usize) -> Option<Cut> {
        if let Some(left) = self.until_clock.checked_sub(looks) {
            self.until_clock = left;
            return None;
        }
        self.until_clock = CLOCK_EVERY;
        if self.budget.cancelled.load(Ordering::Relaxed) {
            return Some(Cut::Cancelled);
        }
        (Instant::now() >= self.budget.deadline).then_some(Cut::Deadline)
    }

    /// Whether the question was stopped.
    pub(crate) fn is_cut(&self) -> bool {
        self.cut.is_some()
    }

    /// `edges` or `deadline` when the answer was cut, for `truncated.reason`.
    ///
    /// # Errors
    ///
    /// [`QueryError::Stopped`] when the client has left, or a first try ran out.
    pub(crate) fn finish(&self) -> Result<Option<&'static str>, QueryError> {
        match self.cut {
            None => Ok(None),
            Some(Cut::Cancelled) => Err(QueryError::Stopped),
            Some(_) if self.budget.first_try => Err(QueryError::Stopped),
            Some(Cut::Edges) => Ok(Some("edges")),
            Some(Cut::Deadline) => Ok(Some("deadline")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn budget(edges: usize) -> Budget {
        Budget {
            edges,
            deadline: Instant::now() + Duration::from_mins(1),
            cancelled: Arc::default(),
            first_try: false,
        }
    }

    #[test]
    fn a_meter_stops_after_its_edges_and_says_so() {
        let budget = budget(3);
        let mut meter = Meter::new(&budget);
        assert_eq!((0..9).take_while(|_| meter.pay(Cost::Edge).is_continue()).count(), 3);
        assert_eq!(meter.finish().unwrap(), Some("edges"));
    }

    #[test]
    fn a_first_try_that_runs_out_is_no_answer() {
        let budget = Budget {
            first_try: true,
            ..budget(0)
        };
        let mut meter = Meter::new(&budget);
        assert!(meter.pay(Cost::Glance).is_break());
        assert!(matches!(meter.finish(), Err(QueryError::Stopped)));
    }

    #[test]
    fn a_client_that_left_stops_the_question() {
        let budget = budget(10);
        budget.cancelled.store(true, Ordering::Relaxed);
        let mut meter = Meter::new(&budget);
        assert!(meter.pay(Cost::Glance).is_break());
        assert!(matches!(meter.finish(), Err(QueryError::Stopped)));
    }

    #[test]
    fn a_deadline_that_passed_cuts_the_answer() {
        let budget = Budget {
            deadline: Instant::now(),
            ..budget(10)
        };
        let mut meter = Meter::new(&budget);
        assert!(meter.pay(Cost::Glance).is_break());
        assert_eq!(meter.finish().unwrap(), Some("deadline"));
    }
}
