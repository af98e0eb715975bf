//! A view made from all commits of a store, oldest first, before anybody reads it.
//!
//! The tables are filled commit by commit, as [`View::apply`] does; the lists, and the index of ids, are made at the
//! end, all at once. Every answer at every revision is that of a view that applied the commits one by one.

use std::sync::Arc;
use std::thread;

use super::View;
use crate::ontology::Ontology;
use crate::store::Commit;

/// A view under way. It answers nothing before [`Loading::finish`].
#[derive(Debug)]
pub struct Loading(View);

impl Loading {
    /// The view of an empty store, to be filled.
    #[must_use]
    pub fn new(ontology: Arc<Ontology>) -> Self {
        Self(View::new(ontology))
    }

    /// Takes in the next commit.
    ///
    /// # Errors
    ///
    /// What is wrong with it, for people, as [`View::check`] says.
    pub fn take(&mut self, commit: &Commit) -> Result<(), String> {
        self.0.check(commit)?;
        self.0.record(commit);
        Ok(())
    }

    /// The view.
    #[must_use]
    pub fn finish(self) -> View {
        let Self(mut view) = self;
        let facts = view.facts.clone();
        let (ids, crowded) = thread::scope(|scope| {
            let ids = scope.spawn(|| (facts.ids_indexed(), facts.crowded_at_once()));
            view.build_lists();
            ids.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        });
        drop(facts);
        view.facts.put_index(ids);
        view.facts.put_crowded(crowded);
        view
    }
}
