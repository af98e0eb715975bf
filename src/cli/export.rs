//! `dateline export` and `dateline backup`: the store as text, and as a folder.

use std::path::PathBuf;

use axum::body::Body;
use serde_json::Value;

use super::{Door, Failure, Needs, Outcome, door, query};
use crate::config::Place;

/// Arguments of `dateline export`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: dateline export --out everything.ndjson; dateline import everything.ndjson --data new-folder")]
pub(super) struct ExportArgs {
    /// Write to this file instead of standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Arguments of `dateline backup`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: dateline backup /backups/monday; dateline serve --data /backups/monday")]
pub(super) struct BackupArgs {
    /// A new or empty folder.
    #[arg(value_name = "DIR")]
    into: PathBuf,
}

/// Writes everything, one JSON object a line.
pub(super) async fn export(place: &Place, args: ExportArgs) -> Result<Outcome, Failure> {
    let door = Door::open(place, Needs::AStore)?;
    let response = door::checked(door.send("GET", "/local/export", None, Body::empty()).await?).await?;
    let written = match &args.out {
        None => query::copy_body(response.into_body(), &mut std::io::stdout().lock()).await,
        Some(path) => {
            let mut file = std::fs::File::create(path).map_err(Failure::io(path.display()))?;
            let written = query::copy_body(response.into_body(), &mut file).await;
            file.sync_all().map_err(Failure::io(path.display()))?;
            written
        }
    };
    door.close().await;
    let bytes = written?;
    if let Some(path) = &args.out {
        anstream::eprintln!("{bytes} bytes in {}", path.display());
    }
    Ok(Outcome::Done)
}

/// Copies the store into a new folder.
pub(super) async fn backup(place: &Place, args: BackupArgs) -> Result<Outcome, Failure> {
    let door = Door::open(place, Needs::AStore)?;
    // The server writes the folder, and its working folder is not ours.
    let into = std::path::absolute(&args.into).map_err(Failure::io(args.into.display()))?;
    let query = serde_html_form::to_string([("into", into.display().to_string())]).map_err(Failure::usage)?;
    let reply = door.json("POST", &format!("/local/backup?{query}"), None, Body::empty()).await;
    door.close().await;
    let revision = reply?.get("revision").and_then(Value::as_u64).unwrap_or(0);
    anstream::println!("{} holds the store up to revision {revision}", into.display());
    Ok(Outcome::Done)
}
