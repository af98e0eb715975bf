//! Putting right: retract, correct, change a node, delete a document.
//!
//! Each of these has a transaction of its own, so that what it closes was opened in an earlier revision.
//! Facts and evidence never change: a correction closes the one and asserts another.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::Planner;
use super::documents::add_name;
use super::evidence::quoted_if_extracted;
use super::nodes::{PROVISIONAL, checked_name};
use crate::format::{FactIn, Fault, problem};
use crate::ingest::{FactPatch, IngestError, NodePatch, Why};
use crate::model::{Asserter, Evidence, FactId, FactNumber, Node, NodeNumber, Quote, slug};
use crate::store::{Closing, DocumentClosing, EvidenceRecord};
use crate::view::ObjectRef;

impl Why {
    /// Whether a person decides: everybody who is not said to be a program.
    pub(super) fn is_by_person(&self) -> bool {
        !self
            .by
            .as_deref()
            .is_some_and(|by| by.starts_with("extractor:") || by.starts_with("import:"))
    }

    /// Who asserts what a correction says instead.
    fn asserter(&self) -> Asserter {
        let by = self.by.as_deref().unwrap_or("api");
        by.parse().unwrap_or_else(|_| Asserter::Person(by.to_owned()))
    }
}

impl Planner {
    /// Closes all open evidence of a fact.
    pub(in crate::ingest) fn retract(&mut self, id: &str, why: &Why) -> Result<(), IngestError> {
        let fact = self.known_fact(id)?;
        self.close_fact(fact, why);
        Ok(())
    }

    fn known_fact(&self, id: &str) -> Result<FactNumber, IngestError> {
        let gone = || IngestError::NotFound {
            what: "fact",
            given: id.to_owned(),
        };
        let number = id
            .parse::<FactId>()
            .ok()
            .and_then(|id| self.reading().fact_by_id(id))
            .ok_or_else(gone)?;
        if !self.reading().is_known(number) {
            return Err(IngestError::Conflict(format!(
                "the fact '{id}' was retracted before, or its documents were deleted"
            )));
        }
        Ok(number)
    }

    fn close_fact(&mut self, fact: FactNumber, why: &Why) {
        let open: Vec<u32> = self.reading().open_evidence(fact).iter().map(|evidence| evidence.number).collect();
        for number in open {
            let by_person = why.is_by_person();
            self.pending.close(Closing {
                fact,
                number,
                reason: why.reason.clone(),
                by: why.by.clone(),
                by_person,
            });
        }
    }

    /// Retracts a fact and asserts the changed one, on the best evidence of the old.
    ///
    /// Keys of evidence change that evidence; when nothing of the content changes, the fact keeps its id.
    pub(in crate::ingest) fn correct(&mut self, id: &str, patch: FactPatch, why: &Why) -> Result<FactId, IngestError> {
        let old = self.known_fact(id)?;
        let (row, evidence) = self.as_posted(old)?;
        let changed = patched(&row, patch)?;
        if changed == row {
            return Err(Fault::new("", problem::INVALID_VALUE, "the patch changes nothing").into());
        }
        let (placeable, new) = self.resolved(&changed)?;
        let mut new = new.into_iter().next().unwrap_or_else(|| evidence.clone());
        // A span belongs to its words in their document.
        if row.quote == changed.quote && row.document == changed.document {
            new.quote.clone_from(&evidence.quote);
        }
        new.asserted_by = why.asserter();
        quoted_if_extracted(&new.asserted_by, new.document.is_some(), new.quote.is_some(), "")?;
        new.mirrored = placeable.mirrored;
        self.close_fact(old, why);
        let id = placeable.id;
        match self.fact_number(id) {
            None => {
                self.add_fact(placeable, Some(old), new);
            }
            Some(fact) => {
                let number = u32::try_from(self.reading().all_evidence(fact).len()).unwrap_or(u32::MAX);
                self.pending.add_evidence(EvidenceRecord {
                    fact,
                    number,
                    evidence: new,
                });
            }
        }
        Ok(id)
    }

