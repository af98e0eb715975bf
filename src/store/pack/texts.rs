//! The texts of a value, each once, and optional numbers.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Unpacked;
use crate::model::{Qualifiers, ValidTime};

/// A value: its distinct texts, and what refers to them.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::store) struct Block<T> {
    texts: Vec<String>,
    pub(in crate::store) items: Vec<T>,
}

impl<T> Block<T> {
    pub(in crate::store) fn new(texts: Texts, items: Vec<T>) -> Self {
        Self { texts: texts.list, items }
    }

    pub(in crate::store) fn texts(&self) -> Known<'_> {
        Known {
            list: &self.texts,
            shared: HashMap::new(),
            dates: HashMap::new(),
        }
    }
}

/// The distinct texts of a value under way.
#[derive(Debug, Default)]
pub(in crate::store) struct Texts {
    list: Vec<String>,
    places: HashMap<String, u32>,
}

impl Texts {
    pub(super) fn place(&mut self, text: &str) -> u32 {
        if let Some(place) = self.places.get(text) {
            return *place;
        }
        // More than four billion texts do not fit into memory, let alone into a value.
        let place = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        self.list.push(text.to_owned());
        self.places.insert(text.to_owned(), place);
        place
    }

    pub(super) fn optional(&mut self, text: Option<&str>) -> u64 {
        some_or_zero(text.map(|text| self.place(text)))
    }

    pub(super) fn qualifiers(&mut self, qualifiers: &Qualifiers) -> Vec<(u32, u32)> {
        qualifiers
            .iter()
            .map(|(name, value)| (self.place(name), self.place(value)))
            .collect()
    }
}

/// The texts of a value that is read.
#[derive(Debug)]
pub(in crate::store) struct Known<'b> {
    list: &'b [String],
    shared: HashMap<u32, Arc<str>>,
    dates: HashMap<u32, ValidTime>,
}

impl Known<'_> {
    pub(super) fn text(&self, place: u32) -> Unpacked<&str> {
        let found = usize::try_from(place).ok().and_then(|place| self.list.get(place));
        found.map(String::as_str).ok_or_else(|| format!("text {place} is missing"))
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
