//! The same questions put to the view and to the model, answered in the same lines.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use dateline::model::time::Window;
use dateline::model::{Day, DocumentNumber, FactNumber, NodeNumber, Polarity, Revision, ValidTime, fingerprint, fold};
use dateline::ontology::Kind;
use dateline::store::StoredObject;
use dateline::view::{DayKey, EvidenceRef, ObjectRef, Reading, Side};

use crate::model::{Model, ModelFact};
use crate::world::{DOCUMENTS, NAMES, NODES, texts};

/// Windows that begin and end inside, outside and at the edges of the dates in use.
fn windows() -> Vec<Window> {
    let day = |text: &str| Some(text.parse::<Day>().unwrap());
    let window = |since: Option<Day>, until: Option<Day>| Window { since, until };
    vec![
        Window::default(),
        window(day("2017-11-22"), day("2017-11-22")),
        window(day("2017-11-23"), None),
        window(None, day("2017-11-21")),
        window(day("2016-06-01"), day("2017-10-31")),
        window(day("2019-01-01"), day("2019-12-31")),
    ]
}

/// Numbers beyond what any history records, so that the unknown is asked for too.
const MANY: u32 = 12;

pub(crate) fn given(reading: Reading<'_>) -> Vec<String> {
    check_neighbours(reading);
    let mut out = vec![format!(
        "{:?} {} {} {}",
        reading.head(),
        reading.node_count(),
        reading.fact_count(),
        reading.document_count()
    )];
    out.push(format!("{:?}", reading.publishers()));
    let revision = reading.head().revision;
    let view = reading.view();
    out.push(format!("{:?} {:?}", view.head_of(revision), view.revision_at(reading.head().time)));
    given_nodes(reading, &mut out);
    given_facts(reading, &mut out);
    given_lists(reading, &mut out);
    given_undated(reading, &mut out);
    given_documents(reading, &mut out);
    out
}

pub(crate) fn expected(model: &Model, revision: u64) -> Vec<String> {
    let head = model.head(revision);
    let known = model.known(revision).count();
    let open = model
        .documents
        .iter()
        .filter(|known| known.opened.0 <= revision && known.closed.as_ref().is_none_or(|closed| closed.revision.0 > revision));
    let mut out = vec![format!("{:?} {} {} {}", head, head.counters.nodes, known, open.clone().count())];
    let by_evidence = model
        .facts
        .iter()
        .flat_map(|fact| fact.open_at(revision))
        .filter_map(|(_, evidence)| evidence.evidence.publisher.clone());
    let publishers: BTreeSet<String> = open
        .filter_map(|known| known.document.publisher.clone())
        .chain(by_evidence)
        .collect();
    out.push(format!("{:?}", publishers.iter().collect::<Vec<_>>()));
    out.push(format!("{:?} {:?}", Some(head), head.revision));
    expected_nodes(model, revision, &mut out);
    expected_facts(model, revision, &mut out);
    expected_lists(model, revision, &mut out);
    expected_undated(model, revision, &mut out);
    expected_documents(model, revision, &mut out);
    out
}

fn given_nodes(reading: Reading<'_>, out: &mut Vec<String>) {
    for number in (0..NODES + 2).map(NodeNumber) {
        let id = format!("n-{}", number.0);
        let node_type = reading
            .node(number)
            .map(|_| reading.view().ontology().node_type(reading.node_type(number)).name.to_string());
        out.push(format!(
            "node {:?} {node_type:?} {} {:?}",
            reading.node(number),
            reading.degree(number),
            reading.node_by_id(&id)
        ));
        for version in reading.node_versions(number) {
            out.push(format!(
                "version {:?} {} {:?} {:?}",
                version.node, version.recorded, version.reason, version.by
            ));
        }
    }
    for name in NAMES {
        out.push(format!("named {:?}", reading.nodes_named(name)));
    }
}

