//! The newest answer to a question about the whole store.
//!
//! Such a question looks at every fact. Asked again while nothing was written, it is answered by what was found before.

use std::sync::{Arc, Mutex, PoisonError};

use crate::model::Revision;

/// An answer, and the revision it is of.
pub(super) struct Kept<A>(Mutex<Option<(Revision, Arc<A>)>>);

impl<A> Default for Kept<A> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<A> Kept<A> {
    /// The answer, when it is of this revision.
    pub(super) fn at(&self, revision: Revision) -> Option<Arc<A>> {
        // Nothing is left half done under the lock.
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref()
            .filter(|(of, _)| *of == revision)
            .map(|(_, answer)| Arc::clone(answer))
    }

    /// Keeps an answer, unless there is one of a newer revision.
    pub(super) fn keep(&self, revision: Revision, answer: A) -> Arc<A> {
        let answer = Arc::new(answer);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.as_ref().is_none_or(|(of, _)| *of <= revision) {
            *kept = Some((revision, Arc::clone(&answer)));
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_given_again_at_its_revision_alone() {
        let kept = Kept::default();
        assert!(kept.at(Revision(1)).is_none());
        kept.keep(Revision(2), "two");
        kept.keep(Revision(1), "one");
        assert_eq!(kept.at(Revision(2)).as_deref(), Some(&"two"));
        assert!(kept.at(Revision(1)).is_none() && kept.at(Revision(3)).is_none());
    }
}
