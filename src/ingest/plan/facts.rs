//! Posted facts: each line read, resolved, checked against the ontology, and recorded.

use std::collections::{BTreeMap, HashMap};

use super::evidence::Placed;
use super::nodes::Reference;
use super::{Planner, Stop};
use crate::format::{FactIn, Fault, LineError, Piece, problem};
use crate::ingest::{IngestError, Refused};
use crate::model::time::InvalidEdtf;
use crate::model::{Content, Evidence, FactId, FactNumber, Modality, NodeNumber, ObjectText, Polarity, Qualifiers, ValidTime};
use crate::ontology::{ObjectType, OntologyError, RelationNumber, TypeNumber};
use crate::store::{FactRecord, StoredObject};

/// The longest value or qualifier, in bytes.
const MAX_VALUE: usize = 2_000;
/// Most qualifiers of one fact.
const MAX_QUALIFIERS: usize = 32;

/// What became of the lines of one chunk.
#[derive(Debug, Default)]
pub(in crate::ingest) struct Tally {
    pub(in crate::ingest) received: u64,
    pub(in crate::ingest) created: u64,
    pub(in crate::ingest) corroborated: u64,
    pub(in crate::ingest) mirror: u64,
    pub(in crate::ingest) duplicate: u64,
    pub(in crate::ingest) nodes_created: u64,
    /// Every line that was not stored.
    pub(in crate::ingest) refused: Vec<Refused>,
}

/// What became of one line, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Told {
    Created,
    Corroborated,
    Mirror,
    Duplicate,
}

/// A fact whose ends are nodes, in canonical order.
#[derive(Clone, Debug)]
pub(super) struct Placeable {
    pub(super) id: FactId,
    pub(super) relation: RelationNumber,
    pub(super) ends: Ends,
    pub(super) saying: Saying,
    /// The ends were turned round.
    pub(super) mirrored: bool,
}

/// Both ends of a fact, before their order is settled.
#[derive(Clone, Debug)]
pub(super) struct Ends {
    pub(super) subject: NodeNumber,
    pub(super) object: StoredObject,
}

/// What a fact says besides its ends and its relation.
#[derive(Clone, Debug, Default)]
pub(super) struct Saying {
    pub(super) valid: Option<ValidTime>,
    pub(super) modality: Modality,
    pub(super) polarity: Polarity,
    pub(super) qualifiers: Qualifiers,
}

/// A relation between ends of two types that the ontology was found to allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Fit {
    relation: RelationNumber,
    subject: TypeNumber,
    object: ObjectKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum ObjectKind {
    Node(TypeNumber),
    Value,
    None,
}

/// Dates by their text: a file names the same few thousand days again and again.
#[derive(Debug, Default)]
pub(super) struct Dates(HashMap<String, ValidTime>);

impl Dates {
    /// Dates that are kept at most.
    const MOST: usize = 20_000;

    /// The time of a fact; `..` and nothing say that it is not known.
    fn read(&mut self, given: Option<&str>) -> Result<Option<ValidTime>, Fault> {
        let Some(text) = given.filter(|text| *text != "..") else {
            return Ok(None);
        };
        if let Some(known) = self.0.get(text) {
            return Ok(Some(known.clone()));
        }
        let time: ValidTime = text
            .parse()
            .map_err(|error: InvalidEdtf| Fault::new("/valid", problem::INVALID_DATE, error.to_string()))?;
        if self.0.len() >= Self::MOST {
            self.0.clear();
        }
        self.0.insert(text.to_owned(), time.clone());
        Ok(Some(time))
    }
}

impl Planner {
    /// Plans every line it can; wrong ones leave no trace and are named.
    pub(in crate::ingest) fn lines(&mut self, piece: &Piece) -> Result<Tally, IngestError> {
        let mut tally = Tally {
            received: piece.len() as u64,
            ..Tally::default()
        };
        let nodes = self.pending.counters().nodes;
        let mut failed = None;
        piece.each(|number, fact| {
            if failed.is_none() {
                failed = self.counted_line(number, fact, &mut tally).err();
            }
        });
        tally.nodes_created = u64::from(self.pending.counters().nodes - nodes);
        failed.map_or(Ok(tally), Err)
    }

