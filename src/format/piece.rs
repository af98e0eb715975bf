//! Pieces: some lines of a stream, read together, their texts borrowed.
//!
//! [`Piece::read`] reads a [`Cut`], on whatever thread; [`Piece::each`] hands out its facts, whose texts still lie
//! where they came in. [`UsualLines`] reads the usual line: whatever it does not expect is left to
//! [`FactIn::from_json`], the one place that says what is wrong with a line.

use std::collections::VecDeque;

use super::cut::{Cut, Cutter};
use super::lines::LineFault;
use super::usual::{UsualLine, UsualLines};
use super::{FactIn, Fault, Line, LineError, problem};

/// Some lines of a stream, read.
#[derive(Debug, Default)]
pub struct Piece {
    text: String,
    usual: UsualLines,
    lines: Vec<Read>,
    /// Who printed what names neither publisher nor document.
    publisher: Option<String>,
}

/// One line.
#[derive(Debug)]
struct Read {
    number: u64,
    what: What,
}

#[derive(Debug)]
enum What {
    /// A fact whose texts are borrowed.
    Usual(UsualLine),
    /// A fact that has its texts.
    Owned(Box<FactIn<'static>>),
    Wrong(Box<LineError>),
}

impl From<Vec<Line>> for Piece {
    fn from(lines: Vec<Line>) -> Self {
        let lines = lines.into_iter().map(|Line { number, fact }| Read {
            number,
            what: What::of(fact),
        });
        Self {
            lines: lines.collect(),
            ..Self::default()
        }
    }
}

impl What {
    fn of(fact: Result<FactIn<'static>, LineError>) -> Self {
        match fact {
            Ok(fact) => Self::Owned(Box::new(fact)),
            Err(error) => Self::Wrong(Box::new(error)),
        }
    }
}

impl Piece {
    /// Reads NDJSON. Blank lines are passed over and counted.
    #[must_use]
    pub fn read(cut: Cut) -> Self {
        let Cut { first, bytes, mut faults } = cut;
        let text = String::from_utf8(bytes).unwrap_or_else(|error| without_wrong_lines(first, &error.into_bytes(), &mut faults));
        let mut piece = Self::default();
        for (line, number) in text.split_terminator('\n').zip(first..) {
            let what = match faults.pop_front_if(|(of, _)| *of == number) {
                Some((_, fault)) => Some(What::of(Err(unreadable(&fault).on_line(number)))),
                None => piece.read_line(&text, line.trim(), number),
            };
            piece.lines.extend(what.map(|what| Read { number, what }));
        }
        piece.text = text;
        piece
    }

    /// Reads a whole body of NDJSON as one piece, however long.
    #[must_use]
    pub fn read_whole(bytes: &[u8]) -> Self {
        let mut cutter = Cutter::of_one_cut();
        cutter.feed(bytes, drop);
        cutter.finish(None).map(Self::read).unwrap_or_default()
    }

    fn read_line(&mut self, text: &str, line: &str, number: u64) -> Option<What> {
        if line.is_empty() {
            return None;
        }
        let usual = self.usual.read(text, line).map(What::Usual);
        usual.or_else(|| Some(What::of(FactIn::from_json(line).map_err(|fault| fault.on_line(number)))))
    }

    /// Has rows that name neither publisher nor document be printed by `name`.
    #[must_use]
    pub fn printed_by(mut self, name: &str) -> Self {
        self.publisher = Some(name.to_owned());
        self
    }

    /// How many lines it has, blank ones left out.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Hands out the lines in order, each with its number.
    pub fn each(&self, mut visit: impl FnMut(u64, Result<&FactIn<'_>, &LineError>)) {
        for Read { number, what } in &self.lines {
            match what {
                What::Wrong(error) => visit(*number, Err(error)),
                What::Owned(fact) => match self.publisher.as_deref().filter(|_| is_unprinted(fact)) {
                    None => visit(*number, Ok(fact)),
                    Some(name) => visit(
                        *number,
                        Ok(&FactIn {
                            publisher: Some(name.into()),
                            ..FactIn::clone(fact)
                        }),
                    ),
                },
                What::Usual(line) => {
                    let mut fact = self.usual.fact(&self.text, line);
                    if is_unprinted(&fact) {
                        fact.publisher = self.publisher.as_deref().map(Into::into);
                    }
                    visit(*number, Ok(&fact));
                }
            }
        }
    }

    /// The lines with texts of their own.
    #[must_use]
    pub fn to_lines(&self) -> Vec<Line> {
        let mut lines = Vec::with_capacity(self.len());
        self.each(|number, fact| {
            let fact = fact.map(|fact| fact.clone().into_owned()).map_err(LineError::clone);
            lines.push(Line { number, fact });
        });
        lines
    }
}

fn is_unprinted(fact: &FactIn<'_>) -> bool {
    fact.publisher.is_none() && fact.document.is_none()
}

fn unreadable(fault: &LineFault) -> Fault {
    Fault::new("", problem::INVALID_JSON, fault.to_string())
}

/// The text of a cut of which some lines are not UTF-8; they become empty and are added to its faults.
fn without_wrong_lines(first: u64, bytes: &[u8], faults: &mut VecDeque<(u64, LineFault)>) -> String {
    let mut text = String::with_capacity(bytes.len());
    for (line, number) in bytes.split_inclusive(|byte| *byte == b'\n').zip(first..) {
        if let Ok(line) = std::str::from_utf8(line) {
            text.push_str(line);
        } else {
            text.push('\n');
            faults.push_back((number, LineFault::Text));
        }
    }
    faults.make_contiguous().sort_by_key(|(number, _)| *number);
    text
}

#[cfg(test)]
mod tests {
    use super::super::cut::{BYTES, LINES, cuts};
    use super::*;
    use proptest::prelude::*;

