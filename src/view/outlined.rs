//! Facts in outline, taken in table by table: each distinct thing that a table's facts share is looked up once.

use std::collections::HashMap;
use std::sync::Arc;

use super::apply::{Next, in_order};
use super::evidence::Origin;
use super::facts::{FactEntry, Facts, ObjectEntry};
use super::publishers::Turnover;
use super::recent::Recent;
use super::{Provenance, valid};
use crate::model::{Asserter, Day, DocumentNumber, FactNumber, NodeNumber, Qualifiers};
use crate::ontology::{Kind, RelationNumber};
use crate::store::{FactOutline, FactSlice, FactTable, ObjectOutline, OriginOutline, TimeOutline};

/// Provenances that are remembered beyond their table, about.
const PROVENANCES: usize = 1 << 14;

/// Origins that are remembered beyond their table.
const ALIKE: usize = 1 << 12;

/// What the view holds of the things of one table, as far as they were asked for.
#[derive(Debug, Default)]
pub(super) struct Known {
    table: Option<Arc<FactTable>>,
    /// By text.
    relations: Vec<Option<Relation>>,
    /// The same by name, whatever the table.
    recent_relations: Recent<Relation>,
    /// By text.
    values: Vec<Option<u32>>,
    qualifiers: Vec<Option<u32>>,
    times: Vec<Option<valid::Entry>>,
    /// Provenance, as the place in `provenances`, and the day of the report.
    origins: Vec<Option<(usize, Option<Day>)>>,
    shared: Origins,
    /// Keys of all claims so far that are to be indexed, and their facts.
    pub(super) claims: Vec<(u64, u32)>,
}

/// A relation, when there is one of that name.
#[derive(Clone, Copy, Debug)]
struct Relation(Option<(RelationNumber, Kind)>);

/// What the view holds of origins, whatever the table.
#[derive(Debug, Default)]
struct Origins {
    provenances: Vec<Counted>,
    /// From what is said of an origin, but for its day, to the place in `provenances`. Each has one place here, which
    /// it takes from whoever had it: what is looked up again is found by the view.
    alike: Vec<Option<(Alike, usize)>>,
    /// Numbers of texts and asserters, for [`Alike`] alone.
    publishers: HashMap<Box<str>, u32>,
    recent_publishers: Recent<u32>,
    asserters: HashMap<Asserter, u32>,
    /// Places of provenances that facts came with since they were last counted.
    met: Vec<usize>,
}

/// A provenance, and how many facts have it in their first evidence since it was last counted.
#[derive(Debug)]
struct Counted {
    number: u32,
    document: Option<DocumentNumber>,
    publisher: Option<Arc<str>>,
    facts: i64,
}

/// An origin without speakers and qualifiers, and without the day itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Alike {
    document: Option<DocumentNumber>,
    publisher: Option<u32>,
    place: Option<NodeNumber>,
    asserted_by: u32,
    mirrored: bool,
    dated: bool,
}

impl Alike {
    fn place(&self) -> usize {
        let number = |number: Option<u32>| u64::from(number.unwrap_or(u32::MAX));
        let first = number(self.document.map(|document| document.0)) << 32 | number(self.publisher);
        let second = number(self.place.map(|place| place.0)) << 32 | u64::from(self.asserted_by);
        let mixed = (first ^ second.rotate_left(17)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        usize::try_from(mixed >> (u64::BITS - ALIKE.ilog2())).unwrap_or(0)
    }
}

impl Origins {
    fn alike(&mut self, origin: &OriginOutline, table: &FactTable) -> Option<Alike> {
        if !table.speakers(origin).is_empty() || origin.qualifiers != 0 {
            return None;
        }
        let asserter = table.asserters.get(origin.asserted_by as usize)?;
        let asserted_by = self.asserters.get(asserter).copied().unwrap_or_else(|| {
            let next = next_number(self.asserters.len());
            self.asserters.insert(asserter.clone(), next);
            next
        });
        Some(Alike {
            document: origin.document,
            publisher: origin.publisher.map(|text| self.publisher(table.text(text))),
            place: origin.place,
            asserted_by,
            mirrored: origin.mirrored,
            dated: origin.reported.is_some(),
        })
    }

