//! From a store to the view of it: one thread reads and decodes commits, another takes them in.

use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::thread;

use crate::ontology::Ontology;
use crate::store::{Outlined, Store, StoreError};
use crate::view::{Loading, View};

/// Facts that are decoded ahead, about.
const AHEAD: usize = 1 << 14;
/// Commits that are handed over at a time, at most.
const BATCHES: usize = 4;

/// The view of everything in the store.
///
/// # Errors
///
/// [`StoreError`] when the store cannot be read, or holds what its own ontology does not know.
pub(super) fn load(store: &dyn Store, ontology: Arc<Ontology>) -> Result<View, StoreError> {
    let mut loading = Loading::new(ontology);
    let (send, batches) = sync_channel::<Vec<Outlined>>(BATCHES);
    thread::scope(|scope| {
        let reader = scope.spawn(move || {
            let (mut batch, mut size) = (Vec::new(), 0);
            store.outlines(&mut |outlined| {
                size += 1 + outlined.facts.iter().map(|slice| slice.places.len()).sum::<usize>();
                batch.push(outlined);
                if size >= AHEAD / BATCHES {
                    size = 0;
                    // A receiver that is gone has found damage, and says so.
                    send.send(std::mem::take(&mut batch))
                        .map_err(|_| StoreError::ReadOnly("loading stopped".to_owned()))?;
                }
                Ok(())
            })?;
            drop(send.send(batch));
            Ok(())
        });
        let taken = batches.into_iter().flatten().try_for_each(|outlined| {
            loading.take(outlined).map_err(|reason| StoreError::Damaged {
                tree: "commits".to_owned(),
                reason,
            })
        });
        let read = reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        taken.and(read)
    })?;
    Ok(loading.finish())
}
