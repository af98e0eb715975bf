//! Names, roles and compounds of a sentence, as units over its tokens.
//!
//! [`find`] is the entry: the tables first, longest match; then capital letters read by their head word
//! (`Interior Ministry`, `Bank of …`), by a title before them, or by their number. Which thing a name
//! means is not decided here (see `coref`).

use std::collections::{HashMap, HashSet};

use super::dates::TimeExpression;
use super::lexicon::{LONGEST_NAME, Lexicon, Naming, Noun, Role};
use super::sentence::{Sentence, Token};

/// What a unit is.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// A name of the tables.
    Known(usize, Naming),
    /// A name with a head word that tells its type.
    Headed(&'static str),
    /// A name of two words and more without one.
    Person,
    /// One capitalised word, or capitals alone: its type comes from elsewhere in the report.
    Single,
    /// A role (`foreign minister`).
    Role(&'static Role),
    /// A compound noun (`security forces`).
    Compound(Noun),
}

/// Tokens that belong together.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    /// First token.
    pub(crate) from: usize,
    /// After the last token.
    pub(crate) to: usize,
    /// What it is.
    pub(crate) kind: Kind,
    /// Its words, blanks between.
    pub(crate) text: String,
    /// Index of the state that the name itself holds (`Myanmar Armed Forces`).
    pub(crate) owner: Option<usize>,
    /// Tokens of the larger body inside the name (`… of the Central Military Commission`).
    pub(crate) whole: Option<(usize, usize)>,
}

impl Unit {
    /// Whether it is a name.
    pub(crate) fn is_name(&self) -> bool {
        !matches!(self.kind, Kind::Role(_) | Kind::Compound(_))
    }
}

/// What the whole report tells about its words.
#[derive(Debug, Default)]
pub(crate) struct Evidence {
    /// Words written with a capital inside a sentence.
    capital: HashSet<String>,
    /// Words written in lower case.
    small: HashSet<String>,
    /// Long forms of acronyms, by acronym.
    pub(crate) acronyms: HashMap<String, String>,
}

impl Evidence {
    /// Reads the whole report once.
    pub(crate) fn of(sentences: &[Sentence]) -> Self {
        let mut evidence = Self::default();
        for sentence in sentences {
            let mut before: Option<&Token> = None;
            for token in &sentence.tokens {
                if token.word && !token.capital {
                    evidence.small.insert(token.lower.clone());
                } else if token.capital && before.is_some_and(|t| t.word || t.text == ",") {
                    evidence.capital.insert(token.lower.clone());
                }
                before = Some(token);
            }
        }
        evidence
    }
}

/// Joins the words of tokens; `'s` and marks stand close to the word before.
pub(crate) fn join(tokens: &[Token]) -> String {
    let mut out = String::new();
    for token in tokens {
        let close = token.text.starts_with('\'') || matches!(token.text.as_str(), "," | "." | "n't" | ")" | ";" | ":" | "%");
        if !out.is_empty() && !close && !out.ends_with(['(', '$', '\u{20ac}', '\u{a3}']) {
            out.push(' ');
        }
        out.push_str(&token.text);
    }
    out
}

/// The units of a sentence, in its order; none overlaps another.
pub(crate) fn find(sentence: &Sentence, times: &[TimeExpression], evidence: &Evidence, lexicon: &'static Lexicon) -> Vec<Unit> {
    let finder = Finder {
        tokens: &sentence.tokens,
        times,
        evidence,
        lexicon,
    };
    let mut out = Vec::new();
    let mut i = 0;
    while i < sentence.tokens.len() {
        match finder.unit(i) {
            Some(unit) => {
                i = unit.to.max(i + 1);
                out.push(unit);
            }
            None => i += 1,
        }
    }
    out
}

struct Finder<'a> {
    tokens: &'a [Token],
    times: &'a [TimeExpression],
    evidence: &'a Evidence,
    lexicon: &'static Lexicon,
}

