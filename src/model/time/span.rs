//! The four days of a valid time, and how they meet a window.

use serde::{Deserialize, Serialize};

use super::Day;

/// What is known of when something held: first and last possible start, first and last possible end.
///
/// Both ends inclusive. `None` is an end the source leaves open (or does not know). "Some day in
/// November" starts and ends on one unknown day of it: first start and first end are the 1st, last
/// start and last end the 30th. "All of November" starts on the 1st and ends on the 30th, surely.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Span {
    /// The first day on which it may have begun; `None` when open.
    pub first_start: Option<Day>,
    /// The day by which it had surely begun; `None` when the source never says that it had.
    pub last_start: Option<Day>,
    /// The day up to which it surely lasted; `None` when open (the newest report then bounds it).
    pub first_end: Option<Day>,
    /// The last day on which it may have held; `None` when open.
    pub last_end: Option<Day>,
}

/// Days asked about, both inclusive, either side open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Window {
    /// First day of the window.
    pub since: Option<Day>,
    /// Last day of the window.
    pub until: Option<Day>,
}

impl Window {
    /// Whether it holds every day there is.
    #[must_use]
    pub const fn is_everything(&self) -> bool {
        self.since.is_none() && self.until.is_none()
    }
}

impl Span {
    /// Exactly one known day.
    #[must_use]
    pub const fn on(day: Day) -> Self {
        Self {
            first_start: Some(day),
            last_start: Some(day),
            first_end: Some(day),
            last_end: Some(day),
        }
    }

    /// Whether it may have held on some day of the window: first start ≤ until and last end ≥ since.
    #[must_use]
    pub fn possibly_meets(&self, window: Window) -> bool {
        let begins_in_time = match (self.first_start, window.until) {
            (Some(start), Some(until)) => start <= until,
            _ => true,
        };
        let lasts_long_enough = match (self.last_end, window.since) {
            (Some(end), Some(since)) => end >= since,
            _ => true,
        };
        begins_in_time && lasts_long_enough
    }

    /// Whether it held on some day of the window whatever the unknown days are:
    /// last start ≤ until and first end ≥ since.
    ///
    /// An interval with exact ends does so exactly when it overlaps the window; some day in November
    /// does so in a window that holds all of November, and in no smaller one.
    ///
    /// `newest_report` is the day of the newest report of the fact: an open end is certain up to it.
    /// With an open start (`../2017-11-22`: it happened, or had ceased, by then) no day of it is known
    /// from below, so only a window without `since` is sure to hold it.
    #[must_use]
    pub fn certainly_meets(&self, window: Window, newest_report: Option<Day>) -> bool {
        let begun = match (self.last_start, window.until) {
            (_, None) => true,
            (Some(start), Some(until)) => start <= until,
            (None, Some(_)) => false,
        };
        let surely_until = self.first_start.and(self.first_end.or(newest_report));
        let lasting = match (surely_until, window.since) {
            (_, None) => true,
            (Some(end), Some(since)) => end >= since,
            (None, Some(_)) => false,
        };
        begun && lasting
    }

    /// The day a timeline puts it on: the earliest day, else the latest; `None` when both are open.
    #[must_use]
    pub fn at(&self) -> Option<Day> {
        self.first_start.or(self.last_end)
    }

    /// Whether it is one known day.
    #[must_use]
    pub fn is_point(&self) -> bool {
        self.first_start.is_some() && self.first_start == self.last_end
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ValidTime;

    fn span(text: &str) -> Span {
        text.parse::<ValidTime>().unwrap().span()
    }

    fn window(since: &str, until: &str) -> Window {
        Window {
            since: since.parse().ok(),
            until: until.parse().ok(),
        }
    }

    #[test]
    fn some_day_in_november_is_certain_in_november_alone_and_all_of_it_on_each_day() {
        let (some, all) = (span("2017-11"), span("2017-11-01/2017-11-30"));
        let (november, one_day) = (window("2017-11-01", "2017-11-30"), window("2017-11-10", "2017-11-10"));
        assert!(some.certainly_meets(november, None) && all.certainly_meets(november, None));
        assert!(!some.certainly_meets(one_day, None) && all.certainly_meets(one_day, None));
        assert!(some.possibly_meets(one_day));
    }

    #[test]
    fn an_open_end_is_certain_up_to_the_newest_report() {
        let since_august = span("2017-08/..");
        let november = window("2017-11-24", "2017-11-24");
        assert!(since_august.certainly_meets(november, "2017-11-24".parse().ok()));
        assert!(!since_august.certainly_meets(november, "2017-11-23".parse().ok()));
        assert!(!since_august.certainly_meets(november, None));
        assert!(since_august.possibly_meets(window("2030-01-01", "")));
    }

    #[test]
    fn an_open_start_is_certain_only_of_having_been_by_then() {
        let by_then = span("../2017-11-22");
        assert!(by_then.certainly_meets(window("", "2017-11-22"), None));
        assert!(!by_then.certainly_meets(window("", "2017-11-21"), None));
        assert!(!by_then.certainly_meets(window("2017-11-22", "2017-11-22"), None));
        assert!(by_then.possibly_meets(window("1900-01-01", "1900-01-01")));
        assert_eq!(by_then.at(), "2017-11-22".parse().ok());
    }
}
