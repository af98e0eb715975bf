//! Word classes of a sentence's tokens, by table, ending and neighbours.
//!
//! [`tag`] is the entry. No weights: where letters and neighbours do not tell a noun from a verb, the noun
//! is preferred, because a wrong verb makes a clause that is not there.

use super::dates::TimeExpression;
use super::lexicon::{Form, Lexicon, Naming};
use super::names::{Kind, Unit};
use super::sentence::{Sentence, Token, is_quote};

/// A word class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tag {
    Det,
    /// `his`, `its`.
    Own,
    /// `'s`.
    Genitive,
    Pron,
    Prep,
    /// `to` before a verb.
    To,
    Conj,
    Sub,
    /// `that` that opens a clause.
    That,
    Rel,
    Aux,
    Modal,
    Neg,
    Verb(Form),
    Adv,
    Adj,
    Noun,
    Name,
    /// An adjective of a state or people.
    Demonym,
    Num,
    Time,
    Comma,
    Quote,
    Bracket,
    /// `-`, `;`, `:`, `.`.
    Break,
}

/// The class of every token.
pub(crate) fn tag(sentence: &Sentence, times: &[TimeExpression], units: &[Unit], lexicon: &'static Lexicon) -> Vec<Tag> {
    let mut tagger = Tagger {
        tokens: &sentence.tokens,
        lexicon,
        fixed: vec![None; sentence.tokens.len()],
        tags: Vec::new(),
    };
    for time in times {
        tagger.fix(time.from, time.to, Tag::Time);
    }
    for unit in units {
        let tag = match unit.kind {
            Kind::Known(_, Naming::Adjective) => Tag::Demonym,
            Kind::Role(_) | Kind::Compound(_) => Tag::Noun,
            _ => Tag::Name,
        };
        tagger.fix(unit.from, unit.to, tag);
    }
    for i in 0..sentence.tokens.len() {
        let tag = tagger.decide(i);
        tagger.tags.push(tag);
    }
    tagger.tags
}

struct Tagger<'a> {
    tokens: &'a [Token],
    lexicon: &'static Lexicon,
    fixed: Vec<Option<Tag>>,
    tags: Vec<Tag>,
}

