//! Who may do what: keys, origins, hosts, the local token.

use super::app::TestApp;
use dateline::http::{LOCAL_TOKEN, Settings};

fn keyed() -> Settings {
    Settings {
        api_key: Some("write-key".into()),
        read_key: Some("read-key".into()),
        loopback: false,
        ..Settings::default()
    }
}

const FACT: &str = r#"{"subject_name":"A","subject_type":"Person","relation":"stated","value":"x","publisher":"P"}"#;

#[tokio::test]
async fn with_keys_nothing_of_the_store_is_told_without_one() {
    let app = TestApp::small_with(keyed()).await;
    for uri in ["/v1/facts", "/v1/nodes/myanmar", "/", "/metrics", "/v1/schema", "/nowhere"] {
        let answer = app.get(uri).await;
        answer.problem(401, "unauthorised");
        assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"dateline\"");
        app.get_with(uri, &[("authorization", "Bearer wrong")])
            .await
            .problem(401, "unauthorised");
        app.get_with(uri, &[("authorization", "Basic d3JpdGUta2V5")])
            .await
            .problem(401, "unauthorised");
    }
    for uri in [
        "/livez",
        "/readyz",
        "/problems",
        "/problems/unauthorised",
        "/openapi.json",
        "/docs/",
    ] {
        assert_eq!(app.get(uri).await.status, 200, "{uri}");
    }
}

#[tokio::test]
async fn the_read_key_reads_and_the_api_key_writes() {
    let app = TestApp::small_with(keyed()).await;
    let read = ("authorization", "Bearer read-key");
    let write = ("authorization", "bearer write-key");
    assert_eq!(app.get_with("/v1/facts", &[read]).await.status, 200);
    assert_eq!(app.get_with("/v1/facts", &[write]).await.status, 200);
    app.send_with("POST", "/v1/facts", &[read], FACT).await.problem(403, "forbidden");
    assert_eq!(app.send_with("POST", "/v1/facts", &[write], FACT).await.status, 200);
    app.send_with("POST", "/v1/facts", &[], FACT).await.problem(401, "unauthorised");
}

#[tokio::test]
async fn pages_of_other_origins_may_not_write() {
    let app = TestApp::empty();
    let host = ("host", "localhost:4817");
    for origin in ["https://evil.example", "null", "http://localhost:8000"] {
        app.send_with("POST", "/v1/facts", &[host, ("origin", origin)], FACT)
            .await
            .problem(403, "foreign-origin");
        app.send_with("DELETE", "/v1/facts/x", &[host, ("origin", origin)], "")
            .await
            .problem(403, "foreign-origin");
    }
    app.send_with("POST", "/v1/facts", &[host, ("sec-fetch-site", "cross-site")], FACT)
        .await
        .problem(403, "foreign-origin");
    assert_eq!(
        app.send_with(
            "POST",
            "/v1/facts",
            &[host, ("origin", "http://localhost:4817"), ("sec-fetch-site", "same-origin")],
            FACT
        )
        .await
        .status,
        200
    );
    assert_eq!(app.send_with("POST", "/v1/facts", &[host], FACT).await.status, 200);
    assert_eq!(
        app.get_with("/v1/facts", &[host, ("origin", "https://evil.example")]).await.status,
        200
    );
}

