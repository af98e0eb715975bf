//! The questions answer in the shapes of the API.

use super::app::TestApp;

#[tokio::test]
async fn a_list_of_facts_has_rows_page_and_echo() {
    let app = TestApp::small().await;
    let answer = app.get("/v1/facts?node=Li%20Zuocheng&limit=1").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let body = answer.json();
    assert_eq!(body["query"]["node"], "li-zuocheng");
    assert_eq!(body["page"]["total"], 2);
    assert_eq!(body["facts"].as_array().unwrap().len(), 1);
    let next = body["page"]["next"].as_str().unwrap();
    assert_eq!(answer.header("link"), format!("<{next}>; rel=\"next\""));
    let rest = app.get(next).await.json();
    assert_eq!(rest["facts"].as_array().unwrap().len(), 1);
    assert_eq!(rest["page"]["next"], serde_json::Value::Null);
    assert_ne!(rest["facts"][0]["id"], body["facts"][0]["id"]);
}

#[tokio::test]
async fn no_rows_are_asked_for_when_only_the_count_matters() {
    let app = TestApp::small().await;
    let body = app.get("/v1/facts?limit=0").await.json();
    assert_eq!(
        (body["page"]["total"].as_u64(), body["facts"].as_array().unwrap().len()),
        (Some(6), 0)
    );
}

#[tokio::test]
async fn a_timeline_places_every_fact() {
    let app = TestApp::small().await;
    let body = app.get("/v1/timeline?node=myanmar").await.json();
    let days: Vec<_> = body["facts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fact| fact["at"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(days, ["2017-11-30", "2018-06-01"], "{body}");
}

#[tokio::test]
async fn buckets_count_what_the_list_of_their_days_holds() {
    let app = TestApp::small().await;
    let body = app.get("/v1/timeline?bucket=month").await.json();
    assert!(body.get("facts").is_none());
    for bucket in body["buckets"].as_array().unwrap() {
        let (start, end) = (bucket["start"].as_str().unwrap(), bucket["end"].as_str().unwrap());
        let all = app.get(&format!("/v1/timeline?since={start}&until={end}&limit=0")).await.json();
        let certain = app
            .get(&format!("/v1/timeline?since={start}&until={end}&limit=0&certain=true"))
            .await
            .json();
        assert_eq!(
            (&all["page"]["total"], &certain["page"]["total"]),
            (&bucket["count_max"], &bucket["count_min"]),
            "{bucket}"
        );
    }
}

#[tokio::test]
async fn a_neighbourhood_holds_both_ends_of_every_edge() {
    let app = TestApp::small().await;
    let body = app.get("/v1/neighbourhood?node=myanmar&depth=2").await.json();
    assert_eq!(body["node"]["id"], "myanmar");
    let nodes: Vec<_> = body["nodes"].as_array().unwrap().iter().map(|node| node["id"].clone()).collect();
    assert!(!body["edges"].as_array().unwrap().is_empty());
    for edge in body["edges"].as_array().unwrap() {
        assert!(nodes.contains(&edge["subject"]) && nodes.contains(&edge["object"]), "{edge}");
    }
    let pairs = app.get("/v1/neighbourhood?node=myanmar&group_by=pair").await.json();
    assert!(pairs["edges"][0]["id"].as_str().unwrap().contains('~'), "{pairs}");
}

#[tokio::test]
async fn a_path_carries_a_quote_on_every_hop() {
    let app = TestApp::small().await;
    let body = app.get("/v1/paths?from=Li%20Zuocheng&to=china").await.json();
    let path = &body["paths"][0];
    assert_eq!(
        (path["length"].as_u64(), path["hops"].as_array().unwrap().len()),
        (Some(2), 2),
        "{body}"
    );
    for hop in path["hops"].as_array().unwrap() {
        assert!(hop.as_object().unwrap().contains_key("quote"), "{hop}");
    }
}

#[tokio::test]
async fn no_path_is_an_answer_with_a_reason() {
    let app = TestApp::small().await;
    let answer = app.get("/v1/paths?from=li-zuocheng&to=wang-yi&not_via=myanmar").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["paths"], serde_json::json!([]));
    assert!(answer.json()["reason"].is_string());
}

