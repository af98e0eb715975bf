//! The common filters, compiled: names resolved, dates read, words turned into masks.
//!
//! [`Filter::resolve`] checks the parameters against a reading; [`Filter::judge`] and
//! [`Sieve`](super::sieve::Sieve) decide on facts. What concerns the evidence (speaker, place, publisher,
//! document, report dates) must be met by *one* open piece of it together. To add a filter: a field in
//! `FilterParams` and `FilterParams::KEYS`, its compiled form and its check here, its line in the echo.

use serde_json::{Value, json};

use crate::model::time::Window;
use crate::model::{DocumentNumber, FactNumber, Modality, NodeNumber, Polarity};
use crate::ontology::{Kind, RelationNumber, TypeNumber};
use crate::view::{EvidenceRef, FactRef, Incidence, ObjectRef, Reading, Side};

use super::budget::Cost;
use super::question::Question;
use super::resolve_node::resolve_node;
use super::{Asking, Echo, FilterParams, Include, QueryError, dates, sieve};

/// What a route takes for filters that are not given.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FilterDefaults {
    /// The polarity; all without.
    pub(crate) polarity: Option<Polarity>,
    /// How many rows.
    pub(crate) limit: u32,
    /// How many rows at most may be asked for.
    pub(crate) max_limit: u32,
}

impl FilterDefaults {
    /// Of lists.
    pub(crate) const LIST: Self = Self {
        polarity: None,
        limit: 100,
        max_limit: 1_000,
    };
    /// Of neighbourhoods.
    pub(crate) const NEIGHBOURHOOD: Self = Self {
        polarity: None,
        limit: 300,
        max_limit: 5_000,
    };
    /// Of paths.
    pub(crate) const PATHS: Self = Self {
        polarity: Some(Polarity::Affirmed),
        ..Self::LIST
    };
}

/// The common filters, ready to decide.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    /// By number of the relation; `None` lets all pass.
    relations: Option<Vec<bool>>,
    /// By number of the other node's type; `None` lets all pass.
    types: Option<Vec<bool>>,
    window: Window,
    certain: bool,
    modalities: [bool; Modality::ALL.len()],
    polarities: [bool; Polarity::ALL.len()],
    evidence: EvidenceFilter,
    min_sources: u32,
    include: Vec<Include>,
    limit: usize,
}

/// What one piece of evidence must meet together.
#[derive(Clone, Debug, Default)]
struct EvidenceFilter {
    speaker: Option<NodeNumber>,
    place: Option<NodeNumber>,
    publishers: Option<Vec<String>>,
    not_publishers: Vec<String>,
    document: Option<DocumentNumber>,
    reported: Window,
}

/// What a filter says of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It meets every filter.
    Passes,
    /// It meets every filter but the window, and has no date that could: to be counted in `hidden.undated`.
    Undated,
    /// It does not pass.
    Fails,
}

impl Filter {
    /// Reads the common filters of a question; gives them compiled, and as they were understood.
    ///
    /// # Errors
    ///
    /// [`QueryError::Invalid`] naming the parameter, or what [`resolve_node`] says of `speaker` and `place`. A
    /// publisher nobody heard of is no error: nothing is printed by it.
    pub(crate) fn resolve(
        ask: &Asking<'_>,
        question: &Question,
        params: &FilterParams,
        defaults: &FilterDefaults,
    ) -> Result<(Self, Echo), QueryError> {
        let reader = Reader { ask, question, params };
        let node = |name: &str, text: &Option<String>| text.as_ref().map(|text| resolve_node(ask, question, name, text)).transpose();
        let evidence = EvidenceFilter {
            speaker: node("speaker", &params.speaker)?,
            place: node("place", &params.place)?,
            publishers: reader.publishers(&params.publisher),
            not_publishers: reader.publishers(&params.not_publisher).unwrap_or_default(),
            document: None,
            reported: dates::between(
                "reported_since",
                params.reported_since.as_deref(),
                "reported_until",
                params.reported_until.as_deref(),
            )?,
        };
        let polarity: Vec<_> = defaults.polarity.into_iter().collect();
        let filter = Self {
            relations: reader.relations()?,
            types: reader.types()?,
            window: dates::window(params)?,
            certain: params.certain.unwrap_or(false),
            modalities: reader.words("modality", &params.modality, Modality::ALL, &[])?,
            polarities: reader.words("polarity", &params.polarity, Polarity::ALL, &polarity)?,
            evidence,
            min_sources: params.min_sources.unwrap_or(0),
            include: reader.include()?,
            limit: reader.limit(defaults)?,
        };
        let echo = filter.echo(ask.reading, params);
        Ok((filter, echo))
    }

