//! Documents without their texts, in `documents`.

use serde::{Deserialize, Serialize};

use super::Unpacked;
use super::texts::{some_or_zero, zero_or_some};
use crate::model::{Day, Document, DocumentNumber, NodeNumber};
use crate::store::DocumentRecord;

/// A document without its text.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::store) struct PackedDocument {
    id: String,
    date: Option<i32>,
    publisher: Option<String>,
    place: u64,
    title: Option<String>,
    url: Option<String>,
    lang: Option<String>,
    /// Whether there is a text.
    pub(in crate::store) has_text: bool,
    group: u32,
    /// Four bytes a number, little endian: hashes have no small values.
    fingerprint: Vec<u8>,
    replaces: u64,
}

impl PackedDocument {
    pub(in crate::store) fn pack(record: &DocumentRecord) -> Self {
        let document = &record.document;
        Self {
            id: document.id.as_str().to_owned(),
            date: document.date.map(|day| day.0),
            publisher: document.publisher.clone(),
            place: some_or_zero(document.place.map(|number| number.0)),
            title: document.title.clone(),
            url: document.url.clone(),
            lang: document.lang.clone(),
            has_text: document.text.is_some(),
            group: document.group.0,
            fingerprint: document.fingerprint.iter().flat_map(|hash| hash.to_le_bytes()).collect(),
            replaces: some_or_zero(record.replaces.map(|number| number.0)),
        }
    }

    pub(in crate::store) fn unpack(self, number: DocumentNumber, text: Option<String>) -> Unpacked<DocumentRecord> {
        let (hashes, []) = self.fingerprint.as_chunks() else {
            return Err("a fingerprint is cut off".to_owned());
        };
        Ok(DocumentRecord {
            number,
            document: Document {
                id: self.id.parse().map_err(|error| format!("{error}"))?,
                date: self.date.map(Day),
                publisher: self.publisher,
                place: zero_or_some(self.place)?.map(NodeNumber),
                title: self.title,
                url: self.url,
                lang: self.lang,
                text,
                group: DocumentNumber(self.group),
                fingerprint: hashes.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect(),
            },
            replaces: zero_or_some(self.replaces)?.map(DocumentNumber),
        })
    }
}
