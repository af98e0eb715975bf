//! Who prints: publishers by name, and at which revisions they counted.
//!
//! A publisher is known while any open evidence or document names it. How many do is counted at the
//! newest revision only; for older ones the revisions are kept at which the count left or reached zero.

use std::collections::HashMap;
use std::sync::Arc;

use rpds::RedBlackTreeMapSync;
use smallvec::SmallVec;

use crate::model::Revision;

#[derive(Clone, Debug, Default)]
struct Publisher {
    /// Open evidence and documents that name it.
    open: i64,
    /// Revisions at which it became known, unknown, known again, …
    turns: SmallVec<[Revision; 2]>,
}

/// All publishers, in alphabetical order.
#[derive(Clone, Debug, Default)]
pub(super) struct Publishers(RedBlackTreeMapSync<Arc<str>, Publisher>);

/// What one commit changes in the counts.
#[derive(Debug, Default)]
pub(super) struct Turnover(HashMap<Arc<str>, i64>);

impl Turnover {
    /// Counts evidence or a document that opened (1) or closed (-1).
    pub(super) fn count(&mut self, publisher: Option<&Arc<str>>, by: i64) {
        if let Some(name) = publisher {
            *self.0.entry(Arc::clone(name)).or_default() += by;
        }
    }
}

impl Publishers {
    /// The name as it is shared by all that name it.
    pub(super) fn shared(&self, name: &str) -> Arc<str> {
        self.0
            .get_key_value(name)
            .map_or_else(|| Arc::from(name), |(known, _)| Arc::clone(known))
    }

    /// Takes in what a commit changed.
    pub(super) fn apply(&mut self, turnover: Turnover, revision: Revision) {
        for (name, by) in turnover.0 {
            if by == 0 {
                continue;
            }
            let mut publisher = self.0.get(&name).cloned().unwrap_or_default();
            let was_known = publisher.open > 0;
            publisher.open += by;
            if was_known != (publisher.open > 0) {
                publisher.turns.push(revision);
            }
            self.0.insert_mut(name, publisher);
        }
    }

    /// Those known at a revision, in alphabetical order.
    pub(super) fn at(&self, revision: Revision) -> Vec<Arc<str>> {
        let known = |publisher: &Publisher| publisher.turns.partition_point(|turn| *turn <= revision) % 2 == 1;
        self.0
            .iter()
            .filter(|(_, publisher)| known(publisher))
            .map(|(name, _)| Arc::clone(name))
            .collect()
    }
}