    fn counted_line(&mut self, number: u64, fact: Result<&FactIn<'_>, &LineError>, tally: &mut Tally) -> Result<(), IngestError> {
        let fact = match fact {
            Ok(fact) => fact,
            Err(error) => {
                tally.refused.push(Refused {
                    error: error.clone(),
                    fact: None,
                });
                return Ok(());
            }
        };
        let mark = self.mark();
        match self.line(fact) {
            Ok(Told::Created) => tally.created += 1,
            Ok(Told::Corroborated) => tally.corroborated += 1,
            Ok(Told::Mirror) => tally.mirror += 1,
            Ok(Told::Duplicate) => tally.duplicate += 1,
            Err(Stop::Fault(fault)) => {
                self.roll_back(mark);
                tally.refused.push(Refused {
                    error: fault.on_line(number),
                    fact: Some(Box::new(fact.clone().into_owned())),
                });
            }
            Err(Stop::Failed(error)) => return Err(error),
        }
        Ok(())
    }

    fn line(&mut self, given: &FactIn<'_>) -> Result<Told, Stop> {
        let (placeable, evidence) = self.resolved(given)?;
        match self.place_fact(placeable, evidence)? {
            (told, true) => Ok(told),
            (_, false) => Err(closed_by_a_person().into()),
        }
    }

    /// A posted fact with its nodes found or made, checked, and its evidence.
    pub(super) fn resolved(&mut self, given: &FactIn<'_>) -> Result<(Placeable, Vec<Evidence>), Stop> {
        let relation = given
            .relation
            .as_deref()
            .ok_or_else(|| Fault::new("/relation", problem::MISSING_FIELD, "a fact needs a 'relation'"))?;
        let ends = self.ends(given)?;
        let relation = self.checked(relation, &ends)?;
        let (identifying, describing) = self.split_qualifiers(relation, given.qualifiers.clone())?;
        let valid = self.dates.read(given.valid.as_deref())?;
        let saying = saying(given, valid, identifying)?;
        let placeable = self.placeable(relation, ends, saying)?;
        let evidence = self.evidence_of(given, describing)?;
        Ok((placeable, evidence))
    }

    fn ends(&mut self, given: &FactIn<'_>) -> Result<Ends, Fault> {
        let subject = Reference {
            field: "subject",
            id: given.subject.as_deref(),
            name: given.subject_name.as_deref(),
            node_type: given.subject_type.as_deref(),
        };
        let object = Reference {
            field: "object",
            id: given.object.as_deref(),
            name: given.object_name.as_deref(),
            node_type: given.object_type.as_deref(),
        };
        let subject = self.find_or_make(subject)?.ok_or_else(|| {
            Fault::new(
                "/subject",
                problem::MISSING_FIELD,
                "a fact needs a 'subject', or 'subject_name' and 'subject_type'",
            )
        })?;
        let object = match (self.find_or_make(object)?, given.value.as_deref()) {
            (Some(_), Some(_)) => {
                return Err(Fault::new(
                    "/value",
                    problem::INVALID_VALUE,
                    "a fact has an 'object' or a 'value', not both",
                ));
            }
            (Some(node), None) => StoredObject::Node(node),
            (None, Some(value)) if value.len() > MAX_VALUE => {
                let detail = format!("a value is at most {MAX_VALUE} bytes long, this one has {}", value.len());
                return Err(Fault::new("/value", problem::INVALID_VALUE, detail));
            }
            (None, Some(value)) => StoredObject::Value(value.into()),
            (None, None) => StoredObject::None,
        };
        Ok(Ends { subject, object })
    }

    /// The relation, once the ontology allows it between these ends.
    pub(super) fn checked(&mut self, relation: &str, ends: &Ends) -> Result<RelationNumber, Fault> {
        let number = match self.known_to_fit(relation, ends) {
            Some(number) => number,
            None => self.check_ends(relation, ends)?,
        };
        if self.ontology().relation(number).symmetric && ends.object == StoredObject::Node(ends.subject) {
            return Err(rule(
                &OntologyError::SameEnds {
                    relation: relation.to_owned(),
                },
                &ends.object,
            ));
        }
        Ok(number)
    }

