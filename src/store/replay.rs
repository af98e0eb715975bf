//! Reading commits back, oldest first, one in memory at a time.
//!
//! The trees are walked in step: `commits` says what a commit brings, and the streams beside it are
//! in the same order. A value of `columns` or `bodies` may hold any number of facts, also of several
//! commits, as it does once small ones were folded.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use super::codec::{self, damaged};
use super::keys::{self, TreeName};
use super::pack::{PackedCommit, Unpacked};
use super::rows::{self, LightFact};
use super::trees::{Stream, Trees};
use super::{Commit, DocumentRecord, EvidenceRecord, FactRecord, FactSlice, FactTable, NodeRecord, Outlined, RequestRecord, StoreError};
use crate::model::{DocumentNumber, Evidence, FactNumber, Head, Revision};

/// Hands every commit up to `until` to `visit`, as [`super::Store::replay`] says.
pub(super) fn replay(
    trees: &Trees,
    until: Revision,
    full: bool,
    visit: &mut dyn FnMut(Commit) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let (mut columns, mut bodies) = (Facts::new(trees)?, Bodies::new(trees)?);
    each(trees, until, full, &mut |mut commit, numbers| {
        let fact = |number| {
            let LightFact { mut fact, has_body } = columns.next(FactNumber(number))?;
            if full && has_body {
                fact.evidence = bodies.next(FactNumber(number))?;
            }
            Ok(fact)
        };
        commit.facts = numbers.map(fact).collect::<Result<_, StoreError>>()?;
        visit(commit)
    })
}

/// Hands every commit up to `until` to `visit`, as [`super::Store::outlines`] says.
pub(super) fn outlines(
    trees: &Trees,
    until: Revision,
    visit: &mut dyn FnMut(Outlined) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut tables = Tables::new(trees)?;
    each(trees, until, false, &mut |commit, numbers| {
        let facts = tables.next(numbers)?;
        visit(Outlined { commit, facts })
    })
}

/// Hands every commit to `visit`, without its facts, and the numbers of those.
fn each(
    trees: &Trees,
    until: Revision,
    full: bool,
    visit: &mut dyn FnMut(Commit, Range<u32>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut streams = Streams {
        trees,
        full,
        nodes: trees.stream(TreeName::Nodes, &[])?,
        documents: trees.stream(TreeName::Documents, &keys::documents())?,
    };
    for row in trees.stream(TreeName::Commits, &[])? {
        let (key, payload) = row?;
        let revision = keys::revision_of(&key).ok_or_else(|| damaged(TreeName::Commits, &key, "no revision"))?;
        if revision > until {
            break;
        }
        let (commit, facts) = streams.commit(revision, &key, codec::decode(TreeName::Commits, &key, &payload)?)?;
        visit(commit, facts)?;
    }
    Ok(())
}

/// The newest commit's head.
pub(super) fn head(trees: &Trees) -> Result<Head, StoreError> {
    let Some(key) = trees.last_key(TreeName::Commits)? else {
        return Ok(Head::default());
    };
    let bad = |reason: &str| damaged(TreeName::Commits, &key, reason);
    let revision = keys::revision_of(&key).ok_or_else(|| bad("no revision"))?;
    let payload = trees.get(TreeName::Commits, &key)?.ok_or_else(|| bad("no first piece"))?;
    Ok(codec::decode::<PackedCommit>(TreeName::Commits, &key, &payload)?.head(revision))
}

struct Streams<'t> {
    trees: &'t Trees,
    full: bool,
    nodes: Stream,
    documents: Stream,
}

