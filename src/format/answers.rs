//! Each answer of the API as a table: its rows, and its words for people.

use serde::Serialize;

use super::fields::{Json, Key, Sink as _, key};
use super::output::Output;
use super::rows::{NumberedHop, hop_json, tell_row};
use super::table::{Answer, TableRow, close_list, counted, maybe, one_line, say};
use crate::query::{
    Documents, Facts, HistoryEntry, More, NeighbourNode, Neighbourhood, Nodes, Page, PathAnswer, Paths, Publishers, SingleDocument,
    SingleFact, SingleNode, Timeline, Truncated,
};

/// Bytes of a fact's row in JSON, about, and of what stands around the rows.
const ROW: usize = 800;
const FRAME: usize = 2_048;

/// The members of a JSON object, one after the other.
struct Members<'o> {
    to: Json<'o>,
    written: serde_json::Result<()>,
}

impl<'o> Members<'o> {
    fn of(out: &'o mut Output) -> Self {
        out.push("{");
        Self {
            to: Json { out, is_first: true },
            written: Ok(()),
        }
    }

    /// A member that serde writes.
    fn member<T: Serialize>(mut self, key: Key, value: &T) -> Self {
        self.to.key(key);
        let written = serde_json::to_writer(self.to.out.bytes(), value);
        self.written = self.written.and(written);
        self
    }

    /// A member that is there when it is known.
    fn maybe<T: Serialize>(self, key: Key, value: Option<&T>) -> Self {
        match value {
            Some(value) => self.member(key, value),
            None => self,
        }
    }

    /// A member that is a list.
    fn list<T>(mut self, key: Key, items: &[T], write: impl Fn(&T, &mut Output) -> serde_json::Result<()>) -> Self {
        self.to.key(key);
        self.to.out.push("[");
        for (place, item) in items.iter().enumerate() {
            if place > 0 {
                self.to.out.push(",");
            }
            let written = write(item, self.to.out);
            self.written = self.written.and(written);
        }
        self.to.out.push("]");
        self
    }

    fn close(self) -> serde_json::Result<()> {
        self.to.out.push("}");
        self.written
    }
}

fn hand_over<R: TableRow>(rows: &[R], visit: &mut dyn FnMut(&dyn TableRow)) {
    for row in rows {
        visit(row);
    }
}

fn length<R>(rows: &[R]) -> u64 {
    rows.len() as u64
}

macro_rules! list {
    ($answer:ty, $rows:ident, $key:literal, $noun:literal) => {
        impl Answer for $answer {
            fn json(&self, out: &mut Output) -> serde_json::Result<()> {
                Members::of(out)
                    .member(key!("query"), &self.query)
                    .member(key!("revision"), &self.revision)
                    .list(key!($key), &self.$rows, TableRow::json)
                    .member(key!("page"), &self.page)
                    .member(key!("hidden"), &self.hidden)
                    .member(key!("truncated"), &self.truncated)
                    .close()
            }
            fn size_hint(&self) -> usize {
                FRAME + self.$rows.len() * ROW
            }
            fn each_row(&self, visit: &mut dyn FnMut(&dyn TableRow)) {
                hand_over(&self.$rows, visit);
            }
            fn page(&self) -> Option<&Page> {
                Some(&self.page)
            }
            fn truncated(&self) -> Option<&Truncated> {
                self.truncated.as_ref()
            }
            fn closing(&self, out: &mut String) {
                close_list(
                    out,
                    length(&self.$rows),
                    $noun,
                    Some(&self.page),
                    self.hidden.undated,
                    self.truncated.as_ref(),
                );
            }
        }
    };
}

list!(Facts<'_>, facts, "facts", "fact");
list!(Nodes, nodes, "nodes", "node");
list!(Documents, documents, "documents", "document");

impl Answer for Timeline<'_> {
    fn json(&self, out: &mut Output) -> serde_json::Result<()> {
        let mut members = Members::of(out)
            .member(key!("query"), &self.query)
            .member(key!("revision"), &self.revision)
            .member(key!("nodes"), &self.nodes);
        if let Some(facts) = &self.facts {
            members = members.list(key!("facts"), facts, TableRow::json);
        }
        members
            .maybe(key!("page"), self.page.as_ref())
            .maybe(key!("buckets"), self.buckets.as_ref())
            .member(key!("hidden"), &self.hidden)
            .member(key!("truncated"), &self.truncated)
            .close()
    }
    fn size_hint(&self) -> usize {
        FRAME + self.facts.as_ref().map_or(0, Vec::len) * ROW
    }
    fn each_row(&self, visit: &mut dyn FnMut(&dyn TableRow)) {
        hand_over(self.facts.as_deref().unwrap_or_default(), visit);
        hand_over(self.buckets.as_deref().unwrap_or_default(), visit);
    }
    fn page(&self) -> Option<&Page> {
        self.page.as_ref()
    }
    fn truncated(&self) -> Option<&Truncated> {
        self.truncated.as_ref()
    }
    fn closing(&self, out: &mut String) {
        let (shown, noun) = match (&self.facts, &self.buckets) {
            (Some(facts), _) => (length(facts), "fact"),
            (None, buckets) => (buckets.as_deref().map(length).unwrap_or_default(), "bucket"),
        };
        close_list(out, shown, noun, self.page.as_ref(), self.hidden.undated, self.truncated.as_ref());
    }
}

