//! Settings: flags, then the environment (`DATELINE_*`), then a file, then the default.
//!
//! clap reads flags and environment; [`with_file`] makes the values of a TOML file its defaults, so
//! that one definition carries all four. Nothing else in the house reads the environment.

mod access;
mod compact;
mod file;
mod place;
mod serve;

pub use access::{AccessError, KeySource, Keys};
pub use compact::CompactConfig;
pub use file::{ConfigError, with_file};
pub use place::{HealthConfig, Place};
pub use serve::{LogFormat, ServeConfig};

/// Variables that begin with `DATELINE_` and that no setting reads, in alphabetical order.
///
/// Orchestrators inject some (Kubernetes sets `DATELINE_PORT` beside a service named dateline), so
/// they are worth a warning and never a failure.
#[must_use]
pub fn stray_variables(command: &clap::Command) -> Vec<String> {
    let mut known = vec!["DATELINE_CONFIG".to_owned()];
    collect(command, &mut known);
    let mut stray: Vec<String> = std::env::vars_os()
        .filter_map(|(name, _)| name.into_string().ok())
        .filter(|name| name.starts_with("DATELINE_") && !known.contains(name))
        .collect();
    stray.sort();
    stray
}

fn collect(command: &clap::Command, known: &mut Vec<String>) {
    known.extend(command.get_arguments().filter_map(|arg| arg.get_env()?.to_str().map(str::to_owned)));
    for inner in command.get_subcommands() {
        collect(inner, known);
    }
}
