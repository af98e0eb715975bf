//! Valid times against a model that lists days one by one.
//!
//! The model knows nothing of day numbers: it walks a calendar from 1 January 1999, keeps every day whose
//! written form fits the text, and answers questions by looking at every possible start and end.

use dateline::model::ValidTime;
use dateline::model::time::{Day, Window, parse_bound};
use proptest::prelude::*;

const FIRST_YEAR: i32 = 1999;
const LAST_YEAR: i32 = 2021;

/// Every day of the model's years as (year, month, day), in order.
fn calendar() -> Vec<(i32, u32, u32)> {
    let mut days = Vec::new();
    for year in FIRST_YEAR..=LAST_YEAR {
        let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        for (month, length) in (1..).zip([31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) {
            days.extend((1..=length).map(|day| (year, month, day)));
        }
    }
    days
}

/// Whether a day may be the date a text means.
fn may_be(text: &str, (year, month, day): (i32, u32, u32)) -> bool {
    let text = text.trim_end_matches(['?', '~', '%']);
    if let Some(part) = text.get(5..7).filter(|part| !part.starts_with(['0', '1', 'X'])) {
        let first_year: i32 = text[..4].parse().unwrap();
        let in_year = |months: &[u32]| year == first_year && months.contains(&month);
        return match part {
            "21" => in_year(&[3, 4, 5]),
            "22" => in_year(&[6, 7, 8]),
            "23" => in_year(&[9, 10, 11]),
            "24" => in_year(&[12]) || (year == first_year + 1 && month <= 2),
            "33" => in_year(&[1, 2, 3]),
            "34" => in_year(&[4, 5, 6]),
            "35" => in_year(&[7, 8, 9]),
            _ => in_year(&[10, 11, 12]),
        };
    }
    let written = format!("{year:04}-{month:02}-{day:02}");
    // A text that stops early leaves the rest open, and an X stands for any digit.
    text.chars().zip(written.chars()).all(|(asked, is)| asked == 'X' || asked == is)
}

/// The places in the calendar of the days a text may mean.
fn days_of(text: &str) -> Vec<usize> {
    let found: Vec<usize> = calendar()
        .into_iter()
        .enumerate()
        .filter(|(_, day)| may_be(text, *day))
        .map(|(place, _)| place)
        .collect();
    assert!(!found.is_empty(), "{text} means no day of the model's years");
    found
}

/// The model's way to name a day of the library.
fn day_at(place: usize) -> Day {
    let (year, month, day) = calendar()[place];
    format!("{year:04}-{month:02}-{day:02}").parse().unwrap()
}

fn any_date() -> impl Strategy<Value = String> {
    let year = 2000..2020i32;
    let whole = prop_oneof![
        (year.clone(), 1..=12u32, 1..=31u32).prop_map(|(y, m, d)| format!("{y}-{m:02}-{:02}", d.min(if m == 2 { 28 } else { 30 }))),
        (year.clone(), 1..=12u32).prop_map(|(y, m)| format!("{y}-{m:02}")),
        (year.clone(), 1..=12u32).prop_map(|(y, m)| format!("{y}-{m:02}-XX")),
        (year.clone(), prop_oneof![21..=24u32, 33..=36u32]).prop_map(|(y, m)| format!("{y}-{m}")),
        year.clone().prop_map(|y| format!("{y}-XX")),
        year.clone().prop_map(|y| format!("{y}-XX-XX")),
        year.prop_map(|y| y.to_string()),
        (200..=201i32).prop_map(|decade| format!("{decade}X")),
    ];
    (whole, prop_oneof![Just(""), Just("?"), Just("~"), Just("%")]).prop_map(|(date, qualifier)| date + qualifier)
}

/// A day anywhere in the years of the dates, as a place in the model's calendar.
fn any_place() -> impl Strategy<Value = usize> {
    365usize..21 * 365
}

/// What is possible of a time: a first and a last day, each pair of them one way it may have been.
struct Model {
    starts: Vec<usize>,
    ends: Vec<usize>,
    one_day: bool,
}

impl Model {
    fn of(text: &str) -> Self {
        match text.split_once('/') {
            None => Self {
                starts: days_of(text),
                ends: days_of(text),
                one_day: true,
            },
            Some((start, end)) => Self {
                starts: days_of(start),
                ends: days_of(end),
                one_day: false,
            },
        }
    }

    /// Every way it may have been, as far as it matters to `holds`.
    fn ways(&self) -> impl Iterator<Item = (usize, usize)> {
        self.starts.iter().flat_map(move |start| {
            let ends = self
                .ends
                .iter()
                .filter(move |end| if self.one_day { *end == start } else { *end >= start });
            ends.map(move |end| (*start, *end))
        })
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_date_covers_the_days_it_may_be(date in any_date()) {
        let days = days_of(&date);
        let (first, last) = (day_at(days[0]), day_at(days[days.len() - 1]));
        let span = date.parse::<ValidTime>().unwrap().span();
        prop_assert_eq!((span.first_start, span.first_end), (Some(first), Some(first)));
        prop_assert_eq!((span.last_start, span.last_end), (Some(last), Some(last)));
        prop_assert_eq!(days.len(), usize::try_from(last.0 - first.0).unwrap() + 1, "no gap");
    }

    #[test]
    fn a_time_meets_a_window_as_its_days_say(
        start in any_date(),
        end in proptest::option::of(any_date()),
        since in any_place(),
        length in prop_oneof![0usize..40, 0usize..4_000],
    ) {
        let text = end.map_or(start.clone(), |end| format!("{start}/{end}"));
        let until = (since + length).min(calendar().len() - 1);
        // A decade at either end makes too many pairs to list.
        prop_assume!(!text.contains('/') || !text.split('/').any(|date| date.get(3..4) == Some("X")));
        let model = Model::of(&text);
        let Ok(time) = text.parse::<ValidTime>() else {
            prop_assert!(model.ways().next().is_none(), "{} was refused", text);
            return Ok(());
        };
        prop_assert!(model.ways().next().is_some(), "{} ends before it starts", text);
        let window = Window { since: Some(day_at(since)), until: Some(day_at(until)) };
        let meets = |(start, end): (usize, usize)| start <= until && end >= since;
        prop_assert_eq!(time.span().possibly_meets(window), model.ways().any(meets), "{} possibly", &text);
        prop_assert_eq!(time.span().certainly_meets(window, None), model.ways().all(meets), "{} certainly", &text);
    }

    #[test]
    fn an_open_end_leaves_its_side_open(date in any_date(), open in prop_oneof![Just(".."), Just("")]) {
        let whole = date.parse::<ValidTime>().unwrap().span();
        let from = format!("{date}/{open}").parse::<ValidTime>().unwrap().span();
        prop_assert_eq!((from.first_start, from.last_start), (whole.first_start, whole.last_start));
        prop_assert_eq!((from.first_end, from.last_end), (None, None));
        let up_to = format!("{open}/{date}").parse::<ValidTime>().unwrap().span();
        prop_assert_eq!((up_to.first_start, up_to.last_start), (None, whole.last_end));
        prop_assert_eq!((up_to.first_end, up_to.last_end), (whole.first_end, whole.last_end));
    }

    #[test]
    fn a_valid_time_prints_as_it_was_written(
        start in any_date(),
        end in any_date(),
        form in 0..6u8,
    ) {
        let text = match form {
            0 => start,
            1 => format!("{start}/.."),
            2 => format!("{start}/"),
            3 => format!("../{end}"),
            4 => format!("/{end}"),
            _ => format!("{start}/{end}"),
        };
        if let Ok(time) = text.parse::<ValidTime>() {
            prop_assert_eq!(time.to_string(), text.clone());
            prop_assert_eq!(&time.to_string().parse::<ValidTime>().unwrap(), &time);
            let json = serde_json::to_string(&time).unwrap();
            prop_assert_eq!(&serde_json::from_str::<ValidTime>(&json).unwrap(), &time);
        } else {
            prop_assert!(text.contains('/'), "{} is a date", text);
        }
    }

    #[test]
    fn a_date_time_is_its_day_as_written(
        place in any_place(),
        hour in 0..24u32,
        minute in 0..60u32,
        offset in prop_oneof![Just(String::from("Z")), (-11..=14i32).prop_map(|hours| format!("{hours:+03}:30"))],
    ) {
        let day = day_at(place).to_string();
        let time: ValidTime = format!("{day}T{hour:02}:{minute:02}:59{offset}").parse().unwrap();
        prop_assert_eq!(time.as_str(), day);
    }

    #[test]
    fn milliseconds_are_their_utc_day(place in any_place(), rest in 0..86_400_000i64) {
        let day = day_at(place);
        let milliseconds = i64::from(day.0) * 86_400_000 + rest;
        prop_assert_eq!(parse_bound(&milliseconds.to_string()).unwrap().first_start, Some(day));
    }

    #[test]
    fn garbage_is_refused_and_never_panics(text in "[-0-9XYTZ/.?~%:+ eé]{0,24}|\\PC{0,40}") {
        if let Ok(time) = text.parse::<ValidTime>() {
            prop_assert_eq!(time.to_string().parse::<ValidTime>(), Ok(time.clone()));
            let span = time.span();
            prop_assert!(span.first_start.is_none() || span.first_start <= span.last_start);
            prop_assert!(span.last_end.is_none() || span.first_end <= span.last_end);
        }
        // The bound of a window reads the same and a little more: it must not panic either.
        let _ = parse_bound(&text);
    }
}
