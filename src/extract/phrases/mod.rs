//! Noun phrases and verb groups of a sentence, and the sequence of chunks they stand in.
//!
//! [`chunk`] is the entry. A phrase knows its head, its possessor and its modifiers; a verb group knows its
//! lemma, voice, tense and negation. What belongs to which verb is decided in `clauses`.

mod lists;

use super::dates::{Tense, TimeExpression};
use super::lexicon::{Form, Lexicon, Noun, Role};
use super::names::{Kind, Unit, join};
use super::sentence::Sentence;
use super::tags::Tag;

/// What stands at the front of a noun phrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) enum Front {
    #[default]
    None,
    Definite,
    Indefinite,
    /// `this`, `these`.
    Demonstrative,
    /// `its`, `his`, `their` …
    Own,
    /// `no`.
    Negative,
}

/// A noun phrase, or a pronoun.
#[derive(Clone, Debug, Default)]
pub(crate) struct Phrase {
    /// First token.
    pub(crate) from: usize,
    /// After the last token.
    pub(crate) to: usize,
    /// The head token (the last one of a name).
    pub(crate) head: usize,
    /// Its front.
    pub(crate) front: Front,
    /// The pronoun, when it is one, or the possessive pronoun in front.
    pub(crate) pronoun: Option<String>,
    /// Whether it is a pronoun alone.
    pub(crate) is_pronoun: bool,
    /// Phrase whose it is (`China's …`).
    pub(crate) possessor: Option<usize>,
    /// Unit of its head, when the head is a name.
    pub(crate) name: Option<usize>,
    /// Units before the head that are names (`Burmese`, `Rohingya`).
    pub(crate) modifiers: Vec<usize>,
    /// Roles in it, with their tokens.
    pub(crate) roles: Vec<(&'static Role, usize, usize)>,
    /// Its head noun, when the table has it.
    pub(crate) noun: Option<Noun>,
    /// Its number, with its bound (`>600000`).
    pub(crate) quantity: Option<String>,
    /// Plural by its ending.
    pub(crate) plural: bool,
    /// A year among its words (`2015 election`).
    pub(crate) year: Option<String>,
    /// First token that is part of the description (after article, number and possessor).
    pub(crate) core: usize,
}

/// A verb with its auxiliaries.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent observations about one verb")]
pub(crate) struct VerbGroup {
    /// First token.
    pub(crate) from: usize,
    /// After the last token.
    pub(crate) to: usize,
    /// Lemmas that the main form may belong to, best first.
    pub(crate) lemmas: Vec<&'static str>,
    /// Particle that follows (`call on`).
    pub(crate) particle: Option<String>,
    /// Adjective after `be` (`willing`).
    pub(crate) adjective: Option<String>,
    /// Has a subject of its own.
    pub(crate) finite: bool,
    /// `to` + base.
    pub(crate) infinitive: bool,
    /// `-ing` without auxiliary.
    pub(crate) gerund: bool,
    /// Its subject undergoes it.
    pub(crate) passive: bool,
    /// Has a negation.
    pub(crate) negated: bool,
    /// Its modal verb.
    pub(crate) modal: Option<String>,
    /// Its tense.
    pub(crate) tense: Tense,
    /// Has `have`: it reaches up to now.
    pub(crate) perfect: bool,
    /// Its main token.
    pub(crate) main: usize,
    /// An adverb such as `reportedly` in it.
    pub(crate) hedged: bool,
}

/// One piece of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Noun phrases joined by `and` or commas.
    Group(Vec<usize>),
    Verb(usize),
    Prep(String),
    Time(usize),
    Comma,
    Conj,
    That,
    Rel,
    Sub(String),
    Quote,
    Adj,
    Adv,
    Break,
}

/// A piece and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Chunk {
    /// What it is.
    pub(crate) piece: Piece,
    /// First token.
    pub(crate) from: usize,
    /// After the last token.
    pub(crate) to: usize,
}

/// A sentence cut into pieces.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chunks {
    pub(crate) phrases: Vec<Phrase>,
    pub(crate) verbs: Vec<VerbGroup>,
    pub(crate) pieces: Vec<Chunk>,
}

