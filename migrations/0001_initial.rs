//! Format 1: the trees and keys of `store::keys`, the records of `store::pack`.
//!
//! There is nothing older to rewrite. A folder that holds commits and no format is none of ours.

use super::{StoreError, TreeName, Trees};

pub(super) fn apply(trees: &Trees) -> Result<(), StoreError> {
    if trees.last_key(TreeName::Commits)?.is_none() {
        return Ok(());
    }
    let reason = "there are commits, and no format".to_owned();
    Err(StoreError::Damaged {
        tree: "meta".to_owned(),
        reason,
    })
}
