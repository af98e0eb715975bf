//! Who may come in: keys, and when a server refuses to start without one.

use std::net::SocketAddr;
use std::path::PathBuf;

/// Where keys come from.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct KeySource {
    /// Key that writers (and readers) send as `Authorization: Bearer KEY`.
    #[arg(long, env = "DATELINE_API_KEY", hide_env_values = true, value_name = "KEY")]
    pub api_key: Option<String>,

    /// File that holds the key.
    #[arg(long, env = "DATELINE_API_KEY_FILE", value_name = "FILE", conflicts_with = "api_key")]
    pub api_key_file: Option<PathBuf>,

    /// Key that may only read.
    #[arg(long, env = "DATELINE_READ_KEY", hide_env_values = true, value_name = "KEY")]
    pub read_key: Option<String>,

    /// File that holds the key that may only read.
    #[arg(long, env = "DATELINE_READ_KEY_FILE", value_name = "FILE", conflicts_with = "read_key")]
    pub read_key_file: Option<PathBuf>,

    /// Serve on other addresses than loopback without a key.
    #[arg(long, env = "DATELINE_INSECURE")]
    pub insecure: bool,
}

/// The keys themselves. Not `Debug`: they stay out of logs.
#[derive(Clone, Default)]
pub struct Keys {
    /// May write and read.
    pub api: Option<String>,
    /// May read.
    pub read: Option<String>,
}

/// Why access cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// The address can be reached from elsewhere and no key is set.
    #[error(
        "{addr} can be reached from other machines and no key is set; start with a key:\n  DATELINE_API_KEY=$(head -c 24 /dev/urandom | base64) dateline serve --addr {addr}\nor say --insecure"
    )]
    KeyNeeded {
        /// The address.
        addr: SocketAddr,
    },
    /// A key file cannot be read.
    #[error("key file {file}: {reason}")]
    File {
        /// The file.
        file: String,
        /// Why.
        reason: String,
    },
    /// A key is empty or holds blanks.
    #[error("{name} is empty or holds blanks")]
    BadKey {
        /// Which key.
        name: &'static str,
    },
}

impl KeySource {
    /// Reads the keys, and holds the rule that only loopback may do without.
    ///
    /// # Errors
    ///
    /// [`AccessError`]; its text names the line that mends it.
    pub fn keys(&self, addr: SocketAddr) -> Result<Keys, AccessError> {
        let api = read("the API key", self.api_key.as_ref(), self.api_key_file.as_ref())?;
        let read = read("the read key", self.read_key.as_ref(), self.read_key_file.as_ref())?;
        if api.is_none() && !addr.ip().is_loopback() && !self.insecure {
            return Err(AccessError::KeyNeeded { addr });
        }
        Ok(Keys { api, read })
    }
}

fn read(name: &'static str, given: Option<&String>, file: Option<&PathBuf>) -> Result<Option<String>, AccessError> {
    let text = match (given, file) {
        (Some(key), _) => Some(key.clone()),
        (None, Some(file)) => {
            let text = std::fs::read_to_string(file).map_err(|error| AccessError::File {
                file: file.display().to_string(),
                reason: error.to_string(),
            })?;
            Some(text.trim_end_matches(['\n', '\r']).to_owned())
        }
        (None, None) => None,
    };
    match text {
        Some(key) if key.is_empty() || key.chars().any(char::is_whitespace) => Err(AccessError::BadKey { name }),
        other => Ok(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(api_key: Option<&str>, insecure: bool) -> KeySource {
        KeySource {
            api_key: api_key.map(str::to_owned),
            insecure,
            ..KeySource::default()
        }
    }

    #[test]
    fn loopback_needs_no_key() {
        assert!(source(None, false).keys("127.0.0.1:1".parse().unwrap()).is_ok());
        assert!(source(None, false).keys("[::1]:1".parse().unwrap()).is_ok());
    }

    #[test]
    fn other_addresses_need_a_key_or_a_word() {
        let addr = "0.0.0.0:4817".parse().unwrap();
        let refusal = source(None, false).keys(addr).err().unwrap().to_string();
        assert!(refusal.contains("DATELINE_API_KEY="), "the refusal names what mends it: {refusal}");
        assert!(source(Some("secret"), false).keys(addr).is_ok());
        assert!(source(None, true).keys(addr).is_ok());
    }

    #[test]
    fn an_empty_key_is_no_key() {
        assert!(source(Some(""), false).keys("127.0.0.1:1".parse().unwrap()).is_err());
    }

    #[test]
    fn a_key_file_may_end_with_a_line_break() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("key");
        std::fs::write(&file, "secret\n").unwrap();
        let source = KeySource {
            api_key_file: Some(file),
            ..KeySource::default()
        };
        assert_eq!(source.keys("0.0.0.0:1".parse().unwrap()).unwrap().api.as_deref(), Some("secret"));
    }
}
