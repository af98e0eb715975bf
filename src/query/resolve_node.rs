//! Which node a parameter means: an exact id, else a name in any script.
//!
//! An exact id always wins. One node of that name is it; several are refused with the candidates; none
//! is tried once more by transliteration, and then refused with the nearest names. Never a guess.

use std::cmp::Reverse;

use crate::model::NodeNumber;
use crate::view::Reading;

use super::budget::{Cost, Meter};
use super::question::Question;
use super::search::{letters, search};
use super::{Asking, NodeBrief, QueryError};

/// How many nodes a refusal names.
const SUGGESTIONS: usize = 5;

/// The node that `text`, the value of `parameter`, means.
///
/// # Errors
///
/// [`QueryError::UnknownNode`], [`QueryError::AmbiguousNode`], or [`QueryError::Invalid`] for an empty text;
/// [`QueryError::Stopped`] when no node has that very name and reading all names is too much for a first try.
pub(crate) fn resolve_node(ask: &Asking<'_>, question: &Question, parameter: &str, text: &str) -> Result<NodeNumber, QueryError> {
    let reading = ask.reading;
    let text = text.trim();
    if text.is_empty() {
        return Err(QueryError::invalid(parameter, "give the id or a name of a node"));
    }
    if let Some(node) = reading.node_by_id(text) {
        return Ok(node);
    }
    let mut named = reading.nodes_named(text);
    if named.is_empty() {
        named = transliterated(ask, text)?;
        // Transliteration is many to one: it decides only where it leaves no choice.
        if named.len() > 1 {
            return Err(unknown(ask, question, parameter, text, &named));
        }
    }
    match named.as_slice() {
        [node] => Ok(*node),
        [] => {
            let near: Vec<_> = search(ask, text)?.iter().map(|found| found.node).collect();
            Err(unknown(ask, question, parameter, text, &near))
        }
        _ => {
            let candidates = briefs(reading, &mut named);
            let try_url = first_instead(ask, question, parameter, text, &candidates);
            Err(QueryError::AmbiguousNode {
                parameter: parameter.to_owned(),
                given: text.to_owned(),
                candidates,
                try_url,
            })
        }
    }
}

/// The same for several values of one parameter.
///
/// # Errors
///
/// The first of [`resolve_node`].
pub(crate) fn resolve_nodes(
    ask: &Asking<'_>,
    question: &Question,
    parameter: &str,
    texts: &[String],
) -> Result<Vec<NodeNumber>, QueryError> {
    texts.iter().map(|text| resolve_node(ask, question, parameter, text)).collect()
}

fn transliterated(ask: &Asking<'_>, text: &str) -> Result<Vec<NodeNumber>, QueryError> {
    let reading = ask.reading;
    let wanted = letters(text);
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let mut meter = Meter::for_everything(&ask.budget);
    let mut found = Vec::new();
    for number in (0..reading.node_count()).map(NodeNumber) {
        meter.pay_or_stop(Cost::Edge)?;
        let node = reading.node(number);
        if node.is_some_and(|node| node.names.iter().any(|name| letters(&name.text) == wanted)) {
            found.push(number);
        }
    }
    Ok(found)
}

fn unknown(ask: &Asking<'_>, question: &Question, parameter: &str, text: &str, near: &[NodeNumber]) -> QueryError {
    let suggestions: Vec<_> = near.iter().take(SUGGESTIONS).filter_map(|node| brief(ask.reading, *node)).collect();
    let try_url = first_instead(ask, question, parameter, text, &suggestions);
    QueryError::UnknownNode {
        parameter: parameter.to_owned(),
        given: text.to_owned(),
        suggestions,
        try_url,
    }
}

fn first_instead(ask: &Asking<'_>, question: &Question, parameter: &str, text: &str, nodes: &[NodeBrief]) -> Option<String> {
    nodes
        .first()
        .map(|node| question.replacing(parameter, text, &node.id).url(ask.base_path))
}

/// Candidates, best connected first.
fn briefs(reading: Reading<'_>, nodes: &mut [NodeNumber]) -> Vec<NodeBrief> {
    nodes.sort_by_cached_key(|node| (Reverse(reading.degree(*node)), reading.node(*node).map(|node| node.id.clone())));
    nodes.iter().filter_map(|node| brief(reading, *node)).collect()
}

/// A node in a few words, as known at the reading's revision.
pub(crate) fn brief(reading: Reading<'_>, node: NodeNumber) -> Option<NodeBrief> {
    reading.node(node).map(|node| NodeBrief {
        id: node.id.to_string(),
        node_type: node.node_type.to_string(),
        name: node.name.clone(),
    })
}
