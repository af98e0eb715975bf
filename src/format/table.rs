//! Answers as tables: which columns, which rows, and which words around them for people.
//!
//! [`Answer`] is what every form is written from, so that all forms hold the same rows in the same
//! order. Columns belong to the question, not to the rows, so an empty table has its header too.

use std::borrow::Cow;

use serde::Serialize;

use super::output::Output;
use crate::query::{Page, Truncated};

/// Appends a formatted text to a `String`, without one in between.
macro_rules! say {
    ($out:expr, $($text:tt)+) => {{
        use std::fmt::Write as _;
        // Writing to a `String` cannot fail.
        let _ = write!($out, $($text)+);
    }};
}
pub(crate) use say;

/// A row of an answer.
pub trait TableRow {
    /// The row as one JSON object.
    ///
    /// # Errors
    ///
    /// When a value cannot be JSON, which no row of ours has.
    fn json(&self, out: &mut Output) -> serde_json::Result<()>;

    /// The row as a record of CSV without its end: the cells of these columns, empty for what is unknown.
    fn csv(&self, columns: &[&str], out: &mut Output);

    /// The row for people: one line with its end (and indented ones for quotes).
    fn tell(&self, out: &mut String);
}

/// An answer that can be written in every form.
pub trait Answer: Serialize {
    /// All of it as one JSON object, byte for byte what serde makes of it.
    ///
    /// # Errors
    ///
    /// When a value cannot be JSON, which no answer of ours has.
    fn json(&self, out: &mut Output) -> serde_json::Result<()> {
        serde_json::to_writer(out.bytes(), self)
    }

    /// How many bytes it may take, to have room for them from the start.
    fn size_hint(&self) -> usize {
        0
    }

    /// Hands over the rows in order.
    fn each_row(&self, visit: &mut dyn FnMut(&dyn TableRow));

    /// Where the list goes on, for answers that are pages of one.
    fn page(&self) -> Option<&Page> {
        None
    }

    /// How it was cut.
    fn truncated(&self) -> Option<&Truncated> {
        None
    }

    /// Words before the rows, for people.
    fn opening(&self, _out: &mut String) {}

    /// Words after the rows, for people: what is left, and the URL that gets it.
    fn closing(&self, out: &mut String);

    /// All of it for people.
    fn tell(&self, out: &mut String) {
        self.opening(out);
        self.each_row(&mut |row| row.tell(out));
        self.closing(out);
    }
}

/// `text` on one line: control characters and line breaks become blanks.
pub(super) fn one_line(text: &str) -> Cow<'_, str> {
    if text.chars().any(char::is_control) {
        Cow::Owned(
            text.split(char::is_control)
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join(" "),
        )
    } else {
        Cow::Borrowed(text)
    }
}

/// A number and its noun: `1 fact`, `2 facts`.
pub(super) fn counted(count: u64, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{ending}")
}

/// A cell of something that may be unknown.
pub(super) fn maybe<T: ToString>(value: Option<&T>) -> Cow<'_, str> {
    value.map_or(Cow::Borrowed(""), |value| Cow::Owned(value.to_string()))
}

/// The last line under a list: how many of how many, what is hidden, how it was cut, what comes next.
pub(super) fn close_list(out: &mut String, shown: u64, noun: &str, page: Option<&Page>, undated: u64, truncated: Option<&Truncated>) {
    match page.and_then(|page| page.total) {
        Some(total) if total != shown => say!(out, "{shown} of {}", counted(total, noun)),
        _ => out.push_str(&counted(shown, noun)),
    }
    if undated > 0 {
        say!(out, "; {undated} more without a date");
    }
    if let Some(cut) = truncated {
        say!(out, "; cut by {}", cut.reason);
    }
    if let Some(next) = page.and_then(|page| page.next.as_deref()) {
        let form = if next.contains("format=") { "" } else { "&format=text" };
        say!(out, "; next: {next}{form}");
    }
    out.push('\n');
}
