//! Headers: revision, request id, tags, compression, links.

use super::app::TestApp;

#[tokio::test]
async fn every_answer_names_revision_and_request() {
    let app = TestApp::small().await;
    for uri in [
        "/v1/facts",
        "/v1/facts?x=1",
        "/nowhere",
        "/",
        "/livez",
        "/openapi.json",
        "/problems/unknown-node",
    ] {
        let answer = app.get(uri).await;
        assert_eq!(answer.header("dateline-revision"), "1", "{uri}");
        assert_eq!(answer.header("x-request-id").len(), 16, "{uri}");
    }
    let answer = app.get_with("/v1/facts", &[("x-request-id", "mine-1")]).await;
    assert_eq!(answer.header("x-request-id"), "mine-1");
    let answer = app.get_with("/v1/facts", &[("x-request-id", "two words")]).await;
    assert_eq!(answer.header("x-request-id").len(), 16);
}

#[tokio::test]
async fn a_tag_changes_when_the_resource_does() {
    let app = TestApp::small().await;
    let first = app.get("/v1/nodes/li-zuocheng").await;
    let tag = first.header("etag").to_owned();
    assert!(tag.starts_with("W/\""), "{tag}");
    let again = app.get_with("/v1/nodes/li-zuocheng", &[("if-none-match", &tag)]).await;
    assert_eq!((again.status, again.body.len(), again.header("etag")), (304, 0, tag.as_str()));
    // A change elsewhere leaves it; a change here does not.
    app.send_with(
        "PATCH",
        "/v1/nodes/china",
        &[("content-type", "application/json")],
        r#"{"add_names":["中国"]}"#,
    )
    .await;
    assert_eq!(app.get_with("/v1/nodes/li-zuocheng", &[("if-none-match", &tag)]).await.status, 304);
    app.send_with(
        "PATCH",
        "/v1/nodes/li-zuocheng",
        &[("content-type", "application/json")],
        r#"{"add_names":["李作成"]}"#,
    )
    .await;
    assert_eq!(app.get_with("/v1/nodes/li-zuocheng", &[("if-none-match", &tag)]).await.status, 200);
    assert_ne!(app.get("/v1/nodes/li-zuocheng?format=csv").await.header("etag"), tag);
    assert_eq!(app.get("/v1/facts").await.header("etag"), "");
}

#[tokio::test]
async fn large_answers_are_compressed_when_wanted() {
    let app = TestApp::empty();
    let large = app.get_with("/openapi.json", &[("accept-encoding", "gzip")]).await;
    assert_eq!(large.header("content-encoding"), "gzip");
    let small = app.get_with("/v1/facts", &[("accept-encoding", "gzip")]).await;
    assert_eq!(small.header("content-encoding"), "");
    assert_eq!(app.get("/openapi.json").await.header("content-encoding"), "");
}

#[tokio::test]
async fn head_has_the_headers_of_get() {
    let app = TestApp::small().await;
    let answer = app.send_with("HEAD", "/v1/facts?limit=1", &[], "").await;
    assert_eq!((answer.status, answer.body.len()), (200, 0));
    assert!(answer.header("link").contains("rel=\"next\""));
}

#[tokio::test]
async fn a_base_path_stands_before_every_link() {
    let settings = dateline::http::Settings {
        base_path: "/dateline".to_owned(),
        ..Default::default()
    };
    let app = TestApp::small_with(settings).await;
    let body = app.get("/dateline/v1/facts?limit=1").await.json();
    let next = body["page"]["next"].as_str().unwrap();
    assert!(next.starts_with("/dateline/v1/facts?"), "{next}");
    assert_eq!(app.get(next).await.status, 200);
    app.get("/v1/facts").await.problem(404, "unknown-route");
    let problem = app.get("/dateline/v1/facts?node=Li%20Zuochen").await.problem(404, "unknown-node");
    assert!(app.try_of(&problem).await.starts_with("/dateline/"));
    let problem = app.get("/dateline/v1/facts?lmit=1").await.problem(400, "unknown-parameter");
    assert!(app.try_of(&problem).await.starts_with("/dateline/"));
    for uri in [
        "/dateline",
        "/dateline/",
        "/dateline/livez",
        "/dateline/docs/",
        "/dateline/openapi.json",
    ] {
        assert_eq!(app.get(uri).await.status, 200, "{uri}");
    }
    assert_eq!(app.get("/dateline/openapi.json").await.json()["servers"][0]["url"], "/dateline");
    assert_eq!(app.get("/dateline/docs").await.header("location"), "/dateline/docs/");
}
