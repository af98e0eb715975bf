//! What became of a request, in JSON or for people.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;

use super::answer::{json, written};
use super::problem::Problem;
use crate::format::{Form, TableRow as _, say};
use crate::ingest::{DocumentReply, FactsReply, LineError};
use crate::model::Revision;

/// What became of posted facts.
pub(super) fn facts(form: Form, reply: &FactsReply) -> Result<Response, Problem> {
    if form != Form::Text {
        return json(StatusCode::OK, reply);
    }
    let mut out = String::new();
    tell_errors(&reply.errors, reply.errors_omitted, &mut out);
    let FactsReply {
        received,
        created,
        corroborated,
        mirror,
        duplicate,
        rejected,
        nodes_created,
        revision,
        ..
    } = reply;
    say!(
        out,
        "{received} received: {created} new, {corroborated} corroborated, {mirror} mirror, {duplicate} duplicate, {rejected} rejected; {nodes_created} new nodes; revision {}\n",
        revision.0
    );
    Ok(written(form, out.into_bytes()))
}

fn tell_errors(errors: &[LineError], omitted: u64, out: &mut String) {
    for error in errors {
        let pointer = if error.pointer.is_empty() {
            String::new()
        } else {
            format!(" ({})", error.pointer)
        };
        say!(out, "line {}{pointer}: {}\n", error.line, error.detail);
    }
    if omitted > 0 {
        say!(out, "{omitted} more errors\n");
    }
}

/// What became of a posted report.
pub(super) fn document(form: Form, status: StatusCode, reply: &DocumentReply) -> Result<Response, Problem> {
    if form != Form::Text {
        return json(status, reply);
    }
    let mut out = String::new();
    for fact in &reply.facts {
        let mut fact = fact.clone();
        // One line a fact: the quotes are in the report that was just sent.
        fact.quote = None;
        fact.tell(&mut out);
    }
    let DocumentReply {
        document,
        nodes_created,
        facts_created,
        facts_known,
        skipped,
        revision,
        ..
    } = reply;
    say!(
        out,
        "{}: {facts_created} new facts, {facts_known} known, {nodes_created} new nodes, {} sentences without a fact; revision {}\n",
        document.id,
        skipped.len(),
        revision.0
    );
    let mut response = written(form, out.into_bytes());
    *response.status_mut() = status;
    Ok(response)
}

/// What became of many posted reports.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(super) struct DocumentsReply {
    /// Reports that came in.
    pub(super) received: u64,
    /// Reports stored now.
    pub(super) created: u64,
    /// Reports that were there already.
    pub(super) known: u64,
    /// Reports that were not stored.
    pub(super) rejected: u64,
    /// Nodes created.
    pub(super) nodes_created: u64,
    /// Facts created.
    pub(super) facts_created: u64,
    /// Facts that were there already.
    pub(super) facts_known: u64,
    /// What is wrong with the first 100 rejected reports.
    pub(super) errors: Vec<LineError>,
    /// How many more there are.
    pub(super) errors_omitted: u64,
    /// The revision at which all of it is visible.
    #[schema(value_type = u64)]
    pub(super) revision: Revision,
}

/// Errors named in a reply.
const NAMED: usize = 100;

impl DocumentsReply {
    /// Counts one report in.
    pub(super) fn add(&mut self, line: u64, became: Result<DocumentReply, Problem>) {
        self.received += 1;
        match became {
            Ok(reply) => {
                *(if reply.created { &mut self.created } else { &mut self.known }) += 1;
                self.nodes_created += reply.nodes_created;
                self.facts_created += reply.facts_created;
                self.facts_known += reply.facts_known;
                self.revision = self.revision.max(reply.revision);
            }
            Err(problem) => {
                self.rejected += 1;
                if self.errors.len() < NAMED {
                    self.errors.push(problem.on_line(line));
                } else {
                    self.errors_omitted += 1;
                }
            }
        }
    }
}

/// What became of many posted reports, as a response.
pub(super) fn documents(form: Form, reply: &DocumentsReply) -> Result<Response, Problem> {
    if form != Form::Text {
        return json(StatusCode::OK, reply);
    }
    let mut out = String::new();
    tell_errors(&reply.errors, reply.errors_omitted, &mut out);
    say!(
        out,
        "{} reports: {} new, {} known, {} rejected; {} new facts, {} known, {} new nodes; revision {}\n",
        reply.received,
        reply.created,
        reply.known,
        reply.rejected,
        reply.facts_created,
        reply.facts_known,
        reply.nodes_created,
        reply.revision.0
    );
    Ok(written(form, out.into_bytes()))
}
