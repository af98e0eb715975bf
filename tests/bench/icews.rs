//! ICEWS18: ten months of real events, when its files are there. They are not part of the project.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dateline::extract::RuleExtractor;
use dateline::format::quads::{Names, Quads, Unit};
use dateline::ingest::{Engine, FactsOptions, Line};
use dateline::ontology::Ontology;
use dateline::store::{Commit, MemoryStore, Store};

const FILES: [&str; 3] = ["train.txt.gz", "valid.txt", "test.txt"];
/// Lines that are handed over at once.
const PIECE: usize = 500;

/// The folder of the files; `None` when there is none.
pub(crate) fn folder() -> Option<PathBuf> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/icews18"));
    path.exists().then(|| path.to_owned())
}

/// The commits of an import of all files, in their order.
pub(crate) fn commits(folder: &Path) -> Vec<Commit> {
    let store = Arc::new(MemoryStore::new());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(import(folder, store.clone()));
    let mut commits = Vec::new();
    let taken = store.replay(false, &mut |commit| {
        commits.push(commit);
        Ok(())
    });
    taken.unwrap();
    commits
}

async fn import(folder: &Path, store: Arc<MemoryStore>) {
    let (entities, relations) = (open(&folder.join("entity2id.txt")), open(&folder.join("relation2id.txt")));
    let epoch = "2018-01-01".parse().unwrap();
    let names = Arc::new(Names::read(entities, relations, epoch, Unit::Hour, "ICEWS".to_owned()).unwrap());
    let engine = Engine::start(store, Arc::new(RuleExtractor::new())).unwrap();
    for file in FILES {
        let mut session = engine.import_session(FactsOptions::default());
        let mut lines = Quads::new(open(&folder.join(file)), names.clone(), Ontology::built_in());
        loop {
            let some: Vec<Line> = lines.by_ref().take(PIECE).collect();
            if some.is_empty() {
                break;
            }
            session.push(some).await.unwrap();
        }
        let (reply, _) = session.finish().await.unwrap();
        assert_eq!(reply.rejected, 0, "{file} was refused in part");
    }
    engine.stop().await;
}

fn open(path: &Path) -> BufReader<Box<dyn Read + Send>> {
    let file = File::open(path).unwrap();
    let zipped = path.extension().is_some_and(|end| end == "gz");
    BufReader::new(if zipped {
        Box::new(flate2::read::MultiGzDecoder::new(file))
    } else {
        Box::new(file)
    })
}
