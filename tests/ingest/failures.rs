//! What happens when the store fails: nothing is acknowledged that is not kept, and reads go on.

use std::path::Path;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};

use dateline::ingest::{Engine, FactsOptions, FactsReply, IngestError};
use dateline::model::{DocumentNumber, Evidence, FactNumber, Head};
use dateline::store::{Commit, Identity, MemoryStore, RequestRecord, Store, StoreError};
use serde_json::json;

use super::support::{Blind, fact_ids, lines, meeting};

const WELL: u8 = 0;
const FULL: u8 = 1;
const COMMIT_FAILS: u8 = 2;
const COMMIT_PANICS: u8 = 3;
const SEAL_FAILS: u8 = 4;
const READ_PANICS: u8 = 5;

/// A store in memory that fails as it is told to.
struct Ailing {
    store: MemoryStore,
    ill: AtomicU8,
    /// Held by who does not want anything to be written yet.
    gate: Mutex<()>,
}

impl Ailing {
    fn is(&self, ill: u8) -> bool {
        self.ill.load(Ordering::SeqCst) == ill
    }
}

impl Store for Ailing {
    fn identity(&self) -> Identity {
        self.store.identity()
    }
    fn head(&self) -> Head {
        self.store.head()
    }
    fn commit(&self, commit: &Commit) -> Result<(), StoreError> {
        drop(self.gate.lock().unwrap());
        assert!(!self.is(COMMIT_PANICS), "told to");
        match self.ill.load(Ordering::SeqCst) {
            FULL => Err(StoreError::Full { reserve_mb: 5 }),
            COMMIT_FAILS => Err(StoreError::Io("no disk".to_owned())),
            _ => self.store.commit(commit),
        }
    }
    fn seal(&self, head: &Head) -> Result<(), StoreError> {
        if self.is(SEAL_FAILS) {
            Err(StoreError::Io("no disk".to_owned()))
        } else {
            self.store.seal(head)
        }
    }
    fn replay(&self, full: bool, visit: &mut dyn FnMut(Commit) -> Result<(), StoreError>) -> Result<(), StoreError> {
        self.store.replay(full, visit)
    }
    fn evidence(&self, facts: &[FactNumber]) -> Result<Vec<Vec<Evidence>>, StoreError> {
        assert!(!self.is(READ_PANICS), "told to");
        self.store.evidence(facts)
    }
    fn text(&self, document: DocumentNumber) -> Result<Option<String>, StoreError> {
        self.store.text(document)
    }
    fn request(&self, key: &str) -> Result<Option<RequestRecord>, StoreError> {
        self.store.request(key)
    }
    fn ontology(&self) -> Result<Option<String>, StoreError> {
        self.store.ontology()
    }
    fn set_ontology(&self, text: &str) -> Result<(), StoreError> {
        self.store.set_ontology(text)
    }
    fn backup(&self, into: &Path) -> Result<Head, StoreError> {
        self.store.backup(into)
    }
}

async fn fell_ill(ill: u8) -> (Arc<Ailing>, Arc<Engine>) {
    let store = Arc::new(Ailing {
        store: MemoryStore::new(),
        ill: AtomicU8::new(WELL),
        gate: Mutex::new(()),
    });
    let engine = Engine::start(store.clone(), Arc::new(Blind)).unwrap();
    tell(&engine, "2017-11-22").await.unwrap();
    store.ill.store(ill, Ordering::SeqCst);
    (store, engine)
}

async fn tell(engine: &Engine, day: &str) -> Result<FactsReply, IngestError> {
    engine
        .post_facts(
            lines(&json!([meeting(json!({"valid": day, "sentence": 1}))])),
            FactsOptions::default(),
        )
        .await
}

#[tokio::test]
async fn a_full_disk_refuses_writes_until_there_is_room() {
    let (store, engine) = fell_ill(FULL).await;
    assert!(matches!(
        tell(&engine, "2017-11-23").await.unwrap_err(),
        IngestError::Store(StoreError::Full { .. })
    ));
    assert_eq!(engine.view().head().revision.0, 1);
    store.ill.store(WELL, Ordering::SeqCst);
    assert_eq!(tell(&engine, "2017-11-23").await.unwrap().revision.0, 2);
    assert_eq!(engine.read_only(), None);
}

