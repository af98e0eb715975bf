//! Answered requests, in `requests`.

use serde::{Deserialize, Serialize};

use crate::model::Revision;
use crate::store::RequestRecord;

/// An answered request.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::store) struct PackedRequest {
    key: String,
    digest: [u8; 32],
    revision: u64,
    status: u16,
    answer: String,
}

impl PackedRequest {
    pub(in crate::store) fn pack(record: &RequestRecord) -> Self {
        let RequestRecord {
            key,
            digest,
            revision,
            status,
            answer,
        } = record.clone();
        Self {
            key,
            digest,
            revision: revision.0,
            status,
            answer,
        }
    }

    pub(in crate::store) fn unpack(self) -> RequestRecord {
        let Self {
            key,
            digest,
            revision,
            status,
            answer,
        } = self;
        RequestRecord {
            key,
            digest,
            revision: Revision(revision),
            status,
            answer,
        }
    }
}
