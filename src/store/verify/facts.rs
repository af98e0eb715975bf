//! Facts and their first evidence: `columns` and `bodies`, read side by side.

use std::collections::{HashSet, VecDeque};

use super::report::Report;
use super::runs::Runs;
use super::values::{self, Values};
use super::{FindingKind, Scrub};
use crate::model::{Content, Counters, Evidence, FactId, FactNumber, ObjectText};
use crate::store::keys::{self, TreeName};
use crate::store::rows::{self, LightFact};
use crate::store::trees::Trees;
use crate::store::{FactRecord, StoreError, StoredObject};

/// Reads all facts with their bodies.
pub(super) fn check(scrub: &mut Scrub<'_, '_>) -> Result<(), StoreError> {
    let tree = TreeName::Columns;
    let mut walk = Walk {
        bodies: Bodies::new(scrub.trees)?,
        ids: HashSet::new(),
        there: Runs::default(),
        unread: Runs::default(),
        unread_from: None,
        next: 0,
    };
    let mut values = Values::new(scrub.trees, tree, &[])?;
    for value in values.by_ref() {
        let (key, is_end) = (value.key, value.is_end);
        let facts = scrub.report.value(tree, &key, value.payload, |key, payload| {
            values::fact(tree, key)?;
            rows::read_columns(key, payload)
        });
        if let Some(facts) = facts {
            for fact in &facts {
                walk.fact(fact, scrub);
            }
        } else {
            let first = keys::number_of(&key).filter(|_| !is_end).map_or(walk.next, u64::from);
            walk.unread_from.get_or_insert(first);
        }
    }
    scrub.report.read.bytes += values.bytes;
    walk.finish(scrub);
    Ok(())
}

struct Walk {
    bodies: Bodies,
    ids: HashSet<FactId>,
    /// Numbers of facts that were read, and of those in values that cannot be.
    there: Runs,
    unread: Runs,
    /// The first fact of a damaged value: it ends before the next fact that can be read.
    unread_from: Option<u64>,
    /// Above every number so far.
    next: u64,
}

impl Walk {
    fn fact(&mut self, light: &LightFact, scrub: &mut Scrub<'_, '_>) {
        let fact = &light.fact;
        let number = u64::from(fact.number.0);
        let record = format_args!("fact {number}");
        if number < self.next {
            let reason = format_args!("it comes after fact {}", self.next - 1);
            scrub.report.found(FindingKind::Order, "columns", record, reason);
            return;
        }
        self.bodies_before(number, scrub);
        if let Some(from) = self.unread_from.take() {
            self.unread.push(from..number);
        }
        self.there.push(number..number + 1);
        self.next = number + 1;
        scrub.report.read.facts += 1;
        scrub.report.read.evidence += 1;

        let by = scrub.history.counters_of_fact(fact.number);
        self.check_id(fact, scrub);
        check_references(fact, &by, scrub);
        scrub.check_evidence("columns", &record, &fact.evidence, &by);
        self.check_body(light, scrub);
    }

    fn check_id(&mut self, fact: &FactRecord, scrub: &mut Scrub<'_, '_>) {
        let record = format_args!("fact {}", fact.number.0);
        if !self.ids.insert(fact.id) {
            let reason = format_args!("another fact has its id {}", fact.id);
            scrub.report.found(FindingKind::Id, "columns", record, reason);
        }
        if let Some(id) = id_of(fact, scrub).filter(|id| *id != fact.id) {
            let reason = format_args!("its id is {}, and that of its content is {id}", fact.id);
            scrub.report.found(FindingKind::Id, "columns", record, reason);
        }
    }

    /// What both trees say of the evidence must agree, and the quote must stand where it says.
    fn check_body(&mut self, light: &LightFact, scrub: &mut Scrub<'_, '_>) {
        let number = light.fact.number;
        let record = format_args!("fact {}", number.0);
        match (self.bodies.take(number, &mut scrub.report), light.has_body) {
            (Some(whole), true) => {
                if whole.light() != light.fact.evidence {
                    let reason = "its evidence is not the one that 'columns' has";
                    scrub.report.found(FindingKind::Disagrees, "bodies", record, reason);
                }
                scrub.check_quote("bodies", &record, &whole);
            }
            (Some(_), false) => {
                let reason = "'columns' says that there is no more of its evidence";
                scrub.report.found(FindingKind::Stray, "bodies", record, reason);
            }
            (None, true) if !self.bodies.is_unread(number) => {
                let reason = "'columns' says that there is more of its evidence, and it is not there";
                scrub.report.found(FindingKind::Missing, "bodies", record, reason);
            }
            (None, _) => {}
        }
    }

    /// Bodies that come before the next fact that can be read.
    fn bodies_before(&mut self, number: u64, scrub: &mut Scrub<'_, '_>) {
        while let Some((fact, evidence)) = self.bodies.next_before(number, &mut scrub.report) {
            let record = format_args!("fact {}", fact.0);
            let is_unread = self.unread_from.is_some_and(|from| u64::from(fact.0) >= from);
            // That a fact is missing is told once.
            if is_unread || scrub.history.facts.contains(u64::from(fact.0)) {
                scrub.check_quote("bodies", &record, &evidence);
            } else {
                scrub
                    .report
                    .found(FindingKind::Stray, "bodies", record, "it has evidence, and is not in 'columns'");
            }
        }
    }

