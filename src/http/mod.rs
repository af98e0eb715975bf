//! The HTTP API: routes, the extractors before them, and one table of problems.
//!
//! [`router`] is all of it; [`serve()`] puts it on a listener. A handler is thin: parameters arrive checked
//! ([`params`]), a question goes through [`AppState::ask`], an answer leaves in a form of `format`. What
//! the data means is decided elsewhere. To add a filter: `query::FilterParams`, nothing here. To change the
//! status of an error: the table in `problem`, or its line in `refusal`.

mod problem;
mod refusal;
mod kept;
mod state;
mod access;
mod observe;
pub mod params;
mod body;
mod idempotency;
mod answer;
mod reply;
mod intake;
mod facts;
mod nodes;
mod documents;
mod graph;
mod catalogue;
mod home;
mod health;
mod docs;
mod local;
mod spec;
mod routes;
mod serve;

pub use access::LOCAL_TOKEN;
pub use problem::{KINDS, Kind, Problem};
pub use routes::router;
pub use serve::serve;
pub use spec::{CHOICES, openapi};
pub use state::{AppState, Settings, new_local_token};
