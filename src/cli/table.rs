//! Answers as a table on a terminal.

// Writing into a `String` never fails.
use std::fmt::Write as _;

use comfy_table::{Table, presets};
use serde_json::Value;

/// Columns shown for the rows of an answer, by the key that holds them.
const COLUMNS: &[(&str, &[&str])] = &[
    ("facts", &["valid", "text", "said_by", "publisher", "source_count", "id"]),
    ("edges", &["hop", "valid", "text", "source_count", "id"]),
    ("nodes", &["id", "type", "name", "facts"]),
    ("documents", &["id", "date", "publisher", "title", "facts"]),
    ("buckets", &["start", "end", "group", "count_min", "count_max"]),
];

/// The answer as text for people: a table of its rows, and a last line of what is left.
#[must_use]
pub(super) fn render(answer: &Value) -> String {
    if let Some(paths) = answer.get("paths").and_then(Value::as_array) {
        return render_paths(answer, paths);
    }
    let Some((key, columns)) = COLUMNS.iter().find(|(key, _)| answer.get(key).is_some_and(Value::is_array)) else {
        return serde_json::to_string_pretty(answer).unwrap_or_default();
    };
    // A neighbourhood has nodes and edges: the edges say more.
    let (key, columns) = if answer.get("edges").is_some() {
        ("edges", edge_columns())
    } else {
        (*key, *columns)
    };
    let rows = answer.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut out = table(columns, rows);
    out.push('\n');
    out.push_str(&closing_line(answer, rows.len()));
    out
}

fn edge_columns() -> &'static [&'static str] {
    COLUMNS.iter().find(|(key, _)| *key == "edges").map_or(&[], |(_, columns)| columns)
}

fn table(columns: &[&str], rows: &[Value]) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_HORIZONTAL_ONLY)
        .set_content_arrangement(comfy_table::ContentArrangement::Dynamic);
    if table.width().is_none() {
        table.set_width(80);
    }
    table.set_header(columns.to_vec());
    for row in rows {
        table.add_row(columns.iter().map(|column| cell(row.get(*column))));
    }
    table.to_string()
}

fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

fn render_paths(answer: &Value, paths: &[Value]) -> String {
    if paths.is_empty() {
        return format!("no path: {}", cell(answer.get("reason")));
    }
    let mut out = String::new();
    for (number, path) in paths.iter().enumerate() {
        let hops = path.get("hops").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let _ = writeln!(out, "path {} of {}: {}", number + 1, paths.len(), cell(path.get("text")));
        out.push_str(&table(&["valid", "text", "quote", "document"], hops));
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out
}

fn closing_line(answer: &Value, shown: usize) -> String {
    let total = answer.pointer("/page/total").and_then(Value::as_u64);
    let undated = answer.pointer("/hidden/undated").and_then(Value::as_u64).unwrap_or(0);
    let mut line = match total {
        Some(total) => format!("{shown} of {total}"),
        None => format!("{shown} shown"),
    };
    if undated > 0 {
        let _ = write!(line, "; {undated} more without a date");
    }
    if let Some(reason) = answer.pointer("/truncated/reason").and_then(Value::as_str) {
        let _ = write!(line, "; cut by {reason}");
    }
    if let Some(next) = answer.pointer("/page/next").and_then(Value::as_str) {
        let _ = write!(line, "; next: {next}");
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_list_becomes_a_table_with_a_closing_line() {
        let answer = json!({
            "facts": [{"valid": "2017-11-22", "text": "A met with B", "said_by": null, "publisher": "Reuters", "source_count": 1, "id": "f-1"}],
            "page": {"total": 7, "next": "/v1/facts?cursor=x"}, "hidden": {"undated": 2}
        });
        let text = render(&answer);
        assert!(text.contains("A met with B"));
        assert!(text.ends_with("1 of 7; 2 more without a date; next: /v1/facts?cursor=x"));
    }

    #[test]
    fn no_path_says_why() {
        assert_eq!(render(&json!({"paths": [], "reason": "not connected"})), "no path: not connected");
    }
}
