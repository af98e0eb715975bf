//! Facts in `columns`: one value holds them side by side, each kind of number together.
//!
//! The evidence is light: where words, url, confidence or rule belong to it, the fact has a body, which
//! holds all of it (see [`super::bodies`]). Most dates are days or pairs of days and stand as numbers; a
//! date that says more stands as its text. Any fact of a value can be read by itself.

use std::collections::HashMap;
use std::sync::Arc;

use smallvec::SmallVec;

use super::numbers::{Column, Lists, ListsUnderWay, Parts, Reading, TextTable, optional};
use super::origins::{Origins, OriginsUnderWay, pairs, qualifiers};
use super::texts::Texts;
use super::{FORM, Unpacked, is_whole_when_light};
use crate::model::{Day, FactId, FactNumber, Modality, NodeNumber, Polarity, Qualifiers, ValidTime};
use crate::store::{FactOutline, FactRecord, FactTable, ObjectOutline, StoredObject, TimeOutline};

/// Days of years of four digits, the only ones whose text follows from their number.
const PLAIN_DAYS: std::ops::RangeInclusive<i64> = -719_528..=2_932_896;

/// Bytes of a fact's id.
const ID: usize = 10;

/// What a relation leads to, as a number.
const OBJECT_NODE: u32 = 0;
const OBJECT_VALUE: u32 = 1;
const OBJECT_NONE: u32 = 2;

/// How a date stands.
const UNDATED: u32 = 0;
const ON_DAY: u32 = 1;
const DAY_TO_DAY: u32 = 2;
const SINCE_DAY: u32 = 3;
const UNTIL_DAY: u32 = 4;
const AS_TEXT: u32 = 5;

/// Facts whose numbers follow each other, as one value.
pub(in crate::store) fn pack(facts: &[FactRecord]) -> Vec<u8> {
    let mut texts = Texts::default();
    let mut under_way = UnderWay::default();
    let mut identifying = ListsUnderWay::default();
    let mut origins = OriginsUnderWay::default();
    for fact in facts {
        under_way.push(fact, &mut texts);
        identifying.push(pairs(&fact.qualifiers, &mut texts));
        origins.push(&fact.evidence, &mut texts);
    }
    let mut parts = Parts::default();
    parts.bytes(&FORM);
    parts.count(facts.len());
    parts.count(origins.len());
    for fact in facts {
        parts.bytes(&fact.id.to_bytes());
    }
    for column in under_way.columns() {
        parts.column(column);
    }
    parts.lists(&identifying);
    origins.write(&mut texts, &mut parts);
    parts.texts(texts.list());
    parts.into_bytes()
}

/// The columns of a value under way.
#[derive(Debug, Default)]
struct UnderWay {
    subject: Vec<i64>,
    relation: Vec<i64>,
    object_kind: Vec<i64>,
    object: Vec<i64>,
    time_kind: Vec<i64>,
    time: Vec<i64>,
    time_length: Vec<i64>,
    mood: Vec<i64>,
    supersedes: Vec<i64>,
    has_body: Vec<i64>,
}

impl UnderWay {
    fn push<'t>(&mut self, fact: &'t FactRecord, texts: &mut Texts<'t>) {
        self.subject.push(i64::from(fact.subject.0));
        self.relation.push(i64::from(texts.place(&fact.relation)));
        let (kind, object) = match &fact.object {
            StoredObject::Node(number) => (OBJECT_NODE, number.0),
            StoredObject::Value(text) => (OBJECT_VALUE, texts.place(text)),
            StoredObject::None => (OBJECT_NONE, 0),
        };
        self.object_kind.push(i64::from(kind));
        self.object.push(i64::from(object));
        let (kind, time, length) = fact.valid.as_ref().map_or((UNDATED, 0, 0), |time| pack_time(time, texts));
        self.time_kind.push(i64::from(kind));
        self.time.push(time);
        self.time_length.push(length);
        self.mood.push(i64::from(pack_mood(fact.modality, fact.polarity)));
        self.supersedes.push(optional(fact.supersedes.map(|number| number.0)));
        self.has_body.push(i64::from(!is_whole_when_light(&fact.evidence)));
    }

    /// In the order in which they are read.
    fn columns(&self) -> [&[i64]; 10] {
        [
            &self.subject,
            &self.relation,
            &self.object_kind,
            &self.object,
            &self.time_kind,
            &self.time,
            &self.time_length,
            &self.mood,
            &self.supersedes,
            &self.has_body,
        ]
    }
}

