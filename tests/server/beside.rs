//! Commands beside a server give the bytes they give without it.

use std::path::Path;

use serde_json::Value;

use crate::process::{Server, dateline, run, stdout};

const REPORT: &str =
    " date 2020-05-06 Desk News, OSLO\n\nNorway signed an agreement with Japan in Oslo on Wednesday.\n\nJapan praised Norway.\n";

const QUESTIONS: &[&[&str]] = &[
    &["query", "timeline", "--node", "norway"],
    &["query", "timeline", "--node", "norway", "--format", "json"],
    &["query", "neighbourhood", "--node", "Norway", "--format", "csv"],
    &["query", "paths", "--from", "norway", "--to", "japan"],
    &["query", "facts", "--format", "text"],
    &["query", "nodes", "--q", "nor"],
];

fn ask(folder: &Path, arguments: &[&str]) -> String {
    let output = dateline().args(arguments).arg("--data").arg(folder).output().unwrap();
    stdout(&output)
}

#[test]
fn queries_and_exports_are_the_same_with_and_without_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("store");
    let report = folder.path().join("report.txt");
    std::fs::write(&report, REPORT).unwrap();
    let facts = folder.path().join("facts.ndjson");
    std::fs::write(
        &facts,
        "{\"subject_name\":\"Ann Ek\",\"subject_type\":\"Person\",\"relation\":\"citizen_of\",\"object\":\"norway\",\"publisher\":\"Desk\"}\nnot json\n",
    )
    .unwrap();

    // Without a server.
    let said = ask(&data, &["ingest", report.to_str().unwrap()]);
    assert!(said.lines().last().unwrap().starts_with("1 reports stored"), "{said}");
    let output = dateline()
        .args(["import", facts.to_str().unwrap(), "--data"])
        .arg(&data)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3), "one line is refused: {output:?}");
    assert!(folder.path().join("facts.ndjson.rejected.ndjson").exists());
    let alone: Vec<String> = QUESTIONS.iter().map(|question| ask(&data, question)).collect();
    let exported = ask(&data, &["export"]);

    // Beside one.
    let server = Server::start(&data);
    for (question, answer) in QUESTIONS.iter().zip(&alone) {
        assert_eq!(&ask(&data, question), answer, "{question:?}");
    }
    assert_eq!(ask(&data, &["export"]), exported);
    let said = ask(&data, &["ingest", report.to_str().unwrap()]);
    assert!(said.lines().last().unwrap().contains("0 new facts"), "{said}");
    let copy = folder.path().join("copy");
    ask(&data, &["backup", copy.to_str().unwrap()]);
    assert_eq!(server.stop(), Some(0));

    // The copy and the exported text are whole stores.
    assert_eq!(ask(&copy, QUESTIONS[0]), alone[0]);
    let text = folder.path().join("everything.ndjson");
    std::fs::write(&text, &exported).unwrap();
    let again = folder.path().join("again");
    ask(&again, &["import", text.to_str().unwrap()]);
    let recorded = |text: &str| text.split_once('\n').map(|(_store, rest)| rest.to_owned());
    assert_eq!(
        recorded(&ask(&again, &["export"])),
        recorded(&exported),
        "recorded times included, in a store of its own"
    );
}

#[test]
fn a_compacted_store_gives_the_same_answers_and_goes_on_with_a_page() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_with("demo", folder.path(), &[]);
    // Corroborated, corrected and taken back, in transactions of their own.
    for nth in 0..30 {
        let body = format!(
            r#"{{"subject":"norway","relation":"met_with","object_name":"Ann Ek {nth}","object_type":"Person","valid":"2024-01-{:02}","publisher":"Desk"}}"#,
            nth % 28 + 1
        );
        let answer = server.send("POST", "/v1/facts", &[("content-type", "application/json")], &body);
        assert!(answer.status < 300, "{}", answer.body);
    }
    let questions = [
        "/v1/timeline?node=norway&include=quote,evidence&limit=1000",
        "/v1/timeline?node=norway&known_at=r3",
        "/v1/neighbourhood?node=batumi&depth=2&format=csv",
        "/v1/paths?from=norway&to=caspian-railway-company",
        "/v1/facts?limit=1000&include=evidence",
        "/v1/nodes?q=nor",
        "/v1/documents",
        "/v1/stats",
    ];
    let before: Vec<String> = questions.iter().map(|question| server.get(question).body).collect();
    let page = server.get_json("/v1/timeline?node=norway&limit=2");
    let next = page["page"]["next"].as_str().expect("there is a second page");
    let next = next.strip_prefix(&server.url).unwrap_or(next);
    let second = server.get(next).body;
    let refused = dateline().args(["compact", "--data"]).arg(folder.path()).output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains(&server.url) && said.contains("stop"), "{said}");
    assert_eq!(server.stop(), Some(0));

    let exported = ask(folder.path(), &["export"]);
    let said = ask(folder.path(), &["compact"]);
    assert!(said.contains(" before, ") && said.lines().count() == 1, "{said}");
    assert_eq!(ask(folder.path(), &["export"]), exported);

    let server = Server::start(folder.path());
    for (question, answer) in questions.iter().zip(&before) {
        assert_eq!(&server.get(question).body, answer, "{question}");
    }
    assert_eq!(server.get(next).body, second, "a page from before goes on");
}

