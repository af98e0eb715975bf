//! A coded event (source, label, target) as a fact of ours; shared by the importers of event data.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::FactIn;
use super::cameo::{self, FALLBACK};
use crate::ontology::{ObjectType, Ontology};

/// The identifying qualifier that keeps an event's original label.
const LABEL: &str = "event";

/// One end of an event.
#[derive(Clone, Copy, Debug)]
pub(super) struct Actor<'a> {
    pub(super) name: &'a str,
    pub(super) node_type: &'static str,
}

/// Reads events as facts, and counts those that did not fit.
#[derive(Debug)]
pub(super) struct Events {
    ontology: Arc<Ontology>,
    misfits: u64,
}

impl Events {
    pub(super) const fn new(ontology: Arc<Ontology>) -> Self {
        Self { ontology, misfits: 0 }
    }

    /// Events whose ends break the domain or range of their relation, and became `related_to`.
    pub(super) const fn misfits(&self) -> u64 {
        self.misfits
    }

    /// The event as a fact with nodes, relation, mood and label; when, where and by whom is the caller's.
    pub(super) fn fact(&mut self, source: Actor<'_>, (label, mut reading): (&str, cameo::Reading), target: Actor<'_>) -> FactIn<'static> {
        if !self.fits(source, reading, target) {
            self.misfits += 1;
            reading = cameo::Reading {
                relation: FALLBACK,
                turned: false,
                modality: crate::model::Modality::Asserted,
            };
        }
        let (subject, object) = if reading.turned { (target, source) } else { (source, target) };
        FactIn {
            subject_name: Some(subject.name.to_owned().into()),
            subject_type: Some(subject.node_type.into()),
            object_name: Some(object.name.to_owned().into()),
            object_type: Some(object.node_type.into()),
            relation: Some(reading.relation.into()),
            modality: Some(reading.modality.as_str().into()),
            qualifiers: BTreeMap::from([(LABEL.into(), label.to_owned().into())]),
            ..FactIn::default()
        }
    }

    fn fits(&self, source: Actor<'_>, reading: cameo::Reading, target: Actor<'_>) -> bool {
        let (subject, object) = if reading.turned { (target, source) } else { (source, target) };
        match self
            .ontology
            .check(reading.relation, subject.node_type, ObjectType::Node(object.node_type))
        {
            // Nobody meets himself; the data sets hold a few such rows.
            Ok(number) => !(self.ontology.relation(number).symmetric && source.name == target.name),
            Err(_) => false,
        }
    }
}
