//! The `dateline` command.

#![forbid(unsafe_code)]

fn main() {}
