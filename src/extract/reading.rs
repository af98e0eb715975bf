//! A report read as far as its clauses and figures: what the relations are found in.
//!
//! [`Reading::of`] runs the stages in order. Nothing is decided about facts here.

use super::clauses::{Clause, clauses};
use super::coref::{Cast, Spot};
use super::dates::{self, TimeExpression};
use super::lexicon::Lexicon;
use super::names::{self, Evidence, Kind, Unit, join};
use super::phrases::{Chunks, Phrase, Piece, VerbGroup, chunk};
use super::sentence::{Sentence, sentences};
use super::{Report, intake, tags};
use crate::model::Day;

/// A sentence with everything the stages found in it.
#[derive(Debug)]
pub(crate) struct Analysed {
    pub(crate) sentence: Sentence,
    pub(crate) units: Vec<Unit>,
    pub(crate) times: Vec<TimeExpression>,
    pub(crate) chunks: Chunks,
    pub(crate) clauses: Vec<Clause>,
    /// Figures of each phrase.
    pub(crate) figures: Vec<Vec<usize>>,
    /// Whose each phrase is, as of its place in the text.
    pub(crate) owners: Vec<Option<usize>>,
}

/// The report, its sentences and its cast.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) sentences: Vec<Analysed>,
    pub(crate) cast: Cast,
    /// The day of the dateline.
    pub(crate) anchor: Day,
    /// Figure of the dateline's place.
    pub(crate) place: Option<usize>,
    pub(crate) lexicon: &'static Lexicon,
}

impl Reading {
    /// Reads a report whose date is known; `None` without one.
    pub(crate) fn of(report: &Report) -> Option<Self> {
        let anchor = report.date?;
        let lexicon = Lexicon::get();
        let chars: Vec<char> = report.text.chars().collect();
        let body = intake::read_opening(&report.text).body;
        let plain = sentences(&chars, body, lexicon);
        let mut evidence = Evidence::of(&plain);
        let mut sentences: Vec<Analysed> = plain
            .into_iter()
            .map(|sentence| analyse(sentence, anchor, &evidence, lexicon))
            .collect();
        for analysed in &sentences {
            acronyms(analysed, &mut evidence);
        }
        let mut cast = Cast::new(lexicon, evidence.acronyms);
        if let Some(place) = &report.place {
            cast.set_home(place);
        }
        for (number, analysed) in sentences.iter_mut().enumerate() {
            figures(analysed, number, &mut cast);
        }
        let place = report
            .place
            .as_deref()
            .and_then(|place| cast.find(place).or_else(|| cast.find_known(place)));
        Some(Self {
            sentences,
            cast,
            anchor,
            place,
            lexicon,
        })
    }
}

fn analyse(sentence: Sentence, anchor: Day, evidence: &Evidence, lexicon: &'static Lexicon) -> Analysed {
    let times = dates::find(&sentence.tokens, anchor);
    let units = names::find(&sentence, &times, evidence, lexicon);
    let tags = tags::tag(&sentence, &times, &units, lexicon);
    let chunks = chunk(&sentence, &tags, &units, &times, lexicon);
    let clauses = clauses(&chunks, lexicon);
    Analysed {
        sentence,
        units,
        times,
        chunks,
        clauses,
        figures: Vec::new(),
        owners: Vec::new(),
    }
}

/// `Zimbabwe Electoral Commission (ZEC)`: the name before a bracketed acronym.
fn acronyms(analysed: &Analysed, evidence: &mut Evidence) {
    let tokens = &analysed.sentence.tokens;
    for unit in analysed.units.iter().filter(|unit| unit.is_name()) {
        let (Some(open), Some(short), Some(close)) = (tokens.get(unit.to), tokens.get(unit.to + 1), tokens.get(unit.to + 2)) else {
            continue;
        };
        let capitals = short.text.chars().filter(|c| c.is_uppercase()).count() >= 2;
        if open.text == "(" && close.text == ")" && capitals && short.text.len() <= 10 {
            evidence.acronyms.entry(short.text.clone()).or_insert_with(|| unit.text.clone());
        }
    }
}

fn figures(analysed: &mut Analysed, number: usize, cast: &mut Cast) {
    let subjects: std::collections::HashSet<usize> = analysed.clauses.iter().flat_map(|clause| clause.subject.iter().copied()).collect();
    let mut owners = Vec::with_capacity(analysed.chunks.phrases.len());
    let mut found: Vec<Vec<usize>> = Vec::with_capacity(analysed.chunks.phrases.len());
    for phrase in 0..analysed.chunks.phrases.len() {
        let spot = Spot {
            tokens: &analysed.sentence.tokens,
            units: &analysed.units,
            phrases: &analysed.chunks.phrases,
            sentence: number,
            paragraph: analysed.sentence.paragraph,
            figures: &found,
        };
        let figures = cast.phrase(&spot, phrase, subjects.contains(&phrase));
        owners.push(analysed.phrase(phrase).and_then(|phrase| cast.owner(phrase, &spot)));
        bracketed_alias(analysed, phrase, &figures, cast);
        found.push(figures);
    }
    analysed.figures = found;
    analysed.owners = owners;
}

