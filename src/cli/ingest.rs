//! `dateline ingest`: reports from files, a line each, and a summary.

use std::path::{Path, PathBuf};

use axum::body::Body;
use serde_json::Value;

use super::{Door, Failure, Needs, Outcome};
use crate::config::Place;

/// Arguments of `dateline ingest`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: dateline ingest reports/*.txt --why")]
pub(super) struct IngestArgs {
    /// Reports: text in wire form (` date 2017-11-24 Reuters, BEIJING`), or `.json`; `-` reads standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Name every sentence that gave no fact, and why.
    #[arg(long)]
    why: bool,
    /// Extract and check only; store nothing.
    #[arg(long)]
    dry_run: bool,
}

#[derive(Default)]
struct Sum {
    stored: u64,
    there_already: u64,
    refused: u64,
    facts: u64,
    known: u64,
    nodes: u64,
    skipped: u64,
}

/// Puts each report in, in the order given.
pub(super) async fn ingest(place: &Place, args: IngestArgs) -> Result<Outcome, Failure> {
    let door = Door::open(place, Needs::AFolder)?;
    let mut sum = Sum::default();
    for file in &args.files {
        match put(&door, file, args.dry_run).await {
            Ok(reply) => {
                sum.count(&reply);
                anstream::println!("{}", line(file, &reply));
                if args.why {
                    print_skipped(&reply);
                }
            }
            Err(failure) => {
                sum.refused += 1;
                anstream::eprintln!("dateline: {}", failure.named(file.display()));
            }
        }
    }
    door.close().await;
    anstream::println!("{}", sum.line(args.dry_run));
    Ok(if sum.refused == 0 { Outcome::Done } else { Outcome::InPart })
}

/// Puts one report in and gives the API's reply.
pub(super) async fn put(door: &Door, file: &Path, dry_run: bool) -> Result<Value, Failure> {
    let text = if file == Path::new("-") {
        std::io::read_to_string(std::io::stdin()).map_err(Failure::io("standard input"))?
    } else {
        std::fs::read_to_string(file).map_err(Failure::io(file.display()))?
    };
    let json = file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
    put_text(
        door,
        text,
        if json { "application/json" } else { "text/plain; charset=utf-8" },
        dry_run,
    )
    .await
}

/// Puts one report's text in and gives the API's reply.
pub(super) async fn put_text(door: &Door, text: String, content_type: &str, dry_run: bool) -> Result<Value, Failure> {
    let target = if dry_run { "/v1/documents?dry_run=true" } else { "/v1/documents" };
    door.json("POST", target, Some(content_type), Body::from(text)).await
}

fn number(reply: &Value, key: &str) -> u64 {
    reply.get(key).and_then(Value::as_u64).unwrap_or(0)
}

fn skipped(reply: &Value) -> &[Value] {
    reply
        .get("skipped")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
}

fn line(file: &Path, reply: &Value) -> String {
    let id = reply.pointer("/document/id").and_then(Value::as_str).unwrap_or_default();
    format!(
        "{}: {id}, {} new facts, {} known, {} new nodes, {} sentences without a fact",
        file.display(),
        number(reply, "facts_created"),
        number(reply, "facts_known"),
        number(reply, "nodes_created"),
        skipped(reply).len(),
    )
}

fn print_skipped(reply: &Value) {
    for entry in skipped(reply) {
        let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default();
        anstream::println!("  {}: {}", text("reason"), text("sentence"));
    }
}

impl Sum {
    fn count(&mut self, reply: &Value) {
        let facts = number(reply, "facts_created");
        if facts == 0 && number(reply, "nodes_created") == 0 && number(reply, "facts_known") > 0 {
            self.there_already += 1;
        } else {
            self.stored += 1;
        }
        self.facts += facts;
        self.known += number(reply, "facts_known");
        self.nodes += number(reply, "nodes_created");
        self.skipped += skipped(reply).len() as u64;
    }

    fn line(&self, dry_run: bool) -> String {
        let done = if dry_run { "would be stored" } else { "stored" };
        format!(
            "{} reports {done}, {} brought nothing new, {} refused: {} new facts, {} known, {} new nodes, {} sentences without a fact",
            self.stored, self.there_already, self.refused, self.facts, self.known, self.nodes, self.skipped
        )
    }
}
