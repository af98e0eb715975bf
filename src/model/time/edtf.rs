//! Valid times as EDTF text: read into four days, printed back as they were written.
//!
//! [`ValidTime`] is the entry. What one date means is in `civil`; this file adds intervals and open ends.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::civil::Civil;
use super::{Day, Span};

/// The text is not EDTF of the supported levels.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{text}' is no EDTF date: {reason}")]
pub struct InvalidEdtf {
    /// What was given, cut after 80 characters.
    pub text: String,
    /// What is wrong with it, for people.
    pub reason: String,
}

impl InvalidEdtf {
    pub(super) fn new(text: &str, reason: String) -> Self {
        Self {
            text: text.chars().take(80).collect(),
            reason,
        }
    }
}

/// When a fact held in the world, no more precisely than the source says.
///
/// Text form: EDTF (ISO 8601-2:2019), level 1 and quarters (33 to 36). `2017-11` is some day of that
/// month and `2017-11-01/2017-11-30` all of it: equal days, different values. Two values are equal
/// when their texts are. The qualifiers `?`, `~` and `%` are kept and move no day. A date-time is
/// accepted and becomes its day as written, whatever its offset. A bare `..` is no value:
/// it is `None` where a time is optional, see [`ValidTime::parse_optional`].
///
/// ```
/// use dateline::model::ValidTime;
///
/// let since_august: ValidTime = "2017-08/..".parse().unwrap();
/// assert_eq!(since_august.first_day().unwrap().to_string(), "2017-08-01");
/// assert_eq!(since_august.last_day(), None);
/// assert_eq!(since_august.to_string(), "2017-08/..");
/// ```
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ValidTime {
    text: Arc<str>,
    // Follows from the text; kept because every date filter asks for it.
    span: Span,
}

impl ValidTime {
    /// The canonical EDTF text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its four days.
    ///
    /// A date is *one* unknown day of those it may be: it starts and ends on that day. An interval
    /// starts on some day of its first date and ends on some day of its second. An end written `..`
    /// or left empty is open; with an open start, the thing is known only to have been by the last day.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }

    /// The first day on which it may have held; `None` when its start is open.
    #[must_use]
    pub const fn first_day(&self) -> Option<Day> {
        self.span.first_start
    }

    /// The last day on which it may have held; `None` when its end is open.
    #[must_use]
    pub const fn last_day(&self) -> Option<Day> {
        self.span.last_end
    }

    /// Reads a time that may be missing: nothing and a bare `..` both say that no date is known.
    ///
    /// # Errors
    ///
    /// [`InvalidEdtf`] when it is neither missing nor EDTF.
    pub fn parse_optional(text: &str) -> Result<Option<Self>, InvalidEdtf> {
        match text {
            "" | ".." => Ok(None),
            _ => text.parse().map(Some),
        }
    }
}

impl FromStr for ValidTime {
    type Err = InvalidEdtf;
    fn from_str(text: &str) -> Result<Self, InvalidEdtf> {
        let refuse = |reason: String| InvalidEdtf::new(text, reason);
        let (canonical, span) = match text.split_once('/') {
            _ if text.is_empty() || text == ".." => Err("it means that no date is known: leave it out".to_owned()),
            None => Civil::read(text).map(|date| (date.text.clone(), one_day_of(&date))),
            Some((_, end)) if end.contains('/') => Err("an interval has one '/'; a day is written 2017-11-24".to_owned()),
            Some((start, end)) => interval(start, end),
        }
        .map_err(refuse)?;
        // The usual case gave the text back as it came: do not keep a second copy of it.
        let text = if canonical == text { Arc::from(text) } else { Arc::from(canonical) };
        Ok(Self { text, span })
    }
}

const fn one_day_of(date: &Civil) -> Span {
    Span {
        first_start: Some(date.first),
        last_start: Some(date.last),
        first_end: Some(date.first),
        last_end: Some(date.last),
    }
}