    /// The relation, when it was found to fit ends of these types before.
    fn known_to_fit(&mut self, relation: &str, ends: &Ends) -> Option<RelationNumber> {
        let number = self.ontology().relation_number(relation)?;
        let fit = Fit {
            relation: number,
            subject: self.type_number(ends.subject)?,
            object: self.object_kind(&ends.object)?,
        };
        self.fits.contains(&fit).then_some(number)
    }

    fn object_kind(&mut self, object: &StoredObject) -> Option<ObjectKind> {
        Some(match object {
            StoredObject::Node(object) => ObjectKind::Node(self.type_number(*object)?),
            StoredObject::Value(_) => ObjectKind::Value,
            StoredObject::None => ObjectKind::None,
        })
    }

    fn check_ends(&mut self, relation: &str, ends: &Ends) -> Result<RelationNumber, Fault> {
        let object_type = match &ends.object {
            StoredObject::Node(object) => Some(self.node_type(*object)),
            StoredObject::Value(_) | StoredObject::None => None,
        };
        let to = match (&ends.object, &object_type) {
            (_, Some(found)) => ObjectType::Node(found),
            (StoredObject::Value(_), None) => ObjectType::Value,
            (_, None) => ObjectType::None,
        };
        let number = self
            .ontology()
            .check(relation, &self.node_type(ends.subject), to)
            .map_err(|error| rule(&error, &ends.object))?;
        if let (Some(subject), Some(object)) = (self.type_number(ends.subject), self.object_kind(&ends.object)) {
            self.fits.insert(Fit {
                relation: number,
                subject,
                object,
            });
        }
        Ok(number)
    }

