//! A report: its document, its nodes, and the facts read from it.
//!
//! Extraction is done before the committer's thread is reached ([`ReadReport`]); here its entities are
//! resolved against the newest view and its drafts checked and recorded. The same text under the same
//! dateline again records nothing; nearly the same text shares the older one's source group.

use std::ops::Range;

use super::evidence::span_of;
use super::facts::{Ends, Saying};
use super::nodes::checked_name;
use super::{Planner, Stop};
use crate::extract::{DraftFact, DraftObject, Entity, Extraction, Report};
use crate::format::Fault;
use crate::ingest::{IngestError, SkippedSentence, Why};
use crate::model::{Asserter, Document, DocumentId, DocumentNumber, Evidence, FactNumber, Name, Node, NodeNumber, Quote, slug};
use crate::ontology::ObjectType;
use crate::resolve::{Resolution, lasting_names, resolve};
use crate::store::{DocumentClosing, DocumentRecord, StoredObject};

/// The longest title, url or publisher of a document, in bytes.
const MAX_FIELD: usize = 1_000;

/// A report whose form and text have been read.
#[derive(Clone, Debug)]
pub(in crate::ingest) struct ReadReport {
    pub(in crate::ingest) report: Report,
    pub(in crate::ingest) extraction: Extraction,
    pub(in crate::ingest) fingerprint: Vec<u32>,
    /// Name and version of the extractor.
    pub(in crate::ingest) extractor: String,
}

/// What became of a report.
#[derive(Clone, Debug)]
pub(in crate::ingest) struct PlannedDocument {
    pub(in crate::ingest) id: DocumentId,
    /// Its facts in the order of the text, each once.
    pub(in crate::ingest) facts: Vec<FactNumber>,
    pub(in crate::ingest) nodes_created: u64,
    pub(in crate::ingest) facts_created: u64,
    pub(in crate::ingest) facts_known: u64,
    pub(in crate::ingest) skipped: Vec<SkippedSentence>,
    /// Whether it is new.
    pub(in crate::ingest) created: bool,
}

/// The nodes of a report's entities, made when a fact first needs them.
struct Cast<'a> {
    entities: &'a [Entity],
    resolutions: Vec<Resolution>,
    nodes: Vec<Option<NodeNumber>>,
}

impl Planner {
    /// Plans a report. With `replaces`, closes the document that it corrects.
    pub(in crate::ingest) fn document_in(
        &mut self,
        read: &ReadReport,
        replaces: Option<(&str, &Why)>,
    ) -> Result<PlannedDocument, IngestError> {
        let old = replaces
            .map(|(id, why)| self.open_document(id).map(|number| (number, why)))
            .transpose()?;
        let base = document_slug(&read.report);
        if let Some(number) = self.same_report(&base, read)? {
            // The corrected text is there already: what it replaces goes all the same.
            self.close_replaced(old.filter(|(document, _)| *document != number));
            return Ok(self.known_document(number, &read.extraction));
        }
        let nodes = self.pending.counters().nodes;
        let (resolutions, near) = self.look(read);
        let mut cast = Cast {
            entities: &read.extraction.entities,
            nodes: vec![None; read.extraction.entities.len()],
            resolutions,
        };
        let place = self.dateline_place(&read.report, &mut cast)?;
        let (number, id) = self.add_document(base, read, place, near, old.map(|(number, _)| number))?;
        let mut planned = PlannedDocument {
            id,
            facts: Vec::new(),
            nodes_created: 0,
            facts_created: 0,
            facts_known: 0,
            skipped: read.extraction.skipped.iter().map(skipped).collect(),
            created: true,
        };
        for draft in &read.extraction.facts {
            let mark = self.mark();
            let before = cast.nodes.clone();
            match self.draft(draft, read, number, &mut cast) {
                Ok((fact, is_new)) => planned.count(fact, is_new),
                Err(Stop::Fault(fault)) => {
                    self.roll_back(mark);
                    cast.nodes = before;
                    let sentence = quoted(&read.report.text, &draft.quote).unwrap_or_default();
                    planned.skipped.push(SkippedSentence {
                        sentence,
                        reason: fault.detail,
                    });
                }
                Err(Stop::Failed(error)) => return Err(error),
            }
        }
        self.close_replaced(old);
        planned.nodes_created = u64::from(self.pending.counters().nodes - nodes);
        Ok(planned)
    }

