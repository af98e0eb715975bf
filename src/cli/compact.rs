//! `dateline compact`: the same store on less disk.

use super::{Failure, Outcome, alone, megabytes};
use crate::config::{CompactConfig, Place};

/// Arguments of `dateline compact`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: dateline compact --data ./data\n\nThe store must not be in use. While it runs the disk holds both; a kill at any moment leaves one of them, whole.\nAnswers, numbers and cursors stay as they are."
)]
pub(super) struct CompactArgs {
    #[command(flatten)]
    config: CompactConfig,
}

/// Writes the store anew, and says what that gave.
pub(super) fn compact(place: &Place, args: &CompactArgs) -> Result<Outcome, Failure> {
    let store = alone::open(place, "compact", args.config.reserve_mb)?;
    let done = store.compact().map_err(Failure::new)?;
    anstream::println!(
        "{}: {} facts, {} before, {} after ({} as plain records)",
        place.data.display(),
        done.facts,
        megabytes(done.bytes_before),
        megabytes(done.bytes_after),
        megabytes(done.bytes_plain),
    );
    Ok(Outcome::Done)
}
