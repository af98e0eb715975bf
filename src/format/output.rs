//! The bytes of an answer under way, and how texts, days and numbers stand in JSON and in CSV.
//!
//! [`Output`] also knows where pieces that come again and again already stand (a node with its name and type,
//! a provenance), and copies them from there. Nothing here knows a row: `fields` says what stands in one.

use crate::model::{Day, FactId};

/// Pieces that are remembered at a time.
const SLOTS: usize = 256;

/// Bytes being written. All rows written into one output are of one reading.
pub struct Output {
    bytes: Vec<u8>,
    /// By key, each in its one possible place: a newer piece takes the place of an older one.
    pieces: [Piece; SLOTS],
    /// The day written last: a row has the same one several times.
    day: Option<(Day, [u8; 10])>,
}

/// Where a piece stands among the bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Piece {
    /// `None` for none.
    kind: Option<Group>,
    number: u64,
    start: u32,
    end: u32,
}

/// Kinds of pieces that come again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    /// A node as subject.
    Subject = 1,
    /// A node as object.
    Object,
    /// Speakers and place of a provenance.
    Said,
    /// Publisher, report day and document of a provenance.
    Printed,
    /// A relation.
    Relation,
    /// Modality and polarity.
    Mood,
}

impl Output {
    /// Nothing yet, with room for so many bytes.
    #[must_use]
    pub fn with_capacity(bytes: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(bytes),
            pieces: [Piece::default(); SLOTS],
            day: None,
        }
    }

    /// The bytes.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Where bytes may be added.
    pub(super) const fn bytes(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// Adds bytes as they are.
    #[inline]
    pub(super) fn push(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// Adds a number.
    pub(super) fn push_number(&mut self, number: u64) {
        if let Ok(digit @ 0..10) = u8::try_from(number) {
            return self.bytes.push(b'0' + digit);
        }
        // 20 digits are enough for every number.
        let (mut digits, mut first, mut rest) = ([b'0'; 20], 20, number);
        while rest > 0 {
            first -= 1;
            if let (Some(place), Ok(digit)) = (digits.get_mut(first), u8::try_from(rest % 10)) {
                *place += digit;
            }
            rest /= 10;
        }
        self.bytes.extend_from_slice(digits.get(first..).unwrap_or_default());
    }

    /// Adds a day as `YYYY-MM-DD`.
    #[inline]
    pub(super) fn push_day(&mut self, day: Day) {
        match self.text_of(day) {
            Some(text) => self.bytes.extend_from_slice(&text),
            None => self.push(&day.to_string()),
        }
    }

    /// A day of a year of four digits.
    #[inline]
    fn text_of(&mut self, day: Day) -> Option<[u8; 10]> {
        if let Some((_, text)) = self.day.filter(|(known, _)| *known == day) {
            return Some(text);
        }
        let text = short(day)?;
        self.day = Some((day, text));
        Some(text)
    }

    /// Adds the dates of a fact that held on one day, as members of a JSON object.
    #[inline]
    pub(super) fn push_dates(&mut self, day: Day) {
        let start = self.bytes.len();
        self.push(",\"valid\":\"yyyy-mm-dd\",\"earliest\":\"yyyy-mm-dd\",\"latest\":\"yyyy-mm-dd\"");
        let Some(text) = self.text_of(day) else {
            // A year of more than four digits is longer.
            self.bytes.truncate(start);
            for name in [",\"valid\":\"", "\",\"earliest\":\"", "\",\"latest\":\""] {
                self.push(name);
                self.push_day(day);
            }
            return self.push("\"");
        };
        for place in [10, 34, 56] {
            if let Some(slot) = self.bytes.get_mut(start + place..start + place + text.len()) {
                slot.copy_from_slice(&text);
            }
        }
    }

    /// Adds a fact's id.
    #[inline]
    pub(super) fn push_id(&mut self, id: FactId) {
        self.push(FactId::PREFIX);
        self.bytes.extend_from_slice(&id.digits());
    }

    /// Adds a text as it stands between the quotes of JSON.
    #[inline]
    pub(super) fn push_json(&mut self, text: &str) {
        if holds_none_of(
            text.as_bytes(),
            |word| below(word, 0x20) | equal(word, b'"') | equal(word, b'\\'),
            is_escaped,
        ) {
            self.push(text);
        } else {
            self.push_escaped(text);
        }
    }

    /// The same for a text that holds something to be escaped, as `serde_json` escapes it.
    #[cold]
    fn push_escaped(&mut self, text: &str) {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        for byte in text.bytes() {
            let short = match byte {
                b'"' | b'\\' => byte,
                0x08 => b'b',
                b'\t' => b't',
                b'\n' => b'n',
                0x0c => b'f',
                b'\r' => b'r',
                0..0x20 => {
                    self.push("\\u00");
                    let digit = |place: u8| HEX.get(usize::from(place)).copied().unwrap_or(b'0');
                    self.bytes.extend([digit(byte >> 4), digit(byte & 15)]);
                    continue;
                }
                _ => {
                    self.bytes.push(byte);
                    continue;
                }
            };
            self.bytes.extend([b'\\', short]);
        }
    }

    /// Puts the bytes from `start` on into quotes, when a cell of CSV must have them (RFC 4180, 2).
    #[inline]
    pub(super) fn close_cell(&mut self, start: usize) {
        let cell = self.bytes.get(start..).unwrap_or_default();
        let special = |word| equal(word, b'"') | equal(word, b',') | equal(word, b'\n') | equal(word, b'\r');
        if !holds_none_of(cell, special, |byte| matches!(byte, b'"' | b',' | b'\n' | b'\r')) {
            self.quote_cell(start);
        }
    }

    #[cold]
    fn quote_cell(&mut self, start: usize) {
        let cell = self.bytes.split_off(start);
        self.bytes.push(b'"');
        for byte in cell {
            if byte == b'"' {
                self.bytes.push(b'"');
            }
            self.bytes.push(byte);
        }
        self.bytes.push(b'"');
    }

    /// Adds a piece that stands among the bytes already; `false` when it is not remembered.
    #[inline]
    pub(super) fn copy(&mut self, kind: Group, number: u64) -> bool {
        let is_it = |known: &&Piece| known.kind == Some(kind) && known.number == number;
        let Some(known) = self.pieces.get(place(kind, number)).filter(is_it) else {
            return false;
        };
        self.bytes.extend_from_within(known.start as usize..known.end as usize);
        true
    }

    /// Remembers the bytes from `start` on as a piece, which is the same whenever kind and number are.
    #[inline]
    pub(super) fn remember(&mut self, kind: Group, number: u64, start: usize) {
        if let (Some(slot), Ok(start), Ok(end)) = (
            self.pieces.get_mut(place(kind, number)),
            u32::try_from(start),
            u32::try_from(self.bytes.len()),
        ) {
            *slot = Piece {
                kind: Some(kind),
                number,
                start,
                end,
            };
        }
    }
}

/// Place of a piece.
#[inline]
fn place(kind: Group, number: u64) -> usize {
    let key = number.wrapping_mul(8) + kind as u64;
    // The high bits of a product by the golden ratio are well spread; eight of them say which of the slots.
    let place = key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56;
    usize::try_from(place).unwrap_or(0)
}

/// A day of the years 0 to 9999.
#[inline]
fn short(day: Day) -> Option<[u8; 10]> {
    let (year, month, of_month) = day.ymd();
    let year = u16::try_from(year).ok().filter(|year| *year <= 9999)?;
    let two = |number: u32| -> Option<[u8; 2]> {
        let number = u8::try_from(number).ok()?;
        Some([b'0' + number / 10, b'0' + number % 10])
    };
    let parts = [u32::from(year / 100), u32::from(year % 100), month, of_month];
    let mut text = *b"yyyy-mm-dd";
    for (place, part) in [0, 2, 5, 8].into_iter().zip(parts) {
        text.get_mut(place..place + 2)?.copy_from_slice(&two(part)?);
    }
    Some(text)
}

#[inline]
const fn is_escaped(byte: u8) -> bool {
    matches!(byte, 0..0x20 | b'"' | b'\\')
}

const ONES: u64 = u64::MAX / 255;
const HIGHS: u64 = ONES << 7;

/// Not zero when a byte of the word is below `bound`, which is at most 128 (Warren, "Hacker's Delight", 6-1).
#[inline]
const fn below(word: u64, bound: u8) -> u64 {
    word.wrapping_sub(ONES * bound as u64) & !word & HIGHS
}

/// Not zero when a byte of the word is `byte`.
#[inline]
const fn equal(word: u64, byte: u8) -> u64 {
    below(word ^ (ONES * byte as u64), 1)
}

/// Whether no byte is special: `in_word` says it of eight at once, `special` of one.
#[inline]
fn holds_none_of(bytes: &[u8], in_word: impl Fn(u64) -> u64, special: impl Fn(u8) -> bool) -> bool {
    let Some(last) = bytes.last_chunk::<8>() else {
        return !bytes.iter().any(|byte| special(*byte));
    };
    let (words, _) = bytes.as_chunks::<8>();
    // The last word overlaps the one before: looking twice is cheaper than looking one by one.
    let found = words
        .iter()
        .chain([last])
        .fold(0, |found, word| found | in_word(u64::from_le_bytes(*word)));
    found == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(write: impl FnOnce(&mut Output)) -> String {
        let mut out = Output::with_capacity(0);
        write(&mut out);
        String::from_utf8(out.into_bytes()).unwrap()
    }

    proptest! {
        #[test]
        fn texts_stand_in_json_as_serde_writes_them(text in "(?s).{0,40}|[\"\\\\\u{0}-\u{1f}a-z]{0,24}") {
            prop_assert_eq!(format!("\"{}\"", written(|out| out.push_json(&text))), serde_json::to_string(&text).unwrap());
        }

        #[test]
        fn cells_stand_in_csv_as_its_crate_writes_them(text in "(?s).{0,40}|[\",\r\n a-z]{0,24}") {
            let mut writer = ::csv::Writer::from_writer(Vec::new());
            writer.write_record(["x", &text]).unwrap();
            let wanted = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            let cell = written(|out| {
                out.push("x,");
                out.push(&text);
                out.close_cell(2);
            });
            prop_assert_eq!(format!("{cell}\n"), wanted);
        }

        #[test]
        fn numbers_and_days_stand_as_they_are_told(number: u64, small in 0_u64..1_000, day in -3_000_000..3_000_000_i32) {
            prop_assert_eq!(written(|out| out.push_number(number)), number.to_string());
            prop_assert_eq!(written(|out| out.push_number(small)), small.to_string());
            prop_assert_eq!(written(|out| out.push_day(Day(day))), Day(day).to_string());
        }
    }

    proptest! {
        #[test]
        fn the_dates_of_a_day_are_three_members(day in -3_000_000..3_000_000_i32) {
            let told = Day(day).to_string();
            let wanted = format!(",\"valid\":\"{told}\",\"earliest\":\"{told}\",\"latest\":\"{told}\"");
            prop_assert_eq!(written(|out| out.push_dates(Day(day))), wanted);
        }
    }

    #[test]
    fn a_piece_is_written_once_and_copied_then() {
        let mut times = 0;
        let text = written(|out| {
            for (kind, number) in [(Group::Subject, 1), (Group::Object, 1), (Group::Subject, 2), (Group::Subject, 1)] {
                if !out.copy(kind, number) {
                    times += 1;
                    let start = out.bytes().len();
                    out.push(&format!("{kind:?}{number} "));
                    out.remember(kind, number, start);
                }
            }
        });
        assert_eq!((text.as_str(), times), ("Subject1 Object1 Subject2 Subject1 ", 3));
    }

    #[test]
    fn pieces_beyond_number_do_not_mix_up() {
        let text = written(|out| {
            for round in 0..3 {
                for number in 0..1_000 {
                    if !out.copy(Group::Said, number + round) {
                        let start = out.bytes().len();
                        out.push(&format!("{},", number + round));
                        out.remember(Group::Said, number + round, start);
                    }
                }
            }
        });
        let wanted: String = (0..3)
            .flat_map(|round| (0..1_000).map(move |number| format!("{},", number + round)))
            .collect();
        assert_eq!(text, wanted);
    }
}