fn expected_nodes(model: &Model, revision: u64, out: &mut Vec<String>) {
    for number in (0..NODES + 2).map(NodeNumber) {
        let versions: Vec<_> = model
            .nodes
            .get(number.index())
            .into_iter()
            .flatten()
            .filter(|version| version.recorded.0 <= revision)
            .collect();
        let node = versions.last().map(|version| &version.node);
        let node_type = node.map(|node| node.node_type.to_string());
        let degree = model.known(revision).filter(|(_, fact)| fact.is_end(number)).count();
        out.push(format!("node {:?} {node_type:?} {} {:?}", node, degree, node.map(|_| number)));
        for version in versions {
            let by = version.reason.as_ref().map(|_| "person:k");
            out.push(format!(
                "version {:?} {} {:?} {:?}",
                version.node, version.recorded, version.reason, by
            ));
        }
    }
    for name in NAMES {
        let has_name = |number: &NodeNumber| {
            let newest = model.nodes[number.index()].iter().rfind(|version| version.recorded.0 <= revision);
            newest.is_some_and(|version| version.node.names.iter().any(|known| fold(&known.text) == fold(name)))
        };
        let count = u32::try_from(model.nodes.len()).unwrap();
        let named: Vec<NodeNumber> = (0..count).map(NodeNumber).filter(has_name).collect();
        out.push(format!("named {named:?}"));
    }
}

fn told(evidence: &EvidenceRef<'_>) -> String {
    let known = evidence.provenance;
    format!(
        "{} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {} {} {:?}",
        evidence.number,
        known.document,
        known.publisher.as_deref(),
        evidence.reported,
        known.speakers,
        known.place,
        known.qualifiers,
        known.asserted_by,
        known.mirrored,
        evidence.opened,
        evidence.closed
    )
}

fn told_by_model(fact: &ModelFact, number: usize, revision: u64) -> String {
    let known = &fact.evidence[number];
    let evidence = &known.evidence;
    format!(
        "{} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {} {} {:?}",
        number,
        evidence.document,
        evidence.publisher.as_deref(),
        evidence.reported,
        evidence.speakers,
        evidence.place,
        evidence.qualifiers,
        evidence.asserted_by,
        evidence.mirrored,
        known.opened,
        known.closed.as_ref().filter(|closed| closed.revision.0 <= revision)
    )
}

fn given_facts(reading: Reading<'_>, out: &mut Vec<String>) {
    out.push(format!("known {:?}", reading.facts().collect::<Vec<_>>()));
    for number in (0..reading.view().head().counters.facts + 2).map(FactNumber) {
        let Some(fact) = reading.fact(number) else {
            let nothing = (
                reading.is_known(number),
                reading.open_evidence(number).len(),
                reading.source_count(number),
            );
            assert_eq!(nothing, (false, 0, 0));
            assert_eq!((reading.claim(number), reading.same_claim(number)), (None, vec![]));
            continue;
        };
        let object = match fact.object {
            ObjectRef::Node(node) => StoredObject::Node(node),
            ObjectRef::Value(text) => StoredObject::Value(text.into()),
            ObjectRef::None => StoredObject::None,
        };
        let ontology = reading.view().ontology();
        let relation = &ontology.relation(fact.relation).name;
        out.push(format!(
            "fact {:?} {} {:?} {relation} {object:?} {:?} {:?} {} {} {:?} {:?} {}",
            fact.number,
            fact.id,
            fact.subject,
            fact.valid,
            fact.span,
            fact.modality,
            fact.polarity,
            fact.qualifiers,
            reading.supersedes(number),
            fact.kind.as_str()
        ));
        out.push(format!(
            "{:?} {:?} {}",
            reading.fact_by_id(fact.id),
            reading.claim(number),
            reading.is_known(number)
        ));
        out.extend(reading.all_evidence(number).iter().map(told));
        out.push(format!(
            "open {:?}",
            reading
                .open_evidence(number)
                .iter()
                .map(|evidence| evidence.number)
                .collect::<Vec<_>>()
        ));
        out.push(format!(
            "best {:?} {:?}",
            reading.best_evidence(number).map(|evidence| evidence.number),
            reading.newest_report(number)
        ));
        out.push(format!(
            "claim {:?} {} {:?}",
            reading.same_claim(number),
            reading.source_count(number),
            reading.superseded_by(number)
        ));
    }
}

