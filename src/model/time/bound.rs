//! Dates as people and machines ask for them: bounds of a window, looser than what is kept.

use super::{Day, InvalidEdtf, Span, ValidTime};

const MILLISECONDS_A_DAY: i64 = 86_400_000;

/// The days of a bound: EDTF, RFC 3339 (its civil day as written), or nine digits and more as Unix
/// milliseconds (their UTC day; Grafana asks so).
///
/// A window *from* such a bound starts on its first day, one *up to* it ends on its last.
///
/// # Errors
///
/// [`InvalidEdtf`] when it is none of them.
pub fn parse_bound(text: &str) -> Result<Span, InvalidEdtf> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.len() >= 9 && digits.bytes().all(|b| b.is_ascii_digit()) {
        return day_of_milliseconds(text)
            .map(Span::on)
            .ok_or_else(|| InvalidEdtf::new(text, "Unix milliseconds reach from year -5,000,000 to 5,000,000".to_owned()));
    }
    text.parse::<ValidTime>().map(|time| time.span())
}

fn day_of_milliseconds(text: &str) -> Option<Day> {
    let day = text.parse::<i64>().ok()?.div_euclid(MILLISECONDS_A_DAY);
    let day = Day(i32::try_from(day).ok()?);
    (Day::from_ymd(-5_000_000, 1, 1)? <= day && day <= Day::from_ymd(5_000_000, 12, 31)?).then_some(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn a_bound_is_edtf_a_date_time_or_milliseconds() {
        assert_eq!(parse_bound("2017-11").unwrap().last_end, Some(day("2017-11-30")));
        assert_eq!(parse_bound("2017-11-24T23:30:00-08:00"), Ok(Span::on(day("2017-11-24"))));
        assert_eq!(parse_bound("1511481600000"), Ok(Span::on(day("2017-11-24"))));
        assert_eq!(parse_bound("1511567999999"), Ok(Span::on(day("2017-11-24"))));
        assert_eq!(parse_bound("-100000000"), Ok(Span::on(day("1969-12-30"))));
    }

    #[test]
    fn eight_digits_are_no_milliseconds() {
        assert!(parse_bound("20171124").unwrap_err().reason.contains("hyphens"));
        assert!(parse_bound("99999999999999999999").is_err());
        assert!(parse_bound("9223372036854775807").is_err());
    }
}
