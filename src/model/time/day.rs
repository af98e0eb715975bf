//! A civil day.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A civil day of the proleptic Gregorian calendar: days since 1970-01-01. Text form `YYYY-MM-DD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(pub i32);

impl Day {
    /// The day of a year, month and day of month; `None` when there is no such day, or it is outside
    /// the years -5,000,000 to 5,000,000.
    #[must_use]
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Self> {
        if !(-5_000_000..=5_000_000).contains(&year) || !(1..=12).contains(&month) {
            return None;
        }
        if !(1..=days_in_month(year, month)).contains(&day) {
            return None;
        }
        // Howard Hinnant, "chrono-compatible low-level date algorithms": days_from_civil.
        let shifted = i64::from(year) - i64::from(month <= 2);
        let era = shifted.div_euclid(400);
        let year_of_era = shifted.rem_euclid(400);
        let month_from_march = i64::from((month + 9) % 12);
        let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        i32::try_from(era * 146_097 + day_of_era - 719_468).ok().map(Self)
    }

    /// Year, month (1 to 12) and day of month (1 to 31).
    #[must_use]
    pub fn ymd(self) -> (i32, u32, u32) {
        // Hinnant: civil_from_days.
        let shifted = i64::from(self.0) + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 {
            month_from_march + 3
        } else {
            month_from_march - 9
        };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        let narrow = |n: i64| u32::try_from(n).unwrap_or(0);
        (i32::try_from(year).unwrap_or(i32::MAX), narrow(month), narrow(day))
    }

    /// Days since the Monday before or on it: 0 is Monday, 6 Sunday.
    #[must_use]
    pub fn weekday(self) -> u32 {
        // 1970-01-01 was a Thursday.
        u32::try_from((i64::from(self.0) + 3).rem_euclid(7)).unwrap_or(0)
    }

    /// The day `days` later (earlier when negative), stopping at the ends of the calendar.
    #[must_use]
    pub fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }
}

/// Days in a month of a year; 0 for a month that does not exist.
#[must_use]
pub(super) fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 0,
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        if year < 0 {
            write!(f, "-{:04}-{month:02}-{day:02}", -year)
        } else if year > 9999 {
            write!(f, "+{year}-{month:02}-{day:02}")
        } else {
            write!(f, "{year:04}-{month:02}-{day:02}")
        }
    }
}

impl FromStr for Day {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let refuse = || format!("'{text}' is no day such as 2017-11-24");
        let (sign, rest) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.strip_prefix('+').unwrap_or(text)),
        };
        let mut parts = rest.splitn(3, '-');
        let mut part = |least: usize| {
            parts
                .next()
                .filter(|digits| digits.len() >= least && digits.bytes().all(|b| b.is_ascii_digit()))
                .and_then(|digits| digits.parse::<u32>().ok())
                .ok_or_else(refuse)
        };
        let (year, month, day) = (part(4)?, part(2)?, part(2)?);
        let year = i32::try_from(year).map_err(|_| refuse())? * sign;
        Self::from_ymd(year, month, day).ok_or_else(refuse)
    }
}

impl TryFrom<String> for Day {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_reads_back_as_itself() {
        for days in (-800_000..800_000).step_by(37) {
            let day = Day(days);
            let (y, m, d) = day.ymd();
            assert_eq!(Day::from_ymd(y, m, d), Some(day));
            assert_eq!(day.to_string().parse::<Day>(), Ok(day));
        }
    }

    #[test]
    fn a_wire_date_was_a_friday() {
        assert_eq!("2017-11-24".parse::<Day>().unwrap().weekday(), 4);
        assert!("2017-02-29".parse::<Day>().is_err());
    }
}
