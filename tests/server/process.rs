//! Starting the binary, and speaking to it.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

/// A server in a process of its own, on a free port of loopback. Killed when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
    pub(crate) start_lines: String,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.body))
    }
}

/// The command under test, with an environment that no setting of the machine reaches.
pub(crate) fn dateline() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dateline"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("DATELINE_")) {
        command.env_remove(name);
    }
    command
}

/// Runs a command to its end.
pub(crate) fn run(arguments: &[&str]) -> Output {
    dateline().args(arguments).output().unwrap()
}

pub(crate) fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

impl Server {
    pub(crate) fn start(data: &Path) -> Self {
        Self::start_with("serve", data, &[])
    }

    pub(crate) fn start_with(command: &str, data: &Path, arguments: &[&str]) -> Self {
        let mut child = dateline()
            .args([command, "--addr", "127.0.0.1:0", "--log", "warn", "--data"])
            .arg(data)
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut start_lines = String::new();
        while !start_lines.contains("try: curl") {
            let bytes = out.read_line(&mut start_lines).unwrap();
            assert!(bytes > 0, "the server did not start: {:?}; it said {start_lines:?}", child.wait());
        }
        // Keeps the pipe open, so that a later line is no error for the server.
        std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
        let url = start_lines
            .split_whitespace()
            .find(|word| word.starts_with("http://"))
            .expect("the start line names the address")
            .trim_end_matches(['/', ','])
            .to_owned();
        Self { child, url, start_lines }
    }

    pub(crate) fn get(&self, target: &str) -> Answer {
        self.send("GET", target, &[], "")
    }

    pub(crate) fn get_json(&self, target: &str) -> Value {
        let answer = self.get(target);
        assert_eq!(answer.status, 200, "{target}: {}", answer.body);
        answer.json()
    }

    pub(crate) fn send(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{target}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .timeout_global(Some(std::time::Duration::from_mins(1)))
            .build()
            .into();
        let mut response = agent.run(request.body(body.to_owned()).unwrap()).unwrap();
        let content_type = response
            .headers()
            .get("content-type")
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        let body = response.body_mut().with_config().limit(1 << 30).read_to_string().unwrap();
        Answer {
            status: response.status().as_u16(),
            content_type,
            body,
        }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// SIGTERM, and the exit code.
    pub(crate) fn stop(mut self) -> Option<i32> {
        let killed = Command::new("kill").args(["-TERM", &self.id().to_string()]).status().unwrap();
        assert!(killed.success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already gone after `stop` or `kill`.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
