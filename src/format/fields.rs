//! The fields of a fact's row, in order: one table that JSON and CSV are both written from.
//!
//! [`each_field`] is the table, a [`Sink`] a form of it. What a field is made of is in `query::RowParts`; that
//! the bytes are those of the serde type `Row` is held by tests.

use crate::model::{Day, FactId, Node};
use crate::query::{EvidenceRow, RowParts, SAID_VIA};

use super::output::{Group, Output};

/// Name of a field, ready for use.
#[derive(Clone, Copy)]
pub(super) struct Key {
    /// As it is.
    pub(super) name: &'static str,
    /// As it stands in JSON behind another field.
    json: &'static str,
}

/// The key of a name.
macro_rules! key {
    ($name:literal) => {
        $crate::format::fields::Key::new($name, concat!(",\"", $name, "\":"))
    };
}
pub(super) use key;

impl Key {
    pub(super) const fn new(name: &'static str, json: &'static str) -> Self {
        Self { name, json }
    }
}

/// A form that fields are written in. After each [`Sink::key`] comes exactly one value.
pub(super) trait Sink {
    /// Begins a field.
    fn key(&mut self, key: Key);
    /// Unknown.
    fn null(&mut self);
    /// A text of letters that no form escapes: an id, a word of the API.
    fn word(&mut self, text: &str);
    /// A text, from pieces between this and [`Sink::close`], which takes what this gave.
    fn open(&mut self) -> usize;
    /// A piece of a text.
    fn piece(&mut self, text: &str);
    /// Ends a text.
    fn close(&mut self, start: usize);
    /// A fact's id.
    fn id(&mut self, id: FactId);
    /// A day.
    fn day(&mut self, day: Day);
    /// A number.
    fn number(&mut self, number: u64);
    /// Yes or no.
    fn flag(&mut self, flag: bool);
    /// A list of ids.
    fn words<'a>(&mut self, words: impl Iterator<Item = &'a str>);
    /// A map of texts.
    fn map<'a>(&mut self, entries: impl Iterator<Item = (&'a str, &'a str)>);
    /// A list of evidence.
    fn evidence(&mut self, rows: &[EvidenceRow]);
    /// Fields that are the same whenever kind and number are.
    fn again(&mut self, kind: Group, number: u64, write: impl FnOnce(&mut Self));

    /// The dates of a fact that held on one day.
    #[inline]
    fn on_day(&mut self, day: Day) {
        for key in [key!("valid"), key!("earliest"), key!("latest")] {
            self.key(key);
            self.day(day);
        }
    }
    /// A text.
    #[inline]
    fn text(&mut self, text: &str) {
        let start = self.open();
        self.piece(text);
        self.close(start);
    }
    /// A text that may be unknown.
    #[inline]
    fn maybe(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.text(text),
            None => self.null(),
        }
    }
    /// A day that may be unknown.
    #[inline]
    fn maybe_day(&mut self, day: Option<Day>) {
        match day {
            Some(day) => self.day(day),
            None => self.null(),
        }
    }
}

/// The fields that every row of a fact has, in order.
#[inline]
pub(super) fn each_field(row: &RowParts<'_>, to: &mut impl Sink) {
    to.key(key!("id"));
    to.id(row.fact.id);
    to.key(key!("text"));
    let start = to.open();
    row.sentence().each_piece(|piece| to.piece(piece));
    to.close(start);
    to.again(Group::Subject, row.fact.subject.0.into(), |to| subject(row.subject, to));
    to.again(Group::Relation, row.fact.relation.0.into(), |to| {
        to.key(key!("relation"));
        to.word(&row.relation.name);
    });
    match row.fact.object {
        crate::view::ObjectRef::Node(node) => to.again(Group::Object, node.0.into(), |to| object(row, to)),
        _ => object(row, to),
    }
    dates(row, to);
    let mood = row.modality() as u64 * 2 + row.polarity() as u64;
    to.again(Group::Mood, mood, |to| {
        to.key(key!("modality"));
        to.word(row.modality().as_str());
        to.key(key!("polarity"));
        to.word(row.polarity().as_str());
    });
    match row.shown {
        Some(shown) => to.again(Group::Said, shown.origin, |to| said(row, to)),
        None => said(row, to),
    }
    to.key(key!("qualifiers"));
    qualifiers(row, to);
    to.key(key!("source_count"));
    to.number(row.source_count().into());
    match row.shown {
        Some(shown) => to.again(Group::Printed, shown.origin, |to| printed(row, to)),
        None => printed(row, to),
    }
}