fn expected_facts(model: &Model, revision: u64, out: &mut Vec<String>) {
    out.push(format!(
        "known {:?}",
        model.known(revision).map(|(number, _)| number).collect::<Vec<_>>()
    ));
    for (number, fact) in model.recorded(revision) {
        let record = &fact.record;
        let relation = model
            .ontology
            .relation_number(&record.relation)
            .map(|number| model.ontology.relation(number))
            .unwrap();
        out.push(format!(
            "fact {:?} {} {:?} {} {:?} {:?} {:?} {} {} {:?} {:?} {}",
            number,
            record.id,
            record.subject,
            record.relation,
            record.object,
            record.valid,
            record.valid.as_ref().map(ValidTime::span),
            record.modality,
            record.polarity,
            record.qualifiers,
            record.supersedes,
            relation.kind.as_str()
        ));
        out.push(format!(
            "{:?} {:?} {}",
            Some(number),
            Some(fact.fact.claim()),
            fact.known_at(revision)
        ));
        let recorded = (0..fact.evidence.len()).filter(|place| fact.evidence[*place].opened.0 <= revision);
        out.extend(recorded.map(|place| told_by_model(fact, place, revision)));
        out.push(format!(
            "open {:?}",
            fact.open_at(revision).map(|(place, _)| place).collect::<Vec<_>>()
        ));
        let best = fact
            .open_at(revision)
            .min_by_key(|(place, evidence)| (evidence.evidence.speakers.len(), *place))
            .map(|(place, _)| place);
        let newest = fact.open_at(revision).filter_map(|(_, evidence)| evidence.evidence.reported).max();
        out.push(format!("best {best:?} {newest:?}"));
        let mates: Vec<_> = model
            .known(revision)
            .filter(|(_, mate)| mate.fact.claim() == fact.fact.claim())
            .map(|(mate, _)| mate)
            .collect();
        let by = model
            .known(revision)
            .filter(|(_, newer)| newer.record.supersedes == Some(number))
            .map(|(newer, _)| newer)
            .last();
        out.push(format!("claim {:?} {} {:?}", mates, model.source_count(fact, revision), by));
    }
}

/// The neighbour list knows each node at the other end, and whether all facts between the two are negated.
fn check_neighbours(reading: Reading<'_>) {
    for node in (0..=NODES).map(NodeNumber) {
        let Some(neighbours) = reading.neighbours(node) else { continue };
        let mut given: BTreeMap<NodeNumber, bool> = BTreeMap::new();
        neighbours.each(|other, negated| {
            given.entry(other).and_modify(|all| *all &= negated).or_insert(negated);
            ControlFlow::Continue(())
        });
        let mut expected: BTreeMap<NodeNumber, bool> = BTreeMap::new();
        reading.incident(node, Window::default(), |hit| {
            let negated = hit.polarity == Polarity::Negated;
            if let Some(other) = hit.other.filter(|other| *other != node) {
                expected.entry(other).and_modify(|all| *all &= negated).or_insert(negated);
            }
            ControlFlow::Continue(())
        });
        assert_eq!(given, expected, "neighbours of {node:?}");
    }
}

fn given_undated(reading: Reading<'_>, out: &mut Vec<String>) {
    for node in (0..=NODES).map(NodeNumber) {
        let mut found = Vec::new();
        reading.incident_undated(node, |hit| {
            found.push(hit.fact);
            ControlFlow::Continue(())
        });
        found.sort();
        out.push(format!("undated {found:?}"));
    }
    let mut found = Vec::new();
    reading.undated(&mut |fact| {
        found.push(fact);
        ControlFlow::Continue(())
    });
    found.sort();
    out.push(format!("undated {found:?}"));
}

