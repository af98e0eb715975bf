//! `dateline verify`: a store is read from end to end, and what is wrong with it is said.

use std::io::{self, IsTerminal as _, Write};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::{Failure, Outcome, alone};
use crate::config::Place;
use crate::store::{self, Finding, Told, Verified};

/// Arguments of `dateline verify`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: dateline verify --data ./data\n\nThe store must not be in use. No record is changed; sled tidies its own files, as whenever it opens them: to touch nothing\nat all, verify a copy of the folder. A line is printed for each thing that is wrong (where, which record, what), then what\nwas read. Exit codes: 0 nothing is wrong; 4 something is; 1 it could not be opened or read."
)]
pub(super) struct VerifyArgs {
    /// One JSON object a line, the last of them the summary.
    #[arg(long)]
    json: bool,
}

/// Reads the whole store, says what is wrong as it is found, and what was read.
pub(super) fn verify(place: &Place, args: &VerifyArgs) -> Result<Outcome, Failure> {
    alone::check(place, "verify")?;
    let began = Instant::now();
    let bar = progress();
    let mut lines = Lines {
        out: io::stdout(),
        json: args.json,
        failed: None,
    };
    let mut tell = |told| match told {
        Told::Found(finding) => bar.suspend(|| lines.finding(&finding)),
        Told::Reading { tree, values } => {
            bar.set_message(format!("{tree}: {values}"));
            bar.tick();
        }
    };
    let verified = store::verify(&place.data, &mut tell);
    bar.finish_and_clear();
    let verified = verified.map_err(|error| alone::refused(error, place, "verify"))?;
    for note in &verified.notes {
        anstream::eprintln!("{note}");
    }
    lines.summary(&place.data.display().to_string(), &verified, began.elapsed().as_secs_f64());
    lines.finish()?;
    Ok(if verified.findings == 0 { Outcome::Done } else { Outcome::Found })
}

fn progress() -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} values read, {elapsed}") {
        bar.set_style(style);
    }
    bar
}

/// What is printed. A reader that has gone away is no failure: the exit code still tells.
struct Lines<W> {
    out: W,
    json: bool,
    failed: Option<io::Error>,
}

/// A line for machines.
#[derive(Serialize)]
struct Summary<'v> {
    kind: &'static str,
    #[serde(flatten)]
    verified: &'v Verified,
    seconds: f64,
}

impl<W: Write> Lines<W> {
    fn finding(&mut self, finding: &Finding) {
        if self.json {
            self.object(finding);
        } else {
            self.line(&finding.to_string());
        }
    }

    fn summary(&mut self, data: &str, verified: &Verified, seconds: f64) {
        if self.json {
            self.object(&Summary {
                kind: "summary",
                verified,
                seconds,
            });
        } else {
            self.line(&format!("{data}: {}", summary(verified, seconds)));
        }
    }

    fn object(&mut self, object: &impl Serialize) {
        match serde_json::to_string(object) {
            Ok(line) => self.line(&line),
            Err(error) => self.fail(error.into()),
        }
    }

    fn line(&mut self, line: &str) {
        if self.failed.is_some() {
            return;
        }
        if let Err(error) = writeln!(self.out, "{line}") {
            self.fail(error);
        }
    }

    fn fail(&mut self, error: io::Error) {
        self.failed.get_or_insert(error);
    }

    fn finish(self) -> Result<(), Failure> {
        match self.failed {
            Some(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::io("output")(error)),
            _ => Ok(()),
        }
    }
}

fn summary(read: &Verified, seconds: f64) -> String {
    let found = match read.findings {
        0 => "nothing is wrong".to_owned(),
        1 => "1 thing is wrong".to_owned(),
        count => format!("{count} things are wrong"),
    };
    format!(
        "{} commits, {} facts, {} pieces of evidence, {} nodes, {} documents; {} read in {seconds:.1} s: {found}",
        read.commits,
        read.facts,
        read.evidence,
        read.nodes,
        read.documents,
        super::megabytes(read.bytes),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::FindingKind;

    fn printed(json: bool) -> String {
        let mut lines = Lines {
            out: Vec::new(),
            json,
            failed: None,
        };
        lines.finding(&Finding {
            kind: FindingKind::Id,
            place: "columns",
            record: "fact 7".to_owned(),
            reason: "another fact has its id".to_owned(),
        });
        let verified = Verified {
            commits: 3,
            facts: 12,
            bytes: 1_234_567,
            findings: 1,
            ..Verified::default()
        };
        lines.summary("data", &verified, 0.25);
        String::from_utf8(lines.out).unwrap()
    }

    #[test]
    fn people_get_a_line_a_finding_and_a_summary() {
        assert_eq!(
            printed(false),
            "columns: fact 7: another fact has its id\n\
            data: 3 commits, 12 facts, 0 pieces of evidence, 0 nodes, 0 documents; 1.2 MB read in 0.2 s: 1 thing is wrong\n"
        );
    }

    #[test]
    fn machines_get_an_object_a_line() {
        assert_eq!(
            printed(true),
            "{\"kind\":\"id\",\"in\":\"columns\",\"record\":\"fact 7\",\"reason\":\"another fact has its id\"}\n\
            {\"kind\":\"summary\",\"revision\":0,\"commits\":3,\"lost\":0,\"nodes\":0,\"documents\":0,\"facts\":12,\"evidence\":0,\
            \"requests\":0,\"bytes\":1234567,\"findings\":1,\"notes\":[],\"seconds\":0.25}\n"
        );
    }

    #[test]
    fn a_reader_that_goes_away_is_no_failure() {
        struct Gone;
        impl Write for Gone {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut lines = Lines {
            out: Gone,
            json: false,
            failed: None,
        };
        lines.line("a line");
        lines.finish().unwrap();
    }
}
