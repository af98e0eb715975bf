//! The merger: a thread that merges large runs of the view's lists, and lets go of the old ones.
//!
//! The committer lends it what is due and puts the result in place between two commits, so neither it nor a
//! reader waits for work that takes seconds.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use crate::view::{Merge, MergedRuns, OldRuns, View};

/// How often it is looked whether the last reader of old runs has gone.
const PATIENCE: Duration = Duration::from_millis(50);

/// What the merger is given to do.
enum Task {
    Merge(Box<Merge>),
    /// To be dropped here, when nobody reads it any more: that takes time too.
    LetGo(OldRuns),
}

/// The committer's end.
pub(super) struct Merger {
    tasks: Sender<Task>,
    merged: Receiver<MergedRuns>,
}

impl Merger {
    /// The committer's end, and what the thread runs until that is gone.
    pub(super) fn new() -> (Self, impl FnOnce() + Send + 'static) {
        let (tasks, todo) = channel();
        let (done, merged) = channel();
        (Self { tasks, merged }, move || run(&todo, &done))
    }

    /// Puts in place what has been merged since, and lends what is due.
    pub(super) fn look_after(&self, view: &mut View) {
        // When the thread is gone it has panicked; the runs stay as they are, which is slower and right.
        if let Ok(merged) = self.merged.try_recv() {
            let old = view.take_merged(merged);
            drop(self.tasks.send(Task::LetGo(old)));
        }
        if let Some(merge) = view.due_merge() {
            drop(self.tasks.send(Task::Merge(Box::new(merge))));
        }
    }
}

fn run(todo: &Receiver<Task>, done: &Sender<MergedRuns>) {
    let mut old: Vec<OldRuns> = Vec::new();
    loop {
        let task = if old.is_empty() {
            todo.recv().map_err(|_| RecvTimeoutError::Disconnected)
        } else {
            todo.recv_timeout(PATIENCE)
        };
        match task {
            Ok(Task::Merge(merge)) => {
                if done.send(merge.run()).is_err() {
                    return;
                }
            }
            Ok(Task::LetGo(runs)) => old.push(runs),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        old.retain(|runs| !runs.is_last());
    }
}