    fn publisher(&mut self, name: &str) -> u32 {
        let all = &mut self.publishers;
        self.recent_publishers.get(name, || {
            all.get(name).copied().unwrap_or_else(|| {
                let next = next_number(all.len());
                all.insert(name.into(), next);
                next
            })
        })
    }
}

fn next_number(length: usize) -> u32 {
    // Numbers of as many things as are in memory.
    u32::try_from(length).unwrap_or(u32::MAX)
}

impl Known {
    fn turn_to(&mut self, table: &Arc<FactTable>) {
        if self.table.as_ref().is_some_and(|known| Arc::ptr_eq(known, table)) {
            return;
        }
        none(&mut self.relations, table.texts());
        none(&mut self.values, table.texts());
        none(&mut self.qualifiers, table.qualifiers.len());
        none(&mut self.times, table.times.len());
        none(&mut self.origins, table.origins.len());
        self.shared.alike.resize(ALIKE, None);
        if self.shared.provenances.len() > PROVENANCES && self.shared.met.is_empty() {
            self.shared.provenances.clear();
            self.shared.alike.fill(None);
        }
        self.table = Some(Arc::clone(table));
    }

    /// Counts the facts that came since this was last asked for with their publishers.
    pub(super) fn count(&mut self, turnover: &mut Turnover) {
        let Origins { provenances, met, .. } = &mut self.shared;
        for place in met.drain(..) {
            if let Some(provenance) = provenances.get_mut(place) {
                turnover.count(provenance.publisher.as_ref(), provenance.facts);
                provenance.facts = 0;
            }
        }
    }
}

fn none<T: Copy>(list: &mut Vec<Option<T>>, length: usize) {
    list.clear();
    list.resize(length, None);
}

/// What the view holds of a thing of the table, asked for once.
fn met<T: Copy>(list: &mut [Option<T>], place: u32, find: impl FnOnce() -> T) -> T {
    match list.get_mut(place as usize) {
        Some(slot) => *slot.get_or_insert_with(find),
        None => find(),
    }
}

impl Next<'_> {
    /// Takes in facts of a table.
    ///
    /// # Errors
    ///
    /// What is wrong with one of them, as [`super::View::check`] says.
    pub(super) fn slice(&mut self, FactSlice { table, places }: &FactSlice, known: &mut Known) -> Result<(), String> {
        known.turn_to(table);
        let facts = table.facts.get(places.clone()).unwrap_or_default();
        let numbers = (table.first.0..).skip(places.start).map(FactNumber);
        for (number, fact) in numbers.zip(facts) {
            self.outline(number, fact, table, known)?;
        }
        Ok(())
    }

    fn outline(&mut self, number: FactNumber, fact: &FactOutline, table: &FactTable, known: &mut Known) -> Result<(), String> {
        let after = self.recorded.head.counters;
        in_order("fact", number.index(), self.view.facts.len(), after.has_fact(number))?;
        let relation = met(&mut known.relations, fact.relation, || {
            let (name, ontology) = (table.text(fact.relation), &self.view.ontology);
            known.recent_relations.get(name, || {
                let number = ontology.relation_number(name);
                Relation(number.map(|number| (number, ontology.relation(number).kind)))
            })
        });
        let Relation(Some((relation, kind))) = relation else {
            return Err(format!(
                "fact '{}' has the unknown relation '{}'",
                fact.id,
                table.text(fact.relation)
            ));
        };
        let object_known = !matches!(fact.object, ObjectOutline::Node(number) if !after.has_node(number));
        if !after.has_node(fact.subject) || !object_known {
            return Err(format!("fact '{}' leads to a node that was never recorded", fact.id));
        }
        self.withhold_before(number);
        let origin = self.origin_of(number, fact.origin, table, known);
        let facts = &mut self.view.facts;
        let entry = FactEntry {
            subject: fact.subject,
            object: match fact.object {
                ObjectOutline::Node(number) => ObjectEntry::Node(number),
                ObjectOutline::Value(text) => ObjectEntry::Value(met(&mut known.values, text, || facts.value_number(table.text(text)))),
                ObjectOutline::None => ObjectEntry::None,
            },
            relation,
            modality: fact.modality,
            polarity: fact.polarity,
            kind,
            valid: match fact.valid {
                TimeOutline::None => facts.no_time(),
                TimeOutline::On(day) => valid::Entry::on(day),
                TimeOutline::Between(first, last) => valid::Entry::between(first, last),
                TimeOutline::From(day) => valid::Entry::since(day),
                TimeOutline::UpTo(day) => valid::Entry::up_to(day),
                TimeOutline::Other(place) => met(&mut known.times, place, || match table.times.get(place as usize) {
                    Some(time) => facts.time(time),
                    None => facts.no_time(),
                }),
            },
            origin,
            qualifiers: met(&mut known.qualifiers, fact.qualifiers, || {
                match table.qualifiers.get(fact.qualifiers as usize) {
                    Some(qualifiers) => facts.qualifiers_number(qualifiers),
                    None => facts.qualifiers_number(&Qualifiers::new()),
                }
            }),
        };
        facts.push(&entry, fact.id);
        known.claims.extend(Facts::claim_key(&entry).map(|claim| (claim, number.0)));
        if let Some(old) = fact.supersedes {
            facts.correct(number, old);
        }
        self.recorded.known_facts += 1;
        Ok(())
    }

