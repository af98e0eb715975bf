//! How long things take, several ways of doing them in turn.
//!
//! Each case is asked in every way again and again, a block of cases at a time, so that what else the machine
//! does falls on all ways alike. Of each case the median counts; percentiles are over the cases.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// Cases that are asked in one way before the next way has its turn.
const BLOCK: usize = 50;

/// How long a measurement may take, all ways together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    /// Rounds when there is time.
    pub(crate) rounds: usize,
    /// When no new round begins.
    pub(crate) time: Duration,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            rounds: 11,
            time: Duration::from_secs(8),
        }
    }
}

/// Seconds of each case, sorted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Times(Vec<f64>);

impl Times {
    pub(crate) fn new(mut seconds: Vec<f64>) -> Self {
        seconds.sort_by(f64::total_cmp);
        Self(seconds)
    }

    /// The time below which this share of the cases stays; 0 when there are none.
    pub(crate) fn share(&self, share: f64) -> f64 {
        let place = (self.0.len() as f64 * share) as usize;
        self.0.get(place).or(self.0.last()).copied().unwrap_or(0.0)
    }

    pub(crate) fn p50(&self) -> f64 {
        self.share(0.50)
    }

    pub(crate) fn p99(&self) -> f64 {
        self.share(0.99)
    }

    pub(crate) fn longest(&self) -> f64 {
        self.0.last().copied().unwrap_or(0.0)
    }

    pub(crate) const fn count(&self) -> usize {
        self.0.len()
    }
}

/// One way of answering a case; what it answers is thrown away.
pub(crate) type Way<'w, C> = Box<dyn FnMut(&C) + 'w>;

/// A way of answering cases, for [`rounds`].
pub(crate) fn way<'w, C, A>(mut answer: impl FnMut(&C) -> A + 'w) -> Way<'w, C> {
    Box::new(move |case| {
        black_box(answer(black_box(case)));
    })
}

/// Asks every case in every way, and gives the times of each way.
///
/// A first round warms up and is not counted, unless it alone takes all the time. Cases that no round came to
/// are left out of all ways.
pub(crate) fn rounds<C>(cases: &[C], ways: &mut [Way<'_, C>], budget: Budget) -> Vec<Times> {
    let mut taken: Vec<Vec<Vec<f64>>> = vec![vec![Vec::new(); cases.len()]; ways.len()];
    let begun = Instant::now();
    for round in 0..=budget.rounds {
        for (block, some) in cases.chunks(BLOCK).enumerate() {
            if round > 0 && begun.elapsed() > budget.time {
                break;
            }
            for turn in 0..ways.len() {
                // Nobody always comes first.
                let which = (turn + round + block) % ways.len();
                for (place, case) in some.iter().enumerate() {
                    let start = Instant::now();
                    ways[which](case);
                    taken[which][block * BLOCK + place].push(start.elapsed().as_secs_f64());
                }
            }
        }
    }
    taken
        .into_iter()
        .map(|of_way| Times::new(of_way.into_iter().map(settled).collect()))
        .collect()
}

/// The median of one case's times, without the first when there are more.
fn settled(mut seconds: Vec<f64>) -> f64 {
    if seconds.len() > 1 {
        seconds.remove(0);
    }
    Times::new(seconds).p50()
}
