//! The built-in extractor: the stages in order, and its findings as drafts.
//!
//! [`RuleExtractor`] is the entry. Descriptions that turn out to be somebody named are led back to the name
//! here, facts that became equal by it are told once, and only entities that some fact needs are given.

use std::collections::HashMap;
use std::sync::Arc;

use super::reading::Reading;
use super::relations::{Goal, Settled, facts};
use super::{DraftFact, DraftObject, Entity, Extraction, Extractor, Report, Skipped};
use crate::ontology::Ontology;

/// Tables and rules, no learned weights.
#[derive(Debug)]
pub struct RuleExtractor {
    ontology: Arc<Ontology>,
}

impl RuleExtractor {
    /// With its tables read, for the built-in vocabulary.
    #[must_use]
    pub fn new() -> Self {
        super::lexicon::Lexicon::get();
        Self {
            ontology: Ontology::built_in(),
        }
    }
}

impl Default for RuleExtractor {
    fn default() -> Self {
        Self::new()
    }
}

impl Extractor for RuleExtractor {
    fn name(&self) -> &'static str {
        concat!("rules-", env!("CARGO_PKG_VERSION"))
    }

    fn extract(&self, report: &Report) -> Extraction {
        let Some(reading) = Reading::of(report) else {
            return Extraction::default();
        };
        let (mut reading, settled) = facts(reading, Arc::clone(&self.ontology));
        lead_back(&mut reading, &settled);
        let mut casting = Casting {
            reading: &reading,
            numbers: HashMap::new(),
            entities: Vec::new(),
        };
        let mut out: Vec<DraftFact> = Vec::new();
        let mut told = vec![false; reading.sentences.len()];
        for fact in &settled {
            let Some(draft) = casting.draft(fact) else { continue };
            if let Some(told) = told.get_mut(fact.sentence) {
                *told = true;
            }
            if !out.iter().rev().take(64).any(|held| same(held, &draft)) {
                out.push(draft);
            }
        }
        out.sort_by_key(|draft| draft.quote.start);
        let entities = casting.entities;
        Extraction {
            entities,
            facts: out,
            skipped: skipped(report, &reading, &told),
        }
    }
}

/// Whether two drafts say the same, speakers and date too.
fn same(one: &DraftFact, other: &DraftFact) -> bool {
    one.subject == other.subject
        && one.relation == other.relation
        && one.object == other.object
        && one.modality == other.modality
        && one.polarity == other.polarity
        && one.qualifiers == other.qualifiers
        && one.valid == other.valid
}

/// A lead's "a senior general" or "the visiting head of X" is the person whom later sentences name so.
fn lead_back(reading: &mut Reading, settled: &[Settled]) {
    let heads = |relation: &str| matches!(relation, "head_of" | "commander_of" | "holds_position_in");
    // Descriptions worth naming stand at the top of a report; a book is not searched for them.
    for description in 0..reading.cast.figures.len().min(400) {
        let Some(figure) = reading
            .cast
            .figures
            .get(description)
            .filter(|figure| figure.node_type == "Person" && !figure.named)
        else {
            continue;
        };
        if reading.cast.canonical(description) != description {
            continue;
        }
        let by_office = settled
            .iter()
            .filter(|fact| fact.finding.subject == description && heads(fact.finding.relation))
            .find_map(|own| {
                settled.iter().find(|other| {
                    other.finding.goal == own.finding.goal
                        && same_office(own, other)
                        && reading.cast.figures.get(other.finding.subject).is_some_and(|figure| figure.named)
                })
            });
        let by_office = by_office.map(|fact| fact.finding.subject);
        let by_rank = || {
            let role = figure.roles.first().copied().filter(|_| figure.paragraph == 0)?;
            reading.cast.figures.iter().position(|other| {
                other.named
                    && other.node_type == "Person"
                    && other.roles.iter().any(|held| *held == role || held.ends_with(&format!(" {role}")))
                    && (figure.owner.is_none() || other.owner.is_none() || figure.owner == other.owner)
                    && !serves_another(reading, settled, figure.owner, &other.name)
            })
        };
        if let Some(person) = by_office.or_else(by_rank) {
            reading.cast.same(description, person);
        }
    }
}

/// Whether the person of a name holds an office of another state than this one.
fn serves_another(reading: &Reading, settled: &[Settled], state: Option<usize>, name: &str) -> bool {
    settled.iter().any(|fact| {
        let office = matches!(fact.finding.relation, "head_of" | "holds_position_in" | "represents" | "citizen_of");
        let his = reading
            .cast
            .figures
            .get(fact.finding.subject)
            .is_some_and(|figure| figure.name == name);
        office
            && his
            && matches!(fact.finding.goal, Goal::Figure(goal) if reading.cast.is_state(goal) && state.is_some_and(|state| state != goal))
    })
}

