//! Every refusal is a problem that names what is wrong, and a `try` that works.

use super::app::TestApp;
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

const LISTS: [&str; 6] = [
    "/v1/neighbourhood?node=myanmar",
    "/v1/paths?from=li-zuocheng&to=china",
    "/v1/timeline?node=myanmar",
    "/v1/facts?node=myanmar",
    "/v1/nodes?q=li",
    "/v1/documents?q=beijing",
];

#[tokio::test]
async fn an_unknown_parameter_is_named_with_the_nearest() {
    let app = TestApp::small().await;
    for list in LISTS {
        let problem = app.get(&format!("{list}&untill=2018")).await.problem(400, "unknown-parameter");
        assert_eq!(problem["parameter"], "untill");
        assert_eq!(problem["suggestions"][0], "until");
        assert!(app.try_of(&problem).await.contains("until=2018"));
        let problem = app.get(&format!("{list}&zzzzzzz=1")).await.problem(400, "unknown-parameter");
        assert!(problem.get("suggestions").is_none());
        app.try_of(&problem).await;
    }
    for uri in [
        "/v1/stats?x=1",
        "/v1/schema?x=1",
        "/v1/publishers?x=1",
        "/v1/nodes/myanmar?limit=3",
        "/problems?x=1",
        "/?x=1",
        "/metrics?x=1",
        "/openapi.json?x=1",
    ] {
        app.get(uri).await.problem(400, "unknown-parameter");
    }
}

#[tokio::test]
async fn a_parameter_given_twice_is_named() {
    let app = TestApp::small().await;
    for list in LISTS {
        let problem = app
            .get(&format!("{list}&since=2016&since=2017"))
            .await
            .problem(400, "repeated-parameter");
        assert_eq!(problem["parameter"], "since");
        assert!(app.try_of(&problem).await.contains("since=2016"));
    }
}

#[tokio::test]
async fn a_missing_parameter_is_named_with_a_question_that_works() {
    let app = TestApp::small().await;
    for (uri, name) in [
        ("/v1/neighbourhood", "node"),
        ("/v1/paths", "from"),
        ("/v1/paths?from=myanmar", "to"),
        ("/v1/neighbourhood?node=", "node"),
    ] {
        let problem = app.get(uri).await.problem(400, "missing-parameter");
        assert_eq!(problem["parameter"], name);
        app.try_of(&problem).await;
    }
    assert!(
        TestApp::empty()
            .get("/v1/paths")
            .await
            .problem(400, "missing-parameter")
            .get("try")
            .is_none()
    );
}

#[tokio::test]
async fn values_of_the_wrong_kind_are_refused() {
    let app = TestApp::small().await;
    for (list, name, value) in [
        ("/v1/facts?", "limit", "many"),
        ("/v1/facts?", "limit", "-1"),
        ("/v1/facts?", "limit", "1001"),
        ("/v1/neighbourhood?node=myanmar&", "limit", "5001"),
        ("/v1/neighbourhood?node=myanmar&", "depth", "5"),
        ("/v1/neighbourhood?node=myanmar&", "depth", "0"),
        ("/v1/neighbourhood?node=myanmar&", "direction", "sideways"),
        ("/v1/neighbourhood?node=myanmar&", "group_by", "colour"),
        ("/v1/paths?from=li-zuocheng&to=china&", "k", "11"),
        ("/v1/paths?from=li-zuocheng&to=china&", "k", "0"),
        ("/v1/paths?from=li-zuocheng&to=china&", "max_hops", "9"),
        ("/v1/paths?from=li-zuocheng&to=china&", "in_order", "yes"),
        ("/v1/timeline?", "bucket", "decade"),
        ("/v1/timeline?", "by", "night"),
        ("/v1/timeline?", "order", "up"),
        ("/v1/timeline?bucket=year&", "group_by", "colour"),
        ("/v1/facts?", "order", "up"),
        ("/v1/facts?", "group_by", "colour"),
        ("/v1/facts?", "certain", "perhaps"),
        ("/v1/facts?", "modality", "wished"),
        ("/v1/facts?", "polarity", "neutral"),
        ("/v1/facts?", "min_sources", "some"),
        ("/v1/facts?", "include", "everything"),
        ("/v1/facts?", "format", "xml"),
    ] {
        let problem = app.get(&format!("{list}{name}={value}")).await.problem(400, "invalid-parameter");
        assert_eq!(problem["parameter"], name, "{list} {problem}");
        if problem.get("try").is_some() {
            app.try_of(&problem).await;
        }
    }
}

