use std::collections::BTreeMap;

use dateline::ingest::{FactPatch, IngestError, NodePatch, Why};
use serde_json::{Value, json};

use super::support::{engine, fact_ids, field, meeting, node, post, restarted};

fn patch(keys: Value) -> FactPatch {
    serde_json::from_value(keys).unwrap()
}

fn why() -> Why {
    Why {
        reason: Some("misread".to_owned()),
        by: Some("editor".to_owned()),
    }
}

#[tokio::test]
async fn a_retracted_fact_is_known_before_and_not_after() {
    let engine = engine();
    post(&engine, json!([meeting(json!({})), meeting(json!({"publisher": "Xinhua"}))])).await;
    let id = fact_ids(&engine.view())[0].clone();
    let head = engine.retract_fact(&id, why()).await.unwrap();
    assert_eq!(head.revision.0, 2);
    let view = restarted(&engine).view();
    let fact = view.newest().fact_by_id(id.parse().unwrap()).unwrap();
    assert!(!view.newest().is_known(fact));
    assert!(view.at(dateline::model::Revision(1)).is_known(fact));
    let closed = view.newest().all_evidence(fact)[0].closed.unwrap().clone();
    assert_eq!(
        (closed.reason.as_deref(), closed.by.as_deref(), closed.by_person),
        (Some("misread"), Some("editor"), true)
    );
    assert!(matches!(
        engine.retract_fact(&id, why()).await.unwrap_err(),
        IngestError::Conflict(_)
    ));
    assert!(matches!(
        engine.retract_fact("f-0000000000000000", why()).await.unwrap_err(),
        IngestError::NotFound { what: "fact", .. }
    ));
    assert!(matches!(
        engine.retract_fact("nonsense", why()).await.unwrap_err(),
        IngestError::NotFound { .. }
    ));
}

#[tokio::test]
async fn the_same_post_asserts_again_what_was_retracted() {
    let engine = engine();
    post(&engine, json!([meeting(json!({}))])).await;
    let id = fact_ids(&engine.view())[0].clone();
    engine.retract_fact(&id, why()).await.unwrap();
    let reply = post(&engine, json!([meeting(json!({}))])).await;
    assert_eq!((reply.created, reply.corroborated), (0, 1));
    assert_eq!(fact_ids(&engine.view()), std::slice::from_ref(&id));
    let view = engine.view();
    let known = |revision| {
        view.at(dateline::model::Revision(revision))
            .is_known(view.newest().fact_by_id(id.parse().unwrap()).unwrap())
    };
    assert_eq!([known(1), known(2), known(3)], [true, false, true]);
}

#[tokio::test]
async fn a_correction_keeps_what_it_does_not_name() {
    let engine = engine();
    let row =
        meeting(json!({"document": "story-1", "quote": "They met.", "url": "https://example.org/1", "qualifiers": {"quantity": "2"}}));
    post(&engine, json!([row])).await;
    let old = fact_ids(&engine.view())[0].clone();
    let (new, head) = engine
        .correct_fact(&old, patch(json!({"valid": "2017-11-21"})), why())
        .await
        .unwrap();
    assert_eq!(head.revision.0, 2);
    let view = engine.view();
    let reading = view.newest();
    assert_eq!(fact_ids(&view), [new.to_string()]);
    let number = reading.fact_by_id(new).unwrap();
    let fact = reading.fact(number).unwrap();
    assert_eq!(fact.valid.unwrap().to_string(), "2017-11-21");
    assert_eq!(reading.supersedes(fact.number), reading.fact_by_id(old.parse().unwrap()));
    let evidence = &engine.bodies().evidence(number).unwrap()[0];
    assert_eq!(evidence.quote.as_ref().unwrap().text, "They met.");
    assert_eq!(evidence.url.as_deref(), Some("https://example.org/1"));
    assert_eq!(evidence.qualifiers["quantity"], "2");
    assert_eq!(evidence.asserted_by.to_string(), "person:editor");
}

#[tokio::test]
async fn a_correction_by_an_extractor_needs_its_quote() {
    let engine = engine();
    post(&engine, json!([meeting(json!({}))])).await;
    let id = fact_ids(&engine.view())[0].clone();
    let extractor = Why {
        by: Some("extractor:x-1".to_owned()),
        ..why()
    };
    let refused = engine.correct_fact(&id, patch(json!({"valid": "2017-11-21"})), extractor).await;
    let Err(IngestError::Field { field, .. }) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(field, "/document");
    assert_eq!(engine.view().head().revision.0, 1);
}

