//! `/v1/nodes`: search, one node, and changing one.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::answer::{json, reads, single};
use super::body;
use super::params::{Ask, ChangeParams, Id, SingleParams};
use super::problem::{self, Problem};
use super::state::{AppState, Reads};
use crate::format::Columns;
use crate::ingest::{NodePatch, Why};
use crate::query::{self, FilterParams, Nodes, NodesParams, SingleNode};

/// Nodes by name, in any script and with spelling mistakes; the best-connected ones without `q`.
#[utoipa::path(
    get, path = "/v1/nodes", tag = "questions", operation_id = "listNodes",
    params(NodesParams, FilterParams),
    responses((status = 200, description = "The nodes.", body = Nodes))
)]
pub(super) async fn list(State(app): State<AppState>, asked: Ask<NodesParams>) -> Result<Response, Problem> {
    let columns = Columns::Nodes {
        search: asked.own.q.is_some(),
    };
    let reads = reads(&asked.filters);
    app.list(asked, columns, reads).await
}

/// One node, with all its names.
#[utoipa::path(
    get, path = "/v1/nodes/{id}", tag = "questions", operation_id = "getNode",
    params(("id" = String, Path, description = "Id of the node, such as `li-zuocheng`, or a name of it."), SingleParams),
    responses((status = 200, description = "The node.", body = SingleNode), (status = 304, description = "The client has it."))
)]
pub(super) async fn get(
    State(app): State<AppState>,
    Id(id): Id,
    asked: Ask<SingleParams>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let node = read(&app, id, asked.own.known_at).await?;
    single(asked.form, Columns::Nodes { search: false }, &node, &headers)
}

async fn read(app: &AppState, id: String, known_at: Option<String>) -> Result<SingleNode, Problem> {
    let filters = FilterParams {
        known_at,
        ..FilterParams::default()
    };
    app.ask(&filters, Reads::Memory, move |ask| query::node(ask, &id)).await
}

/// Changes a node: its shown name, type, names, properties, identifiers elsewhere.
#[utoipa::path(
    patch, path = "/v1/nodes/{id}", tag = "changes", operation_id = "changeNode",
    params(("id" = String, Path, description = "Id of the node."), ChangeParams),
    request_body(content = NodePatch, content_type = "application/json"),
    responses((status = 200, description = "The node, changed.", body = SingleNode))
)]
pub(super) async fn patch(
    State(app): State<AppState>,
    Id(id): Id,
    asked: Ask<ChangeParams>,
    request: Request,
) -> Result<Response, Problem> {
    let mut patch: NodePatch = body::optional_object(request, app.settings().body_limit).await?;
    let why = Why {
        reason: patch.reason.take().or(asked.own.reason),
        by: patch.by.take().or(asked.own.by),
    };
    if patch == NodePatch::default() {
        return Err(problem::MISSING_FIELD
            .with("nothing is changed: name a field and its new value")
            .pointer(""));
    }
    app.engine().patch_node(&id, patch, why).await?;
    json(StatusCode::OK, &read(&app, id, None).await?)
}
