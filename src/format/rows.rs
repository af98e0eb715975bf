//! The rows of every list: their columns, their cells, their line for people.
//!
//! Column names are the keys of the JSON row in its order; a test holds each list of columns to the keys
//! that serde writes.

use std::borrow::Cow;

use serde::Serialize;

use super::table::{TableRow, counted, maybe, one_line, say};
use crate::query::{Bucket, DocumentRow, Edge, Hop, Include, NodeRow, PairEdge, PublisherRow, Row};

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

impl TableRow for Row {
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

    fn json(&self, out: &mut Vec<u8>) -> serde_json::Result<()> {
        serde_json::to_writer(out, self)
    }

    fn tell(&self, out: &mut String) {
        out.push_str(&fact_line(self));
        if let Some(Some(quote)) = &self.quote {
            say!(out, "    \"{}\"\n", one_line(quote));
        }
    }
}

/// A fact as one line: date, sentence, who says and prints it, id.
pub(super) fn fact_line(row: &Row) -> String {
    let date = row.valid.as_deref().unwrap_or("undated");
    let sources: Vec<&str> = row.said_by.iter().chain(&row.publisher).map(String::as_str).collect();
    let sources = if sources.is_empty() {
        String::new()
    } else {
        format!("  ({})", sources.join(", "))
    };
    let place = match &row.place_name {
        // The sentence may end with the place already.
        Some(place) if !row.text.contains(place.as_str()) => format!(", in {place}"),
        _ => String::new(),
    };
    format!(
        "{date}  {}{}{}  {}\n",
        one_line(&row.text),
        one_line(&place),
        one_line(&sources),
        row.id
    )
}

impl TableRow for Edge {
    fn cell(&self, column: &str) -> Cow<'_, str> {
        match self {
            Self::Fact(row) => row.cell(column),
            Self::Pair(pair) => pair.cell(column),
        }
    }

    fn json(&self, out: &mut Vec<u8>) -> serde_json::Result<()> {
        serde_json::to_writer(out, self)
    }

    fn tell(&self, out: &mut String) {
        match self {
            Self::Fact(row) => row.tell(out),
            Self::Pair(pair) => pair.tell(out),
        }
    }
}

impl TableRow for PairEdge {
    fn cell(&self, column: &str) -> Cow<'_, str> {
        match column {
            "id" => Cow::Borrowed(&self.id),
            "facts" => Cow::Owned(self.facts.to_string()),
            "earliest" => maybe(self.earliest.as_ref()),
            "latest" => maybe(self.latest.as_ref()),
            "source_count" => Cow::Owned(self.source_count.to_string()),
            _ => self.best.get(column).map_or(Cow::Borrowed(""), loose_cell),
        }
    }

    fn json(&self, out: &mut Vec<u8>) -> serde_json::Result<()> {
        serde_json::to_writer(out, self)
    }

    fn tell(&self, out: &mut String) {
        let day = |cell: Cow<'_, str>| if cell.is_empty() { "..".to_owned() } else { cell.into_owned() };
        let days = format!("{}/{}", day(self.cell("earliest")), day(self.cell("latest")));
        let sentence = self.cell("text");
        say!(
            out,
            "{days}  {}  ({})  {}\n",
            one_line(&sentence),
            counted(self.facts, "fact"),
            self.id
        );
    }
}

/// A JSON value as a cell, in the way of [`Row::cell`].
fn loose_cell(value: &serde_json::Value) -> Cow<'_, str> {
    use serde_json::Value;
    match value {
        Value::Null => Cow::Borrowed(""),
        Value::String(text) => Cow::Borrowed(text),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            Cow::Owned(items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("; "))
        }
        other => Cow::Owned(other.to_string()),
    }
}

/// A hop of a path, with the number of the path it belongs to, from 1.
#[derive(Serialize)]
pub(super) struct NumberedHop<'a> {
    #[serde(flatten)]
    pub(super) hop: &'a Hop,
    pub(super) path: usize,
}

impl TableRow for NumberedHop<'_> {
    fn cell(&self, column: &str) -> Cow<'_, str> {
        match column {
            "path" => Cow::Owned(self.path.to_string()),
            "from" => Cow::Borrowed(&self.hop.from),
            "to" => Cow::Borrowed(&self.hop.to),
            "reversed" => Cow::Borrowed(if self.hop.reversed { "true" } else { "false" }),
            "parallel" => Cow::Owned(self.hop.parallel.to_string()),
            _ => self.hop.row.cell(column),
        }
    }

    fn json(&self, out: &mut Vec<u8>) -> serde_json::Result<()> {
        serde_json::to_writer(out, self)
    }

    fn tell(&self, out: &mut String) {
        out.push_str("  ");
        out.push_str(&fact_line(&self.hop.row));
        if let Some(Some(quote)) = &self.hop.row.quote {
            say!(out, "      \"{}\"\n", one_line(quote));
        }
    }
}

impl TableRow for Bucket {
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

    fn json(&self, out: &mut Vec<u8>) -> serde_json::Result<()> {
        serde_json::to_writer(out, self)
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

impl TableRow for NodeRow {
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

    fn json(&self, out: &mut Vec<u8>) -> serde_json::Result<()> {
        serde_json::to_writer(out, self)
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

impl TableRow for DocumentRow {
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

    fn json(&self, out: &mut Vec<u8>) -> serde_json::Result<()> {
        serde_json::to_writer(out, self)
    }

    fn tell(&self, out: &mut String) {
        out.push_str(&document_line(self));
    }
}

/// A document as one line: date, publisher, title, how many facts rest on it, id.
fn document_line(row: &DocumentRow) -> String {
    let date = row.date.map_or_else(|| "undated".to_owned(), |day| day.to_string());
    let told: Vec<Cow<'_, str>> = row.publisher.iter().chain(&row.title).map(|part| one_line(part)).collect();
    format!("{date}  {}  {}  {}\n", told.join(": "), counted(row.facts.into(), "fact"), row.id)
}

impl TableRow for PublisherRow {
    fn cell(&self, column: &str) -> Cow<'_, str> {
        match column {
            "name" => Cow::Borrowed(&self.name),
            "documents" => Cow::Owned(self.documents.to_string()),
            "facts" => Cow::Owned(self.facts.to_string()),
            _ => Cow::Borrowed(""),
        }
    }

    fn json(&self, out: &mut Vec<u8>) -> serde_json::Result<()> {
        serde_json::to_writer(out, self)
    }

    fn tell(&self, out: &mut String) {
        let (documents, facts) = (counted(self.documents, "document"), counted(self.facts, "fact"));
        say!(out, "{}  {documents}, {facts}\n", one_line(&self.name));
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
        let mut out = Vec::new();
        row.json(&mut out).unwrap();
        let value: Value = serde_json::from_slice(&out).unwrap();
        (value.as_object().unwrap().keys().cloned().collect(), value)
    }

    /// Every cell says what the key of the same name says.
    fn agrees(row: &dyn TableRow, columns: &[&str]) {
        let (_, value) = keys(row);
        for column in columns {
            let cell = row.cell(column);
            let wanted = match &value[*column] {
                Value::Object(_) => value[*column].to_string(),
                Value::Array(items) if items.is_empty() || items[0].is_object() => value[*column].to_string(),
                other => loose_cell(other).into_owned(),
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
