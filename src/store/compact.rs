//! The whole store written anew: what many small transactions left in many small rows lies close together again.
//!
//! sled gives no space back, and rows that are deleted make pages too large, so nothing is deleted: all
//! that the store holds is written into new files beside it, which then take its place (see [`super::swap`]).
//! Facts stand in full values of `columns`, whole evidence 16 to a value, compressed; everything else is
//! carried over as it is. Numbers, revisions, times, identity and `HEAD` stay, so every answer does, and cursors go on.

use std::cell::RefCell;
use std::path::Path;

use super::codec::{self, Compressor, Row};
use super::keys::{self, TreeName};
use super::rows::{self, FACTS_IN_COLUMNS, Rows};
use super::trees::Trees;
use super::{EvidenceRecord, FactRecord, StoreError, migrate, pack, record, replay, swap};
use crate::model::{Evidence, FactNumber, Head};

/// Facts in one value of `bodies`: read one at a time they cost a decompression of all.
const FACTS_IN_BODIES: usize = 16;
/// Bytes of rows that are handed to sled at once.
const BATCH: usize = 1 << 20;
/// Pages of the new files that sled keeps in memory: they are written once, from start to end.
const CACHE_MB: u64 = 16;

/// What a compaction did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compacted {
    /// Facts in the store.
    pub facts: u64,
    /// Bytes of its files before.
    pub bytes_before: u64,
    /// Bytes of its files after.
    pub bytes_after: u64,
    /// Bytes of the same facts and their evidence as plain records, see [`super::plain_bytes`].
    pub bytes_plain: u64,
}

/// Writes all of `from`, whose head is `head`, into new files in a data folder. They are not the store yet.
pub(super) fn write(from: &Trees, head: &Head, dir: &Path) -> Result<Tally, StoreError> {
    let into = Trees::open(&swap::begin(dir)?, CACHE_MB)?;
    let mut writer = Writer {
        into: &into,
        waiting: Rows::default(),
        waiting_bytes: 0,
    };
    let mut tally = Tally::default();
    // Before everything else: files that hold commits and no format are none of ours.
    meta(from, &into)?;
    for tree in TreeName::ALL {
        match tree {
            TreeName::Columns => facts(from, &mut writer, &mut tally)?,
            // Bodies come with their facts.
            TreeName::Bodies | TreeName::Meta => {}
            TreeName::Evidence => further_evidence(from, &mut writer, &mut tally)?,
            TreeName::Commits | TreeName::Nodes | TreeName::Documents | TreeName::Requests => carry_over(from, tree, &mut writer)?,
        }
    }
    writer.hand_over()?;
    into.sync()?;
    if replay::head(&into)? != *head {
        return Err(StoreError::Io("what was written ends at another revision".to_owned()));
    }
    into.close()?;
    Ok(tally)
}

/// What was written.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) facts: u64,
    pub(super) bytes_plain: u64,
}

/// Gathers rows for sled.
struct Writer<'t> {
    into: &'t Trees,
    waiting: Rows,
    waiting_bytes: usize,
}

impl Writer<'_> {
    fn put(&mut self, tree: TreeName, rows: Vec<Row>) -> Result<(), StoreError> {
        self.waiting_bytes += rows.iter().map(|(key, value)| key.len() + value.len()).sum::<usize>();
        self.waiting.put_rows(tree, rows);
        if self.waiting_bytes < BATCH { Ok(()) } else { self.hand_over() }
    }

    fn hand_over(&mut self) -> Result<(), StoreError> {
        self.waiting_bytes = 0;
        self.into.fill(&std::mem::take(&mut self.waiting))
    }
}

fn carry_over(from: &Trees, tree: TreeName, writer: &mut Writer<'_>) -> Result<(), StoreError> {
    from.stream(tree, &[])?.try_for_each(|row| {
        let (key, payload) = row?;
        writer.put(tree, codec::rows(&key, &payload)?)
    })
}

