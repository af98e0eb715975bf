//! Reads in process while facts come in: how long does the longest take?

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use dateline::extract::RuleExtractor;
use dateline::format::cuts;
use dateline::ingest::{Engine, FactsOptions};
use dateline::model::NodeNumber;
use dateline::query::{FilterParams, Lookup};
use dateline::store::{OpenOptions, SledStore};

use crate::children::say;
use crate::generator::lines::line;
use crate::generator::{Random, Recipe};
use crate::measure::Times;
use crate::world::asking;

/// How long reads are watched while nothing is written.
const IDLE: Duration = Duration::from_secs(5);
/// Facts that come in: enough that the second run outgrows an eighth of the first and both become one.
const SHARE: f64 = 0.15;
/// Lines handed over at once.
const PIECE: usize = 250;

/// Opens a store, reads idly, then reads while facts come in, and says what was seen.
pub(crate) fn pause(data: &Path, facts: u32) {
    let store = Arc::new(SledStore::open(OpenOptions::new(data)).unwrap());
    let engine = Engine::start(store, Arc::new(RuleExtractor::new())).unwrap();
    let idle = Watch::start(&engine);
    std::thread::sleep(IDLE);
    let idle = idle.stop();
    let more = Recipe {
        seed: 70,
        ..Recipe::events((f64::from(facts) * SHARE) as u32)
    };
    let more = more.draw();
    let watch = Watch::start(&engine);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let written = runtime.block_on(async {
        let mut session = engine.import_session(FactsOptions::default());
        for some in more.facts.chunks(PIECE) {
            let text: String = some.iter().map(line).collect();
            for cut in cuts(text.as_bytes()) {
                session.push_cut(cut).await.unwrap();
            }
        }
        let (reply, _) = session.finish().await.unwrap();
        reply.created
    });
    let busy = watch.stop();
    runtime.block_on(engine.stop());
    say("written", written as f64);
    say("reads", busy.count() as f64);
    for (times, which) in [(&busy, ""), (&idle, " idle")] {
        say(&format!("longest{which}"), times.longest());
        say(&format!("p999{which}"), times.share(0.999));
    }
}

/// A thread that reads pages from whatever the newest view is.
struct Watch {
    stop: Arc<AtomicBool>,
    thread: std::thread::JoinHandle<Vec<f64>>,
}

impl Watch {
    fn start(engine: &Arc<Engine>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (engine, stopped) = (engine.clone(), stop.clone());
        let thread = std::thread::spawn(move || {
            let mut random = Random::new(11);
            let mut seconds = Vec::new();
            while !stopped.load(Ordering::Relaxed) {
                let start = Instant::now();
                let view = engine.view();
                let lookup = Lookup::new(&asking(&view), &FilterParams::default()).unwrap();
                let node = NodeNumber(random.below(view.newest().node_count()));
                std::hint::black_box(lookup.page(node, None, 100).unwrap());
                drop(lookup);
                // A reader that is the last to hold a snapshot pays for its end.
                drop(view);
                seconds.push(start.elapsed().as_secs_f64());
                std::thread::sleep(Duration::from_micros(200));
            }
            seconds
        });
        Self { stop, thread }
    }

    fn stop(self) -> Times {
        self.stop.store(true, Ordering::Relaxed);
        Times::new(self.thread.join().unwrap())
    }
}
