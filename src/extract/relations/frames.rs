//! What verbs say: the frames of the tables filled from each clause.
//!
//! [`find`] is the entry. A frame names a slot for each end; what a slot gives is decided here, what fits
//! a relation by the ontology.

use super::super::clauses::{Argument, Clause};
use super::super::lexicon::Frame;
use super::super::phrases::{Front, Phrase, Piece, VerbGroup};
use super::super::reading::Analysed;
use super::{Collector, Finding, Goal, roles, singular};
use crate::model::{Modality, Qualifiers};

/// Tries every frame of every verb.
pub(super) fn find(analysed: &Analysed, out: &mut Collector) {
    for number in 0..analysed.clauses.len() {
        let Some(clause) = analysed.clauses.get(number) else { continue };
        let Some(verb) = analysed.verb(clause) else { continue };
        if roles::office_change(analysed, number, clause, verb, out) {
            continue;
        }
        let mut told = false;
        if matches!(verb.lemmas.first(), Some(&("cite" | "quote"))) && super::super::speech::as_saying(analysed, clause) {
            continue;
        }
        for lemma in &verb.lemmas {
            let word = verb
                .particle
                .as_ref()
                .map_or_else(|| (*lemma).to_owned(), |particle| format!("{lemma} {particle}"));
            for frame in out.reading.lexicon.frames(&word) {
                if told && frame.option("always").is_none() {
                    continue;
                }
                let filler = Filler {
                    analysed,
                    clause,
                    number,
                    verb,
                    frame,
                };
                told |= filler.fill(out);
            }
        }
        if !told {
            killed_by_nobody(analysed, number, clause, verb, out);
        }
    }
}

/// "Three soldiers were killed": nobody is said to have done it, so they died.
fn killed_by_nobody(analysed: &Analysed, number: usize, clause: &Clause, verb: &VerbGroup, out: &mut Collector) {
    let dead = verb.lemmas.contains(&"shoot") && analysed.lower(verb.to) == "dead";
    let kills = dead
        || verb
            .lemmas
            .iter()
            .any(|lemma| matches!(*lemma, "kill" | "murder" | "assassinate" | "execute" | "massacre" | "behead"));
    if !verb.passive || !kills || clause.behind("by").is_some() {
        return;
    }
    for phrase in &clause.subject {
        for figure in analysed.figures_of(&[*phrase]) {
            let mut finding = Finding::new(figure, "died", Goal::None, verb.main, "clause:be killed");
            finding.clause = Some(number);
            if let Some(quantity) = analysed.phrase(*phrase).and_then(|phrase| phrase.quantity.clone()) {
                finding.qualifiers.insert("quantity".to_owned(), quantity);
            }
            out.push(analysed, finding);
        }
    }
}

struct Filler<'a> {
    analysed: &'a Analysed,
    clause: &'a Clause,
    number: usize,
    verb: &'a VerbGroup,
    frame: &'a Frame,
}

