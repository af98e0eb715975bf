//! What `dateline serve` can be told.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::access::KeySource;

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Settings of the server.
#[derive(Clone, Debug, clap::Args)]
pub struct ServeConfig {
    /// Address to serve on.
    #[arg(long, env = "DATELINE_ADDR", default_value = "127.0.0.1:4817")]
    pub addr: SocketAddr,

    /// Serve /livez, /readyz and /metrics on this address too, without a key.
    #[arg(long, env = "DATELINE_HEALTH_ADDR", value_name = "ADDR")]
    pub health_addr: Option<SocketAddr>,

    /// Serve under this path, such as /dateline.
    #[arg(long, env = "DATELINE_BASE_PATH", default_value = "", value_name = "PATH")]
    pub base_path: String,

    /// Keys that clients have to send.
    #[command(flatten)]
    pub keys: KeySource,

    /// Let web pages of this origin read (repeatable, exact: `https://desk.example.org`).
    #[arg(long, env = "DATELINE_CORS_ORIGIN", value_delimiter = ',', value_name = "ORIGIN")]
    pub cors_origin: Vec<String>,

    /// Add the node types and relations of this file to the vocabulary; it is kept with the store.
    #[arg(long, env = "DATELINE_ONTOLOGY", value_name = "FILE")]
    pub ontology: Option<PathBuf>,

    /// Edges one request may touch before its answer is cut (and says so).
    #[arg(long, env = "DATELINE_MAX_EDGES", default_value_t = 2_000_000, value_name = "N")]
    pub max_edges: usize,

    /// Milliseconds one question may take before its answer is cut (and says so).
    #[arg(long, env = "DATELINE_DEADLINE_MS", default_value_t = 5_000, value_name = "MS")]
    pub deadline_ms: u64,

    /// Largest body of a request that is not a stream of lines, in MB.
    #[arg(long, env = "DATELINE_BODY_LIMIT_MB", default_value_t = 16, value_name = "MB")]
    pub body_limit_mb: usize,

    /// Memory for pages of the store, in MB (sled keeps to it only roughly).
    #[arg(long, env = "DATELINE_CACHE_MB", default_value_t = 64, value_name = "MB")]
    pub cache_mb: u64,

    /// Refuse writes when less than this is left on the disk, in MB.
    #[arg(long, env = "DATELINE_RESERVE_MB", default_value_t = 256, value_name = "MB")]
    pub reserve_mb: u64,

    /// Start although acknowledged commits are lost (after a disk failure, say).
    #[arg(long)]
    pub accept_loss: bool,

    /// Seconds that open requests get to finish after SIGTERM.
    #[arg(long, env = "DATELINE_DRAIN_SECONDS", default_value_t = 10, value_name = "S")]
    pub drain_seconds: u64,

    /// How log lines look.
    #[arg(long, env = "DATELINE_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,

    /// What is logged: error, warn, info, debug, or a filter such as `dateline=debug`.
    #[arg(long, env = "DATELINE_LOG", default_value = "info", value_name = "FILTER")]
    pub log: String,
}
