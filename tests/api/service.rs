//! The pages for first visitors and operators, and a real listener.

use std::time::Duration;

use super::app::TestApp;
use dateline::http::{AppState, Settings, serve};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

#[tokio::test]
async fn the_home_page_asks_about_this_very_store() {
    let app = TestApp::small().await;
    let answer = app.get_with("/", &[("accept", "*/*"), ("host", "localhost:9")]).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/plain; charset=utf-8"));
    let text = answer.text();
    assert!(
        text.contains("6 facts about 5 nodes from 1 documents") || text.contains("6 facts about"),
        "{text}"
    );
    assert!(text.lines().count() <= 13, "{text}");
    let urls: Vec<&str> = text
        .split('\'')
        .filter(|part| part.starts_with("http://localhost:9/v1/") && !part.contains("documents"))
        .collect();
    assert_eq!(urls.len(), 5, "{text}");
    for url in urls {
        let answer = app.get(url.trim_start_matches("http://localhost:9")).await;
        assert_eq!(answer.status, 200, "{url}");
    }
    let empty = TestApp::empty().get("/").await.text();
    assert!(empty.contains("/v1/documents"), "{empty}");
    let browser = app.get_with("/", &[("accept", "text/html,*/*;q=0.8")]).await;
    assert_eq!((browser.status, browser.header("location")), (303, "/docs/"));
}

#[tokio::test]
async fn the_documentation_asks_nothing_of_elsewhere() {
    let app = TestApp::empty();
    let page = app.get("/docs/").await;
    assert_eq!(page.status, 200);
    for asset in [
        "/docs/swagger-ui.css",
        "/docs/swagger-ui-bundle.js",
        "/docs/swagger-initializer.js",
        "/docs/index.css",
    ] {
        assert_eq!(app.get(asset).await.status, 200, "{asset}");
    }
    let start = app.get("/docs/swagger-initializer.js").await.text();
    assert!(
        start.contains("/openapi.json") && start.contains("\"validatorUrl\": \"none\""),
        "{start}"
    );
    assert!(!page.text().contains("https://"), "{}", page.text());
    assert!(page.header("content-security-policy").starts_with("default-src 'self'"));
    app.get("/docs/nothing.js").await.problem(404, "unknown-route");
}

#[tokio::test]
async fn operators_see_health_and_metrics() {
    let app = TestApp::small().await;
    assert_eq!(app.get("/livez").await.text(), "alive\n");
    assert_eq!(app.get("/readyz").await.text(), "ready\n");
    app.get("/v1/facts").await;
    let metrics = app.get("/metrics").await.text();
    assert!(
        metrics.contains("dateline_http_requests_total{route=\"/v1/facts\",method=\"GET\",status=\"200\"}"),
        "{metrics}"
    );
    assert!(metrics.contains("dateline_facts"), "{metrics}");
    for name in metrics
        .lines()
        .filter(|line| line.starts_with("# TYPE "))
        .map(|line| line.split(' ').nth(2).unwrap())
    {
        assert!(metrics.contains(&format!("# HELP {name} ")), "{name} is not described");
    }
}

async fn talk(addr: std::net::SocketAddr, request: &str) -> String {
    let mut stream = tokio::net::TcpStream::connect(addr).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_lets_open_requests_finish() {
    let app = TestApp::small().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let probes = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (addr, probe_addr) = (listener.local_addr().unwrap(), probes.local_addr().unwrap());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let state = AppState::new(
        app.engine.clone(),
        Settings {
            api_key: Some("k".into()),
            ..Settings::default()
        },
    );
    let stop_signal = async move {
        let _ = stopped.await;
    };
    let serving = tokio::spawn(serve(listener, Some(probes), state, stop_signal, Duration::from_secs(10)));
    let close = "Connection: close\r\n\r\n";
    assert!(
        talk(probe_addr, &format!("GET /readyz HTTP/1.1\r\nHost: x\r\n{close}"))
            .await
            .starts_with("HTTP/1.1 200")
    );
    assert!(
        talk(probe_addr, &format!("GET /metrics HTTP/1.1\r\nHost: x\r\n{close}"))
            .await
            .contains("dateline_revision")
    );
    assert!(
        talk(probe_addr, &format!("GET /v1/facts HTTP/1.1\r\nHost: x\r\n{close}"))
            .await
            .contains("application/problem+json")
    );
    assert!(
        talk(addr, &format!("GET /v1/facts HTTP/1.1\r\nHost: x\r\n{close}"))
            .await
            .starts_with("HTTP/1.1 401")
    );
    // A request whose body is half there when the stop comes is finished and answered.
    let mut open = tokio::net::TcpStream::connect(addr).await.unwrap();
    let fact = r#"{"subject_name":"A","subject_type":"Person","relation":"stated","value":"x","publisher":"P"}"#;
    let head = format!(
        "POST /v1/facts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer k\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{close}",
        fact.len()
    );
    open.write_all(head.as_bytes()).await.unwrap();
    open.write_all(&fact.as_bytes()[..10]).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    stop.send(()).unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(
        talk(probe_addr, &format!("GET /readyz HTTP/1.1\r\nHost: x\r\n{close}"))
            .await
            .contains("/problems/stopping")
    );
    open.write_all(&fact.as_bytes()[10..]).await.unwrap();
    let mut answer = String::new();
    open.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"created\":1"), "{answer}");
    serving.await.unwrap().unwrap();
}
