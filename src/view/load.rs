//! A view made from all commits of a store, oldest first, before anybody reads it.
//!
//! The tables are filled commit by commit, as [`View::apply`] does; the lists, the indexes of facts and the degrees of nodes
//! are made at the end, all at once. Every answer at every revision is that of a view that applied the commits one by one.

use std::sync::Arc;
use std::thread;

use super::View;
use super::hashed::HashIndex;
use super::outlined::Known;
use crate::ontology::Ontology;
use crate::store::Outlined;

/// A view under way. It answers nothing before [`Loading::finish`].
#[derive(Debug)]
pub struct Loading {
    view: View,
    known: Known,
}

impl Loading {
    /// The view of an empty store, to be filled.
    #[must_use]
    pub fn new(ontology: Arc<Ontology>) -> Self {
        Self {
            view: View::new(ontology),
            known: Known::default(),
        }
    }

    /// Takes in the next commit.
    ///
    /// # Errors
    ///
    /// What is wrong with it, for people, as [`View::check`] says. The view is of no use then.
    pub fn take(&mut self, outlined: Outlined) -> Result<(), String> {
        self.view.record(outlined, &mut self.known)
    }

    /// The view.
    #[must_use]
    pub fn finish(self) -> View {
        let Self { mut view, known } = self;
        let claims = known.claims;
        let facts = view.facts.clone();
        let (ids, claims, crowded) = thread::scope(|scope| {
            let indexes = scope.spawn(|| {
                let claims = HashIndex::of(|| claims.iter().copied());
                (facts.ids_indexed(), claims, facts.crowded_at_once())
            });
            view.build_lists();
            indexes.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        });
        drop(facts);
        view.facts.put_indexes(ids, claims);
        view.facts.put_crowded(crowded);
        view
    }
}
