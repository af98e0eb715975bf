//! Reports: every kind of body, what is answered, and what is refused.

use super::app::TestApp;
use serde_json::{Value, json};

const REPORT: &str = " date 2017-11-24 Reuters, BEIJING\n\nChina's Li Zuocheng met Myanmar's Min Aung Hlaing in Beijing on Wednesday.\n\n\"China supports Myanmar,\" Li Zuocheng said.\n";
const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn a_report_is_stored_with_its_facts_and_their_quotes() {
    let app = TestApp::empty();
    let answer = app.post("/v1/documents", FORM, REPORT).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let body = answer.json();
    let id = body["document"]["id"].as_str().unwrap();
    assert_eq!(answer.header("location"), format!("/v1/documents/{id}"));
    assert_eq!(
        (body["document"]["publisher"].as_str(), body["document"]["date"].as_str()),
        (Some("Reuters"), Some("2017-11-24"))
    );
    assert!(!body["facts"].as_array().unwrap().is_empty(), "{body}");
    for fact in body["facts"].as_array().unwrap() {
        assert!(REPORT.contains(fact["quote"].as_str().unwrap()), "{fact}");
    }
    let document = app.get(&format!("/v1/documents/{id}")).await.json();
    assert_eq!(document["facts"].as_u64().unwrap(), body["facts"].as_array().unwrap().len() as u64);
    assert!(document["text"].as_str().unwrap().contains("Min Aung Hlaing"));
    assert_eq!(
        app.get(&format!("/v1/facts?document={id}&limit=0")).await.json()["page"]["total"],
        document["facts"]
    );
}

#[tokio::test]
async fn the_same_report_again_changes_nothing_and_says_so() {
    let app = TestApp::empty();
    let first = app.post("/v1/documents", "text/plain", REPORT).await;
    let again = app.post("/v1/documents", "text/plain; charset=utf-8", REPORT).await;
    assert_eq!((first.status, again.status), (201, 200));
    let (first, again) = (first.json(), again.json());
    assert_eq!(
        (again["facts_created"].as_u64(), &again["document"]["id"]),
        (Some(0), &first["document"]["id"]),
        "{again}"
    );
    assert_eq!(again["facts_known"], first["facts_created"]);
    assert_eq!(again["revision"], first["revision"]);
}

#[tokio::test]
async fn parameters_win_over_the_text_and_json_is_read_too() {
    let app = TestApp::empty();
    let body = json!({"text": "Li Zuocheng met Min Aung Hlaing in Beijing.\n\nThey talked.", "date": "2017-11-24", "publisher": "Reuters"});
    let answer = app
        .post("/v1/documents?publisher=Xinhua&title=Talks", "application/json", body.to_string())
        .await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let document = answer.json()["document"].clone();
    assert_eq!(
        (document["publisher"].as_str(), document["title"].as_str()),
        (Some("Xinhua"), Some("Talks"))
    );
    let other = TestApp::empty();
    assert_eq!(other.post("/v1/documents", FORM, body.to_string()).await.status, 201);
}

#[tokio::test]
async fn a_dry_run_shows_what_would_be_found() {
    let app = TestApp::empty();
    let answer = app.post("/v1/documents?dry_run=true", "text/plain", REPORT).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(!answer.json()["facts"].as_array().unwrap().is_empty());
    assert_eq!(app.get("/v1/stats").await.json()["documents"], 0);
}

