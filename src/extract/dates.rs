//! Time expressions of a sentence, anchored on the report's day.
//!
//! [`find`] gives every expression with its reading in the past and in the future; which of them holds is
//! decided by the tense of the verb beside it ([`TimeExpression::at`]). The clock is never read. What comes
//! again and again ("every Friday") gives no date.

use super::sentence::Token;
use crate::model::{Day, ValidTime};

/// How an expression bounds the time of its clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    /// Within it.
    Within,
    /// From then on: a state still holds, an event came in between then and the report.
    Since,
    /// No later than it.
    By,
    /// Not before it.
    After,
}

/// Words that say when.
#[derive(Clone, Debug)]
pub(crate) struct TimeExpression {
    /// First token.
    pub(crate) from: usize,
    /// After the last token.
    pub(crate) to: usize,
    /// How it bounds.
    pub(crate) bound: Bound,
    /// EDTF, read backwards from the anchor.
    past: String,
    /// EDTF, read forwards from the anchor.
    future: String,
}

/// The tense of the verb beside an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tense {
    /// It has happened.
    Past,
    /// It holds, or is about to.
    Present,
    /// It is to come.
    Future,
}

impl TimeExpression {
    /// The same time as the start of what goes on.
    pub(crate) fn since(&self) -> Self {
        Self {
            bound: Bound::Since,
            ..self.clone()
        }
    }

    /// The time as a valid time; `lasting` tells a state, which goes on after "since".
    pub(crate) fn at(&self, tense: Tense, anchor: Day, lasting: bool) -> Option<ValidTime> {
        let value = if tense == Tense::Future || (tense == Tense::Present && self.past != anchor.to_string()) {
            &self.future
        } else {
            &self.past
        };
        let first = value.split('/').next().unwrap_or(value);
        let last = value.rsplit('/').next().unwrap_or(value);
        let text = match self.bound {
            Bound::Within => value.clone(),
            Bound::Since if lasting || tense == Tense::Future => format!("{first}/.."),
            Bound::Since => format!("{}/{anchor}", self.past.split('/').next().unwrap_or(first)),
            Bound::By => format!("../{last}"),
            Bound::After => format!("{first}/.."),
        };
        text.parse().ok()
    }
}

/// Number of a month by its name or abbreviation.
pub(crate) fn month_number(word: &str) -> Option<u32> {
    let lower = word.trim_end_matches('.').to_lowercase();
    let number = match lower.as_str() {
        "january" | "jan" => 1,
        "february" | "feb" => 2,
        "march" | "mar" => 3,
        "april" | "apr" => 4,
        "may" => 5,
        "june" | "jun" => 6,
        "july" | "jul" => 7,
        "august" | "aug" => 8,
        "september" | "sep" | "sept" => 9,
        "october" | "oct" => 10,
        "november" | "nov" => 11,
        "december" | "dec" => 12,
        _ => return None,
    };
    Some(number)
}

fn weekday(word: &str) -> Option<u32> {
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    days.iter().position(|day| *day == word).and_then(|at| u32::try_from(at).ok())
}

fn small_number(word: &str) -> Option<i32> {
    let words = [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    ];
    match word {
        "a" | "an" => Some(1),
        "few" | "several" | "couple" | "some" => Some(3),
        _ => words
            .iter()
            .position(|w| *w == word)
            .and_then(|n| i32::try_from(n).ok())
            .or_else(|| word.parse().ok().filter(|n| *n < 1000)),
    }
}

fn year_of(word: &str) -> Option<i32> {
    let digits = word.len() == 4 && word.bytes().all(|b| b.is_ascii_digit());
    word.parse().ok().filter(|year| digits && (1000..=2100).contains(year))
}

/// The expressions of a sentence, in its order; none overlaps another.
pub(crate) fn find(tokens: &[Token], anchor: Day) -> Vec<TimeExpression> {
    let mut out = Vec::new();
    let mut i = 0;
    while i < tokens.len() {
        match (Reader { tokens, anchor, at: i }).expression() {
            Some(found) => {
                i = found.to.max(i + 1);
                out.push(found);
            }
            None => i += 1,
        }
    }
    out
}

