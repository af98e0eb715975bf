//! What every request shares: the engine, the settings, and the way questions are asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

use super::kept::Kept;
use super::problem::Problem;
use super::refusal;
use crate::ingest::Engine;
use crate::query::{Asking, Budget, FilterParams, Publishers, QueryError, Stats, reading_for};
use crate::telemetry::Metrics;
use crate::view::View;

/// What the server was told; `config` fills it.
#[derive(Clone)]
pub struct Settings {
    /// Path it serves under, such as `/dateline`, without a slash at the end; empty for the root.
    pub base_path: String,
    /// Key that may write and read.
    pub api_key: Option<String>,
    /// Key that may read.
    pub read_key: Option<String>,
    /// Origins whose pages may read and write, exactly as browsers send them.
    pub cors_origins: Vec<String>,
    /// Edges one request may touch before its answer is cut.
    pub max_edges: usize,
    /// Milliseconds one question may take before its answer is cut.
    pub deadline_ms: u64,
    /// Bytes of the largest body that is held in memory; streams of lines may be longer.
    pub body_limit: usize,
    /// Whether it serves on a loopback address, where without a key only local host names are answered.
    pub loopback: bool,
    /// Token of commands that run beside the server on the same machine.
    pub local_token: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base_path: String::new(),
            api_key: None,
            read_key: None,
            cors_origins: Vec::new(),
            max_edges: 2_000_000,
            deadline_ms: 5_000,
            body_limit: 16 << 20,
            loopback: true,
            local_token: None,
        }
    }
}

/// Edges of the first try, which runs on the async thread: about 50 µs.
const FIRST_TRY_EDGES: usize = 4_096;
/// How long the first try may hold up the async thread, whatever it touches.
const FIRST_TRY: Duration = Duration::from_millis(5);
/// How long one page of a stream may take; a stream has no other bound than its client.
const STREAM_PAGE: Duration = Duration::from_mins(1);

/// What every request shares. Cloning is cheap.
#[derive(Clone)]
pub struct AppState {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Arc<Engine>,
    settings: Settings,
    /// Places for long questions.
    pool: Arc<Semaphore>,
    metrics: Metrics,
    draining: AtomicBool,
    requests: AtomicU64,
    seed: u64,
    stats: Kept<Stats>,
    publishers: Kept<Publishers>,
}

/// Whether a question may be tried on the async thread first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reads {
    /// It reads memory alone.
    Memory,
    /// It reads quotes or texts, which may block.
    Bodies,
}

