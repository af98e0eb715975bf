//! What event nouns say: "attacks on A by B", "fighting between A and B", "B's crackdown on A".
//!
//! [`find`] is the entry. The slots are the owner of the noun and the prepositional phrases behind it.

use super::super::dates::Tense;
use super::super::lexicon::{Frame, Naming};
use super::super::names::Kind;
use super::super::phrases::Piece;
use super::super::reading::Analysed;
use super::{Collector, Finding, Goal};
use crate::model::ValidTime;

/// Prepositional phrases behind a noun: preposition, group, piece.
type Behind<'a> = Vec<(&'a str, &'a [usize], usize)>;

/// Tries the frames of every noun.
pub(super) fn find(analysed: &Analysed, out: &mut Collector) {
    for number in 0..analysed.chunks.phrases.len() {
        let Some(phrase) = analysed.phrase(number) else { continue };
        if phrase.is_pronoun || phrase.name.is_some() {
            continue;
        }
        let word = analysed.lower(phrase.head).to_owned();
        let two = if phrase.head > phrase.core {
            format!("{} {word}", analysed.lower(phrase.head - 1))
        } else {
            String::new()
        };
        let frames = out.reading.lexicon.noun_frames(&word);
        let frames = if frames.is_empty() {
            out.reading.lexicon.noun_frames(&two)
        } else {
            frames
        };
        if frames.is_empty() {
            continue;
        }
        let behind = analysed.piece_of(number).map(|at| analysed.behind(at)).unwrap_or_default();
        // What stands behind another event noun is said of that one.
        let other = behind.iter().position(|(_, group, _)| {
            group
                .last()
                .and_then(|phrase| analysed.phrase(*phrase))
                .is_some_and(|phrase| !out.reading.lexicon.noun_frames(analysed.lower(phrase.head)).is_empty())
        });
        let near: Behind<'_> = behind.iter().take(other.map_or(behind.len(), |at| at + 1)).copied().collect();
        let mut told = false;
        for frame in frames {
            if !told {
                told = fill(analysed, number, frame, &near, &behind, out);
            }
        }
        if !told && matches!(word.as_str(), "crackdown" | "offensive" | "campaign" | "violence" | "repression") {
            context(analysed, number, &near, &behind, out);
        }
    }
}

fn fill(analysed: &Analysed, number: usize, frame: &Frame, near: &Behind<'_>, behind: &Behind<'_>, out: &mut Collector) -> bool {
    if frame.subject == "between" {
        let figures = slot(analysed, number, "between", near, out);
        let (Some(one), Some(other)) = (figures.first(), figures.get(1)) else {
            return false;
        };
        return tell(analysed, number, frame, *one, *other, behind, out);
    }
    let subjects = frame
        .subject
        .split('|')
        .map(|name| slot(analysed, number, name, near, out))
        .find(|found| !found.is_empty())
        .unwrap_or_default();
    let objects = frame
        .object
        .iter()
        .map(|name| slot(analysed, number, name, near, out))
        .find(|found| !found.is_empty())
        .unwrap_or_default();
    let mut told = false;
    for subject in &subjects {
        for object in &objects {
            told |= tell(analysed, number, frame, *subject, *object, behind, out);
        }
    }
    told
}

/// The figures of a slot.
fn slot(analysed: &Analysed, number: usize, name: &str, behind: &Behind<'_>, out: &mut Collector) -> Vec<usize> {
    match name {
        "poss" => owner(analysed, number, out).into_iter().collect(),
        "self" => analysed.figures_of(&[number]),
        "of.rights" => {
            // "violations of the rights of A", "of A's rights"
            let Some((_, rights, piece)) = behind.iter().find(|(prep, group, _)| {
                *prep == "of"
                    && group
                        .last()
                        .and_then(|phrase| analysed.phrase(*phrase))
                        .is_some_and(|phrase| analysed.lower(phrase.head) == "rights")
            }) else {
                return Vec::new();
            };
            let owned = rights
                .iter()
                .filter_map(|phrase| analysed.phrase(*phrase)?.possessor)
                .flat_map(|owner| analysed.figures_of(&[owner]))
                .collect::<Vec<_>>();
            if !owned.is_empty() {
                return owned;
            }
            behind
                .iter()
                .find(|(prep, _, at)| *prep == "of" && at > piece)
                .map(|(_, group, _)| analysed.figures_of(group))
                .unwrap_or_default()
        }
        prep => behind
            .iter()
            .find(|(word, _, _)| *word == prep)
            .map(|(_, group, _)| analysed.figures_of(group))
            .unwrap_or_default(),
    }
}

/// Whose an event is: its possessor, or the force, state or group in front of it ("a Burmese military crackdown").
fn owner(analysed: &Analysed, number: usize, out: &mut Collector) -> Option<usize> {
    let phrase = analysed.phrase(number)?;
    if let Some(owner) = phrase.possessor {
        return analysed.figures_of(&[owner]).first().copied();
    }
    if phrase.pronoun.is_some() {
        return analysed.owner(number);
    }
    let cast = &mut out.reading.cast;
    let unit = phrase.modifiers.iter().find_map(|unit| analysed.units.get(*unit))?;
    let named = match unit.kind {
        Kind::Known(index, Naming::Adjective | Naming::Name | Naming::Capital) => cast.known(index),
        _ => cast.find(&unit.text),
    }?;
    let force = (phrase.core..phrase.head).any(|at| matches!(analysed.lower(at), "military" | "army"));
    if force && cast.is_state(named) {
        Some(cast.army(named))
    } else {
        Some(named)
    }
}