impl Finder<'_> {
    fn lower(&self, i: usize) -> &str {
        self.tokens.get(i).map_or("", |token| token.lower.as_str())
    }

    fn slice(&self, from: usize, to: usize) -> &[Token] {
        self.tokens.get(from..to.min(self.tokens.len())).unwrap_or_default()
    }

    fn in_time(&self, i: usize) -> bool {
        self.times.iter().any(|time| (time.from..time.to).contains(&i))
    }

    fn unit(&self, i: usize) -> Option<Unit> {
        if self.in_time(i) {
            return None;
        }
        self.table_name(i)
            .or_else(|| self.role(i))
            .or_else(|| self.compound(i))
            .or_else(|| self.capitals(i))
    }

    fn make(&self, from: usize, to: usize, kind: Kind) -> Unit {
        Unit {
            from,
            to,
            kind,
            text: join(self.slice(from, to)),
            owner: None,
            whole: None,
        }
    }

    /// The longest name of the tables from here, with the words that make it a longer name.
    fn table_name(&self, i: usize) -> Option<Unit> {
        let token = self.tokens.get(i).filter(|token| token.word)?;
        if !token.capital && !token.text.contains('-') {
            return None;
        }
        let longest = (1..=LONGEST_NAME.min(self.tokens.len() - i)).rev().find_map(|n| {
            let words = self.slice(i, i + n);
            if words
                .iter()
                .any(|token| matches!(token.text.as_str(), "," | "." | "\"" | "(" | ")"))
            {
                return None;
            }
            self.lexicon.named(&join(words)).map(|found| (n, found))
        });
        let (n, (index, naming)) = longest?;
        let known = self.lexicon.entry(index)?;
        if let Some(unit) = self.longer_name(i, n, (known.node_type == "State" && naming != Naming::Capital).then_some(index)) {
            return Some(unit);
        }
        Some(self.make(i, i + n, Kind::Known(index, naming)))
    }

    /// `Myanmar` + `Armed Forces`: a name of the tables that begins a longer one with a head word.
    fn longer_name(&self, i: usize, n: usize, state: Option<usize>) -> Option<Unit> {
        let end = self.run_end(i + n);
        if end == i + n || self.role(i + n).is_some() {
            return None;
        }
        let head = (i + n..end).rev().find(|at| self.head(*at).is_some())?;
        if self.lexicon.named(&join(self.slice(i + n, end))).is_some() {
            return None;
        }
        let mut unit = self.headed(i, head + 1)?;
        unit.owner = state;
        Some(unit)
    }

    fn head(&self, i: usize) -> Option<&'static str> {
        self.tokens.get(i).and_then(|token| self.lexicon.head(&token.text))
    }

    /// The longest role from here, with the words that qualify it.
    fn role(&self, i: usize) -> Option<Unit> {
        let mut prefix = 0;
        while matches!(
            self.lower(i + prefix),
            "deputy" | "vice" | "acting" | "first" | "assistant" | "chief" | "interim"
        ) && prefix < 2
        {
            prefix += 1;
        }
        (1..=prefix + 4).rev().find_map(|length| {
            (0..=prefix.min(length - 1)).find_map(|skip| {
                let n = length - skip;
                let to = i + length;
                let words: Vec<&str> = self.slice(i + skip, to).iter().map(|token| token.lower.as_str()).collect();
                if words.len() < n || n > 5 {
                    return None;
                }
                let role = self.lexicon.role(&words.join(" "))?;
                let lone = words.len() == 1 && skip == 0;
                (!lone || self.stands_as_role(i, role)).then(|| self.make(i, to, Kind::Role(role)))
            })
        })
    }

    /// `general election`, `chief obstacle`, `major powers`: not every `general` is an officer.
    fn stands_as_role(&self, i: usize, role: &Role) -> bool {
        if !matches!(
            role.word,
            "general" | "major" | "chief" | "private" | "deputy" | "head" | "premier" | "secretary" | "lead" | "king" | "chair" | "prince"
        ) {
            return true;
        }
        if role.word == "head" && matches!(self.lower(i.wrapping_sub(1)), "to" | "would" | "will") {
            return false;
        }
        let Some(next) = self.tokens.get(i + 1) else { return true };
        let verb_or_mark = !next.word
            || !self.lexicon.verb(&next.lower).is_empty()
            || self.lexicon.has(&next.lower, "prep")
            || self.lexicon.has(&next.lower, "aux");
        next.capital || verb_or_mark || self.lexicon.has(&next.lower, "rel") || self.lexicon.has(&next.lower, "conj") || next.text == "'s"
    }

    fn compound(&self, i: usize) -> Option<Unit> {
        (2..=6usize).rev().find_map(|n| {
            let words: Vec<&str> = self.slice(i, i + n).iter().map(|token| token.lower.as_str()).collect();
            if words.len() < n {
                return None;
            }
            self.lexicon
                .noun(&words.join(" "))
                .map(|noun| self.make(i, i + n, Kind::Compound(noun)))
        })
    }

    /// The end of a run of capitalised words from `i`.
    fn run_end(&self, i: usize) -> usize {
        let mut end = i;
        while let Some(token) = self.tokens.get(end) {
            let begins_other =
                end > i && (self.is_adjective_of_table(end) || self.role(end).is_some_and(|unit| !self.is_last_capital(unit.to)));
            if token.capital && token.word && !self.in_time(end) && !begins_other && !self.is_closed_class(end, i) {
                end += 1;
            } else if end > i
                && is_name_particle(&token.lower)
                && self.tokens.get(end + 1).is_some_and(|next| {
                    next.capital || (is_name_particle(&next.lower) && self.tokens.get(end + 2).is_some_and(|last| last.capital))
                })
            {
                end += if self.tokens.get(end + 1).is_some_and(|next| next.capital) {
                    2
                } else {
                    3
                };
            } else if token.lower == "and"
                && end > i
                && self.tokens.get(end + 1).is_some_and(|next| next.capital)
                && matches!(self.lower(end + 2), "party" | "movement")
                && !self.in_time(end + 1)
            {
                // "the Law and Order party" is one name.
                end += 2;
            } else if token.text == "'s"
                && end > i
                && self
                    .tokens
                    .get(end + 1)
                    .is_some_and(|next| next.capital && self.headed_ahead(end + 1))
            {
                // People's Assembly, Workers' Party: only where the rest ends in a head word.
                end += 1;
            } else {
                break;
            }
        }
        end
    }

    fn headed_ahead(&self, i: usize) -> bool {
        let owner = self.tokens.get(i.wrapping_sub(2)).map_or("", |token| token.lower.as_str());
        matches!(owner, "people" | "workers" | "women" | "men" | "children" | "lord" | "nation") && self.head(i).is_some()
    }

    fn is_last_capital(&self, i: usize) -> bool {
        !self.tokens.get(i).is_some_and(|token| token.capital)
    }

    fn is_adjective_of_table(&self, i: usize) -> bool {
        let naming = self
            .tokens
            .get(i)
            .and_then(|token| self.lexicon.named(&token.text))
            .map(|(_, naming)| naming);
        matches!(naming, Some(Naming::Adjective | Naming::People))
    }

    fn is_closed_class(&self, i: usize, start: usize) -> bool {
        let word = self.lower(i);
        let closed = ["det", "poss", "pron", "prep", "conj", "sub", "rel", "aux", "modal"]
            .iter()
            .any(|class| self.lexicon.has(word, class));
        closed && (i == start || !self.tokens.get(i).is_some_and(|token| token.capital))
    }

    /// A run of capitalised words that no table knows.
    fn capitals(&self, i: usize) -> Option<Unit> {
        let token = self.tokens.get(i).filter(|token| token.capital && token.word)?;
        if token.text.chars().next().is_some_and(|c| c.is_ascii_digit()) || (self.begins(i) && !self.is_name_at_start(i)) {
            return None;
        }
        let end = self.run_end(i);
        // "an Islamist group", "the Communist Hira party": an adjective written with a capital.
        let adjective = self.lexicon.has(&token.lower, "adj")
            && (end == i + 1 && self.tokens.get(end).is_some_and(|next| next.word) || self.table_name(i + 1).is_some());
        if end == i || adjective {
            return None;
        }
        if let Some(head) = (i..end).rev().find(|at| self.head(*at).is_some())
            && (head + 1 == end || self.lower(head + 1) == "of")
            && let Some(unit) = self.headed(i, head + 1)
        {
            return Some(unit);
        }
        if end - i == 1 {
            return Some(self.make(i, end, Kind::Single));
        }
        let article = matches!(self.lower(i.wrapping_sub(1)), "the" | "a" | "an");
        Some(self.make(i, end, if article { Kind::Headed("Organization") } else { Kind::Person }))
    }

    /// Whether a token begins a sentence or a quotation.
    fn begins(&self, i: usize) -> bool {
        i == 0
            || self
                .tokens
                .get(i - 1)
                .is_some_and(|before| !before.word && !matches!(before.text.as_str(), "," | "(" | "-" | "/" | "--"))
    }

    fn is_name_at_start(&self, i: usize) -> bool {
        let Some(token) = self.tokens.get(i) else { return false };
        let word = token.lower.as_str();
        if ["det", "poss", "pron", "prep", "conj", "sub", "rel", "aux", "modal", "adv", "num"]
            .iter()
            .any(|class| self.lexicon.has(word, class))
        {
            return false;
        }
        let known_word = self.lexicon.noun(word).is_some()
            || !self.lexicon.verb(word).is_empty()
            || ["adj", "plain", "either", "ing_noun"]
                .iter()
                .any(|class| self.lexicon.has(word, class));
        let next_capital = self
            .tokens
            .get(i + 1)
            .is_some_and(|next| next.capital && next.word && !self.in_time(i + 1));
        if next_capital {
            return !known_word || self.head(self.run_end(i).saturating_sub(1)).is_some();
        }
        if is_name_particle(self.lower(i + 1))
            && self
                .tokens
                .get(i + 2)
                .is_some_and(|next| next.capital || is_name_particle(&next.lower))
        {
            return !known_word;
        }
        if self.head(i).is_some() && self.lower(i + 1) == "of" && self.tokens.get(i + 2).is_some_and(|next| next.capital) {
            return true;
        }
        if self.evidence.capital.contains(word) {
            return !known_word || !self.evidence.small.contains(word);
        }
        let all_capitals = token.text.chars().count() > 1 && token.text.chars().all(|c| !c.is_lowercase());
        let looks_inflected = word.ends_with("ly") || word.ends_with("ing") || word.ends_with("ed");
        let next = self.tokens.get(i + 1);
        let next_is_verb = next.is_some_and(|next| {
            !next.word
                || next.text == "'s"
                || self.lexicon.has(&next.lower, "aux")
                || self.lexicon.has(&next.lower, "modal")
                || !self.lexicon.verb(&next.lower).is_empty()
                || next.lower == "and"
                || next.lower == "also"
        });
        all_capitals || (!known_word && !looks_inflected && !self.evidence.small.contains(word) && next_is_verb)
    }

    /// A name from `from` to its head word, and what `of` adds to it.
    fn headed(&self, from: usize, to: usize) -> Option<Unit> {
        let node_type = self.head(to - 1)?;
        let mut unit = self.make(from, to, Kind::Headed(node_type));
        if self.lower(to) == "of" || (self.lower(to) == "for" && node_type == "GovernmentBody") {
            self.extend(&mut unit, node_type);
        }
        Some(unit)
    }

    /// Adds `of …` to a headed name.
    fn extend(&self, unit: &mut Unit, node_type: &'static str) {
        let mut start = unit.to + 1;
        start += usize::from(self.lower(start) == "the");
        if !self.tokens.get(start).is_some_and(|token| token.capital && token.word) || self.in_time(start) {
            return;
        }
        let inner = self.table_name(start).or_else(|| self.capitals(start));
        let Some(inner) = inner.filter(|inner| inner.from == start) else {
            return;
        };
        let mut end = inner.to;
        match inner.kind {
            Kind::Known(index, Naming::Name) if self.lexicon.entry(index).is_some_and(|known| known.node_type == "State") => {
                unit.owner = Some(index);
            }
            Kind::Headed("GovernmentBody" | "ArmedForce" | "InternationalOrganization" | "PoliticalParty") if is_body(node_type) => {
                unit.whole = Some((inner.from, inner.to));
            }
            Kind::Person if node_type == "Place" => return,
            _ => {
                if self.lower(end) == "and" && matches!(self.lower(unit.to - 1), "ministry" | "department" | "commission") {
                    let more = self.run_end(end + 1);
                    let plain = self.lexicon.named(&join(self.slice(end + 1, more))).is_none();
                    if more > end + 1 && plain && !self.lower(end + 1).ends_with("ministry") {
                        end = more;
                    }
                }
            }
        }
        *unit = Unit {
            to: end,
            text: join(self.slice(unit.from, end)),
            ..unit.clone()
        };
    }
}

