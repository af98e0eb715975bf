//! `dateline import`: facts from files, through the same door as everything else.
//!
//! Where the store is open in this process a file streams straight into it, by the way that bodies of requests
//! take; to a server it is sent in pieces of NDJSON, whatever its form. What was refused is named, counted, and
//! written to a file beside the input, so that it can be mended and sent again.

use std::io::{BufRead, BufReader, IsTerminal as _, Read, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::body::Body;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;

use super::{Door, Failure, Needs, Outcome};
use crate::config::Place;
use crate::format::icews::Icews;
use crate::format::quads::{Names, Quads, Unit};
use crate::format::{Cut, FactIn, Line, LineError, Piece, cuts, lines};
use crate::ingest::{Engine, FactsOptions, FactsReply, OnError, Part, Refused};
use crate::ontology::Ontology;

/// Lines sent in one request.
const PIECE: usize = 5_000;
/// Lines read at once.
const LINES: usize = 250;
/// How the output of `dateline export` begins.
const EXPORT_START: &str = "{\"kind\":\"store\"";
/// Errors that one reply names at most; a piece with more is sent again in pieces of this size.
const NAMED: usize = 100;

/// Arguments of `dateline import`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  dateline import facts.ndjson people.csv.gz
  dateline import --format icews events.2018.tab
  dateline import --format quads --entities entity2id.txt --relations relation2id.txt --epoch 2018-01-01 --unit hour --publisher ICEWS train.txt.gz

Rows are counted as stored (a new fact), corroborated (new evidence of a known fact), mirror (the same fact told
from its other end), duplicate, and rejected; a file can be imported again, nothing is stored twice.")]
pub(super) struct ImportArgs {
    /// Files; `.gz` is unpacked.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Form of the files. Default: by their ending.
    #[arg(long, value_enum)]
    format: Option<Form>,
    /// quads: file of entity names, `name TAB id`.
    #[arg(long, value_name = "FILE", required_if_eq("format", "quads"))]
    entities: Option<PathBuf>,
    /// quads: file of relation names, `name TAB id`.
    #[arg(long, value_name = "FILE", required_if_eq("format", "quads"))]
    relations: Option<PathBuf>,
    /// quads: the day on which time 0 falls.
    #[arg(long, value_name = "DATE", required_if_eq("format", "quads"))]
    epoch: Option<crate::model::Day>,
    /// quads: what the time column counts.
    #[arg(long, value_enum, default_value_t = TimeUnit::Day)]
    unit: TimeUnit,
    /// Who printed the facts (quads), or the publisher of rows that name none.
    #[arg(long, value_name = "NAME", required_if_eq("format", "quads"))]
    publisher: Option<String>,
    /// Where refused lines go. Default: FILE.rejected.ndjson.
    #[arg(long, value_name = "FILE")]
    rejected: Option<PathBuf>,
    /// Check and count only.
    #[arg(long)]
    dry_run: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// One JSON object a line: facts, or an export.
    Ndjson,
    /// A header row with the keys of a fact.
    Csv,
    /// ICEWS event files, tab separated with a header.
    Icews,
    /// Numbered temporal knowledge graph files: subject, relation, object, time.
    Quads,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum TimeUnit {
    Day,
    Hour,
}

/// Imports each file in turn.
pub(super) async fn import(place: &Place, args: ImportArgs) -> Result<Outcome, Failure> {
    let door = Door::open(place, Needs::AFolder)?;
    let mut total = FactsReply::default();
    let mut result = Ok(());
    for file in &args.files {
        result = import_file(&door, file, &args, &mut total).await;
        if result.is_err() {
            break;
        }
    }
    door.close().await;
    result?;
    anstream::println!("{}", summary("all", &total));
    Ok(if total.rejected == 0 { Outcome::Done } else { Outcome::InPart })
}

async fn import_file(door: &Door, file: &Path, args: &ImportArgs, total: &mut FactsReply) -> Result<(), Failure> {
    let bar = progress(file);
    let mut reader = BufReader::new(bar.wrap_read(open(file)?));
    let reader: Box<dyn BufRead + Send> = if ends_with(file, "gz") {
        Box::new(BufReader::new(flate2::read::MultiGzDecoder::new(reader)))
    } else {
        if is_export(&mut reader)? {
            return import_export(door, file, reader).await;
        }
        Box::new(reader)
    };
    let mut parts = Parts::open(file, reader, args)?;
    let mut sink = Rejected::new(args.rejected.clone().unwrap_or_else(|| beside(file)));
    let (sum, misfits) = match door.engine() {
        Some(engine) => stream(engine, parts, args, &mut sink).await?,
        None => (send_all(door, &mut parts, args, &mut sink).await?, parts.misfits()),
    };
    bar.finish_and_clear();
    anstream::println!("{}", summary(&file.display().to_string(), &sum));
    if misfits > 0 {
        anstream::println!("{misfits} rows did not fit their relation's domain or range and became related_to");
    }
    if let Some(path) = sink.finish()? {
        anstream::eprintln!("refused lines are in {}", path.display());
    }
    add(total, &sum);
    Ok(())
}

/// Takes a file into the store of this process; gives also how many rows were misfits.
async fn stream(engine: &Arc<Engine>, mut parts: Parts, args: &ImportArgs, sink: &mut Rejected) -> Result<(FactsReply, u64), Failure> {
    let how = FactsOptions {
        on_error: OnError::Skip,
        dry_run: args.dry_run,
        idempotency: None,
    };
    let mut session = engine.import_session(how).printed_by(args.publisher.as_deref());
    let read = move |hand_over: &mut dyn FnMut(Part) -> bool| {
        while parts.next().is_some_and(&mut *hand_over) {}
        parts.misfits()
    };
    let mut written = Ok(());
    let mut refuse = |refused: Vec<Refused>| {
        if written.is_ok() {
            written = refused.iter().try_for_each(|line| sink.write(&line.error, line.fact.as_deref()));
        }
    };
    let misfits = session.take(read, &mut refuse).await.map_err(Failure::new)?;
    let (sum, rest) = session.finish().await.map_err(Failure::new)?;
    refuse(rest);
    written.map(|()| (sum, misfits))
}

/// Sends a file to a server, piece by piece.
async fn send_all(door: &Door, parts: &mut Parts, args: &ImportArgs, sink: &mut Rejected) -> Result<FactsReply, Failure> {
    let mut sum = FactsReply::default();
    let mut piece = Vec::with_capacity(PIECE);
    for part in parts {
        let lines = match part {
            Part::Cut(cut) => Piece::read(cut),
            Part::Lines(lines) => lines.into(),
        };
        let lines = match args.publisher.as_deref() {
            Some(publisher) => lines.printed_by(publisher),
            None => lines,
        };
        piece.extend(lines.to_lines());
        if piece.len() >= PIECE {
            send(door, std::mem::take(&mut piece), args.dry_run, &mut sum, sink).await?;
        }
    }
    send(door, piece, args.dry_run, &mut sum, sink).await?;
    Ok(sum)
}

fn open(file: &Path) -> Result<Box<dyn Read + Send>, Failure> {
    if file == Path::new("-") {
        return Ok(Box::new(std::io::stdin()));
    }
    std::fs::File::open(file)
        .map(|file| Box::new(file) as Box<dyn Read + Send>)
        .map_err(Failure::io(file.display()))
}

fn progress(file: &Path) -> ProgressBar {
    let length = std::fs::metadata(file).map_or(0, |meta| meta.len());
    let bar = if std::io::stderr().is_terminal() {
        ProgressBar::new(length)
    } else {
        ProgressBar::hidden()
    };
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {bytes}/{total_bytes} {eta}") {
        bar.set_style(style);
    }
    bar.set_message(file.display().to_string());
    bar
}

fn ends_with(file: &Path, ending: &str) -> bool {
    file.extension().is_some_and(|found| found.eq_ignore_ascii_case(ending))
}

/// Whether the file is the output of `dateline export`, which is taken in whole, recorded times included.
fn is_export(reader: &mut impl BufRead) -> Result<bool, Failure> {
    let start = reader.fill_buf().map_err(Failure::io("input"))?;
    Ok(start.starts_with(EXPORT_START.as_bytes()))
}

async fn import_export(door: &Door, file: &Path, mut reader: impl Read) -> Result<(), Failure> {
    let mut text = Vec::new();
    reader.read_to_end(&mut text).map_err(Failure::io(file.display()))?;
    let reply = door
        .json("POST", "/local/import", Some("application/x-ndjson"), Body::from(text))
        .await?;
    let revision = reply.get("revision").and_then(Value::as_u64).unwrap_or(0);
    anstream::println!("{}: a whole store, up to revision {revision}", file.display());
    Ok(())
}

/// A file in parts, and how many of its rows had to fall back to `related_to`.
enum Parts {
    Ndjson(Box<dyn Iterator<Item = Cut> + Send>),
    Csv(Box<dyn Iterator<Item = Line> + Send>),
    Icews(Box<Icews<Box<dyn BufRead + Send>>>),
    Quads(Box<Quads<Box<dyn BufRead + Send>>>),
}

impl Parts {
    fn open(file: &Path, reader: Box<dyn BufRead + Send>, args: &ImportArgs) -> Result<Self, Failure> {
        Ok(match form_of(file, args.format)? {
            Form::Ndjson => Self::Ndjson(Box::new(cuts(reader))),
            Form::Csv => Self::Csv(Box::new(lines::csv(reader))),
            Form::Icews => Self::Icews(Box::new(Icews::new(reader, Ontology::built_in()))),
            Form::Quads => Self::Quads(Box::new(Quads::new(reader, Arc::new(names(args)?), Ontology::built_in()))),
        })
    }

    const fn misfits(&self) -> u64 {
        match self {
            Self::Ndjson(_) | Self::Csv(_) => 0,
            Self::Icews(events) => events.misfits(),
            Self::Quads(facts) => facts.misfits(),
        }
    }
}

impl Iterator for Parts {
    type Item = Part;

    fn next(&mut self) -> Option<Part> {
        match self {
            Self::Ndjson(cuts) => cuts.next().map(Part::Cut),
            Self::Csv(lines) => some_lines(lines),
            Self::Icews(events) => some_lines(events),
            Self::Quads(facts) => some_lines(facts),
        }
    }
}

fn some_lines(lines: &mut impl Iterator<Item = Line>) -> Option<Part> {
    let some: Vec<Line> = lines.take(LINES).collect();
    (!some.is_empty()).then_some(Part::Lines(some))
}

/// The names behind the numbers of quads, as the arguments say.
fn names(args: &ImportArgs) -> Result<Names, Failure> {
    let (Some(entities), Some(relations), Some(epoch), Some(publisher)) = (&args.entities, &args.relations, args.epoch, &args.publisher)
    else {
        return Err(Failure::usage("quads need --entities, --relations, --epoch and --publisher"));
    };
    let unit = match args.unit {
        TimeUnit::Day => Unit::Day,
        TimeUnit::Hour => Unit::Hour,
    };
    Names::read(
        BufReader::new(open(entities)?),
        BufReader::new(open(relations)?),
        epoch,
        unit,
        publisher.clone(),
    )
    .map_err(Failure::new)
}

fn form_of(file: &Path, given: Option<Form>) -> Result<Form, Failure> {
    if let Some(form) = given {
        return Ok(form);
    }
    let bare = if ends_with(file, "gz") {
        file.with_extension("")
    } else {
        file.to_owned()
    };
    match bare.extension().and_then(|ending| ending.to_str()) {
        Some("ndjson" | "jsonl" | "json") => Ok(Form::Ndjson),
        Some("csv") => Ok(Form::Csv),
        Some("tab") => Ok(Form::Icews),
        _ if file == Path::new("-") => Ok(Form::Ndjson),
        _ => Err(Failure::usage(format_args!(
            "{}: say --format ndjson, csv, icews or quads",
            file.display()
        ))),
    }
}

/// Sends one piece and adds what became of it to `sum`.
async fn send(door: &Door, piece: Vec<Line>, dry_run: bool, sum: &mut FactsReply, sink: &mut Rejected) -> Result<(), Failure> {
    let mut facts = Vec::with_capacity(piece.len());
    for line in piece {
        match &line.fact {
            Ok(_) => facts.push(line),
            Err(error) => {
                sum.received += 1;
                sum.rejected += 1;
                sink.write(error, None)?;
            }
        }
    }
    if facts.is_empty() {
        return Ok(());
    }
    let reply = post(door, &facts, dry_run).await?;
    add(sum, &reply);
    if reply.errors_omitted == 0 {
        return sink.write_all(&facts, &reply.errors);
    }
    // More were refused than one reply names. Nothing is stored twice, so the piece can be asked about again.
    for part in facts.chunks(NAMED) {
        let errors = post(door, part, dry_run).await?.errors;
        sink.write_all(part, &errors)?;
    }
    Ok(())
}

async fn post(door: &Door, facts: &[Line], dry_run: bool) -> Result<FactsReply, Failure> {
    let mut body = Vec::new();
    for line in facts {
        if let Ok(fact) = &line.fact {
            serde_json::to_writer(&mut body, fact).map_err(Failure::new)?;
            body.push(b'\n');
        }
    }
    let target = if dry_run {
        "/v1/facts?on_error=skip&dry_run=true"
    } else {
        "/v1/facts?on_error=skip"
    };
    let reply = door.json("POST", target, Some("application/x-ndjson"), Body::from(body)).await?;
    serde_json::from_value(reply).map_err(Failure::new)
}

fn add(sum: &mut FactsReply, reply: &FactsReply) {
    sum.received += reply.received;
    sum.created += reply.created;
    sum.known += reply.known;
    sum.corroborated += reply.corroborated;
    sum.mirror += reply.mirror;
    sum.duplicate += reply.duplicate;
    sum.rejected += reply.rejected;
    sum.nodes_created += reply.nodes_created;
    sum.revision = sum.revision.max(reply.revision);
}

fn summary(what: &str, sum: &FactsReply) -> String {
    format!(
        "{what}: {} rows: {} stored, {} corroborated, {} mirror, {} duplicate, {} rejected; {} new nodes",
        sum.received, sum.created, sum.corroborated, sum.mirror, sum.duplicate, sum.rejected, sum.nodes_created
    )
}

fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".rejected.ndjson");
    PathBuf::from(name)
}

