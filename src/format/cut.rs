//! Streams cut into whole lines, a bounded number of them at a time.
//!
//! A [`Cutter`] takes bytes as they come and costs next to nothing; what it hands over is read elsewhere, by
//! [`super::Piece`]. Lines that cannot be read (too long, or the stream broke off in them) are noted here and
//! told there. Memory is bounded by the size of a cut, however long the stream and its lines are.

use std::collections::VecDeque;
use std::io::BufRead;

use super::lines::{LineFault, MAX_LINE_BYTES};

/// Lines of a cut.
pub(super) const LINES: usize = 250;
/// Bytes after which a cut ends at the next end of a line.
pub(super) const BYTES: usize = 256 << 10;

/// Whole lines of a stream, not read yet.
#[derive(Debug)]
pub struct Cut {
    /// Number of its first line.
    pub(super) first: u64,
    pub(super) bytes: Vec<u8>,
    /// Lines that cannot be read, by number; they are empty in `bytes`.
    pub(super) faults: VecDeque<(u64, LineFault)>,
}

/// Cuts a stream of bytes into [`Cut`]s.
#[derive(Debug)]
pub struct Cutter {
    /// Lines and bytes after which a cut ends.
    most: (usize, usize),
    /// Number of the line under way.
    number: u64,
    /// Where that line starts in `cut.bytes`.
    start: usize,
    lines: usize,
    cut: Cut,
    /// The line under way is too long: the rest of it is passed over.
    passing: bool,
}

impl Default for Cutter {
    fn default() -> Self {
        Self {
            most: (LINES, BYTES),
            number: 1,
            start: 0,
            lines: 0,
            cut: Cut::at(1),
            passing: false,
        }
    }
}

impl Cut {
    fn at(first: u64) -> Self {
        Self {
            first,
            bytes: Vec::new(),
            faults: VecDeque::new(),
        }
    }

    /// How many bytes there are to read.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there is nothing in it, not even a line that cannot be read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty() && self.faults.is_empty()
    }
}

impl Cutter {
    /// One whose only cut is all of the stream.
    pub(super) fn of_one_cut() -> Self {
        Self {
            most: (usize::MAX, usize::MAX),
            ..Self::default()
        }
    }

    /// Takes the next bytes of the stream, and hands over what is full.
    pub fn feed(&mut self, mut bytes: &[u8], mut hand_over: impl FnMut(Cut)) {
        while !bytes.is_empty() {
            self.take_line(&mut bytes);
            let (lines, length) = self.most;
            let at_end_of_line = self.start == self.cut.bytes.len();
            if self.lines >= lines || (at_end_of_line && self.start >= length) {
                hand_over(self.take_cut());
            }
        }
    }

    /// Takes bytes up to the end of the line, as far as they are there.
    fn take_line(&mut self, bytes: &mut &[u8]) {
        let all = *bytes;
        // Reading from memory cannot fail.
        let taken = if self.passing {
            bytes.skip_until(b'\n')
        } else {
            bytes.read_until(b'\n', &mut self.cut.bytes)
        };
        let taken = taken.unwrap_or(all.len());
        let ended = taken.checked_sub(1).and_then(|last| all.get(last)) == Some(&b'\n');
        if self.passing {
            self.passing = !ended;
            return;
        }
        let length = self.cut.bytes.len() - self.start - usize::from(ended);
        if length as u64 > MAX_LINE_BYTES {
            self.passing = !ended;
            self.fault(LineFault::Long);
        } else if ended {
            self.end_line();
        }
    }

    fn end_line(&mut self) {
        self.start = self.cut.bytes.len();
        self.number += 1;
        self.lines += 1;
    }

    /// Puts a fault in the place of the line under way.
    fn fault(&mut self, fault: LineFault) {
        self.cut.bytes.truncate(self.start);
        self.cut.bytes.push(b'\n');
        self.cut.faults.push_back((self.number, fault));
        self.end_line();
    }

    fn take_cut(&mut self) -> Cut {
        self.start = 0;
        self.lines = 0;
        std::mem::replace(&mut self.cut, Cut::at(self.number))
    }

    /// Ends the stream, for the reason given when it broke off; gives the rest.
    #[must_use]
    pub fn finish(mut self, broken: Option<String>) -> Option<Cut> {
        if let Some(detail) = broken {
            self.fault(LineFault::Io(detail));
        }
        Some(self.cut).filter(|cut| !cut.is_empty())
    }
}

/// The cuts of a reader, one at a time. A reader that fails ends them with a line that says so.
pub fn cuts(mut reader: impl BufRead) -> impl Iterator<Item = Cut> {
    let mut cutter = Some(Cutter::default());
    let mut ready = VecDeque::new();
    std::iter::from_fn(move || {
        while ready.is_empty()
            && let Some(cutting) = &mut cutter
        {
            let read = match reader.fill_buf() {
                Ok(bytes) => {
                    cutting.feed(bytes, |cut| ready.push_back(cut));
                    Ok(bytes.len())
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => Err(error.to_string()),
            };
            match read {
                Ok(length @ 1..) => reader.consume(length),
                ended => ready.extend(cutter.take().and_then(|cutting| cutting.finish(ended.err()))),
            }
        }
        ready.pop_front()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_end_is_not_held() {
        let text = format!("a\n{}\nb\n", "x".repeat(3 << 20));
        let mut cutter = Cutter::default();
        for part in text.as_bytes().chunks(10_000) {
            cutter.feed(part, drop);
            assert!(cutter.cut.bytes.len() as u64 <= MAX_LINE_BYTES + 20_000);
        }
        let rest = cutter.finish(None).unwrap();
        assert_eq!((rest.first, &*rest.bytes, rest.faults.len()), (1, &b"a\n\nb\n"[..], 1));
    }
}