    /// Qualifiers that identify the fact, and those that describe it.
    pub(super) fn split_qualifiers<T: AsRef<str> + Into<String>>(
        &self,
        relation: RelationNumber,
        all: BTreeMap<T, T>,
    ) -> Result<(Qualifiers, Qualifiers), Fault> {
        if all.is_empty() {
            return Ok(Default::default());
        }
        let fault = |name: &str, detail: String| Fault::new(format!("/qualifiers/{name}"), problem::INVALID_VALUE, detail);
        if all.len() > MAX_QUALIFIERS {
            return Err(Fault::new(
                "/qualifiers",
                problem::INVALID_VALUE,
                format!("a fact has at most {MAX_QUALIFIERS} qualifiers"),
            ));
        }
        for (name, value) in &all {
            let (name, value) = (name.as_ref(), value.as_ref());
            let fits = (1..=40).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
            if !fits {
                return Err(fault(
                    name,
                    format!("'{name}' is no name of a qualifier: lower-case letters, digits and '_'"),
                ));
            }
            if value.len() > MAX_VALUE {
                return Err(fault(
                    name,
                    format!("a qualifier is at most {MAX_VALUE} bytes long, this one has {}", value.len()),
                ));
            }
        }
        Ok(all
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()))
            .partition(|(name, _): &(String, String)| self.ontology().identifies(relation, name)))
    }

    /// The fact with its ends in canonical order.
    pub(super) fn placeable(&self, relation: RelationNumber, mut ends: Ends, saying: Saying) -> Result<Placeable, Fault> {
        let definition = self.ontology().relation(relation);
        let id_of = |number: NodeNumber| {
            let gone = || Fault::new("/subject", problem::UNKNOWN_NODE, "the node is not known");
            self.node(number).map(|node| node.id.as_str()).ok_or_else(gone)
        };
        let mut mirrored = false;
        if definition.symmetric
            && let StoredObject::Node(other) = ends.object
            && id_of(ends.subject)? > id_of(other)?
        {
            ends = Ends {
                subject: other,
                object: StoredObject::Node(ends.subject),
            };
            mirrored = true;
        }
        let content = Content {
            subject: id_of(ends.subject)?,
            relation: &definition.name,
            object: match &ends.object {
                StoredObject::Node(number) => ObjectText::Node(id_of(*number)?),
                StoredObject::Value(text) => ObjectText::Value(text),
                StoredObject::None => ObjectText::None,
            },
            valid: saying.valid.as_ref(),
            modality: saying.modality,
            polarity: saying.polarity,
            qualifiers: &saying.qualifiers,
        };
        Ok(Placeable {
            id: content.id(),
            relation,
            ends,
            saying,
            mirrored,
        })
    }

    pub(super) fn fact_number(&self, id: FactId) -> Option<FactNumber> {
        self.reading().fact_by_id(id).or_else(|| self.pending.fact_by_id(id))
    }

    /// Records a new fact.
    pub(super) fn add_fact(&mut self, placeable: Placeable, supersedes: Option<FactNumber>, evidence: Evidence) -> FactNumber {
        let relation = self.ontology().relation(placeable.relation).name.clone();
        let Placeable { id, ends, saying, .. } = placeable;
        self.pending.add_fact(|number| FactRecord {
            number,
            id,
            subject: ends.subject,
            relation,
            object: ends.object,
            valid: saying.valid,
            modality: saying.modality,
            polarity: saying.polarity,
            qualifiers: saying.qualifiers,
            supersedes,
            evidence,
        })
    }

    /// Records the fact, or adds the evidence to the one that is there. The flag is false when all of it
    /// was refused because a person had closed it.
    pub(super) fn place_fact(&mut self, placeable: Placeable, evidence: Vec<Evidence>) -> Result<(Told, bool), Stop> {
        let mirrored = placeable.mirrored;
        let mut evidence = evidence.into_iter().map(|evidence| Evidence { mirrored, ..evidence });
        let mut told = None;
        let number = if let Some(number) = self.fact_number(placeable.id) {
            number
        } else {
            let Some(first) = evidence.next() else {
                return Ok((Told::Duplicate, true));
            };
            told = Some(Told::Created);
            self.add_fact(placeable, None, first)
        };
        let mut allowed = told.is_some();
        for evidence in evidence {
            let placed = self.add_evidence(number, evidence)?;
            allowed |= placed != Placed::Closed;
            let this = match placed {
                Placed::Added => Told::Corroborated,
                Placed::Mirror => Told::Mirror,
                Placed::Duplicate | Placed::Closed => Told::Duplicate,
            };
            // The strongest thing that happened is what the line is counted as.
            told = Some(told.map_or(this, |before: Told| before.min(this)));
        }
        Ok((told.unwrap_or(Told::Duplicate), allowed))
    }
}

pub(super) fn closed_by_a_person() -> Fault {
    Fault::new(
        "/document",
        problem::CONFLICT,
        "a person closed this; an extractor cannot reopen it from the same document",
    )
}

fn saying(given: &FactIn<'_>, valid: Option<ValidTime>, identifying: Qualifiers) -> Result<Saying, Fault> {
    let word = |field: &str, detail: String| Fault::new(format!("/{field}"), problem::INVALID_VALUE, detail);
    let modality = given
        .modality
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(|detail| word("modality", detail))?
        .unwrap_or_default();
    let polarity = given
        .polarity
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(|detail| word("polarity", detail))?
        .unwrap_or_default();
    Ok(Saying {
        valid,
        modality,
        polarity,
        qualifiers: identifying,
    })
}

/// The broken rule as the fault of a field.
fn rule(error: &OntologyError, object: &StoredObject) -> Fault {
    let (pointer, kind) = match error {
        OntologyError::UnknownRelation { .. } => ("/relation", problem::UNKNOWN_RELATION),
        OntologyError::Domain { .. } => ("/subject", problem::ONTOLOGY_RULE),
        OntologyError::Range { .. } if matches!(object, StoredObject::Value(_)) => ("/value", problem::ONTOLOGY_RULE),
        OntologyError::Range { .. } | OntologyError::SameEnds { .. } => ("/object", problem::ONTOLOGY_RULE),
        OntologyError::UnknownType { .. } | OntologyError::File(_) => ("", problem::ONTOLOGY_RULE),
    };
    Fault::new(pointer, kind, error.to_string())
}
