//! Offices, ranks and ties: "Foreign Minister X", "X, chief of the Y", "X was appointed head of Y".
//!
//! [`find`] reads noun phrases and appositions; [`office_change`] reads the verbs by which people come into
//! an office and leave it.

use super::super::clauses::Clause;
use super::super::lexicon::{Naming, Role};
use super::super::names::Kind;
use super::super::phrases::{Front, Phrase, Piece, VerbGroup};
use super::super::reading::Analysed;
use super::{Collector, Finding, Goal, Untied, When, group_at};

/// Tries every phrase and apposition.
pub(super) fn find(analysed: &Analysed, out: &mut Collector) {
    for at in 0..analysed.chunks.pieces.len() {
        let Some(group) = group_at(analysed, at) else { continue };
        for number in group {
            titled(analysed, *number, out);
            described_person(analysed, at, *number, out);
            family(analysed, *number, out);
        }
        if let (Some(first), true) = (group.last(), matches!(analysed.piece(at + 1), Piece::Comma)) {
            apposition(analysed, *first, at + 2, out);
            reverse_apposition(analysed, at, *first, out);
        }
    }
    for number in 0..analysed.chunks.phrases.len() {
        // A possessor may be titled too: "President X's visit".
        if analysed
            .piece_of(number)
            .is_none_or(|at| group_at(analysed, at).is_none_or(|group| !group.contains(&number)))
        {
            titled(analysed, number, out);
        }
    }
}

/// An office or tie as a phrase names it.
struct Office<'a> {
    role: &'static Role,
    /// Its words, lower case.
    word: String,
    phrase: &'a Phrase,
}

/// The last office or tie in a phrase.
fn role_of<'a>(analysed: &Analysed, phrase: &'a Phrase) -> Option<Office<'a>> {
    let (role, from, to) = phrase
        .roles
        .iter()
        .rev()
        .find(|(role, _, _)| matches!(role.kind, "office" | "tie"))?;
    Some(Office {
        role,
        word: analysed.text(*from, *to).to_lowercase(),
        phrase,
    })
}

/// Bodies and states that a role phrase names itself: before the role, or behind `of`.
fn targets(analysed: &Analysed, at: Option<usize>, number: usize, phrase: &Phrase, out: &mut Collector) -> Vec<usize> {
    if let Some(at) = at {
        let behind = analysed.behind(at);
        let envoy = phrase.roles.iter().any(|(role, _, _)| role.to_body == "represents");
        let of = behind.first().filter(|(prep, _, _)| {
            matches!(*prep, "of" | "at" | "to" | "for" | "with" | "in" | "from") && !(envoy && matches!(*prep, "to" | "at" | "in"))
        });
        if let Some((prep, group, piece)) = of {
            // "a spokesman for the army in Lima", but no "leader in talks".
            let mut found = analysed.figures_of(group);
            if *prep == "in" {
                found.retain(|figure| out.reading.cast.is(*figure, "State"));
            }
            // "head of the army of Peru" is the army's.
            if !found.is_empty() && *piece == at + 2 {
                return found;
            }
        }
    }
    let unit_figures: Vec<usize> = phrase
        .modifiers
        .iter()
        .filter_map(|unit| analysed.units.get(*unit))
        .filter_map(|unit| match unit.kind {
            Kind::Known(index, Naming::Adjective | Naming::Name)
                if out
                    .reading
                    .lexicon
                    .entry(index)
                    .is_some_and(|known| known.node_type != "PopulationGroup") =>
            {
                out.reading.cast.known(index)
            }
            Kind::Headed(_) | Kind::Single => out.reading.cast.find(&unit.text),
            _ => None,
        })
        .collect();
    if let Some(body) = unit_figures.iter().copied().find(|figure| out.is(*figure, "Org")) {
        return vec![body];
    }
    let mut owners = unit_figures;
    if owners.is_empty() && (phrase.possessor.is_some() || phrase.front == Front::Own) {
        owners.extend(analysed.owner(number));
    }
    owners.truncate(1);
    noun_target(analysed, phrase, owners.first().copied(), out).map_or(owners, |body| vec![body])
}

