//! Facts from a reading: found by rules over noun phrases, clauses and event nouns, then dated and attributed.
//!
//! [`facts`] is the entry. Each family of rules has its file; what they find goes through [`Collector`],
//! which knows the mood, speakers and date of the place where it was found, and keeps only what fits the
//! ontology.

mod events;
mod frames;
mod roles;
mod things;

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use super::clauses::Clause;
use super::coref::Figure;
use super::dates::{Bound, Tense, TimeExpression};
use super::lexicon::Naming;
use super::mood;
use super::names::Kind as NameKind;
use super::phrases::Piece;
use super::reading::{Analysed, Reading};
use super::speech::{Saying, sayings, speakers_at};
use crate::model::{Modality, Polarity, Qualifiers, ValidTime};
use crate::ontology::{Kind, ObjectType, Ontology};

/// What a finding leads to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Goal {
    Figure(usize),
    Value(String),
    None,
}

/// When a finding holds, before its date is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// Whatever its clause says; a past event without a date had happened by the dateline.
    Clause,
    /// A lasting thing said in passing: undated.
    Always,
    /// It is over by the dateline ("former").
    Over,
}

/// A fact as a rule finds it.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    pub(crate) subject: usize,
    pub(crate) relation: &'static str,
    pub(crate) goal: Goal,
    pub(crate) qualifiers: Qualifiers,
    /// Token that tells it.
    pub(crate) trigger: usize,
    /// Clause it stands in.
    pub(crate) clause: Option<usize>,
    pub(crate) when: When,
    /// A time said with the noun itself.
    pub(crate) time: Option<ValidTime>,
    /// Mood that the rule itself knows.
    pub(crate) modality: Modality,
    /// Whether the rule turns the polarity.
    pub(crate) negated: bool,
    /// Whether the mood of the clause counts.
    pub(crate) moody: bool,
    pub(crate) rule: String,
    pub(crate) confidence: f32,
}

impl Finding {
    pub(crate) fn new(subject: usize, relation: &'static str, goal: Goal, trigger: usize, rule: impl Into<String>) -> Self {
        Self {
            subject,
            relation,
            goal,
            qualifiers: Qualifiers::new(),
            trigger,
            clause: None,
            when: When::Clause,
            time: None,
            modality: Modality::Asserted,
            negated: false,
            moody: true,
            rule: rule.into(),
            confidence: 0.7,
        }
    }

    /// A lasting thing told in passing, whatever the mood of its clause.
    pub(crate) fn lasting(subject: usize, relation: &'static str, goal: usize, trigger: usize, rule: &str) -> Self {
        Self {
            when: When::Always,
            moody: false,
            confidence: 0.8,
            ..Self::new(subject, relation, Goal::Figure(goal), trigger, rule)
        }
    }
}

/// A fact with everything but its entity numbers settled.
#[derive(Clone, Debug)]
pub(crate) struct Settled {
    pub(crate) finding: Finding,
    pub(crate) valid: Option<ValidTime>,
    pub(crate) modality: Modality,
    pub(crate) polarity: Polarity,
    pub(crate) speakers: Vec<usize>,
    pub(crate) place: Option<usize>,
    /// Code points of the quote.
    pub(crate) quote: Range<usize>,
    /// Number of the sentence.
    pub(crate) sentence: usize,
}

/// "Interior Minister Okello" without a state.
struct Untied {
    person: usize,
    relation: &'static str,
    position: String,
    sentence: usize,
    token: usize,
    former: bool,
}