fn tell(
    analysed: &Analysed,
    number: usize,
    frame: &Frame,
    subject: usize,
    object: usize,
    behind: &Behind<'_>,
    out: &mut Collector,
) -> bool {
    let Some(phrase) = analysed.phrase(number) else { return false };
    let mut finding = Finding::new(
        subject,
        frame.relation,
        Goal::Figure(object),
        phrase.head,
        format!("noun:{}", frame.word),
    );
    finding.clause = clause_of(analysed, number);
    // The mood of the clause is that of its verb, not of a noun it mentions; its speakers are found by position.
    finding.moody = false;
    finding.time = own_time(analysed, number, behind, out);
    if phrase.year.is_some() && finding.time.is_none() {
        finding.time = phrase.year.as_ref().and_then(|year| year.parse().ok());
    }
    finding.confidence = 0.65;
    let response = behind.iter().find(|(prep, group, _)| {
        *prep == "in"
            && group
                .last()
                .and_then(|phrase| analysed.phrase(*phrase))
                .is_some_and(|phrase| analysed.lower(phrase.head) == "response")
    });
    if let Some((_, _, piece)) = response
        && let Some(("to", _, end)) = analysed.behind(*piece).first().copied()
    {
        let last = analysed.behind(end).last().map_or(end, |(_, _, at)| *at);
        let span = analysed.chunks.pieces.get(end).zip(analysed.chunks.pieces.get(last));
        if let Some((first, last)) = span {
            finding.qualifiers.insert("reason".to_owned(), analysed.text(first.from, last.to));
        }
    }
    // Talks, support or a visit that somebody only wants or plans did not happen.
    let wanted = finding
        .clause
        .and_then(|clause| analysed.clauses.get(clause))
        .is_some_and(|clause| {
            clause.object.contains(&number) && super::super::mood::mood(analysed, clause, out.reading.lexicon) != Default::default()
        });
    if wanted {
        finding.moody = true;
    }
    let governed = finding
        .clause
        .and_then(|clause| analysed.clauses.get(clause))
        .and_then(|clause| analysed.verb(clause))
        .is_some_and(|verb| {
            verb.lemmas.iter().any(|lemma| {
                matches!(
                    *lemma,
                    "want"
                        | "seek"
                        | "demand"
                        | "urge"
                        | "reject"
                        | "deny"
                        | "avoid"
                        | "prevent"
                        | "ban"
                        | "cancel"
                        | "postpone"
                        | "propose"
                        | "offer"
                )
            }) || verb.particle.as_deref() == Some("for")
        });
    if governed && !wanted {
        return false;
    }
    out.push(analysed, finding)
}

/// "… since a crackdown": on those of whom the sentence speaks, when they are a people.
fn context(analysed: &Analysed, number: usize, near: &Behind<'_>, behind: &Behind<'_>, out: &mut Collector) {
    let Some(subject) = slot(analysed, number, "by", near, out)
        .first()
        .copied()
        .or_else(|| owner(analysed, number, out))
    else {
        return;
    };
    let at = analysed.phrase(number).map_or(0, |phrase| phrase.from);
    let suffering = analysed
        .clauses
        .iter()
        .filter(|clause| analysed.verb(clause).is_some_and(|verb| verb.from < at))
        .flat_map(|clause| clause.subject.iter().chain(&clause.object))
        .flat_map(|phrase| analysed.figures_of(&[*phrase]))
        .find(|figure| out.reading.cast.is(*figure, "PopulationGroup") && *figure != subject);
    let Some(people) = suffering else { return };
    let Some(phrase) = analysed.phrase(number) else { return };
    let mut finding = Finding::new(subject, "repressed", Goal::Figure(people), phrase.head, "noun:crackdown in context");
    finding.clause = clause_of(analysed, number);
    finding.moody = false;
    finding.time = own_time(analysed, number, behind, out);
    finding.confidence = 0.5;
    if let Some((_, _, piece)) = behind.iter().find(|(prep, group, _)| {
        *prep == "in"
            && group
                .last()
                .and_then(|phrase| analysed.phrase(*phrase))
                .is_some_and(|phrase| analysed.lower(phrase.head) == "response")
    }) {
        let rest = analysed.behind(*piece);
        let span = rest
            .first()
            .zip(rest.last())
            .and_then(|((_, _, first), (_, _, last))| analysed.chunks.pieces.get(*first).zip(analysed.chunks.pieces.get(*last)));
        if let Some((first, last)) = span {
            finding.qualifiers.insert("reason".to_owned(), analysed.text(first.from, last.to));
        }
    }
    out.push(analysed, finding);
}

/// The clause whose verb stands nearest before the noun, else the next one.
fn clause_of(analysed: &Analysed, number: usize) -> Option<usize> {
    let from = analysed.phrase(number)?.from;
    let before = analysed
        .clauses
        .iter()
        .rposition(|clause| analysed.verb(clause).is_some_and(|verb| verb.from < from));
    before.or_else(|| (!analysed.clauses.is_empty()).then_some(0))
}

/// A time said in the chain behind the noun.
fn own_time(analysed: &Analysed, number: usize, behind: &Behind<'_>, out: &Collector) -> Option<ValidTime> {
    let first = analysed.piece_of(number)?;
    let last = behind.last().map_or(first, |(_, _, piece)| *piece);
    let at = (first..last + 3).find_map(|piece| match analysed.piece(piece) {
        Piece::Time(time) => Some(*time),
        _ => None,
    })?;
    let parted = (first + 1..last + 3)
        .take_while(|piece| !matches!(analysed.piece(*piece), Piece::Time(_)))
        .any(|piece| matches!(analysed.piece(piece), Piece::Verb(_) | Piece::Comma | Piece::Conj));
    if parted {
        return None;
    }
    analysed.times.get(at)?.at(Tense::Past, out.reading.anchor, false)
}
