//! Numbers of one kind side by side, lists of them, and texts: the parts that newer records are made of.
//!
//! A column is `width, least, (number - least) × count`, each difference in `width` bytes, little endian.
//! Equal numbers take two bytes together, and any of them is found without reading those before it.
//! Reading never panics, and never takes more memory than a few times the bytes it is given.

use super::Unpacked;

/// Parts of a record under way.
#[derive(Debug, Default)]
pub(super) struct Parts(Vec<u8>);

impl Parts {
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// A number, seven bits a byte, the lowest first.
    pub(super) fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(low_byte(number) | 0x80);
            number >>= 7;
        }
        self.0.push(low_byte(number));
    }

    /// How many of something follow.
    pub(super) fn count(&mut self, count: usize) {
        self.number(count as u64);
    }

    pub(super) fn column(&mut self, numbers: &[i64]) {
        self.column_of(numbers, 0);
    }

    fn column_of(&mut self, numbers: &[i64], least_width: usize) {
        let least = numbers.iter().copied().min().unwrap_or(0);
        let most = numbers.iter().copied().max().unwrap_or(0);
        let width = bytes_for(most.wrapping_sub(least).cast_unsigned()).max(least_width);
        self.0.push(low_byte(width as u64));
        self.number(zigzag(least));
        let differences = numbers.iter().map(|number| number.wrapping_sub(least).cast_unsigned());
        match width {
            0 => {}
            1 => self.0.extend(differences.map(low_byte)),
            2 => self.0.extend(differences.flat_map(|difference| {
                let [first, second, ..] = difference.to_le_bytes();
                [first, second]
            })),
            width => differences.for_each(|difference| self.0.extend(difference.to_le_bytes().iter().take(width))),
        }
    }

    /// Lists, one after another: how long each is, and their items in `N` columns.
    pub(super) fn lists<const N: usize>(&mut self, lists: &ListsUnderWay<N>) {
        self.column(&lists.lengths);
        if lists.items.iter().any(|items| !items.is_empty()) {
            for items in &lists.items {
                // At least a byte an item: so no few bytes claim to be many items.
                self.column_of(items, 1);
            }
        }
    }

    pub(super) fn texts(&mut self, texts: &[&str]) {
        self.count(texts.len());
        let lengths: Vec<i64> = texts.iter().map(|text| length(text.len())).collect();
        self.column_of(&lengths, 1);
        for text in texts {
            self.bytes(text.as_bytes());
        }
    }
}

/// Lists of which each item is `N` numbers.
#[derive(Debug)]
pub(super) struct ListsUnderWay<const N: usize> {
    lengths: Vec<i64>,
    items: [Vec<i64>; N],
}

impl<const N: usize> Default for ListsUnderWay<N> {
    fn default() -> Self {
        Self {
            lengths: Vec::new(),
            items: [const { Vec::new() }; N],
        }
    }
}

impl<const N: usize> ListsUnderWay<N> {
    pub(super) fn push(&mut self, list: impl ExactSizeIterator<Item = [i64; N]>) {
        self.lengths.push(length(list.len()));
        for item in list {
            for (column, number) in self.items.iter_mut().zip(item) {
                column.push(number);
            }
        }
    }
}

/// Reads parts, in the order in which they were written.
#[derive(Debug)]
pub(super) struct Reading<'p>(&'p [u8]);