/// Gathers findings.
pub(crate) struct Collector {
    pub(crate) reading: Reading,
    pub(crate) sayings: Vec<Saying>,
    ontology: Arc<Ontology>,
    out: Vec<Settled>,
    /// Titles that name no body: person, role, its words, sentence, token.
    untied: Vec<Untied>,
    seen: HashSet<(usize, &'static str, Goal, Modality, Polarity, Qualifiers)>,
    /// Number of the sentence at work.
    pub(crate) sentence: usize,
}

/// Everything the rules find, in the order of the text.
pub(crate) fn facts(reading: Reading, ontology: Arc<Ontology>) -> (Reading, Vec<Settled>) {
    let sayings = sayings(&reading);
    let mut collector = Collector {
        reading,
        sayings,
        ontology,
        out: Vec::new(),
        untied: Vec::new(),
        seen: HashSet::new(),
        sentence: 0,
    };
    for sentence in 0..collector.reading.sentences.len() {
        collector.sentence = sentence;
        let Some(slot) = collector.reading.sentences.get_mut(sentence) else {
            continue;
        };
        // Taken out while it is read, so that the cast can grow meanwhile.
        let analysed = std::mem::replace(slot, empty());
        roles::find(&analysed, &mut collector);
        things::find(&analysed, &mut collector);
        events::find(&analysed, &mut collector);
        frames::find(&analysed, &mut collector);
        told(&analysed, &mut collector);
        if let Some(slot) = collector.reading.sentences.get_mut(sentence) {
            *slot = analysed;
        }
    }
    collector.tie_titles();
    (collector.reading, collector.out)
}

fn empty() -> Analysed {
    Analysed {
        sentence: super::sentence::Sentence::default(),
        units: Vec::new(),
        times: Vec::new(),
        chunks: super::phrases::Chunks::default(),
        clauses: Vec::new(),
        figures: Vec::new(),
        owners: Vec::new(),
    }
}

impl Collector {
    pub(crate) fn figure(&self, number: usize) -> Option<&Figure> {
        self.reading.cast.figures.get(number)
    }

    /// Whether a figure belongs to a type or class of the ontology.
    pub(crate) fn is(&self, figure: usize, class: &str) -> bool {
        self.ontology.is_a(self.reading.cast.type_of(figure), class)
    }

    /// A phrase as a topic, for relations that take anything.
    pub(crate) fn topic(&mut self, analysed: &Analysed, phrase: usize) -> Option<usize> {
        let spot = analysed.spot(self.sentence);
        let phrase = analysed.phrase(phrase)?;
        if phrase.is_pronoun {
            return None;
        }
        self.reading.cast.described(phrase, &spot, "Topic")
    }

    /// A report from a capital leaves the state out where its own ministers are named; foreign ones it names.
    fn tie_titles(&mut self) {
        let Some(home) = self.reading.cast.home_capital() else { return };
        for untied in std::mem::take(&mut self.untied) {
            let held = self.out.iter().any(|fact| {
                fact.finding.subject == untied.person
                    && matches!(
                        fact.finding.relation,
                        "head_of"
                            | "holds_position_in"
                            | "commander_of"
                            | "represents"
                            | "member_of"
                            | "employed_by"
                            | "appointed_to"
                            | "removed_from"
                    )
            });
            let Some(slot) = self.reading.sentences.get_mut(untied.sentence).filter(|_| !held) else {
                continue;
            };
            let analysed = std::mem::replace(slot, empty());
            self.sentence = untied.sentence;
            // Where another state is named beside it, the office may be that one's.
            let other_state = analysed.units.iter().any(|unit| matches!(unit.kind, NameKind::Known(index, naming) if naming != Naming::People && self.reading.lexicon.entry(index).is_some_and(|known| known.node_type == "State") && self.reading.cast.known(index) != Some(home)));
            let mut finding = Finding {
                confidence: 0.5,
                ..Finding::lasting(untied.person, untied.relation, home, untied.token, "phrase:title at home")
            };
            finding.qualifiers.insert("position".to_owned(), untied.position);
            if untied.former {
                finding.when = When::Over;
            }
            if !other_state {
                self.push(&analysed, finding);
            }
            if let Some(slot) = self.reading.sentences.get_mut(untied.sentence) {
                *slot = analysed;
            }
        }
    }

    /// Offices that the report has given a person so far: body and position.
    pub(crate) fn offices(&mut self, person: usize) -> Vec<(usize, String)> {
        let held: Vec<(usize, String)> = self
            .out
            .iter()
            .filter(|fact| {
                fact.finding.subject == person
                    && matches!(fact.finding.relation, "head_of" | "holds_position_in" | "commander_of")
                    && fact.finding.when != When::Over
            })
            .filter_map(|fact| match fact.finding.goal {
                Goal::Figure(goal) => Some((goal, fact.finding.qualifiers.get("position").cloned().unwrap_or_default())),
                _ => None,
            })
            .collect();
        if !held.is_empty() {
            return held;
        }
        let position = self
            .untied
            .iter()
            .find(|untied| untied.person == person && !untied.former)
            .map(|untied| untied.position.clone());
        position
            .and_then(|position| Some((self.reading.cast.home_figure()?, position)))
            .into_iter()
            .collect()
    }

    /// A phrase as a number of people.
    pub(crate) fn people(&mut self, analysed: &Analysed, phrase: usize) -> Option<usize> {
        let spot = analysed.spot(self.sentence);
        let phrase = analysed.phrase(phrase)?;
        self.reading.cast.described(phrase, &spot, "PopulationGroup")
    }

