//! One graph both ways: as the store's view and as bare arrays.

use std::sync::Arc;
use std::time::{Duration, Instant};

use dateline::model::{DocumentNumber, Evidence, FactNumber};
use dateline::ontology::Ontology;
use dateline::query::{Asking, Bodies, Budget};
use dateline::store::Commit;
use dateline::view::View;

use crate::floors::arrays::Arrays;
use crate::generator::{self, Commits, Graph};
use crate::icews;

/// Facts of a commit while the bulk is loaded.
const BULK: usize = 50_000;
/// Facts of a commit afterwards.
const SMALL: usize = 250;
/// The share of the facts that is loaded before all runs are merged into one.
const MERGED_SHARE: f64 = 0.9;

/// A graph.
pub(crate) struct World {
    pub(crate) name: String,
    /// All facts in one run.
    pub(crate) merged: View,
    /// The last tenth of the facts in newer runs.
    pub(crate) layered: View,
    pub(crate) arrays: Arrays,
}

impl World {
    /// A generated graph.
    pub(crate) fn of(name: impl Into<String>, graph: &Graph) -> Self {
        let mut commits = Commits::of(graph);
        let bulk = (graph.facts.len() as f64 * MERGED_SHARE) as usize;
        let next = || {
            let before = (commits.done() < bulk).then(|| BULK.min(bulk - commits.done()));
            (commits.left() > 0).then(|| commits.next(before.unwrap_or(SMALL)))
        };
        Self::build(name.into(), generator::ontology(), bulk, std::iter::from_fn(next))
    }

    /// The real one, when its files are there.
    pub(crate) fn icews() -> Option<Self> {
        let commits = icews::commits(&icews::folder()?);
        let facts: usize = commits.iter().map(|commit| commit.facts.len()).sum();
        let bulk = (facts as f64 * MERGED_SHARE) as usize;
        Some(Self::build("ICEWS18".to_owned(), Ontology::built_in(), bulk, commits.into_iter()))
    }

    fn build(name: String, ontology: Arc<Ontology>, bulk: usize, commits: impl Iterator<Item = Commit>) -> Self {
        let mut layered = View::new(ontology);
        let mut is_merged = false;
        for commit in commits {
            layered.apply(&commit);
            if !is_merged && commit.head.counters.facts as usize >= bulk {
                layered.merge();
                is_merged = true;
            }
        }
        let mut merged = layered.clone();
        merged.merge();
        Self {
            name,
            arrays: Arrays::of(merged.newest()),
            merged,
            layered,
        }
    }
}

/// A question's surroundings that bound nothing.
pub(crate) fn asking(view: &View) -> Asking<'_> {
    Asking {
        reading: view.newest(),
        bodies: &NoBodies,
        budget: Budget {
            edges: usize::MAX / 64,
            deadline: Instant::now() + Duration::from_hours(24),
            cancelled: Arc::default(),
            first_try: false,
        },
        incarnation: 1,
        base_path: "",
    }
}

/// Nothing behind the view: the facts were told without quotes.
struct NoBodies;

impl Bodies for NoBodies {
    fn evidence(&self, _: FactNumber) -> Result<Arc<[Evidence]>, String> {
        Ok(Arc::default())
    }
    fn text(&self, _: DocumentNumber) -> Result<Option<String>, String> {
        Ok(None)
    }
}
