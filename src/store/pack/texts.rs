//! The texts of a value, each once, and optional numbers.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Unpacked;
use crate::model::{Qualifiers, ValidTime};

/// A value: its distinct texts, and what refers to them.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::store) struct Block<T, S = String> {
    texts: Vec<S>,
    pub(in crate::store) items: Vec<T>,
}

impl<'t, T> Block<T, &'t str> {
    pub(in crate::store) fn new(texts: Texts<'t>, items: Vec<T>) -> Self {
        Self { texts: texts.list, items }
    }
}

impl<T, S> Block<T, S> {
    pub(in crate::store) fn texts(&self) -> Known<'_, S> {
        Known {
            list: &self.texts,
            shared: HashMap::new(),
            dates: HashMap::new(),
        }
    }
}

/// The distinct texts of a value under way.
#[derive(Debug, Default)]
pub(in crate::store) struct Texts<'t> {
    list: Vec<&'t str>,
    places: HashMap<&'t str, u32, BuildHasherDefault<Quick>>,
}

impl<'t> Texts<'t> {
    pub(super) fn place(&mut self, text: &'t str) -> u32 {
        *self.places.entry(text).or_insert_with(|| {
            self.list.push(text);
            // More than four billion texts do not fit into memory, let alone into a value.
            u32::try_from(self.list.len() - 1).unwrap_or(u32::MAX)
        })
    }

    pub(super) fn optional(&mut self, text: Option<&'t str>) -> u64 {
        some_or_zero(text.map(|text| self.place(text)))
    }

    pub(super) fn qualifiers(&mut self, qualifiers: &'t Qualifiers) -> Vec<(u32, u32)> {
        qualifiers
            .iter()
            .map(|(name, value)| (self.place(name), self.place(value)))
            .collect()
    }

    /// All of them, each at its place.
    pub(super) fn list(&self) -> &[&'t str] {
        &self.list
    }
}

/// A quick hash for tables that live as long as one value is written. Clients choose the texts, but a
/// value holds a few hundred of them at most, so equal hashes cost nothing worth guarding against.
#[derive(Debug, Default)]
pub(super) struct Quick(u64);

impl Quick {
    const fn mix(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
}

impl Hasher for Quick {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks();
        for word in words {
            self.mix(u64::from_le_bytes(*word));
        }
        self.mix(rest.iter().fold(rest.len() as u64, |word, byte| word << 8 | u64::from(*byte)));
    }

    fn write_u32(&mut self, number: u32) {
        self.mix(u64::from(number));
    }

    fn write_u64(&mut self, number: u64) {
        self.mix(number);
    }

    fn finish(&self) -> u64 {
        // The table looks at the high bits and the low ones.
        self.0 ^ self.0 >> 29
    }
}

/// The texts of a value that is read.
#[derive(Debug)]
pub(in crate::store) struct Known<'b, S = String> {
    list: &'b [S],
    shared: HashMap<u32, Arc<str>>,
    dates: HashMap<u32, ValidTime>,
}

impl<S: AsRef<str>> Known<'_, S> {
    pub(super) fn text(&self, place: u32) -> Unpacked<&str> {
        let found = usize::try_from(place).ok().and_then(|place| self.list.get(place));
        found.map(AsRef::as_ref).ok_or_else(|| format!("text {place} is missing"))
    }

    pub(super) fn owned(&self, place: u32) -> Unpacked<String> {
        self.text(place).map(str::to_owned)
    }

    pub(super) fn optional(&self, place: u64) -> Unpacked<Option<String>> {
        zero_or_some(place)?.map(|place| self.owned(place)).transpose()
    }

    pub(super) fn shared(&mut self, place: u32) -> Unpacked<Arc<str>> {
        if let Some(text) = self.shared.get(&place) {
            return Ok(text.clone());
        }
        let text: Arc<str> = self.text(place)?.into();
        self.shared.insert(place, text.clone());
        Ok(text)
    }

    pub(super) fn date(&mut self, place: u32) -> Unpacked<ValidTime> {
        if let Some(date) = self.dates.get(&place) {
            return Ok(date.clone());
        }
        let date: ValidTime = self.text(place)?.parse().map_err(|error| format!("{error}"))?;
        self.dates.insert(place, date.clone());
        Ok(date)
    }

    pub(super) fn qualifiers(&self, places: &[(u32, u32)]) -> Unpacked<Qualifiers> {
        places
            .iter()
            .map(|(name, value)| Ok((self.owned(*name)?, self.owned(*value)?)))
            .collect()
    }
}

pub(super) fn some_or_zero(number: Option<u32>) -> u64 {
    number.map_or(0, |number| u64::from(number) + 1)
}

pub(super) fn zero_or_some(stored: u64) -> Unpacked<Option<u32>> {
    match stored.checked_sub(1) {
        None => Ok(None),
        Some(number) => u32::try_from(number)
            .map(Some)
            .map_err(|_| format!("{number} is no number of a record")),
    }
}