impl Answer for Publishers {
    fn each_row(&self, visit: &mut dyn FnMut(&dyn TableRow)) {
        hand_over(&self.publishers, visit);
    }
    fn closing(&self, out: &mut String) {
        close_list(out, length(&self.publishers), "publisher", None, 0, None);
    }
}

#[expect(clippy::unnecessary_wraps, reason = "as whatever writes an entry of a list")]
fn neighbour_json(node: &NeighbourNode<'_>, out: &mut Output) -> serde_json::Result<()> {
    out.push("{");
    let mut to = Json { out, is_first: true };
    to.key(key!("id"));
    to.word(node.id);
    to.key(key!("type"));
    to.text(node.node_type);
    to.key(key!("name"));
    to.text(node.name);
    to.key(key!("hop"));
    to.number(node.hop.into());
    to.key(key!("degree"));
    to.number(node.degree.into());
    out.push("}");
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "as whatever writes an entry of a list")]
fn more_json(more: &More<'_>, out: &mut Output) -> serde_json::Result<()> {
    out.push("{");
    let mut to = Json { out, is_first: true };
    to.key(key!("id"));
    to.word(more.id);
    to.key(key!("degree"));
    to.number(more.degree.into());
    to.key(key!("shown"));
    to.number(more.shown.into());
    to.key(key!("next"));
    let start = to.open();
    more.next.each_piece(|piece| to.piece(piece));
    to.close(start);
    out.push("}");
    Ok(())
}

impl Answer for Neighbourhood<'_> {
    fn json(&self, out: &mut Output) -> serde_json::Result<()> {
        Members::of(out)
            .member(key!("query"), &self.query)
            .member(key!("revision"), &self.revision)
            .member(key!("node"), &self.node)
            .list(key!("nodes"), &self.nodes, neighbour_json)
            .list(key!("edges"), &self.edges, TableRow::json)
            .list(key!("more"), &self.more, more_json)
            .member(key!("truncated"), &self.truncated)
            .close()
    }
    fn size_hint(&self) -> usize {
        // A node and its place in `more` take less than a row.
        FRAME + (self.edges.len() + self.nodes.len() / 2) * ROW
    }
    fn each_row(&self, visit: &mut dyn FnMut(&dyn TableRow)) {
        hand_over(&self.edges, visit);
    }
    fn truncated(&self) -> Option<&Truncated> {
        self.truncated.as_ref()
    }
    fn opening(&self, out: &mut String) {
        let (nodes, edges) = (counted(length(&self.nodes), "node"), counted(length(&self.edges), "edge"));
        say!(out, "{} ({}): {nodes}, {edges}\n", one_line(&self.node.name), self.node.node_type);
    }
    fn closing(&self, out: &mut String) {
        match &self.truncated {
            None => out.push_str(&counted(length(&self.edges), "edge")),
            Some(cut) => {
                let left = |count: Option<u64>, noun: &str| count.map_or_else(|| format!("some {noun}s"), |count| counted(count, noun));
                let (nodes, edges) = (left(cut.nodes_omitted, "node"), left(cut.edges_omitted, "edge"));
                say!(out, "cut by {}: {nodes} and {edges} left out", cut.reason);
            }
        }
        if let Some(more) = self.more.first() {
            let others = self.more.len() - 1;
            let others = if others == 0 {
                String::new()
            } else {
                format!("; so have {}", counted(others as u64, "other node"))
            };
            say!(
                out,
                "; {} has {} of {} facts here{others}; next: {}",
                more.id,
                more.shown,
                more.degree,
                more.next
            );
        }
        out.push('\n');
    }
}

fn path_json(path: &PathAnswer<'_>, out: &mut Output) -> serde_json::Result<()> {
    Members::of(out)
        .member(key!("length"), &path.length)
        .member(key!("text"), &path.text)
        .member(key!("earliest"), &path.earliest)
        .member(key!("latest"), &path.latest)
        .member(key!("nodes"), &path.nodes)
        .list(key!("hops"), &path.hops, |hop, out| {
            hop_json(hop, out, |_| {});
            Ok(())
        })
        .close()
}