/// Cuts a tagged sentence into pieces.
pub(crate) fn chunk(sentence: &Sentence, tags: &[Tag], units: &[Unit], times: &[TimeExpression], lexicon: &'static Lexicon) -> Chunks {
    let mut chunker = Chunker {
        sentence,
        tags,
        units,
        times,
        lexicon,
        out: Chunks::default(),
    };
    chunker.run();
    chunker.out.pieces = lists::coordinate(&std::mem::take(&mut chunker.out.pieces), &chunker.out, units, lexicon);
    chunker.out
}

struct Chunker<'a> {
    sentence: &'a Sentence,
    tags: &'a [Tag],
    units: &'a [Unit],
    times: &'a [TimeExpression],
    lexicon: &'static Lexicon,
    out: Chunks,
}

impl Chunker<'_> {
    fn tag(&self, i: usize) -> Tag {
        self.tags.get(i).copied().unwrap_or(Tag::Break)
    }

    fn lower(&self, i: usize) -> &str {
        self.sentence.tokens.get(i).map_or("", |token| token.lower.as_str())
    }

    fn bracketed(&self, i: usize) -> bool {
        self.sentence.tokens.get(i).is_some_and(|token| token.bracketed)
    }

    fn unit_at(&self, i: usize) -> Option<(usize, &Unit)> {
        let at = self.units.partition_point(|unit| unit.to <= i);
        self.units.get(at).filter(|unit| unit.from <= i).map(|unit| (at, unit))
    }

    fn push(&mut self, piece: Piece, from: usize, to: usize) {
        self.out.pieces.push(Chunk { piece, from, to });
    }

    fn run(&mut self) {
        let mut i = 0;
        let mut possessor: Option<usize> = None;
        while i < self.sentence.tokens.len() {
            if self.bracketed(i) || self.tag(i) == Tag::Bracket {
                i += 1;
                continue;
            }
            let genitive = possessor.take();
            if let Some(end) = self.verb_group(i) {
                i = end;
            } else if let Some((phrase, end)) = self.phrase(i, genitive) {
                let after = self.after_brackets(end);
                let number = self.out.phrases.len();
                self.out.phrases.push(phrase);
                if self.tag(after) == Tag::Genitive && self.is_genitive(after) {
                    possessor = Some(number);
                    i = after + 1;
                    if !self.phrase_begins(i) {
                        // "at the minister's": nothing follows that could be owned.
                        possessor = None;
                        self.push(Piece::Group(vec![number]), self.start_of(number), after);
                    }
                } else {
                    self.push(Piece::Group(vec![number]), self.start_of(number), end);
                    i = end;
                }
            } else {
                i = self.other(i);
            }
        }
    }

    /// The first token of a phrase with its possessors.
    fn start_of(&self, number: usize) -> usize {
        let Some(phrase) = self.out.phrases.get(number) else { return 0 };
        phrase.possessor.map_or(phrase.from, |owner| self.start_of(owner))
    }

    fn is_genitive(&self, i: usize) -> bool {
        let text = self.sentence.tokens.get(i).map_or("", |token| token.text.as_str());
        text == "'s" || self.lower(i.wrapping_sub(1)).ends_with('s')
    }

    fn after_brackets(&self, i: usize) -> usize {
        let mut end = i;
        if self.lower(end) == "(" {
            end += 1;
            while self.bracketed(end) {
                end += 1;
            }
            end += 1;
        }
        end
    }

    fn phrase_begins(&self, i: usize) -> bool {
        matches!(
            self.tag(i),
            Tag::Det | Tag::Own | Tag::Num | Tag::Adj | Tag::Noun | Tag::Name | Tag::Demonym | Tag::Adv
        )
    }

    fn other(&mut self, i: usize) -> usize {
        let mut end = i + 1;
        let piece = match self.tag(i) {
            Tag::Time => {
                let Some(at) = self.times.iter().position(|time| (time.from..time.to).contains(&i)) else {
                    return end;
                };
                end = self.times.get(at).map_or(end, |time| time.to).max(end);
                Piece::Time(at)
            }
            Tag::Prep => {
                let word = self.lower(i).to_owned();
                // Two prepositions in a row are one ("out of", "according to"): the last one counts.
                Piece::Prep(word)
            }
            Tag::Comma => Piece::Comma,
            Tag::Conj => {
                // "as well as" is one conjunction.
                end += if self.lower(i) == "as" { 2 } else { 0 };
                Piece::Conj
            }
            Tag::That => Piece::That,
            Tag::Rel => Piece::Rel,
            Tag::Sub => Piece::Sub(self.lower(i).to_owned()),
            Tag::Quote => Piece::Quote,
            Tag::Adj => Piece::Adj,
            Tag::Adv | Tag::Neg => Piece::Adv,
            _ => Piece::Break,
        };
        self.push(piece, i, end);
        end
    }

    /// A verb group from here; gives its end.
    fn verb_group(&mut self, start: usize) -> Option<usize> {
        if !matches!(self.tag(start), Tag::To | Tag::Modal | Tag::Aux | Tag::Verb(_)) {
            return None;
        }
        let mut i = start;
        let (mut to, mut modal, mut negated, mut hedged) = (false, None, false, false);
        let mut auxiliaries: Vec<(String, usize)> = Vec::new();
        let main = loop {
            match self.tag(i) {
                Tag::To if i == start || !auxiliaries.is_empty() && !to => to = true,
                Tag::Modal => modal = Some(self.lower(i).to_owned()),
                Tag::Neg => negated = true,
                Tag::Adv if matches!(self.tag(i + 1), Tag::Adv | Tag::Verb(_) | Tag::Aux | Tag::Neg) => {
                    hedged |= matches!(self.lower(i), "reportedly" | "allegedly" | "apparently" | "perhaps" | "possibly");
                }
                Tag::Aux => auxiliaries.push((self.lower(i).to_owned(), i)),
                Tag::Verb(form) => break Some((i, form)),
                _ => break None,
            }
            i += 1;
        };
        let be = auxiliaries.last().is_some_and(|(word, _)| is_be(word));
        let have = auxiliaries
            .iter()
            .any(|(word, _)| matches!(word.as_str(), "have" | "has" | "had" | "having"));
        let past_auxiliary = auxiliaries
            .first()
            .is_some_and(|(word, _)| matches!(word.as_str(), "was" | "were" | "had" | "did"));
        let Some((at, form)) = main else {
            return self.copula(start, i, &auxiliaries, to, modal, negated);
        };
        let participle = matches!(form, Form::Participle | Form::PastOrParticiple);
        let passive = be && participle;
        let alone = auxiliaries.is_empty() && modal.is_none() && !to;
        let gerund = form == Form::Ing && !be;
        let future = matches!(modal.as_deref(), Some("will" | "wo" | "shall"));
        let tense = if future || to {
            Tense::Future
        } else if have || past_auxiliary || (alone && matches!(form, Form::Past | Form::PastOrParticiple | Form::Participle)) {
            Tense::Past
        } else {
            Tense::Present
        };
        let mut lemmas: Vec<&'static str> = Vec::new();
        for (lemma, kind) in self.lexicon.verb(self.lower(at)) {
            let same = *kind == form
                || (participle && matches!(kind, Form::Participle | Form::PastOrParticiple))
                || (form == Form::Past && *kind == Form::PastOrParticiple);
            if same && !lemmas.contains(lemma) {
                lemmas.push(lemma);
            }
        }
        let group = VerbGroup {
            from: start,
            to: at + 1,
            particle: None,
            adjective: None,
            finite: !(to || gerund || alone && form == Form::Participle),
            infinitive: to,
            gerund,
            passive: passive || (alone && form == Form::Participle),
            negated,
            modal,
            tense,
            perfect: have && !past_auxiliary,
            main: at,
            hedged,
            lemmas,
        };
        Some(self.finish(group))
    }

    /// `be`, `have`, `do` as the main verb.
    fn copula(
        &mut self,
        start: usize,
        end: usize,
        auxiliaries: &[(String, usize)],
        to: bool,
        modal: Option<String>,
        negated: bool,
    ) -> Option<usize> {
        let (word, at) = auxiliaries.last().cloned()?;
        let lemma = if is_be(&word) {
            "be"
        } else if word.starts_with("ha") {
            "have"
        } else {
            "do"
        };
        let gerund = matches!(word.as_str(), "being" | "having") && auxiliaries.len() == 1;
        let past = auxiliaries
            .first()
            .is_some_and(|(word, _)| matches!(word.as_str(), "was" | "were" | "had" | "did"))
            || auxiliaries.len() > 1;
        let mut adjective = None;
        let mut next = end;
        if lemma == "be" {
            while self.tag(next) == Tag::Adv {
                next += 1;
            }
            if matches!(self.tag(next), Tag::Adj) && !matches!(self.tag(next + 1), Tag::Noun | Tag::Name | Tag::Adj) {
                adjective = Some(self.lower(next).to_owned());
            }
        }
        let future = matches!(modal.as_deref(), Some("will" | "wo" | "shall"));
        let group = VerbGroup {
            from: start,
            to: at + 1,
            lemmas: vec![lemma],
            particle: None,
            finite: !to && !gerund,
            infinitive: to,
            gerund,
            passive: false,
            negated: negated || matches!(self.tag(at + 1), Tag::Neg),
            modal,
            tense: if future || to {
                Tense::Future
            } else if past {
                Tense::Past
            } else {
                Tense::Present
            },
            perfect: auxiliaries.len() > 1,
            main: at,
            hedged: false,
            adjective: None,
        };
        let end = if adjective.is_some() { next + 1 } else { end.max(at + 1) };
        let group = VerbGroup {
            adjective,
            to: end,
            ..group
        };
        Some(self.finish(group))
    }

    /// Takes in a particle, and records the group.
    fn finish(&mut self, mut group: VerbGroup) -> usize {
        let next = group.to;
        let word = self.lower(next).to_owned();
        if self.lexicon.is_particle(&word)
            && let Some(lemma) = group
                .lemmas
                .iter()
                .find(|lemma| !self.lexicon.frames(&format!("{lemma} {word}")).is_empty())
        {
            group.lemmas = vec![lemma];
            group.particle = Some(word);
            group.to = next + 1;
        }
        let end = group.to;
        let number = self.out.verbs.len();
        self.push(Piece::Verb(number), group.from, end);
        self.out.verbs.push(group);
        end
    }

    /// `more than 600,000`, `about 20`, `thousands of`: the number in front of a phrase, and where it ends.
    fn quantity(&self, start: usize) -> (Option<String>, usize) {
        let mut i = start;
        let mut bound = "";
        let two = (self.lower(i), self.lower(i + 1));
        match two {
            ("more", "than") => (bound, i) = (">", i + 2),
            ("less" | "fewer", "than") => (bound, i) = ("<", i + 2),
            ("at", "least") => (bound, i) = (">=", i + 2),
            ("up", "to") => (bound, i) = ("<=", i + 2),
            ("as", "many") if self.lower(i + 2) == "as" => (bound, i) = ("<=", i + 3),
            ("over", _) => (bound, i) = (">", i + 1),
            ("about" | "around" | "nearly" | "almost" | "some" | "roughly" | "approximately", _) => (bound, i) = ("~", i + 1),
            _ => {}
        }
        if self.tag(i) != Tag::Num {
            return (None, start);
        }
        let first = i;
        while self.tag(i) == Tag::Num {
            i += 1;
        }
        let number = read_number(&join(self.sentence.tokens.get(first..i).unwrap_or_default()).to_lowercase());
        if self.lower(i) == "of" && self.lower(i - 1).ends_with('s') {
            // "tens of thousands of"
            let mut end = i + 1;
            let mut words = number;
            if self.tag(end) == Tag::Num && self.lower(end + 1) == "of" {
                words = format!("{words} of {}", self.lower(end));
                end += 2;
            }
            return (Some(format!("{bound}{words}")), end);
        }
        (Some(format!("{bound}{number}")), i)
    }

    /// A noun phrase from here; gives it and its end.
    fn phrase(&self, start: usize, possessor: Option<usize>) -> Option<(Phrase, usize)> {
        let mut phrase = Phrase {
            from: start,
            core: start,
            possessor,
            ..Phrase::default()
        };
        let mut i = start;
        if possessor.is_none() && self.tag(i) == Tag::Pron {
            let (from, to) = (start, start + 1);
            let word = self.lower(i).to_owned();
            return Some((
                Phrase {
                    from,
                    to,
                    head: i,
                    pronoun: Some(word),
                    is_pronoun: true,
                    core: i,
                    ..phrase
                },
                to,
            ));
        }
        let (quantity, after) = self.quantity(i);
        phrase.quantity = quantity;
        i = after;
        match self.tag(i) {
            Tag::Det => {
                phrase.front = front_of(self.lower(i));
                i += 1;
                while self.tag(i) == Tag::Det {
                    i += 1;
                }
            }
            Tag::Own => {
                phrase.front = Front::Own;
                phrase.pronoun = Some(self.lower(i).to_owned());
                i += 1;
            }
            _ => {}
        }
        if phrase.quantity.is_none() {
            let (quantity, after) = self.quantity(i);
            // A year is no number of things.
            let year =
                self.lower(i).len() == 4 && after == i + 1 && self.lower(i).parse::<u32>().is_ok_and(|year| (1000..=2100).contains(&year));
            if !year {
                phrase.quantity = quantity;
                i = after;
            }
        }
        phrase.core = i;
        let end = self.body(i, &mut phrase);
        if end == i && phrase.quantity.is_none() && phrase.front == Front::None {
            return None;
        }
        let has_head = (i..end).any(|at| matches!(self.tag(at), Tag::Noun | Tag::Name | Tag::Demonym));
        if !has_head {
            return self.headless(phrase, start, i, end);
        }
        let end = self.named_place(end);
        phrase.to = end;
        self.describe(&mut phrase);
        Some((phrase, end))
    }

    /// "the city of Lima" is one phrase, headed by the name.
    fn named_place(&self, end: usize) -> usize {
        if end == 0 || self.lower(end) != "of" || !super::coref::is_place_noun(self.lower(end - 1)) {
            return end;
        }
        match self.unit_at(end + 1).map(|(_, unit)| unit) {
            Some(unit)
                if unit.is_name() && unit.from == end + 1 && !matches!(unit.kind, Kind::Known(_, super::lexicon::Naming::Adjective)) =>
            {
                unit.to
            }
            _ => end,
        }
    }

    /// A number or article alone stands like a pronoun; adjectives alone are no phrase.
    fn headless(&self, phrase: Phrase, start: usize, core: usize, end: usize) -> Option<(Phrase, usize)> {
        let to = end.max(core).max(start + 1);
        if phrase.quantity.is_none() && phrase.front == Front::None {
            return None;
        }
        let word = self.lower(start).to_owned();
        Some((
            Phrase {
                to,
                head: start,
                pronoun: Some(word),
                is_pronoun: true,
                ..phrase
            },
            to,
        ))
    }

    /// The words after article and number, up to the last noun.
    fn body(&self, start: usize, phrase: &mut Phrase) -> usize {
        let mut i = start;
        let mut end = start;
        loop {
            match self.tag(i) {
                // "elected Ana Ruiz president": an office behind a person's name is a phrase of its own.
                Tag::Noun if i > start && self.office_behind_person(i) => break,
                Tag::Noun | Tag::Name | Tag::Demonym => {
                    i = self.unit_at(i).map_or(i + 1, |(_, unit)| unit.to);
                    end = i;
                }
                Tag::Adj => i += 1,
                // "lent Peru 5 million dollars": a number behind a name begins another phrase.
                Tag::Num if i > start && self.tag(i - 1) == Tag::Name && self.lower(i).len() != 4 => break,
                Tag::Num => {
                    if self.lower(i).len() == 4 && self.lower(i).parse::<u32>().is_ok_and(|year| (1000..=2100).contains(&year)) {
                        phrase.year = Some(self.lower(i).to_owned());
                    }
                    i += 1;
                }
                Tag::Adv if i > start - usize::from(start > 0) && matches!(self.tag(i + 1), Tag::Adj) => i += 1,
                Tag::Conj if self.joins_adjectives(i) => i += 1,
                Tag::Comma
                    if i > start
                        && matches!(self.tag(i - 1), Tag::Adj)
                        && self.tag(i + 1) == Tag::Adj
                        && matches!(self.tag(i + 2), Tag::Adj | Tag::Noun) =>
                {
                    i += 1;
                }
                _ => break,
            }
        }
        end
    }

    fn office_behind_person(&self, i: usize) -> bool {
        let role = self.unit_at(i).is_some_and(|(_, unit)| {
            matches!(unit.kind, Kind::Role(_)) && unit.from == i && unit.text.chars().next().is_some_and(char::is_lowercase)
        });
        let person = i > 0
            && self
                .unit_at(i - 1)
                .is_some_and(|(_, unit)| matches!(unit.kind, Kind::Person) && unit.to == i);
        role && person && !self.sentence.tokens.get(i + 1).is_some_and(|token| token.capital)
    }

    /// "diplomatic and economic ties": a conjunction inside a phrase.
    fn joins_adjectives(&self, i: usize) -> bool {
        let adjective = |at: usize| matches!(self.tag(at), Tag::Adj | Tag::Demonym);
        i > 0 && adjective(i - 1) && adjective(i + 1) && matches!(self.tag(i + 2), Tag::Noun | Tag::Adj | Tag::Name)
    }

    /// Fills in head, modifiers, roles and noun.
    fn describe(&self, phrase: &mut Phrase) {
        phrase.head = phrase.to - 1;
        let mut i = phrase.core;
        while i < phrase.to {
            let Some((number, unit)) = self.unit_at(i) else {
                i += 1;
                continue;
            };
            let last = unit.to >= phrase.to;
            match &unit.kind {
                Kind::Role(role) => phrase.roles.push((role, unit.from, unit.to)),
                Kind::Compound(noun) if last => phrase.noun = Some(*noun),
                Kind::Compound(_) => {}
                _ if last => phrase.name = Some(number),
                _ => phrase.modifiers.push(number),
            }
            i = unit.to;
        }
        let head = self.lower(phrase.head);
        if phrase.name.is_none() && phrase.noun.is_none() {
            phrase.noun = self
                .lexicon
                .noun(head)
                .or_else(|| self.lexicon.noun(&self.lower(phrase.head).replace('-', " ")));
        }
        phrase.plural = phrase.name.is_none()
            && phrase.noun.map_or(head.ends_with('s') && !head.ends_with("ss"), |noun| {
                noun.plural || noun.lemma == "people"
            });
    }
}

