//! Time and memory.

mod clock;
pub(crate) mod memory;

pub(crate) use clock::{Budget, Times, rounds, way};

/// The machine in a line.
pub(crate) fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let about = |file: &str, key: &str| {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with(key)).unwrap_or_default();
        line.split_once(':').map_or(String::new(), |(_, value)| value.trim().to_owned())
    };
    let memory: u64 = about("/proc/meminfo", "MemTotal").trim_end_matches(" kB").parse().unwrap_or(0);
    let model = about("/proc/cpuinfo", "model name");
    format!(
        "dateline {}, {cores} cores of {model}, {} GiB",
        env!("CARGO_PKG_VERSION"),
        memory >> 20
    )
}
