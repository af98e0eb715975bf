//! Tests of the lists, over small stores written as text.

mod documents;
mod every_filter;
mod fact;
mod facts;
mod model;
mod nodes;
mod old_revisions;
mod pages;
mod problems;
mod stats;

use serde::de::DeserializeOwned;

use super::testing::Scene;
use super::*;

/// Parameters as they stand in a URL.
fn params<P: DeserializeOwned>(text: &str) -> P {
    serde_html_form::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The facts that `own` and `filters` ask for, at the revision that the filters name.
fn ask_facts<'v>(scene: &'v Scene, own: &str, filters: &str) -> Result<Facts<'v>, QueryError> {
    let filters: FilterParams = params(filters);
    let ask = Asking {
        reading: reading_for(&scene.view, &filters, 1)?,
        ..scene.ask()
    };
    facts(&ask, &params(own), &filters)
}

/// Their sentences.
fn texts(scene: &Scene, own: &str, filters: &str) -> Vec<String> {
    ask_facts(scene, own, filters)
        .unwrap()
        .facts
        .into_iter()
        .map(|row| row.text())
        .collect()
}

/// Their numbers in the order of the lines of the scene.
fn numbers(scene: &Scene, own: &str, filters: &str) -> Vec<u32> {
    let rows = ask_facts(scene, own, filters).unwrap().facts;
    let mut numbers: Vec<_> = rows.iter().map(|row| scene.view.newest().fact_by_id(row.id()).unwrap().0).collect();
    numbers.sort_unstable();
    numbers
}
