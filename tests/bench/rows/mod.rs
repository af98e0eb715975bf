//! The rows of the table, a file each.

mod curve;
mod cases;
mod questions;
mod states;

pub(crate) use curve::Curve;
pub(crate) use questions::{row as questions, telling_paths};
pub(crate) use states::row as states;
