//! `/openapi.json`, and `/docs`: Swagger UI from the binary, without any request elsewhere.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use utoipa_swagger_ui::Config;

use super::answer::json;
use super::params::{Ask, NoParams};
use super::problem::{self, Problem};
use super::refusal;
use super::state::AppState;

/// The description of this API, OpenAPI 3.1.
#[utoipa::path(
    get, path = "/openapi.json", tag = "service", operation_id = "getOpenApi", security(()),
    responses((status = 200, description = "The description.", body = Object))
)]
pub(super) async fn openapi(State(app): State<AppState>, _asked: Ask<NoParams>) -> Result<Response, Problem> {
    let mut api = super::openapi();
    if !app.base_path().is_empty() {
        api.servers = Some(vec![utoipa::openapi::Server::new(app.base_path())]);
    }
    json(StatusCode::OK, &api)
}

/// This documentation as a page.
#[utoipa::path(
    get, path = "/docs", tag = "service", operation_id = "getDocs", security(()),
    responses((status = 303, description = "The page is at `/docs/`."))
)]
pub(super) async fn docs(State(app): State<AppState>) -> Redirect {
    Redirect::to(&format!("{}/docs/", app.base_path()))
}

/// The page itself.
pub(super) async fn index(State(app): State<AppState>) -> Result<Response, Problem> {
    file(&app, "index.html")
}

/// Its scripts and styles.
pub(super) async fn asset(State(app): State<AppState>, Path(path): Path<String>) -> Result<Response, Problem> {
    file(&app, &path)
}

fn file(app: &AppState, path: &str) -> Result<Response, Problem> {
    // The validator's badge would be the one request to elsewhere.
    let config = Config::from(format!("{}/openapi.json", app.base_path()))
        .validator_url("none")
        .try_it_out_enabled(true);
    let found = utoipa_swagger_ui::serve(path, Arc::new(config)).map_err(|error| {
        tracing::error!(error = error.to_string(), "the documentation page could not be made");
        refusal::internal()
    })?;
    let Some(file) = found else {
        return Err(problem::UNKNOWN_ROUTE.with("the documentation has no such file"));
    };
    let mut response = file.bytes.into_owned().into_response();
    let headers = response.headers_mut();
    if let Ok(content_type) = HeaderValue::from_str(&file.content_type) {
        headers.insert(header::CONTENT_TYPE, content_type);
    }
    if file.gzpipped {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"),
    );
    Ok(response)
}
