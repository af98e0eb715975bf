//! The rows of the table, a file each.

mod cases;
mod curve;
mod http;
mod load;
mod memory;
mod questions;
mod restart;
mod states;
mod writers;

pub(crate) use curve::Curve;
pub(crate) use http::row as http;
pub(crate) use load::row as load;
pub(crate) use memory::row as memory;
pub(crate) use questions::row as questions;
pub(crate) use restart::row as restart;
pub(crate) use states::row as states;
pub(crate) use writers::{pause, row as writers};

use crate::table::Table;

/// Says why figures of the group are missing.
fn not_measured(table: &mut Table, reason: &str) {
    // The first line of a complaint is the complaint; usage and hints follow.
    table.note(format!("not measured: {}", reason.trim().lines().next().unwrap_or_default()));
}
