//! Around every request: its id, its span, its counters, and the last form of a refusal.
//!
//! [`around`] lets a request in by the rules of `access`, turns what the framework refuses by itself
//! into problems, tries the URL that a problem proposes, and puts the headers on that every answer has.

use std::time::Instant;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument as _;

use super::access;
use super::problem::{self, Problem};
use super::state::AppState;

/// The store's newest revision, on every answer.
pub(super) const REVISION: HeaderName = HeaderName::from_static("dateline-revision");
/// The request's id, on every answer.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The route template of a response, for logs and metrics.
#[derive(Clone)]
struct Route(MatchedPath);

/// Notes the route template on the response; runs inside the router, where it is known.
pub(super) async fn note_route(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let mut response = next.run(request).await;
    if let Some(route) = route {
        response.extensions_mut().insert(Route(route));
    }
    response
}

/// Everything around a request.
pub(super) async fn around(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = request_id(&app, request.headers());
    let method = request.method().clone();
    let span = tracing::info_span!("request", request.id = %id, %method, route = tracing::field::Empty, status = tracing::field::Empty);
    let mut response = answered(&app, request, next, &id).instrument(span.clone()).await;
    let route = response.extensions_mut().remove::<Route>();
    let route = route.as_ref().map_or("none", |route| route.0.as_str());
    let status = response.status().as_u16();
    span.record("route", route);
    span.record("status", status);
    span.in_scope(|| {
        tracing::debug!(
            elapsed_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
            "answered"
        );
    });
    app.metrics().count(route, method.as_str(), status, started.elapsed().as_secs_f64());
    let headers = response.headers_mut();
    headers.insert(REVISION, app.engine().view().head().revision.0.into());
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// The client's own id where it is fit for a log line, else a new one.
fn request_id(app: &AppState, headers: &HeaderMap) -> String {
    let given = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let fits = |id: &&str| (1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
    given.filter(fits).map_or_else(|| app.new_request_id(), str::to_owned)
}

async fn answered(app: &AppState, request: Request, next: Next, id: &str) -> Response {
    // A refusal of a reading request may propose another, which is then tried.
    let retry = next.clone();
    let is_head = request.method() == Method::HEAD;
    let path = request.uri().path();
    let bare = path
        .strip_prefix(app.base_path())
        .filter(|rest| rest.is_empty() || rest.starts_with('/'))
        .unwrap_or(path)
        .to_owned();
    let mut response = match access::check(app, &bare, &request) {
        Err(problem) => return problem.write(id),
        Ok(()) => next.run(request).await,
    };
    let route = response.extensions_mut().remove::<Route>();
    if let Some(mut problem) = problem_of(&mut response) {
        if let Some(url) = problem.take_try() {
            problem = problem.try_url(tried(url, retry).await);
        }
        response = problem.write(id);
        if is_head {
            *response.body_mut() = Body::empty();
        }
    }
    if let Some(route) = route {
        response.extensions_mut().insert(route);
    }
    response
}

/// How often the proposal of a refused proposal is followed.
const TRIES: usize = 4;

/// The proposed URL, or the one that it leads to, once it has been seen to answer `200`; `None` otherwise.
async fn tried(url: String, next: Next) -> Option<String> {
    let mut url = url;
    for _ in 0..TRIES {
        let mut request = Request::new(Body::empty());
        *request.uri_mut() = url.parse::<Uri>().ok()?;
        let mut response = next.clone().run(request).await;
        if response.status() == StatusCode::OK {
            return Some(url);
        }
        url = problem_of(&mut response)?.take_try()?;
    }
    None
}

/// The problem that a response carries, or the one that the framework's own refusal amounts to.
fn problem_of(response: &mut Response) -> Option<Problem> {
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        return Some(problem);
    }
    let kind = match response.status() {
        StatusCode::NOT_FOUND => &problem::UNKNOWN_ROUTE,
        StatusCode::METHOD_NOT_ALLOWED => &problem::METHOD_NOT_ALLOWED,
        StatusCode::NOT_ACCEPTABLE => &problem::NOT_ACCEPTED,
        StatusCode::REQUEST_TIMEOUT => &problem::REQUEST_TIMEOUT,
        StatusCode::PAYLOAD_TOO_LARGE => &problem::BODY_TOO_LARGE,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => &problem::UNSUPPORTED_MEDIA_TYPE,
        status if status.is_client_error() => &problem::INVALID_BODY,
        status if status.is_server_error() => &problem::INTERNAL,
        _ => return None,
    };
    let mut refused = kind.with(match kind.slug {
        "unsupported-media-type" => "the body's encoding is not read; send it as it is, or with gzip".to_owned(),
        "method-not-allowed" => {
            let allowed = response
                .headers()
                .get(header::ALLOW)
                .and_then(|allow| allow.to_str().ok())
                .unwrap_or_default();
            format!("the path has {allowed}")
        }
        _ => kind.title.to_lowercase(),
    });
    for name in [header::ALLOW, header::ACCEPT_ENCODING] {
        if let Some(value) = response.headers().get(&name) {
            refused = refused.header(name, value.clone());
        }
    }
    Some(refused)
}

/// Around the probes on an address of their own: refusals in their last form, and nothing else.
pub(super) async fn around_health(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let id = request_id(&app, request.headers());
    let mut response = next.run(request).await;
    match problem_of(&mut response) {
        Some(problem) => problem.write(&id),
        None => response,
    }
}
