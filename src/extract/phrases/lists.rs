//! Lists of noun phrases: "A and B", "A, B and C", and what only looks like one.
//!
//! [`coordinate`] is the entry.

use super::super::lexicon::Lexicon;
use super::super::names::{Kind, Unit};
use super::{Chunk, Chunks, Phrase, Piece};

/// Joins phrases that are members of one list into one group.
pub(super) fn coordinate(pieces: &[Chunk], chunks: &Chunks, units: &[Unit], lexicon: &Lexicon) -> Vec<Chunk> {
    let class = |piece: &Piece| match piece {
        Piece::Group(group) => group
            .last()
            .and_then(|number| chunks.phrases.get(*number))
            .map(|phrase| class_of(phrase, units, lexicon)),
        _ => None,
    };
    let mut out: Vec<Chunk> = Vec::new();
    let mut i = 0;
    while let Some(piece) = pieces.get(i) {
        let Piece::Group(first) = &piece.piece else {
            out.push(piece.clone());
            i += 1;
            continue;
        };
        let mut members = first.clone();
        let mut end = i;
        let seen_verb = out
            .iter()
            .rev()
            .take_while(|chunk| !matches!(chunk.piece, Piece::Sub(_) | Piece::That | Piece::Rel | Piece::Quote | Piece::Break))
            .any(|chunk| matches!(chunk.piece, Piece::Verb(_)));
        while let Some((next, last)) = next_member(pieces, end) {
            let (one, other) = (
                pieces.get(end).and_then(|c| class(&c.piece)),
                pieces.get(next).and_then(|c| class(&c.piece)),
            );
            let same = one == other;
            let (thing, other_thing) = (one == Some("thing"), other == Some("thing"));
            let verb_follows = pieces.get(next + 1).is_some_and(|chunk| match chunk.piece {
                Piece::Verb(number) => chunks.verbs.get(number).is_some_and(|verb| verb.finite),
                _ => false,
            });
            let comma_before = matches!(pieces.get(next.wrapping_sub(1)).map(|c| &c.piece), Some(Piece::Comma));
            let listed = members.len() > 1 || list_goes_on(pieces, next);
            // "A met B and C left": the last phrase begins a clause of its own.
            if (verb_follows && seen_verb) || (comma_before && (!same || !listed)) || thing != other_thing {
                break;
            }
            // ", and X" after a single phrase opens a clause, not a list.
            let comma_and = next >= 2 && matches!(pieces.get(next - 2).map(|c| &c.piece), Some(Piece::Comma)) && !comma_before;
            if comma_and && members.len() == 1 {
                break;
            }
            if let Some(Chunk {
                piece: Piece::Group(group),
                ..
            }) = pieces.get(next)
            {
                members.extend(group);
            }
            end = next;
            if last {
                break;
            }
        }
        let to = pieces.get(end).map_or(piece.to, |chunk| chunk.to);
        out.push(Chunk {
            piece: Piece::Group(members),
            from: piece.from,
            to,
        });
        i = end + 1;
    }
    out
}

/// The next phrase after a comma or `and`; `last` after `and`.
fn next_member(pieces: &[Chunk], at: usize) -> Option<(usize, bool)> {
    let is_group = |i: usize| matches!(pieces.get(i).map(|c| &c.piece), Some(Piece::Group(_)));
    match (pieces.get(at + 1).map(|c| &c.piece), pieces.get(at + 2).map(|c| &c.piece)) {
        (Some(Piece::Conj), _) if is_group(at + 2) => Some((at + 2, true)),
        (Some(Piece::Comma), Some(Piece::Conj)) if is_group(at + 3) => Some((at + 3, true)),
        (Some(Piece::Comma), _) if is_group(at + 2) => Some((at + 2, false)),
        _ => None,
    }
}

/// Whether a list goes on after `at` until its `and`.
fn list_goes_on(pieces: &[Chunk], at: usize) -> bool {
    let mut at = at;
    for _ in 0..12 {
        match next_member(pieces, at) {
            Some((_, true)) => return true,
            Some((next, false)) => at = next,
            None => return false,
        }
    }
    false
}

/// A rough class by which members of one list are alike.
fn class_of(phrase: &Phrase, units: &[Unit], lexicon: &Lexicon) -> &'static str {
    if let Some(unit) = phrase.name.and_then(|number| units.get(number)) {
        return match &unit.kind {
            Kind::Known(index, _) => match lexicon.entry(*index).map_or("", |known| known.node_type) {
                "State" | "Place" | "Bloc" => "place",
                "PopulationGroup" => "people",
                _ => "body",
            },
            Kind::Person => "person",
            Kind::Headed("Place") => "place",
            Kind::Headed(_) => "body",
            _ => "name",
        };
    }
    if !phrase.roles.is_empty() {
        return "role";
    }
    match phrase.noun.map_or("", |noun| noun.node_type) {
        "PopulationGroup" | "ArmedGroup" => "people",
        "Place" => "place",
        "" | "Event" | "Topic" | "Instrument" | "Facility" => "thing",
        _ => "body",
    }
}
