//! Who may do what: keys, the local token, and the rules that keep other sites' pages out.
//!
//! Keys are compared as BLAKE3 digests, whose comparison takes the same time whatever differs. Without a
//! key, on loopback, a browser is the danger: any page may send requests here, so writes from other
//! origins and requests under other host names are refused.

use axum::extract::Request;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Method, header};

use super::problem::{self, Problem};
use super::state::{AppState, Settings};

/// Header by which commands on the same machine show the token from the data folder.
pub const LOCAL_TOKEN: &str = "dateline-local-token";

/// What a request may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Right {
    Nothing,
    Read,
    Write,
}

/// Paths that say nothing about the store: probes, and what explains the API.
const OPEN: &[&str] = &["/livez", "/readyz", "/openapi.json", "/docs", "/problems"];

/// Lets a request pass, or says why not. `path` is without the base path.
pub(super) fn check(app: &AppState, path: &str, request: &Request) -> Result<(), Problem> {
    let settings = app.settings();
    let headers = request.headers();
    if is_local(settings, headers) {
        return Ok(());
    }
    if path.starts_with("/local/") {
        return Err(problem::LOCAL_ONLY.with("this path needs the token from the data folder"));
    }
    let writes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if !matches!(path, "/livez" | "/readyz") {
        check_host(settings, request)?;
    }
    if writes {
        check_origin(settings, request)?;
    }
    let is_open = OPEN
        .iter()
        .any(|open| path.strip_prefix(open).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
    let needed = match (writes, is_open) {
        (true, _) => Right::Write,
        (false, true) => Right::Nothing,
        (false, false) => Right::Read,
    };
    check_key(settings, headers, needed)
}

fn is_local(settings: &Settings, headers: &HeaderMap) -> bool {
    match (&settings.local_token, headers.get(LOCAL_TOKEN)) {
        (Some(token), Some(given)) => same(token.as_bytes(), given.as_bytes()),
        _ => false,
    }
}

/// Whether two secrets are the same, in a time that does not depend on where they differ.
fn same(secret: &[u8], given: &[u8]) -> bool {
    blake3::hash(secret) == blake3::hash(given)
}

fn check_key(settings: &Settings, headers: &HeaderMap, needed: Right) -> Result<(), Problem> {
    let is = |key: &Option<String>, given: &[u8]| key.as_ref().is_some_and(|key| same(key.as_bytes(), given));
    let given = bearer(headers);
    let right = match given {
        Some(given) if is(&settings.api_key, given) => Right::Write,
        Some(given) if is(&settings.read_key, given) => Right::Read,
        _ if settings.api_key.is_none() && settings.read_key.is_none() => Right::Write,
        _ => Right::Nothing,
    };
    if right >= needed {
        return Ok(());
    }
    if right == Right::Read {
        return Err(problem::FORBIDDEN.with("the read key may not write"));
    }
    let detail = if given.is_some() {
        "the key is not known here"
    } else {
        "the request carries no key"
    };
    Err(problem::UNAUTHORISED
        .with(detail)
        .header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"dateline\"")))
}

fn bearer(headers: &HeaderMap) -> Option<&[u8]> {
    let value = headers.get(header::AUTHORIZATION)?.as_bytes();
    let (scheme, key) = value.split_at_checked(7)?;
    scheme.eq_ignore_ascii_case(b"bearer ").then(|| key.trim_ascii())
}

/// Without a key, a server on loopback answers under this machine's own names only: a page whose name was
/// pointed here (DNS rebinding) sends another.
fn check_host(settings: &Settings, request: &Request) -> Result<(), Problem> {
    if !settings.loopback || settings.api_key.is_some() {
        return Ok(());
    }
    // No host at all is HTTP/1.0 or a call inside the process; browsers always send one.
    let Some(host) = host(request) else { return Ok(()) };
    let name = host
        .parse::<Authority>()
        .map(|authority| authority.host().to_ascii_lowercase())
        .unwrap_or_default();
    let bare = name.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.');
    let is_ours =
        bare == "localhost" || bare.ends_with(".localhost") || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    if is_ours {
        Ok(())
    } else {
        Err(problem::FOREIGN_HOST.with(format!("'{}' is no name of this machine", host.escape_debug())))
    }
}

fn host(request: &Request) -> Option<&str> {
    let authority = request.uri().authority().map(Authority::as_str);
    authority.or_else(|| request.headers().get(header::HOST).map(|host| host.to_str().unwrap_or("not ASCII")))
}

/// Browsers say where a request comes from; programs do not.
fn check_origin(settings: &Settings, request: &Request) -> Result<(), Problem> {
    let headers = request.headers();
    let origin = headers.get(header::ORIGIN).map(|origin| origin.to_str().unwrap_or("null"));
    let is_allowed = |origin: &str| settings.cors_origins.iter().any(|allowed| allowed == origin);
    match origin {
        Some(origin) if is_allowed(origin) => Ok(()),
        Some(origin) if Some(authority_of(origin)) != host(request) => {
            Err(problem::FOREIGN_ORIGIN.with(format!("pages of '{}' may not write here", origin.escape_debug())))
        }
        _ if headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site") => {
            Err(problem::FOREIGN_ORIGIN.with("pages of other sites may not write here"))
        }
        _ => Ok(()),
    }
}

fn authority_of(origin: &str) -> &str {
    origin.split_once("://").map_or(origin, |(_, authority)| authority)
}
