//! `dateline serve`, and the same router inside a command's own process.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use clap::CommandFactory as _;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{Failure, Outcome};
use crate::config::{HealthConfig, LogFormat, Place, ServeConfig};
use crate::extract::RuleExtractor;
use crate::http::{self, AppState, Settings};
use crate::ingest::Engine;
use crate::store::{OpenOptions, SledStore, Store};
use crate::telemetry;

/// What is done with a router before it is served.
pub(super) trait Preparation {
    /// Does it.
    async fn prepare(&self, inside: &Inside) -> Result<(), Failure>;
}

/// Nothing.
pub(super) struct NoPreparation;

impl Preparation for NoPreparation {
    async fn prepare(&self, _inside: &Inside) -> Result<(), Failure> {
        Ok(())
    }
}

/// A store, its engine and its router in this process.
pub(super) struct Inside {
    store: Arc<SledStore>,
    engine: Arc<Engine>,
    state: AppState,
    token: String,
}

impl Inside {
    /// Opens the store with everything at its default, for a command without a server.
    pub(super) fn open(data: &Path) -> Result<Self, Failure> {
        Self::start(OpenOptions::new(data), None, Settings::default())
    }

    fn start(options: OpenOptions, ontology: Option<&Path>, settings: Settings) -> Result<Self, Failure> {
        let store = SledStore::open(options).map_err(Failure::new)?;
        for line in store.migrated().iter().chain(store.warnings()) {
            anstream::eprintln!("{line}");
        }
        if let Some(file) = ontology {
            let text = std::fs::read_to_string(file).map_err(Failure::io(file.display()))?;
            crate::ontology::Ontology::extended(&text).map_err(|error| Failure::new(error).named(file.display()))?;
            store.set_ontology(&text).map_err(Failure::new)?;
        }
        let store = Arc::new(store);
        let engine = Engine::start(store.clone() as Arc<dyn Store>, Arc::new(RuleExtractor::new())).map_err(Failure::new)?;
        let token = http::new_local_token();
        let settings = Settings {
            local_token: Some(token.clone()),
            ..settings
        };
        let state = AppState::new(engine.clone(), settings);
        Ok(Self {
            store,
            engine,
            state,
            token,
        })
    }

    pub(super) fn token(&self) -> &str {
        &self.token
    }

    pub(super) fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    pub(super) fn router(&self) -> Router {
        http::router(self.state.clone())
    }

    pub(super) fn counts(&self) -> crate::model::Counters {
        self.engine.view().head().counters
    }

    pub(super) async fn close(self) {
        self.engine.stop().await;
    }
}

/// Serves until SIGTERM or SIGINT, then drains, commits and ends with 0.
pub(super) async fn serve(place: &Place, config: &ServeConfig, preparation: impl Preparation) -> Result<Outcome, Failure> {
    telemetry::start_logging(&config.log, config.log_format == LogFormat::Json).map_err(Failure::usage)?;
    for name in crate::config::stray_variables(&super::Cli::command()) {
        tracing::warn!(name, "no setting reads this variable");
    }
    let stop = StopSignals::listen()?;
    let keys = config.keys.keys(config.addr).map_err(Failure::usage)?;
    let listener = bind(config.addr).await?;
    let addr = listener.local_addr().map_err(Failure::io(config.addr))?;
    let health = match config.health_addr {
        Some(addr) => Some(bind(addr).await?),
        None => None,
    };
    let settings = Settings {
        base_path: config.base_path.trim_end_matches('/').to_owned(),
        api_key: keys.api,
        read_key: keys.read,
        cors_origins: config.cors_origin.clone(),
        max_edges: config.max_edges,
        deadline_ms: config.deadline_ms,
        body_limit: config.body_limit_mb << 20,
        loopback: addr.ip().is_loopback(),
        ..Settings::default()
    };
    let options = OpenOptions {
        accept_loss: config.accept_loss,
        cache_mb: config.cache_mb,
        reserve_mb: config.reserve_mb,
        ..OpenOptions::new(&place.data)
    };
    let inside = tokio::task::block_in_place(|| Inside::start(options, config.ontology.as_deref(), settings))?;
    preparation.prepare(&inside).await?;
    let url = format!("http://{}{}", reachable(addr), config.base_path.trim_end_matches('/'));
    inside.store.announce(&url, &inside.token).map_err(Failure::new)?;
    anstream::println!("{}", start_line(place, &inside, addr, &config.base_path));
    let drain = std::time::Duration::from_secs(config.drain_seconds);
    let served = http::serve(listener, health, inside.state.clone(), stop.first(), drain).await;
    inside.close().await;
    served.map_err(Failure::io("serving"))?;
    tracing::info!("stopped; everything acknowledged is on disk");
    Ok(Outcome::Done)
}

async fn bind(addr: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(addr)
        .await
        .map_err(|error| Failure::new(format_args!("cannot serve on {addr}: {error}")))
}

/// The address that a command on this machine can reach the server at.
fn reachable(addr: SocketAddr) -> SocketAddr {
    if addr.ip().is_unspecified() {
        SocketAddr::from(([127, 0, 0, 1], addr.port()))
    } else {
        addr
    }
}

fn start_line(place: &Place, inside: &Inside, addr: SocketAddr, base_path: &str) -> String {
    let counts = inside.counts();
    let reached = reachable(addr);
    let host = if reached.ip().is_loopback() && reached.is_ipv4() {
        format!("localhost:{}", reached.port())
    } else {
        reached.to_string()
    };
    format!(
        "dateline {}: {} facts, {} nodes, {} documents in {}, on http://{addr}{base_path}\ntry: curl {host}{base_path}",
        env!("CARGO_PKG_VERSION"),
        counts.facts,
        counts.nodes,
        counts.documents,
        place.data.display(),
    )
}

/// SIGTERM and SIGINT. Listening starts here, before anything is served: a signal that comes earlier than the
/// first wait must not end the process by its default action.
struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    fn listen() -> Result<Self, Failure> {
        let listen = |kind| signal(kind).map_err(Failure::io("signals"));
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }

    async fn first(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Opens the store, which brings it to the newest format, and says what was done.
pub(super) fn migrate(place: &Place) -> Result<Outcome, Failure> {
    let store = SledStore::open(OpenOptions::new(&place.data)).map_err(Failure::new)?;
    if store.migrated().is_empty() {
        anstream::println!("{} has the newest format, {}", place.data.display(), crate::store::FORMAT);
    }
    for line in store.migrated() {
        anstream::println!("{line}");
    }
    Ok(Outcome::Done)
}

/// Ends with 0 when the server is ready.
pub(super) async fn healthcheck(place: &Place, config: HealthConfig) -> Result<Outcome, Failure> {
    let base = format!("http://{}", reachable(config.addr));
    let place = Place {
        server: Some(place.server.clone().unwrap_or(base)),
        ..place.clone()
    };
    let door = super::Door::open(&place, super::Needs::AStore)?;
    let target = format!("{}/readyz", config.base_path.trim_end_matches('/'));
    let response = super::door::checked(door.send("GET", &target, None, axum::body::Body::empty()).await?).await?;
    drop(response);
    Ok(Outcome::Done)
}