/// A value read both ways.
struct Value {
    past: String,
    future: String,
}

impl Value {
    fn same(text: String) -> Self {
        Self {
            past: text.clone(),
            future: text,
        }
    }
}

struct Reader<'a> {
    tokens: &'a [Token],
    anchor: Day,
    at: usize,
}

impl<'a> Reader<'a> {
    fn word(&self, ahead: usize) -> &'a str {
        self.tokens.get(self.at + ahead).map_or("", |token| token.lower.as_str())
    }

    fn is_capital(&self, ahead: usize) -> bool {
        self.tokens.get(self.at + ahead).is_some_and(|token| token.capital)
    }

    /// Preposition and value from here.
    fn expression(mut self) -> Option<TimeExpression> {
        let from = self.at;
        if from > 0
            && self
                .tokens
                .get(from - 1)
                .is_some_and(|token| matches!(token.lower.as_str(), "every" | "each"))
        {
            return None;
        }
        let (bound, length) = match self.word(0) {
            "since" => (Bound::Since, 1),
            // "from 2011 to 2015" is a range, "from 2011" a beginning.
            "from" if !matches!(self.word(2), "to" | "until" | "through") => (Bound::Since, 1),
            "by" | "until" | "till" => (Bound::By, 1),
            "before" | "prior" => (Bound::By, 1 + usize::from(self.word(1) == "to")),
            "after" | "following" => (Bound::After, 1),
            "on" | "in" | "at" | "during" | "over" | "for" | "throughout" | "within" | "of" | "between" | "from" => (Bound::Within, 1),
            _ => (Bound::Within, 0),
        };
        let preposition = self.word(0);
        self.at += length;
        let lead = self.leading_words();
        self.at += lead;
        let (value, used) = self.value(preposition, length + lead > 0)?;
        self.at += used;
        let (value, used) = self.range_end(preposition, value);
        self.at += used + self.trailing(used);
        Some(TimeExpression {
            from,
            to: self.at,
            bound,
            past: value.past,
            future: value.future,
        })
    }

    /// "late on", "early", "the morning of": words before the value that say nothing we keep.
    fn leading_words(&self) -> usize {
        let mut n = 0;
        while matches!(
            self.word(n),
            "late" | "early" | "mid" | "around" | "about" | "on" | "in" | "the" | "at" | "as" | "of"
        ) && n < 3
            && (self.word(n) != "the" || self.unit_follows(n + 1))
        {
            n += 1;
        }
        if n > 0 && !self.starts_value(n) { 0 } else { n }
    }

    /// Whether "the …" begins a period: "the past few years", "the 1990s", "the first quarter".
    fn unit_follows(&self, n: usize) -> bool {
        matches!(
            self.word(n),
            "past"
                | "last"
                | "next"
                | "coming"
                | "previous"
                | "same"
                | "end"
                | "beginning"
                | "start"
                | "first"
                | "second"
                | "third"
                | "fourth"
        ) || decade(self.word(n)).is_some()
    }

    fn starts_value(&self, n: usize) -> bool {
        let reader = Reader { at: self.at + n, ..*self };
        reader.value("in", true).is_some()
    }

    /// "… morning", "… night".
    fn trailing(&self, _used: usize) -> usize {
        usize::from(matches!(self.word(0), "morning" | "afternoon" | "evening" | "night"))
    }

    /// The value from here, and how many tokens it takes.
    fn value(&self, preposition: &str, introduced: bool) -> Option<(Value, usize)> {
        self.clock()
            .or_else(|| self.day_word())
            .or_else(|| self.weekday_word())
            .or_else(|| self.calendar_date())
            .or_else(|| self.relative_period())
            .or_else(|| self.ago())
            .or_else(|| self.past_period())
            .or_else(|| self.quarter())
            .or_else(|| self.month_word(introduced))
            .or_else(|| self.year_word(preposition))
    }

    /// `8:30 a.m.`: of the day of the report, unless a day follows.
    fn clock(&self) -> Option<(Value, usize)> {
        let hour = self.word(0).split(':').next()?.parse::<u32>().ok().filter(|hour| *hour < 24)?;
        if !matches!(self.word(1), "a.m." | "p.m." | "am" | "pm") || hour > 12 {
            return None;
        }
        let next = 2 + usize::from(self.word(2) == "on");
        let day = Reader {
            at: self.at + next,
            ..*self
        };
        match day.weekday_word().or_else(|| day.calendar_date()).or_else(|| day.day_word()) {
            Some((value, used)) => Some((value, next + used)),
            None => Some((Value::same(self.anchor.to_string()), 2)),
        }
    }

    fn day_word(&self) -> Option<(Value, usize)> {
        let shift = match self.word(0) {
            "today" | "tonight" | "overnight" => 0,
            "yesterday" => -1,
            "tomorrow" => 1,
            _ => return None,
        };
        Some((Value::same(self.anchor.plus(shift).to_string()), 1))
    }

    fn weekday_word(&self) -> Option<(Value, usize)> {
        let (lead, used) = match self.word(0) {
            "last" | "next" | "this" => (self.word(0), 1),
            _ => ("", 0),
        };
        let target = weekday(self.word(used))?;
        if !self.is_capital(used) {
            return None;
        }
        let back = i32::try_from((self.anchor.weekday() + 7 - target) % 7).ok()?;
        let ahead = (7 - back) % 7;
        let back = if lead == "last" && back == 0 { 7 } else { back };
        let (past, future) = (self.anchor.plus(-back), self.anchor.plus(ahead));
        let value = match lead {
            "next" => Value::same(self.anchor.plus(if ahead == 0 { 7 } else { ahead }).to_string()),
            "last" => Value::same(past.to_string()),
            _ => Value {
                past: past.to_string(),
                future: future.to_string(),
            },
        };
        Some((value, used + 1))
    }

    /// `22 November 2017`, `November 22, 2017`, `Nov. 22`, `November 2017`.
    fn calendar_date(&self) -> Option<(Value, usize)> {
        let day = |n: usize| {
            let word = self.word(n).trim_end_matches(|c: char| c.is_ascii_alphabetic());
            word.parse::<u32>().ok().filter(|day| (1..=31).contains(day) && word.len() <= 2)
        };
        let month = |n: usize| month_number(self.word(n)).filter(|_| self.is_capital(n));
        let (month, date, used) = if let (Some(date), Some(month)) = (day(0), month(1)) {
            (month, date, 2)
        } else if let (Some(month), Some(date)) = (month(0), day(1)) {
            (month, date, 2)
        } else {
            let (month, year) = (
                month(0)?,
                year_of(self.word(1)).or_else(|| self.this_or_last_year(1).map(|(year, _)| year))?,
            );
            let used = if year_of(self.word(1)).is_some() { 2 } else { 3 };
            return Some((Value::same(format!("{year:04}-{month:02}")), used));
        };
        let comma = usize::from(self.word(used) == ",");
        if let Some(year) = year_of(self.word(used + comma)) {
            let day = Day::from_ymd(year, month, date)?;
            return Some((Value::same(day.to_string()), used + comma + 1));
        }
        if let Some((year, more)) = self.this_or_last_year(used) {
            return Some((Value::same(Day::from_ymd(year, month, date)?.to_string()), used + more));
        }
        Some((self.nearest(|year| Day::from_ymd(year, month, date))?, used))
    }

    fn this_or_last_year(&self, n: usize) -> Option<(i32, usize)> {
        let (year, _, _) = self.anchor.ymd();
        match (self.word(n), self.word(n + 1)) {
            ("this", "year") => Some((year, 2)),
            ("last", "year") => Some((year - 1, 2)),
            ("next", "year") => Some((year + 1, 2)),
            _ => None,
        }
    }

    /// The nearest such day before and after the anchor.
    fn nearest(&self, day: impl Fn(i32) -> Option<Day>) -> Option<Value> {
        let (year, _, _) = self.anchor.ymd();
        let past = (0..5).filter_map(|back| day(year - back)).find(|day| *day <= self.anchor)?;
        let future = (0..5).filter_map(|ahead| day(year + ahead)).find(|day| *day >= self.anchor)?;
        Some(Value {
            past: past.to_string(),
            future: future.to_string(),
        })
    }

    /// `last year`, `this week`, `earlier this month`, `next year`.
    fn relative_period(&self) -> Option<(Value, usize)> {
        let mut used = usize::from(matches!(self.word(0), "earlier" | "later"));
        let earlier = self.word(0) == "earlier";
        let lead = self.word(used);
        let step = match lead {
            "last" | "previous" => -1,
            "this" | "current" | "same" => 0,
            "next" | "coming" => 1,
            _ => return None,
        };
        used += 1;
        let (year, month, _) = self.anchor.ymd();
        let value = match self.word(used) {
            "year" if step == 0 && earlier => format!("{year:04}/{}", self.anchor),
            "year" => format!("{:04}", year + step),
            "month" => {
                let months = year * 12 + i32::try_from(month).ok()? - 1 + step;
                format!("{:04}-{:02}", months.div_euclid(12), months.rem_euclid(12) + 1)
            }
            "week" => {
                let monday = self.anchor.plus(step * 7 - i32::try_from(self.anchor.weekday()).ok()?);
                let sunday = monday.plus(6);
                if step == 0 {
                    return Some((
                        Value {
                            past: format!("{monday}/{}", self.anchor),
                            future: format!("{}/{sunday}", self.anchor),
                        },
                        used + 1,
                    ));
                }
                format!("{monday}/{sunday}")
            }
            "weekend" => {
                let saturday = self
                    .anchor
                    .plus(step.min(0) * 7 + 5 - i32::try_from(self.anchor.weekday()).ok()? + step.max(0) * 7);
                format!("{saturday}/{}", saturday.plus(1))
            }
            "decade" => format!("{}X", year.div_euclid(10) + step),
            "century" => format!("{}XX", year.div_euclid(100) + step),
            "summer" => format!("{:04}-22", year + step),
            "spring" => format!("{:04}-21", year + step),
            "autumn" | "fall" => format!("{:04}-23", year + step),
            "winter" => format!("{:04}-24", year + step),
            word => {
                let month_named = month_number(word).filter(|_| self.is_capital(used))?;
                let now = i32::try_from(month).ok()?;
                let named = i32::try_from(month_named).ok()?;
                let year = match step {
                    -1 if named >= now => year - 1,
                    1 if named <= now => year + 1,
                    _ => year,
                };
                format!("{year:04}-{month_named:02}")
            }
        };
        Some((Value::same(value), used + 1))
    }

    /// `three years ago`, `a month ago`, `two days later` is not read.
    fn ago(&self) -> Option<(Value, usize)> {
        let mut used = 0;
        while matches!(
            self.word(used),
            "about" | "almost" | "nearly" | "some" | "more" | "than" | "around" | "over"
        ) {
            used += 1;
        }
        let count = small_number(self.word(used))?;
        used += 1;
        used += usize::from(self.word(used) == "of");
        let unit = self.word(used).trim_end_matches('s');
        if !matches!(self.word(used + 1), "ago" | "earlier" | "before") || self.word(used + 1) == "before" && self.word(used + 2) != "." {
            return None;
        }
        Some((Value::same(self.back(count, unit)?), used + 2))
    }

    /// The anchor moved back by some units, as precise as the unit.
    fn back(&self, count: i32, unit: &str) -> Option<String> {
        let (year, month, _) = self.anchor.ymd();
        Some(match unit {
            "day" => self.anchor.plus(-count).to_string(),
            "week" => format!("{}~", self.anchor.plus(-7 * count)),
            "month" => {
                let months = year * 12 + i32::try_from(month).ok()? - 1 - count;
                format!("{:04}-{:02}", months.div_euclid(12), months.rem_euclid(12) + 1)
            }
            "year" => format!("{:04}", year - count),
            "decade" => format!("{:04}~", year - 10 * count),
            _ => return None,
        })
    }

    /// `the past few years`, `the last two weeks`, `recent months`, `the past decade`, `two years` after `for` is not read.
    fn past_period(&self) -> Option<(Value, usize)> {
        let mut used = 0;
        let lead = self.word(0);
        if !matches!(lead, "past" | "last" | "recent" | "next" | "coming" | "following") {
            return None;
        }
        used += 1;
        let count = if lead == "recent" { Some(3) } else { small_number(self.word(used)) };
        if count.is_some() && lead != "recent" {
            used += 1;
        }
        used += usize::from(self.word(used) == "of");
        let unit = self.word(used);
        let count = count.or(if unit.ends_with('s') { Some(3) } else { Some(1) })?;
        let singular = unit.trim_end_matches('s');
        if count == 1 && matches!(lead, "last" | "next") && singular != "decade" {
            return None;
        }
        used += 1;
        if matches!(lead, "next" | "coming" | "following") {
            let days = count.checked_mul(match singular {
                "day" => 1,
                "week" => 7,
                "month" => 30,
                "year" => 365,
                _ => return None,
            })?;
            return Some((Value::same(format!("{}/{}~", self.anchor, self.anchor.plus(days))), used));
        }
        let start = self.back(count, singular)?;
        let start = if start.ends_with('~') { start } else { format!("{start}~") };
        let (year, month, _) = self.anchor.ymd();
        let end = match singular {
            "year" | "decade" => format!("{year:04}"),
            "month" => format!("{year:04}-{month:02}"),
            _ => self.anchor.to_string(),
        };
        Some((Value::same(format!("{start}/{end}")), used))
    }

    /// `the first quarter of 2017`.
    fn quarter(&self) -> Option<(Value, usize)> {
        let number = match self.word(0) {
            "first" => 33,
            "second" => 34,
            "third" => 35,
            "fourth" => 36,
            _ => return None,
        };
        if self.word(1) != "quarter" {
            return None;
        }
        let of = usize::from(self.word(2) == "of");
        let (year, more) = year_of(self.word(2 + of))
            .map(|year| (year, 1))
            .or_else(|| self.this_or_last_year(2 + of))?;
        Some((Value::same(format!("{year:04}-{number}")), 2 + of + more))
    }

    /// `August`, after a preposition (or `May`, the modal, would be read as a month).
    fn month_word(&self, introduced: bool) -> Option<(Value, usize)> {
        let month = month_number(self.word(0)).filter(|_| self.is_capital(0) && introduced)?;
        let value = self.nearest_month(month)?;
        Some((value, 1))
    }

    fn nearest_month(&self, month: u32) -> Option<Value> {
        let (year, now, _) = self.anchor.ymd();
        let past = if month <= now { year } else { year.checked_sub(1)? };
        let future = if month >= now { year } else { year.checked_add(1)? };
        Some(Value {
            past: format!("{past:04}-{month:02}"),
            future: format!("{future:04}-{month:02}"),
        })
    }

    /// `2011` after a preposition, `the 1990s`.
    fn year_word(&self, preposition: &str) -> Option<(Value, usize)> {
        if let Some(decade) = decade(self.word(0)) {
            return Some((Value::same(decade), 1));
        }
        let year = year_of(self.word(0))?;
        let dated = matches!(
            preposition,
            "in" | "since" | "by" | "until" | "till" | "before" | "after" | "from" | "between" | "during" | "of" | "prior"
        );
        // A year before a noun ("in 2011 elections") still dates it; a number of things does not look like one.
        dated.then(|| (Value::same(format!("{year:04}")), 1))
    }

    /// `from 2011 to 2015`, `between May and July`.
    fn range_end(&self, preposition: &str, start: Value) -> (Value, usize) {
        let joined = matches!(
            (preposition, self.word(0)),
            ("from", "to" | "until" | "through") | ("between", "and")
        );
        let unchanged = |start: Value| (start, 0);
        if !joined {
            return unchanged(start);
        }
        let reader = Reader { at: self.at + 1, ..*self };
        match reader.value("in", true) {
            Some((end, used)) => {
                let past = format!("{}/{}", start.past, end.past);
                let future = format!("{}/{}", start.future, end.future);
                let past = if past.parse::<ValidTime>().is_ok() { past } else { future.clone() };
                (Value { past, future }, used + 1)
            }
            None => unchanged(start),
        }
    }
}

