//! What names and noun phrases say in passing: whose a body is, where a place lies, what is part of what.
//!
//! [`find`] is the entry. All of it is lasting and undated.

use super::super::lexicon::Naming;
use super::super::names::Kind;
use super::super::phrases::{Front, Phrase, Piece};
use super::super::reading::Analysed;
use super::{Collector, Finding, Goal, group_at};

/// Tries every phrase.
pub(super) fn find(analysed: &Analysed, out: &mut Collector) {
    for number in 0..analysed.chunks.phrases.len() {
        let Some(phrase) = analysed.phrase(number) else { continue };
        for figure in analysed.figures_of(&[number]) {
            owned(analysed, number, phrase, figure, out);
            part_of_name(analysed, phrase, figure, out);
            people_of(analysed, phrase, figure, out);
        }
        neighbouring(analysed, number, phrase, out);
        common_border(analysed, phrase, out);
        party_of(analysed, number, phrase, out);
    }
    for at in 0..analysed.chunks.pieces.len() {
        located(analysed, at, out);
        place_in_commas(analysed, at, out);
        described_body(analysed, at, out);
        named_behind(analysed, at, out);
    }
}

/// A body serves the state whose it is, a place or facility lies in it.
fn owned(analysed: &Analysed, number: usize, phrase: &Phrase, figure: usize, out: &mut Collector) {
    let owner = out.figure(figure).and_then(|held| held.owner);
    let possessor = phrase.possessor.and_then(|owner| analysed.figures_of(&[owner]).first().copied());
    let before = analysed.owner(number).filter(|_| phrase.front != Front::Own);
    let Some(owner) = owner.or(possessor
        .or(before)
        .filter(|owner| out.is(*owner, "State") || out.is(*owner, "Place")))
    else {
        return;
    };
    let pronoun = phrase.front == Front::Own;
    let (relation, rule) = match out.reading.cast.type_of(figure) {
        // "American troops" are not worth a fact each.
        "ArmedForce" | "Facility" if phrase.plural && phrase.name.is_none() && !out.figure(figure).is_some_and(|held| held.named) => return,
        "ArmedForce" | "GovernmentBody" if out.is(owner, "State") => ("serves", "phrase:body of a state"),
        "Place" if !out.figure(figure).is_some_and(|held| held.named) => return,
        // An embassy is its state's and stands elsewhere.
        "Facility"
            if matches!(
                analysed.lower(phrase.head),
                "embassy" | "consulate" | "base" | "ship" | "vessel" | "aircraft" | "plane" | "helicopter"
            ) =>
        {
            return;
        }
        "Place" | "Facility" if !pronoun => ("located_in", "phrase:place of a state"),
        _ => return,
    };
    // The tables tell where a capital lies; only what the text says is a fact.
    let said = possessor.is_some()
        || !phrase.modifiers.is_empty()
        || phrase
            .name
            .and_then(|unit| analysed.units.get(unit))
            .is_some_and(|unit| unit.owner.is_some() || matches!(unit.kind, Kind::Headed(_)));
    let force = matches!(out.reading.cast.type_of(figure), "ArmedForce");
    if said || (force && out.figure(figure).is_some_and(|held| held.named)) {
        out.push(analysed, Finding::lasting(figure, relation, owner, phrase.head, rule));
    }
}

/// `… Department of the … Commission`: the name says what it is part of.
fn part_of_name(analysed: &Analysed, phrase: &Phrase, figure: usize, out: &mut Collector) {
    let Some((from, to)) = phrase.name.and_then(|unit| analysed.units.get(unit)).and_then(|unit| unit.whole) else {
        return;
    };
    let whole = analysed.text(from, to);
    let node_type = out
        .reading
        .lexicon
        .head(whole.rsplit(' ').next().unwrap_or(""))
        .unwrap_or("GovernmentBody");
    let whole = out.reading.cast.body(&whole, node_type, analysed.sentence.paragraph);
    out.push(
        analysed,
        Finding::lasting(figure, "part_of", whole, phrase.head, "phrase:part in a name"),
    );
}

/// "the Rohingya Muslim minority", "Iraqi Kurds".
fn people_of(analysed: &Analysed, phrase: &Phrase, figure: usize, out: &mut Collector) {
    if !out.reading.cast.is(figure, "PopulationGroup") {
        return;
    }
    let state = phrase
        .modifiers
        .iter()
        .filter_map(|unit| analysed.units.get(*unit))
        .find_map(|unit| match unit.kind {
            Kind::Known(index, Naming::Adjective) if out.reading.lexicon.entry(index).is_some_and(|known| known.node_type == "State") => {
                Some(index)
            }
            _ => None,
        });
    let military = (phrase.core..phrase.head).any(|at| matches!(analysed.lower(at), "military" | "army"));
    if military && let Some(state) = state.and_then(|index| out.reading.cast.known(index)) {
        let army = out.reading.cast.army(state);
        let relation = if phrase.noun.is_some_and(|noun| {
            matches!(
                noun.lemma,
                "official" | "general" | "leader" | "military_official" | "senior_official"
            )
        }) {
            "member_of"
        } else {
            return;
        };
        out.push(
            analysed,
            Finding::lasting(figure, relation, army, phrase.head, "phrase:officers of a force"),
        );
    }
}

