//! The rows of every list: their columns, their cells, their line for people.
//!
//! Column names are the keys of the JSON row in its order; a test holds each list of columns to the keys
//! that serde writes.

use std::borrow::Cow;

use serde::Serialize;

use super::fields::{Csv, Json, Key, Sink, each_extra, each_field, key};
use super::output::{Group, Output};
use super::table::{TableRow, counted, maybe, one_line, say};
use crate::model::{Day, FactId};
use crate::query::{
    Bucket, DocumentRow, Edge, EvidenceRow, Hop, Include, NodeRow, PairEdge, PublisherRow, Row, RowParts, RowRef, SAID_VIA,
};

/// Columns of a fact, in the order of the row.
const FACT: &[&str] = &[
    "id",
    "text",
    "subject",
    "subject_name",
    "subject_type",
    "relation",
    "object",
    "object_name",
    "object_type",
    "value",
    "valid",
    "earliest",
    "latest",
    "modality",
    "polarity",
    "speakers",
    "said_by",
    "place",
    "place_name",
    "qualifiers",
    "source_count",
    "publisher",
    "reported",
    "document",
];

/// Which table a question is answered by, and what was asked to stand in it besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Columns {
    /// Facts.
    Facts,
    /// Facts of a timeline.
    Timeline,
    /// Counts of a timeline.
    Buckets,
    /// Edges of a neighbourhood.
    Edges,
    /// One edge a pair.
    Pairs,
    /// Hops of paths.
    Hops,
    /// Nodes, in a search or not.
    Nodes {
        /// Whether a name was searched for.
        search: bool,
    },
    /// Documents.
    Documents,
    /// Publishers.
    Publishers,
}

impl Columns {
    /// The names of the columns, in order.
    #[must_use]
    pub fn names(self, include: &[Include]) -> Vec<&'static str> {
        let has = |what| include.contains(&what);
        let facts = |quote: bool, last: &[&'static str]| {
            let mut names = FACT.to_vec();
            if quote {
                names.push("quote");
            }
            if has(Include::Evidence) {
                names.push("evidence");
            }
            names.extend(last);
            names
        };
        let quote = has(Include::Quote);
        match self {
            Self::Facts => facts(quote, &[]),
            Self::Timeline => facts(quote, &["at"]),
            Self::Edges => facts(quote, &["hop"]),
            Self::Pairs => facts(quote, &["hop", "facts"]),
            Self::Hops => facts(true, &["path", "from", "to", "reversed", "parallel"]),
            Self::Buckets => vec!["start", "end", "count_min", "count_max", "group"],
            Self::Nodes { search } => {
                let mut names = vec!["id", "type", "name", "facts"];
                if has(Include::Names) {
                    names.push("names");
                }
                if search {
                    names.extend(["matched", "how", "score"]);
                }
                names
            }
            Self::Documents => vec!["id", "date", "publisher", "place", "title", "url", "lang", "facts", "recorded_at"],
            Self::Publishers => vec!["name", "documents", "facts"],
        }
    }
}

fn text(value: Option<&String>) -> Cow<'_, str> {
    value.map_or(Cow::Borrowed(""), |text| Cow::Borrowed(text.as_str()))
}

fn as_json<T: Serialize>(value: &T) -> Cow<'static, str> {
    // Texts, numbers and lists of them always serialise.
    Cow::Owned(serde_json::to_string(value).unwrap_or_default())
}

/// A record of CSV without its end, a cell a name.
fn cells<'a>(names: &[&str], out: &mut Output, cell: impl Fn(&str) -> Cow<'a, str>) {
    for (place, name) in names.iter().enumerate() {
        if place > 0 {
            out.push(",");
        }
        let start = out.bytes().len();
        out.push(&cell(name));
        out.close_cell(start);
    }
}

