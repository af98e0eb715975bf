//! Laws of the library, and its agreement with slow and obvious models.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a panic is how a test fails")]

mod valid_time;
