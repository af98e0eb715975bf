//! Problems (RFC 9457): every refusal, in one table; nothing else names a status.
//!
//! A [`Kind`] is a line of the table; [`Kind::with`] makes a [`Problem`] of it. A problem travels to
//! `observe` as an extension of the response and is written there, where the request id is known and
//! the URL in `try` is tried.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

/// A kind of problem.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// Last part of its type, `/problems/{slug}`.
    pub slug: &'static str,
    /// What is wrong, in a few words.
    pub title: &'static str,
    /// HTTP status.
    pub status: u16,
    /// What it means and what to do, for `GET /problems/{slug}`.
    pub explanation: &'static str,
}

macro_rules! kinds {
    ($($name:ident = $status:literal $slug:literal $title:literal, $explanation:literal;)+) => {
        $(pub(super) static $name: Kind = Kind { slug: $slug, title: $title, status: $status, explanation: $explanation };)+

        /// Every kind of problem, in the order of the table.
        pub static KINDS: &[&Kind] = &[$(&$name),+];
    };
}

kinds! {
    UNKNOWN_PARAMETER = 400 "unknown-parameter" "No such parameter",
        "The route does not know the parameter, and a misspelt filter must not silently return everything. 'suggestions' names the nearest ones.";
    REPEATED_PARAMETER = 400 "repeated-parameter" "Parameter given twice",
        "The parameter takes one value and was given several. Those that take several are marked as lists in /openapi.json.";
    MISSING_PARAMETER = 400 "missing-parameter" "A parameter is missing",
        "The question cannot be asked without the parameter.";
    INVALID_PARAMETER = 400 "invalid-parameter" "Value not allowed",
        "The parameter does not take this value; 'detail' says which it takes.";
    INVALID_DATE = 400 "invalid-date" "Not a date",
        "Dates are EDTF (2017-11-24, 2017-11, 2017, ../2017-11-22), RFC 3339 times, or Unix milliseconds of nine digits and more.";
    INVALID_CURSOR = 400 "invalid-cursor" "Cursor cannot be read",
        "A cursor is copied from 'page.cursor' or 'page.next' of an answer and never made up.";
    FOREIGN_CURSOR = 400 "foreign-cursor" "Cursor of another question",
        "A cursor belongs to one question: send it alone, or with the same parameters.";
    EXPIRED_CURSOR = 410 "expired-cursor" "Cursor from before a restore",
        "The store was restored from a backup after the cursor was given. Ask again from the start.";
    NOTHING_RECORDED = 404 "nothing-recorded" "Nothing was recorded yet",
        "At 'known_at' the store was empty. For what had been reported by a day, whenever it was recorded, use 'reported_until'.";
    UNKNOWN_NODE = 404 "unknown-node" "No such node",
        "No node has the id, or a name like it in any script. 'suggestions' names the nearest ones; GET /v1/nodes?q= searches.";
    AMBIGUOUS_NODE = 409 "ambiguous-node" "Several nodes have the name",
        "'suggestions' names them, best connected first: ask again with an id.";
    UNKNOWN_RELATION = 400 "unknown-relation" "No such relation",
        "GET /v1/schema lists the relations; a PLOVER category in capitals stands for all of its relations.";
    UNKNOWN_TYPE = 400 "unknown-type" "No such node type",
        "GET /v1/schema lists the types and classes of nodes.";
    UNKNOWN_FACT = 404 "unknown-fact" "No such fact",
        "No fact of this id has been recorded. Ids of facts look like f-7k2m9q4x8c1d5n3h.";
    UNKNOWN_DOCUMENT = 404 "unknown-document" "No such document",
        "No document of this id has been recorded. GET /v1/documents lists them.";
    UNKNOWN_CLAIM = 404 "unknown-claim" "No such claim",
        "No fact of this claim has been recorded. The claim of a fact stands in GET /v1/facts/{id}.";
    UNKNOWN_PROBLEM = 404 "unknown-problem" "No such kind of problem",
        "GET /problems lists all kinds.";
    UNKNOWN_ROUTE = 404 "unknown-route" "No such path",
        "Nothing is served here. GET / names a few URLs that work, GET /openapi.json all of them.";
    METHOD_NOT_ALLOWED = 405 "method-not-allowed" "Method not allowed here",
        "The header 'Allow' names the methods that the path has.";
    NOT_ACCEPTED = 406 "not-acceptable" "Encoding not on offer",
        "The answer cannot be sent in any encoding that the request accepts.";
    REQUEST_TIMEOUT = 408 "request-timeout" "The request came too slowly",
        "The body stopped coming. Send it again; facts that were taken in already are known then and count as 'known'.";
    CONFLICT = 409 "conflict" "Not so any more",
        "What is to be changed was retracted, corrected, deleted or replaced before. Read it again.";
    BODY_TOO_LARGE = 413 "body-too-large" "The body is too large",
        "Facts of any number go in as NDJSON or CSV, which are taken in as they come; other bodies have a limit.";
    TOO_MANY_FACTS = 413 "too-many-facts" "Too many facts for one piece",
        "A request that is stored whole or not at all holds at most 1,000 facts. NDJSON or CSV with on_error=skip may have any length.";
    UNSUPPORTED_MEDIA_TYPE = 415 "unsupported-media-type" "Body of another kind",
        "'detail' names the media types that the path reads.";
    INVALID_JSON = 400 "invalid-json" "Not JSON",
        "The body cannot be read as JSON; 'detail' says where it breaks.";
    INVALID_UTF8 = 400 "invalid-utf8" "Not UTF-8",
        "Texts are UTF-8; convert the text first, for example with iconv.";
    INVALID_BODY = 400 "invalid-body" "The body cannot be read",
        "The body broke off, or is not compressed as 'Content-Encoding' says.";
    INVALID_CSV = 400 "invalid-csv" "Not CSV",
        "The first record names the columns, which are keys of the fact row; every record has as many cells.";
    ONE_LINE = 422 "one-line" "The report came as one line",
        "Line breaks separate dateline and paragraphs. With curl use --data-binary @file; -d removes line breaks.";
    UNREADABLE_REPORT = 422 "unreadable-report" "The report cannot be read",
        "'detail' says why: no text, no date, or a field that is wrong. Facts as data are always welcome.";
    UNSUPPORTED_LANGUAGE = 422 "unsupported-language" "Language is not read",
        "Only English reports are read for facts. Facts as data (POST /v1/facts) are welcome in any language.";
    INVALID_VALUE = 422 "invalid-value" "A field cannot be used as it is",
        "'pointer' names the field, 'detail' what is wrong with it.";
    MISSING_FIELD = 422 "missing-field" "A field is missing",
        "'pointer' names the field that is needed.";
    FACTS_REJECTED = 422 "facts-rejected" "Some facts cannot be stored",
        "Nothing was stored. 'errors' names line, field and reason; on_error=skip stores the others.";
    ONTOLOGY_RULE = 422 "ontology-rule" "The vocabulary does not allow it",
        "A relation starts and leads where GET /v1/schema says ('from', 'to').";
    QUOTE_NOT_FOUND = 422 "quote-not-found" "The quote is not in the document",
        "A quote is a verbatim piece of the document's stored text, code point by code point.";
    INVALID_KEY = 400 "invalid-idempotency-key" "Not an idempotency key",
        "An idempotency key is 1 to 200 visible ASCII characters.";
    KEY_REUSED = 422 "idempotency-key-reused" "Key used for another request",
        "The same key with the same request gives the first answer again; another request needs another key.";
    UNAUTHORISED = 401 "unauthorised" "A key is needed",
        "Send 'Authorization: Bearer KEY' with the key that the server was started with.";
    FORBIDDEN = 403 "forbidden" "The key may only read",
        "Writing needs the API key; the read key only reads.";
    FOREIGN_ORIGIN = 403 "foreign-origin" "Another site may not write",
        "A page of another origin tried to write. Name its origin with --cors-origin to allow it.";
    FOREIGN_HOST = 403 "foreign-host" "Another host name",
        "A server without a key answers on this machine's own names only (localhost, 127.0.0.1, [::1]), so that no web page can reach it under a name of its own. Behind a proxy, start it with DATELINE_API_KEY, or have the proxy send 'Host: localhost'.";
    LOCAL_ONLY = 403 "local-only" "For commands on this machine",
        "The path is for dateline's own commands, which know a token from the data folder.";
    OVERLOADED = 503 "overloaded" "Too many questions at once",
        "All places for long questions are taken. Ask again after the seconds in 'Retry-After', or ask for less.";
    STOPPING = 503 "stopping" "The server is stopping",
        "It finishes what it has and takes nothing new. Send the request again to the next one.";
    READ_ONLY = 503 "read-only" "Nothing can be written at present",
        "A write failed, so the store only reads until the server is started again. The log says why.";
    DISK_FULL = 507 "disk-full" "The disk is nearly full",
        "The store keeps a reserve on the disk. Questions are still answered.";
    INTERNAL = 500 "internal" "Something failed here",
        "This is a fault of the server; the log has the cause under the request id.";
}

