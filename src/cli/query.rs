//! `dateline query`: the questions of the API, as a table on a terminal and NDJSON in a pipe.

use std::io::{IsTerminal as _, Write as _};

use axum::body::Body;
use http_body_util::BodyExt as _;
use serde::Serialize;

use super::{Door, Failure, Needs, Outcome, door, table};
use crate::config::Place;
use crate::query::{DocumentsParams, FactsParams, FilterParams, NeighbourhoodParams, NodesParams, PathsParams, TimelineParams};

/// Arguments of `dateline query`.
#[derive(Debug, clap::Args)]
pub(super) struct QueryArgs {
    #[command(subcommand)]
    question: Question,
}

#[derive(Debug, clap::Subcommand)]
enum Question {
    /// What is around a node.
    #[command(after_help = "Example: dateline query neighbourhood --node china --relation CONSULT --since 2017")]
    Neighbourhood(Asked<NeighbourhoodParams>),
    /// How two nodes are connected, and by which evidence.
    #[command(after_help = "Example: dateline query paths --from 'Li Zuocheng' --to myanmar --k 1")]
    Paths(Asked<PathsParams>),
    /// What happened, in order.
    #[command(after_help = "Example: dateline query timeline --node myanmar --bucket year")]
    Timeline(Asked<TimelineParams>),
    /// Facts in the order in which they were recorded.
    #[command(after_help = "Example: dateline query facts --subject 'Amnesty International' --include quote")]
    Facts(Asked<FactsParams>),
    /// Nodes by name, in any script.
    #[command(after_help = "Example: dateline query nodes --q 'li zuo'")]
    Nodes(Asked<NodesParams>),
    /// Documents in the order in which they were recorded.
    #[command(after_help = "Example: dateline query documents --publisher Reuters")]
    Documents(Asked<DocumentsParams>),
}

#[derive(Debug, clap::Args)]
struct Asked<P: clap::Args> {
    #[command(flatten)]
    own: P,
    #[command(flatten)]
    filters: FilterParams,
}

impl Question {
    /// Path and query string of the API for it.
    fn target(&self, format: &str) -> Result<String, Failure> {
        match self {
            Self::Neighbourhood(asked) => asked.target("neighbourhood", format),
            Self::Paths(asked) => asked.target("paths", format),
            Self::Timeline(asked) => asked.target("timeline", format),
            Self::Facts(asked) => asked.target("facts", format),
            Self::Nodes(asked) => asked.target("nodes", format),
            Self::Documents(asked) => asked.target("documents", format),
        }
    }

    fn format(&self) -> Option<&str> {
        match self {
            Self::Neighbourhood(asked) => asked.filters.format.as_deref(),
            Self::Paths(asked) => asked.filters.format.as_deref(),
            Self::Timeline(asked) => asked.filters.format.as_deref(),
            Self::Facts(asked) => asked.filters.format.as_deref(),
            Self::Nodes(asked) => asked.filters.format.as_deref(),
            Self::Documents(asked) => asked.filters.format.as_deref(),
        }
    }
}

impl<P: clap::Args + Serialize> Asked<P> {
    fn target(&self, route: &str, format: &str) -> Result<String, Failure> {
        let filters = FilterParams {
            format: None,
            ..self.filters.clone()
        };
        let own = serde_html_form::to_string(&self.own).map_err(Failure::usage)?;
        let common = serde_html_form::to_string(&filters).map_err(Failure::usage)?;
        let parts: Vec<String> = [own, common, format!("format={format}")]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect();
        Ok(format!("/v1/{route}?{}", parts.join("&")))
    }
}

/// Asks, and prints the answer.
pub(super) async fn query(place: &Place, args: QueryArgs) -> Result<Outcome, Failure> {
    let door = Door::open(place, Needs::AStore)?;
    let printed = match args.question.format() {
        Some(format) => stream(&door, &args.question.target(format)?).await,
        None if std::io::stdout().is_terminal() => print_table(&door, &args.question.target("json")?).await,
        None => stream(&door, &args.question.target("ndjson")?).await,
    };
    door.close().await;
    printed.map(|()| Outcome::Done)
}

async fn print_table(door: &Door, target: &str) -> Result<(), Failure> {
    let answer = door.json("GET", target, None, Body::empty()).await?;
    print_line(&table::render(&answer))
}

async fn stream(door: &Door, target: &str) -> Result<(), Failure> {
    let response = door::checked(door.send("GET", target, None, Body::empty()).await?).await?;
    copy_body(response.into_body(), &mut std::io::stdout().lock()).await.map(drop)
}

/// Writes a body as it comes; a reader that has gone away is no failure. Gives the bytes written.
pub(super) async fn copy_body(mut body: Body, out: &mut dyn std::io::Write) -> Result<u64, Failure> {
    let mut written = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Failure::new(format_args!("the answer broke off: {error}")))?;
        if let Some(bytes) = frame.data_ref() {
            match out.write_all(bytes) {
                Ok(()) => written += bytes.len() as u64,
                Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => return Ok(written),
                Err(error) => return Err(Failure::io("output")(error)),
            }
        }
    }
    out.flush().map_err(Failure::io("output"))?;
    Ok(written)
}

fn print_line(text: &str) -> Result<(), Failure> {
    match writeln!(std::io::stdout().lock(), "{text}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Failure::io("output")(error)),
        _ => Ok(()),
    }
}
