//! A commit as rows, and single values back. What a row holds is said in [`super::keys`].

use std::io::Read as _;

use super::codec::{self, Row, damaged};
use super::keys::{self, TreeName};
use super::pack::{
    self, Block, BodyBlock, FactBlock, PackedCommit, PackedDocument, PackedFact, PackedNode, PackedRequest, Seen, Texts, Unpacked,
    WholeEvidence,
};
use super::{Commit, DocumentRecord, FactRecord, FactTable, NodeRecord, RequestRecord, StoreError};
use crate::model::{DocumentNumber, Evidence, FactNumber};

/// Facts in one value of `columns`.
pub(super) const FACTS_IN_COLUMNS: usize = 150;
/// Facts in one value of `bodies`, as they come: few, since one of them is read at a time.
const FACTS_IN_BODIES: usize = 8;
/// zstd's default: texts are short, and read more often than written.
const TEXT_LEVEL: i32 = 3;
/// No text is larger when unpacked; the limit on a request is far below.
const MAX_TEXT: u64 = 1 << 30;

/// Rows by tree, for one transaction.
#[derive(Debug, Default)]
pub(super) struct Rows {
    by_tree: [Vec<Row>; TreeName::ALL.len()],
}

impl Rows {
    /// Puts a payload under a key, in as many rows as it needs.
    pub(super) fn put(&mut self, tree: TreeName, key: &[u8], payload: &[u8]) -> Result<(), StoreError> {
        self.put_rows(tree, codec::rows(key, payload)?);
        Ok(())
    }

    /// Puts rows as they are.
    pub(super) fn put_rows(&mut self, tree: TreeName, rows: Vec<Row>) {
        if let Some(of_tree) = self.by_tree.get_mut(tree as usize) {
            of_tree.extend(rows);
        }
    }

    /// Takes over the rows of another.
    pub(super) fn append(&mut self, other: Self) {
        for (mine, theirs) in self.by_tree.iter_mut().zip(other.by_tree) {
            mine.extend(theirs);
        }
    }

    /// The rows of each tree, in the order of [`TreeName::ALL`].
    pub(super) fn by_tree(&self) -> &[Vec<Row>] {
        &self.by_tree
    }
}

/// Everything a commit puts into the store.
pub(super) fn of_commit(commit: &Commit) -> Result<Rows, StoreError> {
    let mut rows = Rows::default();
    let revision = commit.head.revision;
    rows.put(
        TreeName::Commits,
        &keys::revision(revision),
        &codec::encode(&PackedCommit::pack(commit))?,
    )?;
    if !commit.nodes.is_empty() {
        rows.put(TreeName::Nodes, &keys::revision(revision), &nodes(&commit.nodes)?)?;
    }
    for record in &commit.documents {
        document(record, &mut rows)?;
    }
    facts(&commit.facts, &mut rows)?;
    for record in &commit.evidence {
        rows.put(
            TreeName::Evidence,
            &keys::evidence(record.fact, record.number),
            &further_evidence(&record.evidence)?,
        )?;
    }
    for record in &commit.requests {
        let key = keys::request(&keys::request_digest(&record.key), revision);
        rows.put(TreeName::Requests, &key, &codec::encode(&PackedRequest::pack(record))?)?;
    }
    Ok(rows)
}

fn facts(facts: &[FactRecord], rows: &mut Rows) -> Result<(), StoreError> {
    for (place, payload) in codec::blocks(facts, FACTS_IN_COLUMNS, &|facts| Ok(pack::pack_facts(facts)))? {
        if let Some(first) = facts.get(place) {
            rows.put(TreeName::Columns, &keys::first_fact(first.number), &payload)?;
        }
    }
    let bodies = bodies_of(facts);
    for (place, payload) in codec::blocks(&bodies, FACTS_IN_BODIES, &|bodies| Ok(pack::pack_bodies(bodies)))? {
        if let Some((first, _)) = bodies.get(place) {
            rows.put(TreeName::Bodies, &keys::first_fact(*first), &payload)?;
        }
    }
    Ok(())
}

