//! Merging in the background: what a process that serves does beside its writer.
//!
//! The writer asks for what is due, hands it to a thread that merges it from a snapshot, and puts the result in
//! place between two commits. Readers keep the snapshots they have; the merger keeps the old runs until nobody
//! holds them any more, so that it frees them and no reader has to.

use super::View;
use super::facts::Facts;
use super::run::{Due, Merged};

/// Runs to be merged, with what that needs of the snapshot.
#[derive(Debug)]
pub struct Merge {
    due: Due,
    facts: Facts,
}

/// Merged runs, on their way back into the view.
#[derive(Debug)]
pub struct MergedRuns(Merged);

/// Runs that were replaced: drop them once [`Self::is_last`].
#[derive(Debug)]
pub struct OldRuns(Due);

impl Merge {
    /// Does the work: seconds, when the runs are large.
    #[must_use]
    pub fn run(self) -> MergedRuns {
        MergedRuns(self.due.merge(&self.facts))
    }
}

impl OldRuns {
    /// Whether no snapshot holds one of them any more.
    #[must_use]
    pub fn is_last(&self) -> bool {
        self.0.is_last()
    }
}

impl View {
    /// From now on leaves the merging of large runs to whoever asks [`View::due_merge`].
    pub const fn merge_elsewhere(&mut self) {
        self.runs.merge_elsewhere();
    }

    /// What is due to be merged; nothing while something is being merged.
    #[must_use]
    pub fn due_merge(&mut self) -> Option<Merge> {
        let due = self.runs.due()?;
        Some(Merge {
            due,
            facts: self.facts.clone(),
        })
    }

    /// Puts merged runs in the place of those they were made of. Answers do not change.
    pub fn take_merged(&mut self, merged: MergedRuns) -> OldRuns {
        self.runs.replace(&merged.0);
        OldRuns(merged.0.into_old())
    }
}
