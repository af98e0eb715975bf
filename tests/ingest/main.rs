//! What goes in, and what becomes of it: posted facts, reports, corrections, export, at the level of the engine.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a panic is how a test fails")]

mod changes;
mod export;
mod facts;
mod failures;

mod reports;
mod rows;
mod support;
