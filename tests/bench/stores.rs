//! Stores on disk, loaded by Dateline's own commands from generated files.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use dateline::model::slug;
use dateline::store::{OpenOptions, SledStore, Store as _};

use crate::generator::{self, Graph, Random, Recipe};
use crate::process::{Run, dateline, run};

/// Facts whose load is watched tenth by tenth.
pub(crate) const WATCHED: u32 = 5_000_000;
/// The least degree of nodes whose first page is full.
const FULL_PAGE: u32 = 100;

/// The stores of a run, each loaded when it is first wanted. Their folder goes when this is dropped.
#[derive(Debug)]
pub(crate) struct Stores {
    folder: tempfile::TempDir,
    loaded: BTreeMap<u32, Result<Loaded, String>>,
}

/// A store of generated events.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) facts: u32,
    pub(crate) data: PathBuf,
    /// Ids of some of its nodes that have full pages, from the least to the best known.
    pub(crate) full: Vec<String>,
    /// Ids of some of its nodes.
    pub(crate) some: Vec<String>,
    /// The import.
    pub(crate) import: Run,
    /// Bytes on disk after the import.
    pub(crate) bytes: u64,
    /// Bytes on disk after `dateline compact`, or why there are none.
    pub(crate) compacted: Result<u64, String>,
}

impl Stores {
    pub(crate) fn new() -> Self {
        let place = Path::new(env!("CARGO_TARGET_TMPDIR"));
        Self {
            folder: tempfile::Builder::new().prefix("bench-").tempdir_in(place).unwrap(),
            loaded: BTreeMap::new(),
        }
    }

    /// A new place for files.
    pub(crate) fn place(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The store of so many facts.
    ///
    /// # Errors
    ///
    /// Why it could not be loaded.
    pub(crate) fn of(&mut self, facts: u32) -> Result<&Loaded, String> {
        if !self.loaded.contains_key(&facts) {
            println!("  loading {} facts …", crate::arguments::said(facts));
            let loaded = self.load(facts);
            self.loaded.insert(facts, loaded);
        }
        self.loaded[&facts].as_ref().map_err(Clone::clone)
    }

    /// Takes a store off the disk.
    pub(crate) fn forget(&mut self, facts: u32) {
        if let Some(Ok(store)) = self.loaded.remove(&facts) {
            fs::remove_dir_all(store.data).unwrap();
        }
    }

    fn load(&self, facts: u32) -> Result<Loaded, String> {
        let graph = Recipe::events(facts).draw();
        let files = self.files(&graph);
        let data = self.place(&format!("data-{facts}"));
        let import = import(&data, &files);
        for file in &files {
            fs::remove_file(file).unwrap();
        }
        let import = import?;
        let bytes = bytes_of(&data);
        Ok(Loaded {
            facts,
            full: full(&graph),
            some: some(&graph),
            import,
            bytes,
            compacted: run(dateline().arg("compact").arg("--data").arg(&data)).map(|_| bytes_of(&data)),
            data,
        })
    }

    /// The graph as files: one, or of a large one ten for the part that is watched, and one for the rest.
    pub(crate) fn files(&self, graph: &Graph) -> Vec<PathBuf> {
        let all = graph.facts.as_slice();
        let (watched, rest) = all.split_at(if all.len() < WATCHED as usize { 0 } else { WATCHED as usize });
        let parts = watched
            .chunks(WATCHED as usize / 10)
            .chain(Some(rest).filter(|rest| !rest.is_empty()));
        let file = |(number, facts): (usize, &[generator::Drawn])| {
            let path = self.place(&format!("facts-{number}.ndjson"));
            let mut to = BufWriter::new(File::create(&path).unwrap());
            for fact in facts {
                to.write_all(generator::lines::line(fact).as_bytes()).unwrap();
            }
            to.flush().unwrap();
            path
        };
        parts.enumerate().map(file).collect()
    }
}

/// An empty store that knows the words of generated facts.
pub(crate) fn empty(data: &Path) {
    let store = SledStore::open(OpenOptions::new(data)).unwrap();
    store.set_ontology(&generator::vocabulary::ontology_file()).unwrap();
}

/// Imports files into a new store.
///
/// # Errors
///
/// What `dateline import` said.
pub(crate) fn import(data: &Path, files: &[PathBuf]) -> Result<Run, String> {
    empty(data);
    run(dateline().args(["import", "--format", "ndjson", "--data"]).arg(data).args(files))
}

/// The id of a generated node.
pub(crate) fn id(number: u32) -> String {
    slug(&generator::vocabulary::name(number))
}

/// Fifty nodes with full pages.
fn full(graph: &Graph) -> Vec<String> {
    let mut degrees = vec![0; graph.nodes as usize];
    for fact in &graph.facts {
        degrees[fact.subject as usize] += 1;
        degrees[fact.object as usize] += 1;
    }
    let mut nodes: Vec<u32> = (0..graph.nodes).filter(|node| degrees[*node as usize] >= FULL_PAGE).collect();
    nodes.sort_unstable_by_key(|node| (degrees[*node as usize], *node));
    let step = (nodes.len() / 50).max(1);
    nodes.into_iter().step_by(step).take(50).map(id).collect()
}

/// Two thousand nodes, some of them twice.
fn some(graph: &Graph) -> Vec<String> {
    let mut random = Random::new(5);
    (0..2_000).map(|_| id(random.below(graph.nodes))).collect()
}

/// Bytes on disk of all files in a folder.
pub(crate) fn bytes_of(folder: &Path) -> u64 {
    files_in(folder)
        .iter()
        .map(|file| fs::metadata(file).map_or(0, |about| about.blocks() * 512))
        .sum()
}

/// All files in a folder and those below it.
pub(crate) fn files_in(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(files_in(&path));
        } else {
            files.push(path);
        }
    }
    files
}
