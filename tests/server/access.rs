//! Who may come in.

use serde_json::json;

use crate::process::{Server, dateline};

#[test]
fn another_address_without_a_key_is_refused_with_the_line_that_mends_it() {
    let folder = tempfile::tempdir().unwrap();
    let output = dateline()
        .args(["serve", "--addr", "0.0.0.0:0", "--data"])
        .arg(folder.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("DATELINE_API_KEY=") && said.contains("--insecure"), "{said}");
}

#[test]
fn a_page_of_another_origin_cannot_write() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let fact = json!({"subject_name": "Ann", "subject_type": "Person", "relation": "member_of",
        "object_name": "Desk", "object_type": "Organization", "publisher": "Test"})
    .to_string();
    for header in [
        ("origin", "https://elsewhere.example"),
        ("sec-fetch-site", "cross-site"),
        ("host", "elsewhere.example"),
    ] {
        let answer = server.send("POST", "/v1/facts", &[("content-type", "application/json"), header], &fact);
        assert_eq!(answer.status, 403, "{header:?}: {}", answer.body);
        assert_eq!(answer.content_type, "application/problem+json");
    }
    assert_eq!(server.get_json("/v1/stats")["facts"], 0);
    let own = server.url.clone();
    let answer = server.send(
        "POST",
        "/v1/facts",
        &[("content-type", "application/json"), ("origin", &own)],
        &fact,
    );
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[test]
fn keys_open_what_they_are_for() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_with("serve", folder.path(), &["--api-key", "writer-key", "--read-key", "reader-key"]);
    let with = |key: &str, method: &str, target: &str, body: &str| {
        let bearer = format!("Bearer {key}");
        server
            .send(
                method,
                target,
                &[("authorization", &bearer), ("content-type", "application/json")],
                body,
            )
            .status
    };
    assert_eq!(server.get("/v1/stats").status, 401);
    assert_eq!(with("wrong", "GET", "/v1/stats", ""), 401);
    assert_eq!(with("reader-key", "GET", "/v1/stats", ""), 200);
    assert_eq!(with("writer-key", "GET", "/v1/stats", ""), 200);
    assert_eq!(with("reader-key", "POST", "/v1/facts", "[]"), 403);
    assert_eq!(server.get("/livez").status, 200, "a probe has no key");
}
