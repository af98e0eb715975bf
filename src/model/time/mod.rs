//! Valid time: when something held in the world, as precise as the source and no more.
//!
//! [`ValidTime`] is an EDTF value (ISO 8601-2:2019, level 1, and the quarters 33 to 36 of level 2);
//! it prints as it was written and is compared through [`Span`], its four days.
//! There is no time zone: a wire date is the day at the place of the dateline.

mod bound;
mod civil;
mod day;
mod edtf;
mod span;

pub use bound::parse_bound;
pub use day::Day;
pub use edtf::{InvalidEdtf, ValidTime};
pub use span::{Span, Window};
