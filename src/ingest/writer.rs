//! Behind the committer: the writer, which makes groups durable, and the publisher, which makes them known.
//!
//! The writer has one group at a time and says when it is done. The publisher seals it, publishes the view, and
//! only then acknowledges, while the next group is written.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender};

use arc_swap::ArcSwap;
use tokio::sync::{mpsc, oneshot};

use super::bodies::CachedBodies;
use super::committer::{ReadOnly, Settle, panic_text, repeat};
use crate::model::Head;
use crate::store::{Commit, Store, StoreError};
use crate::view::View;

/// Requests that become durable together.
pub(super) struct Group {
    /// What they record; `None` when that is nothing.
    pub(super) planned: Option<Planned>,
    /// The newest head when they were planned.
    pub(super) head: Head,
    pub(super) settle: Vec<Settle>,
}

/// What a group records.
pub(super) struct Planned {
    pub(super) commit: Arc<Commit>,
    /// The view with it, which is made while it is written.
    pub(super) view: oneshot::Receiver<View>,
}

/// Whether the store is as it was before the write that failed.
fn harmless(error: &StoreError) -> bool {
    matches!(error, StoreError::Full { .. } | StoreError::Refused(_))
}

/// The writer: runs until the committer is gone.
pub(super) struct Writer {
    pub(super) store: Arc<dyn Store>,
    pub(super) read_only: ReadOnly,
    pub(super) publish: SyncSender<Group>,
    /// Tells the committer what became of each group.
    pub(super) written: mpsc::Sender<Result<(), StoreError>>,
}

impl Writer {
    pub(super) fn run(self, groups: &Receiver<Group>) {
        while let Ok(group) = groups.recv() {
            let written = match &group.planned {
                Some(planned) => self.write(&planned.commit),
                None => Ok(()),
            };
            // A committer that is gone has no more groups, and a gone publisher has panicked and said why.
            match written {
                Ok(()) => {
                    drop(self.publish.send(group));
                    drop(self.written.blocking_send(Ok(())));
                }
                Err(error) => {
                    // First of all the committer: whoever hears of it may send again.
                    drop(self.written.blocking_send(Err(repeat(&error))));
                    group.settle.into_iter().for_each(|settle| settle(Err(&error)));
                }
            }
        }
    }

    fn write(&self, commit: &Commit) -> Result<(), StoreError> {
        let written = catch_unwind(AssertUnwindSafe(|| self.store.commit(commit)))
            .unwrap_or_else(|panic| Err(StoreError::ReadOnly(format!("a write panicked: {}", panic_text(&*panic)))));
        if let Err(error) = &written
            && !harmless(error)
        {
            tracing::error!(
                error = error as &dyn std::error::Error,
                "writing failed: the store is read-only from now on"
            );
            self.read_only.get_or_init(|| error.to_string());
        }
        written
    }
}

/// The publisher: seals, publishes, acknowledges, in this order.
pub(super) struct Publisher {
    pub(super) store: Arc<dyn Store>,
    pub(super) view: Arc<ArcSwap<View>>,
    pub(super) bodies: Arc<CachedBodies>,
    pub(super) read_only: ReadOnly,
}

impl Publisher {
    pub(super) fn run(self, written: &Receiver<Group>) {
        // Once a seal has failed nothing more is acknowledged: a later seal would vouch for what it did not.
        let mut failed: Option<StoreError> = None;
        while let Ok(group) = written.recv() {
            let sealed = match (&failed, group.planned) {
                (Some(error), _) => Err(repeat(error)),
                (None, None) => Ok(group.head),
                (None, Some(planned)) => self.publish(planned),
            };
            for settle in group.settle {
                settle(sealed.as_ref().copied());
            }
            if let Err(error) = sealed {
                failed.get_or_insert(error);
            }
        }
    }

    fn publish(&self, Planned { commit, view }: Planned) -> Result<Head, StoreError> {
        let sealed = catch_unwind(AssertUnwindSafe(|| self.store.seal(&commit.head)))
            .unwrap_or_else(|panic| Err(StoreError::ReadOnly(format!("sealing panicked: {}", panic_text(&*panic)))));
        if let Err(error) = sealed {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "sealing failed: the store is read-only from now on"
            );
            self.read_only.get_or_init(|| error.to_string());
            return Err(error);
        }
        let Ok(view) = view.blocking_recv() else {
            // It is durable, but cannot be shown: the committer says why.
            let reason = self.read_only.get().cloned();
            return Err(StoreError::ReadOnly(reason.unwrap_or_else(|| "the committer has ended".to_owned())));
        };
        self.bodies.outdated_by(&commit);
        self.view.store(Arc::new(view));
        Ok(commit.head)
    }
}
