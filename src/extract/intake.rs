//! The form of a report: where its dateline stands, what it says, and where the body begins.
//!
//! [`intake`] is the entry. Offsets count the whole posted text, dateline included; only line ends are
//! made uniform (`\n`) and a byte order mark is dropped. No date is ever taken from the clock.

use super::{ExtractError, Report};
use crate::extract::dates::month_number;
use crate::model::Day;

/// Longest line that can be a dateline; a longer one is a report whose line breaks were lost.
const LONGEST_DATELINE: usize = 160;
/// Shortest text whose language is worth guessing, in characters.
const LANGUAGE_SAMPLE: usize = 200;

/// What the opening of a text says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Opening {
    /// First character of the body, in code points.
    pub(crate) body: usize,
    date: Option<Stamp>,
    publisher: Option<String>,
    place: Option<String>,
    title: Option<String>,
}

/// A date as an opening writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stamp {
    Whole(Day),
    /// Month and day: the year must be known from elsewhere.
    Yearless(u32, u32),
    Wrong(String),
}

/// Reads a report's form: the wire form ` date YYYY-MM-DD Source, PLACE`, the classic opening
/// `PLACE, Nov 24 (Reuters) -`, or neither. `given` wins over what the text says.
///
/// # Errors
///
/// [`ExtractError`].
pub fn intake(text: &str, given: Report) -> Result<Report, ExtractError> {
    let source = if text.is_empty() { given.text.as_str() } else { text };
    let text = uniform_lines(source);
    if text.trim().is_empty() {
        return Err(ExtractError::Empty);
    }
    if is_one_line(&text) {
        return Err(ExtractError::OneLine);
    }
    let opening = read_opening(&text);
    let body: String = text.chars().skip(opening.body).collect();
    if body.trim().is_empty() {
        return Err(ExtractError::Empty);
    }
    let lang = Some(language(&body, given.lang)?);
    let date = match (given.date, opening.date) {
        (Some(day), _) | (None, Some(Stamp::Whole(day))) => day,
        (None, Some(Stamp::Wrong(reason))) => {
            return Err(ExtractError::Field {
                field: "date".to_owned(),
                reason,
            });
        }
        (None, Some(Stamp::Yearless(..)) | None) => return Err(ExtractError::NoDate),
    };
    Ok(Report {
        text,
        date: Some(date),
        publisher: non_empty(given.publisher).or(opening.publisher),
        place: non_empty(given.place).or(opening.place),
        title: non_empty(given.title).or(opening.title),
        url: non_empty(given.url),
        lang,
    })
}

