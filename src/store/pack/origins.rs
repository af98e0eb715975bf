//! What many pieces of evidence of one value share: where they stand, who says so, who put them in.
//!
//! Each distinct origin stands once; a piece of evidence names it by its place.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use super::Unpacked;
use super::evidence::{asserter_of, tag_of};
use super::numbers::{Column, Lists, ListsUnderWay, Parts, Reading, TextTable, optional};
use super::texts::{Quick, Texts};
use crate::model::{Day, DocumentNumber, Evidence, NodeNumber, Qualifiers};
use crate::store::{FactTable, OriginOutline};

/// The distinct origins of a value under way.
#[derive(Debug, Default)]
pub(super) struct OriginsUnderWay<'t> {
    list: Vec<Origin<'t>>,
    places: HashMap<Origin<'t>, i64, BuildHasherDefault<Quick>>,
    /// For each piece of evidence, the place of its origin less its own: equal numbers when all differ.
    of: Vec<i64>,
    sentences: Vec<i64>,
}

/// Evidence without what is its own: sentence, words, url, confidence and rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Origin<'t> {
    document: i64,
    publisher: i64,
    reported: i64,
    place: i64,
    tag: u8,
    asserter: u32,
    speakers: &'t [NodeNumber],
    qualifiers: &'t Qualifiers,
}

/// A day as a number above 0, which stands for none.
fn day_or_zero(day: Option<Day>) -> i64 {
    day.map_or(0, |day| i64::from(day.0) - i64::from(i32::MIN) + 1)
}

fn zero_or_day(number: i64) -> Unpacked<Option<Day>> {
    if number == 0 {
        return Ok(None);
    }
    let day = number.checked_sub(1).and_then(|number| number.checked_add(i64::from(i32::MIN)));
    day.and_then(|day| i32::try_from(day).ok())
        .map(|day| Some(Day(day)))
        .ok_or_else(|| format!("{number} is no day"))
}

impl<'t> OriginsUnderWay<'t> {
    pub(super) fn push(&mut self, evidence: &'t Evidence, texts: &mut Texts<'t>) {
        let (tag, asserter) = tag_of(evidence);
        let origin = Origin {
            document: optional(evidence.document.map(|number| number.0)),
            publisher: optional(evidence.publisher.as_deref().map(|name| texts.place(name))),
            reported: day_or_zero(evidence.reported),
            place: optional(evidence.place.map(|number| number.0)),
            tag,
            asserter: texts.place(asserter),
            speakers: &evidence.speakers,
            qualifiers: &evidence.qualifiers,
        };
        let place = *self.places.entry(origin).or_insert_with(|| {
            self.list.push(origin);
            place_of(self.list.len() - 1)
        });
        self.of.push(place - place_of(self.of.len()));
        self.sentences.push(optional(evidence.sentence));
    }

    pub(super) fn write(&self, texts: &mut Texts<'t>, parts: &mut Parts) {
        let mut column = |number: fn(&Origin<'t>) -> i64| {
            let numbers: Vec<i64> = self.list.iter().map(number).collect();
            parts.column(&numbers);
        };
        column(|origin| origin.document);
        column(|origin| origin.publisher);
        column(|origin| origin.reported);
        column(|origin| origin.place);
        column(|origin| i64::from(origin.tag));
        column(|origin| i64::from(origin.asserter));
        let mut speakers = ListsUnderWay::default();
        let mut qualifiers = ListsUnderWay::default();
        for origin in &self.list {
            speakers.push(origin.speakers.iter().map(|number| [i64::from(number.0)]));
            qualifiers.push(pairs(origin.qualifiers, texts));
        }
        parts.lists(&speakers);
        parts.lists(&qualifiers);
        parts.column(&self.of);
        parts.column(&self.sentences);
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }
}

/// Qualifiers as places of names and values.
pub(super) fn pairs<'t>(qualifiers: &'t Qualifiers, texts: &mut Texts<'t>) -> impl ExactSizeIterator<Item = [i64; 2]> {
    qualifiers
        .iter()
        .map(move |(name, value)| [i64::from(texts.place(name)), i64::from(texts.place(value))])
}

/// Qualifiers from places of names and values.
pub(super) fn qualifiers(pairs: impl Iterator<Item = Unpacked<[u32; 2]>>, texts: &TextTable<'_>) -> Unpacked<Qualifiers> {
    pairs
        .map(|pair| {
            let [name, value] = pair?;
            Ok((texts.at(name)?.to_owned(), texts.at(value)?.to_owned()))
        })
        .collect()
}

fn place_of(place: usize) -> i64 {
    // No list in memory is longer than an `i64` counts.
    i64::try_from(place).unwrap_or(i64::MAX)
}

