//! Dateline: a knowledge-graph store for facts that have a date and a source.
//!
//! Wire reports, or facts as data, go in through [`ingest`]; [`store`] keeps them
//! in sled; [`view`] holds them as a graph in memory; [`query`] answers three
//! questions about it: neighbourhood, path and timeline; [`http`] and [`cli`]
//! are its two doors. Each module uses only those above it in the list below,
//! and `tests/architecture` holds that.

#![forbid(unsafe_code)]

pub mod model;
pub mod ontology;
pub mod extract;
pub mod resolve;
pub mod store;
pub mod view;
pub mod query;
pub mod format;
pub mod ingest;
pub mod config;
pub mod telemetry;
pub mod http;
pub mod cli;
