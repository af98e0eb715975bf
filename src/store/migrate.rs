//! From an older stored format to the newest: the numbered steps of `migrations/`.
//!
//! `meta` holds the store's format, which is the number of its last step, in a form that never changes
//! (four bytes, big endian), and for each step a record with the checksum of its file. A step must be
//! able to run again over what it did before a kill; that it is done is written in one transaction, with
//! the new format. A step is never edited once released. A newer store is refused before anything else
//! is read.

#[path = "../../migrations/0001_initial.rs"]
mod initial;
#[path = "../../migrations/0002_columns.rs"]
#[expect(clippy::unnecessary_wraps, reason = "a step may fail, and its file is never edited")]
mod columns;

use super::StoreError;
use super::codec;
use super::keys::TreeName;
use super::rows::Rows;
use super::trees::Trees;

struct Step {
    name: &'static str,
    /// Its file, for the checksum.
    text: &'static str,
    apply: fn(&Trees) -> Result<(), StoreError>,
}

/// All steps, in order; the first brings a store to format 1.
const STEPS: [Step; FORMAT as usize] = [
    Step {
        name: "0001_initial",
        text: include_str!("../../migrations/0001_initial.rs"),
        apply: initial::apply,
    },
    Step {
        name: "0002_columns",
        text: include_str!("../../migrations/0002_columns.rs"),
        apply: columns::apply,
    },
];

/// The newest stored format.
pub const FORMAT: u32 = 2;

pub(super) const FORMAT_KEY: &[u8] = b"format";
/// How the keys of all steps begin.
const STEPS_BEGIN: &[u8] = b"step/";

/// What was done, for people.
#[derive(Debug, Default)]
pub(super) struct Done {
    /// Steps applied to a store that existed before.
    pub(super) applied: Vec<String>,
    /// Steps whose file is not what was applied.
    pub(super) changed: Vec<String>,
}

/// Brings the store to the newest format.
pub(super) fn run(trees: &Trees) -> Result<Done, StoreError> {
    let found = format(trees)?.unwrap_or(0);
    if found > FORMAT {
        return Err(StoreError::Newer { found, known: FORMAT });
    }
    let mut done = Done::default();
    for (number, step) in (1..).zip(&STEPS) {
        if number <= found {
            check(trees, step, &mut done)?;
            continue;
        }
        (step.apply)(trees)?;
        record(trees, number, step)?;
        if found > 0 {
            done.applied.push(format!("format {} to {number}: {}", number - 1, step.name));
        }
    }
    Ok(done)
}

/// What is to be said of the steps of a store that is only looked at, which has this format.
pub(super) fn changed(trees: &Trees, found: u32) -> Result<Vec<String>, StoreError> {
    let mut done = Done::default();
    for (_, step) in (1..=found).zip(&STEPS) {
        check(trees, step, &mut done)?;
    }
    Ok(done.changed)
}

/// Gives new files the format of those they are copied from, and what is known of its steps.
pub(super) fn carry_over(from: &Trees, into: &Trees) -> Result<(), StoreError> {
    run(into)?;
    let mut rows = Rows::default();
    for row in from.stream(TreeName::Meta, STEPS_BEGIN)? {
        let (key, payload) = row?;
        rows.put(TreeName::Meta, &key, &payload)?;
    }
    into.write(&rows)
}

/// The store's format; `None` before its first step.
pub(super) fn format(trees: &Trees) -> Result<Option<u32>, StoreError> {
    let Some(value) = trees.row(TreeName::Meta, FORMAT_KEY)? else {
        return Ok(None);
    };
    let bytes: [u8; 4] = value
        .as_ref()
        .try_into()
        .map_err(|_| codec::damaged(TreeName::Meta, FORMAT_KEY, "no format"))?;
    Ok(Some(u32::from_be_bytes(bytes)))
}

fn record(trees: &Trees, number: u32, step: &Step) -> Result<(), StoreError> {
    let mut rows = Rows::default();
    rows.put(TreeName::Meta, &step_key(step), checksum(step).as_bytes())?;
    rows.put_rows(TreeName::Meta, vec![(FORMAT_KEY.to_vec(), number.to_be_bytes().to_vec())]);
    trees.write(&rows)?;
    trees.flush()
}

fn check(trees: &Trees, step: &Step, done: &mut Done) -> Result<(), StoreError> {
    if trees.get(TreeName::Meta, &step_key(step))?.as_deref() != Some(checksum(step).as_bytes()) {
        done.changed.push(format!(
            "step {} of migrations/ is not the one that was applied to this store",
            step.name
        ));
    }
    Ok(())
}

fn step_key(step: &Step) -> Vec<u8> {
    [STEPS_BEGIN, step.name.as_bytes()].concat()
}

fn checksum(step: &Step) -> String {
    blake3::hash(step.text.as_bytes()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::Folder;

    #[test]
    fn steps_are_numbered_in_order() {
        for (number, step) in (1..).zip(&STEPS) {
            assert!(step.name.starts_with(&format!("{number:04}_")), "{}", step.name);
        }
    }

    #[test]
    fn a_store_is_brought_to_the_newest_format_once() {
        let folder = Folder::new();
        let trees = Trees::open(folder.path(), 8).unwrap();
        assert_eq!(format(&trees).unwrap(), None);
        assert!(run(&trees).unwrap().applied.is_empty(), "a new store is not migrated");
        assert_eq!(format(&trees).unwrap(), Some(FORMAT));
        let again = run(&trees).unwrap();
        assert!(again.applied.is_empty() && again.changed.is_empty());
    }

    #[test]
    fn a_step_killed_before_it_was_recorded_runs_again() {
        let folder = Folder::new();
        let trees = Trees::open(folder.path(), 8).unwrap();
        for step in &STEPS {
            (step.apply)(&trees).unwrap();
        }
        run(&trees).unwrap();
        assert_eq!(format(&trees).unwrap(), Some(FORMAT));
    }

    #[test]
    fn a_newer_store_is_refused_by_number() {
        let folder = Folder::new();
        let trees = Trees::open(folder.path(), 8).unwrap();
        let mut rows = Rows::default();
        rows.put_rows(TreeName::Meta, vec![(FORMAT_KEY.to_vec(), 77u32.to_be_bytes().to_vec())]);
        trees.write(&rows).unwrap();
        assert!(matches!(run(&trees), Err(StoreError::Newer { found: 77, known: FORMAT })));
    }

    #[test]
    fn an_edited_step_is_noticed() {
        let folder = Folder::new();
        let trees = Trees::open(folder.path(), 8).unwrap();
        run(&trees).unwrap();
        let mut rows = Rows::default();
        rows.put(TreeName::Meta, &step_key(&STEPS[0]), b"another checksum").unwrap();
        trees.write(&rows).unwrap();
        assert_eq!(run(&trees).unwrap().changed.len(), 1);
    }
}
