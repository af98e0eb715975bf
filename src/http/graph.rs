//! The three questions: `/v1/neighbourhood`, `/v1/paths`, `/v1/timeline`.

use axum::extract::State;
use axum::response::Response;

use super::answer::reads;
use super::params::Ask;
use super::problem::Problem;
use super::state::{AppState, Reads};
use crate::format::Columns;
use crate::query::{FilterParams, Neighbourhood, NeighbourhoodParams, Paths, PathsParams, Timeline, TimelineParams};

/// What is around a node, up to four hops away.
#[utoipa::path(
    get, path = "/v1/neighbourhood", tag = "questions", operation_id = "getNeighbourhood",
    params(NeighbourhoodParams, FilterParams),
    responses((status = 200, description = "Nodes and the facts between them.", body = Neighbourhood))
)]
pub(super) async fn neighbourhood(State(app): State<AppState>, asked: Ask<NeighbourhoodParams>) -> Result<Response, Problem> {
    let columns = if asked.own.group_by.is_some() {
        Columns::Pairs
    } else {
        Columns::Edges
    };
    let reads = reads(&asked.filters);
    app.page(asked, columns, reads).await
}

/// How two nodes are connected: shortest chains of facts, each hop with its quote.
///
/// No path is `200` with an empty list and a `reason`.
#[utoipa::path(
    get, path = "/v1/paths", tag = "questions", operation_id = "getPaths",
    params(PathsParams, FilterParams),
    responses((status = 200, description = "The paths, shortest first.", body = Paths))
)]
pub(super) async fn paths(State(app): State<AppState>, asked: Ask<PathsParams>) -> Result<Response, Problem> {
    app.page(asked, Columns::Hops, Reads::Bodies).await
}

/// The dated facts about one node, several or all, in order; or their counts, with `bucket`.
#[utoipa::path(
    get, path = "/v1/timeline", tag = "questions", operation_id = "getTimeline",
    params(TimelineParams, FilterParams),
    responses((status = 200, description = "The facts in order, or buckets.", body = Timeline))
)]
pub(super) async fn timeline(State(app): State<AppState>, asked: Ask<TimelineParams>) -> Result<Response, Problem> {
    let reads = reads(&asked.filters);
    if asked.own.bucket.is_some() {
        app.page(asked, Columns::Buckets, reads).await
    } else {
        app.list(asked, Columns::Timeline, reads).await
    }
}
