//! The table: what was measured, what it is held against, and whether that is met.

use std::fmt::Write as _;
use std::path::Path;

/// A measured value with its unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value {
    /// Seconds.
    Time(f64),
    /// Bytes.
    Bytes(f64),
    /// Bytes a fact.
    BytesAFact(f64),
    /// So many a second, of what the figure names.
    PerSecond(f64),
    /// Nothing to be held against.
    None,
}

/// What is asked of a figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Target {
    /// The ratio to the floor, at most.
    TimesFloor(f64),
    /// The share of the floor, at least.
    ShareOfFloor(f64),
    /// The value itself, at most.
    AtMost(Value),
    /// Nothing: it is printed to be known.
    Known,
}

/// One line.
#[derive(Clone, Debug)]
pub(crate) struct Figure {
    /// What was measured, in a clause.
    pub(crate) what: String,
    pub(crate) dateline: Value,
    pub(crate) floor: Value,
    pub(crate) target: Target,
}

impl Figure {
    /// A figure held against the floor of the same run.
    pub(crate) fn against(what: impl Into<String>, dateline: Value, floor: Value, target: Target) -> Self {
        Self {
            what: what.into(),
            dateline,
            floor,
            target,
        }
    }

    /// A figure that stands alone.
    pub(crate) fn alone(what: impl Into<String>, dateline: Value, target: Target) -> Self {
        Self::against(what, dateline, Value::None, target)
    }

    fn ratio(&self) -> Option<f64> {
        let (ours, floor) = (self.dateline.number()?, self.floor.number()?);
        (floor > 0.0).then_some(ours / floor)
    }

    fn verdict(&self) -> &'static str {
        let met = match self.target {
            Target::Known => return "–",
            Target::TimesFloor(most) => self.ratio().map(|ratio| ratio <= most),
            Target::ShareOfFloor(least) => self.ratio().map(|ratio| ratio >= least),
            Target::AtMost(most) => self.dateline.number().zip(most.number()).map(|(ours, most)| ours <= most),
        };
        match met {
            Some(true) => "met",
            Some(false) => "missed",
            None => "not measured",
        }
    }

    fn cells(&self) -> [String; 6] {
        [
            self.what.clone(),
            self.dateline.to_string(),
            self.floor.to_string(),
            self.ratio().map_or(String::new(), |ratio| format!("{ratio:.2}")),
            self.target.to_string(),
            self.verdict().to_owned(),
        ]
    }
}

impl Value {
    const fn number(self) -> Option<f64> {
        match self {
            Self::Time(number) | Self::Bytes(number) | Self::BytesAFact(number) | Self::PerSecond(number) => Some(number),
            Self::None => None,
        }
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {
            Self::Time(seconds) => scaled(f, seconds, &[(1e-9, "ns"), (1e-6, "µs"), (1e-3, "ms"), (1.0, "s")]),
            Self::Bytes(bytes) => scaled(f, bytes, &[(1.0, "B"), (1e3, "kB"), (1e6, "MB"), (1e9, "GB")]),
            Self::BytesAFact(bytes) => write!(f, "{bytes:.1} B"),
            Self::PerSecond(count) => scaled(f, count, &[(1.0, "/s"), (1e3, "k/s"), (1e6, "M/s")]),
            Self::None => Ok(()),
        }
    }
}

/// A number with three digits and the largest unit that fits.
fn scaled(f: &mut std::fmt::Formatter<'_>, number: f64, units: &[(f64, &str)]) -> std::fmt::Result {
    let fits = units.iter().rev().find(|(size, _)| number >= *size).or(units.first());
    let (size, unit) = fits.copied().unwrap_or((1.0, ""));
    let number = number / size;
    let digits = if number >= 99.95 {
        0
    } else if number >= 9.995 {
        1
    } else {
        2
    };
    write!(f, "{number:.digits$} {unit}")
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TimesFloor(most) => write!(f, "≤ {most} ×"),
            Self::ShareOfFloor(least) => write!(f, "≥ {least} ×"),
            Self::AtMost(most) => write!(f, "≤ {most}"),
            Self::Known => Ok(()),
        }
    }
}