    fn close_replaced(&mut self, old: Option<(DocumentNumber, &Why)>) {
        if let Some((document, why)) = old {
            self.pending.close_document(DocumentClosing {
                document,
                reason: why.reason.clone(),
                by: why.by.clone(),
            });
        }
    }

    /// A document that still counts.
    pub(super) fn open_document(&self, id: &str) -> Result<DocumentNumber, IngestError> {
        match self.document(id) {
            Some((number, _, true)) => Ok(number),
            Some((_, _, false)) => Err(IngestError::Conflict(format!("the document '{id}' was deleted or replaced before"))),
            None => Err(IngestError::NotFound {
                what: "document",
                given: id.to_owned(),
            }),
        }
    }

    /// The document with the same text, day, publisher and place, if it still counts.
    fn same_report(&mut self, base: &str, read: &ReadReport) -> Result<Option<DocumentNumber>, IngestError> {
        let Report { text, date, publisher, .. } = &read.report;
        for suffix in 1_u32.. {
            let id = if suffix == 1 { base.to_owned() } else { format!("{base}-{suffix}") };
            let Some((number, document, counts)) = self.document(&id) else {
                break;
            };
            // The fingerprint tells most of the day's other reports apart without reading their text.
            let alike = counts && document.date == *date && document.publisher == *publisher && document.fingerprint == read.fingerprint;
            if alike && self.text(number)?.as_deref() == Some(text) {
                return Ok(Some(number));
            }
        }
        Ok(None)
    }

    fn known_document(&self, number: DocumentNumber, extraction: &Extraction) -> PlannedDocument {
        let pending = self.pending.records();
        let id = pending
            .documents
            .iter()
            .find(|record| record.number == number)
            .map(|record| record.document.id.clone());
        let id = id.or_else(|| self.reading().document(number).map(|held| held.document.id.clone()));
        let recorded = self
            .reading()
            .document(number)
            .map(|_| self.reading().document_facts(number))
            .unwrap_or_default();
        let first = pending
            .facts
            .iter()
            .filter(|fact| fact.evidence.document == Some(number))
            .map(|fact| fact.number);
        let later = pending
            .evidence
            .iter()
            .filter(|record| record.evidence.document == Some(number))
            .map(|record| record.fact);
        let mut facts = recorded;
        facts.extend(first.chain(later));
        facts.sort_unstable();
        facts.dedup();
        #[expect(clippy::expect_used, reason = "the number was found by its id, in the view or in this commit")]
        let id = id.expect("a document that was found has an id");
        PlannedDocument {
            id,
            nodes_created: 0,
            facts_created: 0,
            facts_known: facts.len() as u64,
            skipped: extraction.skipped.iter().map(skipped).collect(),
            facts,
            created: false,
        }
    }

    /// Resolves the report's entities, and finds the source group of a text nearly the same, as of everything planned so far.
    fn look(&self, read: &ReadReport) -> (Vec<Resolution>, Option<DocumentNumber>) {
        let scratch = (!self.pending.is_empty()).then(|| self.scratch_view());
        let reading = scratch.as_ref().unwrap_or(&self.view).newest();
        let near = reading
            .near_identical(&read.fingerprint)
            .and_then(|number| reading.document(number))
            .map(|held| held.document.group);
        (resolve(&read.extraction.entities, &reading, self.ontology()), near)
    }

    fn add_document(
        &mut self,
        base: String,
        read: &ReadReport,
        place: Option<NodeNumber>,
        near: Option<DocumentNumber>,
        replaces: Option<DocumentNumber>,
    ) -> Result<(DocumentNumber, DocumentId), IngestError> {
        let report = &read.report;
        let fields = [
            ("/publisher", &report.publisher),
            ("/title", &report.title),
            ("/url", &report.url),
            ("/lang", &report.lang),
        ];
        for (field, value) in fields {
            if value.as_ref().is_some_and(|value| value.len() > MAX_FIELD) {
                return Err(Fault::new(field, crate::format::problem::INVALID_VALUE, format!("at most {MAX_FIELD} bytes")).into());
            }
        }
        let id = self.free_slug(base, |planner, id| planner.document(id).is_some());
        #[expect(clippy::expect_used, reason = "a slug of at most 96 bytes and a number are an id by their form")]
        let id: DocumentId = id.parse().expect("a slug is an id");
        let number = self.pending.next_document();
        let document = Document {
            id: id.clone(),
            date: report.date,
            publisher: report.publisher.clone(),
            place,
            title: report.title.clone(),
            url: report.url.clone(),
            lang: report.lang.clone(),
            text: Some(report.text.clone()),
            group: near.unwrap_or(number),
            fingerprint: read.fingerprint.clone(),
        };
        self.pending.add_document(DocumentRecord {
            number,
            document,
            replaces,
        });
        Ok((number, id))
    }