/// Whether two persons of one body may be one by their office: the same position, or a word that any head has.
fn same_office(own: &Settled, other: &Settled) -> bool {
    let kind = |fact: &Settled| {
        if fact.finding.relation == "commander_of" {
            "head_of"
        } else {
            fact.finding.relation
        }
    };
    let position = |fact: &Settled| fact.finding.qualifiers.get("position").cloned().unwrap_or_default();
    let (one, two) = (position(own), position(other));
    let plain = matches!(one.as_str(), "head" | "chief" | "leader" | "commander");
    kind(own) == kind(other) && (one == two || (plain && kind(own) == "head_of"))
}

/// Numbers entities as facts need them.
struct Casting<'a> {
    reading: &'a Reading,
    numbers: HashMap<usize, usize>,
    entities: Vec<Entity>,
}

impl Casting<'_> {
    fn entity(&mut self, figure: usize) -> Option<usize> {
        let figure = self.reading.cast.canonical(figure);
        if let Some(number) = self.numbers.get(&figure) {
            return Some(*number);
        }
        let held = self.reading.cast.figures.get(figure)?;
        let owner = held.owner.filter(|owner| *owner != figure).and_then(|owner| self.entity(owner));
        let number = self.entities.len();
        self.numbers.insert(figure, number);
        self.entities.push(Entity {
            name: held.name.clone(),
            node_type: held.node_type.clone(),
            aliases: held.aliases.clone(),
            is_named: held.named,
            owner,
        });
        Some(number)
    }

    fn draft(&mut self, fact: &Settled) -> Option<DraftFact> {
        let finding = &fact.finding;
        // "the president of Peru" without a name says nothing about anybody.
        let nobody = || {
            self.reading
                .cast
                .figures
                .get(self.reading.cast.canonical(finding.subject))
                .is_some_and(|figure| !figure.named)
        };
        if finding.rule == "phrase:role" && nobody() {
            return None;
        }
        let subject = self.entity(finding.subject)?;
        let object = match &finding.goal {
            Goal::Figure(figure) => DraftObject::Entity(self.entity(*figure)?),
            Goal::Value(value) => DraftObject::Value(value.clone()),
            Goal::None => DraftObject::None,
        };
        if object == DraftObject::Entity(subject) {
            return None;
        }
        let mut speakers = Vec::new();
        for speaker in &fact.speakers {
            let speaker = self.entity(*speaker)?;
            if !speakers.contains(&speaker) {
                speakers.push(speaker);
            }
        }
        let place = match fact.place {
            Some(place) => self.entity(place),
            None => None,
        };
        Some(DraftFact {
            subject,
            relation: finding.relation.to_owned(),
            object,
            valid: fact.valid.clone(),
            modality: fact.modality,
            polarity: fact.polarity,
            speakers,
            place,
            qualifiers: finding.qualifiers.clone(),
            quote: fact.quote.clone(),
            rule: finding.rule.clone(),
            confidence: finding.confidence,
        })
    }
}