#[tokio::test]
async fn relations_and_types_that_nobody_knows_have_near_ones() {
    let app = TestApp::small().await;
    for name in ["relation", "not_relation"] {
        let problem = app
            .get(&format!("/v1/facts?{name}=met_wiht"))
            .await
            .problem(400, "unknown-relation");
        assert_eq!(
            (problem["parameter"].as_str(), problem["suggestions"][0].as_str()),
            (Some(name), Some("met_with")),
            "{problem}"
        );
        app.try_of(&problem).await;
    }
    let problem = app.get("/v1/facts?type=Persn").await.problem(400, "unknown-type");
    assert_eq!(problem["suggestions"][0], "Person");
    app.try_of(&problem).await;
    app.get("/v1/paths?from=li-zuocheng&to=china&not_type=Persn")
        .await
        .problem(400, "unknown-type");
}

#[tokio::test]
async fn dates_that_are_none_are_refused_by_name() {
    let app = TestApp::small().await;
    for name in ["since", "until", "valid_at", "reported_since", "reported_until", "known_at"] {
        let problem = app.get(&format!("/v1/facts?{name}=Nov%2024")).await.problem(400, "invalid-date");
        assert_eq!(problem["parameter"], name, "{problem}");
    }
    app.get("/v1/facts?since=2019&until=2017").await.problem(400, "invalid-date");
}

#[tokio::test]
async fn a_time_before_everything_says_what_to_use_instead() {
    let app = TestApp::small().await;
    let problem = app.get("/v1/facts?known_at=1999-01-01").await.problem(404, "nothing-recorded");
    assert!(problem["detail"].as_str().unwrap().contains("reported_until"), "{problem}");
}

#[tokio::test]
async fn a_node_that_nobody_knows_has_near_ones() {
    let app = TestApp::small().await;
    for (uri, name) in [
        ("/v1/neighbourhood?node=Li%20Zuochen", "node"),
        ("/v1/timeline?node=myanmar&node=Li%20Zuochen", "node"),
        ("/v1/timeline?node=myanmar&with=Li%20Zuochen", "with"),
        ("/v1/facts?node=Li%20Zuochen", "node"),
        ("/v1/facts?subject=Li%20Zuochen", "subject"),
        ("/v1/facts?object=Li%20Zuochen", "object"),
        ("/v1/facts?speaker=Li%20Zuochen", "speaker"),
        ("/v1/facts?place=Li%20Zuochen", "place"),
        ("/v1/paths?from=Li%20Zuochen&to=china", "from"),
        ("/v1/paths?from=china&to=Li%20Zuochen", "to"),
        ("/v1/paths?from=china&to=myanmar&via=Li%20Zuochen", "via"),
        ("/v1/paths?from=china&to=myanmar&not_via=Li%20Zuochen", "not_via"),
        ("/v1/documents?node=Li%20Zuochen", "node"),
    ] {
        let problem = app.get(uri).await.problem(404, "unknown-node");
        assert_eq!(
            (problem["parameter"].as_str(), problem["suggestions"][0]["id"].as_str()),
            (Some(name), Some("li-zuocheng")),
            "{problem}"
        );
        app.try_of(&problem).await;
    }
    app.get("/v1/nodes/nobody-at-all").await.problem(404, "unknown-node");
}

#[tokio::test]
async fn a_name_of_several_nodes_is_a_choice() {
    let app = TestApp::small().await;
    let namesake = |id: &str, node_type: &str| {
        json!({"subject": id, "subject_name": "Georgia", "subject_type": node_type, "relation": "mentioned",
            "object": "myanmar", "publisher": "P"})
    };
    app.fill(&[namesake("georgia", "State"), namesake("georgia-2", "Organization")])
        .await;
    let problem = app.get("/v1/timeline?node=Georgia").await.problem(409, "ambiguous-node");
    let ids: Vec<&Value> = problem["suggestions"].as_array().unwrap().iter().map(|node| &node["id"]).collect();
    assert_eq!(ids.len(), 2, "{problem}");
    app.try_of(&problem).await;
    // An exact id always wins.
    assert_eq!(app.get("/v1/timeline?node=georgia").await.status, 200);
}

#[tokio::test]
async fn ids_that_nobody_has_are_not_found() {
    let app = TestApp::small().await;
    app.get("/v1/facts/f-0000000000000000").await.problem(404, "unknown-fact");
    app.get("/v1/facts/nonsense").await.problem(404, "unknown-fact");
    app.get("/v1/documents/none").await.problem(404, "unknown-document");
    let problem = app.get("/v1/facts?document=none").await.problem(400, "invalid-parameter");
    assert_eq!(problem["parameter"], "document");
    app.try_of(&problem).await;
    let problem = app.get("/problems/unknwon-node").await.problem(404, "unknown-problem");
    assert!(app.try_of(&problem).await.ends_with("/problems/unknown-node"));
}