    /// The state whose capital a place is.
    pub(crate) fn capital_of(&self, place: usize) -> Option<usize> {
        self.figure(place)
            .filter(|figure| figure.node_type == "Place" && figure.is_capital())
            .and_then(|figure| figure.owner)
    }

    /// Whether the ontology takes the fact as it stands.
    pub(crate) fn fits(&self, finding: &Finding) -> bool {
        let cast = &self.reading.cast;
        let object = match &finding.goal {
            Goal::Figure(figure) if *figure == finding.subject => return false,
            Goal::Figure(figure) => ObjectType::Node(cast.type_of(*figure)),
            Goal::Value(_) => ObjectType::Value,
            Goal::None => ObjectType::None,
        };
        self.ontology.check(finding.relation, cast.type_of(finding.subject), object).is_ok()
    }

    /// Settles mood, speakers, date and place, and keeps the finding if it fits and is new.
    pub(crate) fn push(&mut self, analysed: &Analysed, finding: Finding) -> bool {
        if !self.fits(&finding) {
            return false;
        }
        let clause = finding.clause.and_then(|number| analysed.clauses.get(number));
        let (mut modality, mut polarity) = match clause.filter(|_| finding.moody) {
            Some(clause) => mood::mood(analysed, clause, self.reading.lexicon),
            None => (Modality::Asserted, Polarity::Affirmed),
        };
        modality = mood::weaker(modality, finding.modality);
        if finding.negated {
            polarity = if polarity == Polarity::Affirmed {
                Polarity::Negated
            } else {
                Polarity::Affirmed
            };
        }
        if !self.seen.insert((
            finding.subject,
            finding.relation,
            finding.goal.clone(),
            modality,
            polarity,
            finding.qualifiers.clone(),
        )) {
            return false;
        }
        let lasting = self.is_state(finding.relation);
        let own = finding.clause.filter(|_| {
            matches!(
                finding.relation,
                "stated" | "spoke_to" | "called_on" | "called_for" | "warned" | "denied" | "accused" | "praised"
            )
        });
        let (speakers, said) = if lasting && !finding.moody {
            (Vec::new(), None)
        } else {
            speakers_at(&self.sayings, self.sentence, finding.trigger, own)
        };
        let mut speakers = speakers;
        if matches!(
            finding.relation,
            "stated"
                | "spoke_to"
                | "called_on"
                | "called_for"
                | "warned"
                | "denied"
                | "accused"
                | "praised"
                | "criticised"
                | "rejected"
                | "mentioned"
        ) {
            speakers.retain(|speaker| *speaker != finding.subject);
        }
        let valid = finding
            .time
            .clone()
            .or_else(|| self.valid(analysed, &finding, clause, modality, lasting, said));
        let place = clause.and_then(|clause| self.place(analysed, clause, &finding));
        let quote = analysed.sentence.span.clone();
        let settled = Settled {
            valid,
            modality,
            polarity,
            speakers,
            place,
            quote,
            sentence: self.sentence,
            finding,
        };
        self.out.push(settled);
        true
    }

    fn is_state(&self, relation: &str) -> bool {
        self.ontology
            .relation_number(relation)
            .is_some_and(|number| self.ontology.relation(number).kind == Kind::State)
    }