/// Whether a type is that of a body which may be part of another.
fn is_body(node_type: &str) -> bool {
    matches!(
        node_type,
        "GovernmentBody" | "ArmedForce" | "Organization" | "PoliticalParty" | "Company" | "CivilOrganization"
    )
}

fn is_name_particle(word: &str) -> bool {
    matches!(
        word,
        "bin"
            | "ibn"
            | "al"
            | "el"
            | "de"
            | "del"
            | "della"
            | "di"
            | "da"
            | "dos"
            | "van"
            | "von"
            | "der"
            | "den"
            | "la"
            | "le"
            | "ul"
            | "ur"
            | "ben"
            | "abu"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::{dates, sentence::sentences};

    fn read(text: &str) -> Vec<String> {
        let chars: Vec<char> = text.chars().collect();
        let lexicon = Lexicon::get();
        let sentences = sentences(&chars, 0, lexicon);
        let evidence = Evidence::of(&sentences);
        let mut out = Vec::new();
        for sentence in &sentences {
            let times = dates::find(&sentence.tokens, "2017-11-24".parse().unwrap());
            for unit in find(sentence, &times, &evidence, lexicon) {
                let kind = match unit.kind {
                    Kind::Known(_, naming) => format!("{naming:?}"),
                    Kind::Headed(node_type) => node_type.to_owned(),
                    Kind::Role(role) => format!("role {}", role.kind),
                    Kind::Compound(_) => "compound".to_owned(),
                    Kind::Person => "Person".to_owned(),
                    Kind::Single => "single".to_owned(),
                };
                out.push(format!("{}: {kind}", unit.text));
            }
        }
        out
    }

    #[test]
    fn titles_stand_apart_from_names() {
        assert_eq!(
            read("Then Chinese Foreign Minister Wang Yi met General Tun Oo on Friday."),
            [
                "Chinese: Adjective",
                "Foreign Minister: role office",
                "Wang Yi: Person",
                "General: role rank",
                "Tun Oo: Person"
            ]
        );
    }

    #[test]
    fn head_words_make_organisations_and_places() {
        assert_eq!(
            read(
                "The Joint Planning Department of the Central Water Commission met in the Bay of Plenty with the Kenyan Interior Ministry."
            ),
            [
                "Joint Planning Department of the Central Water Commission: GovernmentBody",
                "Bay of Plenty: Place",
                "Kenyan Interior Ministry: GovernmentBody"
            ]
        );
    }

    #[test]
    fn a_word_that_begins_a_sentence_is_not_a_name_for_that() {
        assert_eq!(read("Villagers left. Officials said so. Okello agreed."), ["Okello: single"]);
        assert_eq!(
            read("Myanmar Armed Forces units left the general assembly."),
            ["Myanmar Armed Forces: ArmedForce"]
        );
    }
}
