//! The route table, and the layers around it.

use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::response::Response;
use axum::routing::{get, post};
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{Predicate as _, SizeAbove};
use tower_http::cors::{AllowOrigin, CorsLayer};
use tower_http::decompression::RequestDecompressionLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::problem::{self, Problem};
use super::state::{AppState, Settings};
use super::{catalogue, docs, documents, facts, graph, health, home, local, nodes, observe, params, refusal, spec};

/// Answers from this size on are compressed where the client wants it.
const COMPRESSED_FROM: u64 = 8 * 1024;
/// How long a body may stop coming.
const BODY_PAUSE: Duration = Duration::from_secs(30);

/// Every route of the API, with its description.
pub(super) fn table() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(spec::head())
        .routes(routes!(graph::neighbourhood))
        .routes(routes!(graph::paths))
        .routes(routes!(graph::timeline))
        .routes(routes!(facts::list, facts::post))
        .routes(routes!(facts::get, facts::patch, facts::delete))
        .routes(routes!(nodes::list))
        .routes(routes!(nodes::get, nodes::patch))
        .routes(routes!(documents::list, documents::post))
        .routes(routes!(documents::get, documents::delete))
        .routes(routes!(catalogue::schema))
        .routes(routes!(catalogue::stats))
        .routes(routes!(catalogue::publishers))
        .routes(routes!(catalogue::problems))
        .routes(routes!(catalogue::problem))
        .routes(routes!(health::livez))
        .routes(routes!(health::readyz))
        .routes(routes!(health::metrics))
        .routes(routes!(docs::openapi))
        .routes(routes!(docs::docs))
        .routes(routes!(home::home))
}

/// Paths that have questions, for the hint of a mistyped one.
const GUESSES: &[&str] = &[
    "/v1/neighbourhood",
    "/v1/paths",
    "/v1/timeline",
    "/v1/facts",
    "/v1/nodes",
    "/v1/documents",
    "/v1/schema",
    "/v1/stats",
    "/v1/publishers",
    "/problems",
    "/docs",
    "/openapi.json",
];

/// The whole API over an engine.
#[expect(clippy::needless_pass_by_value, reason = "the state belongs to the router from here on")]
pub fn router(app: AppState) -> Router {
    let (table, _) = table().split_for_parts();
    let routes = table
        .route("/docs/", get(docs::index))
        .route("/docs/{*path}", get(docs::asset))
        .route("/local/export", get(local::export))
        .route("/local/import", post(local::import))
        .route("/local/backup", post(local::backup));
    let base_path = app.settings().base_path.clone();
    let based = if base_path.is_empty() {
        routes
    } else {
        // `nest` does not serve the base path with a slash behind it.
        Router::new()
            .nest(&base_path, routes)
            .route(&format!("{base_path}/"), get(home::home))
    };
    let inner = based
        .fallback(unknown)
        .layer(axum::middleware::from_fn(observe::note_route))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            tracing::error!("a handler panicked");
            axum::response::IntoResponse::into_response(refusal::internal())
        }))
        .layer(RequestDecompressionLayer::new())
        .layer(RequestBodyTimeoutLayer::new(BODY_PAUSE))
        .with_state(app.clone());
    let outer = Router::new()
        .fallback_service(inner)
        .layer(axum::middleware::from_fn_with_state(app.clone(), observe::around))
        .layer(CompressionLayer::new().gzip(true).quality(CompressionLevel::Fastest).compress_when(
            SizeAbove::new(COMPRESSED_FROM).and(tower_http::compression::predicate::NotForContentType::const_new("image/")),
        ));
    match cors(app.settings()) {
        Some(cors) => outer.layer(cors),
        None => outer,
    }
}

/// Lets pages of the named origins in; without one there is nothing to say.
fn cors(settings: &Settings) -> Option<CorsLayer> {
    if settings.cors_origins.is_empty() {
        return None;
    }
    let origins: Vec<HeaderValue> = settings.cors_origins.iter().filter_map(|origin| origin.parse().ok()).collect();
    let named = HeaderName::from_static;
    Some(
        CorsLayer::new()
            .allow_origin(AllowOrigin::list(origins))
            .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::PATCH, Method::DELETE])
            .allow_headers([
                header::AUTHORIZATION,
                header::CONTENT_TYPE,
                header::IF_NONE_MATCH,
                named("idempotency-key"),
                observe::REQUEST_ID,
            ])
            .expose_headers([header::LINK, header::ETAG, header::LOCATION, observe::REVISION, observe::REQUEST_ID])
            .max_age(Duration::from_hours(1)),
    )
}

/// Nothing is served at the path.
async fn unknown(State(app): State<AppState>, request: Request) -> Response {
    axum::response::IntoResponse::into_response(unknown_route(&app, &request))
}

fn unknown_route(app: &AppState, request: &Request) -> Problem {
    let path = request.uri().path();
    let bare = path.strip_prefix(app.base_path()).unwrap_or(path).trim_end_matches('/');
    let near = params::nearest(bare, GUESSES.iter().copied());
    let prefix = app.base_path();
    let url = match near.first() {
        Some(near) => match request.uri().query() {
            Some(query) => format!("{prefix}{near}?{query}"),
            None => format!("{prefix}{near}"),
        },
        None => format!("{prefix}/"),
    };
    problem::UNKNOWN_ROUTE
        .with(format!("there is nothing at '{}'", path.escape_debug()))
        .suggestions(&near.iter().map(|near| format!("{prefix}{near}")).collect::<Vec<_>>())
        .try_url(Some(url))
}