/// The distinct origins of a value, and which each piece of evidence has.
#[derive(Debug)]
pub(super) struct Origins<'p> {
    distinct: usize,
    document: Column<'p>,
    publisher: Column<'p>,
    reported: Column<'p>,
    place: Column<'p>,
    tag: Column<'p>,
    asserter: Column<'p>,
    speakers: Lists<'p, 1>,
    qualifiers: Lists<'p, 2>,
    of: Column<'p>,
    sentences: Column<'p>,
}

impl<'p> Origins<'p> {
    /// Reads `distinct` origins of `count` pieces of evidence.
    pub(super) fn read(distinct: usize, count: usize, reading: &mut Reading<'p>) -> Unpacked<Self> {
        if distinct > count {
            return Err("more origins than evidence".to_owned());
        }
        Ok(Self {
            distinct,
            document: reading.column(distinct)?,
            publisher: reading.column(distinct)?,
            reported: reading.column(distinct)?,
            place: reading.column(distinct)?,
            tag: reading.column(distinct)?,
            asserter: reading.column(distinct)?,
            speakers: reading.lists(distinct)?,
            qualifiers: reading.lists(distinct)?,
            of: reading.column(count)?,
            sentences: reading.column(count)?,
        })
    }

    /// The place of the origin that the evidence at a place has.
    pub(super) fn of(&self, place: usize) -> Unpacked<u32> {
        let origin = self.of.at(place)?.checked_add(place_of(place));
        origin
            .and_then(|origin| u32::try_from(origin).ok())
            .ok_or_else(|| "no origin".to_owned())
    }

    /// Puts all origins into a table.
    pub(super) fn outline(&self, table: &mut FactTable, texts: &TextTable<'p>) -> Unpacked<()> {
        let place = |length: usize| u32::try_from(length).map_err(|_| "too many of one value".to_owned());
        let mut met: Vec<([u32; 2], bool)> = Vec::new();
        table.origins.reserve_exact(self.distinct);
        for origin in 0..self.distinct {
            let key = [self.tag.number_at(origin)?, self.asserter.number_at(origin)?];
            // A value has few of them.
            let known = met.iter().position(|(known, _)| *known == key);
            if known.is_none() {
                let [tag, name] = key;
                let (asserter, mirrored) = asserter_of(tag, texts.at(name)?)?;
                table.asserters.push(asserter);
                met.push((key, mirrored));
            }
            let asserter = known.unwrap_or(met.len() - 1);
            let publisher = self.publisher.optional_at(origin)?;
            publisher.map(|place| texts.at(place)).transpose()?;
            let first = place(table.speakers.len())?;
            for speaker in self.speakers.at(origin) {
                let [speaker] = speaker?;
                table.speakers.push(NodeNumber(speaker));
            }
            let qualifiers = qualifiers(self.qualifiers.at(origin), texts)?;
            table.origins.push(OriginOutline {
                document: self.document.optional_at(origin)?.map(DocumentNumber),
                publisher,
                reported: zero_or_day(self.reported.at(origin)?)?,
                speakers: [first, place(table.speakers.len())?],
                place: self.place.optional_at(origin)?.map(NodeNumber),
                qualifiers: if qualifiers.is_empty() {
                    0
                } else {
                    table.qualifiers.push(qualifiers);
                    place(table.qualifiers.len() - 1)?
                },
                asserted_by: place(asserter)?,
                mirrored: met.get(asserter).is_some_and(|(_, mirrored)| *mirrored),
            });
        }
        Ok(())
    }

    /// Evidence of one place, light.
    pub(super) fn evidence(&self, place: usize, texts: &TextTable<'p>) -> Unpacked<Evidence> {
        let origin = self.of(place)? as usize;
        let (asserted_by, mirrored) = asserter_of(self.tag.number_at(origin)?, texts.at(self.asserter.number_at(origin)?)?)?;
        let publisher = self.publisher.optional_at(origin)?;
        let speakers = self.speakers.at(origin).map(|item| item.map(|[number]| NodeNumber(number)));
        Ok(Evidence {
            document: self.document.optional_at(origin)?.map(DocumentNumber),
            publisher: publisher.map(|place| texts.at(place).map(str::to_owned)).transpose()?,
            reported: zero_or_day(self.reported.at(origin)?)?,
            url: None,
            sentence: self.sentences.optional_at(place)?,
            quote: None,
            speakers: speakers.collect::<Unpacked<_>>()?,
            place: self.place.optional_at(origin)?.map(NodeNumber),
            qualifiers: qualifiers(self.qualifiers.at(origin), texts)?,
            confidence: None,
            rule: None,
            asserted_by,
            mirrored,
        })
    }
}
