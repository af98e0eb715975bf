use dateline::ingest::{DocumentOptions, FactsOptions, IngestError, OnError};
use serde_json::json;

use super::support::{engine, fact_ids, faults, lines, meeting, node, post, restarted};

#[tokio::test]
async fn a_posted_fact_is_visible_once_it_is_acknowledged() {
    let engine = engine();
    let reply = post(&engine, json!([meeting(json!({}))])).await;
    assert_eq!((reply.created, reply.nodes_created, reply.revision.0), (1, 2, 1));
    let view = engine.view();
    assert_eq!(view.head().revision.0, 1);
    assert_eq!(node(&view, "li-zuocheng").name, "Li Zuocheng");
    assert_eq!(fact_ids(&view).len(), 1);
}

#[tokio::test]
async fn the_same_again_changes_nothing_and_from_the_other_end_it_is_a_mirror() {
    let engine = engine();
    post(&engine, json!([meeting(json!({}))])).await;
    let turned = meeting(json!({
        "subject_name": "Min Aung Hlaing", "object_name": "Li Zuocheng",
    }));
    let reply = post(&engine, json!([meeting(json!({})), turned, turned])).await;
    assert_eq!((reply.created, reply.duplicate, reply.mirror, reply.known), (0, 1, 2, 3));
    assert_eq!(reply.revision.0, 1, "nothing was written");
    // The same holds after a restart.
    let reply = post(&restarted(&engine), json!([turned])).await;
    assert_eq!((reply.mirror, reply.revision.0), (1, 1));
}

#[tokio::test]
async fn another_report_of_a_fact_corroborates_it() {
    let engine = engine();
    let reply = post(&engine, json!([meeting(json!({})), meeting(json!({"publisher": "Xinhua"}))])).await;
    assert_eq!((reply.created, reply.corroborated), (1, 1));
    let view = engine.view();
    let reading = view.newest();
    let fact = reading.fact_by_id(fact_ids(&view)[0].parse().unwrap()).unwrap();
    assert_eq!((reading.open_evidence(fact).len(), reading.source_count(fact)), (2, 2));
}

#[tokio::test]
async fn sentence_and_quote_tell_evidence_apart_only_where_they_are_named() {
    let engine = engine();
    let told = |keys: serde_json::Value| {
        let mut row = meeting(keys);
        row["document"] = json!("story-1");
        row
    };
    let first = told(json!({"sentence": 2, "quote": "They met."}));
    let reply = post(
        &engine,
        json!([
            first,
            first,
            told(json!({"sentence": 3})),
            told(json!({})),
            told(json!({"quote": "They talked."}))
        ]),
    )
    .await;
    assert_eq!((reply.created, reply.duplicate, reply.corroborated), (1, 2, 2));
    let again = post(
        &restarted(&engine),
        json!([first, told(json!({"quote": "They talked."})), told(json!({"sentence": 4}))]),
    )
    .await;
    assert_eq!((again.duplicate, again.corroborated), (2, 1));
}