#[tokio::test]
async fn named_origins_may_read_and_write() {
    let app = TestApp::with(Settings {
        cors_origins: vec!["https://desk.example.org".into()],
        ..Settings::default()
    });
    let origin = ("origin", "https://desk.example.org");
    let host = ("host", "localhost:4817");
    let answer = app
        .send_with("POST", "/v1/facts", &[host, origin, ("sec-fetch-site", "cross-site")], FACT)
        .await;
    assert_eq!(
        (answer.status, answer.header("access-control-allow-origin")),
        (200, "https://desk.example.org"),
        "{}",
        answer.text()
    );
    let exposed = answer.header("access-control-expose-headers").to_lowercase();
    assert!(
        ["link", "etag", "dateline-revision", "x-request-id"]
            .iter()
            .all(|name| exposed.contains(name)),
        "{exposed}"
    );
    let preflight = app
        .send_with(
            "OPTIONS",
            "/v1/facts",
            &[
                host,
                origin,
                ("access-control-request-method", "POST"),
                ("access-control-request-headers", "content-type"),
            ],
            "",
        )
        .await;
    assert_eq!(preflight.status, 200);
    assert!(preflight.header("access-control-allow-methods").contains("POST"));
    // Problems are for them to read too.
    assert_eq!(
        app.get_with("/v1/facts?x=1", &[host, origin])
            .await
            .header("access-control-allow-origin"),
        "https://desk.example.org"
    );
    assert_eq!(
        app.get_with("/v1/facts", &[host, ("origin", "https://desk.example.org.evil")])
            .await
            .header("access-control-allow-origin"),
        ""
    );
}

#[tokio::test]
async fn on_loopback_without_a_key_only_local_names_are_answered() {
    let app = TestApp::empty();
    for host in [
        "localhost",
        "localhost:4817",
        "127.0.0.1:4817",
        "[::1]:4817",
        "LOCALHOST:1",
        "dateline.localhost",
    ] {
        assert_eq!(app.get_with("/v1/facts", &[("host", host)]).await.status, 200, "{host}");
    }
    for host in ["evil.example", "evil.example:4817", "localhost.evil.example", "10.0.0.1"] {
        app.get_with("/v1/facts", &[("host", host)]).await.problem(403, "foreign-host");
        app.send_with("POST", "/v1/facts", &[("host", host)], FACT)
            .await
            .problem(403, "foreign-host");
        assert_eq!(app.get_with("/readyz", &[("host", host)]).await.status, 200);
    }
    let keyed = TestApp::small_with(Settings { loopback: true, ..keyed() }).await;
    assert_eq!(
        keyed
            .get_with("/v1/facts", &[("host", "desk.example.org"), ("authorization", "Bearer read-key")])
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn the_local_token_opens_every_door() {
    let settings = Settings {
        local_token: Some("t0ken".into()),
        ..keyed()
    };
    let app = TestApp::small_with(settings).await;
    app.get("/local/export").await.problem(403, "local-only");
    app.get_with("/local/export", &[("authorization", "Bearer write-key")])
        .await
        .problem(403, "local-only");
    app.get_with("/local/export", &[(LOCAL_TOKEN, "wrong")])
        .await
        .problem(403, "local-only");
    assert_eq!(app.get_with("/v1/facts", &[(LOCAL_TOKEN, "t0ken")]).await.status, 200);
    assert_eq!(
        app.send_with("POST", "/v1/facts", &[(LOCAL_TOKEN, "t0ken")], FACT).await.status,
        200
    );
}

#[tokio::test]
async fn an_export_reads_back_into_an_empty_store() {
    let settings = || Settings {
        local_token: Some("t0ken".into()),
        ..Settings::default()
    };
    let token = [(LOCAL_TOKEN, "t0ken")];
    let app = TestApp::small_with(settings()).await;
    let export = app.get_with("/local/export", &token).await;
    assert_eq!(export.status, 200);
    let other = TestApp::with(settings());
    let answer = other.send_with("POST", "/local/import", &token, export.body.clone()).await;
    assert_eq!(
        (answer.status, answer.json()["revision"].as_u64()),
        (200, Some(1)),
        "{}",
        answer.text()
    );
    assert_eq!(other.get("/v1/facts").await.text(), app.get("/v1/facts").await.text());
    other
        .send_with("POST", "/local/import", &token, export.body)
        .await
        .problem(409, "conflict");
    other
        .send_with("POST", "/local/backup?into=here", &token, "")
        .await
        .problem(400, "invalid-parameter");
    other
        .send_with("POST", "/local/backup", &token, "")
        .await
        .problem(400, "missing-parameter");
}
