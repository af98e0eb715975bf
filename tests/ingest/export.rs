use std::sync::Arc;

use dateline::ingest::{Engine, IngestError, NodePatch, Why, import_export};
use dateline::store::{Commit, MemoryStore, OpenOptions, SledStore, Store};
use serde_json::json;

use super::support::{Blind, engine, fact_ids, meeting, post};

fn commits(store: &dyn Store) -> Vec<Commit> {
    let mut all = Vec::new();
    store
        .replay(true, &mut |commit| {
            all.push(commit);
            Ok(())
        })
        .unwrap();
    all
}

async fn lived_in() -> Arc<Engine> {
    let engine = engine();
    post(
        &engine,
        json!([meeting(
            json!({"document": "a", "quote": "“they”\nmet", "confidence": 0.1, "speakers": ["reuters"], "said_by": "Reuters"})
        )]),
    )
    .await;
    post(
        &engine,
        json!([
            meeting(json!({"document": "b"})),
            meeting(json!({"valid": "../2017-11-22", "qualifiers": {"quantity": ">3"}}))
        ]),
    )
    .await;
    let id = fact_ids(&engine.view())[1].clone();
    engine
        .retract_fact(
            &id,
            Why {
                reason: Some("wrong".to_owned()),
                by: None,
            },
        )
        .await
        .unwrap();
    engine
        .patch_node(
            "li-zuocheng",
            NodePatch {
                add_names: vec!["李作成".to_owned()],
                ..NodePatch::default()
            },
            Why::default(),
        )
        .await
        .unwrap();
    engine.delete_document("b", Why::default()).await.unwrap();
    let keyed = dateline::ingest::FactsOptions {
        idempotency: Some(("k".to_owned(), [7; 32])),
        ..Default::default()
    };
    engine
        .post_facts(super::support::lines(&json!([meeting(json!({"value": null}))])), keyed)
        .await
        .unwrap();
    engine
}

#[tokio::test]
async fn an_export_read_into_an_empty_store_gives_the_same_commits() {
    let engine = lived_in().await;
    let mut file = Vec::new();
    let head = engine.export(&mut file).unwrap();
    assert_eq!(head, engine.view().head());
    let folder = tempfile::tempdir().unwrap();
    let into: [Arc<dyn Store>; 2] = [
        Arc::new(MemoryStore::new()),
        Arc::new(SledStore::open(OpenOptions::new(folder.path())).unwrap()),
    ];
    for store in into {
        assert_eq!(import_export(&*store, file.as_slice()).unwrap(), head);
        assert_eq!(commits(&*store), commits(&**engine.store()));
        let copy = Engine::start(store.clone(), Arc::new(Blind)).unwrap();
        let mut again = Vec::new();
        copy.export(&mut again).unwrap();
        let tail = |file: &[u8]| file.split_inclusive(|byte| *byte == b'\n').skip(1).collect::<Vec<_>>().concat();
        assert_eq!(tail(&again), tail(&file), "all but the store's own name");
        copy.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_engine_takes_an_export_in_while_it_is_empty() {
    let from = lived_in().await;
    let mut file = Vec::new();
    from.export(&mut file).unwrap();
    let into = engine();
    let runtime = tokio::runtime::Handle::current();
    let read = |engine: Arc<Engine>, file: Vec<u8>, runtime| {
        tokio::task::spawn_blocking(move || engine.import_export(file.as_slice(), &runtime)).into_future()
    };
    let head = read(into.clone(), file.clone(), runtime.clone()).await.unwrap().unwrap();
    assert_eq!((head, into.view().head()), (from.view().head(), from.view().head()));
    assert_eq!(commits(&**into.store()), commits(&**from.store()));
    assert_eq!(fact_ids(&into.view()), fact_ids(&from.view()));
    let again = read(into.clone(), file, runtime).await.unwrap();
    assert!(matches!(again.unwrap_err(), IngestError::Conflict(_)));
    // And it goes on from there.
    let reply = post(&into, json!([meeting(json!({"valid": "2018-01-01"}))])).await;
    assert_eq!(reply.revision, head.revision.next());
}

#[tokio::test]
async fn a_cut_or_foreign_file_is_refused_by_its_line() {
    let engine = lived_in().await;
    let mut file = Vec::new();
    engine.export(&mut file).unwrap();
    let lines: Vec<&[u8]> = file.split_inclusive(|byte| *byte == b'\n').collect();
    for cut in [1, 2, lines.len() / 2, lines.len() - 1] {
        let error = import_export(&MemoryStore::new(), lines[..cut].concat().as_slice()).unwrap_err();
        assert!(error.to_string().contains("cut"), "{error}");
    }
    for foreign in [
        "",
        "{\"subject\":\"a\"}\n",
        "{\"kind\":\"store\",\"form\":99,\"store\":\"x\",\"incarnation\":0,\"ontology\":null}\n",
    ] {
        let error = import_export(&MemoryStore::new(), foreign.as_bytes()).unwrap_err();
        assert!(error.to_string().starts_with("line 1"), "{error}");
    }
    assert!(matches!(
        import_export(&**engine.store(), file.as_slice()).unwrap_err(),
        IngestError::Conflict(_)
    ));
}
