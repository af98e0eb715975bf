//! kill -9 under four writers: what was acknowledged is there, whole; what was not is there whole or not at all.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::process::Server;

/// Kills per run; `DATELINE_TEST_KILLS` asks for another number.
fn kills() -> u32 {
    std::env::var_os("DATELINE_TEST_KILLS")
        .and_then(|text| text.to_str()?.parse().ok())
        .unwrap_or(50)
}

/// Facts in one request: a request is one whole.
const FACTS: u64 = 7;

fn batch(writer: u32, number: u64) -> String {
    let facts: Vec<Value> = (0..FACTS)
        .map(|place| {
            json!({"subject_name": format!("Writer {writer}"), "subject_type": "Person", "relation": "stated",
                "value": format!("request {number} fact {place}"), "valid": "2020-01-01", "publisher": format!("writer-{writer}-{number}"),
                "qualifiers": {"content": "x".repeat(40)}})
        })
        .collect();
    Value::Array(facts).to_string()
}

/// Facts by request, as the store has them.
fn stored(server: &Server) -> BTreeMap<String, u64> {
    let mut found = BTreeMap::new();
    for line in server.get("/v1/facts?format=ndjson").body.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        *found.entry(row["publisher"].as_str().unwrap().to_owned()).or_insert(0) += 1;
    }
    found
}

#[test]
fn nothing_acknowledged_is_lost_and_nothing_is_half_there() {
    let folder = tempfile::tempdir().unwrap();
    let acknowledged = Mutex::new(Vec::new());
    let mut next = [0u64; 4];
    for round in 0..kills() {
        let server = Server::start(folder.path());
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for (writer, next) in (0u32..).zip(next.iter_mut()) {
                let (server, over, acknowledged) = (&server, &over, &acknowledged);
                scope.spawn(move || {
                    while !over.load(Ordering::Relaxed) {
                        let number = *next;
                        *next += 1;
                        if try_post(&server.url, &batch(writer, number)) {
                            acknowledged.lock().unwrap().push(format!("writer-{writer}-{number}"));
                        }
                    }
                });
            }
            // Another moment in every round, spread over the life of a group commit.
            std::thread::sleep(Duration::from_millis(60 + u64::from(round * 37 % 190)));
            kill(server.id());
            over.store(true, Ordering::Relaxed);
        });
        drop(server);
    }
    let server = Server::start(folder.path());
    let found = stored(&server);
    let acknowledged = acknowledged.into_inner().unwrap();
    assert!(!acknowledged.is_empty());
    let lost: Vec<&String> = acknowledged.iter().filter(|request| !found.contains_key(*request)).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    let half: Vec<_> = found.iter().filter(|(_, facts)| **facts != FACTS).collect();
    assert!(half.is_empty(), "half there: {half:?}");
    println!(
        "{} kills, {} requests acknowledged, {} found, none lost, none half there",
        kills(),
        acknowledged.len(),
        found.len()
    );
    for entry in walk(folder.path()) {
        let in_blobs = entry.parent().is_some_and(|parent| parent.ends_with("blobs"));
        assert!(!in_blobs, "sled never syncs {}", entry.display());
    }
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] })
        .collect()
}

fn kill(id: u32) {
    assert!(
        std::process::Command::new("kill")
            .args(["-KILL", &id.to_string()])
            .status()
            .unwrap()
            .success()
    );
}

/// Whether the request was acknowledged; a server that is gone acknowledges nothing.
fn try_post(url: &str, body: &str) -> bool {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(5)))
        .build()
        .into();
    match agent
        .post(format!("{url}/v1/facts"))
        .header("content-type", "application/json")
        .send(body)
    {
        Ok(mut response) => {
            let status = response.status().as_u16();
            let body = response.body_mut().read_to_string();
            assert_eq!(status, 200, "{body:?}");
            // The answer has to have arrived whole to count as an acknowledgement.
            body.is_ok_and(|body| body.trim_end().ends_with('}'))
        }
        Err(_) => false,
    }
}