    /// The filter of a document: its evidence alone counts.
    #[must_use]
    pub(crate) fn in_document(mut self, document: DocumentNumber) -> Self {
        self.evidence.document = Some(document);
        self
    }

    /// The same filter without the type of the other node.
    #[must_use]
    pub(crate) fn of_any_type(mut self) -> Self {
        self.types = None;
        self
    }

    /// The same filter over all days.
    #[must_use]
    pub(crate) fn at_any_time(mut self) -> Self {
        self.window = Window::default();
        self
    }

    /// The same filter whoever printed it.
    #[must_use]
    pub(crate) fn of_any_publisher(mut self) -> Self {
        self.evidence.publishers = None;
        self.evidence.not_publishers.clear();
        self
    }

    /// The days asked about.
    pub(crate) fn window(&self) -> Window {
        self.window
    }

    /// Whether only what certainly holds in the window is asked for.
    pub(crate) fn is_certain(&self) -> bool {
        self.certain
    }

    /// How many rows.
    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    /// What rows carry besides.
    pub(crate) fn include(&self) -> &[Include] {
        &self.include
    }

    /// The place whose facts alone can pass.
    pub(crate) fn place(&self) -> Option<NodeNumber> {
        self.evidence.place
    }

    /// Whether a publisher is let through.
    pub(crate) fn passes_publisher(&self, publisher: Option<&str>) -> bool {
        self.evidence.meets_publisher(publisher)
    }

    /// Whether a node of this type passes where `type` speaks of it.
    pub(crate) fn passes_type(&self, node_type: TypeNumber) -> bool {
        self.types.as_ref().is_none_or(|types| allows(types, node_type.0))
    }

    /// What it costs to judge a fact: independent texts are counted over all facts of its claim.
    pub(crate) fn cost(&self) -> Cost {
        if self.min_sources > 1 { Cost::Edge } else { Cost::Glance }
    }

    /// Whether every known fact passes.
    pub(crate) fn is_everything(&self) -> bool {
        self.window.is_everything() && self.asks_only_dates()
    }

    /// Whether every known fact passes whose days may meet the window.
    pub(crate) fn asks_only_dates(&self) -> bool {
        self.relations.is_none()
            && self.modalities.iter().chain(&self.polarities).all(|passes| *passes)
            && !self.asks_more_than_entries_hold()
    }

    /// Whether a list of neighbours answers for the facts: nothing is asked of them but, perhaps, that they are
    /// affirmed. Then whether that is asked.
    pub(crate) fn asks_only_affirmed(&self) -> Option<bool> {
        let only_polarity = self.relations.is_none()
            && self.window.is_everything()
            && self.modalities.iter().all(|passes| *passes)
            && !self.asks_more_than_entries_hold();
        let affirmed = holds(&self.polarities, Polarity::ALL, Polarity::Affirmed);
        let negated = holds(&self.polarities, Polarity::ALL, Polarity::Negated);
        (only_polarity && affirmed).then_some(!negated)
    }

    /// By number of the relation; `None` lets all pass.
    pub(super) fn relations(&self) -> Option<&[bool]> {
        self.relations.as_deref()
    }