#[tokio::test]
async fn cursors_belong_to_one_question() {
    let app = TestApp::small().await;
    let cursor = app.get("/v1/facts?limit=1").await.json()["page"]["cursor"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(app.get(&format!("/v1/facts?cursor={cursor}")).await.status, 200);
    assert_eq!(app.get(&format!("/v1/facts?cursor={cursor}&limit=2")).await.status, 200);
    let problem = app
        .get(&format!("/v1/facts?cursor={cursor}&node=myanmar"))
        .await
        .problem(400, "foreign-cursor");
    assert_eq!(problem["parameter"], "cursor");
    app.get(&format!("/v1/timeline?cursor={cursor}"))
        .await
        .problem(400, "foreign-cursor");
    app.get("/v1/facts?cursor=abc").await.problem(400, "invalid-cursor");
    app.get("/v1/facts?cursor=abc&format=csv").await.problem(400, "invalid-cursor");
}

#[tokio::test]
async fn paths_and_methods_that_are_none_are_problems() {
    let app = TestApp::small().await;
    let problem = app.get("/v1/timelines?node=myanmar").await.problem(404, "unknown-route");
    assert_eq!(app.try_of(&problem).await, "/v1/timeline?node=myanmar");
    let problem = app.get("/nothing/like/this").await.problem(404, "unknown-route");
    assert_eq!(app.try_of(&problem).await, "/");
    app.get("/v1/facts/").await.problem(404, "unknown-route");
    for (method, uri, allow) in [
        ("PUT", "/v1/facts", "GET,HEAD,POST"),
        ("DELETE", "/v1/timeline", "GET,HEAD"),
        ("POST", "/v1/nodes", "GET,HEAD"),
        ("PUT", "/v1/nodes/myanmar", "GET,HEAD,PATCH"),
        ("POST", "/livez", "GET,HEAD"),
    ] {
        let answer = app.send_with(method, uri, &[], "").await;
        answer.problem(405, "method-not-allowed");
        let mut allowed: Vec<_> = answer.header("allow").split(',').map(str::trim).collect();
        allowed.sort_unstable();
        assert_eq!(allowed.join(","), allow);
    }
    let answer = app.send_with("HEAD", "/v1/facts?x=1", &[], "").await;
    assert_eq!((answer.status, answer.body.len()), (400, 0));
}

#[tokio::test]
async fn text_that_is_not_utf8_is_refused() {
    let app = TestApp::small().await;
    assert_eq!(app.get("/v1/nodes?q=%ff%fe").await.problem(400, "invalid-utf8")["parameter"], "q");
    app.get("/v1/nodes/%ff").await.problem(400, "invalid-utf8");
    app.post("/v1/facts", "application/json", vec![b'{', 0xff])
        .await
        .problem(400, "invalid-utf8");
    app.get("/v1/nodes?q=a%00b").await.problem(400, "invalid-parameter");
}

#[tokio::test]
async fn every_kind_of_problem_is_explained() {
    let app = TestApp::empty();
    let all = app.get("/problems").await.json();
    assert_eq!(all.as_array().unwrap().len(), dateline::http::KINDS.len());
    for kind in all.as_array().unwrap() {
        let one = app.get(kind["type"].as_str().unwrap()).await;
        assert_eq!((one.status, &one.json()), (200, kind));
    }
}

#[tokio::test]
async fn no_request_fails_the_server() {
    let app = TestApp::small().await;
    let values = [
        "",
        "..",
        "/",
        "%",
        "%2",
        "%00",
        "a%0ab",
        "2017-99",
        "..%2F..",
        "-1",
        "99999999999999999999",
        "~",
        "9223372036854775807",
        "0000",
        "%F0%9F%98%80",
    ];
    let names = [
        "node", "from", "to", "since", "until", "valid_at", "known_at", "cursor", "limit", "q", "claim", "document", "bucket", "type",
        "relation", "include",
    ];
    for route in [
        "/v1/neighbourhood",
        "/v1/paths",
        "/v1/timeline",
        "/v1/facts",
        "/v1/nodes",
        "/v1/documents",
        "/v1/stats",
        "/v1/facts/x",
        "/v1/nodes/x",
        "/v1/documents/x",
    ] {
        for name in names {
            for value in values {
                let answer = app
                    .send(Request::get(format!("{route}?{name}={value}")).body(Body::empty()).unwrap())
                    .await;
                assert!(answer.status < 500, "{route}?{name}={value}: {}", answer.text());
                if answer.status >= 400 {
                    assert_eq!(answer.header("content-type"), "application/problem+json");
                    if answer.json().get("try").is_some() {
                        app.try_of(&answer.json()).await;
                    }
                }
            }
        }
    }
}
