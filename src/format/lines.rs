//! Lines of a stream: of any text, and of CSV with a header in the keys of the row.
//!
//! [`texts`] and [`csv`] are iterators over any reader and hold one line at a time. A line that cannot
//! be read is handed on as such and does not end the file; a reader that fails does. Facts in NDJSON come
//! through [`super::piece`], by the same rules.

use std::io::{BufRead, Read};

use super::{FactIn, Fault, Line, problem};

/// The longest line that is read as a fact; a longer one is refused, not held in memory.
pub const MAX_LINE_BYTES: u64 = 1 << 20;

/// Lines of a stream as text, with their numbers; what is wrong with one is told for people.
pub fn texts(reader: impl BufRead) -> impl Iterator<Item = (u64, Result<String, String>)> {
    let mut reader = reader;
    let mut number = 0;
    let mut ended = false;
    std::iter::from_fn(move || {
        while !ended {
            number += 1;
            match bounded_line(&mut reader) {
                Ok(None) => ended = true,
                Ok(Some(text)) if text.trim().is_empty() => {}
                Ok(Some(text)) => return Some((number, Ok(text))),
                Err(fault) => {
                    ended = matches!(fault, LineFault::Io(_));
                    return Some((number, Err(fault.to_string())));
                }
            }
        }
        None
    })
}

/// Why a line is not a text that can be read.
#[derive(Debug)]
pub(super) enum LineFault {
    Long,
    Text,
    Io(String),
}

impl std::fmt::Display for LineFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Long => write!(f, "the line is longer than {MAX_LINE_BYTES} bytes"),
            Self::Text => f.write_str("the line is not UTF-8"),
            Self::Io(detail) => write!(f, "the file could not be read on: {detail}"),
        }
    }
}

fn unreadable(number: u64, detail: impl Into<String>) -> Line {
    Line::read(number, Err(Fault::new("", problem::INVALID_JSON, detail)))
}

/// One line without its end, at most [`MAX_LINE_BYTES`] of it held.
fn bounded_line(reader: &mut impl BufRead) -> Result<Option<String>, LineFault> {
    let mut bytes = Vec::new();
    let read = reader
        .by_ref()
        .take(MAX_LINE_BYTES + 1)
        .read_until(b'\n', &mut bytes)
        .map_err(|error| LineFault::Io(error.to_string()))?;
    if read == 0 {
        return Ok(None);
    }
    if bytes.last() != Some(&b'\n') && read as u64 > MAX_LINE_BYTES {
        skip_to_end_of_line(reader)?;
        return Err(LineFault::Long);
    }
    String::from_utf8(bytes).map(Some).map_err(|_| LineFault::Text)
}

fn skip_to_end_of_line(reader: &mut impl BufRead) -> Result<(), LineFault> {
    loop {
        let buffer = reader.fill_buf().map_err(|error| LineFault::Io(error.to_string()))?;
        if buffer.is_empty() {
            return Ok(());
        }
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(buffer.len(), |place| place + 1);
        reader.consume(used);
        if end.is_some() {
            return Ok(());
        }
    }
}

/// Facts of a CSV stream. The first record names the columns, which are keys of the row.
pub fn csv(reader: impl Read) -> impl Iterator<Item = Line> {
    let mut reader = ::csv::ReaderBuilder::new().flexible(true).from_reader(reader);
    let header = reader.headers().cloned();
    let mut record = ::csv::StringRecord::new();
    let mut ended = false;
    std::iter::from_fn(move || {
        if ended {
            return None;
        }
        let number = reader.position().line();
        match (&header, reader.read_record(&mut record)) {
            (_, Ok(false)) => None,
            (Ok(header), Ok(true)) => Some(csv_line(header, &record, number)),
            (Err(error), _) => {
                ended = true;
                Some(unreadable(1, format!("the header cannot be read: {error}")))
            }
            (_, Err(error)) => {
                ended = error.is_io_error();
                Some(unreadable(number, format!("the record cannot be read: {error}")))
            }
        }
    })
}

fn csv_line(header: &::csv::StringRecord, record: &::csv::StringRecord, after: u64) -> Line {
    let number = record.position().map_or(after, ::csv::Position::line);
    if header.len() == record.len() {
        Line::read(number, FactIn::from_cells(header.iter(), record.iter()))
    } else {
        unreadable(
            number,
            format!("the record has {} cells, the header {}", record.len(), header.len()),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_named_by_the_line_they_start_on() {
        let text = "subject,value\na,\"two\nlines\"\nb\nc,x\n";
        let lines: Vec<Line> = csv(text.as_bytes()).collect();
        assert_eq!(lines.iter().map(|line| line.number).collect::<Vec<_>>(), [2, 4, 5]);
        assert_eq!(lines.iter().map(|line| line.fact.is_ok()).collect::<Vec<_>>(), [true, false, true]);
    }
}