/// "neighbouring Peru", "its southern neighbour": the two share a border.
fn neighbouring(analysed: &Analysed, number: usize, phrase: &Phrase, out: &mut Collector) {
    let near = (phrase.core..phrase.head).any(|at| matches!(analysed.lower(at), "neighboring" | "neighbouring"));
    let head = matches!(analysed.lower(phrase.head), "neighbor" | "neighbour");
    if !near && !head {
        return;
    }
    let Some(figure) = analysed
        .figures_of(&[number])
        .first()
        .copied()
        .filter(|figure| out.reading.cast.is_state(*figure))
    else {
        return;
    };
    let other = if head {
        analysed.owner(number)
    } else {
        // The state named last before it in the sentence.
        analysed
            .chunks
            .phrases
            .iter()
            .enumerate()
            .take(number)
            .rev()
            .flat_map(|(at, _)| analysed.figures_of(&[at]))
            .find(|other| out.reading.cast.is_state(*other) && *other != figure)
    };
    if let Some(other) = other.filter(|other| out.reading.cast.is_state(*other)) {
        out.push(
            analysed,
            Finding {
                confidence: 0.7,
                ..Finding::lasting(other, "borders", figure, phrase.head, "phrase:neighbour")
            },
        );
    }
}

/// "their common border": of the two states last named together.
fn common_border(analysed: &Analysed, phrase: &Phrase, out: &mut Collector) {
    if analysed.lower(phrase.head) != "border" || !(phrase.core..phrase.head).any(|at| matches!(analysed.lower(at), "common" | "shared")) {
        return;
    }
    if let Some([one, other]) = out.reading.cast.pair("countries").as_deref() {
        out.push(
            analysed,
            Finding {
                confidence: 0.7,
                ..Finding::lasting(*one, "borders", *other, phrase.head, "phrase:common border")
            },
        );
    }
}

/// "Suu Kyi's party": she belongs to it.
fn party_of(analysed: &Analysed, number: usize, phrase: &Phrase, out: &mut Collector) {
    let Some(party) = analysed
        .figures_of(&[number])
        .first()
        .copied()
        .filter(|figure| out.reading.cast.is(*figure, "PoliticalParty"))
    else {
        return;
    };
    let person = phrase
        .possessor
        .and_then(|owner| analysed.figures_of(&[owner]).first().copied())
        .or_else(|| (phrase.front == Front::Own).then(|| analysed.owner(number)).flatten());
    if let Some(person) = person.filter(|person| out.reading.cast.is(*person, "Person")) {
        out.push(
            analysed,
            Finding::lasting(person, "member_of", party, phrase.head, "phrase:party of a person"),
        );
    }
}

/// "a refinery in Peru", "a summit in Lima".
fn located(analysed: &Analysed, at: usize, out: &mut Collector) {
    let Some(group) = group_at(analysed, at) else { return };
    let Some(("in" | "near", places, piece)) = analysed.behind(at).first().copied() else {
        return;
    };
    if piece != at + 2 {
        return;
    }
    let Some(place) = analysed
        .figures_of(places)
        .first()
        .copied()
        .filter(|place| out.is(*place, "Location"))
    else {
        return;
    };
    for figure in analysed.figures_of(group) {
        let trigger = analysed.chunks.pieces.get(at).map_or(0, |chunk| chunk.from);
        let many = group.iter().any(|phrase| {
            analysed
                .phrase(*phrase)
                .is_some_and(|phrase| phrase.plural && phrase.name.is_none())
        });
        let relation = match out.reading.cast.type_of(figure) {
            // "homes in the region" are not worth a node each.
            "Facility" | "Place" if many => continue,
            "Facility" => "located_in",
            "Place" if analysed.lower(trigger + 1) != "of" => "located_in",
            "Event" => {
                let election = out.figure(figure).is_some_and(|figure| {
                    ["election", "referendum", "vote", "summit", "war", "poll"]
                        .iter()
                        .any(|word| figure.name.ends_with(word) || figure.name.ends_with(&format!("{word}s")))
                });
                if !election {
                    continue;
                }
                let mut finding = Finding::new(figure, "occurred_in", Goal::Figure(place), trigger, "phrase:event in a place");
                finding.moody = false;
                finding.clause = analysed.clauses.iter().rposition(|clause| clause.at < at);
                out.push(analysed, finding);
                continue;
            }
            _ => continue,
        };
        out.push(analysed, Finding::lasting(figure, relation, place, trigger, "phrase:in a place"));
    }
}