    fn valid(
        &self,
        analysed: &Analysed,
        finding: &Finding,
        clause: Option<&Clause>,
        modality: Modality,
        lasting: bool,
        said: Option<ValidTime>,
    ) -> Option<ValidTime> {
        let anchor = self.reading.anchor;
        let by_now = || format!("../{anchor}").parse::<ValidTime>().ok();
        match finding.when {
            When::Always => return None,
            When::Over => return by_now(),
            When::Clause => {}
        }
        let verb = clause.and_then(|clause| analysed.verb(clause));
        let tense = match modality {
            Modality::Intended | Modality::Requested if verb.is_some_and(|verb| verb.tense != Tense::Past) => Tense::Future,
            // "…, killing three": at the time of the verb it hangs on.
            _ if verb.is_some_and(|verb| verb.gerund) => clause
                .and_then(|clause| clause.governor)
                .and_then(|number| analysed.clauses.get(number))
                .and_then(|governor| analysed.verb(governor))
                .map_or(Tense::Past, |verb| verb.tense),
            _ => verb.map_or(Tense::Past, |verb| verb.tense),
        };
        let year = |group: &[usize]| group.iter().find_map(|phrase| analysed.phrase(*phrase)?.year.clone());
        let dated_event = |clause: &Clause| {
            year(&clause.object)
                .or_else(|| year(&clause.subject))
                .and_then(|year| year.parse().ok())
        };
        if let Some(clause) = clause
            && let Some(found) = self.clause_time(analysed, clause, tense, lasting).or_else(|| dated_event(clause))
        {
            return Some(found);
        }
        // "have met" and "met" happened by the day of the report, or by the day it was said.
        let happened = tense == Tense::Past || matches!(finding.relation, "stated" | "spoke_to" | "called_for" | "called_on");
        let by_said = said.and_then(|said| {
            format!("../{}", said.as_str().rsplit('/').next().unwrap_or(""))
                .parse::<ValidTime>()
                .ok()
        });
        if lasting {
            let over = verb.is_some_and(|verb| verb.tense == Tense::Past && !verb.perfect);
            return by_now().filter(|_| over);
        }
        if happened {
            return by_said.or_else(by_now);
        }
        by_now().filter(|_| modality == Modality::Asserted || finding.modality == Modality::Requested)
    }

    /// The time of a clause: its own, else that of the clause it hangs on.
    fn clause_time(&self, analysed: &Analysed, clause: &Clause, tense: Tense, lasting: bool) -> Option<ValidTime> {
        let mut current = Some(clause);
        for _ in 0..3 {
            let here = current?;
            let own = here.times.iter().filter_map(|time| analysed.times.get(*time));
            let below = analysed
                .clauses
                .iter()
                .filter(|other| other.at > here.at && other.opener == "since")
                .take(1)
                .flat_map(|other| {
                    // "… since the army began handing over power in 2011"
                    let inner = analysed
                        .clauses
                        .iter()
                        .filter(|inner| inner.at >= other.at)
                        .flat_map(|inner| &inner.times);
                    inner
                        .filter_map(|time| analysed.times.get(*time))
                        .take(1)
                        .map(TimeExpression::since)
                        .collect::<Vec<_>>()
                });
            let times: Vec<TimeExpression> = own.cloned().chain(below).collect();
            let since = here.arguments.iter().any(|argument| argument.prep == "since");
            let found = times.into_iter().find_map(|mut time| {
                if since && time.bound == Bound::Within {
                    time.bound = Bound::Since;
                }
                let perfect = analysed.verb(here).is_some_and(|verb| verb.perfect);
                let lasting = lasting || (perfect && time.bound == Bound::Since && tense == Tense::Future);
                time.at(tense, self.reading.anchor, lasting)
            });
            if found.is_some() {
                return found;
            }
            if current.is_some_and(|here| in_statement(analysed, here)) {
                return self.sayings.iter().find_map(|saying| saying.time.clone());
            }
            // "agreed on Tuesday to cooperate": the day is that of the agreement.
            if tense == Tense::Future && analysed.verb(here).is_some_and(|verb| verb.infinitive) {
                return None;
            }
            current = here.governor.and_then(|number| analysed.clauses.get(number)).filter(|governor| {
                // A clause of speech is dated by itself, not its content.
                analysed
                    .verb(governor)
                    .is_some_and(|verb| verb.lemmas.iter().all(|lemma| self.reading.lexicon.speech(lemma).is_none()))
            });
        }
        None
    }