/// A fact as it stands in a list.
impl TableRow for RowRef<'_> {
    fn json(&self, out: &mut Output) -> serde_json::Result<()> {
        fact_json(&self.parts(), out, |_| {});
        Ok(())
    }

    fn csv(&self, names: &[&str], out: &mut Output) {
        fact_csv(&self.parts(), names, out, |_, to| to.null());
    }

    fn tell(&self, out: &mut String) {
        let row = self.parts();
        tell_fact(&row, out);
        if let Some(Some(quote)) = row.quote() {
            say!(out, "    \"{}\"\n", one_line(quote));
        }
    }
}

/// A row as a JSON object; `more` adds fields behind its own.
fn fact_json(row: &RowParts<'_>, out: &mut Output, more: impl FnOnce(&mut Json<'_>)) {
    out.push("{");
    let mut to = Json { out, is_first: true };
    each_field(row, &mut to);
    each_extra(row, &mut to);
    more(&mut to);
    out.push("}");
}

/// A row as a record; `more` writes the cells of names that no row has.
fn fact_csv(row: &RowParts<'_>, names: &[&str], out: &mut Output, more: impl Fn(&str, &mut Csv<'_>)) {
    let mut to = Csv { out, is_first: true };
    each_field(row, &mut to);
    each_other_cell(row, names, &mut to, more);
}

/// The cells behind those that every row has.
fn each_other_cell<S: Sink>(row: &RowParts<'_>, names: &[&str], to: &mut S, more: impl Fn(&str, &mut S)) {
    for name in names.iter().skip(FACT.len()) {
        to.key(key!("more"));
        match *name {
            "quote" => to.maybe(row.quote().flatten()),
            "evidence" => match row.evidence() {
                Some(evidence) => to.evidence(&evidence),
                None => to.null(),
            },
            "at" => to.maybe_day(row.at),
            "hop" => match row.hop {
                Some(hop) => to.number(hop.into()),
                None => to.null(),
            },
            other => more(other, to),
        }
    }
}

/// A fact as one line: date, sentence, who says and prints it, id.
fn tell_fact(row: &RowParts<'_>, out: &mut String) {
    let names: Vec<&str> = row.speakers().map(|node| node.name.as_str()).collect();
    let said_by = (!names.is_empty()).then(|| names.join(SAID_VIA));
    tell_line(
        &Line {
            valid: row.valid().map(|valid| valid.to_string()).as_deref(),
            text: &row.sentence().to_string(),
            said_by: said_by.as_deref(),
            publisher: row.publisher(),
            place_name: row.place().map(|node| node.name.as_str()),
            id: row.fact.id,
        },
        out,
    );
}

/// The same of a row by itself.
pub(super) fn tell_row(row: &Row, out: &mut String) {
    tell_line(
        &Line {
            valid: row.valid.as_deref(),
            text: &row.text,
            said_by: row.said_by.as_deref(),
            publisher: row.publisher.as_deref(),
            place_name: row.place_name.as_deref(),
            id: row.id,
        },
        out,
    );
}

/// What people read of a fact.
struct Line<'a> {
    valid: Option<&'a str>,
    text: &'a str,
    said_by: Option<&'a str>,
    publisher: Option<&'a str>,
    place_name: Option<&'a str>,
    id: FactId,
}

fn tell_line(line: &Line<'_>, out: &mut String) {
    say!(out, "{}  {}", line.valid.unwrap_or("undated"), one_line(line.text));
    // The sentence may end with the place already.
    if let Some(place) = line.place_name.filter(|place| !line.text.contains(place)) {
        say!(out, "{}", one_line(&format!(", in {place}")));
    }
    let sources: Vec<&str> = line.said_by.into_iter().chain(line.publisher).collect();
    if !sources.is_empty() {
        say!(out, "{}", one_line(&format!("  ({})", sources.join(", "))));
    }
    say!(out, "  {}\n", line.id);
}

/// A fact by itself, with all its evidence, and the facts of a report that was just put in.
impl TableRow for Row {
    fn json(&self, out: &mut Output) -> serde_json::Result<()> {
        serde_json::to_writer(out.bytes(), self)
    }