fn expected_undated(model: &Model, revision: u64, out: &mut Vec<String>) {
    let undated = || model.known(revision).filter(|(_, fact)| fact.fact.valid.is_none());
    for node in (0..=NODES).map(NodeNumber) {
        let of_node = undated().filter(|(_, fact)| fact.is_end(node) || fact.place_at(node, revision));
        out.push(format!("undated {:?}", of_node.map(|(number, _)| number).collect::<Vec<_>>()));
    }
    out.push(format!("undated {:?}", undated().map(|(number, _)| number).collect::<Vec<_>>()));
}

fn line(of: DayKey, fact: FactNumber) -> String {
    format!("{of:?} {fact:?}")
}

fn given_lists(reading: Reading<'_>, out: &mut Vec<String>) {
    for window in windows() {
        for node in (0..=NODES).map(NodeNumber) {
            let mut found = Vec::new();
            reading.incident(node, window, |hit| {
                let days = (hit.earliest, hit.latest);
                found.push(format!(
                    "{:?} {:?} {:?} {:?} {} {} {} {days:?}",
                    hit.fact,
                    hit.side,
                    hit.other,
                    hit.relation,
                    hit.modality,
                    hit.polarity,
                    hit.kind.as_str()
                ));
                ControlFlow::Continue(())
            });
            found.sort();
            out.push(format!("incident {found:#?}"));
            let forward = |after| {
                let mut found = Vec::new();
                reading.incident_by_day(node, window, after, |hit| {
                    found.push((reading.day_key(hit.fact).unwrap(), hit.fact));
                    ControlFlow::Continue(())
                });
                found
            };
            let back = |before| {
                let mut found = Vec::new();
                reading.incident_by_day_back(node, window, before, |hit| {
                    found.push((reading.day_key(hit.fact).unwrap(), hit.fact));
                    ControlFlow::Continue(())
                });
                found.reverse();
                found
            };
            let all = paged(forward, back);
            let counted = reading.dated_count(node, window);
            assert!(counted.is_none_or(|count| count == all.len() as u64), "{counted:?}");
            out.extend(all);
            let mut newest = Vec::new();
            reading.incident_by_newness(node, window, |hit| {
                newest.push(hit.fact);
                ControlFlow::Continue(())
            });
            out.push(format!("newest {newest:?}"));
        }
        let forward = |after| {
            let mut found = Vec::new();
            reading.by_day(window, after, &mut |fact| {
                found.push((reading.day_key(fact).unwrap(), fact));
                ControlFlow::Continue(())
            });
            found
        };
        let back = |before| {
            let mut found = Vec::new();
            reading.by_day_back(window, before, &mut |fact| {
                found.push((reading.day_key(fact).unwrap(), fact));
                ControlFlow::Continue(())
            });
            found.reverse();
            found
        };
        out.extend(paged(forward, back));
    }
}

type Keyed = Vec<(DayKey, FactNumber)>;

/// The whole list, after making sure that it reads the same backwards and from every key on.
fn paged(forward: impl Fn(Option<DayKey>) -> Keyed, back: impl Fn(Option<DayKey>) -> Keyed) -> Vec<String> {
    let all = forward(None);
    assert_eq!(back(None), all);
    // Every key of a short list, a few of a long one.
    for (place, (key, _)) in all.iter().enumerate().step_by(1 + all.len() / 16) {
        assert_eq!(forward(Some(*key)), all[place + 1..]);
        assert_eq!(back(Some(*key)), all[..place]);
    }
    all.into_iter().map(|(key, fact)| line(key, fact)).collect()
}