/// The first evidence that light evidence in `columns` does not say whole.
pub(super) fn bodies_of(facts: &[FactRecord]) -> Vec<(FactNumber, &Evidence)> {
    facts
        .iter()
        .filter(|fact| !pack::is_whole_when_light(&fact.evidence))
        .map(|fact| (fact.number, &fact.evidence))
        .collect()
}

fn further_evidence(evidence: &Evidence) -> Result<Vec<u8>, StoreError> {
    let mut texts = Texts::default();
    let items = vec![WholeEvidence::pack(evidence, &mut texts)];
    codec::encode(&Block::new(texts, items))
}

fn nodes(records: &[NodeRecord]) -> Result<Vec<u8>, StoreError> {
    let mut texts = Texts::default();
    let items = records.iter().map(|record| PackedNode::pack(record, &mut texts)).collect();
    codec::encode(&Block::new(texts, items))
}

fn document(record: &DocumentRecord, rows: &mut Rows) -> Result<(), StoreError> {
    rows.put(
        TreeName::Documents,
        &keys::document(record.number),
        &codec::encode(&PackedDocument::pack(record))?,
    )?;
    let Some(text) = &record.document.text else { return Ok(()) };
    let packed = zstd::encode_all(text.as_bytes(), TEXT_LEVEL).map_err(|error| StoreError::Io(error.to_string()))?;
    rows.put(TreeName::Documents, &keys::text(record.number), &packed)
}

/// A fact of a value in `columns`, its evidence light.
#[derive(Debug)]
pub(super) struct LightFact {
    pub(super) fact: FactRecord,
    /// Whether its evidence is whole only in `bodies`.
    pub(super) has_body: bool,
}

/// The facts of a value in `columns`.
pub(super) fn read_columns(key: &[u8], payload: &[u8]) -> Result<Vec<LightFact>, StoreError> {
    let bad = |reason: String| damaged(TreeName::Columns, key, reason);
    if pack::is_columns(payload) {
        let block = fact_block(key, payload)?;
        let mut seen = Seen::default();
        let facts = (0..block.len()).map(|place| {
            Ok(LightFact {
                fact: block.fact(place, &mut seen)?,
                has_body: block.has_body(place)?,
            })
        });
        return facts.collect::<Unpacked<_>>().map_err(bad);
    }
    let mut block: Block<PackedFact> = codec::decode(TreeName::Columns, key, payload)?;
    let items = std::mem::take(&mut block.items);
    let mut texts = block.texts();
    let facts = numbered(key, items).map_err(bad)?.map(|(number, fact)| {
        Ok(LightFact {
            fact: fact.unpack(number, &mut texts)?,
            has_body: true,
        })
    });
    facts.collect::<Unpacked<_>>().map_err(bad)
}

/// The facts of a value in `columns`, as a table.
pub(super) fn read_table(key: &[u8], payload: &[u8]) -> Result<FactTable, StoreError> {
    if pack::is_columns(payload) {
        let block = fact_block(key, payload)?;
        return block.table().map_err(|reason| damaged(TreeName::Columns, key, reason));
    }
    let records: Vec<FactRecord> = read_columns(key, payload)?.into_iter().map(|light| light.fact).collect();
    FactTable::of_records(&records)
}

/// The light evidence of one fact of a value in `columns`; `None` when it is not there, or has a body.
pub(super) fn read_light_evidence(key: &[u8], payload: &[u8], fact: FactNumber) -> Result<Option<Evidence>, StoreError> {
    if !pack::is_columns(payload) {
        return Ok(None);
    }
    let block = fact_block(key, payload)?;
    let found = block.place_of(fact).map(|place| {
        let has_body = block.has_body(place)?;
        (!has_body).then(|| block.evidence(place)).transpose()
    });
    found
        .transpose()
        .map(Option::flatten)
        .map_err(|reason: String| damaged(TreeName::Columns, key, reason))
}

fn fact_block<'p>(key: &[u8], payload: &'p [u8]) -> Result<FactBlock<'p>, StoreError> {
    first_fact(key)
        .and_then(|first| FactBlock::read(first, payload))
        .map_err(|reason| damaged(TreeName::Columns, key, reason))
}

