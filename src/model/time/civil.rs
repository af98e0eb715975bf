//! One EDTF date, without the slash of an interval: which days it may be.
//!
//! [`Civil::read`] knows level 1 (`201X`, `2004-XX`, `1985-XX-XX`, `Y12000`, seasons, the qualifiers
//! `?`, `~` and `%`), the quarters 33 to 36 of level 2, and date-times, of which only the day as
//! written is kept. Level 2 beyond that (sets, exponents, a qualifier inside a date) is refused.

use super::Day;

/// Years beyond this are refused: days are counted in 32 bits.
const LAST_YEAR: i32 = 5_000_000;

/// A date and the days it may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Civil {
    /// Its canonical text.
    pub(super) text: String,
    /// The first of its days.
    pub(super) first: Day,
    /// The last of its days.
    pub(super) last: Day,
}

impl Civil {
    /// Reads one date; the error is the reason, for people.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        if text.ends_with(char::is_whitespace) || !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | 'Y' | 'X')) {
            return Err("a date is written 2017, 2017-11 or 2017-11-24".to_owned());
        }
        if let Some((day, time)) = text.split_once(['T', 't', ' ']) {
            check_time_of_day(time)?;
            let day: Day = day
                .parse()
                .map_err(|_| "a time of day follows a whole date such as 2017-11-24".to_owned())?;
            // Read again in this grammar, which has no '+' before a year.
            return Self::read(&day.to_string());
        }
        let bare = text.strip_suffix(['?', '~', '%']).unwrap_or(text);
        // A qualifier says how sure the source is of the date. It moves no day: a margin would be our invention.
        let (first, last) = match bare.strip_prefix('Y') {
            Some(year) => long_year(year)?,
            None => calendar(bare)?,
        };
        Ok(Self {
            text: text.to_owned(),
            first,
            last,
        })
    }
}

/// A year of more than four digits, after its `Y`.
fn long_year(text: &str) -> Result<(Day, Day), String> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.len() < 5 || digits.starts_with('0') || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err("a year after 'Y' has five digits or more and nothing behind them, such as Y12000".to_owned());
    }
    let year = text
        .parse::<i32>()
        .ok()
        .filter(|year| year.abs() <= LAST_YEAR)
        .ok_or_else(|| "years reach from -5,000,000 to 5,000,000".to_owned())?;
    whole_months(year, 1, 12)
}

/// `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, each with `X` for digits that are not given.
fn calendar(text: &str) -> Result<(Day, Day), String> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let mut parts = digits.split('-');
    let (first_year, last_year) = years(parts.next().unwrap_or(""), sign)?;
    let (month, day) = (parts.next(), parts.next());
    if parts.next().is_some() {
        return Err("a date has at most a year, a month and a day".to_owned());
    }
    let Some(month) = month else {
        return Ok((whole_months(first_year, 1, 12)?.0, whole_months(last_year, 1, 12)?.1));
    };
    if first_year != last_year {
        return Err("a month or day can follow only a year without 'X'".to_owned());
    }
    match (month, day) {
        ("XX", None | Some("XX")) => whole_months(first_year, 1, 12),
        ("XX", Some(_)) => Err("a day can follow only a month without 'X'".to_owned()),
        (month, day) => in_month(first_year, two_digits(month, "month")?, day),
    }
}

/// The days of a month, season or quarter, or the one day of a month.
fn in_month(year: i32, month: u32, day: Option<&str>) -> Result<(Day, Day), String> {
    let part_of_year = matches!(month, 21..=24 | 33..=36);
    match (month, day) {
        (_, Some(_)) if part_of_year => Err("a season or quarter has no day".to_owned()),
        (1..=12, None | Some("XX")) => whole_months(year, month, month),
        (1..=12, Some(day)) => {
            let number = two_digits(day, "day")?;
            let day = Day::from_ymd(year, month, number).ok_or_else(|| format!("that month has no day {number}"))?;
            Ok((day, day))
        }
        // Meteorological seasons of the north; winter goes on into the next year.
        (21..=23, _) => whole_months(year, 3 * (month - 20), 3 * (month - 20) + 2),
        (24, _) => Ok((whole_months(year, 12, 12)?.0, whole_months(year + 1, 2, 2)?.1)),
        (33..=36, _) => whole_months(year, 3 * (month - 33) + 1, 3 * (month - 33) + 3),
        _ => Err(format!(
            "there is no month {month:02} (01 to 12; seasons are 21 to 24, quarters 33 to 36)"
        )),
    }
}

