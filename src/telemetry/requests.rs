//! Requests, counted and timed.
//!
//! The recorder finds a metric by hashing its name and labels: what was found is kept, so that a request pays for one
//! look at its route.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use metrics::{Counter, Histogram};

/// The methods that have a label of their own; clients may send any word.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS", "PUT"];

/// Counters and timings of requests by route template.
#[derive(Default)]
pub(super) struct Requests(RwLock<HashMap<String, Route>>);

/// Those of one route.
struct Route {
    duration: Histogram,
    /// By method and status: a few of each.
    answered: Vec<(&'static str, u16, Counter)>,
}

impl Requests {
    /// Counts one request, answered with a status after so many seconds.
    pub(super) fn count(&self, route: &str, method: &str, status: u16, seconds: f64) {
        let method = METHODS.into_iter().find(|known| *known == method).unwrap_or("other");
        // Nothing is left half done under the lock.
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if !known.get(route).is_some_and(|route| route.count(method, status, seconds)) {
            drop(known);
            let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
            let of_route = known.entry(route.to_owned()).or_insert_with(|| Route {
                duration: metrics::histogram!("dateline_http_request_duration_seconds", "route" => route.to_owned()),
                answered: Vec::new(),
            });
            // Another thread may have been here in between.
            if !of_route.count(method, status, seconds) {
                let counter = metrics::counter!(
                    "dateline_http_requests_total",
                    "route" => route.to_owned(), "method" => method, "status" => status.to_string()
                );
                of_route.answered.push((method, status, counter));
                of_route.count(method, status, seconds);
            }
        }
    }
}

impl Route {
    /// Whether there is a counter for it, which has then counted.
    fn count(&self, method: &str, status: u16, seconds: f64) -> bool {
        let found = self
            .answered
            .iter()
            .find(|(of_method, of_status, _)| *of_method == method && *of_status == status);
        if let Some((.., counter)) = found {
            counter.increment(1);
            self.duration.record(seconds);
        }
        found.is_some()
    }
}