fn subject(node: Option<&Node>, to: &mut impl Sink) {
    to.key(key!("subject"));
    to.word(node.map_or("", |node| node.id.as_str()));
    to.key(key!("subject_name"));
    to.text(node.map_or("", |node| &node.name));
    to.key(key!("subject_type"));
    to.text(node.map_or("", |node| &node.node_type));
}

fn object(row: &RowParts<'_>, to: &mut impl Sink) {
    let node = row.object;
    to.key(key!("object"));
    to.maybe(node.map(|node| node.id.as_str()));
    to.key(key!("object_name"));
    to.maybe(node.map(|node| node.name.as_str()));
    to.key(key!("object_type"));
    to.maybe(node.map(|node| &*node.node_type));
    to.key(key!("value"));
    to.maybe(row.value);
}

fn dates(row: &RowParts<'_>, to: &mut impl Sink) {
    if let Some(day) = row.valid().and_then(|valid| valid.exact_day()) {
        return to.on_day(day);
    }
    to.key(key!("valid"));
    // Dates are digits, letters and signs of EDTF.
    match row.valid() {
        Some(valid) => to.word(&valid.to_string()),
        None => to.null(),
    }
    to.key(key!("earliest"));
    to.maybe_day(row.earliest());
    to.key(key!("latest"));
    to.maybe_day(row.latest());
}

fn said(row: &RowParts<'_>, to: &mut impl Sink) {
    to.key(key!("speakers"));
    to.words(row.speakers().map(|node| node.id.as_str()));
    to.key(key!("said_by"));
    let mut names = row.speakers().map(|node| node.name.as_str());
    match names.next() {
        Some(first) => {
            let start = to.open();
            to.piece(first);
            for name in names {
                to.piece(SAID_VIA);
                to.piece(name);
            }
            to.close(start);
        }
        None => to.null(),
    }
    let place = row.place();
    to.key(key!("place"));
    to.maybe(place.map(|node| node.id.as_str()));
    to.key(key!("place_name"));
    to.maybe(place.map(|node| node.name.as_str()));
}

/// Identifying and describing qualifiers by name; the identifying one is shown where both have it.
fn qualifiers(row: &RowParts<'_>, to: &mut impl Sink) {
    let identifying = row.identifying();
    let entries = identifying.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let Some(describing) = row.describing().filter(|describing| !describing.is_empty()) else {
        return to.map(entries);
    };
    let others = describing.iter().filter(|(name, _)| !identifying.contains_key(*name));
    let mut all: Vec<(&str, &str)> = entries.chain(others.map(|(name, value)| (name.as_str(), value.as_str()))).collect();
    all.sort_unstable();
    to.map(all.into_iter());
}

fn printed(row: &RowParts<'_>, to: &mut impl Sink) {
    to.key(key!("publisher"));
    to.maybe(row.publisher());
    to.key(key!("reported"));
    to.maybe_day(row.reported());
    to.key(key!("document"));
    to.maybe(row.document().map(crate::model::DocumentId::as_str));
}

/// The fields that a row has because they were asked for, or by its place in the answer.
pub(super) fn each_extra(row: &RowParts<'_>, to: &mut impl Sink) {
    if let Some(quote) = row.quote() {
        to.key(key!("quote"));
        to.maybe(quote);
    }
    if let Some(evidence) = row.evidence() {
        to.key(key!("evidence"));
        to.evidence(&evidence);
    }
    if let Some(at) = row.at {
        to.key(key!("at"));
        to.day(at);
    }
    if let Some(hop) = row.hop {
        to.key(key!("hop"));
        to.number(hop.into());
    }
}

/// Fields as members of a JSON object, whose braces are the caller's.
pub(super) struct Json<'o> {
    pub(super) out: &'o mut Output,
    /// Whether no field stands before the next one.
    pub(super) is_first: bool,
}

impl Json<'_> {
    #[inline]
    fn quoted(&mut self, write: impl FnOnce(&mut Output)) {
        self.out.push("\"");
        write(self.out);
        self.out.push("\"");
    }
}

