//! Nodes and their versions, in `nodes`.

use serde::{Deserialize, Serialize};

use super::Unpacked;
use super::texts::{Known, Texts};
use crate::model::{Name, Node, NodeNumber};
use crate::store::NodeRecord;

/// A node, or a new version of one.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::store) struct PackedNode {
    number: u32,
    id: String,
    node_type: u32,
    name: u32,
    names: Vec<PackedName>,
    properties: Vec<(u32, u32)>,
    external_ids: Vec<(u32, u32)>,
    reason: u64,
    by: u64,
}

#[derive(Debug, Serialize, Deserialize)]
struct PackedName {
    text: u32,
    lang: u64,
    script: u64,
}

impl PackedNode {
    pub(in crate::store) fn pack<'t>(record: &'t NodeRecord, texts: &mut Texts<'t>) -> Self {
        let node = &record.node;
        Self {
            number: record.number.0,
            id: node.id.as_str().to_owned(),
            node_type: texts.place(&node.node_type),
            name: texts.place(&node.name),
            names: node
                .names
                .iter()
                .map(|name| PackedName {
                    text: texts.place(&name.text),
                    lang: texts.optional(name.lang.as_deref()),
                    script: texts.optional(name.script.as_deref()),
                })
                .collect(),
            properties: texts.qualifiers(&node.properties),
            external_ids: texts.qualifiers(&node.external_ids),
            reason: texts.optional(record.reason.as_deref()),
            by: texts.optional(record.by.as_deref()),
        }
    }

    pub(in crate::store) fn unpack(self, texts: &mut Known<'_, &str>) -> Unpacked<NodeRecord> {
        let name = |name: PackedName| {
            Ok(Name {
                text: texts.owned(name.text)?,
                lang: texts.optional(name.lang)?,
                script: texts.optional(name.script)?,
            })
        };
        let names = self.names.into_iter().map(name).collect::<Unpacked<_>>()?;
        Ok(NodeRecord {
            number: NodeNumber(self.number),
            node: Node {
                id: self.id.parse().map_err(|error| format!("{error}"))?,
                node_type: texts.shared(self.node_type)?,
                name: texts.owned(self.name)?,
                names,
                properties: texts.qualifiers(&self.properties)?,
                external_ids: texts.qualifiers(&self.external_ids)?,
            },
            reason: texts.optional(self.reason)?,
            by: texts.optional(self.by)?,
        })
    }
}
