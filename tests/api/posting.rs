//! Putting in: facts in every kind of body, and what is said of wrong ones.

use std::io::Write as _;

use super::app::{TestApp, small_facts};
use serde_json::{Value, json};

fn ndjson(facts: &[Value]) -> String {
    facts.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n") + "\n"
}

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn every_kind_of_body_is_read() {
    let all = small_facts();
    for (content_type, body, created) in [
        ("application/json", all[0].to_string(), 1),
        ("application/json; charset=utf-8", json!(all).to_string(), 6),
        ("application/x-ndjson", ndjson(&all), 6),
        ("application/jsonl", ndjson(&all), 6),
        (FORM, all[0].to_string(), 1),
        (FORM, json!(all).to_string(), 6),
        (FORM, ndjson(&all), 6),
        (
            FORM,
            "subject_name,subject_type,relation,value,publisher\nA,Person,stated,x,P\n".to_owned(),
            1,
        ),
        (
            "text/csv",
            "subject_name,subject_type,relation,value,publisher\nA,Person,stated,x,P\nB,Person,stated,y,P\n".to_owned(),
            2,
        ),
        ("text/plain", ndjson(&all), 6),
    ] {
        let app = TestApp::empty();
        let answer = app.post("/v1/facts", content_type, body).await;
        assert_eq!(answer.status, 200, "{content_type}: {}", answer.text());
        assert_eq!(answer.json()["created"], created, "{content_type}: {}", answer.text());
        assert_eq!(app.get("/v1/facts?limit=0").await.json()["page"]["total"], created);
    }
    let app = TestApp::empty();
    let answer = app.send_with("POST", "/v1/facts", &[], all[0].to_string()).await;
    assert_eq!(answer.json()["created"], 1, "no content type at all");
}

#[tokio::test]
async fn the_same_facts_again_are_known() {
    let app = TestApp::small().await;
    let reply = app.post("/v1/facts", "application/x-ndjson", ndjson(&small_facts())).await.json();
    assert_eq!(
        (reply["received"].as_u64(), reply["created"].as_u64(), reply["known"].as_u64()),
        (Some(6), Some(0), Some(6)),
        "{reply}"
    );
}

#[tokio::test]
async fn bodies_of_other_kinds_are_refused() {
    let app = TestApp::empty();
    for content_type in [
        "application/xml",
        "multipart/form-data; boundary=x",
        "text/csv; charset=latin1",
        "nonsense",
    ] {
        let answer = app.post("/v1/facts", content_type, "{}").await;
        let problem = answer.problem(415, "unsupported-media-type");
        assert!(
            problem["content_types"]
                .as_array()
                .unwrap()
                .contains(&json!("application/x-ndjson")),
            "{problem}"
        );
    }
    app.post("/v1/facts", FORM, "a=b").await.problem(415, "unsupported-media-type");
    app.post("/v1/documents", "text/csv", "x")
        .await
        .problem(415, "unsupported-media-type");
    app.send_with("PATCH", "/v1/nodes/x", &[("content-type", "text/csv")], "x")
        .await
        .problem(415, "unsupported-media-type");
    app.send_with("POST", "/v1/facts", &[("content-encoding", "br")], "{}")
        .await
        .problem(415, "unsupported-media-type");
}

#[tokio::test]
async fn json_that_breaks_is_refused_with_its_place() {
    let app = TestApp::empty();
    let problem = app
        .post("/v1/facts", "application/json", "{\n  \"subject\": }")
        .await
        .problem(400, "invalid-json");
    assert_eq!(
        (problem["line"].as_u64(), problem["column"].as_u64()),
        (Some(2), Some(14)),
        "{problem}"
    );
    app.post("/v1/facts", "application/json", "").await.problem(400, "invalid-json");
    app.post("/v1/facts", "application/json", "3").await.problem(422, "invalid-value");
    app.post("/v1/documents", "application/json", "{")
        .await
        .problem(400, "invalid-json");
    let problem = app
        .post("/v1/documents", "application/json", r#"{"txet":"x"}"#)
        .await
        .problem(422, "invalid-value");
    assert_eq!(problem["pointer"], "/txet");
    app.send_with("PATCH", "/v1/nodes/x", &[("content-type", "application/json")], "{")
        .await
        .problem(400, "invalid-json");
}

#[tokio::test]
async fn a_wrong_fact_rejects_the_whole_array() {
    let app = TestApp::empty();
    let mut facts = small_facts();
    facts[1]["relation"] = json!("vsited");
    facts[3]["valid"] = json!("Nov 24");
    facts[4].as_object_mut().unwrap().insert("subjet".into(), json!("x"));
    let problem = app
        .post("/v1/facts", "application/json", json!(facts).to_string())
        .await
        .problem(422, "facts-rejected");
    let errors: Vec<_> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| (error["line"].as_u64().unwrap(), error["pointer"].as_str().unwrap()))
        .collect();
    // The third leads to a node that the second would have made.
    assert_eq!(
        errors,
        [(2, "/relation"), (3, "/object"), (4, "/valid"), (5, "/subjet")],
        "{problem}"
    );
    for error in problem["errors"].as_array().unwrap() {
        assert_eq!(app.get(error["type"].as_str().unwrap()).await.status, 200);
    }
    assert_eq!(
        (
            problem["received"].as_u64(),
            problem["rejected"].as_u64(),
            problem["created"].as_u64()
        ),
        (Some(6), Some(4), Some(0))
    );
    assert_eq!(app.get("/v1/facts?limit=0").await.json()["page"]["total"], 0);
}

