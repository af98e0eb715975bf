//! Facts by number: their content as rows of small numbers, beside tables of distinct times, values and qualifiers.
//!
//! A row takes some 9 B (`packed`); the id, which is a digest and packs no better than it is, has a column of
//! its own. A number whose fact cannot be read here has a row too, of no shape.

use std::ops::Range;
use std::sync::Arc;

use rpds::HashTrieMapSync;
use smallvec::SmallVec;

use super::bits::Bits;
use super::chunked::Column;
use super::claims::{Claim, claim_of};
use super::evidence::Origin;
use super::hashed::{HashIndex, hash_of};
use super::interned::Interned;
use super::memory::{COUNTS, Memory, map_bytes, of_texts};
use super::packed::Packed;
use super::valid::{self, ValidRef, ValidTimes};
use crate::model::time::Span;
use crate::model::{Day, FactId, FactNumber, Modality, NodeNumber, Polarity, Qualifiers, ValidTime};
use crate::ontology::{Kind, RelationNumber};
use crate::store::{FactRecord, StoredObject};

/// What a fact leads to: a node, or the number of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum ObjectEntry {
    Node(NodeNumber),
    Value(u32),
    None,
}

/// One fact without its id. `origin` is that of its first evidence.
#[derive(Clone, Copy, Debug)]
pub(super) struct FactEntry {
    pub(super) subject: NodeNumber,
    pub(super) object: ObjectEntry,
    pub(super) relation: RelationNumber,
    pub(super) modality: Modality,
    pub(super) polarity: Polarity,
    pub(super) kind: Kind,
    pub(super) valid: valid::Entry,
    pub(super) origin: Origin,
    pub(super) qualifiers: u32,
}

/// What many facts have in common: all of a fact that has few values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shape {
    relation: RelationNumber,
    modality: Modality,
    polarity: Polarity,
    kind: Kind,
    leads_to: LeadsTo,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LeadsTo {
    Node,
    Value,
    Nothing,
}

impl Shape {
    /// All of it in one number, as small as the relation's allows.
    const fn code(self) -> usize {
        let relation = self.relation.0 as usize;
        let flags = (self.modality as usize) << 4 | (self.polarity as usize) << 3 | (self.kind as usize) << 2 | self.leads_to as usize;
        relation << 6 | flags
    }
}

/// Shapes by number, in the order in which they first came, from 1.
#[derive(Clone, Debug, Default)]
struct Shapes {
    list: Arc<Vec<Shape>>,
    /// By code; 0 where there is none yet.
    numbers: Arc<Vec<u32>>,
}

impl Shapes {
    fn number(&mut self, shape: Shape) -> u32 {
        let code = shape.code();
        if let Some(number) = self.numbers.get(code).filter(|number| **number > 0) {
            return *number;
        }
        let list = Arc::make_mut(&mut self.list);
        list.push(shape);
        // A relation's number has 16 bits and what stands beside it 6.
        let number = u32::try_from(list.len()).unwrap_or(u32::MAX);
        let numbers = Arc::make_mut(&mut self.numbers);
        numbers.resize(numbers.len().max(code + 1), 0);
        if let Some(slot) = numbers.get_mut(code) {
            *slot = number;
        }
        number
    }

    fn get(&self, number: u32) -> Option<&Shape> {
        self.list.get((number as usize).checked_sub(1)?)
    }

    fn bytes(&self) -> usize {
        self.list.capacity() * size_of::<Shape>() + self.numbers.capacity() * size_of::<u32>()
    }
}

/// The numbers of a row: subject; object or value; shape, 0 for a fact that cannot be read here; day
/// and form of the valid time; provenance; report day; qualifiers.
type Row = [u32; 8];
const SUBJECT: usize = 0;
const OBJECT: usize = 1;
const SHAPE: usize = 2;
const DAY: usize = 3;
const FORM: usize = 4;
const REPORTED: usize = 6;

/// All facts.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    rows: Packed<8>,
    ids: Column<FactId>,
    shapes: Shapes,
    times: ValidTimes,
    values: Interned<Arc<str>>,
    qualifiers: Interned<Arc<Qualifiers>>,
    by_id: HashIndex,
    /// From a claim to its facts, where the object is no node.
    by_claim: HashIndex,
    /// Facts that may share their claim with another; all others are alone in it.
    crowded: Bits,
    /// From a fact to the one it corrects.
    supersedes: HashTrieMapSync<FactNumber, FactNumber>,
    /// From a fact to those that correct it, oldest first.
    superseded: HashTrieMapSync<FactNumber, SmallVec<[FactNumber; 2]>>,
}