impl Filler<'_> {
    /// The group of what undergoes the verb.
    fn object(&self) -> &[usize] {
        if self.verb.passive {
            &self.clause.subject
        } else {
            &self.clause.object
        }
    }

    /// The group of what does it.
    fn subject(&self) -> &[usize] {
        if !self.verb.passive {
            return &self.clause.subject;
        }
        self.clause.behind("by").map_or(&[], |argument| argument.group.as_slice())
    }

    /// "This has opened a route to Peru, avoiding Chile": the subject means nothing that is known.
    fn subject_is_silent(&self) -> bool {
        self.verb.gerund && self.analysed.figures_of(&self.clause.subject).is_empty()
    }

    fn governor_object(&self) -> &[usize] {
        self.clause
            .governor
            .and_then(|number| self.analysed.clauses.get(number))
            .map_or(&[], |clause| clause.object.as_slice())
    }

    /// The phrases of a slot.
    fn slot(&self, slot: &str) -> Vec<usize> {
        let behind = |argument: Option<&Argument>| argument.map(|argument| argument.group.clone()).unwrap_or_default();
        match slot {
            "S" if self.subject_is_silent() => self.governor_object().to_vec(),
            "S" => self.subject().to_vec(),
            "O" | "N" => self.object().to_vec(),
            "-" | "S+S" => Vec::new(),
            "O.poss" => self
                .object()
                .iter()
                .filter_map(|phrase| self.analysed.phrase(*phrase)?.possessor)
                .collect(),
            _ => match slot.strip_prefix("O.") {
                Some(prep) => behind(
                    self.clause
                        .arguments
                        .iter()
                        .find(|argument| argument.prep == prep && argument.of_object),
                ),
                None => behind(self.clause.behind(slot)),
            },
        }
    }

    fn fill(&self, out: &mut Collector) -> bool {
        if !self.nouns_fit(out) || !self.shape_fits() {
            return false;
        }
        if self.frame.subject == "S+S" {
            return self.pairs(out);
        }
        if self.frame.relation == "has_part" {
            return false;
        }
        let subjects = self.figures(self.frame.subject, out, false);
        let mut told = false;
        let goals = self
            .frame
            .object
            .iter()
            .map(|slot| self.goals_of(slot, out))
            .find(|goals| !goals.is_empty())
            .unwrap_or_default();
        for (subject, phrase) in &subjects {
            let goals = goals.clone();
            for (goal, object_phrase) in goals {
                // "A strengthened ties between A and B": the other end is not the subject again.
                if goal == Goal::Figure(*subject) || self.own_force(*subject, &goal, out) || !self.option_fits(*subject, &goal, out) {
                    continue;
                }
                told |= self.tell(*subject, *phrase, goal, object_phrase, out);
            }
        }
        told
    }

    /// What a slot of the object gives.
    fn goals_of(&self, slot: &str, out: &mut Collector) -> Vec<(Goal, Option<usize>)> {
        match slot {
            "-" => vec![(Goal::None, None)],
            "place" => self.place(out).into_iter().map(|figure| (Goal::Figure(figure), None)).collect(),
            slot => self.goals(slot, out),
        }
    }

    /// A state's own army among "the two forces" is its own side.
    fn own_force(&self, subject: usize, goal: &Goal, out: &Collector) -> bool {
        let Goal::Figure(figure) = goal else { return false };
        self.frame.relation == "seeks_cooperation_with" && out.figure(*figure).is_some_and(|figure| figure.owner == Some(subject))
    }

    /// Members of a plural subject, two by two.
    fn pairs(&self, out: &mut Collector) -> bool {
        let figures = self.analysed.figures_of(self.subject());
        if !(2..=6).contains(&figures.len()) {
            return false;
        }
        let mut told = false;
        for (at, one) in figures.iter().enumerate() {
            for other in figures.iter().skip(at + 1) {
                told |= self.tell(*one, None, Goal::Figure(*other), None, out);
            }
        }
        told
    }

    fn tell(&self, subject: usize, subject_phrase: Option<usize>, goal: Goal, object_phrase: Option<usize>, out: &mut Collector) -> bool {
        let mut finding = Finding::new(
            subject,
            self.frame.relation,
            goal,
            self.verb.main,
            format!("clause:{}", self.frame.word),
        );
        finding.clause = Some(self.number);
        finding.modality = self
            .frame
            .option("mood")
            .and_then(|mood| mood.parse().ok())
            .unwrap_or(Modality::Asserted);
        finding.negated = self.frame.option("neg").is_some();
        finding.confidence = if self.verb.passive { 0.75 } else { 0.7 };
        finding.qualifiers = self.qualifiers(subject_phrase, object_phrase);
        Self::capital_as_state(&mut finding, out);
        let goal_state = match finding.goal {
            Goal::Figure(figure) if !out.fits(&finding) => out.capital_of(figure),
            _ => None,
        };
        if let Some(state) = goal_state.filter(|state| *state != subject) {
            finding.goal = Goal::Figure(state);
        }
        out.push(self.analysed, finding)
    }

    /// "Nairobi rejected the plan": a capital that acts stands for its state.
    fn capital_as_state(finding: &mut Finding, out: &Collector) {
        if out.is(finding.subject, "Actor") || out.fits(finding) {
            return;
        }
        if let Some(state) = out.capital_of(finding.subject) {
            finding.subject = state;
        }
    }

    /// Figures of a slot with the phrase each came from.
    fn figures(&self, slot: &str, out: &mut Collector, any: bool) -> Vec<(usize, Option<usize>)> {
        let mut found = Vec::new();
        for phrase in self.slot(slot) {
            let figures = self.analysed.figures_of(&[phrase]);
            if figures.is_empty()
                && any
                && let Some(topic) = out.topic(self.analysed, phrase)
            {
                found.push((topic, Some(phrase)));
            }
            found.extend(figures.into_iter().map(|figure| (figure, Some(phrase))));
        }
        found
    }

    fn goals(&self, slot: &str, out: &mut Collector) -> Vec<(Goal, Option<usize>)> {
        let people = matches!(
            self.frame.relation,
            "killed" | "injured" | "detained" | "released" | "rescued" | "attacked" | "expelled" | "aided"
        );
        let any = matches!(
            self.frame.relation,
            "supported" | "praised" | "called_for" | "criticised" | "rejected" | "denied" | "mentioned" | "banned" | "built"
        );
        let mut found = self.figures(slot, out, any);
        if found.is_empty() && people {
            // "kidnapped 276 pupils": a number of those who are acted on so is a number of people.
            let counted = self.slot(slot).into_iter().filter(|phrase| {
                self.analysed
                    .phrase(*phrase)
                    .is_some_and(|phrase| phrase.plural && phrase.quantity.is_some() && !phrase.is_pronoun)
            });
            found = counted
                .filter_map(|phrase| Some((out.people(self.analysed, phrase)?, Some(phrase))))
                .collect();
        }
        found.into_iter().map(|(figure, phrase)| (Goal::Figure(figure), phrase)).collect()
    }

    fn place(&self, out: &Collector) -> Option<usize> {
        let argument = self
            .clause
            .arguments
            .iter()
            .filter(|argument| matches!(argument.prep.as_str(), "in" | "at" | "across" | "to" | "along"));
        argument
            .flat_map(|argument| self.analysed.figures_of(&argument.group))
            .find(|figure| out.is(*figure, "Location"))
    }

    /// Whether the object has one of the head words that the frame wants.
    fn nouns_fit(&self, out: &Collector) -> bool {
        if self.frame.nouns.is_empty() {
            return true;
        }
        // "goes to the polls": without an object the noun may stand behind a preposition.
        let behind = self
            .clause
            .arguments
            .iter()
            .filter(|_| self.object().is_empty())
            .flat_map(|argument| &argument.group);
        self.object()
            .iter()
            .chain(behind)
            .filter_map(|phrase| self.analysed.phrase(*phrase))
            .any(|phrase| {
                let head = singular(self.analysed, phrase.head, out.reading.lexicon);
                let compound = phrase.noun.map_or("", |noun| noun.lemma);
                self.frame.nouns.iter().any(|noun| *noun == head || compound.ends_with(noun))
            })
    }

    /// Options that look at the clause alone.
    fn shape_fits(&self) -> bool {
        let bare = self.clause.object.is_empty();
        let rules = [
            ("intransitive", bare || self.verb.passive),
            ("two", self.clause.behind("").is_some() || self.clause.behind("to").is_some()),
            ("single", self.clause.behind("").is_none()),
            ("then_to", self.infinitive_follows()),
            ("passive", self.verb.passive),
        ];
        rules.iter().all(|(option, holds)| *holds || self.frame.option(option).is_none())
    }

    fn infinitive_follows(&self) -> bool {
        match self.analysed.piece(self.clause.end) {
            Piece::Verb(number) => self.analysed.chunks.verbs.get(*number).is_some_and(|verb| verb.infinitive),
            _ => false,
        }
    }

    /// Options that look at the ends.
    fn option_fits(&self, subject: usize, goal: &Goal, out: &Collector) -> bool {
        let figure = match goal {
            Goal::Figure(figure) => Some(*figure),
            _ => None,
        };
        let is = |classes: &[&str]| figure.is_some_and(|figure| classes.iter().any(|class| out.is(figure, class)));
        let of = |class: &str| out.is(subject, class);
        let rules = [
            ("person", is(&["Person", "PopulationGroup"]) || of("Person")),
            ("body", is(&["Org", "State"])),
            ("asset", is(&["Org", "Facility"])),
            (
                "party",
                is(&["PoliticalParty", "Organization", "InternationalOrganization", "Bloc"]),
            ),
            ("facility", is(&["Facility"]) || of("Facility")),
            ("instrument", is(&["Instrument"])),
            ("contest", is(&["Event", "Instrument"])),
            ("event", is(&["Event"]) || of("Event")),
            ("locale", is(&["Place", "Facility"])),
            ("thing", !is(&["Actor"])),
            ("people", of("PopulationGroup")),
            ("group", of("PopulationGroup") || of("Org")),
            ("prize", is(&["Topic"])),
        ];
        rules.iter().all(|(option, holds)| *holds || self.frame.option(option).is_none())
    }

    /// The words of a qualifier's slot.
    fn qualifier(&self, slot: &str) -> Option<String> {
        match slot {
            "rest" => self.rest(),
            "N" => self.words(self.object().first().copied(), true),
            // "gave Peru two ships": the second object is what was given.
            "O" if self.clause.behind("").is_some() && self.frame.object.contains(&"O") => self.group_words(""),
            slot => self.group_words(slot).or_else(|| self.gerund_behind(slot)),
        }
    }

    fn qualifiers(&self, subject_phrase: Option<usize>, object_phrase: Option<usize>) -> Qualifiers {
        let mut out = Qualifiers::new();
        for (name, slot) in &self.frame.options {
            if slot.is_empty() || *name == "mood" {
                continue;
            }
            let value = if *name == "role" {
                Some((*slot).to_owned())
            } else {
                slot.split('|').find_map(|slot| self.qualifier(slot))
            };
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                out.insert((*name).to_owned(), value);
            }
        }
        let quantity = |phrase: Option<usize>| {
            phrase
                .and_then(|phrase| self.analysed.phrase(phrase))
                .filter(|phrase| phrase.front != Front::Definite)
                .and_then(|phrase| phrase.quantity.clone())
        };
        if let Some(quantity) = quantity(object_phrase).or_else(|| quantity(subject_phrase)) {
            out.insert("quantity".to_owned(), quantity);
        }
        out
    }

    /// The words of a phrase without its article; with what `of` adds when `whole`.
    fn words(&self, phrase: Option<usize>, bare: bool) -> Option<String> {
        let phrase: &Phrase = self.analysed.phrase(phrase?)?;
        let from = if bare { phrase.core } else { phrase.from };
        Some(self.analysed.text(from, phrase.to))
    }

    /// All words of a slot, from its first phrase to its last, articles dropped in front.
    fn group_words(&self, slot: &str) -> Option<String> {
        let group = self.slot(slot);
        let first = self.analysed.phrase(*group.first()?)?;
        let last = self.analysed.phrase(*group.last()?)?;
        let owner = first.possessor.and_then(|owner| self.analysed.phrase(owner));
        let from = owner.map_or(if first.quantity.is_some() { first.from } else { first.core }, |owner| owner.from);
        Some(self.analysed.text(from, last.to))
    }

    /// "accused him of hiding funds": the words behind a preposition that is followed by a verb.
    fn gerund_behind(&self, prep: &str) -> Option<String> {
        let chunk = self.analysed.chunks.pieces.get(self.clause.end)?;
        let ends = self.analysed.sentence.tokens.len().saturating_sub(1);
        (self.analysed.lower(chunk.from) == prep).then(|| self.analysed.text(chunk.from + 1, ends))
    }

    /// What stands behind the arguments to the end of the sentence, a closing mark left out.
    fn rest(&self) -> Option<String> {
        let chunk = self.analysed.chunks.pieces.get(self.clause.end)?;
        let ends = self.analysed.sentence.tokens.iter().rposition(|token| token.word)? + 1;
        let text = self.analysed.text(chunk.from, ends);
        let text = text.split(", according to ").next().unwrap_or("");
        let text = text
            .trim_start_matches("to ")
            .trim_start_matches("that ")
            .trim_matches(|c: char| matches!(c, ',' | ' '))
            .to_owned();
        (!text.is_empty()).then_some(text)
    }
}