/// "a ministry spokesman", "the army chief": the body is a common noun before the role.
fn noun_target(analysed: &Analysed, phrase: &Phrase, owner: Option<usize>, out: &mut Collector) -> Option<usize> {
    let (_, from, _) = phrase
        .roles
        .iter()
        .rev()
        .find(|(role, _, _)| matches!(role.kind, "office" | "tie"))?;
    let noun = (phrase.core..*from).rev().find(|at| {
        matches!(
            analysed.lower(*at),
            "ministry" | "army" | "military" | "police" | "party" | "parliament" | "commission" | "court" | "company" | "union" | "rebel"
        )
    })?;
    let word = analysed.lower(noun).to_owned();
    match (word.as_str(), owner) {
        ("army" | "military", Some(state)) if out.reading.cast.is_state(state) => Some(out.reading.cast.army(state)),
        (_, owner) => out.reading.cast.body_with_head(&word, owner),
    }
}

/// The relation of a role to a target.
fn relation(role: &Role, word: &str, target: usize, out: &Collector) -> Option<&'static str> {
    let kind = out.reading.cast.type_of(target);
    let relation = if matches!(kind, "State" | "Place" | "Bloc" | "Facility") {
        role.to_state
    } else {
        role.to_body
    };
    let second = ["deputy", "vice", "assistant", "first deputy"]
        .iter()
        .any(|prefix| word.starts_with(prefix));
    let commands = !second
        && matches!(kind, "ArmedForce" | "ArmedGroup")
        && relation == "head_of"
        && ["chief", "head", "commander", "leader"].iter().any(|head| word.ends_with(head));
    match relation {
        "" => None,
        _ if commands => Some("commander_of"),
        "head_of" | "commander_of" if second => Some("holds_position_in"),
        relation => Some(relation),
    }
}

/// Records what a role says about a person.
fn tell(analysed: &Analysed, person: usize, office: &Office<'_>, targets: &[usize], rule: &str, out: &mut Collector) -> bool {
    let Office { role, word, phrase } = office;
    let former = former(analysed, phrase);
    let mut told = false;
    for target in targets {
        let Some(relation) = relation(role, word, *target, out) else {
            continue;
        };
        if relation == "relative_of" {
            continue;
        }
        let mut finding = Finding {
            confidence: 0.85,
            ..Finding::lasting(person, relation, *target, phrase.head, rule)
        };
        if former {
            finding.when = When::Over;
        }
        if matches!(relation, "holds_position_in" | "head_of" | "commander_of") {
            finding.qualifiers.insert("position".to_owned(), word.clone());
        }
        told |= out.push(analysed, finding);
    }
    told
}

/// Keeps an office that names no body for the end of the report, where its holder acts: a visitor is more
/// often acted with ("met Foreign Minister X").
fn untied(analysed: &Analysed, number: usize, person: usize, office: &Office<'_>, targets: &[usize], out: &mut Collector) {
    let relation = office.role.to_state;
    let acts = analysed.clauses.iter().any(|clause| clause.subject.contains(&number));
    if acts && targets.is_empty() && matches!(relation, "head_of" | "holds_position_in") {
        let former = former(analysed, office.phrase);
        out.untied.push(Untied {
            person,
            relation,
            position: office.word.clone(),
            sentence: out.sentence,
            token: office.phrase.head,
            former,
        });
    }
}

fn former(analysed: &Analysed, phrase: &Phrase) -> bool {
    (phrase.from..phrase.to).any(|at| {
        matches!(analysed.lower(at), "former" | "ex" | "late" | "ousted" | "deposed" | "onetime") || analysed.lower(at).starts_with("ex-")
    })
}

