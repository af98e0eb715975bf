//! What a process holds, by the kernel's account.

use std::fs;

/// Bytes of a process.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Memory {
    /// In memory now.
    pub(crate) resident: u64,
    /// In memory at most, so far.
    pub(crate) peak: u64,
}

/// This process.
pub(crate) fn of_this_process() -> Memory {
    of("self")
}

/// A child.
pub(crate) fn of_process(id: u32) -> Memory {
    of(&id.to_string())
}

fn of(process: &str) -> Memory {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let kilobytes = |key: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(key))?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    };
    Memory {
        resident: kilobytes("VmRSS:").unwrap_or(0) << 10,
        peak: kilobytes("VmHWM:").unwrap_or(0) << 10,
    }
}