impl Streams<'_> {
    /// A commit without its facts, and their numbers.
    fn commit(&mut self, revision: Revision, key: &[u8], mut packed: PackedCommit) -> Result<(Commit, Range<u32>), StoreError> {
        let head = packed.head(revision);
        let [nodes, documents, facts] = packed.brings;
        let nodes = self.nodes(revision, nodes)?;
        let documents = (0..documents).map(|_| self.document(head)).collect::<Result<_, _>>()?;
        let first = head
            .counters
            .facts
            .checked_sub(facts)
            .ok_or_else(|| damaged(TreeName::Commits, key, "more facts than counted"))?;
        let requests = std::mem::take(&mut packed.requests);
        let (closings, document_closings) = packed.closings();
        let commit = Commit {
            head,
            nodes,
            documents,
            facts: Vec::new(),
            evidence: self.evidence(key, packed)?,
            closings,
            document_closings,
            requests: if self.full {
                self.requests(revision, &requests)?
            } else {
                Vec::new()
            },
        };
        Ok((commit, first..head.counters.facts))
    }

    fn nodes(&mut self, revision: Revision, count: u32) -> Result<Vec<NodeRecord>, StoreError> {
        if count == 0 {
            return Ok(Vec::new());
        }
        let (key, payload) = self.nodes.next().ok_or_else(|| missing(TreeName::Nodes, revision))??;
        let records = rows::read_nodes(&key, &payload)?;
        if keys::revision_of(&key) != Some(revision) || u32::try_from(records.len()) != Ok(count) {
            return Err(missing(TreeName::Nodes, revision));
        }
        Ok(records)
    }

    fn document(&mut self, head: Head) -> Result<DocumentRecord, StoreError> {
        let (key, payload) = self.documents.next().ok_or_else(|| missing(TreeName::Documents, head.revision))??;
        let record = rows::read_document(&key, &payload, &|number| {
            if self.full { text(self.trees, number) } else { Ok(None) }
        })?;
        if head.counters.has_document(record.number) {
            Ok(record)
        } else {
            Err(missing(TreeName::Documents, head.revision))
        }
    }

    fn evidence(&self, key: &[u8], mut packed: PackedCommit) -> Result<Vec<EvidenceRecord>, StoreError> {
        let mut records = light_evidence(key, &mut packed)?;
        if self.full {
            for record in &mut records {
                record.evidence = further_evidence(self.trees, record.fact, record.number)?;
            }
        }
        Ok(records)
    }

    fn requests(&self, revision: Revision, digests: &[keys::RequestDigest]) -> Result<Vec<RequestRecord>, StoreError> {
        let one = |digest| {
            let key = keys::request(digest, revision);
            let payload = self
                .trees
                .get(TreeName::Requests, &key)?
                .ok_or_else(|| missing(TreeName::Requests, revision))?;
            rows::read_request(&key, &payload)
        };
        digests.iter().map(one).collect()
    }
}

/// The further evidence that a value of `commits` names, light.
pub(super) fn light_evidence(key: &[u8], packed: &mut PackedCommit) -> Result<Vec<EvidenceRecord>, StoreError> {
    let items = std::mem::take(&mut packed.evidence.items);
    let texts = packed.evidence.texts();
    let light = items.into_iter().map(|(fact, number, light)| {
        let evidence = light.unpack(&texts)?;
        Ok(EvidenceRecord {
            fact: FactNumber(fact),
            number,
            evidence,
        })
    });
    light
        .collect::<Unpacked<_>>()
        .map_err(|reason| damaged(TreeName::Commits, key, reason))
}

/// One piece of further evidence, whole.
fn further_evidence(trees: &Trees, fact: FactNumber, number: u32) -> Result<Evidence, StoreError> {
    let key = keys::evidence(fact, number);
    let bad = || damaged(TreeName::Evidence, &key, "no such evidence");
    let payload = trees.get(TreeName::Evidence, &key)?.ok_or_else(bad)?;
    rows::read_evidence(TreeName::Evidence, &key, &payload)?.pop().ok_or_else(bad)
}

/// A document's text.
pub(super) fn text(trees: &Trees, document: DocumentNumber) -> Result<Option<String>, StoreError> {
    let key = keys::text(document);
    trees
        .get(TreeName::Documents, &key)?
        .map(|payload| rows::read_text(&key, &payload))
        .transpose()
}

fn missing(tree: TreeName, revision: Revision) -> StoreError {
    StoreError::Damaged {
        tree: tree.as_str().to_owned(),
        reason: format!("a record of {revision} is missing"),
    }
}

/// Facts from `columns`, in order.
struct Facts {
    stream: Stream,
    read: VecDeque<LightFact>,
}

impl Facts {
    fn new(trees: &Trees) -> Result<Self, StoreError> {
        let (stream, read) = (trees.stream(TreeName::Columns, &[])?, VecDeque::new());
        Ok(Self { stream, read })
    }

    /// The next one there is.
    fn any(&mut self) -> Result<Option<LightFact>, StoreError> {
        if self.read.is_empty()
            && let Some(row) = self.stream.next()
        {
            let (key, payload) = row?;
            self.read.extend(rows::read_columns(&key, &payload)?);
        }
        Ok(self.read.pop_front())
    }

    /// The next one, which has to have this number.
    fn next(&mut self, number: FactNumber) -> Result<LightFact, StoreError> {
        self.any()?
            .filter(|light| light.fact.number == number)
            .ok_or_else(|| no_fact(TreeName::Columns, number))
    }
}

/// Tables of facts from `columns`, in order.
struct Tables {
    stream: Stream,
    /// The one read last, and how many of its facts were handed out.
    open: Option<(Arc<FactTable>, usize)>,
}

impl Tables {
    fn new(trees: &Trees) -> Result<Self, StoreError> {
        let (stream, open) = (trees.stream(TreeName::Columns, &[])?, None);
        Ok(Self { stream, open })
    }

