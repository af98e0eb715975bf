//! What the store is held against: the least that could answer, written as well as we can.

pub(crate) mod arrays;
pub(crate) mod axum;
pub(crate) mod sled;
