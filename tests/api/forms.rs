//! Every form of a list holds the same rows in the same order.

use super::app::{Answer, TestApp};
use serde_json::{Value, json};

/// A CSV cell as the JSON value it was written from.
fn same(cell: &str, value: &Value) -> bool {
    match value {
        Value::Null => cell.is_empty(),
        Value::String(text) => cell == text,
        Value::Array(items) if items.iter().all(Value::is_string) => {
            cell == items.iter().map(|item| item.as_str().unwrap()).collect::<Vec<_>>().join("; ")
        }
        other => serde_json::from_str::<Value>(cell).is_ok_and(|cell| cell == *other),
    }
}

fn holds_the_same(csv: &Answer, rows: &[Value]) {
    let (header, records) = csv.records();
    assert_eq!(records.len(), rows.len());
    for (record, row) in records.iter().zip(rows) {
        for (name, cell) in header.iter().zip(record) {
            assert!(same(cell, &row[name.as_str()]), "{name}: {cell} is not {}", row[name.as_str()]);
        }
    }
}

#[tokio::test]
async fn every_list_in_every_form_holds_the_same_rows() {
    let app = TestApp::small().await;
    for (list, key) in [
        ("/v1/facts?", "facts"),
        ("/v1/facts?include=quote,evidence&", "facts"),
        ("/v1/facts?order=desc&publisher=Reuters&", "facts"),
        ("/v1/timeline?", "facts"),
        ("/v1/timeline?node=myanmar&order=desc&", "facts"),
        ("/v1/timeline?bucket=year&group_by=relation&", "buckets"),
        ("/v1/nodes?", "nodes"),
        ("/v1/documents?", "documents"),
        ("/v1/publishers?", "publishers"),
        ("/v1/neighbourhood?node=myanmar&depth=2&", "edges"),
        ("/v1/neighbourhood?node=myanmar&group_by=pair&", "edges"),
    ] {
        let whole = app.get(&format!("{list}format=json")).await;
        assert_eq!(whole.status, 200, "{list}: {}", whole.text());
        let rows = whole.json()[key].as_array().unwrap().clone();
        assert!(!rows.is_empty(), "{list}");
        let lines = app.get(&format!("{list}format=ndjson")).await;
        assert_eq!(lines.header("content-type"), "application/x-ndjson");
        assert_eq!(lines.lines(), rows, "{list}");
        let csv = app.get(&format!("{list}format=csv")).await;
        assert!(csv.header("content-type").starts_with("text/csv"));
        holds_the_same(&csv, &rows);
        let text = app.get(&format!("{list}format=text")).await;
        assert_eq!(text.header("content-type"), "text/plain; charset=utf-8");
        assert!(
            text.text().lines().count() > rows.len(),
            "{list}: a line a row, and the last one: {}",
            text.text()
        );
    }
}

#[tokio::test]
async fn an_empty_table_has_its_header() {
    let app = TestApp::small().await;
    let (header, rows) = app.get("/v1/facts?relation=won&format=csv&include=quote").await.records();
    assert_eq!((header.len(), header.last().unwrap().as_str(), rows.len()), (25, "quote", 0));
}

#[tokio::test]
async fn rows_stream_past_every_page() {
    let app = TestApp::empty();
    let facts: Vec<Value> = (0..2_500)
        .map(|number| {
            json!({"subject": format!("person-{number}"), "subject_name": format!("Person {number}"), "subject_type": "Person", "relation": "visited",
                "object": "china", "object_name": "China", "object_type": "State", "valid": format!("20{:02}-01-01", number % 20), "publisher": "P"})
        })
        .collect();
    for piece in facts.chunks(500) {
        app.fill(piece).await;
    }
    for route in ["/v1/facts", "/v1/timeline", "/v1/timeline?node=china", "/v1/nodes"] {
        let mark = if route.contains('?') { '&' } else { '?' };
        let total = app.get(&format!("{route}{mark}limit=0")).await.json()["page"]["total"]
            .as_u64()
            .unwrap();
        assert!(total >= 2_500);
        let lines = app.get(&format!("{route}{mark}format=ndjson")).await.lines();
        assert_eq!(lines.len() as u64, total, "{route}");
        let mut page = app.get(&format!("{route}{mark}limit=700")).await.json();
        let mut paged = Vec::new();
        loop {
            let key = if route.contains("nodes") { "nodes" } else { "facts" };
            paged.extend(page[key].as_array().unwrap().clone());
            match page["page"]["next"].as_str() {
                Some(next) => page = app.get(next).await.json(),
                None => break,
            }
        }
        assert_eq!(lines, paged, "{route}");
        let csv = app.get(&format!("{route}{mark}format=csv&limit=10")).await.records().1;
        assert_eq!(csv.len(), 10);
    }
}