/// `meta` by name: a text that was replaced by a shorter one has left pieces behind, which nobody reads.
fn meta(from: &Trees, into: &Trees) -> Result<(), StoreError> {
    migrate::carry_over(from, into)?;
    let mut rows = Rows::default();
    for name in [keys::IDENTITY, keys::ONTOLOGY] {
        if let Some(payload) = from.get(TreeName::Meta, name)? {
            rows.put(TreeName::Meta, name, &payload)?;
        }
    }
    into.write(&rows)
}

fn further_evidence(from: &Trees, writer: &mut Writer<'_>, tally: &mut Tally) -> Result<(), StoreError> {
    from.stream(TreeName::Evidence, &[])?.try_for_each(|row| {
        let (key, payload) = row?;
        let (fact, number) = keys::evidence_of(&key).ok_or_else(|| codec::damaged(TreeName::Evidence, &key, "no number of evidence"))?;
        for evidence in rows::read_evidence(TreeName::Evidence, &key, &payload)? {
            tally.bytes_plain += record::plain_bytes_of_evidence(&EvidenceRecord { fact, number, evidence })?;
        }
        writer.put(TreeName::Evidence, codec::rows(&key, &payload)?)
    })
}

/// `columns` and `bodies`.
fn facts(from: &Trees, writer: &mut Writer<'_>, tally: &mut Tally) -> Result<(), StoreError> {
    let mut columns: Vec<FactRecord> = Vec::with_capacity(FACTS_IN_COLUMNS);
    let mut bodies = Bodies {
        compressor: Compressor::new()?,
        waiting: Vec::new(),
    };
    for fact in replay::whole_facts(from)? {
        let fact = fact?;
        tally.facts += 1;
        tally.bytes_plain += record::plain_bytes_of_fact(&fact)?;
        // After a loss that was accepted numbers are missing, and those of one value follow each other.
        let follows = columns.last().is_none_or(|last| last.number.0 + 1 == fact.number.0);
        if !follows || columns.len() == FACTS_IN_COLUMNS {
            put_columns(&mut columns, &mut bodies, writer)?;
        }
        columns.push(fact);
    }
    put_columns(&mut columns, &mut bodies, writer)?;
    bodies.put(1, writer)
}

fn put_columns(facts: &mut Vec<FactRecord>, bodies: &mut Bodies, writer: &mut Writer<'_>) -> Result<(), StoreError> {
    for (place, payload) in codec::blocks(facts, FACTS_IN_COLUMNS, &|facts| Ok(pack::pack_facts(facts)))? {
        if let Some(first) = facts.get(place) {
            writer.put(TreeName::Columns, codec::rows(&keys::first_fact(first.number), &payload)?)?;
        }
    }
    let have_bodies = facts.drain(..).filter(|fact| !pack::is_whole_when_light(&fact.evidence));
    bodies.waiting.extend(have_bodies.map(|fact| (fact.number, fact.evidence)));
    bodies.put(FACTS_IN_BODIES, writer)
}

/// Whole evidence on its way into `bodies`.
struct Bodies {
    compressor: Compressor,
    waiting: Vec<(FactNumber, Evidence)>,
}

impl Bodies {
    /// Writes what is waiting, in full values, and a last one of at least `least` pieces.
    fn put(&mut self, least: usize, writer: &mut Writer<'_>) -> Result<(), StoreError> {
        let full = self.waiting.len() - self.waiting.len() % FACTS_IN_BODIES;
        let taken = if self.waiting.len() - full >= least {
            self.waiting.len()
        } else {
            full
        };
        let whole: Vec<(FactNumber, Evidence)> = self.waiting.drain(..taken).collect();
        let pieces: Vec<(FactNumber, &Evidence)> = whole.iter().map(|(number, evidence)| (*number, evidence)).collect();
        let compressor = RefCell::new(&mut self.compressor);
        let encode = |pieces: &[(FactNumber, &Evidence)]| compressor.borrow_mut().compress(&pack::pack_bodies(pieces));
        for (place, compressed) in codec::blocks(&pieces, FACTS_IN_BODIES, &encode)? {
            if let Some((first, _)) = pieces.get(place) {
                writer.put(TreeName::Bodies, codec::compressed_rows(&keys::first_fact(*first), &compressed)?)?;
            }
        }
        Ok(())
    }
}