    fn finish(mut self, scrub: &mut Scrub<'_, '_>) {
        self.bodies_before(u64::MAX, scrub);
        if let Some(from) = self.unread_from {
            self.unread.push(from..u64::MAX);
        }
        scrub.report.read.bytes += self.bodies.values.bytes;
        let history = &scrub.history;
        let missing = history.facts.without(&self.there).without(&self.unread);
        let stray = self.there.without(&history.facts).without(&history.unknown_facts);
        scrub.report.found_runs(FindingKind::Missing, TreeName::Columns, "fact", &missing);
        scrub.report.found_runs(FindingKind::Stray, TreeName::Columns, "fact", &stray);
    }
}

/// The id that the content gives; `None` when the id of a node is not known.
fn id_of(fact: &FactRecord, scrub: &Scrub<'_, '_>) -> Option<FactId> {
    let object = match &fact.object {
        StoredObject::Node(node) => ObjectText::Node(scrub.nodes.id(*node)?.as_str()),
        StoredObject::Value(text) => ObjectText::Value(text),
        StoredObject::None => ObjectText::None,
    };
    let content = Content {
        subject: scrub.nodes.id(fact.subject)?.as_str(),
        relation: &fact.relation,
        object,
        valid: fact.valid.as_ref(),
        modality: fact.modality,
        polarity: fact.polarity,
        qualifiers: &fact.qualifiers,
    };
    Some(content.id())
}

fn check_references(fact: &FactRecord, by: &Counters, scrub: &mut Scrub<'_, '_>) {
    let mut wrong = |reason: String| {
        let record = format_args!("fact {}", fact.number.0);
        scrub.report.found(FindingKind::Reference, "columns", record, reason);
    };
    if !scrub.nodes.exists(fact.subject, by) {
        wrong(format!("its subject is node {}, which did not exist", fact.subject.0));
    }
    if let StoredObject::Node(object) = fact.object
        && !scrub.nodes.exists(object, by)
    {
        wrong(format!("its object is node {}, which did not exist", object.0));
    }
    let supersedes = fact
        .supersedes
        .filter(|old| *old >= fact.number || !scrub.history.has_fact(*old, by));
    if let Some(old) = supersedes {
        wrong(format!("it supersedes fact {}, which did not exist", old.0));
    }
}

/// First evidence in the order of its facts.
struct Bodies {
    values: Values,
    read: VecDeque<(FactNumber, Evidence)>,
    /// The first fact of a damaged value, which ends before the next that can be read.
    unread_from: Option<u64>,
    /// Above every number so far.
    next: u64,
}

impl Bodies {
    fn new(trees: &Trees) -> Result<Self, StoreError> {
        Ok(Self {
            values: Values::new(trees, TreeName::Bodies, &[])?,
            read: VecDeque::new(),
            unread_from: None,
            next: 0,
        })
    }

    /// Reads on until there is a body to look at, or none is left.
    fn peek(&mut self, report: &mut Report<'_>) -> Option<u64> {
        let tree = TreeName::Bodies;
        while self.read.is_empty() {
            let value = self.values.next()?;
            let (key, is_end) = (value.key, value.is_end);
            let bodies = report.value(tree, &key, value.payload, |key, payload| {
                values::fact(tree, key)?;
                rows::read_bodies(key, payload)
            });
            if let Some(bodies) = bodies {
                self.take_in(bodies, report);
            } else {
                let first = keys::number_of(&key).filter(|_| !is_end).map_or(self.next, u64::from);
                self.unread_from.get_or_insert(first);
            }
        }
        self.read.front().map(|(number, _)| u64::from(number.0))
    }

    fn take_in(&mut self, bodies: Vec<(FactNumber, Evidence)>, report: &mut Report<'_>) {
        for (fact, evidence) in bodies {
            let number = u64::from(fact.0);
            if number < self.next {
                let reason = format_args!("it comes after fact {}", self.next - 1);
                report.found(FindingKind::Order, "bodies", format_args!("fact {number}"), reason);
                continue;
            }
            self.next = number + 1;
            self.read.push_back((fact, evidence));
        }
    }

    /// The next body, when it is of a fact below `number`.
    fn next_before(&mut self, number: u64, report: &mut Report<'_>) -> Option<(FactNumber, Evidence)> {
        let before = self.peek(report).is_some_and(|next| next < number);
        before.then(|| self.pop()).flatten()
    }

    /// The body of this fact; those before it are taken.
    fn take(&mut self, fact: FactNumber, report: &mut Report<'_>) -> Option<Evidence> {
        let is_next = self.peek(report) == Some(u64::from(fact.0));
        is_next.then(|| self.pop()).flatten().map(|(_, evidence)| evidence)
    }

    /// Whether a body that was not found may stand in a damaged value.
    fn is_unread(&self, fact: FactNumber) -> bool {
        self.unread_from.is_some_and(|from| u64::from(fact.0) >= from)
    }

    fn pop(&mut self) -> Option<(FactNumber, Evidence)> {
        self.unread_from = None;
        self.read.pop_front()
    }
}