    /// The node of the dateline's place: an entity of the report, a place of the store, or a new one.
    fn dateline_place(&mut self, report: &Report, cast: &mut Cast<'_>) -> Result<Option<NodeNumber>, IngestError> {
        let Some(place) = report.place.as_deref() else { return Ok(None) };
        let named = cast.entities.iter().position(|entity| {
            self.ontology().is_a(&entity.node_type, "Location")
                && (entity.name == place || entity.aliases.iter().any(|alias| alias == place))
        });
        if let Some(entity) = named {
            let node = self.cast(entity, cast)?;
            if self.is_place(node) {
                return Ok(Some(node));
            }
        }
        match self.place_named(place) {
            Ok(node) => Ok(Some(node)),
            // Several places of that name: the report does not say which, and is read all the same.
            Err(fault) if fault.problem == crate::format::problem::AMBIGUOUS_NODE => Ok(None),
            Err(fault) => Err(fault.into()),
        }
    }

    /// Records one draft; gives its fact, and whether it is new.
    fn draft(
        &mut self,
        draft: &DraftFact,
        read: &ReadReport,
        document: DocumentNumber,
        cast: &mut Cast<'_>,
    ) -> Result<(FactNumber, bool), Stop> {
        self.check_draft(draft, cast)?;
        let text = quoted(&read.report.text, &draft.quote).filter(|quote| !quote.is_empty());
        let Some(text) = text else {
            return Err(Fault::new(
                "/quote",
                crate::format::problem::QUOTE_NOT_FOUND,
                "the words it rests on are not in the text",
            )
            .into());
        };
        let subject = self.cast(draft.subject, cast)?;
        let object = match &draft.object {
            DraftObject::Entity(entity) => StoredObject::Node(self.cast(*entity, cast)?),
            DraftObject::Value(value) => StoredObject::Value(value.as_str().into()),
            DraftObject::None => StoredObject::None,
        };
        let ends = Ends { subject, object };
        let relation = self.checked(&draft.relation, &ends)?;
        let (identifying, describing) = self.split_qualifiers(relation, draft.qualifiers.clone())?;
        let saying = Saying {
            valid: draft.valid.clone(),
            modality: draft.modality,
            polarity: draft.polarity,
            qualifiers: identifying,
        };
        let placeable = self.placeable(relation, ends, saying)?;
        let mut speakers = Vec::with_capacity(draft.speakers.len());
        for speaker in &draft.speakers {
            speakers.push(self.cast(*speaker, cast)?);
        }
        let place = match draft.place {
            Some(place) => Some(self.cast(place, cast)?).filter(|place| self.is_place(*place)),
            None => None,
        };
        let span = |at: usize| u32::try_from(at).ok();
        let evidence = Evidence {
            document: Some(document),
            publisher: read.report.publisher.clone(),
            reported: read.report.date,
            url: read.report.url.clone(),
            sentence: None,
            quote: Some(Quote {
                text,
                start: span(draft.quote.start),
                end: span(draft.quote.end),
            }),
            speakers,
            place,
            qualifiers: describing,
            confidence: Some(draft.confidence),
            rule: Some(draft.rule.clone()),
            asserted_by: Asserter::Extractor(read.extractor.clone()),
            mirrored: false,
        };
        let id = placeable.id;
        let known = self.fact_number(id);
        if let Some(fact) = known
            && self.read_already(fact, &evidence)
        {
            return Ok((fact, false));
        }
        self.place_fact(placeable, vec![evidence])?;
        let gone = || Stop::Failed(IngestError::Conflict("a planned fact is not there".to_owned()));
        Ok((known.or_else(|| self.fact_number(id)).ok_or_else(gone)?, known.is_none()))
    }

    /// Whether this report told the fact before, with the same speakers: one reading gives one piece of evidence.
    fn read_already(&self, fact: FactNumber, evidence: &Evidence) -> bool {
        let same = |held: &Evidence| held.document == evidence.document && held.speakers == evidence.speakers;
        self.pending.evidence(fact).any(same)
    }

