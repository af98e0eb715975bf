//! Raw sled: one tree, one row a fact, and nothing else that a store must do.
//!
//! The row is the record as the store keeps it, fact and evidence, in postcard; its key is the fact's number. Nothing
//! is parsed, resolved, indexed or checked, and the records are ready before the clock runs.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::generator::{Commits, Graph};

/// Rows of a batch.
const BATCH: usize = 1_000;

/// What writing took.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Written {
    pub(crate) rows: u64,
    /// Keys and values.
    pub(crate) bytes: u64,
    /// Writing, flushing and the fsyncs alone.
    pub(crate) seconds: f64,
}

/// A tree, and the file to be fsynced: sled's flush leaves that to the kernel.
struct Raw {
    db: sled::Db,
    file: std::fs::File,
}

impl Raw {
    fn open(folder: &Path) -> Self {
        // As the store opens it, but for the cache: there the default, which is the faster one here.
        let db = sled::Config::new().path(folder).flush_every_ms(None).open().unwrap();
        let file = std::fs::File::open(folder.join("db")).unwrap();
        Self { db, file }
    }

    fn write(&self, rows: &[(u32, Vec<u8>)]) {
        let mut batch = sled::Batch::default();
        for (number, value) in rows {
            batch.insert(&number.to_be_bytes(), value.as_slice());
        }
        self.db.apply_batch(batch).unwrap();
        self.db.flush().unwrap();
        self.file.sync_all().unwrap();
    }
}

/// Writes a whole graph in batches, each flushed and fsynced.
pub(crate) fn write(graph: &Graph, folder: &Path) -> Written {
    let raw = Raw::open(folder);
    let mut commits = Commits::of(graph);
    let mut written = Written::default();
    while commits.left() > 0 {
        let rows = rows(&mut commits, BATCH);
        written.bytes += rows.iter().map(|(_, value)| value.len() as u64 + 4).sum::<u64>();
        written.rows += rows.len() as u64;
        let start = Instant::now();
        raw.write(&rows);
        written.seconds += start.elapsed().as_secs_f64();
    }
    written
}

/// Writes fact after fact, each flushed and fsynced, for a while.
pub(crate) fn write_singly(graph: &Graph, folder: &Path, time: Duration) -> Written {
    let raw = Raw::open(folder);
    let mut commits = Commits::of(graph);
    let mut written = Written::default();
    while commits.left() > 0 && written.seconds < time.as_secs_f64() {
        for row in rows(&mut commits, BATCH) {
            let start = Instant::now();
            raw.write(std::slice::from_ref(&row));
            written.seconds += start.elapsed().as_secs_f64();
            written.rows += 1;
        }
    }
    written
}

fn rows(commits: &mut Commits<'_>, most: usize) -> Vec<(u32, Vec<u8>)> {
    let commit = commits.next(most);
    let row = |record: &dateline::store::FactRecord| (record.number.0, postcard::to_allocvec(record).unwrap());
    commit.facts.iter().map(row).collect()
}