    /// The bits of [`sieve::mood`] that pass.
    pub(super) fn moods(&self) -> u8 {
        let moods = Modality::ALL
            .iter()
            .flat_map(|modality| Polarity::ALL.iter().map(move |polarity| (*modality, *polarity)));
        let passing = moods.filter(|(modality, polarity)| self.passes_mood(*modality, *polarity));
        passing.fold(0, |bits, (modality, polarity)| bits | sieve::mood(modality, polarity))
    }

    /// Whether more is asked of a fact than the entries of a list hold.
    pub(super) fn asks_more_than_entries_hold(&self) -> bool {
        let asks_exact_days = self.certain && !self.window.is_everything();
        asks_exact_days || self.types.is_some() || !self.evidence.is_everything() || self.min_sources > 1
    }

    /// Whether a fact from a node's list passes what its entry does not hold.
    pub(super) fn passes_beyond_entry(&self, reading: Reading<'_>, incidence: &Incidence) -> bool {
        self.passes_other(reading, incidence)
            && self.passes_evidence(reading, incidence.fact)
            && (!self.certain || self.window.is_everything() || self.meets_window_by_number(reading, incidence.fact))
    }

    /// Whether a fact passes, its days included. The type is asked of either end.
    pub(crate) fn passes_fact(&self, reading: Reading<'_>, fact: FactNumber) -> bool {
        self.judge(reading, fact, None) == Verdict::Passes
    }

    /// Decides on a fact seen from a node (or from nowhere: then `type` is asked of either end).
    pub(crate) fn judge(&self, reading: Reading<'_>, fact: FactNumber, from: Option<NodeNumber>) -> Verdict {
        let Some(content) = reading.fact(fact) else { return Verdict::Fails };
        let meets = self.meets_window(reading, &content);
        if !(meets || content.valid.is_none())
            || !self.passes_relation(content.relation)
            || !self.passes_mood(content.modality, content.polarity)
            || !self.passes_ends(reading, &content, from)
            || !reading.is_known(fact)
            || !self.passes_evidence(reading, fact)
        {
            return Verdict::Fails;
        }
        if meets { Verdict::Passes } else { Verdict::Undated }
    }

    /// Whether the fact's days meet the window, in the way asked for.
    ///
    /// An undated state may hold on any day and certainly holds on none; an undated event meets no window.
    pub(crate) fn meets_window(&self, reading: Reading<'_>, fact: &FactRef<'_>) -> bool {
        if self.window.is_everything() {
            return true;
        }
        match fact.span {
            Some(span) if self.certain => span.certainly_meets(self.window, reading.newest_report(fact.number)),
            Some(span) => span.possibly_meets(self.window),
            None => !self.certain && fact.kind == Kind::State,
        }
    }

    fn meets_window_by_number(&self, reading: Reading<'_>, fact: FactNumber) -> bool {
        reading.fact(fact).is_some_and(|content| self.meets_window(reading, &content))
    }

    fn passes_relation(&self, relation: RelationNumber) -> bool {
        self.relations.as_ref().is_none_or(|relations| allows(relations, relation.0))
    }

    fn passes_mood(&self, modality: Modality, polarity: Polarity) -> bool {
        holds(&self.modalities, Modality::ALL, modality) && holds(&self.polarities, Polarity::ALL, polarity)
    }

    fn passes_other(&self, reading: Reading<'_>, incidence: &Incidence) -> bool {
        if self.types.is_none() {
            return true;
        }
        // Seen from its place a fact has two other nodes.
        if incidence.side == Side::Place {
            return reading
                .fact(incidence.fact)
                .is_some_and(|content| self.passes_ends(reading, &content, None));
        }
        incidence.other.is_some_and(|other| self.passes_type(reading.node_type(other)))
    }

    fn passes_ends(&self, reading: Reading<'_>, fact: &FactRef<'_>, from: Option<NodeNumber>) -> bool {
        if self.types.is_none() {
            return true;
        }
        let object = match fact.object {
            ObjectRef::Node(node) => Some(node),
            ObjectRef::Value(_) | ObjectRef::None => None,
        };
        let passes = |node: NodeNumber| self.passes_type(reading.node_type(node));
        match from {
            Some(node) if node == fact.subject => object.is_some_and(passes),
            Some(node) if Some(node) == object => passes(fact.subject),
            _ => passes(fact.subject) || object.is_some_and(passes),
        }
    }