    /// The fact as it would be posted, with its best evidence, and that evidence.
    fn as_posted(&self, number: FactNumber) -> Result<(FactIn<'static>, Evidence), IngestError> {
        let reading = self.reading();
        let gone = || IngestError::Conflict("the fact has no open evidence".to_owned());
        let fact = reading.fact(number).ok_or_else(gone)?;
        let best = reading.best_evidence(number).ok_or_else(gone)?.number as usize;
        let stored = self.whole_evidence(number)?;
        let evidence = stored.into_iter().nth(best).ok_or_else(gone)?;
        let id_of = |node: NodeNumber| reading.node(node).map(|node| Cow::Owned(node.id.to_string()));
        let (object, value) = match fact.object {
            ObjectRef::Node(node) => (id_of(node), None),
            ObjectRef::Value(text) => (None, Some(text.to_owned().into())),
            ObjectRef::None => (None, None),
        };
        let mut qualifiers = fact.qualifiers.clone();
        qualifiers.extend(evidence.qualifiers.clone());
        let document = evidence
            .document
            .and_then(|number| reading.document(number))
            .map(|held| Cow::Owned(held.document.id.to_string()));
        let row = FactIn {
            subject: id_of(fact.subject),
            relation: Some(self.ontology().relation(fact.relation).name.as_ref().to_owned().into()),
            object,
            value,
            valid: fact.valid.map(|time| time.to_string().into()),
            modality: Some(fact.modality.as_str().into()),
            polarity: Some(fact.polarity.as_str().into()),
            speakers: evidence.speakers.iter().filter_map(|speaker| id_of(*speaker)).collect(),
            place: evidence.place.and_then(id_of),
            qualifiers: qualifiers.into_iter().map(|(name, value)| (name.into(), value.into())).collect(),
            publisher: evidence.publisher.clone().map(Cow::Owned),
            reported: evidence.reported.map(|day| day.to_string().into()),
            document,
            quote: evidence.quote.as_ref().map(|Quote { text, .. }| text.clone().into()),
            url: evidence.url.clone().map(Cow::Owned),
            sentence: evidence.sentence,
            confidence: evidence.confidence,
            rule: evidence.rule.clone().map(Cow::Owned),
            ..FactIn::default()
        };
        Ok((row, evidence))
    }

    // Nodes.

    /// A new version of a node.
    pub(in crate::ingest) fn patch_node(&mut self, id: &str, patch: &NodePatch, why: &Why) -> Result<(), IngestError> {
        let number = self.node_by_id(id).ok_or_else(|| IngestError::NotFound {
            what: "node",
            given: id.to_owned(),
        })?;
        let held = self.node(number).cloned().ok_or_else(|| IngestError::NotFound {
            what: "node",
            given: id.to_owned(),
        })?;
        let mut node = held.clone();
        self.change_type(number, &mut node, patch)?;
        change_names(&mut node, patch)?;
        change_texts(&mut node.external_ids, &patch.external_ids, "external_ids")?;
        change_texts(&mut node.properties, &patch.properties, "properties")?;
        if node == held {
            return Err(Fault::new("", problem::INVALID_VALUE, "the patch changes nothing").into());
        }
        let reason = patch.reason.clone().or_else(|| why.reason.clone());
        let by = patch.by.clone().or_else(|| why.by.clone());
        self.change_node(number, node, &Why { reason, by });
        Ok(())
    }

    fn change_type(&self, number: NodeNumber, node: &mut Node, patch: &NodePatch) -> Result<(), IngestError> {
        let Some(wanted) = patch.node_type.as_deref() else { return Ok(()) };
        let field = |reason: String, nearest| IngestError::Field {
            field: "/type".to_owned(),
            reason,
            nearest,
        };
        if self.ontology().type_number(wanted).is_none() {
            return Err(field(
                format!("there is no node type '{wanted}'"),
                self.ontology().nearest_types(wanted),
            ));
        }
        if let Some(rule) = self.broken_by(number, wanted) {
            return Err(field(format!("a fact of '{}' would not fit any more: {rule}", node.id), Vec::new()));
        }
        node.node_type = wanted.into();
        // What a person says is not assumed any more.
        node.properties.remove(PROVISIONAL);
        Ok(())
    }