impl Sink for Json<'_> {
    #[inline]
    fn key(&mut self, key: Key) {
        if std::mem::take(&mut self.is_first) {
            self.out.push(key.json.get(1..).unwrap_or_default());
        } else {
            self.out.push(key.json);
        }
    }
    #[inline]
    fn null(&mut self) {
        self.out.push("null");
    }
    #[inline]
    fn word(&mut self, text: &str) {
        self.quoted(|out| out.push(text));
    }
    #[inline]
    fn open(&mut self) -> usize {
        self.out.push("\"");
        0
    }
    #[inline]
    fn piece(&mut self, text: &str) {
        self.out.push_json(text);
    }
    #[inline]
    fn close(&mut self, _: usize) {
        self.out.push("\"");
    }
    #[inline]
    fn id(&mut self, id: FactId) {
        self.quoted(|out| out.push_id(id));
    }
    #[inline]
    fn day(&mut self, day: Day) {
        self.quoted(|out| out.push_day(day));
    }
    #[inline]
    fn on_day(&mut self, day: Day) {
        self.out.push_dates(day);
    }
    #[inline]
    fn number(&mut self, number: u64) {
        self.out.push_number(number);
    }
    fn flag(&mut self, flag: bool) {
        self.out.push(if flag { "true" } else { "false" });
    }
    fn words<'a>(&mut self, words: impl Iterator<Item = &'a str>) {
        self.out.push("[");
        for (place, word) in words.enumerate() {
            if place > 0 {
                self.out.push(",");
            }
            self.word(word);
        }
        self.out.push("]");
    }
    fn map<'a>(&mut self, entries: impl Iterator<Item = (&'a str, &'a str)>) {
        self.out.push("{");
        for (place, (name, value)) in entries.enumerate() {
            if place > 0 {
                self.out.push(",");
            }
            self.text(name);
            self.out.push(":");
            self.text(value);
        }
        self.out.push("}");
    }
    fn evidence(&mut self, rows: &[EvidenceRow]) {
        // Texts, days and numbers always serialise, and a `Vec` takes them all.
        let _ = serde_json::to_writer(self.out.bytes(), rows);
    }
    #[inline]
    fn again(&mut self, kind: Group, number: u64, write: impl FnOnce(&mut Self)) {
        if !self.out.copy(kind, number) {
            let start = self.out.bytes().len();
            write(self);
            self.out.remember(kind, number, start);
        }
    }
}

/// Fields as cells of a CSV record, without its end.
pub(super) struct Csv<'o> {
    pub(super) out: &'o mut Output,
    /// Whether no cell stands before the next one.
    pub(super) is_first: bool,
}

impl Sink for Csv<'_> {
    #[inline]
    fn key(&mut self, _: Key) {
        if !std::mem::take(&mut self.is_first) {
            self.out.push(",");
        }
    }
    fn null(&mut self) {}
    #[inline]
    fn word(&mut self, text: &str) {
        self.out.push(text);
    }
    #[inline]
    fn open(&mut self) -> usize {
        self.out.bytes().len()
    }
    #[inline]
    fn piece(&mut self, text: &str) {
        self.out.push(text);
    }
    #[inline]
    fn close(&mut self, start: usize) {
        self.out.close_cell(start);
    }
    #[inline]
    fn id(&mut self, id: FactId) {
        self.out.push_id(id);
    }
    #[inline]
    fn day(&mut self, day: Day) {
        self.out.push_day(day);
    }
    #[inline]
    fn number(&mut self, number: u64) {
        self.out.push_number(number);
    }
    fn flag(&mut self, flag: bool) {
        self.out.push(if flag { "true" } else { "false" });
    }
    fn words<'a>(&mut self, words: impl Iterator<Item = &'a str>) {
        for (place, word) in words.enumerate() {
            if place > 0 {
                self.out.push("; ");
            }
            self.out.push(word);
        }
    }
    fn map<'a>(&mut self, entries: impl Iterator<Item = (&'a str, &'a str)>) {
        let start = self.open();
        Json {
            out: self.out,
            is_first: true,
        }
        .map(entries);
        self.close(start);
    }
    fn evidence(&mut self, rows: &[EvidenceRow]) {
        let start = self.open();
        Json {
            out: self.out,
            is_first: true,
        }
        .evidence(rows);
        self.close(start);
    }
    #[inline]
    fn again(&mut self, kind: Group, number: u64, write: impl FnOnce(&mut Self)) {
        if !self.out.copy(kind, number) {
            let start = self.out.bytes().len();
            write(self);
            self.out.remember(kind, number, start);
        }
    }
}