    fn passes_evidence(&self, reading: Reading<'_>, fact: FactNumber) -> bool {
        (self.evidence.is_everything() || reading.open_evidence(fact).iter().any(|evidence| self.meets(evidence)))
            && (self.min_sources <= 1 || reading.source_count(fact) >= self.min_sources)
    }

    /// Whether one piece of evidence meets what is asked of evidence.
    pub(crate) fn meets(&self, evidence: &EvidenceRef<'_>) -> bool {
        self.evidence.meets(evidence)
    }

    fn echo(&self, reading: Reading<'_>, params: &FilterParams) -> Echo {
        let id = |node: Option<NodeNumber>| node.and_then(|node| reading.node(node)).map(|node| node.id.to_string());
        let chosen = |words: &[&str], mask: &[bool]| -> Vec<String> {
            words
                .iter()
                .zip(mask)
                .filter(|(_, passes)| **passes)
                .map(|(word, _)| (*word).to_owned())
                .collect()
        };
        let modalities: Vec<_> = Modality::ALL.iter().map(|word| word.as_str()).collect();
        let polarities: Vec<_> = Polarity::ALL.iter().map(|word| word.as_str()).collect();
        let entries: [(&'static str, Value); 20] = [
            ("relation", json!(split(&params.relation))),
            ("not_relation", json!(split(&params.not_relation))),
            ("type", json!(split(&params.r#type))),
            ("since", json!(params.since)),
            ("until", json!(params.until)),
            ("valid_at", json!(params.valid_at)),
            ("certain", json!(self.certain)),
            ("reported_since", json!(params.reported_since)),
            ("reported_until", json!(params.reported_until)),
            ("known_at", json!(params.known_at)),
            ("modality", json!(chosen(&modalities, &self.modalities))),
            ("polarity", json!(chosen(&polarities, &self.polarities))),
            ("speaker", json!(id(self.evidence.speaker))),
            ("place", json!(id(self.evidence.place))),
            ("publisher", json!(self.evidence.publishers.clone().unwrap_or_default())),
            ("not_publisher", json!(self.evidence.not_publishers)),
            ("min_sources", json!(params.min_sources)),
            ("include", json!(split(&params.include))),
            ("format", json!(params.format.as_deref().unwrap_or("json"))),
            ("limit", json!(self.limit)),
        ];
        entries.into_iter().collect()
    }
}

impl EvidenceFilter {
    fn is_everything(&self) -> bool {
        self.speaker.is_none()
            && self.place.is_none()
            && self.publishers.is_none()
            && self.not_publishers.is_empty()
            && self.document.is_none()
            && self.reported.is_everything()
    }

    fn meets(&self, evidence: &EvidenceRef<'_>) -> bool {
        let held = evidence.provenance;
        self.document.is_none_or(|document| held.document == Some(document))
            && self.place.is_none_or(|place| held.place == Some(place))
            && self.speaker.is_none_or(|speaker| held.speakers.contains(&speaker))
            && self.meets_publisher(held.publisher.as_deref())
            && within(self.reported, evidence.reported)
    }

    fn meets_publisher(&self, publisher: Option<&str>) -> bool {
        let named = |list: &[String]| publisher.is_some_and(|name| list.iter().any(|of_list| of_list == name));
        self.publishers.as_ref().is_none_or(|list| named(list)) && !named(&self.not_publishers)
    }
}

/// Whether a day lies in a window; an unknown day lies only in the one that holds every day.
pub(crate) fn within(window: Window, day: Option<crate::model::Day>) -> bool {
    match day {
        None => window.is_everything(),
        Some(day) => window.since.is_none_or(|since| since <= day) && window.until.is_none_or(|until| day <= until),
    }
}

fn allows(mask: &[bool], number: u16) -> bool {
    mask.get(usize::from(number)).copied().unwrap_or(false)
}

fn holds<T: PartialEq + Copy>(mask: &[bool], all: &[T], word: T) -> bool {
    all.iter().zip(mask).any(|(known, passes)| *passes && *known == word)
}

/// Values between commas as values of their own; empty ones are none.
pub(crate) fn split(values: &[String]) -> Vec<String> {
    values
        .iter()
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .filter(|value| !value.is_empty())
        .map(str::to_owned)
        .collect()
}

/// One of a few words as the value of a parameter; `None` when it is not given.
///
/// # Errors
///
/// [`QueryError::Invalid`] naming the parameter and the words there are.
pub(crate) fn choice<T: Copy>(
    ask: &Asking<'_>,
    question: &Question,
    parameter: &str,
    text: Option<&str>,
    words: &[(&str, T)],
) -> Result<Option<T>, QueryError> {
    let Some(text) = text else { return Ok(None) };
    if let Some((_, meant)) = words.iter().find(|(word, _)| *word == text) {
        return Ok(Some(*meant));
    }
    let words: Vec<_> = words.iter().map(|(word, _)| *word).collect();
    Err(no_such_word(ask, question, parameter, text, &words))
}

fn no_such_word(ask: &Asking<'_>, question: &Question, parameter: &str, text: &str, words: &[&str]) -> QueryError {
    let reason = format!("'{text}' is none of {}", words.join(", "));
    nearest_instead(ask, question, parameter, text, reason, nearest(text, words))
}

fn nearest_instead(ask: &Asking<'_>, question: &Question, parameter: &str, text: &str, reason: String, nearest: Vec<String>) -> QueryError {
    let try_url = nearest
        .first()
        .map(|word| question.replacing(parameter, text, word).url(ask.base_path));
    QueryError::Invalid {
        parameter: parameter.to_owned(),
        reason,
        nearest,
        try_url,
    }
}

/// The words, nearest first.
fn nearest(text: &str, words: &[&str]) -> Vec<String> {
    let mut words = words.to_vec();
    words.sort_by_key(|word| strsim::osa_distance(text, word));
    words.into_iter().map(str::to_owned).collect()
}

/// A whole number between two bounds, both inclusive, as the value of a parameter.
///
/// # Errors
///
/// [`QueryError::Invalid`] naming the parameter, with the nearest bound to try.
pub(crate) fn number_between(
    ask: &Asking<'_>,
    question: &Question,
    parameter: &str,
    given: Option<u32>,
    default: u32,
    bounds: std::ops::RangeInclusive<u32>,
) -> Result<u32, QueryError> {
    let number = given.unwrap_or(default);
    if bounds.contains(&number) {
        return Ok(number);
    }
    let nearest = number.clamp(*bounds.start(), *bounds.end()).to_string();
    let reason = format!("{number} is not between {} and {}", bounds.start(), bounds.end());
    Err(nearest_instead(
        ask,
        question,
        parameter,
        &number.to_string(),
        reason,
        vec![nearest],
    ))
}

/// Reads the values of one question.
struct Reader<'r, 'a> {
    ask: &'r Asking<'a>,
    question: &'r Question,
    params: &'r FilterParams,
}

impl Reader<'_, '_> {
    fn relations(&self) -> Result<Option<Vec<bool>>, QueryError> {
        let wanted = split(&self.params.relation);
        let unwanted = split(&self.params.not_relation);
        if wanted.is_empty() && unwanted.is_empty() {
            return Ok(None);
        }
        let count = self.ask.reading.view().ontology().relations().len();
        let mut mask = vec![wanted.is_empty(); count];
        for name in &wanted {
            self.mark(&mut mask, "relation", name, true)?;
        }
        for name in &unwanted {
            self.mark(&mut mask, "not_relation", name, false)?;
        }
        Ok(Some(mask))
    }

    /// Marks a relation, or all of a category.
    fn mark(&self, mask: &mut [bool], parameter: &str, name: &str, passes: bool) -> Result<(), QueryError> {
        let ontology = self.ask.reading.view().ontology();
        let numbers = match ontology.relation_number(name) {
            Some(number) => vec![number],
            None => ontology.category(name),
        };
        if numbers.is_empty() {
            let reason = format!("there is no relation or category '{name}'");
            return Err(nearest_instead(
                self.ask,
                self.question,
                parameter,
                name,
                reason,
                ontology.nearest_relations(name),
            ));
        }
        for number in numbers {
            if let Some(of_relation) = mask.get_mut(usize::from(number.0)) {
                *of_relation = passes;
            }
        }
        Ok(())
    }

    fn types(&self) -> Result<Option<Vec<bool>>, QueryError> {
        type_mask(self.ask, self.question, "type", &self.params.r#type)
    }

    /// Publishers to let through or not. A name may itself hold a comma: one that is known is not split.
    fn publishers(&self, given: &[String]) -> Option<Vec<String>> {
        let known = if given.iter().any(|name| name.contains(',')) {
            self.ask.reading.publishers()
        } else {
            Vec::new()
        };
        let names: Vec<_> = given
            .iter()
            .flat_map(|name| {
                let whole = known.iter().any(|publisher| **publisher == **name);
                if whole {
                    vec![name.clone()]
                } else {
                    split(std::slice::from_ref(name))
                }
            })
            .collect();
        (!names.is_empty()).then_some(names)
    }

    fn words<T, const N: usize>(&self, parameter: &str, given: &[String], all: &[T], default: &[T]) -> Result<[bool; N], QueryError>
    where
        T: Copy + PartialEq + std::str::FromStr + std::fmt::Display,
    {
        let given = split(given);
        let mut chosen: Vec<T> = Vec::new();
        for text in &given {
            let Ok(word) = text.parse() else {
                let words: Vec<_> = all.iter().map(ToString::to_string).collect();
                let words: Vec<_> = words.iter().map(String::as_str).collect();
                return Err(no_such_word(self.ask, self.question, parameter, text, &words));
            };
            chosen.push(word);
        }
        if given.is_empty() {
            chosen.extend(if default.is_empty() { all } else { default });
        }
        let mut mask = [false; N];
        for (passes, word) in mask.iter_mut().zip(all) {
            *passes = chosen.contains(word);
        }
        Ok(mask)
    }

    fn include(&self) -> Result<Vec<Include>, QueryError> {
        let words = [
            ("quote", Include::Quote),
            ("evidence", Include::Evidence),
            ("names", Include::Names),
        ];
        let mut include = Vec::new();
        for text in split(&self.params.include) {
            include.extend(choice(self.ask, self.question, "include", Some(&text), &words)?);
        }
        Ok(include)
    }

    fn limit(&self, defaults: &FilterDefaults) -> Result<usize, QueryError> {
        let limit = number_between(
            self.ask,
            self.question,
            "limit",
            self.params.limit,
            defaults.limit,
            0..=defaults.max_limit,
        )?;
        Ok(usize::try_from(limit).unwrap_or(usize::MAX))
    }
}

/// By number of a node type, whether it is one of the types or classes given; `None` when none is given.
///
/// # Errors
///
/// [`QueryError::Invalid`] naming the parameter, with the nearest types.
pub(crate) fn type_mask(ask: &Asking<'_>, question: &Question, parameter: &str, given: &[String]) -> Result<Option<Vec<bool>>, QueryError> {
    let wanted = split(given);
    if wanted.is_empty() {
        return Ok(None);
    }
    let ontology = ask.reading.view().ontology();
    let mut mask = vec![false; ontology.types().len()];
    for name in &wanted {
        let mut any = false;
        for (passes, found) in mask.iter_mut().zip(ontology.types()) {
            let belongs = ontology.is_a(&found.name, name);
            *passes |= belongs;
            any |= belongs;
        }
        if !any {
            let reason = format!("there is no node type '{name}'");
            return Err(nearest_instead(
                ask,
                question,
                parameter,
                name,
                reason,
                ontology.nearest_types(name),
            ));
        }
    }
    Ok(Some(mask))
}