impl Tagger<'_> {
    fn fix(&mut self, from: usize, to: usize, tag: Tag) {
        for slot in self.fixed.iter_mut().take(to).skip(from) {
            *slot = Some(tag);
        }
    }

    fn word(&self, i: usize) -> &str {
        self.tokens.get(i).map_or("", |token| token.lower.as_str())
    }

    fn has(&self, i: usize, class: &str) -> bool {
        self.lexicon.has(self.word(i), class)
    }

    /// The tag before `i`, adverbs and quotation marks passed over, and its token.
    fn before(&self, i: usize) -> Option<(Tag, usize)> {
        (0..i.min(self.tags.len())).rev().find_map(|at| {
            self.tags
                .get(at)
                .filter(|tag| !matches!(tag, Tag::Adv | Tag::Quote | Tag::Neg | Tag::Bracket))
                .map(|tag| (*tag, at))
        })
    }

    /// Whether `i` can begin or go on a noun phrase, by what is known before tagging.
    fn nounlike(&self, i: usize) -> bool {
        if let Some(tag) = self.fixed.get(i).copied().flatten() {
            matches!(tag, Tag::Noun | Tag::Name | Tag::Demonym)
        } else {
            let word = self.word(i);
            self.tokens.get(i).is_some_and(|token| token.word)
                && !["prep", "conj", "sub", "rel", "aux", "modal", "neg", "pron", "poss", "det"]
                    .iter()
                    .any(|class| self.lexicon.has(word, class))
                && (self.lexicon.noun(word).is_some()
                    || ["adj", "plain", "either", "ing_noun", "num"]
                        .iter()
                        .any(|class| self.lexicon.has(word, class))
                    || (self.lexicon.verb(word).is_empty() && !word.ends_with("ly")))
        }
    }

    /// Whether `i` begins a noun phrase for sure: article, possessive, name, number, pronoun.
    fn begins_phrase(&self, i: usize) -> bool {
        let fixed = self.fixed.get(i).copied().flatten();
        matches!(fixed, Some(Tag::Name | Tag::Demonym))
            || ["det", "poss", "pron", "num"].iter().any(|class| self.has(i, class))
            || self.word(i).starts_with(|c: char| c.is_ascii_digit())
    }

    fn decide(&mut self, i: usize) -> Tag {
        if let Some(tag) = self.fixed.get(i).copied().flatten() {
            return tag;
        }
        let Some(token) = self.tokens.get(i) else { return Tag::Break };
        if !token.word {
            return match token.text.as_str() {
                "," => Tag::Comma,
                text if is_quote(text) => Tag::Quote,
                "(" | ")" | "[" | "]" => Tag::Bracket,
                "'" => Tag::Genitive,
                _ => Tag::Break,
            };
        }
        let word = token.lower.as_str();
        if word == "'s" {
            let before = self.before(i).map(|(tag, _)| tag);
            return if matches!(before, Some(Tag::Pron | Tag::That | Tag::Rel)) {
                Tag::Aux
            } else {
                Tag::Genitive
            };
        }
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            return Tag::Num;
        }
        self.closed(i, word).unwrap_or_else(|| self.open(i, word))
    }

    /// Words whose class the table tells, up to their neighbours.
    fn closed(&self, i: usize, word: &str) -> Option<Tag> {
        let has = |class| self.lexicon.has(word, class);
        let before = self.before(i).map(|(tag, _)| tag);
        Some(match word {
            "to" => {
                let next = self.skip_adverbs(i + 1);
                let base = self.lexicon.verb(self.word(next)).iter().any(|(_, form)| *form == Form::Base) || self.word(next) == "be";
                let named = self.fixed.get(next).copied().flatten().is_some();
                if base && !named && !self.begins_phrase(next) {
                    Tag::To
                } else {
                    Tag::Prep
                }
            }
            // "at times" says how often, like an adverb.
            "at" if self.word(i + 1) == "times" => Tag::Adv,
            "times" if self.word(i.wrapping_sub(1)) == "at" => Tag::Adv,
            "as" if self.word(i + 1) == "well" && self.word(i + 2) == "as" => Tag::Conj,
            "that" if before == Some(Tag::Prep) => Tag::Det,
            "that" => Tag::That,
            "this" | "these" | "those" => {
                if self.nounlike(i + 1) {
                    Tag::Det
                } else {
                    Tag::Pron
                }
            }
            "her" | "his" => {
                if self.nounlike(i + 1) || !self.lexicon.verb(self.word(i + 1)).is_empty() {
                    Tag::Own
                } else {
                    Tag::Pron
                }
            }
            "most" | "some" | "many" | "others" | "all" | "both" if self.has(i + 1, "prep") || self.has(i + 1, "aux") => Tag::Pron,
            "so" | "no" if has("det") && word == "no" => Tag::Det,
            "after" | "before" | "since" | "until" | "till" | "as" => Tag::Prep,
            "like" if before == Some(Tag::To) => Tag::Verb(Form::Base),
            _ if has("aux") => Tag::Aux,
            _ if has("modal") => Tag::Modal,
            _ if has("neg") => Tag::Neg,
            _ if has("poss") => Tag::Own,
            _ if has("rel") => Tag::Rel,
            _ if has("num") => Tag::Num,
            _ if has("det") => Tag::Det,
            _ if has("pron") => Tag::Pron,
            "including" | "following" | "regarding" | "concerning" => Tag::Prep,
            _ if has("conj") => Tag::Conj,
            _ if has("prep") => Tag::Prep,
            _ if has("sub") => Tag::Sub,
            _ => return None,
        })
    }

    fn skip_adverbs(&self, from: usize) -> usize {
        let mut i = from;
        while self.has(i, "adv") && !self.has(i, "adj") && i < from + 3 {
            i += 1;
        }
        i
    }

    fn open(&self, i: usize, word: &str) -> Tag {
        let forms = self.lexicon.verb(word);
        let nounish =
            self.lexicon.noun(word).is_some() || ["either", "plain", "ing_noun"].iter().any(|class| self.lexicon.has(word, class));
        let adjective = self.lexicon.has(word, "adj");
        if adjective && self.lexicon.noun(word).is_some() && forms.is_empty() && !self.nounlike(i + 1) {
            return Tag::Noun;
        }
        if adjective
            && !forms.is_empty()
            && matches!(self.before(i), Some((Tag::Noun | Tag::Name, _)))
            && matches!(self.word(i + 1), "to" | "with")
        {
            return Tag::Adj;
        }
        // "have targeted troops": behind "have" a participle is no adjective.
        let perfect = self
            .before(i)
            .is_some_and(|(tag, at)| tag == Tag::Aux && matches!(self.word(at), "have" | "has" | "had"));
        if let Some((_, form)) = forms.first().copied()
            && (perfect || !(adjective && self.nounlike(i + 1)))
        {
            return self.verb_or_noun(i, forms, form, nounish);
        }
        if self.lexicon.has(word, "adj") {
            return Tag::Adj;
        }
        if self.lexicon.has(word, "adv") {
            return Tag::Adv;
        }
        if nounish {
            return Tag::Noun;
        }
        self.by_ending(i, word)
    }

    fn by_ending(&self, i: usize, word: &str) -> Tag {
        let before = self.before(i).map(|(tag, _)| tag);
        if word.ends_with("ly") {
            return Tag::Adv;
        }
        if word.ends_with("ed") && word.len() > 4 && !word.contains('-') {
            let verb = matches!(before, Some(Tag::Noun | Tag::Name | Tag::Pron | Tag::Aux | Tag::Time | Tag::Num)) || before.is_none();
            return if verb { Tag::Verb(Form::PastOrParticiple) } else { Tag::Adj };
        }
        let object = word.ends_with("ing") && matches!(before, Some(Tag::Prep)) && (self.nounlike(i + 1) || self.begins_phrase(i + 1));
        if word.ends_with("ing") && word.len() > 5 && (object || matches!(before, Some(Tag::Aux | Tag::Comma))) {
            return Tag::Verb(Form::Ing);
        }
        let adjective = [
            "ous", "ful", "ive", "ical", "ible", "able", "less", "ish", "ary", "ional", "ian", "ese", "wide", "led", "based", "backed",
            "held",
        ];
        let hyphenated = word.contains('-') && !word.ends_with('s');
        if (hyphenated || adjective.iter().any(|end| word.ends_with(end))) && self.nounlike(i + 1) {
            return Tag::Adj;
        }
        Tag::Noun
    }

    fn verb_or_noun(&self, i: usize, forms: &[(&'static str, Form)], form: Form, nounish: bool) -> Tag {
        let before = self.before(i);
        let tag = before.map(|(tag, _)| tag);
        let word_before = before.map_or("", |(_, at)| self.word(at));
        let has = |wanted: &[Form]| forms.iter().find(|(_, form)| wanted.contains(form)).map(|(_, form)| *form);
        // A verb stands after these whatever its form.
        if (matches!(tag, Some(Tag::To | Tag::Modal)) || (tag == Some(Tag::Aux) && matches!(word_before, "do" | "does" | "did")))
            && let Some(base) = has(&[Form::Base])
        {
            return Tag::Verb(base);
        }
        let after_modifier = matches!(tag, Some(Tag::Det | Tag::Own | Tag::Genitive | Tag::Adj | Tag::Num | Tag::Demonym));
        if let Some(past) = has(&[Form::Past, Form::Participle, Form::PastOrParticiple]) {
            if tag == Some(Tag::Aux) {
                return Tag::Verb(has(&[Form::Participle, Form::PastOrParticiple]).unwrap_or(past));
            }
            return self.past_or_adjective(i, past, tag, after_modifier, nounish);
        }
        match form {
            Form::Ing => self.ing(i, tag, after_modifier),
            Form::Singular => self.singular(i, tag, word_before, after_modifier, nounish),
            _ => self.base(i, before, after_modifier, nounish),
        }
    }

    fn past_or_adjective(&self, i: usize, form: Form, tag: Option<Tag>, after_modifier: bool, nounish: bool) -> Tag {
        let next_noun = self.nounlike(i + 1) && !self.has(i + 1, "num");
        let participle = form != Form::Past;
        if after_modifier && nounish && !next_noun {
            return Tag::Noun;
        }
        if participle && next_noun && (after_modifier || matches!(tag, Some(Tag::Prep | Tag::Conj | Tag::Comma | Tag::Verb(_)))) {
            // "… and killed soldiers" goes on with a verb, "armed and trained men" with an adjective.
            let conjoined_verb = matches!(tag, Some(Tag::Conj | Tag::Comma)) && !self.adjective_before_conjunction(i);
            if !conjoined_verb {
                return Tag::Adj;
            }
        }
        if participle && tag.is_none() && next_noun && self.tokens.get(i).is_some_and(|token| token.capital) {
            return Tag::Adj;
        }
        Tag::Verb(form)
    }

    fn adjective_before_conjunction(&self, i: usize) -> bool {
        let Some((_, at)) = self.before(i) else { return false };
        matches!(self.before(at).map(|(tag, _)| tag), Some(Tag::Adj))
    }

    fn ing(&self, i: usize, tag: Option<Tag>, after_modifier: bool) -> Tag {
        let noun = self.has(i, "ing_noun");
        let object = self.begins_phrase(i + 1) || self.nounlike(i + 1);
        // "in bombing attacks", "at training camps": the next noun is one of the same deed or its place.
        let compound = noun
            && !self.begins_phrase(i + 1)
            && self
                .lexicon
                .noun(self.word(i + 1))
                .is_some_and(|next| matches!(next.node_type, "Event" | "Facility"));
        match tag {
            Some(Tag::Aux) => Tag::Verb(Form::Ing),
            _ if compound => Tag::Adj,
            _ if after_modifier => {
                if self.nounlike(i + 1) {
                    Tag::Adj
                } else {
                    Tag::Noun
                }
            }
            Some(Tag::Prep | Tag::Verb(_) | Tag::Noun | Tag::Name) if noun && !object => Tag::Noun,
            None | Some(Tag::Comma | Tag::Conj | Tag::Break)
                if noun && (matches!(self.word(i + 1), "between" | "over" | "near") || self.has(i + 1, "aux")) =>
            {
                Tag::Noun
            }
            None if noun && self.nounlike(i + 1) && !self.begins_phrase(i + 1) => Tag::Adj,
            _ => Tag::Verb(Form::Ing),
        }
    }

    fn singular(&self, i: usize, tag: Option<Tag>, word_before: &str, after_modifier: bool, nounish: bool) -> Tag {
        match tag {
            Some(Tag::Pron | Tag::Rel | Tag::That) => Tag::Verb(Form::Singular),
            _ if after_modifier => Tag::Noun,
            Some(Tag::Prep | Tag::To) => Tag::Noun,
            _ if !nounish => Tag::Verb(Form::Singular),
            Some(Tag::Noun | Tag::Name | Tag::Time) => {
                let next = self.begins_phrase(i + 1) || matches!(self.word(i + 1), "to" | "that");
                if next && !(word_before.ends_with('s') && tag == Some(Tag::Noun)) {
                    Tag::Verb(Form::Singular)
                } else {
                    Tag::Noun
                }
            }
            _ => Tag::Noun,
        }
    }

    fn base(&self, i: usize, before: Option<(Tag, usize)>, after_modifier: bool, nounish: bool) -> Tag {
        let verb = Tag::Verb(Form::Base);
        let Some((tag, at)) = before else {
            return if nounish { Tag::Noun } else { verb };
        };
        match tag {
            Tag::Pron if matches!(self.word(at), "i" | "we" | "they" | "you" | "who" | "us" | "them" | "him" | "it") => verb,
            Tag::Pron | Tag::Rel | Tag::That => verb,
            _ if after_modifier => Tag::Noun,
            Tag::Prep => Tag::Noun,
            Tag::Noun | Tag::Name | Tag::Time if nounish => {
                let plural = self.word(at).ends_with('s') || self.word(at).ends_with("people");
                let next = self.begins_phrase(i + 1) || matches!(self.word(i + 1), "to" | "that");
                if plural && next { verb } else { Tag::Noun }
            }
            Tag::Noun | Tag::Name | Tag::Time => verb,
            Tag::Conj | Tag::Comma => match self.before(at).map(|(tag, _)| tag) {
                Some(Tag::Verb(Form::Base)) => verb,
                // "to protect peace and promote trade": a verb with an object that is no noun.
                _ if !nounish => verb,
                _ if self.begins_phrase(i + 1) => verb,
                _ => Tag::Noun,
            },
            Tag::Verb(_) if nounish => {
                if self.word(at).starts_with("help") && self.begins_phrase(i + 1) {
                    verb
                } else {
                    Tag::Noun
                }
            }
            _ => {
                if nounish {
                    Tag::Noun
                } else {
                    verb
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::names::{Evidence, find};
    use crate::extract::{dates, sentence::sentences};

    fn verbs(text: &str) -> Vec<String> {
        let chars: Vec<char> = text.chars().collect();
        let lexicon = Lexicon::get();
        let sentences = sentences(&chars, 0, lexicon);
        let evidence = Evidence::of(&sentences);
        let mut out = Vec::new();
        for sentence in &sentences {
            let times = dates::find(&sentence.tokens, "2017-11-24".parse().unwrap());
            let units = find(sentence, &times, &evidence, lexicon);
            let tags = tag(sentence, &times, &units, lexicon);
            out.extend(
                sentence
                    .tokens
                    .iter()
                    .zip(tags)
                    .filter(|(_, tag)| matches!(tag, Tag::Verb(_)))
                    .map(|(token, _)| token.text.clone()),
            );
        }
        out
    }

    #[test]
    fn verbs_and_nouns_of_one_form_are_told_apart() {
        assert_eq!(
            verbs("Rebel attacks on troops forced the army to attack villages."),
            ["forced", "attack"]
        );
        assert_eq!(
            verbs("Peru supports the plan and Chile plans a visit to support talks."),
            ["supports", "plans", "support"]
        );
        assert_eq!(verbs("The elected leader imposed targeted sanctions."), ["imposed"]);
        assert_eq!(verbs("Fighting between soldiers and rebels killed a visiting doctor."), ["killed"]);
        assert_eq!(verbs("Officers were meeting in Lima, avoiding the press."), ["meeting", "avoiding"]);
    }
}
