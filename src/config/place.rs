//! Where the store is, for every command.

use std::net::SocketAddr;
use std::path::PathBuf;

/// Where the store is.
#[derive(Clone, Debug, clap::Args)]
pub struct Place {
    /// Folder of the store. With `serve`: where it is kept; else: a store to open, or to find the server of.
    #[arg(long, global = true, env = "DATELINE_DATA", default_value = "data", value_name = "DIR")]
    pub data: PathBuf,

    /// Speak to this server (`http://host:port`) and never open a store.
    #[arg(long, global = true, env = "DATELINE_SERVER", value_name = "URL")]
    pub server: Option<String>,

    /// Key to send to the server as `Authorization: Bearer KEY`.
    #[arg(long, global = true, env = "DATELINE_KEY", hide_env_values = true, value_name = "KEY")]
    pub key: Option<String>,

    /// Settings file (TOML); its keys are the flags of `serve` without dashes in front.
    #[arg(long, global = true, env = "DATELINE_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Settings of `dateline healthcheck`.
#[derive(Clone, Debug, clap::Args)]
pub struct HealthConfig {
    /// Address of the server.
    #[arg(long, env = "DATELINE_ADDR", default_value = "127.0.0.1:4817")]
    pub addr: SocketAddr,
    /// Path it serves under.
    #[arg(long, env = "DATELINE_BASE_PATH", default_value = "")]
    pub base_path: String,
}
