//! `dateline compact`: the same store on less disk.

use super::{Failure, Outcome, alone};
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

/// Millions of bytes, with one place behind the point.
fn megabytes(bytes: u64) -> String {
    let tenths = (bytes + 50_000) / 100_000;
    format!("{}.{} MB", tenths / 10, tenths % 10)
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