impl Facts {
    /// Takes in a new fact.
    pub(super) fn record(&mut self, record: &FactRecord, relation: RelationNumber, kind: Kind, origin: Origin) -> FactEntry {
        let entry = FactEntry {
            subject: record.subject,
            object: match &record.object {
                StoredObject::Node(number) => ObjectEntry::Node(*number),
                StoredObject::Value(text) => ObjectEntry::Value(self.value_number(text)),
                StoredObject::None => ObjectEntry::None,
            },
            relation,
            modality: record.modality,
            polarity: record.polarity,
            kind,
            valid: match &record.valid {
                Some(time) => self.time(time),
                None => self.no_time(),
            },
            origin,
            qualifiers: self.qualifiers_number(&record.qualifiers),
        };
        self.push(&entry, record.id);
        if let Some(claim) = Self::claim_key(&entry) {
            self.by_claim.insert(claim, record.number.0);
        }
        self.by_id.insert(prefix(record.id), record.number.0);
        if let Some(old) = record.supersedes {
            self.correct(record.number, old);
        }
        entry
    }

    /// Puts a fact behind all others. Its id and its claim are not found before [`Facts::put_indexes`].
    pub(super) fn push(&mut self, entry: &FactEntry, id: FactId) {
        let before = self.rows.last().unwrap_or_default();
        let row = self.packed(entry, before);
        self.rows.push(row);
        self.ids.push(id);
    }

    /// Notes that one fact corrects another.
    pub(super) fn correct(&mut self, number: FactNumber, old: FactNumber) {
        self.supersedes.insert_mut(number, old);
        let mut by = self.superseded.get(&old).cloned().unwrap_or_default();
        by.push(number);
        self.superseded.insert_mut(old, by);
    }

    /// The number of a plain value.
    pub(super) fn value_number(&mut self, text: &str) -> u32 {
        self.values.intern(text, |text| Arc::from(text))
    }

    /// The number of a set of identifying qualifiers.
    pub(super) fn qualifiers_number(&mut self, qualifiers: &Qualifiers) -> u32 {
        self.qualifiers.intern(qualifiers, |known| Arc::new(known.clone()))
    }

    /// How a fact holds a time.
    pub(super) fn time(&mut self, time: &ValidTime) -> valid::Entry {
        self.times.entry(time)
    }

    /// How the next fact holds no time.
    pub(super) fn no_time(&self) -> valid::Entry {
        valid::Entry::none(self.last(DAY))
    }

    /// Facts whose claim may have this hash, where the object is no node.
    pub(super) fn of_claim(&self, hash: u64) -> impl Iterator<Item = FactNumber> {
        self.by_claim.get(hash).map(FactNumber)
    }

    /// All ids of facts that can be read, indexed.
    pub(super) fn ids_indexed(&self) -> HashIndex {
        let all = || (0..).zip(self.rows.iter_numbers(0..self.len(), [SHAPE])).zip(self.ids.iter());
        let readable = move || all().filter(|((_, [shape]), _)| *shape > 0);
        HashIndex::of(move || readable().map(|((number, _), id)| (prefix(*id), number)))
    }

    /// Whether another fact, known or not, may be of the same claim.
    #[inline]
    pub(super) fn is_crowded(&self, number: FactNumber) -> bool {
        self.crowded.has(number.index())
    }

    /// Notes that another fact is of the same claim.
    pub(super) fn crowd(&mut self, number: FactNumber) {
        self.crowded.set(number.index());
    }

    /// Finds the facts that share their claim, all at once.
    ///
    /// By half a hash, sorted: a fact in some hundreds, in a store of ten million, is taken for crowded and is alone. Dealt
    /// out and sorted they are looked at one after another, where a table of hashes would be a walk through all memory.
    pub(super) fn crowded_at_once(&self) -> Bits {
        let claims = || {
            self.iter(0..self.len())
                .map(|(number, entry, _)| (mix(&claim_of(&entry)), number.0))
        };
        let mut crowded = Bits::default();
        HashIndex::of(claims).each_shared(|number| crowded.set(number as usize));
        crowded
    }

    /// Takes what [`Facts::crowded_at_once`] found.
    pub(super) fn put_crowded(&mut self, crowded: Bits) {
        self.crowded = crowded;
    }

    /// By what the claim of a fact is found, where the object is no node.
    pub(super) fn claim_key(entry: &FactEntry) -> Option<u64> {
        let has_list = matches!(entry.object, ObjectEntry::Node(_));
        (!has_list).then(|| hash_of(&claim_of(entry)))
    }

