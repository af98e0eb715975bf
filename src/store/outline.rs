//! Facts in outline: what the graph in memory needs of them, as numbers into tables of what they share.
//!
//! A [`FactTable`] is one value of `columns`. Neighbouring facts say much the same, so whoever takes in millions of
//! them looks up each distinct text, origin or set of qualifiers of a table once, and not a fact at a time. Evidence
//! is light, as [`super::Store::replay`] has it when it is not asked for everything.

use std::ops::Range;
use std::sync::Arc;

use super::pack::{FactBlock, pack_facts};
use super::rows::FACTS_IN_COLUMNS;
use super::{Commit, FactRecord, StoreError};
use crate::model::{Asserter, Day, DocumentNumber, FactId, FactNumber, Modality, NodeNumber, Polarity, Qualifiers, ValidTime};

/// A commit whose facts stand in tables.
#[derive(Debug)]
pub struct Outlined {
    /// All of it but its facts; evidence is light, documents have no text, and requests are left out.
    pub commit: Commit,
    /// Its facts, in order.
    pub facts: Vec<FactSlice>,
}

/// Facts of a table that one commit brought.
#[derive(Clone, Debug)]
pub struct FactSlice {
    /// The table. Commits after each other may share one.
    pub table: Arc<FactTable>,
    /// Their places in it.
    pub places: Range<usize>,
}

/// Facts whose numbers follow each other. Every number in it leads to something.
#[derive(Debug)]
pub struct FactTable {
    /// The number of the first.
    pub first: FactNumber,
    /// The facts.
    pub facts: Vec<FactOutline>,
    /// What their first evidence has in common.
    pub origins: Vec<OriginOutline>,
    /// Who put them in.
    pub asserters: Vec<Asserter>,
    /// Sets of qualifiers, the empty one first.
    pub qualifiers: Vec<Qualifiers>,
    /// Valid times that are no plain days.
    pub times: Vec<ValidTime>,
    pub(super) speakers: Vec<NodeNumber>,
    /// All texts, one behind another, and where each ends.
    pub(super) texts: (Box<str>, Vec<usize>),
}

/// A fact as numbers.
#[derive(Clone, Copy, Debug)]
pub struct FactOutline {
    /// Its id.
    pub id: FactId,
    /// Who or what it is about.
    pub subject: NodeNumber,
    /// The name of its relation, a text.
    pub relation: u32,
    /// What the relation leads to.
    pub object: ObjectOutline,
    /// When it held.
    pub valid: TimeOutline,
    /// The mood.
    pub modality: Modality,
    /// The polarity.
    pub polarity: Polarity,
    /// The place of its identifying qualifiers.
    pub qualifiers: u32,
    /// The place of its first evidence's origin.
    pub origin: u32,
    /// The fact it corrects.
    pub supersedes: Option<FactNumber>,
}

/// What a relation leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectOutline {
    /// Another node.
    Node(NodeNumber),
    /// A plain value, a text.
    Value(u32),
    /// Nothing.
    None,
}

/// When a fact held. The days are of years of four digits, and stand in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeOutline {
    /// The source does not say.
    None,
    /// On a day.
    On(Day),
    /// From a day to a day.
    Between(Day, Day),
    /// From a day on, with an open end.
    From(Day),
    /// Up to a day, with an open start.
    UpTo(Day),
    /// The place of a time that says more.
    Other(u32),
}

/// What pieces of evidence have in common.
#[derive(Clone, Copy, Debug)]
pub struct OriginOutline {
    /// The document.
    pub document: Option<DocumentNumber>,
    /// Who printed it, a text.
    pub publisher: Option<u32>,
    /// The day it was printed.
    pub reported: Option<Day>,
    pub(super) speakers: [u32; 2],
    /// Where it happened.
    pub place: Option<NodeNumber>,
    /// The place of its describing qualifiers.
    pub qualifiers: u32,
    /// The place of who put it in.
    pub asserted_by: u32,
    /// Told from the other end of a symmetric relation.
    pub mirrored: bool,
}

impl FactTable {
    /// A text of the table.
    #[must_use]
    pub fn text(&self, place: u32) -> &str {
        let (all, ends) = &self.texts;
        let end = |place: usize| ends.get(place).copied();
        let start = (place as usize).checked_sub(1).map_or(Some(0), end);
        let range = start.zip(end(place as usize)).map(|(start, end)| start..end);
        range.and_then(|range| all.get(range)).unwrap_or_default()
    }

    /// How many texts there are.
    #[must_use]
    pub const fn texts(&self) -> usize {
        self.texts.1.len()
    }

    /// Who says so, innermost first.
    #[must_use]
    pub fn speakers(&self, origin: &OriginOutline) -> &[NodeNumber] {
        let [start, end] = origin.speakers;
        self.speakers.get(start as usize..end as usize).unwrap_or_default()
    }

    /// The numbers behind the facts.
    pub(super) fn end(&self) -> u32 {
        // Where a table is made, it is seen that its numbers fit.
        self.first.0 + u32::try_from(self.facts.len()).unwrap_or(0)
    }

    /// Facts whose numbers follow each other, through the form in which they are stored.
    pub(super) fn of_records(records: &[FactRecord]) -> Result<Self, StoreError> {
        let first = records.first().map_or(FactNumber(0), |record| record.number);
        FactBlock::read(first, &pack_facts(records))
            .and_then(|block| block.table())
            .map_err(StoreError::Refused)
    }
}

impl Outlined {
    /// A commit, its facts put into tables.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] for facts that no store could hold.
    pub fn of(mut commit: Commit) -> Result<Self, StoreError> {
        let records = std::mem::take(&mut commit.facts);
        let slices = records.chunks(FACTS_IN_COLUMNS).map(|records| {
            let table = Arc::new(FactTable::of_records(records)?);
            let places = 0..table.facts.len();
            Ok(FactSlice { table, places })
        });
        Ok(Self {
            facts: slices.collect::<Result<_, StoreError>>()?,
            commit,
        })
    }
}
