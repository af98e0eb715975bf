//! One source file as the architecture test sees it: code alone, and the rooms it names.

use std::path::Path;

/// A file of `src`, with comments, strings and its own test code blanked out.
pub(crate) struct Source {
    /// Path below `src`, for messages.
    pub(crate) path: String,
    /// The module it is, from the crate's root: `src/query/mod.rs` is `[query]`.
    pub(crate) module: Vec<String>,
    code: String,
    test_modules: Vec<String>,
}

impl Source {
    /// Reads a file's text.
    pub(crate) fn read(path: &Path, text: &str) -> Self {
        let mut module: Vec<String> = path
            .with_extension("")
            .components()
            .map(|part| part.as_os_str().to_string_lossy().into_owned())
            .collect();
        if module.last().is_some_and(|last| matches!(last.as_str(), "mod" | "lib" | "main")) {
            module.pop();
        }
        let (code, test_modules) = without_tests(&without_text(text));
        Self {
            path: path.display().to_string(),
            module,
            code,
            test_modules,
        }
    }

    /// Modules that this file declares for tests alone and that stand in files of their own.
    pub(crate) fn test_modules(&self) -> Vec<Vec<String>> {
        let below = |name: &String| self.module.iter().chain([name]).cloned().collect();
        self.test_modules.iter().map(below).collect()
    }

    /// Line and first name of every path that starts at the crate's root: `crate::x`, `crate::{x, y}`,
    /// and chains of `super` that climb that high.
    pub(crate) fn rooms_used(&self) -> Vec<(usize, String)> {
        let mut out = Vec::new();
        for (at, behind) in paths(&self.code, "crate::") {
            out.extend(heads(behind).into_iter().map(|name| (line_of(&self.code, at), name)));
        }
        for (at, behind) in paths(&self.code, "super::") {
            let mut behind = behind;
            let mut climbed = 1;
            while let Some(rest) = behind.strip_prefix("super::") {
                behind = rest;
                climbed += 1;
            }
            if climbed == self.module.len() + inline_modules(&self.code, at) {
                out.extend(heads(behind).into_iter().map(|name| (line_of(&self.code, at), name)));
            }
        }
        out
    }

    /// Places that read the environment: the standard library's functions, and clap's `env` attribute.
    pub(crate) fn lines_that_read_the_environment(&self) -> Vec<String> {
        (1..)
            .zip(self.code.lines())
            .filter(|(_, line)| ["env::var", "env = \""].iter().any(|sign| line.contains(sign)))
            .map(|(number, _)| format!("{}:{number}", self.path))
            .collect()
    }
}

/// Places of a word that starts a path there, and what follows it.
fn paths<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = (usize, &'a str)> {
    code.match_indices(word)
        .filter(|(at, _)| !code[..*at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | ':')))
        .map(|(at, _)| (at, code[at + word.len()..].trim_start()))
}

/// The first names of `x::y`, or of every member of `{x::y, z}`.
fn heads(path: &str) -> Vec<String> {
    let Some(group) = path.strip_prefix('{') else {
        return name_at(path).into_iter().collect();
    };
    let mut out = Vec::new();
    let (mut depth, mut fresh) = (0, true);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => fresh = true,
            _ if fresh && !c.is_whitespace() => {
                out.extend(name_at(&group[at..]).filter(|name| name != "self"));
                fresh = false;
            }
            _ => {}
        }
    }
    out
}

/// The identifier a text begins with, unless it is an item of `lib.rs` itself (a capital).
fn name_at(text: &str) -> Option<String> {
    let name: String = text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    Some(name).filter(|name| name.starts_with(|c: char| c.is_ascii_lowercase()))
}

fn line_of(code: &str, at: usize) -> usize {
    code[..at].matches('\n').count() + 1
}

/// How many `mod x {` are open at a place: each takes one more `super` to climb out of.
fn inline_modules(code: &str, at: usize) -> usize {
    let mut open = Vec::new();
    for (place, c) in code[..at].char_indices() {
        match c {
            '{' => {
                let mut words = code[..place].split_whitespace().rev();
                open.push(words.nth(1) == Some("mod"));
            }
            '}' => {
                open.pop();
            }
            _ => {}
        }
    }
    open.into_iter().filter(|is_module| *is_module).count()
}