fn expected_lists(model: &Model, revision: u64, out: &mut Vec<String>) {
    let kind = |fact: &ModelFact| {
        model
            .ontology
            .relation_number(&fact.record.relation)
            .map(|number| model.ontology.relation(number).kind)
            .unwrap()
    };
    let span = |fact: &ModelFact| fact.fact.valid.as_ref().map(ValidTime::span);
    let meets = |fact: &ModelFact, window: Window| match span(fact) {
        Some(span) => span.possibly_meets(window),
        None => window.is_everything() || kind(fact) == Kind::State,
    };
    let key = |fact: &ModelFact| {
        let span = span(fact)?;
        Some(DayKey {
            at: span.at()?,
            latest: span.last_end.unwrap_or(Day(i32::MAX)),
            id: fact.record.id,
        })
    };
    for window in windows() {
        let known = || model.known(revision).filter(|(_, fact)| meets(fact, window));
        for node in (0..=NODES).map(NodeNumber) {
            let of_node = || known().filter(|(_, fact)| fact.is_end(node) || fact.place_at(node, revision));
            let mut found: Vec<String> = of_node()
                .map(|(number, fact)| {
                    let (side, other) = if fact.record.subject == node {
                        (Side::Subject, fact.object())
                    } else if fact.object() == Some(node) {
                        (Side::Object, Some(fact.record.subject))
                    } else {
                        (Side::Place, None)
                    };
                    let relation = model.ontology.relation_number(&fact.record.relation).unwrap();
                    let days = (
                        span(fact).and_then(|span| span.first_start),
                        span(fact).and_then(|span| span.last_end),
                    );
                    let (modality, polarity, kind) = (fact.record.modality, fact.record.polarity, kind(fact).as_str());
                    format!("{number:?} {side:?} {other:?} {relation:?} {modality} {polarity} {kind} {days:?}")
                })
                .collect();
            found.sort();
            out.push(format!("incident {found:#?}"));
            let mut dated: Keyed = of_node().filter_map(|(number, fact)| Some((key(fact)?, number))).collect();
            dated.sort();
            out.extend(dated.into_iter().map(|(key, fact)| line(key, fact)));
            let mut newest: Vec<(FactNumber, &ModelFact)> = of_node().collect();
            newest.sort_by_key(|(_, fact)| (Reverse(key(fact).map(|key| (key.at, key.latest))), fact.record.id));
            let newest: Vec<FactNumber> = newest.into_iter().map(|(number, _)| number).collect();
            out.push(format!("newest {newest:?}"));
        }
        let mut dated: Keyed = known().filter_map(|(number, fact)| Some((key(fact)?, number))).collect();
        dated.sort();
        out.extend(dated.into_iter().map(|(key, fact)| line(key, fact)));
    }
}

fn given_documents(reading: Reading<'_>, out: &mut Vec<String>) {
    for number in (0..MANY).map(DocumentNumber) {
        if let Some(document) = reading.document(number) {
            out.push(format!(
                "document {:?} {} {:?} {:?}",
                document.document, document.opened, document.closed, document.replaces
            ));
            out.push(format!("{:?}", reading.document_facts(number)));
        }
    }
    for id in DOCUMENTS {
        out.push(format!("by id {:?}", reading.document_by_id(id)));
    }
    for text in texts() {
        out.push(format!("near {:?}", reading.near_identical(&fingerprint(&text))));
    }
}

fn expected_documents(model: &Model, revision: u64, out: &mut Vec<String>) {
    let recorded = || {
        (0..)
            .map(DocumentNumber)
            .zip(&model.documents)
            .filter(|(_, known)| known.opened.0 <= revision)
    };
    for (number, known) in recorded().take(MANY as usize) {
        let closed = known.closed.as_ref().filter(|closed| closed.revision <= Revision(revision));
        out.push(format!(
            "document {:?} {} {:?} {:?}",
            known.document, known.opened, closed, known.replaces
        ));
        let stands = |fact: &ModelFact| {
            fact.open_at(revision)
                .any(|(_, evidence)| evidence.evidence.document == Some(number))
        };
        let facts: Vec<_> = model
            .recorded(revision)
            .filter(|(_, fact)| stands(fact))
            .map(|(fact, _)| fact)
            .collect();
        out.push(format!("{facts:?}"));
    }
    for id in DOCUMENTS {
        out.push(format!(
            "by id {:?}",
            recorded()
                .filter(|(_, known)| known.document.id.as_str() == id)
                .map(|(number, _)| number)
                .last()
        ));
    }
    for text in texts() {
        out.push(format!("near {:?}", model.near(&fingerprint(&text), recorded().count())));
    }
}
