//! Other processes: Dateline's own commands, and this program again where a floor or a size is measured apart.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::client::Connection;
use crate::measure::memory::{Memory, of_process};

/// How long a server may take until it answers.
const PATIENCE: Duration = Duration::from_mins(10);
/// How often a child's memory is looked at.
const LOOK: Duration = Duration::from_millis(20);
/// The first argument of this program as a child.
pub(crate) const CHILD: &str = "child";

/// The command under test, with an environment that no setting of the machine reaches.
pub(crate) fn dateline() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dateline"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("DATELINE_")) {
        command.env_remove(name);
    }
    command
}

/// This program, as a child that does one thing.
pub(crate) fn child(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.arg(CHILD).args(arguments);
    command
}

/// What a command did.
#[derive(Debug)]
pub(crate) struct Run {
    /// Its lines of output, and how many seconds after the start each came.
    pub(crate) lines: Vec<(f64, String)>,
    pub(crate) seconds: f64,
    /// The most memory it held, as last seen before it ended.
    pub(crate) peak: u64,
}

/// Runs a command to its end.
///
/// # Errors
///
/// That it failed, with what it said.
pub(crate) fn run(command: &mut Command) -> Result<Run, String> {
    let start = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    let out = BufReader::new(child.stdout.take().unwrap());
    let reader = thread::spawn(move || {
        let line = |line: std::io::Result<String>| (start.elapsed().as_secs_f64(), line.unwrap_or_default());
        out.lines().map(line).collect::<Vec<_>>()
    });
    let mut err = child.stderr.take().unwrap();
    let complaints = thread::spawn(move || {
        let mut text = String::new();
        // What cannot be read of a complaint is not worth another.
        let _ = err.read_to_string(&mut text);
        text
    });
    let mut peak = 0;
    let status = loop {
        peak = peak.max(of_process(child.id()).peak);
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None => thread::sleep(LOOK),
        }
    };
    let seconds = start.elapsed().as_secs_f64();
    let (lines, complaints) = (reader.join().unwrap(), complaints.join().unwrap());
    if !status.success() {
        return Err(format!(
            "{} ended with {status}: {}",
            command.get_program().display(),
            complaints.trim()
        ));
    }
    Ok(Run { lines, seconds, peak })
}

/// Runs this program as a child, and reads what it measured: lines of a name and a number.
///
/// # Errors
///
/// That it failed, with what it said.
pub(crate) fn measured(arguments: &[&str]) -> Result<BTreeMap<String, f64>, String> {
    let run = run(&mut child(arguments))?;
    let pair = |(_, line): (f64, String)| {
        let (name, number) = line.rsplit_once(' ')?;
        Some((name.to_owned(), number.parse().ok()?))
    };
    Ok(run.lines.into_iter().filter_map(pair).collect())
}

/// A server in a process of its own. It is ended when this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    /// From the start of the process to the first answer.
    pub(crate) seconds: f64,
    /// Kept open, so that a later line is no error for the server.
    _out: ChildStdout,
}

impl Server {
    /// Starts `dateline serve` and asks until it answers.
    ///
    /// # Errors
    ///
    /// That it ended or did not answer.
    pub(crate) fn of_store(data: &Path, first_question: &str) -> Result<Self, String> {
        let address = free_address();
        let mut command = dateline();
        command
            .args(["serve", "--log", "error", "--addr", &address.to_string(), "--data"])
            .arg(data);
        Self::start(command, address, first_question)
    }

    /// Starts this program as a server of ready answers.
    ///
    /// # Errors
    ///
    /// That it ended or did not answer.
    pub(crate) fn of_floor(arguments: &[&str], first_question: &str) -> Result<Self, String> {
        let address = free_address();
        let mut command = child(arguments);
        command.arg(address.to_string());
        Self::start(command, address, first_question)
    }

    fn start(mut command: Command, address: SocketAddr, first_question: &str) -> Result<Self, String> {
        let start = Instant::now();
        let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut child = spawned.map_err(|error| error.to_string())?;
        let mut server = Self {
            _out: child.stdout.take().unwrap(),
            child,
            address,
            seconds: 0.0,
        };
        loop {
            let reply = Connection::open(address).and_then(|mut connection| connection.get(first_question));
            if reply.is_ok_and(|reply| reply.status == 200) {
                break;
            }
            if let Some(status) = server.child.try_wait().unwrap() {
                return Err(format!("the server ended with {status}"));
            }
            if start.elapsed() > PATIENCE {
                return Err(format!("no answer to {first_question} within {} s", PATIENCE.as_secs()));
            }
            thread::sleep(Duration::from_millis(2));
        }
        server.seconds = start.elapsed().as_secs_f64();
        Ok(server)
    }

    /// What it holds.
    pub(crate) fn memory(&self) -> Memory {
        of_process(self.child.id())
    }

    /// A connection to it.
    pub(crate) fn connect(&self) -> Connection {
        Connection::open(self.address).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGKILL: what was acknowledged is on disk. Neither call fails but for a process that is gone.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An address on loopback that was free a moment ago.
fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}