    /// Takes what [`Facts::ids_indexed`] made, and the index of claims.
    pub(super) fn put_indexes(&mut self, ids: HashIndex, claims: HashIndex) {
        (self.by_id, self.by_claim) = (ids, claims);
    }

    /// Leaves a number empty: its fact cannot be read here.
    pub(super) fn withhold(&mut self, number: usize) {
        while self.len() <= number {
            let mut row = self.rows.last().unwrap_or_default();
            (row[SHAPE], row[FORM]) = (0, valid::NONE);
            self.rows.push(row);
            self.ids.push(FactId::from_bytes([0; 10]));
        }
    }

    /// An entry as a row. A number that says nothing repeats the row before, so that it takes no bits.
    fn packed(&mut self, entry: &FactEntry, [_, object_before, ..]: Row) -> Row {
        let (leads_to, object) = match entry.object {
            ObjectEntry::Node(number) => (LeadsTo::Node, number.0),
            ObjectEntry::Value(number) => (LeadsTo::Value, number),
            ObjectEntry::None => (LeadsTo::Nothing, object_before),
        };
        let shape = Shape {
            relation: entry.relation,
            modality: entry.modality,
            polarity: entry.polarity,
            kind: entry.kind,
            leads_to,
        };
        let shape = self.shapes.number(shape);
        let valid::Entry { day, form } = entry.valid;
        let Origin { provenance, day: reported } = entry.origin;
        let (subject, reported) = (entry.subject.0, valid::biased(reported.0));
        [subject, object, shape, day, form, provenance, reported, entry.qualifiers]
    }

    #[inline]
    fn unpacked(&self, row: Row) -> Option<FactEntry> {
        let [subject, object, shape, day, form, provenance, reported, qualifiers] = row;
        let shape = self.shapes.get(shape)?;
        Some(FactEntry {
            subject: NodeNumber(subject),
            object: match shape.leads_to {
                LeadsTo::Node => ObjectEntry::Node(NodeNumber(object)),
                LeadsTo::Value => ObjectEntry::Value(object),
                LeadsTo::Nothing => ObjectEntry::None,
            },
            relation: shape.relation,
            modality: shape.modality,
            polarity: shape.polarity,
            kind: shape.kind,
            valid: valid::Entry { day, form },
            origin: Origin {
                provenance,
                day: Day(valid::unbiased(reported)),
            },
            qualifiers,
        })
    }

    /// The report day of the newest fact, whether it says anything or not.
    pub(super) fn last_reported(&self) -> Day {
        if self.len() == 0 {
            return Day(0);
        }
        Day(valid::unbiased(self.last(REPORTED)))
    }

    /// A number of the newest row; 0 when there is none.
    fn last(&self, column: usize) -> u32 {
        let last = self.len().checked_sub(1).and_then(|last| self.rows.numbers(last, [column]));
        last.map_or(0, |[number]| number)
    }

    /// How many have a number.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The fact of a number; `None` for one that cannot be read here: lost, or of an unknown relation.
    pub(super) fn get(&self, number: FactNumber) -> Option<FactEntry> {
        self.unpacked(self.rows.row(number.index())?)
    }

    /// Facts that can be read, with their ids, by number: far quicker than one by one.
    pub(super) fn iter(&self, numbers: Range<usize>) -> impl Iterator<Item = (FactNumber, FactEntry, FactId)> {
        let first = u32::try_from(numbers.start).unwrap_or(u32::MAX);
        let ids = self.ids.range(numbers.clone());
        let rows = (first..).map(FactNumber).zip(self.rows.iter(numbers)).zip(ids);
        rows.filter_map(|((number, row), id)| Some((number, self.unpacked(row)?, *id)))
    }

    /// Subject and object node of facts that can be read; no object when it is the subject again.
    pub(super) fn ends(&self, numbers: Range<usize>) -> impl Iterator<Item = (NodeNumber, Option<NodeNumber>)> {
        let rows = self.rows.iter_numbers(numbers, [SUBJECT, OBJECT, SHAPE]);
        rows.filter_map(|[subject, object, shape]| {
            let leads_to_node = self.shapes.get(shape)?.leads_to == LeadsTo::Node;
            let object = (leads_to_node && object != subject).then_some(NodeNumber(object));
            Some((NodeNumber(subject), object))
        })
    }

