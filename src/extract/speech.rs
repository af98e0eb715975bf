//! Who says what: the span of words that each speaker answers for.
//!
//! [`sayings`] is the entry. A fact's chain of speakers is every saying whose words hold it, the smallest
//! span first, so that the innermost speaker comes first.

use std::ops::Range;

use super::clauses::Clause;
use super::dates::Tense;
use super::lexicon::{Mood, Speech};
use super::phrases::Piece;
use super::reading::{Analysed, Reading};
use crate::model::{Modality, ValidTime};

/// Words that somebody answers for.
#[derive(Clone, Debug)]
pub(crate) struct Saying {
    /// Number of the sentence.
    pub(crate) sentence: usize,
    /// Tokens of the content.
    pub(crate) content: Range<usize>,
    /// Who says so, innermost first.
    pub(crate) speakers: Vec<usize>,
    /// Whom it is said to.
    pub(crate) hearers: Vec<usize>,
    /// Number of its clause; `None` for "according to".
    pub(crate) clause: Option<usize>,
    /// When it was said, where the text tells.
    pub(crate) time: Option<ValidTime>,
    /// Whether the clause is one of speech itself, and so a fact.
    pub(crate) told: bool,
}

/// All sayings of a report, in its order.
pub(crate) fn sayings(reading: &Reading) -> Vec<Saying> {
    let mut out: Vec<Saying> = Vec::new();
    let statement = statement_time(reading);
    let mut issuer: Vec<usize> = Vec::new();
    for (number, analysed) in reading.sentences.iter().enumerate() {
        let first = out.len();
        for clause in 0..analysed.clauses.len() {
            if let Some(mut saying) = verb_of_speech(reading, analysed, number, clause) {
                if saying.time.is_none() && mentions_statement(analysed, clause) {
                    saying.time.clone_from(&statement);
                }
                if in_statement(analysed, clause) {
                    let foreign = issuer.iter().copied().find(|figure| !saying.speakers.contains(figure));
                    match foreign.filter(|_| definite_statement(analysed, clause)) {
                        Some(figure) => saying.speakers.push(figure),
                        None => issuer.clone_from(&saying.speakers),
                    }
                }
                out.push(saying);
            }
        }
        requests(reading, analysed, number, &mut out);
        according_to(analysed, number, &mut out);
        quoted_without_verb(reading, number, first, &mut out);
    }
    out
}

/// The chain of speakers for a token, innermost first, and when the outermost words were said.
pub(crate) fn speakers_at(sayings: &[Saying], sentence: usize, token: usize, own_clause: Option<usize>) -> (Vec<usize>, Option<ValidTime>) {
    let from = sayings.partition_point(|saying| saying.sentence < sentence);
    let mut holding: Vec<&Saying> = sayings
        .iter()
        .skip(from)
        .take_while(|saying| saying.sentence == sentence)
        .filter(|saying| saying.content.contains(&token) && (own_clause.is_none() || saying.clause != own_clause))
        .collect();
    holding.sort_by_key(|saying| saying.content.len());
    let mut out = Vec::new();
    for figure in holding.iter().flat_map(|saying| &saying.speakers) {
        if !out.contains(figure) {
            out.push(*figure);
        }
    }
    let time = holding.iter().find_map(|saying| saying.time.clone());
    (out, time)
}