/// "Peru's Foreign Minister Ana Ruiz", "Hamas leader X", "Nobel laureate X".
fn titled(analysed: &Analysed, number: usize, out: &mut Collector) {
    let Some(phrase) = analysed.phrase(number) else { return };
    if !analysed.is_person_name(phrase) {
        return;
    }
    let Some(person) = analysed
        .figures_of(&[number])
        .first()
        .copied()
        .filter(|figure| out.reading.cast.is(*figure, "Person"))
    else {
        return;
    };
    laureate(analysed, phrase, person, out);
    let own_state = phrase
        .modifiers
        .iter()
        .filter_map(|unit| analysed.units.get(*unit))
        .find_map(|unit| match unit.kind {
            Kind::Known(index, Naming::Adjective)
                if out
                    .reading
                    .lexicon
                    .entry(index)
                    .is_some_and(|known| known.node_type == "PopulationGroup") =>
            {
                Some(index)
            }
            _ => None,
        });
    if let Some(group) = own_state.and_then(|index| out.reading.cast.known(index)) {
        out.push(
            analysed,
            Finding {
                confidence: 0.7,
                ..Finding::lasting(person, "belongs_to_group", group, phrase.head, "phrase:people before a name")
            },
        );
    }
    let Some(office) = role_of(analysed, phrase) else { return };
    // The title stands before the name, and what it is of before it or behind the name ("Minister X of Peru").
    let mut targets = targets(analysed, None, number, phrase, out);
    if targets.is_empty() {
        targets = state_behind(analysed, number, out).into_iter().collect();
    }
    untied(analysed, number, person, &office, &targets, out);
    tell(analysed, person, &office, &targets, "phrase:title", out);
}

/// "Foreign Minister Ana Ruiz of Peru".
fn state_behind(analysed: &Analysed, number: usize, out: &Collector) -> Option<usize> {
    let at = analysed.piece_of(number)?;
    let behind = analysed.behind(at);
    let (prep, group, _) = behind.first()?;
    let last = group_at(analysed, at)?.last() == Some(&number);
    let state = analysed.figures_of(group).first().copied()?;
    (*prep == "of" && last && out.reading.cast.is_state(state)).then_some(state)
}

fn laureate(analysed: &Analysed, phrase: &Phrase, person: usize, out: &mut Collector) {
    if !(phrase.core..phrase.to).any(|token| matches!(analysed.lower(token), "laureate" | "winner")) {
        return;
    }
    let prize = phrase
        .modifiers
        .iter()
        .filter_map(|unit| analysed.units.get(*unit))
        .find_map(|unit| match unit.kind {
            Kind::Known(index, _) => out.reading.cast.known(index).filter(|figure| out.reading.cast.is(*figure, "Topic")),
            _ => None,
        });
    if let Some(prize) = prize {
        let name = out.figure(prize).map(|figure| figure.name.clone()).unwrap_or_default();
        let mut finding = Finding::lasting(person, "received_award", prize, phrase.head, "phrase:laureate");
        finding.when = When::Over;
        finding.qualifiers.insert("award".to_owned(), name);
        out.push(analysed, finding);
    }
}

/// "the head of the Peruvian navy", "a ministry spokesman": a person known by role alone.
fn described_person(analysed: &Analysed, at: usize, number: usize, out: &mut Collector) {
    let Some(phrase) = analysed.phrase(number).filter(|phrase| phrase.name.is_none() && !phrase.is_pronoun) else {
        return;
    };
    let Some(office) = role_of(analysed, phrase).filter(|_| phrase.roles.last().is_some_and(|(_, _, to)| *to == phrase.to)) else {
        return;
    };
    let Some(person) = analysed
        .figures_of(&[number])
        .first()
        .copied()
        .filter(|figure| out.reading.cast.is(*figure, "Person"))
    else {
        return;
    };
    let targets = targets(analysed, Some(at), number, phrase, out);
    if office.role.kind == "office" {
        tell(analysed, person, &office, &targets, "phrase:role", out);
    }
    visiting(analysed, phrase, person, out);
}

/// "the visiting head of …": visits the place of the report, or that of the sentence's meeting.
fn visiting(analysed: &Analysed, phrase: &Phrase, person: usize, out: &mut Collector) {
    if !(phrase.from..phrase.to).any(|at| analysed.lower(at) == "visiting") {
        return;
    }
    if let Some(place) = out.reading.place {
        let mut finding = Finding::new(person, "visited", Goal::Figure(place), phrase.head, "phrase:visiting");
        finding.clause = analysed
            .clauses
            .iter()
            .rposition(|clause| analysed.verb(clause).is_some_and(|verb| verb.from < phrase.from));
        finding.moody = false;
        out.push(analysed, finding);
    }
}