    fn csv(&self, names: &[&str], out: &mut Output) {
        cells(names, out, |name| self.cell(name));
    }

    fn tell(&self, out: &mut String) {
        tell_row(self, out);
        if let Some(Some(quote)) = &self.quote {
            say!(out, "    \"{}\"\n", one_line(quote));
        }
    }
}

impl Row {
    fn cell(&self, column: &str) -> Cow<'_, str> {
        match column {
            "id" => Cow::Owned(self.id.to_string()),
            "text" => Cow::Borrowed(&self.text),
            "subject" => Cow::Borrowed(&self.subject),
            "subject_name" => Cow::Borrowed(&self.subject_name),
            "subject_type" => Cow::Borrowed(&self.subject_type),
            "relation" => Cow::Borrowed(&self.relation),
            "object" => text(self.object.as_ref()),
            "object_name" => text(self.object_name.as_ref()),
            "object_type" => text(self.object_type.as_ref()),
            "value" => text(self.value.as_ref()),
            "valid" => text(self.valid.as_ref()),
            "earliest" => maybe(self.earliest.as_ref()),
            "latest" => maybe(self.latest.as_ref()),
            "modality" => Cow::Borrowed(self.modality.as_str()),
            "polarity" => Cow::Borrowed(self.polarity.as_str()),
            "speakers" => Cow::Owned(self.speakers.join("; ")),
            "said_by" => text(self.said_by.as_ref()),
            "place" => text(self.place.as_ref()),
            "place_name" => text(self.place_name.as_ref()),
            "qualifiers" => as_json(&self.qualifiers),
            "source_count" => Cow::Owned(self.source_count.to_string()),
            "publisher" => text(self.publisher.as_ref()),
            "reported" => maybe(self.reported.as_ref()),
            "document" => text(self.document.as_ref()),
            "quote" => text(self.quote.as_ref().and_then(Option::as_ref)),
            "evidence" => self.evidence.as_ref().map_or(Cow::Borrowed(""), as_json),
            "at" => maybe(self.at.as_ref()),
            "hop" => maybe(self.hop.as_ref()),
            _ => Cow::Borrowed(""),
        }
    }
}

impl TableRow for Edge<'_> {
    fn json(&self, out: &mut Output) -> serde_json::Result<()> {
        match self {
            Self::Fact(row) => row.json(out),
            Self::Pair(pair) => pair.json(out),
        }
    }

    fn csv(&self, names: &[&str], out: &mut Output) {
        match self {
            Self::Fact(row) => row.csv(names, out),
            Self::Pair(pair) => pair.csv(names, out),
        }
    }

    fn tell(&self, out: &mut String) {
        match self {
            Self::Fact(row) => row.tell(out),
            Self::Pair(pair) => pair.tell(out),
        }
    }
}

impl PairEdge<'_> {
    /// Writes a field of its own in place of the one that the best fact has under the name.
    fn own_field(&self, key: Key, to: &mut impl Sink) {
        to.key(key);
        match key.name {
            "id" => to.text(&self.id),
            "earliest" => to.maybe_day(self.earliest),
            "latest" => to.maybe_day(self.latest),
            _ => to.number(self.source_count.into()),
        }
    }
}