fn verb_of_speech(reading: &Reading, analysed: &Analysed, sentence: usize, number: usize) -> Option<Saying> {
    let clause = analysed.clauses.get(number)?;
    let verb = analysed.verb(clause)?;
    let lemma = *verb.lemmas.first()?;
    let quoted_as = matches!(lemma, "quote" | "cite") && as_saying(analysed, clause);
    let accusing = matches!(lemma, "accuse" | "blame");
    let kind = if quoted_as || accusing {
        Speech::Say
    } else {
        verb.lemmas.iter().find_map(|lemma| reading.lexicon.speech(lemma))?
    };
    // "was told by", "is said to": the speaker is elsewhere; "to say" and "asked to" report nothing that was said.
    if verb.infinitive || (verb.passive && !quoted_as) || verb.particle.is_some() {
        return None;
    }
    let after_as = verb.gerund && matches!(analysed.piece(clause.at.wrapping_sub(1)), Piece::Prep(word) if word == "as");
    if after_as {
        return None;
    }
    let content = content(analysed, clause, quoted_as, accusing)?;
    let subject = analysed.figures_of(&clause.subject);
    let object = analysed.figures_of(&clause.object);
    let speakers = if quoted_as && !verb.passive {
        // "the ministry cited Okello as thanking": Okello, says the ministry.
        object.iter().chain(&subject).copied().collect()
    } else {
        subject
    };
    if speakers.is_empty() {
        return None;
    }
    let hearers = match kind {
        Speech::Tell => object,
        Speech::Say => clause.behind("to").map(|to| analysed.figures_of(&to.group)).unwrap_or_default(),
    };
    let hearers = if quoted_as || accusing { Vec::new() } else { hearers };
    let time = clause
        .times
        .first()
        .and_then(|time| analysed.times.get(*time))
        .and_then(|time| time.at(Tense::Past, reading.anchor, false));
    // "cited Okello as thanking Peru" tells of thanks, not of words.
    let told = !accusing && (!quoted_as || as_words(analysed, clause));
    Some(Saying {
        sentence,
        content,
        speakers,
        hearers,
        clause: Some(number),
        time,
        told,
    })
}

/// "was quoted as saying", "cited Okello as thanking".
pub(crate) fn as_saying(analysed: &Analysed, clause: &Clause) -> bool {
    matches!((analysed.piece(clause.end), analysed.piece(clause.end + 1)), (Piece::Prep(word), Piece::Verb(_)) if word == "as")
}

/// Whether what follows `as` is speech, and not another act ("as thanking").
fn as_words(analysed: &Analysed, clause: &Clause) -> bool {
    match analysed.piece(clause.end + 1) {
        Piece::Verb(number) => analysed
            .chunks
            .verbs
            .get(*number)
            .is_some_and(|verb| verb.lemmas.iter().any(|lemma| analysed_says(lemma))),
        _ => false,
    }
}

fn analysed_says(lemma: &str) -> bool {
    matches!(lemma, "say" | "tell" | "add" | "state")
}

/// The tokens that a verb of speech reports.
fn content(analysed: &Analysed, clause: &Clause, quoted_as: bool, accusing: bool) -> Option<Range<usize>> {
    let verb = analysed.verb(clause)?;
    let length = analysed.sentence.tokens.len();
    let begins = clause
        .subject
        .iter()
        .filter_map(|phrase| analysed.phrase(*phrase))
        .map(|phrase| phrase.from)
        .min()
        .unwrap_or(verb.from)
        .min(verb.from);
    let comma_before = (0..begins)
        .rev()
        .find(|token| !matches!(analysed.lower(*token), "\u{201d}" | "\"" | "but" | "and" | "the" | "a" | "an"))
        .is_some_and(|token| analysed.lower(token) == "," || analysed.lower(token) == "?");
    let quote_before = (0..begins)
        .rev()
        .take(3)
        .any(|token| matches!(analysed.lower(token), "\u{201d}" | "\""));
    let clauses_before = analysed
        .clauses
        .iter()
        .any(|other| other.at < clause.at && analysed.verb(other).is_some_and(|verb| verb.finite));
    let ends_here = analysed.chunks.pieces.get(clause.end).is_none_or(|chunk| chunk.from + 2 >= length)
        || matches!(analysed.piece(clause.end), Piece::Break);
    let open = clause_content_start(analysed, clause);
    if quoted_as {
        let from = analysed.chunks.pieces.get(clause.end).map_or(length, |chunk| chunk.from);
        // A quotation before "was quoted as saying" is what was said.
        if quote_before || (comma_before && clauses_before) {
            return Some(0..begins);
        }
        let from = match analysed.piece(clause.end + 1) {
            // "as saying that …": the words begin behind the verb.
            Piece::Verb(number)
                if analysed
                    .chunks
                    .verbs
                    .get(*number)
                    .is_some_and(|verb| verb.lemmas.iter().any(|lemma| analysed_says(lemma))) =>
            {
                analysed.chunks.pieces.get(clause.end + 1).map_or(from, |chunk| chunk.to)
            }
            _ => from,
        };
        return Some(from..length);
    }
    if accusing {
        return analysed.chunks.pieces.get(clause.end).map(|chunk| chunk.from..length);
    }
    let follows = quote_before || clause.inverted || (comma_before && ends_here);
    if follows && (clauses_before || quote_before) {
        return Some(0..begins);
    }
    match open {
        Some(from) if from < length => Some(from..trailing_speech(analysed, clause, length)),
        _ if comma_before && clauses_before => Some(0..begins),
        _ => None,
    }
}