/// Canonical text and days of `start/end`.
fn interval(start: &str, end: &str) -> Result<(String, Span), String> {
    let (start, end) = (End::read(start)?, End::read(end)?);
    let span = match (&start, &end) {
        (End::Date(start), End::Date(end)) => between(start, end)?,
        (End::Date(start), End::Open(_)) => Span {
            first_start: Some(start.first),
            last_start: Some(start.last),
            first_end: None,
            last_end: None,
        },
        (End::Open(_), End::Date(end)) => Span {
            first_start: None,
            last_start: Some(end.last),
            first_end: Some(end.first),
            last_end: Some(end.last),
        },
        (End::Open(_), End::Open(_)) => return Err("it has no date at either end: leave it out".to_owned()),
    };
    Ok((format!("{}/{}", start.as_str(), end.as_str()), span))
}

/// The days of an interval with two dates, which may overlap as in `2017-08/2017`.
fn between(start: &Civil, end: &Civil) -> Result<Span, String> {
    if end.last < start.first {
        return Err("it ends before it starts".to_owned());
    }
    Ok(Span {
        first_start: Some(start.first),
        // It starts before it ends, so the last start is no later than the last end, and the first end no
        // earlier than the first start: without this, overlapping dates would be less certain than they are.
        last_start: Some(start.last.min(end.last)),
        first_end: Some(end.first.max(start.first)),
        last_end: Some(end.last),
    })
}

/// One end of an interval.
enum End<'a> {
    Date(Civil),
    /// `..` (goes on, or always was) or nothing (not known): both leave the days open.
    Open(&'a str),
}

impl<'a> End<'a> {
    fn read(text: &'a str) -> Result<Self, String> {
        match text {
            "" | ".." => Ok(Self::Open(text)),
            _ => Civil::read(text).map(Self::Date),
        }
    }

    fn as_str(&self) -> &str {
        match self {
            Self::Date(date) => &date.text,
            Self::Open(text) => text,
        }
    }
}