/// Kind, first day or place of the text, and days from the first to the last.
fn pack_time<'t>(time: &'t ValidTime, texts: &mut Texts<'t>) -> (u32, i64, i64) {
    let text = time.as_str();
    let days = (time.first_day(), time.last_day());
    match (text.split_once('/'), days) {
        (None, (Some(Day(day)), _)) if is_plain_day(text) => (ON_DAY, i64::from(day), 0),
        (Some((start, end)), (Some(Day(first)), Some(Day(last)))) if is_plain_day(start) && is_plain_day(end) => {
            (DAY_TO_DAY, i64::from(first), i64::from(last) - i64::from(first))
        }
        (Some((start, "..")), (Some(Day(first)), None)) if is_plain_day(start) => (SINCE_DAY, i64::from(first), 0),
        (Some(("..", end)), (None, Some(Day(last)))) if is_plain_day(end) => (UNTIL_DAY, i64::from(last), 0),
        _ => (AS_TEXT, i64::from(texts.place(text)), 0),
    }
}

/// Whether a text is a day as [`Day`] prints one of the years 0 to 9999.
const fn is_plain_day(text: &str) -> bool {
    matches!(
        text.as_bytes(),
        [
            b'0'..=b'9',
            b'0'..=b'9',
            b'0'..=b'9',
            b'0'..=b'9',
            b'-',
            b'0'..=b'9',
            b'0'..=b'9',
            b'-',
            b'0'..=b'9',
            b'0'..=b'9'
        ]
    )
}

/// A set bit says that the fact is told not to be so.
const NEGATED: u8 = 4;

const fn pack_mood(modality: Modality, polarity: Polarity) -> u8 {
    let modality = match modality {
        Modality::Asserted => 0,
        Modality::Intended => 1,
        Modality::Requested => 2,
        Modality::Possible => 3,
    };
    match polarity {
        Polarity::Affirmed => modality,
        Polarity::Negated => modality | NEGATED,
    }
}

pub(super) fn unpack_mood(mood: u32) -> Unpacked<(Modality, Polarity)> {
    let polarity = if mood & u32::from(NEGATED) == 0 {
        Polarity::Affirmed
    } else {
        Polarity::Negated
    };
    let modality = match mood & !u32::from(NEGATED) {
        0 => Modality::Asserted,
        1 => Modality::Intended,
        2 => Modality::Requested,
        3 => Modality::Possible,
        other => return Err(format!("{other} is no mood")),
    };
    Ok((modality, polarity))
}

/// A value of facts, read where it lies.
#[derive(Debug)]
pub(in crate::store) struct FactBlock<'p> {
    first: FactNumber,
    texts: TextTable<'p>,
    ids: &'p [[u8; ID]],
    subject: Column<'p>,
    relation: Column<'p>,
    object_kind: Column<'p>,
    object: Column<'p>,
    time_kind: Column<'p>,
    time: Column<'p>,
    time_length: Column<'p>,
    mood: Column<'p>,
    supersedes: Column<'p>,
    has_body: Column<'p>,
    qualifiers: Lists<'p, 2>,
    origins: Origins<'p>,
}

impl<'p> FactBlock<'p> {
    /// Reads a payload that begins with [`FORM`]; `first` is the number of its first fact.
    pub(in crate::store) fn read(first: FactNumber, payload: &'p [u8]) -> Unpacked<Self> {
        let mut reading = Reading::new(payload);
        reading.bytes(FORM.len())?;
        let count = reading.count()?;
        let distinct = reading.count()?;
        let ids = reading.bytes(count.checked_mul(ID).ok_or("a count is too large")?)?.as_chunks().0;
        if u32::try_from(count).ok().and_then(|count| first.0.checked_add(count)).is_none() {
            return Err("facts beyond the last number".to_owned());
        }
        let mut column = || reading.column(count);
        let [subject, relation, object_kind, object, time_kind] = [column()?, column()?, column()?, column()?, column()?];
        let [time, time_length, mood, supersedes, has_body] = [column()?, column()?, column()?, column()?, column()?];
        let block = Self {
            first,
            ids,
            subject,
            relation,
            object_kind,
            object,
            time_kind,
            time,
            time_length,
            mood,
            supersedes,
            has_body,
            qualifiers: reading.lists(count)?,
            origins: Origins::read(distinct, count, &mut reading)?,
            texts: reading.texts()?,
        };
        reading.end()?;
        Ok(block)
    }

    /// How many facts.
    pub(in crate::store) const fn len(&self) -> usize {
        self.ids.len()
    }

    /// The place of a fact, when it is one of these.
    pub(in crate::store) fn place_of(&self, fact: FactNumber) -> Option<usize> {
        let place = fact.0.checked_sub(self.first.0)? as usize;
        (place < self.len()).then_some(place)
    }

    /// Whether the evidence of the fact at a place is whole only in `bodies`.
    pub(in crate::store) fn has_body(&self, place: usize) -> Unpacked<bool> {
        Ok(self.has_body.at(place)? != 0)
    }

