//! Format 2: facts and their bodies as columns of numbers, evidence that is whole in `columns` without a body,
//! payloads that are compressed.
//!
//! What format 1 wrote is read as before, so there is nothing to rewrite; `dateline compact` does it. The
//! number alone matters: a binary that knows format 1 would take the new values for damaged ones.

use super::{StoreError, Trees};

pub(super) const fn apply(_trees: &Trees) -> Result<(), StoreError> {
    Ok(())
}
