//! The event data sets taken in whole: every row is accounted for, and the graph is that of the raw files.
//!
//! The files are not part of the project; without them the tests say that they skip.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a panic is how a test fails")]

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use dateline::extract::{Extraction, Extractor, Report};
use dateline::format::cameo;
use dateline::format::icews::Icews;
use dateline::format::quads::{Names, Quads, Unit};
use dateline::ingest::{Engine, FactsOptions, FactsReply, Line, Refused};
use dateline::model::{FactNumber, NodeNumber};
use dateline::ontology::Ontology;
use dateline::store::{MemoryStore, OpenOptions, SledStore, Store};
use dateline::view::{ObjectRef, View};

struct Blind;

impl Extractor for Blind {
    fn name(&self) -> &'static str {
        "blind-1"
    }
    fn extract(&self, _: &Report) -> Extraction {
        Extraction::default()
    }
}

fn data(name: &str) -> Option<PathBuf> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data")).join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: there is no {}", path.display());
    None
}

fn open(path: &Path) -> BufReader<Box<dyn Read>> {
    let file = File::open(path).unwrap();
    let zipped = path.extension().is_some_and(|end| end == "gz");
    BufReader::new(if zipped {
        Box::new(flate2::read::MultiGzDecoder::new(file))
    } else {
        Box::new(file)
    })
}

fn engine(store: Arc<dyn Store>) -> Arc<Engine> {
    Engine::start(store, Arc::new(Blind)).unwrap()
}

fn on_disk(folder: &Path) -> Arc<dyn Store> {
    Arc::new(SledStore::open(OpenOptions::new(folder)).unwrap())
}

async fn import(engine: &Arc<Engine>, lines: impl Iterator<Item = Line>) -> (FactsReply, Vec<Refused>) {
    let mut session = engine.import_session(FactsOptions::default());
    let mut wrong = Vec::new();
    let mut lines = lines.peekable();
    while lines.peek().is_some() {
        wrong.extend(session.push(lines.by_ref().take(500).collect()).await.unwrap());
    }
    let (reply, last) = session.finish().await.unwrap();
    wrong.extend(last);
    assert_eq!(
        reply.received,
        reply.created + reply.corroborated + reply.mirror + reply.duplicate + reply.rejected
    );
    assert_eq!(reply.rejected, wrong.len() as u64);
    (reply, wrong)
}

/// Facts of the graph as they are told.
fn graph(view: &View) -> BTreeSet<Told> {
    let reading = view.newest();
    let name = |number: NodeNumber| reading.node(number).unwrap().name.clone();
    (0..view.head().counters.facts)
        .map(|number| {
            let fact = reading.fact(FactNumber(number)).unwrap();
            let ObjectRef::Node(object) = fact.object else {
                panic!("an event leads to a node")
            };
            (
                name(fact.subject),
                fact.qualifiers["event"].clone(),
                name(object),
                fact.valid.unwrap().to_string(),
            )
        })
        .collect()
}

#[tokio::test]
async fn every_row_of_the_raw_events_is_accounted_for() {
    let Some(path) = data("icews-raw-sample/events.2018.sample.tab") else {
        return;
    };
    let rows = open(&path).lines().count() as u64 - 1;
    let folder = tempfile::tempdir().unwrap();
    let running = engine(on_disk(folder.path()));
    let mut events = Icews::new(open(&path), Ontology::built_in());
    let (first, wrong) = import(&running, events.by_ref()).await;
    assert!(wrong.is_empty(), "{:?}", &wrong[..wrong.len().min(5)]);
    assert_eq!(first.received, rows);
    assert!(first.mirror > 0 && events.misfits() > 0, "{first:?}, misfits {}", events.misfits());
    println!("{first:?}, misfits {}", events.misfits());
    let head = running.view().head();

    // What a reader of the file alone would count: one node a name, one document a story.
    let mut csv = csv::ReaderBuilder::new().delimiter(b'\t').quoting(false).from_path(&path).unwrap();
    let header: HashMap<String, usize> = csv
        .headers()
        .unwrap()
        .iter()
        .zip(0..)
        .map(|(name, at)| (name.to_owned(), at))
        .collect();
    let (mut stories, mut actors) = (HashSet::new(), HashSet::new());
    for row in csv.records() {
        let row = row.unwrap();
        stories.insert(row[header["Story ID"]].to_owned());
        actors.insert(row[header["Source Name"]].to_owned());
        actors.insert(row[header["Target Name"]].to_owned());
    }
    assert_eq!(head.counters.documents as usize, stories.len());
    let before = graph(&running.view());
    let in_graph: HashSet<String> = before
        .clone()
        .into_iter()
        .flat_map(|(subject, _, object, _)| [subject, object])
        .collect();
    assert_eq!(in_graph, actors);

    // Opened again it is the same, and the same file brings nothing.
    running.stop().await;
    drop(running);
    let engine = engine(on_disk(folder.path()));
    assert_eq!(graph(&engine.view()), before);
    let (second, _) = import(&engine, Icews::new(open(&path), Ontology::built_in())).await;
    assert_eq!(
        (second.created, second.corroborated, second.nodes_created),
        (0, 0, 0),
        "the same file again brings nothing"
    );
    assert_eq!(engine.view().head(), head);
}