    /// What the view holds of an origin, noted with publisher and document of a fact that has it.
    fn origin_of(&mut self, fact: FactNumber, place: u32, table: &FactTable, known: &mut Known) -> Origin {
        let (provenance, day) = match known.origins.get(place as usize).copied().flatten() {
            Some(found) => found,
            None => self.look_up(place, table, known),
        };
        // The one of the fact before costs least.
        let day = day.unwrap_or_else(|| self.view.facts.last_reported());
        let Origins { provenances, met, .. } = &mut known.shared;
        let Some(counted) = provenances.get_mut(provenance) else {
            return Origin { provenance: u32::MAX, day };
        };
        if counted.facts == 0 {
            met.push(provenance);
        }
        counted.facts += 1;
        if let Some(document) = counted.document.and_then(|number| self.view.documents.get_mut(number)) {
            document.facts.push(fact);
        }
        Origin {
            provenance: counted.number,
            day,
        }
    }

    fn look_up(&mut self, place: u32, table: &FactTable, known: &mut Known) -> (usize, Option<Day>) {
        let Some(origin) = table.origins.get(place as usize) else {
            return (usize::MAX, None);
        };
        let origins = &mut known.shared;
        let alike = origins.alike(origin, table);
        let met = alike.and_then(|alike| {
            origins
                .alike
                .get(alike.place())
                .copied()
                .flatten()
                .filter(|(known, _)| *known == alike)
        });
        let provenance = if let Some((_, provenance)) = met {
            provenance
        } else {
            origins.provenances.push(self.provenance(origin, table));
            origins.provenances.len() - 1
        };
        if let Some(alike) = alike
            && let Some(slot) = origins.alike.get_mut(alike.place())
        {
            *slot = Some((alike, provenance));
        }
        let found = (provenance, origin.reported);
        if let Some(slot) = known.origins.get_mut(place as usize) {
            *slot = Some(found);
        }
        found
    }

    fn provenance(&mut self, origin: &OriginOutline, table: &FactTable) -> Counted {
        let name = origin.publisher.map(|text| table.text(text));
        let publisher = name.map(|name| self.view.publishers.shared(name));
        let asserter = table.asserters.get(origin.asserted_by as usize);
        let provenance = Provenance {
            document: origin.document,
            publisher: publisher.clone(),
            speakers: table.speakers(origin).to_vec(),
            place: origin.place,
            qualifiers: table.qualifiers.get(origin.qualifiers as usize).cloned().unwrap_or_default(),
            asserted_by: asserter.cloned().unwrap_or_else(|| Asserter::Import(String::new())),
            mirrored: origin.mirrored,
            dated: origin.reported.is_some(),
            text: self.text(origin.document, name),
        };
        Counted {
            number: self.view.evidence.intern(&provenance),
            document: origin.document,
            publisher,
            facts: 0,
        }
    }
}
