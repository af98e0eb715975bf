//! The values of a tree one after another, whatever is wrong with one of them.

use std::iter::Peekable;
use std::ops::Range;

use crate::store::codec::{self, damaged};
use crate::store::keys::TreeName;
use crate::store::migrate::FORMAT_KEY;
use crate::store::trees::{RawRow, Trees};
use crate::store::{StoreError, keys};

/// A value, or why it cannot be read.
pub(super) struct Value {
    /// Its key, without the number of a piece.
    pub(super) key: Vec<u8>,
    pub(super) payload: Result<Vec<u8>, StoreError>,
    /// Everything behind the key is out of reach, and whether it is a key of the tree is not known.
    pub(super) is_end: bool,
}

/// The values of a tree whose keys begin alike, in order. Unlike [`crate::store::trees::Stream`] it goes on behind a
/// value that is damaged. Should sled itself stop, its error is the last value.
pub(super) struct Values {
    tree: TreeName,
    rows: Peekable<Box<dyn Iterator<Item = RawRow>>>,
    last_key: Vec<u8>,
    is_over: bool,
    /// Bytes of keys and values so far.
    pub(super) bytes: u64,
}

impl Values {
    pub(super) fn new(trees: &Trees, tree: TreeName, prefix: &[u8]) -> Result<Self, StoreError> {
        let rows: Box<dyn Iterator<Item = RawRow>> = Box::new(trees.stream(tree, prefix)?.rows());
        Ok(Self {
            tree,
            rows: rows.peekable(),
            last_key: Vec::new(),
            is_over: false,
            bytes: 0,
        })
    }

    /// All pieces of the key that begins with this row, in order, put together.
    fn assemble(&mut self, key: &[u8], row_key: &[u8], value: &[u8]) -> Result<Vec<u8>, StoreError> {
        let mut whole = Whole::new(self.tree, key);
        whole.add(row_key, value);
        let same = |row: &RawRow| matches!(row, Ok((row_key, _)) if codec::split_key(row_key).is_some_and(|(other, _)| other == key));
        while let Some(Ok((row_key, value))) = self.rows.next_if(same) {
            self.bytes += (row_key.len() + value.len()) as u64;
            whole.add(&row_key, &value);
        }
        whole.finish()
    }
}

impl Iterator for Values {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        if self.is_over {
            return None;
        }
        let (row_key, value) = match self.rows.next() {
            Some(Ok(row)) => row,
            None => {
                self.is_over = true;
                return None;
            }
            Some(Err(error)) => {
                // sled gives the same error again and again.
                self.is_over = true;
                return Some(Value {
                    key: self.last_key.clone(),
                    payload: Err(error),
                    is_end: true,
                });
            }
        };
        self.bytes += (row_key.len() + value.len()) as u64;
        if self.tree == TreeName::Meta && row_key == FORMAT_KEY {
            // The one row that has another form, see `migrate`.
            return self.next();
        }
        let Some((key, _)) = codec::split_key(&row_key) else {
            return Some(Value {
                key: row_key.to_vec(),
                payload: Err(damaged(self.tree, &row_key, "a key too short")),
                is_end: false,
            });
        };
        let key = key.to_vec();
        let payload = self.assemble(&key, &row_key, &value);
        self.last_key.clone_from(&key);
        Some(Value {
            key,
            payload,
            is_end: false,
        })
    }
}

/// A payload that is put together from pieces.
struct Whole<'k> {
    tree: TreeName,
    key: &'k [u8],
    bytes: Vec<u8>,
    next: u16,
    last: Option<codec::Flags>,
    wrong: Option<StoreError>,
}

impl<'k> Whole<'k> {
    const fn new(tree: TreeName, key: &'k [u8]) -> Self {
        Self {
            tree,
            key,
            bytes: Vec::new(),
            next: 0,
            last: None,
            wrong: None,
        }
    }

    fn add(&mut self, row_key: &[u8], value: &[u8]) {
        if let Err(error) = self.try_add(row_key, value) {
            self.wrong.get_or_insert(error);
        }
    }

    fn try_add(&mut self, row_key: &[u8], value: &[u8]) -> Result<(), StoreError> {
        let (bytes, flags) = codec::open(self.tree, row_key, value)?;
        if self.last.is_some() {
            // An ontology that was replaced by a shorter one leaves pieces that nobody reads.
            return if self.tree == TreeName::Meta {
                Ok(())
            } else {
                Err(damaged(self.tree, row_key, "a piece behind the last"))
            };
        }
        let piece = codec::split_key(row_key).map(|(_, piece)| piece);
        if piece != Some(self.next) {
            return Err(damaged(self.tree, row_key, format_args!("piece {} is missing", self.next)));
        }
        self.next = self.next.saturating_add(1);
        self.bytes.extend_from_slice(bytes);
        self.last = flags.last.then_some(flags);
        Ok(())
    }

    fn finish(self) -> Result<Vec<u8>, StoreError> {
        match (self.wrong, self.last) {
            (Some(error), _) => Err(error),
            (None, Some(flags)) => codec::assembled(self.tree, self.key, self.bytes, flags),
            (None, None) => Err(damaged(self.tree, self.key, "the last piece is missing")),
        }
    }
}

/// The numbers that a value which cannot be read stands for: its own, or all behind it.
pub(super) fn unread(own: Option<u64>, is_end: bool) -> Range<u64> {
    match own {
        Some(own) if is_end => own.saturating_add(1)..u64::MAX,
        Some(own) => own..own.saturating_add(1),
        None => 0..u64::MAX,
    }
}

/// The revision that is all of a key.
pub(super) fn revision(tree: TreeName, key: &[u8]) -> Result<u64, StoreError> {
    let revision = keys::revision_of(key).filter(|_| key.len() == 8);
    revision.map(|revision| revision.0).ok_or_else(|| no_key(tree, key))
}

/// The fact that is all of a key.
pub(super) fn fact(tree: TreeName, key: &[u8]) -> Result<u32, StoreError> {
    keys::number_of(key).filter(|_| key.len() == 4).ok_or_else(|| no_key(tree, key))
}

pub(super) fn no_key(tree: TreeName, key: &[u8]) -> StoreError {
    damaged(tree, key, "no key of this tree")
}