impl Kind {
    /// Its type, as it stands in a problem.
    #[must_use]
    pub fn uri(&self) -> String {
        format!("/problems/{}", self.slug)
    }

    /// A problem of this kind.
    #[must_use]
    pub(super) fn with(&'static self, detail: impl Into<String>) -> Problem {
        Problem(Box::new(Refusal {
            kind: self,
            detail: detail.into(),
            members: Map::new(),
            try_url: None,
            headers: Vec::new(),
        }))
    }
}

/// One refusal. Behind a pointer, so that a result that may be one stays small.
#[derive(Clone, Debug)]
pub struct Problem(Box<Refusal>);

#[derive(Clone, Debug)]
struct Refusal {
    kind: &'static Kind,
    detail: String,
    members: Map<String, Value>,
    try_url: Option<String>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Problem {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> &'static Kind {
        self.0.kind
    }

    /// The parameter that is wrong.
    #[must_use]
    pub(super) fn parameter(self, name: &str) -> Self {
        self.member("parameter", name)
    }

    /// The field that is wrong, as a JSON pointer.
    #[must_use]
    pub(super) fn pointer(self, pointer: &str) -> Self {
        self.member("pointer", pointer)
    }

    /// What would do: texts, or nodes.
    #[must_use]
    pub(super) fn suggestions<T: serde::Serialize>(self, suggestions: &[T]) -> Self {
        if suggestions.is_empty() {
            self
        } else {
            self.member("suggestions", json!(suggestions))
        }
    }

