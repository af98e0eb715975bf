//! What is there: `/v1/schema`, `/v1/stats`, `/v1/publishers`, and the kinds of problems.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;

use super::answer::{json, written};
use super::kept::Kept;
use super::params::{Ask, Id, KnownAtParams, NoParams, SingleParams};
use super::problem::{self, KINDS, Kind, Problem};
use super::state::{AppState, Reads};
use crate::format::{Columns, Table};
use crate::query::{self, FilterParams, Publishers, Schema, Stats};

/// The vocabulary: node types and relations.
#[utoipa::path(
    get, path = "/v1/schema", tag = "catalogue", operation_id = "getSchema",
    responses((status = 200, description = "The vocabulary.", body = Schema))
)]
pub(super) async fn schema(State(app): State<AppState>, _asked: Ask<NoParams>) -> Result<Response, Problem> {
    let schema = app
        .ask(&FilterParams::default(), Reads::Memory, |ask| Ok(query::schema(ask)))
        .await?;
    json(StatusCode::OK, &schema)
}

/// Counts of everything, and what the graph looks like as a whole.
#[utoipa::path(
    get, path = "/v1/stats", tag = "catalogue", operation_id = "getStats",
    params(KnownAtParams),
    responses((status = 200, description = "The counts.", body = Stats))
)]
pub(super) async fn stats(State(app): State<AppState>, asked: Ask<KnownAtParams>) -> Result<Response, Problem> {
    let filters = FilterParams {
        known_at: asked.own.known_at,
        ..FilterParams::default()
    };
    if let Some(stats) = of_now(&app, app.stats(), &filters) {
        return json(StatusCode::OK, &*stats);
    }
    let stats = app.ask(&filters, Reads::Bodies, query::stats).await?;
    json(StatusCode::OK, &*app.stats().keep(stats.revision, stats))
}

/// What was answered at the newest revision, when that is asked for.
fn of_now<A>(app: &AppState, kept: &Kept<A>, filters: &FilterParams) -> Option<Arc<A>> {
    let revision = app.engine().view().head().revision;
    kept.at(revision).filter(|_| filters.known_at.is_none())
}

/// Who printed what is in the store.
#[utoipa::path(
    get, path = "/v1/publishers", tag = "catalogue", operation_id = "listPublishers",
    params(SingleParams),
    responses((status = 200, description = "The publishers, in alphabetical order.", body = Publishers))
)]
pub(super) async fn publishers(State(app): State<AppState>, asked: Ask<SingleParams>) -> Result<Response, Problem> {
    let filters = FilterParams {
        known_at: asked.own.known_at,
        ..FilterParams::default()
    };
    let publishers = if let Some(publishers) = of_now(&app, app.publishers(), &filters) {
        publishers
    } else {
        let publishers = app.ask(&filters, Reads::Bodies, query::publishers).await?;
        app.publishers().keep(publishers.revision, publishers)
    };
    Ok(written(
        asked.form,
        Table::new(Columns::Publishers, &[]).write(asked.form, &*publishers)?,
    ))
}

/// A kind of problem, explained.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Explanation {
    /// Its type.
    #[serde(rename = "type")]
    uri: String,
    /// What is wrong, in a few words.
    title: &'static str,
    /// HTTP status.
    status: u16,
    /// What it means and what to do.
    #[serde(rename = "explanation")]
    meaning: &'static str,
}

impl From<&Kind> for Explanation {
    fn from(kind: &Kind) -> Self {
        Self {
            uri: kind.uri(),
            title: kind.title,
            status: kind.status,
            meaning: kind.explanation,
        }
    }
}

/// All kinds of problems.
#[utoipa::path(
    get, path = "/problems", tag = "catalogue", operation_id = "listProblems", security(()),
    responses((status = 200, description = "The kinds.", body = Vec<Explanation>))
)]
pub(super) async fn problems(_asked: Ask<NoParams>) -> Result<Response, Problem> {
    let all: Vec<Explanation> = KINDS.iter().map(|kind| Explanation::from(*kind)).collect();
    json(StatusCode::OK, &all)
}

/// One kind of problem, explained.
#[utoipa::path(
    get, path = "/problems/{type}", tag = "catalogue", operation_id = "getProblem", security(()),
    params(("type" = String, Path, description = "Last part of a problem's `type`, such as `unknown-node`.")),
    responses((status = 200, description = "The kind.", body = Explanation))
)]
pub(super) async fn problem(State(app): State<AppState>, Id(slug): Id, _asked: Ask<NoParams>) -> Result<Response, Problem> {
    if let Some(kind) = KINDS.iter().find(|kind| kind.slug == slug) {
        return json(StatusCode::OK, &Explanation::from(*kind));
    }
    let near = super::params::nearest(&slug, KINDS.iter().map(|kind| kind.slug));
    let url = format!("{}/problems", app.base_path());
    Err(problem::UNKNOWN_PROBLEM
        .with(format!("there is no kind of problem '{}'", slug.escape_debug()))
        .suggestions(&near)
        .try_url(Some(near.first().map_or(url.clone(), |near| format!("{url}/{near}")))))
}
