//! What stands around every value: a version, a checksum over key and value, pieces, and zstd.
//!
//! A row's value is `version, flags, payload, crc32c(key, version, flags, payload)`. A payload larger
//! than a row may be is cut into pieces, one row each; the last two bytes of a row's key are the
//! piece's number, and a flag marks the last. Another flag says that the payload, all pieces together, is its
//! length (u32, little endian) and a zstd frame. So no value passes [`MAX_VALUE`], whatever was put in:
//! sled splits a page by its count of values, and keeps pages above 131,052 bytes in files that it
//! never syncs. Nothing here panics on any bytes.

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::StoreError;
use super::keys::TreeName;
use super::trees::io;

/// No value in sled is larger.
pub(super) const MAX_VALUE: usize = 7_000;
/// Bytes of a value that are not payload.
const AROUND: usize = 6;
/// What fits into one row.
pub(super) const MAX_PAYLOAD: usize = MAX_VALUE - AROUND;

/// First byte of every value: another layout of the value takes another version.
const VERSION: u8 = 1;
/// A flag: no piece follows.
const LAST: u8 = 1;
/// A flag of every piece: the payload is compressed.
const COMPRESSED: u8 = 2;
/// No payload is larger when decompressed: what is compressed is blocks, and they are far smaller.
const MAX_DECOMPRESSED: usize = 1 << 28;
/// zstd's level for payloads: a store is compacted seldom, and read often.
const LEVEL: i32 = 3;
/// Bytes of a row's key that number its piece.
pub(super) const PIECE: usize = 2;

/// Key and value as sled gets them.
pub(super) type Row = (Vec<u8>, Vec<u8>);

/// The rows of a payload under a key.
pub(super) fn rows(key: &[u8], payload: &[u8]) -> Result<Vec<Row>, StoreError> {
    flagged_rows(key, payload, 0)
}

/// The rows of a payload that a [`Compressor`] made.
pub(super) fn compressed_rows(key: &[u8], compressed: &[u8]) -> Result<Vec<Row>, StoreError> {
    flagged_rows(key, compressed, COMPRESSED)
}

fn flagged_rows(key: &[u8], payload: &[u8], flags: u8) -> Result<Vec<Row>, StoreError> {
    let mut chunks = payload.chunks(MAX_PAYLOAD).peekable();
    if chunks.peek().is_none() {
        return Ok(vec![row(key, 0, flags | LAST, &[])]);
    }
    let mut rows = Vec::new();
    let mut number = 0;
    while let Some(chunk) = chunks.next() {
        let last = if chunks.peek().is_none() { LAST } else { 0 };
        rows.push(row(key, number, flags | last, chunk));
        number = number
            .checked_add(1)
            .ok_or_else(|| StoreError::Refused(format!("a record of {} bytes is too large", payload.len())))?;
    }
    Ok(rows)
}

/// Makes payloads smaller, for [`compressed_rows`]. One serves for many: it is large.
pub(super) struct Compressor(zstd::bulk::Compressor<'static>);

impl Compressor {
    pub(super) fn new() -> Result<Self, StoreError> {
        zstd::bulk::Compressor::new(LEVEL).map(Self).map_err(io)
    }

    /// The payload, compressed.
    pub(super) fn compress(&mut self, payload: &[u8]) -> Result<Vec<u8>, StoreError> {
        let length = u32::try_from(payload.len())
            .ok()
            .filter(|_| payload.len() <= MAX_DECOMPRESSED)
            .ok_or_else(|| StoreError::Refused(format!("a record of {} bytes is too large", payload.len())))?;
        let frame = self.0.compress(payload).map_err(io)?;
        Ok([length.to_le_bytes().as_slice(), &frame].concat())
    }
}

/// Decompressors that nobody uses right now: making one costs more than using it.
static IDLE: Mutex<Vec<zstd::bulk::Decompressor<'static>>> = Mutex::new(Vec::new());
/// Readers at once that need not make one.
const MOST_IDLE: usize = 8;

fn decompress(frame: &[u8], length: usize) -> std::io::Result<Vec<u8>> {
    let idle = || IDLE.lock().unwrap_or_else(PoisonError::into_inner);
    let waiting = idle().pop();
    let mut decompressor = waiting.map_or_else(zstd::bulk::Decompressor::new, Ok)?;
    let payload = decompressor.decompress(frame, length)?;
    let mut idle = idle();
    if idle.len() < MOST_IDLE {
        idle.push(decompressor);
    }
    Ok(payload)
}

/// A payload from all its pieces.
pub(super) fn assembled(tree: TreeName, key: &[u8], bytes: Vec<u8>, flags: Flags) -> Result<Vec<u8>, StoreError> {
    if !flags.compressed {
        return Ok(bytes);
    }
    let (length, frame) = bytes.split_first_chunk().ok_or_else(|| damaged(tree, key, "no length"))?;
    let length = u32::from_le_bytes(*length) as usize;
    if length > MAX_DECOMPRESSED {
        return Err(damaged(tree, key, "a length beyond what a record has"));
    }
    match decompress(frame, length) {
        Ok(payload) if payload.len() == length => Ok(payload),
        Ok(_) => Err(damaged(tree, key, "another length than told")),
        Err(error) => Err(damaged(tree, key, error)),
    }
}

fn row(key: &[u8], piece: u16, flags: u8, payload: &[u8]) -> Row {
    let key = row_key(key, piece);
    let mut value = Vec::with_capacity(payload.len() + AROUND);
    value.extend([VERSION, flags]);
    value.extend(payload);
    value.extend(checksum(&key, &value).to_le_bytes());
    (key, value)
}

/// The key of a piece's row.
pub(super) fn row_key(key: &[u8], piece: u16) -> Vec<u8> {
    [key, &piece.to_be_bytes()].concat()
}

/// A row's key without the number of its piece, and that number.
pub(super) fn split_key(row_key: &[u8]) -> Option<(&[u8], u16)> {
    row_key
        .split_last_chunk::<PIECE>()
        .map(|(key, piece)| (key, u16::from_be_bytes(*piece)))
}

/// What a row's flags say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flags {
    /// Whether no piece follows.
    pub(super) last: bool,
    /// Whether the payload is compressed.
    pub(super) compressed: bool,
}

