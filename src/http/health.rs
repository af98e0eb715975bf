//! For operators: `/livez`, `/readyz`, `/metrics`; also by themselves on an address of their own.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use super::answer::written;
use super::params::{Ask, NoParams};
use super::problem::{self, Problem};
use super::state::AppState;
use crate::format::Form;

/// The process runs.
#[utoipa::path(
    get, path = "/livez", tag = "service", operation_id = "getLiveness", security(()),
    responses((status = 200, description = "It runs.", body = String, content_type = "text/plain"))
)]
pub(super) async fn livez() -> Response {
    written(Form::Text, b"alive\n".to_vec())
}

/// The server takes requests; `503` while it stops, or while nothing can be written.
#[utoipa::path(
    get, path = "/readyz", tag = "service", operation_id = "getReadiness", security(()),
    responses((status = 200, description = "It takes requests.", body = String, content_type = "text/plain"))
)]
pub(super) async fn readyz(State(app): State<AppState>) -> Result<Response, Problem> {
    if app.is_draining() {
        return Err(problem::STOPPING.with("the server is stopping"));
    }
    if app.engine().read_only().is_some() {
        return Err(problem::READ_ONLY.with("a write failed; the store only reads until the server is started again"));
    }
    Ok(written(Form::Text, b"ready\n".to_vec()))
}

/// Counters and timings in the text format of Prometheus.
#[utoipa::path(
    get, path = "/metrics", tag = "service", operation_id = "getMetrics",
    responses((status = 200, description = "The metrics.", body = String, content_type = "text/plain"))
)]
pub(super) async fn metrics(State(app): State<AppState>, _asked: Ask<NoParams>) -> Result<Response, Problem> {
    Ok(render(&app))
}

fn render(app: &AppState) -> Response {
    let head = app.engine().view().head();
    let gauge = |name: &'static str, value: u32| metrics::gauge!(name).set(f64::from(value));
    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float; revisions stay far below 2^53")]
    metrics::gauge!("dateline_revision").set(head.revision.0 as f64);
    gauge("dateline_facts", head.counters.facts);
    gauge("dateline_nodes", head.counters.nodes);
    gauge("dateline_documents", head.counters.documents);
    let mut response = app.metrics().render().into_response();
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8"),
    );
    response
}

/// The probes and the metrics alone, without keys: for an address that only operators reach.
pub(super) fn router(app: AppState) -> Router {
    Router::new()
        .route("/livez", get(livez))
        .route("/readyz", get(readyz))
        .route("/metrics", get(|State(app): State<AppState>| async move { render(&app) }))
        .layer(axum::middleware::from_fn_with_state(app.clone(), super::observe::around_health))
        .with_state(app)
}
