//! Kills the process that writes, again and again, and looks at what is left.
//!
//! A child (this test binary, run again) opens the store; four writers feed one committer, whose
//! commits a second thread seals and acknowledges, as the server does. The parent kills it with SIGKILL at
//! a random moment and reads the store: every acknowledged fact is there, whole; no commit is half
//! there; `blobs/` is empty. Another child does nothing but write a little and compact, so that most kills
//! come while one folder takes another's place. `DATELINE_CRASH_ROUNDS` sets the number of kills (50 take half a minute).

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher as _, RandomState};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;
use std::time::Duration;

use dateline::model::{
    Asserter, Counters, Evidence, Fact, FactNumber, Head, Modality, Node, NodeNumber, Object, Polarity, Quote, Timestamp,
};
use dateline::store::{Commit, FactRecord, NodeRecord, OpenOptions, SledStore, Store, StoredObject};

const DIR: &str = "DATELINE_CRASH_DIR";
const ROUNDS: &str = "DATELINE_CRASH_ROUNDS";
const WRITERS: u32 = 4;
/// A new folder every so many kills, so that reading all of it stays quick.
const KILLS_A_FOLDER: u32 = 10;
/// Facts in one commit, at most.
const GROUP: usize = 250;

/// One of a writer's facts: the writer, and its how manyth.
type Mark = (u32, u32);

#[test]
fn no_acknowledged_fact_is_lost_and_none_is_half_there() {
    kill_again_and_again(rounds(), "the_child_writes_until_it_is_killed");
}

#[test]
fn a_compaction_that_is_killed_loses_nothing() {
    kill_again_and_again(rounds(), "the_child_compacts_until_it_is_killed");
}

fn rounds() -> u32 {
    std::env::var_os(ROUNDS)
        .and_then(|rounds| rounds.to_str()?.parse().ok())
        .unwrap_or(50)
}

fn kill_again_and_again(rounds: u32, child: &str) {
    let mut acknowledged_in_all = 0;
    let mut folder = tempfile::tempdir().unwrap();
    for round in 0..rounds {
        if round % KILLS_A_FOLDER == 0 {
            folder = tempfile::tempdir().unwrap();
        }
        let acknowledged = run_and_kill(folder.path(), child, round % 5 == 4);
        acknowledged_in_all += acknowledged.len();
        let found = read(folder.path());
        for (writer, nth) in acknowledged {
            assert!(
                found.get(&writer).is_some_and(|count| nth < *count),
                "round {round}: fact {nth} of writer {writer} is lost"
            );
        }
    }
    println!("{rounds} kills of {child}, {acknowledged_in_all} acknowledged facts");
    assert!(
        rounds < 5 || acknowledged_in_all > 0,
        "the child never came to acknowledge anything"
    );
}

/// Starts the child and kills it: at any moment, also while it opens the store, when `early`; else while
/// it writes. Hands back what it acknowledged.
fn run_and_kill(dir: &Path, child: &str, early: bool) -> Vec<Mark> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", child, "--nocapture"])
        .env(DIR, dir)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut acknowledged = Vec::new();
    if !early {
        read_line(&mut lines, &mut acknowledged);
    }
    // Reading beside, so that a full pipe never stops the child.
    let reader = thread::spawn(move || {
        while read_line(&mut lines, &mut acknowledged) {}
        acknowledged
    });
    let milliseconds = RandomState::new().hash_one(0) % 120;
    thread::sleep(Duration::from_millis(milliseconds));
    kill(&mut child);
    reader.join().unwrap()
}

fn kill(child: &mut Child) {
    child.kill().unwrap();
    let status = child.wait().unwrap();
    assert!(!status.success() && status.code().is_none(), "the child ended by itself: {status}");
}

/// Reads up to the next acknowledgement; false at the end. A line cut off by the kill does not count.
fn read_line(lines: &mut BufReader<std::process::ChildStdout>, acknowledged: &mut Vec<Mark>) -> bool {
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line).unwrap() == 0 || !line.ends_with('\n') {
            return false;
        }
        // The test harness of the child prints lines of its own, and may put a word before ours.
        if let Some((_, marks)) = line.trim_end().split_once("ack ") {
            acknowledged.extend(marks.split(' ').map(|mark| {
                let (writer, nth) = mark.split_once(':').unwrap();
                (writer.parse::<u32>().unwrap(), nth.parse::<u32>().unwrap())
            }));
            return true;
        }
    }
}

