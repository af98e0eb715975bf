//! A settings file, as the defaults of the command line.

use std::path::{Path, PathBuf};

/// Why a settings file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read, or is no TOML.
    #[error("{file}: {reason}")]
    Unreadable {
        /// The file.
        file: String,
        /// Why.
        reason: String,
    },
    /// It names a setting that does not exist.
    #[error("{file}: there is no setting '{key}'")]
    UnknownKey {
        /// The file.
        file: String,
        /// The key.
        key: String,
    },
}

/// The file named by `--config FILE` or `DATELINE_CONFIG`, if any.
fn named_file(arguments: &[std::ffi::OsString]) -> Option<PathBuf> {
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        if argument == "--config" {
            return arguments.next().map(PathBuf::from);
        }
        if let Some(file) = argument.to_str().and_then(|text| text.strip_prefix("--config=")) {
            return Some(PathBuf::from(file));
        }
    }
    std::env::var_os("DATELINE_CONFIG").map(PathBuf::from)
}

/// Makes the values of the settings file (keys as the flags of `serve`, without dashes in front, with
/// `-` or `_` inside) the defaults of `command`.
///
/// # Errors
///
/// [`ConfigError`].
pub fn with_file(command: clap::Command, arguments: &[std::ffi::OsString]) -> Result<clap::Command, ConfigError> {
    let Some(file) = named_file(arguments) else { return Ok(command) };
    let text = std::fs::read_to_string(&file).map_err(|error| unreadable(&file, &error))?;
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| unreadable(&file, &error))?;
    table.into_iter().try_fold(command, |command, (key, value)| {
        let id = key.replace('-', "_");
        let values = values_of(&value);
        let unknown = || ConfigError::UnknownKey {
            file: file.display().to_string(),
            key: key.clone(),
        };
        if command.get_arguments().any(|arg| arg.get_id() == id.as_str()) {
            return Ok(command.mut_arg(id, |arg| arg.default_values(values)));
        }
        let known = command
            .find_subcommand("serve")
            .is_some_and(|serve| serve.get_arguments().any(|arg| arg.get_id() == id.as_str()));
        if !known {
            return Err(unknown());
        }
        Ok(command.mut_subcommand("serve", |serve| serve.mut_arg(id, |arg| arg.default_values(values))))
    })
}

fn unreadable(file: &Path, error: &dyn std::fmt::Display) -> ConfigError {
    ConfigError::Unreadable {
        file: file.display().to_string(),
        reason: error.to_string(),
    }
}

fn values_of(value: &toml::Value) -> Vec<String> {
    match value {
        toml::Value::Array(values) => values.iter().flat_map(values_of).collect(),
        toml::Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    }
}
