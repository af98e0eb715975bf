//! The README's first screen, replayed: every command line in it gives the answer printed under it.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::process::Server;

/// Blocks fenced as `console`: lines that begin with `$ ` are commands, the rest is what they print.
fn examples(readme: &str) -> Vec<(String, String)> {
    let mut examples = Vec::new();
    for block in readme.split("```console\n").skip(1) {
        let block = block.split("\n```").next().unwrap_or_default();
        for part in format!("\n{block}").split("\n$ ").skip(1) {
            // A command may go on over lines that end in a backslash, and carry a text of its own up to EOF.
            let mut lines = part.lines();
            let mut command = lines.next().unwrap_or_default().to_owned();
            while command.ends_with('\\') {
                command.pop();
                command.push_str(lines.next().unwrap_or_default());
            }
            if command.contains("<<'EOF'") {
                for line in lines.by_ref() {
                    command.push('\n');
                    command.push_str(line);
                    if line == "EOF" {
                        break;
                    }
                }
            }
            examples.push((command, lines.collect::<Vec<_>>().join("\n")));
        }
    }
    examples
}

fn run_in_shell(command: &str) -> String {
    let mut shell = Command::new("bash")
        .arg("-s")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    shell.stdin.take().unwrap().write_all(command.as_bytes()).unwrap();
    String::from_utf8(shell.wait_with_output().unwrap().stdout).unwrap()
}

#[test]
fn every_command_of_the_readme_gives_the_answer_printed() {
    if Command::new("curl").arg("--version").output().is_err() {
        println!("skipped: there is no curl on this machine");
        return;
    }
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let examples = examples(&readme);
    assert!(examples.len() >= 5, "the README shows five curl lines");
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_with("demo", folder.path(), &[]);
    let port = server.url.rsplit(':').next().unwrap();
    for (command, printed) in examples {
        let command = command.replace("localhost:4817", &format!("localhost:{port}"));
        let answer = run_in_shell(&command);
        assert_eq!(answer.trim_end(), printed.trim_end(), "$ {command}");
    }
}