impl TableRow for PairEdge<'_> {
    fn json(&self, out: &mut Output) -> serde_json::Result<()> {
        let row = self.best.parts();
        out.push("{");
        let mut to = Json { out, is_first: true };
        self.own_field(key!("id"), &mut to);
        to.key(key!("facts"));
        to.number(self.facts);
        for key in [key!("earliest"), key!("latest"), key!("source_count")] {
            self.own_field(key, &mut to);
        }
        let mut rest = WithoutOwn {
            to,
            in_place: None,
            is_own: false,
        };
        each_field(&row, &mut rest);
        each_extra(&row, &mut rest);
        out.push("}");
        Ok(())
    }

    fn csv(&self, names: &[&str], out: &mut Output) {
        let row = self.best.parts();
        let mut to = WithoutOwn {
            to: Csv { out, is_first: true },
            in_place: Some(self),
            is_own: false,
        };
        each_field(&row, &mut to);
        each_other_cell(&row, names, &mut to.to, |name, to| {
            if name == "facts" {
                to.number(self.facts);
            }
        });
    }

    fn tell(&self, out: &mut String) {
        let day = |day: Option<Day>| day.map_or_else(|| "..".to_owned(), |day| day.to_string());
        say!(
            out,
            "{}/{}  {}  ({})  {}\n",
            day(self.earliest),
            day(self.latest),
            one_line(&self.best.text()),
            counted(self.facts, "fact"),
            self.id
        );
    }
}

/// The fields of a pair's best fact without those that the pair has itself, which may be written in their place.
struct WithoutOwn<'a, S> {
    to: S,
    in_place: Option<&'a PairEdge<'a>>,
    is_own: bool,
}

impl<S: Sink> WithoutOwn<'_, S> {
    fn unless_own(&mut self, write: impl FnOnce(&mut S)) {
        if !self.is_own {
            write(&mut self.to);
        }
    }
}

impl<S: Sink> Sink for WithoutOwn<'_, S> {
    fn key(&mut self, key: Key) {
        self.is_own = PairEdge::OWN.contains(&key.name);
        match self.in_place {
            _ if !self.is_own => self.to.key(key),
            Some(pair) => pair.own_field(key, &mut self.to),
            None => {}
        }
    }
    fn null(&mut self) {
        self.unless_own(Sink::null);
    }
    fn word(&mut self, text: &str) {
        self.unless_own(|to| to.word(text));
    }
    fn open(&mut self) -> usize {
        if self.is_own { 0 } else { self.to.open() }
    }
    fn piece(&mut self, text: &str) {
        self.unless_own(|to| to.piece(text));
    }
    fn close(&mut self, start: usize) {
        self.unless_own(|to| to.close(start));
    }
    fn id(&mut self, id: FactId) {
        self.unless_own(|to| to.id(id));
    }
    fn day(&mut self, day: Day) {
        self.unless_own(|to| to.day(day));
    }
    fn number(&mut self, number: u64) {
        self.unless_own(|to| to.number(number));
    }
    fn flag(&mut self, flag: bool) {
        self.unless_own(|to| to.flag(flag));
    }
    fn words<'a>(&mut self, words: impl Iterator<Item = &'a str>) {
        self.unless_own(|to| to.words(words));
    }
    fn map<'a>(&mut self, entries: impl Iterator<Item = (&'a str, &'a str)>) {
        self.unless_own(|to| to.map(entries));
    }
    fn evidence(&mut self, rows: &[EvidenceRow]) {
        self.unless_own(|to| to.evidence(rows));
    }
    fn again(&mut self, _: Group, _: u64, write: impl FnOnce(&mut Self)) {
        // A piece copied from elsewhere would bring the fields that are left out here.
        write(self);
    }
}

/// A hop of a path, with the number of the path it belongs to, from 1.
#[derive(Serialize)]
pub(super) struct NumberedHop<'a> {
    #[serde(flatten)]
    pub(super) hop: &'a Hop<'a>,
    pub(super) path: usize,
}

impl TableRow for NumberedHop<'_> {
    fn json(&self, out: &mut Output) -> serde_json::Result<()> {
        let path = u64::try_from(self.path).unwrap_or(u64::MAX);
        hop_json(self.hop, out, |to| {
            to.key(key!("path"));
            to.number(path);
        });
        Ok(())
    }

    fn csv(&self, names: &[&str], out: &mut Output) {
        let hop = self.hop;
        fact_csv(&hop.row.parts(), names, out, |name, to| match name {
            "path" => to.number(u64::try_from(self.path).unwrap_or(u64::MAX)),
            "from" => to.word(hop.from),
            "to" => to.word(hop.to),
            "reversed" => to.flag(hop.reversed),
            "parallel" => to.number(hop.parallel),
            _ => to.null(),
        });
    }

    fn tell(&self, out: &mut String) {
        let row = self.hop.row.parts();
        out.push_str("  ");
        tell_fact(&row, out);
        if let Some(Some(quote)) = row.quote() {
            say!(out, "      \"{}\"\n", one_line(quote));
        }
    }
}

