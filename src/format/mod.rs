//! Forms of facts outside the store: what can be read in, and how answers are written, one file a form.
//!
//! Reading: [`FactIn`] is a fact as posted, [`Line`] one line of a request or file that holds one. [`lines`]
//! reads CSV, [`icews`] and [`quads`] the event data sets; all are iterators of [`Line`] and hold one line at
//! a time. NDJSON, which comes in bulk, is read by the [`Piece`]. Writing: [`Form`] names the forms, [`Answer`] is what can be written, and
//! [`Table`] writes it. Nothing here knows a store: `ingest` decides what a line means.

pub mod actors;
mod answers;
pub mod cameo;
mod events;
mod fact_in;
mod fields;
mod form;
pub mod icews;
pub mod lines;
mod cut;
mod usual;
mod piece;
mod output;
pub mod quads;
mod rows;
mod table;
mod write;

pub use cut::{Cut, Cutter, cuts};
pub use fact_in::{EvidenceIn, FactIn, Fault, Line, LineError, problem};
pub use form::Form;
pub use output::Output;
pub use piece::Piece;
pub use rows::Columns;
pub(crate) use table::say;
pub use table::{Answer, TableRow};
pub use write::{Table, WriteError, told};
