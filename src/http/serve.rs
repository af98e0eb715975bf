//! Serving: listeners, and a stop that loses nothing.

use std::io;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;

use super::{AppState, health, router};

/// How often timings are summed up, whether anybody reads them or not.
const SUM_UP_EVERY: Duration = Duration::from_secs(5);

/// Serves until `stop` resolves, then lets open requests finish for at most `drain`.
///
/// `health` serves `/livez`, `/readyz` and `/metrics` by themselves, to the end of the draining.
///
/// # Errors
///
/// When a listener fails.
pub async fn serve(
    listener: TcpListener,
    health: Option<TcpListener>,
    app: AppState,
    stop: impl Future<Output = ()> + Send + 'static,
    drain: Duration,
) -> io::Result<()> {
    let (stopping, stopped) = watch::channel(false);
    let probes = health.map(|listener| tokio::spawn(axum::serve(listener, health::router(app.clone())).into_future()));
    let metrics = app.metrics().clone();
    let summing_up = tokio::spawn(async move {
        let mut ticks = tokio::time::interval(SUM_UP_EVERY);
        loop {
            ticks.tick().await;
            metrics.sum_up();
        }
    });
    let mut stops = stopped.clone();
    let serving = axum::serve(listener, router(app.clone())).with_graceful_shutdown(async move {
        // The sender lives until after the drain.
        drop(stops.wait_for(|stopped| *stopped).await);
    });
    let mut serving = tokio::spawn(serving.into_future());
    let served = tokio::select! {
        served = &mut serving => served,
        () = stop => {
            app.drain();
            tracing::info!("stopping; open requests may finish");
            stopping.send_replace(true);
            if let Ok(served) = tokio::time::timeout(drain, &mut serving).await {
                served
            } else {
                tracing::warn!(seconds = drain.as_secs(), "some requests did not finish in time");
                serving.abort();
                Ok(Ok(()))
            }
        }
    };
    summing_up.abort();
    if let Some(probes) = probes {
        probes.abort();
    }
    served.map_err(io::Error::other)?
}