impl AppState {
    /// The state of a server over this engine.
    #[must_use]
    pub fn new(engine: Arc<Engine>, settings: Settings) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            inner: Arc::new(Inner {
                engine,
                settings,
                pool: Arc::new(Semaphore::new(cores * 2 + 2)),
                metrics: Metrics::installed(),
                draining: AtomicBool::new(false),
                requests: AtomicU64::new(0),
                seed: random(),
                stats: Kept::default(),
                publishers: Kept::default(),
            }),
        }
    }

    /// The engine.
    #[must_use]
    pub fn engine(&self) -> &Arc<Engine> {
        &self.inner.engine
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    pub(super) fn metrics(&self) -> &Metrics {
        &self.inner.metrics
    }

    pub(super) fn stats(&self) -> &Kept<Stats> {
        &self.inner.stats
    }

    pub(super) fn publishers(&self) -> &Kept<Publishers> {
        &self.inner.publishers
    }

    /// Path before every link.
    pub(super) fn base_path(&self) -> &str {
        &self.inner.settings.base_path
    }

    /// Says that no new requests are wanted; `/readyz` tells it on.
    pub(super) fn drain(&self) {
        self.inner.draining.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_draining(&self) -> bool {
        self.inner.draining.load(Ordering::Relaxed)
    }

    /// An id for a request that brought none: unique in this process, unlike those of others.
    pub(super) fn new_request_id(&self) -> String {
        let number = self.inner.requests.fetch_add(1, Ordering::Relaxed);
        format!("{:016x}", self.inner.seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn budget(&self, cancelled: &Arc<AtomicBool>) -> Budget {
        Budget {
            edges: self.settings().max_edges,
            deadline: Instant::now() + Duration::from_millis(self.settings().deadline_ms),
            cancelled: cancelled.clone(),
            first_try: false,
        }
    }

    /// Asks a question of the newest view.
    ///
    /// It runs here with a small budget, and when that runs out again on the pool with the whole one; what reads
    /// bodies goes there at once. When the client leaves, the question stops.
    ///
    /// # Errors
    ///
    /// What the question says; `overloaded` when no place comes free before the deadline.
    pub(super) async fn ask<A, F>(&self, filters: &FilterParams, reads: Reads, question: F) -> Result<A, Problem>
    where
        A: Send + 'static,
        F: Fn(&Asking<'_>) -> Result<A, QueryError> + Send + 'static,
    {
        let view = self.engine().view();
        if reads == Reads::Memory {
            let budget = Budget {
                edges: FIRST_TRY_EDGES.min(self.settings().max_edges),
                deadline: Instant::now() + FIRST_TRY,
                cancelled: Arc::default(),
                first_try: true,
            };
            match self.asked(&view, filters, budget, &question) {
                Err(QueryError::Stopped) => {}
                answered => return Ok(answered?),
            }
        }
        let cancelled = CancelOnDrop::default();
        let budget = self.budget(&cancelled.0);
        self.ask_in_pool(view, filters.clone(), budget, question).await
    }

    /// Asks for one page of a stream, at the view the stream began with, without a bound on edges.
    pub(super) async fn ask_page<A, F>(&self, view: Arc<View>, filters: FilterParams, question: F) -> Result<A, Problem>
    where
        A: Send + 'static,
        F: Fn(&Asking<'_>) -> Result<A, QueryError> + Send + 'static,
    {
        let cancelled = CancelOnDrop::default();
        let budget = Budget {
            edges: usize::MAX,
            deadline: Instant::now() + STREAM_PAGE,
            cancelled: cancelled.0.clone(),
            first_try: false,
        };
        self.ask_in_pool(view, filters, budget, question).await
    }

    async fn ask_in_pool<A, F>(&self, view: Arc<View>, filters: FilterParams, budget: Budget, question: F) -> Result<A, Problem>
    where
        A: Send + 'static,
        F: Fn(&Asking<'_>) -> Result<A, QueryError> + Send + 'static,
    {
        let place = self.inner.pool.clone().acquire_owned();
        let Ok(Ok(place)) = tokio::time::timeout_at(budget.deadline.into(), place).await else {
            return Err(refusal::overloaded());
        };
        let app = self.clone();
        let span = tracing::Span::current();
        let asked = tokio::task::spawn_blocking(move || {
            let _place = place;
            span.in_scope(|| app.asked(&view, &filters, budget, &question))
        });
        match asked.await {
            Ok(answered) => Ok(answered?),
            Err(failed) => {
                tracing::error!(error = &failed as &dyn std::error::Error, "a question failed");
                Err(refusal::internal())
            }
        }
    }

    fn asked<A>(
        &self,
        view: &View,
        filters: &FilterParams,
        budget: Budget,
        question: &impl Fn(&Asking<'_>) -> Result<A, QueryError>,
    ) -> Result<A, QueryError> {
        let engine = self.engine();
        let incarnation = engine.store().identity().incarnation;
        let reading = reading_for(view, filters, incarnation)?;
        question(&Asking {
            reading,
            bodies: engine.bodies(),
            budget,
            incarnation,
            base_path: self.base_path(),
        })
    }
}

/// Stops the question when the future that waits for it is dropped, because the client has left.
#[derive(Default)]
struct CancelOnDrop(Arc<AtomicBool>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// 64 random bits from the operating system.
fn random() -> u64 {
    let mut bytes = [0_u8; 8];
    fill_random(&mut bytes);
    u64::from_le_bytes(bytes)
}

/// A token that cannot be guessed.
#[must_use]
pub fn new_local_token() -> String {
    let mut bytes = [0_u8; 32];
    fill_random(&mut bytes);
    blake3::hash(&bytes).to_hex().to_string()
}

fn fill_random(bytes: &mut [u8]) {
    // Blocks only before the kernel's pool is ready, at boot; a short read cannot happen below 256 bytes.
    while rustix::rand::getrandom(&mut *bytes, rustix::rand::GetRandomFlags::empty()).is_err() {
        std::thread::yield_now();
    }
}