/// The payload of a row, and its flags.
pub(super) fn open<'v>(tree: TreeName, row_key: &[u8], value: &'v [u8]) -> Result<(&'v [u8], Flags), StoreError> {
    let (content, sum) = value
        .split_last_chunk::<4>()
        .ok_or_else(|| damaged(tree, row_key, "value too short"))?;
    if checksum(row_key, content) != u32::from_le_bytes(*sum) {
        return Err(damaged(tree, row_key, "wrong checksum"));
    }
    match content {
        [VERSION, flags, payload @ ..] if flags & !(LAST | COMPRESSED) == 0 => {
            let flags = Flags {
                last: flags & LAST != 0,
                compressed: flags & COMPRESSED != 0,
            };
            Ok((payload, flags))
        }
        _ => Err(damaged(tree, row_key, "unknown version of the value")),
    }
}

fn checksum(row_key: &[u8], content: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(row_key), content)
}

/// A record as bytes.
pub(super) fn encode<T: Serialize>(record: &T) -> Result<Vec<u8>, StoreError> {
    postcard::to_stdvec(record).map_err(|error| StoreError::Refused(format!("a record cannot be written: {error}")))
}

/// A record from bytes, all of which it must take.
pub(super) fn decode<'p, T: Deserialize<'p>>(tree: TreeName, key: &[u8], payload: &'p [u8]) -> Result<T, StoreError> {
    match postcard::take_from_bytes(payload) {
        Ok((record, [])) => Ok(record),
        Ok(_) => Err(damaged(tree, key, "bytes behind the record")),
        Err(error) => Err(damaged(tree, key, error)),
    }
}

/// An error that names the tree and the key.
pub(super) fn damaged(tree: TreeName, key: &[u8], reason: impl std::fmt::Display) -> StoreError {
    StoreError::Damaged {
        tree: tree.as_str().to_owned(),
        reason: format!("{reason} at key {}", hex(key)),
    }
}

/// A key as people see it.
pub(super) fn hex(key: &[u8]) -> String {
    let mut hex = String::new();
    for byte in key {
        // Writing to a String cannot fail.
        let _ = std::fmt::Write::write_fmt(&mut hex, format_args!("{byte:02x}"));
    }
    hex
}

/// Writes some records as one block.
pub(super) type Encode<'f, T> = &'f dyn Fn(&[T]) -> Result<Vec<u8>, StoreError>;

/// Cuts a list into blocks of at most `most` items and at most [`MAX_PAYLOAD`] bytes; a single item
/// larger than that stays one block. Hands out each block's first place and bytes.
pub(super) fn blocks<T>(items: &[T], most: usize, encode: Encode<'_, T>) -> Result<Vec<(usize, Vec<u8>)>, StoreError> {
    let mut blocks = Vec::new();
    for (number, chunk) in items.chunks(most).enumerate() {
        halve(chunk, number * most, encode, &mut blocks)?;
    }
    Ok(blocks)
}