#[tokio::test]
async fn a_single_fact_has_evidence_and_history() {
    let app = TestApp::small().await;
    let id = app.get("/v1/facts?node=li-zuocheng&relation=met_with").await.json()["facts"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let fact = app.get(&format!("/v1/facts/{id}")).await.json();
    assert_eq!(fact["quote"], "Li Zuocheng met Min Aung Hlaing, in Beijing");
    assert_eq!(fact["evidence"][0]["publisher"], "Reuters");
    assert!(fact["claim"].as_str().unwrap().starts_with("c-"));
    assert_eq!(fact["history"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_node_is_found_by_a_name_with_a_slip() {
    let app = TestApp::small().await;
    let body = app.get("/v1/nodes?q=li%20zuochen").await.json();
    assert_eq!(body["nodes"][0]["id"], "li-zuocheng");
    assert!(body["nodes"][0]["matched"]["how"].is_string());
    let node = app.get("/v1/nodes/li-zuocheng").await.json();
    assert_eq!((node["type"].as_str(), node["facts"].as_u64()), (Some("Person"), Some(2)));
}

#[tokio::test]
async fn what_is_there_is_told() {
    let app = TestApp::small().await;
    let stats = app.get("/v1/stats").await.json();
    assert_eq!((stats["facts"].as_u64(), stats["documents"].as_u64()), (Some(6), Some(1)));
    let schema = app.get("/v1/schema").await.json();
    assert!(
        schema["relations"]
            .as_array()
            .unwrap()
            .iter()
            .any(|relation| relation["name"] == "met_with")
    );
    let publishers = app.get("/v1/publishers").await.json();
    let names: Vec<_> = publishers["publishers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|publisher| publisher["name"].clone())
        .collect();
    assert_eq!(names, ["AFP", "Reuters", "Reuters, Inc.", "Xinhua"]);
}

#[tokio::test]
async fn a_list_takes_several_values_repeated_or_between_commas() {
    let app = TestApp::small().await;
    let count = async |query: &str| {
        app.get(&format!("/v1/facts?limit=0&{query}")).await.json()["page"]["total"]
            .as_u64()
            .unwrap()
    };
    assert_eq!(count("relation=met_with,stated").await, 2);
    assert_eq!(count("relation=met_with&relation=stated").await, 2);
    assert_eq!(count("publisher=AFP,Xinhua").await, 2);
    assert_eq!(count("publisher=Reuters%2C+Inc.").await, 1);
    assert_eq!(count("since=").await, 6);
}

#[tokio::test]
async fn an_older_revision_answers_as_it_did() {
    let app = TestApp::small().await;
    let before = app.get("/v1/facts").await.json();
    let id = before["facts"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(app.send_with("DELETE", &format!("/v1/facts/{id}"), &[], "").await.status, 200);
    assert_eq!(app.get("/v1/facts").await.json()["page"]["total"], 5);
    let then = app.get("/v1/facts?known_at=r1").await.json();
    assert_eq!(then["facts"], before["facts"]);
}

#[tokio::test]
async fn an_answer_cut_by_its_budget_says_so() {
    let app = TestApp::small_with(dateline::http::Settings {
        max_edges: 2,
        ..Default::default()
    })
    .await;
    let body = app.get("/v1/neighbourhood?node=myanmar&depth=3").await.json();
    assert_eq!(body["truncated"]["reason"], "edges", "{body}");
    let text = app.get("/v1/neighbourhood?node=myanmar&depth=3&format=text").await.text();
    assert!(text.contains("cut by edges"), "{text}");
}
