//! Publishers: who printed how much.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::DocumentNumber;

use super::budget::{Cost, Meter};
use super::{Asking, PublisherRow, Publishers, QueryError};

/// All publishers known at the revision asked, in alphabetical order.
///
/// Cost: one look at the evidence of every fact; it ends at the deadline, not at a number of edges.
///
/// # Errors
///
/// [`QueryError::Stopped`] when the client has left, or time has run out.
pub fn publishers(ask: &Asking<'_>) -> Result<Publishers, QueryError> {
    let reading = ask.reading;
    let mut rows: BTreeMap<Arc<str>, PublisherRow> = BTreeMap::new();
    for name in reading.publishers() {
        rows.insert(
            Arc::clone(&name),
            PublisherRow {
                name: name.to_string(),
                documents: 0,
                facts: 0,
            },
        );
    }
    let mut meter = Meter::for_everything(&ask.budget);
    for number in 0..reading.head().counters.documents {
        meter.pay_or_stop(Cost::Glance)?;
        let open = reading.document(DocumentNumber(number)).filter(|found| found.closed.is_none());
        if let Some(row) = open
            .and_then(|found| found.document.publisher.as_deref())
            .and_then(|name| rows.get_mut(name))
        {
            row.documents += 1;
        }
    }
    for fact in reading.facts() {
        meter.pay_or_stop(Cost::Glance)?;
        let open = reading.open_evidence(fact);
        let mut names: smallvec::SmallVec<[&Arc<str>; 2]> =
            open.iter().filter_map(|evidence| evidence.provenance.publisher.as_ref()).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            if let Some(row) = rows.get_mut(name) {
                row.facts += 1;
            }
        }
    }
    Ok(Publishers {
        revision: reading.head().revision,
        publishers: rows.into_values().collect(),
    })
}