fn halve<T>(items: &[T], first: usize, encode: Encode<'_, T>, blocks: &mut Vec<(usize, Vec<u8>)>) -> Result<(), StoreError> {
    let bytes = encode(items)?;
    if bytes.len() <= MAX_PAYLOAD || items.len() == 1 {
        blocks.push((first, bytes));
        return Ok(());
    }
    let (left, right) = items.split_at(items.len() / 2);
    halve(left, first, encode, blocks)?;
    halve(right, first + left.len(), encode, blocks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn assemble(rows: &[Row]) -> Vec<u8> {
        let mut whole = Vec::new();
        for (place, (key, value)) in rows.iter().enumerate() {
            let (payload, flags) = open(TreeName::Bodies, key, value).unwrap();
            assert_eq!(flags.last, place + 1 == rows.len());
            assert!(!flags.compressed);
            assert_eq!(split_key(key).unwrap().1 as usize, place);
            whole.extend(payload);
        }
        whole
    }

    #[test]
    fn no_value_is_larger_than_a_row_may_be() {
        for length in [0, 1, MAX_PAYLOAD - 1, MAX_PAYLOAD, MAX_PAYLOAD + 1, 5 * MAX_PAYLOAD, 1_000_000] {
            let payload: Vec<u8> = (0..=250).cycle().take(length).collect();
            let rows = rows(b"key", &payload).unwrap();
            assert!(rows.iter().all(|(_, value)| value.len() <= MAX_VALUE));
            assert_eq!(assemble(&rows), payload);
        }
    }

    #[test]
    fn a_compressed_payload_is_read_as_it_was() {
        for length in [0, 1, 40, 100_000] {
            let payload: Vec<u8> = (0..=250).cycle().take(length).collect();
            let compressed = Compressor::new().unwrap().compress(&payload).unwrap();
            let rows = compressed_rows(b"key", &compressed).unwrap();
            let mut bytes = Vec::new();
            let mut last = None;
            for (key, value) in &rows {
                let (piece, flags) = open(TreeName::Bodies, key, value).unwrap();
                bytes.extend(piece);
                last = Some(flags);
            }
            let last = last.unwrap();
            assert!(last.last && last.compressed);
            assert_eq!(assembled(TreeName::Bodies, b"key", bytes.clone(), last).unwrap(), payload);
            bytes.pop();
            assert!(assembled(TreeName::Bodies, b"key", bytes, last).is_err());
        }
    }

    #[test]
    fn a_flag_that_is_not_known_is_no_row() {
        let (key, value) = row(b"key", 0, LAST | 4, b"payload");
        assert!(open(TreeName::Meta, &key, &value).is_err());
    }

    #[test]
    fn a_record_with_more_pieces_than_can_be_numbered_is_refused() {
        let payload = vec![0; MAX_PAYLOAD * 65_537];
        assert!(matches!(rows(b"key", &payload), Err(StoreError::Refused(_))));
    }

    #[test]
    fn a_value_under_another_key_is_damaged() {
        let row = rows(b"key", b"payload").unwrap().remove(0);
        assert!(open(TreeName::Meta, &row_key(b"kez", 0), &row.1).is_err());
        assert!(open(TreeName::Meta, &row.0, &row.1).is_ok());
    }

    #[test]
    fn blocks_hold_as_many_items_as_fit() {
        let encode = |items: &[usize]| Ok(vec![0; items.iter().sum()]);
        let first_places = |sizes: &[usize]| {
            blocks(sizes, 4, &encode)
                .unwrap()
                .into_iter()
                .map(|block| block.0)
                .collect::<Vec<_>>()
        };
        assert_eq!(first_places(&[1; 9]), [0, 4, 8]);
        assert_eq!(first_places(&[3_000; 4]), [0, 2]);
        assert_eq!(first_places(&[1, 1, 9_000, 1]), [0, 2, 3]);
        assert!(first_places(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn any_changed_bit_is_noticed(payload in proptest::collection::vec(any::<u8>(), 0..200), at in any::<prop::sample::Index>(), bit in 0u8..8) {
            let (key, mut value) = rows(b"key", &payload).unwrap().remove(0);
            let place = at.index(value.len());
            value[place] ^= 1 << bit;
            prop_assert!(open(TreeName::Meta, &key, &value).is_err());
        }

        #[test]
        fn any_bytes_are_opened_without_panic(key in proptest::collection::vec(any::<u8>(), 0..20), value in proptest::collection::vec(any::<u8>(), 0..50)) {
            let _ = open(TreeName::Meta, &key, &value);
        }
    }
}