/// The compressor polls a body again after its end, and the stream behind it panicked: compressed exports of
/// more than a page broke off.
#[tokio::test]
async fn a_stream_ends_well_when_it_is_compressed() {
    use std::io::Read as _;
    let app = TestApp::empty();
    let facts: Vec<Value> = (0..1_500)
        .map(|number| json!({"subject": "a", "subject_name": "A", "subject_type": "Person", "relation": "stated", "value": format!("word {number}"), "publisher": "P"}))
        .collect();
    app.fill(&facts).await;
    let answer = app.get_with("/v1/facts?format=csv", &[("accept-encoding", "gzip")]).await;
    assert_eq!(answer.header("content-encoding"), "gzip");
    let mut text = String::new();
    flate2::read::GzDecoder::new(answer.body.as_slice())
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(text, app.get("/v1/facts?format=csv").await.text());
}

#[tokio::test]
async fn what_is_read_can_be_posted_back() {
    let app = TestApp::small().await;
    let wanted = app.get("/v1/facts?include=quote,evidence&format=ndjson").await.lines();
    for (form, content_type) in [
        ("ndjson", "application/x-ndjson"),
        ("csv", "text/csv"),
        ("json", "application/json"),
    ] {
        let other = TestApp::empty();
        let answer = app.get(&format!("/v1/facts?include=quote,evidence&format={form}")).await;
        let body = if form == "json" {
            answer.json()["facts"].to_string()
        } else {
            answer.text()
        };
        let reply = other.post("/v1/facts", content_type, body).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert_eq!(
            (reply.json()["created"].as_u64(), reply.json()["rejected"].as_u64()),
            (Some(6), Some(0)),
            "{}",
            reply.text()
        );
        let found = other.get("/v1/facts?include=quote,evidence&format=ndjson").await.lines();
        assert_eq!(found, wanted, "{form}");
    }
}

#[tokio::test]
async fn the_form_named_wins_over_the_form_accepted() {
    let app = TestApp::small().await;
    let form = async |uri: &str, accept: &str| app.get_with(uri, &[("accept", accept)]).await.header("content-type").to_owned();
    assert_eq!(form("/v1/facts", "text/csv").await, "text/csv; charset=utf-8; header=present");
    assert_eq!(form("/v1/facts?format=json", "text/csv").await, "application/json");
    assert_eq!(form("/v1/facts", "*/*").await, "application/json");
    assert_eq!(app.get("/v1/facts").await.header("vary"), "accept");
}

#[tokio::test]
async fn text_is_for_people() {
    let app = TestApp::small().await;
    let text = app.get("/v1/timeline?node=li-zuocheng&limit=1&order=desc&format=text").await.text();
    let lines: Vec<_> = text.lines().collect();
    assert!(
        lines[0].starts_with("../2017-11  Li Zuocheng visited Myanmar  (Xinhua)  f-"),
        "{text}"
    );
    assert!(lines[1].starts_with("1 of 2 facts; next: /v1/timeline?"), "{text}");
    let next = lines[1].split("next: ").nth(1).unwrap();
    let rest = app.get(next).await.text();
    assert!(
        rest.starts_with("2017-11-22  Li Zuocheng met with Min Aung Hlaing, in Beijing  (Reuters)  f-"),
        "{rest}"
    );
    let text = app.get("/v1/paths?from=li-zuocheng&to=china&format=text").await.text();
    assert!(text.starts_with("1. Li Zuocheng > "), "{text}");
    let text = app.get("/v1/nodes/li-zuocheng?format=text").await.text();
    assert!(text.starts_with("li-zuocheng  Person  Li Zuocheng  2 facts"), "{text}");
}

#[tokio::test]
async fn single_resources_have_every_form() {
    let app = TestApp::small().await;
    let id = app.get("/v1/facts").await.json()["facts"][0]["id"].as_str().unwrap().to_owned();
    for uri in [
        format!("/v1/facts/{id}"),
        "/v1/nodes/myanmar".to_owned(),
        "/v1/documents/2017-11-24-reuters-beijing".to_owned(),
    ] {
        for form in ["json", "ndjson", "csv", "text"] {
            let answer = app.get(&format!("{uri}?format={form}")).await;
            assert_eq!(answer.status, 200, "{uri} {form}: {}", answer.text());
            assert!(!answer.body.is_empty());
        }
    }
}
