//! Putting right: retract, correct, rename, delete; reason and author are kept.

use super::app::TestApp;
use serde_json::{Value, json};

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

async fn first_fact(app: &TestApp) -> String {
    app.get("/v1/facts").await.json()["facts"][0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_retracted_fact_says_why_and_by_whom() {
    let app = TestApp::small().await;
    let id = first_fact(&app).await;
    let answer = app
        .send_with("DELETE", &format!("/v1/facts/{id}?reason=wrong&by=desk"), &[], "")
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let fact = answer.json();
    assert!(fact["retracted_at"].is_string());
    assert_eq!(
        (fact["reason"].as_str(), fact["by"].as_str()),
        (Some("wrong"), Some("desk")),
        "{fact}"
    );
    assert_eq!(app.get("/v1/facts?limit=0").await.json()["page"]["total"], 5);
    app.send_with("DELETE", &format!("/v1/facts/{id}"), &[], "")
        .await
        .problem(409, "conflict");
    app.send_with("DELETE", "/v1/facts/f-0000000000000000", &[], "")
        .await
        .problem(404, "unknown-fact");
}

#[tokio::test]
async fn reason_and_author_may_stand_in_the_body() {
    let app = TestApp::small().await;
    let id = first_fact(&app).await;
    let body = json!({"reason": "wrong", "by": "desk"}).to_string();
    let fact = app.send_with("DELETE", &format!("/v1/facts/{id}"), &JSON, body).await.json();
    assert_eq!(
        (fact["reason"].as_str(), fact["by"].as_str()),
        (Some("wrong"), Some("desk")),
        "{fact}"
    );
}

#[tokio::test]
async fn a_corrected_fact_supersedes() {
    let app = TestApp::small().await;
    let id = first_fact(&app).await;
    let body = json!({"valid": "2017-11-23", "reason": "date", "by": "desk"}).to_string();
    let answer = app.send_with("PATCH", &format!("/v1/facts/{id}"), &JSON, body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let fact = answer.json();
    assert_eq!(
        (fact["supersedes"].as_str(), fact["valid"].as_str()),
        (Some(id.as_str()), Some("2017-11-23")),
        "{fact}"
    );
    assert_eq!(
        answer.header("content-location"),
        format!("/v1/facts/{}", fact["id"].as_str().unwrap())
    );
    let old = app.get(&format!("/v1/facts/{id}")).await.json();
    assert_eq!(old["superseded_by"], fact["id"]);
    let problem = app
        .send_with(
            "PATCH",
            &format!("/v1/facts/{}", fact["id"].as_str().unwrap()),
            &JSON,
            r#"{"relation":"vsited"}"#,
        )
        .await;
    let problem = problem.problem(422, "invalid-value");
    assert_eq!(problem["pointer"], "/relation", "{problem}");
    let problem = app.send_with("PATCH", &format!("/v1/facts/{id}"), &JSON, "{}").await;
    problem.problem(422, "missing-field");
}

#[tokio::test]
async fn a_node_takes_names_and_keeps_its_id() {
    let app = TestApp::small().await;
    let body = json!({"name": "General Li", "add_names": ["李作成"], "external_ids": {"wikidata": "Q10911132"}}).to_string();
    let node = app.send_with("PATCH", "/v1/nodes/li-zuocheng?by=desk", &JSON, body).await;
    assert_eq!(node.status, 200, "{}", node.text());
    let node = node.json();
    assert_eq!(
        (node["id"].as_str(), node["name"].as_str()),
        (Some("li-zuocheng"), Some("General Li"))
    );
    assert_eq!(
        app.get("/v1/timeline?node=%E6%9D%8E%E4%BD%9C%E6%88%90").await.json()["nodes"][0]["id"],
        "li-zuocheng"
    );
    let problem = app
        .send_with("PATCH", "/v1/nodes/li-zuocheng", &JSON, r#"{"type":"Persn"}"#)
        .await
        .problem(422, "invalid-value");
    assert_eq!(problem["pointer"], "/type", "{problem}");
    app.send_with("PATCH", "/v1/nodes/li-zuocheng", &JSON, "{}")
        .await
        .problem(422, "missing-field");
    app.send_with("PATCH", "/v1/nodes/li-zuocheng", &JSON, r#"{"nmae":"x"}"#)
        .await
        .problem(422, "invalid-value");
    app.send_with("PATCH", "/v1/nodes/nobody", &JSON, r#"{"name":"x"}"#)
        .await
        .problem(404, "unknown-node");
}

#[tokio::test]
async fn a_deleted_document_takes_its_evidence_with_it() {
    let app = TestApp::small().await;
    let answer = app
        .send_with("DELETE", "/v1/documents/2017-11-24-reuters-beijing?reason=withdrawn", &[], "")
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(answer.json()["deleted_at"].is_string(), "{}", answer.text());
    assert_eq!(app.get("/v1/facts?limit=0").await.json()["page"]["total"], 5);
    app.send_with("DELETE", "/v1/documents/2017-11-24-reuters-beijing", &[], "")
        .await
        .problem(409, "conflict");
    let documents = app.get("/v1/documents").await.json();
    assert_eq!(documents["documents"], Value::Array(Vec::new()));
}
