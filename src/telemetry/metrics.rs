//! Counters and timings in the form that Prometheus scrapes.

use std::sync::Arc;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use super::requests::Requests;

/// The process's metrics, ready to be printed.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
    requests: Arc<Requests>,
}

impl Metrics {
    /// The process's one recorder, installed on the first call.
    #[must_use]
    pub fn installed() -> Self {
        static HANDLE: std::sync::OnceLock<PrometheusHandle> = std::sync::OnceLock::new();
        let handle = HANDLE.get_or_init(|| {
            let recorder = PrometheusBuilder::new().build_recorder();
            let handle = recorder.handle();
            if metrics::set_global_recorder(recorder).is_err() {
                tracing::warn!("another metrics recorder is installed; /metrics stays empty");
            }
            describe();
            handle
        });
        Self {
            handle: handle.clone(),
            requests: Arc::default(),
        }
    }

    /// Counts one request, answered with a status after so many seconds.
    pub fn count(&self, route: &str, method: &str, status: u16, seconds: f64) {
        self.requests.count(route, method, status, seconds);
    }

    /// Sums up the timings that came in since. They are kept one by one until then, so somebody has to ask for it
    /// every few seconds.
    pub fn sum_up(&self) {
        self.handle.run_upkeep();
    }

    /// Everything, as text of the Prometheus exposition format 0.0.4.
    #[must_use]
    pub fn render(&self) -> String {
        self.sum_up();
        self.handle.render()
    }
}

/// Says what each metric means and in which unit.
pub fn describe() {
    metrics::describe_counter!(
        "dateline_http_requests_total",
        "Requests answered, by route template, method and status"
    );
    metrics::describe_histogram!(
        "dateline_http_request_duration_seconds",
        metrics::Unit::Seconds,
        "Time to answer, by route template"
    );
    metrics::describe_gauge!("dateline_revision", "Newest revision of the store");
    metrics::describe_gauge!("dateline_facts", "Facts recorded, retracted ones too");
    metrics::describe_gauge!("dateline_nodes", "Nodes recorded");
    metrics::describe_gauge!("dateline_documents", "Documents recorded");
}
