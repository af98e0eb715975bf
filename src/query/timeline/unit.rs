//! Calendar units: which day, week, month, quarter or year a day falls into, and where that starts.

use crate::model::Day;

/// A unit of the calendar. Weeks are those of ISO 8601 and start on Monday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

impl Unit {
    /// The words of the parameter `bucket`, shortest unit first.
    pub(super) const WORDS: [(&'static str, Self); 5] = [
        ("day", Self::Day),
        ("week", Self::Week),
        ("month", Self::Month),
        ("quarter", Self::Quarter),
        ("year", Self::Year),
    ];

    /// The units longer than this one, the next one first.
    pub(super) fn coarser(self) -> &'static [(&'static str, Self)] {
        let place = Self::WORDS.iter().position(|(_, unit)| *unit == self).unwrap_or(0);
        Self::WORDS.get(place + 1..).unwrap_or_default()
    }

    /// The number of the unit that holds a day; consecutive units have consecutive numbers.
    pub(super) fn number(self, day: Day) -> i64 {
        let (year, month, _) = day.ymd();
        let (year, month) = (i64::from(year), i64::from(month) - 1);
        match self {
            Self::Day => i64::from(day.0),
            // 1970-01-01 was a Thursday, three days after a Monday.
            Self::Week => (i64::from(day.0) + 3).div_euclid(7),
            Self::Month => year * 12 + month,
            Self::Quarter => year * 4 + month / 3,
            Self::Year => year,
        }
    }

    /// The first day of the unit of a number, stopping at the ends of the calendar.
    pub(super) fn start(self, number: i64) -> Day {
        let day = |days: i64| Day(i32::try_from(days).unwrap_or(if days < 0 { i32::MIN } else { i32::MAX }));
        let first = |year: i64, month: i64| {
            let month = u32::try_from(month).unwrap_or(0) + 1;
            let end = Day(if year < 0 { i32::MIN } else { i32::MAX });
            i32::try_from(year)
                .ok()
                .and_then(|year| Day::from_ymd(year, month, 1))
                .unwrap_or(end)
        };
        match self {
            Self::Day => day(number),
            Self::Week => day(number * 7 - 3),
            Self::Month => first(number.div_euclid(12), number.rem_euclid(12)),
            Self::Quarter => first(number.div_euclid(4), number.rem_euclid(4) * 3),
            Self::Year => first(number, 0),
        }
    }

    /// The last day of the unit of a number.
    pub(super) fn end(self, number: i64) -> Day {
        self.start(number + 1).plus(-1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_falls_into_the_unit_that_holds_it() {
        let unit_of = |unit: Unit, text: &str| {
            let number = unit.number(day(text));
            (unit.start(number).to_string(), unit.end(number).to_string())
        };
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(unit_of(Unit::Day, "2017-11-24"), pair("2017-11-24", "2017-11-24"));
        assert_eq!(unit_of(Unit::Week, "2017-11-24"), pair("2017-11-20", "2017-11-26"));
        assert_eq!(unit_of(Unit::Week, "2018-01-01"), pair("2018-01-01", "2018-01-07"));
        assert_eq!(unit_of(Unit::Month, "2016-02-29"), pair("2016-02-01", "2016-02-29"));
        assert_eq!(unit_of(Unit::Quarter, "2017-11-24"), pair("2017-10-01", "2017-12-31"));
        assert_eq!(unit_of(Unit::Year, "2017-11-24"), pair("2017-01-01", "2017-12-31"));
    }

    #[test]
    fn units_follow_each_other_without_a_gap() {
        for (_, unit) in Unit::WORDS {
            let first = unit.number(day("-0044-03-15"));
            for number in first..first + 40_000 {
                let next = unit.start(number + 1);
                assert_eq!(unit.end(number).plus(1), next);
                assert_eq!(unit.number(next), number + 1);
                assert_eq!(unit.number(unit.end(number)), number);
            }
        }
    }

    #[test]
    fn longer_units_are_offered_the_next_one_first() {
        assert_eq!(
            Unit::Month.coarser().iter().map(|(word, _)| *word).collect::<Vec<_>>(),
            ["quarter", "year"]
        );
        assert!(Unit::Year.coarser().is_empty());
    }
}
