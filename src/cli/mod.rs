//! The command line: `dateline serve` and the commands beside it.
//!
//! Commands that ask and write speak the HTTP API through a [`Door`]: to the server that holds the store, or to the
//! same router inside this process when no server does. That is why the bytes are the same with and without a
//! server. `serve`, `migrate`, `compact` and `verify` hold the store themselves.

mod alone;
mod compact;
mod demo;
mod door;
mod export;
mod import;
mod ingest;
mod outcome;
mod query;
mod serve;
mod table;
mod verify;

pub use door::{Door, Needs};
pub use outcome::{Failure, Outcome};

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _};

use crate::config::{HealthConfig, Place, ServeConfig};

const EXAMPLES: &str = "Examples:
  dateline demo
  dateline serve --data ./data
  dateline ingest reports/*.txt
  dateline query timeline --node myanmar --since 2017
  dateline query paths --from 'Li Zuocheng' --to rohingya --format text
  dateline import facts.ndjson events.csv.gz
  dateline export > everything.ndjson

Exit codes: 0 done; 1 failed; 2 wrong usage; 3 done in part (some lines or reports were refused);
4 verify found something wrong.
Settings: flags, then the environment (DATELINE_*), then --config FILE (TOML), then the default.";

/// A knowledge-graph store with a query HTTP API, for facts that have a date and a source.
#[derive(clap::Parser)]
#[command(name = "dateline", version, after_long_help = EXAMPLES, after_help = "More: dateline --help")]
pub struct Cli {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Serve the HTTP API.
    Serve(Box<ServeConfig>),
    /// Put the sample reports into a store of their own and serve it.
    Demo(Box<ServeConfig>),
    /// Read reports: text in wire form, or JSON.
    Ingest(ingest::IngestArgs),
    /// Ask a question: neighbourhood, paths, timeline, facts, nodes.
    Query(Box<query::QueryArgs>),
    /// Put in facts from files: NDJSON, CSV, ICEWS, quads, or an export (`.gz` too).
    Import(Box<import::ImportArgs>),
    /// Write everything the store has recorded, one JSON object a line.
    Export(export::ExportArgs),
    /// Write a copy of the store into a new folder.
    Backup(export::BackupArgs),
    /// Write a store anew so that it takes less disk (while no server holds it).
    Compact(compact::CompactArgs),
    /// Read a whole store and say what is wrong with it (while no server holds it).
    Verify(verify::VerifyArgs),
    /// Bring a store to the newest format (`serve` does it by itself).
    Migrate,
    /// Ask a server whether it is ready; for containers.
    Healthcheck(HealthConfig),
    /// Print completions for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// Runs the command line and gives the exit code.
#[must_use]
pub fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let command = match crate::config::with_file(Cli::command(), &arguments) {
        Ok(command) => command,
        Err(error) => return Failure::usage(error).report(),
    };
    let cli = match command
        .try_get_matches_from(arguments)
        .and_then(|matches| Cli::from_arg_matches(&matches))
    {
        Ok(cli) => cli,
        // clap prints help to standard output and errors to standard error, with their own codes.
        Err(error) => error.exit(),
    };
    match run(cli) {
        Ok(outcome) => outcome.code(),
        Err(failure) => failure.report(),
    }
}

fn run(cli: Cli) -> Result<Outcome, Failure> {
    match cli.command {
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "dateline", &mut std::io::stdout());
            Ok(Outcome::Done)
        }
        Command::Migrate => serve::migrate(&cli.place),
        Command::Compact(args) => compact::compact(&cli.place, &args),
        Command::Verify(args) => verify::verify(&cli.place, &args),
        Command::Serve(config) => in_runtime(serve::serve(&cli.place, &config, serve::NoPreparation)),
        Command::Demo(config) => in_runtime(demo::demo(&cli.place, &config)),
        Command::Ingest(args) => in_runtime(ingest::ingest(&cli.place, args)),
        Command::Query(args) => in_runtime(query::query(&cli.place, *args)),
        Command::Import(args) => in_runtime(import::import(&cli.place, *args)),
        Command::Export(args) => in_runtime(export::export(&cli.place, args)),
        Command::Backup(args) => in_runtime(export::backup(&cli.place, args)),
        Command::Healthcheck(args) => in_runtime(serve::healthcheck(&cli.place, args)),
    }
}

/// Millions of bytes, with one place behind the point.
fn megabytes(bytes: u64) -> String {
    let tenths = (bytes + 50_000) / 100_000;
    format!("{}.{} MB", tenths / 10, tenths % 10)
}

fn in_runtime(work: impl Future<Output = Result<Outcome, Failure>>) -> Result<Outcome, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Failure::io("the runtime"))?
        .block_on(work)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_told_in_tenths_of_a_megabyte() {
        assert_eq!(
            [0, 49_999, 50_000, 1_234_567, 999_999_999].map(megabytes),
            ["0.0 MB", "0.0 MB", "0.1 MB", "1.2 MB", "1000.0 MB"]
        );
    }
}