/// A hop as a JSON object; `more` adds fields behind its own.
pub(super) fn hop_json(hop: &Hop<'_>, out: &mut Output, more: impl FnOnce(&mut Json<'_>)) {
    fact_json(&hop.row.parts(), out, |to| {
        to.key(key!("from"));
        to.word(hop.from);
        to.key(key!("to"));
        to.word(hop.to);
        to.key(key!("reversed"));
        to.flag(hop.reversed);
        to.key(key!("parallel"));
        to.number(hop.parallel);
        more(to);
    });
}

impl TableRow for Bucket {
    fn json(&self, out: &mut Output) -> serde_json::Result<()> {
        serde_json::to_writer(out.bytes(), self)
    }

    fn csv(&self, names: &[&str], out: &mut Output) {
        cells(names, out, |name| self.cell(name));
    }

    fn tell(&self, out: &mut String) {
        let days = if self.start == self.end {
            self.start.to_string()
        } else {
            format!("{}/{}", self.start, self.end)
        };
        let count = if self.count_min == self.count_max {
            self.count_max.to_string()
        } else {
            format!("{} to {}", self.count_min, self.count_max)
        };
        let group = self
            .group
            .as_ref()
            .map(|group| format!("  {}", one_line(group)))
            .unwrap_or_default();
        say!(out, "{days}  {count}{group}\n");
    }
}

impl Bucket {
    fn cell(&self, column: &str) -> Cow<'_, str> {
        match column {
            "start" => Cow::Owned(self.start.to_string()),
            "end" => Cow::Owned(self.end.to_string()),
            "count_min" => Cow::Owned(self.count_min.to_string()),
            "count_max" => Cow::Owned(self.count_max.to_string()),
            "group" => text(self.group.as_ref()),
            _ => Cow::Borrowed(""),
        }
    }
}

impl TableRow for NodeRow {
    fn json(&self, out: &mut Output) -> serde_json::Result<()> {
        serde_json::to_writer(out.bytes(), self)
    }

    fn csv(&self, names: &[&str], out: &mut Output) {
        cells(names, out, |name| self.cell(name));
    }

    fn tell(&self, out: &mut String) {
        let facts = counted(self.facts.into(), "fact");
        let matched = match &self.matched {
            Some(matched) if matched.text != self.name => format!("  matched '{}' ({})", one_line(&matched.text), matched.how),
            _ => String::new(),
        };
        say!(out, "{}  {}  {}  {facts}{matched}\n", self.id, self.node_type, one_line(&self.name));
    }
}

impl NodeRow {
    fn cell(&self, column: &str) -> Cow<'_, str> {
        match column {
            "id" => Cow::Borrowed(&self.id),
            "type" => Cow::Borrowed(&self.node_type),
            "name" => Cow::Borrowed(&self.name),
            "facts" => Cow::Owned(self.facts.to_string()),
            "names" => {
                let names = self.names.iter().flatten().map(|name| name.text.as_str());
                Cow::Owned(names.collect::<Vec<_>>().join("; "))
            }
            "matched" => self
                .matched
                .as_ref()
                .map_or(Cow::Borrowed(""), |matched| Cow::Borrowed(&matched.text)),
            "how" => self
                .matched
                .as_ref()
                .map_or(Cow::Borrowed(""), |matched| Cow::Borrowed(&matched.how)),
            "score" => maybe(self.score.as_ref()),
            _ => Cow::Borrowed(""),
        }
    }
}