    /// A further member.
    #[must_use]
    pub(super) fn member(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.members.insert(name.to_owned(), value.into());
        self
    }

    /// A URL that should work; it is tried before it is given to the client.
    #[must_use]
    pub(super) fn try_url(mut self, url: Option<String>) -> Self {
        self.0.try_url = url;
        self
    }

    /// A header of the answer.
    #[must_use]
    pub(super) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.push((name, value));
        self
    }

    /// Takes out the URL that should work.
    pub(super) fn take_try(&mut self) -> Option<String> {
        self.0.try_url.take()
    }

    /// The problem as the error of a line in a longer request.
    pub(super) fn on_line(self, line: u64) -> crate::format::LineError {
        let pointer = self.0.members.get("pointer").and_then(Value::as_str).unwrap_or_default().to_owned();
        crate::format::LineError {
            line,
            pointer,
            problem: self.0.kind.uri(),
            detail: self.0.detail,
        }
    }

    fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.0.kind.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The answer as bytes.
    pub(super) fn write(self, request_id: &str) -> Response {
        let status = self.status();
        let Refusal {
            kind,
            detail,
            mut members,
            try_url,
            headers: more,
        } = *self.0;
        let mut body = Map::new();
        body.insert("type".to_owned(), kind.uri().into());
        body.insert("title".to_owned(), kind.title.into());
        body.insert("status".to_owned(), kind.status.into());
        body.insert("detail".to_owned(), detail.into());
        body.append(&mut members);
        if let Some(url) = try_url {
            body.insert("try".to_owned(), url.into());
        }
        body.insert("request_id".to_owned(), request_id.into());
        let mut text = Value::Object(body).to_string();
        text.push('\n');
        let mut response = Response::new(Body::from(text));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.extend(more);
        response
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_stands_in_the_table_once() {
        for kind in KINDS {
            assert_eq!(KINDS.iter().filter(|other| other.slug == kind.slug).count(), 1, "{}", kind.slug);
            assert!(kind.slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'));
            assert_eq!(kind.uri(), format!("/problems/{}", kind.slug));
            assert!((400..600).contains(&kind.status));
        }
    }

    #[test]
    fn every_problem_of_a_line_is_explained() {
        use crate::format::problem as line;
        for uri in [
            line::INVALID_JSON,
            line::INVALID_VALUE,
            line::INVALID_DATE,
            line::MISSING_FIELD,
            line::UNKNOWN_RELATION,
            line::UNKNOWN_NODE,
            line::AMBIGUOUS_NODE,
            line::ONTOLOGY_RULE,
            line::QUOTE_NOT_FOUND,
            line::CONFLICT,
        ] {
            assert!(KINDS.iter().any(|kind| kind.uri() == uri), "{uri} has no line in the table");
        }
    }
}