#[tokio::test]
async fn every_fault_names_its_field_and_its_kind() {
    let engine = engine();
    post(
        &engine,
        json!([meeting(json!({"subject_type": "Person", "object_name": "Min Aung Hlaing"}))]),
    )
    .await;
    post(&engine, json!([meeting(json!({"subject_name": "LI ZUOCHENG"}))])).await;
    for (wrong, expected) in [
        (json!({"relation": "met"}), "unknown-relation /relation"),
        (json!({"relation": null}), "missing-field /relation"),
        (json!({"subject_name": null, "subject_type": null}), "missing-field /subject"),
        (json!({"subject_type": "Persona"}), "ontology-rule /subject_type"),
        (
            json!({"subject_name": null, "subject_type": null, "subject": "nobody"}),
            "unknown-node /subject",
        ),
        (
            json!({"subject_name": null, "subject_type": null, "subject": "Li Zuocheng"}),
            "ambiguous-node /subject",
        ),
        (json!({"object_type": "Topic", "object_name": "oil"}), "ontology-rule /object"),
        (json!({"subject_name": "oil", "subject_type": "Topic"}), "ontology-rule /subject"),
        (json!({"value": "x"}), "invalid-value /value"),
        (
            json!({"object_name": null, "object_type": null, "value": "x"}),
            "ontology-rule /value",
        ),
        (json!({"object_name": "Li Zuocheng"}), "ontology-rule /object"),
        (json!({"valid": "2017-13"}), "invalid-date /valid"),
        (json!({"reported": "24 Nov"}), "invalid-date /reported"),
        (json!({"modality": "sure"}), "invalid-value /modality"),
        (json!({"polarity": "no"}), "invalid-value /polarity"),
        (json!({"publisher": null}), "missing-field /publisher"),
        (
            json!({"publisher": null, "reported": null, "document": "nowhere"}),
            "invalid-value /document",
        ),
        (json!({"document": "No Slug"}), "invalid-value /document"),
        (json!({"speakers": ["nobody"]}), "unknown-node /speakers/0"),
        (json!({"place": "Nowhere"}), "unknown-node /place"),
        (json!({"place": "min-aung-hlaing"}), "ontology-rule /place"),
        (json!({"qualifiers": {"Bad Name": "x"}}), "invalid-value /qualifiers/Bad Name"),
        (json!({"asserted_by": "me"}), "invalid-value /asserted_by"),
        (
            json!({"asserted_by": "extractor:x", "quote": "They met."}),
            "missing-field /document",
        ),
        (json!({"asserted_by": "extractor:x", "document": "d"}), "missing-field /quote"),
        (
            json!({"asserted_by": "extractor:x", "document": "d", "quote": "They met.", "evidence": [
                {"document": "e", "publisher": "AFP", "reported": "2017-11-24", "speakers": []}
            ]}),
            "missing-field /evidence/0/quote",
        ),
        (json!({"subject_name": "x".repeat(500)}), "invalid-value /subject"),
    ] {
        assert_eq!(faults(&engine, json!([meeting(wrong.clone())])).await, [expected], "{wrong}");
    }
    assert_eq!(engine.view().head().counters.nodes, 3, "a refused line leaves no node behind");
}

#[tokio::test]
async fn a_request_that_is_taken_whole_leaves_nothing_when_one_line_is_wrong() {
    let engine = engine();
    let error = engine
        .post_facts(
            lines(&json!([meeting(json!({})), meeting(json!({"relation": "met"}))])),
            FactsOptions::default(),
        )
        .await
        .unwrap_err();
    let IngestError::Rejected { reply } = error else {
        panic!("{error}")
    };
    assert_eq!((reply.received, reply.rejected, reply.created), (2, 1, 0));
    assert_eq!(
        (reply.errors[0].line, reply.errors[0].problem.as_str()),
        (2, "/problems/unknown-relation")
    );
    assert_eq!(engine.view().head().revision.0, 0);
    let how = FactsOptions {
        on_error: OnError::Skip,
        ..FactsOptions::default()
    };
    let reply = engine
        .post_facts(lines(&json!([meeting(json!({})), meeting(json!({"relation": "met"}))])), how)
        .await
        .unwrap();
    assert_eq!((reply.created, reply.rejected), (1, 1));
}

#[tokio::test]
async fn a_dry_run_counts_and_stores_nothing() {
    let engine = engine();
    let how = FactsOptions {
        dry_run: true,
        ..FactsOptions::default()
    };
    let reply = engine.post_facts(lines(&json!([meeting(json!({}))])), how).await.unwrap();
    assert_eq!((reply.created, reply.nodes_created), (1, 2));
    assert_eq!(engine.view().head().revision.0, 0);
}

#[tokio::test]
async fn the_same_key_gives_the_same_answer_and_another_body_is_refused() {
    let engine = engine();
    let keyed = |digest: u8| FactsOptions {
        idempotency: Some(("k1".to_owned(), [digest; 32])),
        ..FactsOptions::default()
    };
    let rows = lines(&json!([meeting(json!({}))]));
    let first = engine.post_facts(rows.clone(), keyed(1)).await.unwrap();
    post(&engine, json!([meeting(json!({"valid": "2017-11-23"}))])).await;
    assert_eq!(engine.post_facts(rows.clone(), keyed(1)).await.unwrap(), first);
    assert_eq!(restarted(&engine).post_facts(rows.clone(), keyed(1)).await.unwrap(), first);
    assert!(matches!(
        engine.post_facts(rows, keyed(2)).await.unwrap_err(),
        IngestError::KeyReused
    ));
}