impl TableRow for DocumentRow {
    fn json(&self, out: &mut Output) -> serde_json::Result<()> {
        serde_json::to_writer(out.bytes(), self)
    }

    fn csv(&self, names: &[&str], out: &mut Output) {
        cells(names, out, |name| self.cell(name));
    }

    fn tell(&self, out: &mut String) {
        out.push_str(&document_line(self));
    }
}

impl DocumentRow {
    fn cell(&self, column: &str) -> Cow<'_, str> {
        match column {
            "id" => Cow::Borrowed(&self.id),
            "date" => maybe(self.date.as_ref()),
            "publisher" => text(self.publisher.as_ref()),
            "place" => text(self.place.as_ref()),
            "title" => text(self.title.as_ref()),
            "url" => text(self.url.as_ref()),
            "lang" => text(self.lang.as_ref()),
            "facts" => Cow::Owned(self.facts.to_string()),
            "recorded_at" => Cow::Owned(self.recorded_at.to_string()),
            _ => Cow::Borrowed(""),
        }
    }
}

/// A document as one line: date, publisher, title, how many facts rest on it, id.
fn document_line(row: &DocumentRow) -> String {
    let date = row.date.map_or_else(|| "undated".to_owned(), |day| day.to_string());
    let told: Vec<Cow<'_, str>> = row.publisher.iter().chain(&row.title).map(|part| one_line(part)).collect();
    format!("{date}  {}  {}  {}\n", told.join(": "), counted(row.facts.into(), "fact"), row.id)
}

impl TableRow for PublisherRow {
    fn json(&self, out: &mut Output) -> serde_json::Result<()> {
        serde_json::to_writer(out.bytes(), self)
    }

    fn csv(&self, names: &[&str], out: &mut Output) {
        cells(names, out, |name| self.cell(name));
    }

    fn tell(&self, out: &mut String) {
        let (documents, facts) = (counted(self.documents, "document"), counted(self.facts, "fact"));
        say!(out, "{}  {documents}, {facts}\n", one_line(&self.name));
    }
}