    type Seen = Vec<(u64, Result<FactIn<'static>, LineError>)>;

    fn each(piece: &Piece) -> Seen {
        piece.to_lines().into_iter().map(|Line { number, fact }| (number, fact)).collect()
    }

    fn read(text: &[u8]) -> Seen {
        cuts(text).flat_map(|cut| each(&Piece::read(cut))).collect()
    }

    fn numbers_and_state(text: &[u8]) -> Vec<(u64, bool)> {
        read(text).into_iter().map(|(number, fact)| (number, fact.is_ok())).collect()
    }

    #[test]
    fn blank_lines_count_and_bad_ones_do_not_end_the_file() {
        let text = "{\"subject\":\"a\"}\r\n \n{bad\n{\"subject\":\"b\"}";
        assert_eq!(numbers_and_state(text.as_bytes()), [(1, true), (3, false), (4, true)]);
        let not_utf8 = b"{\"subject\":\"a\"}\n\xff\n{\"subject\":\"b\"}\n";
        assert_eq!(numbers_and_state(not_utf8), [(1, true), (2, false), (3, true)]);
        assert!(read(not_utf8)[1].1.as_ref().unwrap_err().detail.contains("not UTF-8"));
    }

    #[test]
    fn a_line_without_end_is_refused_and_not_held() {
        let long = "x".repeat(3 << 20);
        let text = format!("{{\"subject\":\"a\"}}\n{long}\n{{\"subject\":\"b\"}}\n{long}");
        assert_eq!(numbers_and_state(text.as_bytes()), [(1, true), (2, false), (3, true), (4, false)]);
    }

    #[test]
    fn a_reader_that_fails_ends_the_file_with_a_line_that_says_so() {
        struct Broken(bool);
        impl std::io::Read for Broken {
            fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
                if std::mem::replace(&mut self.0, true) {
                    return Err(std::io::Error::other("gone"));
                }
                let text = b"{\"subject\":\"a\"}\n{\"subj";
                into[..text.len()].copy_from_slice(text);
                Ok(text.len())
            }
        }
        let pieces = cuts(std::io::BufReader::new(Broken(false))).map(Piece::read);
        let seen: Seen = pieces.flat_map(|piece| each(&piece)).collect();
        let error = seen[1].1.as_ref().unwrap_err();
        assert_eq!((seen.len(), error.line), (2, 2));
        assert!(error.detail.ends_with("could not be read on: gone"), "{}", error.detail);
    }

    #[test]
    fn a_cut_holds_so_many_lines() {
        let text = "{\"subject\":\"a\"}\n".repeat(LINES * 2 + 3);
        let lengths: Vec<usize> = cuts(text.as_bytes()).map(|cut| Piece::read(cut).len()).collect();
        assert_eq!(lengths, [LINES, LINES, 3]);
        assert_eq!(Piece::read_whole(text.as_bytes()).len(), LINES * 2 + 3);
        let long = format!("{{\"quote\":\"{}\"}}\n", "x".repeat(BYTES / 3));
        let lengths: Vec<usize> = cuts(long.repeat(4).as_bytes()).map(|cut| Piece::read(cut).len()).collect();
        assert_eq!(lengths, [3, 1]);
    }

    #[test]
    fn the_publisher_given_beside_the_lines_is_for_those_that_name_none() {
        let text = "{\"subject\":\"a\"}\n{\"publisher\":\"x\"}\n{\"document\":\"d\"}\n";
        let piece = Piece::read_whole(text.as_bytes()).printed_by("desk");
        let owned: Vec<Line> = each(&Piece::read_whole(text.as_bytes()))
            .into_iter()
            .map(|(number, fact)| Line { number, fact })
            .collect();
        for piece in [piece, Piece::from(owned).printed_by("desk")] {
            let publishers: Vec<_> = each(&piece).into_iter().map(|(_, fact)| fact.unwrap().publisher).collect();
            assert_eq!(publishers, [Some("desk".into()), Some("x".into()), None]);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_cut_into_the_lines_they_have(bytes in proptest::collection::vec(proptest::sample::select(&b"{}\n\"a\xff "[..]), 0..60), at in 1usize..20) {
            let mut cutter = Cutter::default();
            let mut parts = Vec::new();
            for part in bytes.chunks(at) {
                cutter.feed(part, |cut| parts.push(cut));
            }
            parts.extend(cutter.finish(None));
            let seen: Vec<u64> = parts.into_iter().flat_map(|cut| each(&Piece::read(cut))).map(|(number, _)| number).collect();
            let lines = super::super::lines::texts(&bytes[..]).map(|(number, _)| number);
            prop_assert_eq!(seen, lines.collect::<Vec<_>>());
        }
    }
}