impl<'p> Reading<'p> {
    pub(super) const fn new(bytes: &'p [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn end(&self) -> Unpacked<()> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err("bytes behind the record".to_owned())
        }
    }

    pub(super) fn bytes(&mut self, count: usize) -> Unpacked<&'p [u8]> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or("the record is cut off")?;
        self.0 = rest;
        Ok(taken)
    }

    pub(super) fn number(&mut self) -> Unpacked<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first().ok_or("the record is cut off")?;
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err("a number is too long".to_owned())
    }

    /// How many of something follow.
    pub(super) fn count(&mut self) -> Unpacked<usize> {
        usize::try_from(self.number()?).map_err(|_| "a count is too large".to_owned())
    }

    pub(super) fn column(&mut self, count: usize) -> Unpacked<Column<'p>> {
        let width = self.bytes(1)?.first().copied().map_or(0, usize::from);
        if width > size_of::<i64>() {
            return Err(format!("{width} bytes are no width of a number"));
        }
        let least = unzigzag(self.number()?);
        let length = count.checked_mul(width).ok_or("a count is too large")?;
        Ok(Column {
            least,
            width,
            bytes: self.bytes(length)?,
        })
    }

    pub(super) fn lists<const N: usize>(&mut self, count: usize) -> Unpacked<Lists<'p, N>> {
        let lengths = self.column(count)?;
        if lengths.is_all(0) {
            return Ok(Lists {
                ends: Vec::new(),
                items: [Column::default(); N],
            });
        }
        let mut ends = Vec::with_capacity(count.min(self.0.len()));
        let mut end = 0_usize;
        for place in 0..count {
            let length = usize::try_from(lengths.at(place)?).map_err(|_| "a list is too long")?;
            end = end.checked_add(length).ok_or("a list is too long")?;
            ends.push(end);
        }
        let mut items = [Column::default(); N];
        for column in &mut items {
            *column = self.column(end)?;
            if column.width == 0 && end > 0 {
                return Err("items without bytes".to_owned());
            }
        }
        Ok(Lists { ends, items })
    }

    pub(super) fn texts(&mut self) -> Unpacked<TextTable<'p>> {
        let count = self.count()?;
        let lengths = self.column(count)?;
        if lengths.width == 0 {
            return Err("texts without lengths".to_owned());
        }
        let mut ends = Vec::with_capacity(count.min(self.0.len()));
        let mut end = 0_usize;
        for place in 0..count {
            let length = usize::try_from(lengths.at(place)?).map_err(|_| "a text is too long")?;
            end = end.checked_add(length).ok_or("a text is too long")?;
            ends.push(end);
        }
        // All at once is quicker than one by one; that each ends between characters is seen when it is asked for.
        let all = std::str::from_utf8(self.bytes(end)?).map_err(|error| error.to_string())?;
        Ok(TextTable { all, ends })
    }
}

/// Numbers of one kind.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::store) struct Column<'p> {
    least: i64,
    width: usize,
    bytes: &'p [u8],
}

impl Column<'_> {
    #[inline]
    fn difference(&self, place: usize) -> Option<u64> {
        match self.width {
            0 => Some(0),
            1 => self.bytes.get(place).map(|byte| u64::from(*byte)),
            2 => self
                .bytes
                .as_chunks()
                .0
                .get(place)
                .map(|bytes| u64::from(u16::from_le_bytes(*bytes))),
            4 => self
                .bytes
                .as_chunks()
                .0
                .get(place)
                .map(|bytes| u64::from(u32::from_le_bytes(*bytes))),
            width => {
                let bytes = self.bytes.get(place * width..)?.get(..width)?;
                Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
            }
        }
    }

    /// The number at a place.
    #[inline]
    pub(super) fn at(&self, place: usize) -> Unpacked<i64> {
        let difference = self.difference(place).ok_or("a column is too short")?;
        Ok(self.least.wrapping_add(difference.cast_signed()))
    }

    /// The number of a record at a place.
    #[inline]
    pub(super) fn number_at(&self, place: usize) -> Unpacked<u32> {
        let number = self.at(place)?;
        u32::try_from(number).map_err(|_| format!("{number} is no number of a record"))
    }

    /// The number of a record at a place, where 0 stands for none and others are one above it.
    #[inline]
    pub(super) fn optional_at(&self, place: usize) -> Unpacked<Option<u32>> {
        match self.at(place)? {
            0 => Ok(None),
            number => u32::try_from(number.wrapping_sub(1))
                .map(Some)
                .map_err(|_| format!("{number} is no number of a record")),
        }
    }

    /// Whether all numbers are this one, which is known without looking at them.
    pub(super) const fn is_all(&self, number: i64) -> bool {
        self.width == 0 && self.least == number
    }
}

/// Lists of which each item is `N` numbers.
#[derive(Debug)]
pub(in crate::store) struct Lists<'p, const N: usize> {
    /// Where each list ends; nothing when all are empty.
    ends: Vec<usize>,
    items: [Column<'p>; N],
}

impl<const N: usize> Lists<'_, N> {
    /// The items of the list at a place.
    pub(super) fn at(&self, place: usize) -> impl Iterator<Item = Unpacked<[u32; N]>> {
        let end = self.ends.get(place).copied().unwrap_or(0);
        let start = place.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        (start..end).map(|item| {
            let mut numbers = [0; N];
            for (number, column) in numbers.iter_mut().zip(&self.items) {
                *number = column.number_at(item)?;
            }
            Ok(numbers)
        })
    }
}