#[tokio::test]
async fn a_wrong_line_is_skipped_and_named() {
    let app = TestApp::empty();
    let body = format!(
        "{}not json\n\n{}",
        ndjson(&small_facts()[..2]),
        json!({"subject_name": "X", "subject_type": "Person", "relation": "stated"})
    );
    let reply = app.post("/v1/facts", "application/x-ndjson", body.clone()).await.json();
    assert_eq!(
        (reply["created"].as_u64(), reply["rejected"].as_u64()),
        (Some(2), Some(2)),
        "{reply}"
    );
    assert_eq!((&reply["errors"][0]["line"], &reply["errors"][1]["line"]), (&json!(3), &json!(5)));
    let whole = TestApp::empty();
    whole
        .post("/v1/facts?on_error=reject", "application/x-ndjson", body)
        .await
        .problem(422, "facts-rejected");
    assert_eq!(whole.get("/v1/facts?limit=0").await.json()["page"]["total"], 0);
    whole
        .post("/v1/facts?on_error=maybe", "application/json", "[]")
        .await
        .problem(400, "invalid-parameter");
}

#[tokio::test]
async fn a_dry_run_stores_nothing() {
    let app = TestApp::empty();
    let reply = app
        .post("/v1/facts?dry_run=true", "application/json", json!(small_facts()).to_string())
        .await
        .json();
    assert_eq!(reply["created"], 6);
    let reply = app
        .post("/v1/facts?dry_run=true", "application/x-ndjson", ndjson(&small_facts()))
        .await
        .json();
    assert_eq!(reply["created"], 6);
    assert_eq!(app.get("/v1/stats").await.json()["facts"], 0);
}

#[tokio::test]
async fn an_idempotency_key_gives_the_first_answer_again() {
    let app = TestApp::empty();
    let headers = [("content-type", "application/json"), ("idempotency-key", "one")];
    let body = json!(small_facts()).to_string();
    let first = app.send_with("POST", "/v1/facts", &headers, body.clone()).await;
    assert_eq!(first.json()["created"], 6);
    let again = app.send_with("POST", "/v1/facts", &headers, body).await;
    assert_eq!(again.json(), first.json());
    app.send_with("POST", "/v1/facts", &headers, small_facts()[0].to_string())
        .await
        .problem(422, "idempotency-key-reused");
    app.send_with("POST", "/v1/facts", &[("idempotency-key", "a b")], "[]")
        .await
        .problem(400, "invalid-idempotency-key");
    let streamed = [("content-type", "application/x-ndjson"), ("idempotency-key", "two")];
    let first = app.send_with("POST", "/v1/facts", &streamed, ndjson(&small_facts())).await.json();
    assert_eq!(
        app.send_with("POST", "/v1/facts", &streamed, ndjson(&small_facts())).await.json(),
        first
    );
}

#[tokio::test]
async fn bodies_may_be_compressed() {
    let app = TestApp::empty();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(ndjson(&small_facts()).as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let headers = [("content-type", "application/x-ndjson"), ("content-encoding", "gzip")];
    assert_eq!(app.send_with("POST", "/v1/facts", &headers, packed).await.json()["created"], 6);
    let headers = [("content-type", "application/json"), ("content-encoding", "gzip")];
    app.send_with("POST", "/v1/facts", &headers, "not gzip")
        .await
        .problem(400, "invalid-body");
}

#[tokio::test]
async fn bodies_have_a_limit_and_streams_have_none() {
    let app = TestApp::with(dateline::http::Settings {
        body_limit: 1_000,
        ..Default::default()
    });
    let body = json!(small_facts()).to_string();
    app.post("/v1/facts", "application/json", body).await.problem(413, "body-too-large");
    assert_eq!(
        app.post("/v1/facts", "application/x-ndjson", ndjson(&small_facts())).await.json()["created"],
        6
    );
    let app = TestApp::empty();
    let many: Vec<Value> = (0..1_001).map(|_| small_facts()[0].clone()).collect();
    app.post("/v1/facts", "application/json", json!(many).to_string())
        .await
        .problem(413, "too-many-facts");
    assert_eq!(
        app.post("/v1/facts", "application/x-ndjson", ndjson(&many)).await.json()["received"],
        1_001
    );
}

#[tokio::test]
async fn a_reply_for_people_is_one_line() {
    let app = TestApp::empty();
    let text = app
        .post("/v1/facts?format=text", "application/json", json!(small_facts()).to_string())
        .await
        .text();
    assert!(text.starts_with("6 received: 6 new, 0 corroborated"), "{text}");
}
