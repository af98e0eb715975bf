//! Valid times in two small numbers: what a million different intervals cost.
//!
//! A day, an interval of two days and a day with one end open (`2017-08-01/..`, `../2017-11-22`) are most of
//! what sources say, and follow from their days. Whatever else EDTF can say (months, seasons, `2017?`) is kept
//! once as it is. [`Entry`] is how a fact holds it, [`ValidRef`] what a reader sees.

use std::fmt;

use super::interned::Interned;
use crate::model::time::Span;
use crate::model::{Day, ValidTime};

/// When a fact held, as the view holds it. It prints as the source has it, and costs nothing to copy.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ValidRef<'v>(Shown<'v>);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown<'v> {
    On(Day),
    Between(Day, Day),
    From(Day),
    UpTo(Day),
    Kept(&'v ValidTime),
}

impl ValidRef<'_> {
    /// The day, when the text is one.
    #[must_use]
    pub const fn exact_day(&self) -> Option<Day> {
        match self.0 {
            Shown::On(day) => Some(day),
            _ => None,
        }
    }

    /// Its four days.
    #[inline]
    #[must_use]
    pub const fn span(&self) -> Span {
        match self.0 {
            Shown::On(day) => Span::on(day),
            Shown::Between(first, last) => Span {
                first_start: Some(first),
                last_start: Some(first),
                first_end: Some(last),
                last_end: Some(last),
            },
            Shown::From(day) => Span {
                first_start: Some(day),
                last_start: Some(day),
                first_end: None,
                last_end: None,
            },
            Shown::UpTo(day) => Span {
                first_start: None,
                last_start: Some(day),
                first_end: Some(day),
                last_end: Some(day),
            },
            Shown::Kept(time) => time.span(),
        }
    }
}

impl fmt::Display for ValidRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Shown::On(day) => write!(f, "{day}"),
            Shown::Between(first, last) => write!(f, "{first}/{last}"),
            Shown::From(day) => write!(f, "{day}/.."),
            Shown::UpTo(day) => write!(f, "../{day}"),
            Shown::Kept(time) => f.write_str(time.as_str()),
        }
    }
}

impl fmt::Debug for ValidRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A valid time, or none, in two numbers: a day (or the number of what is kept) and a form. Both are small
/// when their neighbours' are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) day: u32,
    pub(super) form: u32,
}

pub(super) const NONE: u32 = 0;
const ON: u32 = 1;
const KEPT: u32 = 2;
const FROM: u32 = 3;
const UP_TO: u32 = 4;
/// An interval from the day to the same one, and so on day by day.
const BETWEEN: u32 = 5;
/// No interval of two days in years of four digits is longer.
const LONGEST: i32 = 3_700_000;

/// Days (and numbers of kept times) as numbers without a sign, in the same order: those of a block of facts lie
/// close together.
pub(super) const fn biased(number: i32) -> u32 {
    number.cast_unsigned() ^ (1 << 31)
}

pub(super) const fn unbiased(biased: u32) -> i32 {
    (biased ^ (1 << 31)).cast_signed()
}

impl Entry {
    /// No date. `day` says nothing then; the one of the fact before costs least.
    pub(super) const fn none(day: u32) -> Self {
        Self { day, form: NONE }
    }

    const fn new(day: Day, form: u32) -> Self {
        Self { day: biased(day.0), form }
    }

    /// A day. This, and the next three, are of years of four digits.
    pub(super) const fn on(day: Day) -> Self {
        Self::new(day, ON)
    }

    /// From a day to one that is not before it.
    pub(super) const fn between(first: Day, last: Day) -> Self {
        Self::new(first, BETWEEN + last.0.abs_diff(first.0))
    }

    /// From a day on.
    pub(super) const fn since(day: Day) -> Self {
        Self::new(day, FROM)
    }

    /// Up to a day.
    pub(super) const fn up_to(day: Day) -> Self {
        Self::new(day, UP_TO)
    }

    /// What a text says that follows from its days; `None` for all others, right or wrong.
    pub(super) fn of_days(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        match bytes {
            [_, _, _, _, _, _, _, _, _, _] => Some(Self::new(day(bytes)?, ON)),
            [first @ .., b'/', b'.', b'.'] => Some(Self::new(day(first)?, FROM)),
            [b'.', b'.', b'/', last @ ..] => Some(Self::new(day(last)?, UP_TO)),
            [first @ .., b'/', _, _, _, _, _, _, _, _, _, _] => {
                let (first_day, last_day) = (day(first)?, day(bytes.get(first.len() + 1..)?)?);
                let length = last_day.0.checked_sub(first_day.0).filter(|length| (0..LONGEST).contains(length))?;
                Some(Self::new(first_day, BETWEEN + length.unsigned_abs()))
            }
            _ => None,
        }
    }
}