/// "X's wife Y", "his brother, Y".
fn family(analysed: &Analysed, number: usize, out: &mut Collector) {
    let Some(phrase) = analysed.phrase(number) else { return };
    let Some((_, from, to)) = phrase.roles.iter().find(|(role, _, _)| role.to_body == "relative_of").copied() else {
        return;
    };
    let Some(person) = analysed
        .figures_of(&[number])
        .first()
        .copied()
        .filter(|figure| out.reading.cast.is(*figure, "Person"))
    else {
        return;
    };
    let owner = analysed.owner(number);
    if let Some(owner) = owner.filter(|owner| out.reading.cast.is(*owner, "Person")) {
        let mut finding = Finding::lasting(person, "relative_of", owner, from, "phrase:family");
        finding
            .qualifiers
            .insert("relation".to_owned(), analysed.text(from, to).to_lowercase());
        out.push(analysed, finding);
    }
}

/// "X, commander-in-chief of the Y": the description stands at piece `at`.
fn apposition(analysed: &Analysed, name: usize, at: usize, out: &mut Collector) {
    if analysed.phrase(name).is_none_or(|phrase| !analysed.is_person_name(phrase)) {
        return;
    }
    let Some(person) = analysed
        .figures_of(&[name])
        .first()
        .copied()
        .filter(|figure| out.reading.cast.is(*figure, "Person"))
    else {
        return;
    };
    let Some(group) = group_at(analysed, at) else { return };
    for (place, number) in group.iter().enumerate() {
        let Some(description) = analysed.phrase(*number).filter(|phrase| phrase.name.is_none()) else {
            continue;
        };
        let Some(office) = role_of(analysed, description) else { continue };
        let last = place + 1 == group.len();
        let targets = targets(analysed, last.then_some(at), *number, description, out);
        if !tell(analysed, person, &office, &targets, "phrase:apposition", out) && last {
            // "X, chief of the A of the B" where A is not in the tables: the nearest body behind it.
            let bodies: Vec<usize> = analysed
                .behind(at)
                .iter()
                .flat_map(|(_, group, _)| analysed.figures_of(group))
                .filter(|figure| out.is(*figure, "Org"))
                .take(1)
                .collect();
            tell(analysed, person, &office, &bodies, "phrase:apposition", out);
        }
        if let Some(figure) = analysed.figures_of(&[*number]).first().copied() {
            out.reading.cast.same(figure, person);
        }
    }
}

/// "the foreign minister of Peru, Ana Ruiz": the name stands behind the description.
fn reverse_apposition(analysed: &Analysed, at: usize, number: usize, out: &mut Collector) {
    let Some(description) = analysed.phrase(number) else { return };
    // The description may have its own `of` phrase before the comma.
    let (start, described, description) = match (role_of(analysed, description), analysed.piece(at.wrapping_sub(1))) {
        (Some(_), _) => (at, number, description),
        (None, Piece::Prep(word)) if word == "of" => {
            let Some(before) = at
                .checked_sub(2)
                .and_then(|at| group_at(analysed, at))
                .and_then(|group| group.last())
                .copied()
            else {
                return;
            };
            let Some(phrase) = analysed.phrase(before) else { return };
            (at - 2, before, phrase)
        }
        _ => return,
    };
    if description.name.is_some() {
        return;
    }
    let Some(office) = role_of(analysed, description) else { return };
    let Some([name]) = group_at(analysed, at + 2) else { return };
    let closed = matches!(analysed.piece(at + 3), Piece::Comma | Piece::Break | Piece::Verb(_));
    let Some(person) = analysed
        .figures_of(&[*name])
        .first()
        .copied()
        .filter(|figure| closed && out.reading.cast.is(*figure, "Person"))
    else {
        return;
    };
    if analysed
        .phrase(*name)
        .is_none_or(|phrase| !analysed.is_person_name(phrase) || !phrase.roles.is_empty())
    {
        return;
    }
    let targets = targets(analysed, Some(start), described, description, out);
    let told = tell(analysed, person, &office, &targets, "phrase:apposition", out);
    untied(analysed, described, person, &office, &targets, out);
    if (told || targets.is_empty())
        && let Some(figure) = group_at(analysed, start)
            .and_then(|group| group.last())
            .and_then(|phrase| analysed.figures_of(&[*phrase]).first().copied())
    {
        out.reading.cast.same(figure, person);
    }
}

