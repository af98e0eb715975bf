//! Dates in questions: bounds of a window, and moments of recorded time.
//!
//! A bound is EDTF, an RFC 3339 time (its civil day as written), or Unix milliseconds (nine digits and
//! more; the UTC day). As `since` it means its first day, as `until` its last. [`known_at`] reads the
//! parameter of that name.

use crate::model::time::{Window, parse_bound};
use crate::model::{Day, Revision, Timestamp};
use crate::view::View;

use super::{FilterParams, QueryError};

const DAY_US: i64 = 86_400_000_000;

/// The window of `since`, `until` and `valid_at`.
///
/// # Errors
///
/// [`QueryError::Invalid`] naming the parameter: no date, `valid_at` beside another bound, or an end before
/// the start.
pub(crate) fn window(params: &FilterParams) -> Result<Window, QueryError> {
    if let Some(text) = &params.valid_at {
        if params.since.is_some() || params.until.is_some() {
            return Err(QueryError::invalid("valid_at", "it means both 'since' and 'until': give it alone"));
        }
        let (since, until) = bounds("valid_at", text)?;
        return Ok(Window { since, until });
    }
    between("since", params.since.as_deref(), "until", params.until.as_deref())
}

/// The days from the first of one bound to the last of the other.
///
/// # Errors
///
/// [`QueryError::Invalid`] naming the parameter.
pub(crate) fn between(from: &str, since: Option<&str>, to: &str, until: Option<&str>) -> Result<Window, QueryError> {
    let first = since.map(|text| bounds(from, text)).transpose()?.and_then(|(first, _)| first);
    let last = until.map(|text| bounds(to, text)).transpose()?.and_then(|(_, last)| last);
    if let (Some(a), Some(b)) = (first, last)
        && a > b
    {
        return Err(QueryError::invalid(to, format!("it ends on {b}, before '{from}' starts on {a}")));
    }
    Ok(Window { since: first, until: last })
}

/// First and last day of a date as it is written in a question; an open side is `None`.
///
/// # Errors
///
/// [`QueryError::Invalid`] naming the parameter.
pub(crate) fn bounds(parameter: &str, text: &str) -> Result<(Option<Day>, Option<Day>), QueryError> {
    let text = text.trim();
    if text == ".." {
        return Ok((None, None));
    }
    let span = parse_bound(text).map_err(|error| QueryError::invalid(parameter, error.to_string()))?;
    Ok((span.first_start, span.last_end))
}

fn unix_milliseconds(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    (digits.len() >= 9 && digits.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

/// An RFC 3339 time. The `+` of an offset that arrived in a URL as a blank is read as meant.
fn moment(text: &str) -> Option<Timestamp> {
    if text.as_bytes().get(10).is_none_or(|b| !matches!(b, b'T' | b't')) {
        return None;
    }
    text.replace(' ', "+").parse().ok()
}

/// The revision that `known_at` means: an RFC 3339 time, a date (the end of that day, UTC), or `r123`.
/// What lies in the future means the newest revision.
///
/// # Errors
///
/// [`QueryError::Invalid`] when it is none of these, [`QueryError::NothingRecorded`] when it lies before the
/// first commit.
pub fn known_at(view: &View, text: &str) -> Result<Revision, QueryError> {
    let newest = view.head().revision;
    let text = text.trim();
    let found = if let Some(number) = text.strip_prefix('r').and_then(|digits| digits.parse().ok()) {
        Revision(number).min(newest)
    } else {
        view.revision_at(last_moment(text)?)
    };
    match view.head_of(Revision(1)) {
        Some(first) if found == Revision(0) && newest > Revision(0) => Err(QueryError::NothingRecorded {
            first: first.time.to_string(),
        }),
        _ => Ok(found),
    }
}

fn last_moment(text: &str) -> Result<Timestamp, QueryError> {
    if let Some(moment) = moment(text) {
        return Ok(moment);
    }
    if let Some(ms) = unix_milliseconds(text) {
        return Ok(Timestamp(ms.saturating_mul(1_000)));
    }
    match bounds("known_at", text) {
        Ok((_, Some(day))) => Ok(Timestamp((i64::from(day.0) + 1) * DAY_US - 1)),
        Ok((_, None)) => Ok(Timestamp(i64::MAX)),
        Err(_) => Err(QueryError::invalid(
            "known_at",
            format!("'{text}' is no RFC 3339 time, no date and no revision such as r123"),
        )),
    }
}
