//! Why there is no path: the filter without which there is one, else the number of hops.
//!
//! Each filter that was set is left out once, alone, in one shared budget. The first whose absence opens a way
//! is named with the length of that way.

use crate::model::NodeNumber;
use crate::query::budget::Meter;
use crate::query::resolve_node::brief;
use crate::query::{Asking, FilterParams, PathsParams, QueryError};

use super::{Asked, HOPS};

/// One filter left out: the words for it, whether it is set, and how it is unset.
struct Relaxation {
    name: &'static str,
    is_set: fn(&PathsParams, &FilterParams) -> bool,
    unset: fn(&mut PathsParams, &mut FilterParams),
}

const RELAXATIONS: &[Relaxation] = &[
    Relaxation {
        name: "the bounds 'since', 'until', 'valid_at', 'certain'",
        is_set: |_, filters| filters.since.is_some() || filters.until.is_some() || filters.valid_at.is_some(),
        unset: |_, filters| {
            (filters.since, filters.until, filters.valid_at, filters.certain) = (None, None, None, None);
        },
    },
    Relaxation {
        name: "'relation' and 'not_relation'",
        is_set: |_, filters| !filters.relation.is_empty() || !filters.not_relation.is_empty(),
        unset: |_, filters| {
            filters.relation.clear();
            filters.not_relation.clear();
        },
    },
    Relaxation {
        name: "'type' and 'not_type'",
        is_set: |params, filters| !params.not_type.is_empty() || !filters.r#type.is_empty(),
        unset: |params, filters| {
            params.not_type.clear();
            filters.r#type.clear();
        },
    },
    Relaxation {
        name: "'min_sources'",
        is_set: |_, filters| filters.min_sources.is_some(),
        unset: |_, filters| filters.min_sources = None,
    },
    Relaxation {
        name: "'modality'",
        is_set: |_, filters| !filters.modality.is_empty(),
        unset: |_, filters| filters.modality.clear(),
    },
    Relaxation {
        name: "'publisher' and 'not_publisher'",
        is_set: |_, filters| !filters.publisher.is_empty() || !filters.not_publisher.is_empty(),
        unset: |_, filters| {
            filters.publisher.clear();
            filters.not_publisher.clear();
        },
    },
    Relaxation {
        name: "'reported_since' and 'reported_until'",
        is_set: |_, filters| filters.reported_since.is_some() || filters.reported_until.is_some(),
        unset: |_, filters| (filters.reported_since, filters.reported_until) = (None, None),
    },
    Relaxation {
        name: "'speaker'",
        is_set: |_, filters| filters.speaker.is_some(),
        unset: |_, filters| filters.speaker = None,
    },
    Relaxation {
        name: "'place'",
        is_set: |_, filters| filters.place.is_some(),
        unset: |_, filters| filters.place = None,
    },
    Relaxation {
        name: "'via'",
        is_set: |params, _| !params.via.is_empty(),
        unset: |params, _| params.via.clear(),
    },
    Relaxation {
        name: "'not_via'",
        is_set: |params, _| !params.not_via.is_empty(),
        unset: |params, _| params.not_via.clear(),
    },
    Relaxation {
        name: "'direction'",
        is_set: |params, _| params.direction.is_some(),
        unset: |params, _| params.direction = None,
    },
    Relaxation {
        name: "'in_order'",
        is_set: |params, _| params.in_order == Some(true),
        unset: |params, _| params.in_order = None,
    },
    Relaxation {
        name: "the polarity (say 'polarity=affirmed,negated')",
        is_set: |_, filters| {
            !filters
                .polarity
                .iter()
                .any(|words| words.contains("affirmed") && words.contains("negated"))
        },
        unset: |_, filters| filters.polarity = vec!["affirmed".to_owned(), "negated".to_owned()],
    },
];

/// Why there is no path, for people.
///
/// # Errors
///
/// [`QueryError::Stopped`] when the client has left, or a first try ran out.
pub(super) fn reason(
    ask: &Asking<'_>,
    params: &PathsParams,
    filters: &FilterParams,
    asked: &Asked,
    cut: Option<&str>,
) -> Result<String, QueryError> {
    let name = |node: NodeNumber| brief(ask.reading, node).map(|node| node.id).unwrap_or_default();
    if asked.from == asked.to {
        return Ok(format!("'from' and 'to' are the same node: {}", name(asked.from)));
    }
    if cut.is_some() {
        return Ok("the budget of the question ran out before a path was found: ask for fewer hops or narrower filters".to_owned());
    }
    if let Some(lonely) = [asked.from, asked.to].into_iter().find(|node| ask.reading.degree(*node) == 0) {
        return Ok(format!("{} has no facts", name(lonely)));
    }
    let none = format!(
        "{} and {} are not connected within {} hops",
        name(asked.from),
        name(asked.to),
        asked.max_hops
    );
    let mut meter = Meter::new(&ask.budget);
    let mut set = 0;
    for relaxation in RELAXATIONS.iter().filter(|relaxation| (relaxation.is_set)(params, filters)) {
        set += 1;
        let (mut params, mut filters) = (params.clone(), filters.clone());
        (relaxation.unset)(&mut params, &mut filters);
        if let Some(hops) = Asked::read(ask, &params, &filters)
            .ok()
            .and_then(|asked| asked.length(ask, &mut meter))
        {
            return Ok(format!(
                "{none} under these filters; without {} there is a path of {}",
                relaxation.name,
                count(hops)
            ));
        }
    }
    let longer = PathsParams {
        max_hops: Some(HOPS.1),
        ..params.clone()
    };
    if let Some(hops) = Asked::read(ask, &longer, filters)
        .ok()
        .and_then(|asked| asked.length(ask, &mut meter))
    {
        return Ok(format!("{none}; with 'max_hops={}' there is a path of {}", HOPS.1, count(hops)));
    }
    if meter.finish()?.is_some() {
        return Ok(format!(
            "{none}; not every filter could be left out in turn before the budget ran out"
        ));
    }
    // The polarity is nearly always among those that are set.
    Ok(if set > 1 {
        format!("{none} under these filters, and no filter alone is why")
    } else {
        none
    })
}

fn count(hops: u32) -> String {
    if hops == 1 { "1 hop".to_owned() } else { format!("{hops} hops") }
}