#[test]
fn a_store_is_verified_when_no_server_holds_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_with("demo", folder.path(), &[]);
    let changes = [
        (
            "PATCH",
            "/v1/facts/f-gast7v331fk5d48d?reason=misread&by=anna",
            r#"{"polarity":"negated"}"#,
        ),
        ("DELETE", "/v1/facts/f-0y9heqc22z85xj22?reason=misread&by=anna", ""),
        ("PATCH", "/v1/nodes/norway", r#"{"name":"Kingdom of Norway"}"#),
        ("DELETE", "/v1/documents/2019-03-20-northern-press-oslo?reason=withdrawn", ""),
        (
            "POST",
            "/v1/facts",
            r#"{"subject":"norway","relation":"met_with","object_name":"Ann Ek","object_type":"Person","publisher":"Desk"}"#,
        ),
        (
            "POST",
            "/v1/facts",
            r#"{"subject":"norway","relation":"met_with","object":"ann-ek","publisher":"Other","document":"other-1","quote":"They met."}"#,
        ),
    ];
    for (nth, (method, target, body)) in changes.into_iter().enumerate() {
        let headers = [("content-type", "application/json"), ("idempotency-key", &format!("key-{nth}"))];
        let answer = server.send(method, target, &headers, body);
        assert!(answer.status < 300, "{target}: {}", answer.body);
    }
    let verify = |arguments: &[&str]| {
        dateline()
            .args(["verify", "--data"])
            .arg(folder.path())
            .args(arguments)
            .output()
            .unwrap()
    };
    let refused = verify(&[]);
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains(&server.url) && said.contains("verify needs it alone: stop"), "{said}");
    assert_eq!(verify(&["--server", &server.url]).status.code(), Some(2));
    assert_eq!(server.stop(), Some(0));

    let assert_sound = || {
        let said = stdout(&verify(&[]));
        assert!(said.ends_with(": nothing is wrong\n") && said.lines().count() == 1, "{said}");
    };
    assert_sound();
    ask(folder.path(), &["compact"]);
    assert_sound();

    // A byte of a value changes, and nobody told sled.
    let db = sled::open(folder.path().join("sled")).unwrap();
    let columns = db.open_tree("columns").unwrap();
    let (key, value) = columns.first().unwrap().unwrap();
    let mut value = value.to_vec();
    value[40] ^= 1;
    columns.insert(&key, value).unwrap();
    drop((columns, db));
    let output = verify(&[]);
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.starts_with("columns: facts from 0: wrong checksum at key 00000000"), "{said}");
    assert!(said.ends_with(": 1 thing is wrong\n") && said.lines().count() == 2, "{said}");
    let output = verify(&["--json"]);
    assert_eq!(output.status.code(), Some(4));
    let objects: Vec<Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!((&objects[0]["kind"], &objects[0]["in"]), (&"damaged".into(), &"columns".into()));
    assert_eq!((&objects[1]["kind"], &objects[1]["findings"]), (&"summary".into(), &1.into()));
    assert_eq!(run(&["verify", "--data", "/nonexistent"]).status.code(), Some(1));
}

#[test]
fn a_second_server_says_who_holds_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let output = dateline()
        .args(["serve", "--addr", "127.0.0.1:0", "--data"])
        .arg(folder.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains(&server.url));
}

#[test]
fn a_question_to_an_empty_folder_makes_no_store() {
    let folder = tempfile::tempdir().unwrap();
    let output = dateline().args(["query", "facts", "--data"]).arg(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("there is no store"));
    assert_eq!(
        std::fs::read_dir(folder.path())
            .unwrap()
            .filter(|entry| entry.as_ref().unwrap().path().is_dir())
            .count(),
        0
    );
}

#[test]
fn wrong_usage_has_a_code_of_its_own() {
    assert_eq!(run(&["query", "timeline", "--since-when", "x"]).status.code(), Some(2));
    assert_eq!(run(&["--version"]).status.code(), Some(0));
    assert!(stdout(&run(&["completions", "bash"])).contains("dateline"));
    assert!(stdout(&run(&["--help"])).contains("Exit codes"));
}

#[test]
fn healthcheck_tells_a_ready_server_from_none() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let addr = server.url.trim_start_matches("http://").to_owned();
    assert_eq!(run(&["healthcheck", "--addr", &addr]).status.code(), Some(0));
    assert_eq!(server.stop(), Some(0));
    assert_eq!(run(&["healthcheck", "--addr", &addr]).status.code(), Some(1));
}