#[tokio::test]
async fn names_that_fold_alike_and_slugs_that_collide_stay_distinct() {
    let engine = engine();
    let rows = json!([
        meeting(json!({"subject_name": "MUSLIM (India)", "subject_type": "PopulationGroup"})),
        meeting(json!({"subject_name": "Muslim (India)", "subject_type": "PopulationGroup"})),
        meeting(json!({"subject_name": "Muslim India", "subject_type": "PopulationGroup"})),
        meeting(json!({"subject_name": "Muslim (India)", "subject_type": "Organization"})),
        meeting(json!({"subject_name": "Muslim (India)", "subject_type": "PopulationGroup"})),
    ]);
    let reply = post(&engine, rows).await;
    assert_eq!((reply.created, reply.duplicate, reply.nodes_created), (4, 1, 5));
    let view = engine.view();
    assert_eq!(node(&view, "muslim-india").name, "MUSLIM (India)");
    assert_eq!(node(&view, "muslim-india-2").name, "Muslim (India)");
    assert_eq!(node(&view, "muslim-india-3").name, "Muslim India");
    assert_eq!(&*node(&view, "muslim-india-4").node_type, "Organization");
}

#[tokio::test]
async fn requests_at_once_are_all_kept_and_numbered_in_order() {
    let engine = engine();
    let mut posted = Vec::new();
    for day in 0..200 {
        let engine = engine.clone();
        posted.push(tokio::spawn(async move {
            let valid = format!("2017-{:02}-{:02}", 1 + day / 28, 1 + day % 28);
            post(&engine, json!([meeting(json!({"valid": valid}))])).await
        }));
    }
    for reply in posted {
        let reply = reply.await.unwrap();
        assert_eq!(reply.created, 1);
    }
    let head = engine.view().head();
    assert_eq!((head.counters.facts, head.counters.nodes), (200, 2));
    assert!(head.revision.0 < 200, "what waited was written together");
    let restarted = restarted(&engine);
    assert_eq!(fact_ids(&restarted.view()), fact_ids(&engine.view()));
    engine.stop().await;
    let stopped = engine
        .post_facts(lines(&json!([meeting(json!({}))])), FactsOptions::default())
        .await;
    assert!(matches!(stopped.unwrap_err(), IngestError::Stopping));
}

#[tokio::test]
async fn a_body_of_any_length_is_taken_in_as_it_comes_and_may_be_sent_again() {
    let engine = engine();
    let rows: Vec<_> = (0..1_000)
        .map(|n| {
            if n % 100 == 7 {
                meeting(json!({"relation": "met"}))
            } else {
                meeting(json!({"subject_name": format!("Person {n}")}))
            }
        })
        .collect();
    for round in 0..2 {
        let mut session = engine.import_session(FactsOptions::default());
        let mut wrong = Vec::new();
        for chunk in lines(&json!(rows)).chunks(70) {
            wrong.extend(session.push(chunk.to_vec()).await.unwrap());
        }
        let (reply, last) = session.finish().await.unwrap();
        wrong.extend(last);
        assert_eq!((reply.received, reply.rejected), (1_000, 10));
        assert_eq!((reply.created, reply.duplicate), if round == 0 { (990, 0) } else { (0, 990) });
        assert_eq!(
            wrong.iter().map(|refused| refused.error.line).collect::<Vec<_>>(),
            (0..10).map(|n| n * 100 + 8).collect::<Vec<_>>()
        );
        assert_eq!(reply.revision, engine.view().head().revision);
    }
}

