//! A server in the test's own process.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, Response, header};
use dateline::extract::RuleExtractor;
use dateline::http::{AppState, Settings, router};
use dateline::ingest::Engine;
use dateline::store::MemoryStore;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

/// The real router over a store in memory.
pub(crate) struct TestApp {
    router: Router,
    pub(crate) engine: Arc<Engine>,
}

/// A whole answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The rows of an NDJSON answer.
    pub(crate) fn lines(&self) -> Vec<Value> {
        self.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The cells of a CSV answer by column.
    pub(crate) fn records(&self) -> (Vec<String>, Vec<Vec<String>>) {
        let mut reader = csv::Reader::from_reader(self.body.as_slice());
        let header = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let rows = reader
            .records()
            .map(|record| record.unwrap().iter().map(str::to_owned).collect())
            .collect();
        (header, rows)
    }

    /// Asserts that it is a problem of this type, as RFC 9457 and the contract want it.
    pub(crate) fn problem(&self, status: u16, slug: &str) -> Value {
        assert_eq!(
            (self.status, self.header("content-type")),
            (status, "application/problem+json"),
            "{}",
            self.text()
        );
        let problem = self.json();
        assert_eq!(problem["type"], format!("/problems/{slug}"), "{problem}");
        assert_eq!(problem["status"], status);
        assert!(!problem["title"].as_str().unwrap().is_empty() && !problem["detail"].as_str().unwrap().is_empty());
        assert_eq!(problem["request_id"], self.header("x-request-id"));
        problem
    }
}

impl TestApp {
    /// An empty store on loopback, open.
    pub(crate) fn empty() -> Self {
        Self::with(Settings::default())
    }

    pub(crate) fn with(settings: Settings) -> Self {
        let engine = Engine::start(Arc::new(MemoryStore::new()), Arc::new(RuleExtractor::new())).unwrap();
        Self {
            router: router(AppState::new(engine.clone(), settings)),
            engine,
        }
    }

    /// A small store: three people, two states, dates of every precision, a speaker, a value, a negation.
    pub(crate) async fn small() -> Self {
        Self::small_with(Settings::default()).await
    }

    pub(crate) async fn small_with(settings: Settings) -> Self {
        let app = Self::with(settings);
        app.fill(&small_facts()).await;
        app
    }

    /// Puts facts in past all doors.
    pub(crate) async fn fill(&self, facts: &[Value]) {
        let lines: Vec<_> = facts
            .iter()
            .zip(1..)
            .map(|(fact, number)| dateline::format::Line::read(number, dateline::format::FactIn::from_value(fact.clone())))
            .collect();
        let reply = self
            .engine
            .post_facts(lines, dateline::ingest::FactsOptions::default())
            .await
            .unwrap();
        assert_eq!(reply.rejected, 0, "{reply:?}");
    }

    pub(crate) async fn raw(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.raw(request).await;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body,
        }
    }

    pub(crate) async fn get(&self, uri: &str) -> Answer {
        self.send(Request::get(uri).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn get_with(&self, uri: &str, headers: &[(&str, &str)]) -> Answer {
        self.send_with("GET", uri, headers, "").await
    }

    pub(crate) async fn send_with(&self, method: &str, uri: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(body.into()).unwrap()).await
    }

    pub(crate) async fn post(&self, uri: &str, content_type: &str, body: impl Into<Body>) -> Answer {
        self.send_with("POST", uri, &[(header::CONTENT_TYPE.as_str(), content_type)], body)
            .await
    }

    /// Asserts that the URL in `try` answers `200`, and gives it.
    pub(crate) async fn try_of(&self, problem: &Value) -> String {
        let url = problem["try"]
            .as_str()
            .unwrap_or_else(|| panic!("no 'try' in {problem}"))
            .to_owned();
        let answer = self.get(&url).await;
        assert_eq!(answer.status, 200, "{url}: {}", answer.text());
        url
    }
}

/// The facts of [`TestApp::small`].
pub(crate) fn small_facts() -> Vec<Value> {
    let person = |id: &str, name: &str| json!({"subject": id, "subject_name": name, "subject_type": "Person"});
    let with = |mut fact: Value, more: Value| {
        fact.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fact
    };
    let li = || person("li-zuocheng", "Li Zuocheng");
    let min = || person("min-aung-hlaing", "Min Aung Hlaing");
    vec![
        with(
            li(),
            json!({"relation": "met_with", "object": "min-aung-hlaing", "object_name": "Min Aung Hlaing", "object_type": "Person",
            "valid": "2017-11-22", "publisher": "Reuters", "reported": "2017-11-24", "place_name": "Beijing",
            "quote": "Li Zuocheng met Min Aung Hlaing, in Beijing", "document": "2017-11-24-reuters-beijing"}),
        ),
        with(
            li(),
            json!({"relation": "visited", "object": "myanmar", "object_name": "Myanmar", "object_type": "State",
            "valid": "../2017-11", "publisher": "Xinhua", "reported": "2017-12-01"}),
        ),
        with(
            min(),
            json!({"relation": "citizen_of", "object": "myanmar", "valid": null, "publisher": "Reuters", "reported": "2017-11-24"}),
        ),
        with(
            min(),
            json!({"relation": "visited", "object": "china", "object_name": "China", "object_type": "State",
            "valid": "2017-11", "publisher": "Reuters, Inc.", "reported": "2017-11-30", "speakers": ["myanmar"], "modality": "possible"}),
        ),
        with(
            person("wang-yi", "Wang Yi"),
            json!({"relation": "visited", "object": "myanmar", "valid": "2018-06/2018-07",
            "polarity": "negated", "publisher": "Reuters", "reported": "2018-08-01"}),
        ),
        with(
            person("wang-yi", "Wang Yi"),
            json!({"relation": "stated", "value": "peace, \"at last\"", "valid": "2018", "publisher": "AFP", "reported": "2018-12-31"}),
        ),
    ]
}