    /// Checks a draft against the ontology before any of its nodes is made.
    fn check_draft(&self, draft: &DraftFact, cast: &Cast<'_>) -> Result<(), Stop> {
        let type_of = |entity: usize| -> Result<String, Fault> {
            let none = || {
                Fault::new(
                    "",
                    crate::format::problem::INVALID_VALUE,
                    "the extractor named an entity that it did not give",
                )
            };
            let known = match cast.resolutions.get(entity) {
                Some(Resolution::Known { node, .. }) => Some(self.node_type(*node).as_ref().to_owned()),
                _ => None,
            };
            known.map_or_else(
                || cast.entities.get(entity).map(|entity| entity.node_type.clone()).ok_or_else(none),
                Ok,
            )
        };
        let subject = type_of(draft.subject)?;
        let object = match &draft.object {
            DraftObject::Entity(entity) => Some(type_of(*entity)?),
            DraftObject::Value(_) | DraftObject::None => None,
        };
        let to = match (&draft.object, &object) {
            (_, Some(found)) => ObjectType::Node(found),
            (DraftObject::Value(_), None) => ObjectType::Value,
            (_, None) => ObjectType::None,
        };
        let checked = self.ontology().check(&draft.relation, &subject, to);
        checked
            .map(drop)
            .map_err(|error| Fault::new("", crate::format::problem::ONTOLOGY_RULE, error.to_string()).into())
    }

    /// The node of an entity; made, or given its new names, when it is first needed.
    fn cast(&mut self, entity: usize, cast: &mut Cast<'_>) -> Result<NodeNumber, Fault> {
        let none = || {
            Fault::new(
                "",
                crate::format::problem::INVALID_VALUE,
                "the extractor named an entity that it did not give",
            )
        };
        if let Some(Some(made)) = cast.nodes.get(entity) {
            return Ok(*made);
        }
        let number = match (cast.resolutions.get(entity), cast.entities.get(entity)) {
            (Some(Resolution::Known { node, names }), _) => {
                self.add_names(*node, names);
                *node
            }
            (_, Some(described)) => self.new_node(described)?,
            (_, None) => return Err(none()),
        };
        if let Some(slot) = cast.nodes.get_mut(entity) {
            *slot = Some(number);
        }
        Ok(number)
    }

    fn new_node(&mut self, entity: &Entity) -> Result<NodeNumber, Fault> {
        if self.ontology().type_number(&entity.node_type).is_none() {
            return Err(Fault::new(
                "",
                crate::format::problem::ONTOLOGY_RULE,
                format!("there is no node type '{}'", entity.node_type),
            ));
        }
        let name = checked_name(&entity.name, "name")?;
        let id = self.free_node_id(name);
        let mut node = Node::new(id, entity.node_type.as_str(), name);
        for name in lasting_names(entity) {
            add_name(&mut node, name);
        }
        Ok(self.add_node(node))
    }

    fn add_names(&mut self, number: NodeNumber, names: &[String]) {
        let Some(mut node) = self.node(number).cloned() else { return };
        let had = node.names.len();
        for name in names {
            add_name(&mut node, name);
        }
        if node.names.len() > had {
            self.change_node(number, node, &Why::default());
        }
    }
}

impl PlannedDocument {
    fn count(&mut self, fact: FactNumber, is_new: bool) {
        if self.facts.contains(&fact) {
            return;
        }
        self.facts.push(fact);
        if is_new {
            self.facts_created += 1;
        } else {
            self.facts_known += 1;
        }
    }
}

/// Adds a name that the node does not have in this spelling, and that can be one.
pub(super) fn add_name(node: &mut Node, name: &str) {
    if let Ok(name) = checked_name(name, "names")
        && node.names.iter().all(|known| known.text != name)
    {
        node.names.push(Name::plain(name));
    }
}

fn skipped(skipped: &crate::extract::Skipped) -> SkippedSentence {
    SkippedSentence {
        sentence: skipped.sentence.clone(),
        reason: skipped.reason.clone(),
    }
}

/// The words of a span in code points.
fn quoted(text: &str, span: &Range<usize>) -> Option<String> {
    let words: String = text.chars().skip(span.start).take(span.end.checked_sub(span.start)?).collect();
    span_of(&words, text).map(|_| words)
}

/// The id of a report before a number is put behind it: day, publisher and place, else its title.
fn document_slug(report: &Report) -> String {
    let date = report.date.map(|date| date.to_string());
    let parts: Vec<&str> = [&date, &report.publisher, &report.place]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    if parts.is_empty() {
        return slug(report.title.as_deref().unwrap_or("document"));
    }
    slug(&parts.join(" "))
}
