//! Facts in `columns` as format 1 wrote them. See [`super::facts`] for the form of today.

use serde::{Deserialize, Serialize};

use super::Unpacked;
use super::evidence::LightEvidence;
use super::facts::unpack_mood;
use super::texts::{Known, zero_or_some};
use crate::model::{FactId, FactNumber, NodeNumber};
use crate::store::{FactRecord, StoredObject};

/// A fact as the view wants it; its number is the block's first plus its place.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::store) struct PackedFact {
    id: [u8; 10],
    subject: u32,
    relation: u32,
    object: PackedObject,
    valid: u64,
    /// Modality in the low two bits, then polarity.
    mood: u8,
    qualifiers: Vec<(u32, u32)>,
    supersedes: u64,
    evidence: LightEvidence,
}

#[derive(Debug, Serialize, Deserialize)]
enum PackedObject {
    Node(u32),
    Value(u32),
    None,
}

impl PackedFact {
    pub(in crate::store) fn unpack(self, number: FactNumber, texts: &mut Known<'_>) -> Unpacked<FactRecord> {
        let (modality, polarity) = unpack_mood(u32::from(self.mood))?;
        Ok(FactRecord {
            number,
            id: FactId::from_bytes(self.id),
            subject: NodeNumber(self.subject),
            relation: texts.shared(self.relation)?,
            object: match self.object {
                PackedObject::Node(number) => StoredObject::Node(NodeNumber(number)),
                PackedObject::Value(place) => StoredObject::Value(texts.shared(place)?),
                PackedObject::None => StoredObject::None,
            },
            valid: zero_or_some(self.valid)?.map(|place| texts.date(place)).transpose()?,
            modality,
            polarity,
            qualifiers: texts.qualifiers(&self.qualifiers)?,
            supersedes: zero_or_some(self.supersedes)?.map(FactNumber),
            evidence: self.evidence.unpack(texts)?,
        })
    }
}