    /// The first evidence of the fact at a place, light.
    pub(in crate::store) fn evidence(&self, place: usize) -> Unpacked<crate::model::Evidence> {
        self.origins.evidence(place, &self.texts)
    }

    /// The fact at a place, its evidence light.
    pub(in crate::store) fn fact(&self, place: usize, seen: &mut Seen) -> Unpacked<FactRecord> {
        let (modality, polarity) = unpack_mood(self.mood.number_at(place)?)?;
        let id = self.ids.get(place).copied().ok_or("no such fact in the value")?;
        let number = u32::try_from(place).ok().and_then(|place| self.first.0.checked_add(place));
        Ok(FactRecord {
            number: number.map(FactNumber).ok_or("facts beyond the last number")?,
            id: FactId::from_bytes(id),
            subject: NodeNumber(self.subject.number_at(place)?),
            relation: self.shared(self.relation.number_at(place)?, seen)?,
            object: match self.object_kind.number_at(place)? {
                OBJECT_NODE => StoredObject::Node(NodeNumber(self.object.number_at(place)?)),
                OBJECT_VALUE => StoredObject::Value(self.shared(self.object.number_at(place)?, seen)?),
                OBJECT_NONE => StoredObject::None,
                kind => return Err(format!("{kind} is no kind of object")),
            },
            valid: self.time(place, seen)?,
            modality,
            polarity,
            qualifiers: qualifiers(self.qualifiers.at(place), &self.texts)?,
            supersedes: self.supersedes.optional_at(place)?.map(FactNumber),
            evidence: self.evidence(place)?,
        })
    }

    /// All facts as numbers, their evidence light.
    pub(in crate::store) fn table(&self) -> Unpacked<FactTable> {
        let mut table = FactTable {
            first: self.first,
            facts: Vec::with_capacity(self.len()),
            origins: Vec::new(),
            asserters: Vec::new(),
            qualifiers: vec![Qualifiers::new()],
            times: Vec::new(),
            speakers: Vec::new(),
            texts: self.texts.all()?,
        };
        self.origins.outline(&mut table, &self.texts)?;
        let mut met = Met::default();
        for place in 0..self.len() {
            let outline = self.outline(place, &mut table, &mut met)?;
            table.facts.push(outline);
        }
        Ok(table)
    }

    fn outline(&self, place: usize, table: &mut FactTable, met: &mut Met) -> Unpacked<FactOutline> {
        let (modality, polarity) = unpack_mood(self.mood.number_at(place)?)?;
        let id = self.ids.get(place).copied().ok_or("no such fact in the value")?;
        let text = |place: u32| {
            let is_there = (place as usize) < table.texts();
            is_there.then_some(place).ok_or_else(|| format!("text {place} is missing"))
        };
        let origin = self.origins.of(place)?;
        if origin as usize >= table.origins.len() {
            return Err("no origin".to_owned());
        }
        Ok(FactOutline {
            id: FactId::from_bytes(id),
            subject: NodeNumber(self.subject.number_at(place)?),
            relation: text(self.relation.number_at(place)?)?,
            object: match self.object_kind.number_at(place)? {
                OBJECT_NODE => ObjectOutline::Node(NodeNumber(self.object.number_at(place)?)),
                OBJECT_VALUE => ObjectOutline::Value(text(self.object.number_at(place)?)?),
                OBJECT_NONE => ObjectOutline::None,
                kind => return Err(format!("{kind} is no kind of object")),
            },
            valid: self.time_outline(place, table, met)?,
            modality,
            polarity,
            qualifiers: self.qualifiers_outline(place, table, met)?,
            origin,
            supersedes: self.supersedes.optional_at(place)?.map(FactNumber),
        })
    }

    fn time_outline(&self, place: usize, table: &mut FactTable, met: &mut Met) -> Unpacked<TimeOutline> {
        let (kind, time, length) = (self.time_kind.number_at(place)?, self.time.at(place)?, self.time_length.at(place)?);
        let plain = |number: i64| {
            let day = PLAIN_DAYS.contains(&number).then(|| i32::try_from(number).ok()).flatten();
            day.map(Day)
        };
        match (kind, plain(time)) {
            (UNDATED, _) => return Ok(TimeOutline::None),
            (ON_DAY, Some(day)) => return Ok(TimeOutline::On(day)),
            (SINCE_DAY, Some(day)) => return Ok(TimeOutline::From(day)),
            (UNTIL_DAY, Some(day)) => return Ok(TimeOutline::UpTo(day)),
            (DAY_TO_DAY, Some(first)) if length >= 0 => {
                if let Some(last) = plain(time.saturating_add(length)) {
                    return Ok(TimeOutline::Between(first, last));
                }
            }
            _ => {}
        }
        let key = (kind, time, length);
        if let Some(known) = met.times.get(&key) {
            return Ok(TimeOutline::Other(*known));
        }
        let known = place_of_next(&table.times);
        table.times.push(self.read_time(key)?);
        met.times.insert(key, known);
        Ok(TimeOutline::Other(known))
    }