fn first_fact(key: &[u8]) -> Unpacked<FactNumber> {
    keys::number_of(key).map(FactNumber).ok_or_else(|| "a key too short".to_owned())
}

/// The first evidence of a value in `bodies`, each with its fact.
pub(super) fn read_bodies(key: &[u8], payload: &[u8]) -> Result<Vec<(FactNumber, Evidence)>, StoreError> {
    let bad = |reason: String| damaged(TreeName::Bodies, key, reason);
    if pack::is_columns(payload) {
        let block = body_block(key, payload)?;
        let bodies = (0..block.len()).map(|place| Ok((block.number(place)?, block.evidence(place)?)));
        return bodies.collect::<Unpacked<_>>().map_err(bad);
    }
    let evidence = read_evidence(TreeName::Bodies, key, payload)?;
    numbered(key, evidence).map(Iterator::collect).map_err(bad)
}

/// The first evidence of one fact of a value in `bodies`; `None` when it is not there.
pub(super) fn read_body(key: &[u8], payload: &[u8], fact: FactNumber) -> Result<Option<Evidence>, StoreError> {
    if !pack::is_columns(payload) {
        let all = read_bodies(key, payload)?;
        return Ok(all.into_iter().find(|(number, _)| *number == fact).map(|(_, evidence)| evidence));
    }
    let block = body_block(key, payload)?;
    let found = block
        .place_of(fact)
        .and_then(|place| place.map(|place| block.evidence(place)).transpose());
    found.map_err(|reason| damaged(TreeName::Bodies, key, reason))
}

fn body_block<'p>(key: &[u8], payload: &'p [u8]) -> Result<BodyBlock<'p>, StoreError> {
    first_fact(key)
        .and_then(|first| BodyBlock::read(first, payload))
        .map_err(|reason| damaged(TreeName::Bodies, key, reason))
}

/// The evidence of a value in `evidence`, or of one in `bodies` as format 1 wrote it.
pub(super) fn read_evidence(tree: TreeName, key: &[u8], payload: &[u8]) -> Result<Vec<Evidence>, StoreError> {
    let mut block: Block<WholeEvidence> = codec::decode(tree, key, payload)?;
    let items = std::mem::take(&mut block.items);
    let texts = block.texts();
    items
        .into_iter()
        .map(|evidence| evidence.unpack(&texts))
        .collect::<Unpacked<_>>()
        .map_err(|reason| damaged(tree, key, reason))
}

/// The items of a block with their fact numbers, which count from the one in the key.
fn numbered<T>(key: &[u8], items: Vec<T>) -> Unpacked<impl Iterator<Item = (FactNumber, T)>> {
    let first = first_fact(key)?.0;
    let behind = u32::try_from(items.len())
        .ok()
        .and_then(|count| first.checked_add(count))
        .ok_or("facts beyond the last number")?;
    Ok((first..behind).map(FactNumber).zip(items))
}

/// The records of a value in `nodes`.
pub(super) fn read_nodes(key: &[u8], payload: &[u8]) -> Result<Vec<NodeRecord>, StoreError> {
    let mut block: Block<PackedNode, &str> = codec::decode(TreeName::Nodes, key, payload)?;
    let items = std::mem::take(&mut block.items);
    let mut texts = block.texts();
    let records: Unpacked<_> = items.into_iter().map(|node| node.unpack(&mut texts)).collect();
    records.map_err(|reason| damaged(TreeName::Nodes, key, reason))
}

/// A document from its value and, when it is wanted, its text.
pub(super) fn read_document(
    key: &[u8],
    payload: &[u8],
    text: &dyn Fn(DocumentNumber) -> Result<Option<String>, StoreError>,
) -> Result<DocumentRecord, StoreError> {
    let packed: PackedDocument = codec::decode(TreeName::Documents, key, payload)?;
    let bad = |reason: String| damaged(TreeName::Documents, key, reason);
    let number = keys::number_of(key)
        .map(DocumentNumber)
        .ok_or_else(|| bad("a key too short".to_owned()))?;
    let text = if packed.has_text { text(number)? } else { None };
    packed.unpack(number, text).map_err(bad)
}