impl Answer for Paths<'_> {
    fn json(&self, out: &mut Output) -> serde_json::Result<()> {
        Members::of(out)
            .member(key!("query"), &self.query)
            .member(key!("revision"), &self.revision)
            .member(key!("from"), &self.from)
            .member(key!("to"), &self.to)
            .list(key!("paths"), &self.paths, path_json)
            .member(key!("reason"), &self.reason)
            .member(key!("truncated"), &self.truncated)
            .close()
    }
    fn size_hint(&self) -> usize {
        FRAME + self.paths.iter().map(|path| path.hops.len() + 1).sum::<usize>() * ROW
    }
    fn each_row(&self, visit: &mut dyn FnMut(&dyn TableRow)) {
        for (number, path) in self.paths.iter().enumerate() {
            for hop in &path.hops {
                visit(&NumberedHop { hop, path: number + 1 });
            }
        }
    }
    fn truncated(&self) -> Option<&Truncated> {
        self.truncated.as_ref()
    }
    fn closing(&self, out: &mut String) {
        let (from, to) = (one_line(&self.from.name), one_line(&self.to.name));
        if let Some(reason) = &self.reason {
            say!(out, "no path from {from} to {to}: {reason}");
        } else {
            say!(out, "{} from {from} to {to}", counted(length(&self.paths), "path"));
        }
        if let Some(cut) = &self.truncated {
            say!(out, "; cut by {}", cut.reason);
        }
        out.push('\n');
    }
    fn tell(&self, out: &mut String) {
        for (number, path) in self.paths.iter().enumerate() {
            out.push_str(&headline(number + 1, path));
            for hop in &path.hops {
                NumberedHop { hop, path: number + 1 }.tell(out);
            }
        }
        self.closing(out);
    }
}

fn headline(number: usize, path: &PathAnswer<'_>) -> String {
    let names: Vec<_> = path.nodes.iter().map(|node| one_line(&node.name)).collect();
    let held = match (path.earliest, path.latest) {
        (None, None) => String::new(),
        (from, until) => format!(", all of it {}/{}", or_open(from.as_ref()), or_open(until.as_ref())),
    };
    format!("{number}. {}  ({}{held})\n", names.join(" > "), counted(path.length.into(), "hop"))
}

fn or_open(day: Option<&crate::model::Day>) -> String {
    day.map_or_else(|| "..".to_owned(), ToString::to_string)
}

fn tell_history(history: &[HistoryEntry], out: &mut String) {
    for entry in history {
        let why: Vec<String> = entry
            .reason
            .iter()
            .cloned()
            .chain(entry.by.iter().map(|by| format!("by {by}")))
            .collect();
        let why = if why.is_empty() {
            String::new()
        } else {
            format!(": {}", why.join(", "))
        };
        say!(
            out,
            "  {}  {}  {}{}\n",
            entry.recorded_at,
            entry.revision,
            entry.event,
            one_line(&why)
        );
    }
}

impl Answer for SingleFact {
    fn each_row(&self, visit: &mut dyn FnMut(&dyn TableRow)) {
        visit(&self.row);
    }
    fn closing(&self, out: &mut String) {
        for evidence in self.row.evidence.iter().flatten() {
            let place = evidence.document.as_deref().or(evidence.publisher.as_deref()).unwrap_or_default();
            let day = maybe(evidence.reported.as_ref());
            say!(
                out,
                "  {day}  {}: \"{}\"\n",
                one_line(place),
                one_line(evidence.quote.as_deref().unwrap_or_default())
            );
        }
        tell_history(&self.history, out);
        say!(
            out,
            "claim {} rests on {}\n",
            self.claim,
            counted(self.row.source_count.into(), "independent text")
        );
    }
    // The quotes stand with their evidence.
    fn tell(&self, out: &mut String) {
        tell_row(&self.row, out);
        self.closing(out);
    }
}

impl Answer for SingleNode {
    fn each_row(&self, visit: &mut dyn FnMut(&dyn TableRow)) {
        visit(&self.as_row());
    }
    fn closing(&self, out: &mut String) {
        for name in self.names.iter().filter(|name| name.text != self.name) {
            say!(out, "  also {}\n", one_line(&name.text));
        }
        for (key, value) in self.external_ids.iter().chain(&self.properties) {
            say!(out, "  {}: {}\n", one_line(key), one_line(value));
        }
        tell_history(&self.history, out);
        say!(
            out,
            "facts from {} to {}\n",
            or_open(self.first.as_ref()),
            or_open(self.last.as_ref())
        );
    }
}

impl SingleNode {
    fn as_row(&self) -> crate::query::NodeRow {
        crate::query::NodeRow {
            id: self.id.clone(),
            node_type: self.node_type.clone(),
            name: self.name.clone(),
            facts: self.facts,
            names: Some(self.names.clone()),
            matched: None,
            score: None,
        }
    }
}

impl Answer for SingleDocument {
    fn each_row(&self, visit: &mut dyn FnMut(&dyn TableRow)) {
        visit(&self.row);
    }
    fn closing(&self, out: &mut String) {
        tell_history(&self.history, out);
        if let Some(text) = &self.text {
            say!(out, "\n{}\n", text.trim_end());
        }
    }
}