/// Sends each once the one before it is planned, while nothing can be written; then lets `release` decide.
#[expect(clippy::await_holding_lock, reason = "it is for another thread to wait at")]
async fn all_at_once<T: Send + 'static>(
    store: &Ailing,
    requests: Vec<impl Future<Output = T> + Send + 'static>,
    release: impl FnOnce(),
) -> Vec<T> {
    let closed = store.gate.lock().unwrap();
    let mut sent = Vec::new();
    for request in requests {
        sent.push(tokio::spawn(request));
        tokio::time::sleep(std::time::Duration::from_millis(30)).await;
    }
    release();
    drop(closed);
    let mut answers = Vec::new();
    for request in sent {
        answers.push(request.await.unwrap());
    }
    answers
}

#[tokio::test]
async fn what_rests_on_a_group_that_was_not_written_is_not_written_either() {
    let (store, engine) = fell_ill(WELL).await;
    let days = ["2017-11-23", "2017-11-24", "2017-11-23"];
    let told = days.map(|day| {
        let engine = engine.clone();
        async move { tell(&engine, day).await }
    });
    let answers = all_at_once(&store, told.into(), || store.ill.store(FULL, Ordering::SeqCst)).await;
    for answer in answers {
        assert!(matches!(answer.unwrap_err(), IngestError::Store(StoreError::Full { .. })));
    }
    assert_eq!(engine.view().head().revision.0, 1);
    store.ill.store(WELL, Ordering::SeqCst);
    for (day, created) in days.into_iter().zip([1, 1, 0]) {
        let reply = tell(&engine, day).await.unwrap();
        assert_eq!((reply.created, reply.duplicate), (created, 1 - created), "{day}");
    }
    assert_eq!(engine.view().head().revision.0, 3);
    let again = Engine::start(store, Arc::new(Blind)).unwrap();
    assert_eq!(fact_ids(&again.view()), fact_ids(&engine.view()));
}

#[tokio::test]
async fn what_is_being_written_is_known_to_what_comes_behind_it() {
    let (store, engine) = fell_ill(WELL).await;
    let keyed = |key: &str| {
        let engine = engine.clone();
        let how = FactsOptions {
            idempotency: Some((key.to_owned(), [7; 32])),
            ..FactsOptions::default()
        };
        // A sentence is compared with what is stored, and a document's text with a quote.
        let row = meeting(json!({"valid": "2017-11-23", "sentence": 2, "document": "d", "quote": "met"}));
        async move { engine.post_facts(lines(&json!([row])), how).await.unwrap() }
    };
    let answers = all_at_once(&store, vec![keyed("a"), keyed("a"), keyed("b")], || ()).await;
    assert_eq!((answers[0].created, answers[0].revision.0), (1, 2));
    assert_eq!(answers[1], answers[0], "the same request is answered the same");
    assert_eq!((answers[2].created, answers[2].duplicate), (0, 1));
}

#[tokio::test]
async fn after_a_failed_write_the_store_only_reads() {
    for ill in [COMMIT_FAILS, COMMIT_PANICS, SEAL_FAILS, READ_PANICS] {
        let (store, engine) = fell_ill(ill).await;
        // For the last one: the same fact again, which has to be read to be compared.
        let day = if ill == READ_PANICS { "2017-11-22" } else { "2017-11-23" };
        assert!(matches!(tell(&engine, day).await.unwrap_err(), IngestError::Store(_)), "{ill}");
        store.ill.store(WELL, Ordering::SeqCst);
        let error = tell(&engine, "2017-11-24").await.unwrap_err();
        assert!(matches!(error, IngestError::Store(StoreError::ReadOnly(_))), "{ill}: {error}");
        assert!(engine.read_only().is_some(), "{ill}");
        assert_eq!(
            (engine.view().head().revision.0, fact_ids(&engine.view()).len()),
            (1, 1),
            "{ill}: reads go on"
        );
        engine.stop().await;
        // Opened again, it is whole, with or without what was not acknowledged.
        let again = Engine::start(store, Arc::new(Blind)).unwrap();
        assert!((1..=2).contains(&fact_ids(&again.view()).len()), "{ill}");
        tell(&again, "2017-11-25").await.unwrap();
    }
}

#[tokio::test]
async fn a_client_that_leaves_takes_nothing_back() {
    let (_, engine) = fell_ill(WELL).await;
    drop(tokio::time::timeout(std::time::Duration::ZERO, tell(&engine, "2017-11-23")).await);
    tell(&engine, "2017-11-24").await.unwrap();
    let count = fact_ids(&engine.view()).len();
    assert!((2..=3).contains(&count), "{count}");
}
