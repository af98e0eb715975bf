//! The order of the rooms, held by reading the source: each module uses only those above it in `src/lib.rs`.
//!
//! A text scan, not a compiler: `source.rs` blanks comments, strings and test code, then finds every path
//! that starts at the crate's root. A name that a macro puts together would escape it.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a panic is how a test fails")]

mod source;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use source::Source;

/// The rooms in reading order. Reordering `src/lib.rs` alone must not loosen the rule.
const LAYERS: [&str; 13] = [
    "model",
    "ontology",
    "extract",
    "resolve",
    "store",
    "view",
    "query",
    "format",
    "ingest",
    "config",
    "telemetry",
    "http",
    "cli",
];

/// Everything that may stand at the top level, and must; dotfiles are free.
const TOP_LEVEL: [&str; 13] = [
    "Cargo.toml",
    "src",
    "migrations",
    "api-spec",
    "docker",
    "tests",
    "README.md",
    "Cargo.lock",
    "Makefile",
    "LICENSE-MIT",
    "LICENSE-APACHE",
    "CHANGELOG.md",
    "rust-toolchain.toml",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file under a folder.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            out.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            out.push(path);
        }
    }
    out.sort();
    out
}

/// The files of the library that are not test code, read.
fn sources() -> Vec<Source> {
    let all: Vec<Source> = rust_files(&root().join("src"))
        .iter()
        .map(|path| Source::read(path.strip_prefix(root().join("src")).unwrap(), &fs::read_to_string(path).unwrap()))
        .collect();
    let tests: BTreeSet<Vec<String>> = all.iter().flat_map(Source::test_modules).collect();
    let is_test = |source: &Source| tests.iter().any(|module| source.module.starts_with(module));
    all.into_iter().filter(|source| !is_test(source)).collect()
}

fn place(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| *layer == module)
}

#[test]
fn the_library_lists_its_rooms_in_reading_order() {
    let library = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let listed: Vec<&str> = library
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .collect();
    assert_eq!(listed, LAYERS);
}

#[test]
fn each_room_uses_only_those_above_it() {
    let mut wrong = Vec::new();
    for source in sources() {
        let Some(own) = source.module.first().and_then(|module| place(module)) else {
            continue; // lib.rs and main.rs stand above all rooms
        };
        for (line, used) in source.rooms_used() {
            match place(&used) {
                Some(other) if other <= own => {}
                Some(_) => wrong.push(format!("{}:{line}: {} may not use {used}", source.path, LAYERS[own])),
                None => wrong.push(format!("{}:{line}: crate::{used} is no room of src/lib.rs", source.path)),
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn the_query_never_names_the_store() {
    let named: Vec<String> = sources()
        .iter()
        .filter(|source| source.module.first().is_some_and(|module| module == "query"))
        .flat_map(|source| {
            let used = source.rooms_used().into_iter().filter(|(_, used)| used == "store");
            used.map(|(line, _)| format!("{}:{line}", source.path)).collect::<Vec<_>>()
        })
        .collect();
    assert!(named.is_empty(), "query reads the view alone: {named:?}");
}

#[test]
fn only_config_reads_the_environment() {
    let read: Vec<String> = sources()
        .iter()
        .filter(|source| source.module.first().is_none_or(|module| module != "config"))
        .flat_map(Source::lines_that_read_the_environment)
        .collect();
    assert!(read.is_empty(), "settings are read in config alone: {read:?}");
}

#[test]
fn no_test_is_ignored_and_no_lint_silenced_without_a_reason() {
    // Put together, so that this file does not find itself.
    let forbidden = ["ignore", "allow("].map(|word| format!("#[{word}"));
    let mut found = Vec::new();
    for path in [root().join("src"), root().join("tests")]
        .iter()
        .flat_map(|folder| rust_files(folder))
    {
        let text = fs::read_to_string(&path).unwrap();
        let lines = (1..).zip(text.lines());
        found.extend(
            lines
                .filter(|(_, line)| forbidden.iter().any(|word| line.trim_start().starts_with(word.as_str())))
                .map(|(number, line)| format!("{}:{number}: {}", path.display(), line.trim())),
        );
    }
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn the_top_level_holds_what_it_may_and_nothing_else() {
    let found: BTreeSet<String> = fs::read_dir(root())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        // `target` is cargo's, and git does not see it.
        .filter(|name| !name.starts_with('.') && name != "target")
        .collect();
    let allowed: BTreeSet<String> = TOP_LEVEL.iter().map(|name| (*name).to_owned()).collect();
    let strange: Vec<&String> = found.difference(&allowed).collect();
    assert!(strange.is_empty(), "these have no place at the top level: {strange:?}");
    let missing: Vec<&String> = allowed.difference(&found).collect();
    assert!(missing.is_empty(), "these are missing from the top level: {missing:?}");
}
