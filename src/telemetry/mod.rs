//! What operators see: log lines and metrics. No report text, no key and no token is ever logged.

mod metrics;
mod requests;

pub use metrics::{Metrics, describe};

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Starts logging to standard error; a second call in one process changes nothing.
///
/// # Errors
///
/// The filter cannot be read.
pub fn start_logging(filter: &str, json: bool) -> Result<(), String> {
    let filter = EnvFilter::try_new(filter).map_err(|error| format!("'{filter}' is no log filter: {error}"))?;
    let registry = tracing_subscriber::registry().with(filter);
    let started = if json {
        registry
            .with(
                tracing_subscriber::fmt::layer()
                    .json()
                    .flatten_event(true)
                    .with_writer(std::io::stderr),
            )
            .try_init()
    } else {
        registry
            .with(
                tracing_subscriber::fmt::layer()
                    .with_target(false)
                    // Colours are for a person at a terminal; a container's log would keep them as noise.
                    .with_ansi(std::io::stderr().is_terminal())
                    .with_writer(std::io::stderr)
                    .compact(),
            )
            .try_init()
    };
    // Tests start several servers in one process: the first one's logging stays.
    drop(started);
    Ok(())
}
