//! The real binary, as its users run it: a server in a process of its own, and commands beside it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a panic is how a test fails"
)]

mod access;
mod beside;
mod crash;
mod process;
mod readme;
mod spine;
