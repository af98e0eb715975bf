//! Request bodies: which kind they are, how large they may be, and that their text is text.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use super::problem::{self, Problem};

/// What a body is said to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// JSON.
    Json,
    /// One JSON object a line.
    Ndjson,
    /// CSV with a header.
    Csv,
    /// Plain text.
    Text,
    /// Nothing is said, or what curl says by default: to be seen from the body.
    Unsaid,
}

const KINDS: &[(&str, Kind)] = &[
    ("application/json", Kind::Json),
    ("application/x-ndjson", Kind::Ndjson),
    ("application/ndjson", Kind::Ndjson),
    ("application/jsonl", Kind::Ndjson),
    ("application/jsonlines", Kind::Ndjson),
    ("text/csv", Kind::Csv),
    ("text/plain", Kind::Text),
    ("application/x-www-form-urlencoded", Kind::Unsaid),
];

/// The kind of a body by its `Content-Type`; `allowed` is what the route reads besides what is unsaid.
///
/// # Errors
///
/// `unsupported-media-type` for a type that is not read here, or a charset other than UTF-8.
pub(super) fn kind_of(headers: &HeaderMap, allowed: &[Kind]) -> Result<Kind, Problem> {
    let Some(value) = headers.get(header::CONTENT_TYPE) else {
        return Ok(Kind::Unsaid);
    };
    let text = value.to_str().unwrap_or("not ASCII");
    let mut parts = text.split(';').map(|part| part.trim().to_ascii_lowercase());
    let media_type = parts.next().unwrap_or_default();
    let charset = parts.find_map(|part| part.strip_prefix("charset=").map(|charset| charset.trim_matches('"').to_owned()));
    if let Some(charset) = charset.filter(|charset| !matches!(charset.as_str(), "utf-8" | "utf8" | "us-ascii")) {
        return Err(unsupported(&format!("texts are UTF-8, not {}", charset.escape_debug()), allowed));
    }
    let kind = KINDS.iter().find(|(name, _)| *name == media_type).map(|(_, kind)| *kind);
    kind.filter(|kind| *kind == Kind::Unsaid || allowed.contains(kind))
        .ok_or_else(|| unsupported(&format!("'{}' is not read here", media_type.escape_debug()), allowed))
}

fn unsupported(detail: &str, allowed: &[Kind]) -> Problem {
    let names: Vec<_> = KINDS
        .iter()
        .filter(|(_, kind)| allowed.contains(kind))
        .map(|(name, _)| *name)
        .collect();
    let accepted = HeaderValue::from_str(&names.join(", ")).unwrap_or(HeaderValue::from_static("application/json"));
    problem::UNSUPPORTED_MEDIA_TYPE
        .with(format!("{detail}; send {}", names.join(", ")))
        .member("content_types", names)
        .header(header::ACCEPT, accepted)
}

/// A whole body, at most `limit` bytes of it (counted after decompression).
///
/// # Errors
///
/// `body-too-large`, `request-timeout`, `invalid-body`.
pub(super) async fn whole(body: Body, limit: usize) -> Result<Bytes, Problem> {
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large(limit)),
        Err(error) => Err(broken(&*error)),
    }
}

/// The problem of a body that is larger than what is held in memory.
pub(super) fn too_large(limit: usize) -> Problem {
    problem::BODY_TOO_LARGE.with(format!("a body of this kind may have {limit} bytes"))
}

fn broken(error: &(dyn std::error::Error + 'static)) -> Problem {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<tower_http::timeout::TimeoutError>() {
            return problem::REQUEST_TIMEOUT.with("the body stopped coming");
        }
        cause = error.source();
    }
    problem::INVALID_BODY.with("the body broke off, or is not compressed as 'Content-Encoding' says")
}

/// The body as text, without a byte order mark.
///
/// # Errors
///
/// `invalid-utf8`, with the place of the first byte that is none.
pub(super) fn text(bytes: &[u8]) -> Result<&str, Problem> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.strip_prefix('\u{feff}').unwrap_or(text)),
        Err(error) => Err(problem::INVALID_UTF8.with(format!("byte {} of the body is not UTF-8", error.valid_up_to()))),
    }
}

/// The body as JSON.
///
/// # Errors
///
/// `invalid-json` with line and column, `invalid-value` when it is JSON of another shape.
pub(super) fn json<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    serde_json::from_str(text).map_err(|error| {
        let detail = error.to_string();
        if error.is_data() {
            // serde names the field in quotes: `unknown field `nmae`, expected …`.
            let field = detail
                .split('`')
                .nth(1)
                .filter(|_| detail.starts_with("unknown field"))
                .map(|field| format!("/{field}"));
            problem::INVALID_VALUE.with(detail).pointer(&field.unwrap_or_default())
        } else {
            problem::INVALID_JSON
                .with(format!("the body is no JSON: {detail}"))
                .member("line", error.line())
                .member("column", error.column())
        }
    })
}

/// Whether a body of an unsaid kind is JSON.
pub(super) fn looks_like_json(bytes: &[u8]) -> bool {
    let start = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes).trim_ascii_start();
    start.starts_with(b"{") || start.starts_with(b"[")
}

/// A small JSON object that may be left out: `{}` then.
///
/// # Errors
///
/// As [`kind_of`], [`whole`], [`text`] and [`json`].
pub(super) async fn optional_object<T: DeserializeOwned + Default>(request: Request, limit: usize) -> Result<T, Problem> {
    let kind = kind_of(request.headers(), &[Kind::Json]);
    let bytes = whole(request.into_body(), limit).await?;
    if bytes.trim_ascii().is_empty() {
        return Ok(T::default());
    }
    kind?;
    json(text(&bytes)?)
}