/// Texts by place.
#[derive(Debug)]
pub(in crate::store) struct TextTable<'p> {
    all: &'p str,
    ends: Vec<usize>,
}

impl<'p> TextTable<'p> {
    /// All of them, one behind another, and where each ends: between two characters.
    pub(super) fn all(&self) -> Unpacked<(Box<str>, Vec<usize>)> {
        if let Some(end) = self.ends.iter().find(|end| !self.all.is_char_boundary(**end)) {
            return Err(format!("a text ends inside a character, at byte {end}"));
        }
        Ok((self.all.into(), self.ends.clone()))
    }

    pub(super) fn at(&self, place: u32) -> Unpacked<&'p str> {
        let place = place as usize;
        let start = match place.checked_sub(1) {
            None => Some(0),
            Some(before) => self.ends.get(before).copied(),
        };
        start
            .zip(self.ends.get(place))
            .and_then(|(start, end)| self.all.get(start..*end))
            .ok_or_else(|| format!("text {place} is missing"))
    }
}

/// An optional number as [`Column::optional_at`] reads it.
pub(super) fn optional(number: Option<u32>) -> i64 {
    number.map_or(0, |number| i64::from(number) + 1)
}

fn length(length: usize) -> i64 {
    // No list in memory is longer than an `i64` counts.
    i64::try_from(length).unwrap_or(i64::MAX)
}

const fn low_byte(number: u64) -> u8 {
    number.to_le_bytes()[0]
}

const fn bytes_for(number: u64) -> usize {
    (u64::BITS - number.leading_zeros()).div_ceil(8) as usize
}

const fn zigzag(number: i64) -> u64 {
    (number << 1 ^ number >> 63).cast_unsigned()
}

const fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(
            numbers in proptest::collection::vec(prop_oneof![Just(7), -300i64..300, any::<i64>()], 0..40),
            lists in proptest::collection::vec(proptest::collection::vec((any::<u32>(), 0u32..9), 0..4), 0..20),
            texts in proptest::collection::vec(".{0,9}", 0..9),
            number: u64,
        ) {
            let mut under_way = ListsUnderWay::default();
            for list in &lists {
                under_way.push(list.iter().map(|(one, other)| [i64::from(*one), i64::from(*other)]));
            }
            let mut parts = Parts::default();
            parts.column(&numbers);
            parts.lists(&under_way);
            parts.number(number);
            parts.texts(&texts.iter().map(String::as_str).collect::<Vec<_>>());
            let bytes = parts.into_bytes();
            let mut reading = Reading::new(&bytes);
            let column = reading.column(numbers.len()).unwrap();
            for (place, number) in numbers.iter().enumerate() {
                prop_assert_eq!(column.at(place).unwrap(), *number);
            }
            let read = reading.lists::<2>(lists.len()).unwrap();
            for (place, list) in lists.iter().enumerate() {
                let found: Vec<_> = read.at(place).map(|item| item.map(|[one, other]| (one, other)).unwrap()).collect();
                prop_assert_eq!(&found, list);
            }
            prop_assert_eq!(reading.number().unwrap(), number);
            let table = reading.texts().unwrap();
            for (place, text) in (0..).zip(&texts) {
                prop_assert_eq!(table.at(place).unwrap(), text);
            }
            prop_assert!(table.at(u32::try_from(texts.len()).unwrap()).is_err());
            reading.end().unwrap();
            let cut = Reading::new(&bytes[..bytes.len() - 1]);
            prop_assert!(cut.end().is_err());
        }

        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60), count in prop_oneof![0usize..20, any::<usize>()]) {
            let _ = Reading::new(&bytes).column(count).map(|column| column.at(count));
            let _ = Reading::new(&bytes).texts().map(|texts| texts.at(1).map(str::len));
            if count < 1_000 {
                let _ = Reading::new(&bytes).lists::<2>(count).map(|lists| lists.at(0).count());
            }
        }
    }

    #[test]
    fn equal_numbers_take_two_bytes_together() {
        let mut parts = Parts::default();
        parts.column(&[9; 1_000]);
        assert_eq!(parts.into_bytes().len(), 2);
    }
}