/// `1990s` as `199X`.
fn decade(word: &str) -> Option<String> {
    let digits = word.strip_suffix("0s").or_else(|| word.strip_suffix("0's"))?;
    (digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit())).then(|| format!("{digits}X"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::lexicon::Lexicon;
    use crate::extract::sentence::sentences;

    fn read(text: &str, tense: Tense, lasting: bool) -> Vec<String> {
        let chars: Vec<char> = text.chars().collect();
        let anchor: Day = "2017-11-24".parse().unwrap();
        let found: Vec<_> = sentences(&chars, 0, Lexicon::get())
            .into_iter()
            .flat_map(|s| find(&s.tokens, anchor))
            .collect();
        found
            .iter()
            .map(|t| t.at(tense, anchor, lasting).map_or_else(|| "-".to_owned(), |v| v.to_string()))
            .collect()
    }

    #[test]
    fn past_expressions_count_back_from_the_dateline() {
        for (text, expected) in [
            ("They met on Wednesday.", "2017-11-22"),
            ("They met late on Friday night.", "2017-11-24"),
            ("They met last Friday.", "2017-11-17"),
            ("They met yesterday.", "2017-11-23"),
            ("They met in August.", "2017-08"),
            ("They met last December.", "2016-12"),
            ("They met in August 2016.", "2016-08"),
            ("They met on 22 November 2017.", "2017-11-22"),
            ("They met on November 22, 2017.", "2017-11-22"),
            ("They met on Nov. 22.", "2017-11-22"),
            ("They met on 12 December.", "2016-12-12"),
            ("They met last year.", "2016"),
            ("They met earlier this week.", "2017-11-20/2017-11-24"),
            ("They met last week.", "2017-11-13/2017-11-19"),
            ("They met last month.", "2017-10"),
            ("They met in 2011.", "2011"),
            ("They met in the 1990s.", "199X"),
            ("They met three years ago.", "2014"),
            ("They met over the past few years.", "2014~/2017"),
            ("They met in recent months.", "2017-08~/2017-11"),
            ("They met by 22 November.", "../2017-11-22"),
            ("They had met by Wednesday.", "../2017-11-22"),
            ("They met since August.", "2017-08/2017-11-24"),
            ("They met from 2011 to 2015.", "2011/2015"),
            ("They met between May and July.", "2017-05/2017-07"),
            ("They met in the first quarter of 2017.", "2017-33"),
            ("They met on October 14 this year.", "2017-10-14"),
            ("They met at 8:30 a.m. amid rain.", "2017-11-24"),
            ("They met at 8 p.m. on Monday.", "2017-11-20"),
        ] {
            assert_eq!(read(text, Tense::Past, false), [expected], "{text}");
        }
    }

    #[test]
    fn the_future_counts_forward_and_a_state_goes_on() {
        assert_eq!(read("They will meet on Thursday.", Tense::Future, false), ["2017-11-30"]);
        assert_eq!(read("They will meet next month.", Tense::Future, false), ["2017-12"]);
        assert_eq!(read("They will meet in January.", Tense::Future, false), ["2018-01"]);
        assert_eq!(read("He has led it since 2011.", Tense::Past, true), ["2011/.."]);
    }

    #[test]
    fn what_is_no_date_gives_none() {
        for text in ["They meet every Friday.", "He may go.", "They sold 2011 cars.", "We march on."] {
            assert_eq!(read(text, Tense::Past, false), Vec::<String>::new(), "{text}");
        }
    }
}
