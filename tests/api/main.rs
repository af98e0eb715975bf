//! The HTTP API: the real router, in process, over the engine in memory; no socket.
#![cfg(test)]

mod access;
mod app;
mod changes;
mod documents;
mod errors;
mod forms;
mod headers;
mod posting;
mod questions;
mod service;
mod spec;