    /// When each fact that can be read held, in days, and its id.
    pub(super) fn spans(&self) -> impl Iterator<Item = (FactNumber, Option<Span>, FactId)> {
        let rows = (0..).map(FactNumber).zip(self.rows.iter_numbers(0..self.len(), [SHAPE, DAY, FORM]));
        let readable = rows.zip(self.ids.iter()).filter(|((_, [shape, ..]), _)| *shape > 0);
        readable.map(|((number, [_, day, form]), id)| {
            let span = self.times.get(valid::Entry { day, form }).map(|valid| valid.span());
            (number, span, *id)
        })
    }

    /// The id of the fact of a number, which [`Self::get`] must know.
    #[inline]
    pub(super) fn id(&self, number: FactNumber) -> Option<FactId> {
        self.ids.get(number.index()).copied()
    }

    /// Reads a little of a fact's row and of its id, to have them at hand.
    #[inline]
    pub(super) fn touch(&self, number: FactNumber) -> u64 {
        let id = self.id(number).map_or(0, |id| u64::from(id.to_bytes()[0]));
        self.rows.touch(number.index()) ^ id
    }

    /// When the fact of a number held, in days.
    #[inline]
    pub(super) fn span_of(&self, number: FactNumber) -> Option<Span> {
        let [day, form] = self.rows.numbers(number.index(), [DAY, FORM])?;
        self.times.get(valid::Entry { day, form }).map(|valid| valid.span())
    }

    /// The fact of an id.
    pub(super) fn by_id(&self, id: FactId) -> Option<FactNumber> {
        self.by_id
            .get(prefix(id))
            .map(FactNumber)
            .find(|number| self.id(*number) == Some(id))
    }

    /// When it held, in days.
    pub(super) fn span(&self, entry: &FactEntry) -> Option<Span> {
        self.valid(entry).map(|valid| valid.span())
    }

    /// When it held.
    pub(super) fn valid(&self, entry: &FactEntry) -> Option<ValidRef<'_>> {
        self.times.get(entry.valid)
    }

    /// A plain value.
    pub(super) fn value(&self, number: u32) -> &str {
        self.values.get(number).map_or("", |text| text)
    }

    /// Identifying qualifiers.
    pub(super) fn qualifiers(&self, number: u32) -> &Qualifiers {
        static NONE: Qualifiers = Qualifiers::new();
        self.qualifiers.get(number).map_or(&NONE, |known| known)
    }

    /// The fact that this one corrects.
    pub(super) fn supersedes(&self, number: FactNumber) -> Option<FactNumber> {
        self.supersedes.get(&number).copied()
    }

    /// Facts that correct this one, newest first.
    pub(super) fn superseded_by(&self, number: FactNumber) -> impl Iterator<Item = FactNumber> {
        self.superseded.get(&number).into_iter().flatten().rev().copied()
    }

    /// Counts the bytes that they take.
    pub(super) fn measure(&self, memory: &mut Memory) {
        const CORRECTED: usize = size_of::<(FactNumber, SmallVec<[FactNumber; 2]>)>() + size_of::<(FactNumber, FactNumber)>();
        memory.facts += self.rows.bytes() + self.shapes.bytes() + map_bytes(self.supersedes.size(), CORRECTED);
        memory.values += self.times.bytes()
            + self.values.bytes(|text| COUNTS + text.len())
            + self.qualifiers.bytes(|known| COUNTS + size_of::<Qualifiers>() + of_texts(known));
        memory.facts += self.crowded.bytes();
        memory.fact_ids += self.ids.bytes();
        memory.fact_index += self.by_id.bytes() + self.by_claim.bytes();
    }

    /// Merges the indexes' runs.
    pub(super) fn merge(&mut self) {
        self.by_id.merge();
        self.by_claim.merge();
        self.times.merge();
        self.values.merge();
        self.qualifiers.merge();
    }
}

/// The part of an id that the index holds.
fn prefix(id: FactId) -> u64 {
    id.to_bytes().iter().take(8).fold(0, |bits, byte| (bits << 8) | u64::from(*byte))
}

/// A quick hash of a claim: the finisher of `SplitMix64` (Steele, Lea and Flood, 2014) over its numbers.
fn mix((subject, relation, object, modality, polarity, qualifiers): &Claim) -> u64 {
    let object = match object {
        ObjectEntry::Node(node) => u64::from(node.0) << 2,
        ObjectEntry::Value(value) => u64::from(*value) << 2 | 1,
        ObjectEntry::None => 2,
    };
    let ends = u64::from(subject.0).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ object;
    let rest = u64::from(relation.0) << 40 | u64::from(*qualifiers) << 8 | (*modality as u64) << 1 | *polarity as u64;
    let once = (ends ^ ends >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9) ^ rest;
    let twice = (once ^ once >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    twice ^ twice >> 31
}