impl PartialEq for ValidTime {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}
impl Eq for ValidTime {}
impl Hash for ValidTime {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl fmt::Display for ValidTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
impl fmt::Debug for ValidTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
impl TryFrom<String> for ValidTime {
    type Error = InvalidEdtf;
    fn try_from(text: String) -> Result<Self, InvalidEdtf> {
        text.parse()
    }
}
impl From<ValidTime> for String {
    fn from(time: ValidTime) -> Self {
        time.text.as_ref().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// First start, last start, first end, last end; `-` for open.
    fn four_days(text: &str) -> String {
        let time: ValidTime = text.parse().unwrap();
        assert_eq!(time.as_str(), text, "printed as written");
        let span = time.span();
        [span.first_start, span.last_start, span.first_end, span.last_end]
            .map(|day| day.map_or_else(|| "-".to_owned(), |day| day.to_string()))
            .join(" ")
    }

    fn reason(text: &str) -> String {
        text.parse::<ValidTime>().unwrap_err().reason
    }

    #[test]
    fn a_date_is_one_unknown_day_of_those_it_may_be() {
        for (text, first, last) in [
            ("2017-11-22", "2017-11-22", "2017-11-22"),
            ("2017-11", "2017-11-01", "2017-11-30"),
            ("2016-02~", "2016-02-01", "2016-02-29"),
            ("2017?", "2017-01-01", "2017-12-31"),
            ("201X", "2010-01-01", "2019-12-31"),
            ("20XX%", "2000-01-01", "2099-12-31"),
            ("2004-XX", "2004-01-01", "2004-12-31"),
            ("1985-04-XX", "1985-04-01", "1985-04-30"),
            ("1985-XX-XX", "1985-01-01", "1985-12-31"),
            ("2017-21", "2017-03-01", "2017-05-31"),
            ("2017-22", "2017-06-01", "2017-08-31"),
            ("2017-23", "2017-09-01", "2017-11-30"),
            ("2015-24", "2015-12-01", "2016-02-29"),
            ("2017-33", "2017-01-01", "2017-03-31"),
            ("2017-36", "2017-10-01", "2017-12-31"),
            ("-0044-03-15", "-0044-03-15", "-0044-03-15"),
            ("-004X", "-0049-01-01", "-0040-12-31"),
            ("-000X", "-0009-01-01", "-0001-12-31"),
            ("0000", "0000-01-01", "0000-12-31"),
            ("Y12000", "+12000-01-01", "+12000-12-31"),
            ("Y-12000", "-12000-01-01", "-12000-12-31"),
        ] {
            assert_eq!(four_days(text), format!("{first} {last} {first} {last}"), "{text}");
        }
    }

    #[test]
    fn an_interval_starts_in_its_first_date_and_ends_in_its_second() {
        assert_eq!(four_days("2014~/2017"), "2014-01-01 2014-12-31 2017-01-01 2017-12-31");
        assert_eq!(four_days("2017-08/.."), "2017-08-01 2017-08-31 - -");
        assert_eq!(four_days("2017-08/"), "2017-08-01 2017-08-31 - -");
        assert_eq!(four_days("../2017-11-22"), "- 2017-11-22 2017-11-22 2017-11-22");
        assert_eq!(four_days("/2017-11"), "- 2017-11-30 2017-11-01 2017-11-30");
    }

    #[test]
    fn overlapping_dates_still_start_before_they_end() {
        assert_eq!(four_days("2017-08/2017"), "2017-08-01 2017-08-31 2017-08-01 2017-12-31");
        assert_eq!(four_days("2017/2017-08"), "2017-01-01 2017-08-31 2017-08-01 2017-08-31");
    }

    #[test]
    fn a_date_time_becomes_its_day_as_written() {
        for text in [
            "2017-11-24T23:59:60Z",
            "2017-11-24t01:00:00.25-08:00",
            "2017-11-24 10:15",
            "2017-11-24T10:15:00 05:30",
        ] {
            assert_eq!(text.parse::<ValidTime>().unwrap().as_str(), "2017-11-24", "{text}");
        }
        let whole: ValidTime = "2017-11-24T00:00:00Z/2017-11-25T00:00:00Z".parse().unwrap();
        assert_eq!(whole.as_str(), "2017-11-24/2017-11-25");
        assert!(reason("2017-11-24T25:00:00Z").contains("time of day"));
        assert!(reason("2017-11T10:00:00Z").contains("whole date"));
    }

    #[test]
    fn a_refusal_says_what_is_wrong() {
        assert!(reason("..").contains("no date"));
        assert!(reason("").contains("no date"));
        assert!(reason("../..").contains("either end"));
        assert!(reason("2017-11-25/2017-11-24").contains("before it starts"));
        assert!(reason("2017/11/24").contains("one '/'"));
        assert!(reason("2017-02-29").contains("no day 29"));
        assert!(reason("2017-13").contains("no month 13"));
        assert!(reason("2017-1").contains("two digits"));
        assert!(reason("20171124").contains("hyphens"));
        assert!(reason("2XXX").contains("last two digits"));
        assert!(reason("201X-05").contains("without 'X'"));
        assert!(reason("2017-XX-05").contains("without 'X'"));
        assert!(reason("2017-21-05").contains("no day"));
        assert!(reason("-0000").contains("no sign"));
        assert!(reason("Y5000001").contains("5,000,000"));
        assert!(reason("Y2017").contains("five digits"));
        assert!(reason("Y99999999999999").contains("5,000,000"));
        assert!(reason("24 Nov 2017").contains("time of day"));
        assert!(reason("Tuesday").contains("2017-11-24"));
        assert!(reason("2017-11-24 ").contains("2017-11-24"));
        assert!(reason("2017~?").contains("four digits"));
    }

    #[test]
    fn a_missing_time_is_none() {
        assert_eq!(ValidTime::parse_optional(""), Ok(None));
        assert_eq!(ValidTime::parse_optional(".."), Ok(None));
        assert!(ValidTime::parse_optional("2017").unwrap().is_some());
        assert!(ValidTime::parse_optional("soon").is_err());
    }

    #[test]
    fn equal_days_are_not_equal_values() {
        let month: ValidTime = "2017-11".parse().unwrap();
        let all_of_it: ValidTime = "2017-11-01/2017-11-30".parse().unwrap();
        assert_eq!((month.first_day(), month.last_day()), (all_of_it.first_day(), all_of_it.last_day()));
        assert_ne!(month, all_of_it);
    }
}