/// A day of a year of four digits, in its one canonical spelling.
fn day(text: &[u8]) -> Option<Day> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text else {
        return None;
    };
    let digit = |byte: &u8| {
        Some(u32::from(*byte))
            .filter(|_| byte.is_ascii_digit())
            .map(|byte| byte - u32::from(b'0'))
    };
    let year = digit(y1)? * 1000 + digit(y2)? * 100 + digit(y3)? * 10 + digit(y4)?;
    Day::from_ymd(year.cast_signed(), digit(m1)? * 10 + digit(m2)?, digit(d1)? * 10 + digit(d2)?)
}

/// Valid times that do not follow from their days, each once.
#[derive(Clone, Debug, Default)]
pub(super) struct ValidTimes(Interned<ValidTime>);

impl ValidTimes {
    /// How a fact holds a time.
    pub(super) fn entry(&mut self, time: &ValidTime) -> Entry {
        Entry::of_days(time.as_str()).unwrap_or_else(|| self.kept(time))
    }

    /// As [`Self::entry`], for a time that [`Entry::of_days`] has refused.
    pub(super) fn kept(&mut self, time: &ValidTime) -> Entry {
        let number = self.0.intern(time, ValidTime::clone);
        Entry {
            // Facts are numbered in 32 bits; half of them would have to differ in the oddest of dates.
            day: biased(i32::try_from(number).unwrap_or(i32::MAX)),
            form: KEPT,
        }
    }

    /// What an entry says.
    #[inline]
    pub(super) fn get(&self, entry: Entry) -> Option<ValidRef<'_>> {
        let day = Day(unbiased(entry.day));
        let shown = match entry.form {
            NONE => return None,
            ON => Shown::On(day),
            KEPT => Shown::Kept(self.0.get(day.0.unsigned_abs())?),
            FROM => Shown::From(day),
            UP_TO => Shown::UpTo(day),
            length => Shown::Between(day, day.plus((length - BETWEEN).cast_signed())),
        };
        Some(ValidRef(shown))
    }

    /// Merges the index's runs.
    pub(super) fn merge(&mut self) {
        self.0.merge();
    }

    /// Bytes that it takes.
    pub(super) fn bytes(&self) -> usize {
        self.0.bytes(|time| 2 * size_of::<usize>() + time.as_str().len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_reads_back_as_it_was_written() {
        let mut times = ValidTimes::default();
        let texts = [
            "2017-11-22",
            "0000-02-29",
            "9999-12-31",
            "-0044-03-15",
            "2017-11-22?",
            "2017-11",
            "2017",
            "201X",
            "2004-XX",
            "2017-11-01/2017-11-30",
            "2017-11-22/2017-11-22",
            "0000-01-01/9999-12-31",
            "2017-11-01/2017-11",
            "2017/2018-01-01",
            "2017-08-01/..",
            "2017-08-01/",
            "2017-08/..",
            "../2017-11-22",
            "/2017-11-22",
            "../2017-11",
            "-0044-03-15/2017-11-22",
            "Y12000",
            "2017-33",
            "2014~/2017",
            "1969-12-31/1970-01-01",
        ];
        for _ in 0..2 {
            for text in texts {
                let time: ValidTime = text.parse().unwrap();
                let entry = times.entry(&time);
                let read = times.get(entry).unwrap();
                assert_eq!((read.to_string().as_str(), read.span()), (text, time.span()));
                assert_eq!(format!("{read:?}"), format!("{time:?}"));
            }
        }
        assert_eq!(times.get(Entry::none(biased(3))), None);
    }

    #[test]
    fn what_is_no_date_does_not_follow_from_days() {
        for text in [
            "2017-02-29",
            "2017-13-01",
            "2017-11-22/2017-11-21",
            "2017/11/22",
            "..",
            "",
            "2017-11-2x",
            "../2017-02-30",
        ] {
            assert_eq!(Entry::of_days(text), None, "{text}");
        }
    }

    #[test]
    fn days_that_are_near_have_numbers_that_are_near() {
        let number = |text: &str| Entry::of_days(text).unwrap().day;
        assert_eq!(number("1970-01-01") - number("1969-12-31"), 1);
        assert_eq!(number("2017-11-22/..") - number("2007-11-22"), 3_653);
    }
}