/// The text with comments, and what is inside strings and character literals, as blanks. Lines stay.
fn without_text(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    let blank = |from: usize, to: usize, out: &mut String| {
        out.extend(chars[from..to].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
    };
    while at < chars.len() {
        let end = match chars[at..] {
            ['/', '/', ..] => find(&chars, at, "\n").unwrap_or(chars.len()),
            ['/', '*', ..] => end_of_block(&chars, at),
            ['"', ..] => {
                let end = end_of_string(&chars, at);
                out.push('"');
                blank(at + 1, end - 1, &mut out);
                out.push('"');
                at = end;
                continue;
            }
            ['r', '"' | '#', ..] if !out.ends_with(|c: char| c.is_alphanumeric() || c == '_') => {
                let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
                if chars.get(at + 1 + hashes) == Some(&'"') {
                    let close: String = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
                    find(&chars, at + 2 + hashes, &close).map_or(chars.len(), |place| place + close.len())
                } else {
                    at
                }
            }
            ['\'', '\\', ..] => find(&chars, at + 3, "'").map_or(chars.len(), |place| place + 1),
            ['\'', _, '\'', ..] => at + 3,
            _ => at,
        };
        if end > at {
            blank(at, end, &mut out);
            at = end;
        } else {
            out.push(chars[at]);
            at += 1;
        }
    }
    out
}

fn find(chars: &[char], from: usize, wanted: &str) -> Option<usize> {
    let wanted: Vec<char> = wanted.chars().collect();
    (from..chars.len()).find(|at| chars[*at..].starts_with(&wanted))
}

fn end_of_string(chars: &[char], start: usize) -> usize {
    let mut at = start + 1;
    while at < chars.len() {
        match chars[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    chars.len()
}

fn end_of_block(chars: &[char], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0);
    while at < chars.len() {
        match chars[at..] {
            ['/', '*', ..] => (at, depth) = (at + 2, depth + 1),
            ['*', '/', ..] => (at, depth) = (at + 2, depth - 1),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    chars.len()
}

/// The code without items marked `#[cfg(test)]`, and the names of modules so marked that stand in other files.
fn without_tests(code: &str) -> (String, Vec<String>) {
    const MARK: &str = "#[cfg(test)]";
    let (mut out, mut modules, mut rest) = (String::new(), Vec::new(), code);
    while let Some((before, marked)) = rest.split_once(MARK) {
        out.push_str(before);
        let end = end_of_item(marked);
        let item = &marked[..end];
        let mut words = item
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .filter(|word| !word.is_empty());
        if item.ends_with(';') && words.by_ref().any(|word| word == "mod") {
            modules.extend(words.next().map(str::to_owned));
        }
        out.extend(item.chars().filter(|c| *c == '\n'));
        rest = &marked[end..];
    }
    out.push_str(rest);
    (out, modules)
}

/// The end of an item: its closing brace, or its semicolon when no brace comes before.
fn end_of_item(text: &str) -> usize {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            ';' if depth == 0 => return at + 1,
            '{' => depth += 1,
            '}' if depth <= 1 => return at + 1,
            '}' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(path: &str, text: &str) -> Vec<String> {
        let source = Source::read(Path::new(path), text);
        source
            .rooms_used()
            .into_iter()
            .map(|(line, name)| format!("{line} {name}"))
            .collect()
    }

    #[test]
    fn paths_from_the_root_are_found() {
        let text = "use crate::model::{Day, ValidTime};\nuse crate::{store::{Store, x}, view};\nfn f() { crate::http::go() }";
        assert_eq!(used("query/mod.rs", text), ["1 model", "2 store", "2 view", "3 http"]);
        assert!(used("query/mod.rs", "use crate::{self, Error};").is_empty());
    }

    #[test]
    fn supers_are_followed_up_to_the_root() {
        assert_eq!(used("query/mod.rs", "use super::store;"), ["1 store"]);
        assert!(used("query/row.rs", "use super::store;").is_empty());
        assert_eq!(used("query/row.rs", "use super::super::store;"), ["1 store"]);
        assert!(used("query/row.rs", "mod inner { use super::super::store; }").is_empty());
        assert_eq!(used("query/mod.rs", "mod inner { use super::super::store; }"), ["1 store"]);
    }

    #[test]
    fn comments_strings_and_tests_name_nothing() {
        let text = "//! [`crate::http`]\n/* crate::http /* */ crate::cli */\nconst A: &str = \"crate::http\\\" crate::http\";\n\
            const B: &str = r#\"crate::\"http\"#; const C: char = '\"'; fn f<'a>() {}\n#[cfg(test)]\nmod t { use crate::http; }\nuse crate::model;";
        assert_eq!(used("query/mod.rs", text), ["7 model"]);
    }

    #[test]
    fn a_test_module_in_another_file_is_known() {
        let source = Source::read(
            Path::new("store/mod.rs"),
            "#[cfg(test)]\nmod tests;\n#[cfg(test)]\nuse x::y;\nmod real;",
        );
        assert_eq!(source.test_modules(), [["store", "tests"]]);
    }

    #[test]
    fn reading_the_environment_is_seen() {
        let lines = |text: &str| Source::read(Path::new("http/mod.rs"), text).lines_that_read_the_environment().len();
        assert_eq!(
            lines("let a = std::env::var_os(\"A\");\n#[arg(long, env = \"B\")]\n// env::var\nenv!(\"C\")"),
            2
        );
    }
}