impl PublisherRow {
    fn cell(&self, column: &str) -> Cow<'_, str> {
        match column {
            "name" => Cow::Borrowed(&self.name),
            "documents" => Cow::Owned(self.documents.to_string()),
            "facts" => Cow::Owned(self.facts.to_string()),
            _ => Cow::Borrowed(""),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::{EvidenceRow, Matched, NameRow};
    use serde_json::{Value, json};

    fn row() -> Row {
        serde_json::from_value(json!({
            "id": "f-7k2m9q4x8c1d5n3h", "text": "A met with B", "subject": "a", "subject_name": "A", "subject_type": "Person",
            "relation": "met_with", "object": "b", "object_name": "B", "object_type": "Person", "value": null,
            "valid": "2017-11-22", "earliest": "2017-11-22", "latest": "2017-11-22", "modality": "asserted", "polarity": "affirmed",
            "speakers": ["x", "y"], "said_by": "X, via Y", "place": "beijing", "place_name": "Beijing", "qualifiers": {"aspect": "trade"},
            "source_count": 2, "publisher": "Reuters", "reported": "2017-11-24", "document": "d", "quote": "A met B", "evidence": [],
            "at": "2017-11-22", "hop": 1
        }))
        .unwrap()
    }

    fn keys(row: &dyn TableRow) -> (Vec<String>, Value) {
        let mut out = Output::with_capacity(0);
        row.json(&mut out).unwrap();
        let value: Value = serde_json::from_slice(&out.into_bytes()).unwrap();
        (value.as_object().unwrap().keys().cloned().collect(), value)
    }

    fn cells_of(row: &dyn TableRow, columns: &[&str]) -> Vec<String> {
        let mut out = Output::with_capacity(0);
        row.csv(columns, &mut out);
        let bytes = out.into_bytes();
        let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(bytes.as_slice());
        let record = reader.records().next().unwrap().unwrap();
        record.iter().map(str::to_owned).collect()
    }

    /// A JSON value as a cell.
    fn loose_cell(value: &Value) -> String {
        match value {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            Value::Array(items) if items.iter().all(Value::is_string) => {
                items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("; ")
            }
            other => other.to_string(),
        }
    }

    /// Every cell says what the key of the same name says.
    fn agrees(row: &dyn TableRow, columns: &[&str]) {
        let (_, value) = keys(row);
        for (column, cell) in columns.iter().zip(cells_of(row, columns)) {
            let wanted = match &value[*column] {
                Value::Object(_) => value[*column].to_string(),
                Value::Array(items) if items.is_empty() || items[0].is_object() => value[*column].to_string(),
                other => loose_cell(other),
            };
            assert_eq!(cell, wanted, "column {column}");
        }
    }

    #[test]
    fn columns_of_a_fact_are_the_keys_of_the_row_in_its_order() {
        let mut row = row();
        let all = [Include::Quote, Include::Evidence];
        let (found, _) = keys(&row);
        let mut wanted = Columns::Timeline.names(&all);
        wanted.push("hop");
        assert_eq!(found, wanted);
        agrees(&row, &wanted);
        (row.quote, row.evidence, row.at, row.hop) = (None, None, None, None);
        assert_eq!(keys(&row).0, Columns::Facts.names(&[]));
    }

    #[test]
    fn columns_of_other_lists_are_the_keys_of_their_rows() {
        let bucket: Bucket =
            serde_json::from_value(json!({"start": "2017-11-01", "end": "2017-11-30", "count_min": 1, "count_max": 2, "group": "x"}))
                .unwrap();
        assert_eq!(keys(&bucket).0, Columns::Buckets.names(&[]));
        agrees(&bucket, &Columns::Buckets.names(&[]));
        let document: DocumentRow = serde_json::from_value(json!({
            "id": "d", "date": "2017-11-24", "publisher": "R", "place": null, "title": "T", "url": null, "lang": "en", "facts": 3,
            "recorded_at": "2017-11-24T00:00:00Z"
        }))
        .unwrap();
        assert_eq!(keys(&document).0, Columns::Documents.names(&[]));
        agrees(&document, &Columns::Documents.names(&[]));
        let publisher = PublisherRow {
            name: "R".into(),
            documents: 1,
            facts: 2,
        };
        assert_eq!(keys(&publisher).0, Columns::Publishers.names(&[]));
        agrees(&publisher, &Columns::Publishers.names(&[]));
    }

    #[test]
    fn a_node_found_by_another_name_says_by_which() {
        let node = NodeRow {
            id: "li-zuocheng".into(),
            node_type: "Person".into(),
            name: "Li Zuocheng".into(),
            facts: 1,
            names: Some(vec![NameRow {
                text: "李作成".into(),
                lang: None,
                script: None,
            }]),
            matched: Some(Matched {
                text: "李作成".into(),
                how: "exact".into(),
            }),
            score: Some(1.0),
        };
        assert_eq!(node.cell("names"), "李作成");
        assert_eq!((node.cell("how"), node.cell("score")), ("exact".into(), "1".into()));
        let mut out = String::new();
        node.tell(&mut out);
        assert_eq!(out, "li-zuocheng  Person  Li Zuocheng  1 fact  matched '李作成' (exact)\n");
    }

    #[test]
    fn a_fact_is_one_line_whatever_is_in_it() {
        let mut row = row();
        row.quote = Some(Some("two\nlines".into()));
        row.evidence = Some(Vec::<EvidenceRow>::new());
        let mut out = String::new();
        row.tell(&mut out);
        assert_eq!(
            out,
            "2017-11-22  A met with B, in Beijing  (X, via Y, Reuters)  f-7k2m9q4x8c1d5n3h\n    \"two lines\"\n"
        );
    }
}