/// Reads the whole store, checks that every commit is whole, and counts the facts of each writer.
fn read(dir: &Path) -> HashMap<u32, u32> {
    let store = SledStore::open(OpenOptions::new(dir)).unwrap();
    let mut counts = HashMap::new();
    let mut last = Head::default();
    store
        .replay(true, &mut |commit| {
            check(&commit, &last, &mut counts);
            last = commit.head;
            Ok(())
        })
        .unwrap();
    assert_eq!(store.head(), last);
    let facts: Vec<_> = (0..last.counters.facts).map(FactNumber).collect();
    assert!(store.evidence(&facts).unwrap().iter().all(|evidence| evidence.len() == 1));
    let blobs = std::fs::read_dir(dir.join("sled").join("blobs")).unwrap().count();
    assert_eq!(blobs, 0);
    let mut names: Vec<_> = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["HEAD", "LOCK", "sled"], "leftovers are removed");
    counts
}

fn check(commit: &Commit, last: &Head, counts: &mut HashMap<u32, u32>) {
    assert_eq!(commit.head.revision, last.revision.next());
    assert!(commit.head.time > last.time);
    let told: usize = commit.nodes[0].node.properties["facts"].parse().unwrap();
    assert_eq!(commit.facts.len(), told, "half a commit");
    assert_eq!(commit.head.counters.facts as usize, last.counters.facts as usize + told);
    for fact in &commit.facts {
        let StoredObject::Value(mark) = &fact.object else {
            panic!("{fact:?}")
        };
        let (writer, nth) = mark.split_once(':').unwrap();
        let (writer, nth) = (writer.parse().unwrap(), nth.parse().unwrap());
        let count = counts.entry(writer).or_insert(0);
        assert_eq!(nth, *count, "a fact of writer {writer} is missing or there twice");
        *count += 1;
        assert_eq!(fact.evidence, evidence(writer, nth));
        assert_eq!(fact.id, content(writer, nth).id());
    }
}

fn content(writer: u32, nth: u32) -> Fact {
    Fact {
        subject: "writer".parse().unwrap(),
        relation: "related_to".into(),
        object: Object::Value(format!("{writer}:{nth}")),
        valid: Some("2017-11-24".parse().unwrap()),
        modality: Modality::Asserted,
        polarity: Polarity::Affirmed,
        qualifiers: BTreeMap::new(),
    }
}

fn evidence(writer: u32, nth: u32) -> Evidence {
    // Every so often one that needs rows of its own.
    let length = if nth % 40 == 7 { 20_000 } else { nth * 37 % 700 };
    Evidence {
        document: None,
        publisher: Some("Reuters".to_owned()),
        reported: None,
        url: None,
        sentence: None,
        quote: Some(Quote {
            text: format!("{writer}{nth} ").repeat(length as usize / 8 + 1),
            start: None,
            end: None,
        }),
        speakers: Vec::new(),
        place: None,
        qualifiers: BTreeMap::new(),
        confidence: Some(0.5),
        rule: None,
        asserted_by: Asserter::Import("crash".to_owned()),
        mirrored: false,
    }
}

/// Facts of one request, and where its answer goes.
struct Request {
    marks: Vec<Mark>,
    answer: Sender<()>,
}

/// Runs only as a child of the test above; by itself it does nothing.
#[test]
fn the_child_writes_until_it_is_killed() {
    let Some(dir) = std::env::var_os(DIR) else { return };
    let dir = Path::new(&dir);
    let counts = read(dir);
    let store = SledStore::open(OpenOptions::new(dir)).unwrap();
    let (send, requests) = channel();
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let send = send.clone();
            let written = counts.get(&writer).copied().unwrap_or(0);
            scope.spawn(move || write(writer, written, &send));
        }
        let (hand_over, written) = sync_channel(1);
        scope.spawn(|| acknowledge(&store, written));
        commit(&store, &requests, &hand_over);
    });
}

