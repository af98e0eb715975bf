//! From the errors of the other rooms to problems. No `_` arm: a new error does not compile until it has one.

use axum::http::{HeaderValue, header};

use super::problem::{self, Kind, Problem};
use crate::extract::ExtractError;
use crate::format::WriteError;
use crate::ingest::IngestError;
use crate::query::QueryError;
use crate::store::StoreError;

impl From<QueryError> for Problem {
    fn from(error: QueryError) -> Self {
        let detail = error.to_string();
        match error {
            QueryError::UnknownNode {
                parameter,
                suggestions,
                try_url,
                ..
            } => problem::UNKNOWN_NODE
                .with(detail)
                .parameter(&parameter)
                .suggestions(&suggestions)
                .try_url(try_url),
            QueryError::AmbiguousNode {
                parameter,
                candidates,
                try_url,
                ..
            } => problem::AMBIGUOUS_NODE
                .with(detail)
                .parameter(&parameter)
                .suggestions(&candidates)
                .try_url(try_url),
            QueryError::NotFound { what, .. } => not_found(what).with(detail),
            QueryError::Invalid {
                parameter,
                nearest,
                try_url,
                ..
            } => of_parameter(&parameter)
                .with(detail)
                .parameter(&parameter)
                .suggestions(&nearest)
                .try_url(try_url),
            QueryError::ForeignCursor => problem::FOREIGN_CURSOR.with(detail).parameter("cursor"),
            QueryError::ExpiredCursor => problem::EXPIRED_CURSOR.with(detail).parameter("cursor"),
            QueryError::BrokenCursor => problem::INVALID_CURSOR.with(detail).parameter("cursor"),
            QueryError::NothingRecorded { .. } => problem::NOTHING_RECORDED.with(detail).parameter("known_at"),
            QueryError::Bodies(cause) => {
                tracing::error!(error = cause, "a stored record could not be read");
                internal()
            }
            QueryError::Stopped => problem::STOPPING.with("the question was stopped before it had an answer"),
        }
    }
}

/// The problem of a fault of ours: the cause is for the log, not for the client.
pub(super) fn internal() -> Problem {
    problem::INTERNAL.with("the server failed to answer; its log has the cause")
}

fn not_found(what: &str) -> &'static Kind {
    match what {
        "node" => &problem::UNKNOWN_NODE,
        "document" => &problem::UNKNOWN_DOCUMENT,
        "claim" => &problem::UNKNOWN_CLAIM,
        _ => &problem::UNKNOWN_FACT,
    }
}

fn of_parameter(name: &str) -> &'static Kind {
    match name {
        "relation" | "not_relation" => &problem::UNKNOWN_RELATION,
        "type" | "not_type" => &problem::UNKNOWN_TYPE,
        "since" | "until" | "valid_at" | "reported_since" | "reported_until" | "known_at" => &problem::INVALID_DATE,
        _ => &problem::INVALID_PARAMETER,
    }
}

impl From<IngestError> for Problem {
    fn from(error: IngestError) -> Self {
        let detail = error.to_string();
        match error {
            IngestError::Rejected { reply } => {
                let mut refused = problem::FACTS_REJECTED.with(detail);
                if let Ok(serde_json::Value::Object(counts)) = serde_json::to_value(&*reply) {
                    for (name, value) in counts {
                        refused = refused.member(&name, value);
                    }
                }
                refused
            }
            IngestError::Extract(error) => error.into(),
            IngestError::Field { field, nearest, .. } => problem::INVALID_VALUE.with(detail).pointer(&field).suggestions(&nearest),
            IngestError::NotFound { what, .. } => not_found(what).with(detail),
            IngestError::Conflict(_) => problem::CONFLICT.with(detail),
            IngestError::KeyReused => problem::KEY_REUSED.with(detail).member("header", "Idempotency-Key"),
            IngestError::Store(error) => error.into(),
            IngestError::Stopping => problem::STOPPING.with(detail),
        }
    }
}

impl From<ExtractError> for Problem {
    fn from(error: ExtractError) -> Self {
        let detail = error.to_string();
        match error {
            ExtractError::Empty => problem::UNREADABLE_REPORT.with(detail).pointer("/text"),
            ExtractError::OneLine => problem::ONE_LINE.with(detail).pointer("/text"),
            ExtractError::Language(_) => problem::UNSUPPORTED_LANGUAGE.with(detail).pointer("/text"),
            ExtractError::NoDate => problem::UNREADABLE_REPORT.with(detail).pointer("/date"),
            ExtractError::Field { field, .. } => problem::INVALID_VALUE.with(detail).pointer(&format!("/{field}")),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full { .. } | StoreError::NoRoom { .. } => problem::DISK_FULL.with(error.to_string()),
            StoreError::ReadOnly(_) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a write was refused");
                problem::READ_ONLY.with("a write failed earlier; the store only reads until the server is started again")
            }
            StoreError::Io(_)
            | StoreError::Damaged { .. }
            | StoreError::InUse { .. }
            | StoreError::Newer { .. }
            | StoreError::Lost { .. }
            | StoreError::Refused(_) => {
                tracing::error!(error = &error as &dyn std::error::Error, "the store failed");
                internal()
            }
        }
    }
}

impl From<WriteError> for Problem {
    fn from(error: WriteError) -> Self {
        tracing::error!(error = &error as &dyn std::error::Error, "an answer could not be written");
        internal()
    }
}

/// All places for long questions are taken.
pub(super) fn overloaded() -> Problem {
    problem::OVERLOADED
        .with("all places for long questions are taken")
        .header(header::RETRY_AFTER, HeaderValue::from_static("1"))
}