/// "Osh, Kyrgyzstan", "the capital, Bishkek" is not read.
fn place_in_commas(analysed: &Analysed, at: usize, out: &mut Collector) {
    if !matches!(analysed.piece(at + 1), Piece::Comma)
        || !matches!(analysed.piece(at.wrapping_sub(1)), Piece::Prep(word) if matches!(word.as_str(), "in" | "at" | "near" | "to" | "from" | "of"))
    {
        return;
    }
    let (Some([one]), Some([other])) = (group_at(analysed, at), group_at(analysed, at + 2)) else {
        return;
    };
    let closed = matches!(analysed.piece(at + 3), Piece::Comma | Piece::Break);
    let (Some(town), Some(state)) = (
        analysed.figures_of(&[*one]).first().copied(),
        analysed.figures_of(&[*other]).first().copied(),
    ) else {
        return;
    };
    let bare = analysed
        .phrase(*other)
        .is_some_and(|phrase| phrase.name.is_some() && phrase.front == Front::None && phrase.to == phrase.from + 1);
    if closed && bare && out.reading.cast.is(town, "Place") && out.is(state, "Location") {
        let trigger = analysed.chunks.pieces.get(at).map_or(0, |chunk| chunk.from);
        out.push(analysed, Finding::lasting(town, "located_in", state, trigger, "phrase:town, state"));
    }
}

/// "the Council, the command organ of the Fleet", "Karo, a unit of Tal Holdings".
fn described_body(analysed: &Analysed, at: usize, out: &mut Collector) {
    if !matches!(analysed.piece(at + 1), Piece::Comma) {
        return;
    }
    let (Some(group), Some([description])) = (group_at(analysed, at), group_at(analysed, at + 2)) else {
        return;
    };
    let Some(("of", wholes, _)) = analysed.behind(at + 2).first().copied() else {
        return;
    };
    let Some(noun) = analysed.phrase(*description) else { return };
    let head = analysed.lower(noun.head);
    let commanding = (noun.core..noun.to).any(|token| matches!(analysed.lower(token), "command" | "commanding"));
    let relation = match head {
        "organ" | "body" | "headquarters" if commanding => "commands",
        "wing" | "arm" | "branch" | "unit" | "subsidiary" | "part" | "division" | "organ" | "affiliate" => "part_of",
        _ => return,
    };
    // The body next to the comma is the one described: in "A of B, the organ of C" that is B where B is a body too.
    let nearest = group
        .last()
        .and_then(|phrase| analysed.phrase(*phrase))
        .and_then(|phrase| phrase.name)
        .and_then(|unit| analysed.units.get(unit))
        .and_then(|unit| unit.whole);
    let described = match nearest {
        Some((from, to)) => out.reading.cast.find(&analysed.text(from, to)),
        None => group.last().and_then(|phrase| analysed.figures_of(&[*phrase]).first().copied()),
    };
    let Some(described) = described else { return };
    for whole in analysed.figures_of(wholes) {
        let trigger = noun.head;
        out.push(
            analysed,
            Finding::lasting(described, relation, whole, trigger, "phrase:described body"),
        );
    }
}

/// "an Italian company, Impregilo, …": the name behind a description is its name.
fn named_behind(analysed: &Analysed, at: usize, out: &mut Collector) {
    let (Some([description]), Piece::Comma, Some([name])) = (group_at(analysed, at), analysed.piece(at + 1), group_at(analysed, at + 2))
    else {
        return;
    };
    let closed = matches!(analysed.piece(at + 3), Piece::Comma | Piece::Break);
    let unknown = analysed
        .phrase(*name)
        .and_then(|phrase| analysed.units.get(phrase.name?))
        .is_some_and(|unit| {
            matches!(
                unit.kind,
                Kind::Single | Kind::Person | Kind::Headed("PoliticalParty" | "ArmedGroup" | "Organization" | "Company")
            )
        });
    let body = analysed
        .phrase(*description)
        .is_some_and(|phrase| phrase.name.is_none() && !phrase.plural);
    let (Some(described), Some(named)) = (
        analysed.figures_of(&[*description]).first().copied(),
        analysed.figures_of(&[*name]).first().copied(),
    ) else {
        return;
    };
    if closed && unknown && body && out.is(described, "Org") && described != named {
        out.reading.cast.rename(described, named);
    }
}