/// Runs only as a child of the test above; by itself it does nothing.
#[test]
fn the_child_compacts_until_it_is_killed() {
    let Some(dir) = std::env::var_os(DIR) else { return };
    let dir = Path::new(&dir);
    let mut nth = read(dir).get(&0).copied().unwrap_or(0);
    loop {
        let store = SledStore::open(OpenOptions::new(dir)).unwrap();
        for _ in 0..3 {
            let (answer, _answered) = channel();
            let group = vec![Request {
                marks: (nth..nth + 20).map(|nth| (0, nth)).collect(),
                answer,
            }];
            nth += 20;
            let commit = group_commit(store.head(), &group);
            store.commit(&commit).unwrap();
            store.seal(&commit.head).unwrap();
            say(&group[0].marks);
        }
        store.compact().unwrap();
    }
}

fn write(writer: u32, mut nth: u32, requests: &Sender<Request>) {
    loop {
        let length = 1 + (nth + writer) % 23;
        let marks = (nth..nth + length).map(|nth| (writer, nth)).collect();
        nth += length;
        let (answer, answered) = channel();
        requests.send(Request { marks, answer }).unwrap();
        answered.recv().unwrap();
    }
}

fn commit(store: &SledStore, requests: &Receiver<Request>, hand_over: &SyncSender<(Head, Vec<Request>)>) {
    loop {
        let mut group = vec![requests.recv().unwrap()];
        while group.iter().map(|request| request.marks.len()).sum::<usize>() < GROUP
            && let Ok(next) = requests.try_recv()
        {
            group.push(next);
        }
        let commit = group_commit(store.head(), &group);
        store.commit(&commit).unwrap();
        hand_over.send((commit.head, group)).unwrap();
    }
}

fn group_commit(last: Head, group: &[Request]) -> Commit {
    let Counters { nodes, documents, facts } = last.counters;
    let marks: Vec<Mark> = group.iter().flat_map(|request| request.marks.iter().copied()).collect();
    let mut node = Node::new(format!("commit-{nodes}").parse().unwrap(), "Concept", "a commit");
    node.properties.insert("facts".to_owned(), marks.len().to_string());
    let facts: Vec<FactRecord> = (facts..)
        .zip(&marks)
        .map(|(number, (writer, nth))| record(number, nodes, *writer, *nth))
        .collect();
    Commit {
        head: Head {
            revision: last.revision.next(),
            time: Timestamp(last.time.0 + 1),
            counters: Counters {
                nodes: nodes + 1,
                documents,
                facts: last.counters.facts + u32::try_from(facts.len()).unwrap(),
            },
        },
        nodes: vec![NodeRecord {
            number: NodeNumber(nodes),
            node,
            reason: None,
            by: None,
        }],
        facts,
        ..Commit::default()
    }
}

fn record(number: u32, subject: u32, writer: u32, nth: u32) -> FactRecord {
    let fact = content(writer, nth);
    FactRecord {
        number: FactNumber(number),
        id: fact.id(),
        subject: NodeNumber(subject),
        relation: fact.relation,
        object: StoredObject::Value(format!("{writer}:{nth}").into()),
        valid: fact.valid,
        modality: fact.modality,
        polarity: fact.polarity,
        qualifiers: fact.qualifiers,
        supersedes: None,
        evidence: evidence(writer, nth),
    }
}

fn acknowledge(store: &SledStore, written: Receiver<(Head, Vec<Request>)>) {
    for (head, group) in written {
        store.seal(&head).unwrap();
        for Request { marks, answer } in group {
            say(&marks);
            answer.send(()).unwrap();
        }
    }
}

/// Tells the parent what is acknowledged.
fn say(marks: &[Mark]) {
    let marks: Vec<String> = marks.iter().map(|(writer, nth)| format!("{writer}:{nth}")).collect();
    // One write, so that a kill cuts between lines.
    std::io::stdout()
        .write_all(format!("ack {}\n", marks.join(" ")).as_bytes())
        .unwrap();
}