/// First and last year of four digits, of which the last one or two may be `X`.
fn years(text: &str, sign: i32) -> Result<(i32, i32), String> {
    let known = text.trim_end_matches('X');
    let unknown = text.len() - known.len();
    if !known.bytes().all(|b| b.is_ascii_digit()) {
        return Err("a year has four digits, of which the last one or two may be 'X'".to_owned());
    }
    if text.len() != 4 {
        return Err(match text.len() {
            6 | 8 => "a date is written with hyphens, such as 2017-11-24".to_owned(),
            _ => "a year has four digits; a longer one starts with 'Y', such as Y12000".to_owned(),
        });
    }
    let width: i32 = match unknown {
        0 => 1,
        1 => 10,
        2 => 100,
        _ => return Err("only the last two digits of a year may be 'X'".to_owned()),
    };
    let number: i32 = known.parse().map_err(|_| "a year has four digits".to_owned())?;
    let (near, far) = (number * width, number * width + width - 1);
    match (sign, near, far) {
        (1, _, _) => Ok((near, far)),
        (_, 0, 0) => Err("the year 0 has no sign".to_owned()),
        // Year 0 is written 0000 alone, so the last year before it ends `-000X`.
        _ => Ok((-far, -near.max(1))),
    }
}

fn two_digits(text: &str, what: &str) -> Result<u32, String> {
    if text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit()) {
        text.parse().map_err(|_| format!("a {what} has two digits"))
    } else {
        Err(format!("a {what} has two digits, or is 'XX'"))
    }
}

/// First day of one month and last day of another in the same year.
fn whole_months(year: i32, from: u32, to: u32) -> Result<(Day, Day), String> {
    let first = Day::from_ymd(year, from, 1);
    let last = Day::from_ymd(year, to, super::day::days_in_month(year, to));
    first.zip(last).ok_or_else(|| "years reach from -5,000,000 to 5,000,000".to_owned())
}

/// Checks `hh:mm`, `hh:mm:ss`, `hh:mm:ss.fff` and an offset behind it; the value is not used.
fn check_time_of_day(text: &str) -> Result<(), String> {
    let refuse = || "the time of day is not of the form 10:15:30Z or 10:15:30+06:30".to_owned();
    // A '+' that was not escaped in a URL arrives as a blank.
    let (clock, offset) = match text.find(['Z', 'z', '+', '-', ' ']) {
        Some(place) => text.split_at(place),
        None => (text, ""),
    };
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let fraction_fits = !fraction.is_empty() && fraction.bytes().all(|b| b.is_ascii_digit());
    let offset_fits = match offset {
        "" | "Z" | "z" => true,
        _ => offset.get(1..).is_some_and(|hours| clock_fits(hours, 1, 2)),
    };
    // A minute may have a leap second.
    (clock_fits(clock, 2, 3) && fraction_fits && offset_fits)
        .then_some(())
        .ok_or_else(refuse)
}

/// Whether the text is `least` to `most` fields of two digits between colons, each in its range.
fn clock_fits(text: &str, least: usize, most: usize) -> bool {
    let fields: Vec<&str> = text.split(':').collect();
    let in_range = fields
        .iter()
        .zip([23, 59, 60])
        .all(|(field, top)| two_digits(field, "field").is_ok_and(|number| number <= top));
    (least..=most).contains(&fields.len()) && in_range
}