/// A data set of quadruples, and how its time counts.
struct DataSet {
    folder: PathBuf,
    files: [&'static str; 3],
    epoch: &'static str,
    unit: Unit,
}

/// A fact as names: subject, label, object, day.
type Told = (String, String, String, String);

impl DataSet {
    /// Takes all files in; gives the engine, the rows received and the facts stored.
    async fn taken_in(&self) -> (Arc<Engine>, u64, u64) {
        let file = |name: &str| open(&self.folder.join(name));
        let epoch = self.epoch.parse().unwrap();
        let names = Names::read(file("entity2id.txt"), file("relation2id.txt"), epoch, self.unit, "ICEWS".to_owned());
        let names = Arc::new(names.unwrap());
        let engine = engine(Arc::new(MemoryStore::new()));
        let started = std::time::Instant::now();
        let (mut received, mut created) = (0, 0);
        for name in self.files {
            let mut facts = Quads::new(file(name), names.clone(), Ontology::built_in());
            let (reply, wrong) = import(&engine, facts.by_ref()).await;
            assert!(wrong.is_empty(), "{:?}", wrong.first());
            assert_eq!(reply.received, reply.created + reply.mirror + reply.duplicate + reply.corroborated);
            println!("{name}: {reply:?}, {} misfits, {:?}", facts.misfits(), started.elapsed());
            received += reply.received;
            created += reply.created;
        }
        (engine, received, created)
    }

    fn table(&self, name: &str) -> BTreeMap<u32, String> {
        let lines = open(&self.folder.join(name)).lines().map(Result::unwrap);
        let pairs = lines.filter_map(|line| {
            line.split_once('\t')
                .map(|(name, id)| (name.replace('_', " "), id.trim().to_owned()))
        });
        pairs.map(|(name, id)| (id.parse().unwrap(), name.trim().to_owned())).collect()
    }

    /// The rows of the raw files, each with the ways it may stand in the graph, the likeliest first: a mirror is
    /// folded by the ids of its ends, and a pair that breaks the relation's rule stays as it was told.
    fn rows(&self, id_of: &HashMap<String, String>) -> Vec<Vec<Told>> {
        let (entities, relations) = (self.table("entity2id.txt"), self.table("relation2id.txt"));
        let epoch: dateline::model::Day = self.epoch.parse().unwrap();
        let lines = self
            .files
            .into_iter()
            .flat_map(|name| open(&self.folder.join(name)).lines().map(Result::unwrap));
        lines
            .map(|line| {
                let cells: Vec<u32> = line.split('\t').take(4).map(|cell| cell.trim().parse().unwrap()).collect();
                let days = if self.unit == Unit::Hour { cells[3] / 24 } else { cells[3] };
                let day = epoch.plus(i32::try_from(days).unwrap()).to_string();
                let (source, label, target) = (&entities[&cells[0]], &relations[&cells[1]], &entities[&cells[2]]);
                let told = |from: &String, to: &String| (from.clone(), label.clone(), to.clone(), day.clone());
                let turned = if label_is_symmetric(label) {
                    id_of[target] < id_of[source]
                } else {
                    cameo::reading(label).turned
                };
                if turned {
                    vec![told(target, source), told(source, target)]
                } else {
                    vec![told(source, target)]
                }
            })
            .collect()
    }
}

async fn quads(data: DataSet) {
    let (engine, received, created) = data.taken_in().await;
    let view = engine.view();
    let reading = view.newest();
    let nodes = (0..view.head().counters.nodes).map(|number| reading.node(NodeNumber(number)).unwrap());
    let id_of: HashMap<String, String> = nodes.map(|node| (node.name.clone(), node.id.to_string())).collect();
    assert_eq!(id_of.len(), view.head().counters.nodes as usize, "one node a name");

    // The same from the raw files, another way.
    let (stored, rows) = (graph(&view), data.rows(&id_of));
    assert_eq!((rows.len() as u64, stored.len() as u64), (received, created));
    let stands = |row: &Vec<Told>| {
        row.iter()
            .find(|told| stored.contains(*told))
            .unwrap_or_else(|| panic!("{row:?} is not there"))
            .clone()
    };
    let expected: BTreeSet<Told> = rows.iter().map(stands).collect();
    assert!(stored == expected, "the graph holds what no row tells");
    let as_told = rows.iter().filter(|row| !stored.contains(&row[0])).count();
    assert!(
        as_told < rows.len() / 1_000,
        "{as_told} rows stand as they were told, under related_to"
    );

    // Every end of every fact is counted at its node.
    let mut degrees: HashMap<&str, u32> = HashMap::new();
    for (subject, _, object, _) in &expected {
        *degrees.entry(subject).or_default() += 1;
        if subject != object {
            *degrees.entry(object).or_default() += 1;
        }
    }
    for (name, degree) in degrees {
        let number = reading.node_by_id(&id_of[name]).unwrap();
        assert_eq!(reading.degree(number), degree, "{name}");
    }
}

fn label_is_symmetric(label: &str) -> bool {
    static ONTOLOGY: LazyLock<Arc<Ontology>> = LazyLock::new(Ontology::built_in);
    let ontology = &*ONTOLOGY;
    let relation = ontology.relation_number(cameo::reading(label).relation).unwrap();
    ontology.relation(relation).symmetric
}

#[tokio::test]
async fn the_year_2014_is_taken_in_whole() {
    let Some(folder) = data("icews14") else { return };
    let files = ["train.txt", "valid.txt", "test.txt"];
    quads(DataSet {
        folder,
        files,
        epoch: "2013-12-31",
        unit: Unit::Day,
    })
    .await;
}

#[tokio::test]
async fn the_year_2018_is_taken_in_whole() {
    let Some(folder) = data("icews18") else { return };
    let files = ["train.txt.gz", "valid.txt", "test.txt"];
    quads(DataSet {
        folder,
        files,
        epoch: "2018-01-01",
        unit: Unit::Hour,
    })
    .await;
}
