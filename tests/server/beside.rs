//! Commands beside a server give the bytes they give without it.

use std::path::Path;

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