/// A document's text from its value.
pub(super) fn read_text(key: &[u8], payload: &[u8]) -> Result<String, StoreError> {
    let bad = |reason: &dyn std::fmt::Display| damaged(TreeName::Documents, key, reason);
    let mut text = String::new();
    let decoder = zstd::Decoder::new(payload).map_err(|error| bad(&error))?;
    decoder.take(MAX_TEXT).read_to_string(&mut text).map_err(|error| bad(&error))?;
    Ok(text)
}

/// A request from its value.
pub(super) fn read_request(key: &[u8], payload: &[u8]) -> Result<RequestRecord, StoreError> {
    codec::decode(TreeName::Requests, key, payload).map(PackedRequest::unpack)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Revision;
    use crate::store::replay::{EvidenceReader, replay};
    use crate::store::testing::{Folder, Op, Scribe};
    use crate::store::trees::Trees;
    use proptest::prelude::*;

    #[test]
    fn facts_of_several_commits_may_lie_in_one_value() {
        let mut scribe = Scribe::default();
        let written: Vec<Commit> = (0..7)
            .map(|pick| scribe.write(&[Op::Node { bytes: 9 }, Op::Fact { pick, bytes: 30 }]))
            .collect();
        let mut together = Rows::default();
        for commit in &written {
            let mut rows = of_commit(commit).unwrap();
            rows.by_tree[TreeName::Columns as usize].clear();
            rows.by_tree[TreeName::Bodies as usize].clear();
            together.append(rows);
        }
        let all: Vec<FactRecord> = written.iter().flat_map(|commit| commit.facts.clone()).collect();
        facts(&all, &mut together).unwrap();
        assert_eq!(
            (
                together.by_tree[TreeName::Columns as usize].len(),
                together.by_tree[TreeName::Bodies as usize].len()
            ),
            (1, 1)
        );

        let folder = Folder::new();
        let trees = Trees::open(folder.path(), 8).unwrap();
        trees.write(&together).unwrap();
        let mut found = Vec::new();
        replay(&trees, Revision(7), true, &mut |commit| {
            found.push(commit);
            Ok(())
        })
        .unwrap();
        assert_eq!(found, written);
        let mut reader = EvidenceReader::new(&trees, written[6].head);
        assert_eq!(reader.read(FactNumber(5)).unwrap(), [all[5].evidence.clone()]);
    }

    proptest! {
        /// The checksum keeps such bytes away; were it to fail, reading must still only fail.
        #[test]
        fn any_payload_is_read_without_panic(
            key in proptest::collection::vec(any::<u8>(), 0..12),
            columns: bool,
            mut payload in proptest::collection::vec(prop_oneof![Just(0), 0u8..4, any::<u8>()], 0..300),
        ) {
            if columns {
                payload.splice(..0, [0, 2]);
            }
            let _ = read_columns(&key, &payload);
            let _ = read_table(&key, &payload);
            let _ = read_bodies(&key, &payload);
            let _ = read_evidence(TreeName::Evidence, &key, &payload);
            let _ = read_nodes(&key, &payload);
            let _ = read_document(&key, &payload, &|_| Ok(None));
            let _ = read_text(&key, &payload);
            let _ = read_request(&key, &payload);
            let _ = codec::decode::<PackedCommit>(TreeName::Commits, &key, &payload);
            let _ = read_body(&key, &payload, FactNumber(3));
            let _ = read_light_evidence(&key, &payload, FactNumber(3));
        }

        #[test]
        fn a_changed_value_is_read_without_panic(seed in 0usize..50, place: prop::sample::Index, byte: u8) {
            let ops: Vec<Op> = (0..12).map(|nth| match nth {
                0..3 => Op::Node { bytes: 9 },
                nth => Op::Fact { pick: seed + nth * 7, bytes: 40 },
            }).collect();
            let facts = Scribe::default().write(&ops).facts;
            for mut payload in [pack::pack_facts(&facts), pack::pack_bodies(&bodies_of(&facts))] {
                let place = place.index(payload.len());
                payload[place] = byte;
                let _ = read_columns(&[0; 4], &payload);
                let _ = read_table(&[0; 4], &payload);
                let _ = read_bodies(&[0; 4], &payload);
            }
        }
    }
}
