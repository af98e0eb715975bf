//! What stands around every value: a version, a checksum over key and value, and pieces.
//!
//! A row's value is `version, flags, payload, crc32c(key, version, flags, payload)`. A payload larger
//! than a row may be is cut into pieces, one row each; the last two bytes of a row's key are the
//! piece's number, and a flag marks the last. So no value passes [`MAX_VALUE`], whatever was put in:
//! sled splits a page by its count of values, and keeps pages above 131,052 bytes in files that it
//! never syncs. Nothing here panics on any bytes.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::StoreError;
use super::keys::TreeName;

/// No value in sled is larger.
pub(super) const MAX_VALUE: usize = 7_000;
/// Bytes of a value that are not payload.
const AROUND: usize = 6;
/// What fits into one row.
pub(super) const MAX_PAYLOAD: usize = MAX_VALUE - AROUND;

/// First byte of every value: another layout of the value takes another version.
const VERSION: u8 = 1;
const LAST: u8 = 1;
/// Bytes of a row's key that number its piece.
pub(super) const PIECE: usize = 2;

/// Key and value as sled gets them.
pub(super) type Row = (Vec<u8>, Vec<u8>);

/// The rows of a payload under a key.
pub(super) fn rows(key: &[u8], payload: &[u8]) -> Result<Vec<Row>, StoreError> {
    let mut chunks = payload.chunks(MAX_PAYLOAD).peekable();
    if chunks.peek().is_none() {
        return Ok(vec![row(key, 0, LAST, &[])]);
    }
    let mut rows = Vec::new();
    let mut number = 0;
    while let Some(chunk) = chunks.next() {
        rows.push(row(key, number, if chunks.peek().is_none() { LAST } else { 0 }, chunk));
        number = number
            .checked_add(1)
            .ok_or_else(|| StoreError::Refused(format!("a record of {} bytes is too large", payload.len())))?;
    }
    Ok(rows)
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

/// The payload of a row, and whether it is the last piece.
pub(super) fn open<'v>(tree: TreeName, row_key: &[u8], value: &'v [u8]) -> Result<(&'v [u8], bool), StoreError> {
    let (content, sum) = value
        .split_last_chunk::<4>()
        .ok_or_else(|| damaged(tree, row_key, "value too short"))?;
    if checksum(row_key, content) != u32::from_le_bytes(*sum) {
        return Err(damaged(tree, row_key, "wrong checksum"));
    }
    match content {
        [VERSION, flags, payload @ ..] => Ok((payload, flags & LAST != 0)),
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
pub(super) fn decode<T: DeserializeOwned>(tree: TreeName, key: &[u8], payload: &[u8]) -> Result<T, StoreError> {
    match postcard::take_from_bytes(payload) {
        Ok((record, [])) => Ok(record),
        Ok(_) => Err(damaged(tree, key, "bytes behind the record")),
        Err(error) => Err(damaged(tree, key, error)),
    }
}

/// An error that names the tree and the key.
pub(super) fn damaged(tree: TreeName, key: &[u8], reason: impl std::fmt::Display) -> StoreError {
    let mut hex = String::new();
    for byte in key {
        // Writing to a String cannot fail.
        let _ = std::fmt::Write::write_fmt(&mut hex, format_args!("{byte:02x}"));
    }
    StoreError::Damaged {
        tree: tree.as_str().to_owned(),
        reason: format!("{reason} at key {hex}"),
    }
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
            let (payload, last) = open(TreeName::Bodies, key, value).unwrap();
            assert_eq!(last, place + 1 == rows.len());
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