/// `Li Zuocheng (李作成)`: what stands in brackets behind a name is another name, when it is one.
fn bracketed_alias(analysed: &Analysed, phrase: usize, figures: &[usize], cast: &mut Cast) {
    let (Some(phrase), [figure]) = (analysed.chunks.phrases.get(phrase), figures) else {
        return;
    };
    if phrase.name.is_none() {
        return;
    }
    let tokens = &analysed.sentence.tokens;
    if tokens.get(phrase.to).is_none_or(|token| token.text != "(") {
        return;
    }
    let inside: Vec<_> = tokens
        .iter()
        .skip(phrase.to + 1)
        .take_while(|token| token.bracketed)
        .cloned()
        .collect();
    let short = (1..=4).contains(&inside.len()) && inside.iter().all(|token| token.capital && token.word);
    let foreign = inside
        .iter()
        .all(|token| token.text.chars().all(|c| !c.is_ascii_alphabetic()) && token.text.chars().any(char::is_alphabetic));
    let acronym = inside.len() == 1
        && inside
            .iter()
            .all(|token| token.text.chars().filter(|c| c.is_uppercase()).count() >= 2);
    if short && (foreign || acronym) {
        cast.alias(*figure, &join(&inside));
    }
}

impl Analysed {
    pub(crate) fn piece(&self, i: usize) -> &Piece {
        self.chunks.pieces.get(i).map_or(&Piece::Break, |chunk| &chunk.piece)
    }

    pub(crate) fn phrase(&self, number: usize) -> Option<&Phrase> {
        self.chunks.phrases.get(number)
    }

    /// Its phrases in their sentence, for a look at the cast.
    pub(crate) fn spot(&self, sentence: usize) -> Spot<'_> {
        Spot {
            tokens: &self.sentence.tokens,
            units: &self.units,
            phrases: &self.chunks.phrases,
            sentence,
            paragraph: self.sentence.paragraph,
            figures: &self.figures,
        }
    }

    /// Whose a phrase is.
    pub(crate) fn owner(&self, phrase: usize) -> Option<usize> {
        self.owners.get(phrase).copied().flatten()
    }

    pub(crate) fn verb(&self, clause: &Clause) -> Option<&VerbGroup> {
        self.chunks.verbs.get(clause.verb)
    }

    pub(crate) fn lower(&self, token: usize) -> &str {
        self.sentence.tokens.get(token).map_or("", |token| token.lower.as_str())
    }

    /// The words from token to token.
    pub(crate) fn text(&self, from: usize, to: usize) -> String {
        join(
            self.sentence
                .tokens
                .get(from..to.min(self.sentence.tokens.len()))
                .unwrap_or_default(),
        )
    }

    /// The figures of a group of phrases, each once.
    pub(crate) fn figures_of(&self, group: &[usize]) -> Vec<usize> {
        let mut out = Vec::new();
        for figure in group.iter().filter_map(|phrase| self.figures.get(*phrase)).flatten() {
            if !out.contains(figure) {
                out.push(*figure);
            }
        }
        out
    }

    /// Prepositional phrases that stand directly behind piece `at`: preposition, group, piece.
    pub(crate) fn behind(&self, at: usize) -> Vec<(&str, &[usize], usize)> {
        let mut out = Vec::new();
        let mut i = at + 1;
        loop {
            match (self.piece(i), self.piece(i + 1)) {
                (Piece::Prep(word), Piece::Group(group)) => {
                    out.push((word.as_str(), group.as_slice(), i + 1));
                    i += 2;
                }
                (Piece::Time(_) | Piece::Adv | Piece::Adj, _) => i += 1,
                _ => return out,
            }
        }
    }

    /// The piece that holds a phrase, as itself or as an owner in it.
    pub(crate) fn piece_of(&self, phrase: usize) -> Option<usize> {
        let from = self.phrase(phrase)?.from;
        let at = self.chunks.pieces.partition_point(|chunk| chunk.to <= from);
        self.chunks
            .pieces
            .get(at)
            .filter(|chunk| chunk.from <= from && matches!(chunk.piece, Piece::Group(_)))
            .map(|_| at)
    }

    /// Whether a name unit of a person heads the phrase.
    pub(crate) fn is_person_name(&self, phrase: &Phrase) -> bool {
        phrase
            .name
            .and_then(|unit| self.units.get(unit))
            .is_some_and(|unit| matches!(unit.kind, Kind::Person | Kind::Single))
    }
}
