//! Facts, in `columns`.

use serde::{Deserialize, Serialize};

use super::Unpacked;
use super::evidence::LightEvidence;
use super::texts::{Known, Texts, some_or_zero, zero_or_some};
use crate::model::{FactId, FactNumber, Modality, NodeNumber, Polarity, ValidTime};
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

const NEGATED: u8 = 4;

impl PackedFact {
    pub(in crate::store) fn pack(fact: &FactRecord, texts: &mut Texts) -> Self {
        Self {
            id: fact.id.to_bytes(),
            subject: fact.subject.0,
            relation: texts.place(&fact.relation),
            object: match &fact.object {
                StoredObject::Node(number) => PackedObject::Node(number.0),
                StoredObject::Value(text) => PackedObject::Value(texts.place(text)),
                StoredObject::None => PackedObject::None,
            },
            valid: texts.optional(fact.valid.as_ref().map(ValidTime::as_str)),
            mood: pack_mood(fact.modality, fact.polarity),
            qualifiers: texts.qualifiers(&fact.qualifiers),
            supersedes: some_or_zero(fact.supersedes.map(|number| number.0)),
            evidence: LightEvidence::pack(&fact.evidence, texts),
        }
    }

    pub(in crate::store) fn unpack(self, number: FactNumber, texts: &mut Known<'_>) -> Unpacked<FactRecord> {
        let (modality, polarity) = unpack_mood(self.mood)?;
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

fn unpack_mood(mood: u8) -> Unpacked<(Modality, Polarity)> {
    let polarity = if mood & NEGATED == 0 {
        Polarity::Affirmed
    } else {
        Polarity::Negated
    };
    let modality = match mood & !NEGATED {
        0 => Modality::Asserted,
        1 => Modality::Intended,
        2 => Modality::Requested,
        3 => Modality::Possible,
        other => return Err(format!("{other} is no mood")),
    };
    Ok((modality, polarity))
}