/// The sentences that gave nothing, and what was missing.
fn skipped(report: &Report, reading: &Reading, told: &[bool]) -> Vec<Skipped> {
    let chars: Vec<char> = report.text.chars().collect();
    let silent = reading.sentences.iter().zip(told).filter(|(_, told)| !**told);
    silent
        .map(|(analysed, _)| {
            let figures = analysed.figures.iter().flatten().count();
            let reason = if analysed.clauses.is_empty() {
                "no verb was recognised"
            } else if figures == 0 {
                "it names nobody and nothing that is known"
            } else if figures == 1 {
                "only one end of a fact was found"
            } else {
                "no rule covers its verb with these ends"
            };
            let sentence = chars.get(analysed.sentence.span.clone()).unwrap_or_default().iter().collect();
            Skipped {
                sentence,
                reason: reason.to_owned(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::intake;
    use crate::model::{Modality, Polarity};
    use proptest::prelude::*;

    /// A report of our own: a visit, an agreement, a clash, an arrest, an appointment, a request, a denial.
    const REPORT: &str = " date 2019-05-16 Harbour News, NAIROBI

Kenyan President Daniel Kiprono met Ethiopian Prime Minister Abel Tesfaye in Nairobi on Wednesday and the two leaders signed an agreement on border security, the Kenyan Foreign Ministry said.

Kiprono said Kenya would open a consulate in the Ethiopian city of Hawassa next year.

At least 15 soldiers were wounded when gunmen attacked a base near Garissa on Tuesday. Former finance minister Peter Otieno was arrested by police in July 2018.

\u{201c}We welcome the decision,\u{201d} Tesfaye told reporters in Nairobi.

Amnesty International urged Kenya to release the journalists, who were detained in March.

Somalia has denied backing the militants. The Turkish government made no mention of the talks.

Grace Wanjiru, governor of the Central Bank of Kenya (CBK), was appointed as ambassador to Japan last month. The CBK had lent Uganda 40 million dollars by 2 May.
";

    fn facts_of(text: &str) -> Vec<String> {
        let report = intake(text, Report::default()).unwrap();
        let extraction = RuleExtractor::new().extract(&report);
        let name = |entity: usize| extraction.entities[entity].name.as_str();
        extraction
            .facts
            .iter()
            .map(|fact| {
                let object = match &fact.object {
                    DraftObject::Entity(entity) => name(*entity),
                    DraftObject::Value(_) => "…",
                    DraftObject::None => "-",
                };
                let valid = fact.valid.as_ref().map_or("-", |valid| valid.as_str());
                let mut line = format!("{} {} {object} {valid}", name(fact.subject), fact.relation);
                if fact.modality != Modality::Asserted {
                    line = format!("{line} [{}]", fact.modality);
                }
                if fact.polarity == Polarity::Negated {
                    line.push_str(" [not]");
                }
                for speaker in &fact.speakers {
                    line = format!("{line} says {}", name(*speaker));
                }
                line
            })
            .collect()
    }

    #[test]
    fn a_report_of_our_own_gives_its_facts_with_dates_moods_and_speakers() {
        let facts = facts_of(REPORT);
        for expected in [
            "Daniel Kiprono head_of Kenya -",
            "Daniel Kiprono met_with Abel Tesfaye 2019-05-15 says Kenyan Foreign Ministry",
            "Abel Tesfaye signed agreement ../2019-05-16 says Kenyan Foreign Ministry",
            "Kenyan Foreign Ministry serves Kenya -",
            "Kenya opened consulate 2020 [intended] says Daniel Kiprono",
            "Hawassa located_in Ethiopia -",
            "gunmen attacked base 2019-05-14",
            "Kenyan police detained Peter Otieno 2018-07",
            "Abel Tesfaye spoke_to reporters ../2019-05-16",
            "Amnesty International called_on Kenya ../2019-05-16 [requested]",
            "Kenya released journalists - [requested] says Amnesty International",
            "Somalia supported militants ../2019-05-16 [not] says Somalia",
            "Turkey mentioned talks ../2019-05-16 [not]",
            "Grace Wanjiru head_of Central Bank of Kenya -",
            "Central Bank of Kenya aided Uganda ../2019-05-02",
        ] {
            assert!(
                facts.iter().any(|fact| fact == expected),
                "missing: {expected}\n{}",
                facts.join("\n")
            );
        }
    }

    #[test]
    fn the_same_report_gives_the_same_drafts_and_no_entity_in_vain() {
        let report = intake(REPORT, Report::default()).unwrap();
        let (one, other) = (RuleExtractor::new().extract(&report), RuleExtractor::new().extract(&report));
        assert_eq!(one, other);
        assert!(
            one.entities
                .iter()
                .any(|entity| entity.name == "Central Bank of Kenya" && entity.aliases.contains(&"CBK".to_owned()))
        );
    }

    #[test]
    fn a_sentence_without_a_fact_is_named_with_a_reason() {
        let report = intake(
            "date 2019-05-16 Press, OSLO\n\nIt rained. The sky over the harbour was grey.",
            Report::default(),
        )
        .unwrap();
        let skipped = RuleExtractor::new().extract(&report).skipped;
        assert_eq!(skipped.len(), 2);
        assert!(
            skipped
                .iter()
                .all(|skipped| !skipped.reason.is_empty() && !skipped.sentence.is_empty())
        );
    }

    fn holds_together(text: &str) {
        let given = Report {
            date: "2019-05-16".parse().ok(),
            lang: Some("en".to_owned()),
            ..Report::default()
        };
        let Ok(report) = intake(text, given) else { return };
        let length = report.text.chars().count();
        let extraction = RuleExtractor::new().extract(&report);
        let count = extraction.entities.len();
        for fact in &extraction.facts {
            assert!(fact.quote.start < fact.quote.end && fact.quote.end <= length);
            assert!(fact.subject < count && fact.speakers.iter().chain(&fact.place).all(|entity| *entity < count));
        }
        assert!(
            extraction
                .entities
                .iter()
                .all(|entity| entity.owner.is_none_or(|owner| owner < count))
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn any_text_is_read_without_a_panic(text in any::<String>()) {
            holds_together(&text);
        }

        #[test]
        fn any_words_of_the_trade_in_any_order_are_read_without_a_panic(
            words in proptest::collection::vec(
                prop::sample::select(vec![
                    "the", "of", "and", ",", ".", "“", "”", "\"", "'s", "(", ")", "who", "that", "to", "said", "told", "met", "Kenya", "Burmese",
                    "General", "Li Zuocheng", "ministry", "attacks", "on", "by", "between", "was", "has", "not", "wants", "killing", "Wednesday",
                    "since 2011", "600,000", "its", "he", "two", "countries", "as well as", "according", "李作成", "’s", "--", "Armed Forces", "president",
                    "\n\n", "in", "U.S.", "accused", "for", "no", "which", "urged", "talks", "with", "most", "A", "visiting",
                ]),
                0..60,
            )
        ) {
            holds_together(&words.join(" "));
        }
    }
}
