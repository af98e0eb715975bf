//! Modality and polarity of a clause: its own verb, and the words that govern it.
//!
//! [`mood`] is the entry. Negations turn each other; of several modalities the one that commits least
//! wins: requested, then possible, then intended.

use super::clauses::Clause;
use super::lexicon::{Lexicon, Mood};
use super::phrases::{Front, Piece, VerbGroup};
use super::reading::Analysed;
use crate::model::{Modality, Polarity};

/// The mood of a clause.
pub(crate) fn mood(analysed: &Analysed, clause: &Clause, lexicon: &Lexicon) -> (Modality, Polarity) {
    let Some(verb) = analysed.verb(clause) else {
        return (Modality::Asserted, Polarity::Affirmed);
    };
    let mut modality = own(verb);
    let mut negated = verb.negated || denied_object(analysed, clause);
    if matches!(clause.opener.as_str(), "if" | "unless" | "whether") || verb.hedged {
        modality = weaker(modality, Modality::Possible);
    }
    if let Some(word) = asserting(analysed, clause).and_then(|word| lexicon.mood(word)) {
        apply(word, &mut modality, &mut negated);
    }
    let mut current = clause;
    for _ in 0..4 {
        if let Some(noun) = noun_before(analysed, current).and_then(|noun| lexicon.mood(noun)) {
            apply(noun, &mut modality, &mut negated);
        }
        let Some(governor) = current.governor.and_then(|number| analysed.clauses.get(number)) else {
            break;
        };
        let Some(governing) = analysed.verb(governor) else { break };
        let gerund = analysed.verb(current).is_some_and(|verb| verb.gerund);
        let infinitive = !gerund;
        if let Some(word) = governing_word(governing).and_then(|word| lexicon.mood(&word)) {
            // "refused to go", "was barred from going", "wants to go"; "agreed, saying …" does not govern.
            if infinitive
                || current.at == governor.at + 1
                || matches!(analysed.piece(current.at.wrapping_sub(1)), Piece::Prep(word) if matches!(word.as_str(), "from" | "of" | "on" | "for"))
            {
                apply(word, &mut modality, &mut negated);
            }
        }
        if infinitive {
            negated ^= governing.negated;
            modality = weaker(modality, own(governing));
        } else if gerund && governing.modal.is_some() {
            modality = weaker(modality, own(governing));
        }
        current = governor;
    }
    (modality, if negated { Polarity::Negated } else { Polarity::Affirmed })
}

/// The verb above a clause that `that` opens: "denied that …", "demanded that …".
fn asserting<'a>(analysed: &'a Analysed, clause: &Clause) -> Option<&'a str> {
    let that = (0..clause.at).rev().find(|at| *analysed.piece(*at) == Piece::That)?;
    let above = analysed.clauses.iter().rev().find(|other| other.at < that && other.end == that)?;
    let ends = (that..clause.at).any(|at| *analysed.piece(at) == Piece::Quote);
    let verb = analysed.verb(above).filter(|verb| !ends && !verb.negated)?;
    verb.lemmas.first().copied()
}

/// "made no mention", "won no seats": the object says that it is not so.
fn denied_object(analysed: &Analysed, clause: &Clause) -> bool {
    let none = |group: &[usize]| {
        group
            .first()
            .and_then(|phrase| analysed.phrase(*phrase))
            .is_some_and(|phrase| phrase.front == Front::Negative)
    };
    none(&clause.object) || none(&clause.subject)
}

/// The noun before an infinitive: "a plan to visit".
fn noun_before<'a>(analysed: &'a Analysed, clause: &Clause) -> Option<&'a str> {
    let verb = analysed.verb(clause)?;
    if !verb.infinitive {
        return None;
    }
    match analysed.piece(clause.at.checked_sub(1)?) {
        Piece::Group(group) => {
            let phrase = analysed.phrase(*group.last()?)?;
            (!phrase.is_pronoun && phrase.name.is_none()).then(|| analysed.lower(phrase.head).trim_end_matches('s'))
        }
        _ => None,
    }
}

fn governing_word(verb: &VerbGroup) -> Option<String> {
    let lemma = verb.lemmas.first()?;
    match &verb.adjective {
        Some(adjective) if *lemma == "be" => Some(format!("be_{adjective}")),
        _ if verb.passive && matches!(*lemma, "expect" | "schedule" | "set" | "report") => Some("schedule".to_owned()),
        _ => Some((*lemma).to_owned()),
    }
}

fn apply(mood: Mood, modality: &mut Modality, negated: &mut bool) {
    match mood {
        Mood::Negated => *negated = !*negated,
        Mood::Modality(other) => *modality = weaker(*modality, other),
    }
}

fn own(verb: &VerbGroup) -> Modality {
    match verb.modal.as_deref() {
        Some("will" | "wo" | "shall" | "would") => Modality::Intended,
        Some("may" | "might" | "could" | "can" | "ca" | "cannot") => Modality::Possible,
        Some("should" | "must") => Modality::Requested,
        _ => Modality::Asserted,
    }
}

/// The modality that commits less.
pub(crate) fn weaker(one: Modality, other: Modality) -> Modality {
    let rank = |modality| match modality {
        Modality::Asserted => 0,
        Modality::Intended => 1,
        Modality::Possible => 2,
        Modality::Requested => 3,
    };
    if rank(other) > rank(one) { other } else { one }
}