    /// The next facts there are, which have to have these numbers.
    fn next(&mut self, Range { mut start, end }: Range<u32>) -> Result<Vec<FactSlice>, StoreError> {
        let mut slices = Vec::new();
        while start < end {
            let (table, taken) = match self.open.take() {
                Some((table, taken)) if taken < table.facts.len() => (table, taken),
                _ => {
                    let row = self.stream.next().ok_or_else(|| no_fact(TreeName::Columns, FactNumber(start)))?;
                    let (key, payload) = row?;
                    self.open = Some((Arc::new(rows::read_table(&key, &payload)?), 0));
                    continue;
                }
            };
            // The place of `start`, if the table goes on where the last one ended.
            if table.first.index() + taken != start as usize {
                return Err(no_fact(TreeName::Columns, FactNumber(start)));
            }
            let upto = end.min(table.end());
            let places = taken..taken + (upto - start) as usize;
            start = upto;
            self.open = Some((Arc::clone(&table), places.end));
            slices.push(FactSlice { table, places });
        }
        Ok(slices)
    }
}

/// First evidence from `bodies`, in order.
struct Bodies {
    stream: Stream,
    read: VecDeque<(FactNumber, Evidence)>,
}

impl Bodies {
    fn new(trees: &Trees) -> Result<Self, StoreError> {
        let (stream, read) = (trees.stream(TreeName::Bodies, &[])?, VecDeque::new());
        Ok(Self { stream, read })
    }

    /// The next one there is.
    fn any(&mut self) -> Result<Option<(FactNumber, Evidence)>, StoreError> {
        if self.read.is_empty()
            && let Some(row) = self.stream.next()
        {
            let (key, payload) = row?;
            self.read.extend(rows::read_bodies(&key, &payload)?);
        }
        Ok(self.read.pop_front())
    }

    /// The next one, which has to be this fact's.
    fn next(&mut self, number: FactNumber) -> Result<Evidence, StoreError> {
        match self.any()? {
            Some((found, evidence)) if found == number => Ok(evidence),
            _ => Err(no_fact(TreeName::Bodies, number)),
        }
    }
}

/// Every fact with its whole first evidence, in order. What `columns` and `bodies` both say must agree.
pub(super) fn whole_facts(trees: &Trees) -> Result<impl Iterator<Item = Result<FactRecord, StoreError>>, StoreError> {
    let mut columns = Facts::new(trees)?;
    let mut bodies = Bodies::new(trees)?;
    let mut next = move || {
        let Some(LightFact { mut fact, has_body }) = columns.any()? else {
            return match bodies.any()? {
                None => Ok(None),
                Some((number, _)) => Err(no_fact(TreeName::Columns, number)),
            };
        };
        if has_body {
            let whole = bodies.next(fact.number)?;
            if whole.light() != fact.evidence {
                return Err(StoreError::Damaged {
                    tree: TreeName::Bodies.as_str().to_owned(),
                    reason: format!("the evidence of fact {} is not the one in 'columns'", fact.number.0),
                });
            }
            fact.evidence = whole;
        }
        Ok(Some(fact))
    };
    Ok(std::iter::from_fn(move || next().transpose()))
}

fn no_fact(tree: TreeName, number: FactNumber) -> StoreError {
    StoreError::Damaged {
        tree: tree.as_str().to_owned(),
        reason: format!("fact {} is missing", number.0),
    }
}

/// Reads whole evidence fact by fact; facts that stand together are read together.
pub(super) struct EvidenceReader<'t> {
    trees: &'t Trees,
    recorded: Head,
    /// The value of `bodies` that was read last, and its key.
    body: Option<(Vec<u8>, Vec<u8>)>,
}

impl<'t> EvidenceReader<'t> {
    pub(super) const fn new(trees: &'t Trees, recorded: Head) -> Self {
        Self {
            trees,
            recorded,
            body: None,
        }
    }

    /// All evidence of a fact.
    pub(super) fn read(&mut self, fact: FactNumber) -> Result<Vec<Evidence>, StoreError> {
        if !self.recorded.counters.has_fact(fact) {
            return Ok(Vec::new());
        }
        let mut all = vec![self.first(fact)?];
        for row in self.trees.stream(TreeName::Evidence, &keys::first_fact(fact))? {
            let (key, payload) = row?;
            all.extend(rows::read_evidence(TreeName::Evidence, &key, &payload)?);
        }
        Ok(all)
    }

    fn first(&mut self, fact: FactNumber) -> Result<Evidence, StoreError> {
        if let Some(known) = self.body(fact)? {
            return Ok(known);
        }
        let key = keys::first_fact(fact);
        self.body = self.trees.up_to(TreeName::Bodies, &key)?;
        if let Some(found) = self.body(fact)? {
            return Ok(found);
        }
        let light = match self.trees.up_to(TreeName::Columns, &key)? {
            Some((key, payload)) => rows::read_light_evidence(&key, &payload, fact)?,
            None => None,
        };
        light.ok_or_else(|| no_fact(TreeName::Bodies, fact))
    }

    fn body(&self, fact: FactNumber) -> Result<Option<Evidence>, StoreError> {
        let Some((key, payload)) = &self.body else { return Ok(None) };
        rows::read_body(key, payload, fact)
    }
}