#[tokio::test]
async fn a_correction_may_change_evidence_alone_an_object_into_a_value_or_a_date_into_none() {
    let engine = engine();
    post(&engine, json!([meeting(json!({}))])).await;
    let id = fact_ids(&engine.view())[0].clone();
    let (same, _) = engine
        .correct_fact(&id, patch(json!({"place_name": "Beijing"})), why())
        .await
        .unwrap();
    assert_eq!(same.to_string(), id);
    let view = engine.view();
    let fact = view.newest().fact_by_id(same).unwrap();
    assert_eq!(
        (view.newest().open_evidence(fact).len(), view.newest().all_evidence(fact).len()),
        (1, 2)
    );
    let (undated, _) = engine.correct_fact(&id, patch(json!({"valid": null})), why()).await.unwrap();
    let (stated, _) = engine
        .correct_fact(&undated.to_string(), patch(json!({"relation": "stated", "value": "we met"})), why())
        .await
        .unwrap();
    let view = engine.view();
    let number = view.newest().fact_by_id(stated).unwrap();
    let fact = view.newest().fact(number).unwrap();
    assert_eq!(fact.object, dateline::view::ObjectRef::Value("we met"));
    assert!(fact.valid.is_none());
}

#[tokio::test]
async fn a_correction_that_cannot_be_leaves_everything_as_it_was() {
    let engine = engine();
    post(&engine, json!([meeting(json!({}))])).await;
    let id = fact_ids(&engine.view())[0].clone();
    for (keys, expected) in [
        (json!({"valid": "soon"}), "/valid"),
        (json!({"relation": "met"}), "/relation"),
        (json!({"object": "nobody"}), "/object"),
        (json!({"colour": "red"}), "/colour"),
        (json!({}), ""),
        (json!({"valid": "2017-11-22"}), ""),
    ] {
        assert_eq!(field(&engine.correct_fact(&id, patch(keys), why()).await.unwrap_err()), expected);
    }
    assert_eq!(engine.view().head().revision.0, 1);
    assert_eq!(fact_ids(&engine.view()), [id]);
}

#[tokio::test]
async fn a_node_is_renamed_retyped_and_named_and_older_revisions_keep_the_old_name() {
    let engine = engine();
    post(&engine, json!([meeting(json!({}))])).await;
    let change = NodePatch {
        name: Some("General Li Zuocheng".to_owned()),
        add_names: vec!["李作成".to_owned()],
        external_ids: BTreeMap::from([("wikidata".to_owned(), "Q6540786".to_owned())]),
        ..NodePatch::default()
    };
    engine.patch_node("li-zuocheng", change, why()).await.unwrap();
    let view = restarted(&engine).view();
    let changed = node(&view, "li-zuocheng");
    assert_eq!((changed.name.as_str(), changed.names.len()), ("General Li Zuocheng", 3));
    assert_eq!(changed.external_ids["wikidata"], "Q6540786");
    let number = view.newest().node_by_id("li-zuocheng").unwrap();
    assert_eq!(view.at(dateline::model::Revision(1)).node(number).unwrap().name, "Li Zuocheng");
    assert_eq!(view.newest().node_versions(number)[1].by, Some("editor"));
    let drop = |name: &str| NodePatch {
        drop_names: vec![name.to_owned()],
        ..NodePatch::default()
    };
    assert_eq!(
        field(
            &engine
                .patch_node("li-zuocheng", drop("General Li Zuocheng"), why())
                .await
                .unwrap_err()
        ),
        "/drop_names/0"
    );
    engine.patch_node("li-zuocheng", drop("Li Zuocheng"), why()).await.unwrap();
    assert_eq!(node(&engine.view(), "li-zuocheng").names.len(), 2);
    assert!(matches!(
        engine.patch_node("nobody", drop("x"), why()).await.unwrap_err(),
        IngestError::NotFound { what: "node", .. }
    ));
}

#[tokio::test]
async fn a_type_that_would_break_a_fact_is_refused() {
    let engine = engine();
    post(&engine, json!([meeting(json!({"place_name": "Beijing"}))])).await;
    let retype = |to: &str| NodePatch {
        node_type: Some(to.to_owned()),
        ..NodePatch::default()
    };
    engine.patch_node("li-zuocheng", retype("Organization"), why()).await.unwrap();
    assert_eq!(&*node(&engine.view(), "li-zuocheng").node_type, "Organization");
    for (id, to) in [("li-zuocheng", "Topic"), ("beijing", "Person"), ("beijing", "Nonsense")] {
        assert_eq!(
            field(&engine.patch_node(id, retype(to), why()).await.unwrap_err()),
            "/type",
            "{id} {to}"
        );
    }
}

#[tokio::test]
async fn deleting_a_document_closes_what_stands_in_it_alone() {
    let engine = engine();
    let told = |document: &str, day: &str| meeting(json!({"document": document, "valid": day}));
    post(
        &engine,
        json!([told("a", "2017-11-01"), told("b", "2017-11-01"), told("a", "2017-11-02")]),
    )
    .await;
    engine.delete_document("a", why()).await.unwrap();
    let view = restarted(&engine).view();
    assert_eq!(fact_ids(&view).len(), 1);
    assert_eq!(fact_ids(&engine.view()), fact_ids(&view));
    assert!(matches!(
        engine.delete_document("a", why()).await.unwrap_err(),
        IngestError::Conflict(_)
    ));
    assert!(matches!(
        engine.delete_document("c", why()).await.unwrap_err(),
        IngestError::NotFound { what: "document", .. }
    ));
    let faults = super::support::faults(&engine, json!([told("a", "2017-11-03")])).await;
    assert_eq!(faults, ["conflict /document"]);
}
