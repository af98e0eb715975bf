//! Each answer of the API as a table: its rows, and its words for people.

use super::rows::{NumberedHop, fact_line};
use super::table::{Answer, TableRow, close_list, counted, maybe, one_line, say};
use crate::query::{
    Documents, Facts, HistoryEntry, Neighbourhood, Nodes, Page, PathAnswer, Paths, Publishers, SingleDocument, SingleFact, SingleNode,
    Timeline, Truncated,
};

fn hand_over<R: TableRow>(rows: &[R], visit: &mut dyn FnMut(&dyn TableRow)) {
    for row in rows {
        visit(row);
    }
}

fn length<R>(rows: &[R]) -> u64 {
    rows.len() as u64
}

macro_rules! list {
    ($answer:ty, $rows:ident, $noun:literal) => {
        impl Answer for $answer {
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

list!(Facts, facts, "fact");
list!(Nodes, nodes, "node");
list!(Documents, documents, "document");

impl Answer for Timeline {
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

impl Answer for Neighbourhood {
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

impl Answer for Paths {
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

fn headline(number: usize, path: &PathAnswer) -> String {
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
        out.push_str(&fact_line(&self.row));
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
