//! How a command ends, and what it says when it fails.

use std::fmt::Display;
use std::process::ExitCode;

/// A command that did its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All of it.
    Done,
    /// Some lines or reports were refused, and named.
    InPart,
    /// It looked for what is wrong, and something is.
    Found,
}

impl Outcome {
    /// Its exit code.
    #[must_use]
    pub fn code(self) -> ExitCode {
        match self {
            Self::Done => ExitCode::SUCCESS,
            Self::InPart => ExitCode::from(3),
            Self::Found => ExitCode::from(4),
        }
    }
}

/// A command that failed: what it says on standard error, and its exit code.
#[derive(Debug)]
pub struct Failure {
    message: String,
    code: u8,
}

impl Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl Failure {
    /// The work could not be done.
    pub fn new(message: impl Display) -> Self {
        Self {
            message: message.to_string(),
            code: 1,
        }
    }

    /// The command was called wrongly.
    pub fn usage(message: impl Display) -> Self {
        Self {
            message: message.to_string(),
            code: 2,
        }
    }

    /// A file or stream failed; `what` names it.
    pub fn io(what: impl Display) -> impl FnOnce(std::io::Error) -> Self {
        move |error| Self::new(format_args!("{what}: {error}"))
    }

    /// The same failure, saying first what it happened to.
    #[must_use]
    pub fn named(self, what: impl Display) -> Self {
        Self {
            message: format!("{what}: {}", self.message),
            ..self
        }
    }

    /// Says it, and gives the exit code.
    #[must_use]
    pub fn report(self) -> ExitCode {
        anstream::eprintln!("dateline: {self}");
        ExitCode::from(self.code)
    }
}