/// Where the reported words begin behind the verb: at `that`, a quotation, or a clause.
fn clause_content_start(analysed: &Analysed, clause: &Clause) -> Option<usize> {
    let mut at = clause.end;
    // An apposition to the hearer may stand between the verb and `that`.
    for i in clause.at + 1..(clause.end + 12).min(analysed.chunks.pieces.len()) {
        match analysed.piece(i) {
            Piece::That => return analysed.chunks.pieces.get(i).map(|chunk| chunk.to),
            Piece::Verb(number) if analysed.chunks.verbs.get(*number).is_some_and(|verb| verb.finite) => break,
            Piece::Quote => {
                at = i;
                break;
            }
            _ => {}
        }
    }
    let chunk = analysed.chunks.pieces.get(at)?;
    if matches!(&chunk.piece, Piece::Prep(word) if matches!(word.as_str(), "after" | "before" | "since" | "until" | "as" | "for" | "than"))
        || matches!(chunk.piece, Piece::Sub(_) | Piece::Conj)
    {
        return None;
    }
    let followed_by_clause = analysed.clauses.iter().any(|other| other.at > clause.at && other.at >= at);
    followed_by_clause.then_some(chunk.from)
}

/// The content ends where ", Y said" begins at the end of the sentence.
fn trailing_speech(analysed: &Analysed, clause: &Clause, length: usize) -> usize {
    let Some(last) = analysed.clauses.iter().rev().find(|other| other.at > clause.at) else {
        return length;
    };
    let Some(verb) = analysed.verb(last) else { return length };
    let says = verb.finite
        && !verb.passive
        && verb
            .lemmas
            .iter()
            .any(|lemma| matches!(*lemma, "say" | "report" | "add" | "announce"));
    let begins = last
        .subject
        .iter()
        .filter_map(|phrase| analysed.phrase(*phrase))
        .map(|phrase| phrase.from)
        .min();
    match begins {
        Some(begins) if says && begins > 0 && analysed.lower(begins - 1) == "," => begins - 1,
        _ => length,
    }
}

/// "urged Peru to release them": what is asked for is the asker's to answer for.
fn requests(reading: &Reading, analysed: &Analysed, sentence: usize, out: &mut Vec<Saying>) {
    for (number, clause) in analysed.clauses.iter().enumerate() {
        let Some(verb) = analysed.verb(clause) else { continue };
        let asks = verb
            .lemmas
            .iter()
            .any(|lemma| reading.lexicon.mood(lemma) == Some(Mood::Modality(Modality::Requested)));
        let Some(chunk) = analysed.chunks.pieces.get(clause.end).filter(|_| asks && !verb.passive) else {
            continue;
        };
        let infinitive = matches!(chunk.piece, Piece::Verb(at) if analysed.chunks.verbs.get(at).is_some_and(|verb| verb.infinitive));
        let speakers = analysed.figures_of(&clause.subject);
        if (infinitive || chunk.piece == Piece::That) && !speakers.is_empty() {
            let content = chunk.from..analysed.sentence.tokens.len();
            out.push(Saying {
                sentence,
                content,
                speakers,
                hearers: Vec::new(),
                clause: Some(number),
                time: None,
                told: false,
            });
        }
    }
}