#[tokio::test]
async fn a_long_body_sent_again_under_its_key_gives_the_same_answer() {
    let engine = engine();
    let how = || FactsOptions {
        idempotency: Some(("body".to_owned(), [3; 32])),
        ..FactsOptions::default()
    };
    let rows = lines(&json!([meeting(json!({})), meeting(json!({"relation": "met"}))]));
    let mut session = engine.import_session(how());
    session.push(rows.clone()).await.unwrap();
    let (first, wrong) = session.finish().await.unwrap();
    assert_eq!((first.created, first.rejected, wrong.len()), (1, 1, 1));
    let mut again = restarted(&engine).import_session(how());
    again.push(rows).await.unwrap();
    assert_eq!(again.finish().await.unwrap().0, first);
    let other = FactsOptions {
        idempotency: Some(("body".to_owned(), [4; 32])),
        ..FactsOptions::default()
    };
    assert!(matches!(
        engine.import_session(other).finish().await.unwrap_err(),
        IngestError::KeyReused
    ));
}

#[tokio::test]
async fn speakers_and_places_of_rows_are_made_and_take_their_type_from_the_line_that_knows_it() {
    let engine = engine();
    let row = meeting(json!({
        "speakers": ["li-zuocheng", "ministry-of-national-defense"], "said_by": "Li Zuocheng, via Ministry of National Defense",
        "place": "beijing", "place_name": "Beijing",
    }));
    let reply = post(&engine, json!([row])).await;
    assert_eq!((reply.created, reply.nodes_created), (1, 4));
    let before = node(&engine.view(), "ministry-of-national-defense");
    assert_eq!((&*before.node_type, before.properties.len()), ("Organization", 1));
    let serves = json!({
        "subject": "ministry-of-national-defense", "subject_name": "Ministry of National Defense", "subject_type": "GovernmentBody",
        "relation": "serves", "object": "china", "object_name": "China", "object_type": "State", "publisher": "Reuters",
    });
    post(&engine, json!([serves])).await;
    let after = node(&engine.view(), "ministry-of-national-defense");
    assert_eq!((&*after.node_type, after.properties.len()), ("GovernmentBody", 0));
    assert_eq!(&*node(&engine.view(), "beijing").node_type, "Place");
}

#[tokio::test]
async fn what_a_person_closed_an_extractor_cannot_reopen_from_the_same_document() {
    let engine = engine();
    let read = |document: &str, by: &str| json!([meeting(json!({"document": document, "asserted_by": by, "quote": "They met."}))]);
    post(&engine, read("report-1", "extractor:x-1")).await;
    let id = fact_ids(&engine.view())[0].clone();
    engine.retract_fact(&id, dateline::ingest::Why::default()).await.unwrap();
    assert_eq!(faults(&engine, read("report-1", "extractor:x-2")).await, ["conflict /document"]);
    assert!(fact_ids(&engine.view()).is_empty());
    let reply = post(&engine, read("report-1", "person:editor")).await;
    assert_eq!(reply.corroborated, 1);
    assert_eq!(fact_ids(&engine.view()), std::slice::from_ref(&id));
    engine.retract_fact(&id, dateline::ingest::Why::default()).await.unwrap();
    post(&engine, read("report-2", "extractor:x-1")).await;
    assert_eq!(fact_ids(&engine.view()), [id]);
}

#[tokio::test]
async fn a_quote_has_to_stand_in_the_text_of_its_document() {
    let engine = engine();
    let report = dateline::ingest::DocumentIn {
        text: " date 2017-11-24 Reuters, BEIJING\n\nGeneral Li Zuocheng (李作成) met the visitor. They met again.\n".to_owned(),
        ..Default::default()
    };
    let stored = engine.post_document(report, DocumentOptions::default()).await.unwrap();
    let told = |quote: &str| json!([meeting(json!({"document": stored.document.id, "quote": quote}))]);
    assert_eq!(faults(&engine, told("He met the visitor")).await, ["quote-not-found /quote"]);
    let reply = post(&engine, told("(李作成) met the visitor")).await;
    assert_eq!(reply.created, 1);
    let fact = engine
        .view()
        .newest()
        .fact_by_id(fact_ids(&engine.view())[0].parse().unwrap())
        .unwrap();
    let quote = engine.bodies().evidence(fact).unwrap()[0].quote.clone().unwrap();
    let text: Vec<char> = engine
        .bodies()
        .text(dateline::model::DocumentNumber(0))
        .unwrap()
        .unwrap()
        .chars()
        .collect();
    let span: String = text[quote.start.unwrap() as usize..quote.end.unwrap() as usize].iter().collect();
    assert_eq!(span, "(李作成) met the visitor");
}