/// The refused lines: the first few are named on the terminal, all are written to a file.
struct Rejected {
    path: PathBuf,
    file: Option<std::io::BufWriter<std::fs::File>>,
    named: usize,
}

impl Rejected {
    fn new(path: PathBuf) -> Self {
        Self {
            path,
            file: None,
            named: 0,
        }
    }

    /// Writes those of `facts` that `errors` (numbered within `facts`, from 1) are about.
    fn write_all(&mut self, facts: &[Line], errors: &[LineError]) -> Result<(), Failure> {
        for error in errors {
            let line = usize::try_from(error.line)
                .ok()
                .and_then(|number| facts.get(number.checked_sub(1)?));
            let number = line.map_or(error.line, |line| line.number);
            self.write(
                &LineError {
                    line: number,
                    ..error.clone()
                },
                line.and_then(|line| line.fact.as_ref().ok()),
            )?;
        }
        Ok(())
    }

    fn write(&mut self, error: &LineError, fact: Option<&FactIn<'_>>) -> Result<(), Failure> {
        if self.named < 10 {
            anstream::eprintln!("line {}{}: {}", error.line, pointer(error), error.detail);
            self.named += 1;
        }
        let mut entry = serde_json::to_value(error).map_err(Failure::new)?;
        if let (Some(fact), Some(entry)) = (fact, entry.as_object_mut()) {
            entry.insert("fact".to_owned(), serde_json::to_value(fact).map_err(Failure::new)?);
        }
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(std::io::BufWriter::new(
                std::fs::File::create(&self.path).map_err(Failure::io(self.path.display()))?,
            )),
        };
        writeln!(file, "{entry}").map_err(Failure::io(self.path.display()))
    }

    /// Gives the file, when there is one.
    fn finish(self) -> Result<Option<PathBuf>, Failure> {
        match self.file {
            None => Ok(None),
            Some(mut file) => file
                .flush()
                .map(|()| Some(self.path.clone()))
                .map_err(Failure::io(self.path.display())),
        }
    }
}

fn pointer(error: &LineError) -> String {
    if error.pointer.is_empty() {
        String::new()
    } else {
        format!(" ({})", error.pointer)
    }
}