fn non_empty(field: Option<String>) -> Option<String> {
    field.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn uniform_lines(text: &str) -> String {
    text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n")
}

/// `curl -d` joins lines without a blank: a wire-form dateline is then followed by everything else.
fn is_one_line(text: &str) -> bool {
    let mut lines = text.trim().lines();
    let first = lines.next().unwrap_or("");
    let (alone, ends_a_sentence) = (lines.next().is_none(), first.ends_with(['.', '!', '?', '"', '\u{201d}']));
    wire_rest(first).is_some_and(|(_, rest)| rest.chars().count() > LONGEST_DATELINE || alone && ends_a_sentence)
}

/// The date and what follows it on a line of the wire form.
fn wire_rest(line: &str) -> Option<(&str, &str)> {
    let rest = line.trim_start().strip_prefix("date ")?.trim_start();
    let (date, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let shaped = date.bytes().all(|b| b.is_ascii_digit() || b == b'-') && date.contains('-');
    shaped.then_some((date, rest.trim()))
}

/// Finds the opening of a text whose lines are uniform.
pub(crate) fn read_opening(text: &str) -> Opening {
    let blanks = text.chars().take_while(|c| c.is_whitespace()).count();
    let rest: String = text.chars().skip(blanks).collect();
    let (line, _) = rest.split_once('\n').unwrap_or((&rest, ""));
    if let Some((date, rest)) = wire_rest(line) {
        let (publisher, place) = rest.split_once(',').unwrap_or((rest, ""));
        return Opening {
            body: blanks + line.chars().count(),
            date: Some(date.parse().map_or_else(Stamp::Wrong, Stamp::Whole)),
            publisher: non_empty(Some(publisher.to_owned())),
            place: non_empty(Some(place_case(place))),
            title: None,
        };
    }
    if let Some(opening) = classic(line, blanks) {
        return opening;
    }
    // A headline may stand above the classic opening.
    let headline = line.chars().count();
    let below: String = rest.chars().skip(headline).collect();
    let gap = below.chars().take_while(|c| c.is_whitespace()).count();
    let second: String = below.chars().skip(gap).take_while(|c| *c != '\n').collect();
    match classic(&second, blanks + headline + gap) {
        Some(opening) if headline <= LONGEST_DATELINE => Opening {
            title: Some(line.trim().to_owned()),
            ..opening
        },
        _ => Opening {
            body: blanks,
            ..Opening::default()
        },
    }
}

/// `PLACE, Nov 24, 2017 (Reuters) - …`; date and agency may each be missing, not both.
fn classic(line: &str, start: usize) -> Option<Opening> {
    let (cut, dash) = ["- ", "– ", "— ", "-- "]
        .iter()
        .filter_map(|dash| line.find(&format!(" {dash}")).map(|at| (at, dash.chars().count() + 1)))
        .min_by_key(|(at, _)| *at)?;
    let head = line.get(..cut)?;
    if head.chars().count() > 80 {
        return None;
    }
    let (head_text, agency) = match head.split_once('(') {
        Some((before, after)) => (before.trim(), Some(after.split_once(')')?.0.trim().to_owned())),
        None => (head.trim(), None),
    };
    let mut parts = head_text.split(',').map(str::trim);
    let place = parts.next().filter(|place| is_capitals(place))?;
    let mut place = place_case(place);
    let mut date = None;
    let mut pending: Option<(u32, u32)> = None;
    for part in parts {
        if let Some(found) = month_day(part) {
            pending = Some(found);
        } else if let Ok(year) = part.parse::<i32>() {
            date = pending.and_then(|(month, day)| Day::from_ymd(year, month, day)).map(Stamp::Whole);
        } else if pending.is_none() && !part.is_empty() {
            place = format!("{place}, {}", place_case(part));
        }
    }
    let date = date.or(pending.map(|(month, day)| Stamp::Yearless(month, day)));
    if date.is_none() && agency.is_none() {
        return None;
    }
    Some(Opening {
        body: start + head.chars().count() + dash,
        date,
        publisher: agency,
        place: Some(place),
        title: None,
    })
}

fn is_capitals(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    letters >= 2 && text.chars().all(|c| !c.is_lowercase()) && text.split_whitespace().count() <= 5
}

fn month_day(text: &str) -> Option<(u32, u32)> {
    let (a, b) = text.split_once(' ')?;
    let read = |month: &str, day: &str| Some((month_number(month)?, day.trim().parse::<u32>().ok()?));
    read(a, b).or_else(|| read(b, a))
}

/// `NEW YORK` as `New York`; a word that is not all capitals stays as it is.
fn place_case(place: &str) -> String {
    let word = |word: &str| {
        let shout = word.chars().count() > 1 && word.chars().all(|c| !c.is_lowercase()) && !word.contains('.');
        if !shout {
            return word.to_owned();
        }
        let mut up = true;
        let mut out = String::new();
        for c in word.chars() {
            if up {
                out.push(c);
            } else {
                out.extend(c.to_lowercase());
            }
            up = matches!(c, '-' | '\'' | '\u{2019}' | '/');
        }
        out
    };
    place.split_whitespace().map(word).collect::<Vec<_>>().join(" ")
}

/// The language tag of the text, which must be English to be read.
fn language(body: &str, given: Option<String>) -> Result<String, ExtractError> {
    if let Some(tag) = non_empty(given) {
        let primary = tag.split(['-', '_']).next().unwrap_or("").to_lowercase();
        return if matches!(primary.as_str(), "en" | "eng") {
            Ok(tag)
        } else {
            Err(ExtractError::Language(tag))
        };
    }
    if body.chars().count() >= LANGUAGE_SAMPLE
        && let Some(found) = whatlang::detect(body)
        && found.is_reliable()
        && found.lang() != whatlang::Lang::Eng
    {
        return Err(ExtractError::Language(found.lang().eng_name().to_owned()));
    }
    Ok("en".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Report, ExtractError> {
        intake(text, Report::default())
    }

    #[test]
    fn the_wire_form_gives_date_publisher_and_place() {
        let report = read(" date 2019-03-02 Coastal Press, PORT MORESBY\n\nThe minister left.").unwrap();
        assert_eq!(report.date.unwrap().to_string(), "2019-03-02");
        assert_eq!(report.publisher.as_deref(), Some("Coastal Press"));
        assert_eq!(report.place.as_deref(), Some("Port Moresby"));
        assert_eq!(report.lang.as_deref(), Some("en"));
    }

    #[test]
    fn a_dateline_may_have_no_place() {
        let report = read("date 2019-03-02 New York Times\r\n\r\nThe minister left.").unwrap();
        assert_eq!((report.publisher.as_deref(), report.place), (Some("New York Times"), None));
        assert!(!report.text.contains('\r'));
    }

    #[test]
    fn the_classic_opening_is_read_and_needs_a_year() {
        let text = "Minister leaves\n\nNEW DELHI, Nov 24 (Reuters) - The minister left.";
        assert_eq!(read(text), Err(ExtractError::NoDate));
        let given = Report {
            date: "2017-11-24".parse().ok(),
            ..Report::default()
        };
        let report = intake(text, given).unwrap();
        assert_eq!(report.place.as_deref(), Some("New Delhi"));
        assert_eq!(report.publisher.as_deref(), Some("Reuters"));
        assert_eq!(report.title.as_deref(), Some("Minister leaves"));
        let opening = read_opening(&report.text);
        assert_eq!(report.text.chars().skip(opening.body).collect::<String>(), "The minister left.");
        let whole = read("OSLO, November 3, 2018 (AFP) -- The minister left.").unwrap();
        assert_eq!(whole.date.unwrap().to_string(), "2018-11-03");
    }

    #[test]
    fn what_is_given_wins() {
        let given = Report {
            publisher: Some("Mirror".into()),
            date: "2020-01-01".parse().ok(),
            ..Report::default()
        };
        let report = intake("date 2019-03-02 Press, OSLO\n\nHe left.", given).unwrap();
        assert_eq!(
            (report.publisher.as_deref(), report.date.unwrap().to_string().as_str()),
            (Some("Mirror"), "2020-01-01")
        );
    }

    #[test]
    fn a_report_without_line_breaks_is_refused() {
        let text = format!("date 2019-03-02 Press, OSLO{}", "The minister left for the capital. ".repeat(9));
        assert_eq!(read(&text), Err(ExtractError::OneLine));
        assert_eq!(read("date 2019-03-02 Press, OSLO The minister left."), Err(ExtractError::OneLine));
        assert_eq!(read("date 2019-03-02 Press, ST. LOUIS"), Err(ExtractError::Empty));
    }

    #[test]
    fn wrong_dates_and_empty_texts_are_named() {
        assert!(matches!(read("date 2019-02-30 Press, OSLO\n\nHe left."), Err(ExtractError::Field { field, .. }) if field == "date"));
        assert_eq!(read("He left."), Err(ExtractError::NoDate));
        assert_eq!(read(" \n "), Err(ExtractError::Empty));
        assert_eq!(read("date 2019-02-03 Press, OSLO\n\n"), Err(ExtractError::Empty));
    }

    #[test]
    fn another_language_is_refused_by_name() {
        let body = "Der Außenminister ist am Mittwoch nach Wien gereist, um dort mit seinem Amtskollegen über die Lage im Osten zu \
                    sprechen. Nach Angaben des Ministeriums geht es vor allem um Getreide und um die Zukunft des Abkommens.";
        assert_eq!(
            read(&format!("date 2019-03-02 Presse, BERLIN\n\n{body}")),
            Err(ExtractError::Language("German".into()))
        );
    }
}
