//! What is read can be posted back into an empty store, and reads the same.

use std::sync::Arc;
use std::time::{Duration, Instant};

use dateline::ingest::{Engine, FactIn, FactsOptions, Line};
use dateline::query::{self, Asking, Budget, FactsParams, FilterParams, Row};
use serde_json::{Value, json};

use super::support::{engine, fact_ids, meeting, post};

fn rows(engine: &Engine, include: &[&str]) -> Vec<Row> {
    let view = engine.view();
    let ask = Asking {
        reading: view.newest(),
        bodies: engine.bodies(),
        budget: Budget {
            edges: usize::MAX,
            deadline: Instant::now() + Duration::from_mins(1),
            cancelled: Arc::default(),
            first_try: false,
        },
        incarnation: 0,
        base_path: "",
    };
    let include = include.iter().map(|part| (*part).to_owned()).collect();
    let filters = FilterParams {
        limit: Some(1_000),
        include,
        ..FilterParams::default()
    };
    let answer = query::facts(&ask, &FactsParams::default(), &filters).unwrap();
    let mut rows: Vec<Row> = answer.facts.iter().map(query::RowRef::to_row).collect();
    rows.sort_by_key(|row| row.id);
    rows
}

async fn lived_in() -> Arc<Engine> {
    let engine = engine();
    let told = |keys: Value| meeting(keys);
    let rows = json!([
        told(json!({"document": "2017-11-24-reuters-beijing", "quote": "They met.", "place_name": "Beijing",
            "speakers": ["ministry", "li-zuocheng"], "said_by": "Ministry of Defence, via Li Zuocheng", "qualifiers": {"quantity": ">3"}})),
        told(json!({"document": "2017-11-24-xinhua", "publisher": "Xinhua", "url": "https://example.org/x", "rule": "meets"})),
        told(json!({"valid": "../2017-11-22", "publisher": "AFP", "reported": "2017-11-25"})),
        told(json!({"valid": null, "subject_name": "MIN AUNG HLAING", "polarity": "negated", "modality": "possible", "place_name": "Beijing"})),
        {"subject_name": "Ministry of Defence", "subject_type": "GovernmentBody", "relation": "stated", "value": "no; \"comment\"",
            "publisher": "Reuters", "qualifiers": {"content": "x; y"}, "valid": "2017-11/2017-12"},
        {"subject": "ministry", "subject_name": "Ministry of Defence", "subject_type": "GovernmentBody", "relation": "serves",
            "object_name": "China", "object_type": "State", "document": "undated", "reported": "2017-11-24"},
        {"subject_name": "Pipeline, \"new\"", "subject_type": "Facility", "relation": "opened", "publisher": "Reuters", "valid": "2017"},
    ]);
    let reply = post(&engine, rows).await;
    assert_eq!((reply.created, reply.corroborated), (6, 1));
    engine
}

async fn posted_back(lines: Vec<Line>) -> Arc<Engine> {
    let into = engine();
    into.post_facts(lines, FactsOptions::default()).await.unwrap();
    into
}

#[tokio::test]
async fn rows_posted_back_into_an_empty_store_read_the_same() {
    let engine = lived_in().await;
    let all = rows(&engine, &["evidence", "quote"]);
    assert!(all.iter().any(|row| row.source_count == 3), "claim-mates support each other");
    for reversed in [false, true] {
        let mut json: Vec<Value> = all.iter().map(|row| serde_json::to_value(row).unwrap()).collect();
        if reversed {
            json.reverse();
        }
        let lines = json
            .iter()
            .zip(1..)
            .map(|(row, number)| Line::read(number, FactIn::from_json(&row.to_string())))
            .collect();
        let into = posted_back(lines).await;
        assert_eq!(rows(&into, &["evidence", "quote"]), all, "reversed: {reversed}");
        assert_eq!(fact_ids(&into.view()).len(), fact_ids(&engine.view()).len());
    }
}

#[tokio::test]
async fn the_plain_rows_keep_all_but_the_evidence_they_do_not_carry() {
    let engine = lived_in().await;
    let all = rows(&engine, &[]);
    let lines = all
        .iter()
        .zip(1..)
        .map(|(row, number)| Line::read(number, FactIn::from_json(&serde_json::to_string(row).unwrap())))
        .collect();
    let into = posted_back(lines).await;
    for (before, after) in all.iter().zip(rows(&into, &[])) {
        assert_eq!(
            Row {
                source_count: after.source_count,
                ..before.clone()
            },
            after
        );
    }
}

#[tokio::test]
async fn rows_posted_back_into_their_own_store_change_nothing() {
    let engine = lived_in().await;
    for include in [&[][..], &["quote"], &["evidence", "quote"]] {
        let lines: Vec<_> = rows(&engine, include)
            .iter()
            .zip(1..)
            .map(|(row, number)| Line::read(number, FactIn::from_json(&serde_json::to_string(row).unwrap())))
            .collect();
        let reply = engine.post_facts(lines, FactsOptions::default()).await.unwrap();
        assert_eq!(
            (reply.known, reply.created, reply.corroborated, reply.revision.0),
            (6, 0, 0, 1),
            "{include:?}"
        );
    }
}