    /// The location behind `in`, `at` or `near` of the clause.
    fn place(&self, analysed: &Analysed, clause: &Clause, finding: &Finding) -> Option<usize> {
        let placed = |clause: &Clause| {
            clause
                .arguments
                .iter()
                .filter(|argument| matches!(argument.prep.as_str(), "in" | "at" | "near" | "outside" | "across"))
                .flat_map(|argument| analysed.figures_of(&argument.group))
                .find(|figure| self.is(*figure, "Location"))
        };
        let own = placed(clause).or_else(|| {
            let opening = analysed.clauses.iter().find(|other| {
                analysed.verb(other).is_some_and(|verb| verb.gerund)
                    && other
                        .governor
                        .and_then(|number| analysed.clauses.get(number))
                        .is_some_and(|main| main.at == clause.at)
            });
            opening.and_then(placed)
        });
        own.filter(|place| finding.goal != Goal::Figure(*place) && finding.subject != *place)
    }
}

fn in_statement(analysed: &Analysed, clause: &Clause) -> bool {
    clause
        .arguments
        .iter()
        .filter(|argument| argument.prep == "in")
        .flat_map(|argument| &argument.group)
        .any(|phrase| {
            analysed
                .phrase(*phrase)
                .is_some_and(|phrase| analysed.lower(phrase.head) == "statement")
        })
}

/// Speech itself: "X said …", "X told Y …".
fn told(analysed: &Analysed, out: &mut Collector) {
    let from = out.sayings.partition_point(|saying| saying.sentence < out.sentence);
    let here = out.sayings.iter().skip(from).take_while(|saying| saying.sentence == out.sentence);
    let sayings: Vec<Saying> = here.filter(|saying| saying.told).cloned().collect();
    for saying in sayings {
        let Some(clause) = saying.clause.and_then(|number| analysed.clauses.get(number)) else {
            continue;
        };
        let Some(verb) = analysed.verb(clause) else { continue };
        let Some(speaker) = saying.speakers.first().copied() else {
            continue;
        };
        let words = analysed.text(saying.content.start, saying.content.end);
        let words = words
            .trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '.' | '"' | '\u{201c}' | '\u{201d}'))
            .to_owned();
        let hedged = verb
            .lemmas
            .iter()
            .any(|lemma| matches!(*lemma, "believe" | "think" | "hope" | "fear" | "predict" | "warn" | "deny"));
        if words.split(' ').count() < 2 || hedged || verb.modal.is_some() {
            continue;
        }
        // "promised to give …" is an intention, not words.
        let infinitive = analysed
            .chunks
            .pieces
            .get(clause.end)
            .is_some_and(|chunk| chunk.from == saying.content.start && matches!(chunk.piece, Piece::Verb(_)));
        if infinitive && saying.hearers.is_empty() {
            continue;
        }
        let lemma = verb.lemmas.first().copied().unwrap_or("say");
        let mut spoke = false;
        for hearer in &saying.hearers {
            let mut finding = Finding::new(speaker, "spoke_to", Goal::Figure(*hearer), verb.main, format!("speech:{lemma}"));
            finding.clause = saying.clause;
            finding.time.clone_from(&saying.time);
            finding.qualifiers.insert("content".to_owned(), words.clone());
            finding.confidence = 0.85;
            spoke |= out.push(analysed, finding);
        }
        if spoke {
            met_while_speaking(analysed, clause, &saying, out);
            continue;
        }
        let mut finding = Finding::new(speaker, "stated", Goal::Value(words), verb.main, format!("speech:{lemma}"));
        finding.clause = saying.clause;
        finding.time = saying.time;
        finding.confidence = 0.8;
        out.push(analysed, finding);
    }
}

/// "Meeting in Lima, A told B …": the meeting is between speaker and hearer.
fn met_while_speaking(analysed: &Analysed, main: &Clause, saying: &Saying, out: &mut Collector) {
    let Some(number) = analysed.clauses.iter().position(|clause| {
        let verb = analysed.verb(clause);
        clause.at < main.at && clause.object.is_empty() && verb.is_some_and(|verb| verb.gerund && verb.lemmas.contains(&"meet"))
    }) else {
        return;
    };
    let Some(speaker) = saying.speakers.first().copied() else { return };
    let trigger = analysed
        .clauses
        .get(number)
        .and_then(|clause| analysed.verb(clause))
        .map_or(0, |verb| verb.main);
    for hearer in &saying.hearers {
        let mut finding = Finding::new(speaker, "met_with", Goal::Figure(*hearer), trigger, "clause:meeting-speech");
        finding.clause = Some(number);
        finding.confidence = 0.8;
        if let Some(said) = &saying.time {
            finding.time = format!("../{said}").parse().ok();
        }
        out.push(analysed, finding);
    }
}

/// The singular of a noun form by the tables, else by its ending.
pub(crate) fn singular(analysed: &Analysed, token: usize, lexicon: &super::lexicon::Lexicon) -> String {
    let word = analysed.lower(token);
    lexicon.noun(word).map_or_else(
        || {
            word.strip_suffix('s')
                .filter(|stem| stem.len() > 2 && !stem.ends_with('s'))
                .unwrap_or(word)
                .to_owned()
        },
        |noun| noun.lemma.replace('_', " "),
    )
}

/// The phrases of a group of phrases at a piece.
pub(crate) fn group_at(analysed: &Analysed, at: usize) -> Option<&[usize]> {
    match analysed.piece(at) {
        Piece::Group(group) => Some(group.as_slice()),
        _ => None,
    }
}
