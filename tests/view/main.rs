//! The view against a slow and obvious model of itself: random histories, every reading method, every
//! old revision, with and without merging, and from clones taken on the way.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends where its own data are wrong")]

mod algorithms;
mod answers;
mod background;
mod edges;
mod model;
mod world;

use std::sync::Arc;

use dateline::ontology::Ontology;
use dateline::store::Outlined;
use dateline::view::{Loading, View};
use proptest::prelude::*;

use model::Model;
use world::{Step, World};

/// Plays a history and gives the model, the view, and the clone taken after every commit.
fn played(history: &[Vec<Step>]) -> (Model, View, Vec<View>) {
    let ontology = Ontology::built_in();
    let mut world = World::new(Arc::clone(&ontology));
    let mut view = View::new(ontology);
    let mut clones = vec![view.clone()];
    for steps in history {
        let commit = world.commit(steps);
        assert_eq!(view.check(&commit), Ok(()));
        view.apply(&commit);
        clones.push(view.clone());
    }
    (world.model, view, clones)
}

/// The same history, loaded at once.
fn loaded(history: &[Vec<Step>]) -> View {
    let ontology = Ontology::built_in();
    let mut world = World::new(Arc::clone(&ontology));
    let mut loading = Loading::new(ontology);
    for steps in history {
        assert_eq!(loading.take(Outlined::of(world.commit(steps)).unwrap()), Ok(()));
    }
    loading.finish()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn every_old_revision_answers_as_it_did_when_it_was_the_newest(history in world::history()) {
        let (model, view, clones) = played(&history);
        let mut merged = view.clone();
        merged.merge();
        prop_assert_eq!(merged.runs(), 0);
        let loaded = loaded(&history);
        for (clone, revision) in clones.iter().zip(0..) {
            let expected = answers::expected(&model, revision);
            prop_assert_eq!(clone.head().revision.0, revision);
            prop_assert_eq!(answers::given(clone.newest()), expected.clone(), "the clone of r{}", revision);
            let revision = dateline::model::Revision(revision);
            prop_assert_eq!(answers::given(view.at(revision)), expected.clone(), "{} read from the newest view", revision);
            prop_assert_eq!(answers::given(merged.at(revision)), expected.clone(), "{} read from the merged view", revision);
            prop_assert_eq!(answers::given(loaded.at(revision)), expected, "{} read from the loaded view", revision);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn algorithms_of_petgraph_give_the_same_as_on_a_graph_built_by_hand(history in world::history()) {
        let (model, view, _) = played(&history);
        for revision in 0..=view.head().revision.0 {
            algorithms::agree(view.at(dateline::model::Revision(revision)), &model, revision);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    /// A large commit and many small ones leave several runs; the histories above seldom do.
    #[test]
    fn answers_do_not_depend_on_how_many_runs_hold_the_lists(first in world::steps(300), then in world::steps(24)) {
        let mut history = vec![first];
        history.extend(then.chunks(2).map(<[Step]>::to_vec));
        let (model, view, clones) = played(&history);
        prop_assert!(clones.iter().any(|clone| clone.runs() > 0));
        let mut merged = view.clone();
        merged.merge();
        for clone in clones.iter().skip(1).step_by(3) {
            let revision = clone.head().revision;
            let expected = answers::expected(&model, revision.0);
            prop_assert_eq!(answers::given(clone.newest()), expected.clone());
            prop_assert_eq!(answers::given(view.at(revision)), expected.clone());
            prop_assert_eq!(answers::given(merged.at(revision)), expected);
        }
    }
}
