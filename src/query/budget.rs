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
/// How often the clock is read: once for what so many edges cost.
const CLOCK_EVERY: usize = 1_024 * PER_EDGE;

/// Counts what a question costs.
#[derive(Debug)]
pub(crate) struct Meter<'a> {
    budget: &'a Budget,
    /// What may be spent before the clock is read again.
    at_hand: usize,
    /// What may be spent after that.
    in_reserve: usize,
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
            at_hand: 0,
            in_reserve: budget.edges.saturating_mul(PER_EDGE),
            cut: None,
        }
    }

    /// A meter for what can only be answered whole: bounded by the deadline alone, unless it is a first try.
    pub(crate) fn for_everything(budget: &'a Budget) -> Self {
        let mut meter = Self::new(budget);
        if !budget.first_try {
            meter.in_reserve = usize::MAX;
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
    #[inline]
    pub(crate) fn pay(&mut self, cost: Cost) -> ControlFlow<()> {
        self.pay_for(cost, 1)
    }

    /// Pays for many looks of one kind at once.
    #[inline]
    pub(crate) fn pay_for(&mut self, cost: Cost, looks: usize) -> ControlFlow<()> {
        // Inside the loops this is one subtraction: the clock, and what is left in all, wait for the reserve.
        match self.at_hand.checked_sub((cost as usize).saturating_mul(looks)) {
            Some(left) if left > 0 => {
                self.at_hand = left;
                ControlFlow::Continue(())
            }
            _ => self.draw((cost as usize).saturating_mul(looks)),
        }
    }

    /// Takes more from the reserve, after a look at the clock and at whether the client is there.
    #[cold]
    fn draw(&mut self, price: usize) -> ControlFlow<()> {
        if self.cut.is_some() {
            return ControlFlow::Break(());
        }
        let left = self.at_hand.saturating_add(self.in_reserve).checked_sub(price);
        self.cut = match left {
            _ if self.budget.cancelled.load(Ordering::Relaxed) => Some(Cut::Cancelled),
            _ if Instant::now() >= self.budget.deadline => Some(Cut::Deadline),
            None => Some(Cut::Edges),
            Some(_) => None,
        };
        let left = left.filter(|_| self.cut.is_none()).unwrap_or(0);
        self.at_hand = left.min(CLOCK_EVERY);
        self.in_reserve = left - self.at_hand;
        if self.cut.is_some() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    /// Whether so many looks can be paid for.
    pub(crate) fn affords(&self, cost: Cost, looks: u64) -> bool {
        let left = self.at_hand.saturating_add(self.in_reserve);
        looks.saturating_mul(cost as u64) < u64::try_from(left).unwrap_or(u64::MAX)
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