    // Documents.

    /// Closes a document, and all evidence that stands in it.
    pub(in crate::ingest) fn delete_document(&mut self, id: &str, why: &Why) -> Result<(), IngestError> {
        let document = self.open_document(id)?;
        self.pending.close_document(DocumentClosing {
            document,
            reason: why.reason.clone(),
            by: why.by.clone(),
        });
        Ok(())
    }
}

/// The posted fact with the keys of a patch in place of its own; `null` empties.
fn patched(row: &FactIn<'_>, patch: FactPatch) -> Result<FactIn<'static>, IngestError> {
    let Ok(Value::Object(mut keys)) = serde_json::to_value(row) else {
        return Err(Fault::new("", problem::INVALID_VALUE, "the fact cannot be written as a row").into());
    };
    let patch: Map<String, Value> = patch.keys;
    // A node may be given by its name and type too, and an object takes the place of a value.
    for (end, parts) in [
        ("subject", ["subject_name", "subject_type"]),
        ("object", ["object_name", "object_type"]),
    ] {
        if parts.iter().any(|part| patch.contains_key(*part)) && !patch.contains_key(end) {
            keys.remove(end);
        }
    }
    if patch.get("object").is_some_and(|object| !object.is_null()) || patch.contains_key("object_name") {
        keys.remove("value");
    }
    if patch.get("value").is_some_and(|value| !value.is_null()) {
        keys.remove("object");
    }
    // Another document prints and dates for itself, and the words of the old one are not its own.
    if patch.contains_key("document") {
        for part in ["publisher", "reported", "quote", "sentence", "url"] {
            keys.remove(part);
        }
    }
    for (key, value) in patch {
        keys.insert(key, value);
    }
    FactIn::from_object(keys).map_err(IngestError::from)
}

fn change_names(node: &mut Node, patch: &NodePatch) -> Result<(), Fault> {
    if let Some(name) = &patch.name {
        checked_name(name, "name")?.clone_into(&mut node.name);
        let shown = node.name.clone();
        add_name(node, &shown);
    }
    for (place, name) in patch.add_names.iter().enumerate() {
        add_name(node, checked_name(name, &format!("add_names/{place}"))?);
    }
    for (place, name) in patch.drop_names.iter().enumerate() {
        let fault = |detail: String| Fault::new(format!("/drop_names/{place}"), problem::INVALID_VALUE, detail);
        if *name == node.name {
            return Err(fault(format!(
                "'{name}' is the name it is shown under: give it another 'name' first"
            )));
        }
        let had = node.names.len();
        node.names.retain(|known| known.text != *name);
        if node.names.len() == had {
            return Err(fault(format!("'{}' has no name '{name}'", node.id)));
        }
    }
    Ok(())
}

/// Sets texts, and removes those that are set to nothing.
fn change_texts(
    held: &mut std::collections::BTreeMap<String, String>,
    changes: &std::collections::BTreeMap<String, String>,
    field: &str,
) -> Result<(), Fault> {
    for (key, value) in changes {
        let fault = |detail: &str| Fault::new(format!("/{field}/{key}"), problem::INVALID_VALUE, detail);
        if key.is_empty() || key.len() > 100 || slug(key) == "unnamed" {
            return Err(fault("a key has 1 to 100 bytes, and a letter or digit among them"));
        }
        if value.len() > 1_000 {
            return Err(fault("a text is at most 1000 bytes long"));
        }
        if value.is_empty() {
            held.remove(key);
        } else {
            held.insert(key.clone(), value.clone());
        }
    }
    Ok(())
}