fn front_of(word: &str) -> Front {
    match word {
        "the" | "both" | "all" => Front::Definite,
        "this" | "that" | "these" | "those" | "such" => Front::Demonstrative,
        "no" | "neither" => Front::Negative,
        _ => Front::Indefinite,
    }
}

fn is_be(word: &str) -> bool {
    matches!(
        word,
        "be" | "is" | "are" | "was" | "were" | "been" | "being" | "am" | "'s" | "'re" | "'m"
    )
}

/// `600,000` and `2 million` as digits, small words too; others as written.
fn read_number(words: &str) -> String {
    let small = [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    ];
    let mut value: Option<f64> = None;
    for word in words.split(' ') {
        let factor = match word {
            "dozen" => Some(12.0),
            "hundred" => Some(100.0),
            "thousand" => Some(1_000.0),
            "million" => Some(1_000_000.0),
            "billion" => Some(1_000_000_000.0),
            _ => None,
        };
        let digits: Option<f64> = word.replace(',', "").parse().ok();
        let named = small
            .iter()
            .position(|w| *w == word)
            .and_then(|n| u32::try_from(n).ok())
            .map(f64::from);
        value = match (factor, digits.or(named), value) {
            (Some(factor), _, known) => Some(known.unwrap_or(1.0) * factor),
            (None, Some(number), None) => Some(number),
            _ => return words.to_owned(),
        };
    }
    value.map_or_else(|| words.to_owned(), |value| value.to_string())
}