    /// The place of the fact's qualifiers in the table. The first are none at all.
    fn qualifiers_outline(&self, place: usize, table: &mut FactTable, met: &mut Met) -> Unpacked<u32> {
        let pairs: SmallVec<[[u32; 2]; 4]> = self.qualifiers.at(place).collect::<Unpacked<_>>()?;
        if pairs.is_empty() {
            return Ok(0);
        }
        if let Some(known) = met.qualifiers.get(&pairs) {
            return Ok(*known);
        }
        let known = place_of_next(&table.qualifiers);
        table.qualifiers.push(qualifiers(pairs.iter().copied().map(Ok), &self.texts)?);
        met.qualifiers.insert(pairs, known);
        Ok(known)
    }

    fn shared(&self, place: u32, seen: &mut Seen) -> Unpacked<Arc<str>> {
        if let Some(text) = seen.texts.get(&place) {
            return Ok(text.clone());
        }
        let text: Arc<str> = self.texts.at(place)?.into();
        seen.texts.insert(place, text.clone());
        Ok(text)
    }

    fn time(&self, place: usize, seen: &mut Seen) -> Unpacked<Option<ValidTime>> {
        let kind = self.time_kind.number_at(place)?;
        if kind == UNDATED {
            return Ok(None);
        }
        let key = (kind, self.time.at(place)?, self.time_length.at(place)?);
        if let Some(time) = seen.times.get(&key) {
            return Ok(Some(time.clone()));
        }
        let time = self.read_time(key)?;
        seen.times.insert(key, time.clone());
        Ok(Some(time))
    }

    fn read_time(&self, (kind, time, length): (u32, i64, i64)) -> Unpacked<ValidTime> {
        let day = |number: i64| i32::try_from(number).map(Day).map_err(|_| format!("{number} is no day"));
        let text = match kind {
            ON_DAY => day(time)?.to_string(),
            DAY_TO_DAY => format!("{}/{}", day(time)?, day(time.saturating_add(length))?),
            SINCE_DAY => format!("{}/..", day(time)?),
            UNTIL_DAY => format!("../{}", day(time)?),
            AS_TEXT => {
                let place = u32::try_from(time).map_err(|_| format!("text {time} is missing"))?;
                self.texts.at(place)?.to_owned()
            }
            kind => return Err(format!("{kind} is no kind of date")),
        };
        text.parse().map_err(|error| format!("{error}"))
    }
}

/// Where things stand in a table under way that several facts may have.
#[derive(Debug, Default)]
struct Met {
    times: HashMap<(u32, i64, i64), u32>,
    qualifiers: HashMap<SmallVec<[[u32; 2]; 4]>, u32>,
}

fn place_of_next<T>(list: &[T]) -> u32 {
    // No value has so many facts.
    u32::try_from(list.len()).unwrap_or(u32::MAX)
}

/// What was read of one value so far and is shared by its facts.
#[derive(Debug, Default)]
pub(in crate::store) struct Seen {
    texts: HashMap<u32, Arc<str>>,
    times: HashMap<(u32, i64, i64), ValidTime>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_read_as_it_was_written() {
        for text in [
            "2017-11-22",
            "0000-02-29",
            "9999-12-31",
            "2017-11-22/2017-11-22",
            "2016-01-01/2017-12-31",
            "2017-11-22/..",
            "../2017-11-22",
            "2017-11-22/",
            "/2017-11-22",
            "2017-11-22?",
            "2017-11",
            "2017",
            "2017-33",
            "-0044-03-15",
            "1985-04-XX",
            "Y12000",
            "2017-11/2017-11-22",
            "2017-11-22/2017-11-24~",
        ] {
            let time: ValidTime = text.parse().unwrap();
            let mut texts = Texts::default();
            let (kind, first, length) = pack_time(&time, &mut texts);
            let mut parts = Parts::default();
            parts.texts(texts.list());
            let bytes = parts.into_bytes();
            let block = FactBlock {
                texts: Reading::new(&bytes).texts().unwrap(),
                ..empty()
            };
            assert_eq!(block.read_time((kind, first, length)).unwrap().as_str(), text);
            assert_eq!(kind == AS_TEXT, !texts.list().is_empty(), "{text}");
        }
    }

    fn empty() -> FactBlock<'static> {
        FactBlock::read(FactNumber(0), Box::leak(pack(&[]).into_boxed_slice())).unwrap()
    }
}