/// "…, according to the ministry".
fn according_to(analysed: &Analysed, sentence: usize, out: &mut Vec<Saying>) {
    let length = analysed.sentence.tokens.len();
    for (at, chunk) in analysed.chunks.pieces.iter().enumerate() {
        let Piece::Group(group) = &chunk.piece else { continue };
        let from = chunk.from;
        if from < 2 || analysed.lower(from - 1) != "to" || analysed.lower(from - 2) != "according" {
            continue;
        }
        let speakers = analysed.figures_of(group);
        let end = analysed.behind(at).last().map_or(chunk.to, |(_, _, piece)| {
            analysed.chunks.pieces.get(*piece).map_or(chunk.to, |chunk| chunk.to)
        });
        let content = if from < 4 { end..length } else { 0..from - 2 };
        if !speakers.is_empty() {
            out.push(Saying {
                sentence,
                content,
                speakers,
                hearers: Vec::new(),
                clause: None,
                time: None,
                told: false,
            });
        }
    }
}

/// A quotation in a sentence without a verb of speech goes on for the last speaker of its paragraph.
fn quoted_without_verb(reading: &Reading, number: usize, first: usize, out: &mut Vec<Saying>) {
    let Some(analysed) = reading.sentences.get(number) else { return };
    let tokens = &analysed.sentence.tokens;
    let words = tokens.iter().filter(|token| token.word).count();
    let quoted = tokens.iter().filter(|token| token.word && token.quoted).count();
    if quoted * 2 < words || quoted == 0 {
        return;
    }
    let own = out
        .iter()
        .skip(first)
        .any(|saying| saying.content.start == 0 || tokens.get(saying.content.start).is_some_and(|token| token.quoted));
    if own {
        return;
    }
    let same_paragraph = |saying: &&Saying| {
        reading
            .sentences
            .get(saying.sentence)
            .is_some_and(|other| other.sentence.paragraph + 1 >= analysed.sentence.paragraph)
    };
    let before = out
        .iter()
        .take(first)
        .rev()
        .find(|saying| saying.told)
        .filter(same_paragraph)
        .map(|saying| (saying.speakers.clone(), saying.time.clone()));
    if let Some((speakers, time)) = before {
        out.push(Saying {
            sentence: number,
            content: 0..tokens.len(),
            speakers,
            hearers: Vec::new(),
            clause: None,
            time,
            told: false,
        });
    }
}

/// Words for what is said in writing.
fn is_statement(word: &str) -> bool {
    matches!(
        word,
        "statement" | "communique" | "communiqué" | "release" | "report" | "letter" | "interview" | "speech"
    )
}

fn argument_statement<'a>(analysed: &'a Analysed, clause: &'a Clause) -> Option<&'a super::phrases::Phrase> {
    let groups = clause
        .arguments
        .iter()
        .filter(|argument| argument.prep == "in")
        .flat_map(|argument| &argument.group);
    let beyond = analysed
        .chunks
        .pieces
        .iter()
        .skip(clause.end)
        .filter_map(|chunk| match &chunk.piece {
            Piece::Group(group) => Some(group),
            _ => None,
        });
    groups
        .chain(beyond.flatten())
        .filter_map(|phrase| analysed.phrase(*phrase))
        .find(|phrase| is_statement(analysed.lower(phrase.head)))
}

fn mentions_statement(analysed: &Analysed, clause: usize) -> bool {
    analysed
        .clauses
        .get(clause)
        .is_some_and(|clause| argument_statement(analysed, clause).is_some())
}

fn in_statement(analysed: &Analysed, clause: usize) -> bool {
    mentions_statement(analysed, clause)
}

fn definite_statement(analysed: &Analysed, clause: usize) -> bool {
    analysed
        .clauses
        .get(clause)
        .and_then(|clause| argument_statement(analysed, clause))
        .is_some_and(|phrase| phrase.front == super::phrases::Front::Definite)
}

/// "the statement issued on Wednesday": the day of the one statement a report rests on.
fn statement_time(reading: &Reading) -> Option<ValidTime> {
    reading.sentences.iter().find_map(|analysed| {
        let at = analysed
            .chunks
            .phrases
            .iter()
            .find(|phrase| is_statement(analysed.lower(phrase.head)))?
            .to;
        let near = analysed.times.iter().find(|time| time.from >= at && time.from <= at + 4)?;
        let between_is_issue = (at..near.from).all(|token| {
            matches!(
                analysed.lower(token),
                "issued" | "released" | "published" | "posted" | "dated" | "made" | "late" | "early" | "public"
            )
        });
        between_is_issue.then(|| near.at(Tense::Past, reading.anchor, false)).flatten()
    })
}