/// Everything that was measured so far.
#[derive(Debug, Default)]
pub(crate) struct Table {
    groups: Vec<Group>,
}

/// The figures of one row of the issue, or of a part of it.
#[derive(Debug)]
struct Group {
    title: String,
    figures: Vec<Figure>,
    notes: Vec<String>,
}

const HEAD: [&str; 6] = ["figure", "dateline", "floor", "ratio", "target", ""];

impl Table {
    /// Begins a group.
    pub(crate) fn group(&mut self, title: impl Into<String>) {
        let title = title.into();
        println!("\n{title}");
        self.groups.push(Group {
            title,
            figures: Vec::new(),
            notes: Vec::new(),
        });
    }

    /// Adds a figure, and says it at once: a run takes long.
    pub(crate) fn add(&mut self, figure: Figure) {
        let [what, dateline, floor, ratio, target, verdict] = figure.cells();
        println!("  {what}: {dateline}, floor {floor}, ratio {ratio}, target {target}: {verdict}");
        if let Some(group) = self.groups.last_mut() {
            group.figures.push(figure);
        }
    }

    /// Adds what a reader must know of the figures above.
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        let note = note.into();
        println!("  {note}");
        if let Some(group) = self.groups.last_mut() {
            group.notes.push(note);
        }
    }

    /// The whole table for a terminal.
    pub(crate) fn plain(&self) -> String {
        let cells: Vec<[String; 6]> = self.figures().map(Figure::cells).collect();
        let widest = |column: usize| {
            let of_column = cells.iter().map(|row| row[column].chars().count());
            of_column.chain([HEAD[column].chars().count()]).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..HEAD.len()).map(widest).collect();
        let line = |cells: &[String; 6]| {
            let mut line = String::new();
            for (place, (cell, width)) in cells.iter().zip(&widths).enumerate() {
                let blanks = " ".repeat(width - cell.chars().count());
                // Numbers stand under each other, words begin there.
                let _ = match place {
                    1..=4 => write!(line, "{blanks}{cell}  "),
                    _ => write!(line, "{cell}{blanks}  "),
                };
            }
            line.trim_end().to_owned()
        };
        let mut out = line(&HEAD.map(str::to_owned));
        for group in &self.groups {
            let _ = write!(out, "\n\n{}", group.title);
            for figure in &group.figures {
                let _ = write!(out, "\n{}", line(&figure.cells()));
            }
            for note in &group.notes {
                let _ = write!(out, "\n{note}");
            }
        }
        out + "\n"
    }

    /// The whole table in Markdown.
    pub(crate) fn markdown(&self) -> String {
        let mut out = format!("| {} |\n|--|--:|--:|--:|--:|--|\n", HEAD.join(" | "));
        for group in &self.groups {
            if !group.figures.is_empty() {
                let _ = writeln!(out, "| **{}** | | | | | |", group.title);
            }
            for figure in &group.figures {
                let _ = writeln!(out, "| {} |", figure.cells().join(" | "));
            }
        }
        for group in self.groups.iter().filter(|group| !group.notes.is_empty()) {
            let _ = writeln!(out, "\n{}:", group.title);
            for note in &group.notes {
                let _ = writeln!(out, "- {note}");
            }
        }
        out
    }

    /// Met, missed, and not measured.
    pub(crate) fn counts(&self) -> [usize; 3] {
        ["met", "missed", "not measured"].map(|verdict| self.figures().filter(|figure| figure.verdict() == verdict).count())
    }

    fn figures(&self) -> impl Iterator<Item = &Figure> {
        self.groups.iter().flat_map(|group| &group.figures)
    }

    /// Writes the table in Markdown beside what cargo built.
    pub(crate) fn save(&self, head: &str, to: &Path) -> std::io::Result<()> {
        std::fs::write(to, format!("{head}\n\n{}", self.markdown()))
    }
}
