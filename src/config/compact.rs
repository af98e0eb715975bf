//! Settings of `dateline compact`.

/// What `dateline compact` leaves alone.
#[derive(Clone, Debug, clap::Args)]
pub struct CompactConfig {
    /// Refuse to begin when less than this would be left on the disk, in MB.
    #[arg(long, env = "DATELINE_RESERVE_MB", default_value_t = 256, value_name = "MB")]
    pub reserve_mb: u64,
}
