//! Whole first evidence in `bodies`: of facts whose light evidence in `columns` is not all.
//!
//! A value holds up to 16 pieces, each with how far its fact's number is behind the one in the key, since
//! facts between them may have no body.

use super::numbers::{Column, Parts, Reading, TextTable, optional};
use super::origins::{Origins, OriginsUnderWay};
use super::texts::Texts;
use super::{FORM, Unpacked};
use crate::model::{Evidence, FactNumber, Quote};

/// Evidence of facts in the order of their numbers, as one value under the first one's.
pub(in crate::store) fn pack(evidence: &[(FactNumber, &Evidence)]) -> Vec<u8> {
    let first = evidence.first().map_or(0, |(number, _)| number.0);
    let mut texts = Texts::default();
    let mut origins = OriginsUnderWay::default();
    let mut under_way = UnderWay::default();
    for (number, evidence) in evidence {
        origins.push(evidence, &mut texts);
        under_way.push(number.0.saturating_sub(first), evidence, &mut texts);
    }
    let mut parts = Parts::default();
    parts.bytes(&FORM);
    parts.count(evidence.len());
    parts.count(origins.len());
    for column in under_way.columns() {
        parts.column(column);
    }
    origins.write(&mut texts, &mut parts);
    parts.texts(texts.list());
    parts.into_bytes()
}

/// The columns of a value under way.
#[derive(Debug, Default)]
struct UnderWay {
    behind: Vec<i64>,
    url: Vec<i64>,
    words: Vec<i64>,
    start: Vec<i64>,
    end: Vec<i64>,
    confidence: Vec<i64>,
    rule: Vec<i64>,
}

impl UnderWay {
    fn push<'t>(&mut self, behind: u32, evidence: &'t Evidence, texts: &mut Texts<'t>) {
        self.behind.push(i64::from(behind));
        self.url.push(optional(evidence.url.as_deref().map(|text| texts.place(text))));
        let quote = evidence.quote.as_ref();
        self.words.push(optional(quote.map(|quote| texts.place(&quote.text))));
        self.start.push(optional(quote.and_then(|quote| quote.start)));
        self.end.push(optional(quote.and_then(|quote| quote.end)));
        self.confidence.push(optional(evidence.confidence.map(f32::to_bits)));
        self.rule.push(optional(evidence.rule.as_deref().map(|text| texts.place(text))));
    }

    /// In the order in which they are read.
    fn columns(&self) -> [&[i64]; 7] {
        [
            &self.behind,
            &self.url,
            &self.words,
            &self.start,
            &self.end,
            &self.confidence,
            &self.rule,
        ]
    }
}

/// A value of whole evidence, read where it lies.
#[derive(Debug)]
pub(in crate::store) struct BodyBlock<'p> {
    first: FactNumber,
    count: usize,
    behind: Column<'p>,
    url: Column<'p>,
    words: Column<'p>,
    start: Column<'p>,
    end: Column<'p>,
    confidence: Column<'p>,
    rule: Column<'p>,
    origins: Origins<'p>,
    texts: TextTable<'p>,
}

impl<'p> BodyBlock<'p> {
    /// Reads a payload that begins with [`FORM`]; `first` is the number of its first fact.
    pub(in crate::store) fn read(first: FactNumber, payload: &'p [u8]) -> Unpacked<Self> {
        let mut reading = Reading::new(payload);
        reading.bytes(FORM.len())?;
        let count = reading.count()?;
        let distinct = reading.count()?;
        if count > payload.len() {
            return Err("a count is too large".to_owned());
        }
        let mut column = || reading.column(count);
        let [behind, url, words, start] = [column()?, column()?, column()?, column()?];
        let [end, confidence, rule] = [column()?, column()?, column()?];
        let block = Self {
            first,
            count,
            behind,
            url,
            words,
            start,
            end,
            confidence,
            rule,
            origins: Origins::read(distinct, count, &mut reading)?,
            texts: reading.texts()?,
        };
        reading.end()?;
        Ok(block)
    }

    /// How many pieces of evidence.
    pub(in crate::store) const fn len(&self) -> usize {
        self.count
    }

    /// The fact of a place.
    pub(in crate::store) fn number(&self, place: usize) -> Unpacked<FactNumber> {
        let behind = self.behind.number_at(place)?;
        self.first
            .0
            .checked_add(behind)
            .map(FactNumber)
            .ok_or_else(|| "facts beyond the last number".to_owned())
    }

    /// The place of a fact, when it is one of these.
    pub(in crate::store) fn place_of(&self, fact: FactNumber) -> Unpacked<Option<usize>> {
        for place in 0..self.count {
            if self.number(place)? == fact {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    /// The evidence of a place.
    pub(in crate::store) fn evidence(&self, place: usize) -> Unpacked<Evidence> {
        let text = |column: &Column<'p>| {
            let place = column.optional_at(place)?;
            place.map(|place| self.texts.at(place).map(str::to_owned)).transpose()
        };
        let quote = text(&self.words)?
            .map(|text| {
                Ok::<_, String>(Quote {
                    text,
                    start: self.start.optional_at(place)?,
                    end: self.end.optional_at(place)?,
                })
            })
            .transpose()?;
        Ok(Evidence {
            url: text(&self.url)?,
            quote,
            confidence: self.confidence.optional_at(place)?.map(f32::from_bits),
            rule: text(&self.rule)?,
            ..self.origins.evidence(place, &self.texts)?
        })
    }
}
