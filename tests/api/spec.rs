//! The description of the API: made from the code, kept in `api-spec/openapi.json`, equal to the router.

use super::app::TestApp;
use serde_json::Value;

const SNAPSHOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/api-spec/openapi.json");

fn described() -> Value {
    serde_json::to_value(dateline::http::openapi()).unwrap()
}

#[test]
fn the_snapshot_is_what_the_code_says() {
    let wanted = format!("{}\n", serde_json::to_string_pretty(&described()).unwrap());
    if std::env::var_os("DATELINE_UPDATE_SPEC").is_some() {
        std::fs::write(SNAPSHOT, &wanted).unwrap();
    }
    let found = std::fs::read_to_string(SNAPSHOT).unwrap_or_default();
    assert!(
        found == wanted,
        "the API has changed: run this test with DATELINE_UPDATE_SPEC=1 and commit api-spec/openapi.json"
    );
}

#[tokio::test]
async fn every_path_and_method_described_is_routed_and_no_other() {
    let app = TestApp::small().await;
    let spec = described();
    for (path, item) in spec["paths"].as_object().unwrap() {
        let uri = path.replace("{id}", "x").replace("{type}", "internal");
        let answer = app.send_with("TRACE", &uri, &[], "").await;
        answer.problem(405, "method-not-allowed");
        let mut routed: Vec<_> = answer
            .header("allow")
            .split(',')
            .map(|method| method.trim().to_lowercase())
            .filter(|method| method != "head")
            .collect();
        let mut described: Vec<_> = item.as_object().unwrap().keys().cloned().collect();
        routed.sort();
        described.sort();
        assert_eq!(routed, described, "{path}");
    }
    assert_eq!(spec["openapi"], "3.1.0");
}

#[test]
fn every_operation_describes_itself() {
    let spec = described();
    let mut ids = Vec::new();
    for (path, item) in spec["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let place = format!("{method} {path}");
            assert!(!operation["summary"].as_str().unwrap_or_default().is_empty(), "{place}");
            ids.push(operation["operationId"].as_str().unwrap().to_owned());
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                assert!(
                    !parameter["description"].as_str().unwrap_or_default().is_empty(),
                    "{place}: {}",
                    parameter["name"]
                );
            }
            assert!(operation["responses"].get("default").is_some(), "{place}");
        }
    }
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "operation ids are unique");
}

#[tokio::test]
async fn words_described_are_taken_and_others_refused() {
    let app = TestApp::small().await;
    let spec = described();
    let needed = [("getNeighbourhood", "node=myanmar&"), ("getPaths", "from=china&to=myanmar&")];
    for (path, item) in spec["paths"].as_object().unwrap() {
        let operation = &item["get"];
        let id = operation["operationId"].as_str().unwrap_or_default();
        let before = needed.iter().find(|(of, _)| *of == id).map_or("", |(_, query)| query);
        for (of, name, words) in dateline::http::CHOICES.iter().filter(|(of, _, _)| of.is_empty() || *of == id) {
            let has = operation["parameters"]
                .as_array()
                .into_iter()
                .flatten()
                .any(|parameter| parameter["name"] == *name);
            if !has || path.contains('{') {
                assert!(of.is_empty() || path.contains('{'), "{id} has no {name}");
                continue;
            }
            let bucket = if id == "getTimeline" && *name == "group_by" {
                "bucket=year&"
            } else {
                ""
            };
            for word in *words {
                let uri = format!("{path}?{before}{bucket}{name}={word}");
                let answer = app.get(&uri).await;
                assert_eq!(answer.status, 200, "{uri}: {}", answer.text());
            }
            app.get(&format!("{path}?{before}{bucket}{name}=nonesuch"))
                .await
                .problem(400, "invalid-parameter");
        }
    }
}

#[test]
fn every_list_describes_every_filter() {
    let spec = described();
    for path in ["neighbourhood", "paths", "timeline", "facts", "nodes", "documents"] {
        let parameters = spec["paths"][format!("/v1/{path}")]["get"]["parameters"]
            .as_array()
            .unwrap()
            .clone();
        for filter in dateline::query::FilterParams::KEYS {
            assert_eq!(
                parameters.iter().filter(|parameter| parameter["name"] == *filter).count(),
                1,
                "{path}: {filter}"
            );
        }
    }
}