#[tokio::test]
async fn reports_that_cannot_be_read_are_refused_with_the_reason() {
    let app = TestApp::empty();
    let problem = app
        .post(
            "/v1/documents",
            FORM,
            (REPORT.to_owned() + &"\nThey talked about trade. ".repeat(9)).replace('\n', ""),
        )
        .await
        .problem(422, "one-line");
    assert!(problem["detail"].as_str().unwrap().contains("--data-binary"), "{problem}");
    app.post("/v1/documents", "text/plain", "").await.problem(422, "unreadable-report");
    app.post("/v1/documents", "text/plain", "Somebody met somebody.\n\nThey talked.\n")
        .await
        .problem(422, "unreadable-report");
    app.post("/v1/documents", "text/plain", vec![0xff, 0xfe])
        .await
        .problem(400, "invalid-utf8");
    let sentence = "Die Ministerin sagte am Freitag in Berlin, dass die Regierung mit den Gewerkschaften über höhere Löhne verhandelt.\n\n";
    let german = "date 2017-11-24 dpa, BERLIN\n\nDie Bundeskanzlerin hat am Mittwoch in Berlin mit dem Ministerpräsidenten gesprochen und dabei über den Haushalt verhandelt.\n\nDanach fuhr sie nach Hause.\n";
    app.post("/v1/documents", "text/plain", german.to_owned() + &sentence.repeat(6))
        .await
        .problem(422, "unsupported-language");
    app.post("/v1/documents?date=soon", "text/plain", REPORT)
        .await
        .problem(422, "invalid-value");
    app.post("/v1/documents?explain=true", "text/plain", REPORT)
        .await
        .problem(400, "unknown-parameter");
}

#[tokio::test]
async fn several_reports_are_answered_with_a_summary() {
    let line = |text: &str| format!("{}\n", json!({"text": text, "date": "2017-11-24", "publisher": "Reuters"}));
    let body = format!(
        "{}{}{}nonsense\n",
        line("China supports Myanmar.\n\nLi Zuocheng said so."),
        line("China supports Myanmar.\n\nLi Zuocheng said so."),
        line("")
    );
    let app = TestApp::empty();
    let reply = app.post("/v1/documents", "application/x-ndjson", body).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let reply = reply.json();
    let counts = ["received", "created", "known", "rejected"].map(|key| reply[key].as_u64().unwrap());
    assert_eq!(counts, [4, 1, 1, 2], "{reply}");
    let lines: Vec<&Value> = reply["errors"].as_array().unwrap().iter().map(|error| &error["line"]).collect();
    assert_eq!(lines, [3, 4], "{reply}");
    app.post("/v1/documents?replaces=x", "application/x-ndjson", "")
        .await
        .problem(400, "invalid-parameter");
}

#[tokio::test]
async fn a_corrected_report_takes_the_place_of_the_first() {
    let app = TestApp::empty();
    let first = app.post("/v1/documents", "text/plain", REPORT).await.json();
    let id = first["document"]["id"].as_str().unwrap();
    let corrected = REPORT.replace("Wednesday", "Tuesday");
    let answer = app
        .post(
            &format!("/v1/documents?replaces={id}&reason=corrected&by=desk"),
            "text/plain",
            corrected,
        )
        .await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let new = answer.json()["document"]["id"].as_str().unwrap().to_owned();
    assert!(app.get(&format!("/v1/documents/{id}")).await.json()["deleted_at"].is_string());
    assert_eq!(app.get(&format!("/v1/documents/{new}")).await.json()["replaces"], id);
    assert_eq!(app.get("/v1/stats").await.json()["documents"], 1);
}

#[tokio::test]
async fn a_reply_for_people_ends_with_the_counts() {
    let app = TestApp::empty();
    let text = app.post("/v1/documents?format=text", "text/plain", REPORT).await.text();
    assert!(text.lines().last().unwrap().starts_with("2017-11-24-reuters-beijing: "), "{text}");
}

#[tokio::test]
async fn a_key_makes_sending_again_safe() {
    let app = TestApp::empty();
    let headers = [("content-type", "text/plain"), ("idempotency-key", "k1")];
    let first = app.send_with("POST", "/v1/documents", &headers, REPORT).await;
    let again = app.send_with("POST", "/v1/documents", &headers, REPORT).await;
    assert_eq!(first.status, 201);
    assert_eq!(again.json()["document"]["id"], first.json()["document"]["id"]);
    app.send_with("POST", "/v1/documents", &headers, REPORT.replace("Wednesday", "Tuesday"))
        .await
        .problem(422, "idempotency-key-reused");
}