/// Verbs by which a person comes into an office or leaves it; gives whether the clause was one.
pub(super) fn office_change(analysed: &Analysed, number: usize, clause: &Clause, verb: &VerbGroup, out: &mut Collector) -> bool {
    let Some(lemma) = verb.lemmas.first().copied() else { return false };
    let relation_name = match lemma {
        "appoint" | "name" | "elect" | "nominate" | "install" | "swear" | "become" | "inaugurate" | "reelect" | "re-elect" | "promote" => {
            "appointed_to"
        }
        "dismiss" | "sack" | "fire" | "remove" | "resign" | "step" | "quit" | "impeach" => "removed_from",
        "be" | "serve" | "remain" => "",
        _ => return false,
    };
    let oneself = matches!(lemma, "become" | "resign" | "step" | "quit" | "be" | "serve" | "remain");
    let persons = if oneself || verb.passive { &clause.subject } else { &clause.object };
    // The office: the object of "become", the second object of "named him chief", or what stands behind `as`.
    let mut offices: Vec<usize> = Vec::new();
    if oneself || verb.passive {
        offices.extend(&clause.object);
    }
    for argument in clause
        .arguments
        .iter()
        .filter(|argument| matches!(argument.prep.as_str(), "" | "as" | "for"))
    {
        offices.extend(&argument.group);
    }
    let mut told = false;
    let mut offices_named = 0;
    for office in offices {
        let Some(description) = analysed.phrase(office).filter(|phrase| phrase.name.is_none()) else {
            continue;
        };
        let Some(Office { role, word, .. }) = role_of(analysed, description) else {
            continue;
        };
        offices_named += 1;
        let at = analysed.piece_of(office);
        let targets = targets(analysed, at, office, description, out);
        // "appointed her as foreign minister" in a capital: of the state whose capital it is.
        let targets = if targets.is_empty() {
            out.reading.cast.home_figure().into_iter().collect()
        } else {
            targets
        };
        for person in analysed.figures_of(persons) {
            if !out.reading.cast.is(person, "Person") {
                continue;
            }
            for target in &targets {
                let state = relation_name.is_empty();
                let Some(name) = (if state {
                    relation(role, &word, *target, out)
                } else {
                    Some(relation_name)
                }) else {
                    continue;
                };
                let mut finding = Finding::new(person, name, Goal::Figure(*target), verb.main, format!("clause:{lemma} + office"));
                finding.clause = Some(number);
                finding.confidence = 0.8;
                if !matches!(
                    name,
                    "represents" | "employed_by" | "member_of" | "allied_with" | "associate_of" | "founded"
                ) {
                    finding.qualifiers.insert("position".to_owned(), word.clone());
                }
                if lemma == "nominate" {
                    finding.modality = crate::model::Modality::Intended;
                }
                told |= out.push(analysed, finding);
            }
        }
    }
    if offices_named == 0 && relation_name == "removed_from" {
        return leaves(analysed, number, clause, verb, persons, out);
    }
    told || matches!(lemma, "be" | "become")
        && clause
            .object
            .iter()
            .filter_map(|phrase| analysed.phrase(*phrase))
            .any(|phrase| role_of(analysed, phrase).is_some())
}

/// "The minister, X, resigned": from the office that the report gives him.
fn leaves(analysed: &Analysed, number: usize, clause: &Clause, verb: &VerbGroup, persons: &[usize], out: &mut Collector) -> bool {
    let lemma = verb.lemmas.first().copied().unwrap_or("");
    let from = clause
        .behind("from")
        .map(|argument| analysed.figures_of(&argument.group))
        .unwrap_or_default();
    let fits = matches!(lemma, "resign" | "dismiss" | "sack")
        || (lemma == "step" && verb.particle.as_deref() == Some("down"))
        || (matches!(lemma, "remove" | "fire") && verb.passive);
    if !fits || !from.is_empty() {
        return false;
    }
    let mut told = false;
    for person in analysed.figures_of(persons) {
        let person = out.reading.cast.canonical(person);
        for (target, position) in out.offices(person) {
            let mut finding = Finding::new(
                person,
                "removed_from",
                Goal::Figure(target),
                verb.main,
                format!("clause:{lemma} + known office"),
            );
            finding.clause = Some(number);
            finding.confidence = 0.6;
            finding.qualifiers.insert("position".to_owned(), position);
            told |= out.push(analysed, finding);
        }
    }
    told
}
