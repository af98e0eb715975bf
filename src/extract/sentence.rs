//! Paragraphs, sentences and tokens of a report, each with its span in code points.
//!
//! [`sentences`] is the entry. No word is changed and none is dropped: a token is a span and its text.
//! Quotation marks and brackets are tokens; whether a word stands inside them is noted on it.

use std::ops::Range;

use super::lexicon::Lexicon;

/// Tokens after which a sentence is cut whatever it is: the stages behind look back and forth within one.
const LONGEST_SENTENCE: usize = 300;

/// A word, number or mark.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent observations about one token")]
pub(crate) struct Token {
    /// Where it stands, in code points of the report.
    pub(crate) span: Range<usize>,
    /// As written, with typographic apostrophes made plain.
    pub(crate) text: String,
    /// The same in lower case.
    pub(crate) lower: String,
    /// Begins with a capital letter (or has no case, as 李).
    pub(crate) capital: bool,
    /// Stands between quotation marks.
    pub(crate) quoted: bool,
    /// Stands between brackets.
    pub(crate) bracketed: bool,
    /// Has a letter or a digit.
    pub(crate) word: bool,
}

/// One sentence.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sentence {
    /// Number of its paragraph, from 0.
    pub(crate) paragraph: usize,
    /// Where it stands, in code points of the report.
    pub(crate) span: Range<usize>,
    /// Its tokens.
    pub(crate) tokens: Vec<Token>,
}

/// The sentences of `text` from the code point `start` on.
pub(crate) fn sentences(text: &[char], start: usize, lexicon: &Lexicon) -> Vec<Sentence> {
    let mut out = Vec::new();
    for (number, paragraph) in paragraphs(text, start).into_iter().enumerate() {
        let tokens = mark_enclosed(tokens(text, paragraph, lexicon));
        for tokens in split(tokens, lexicon) {
            let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else {
                continue;
            };
            if tokens.iter().any(|token| token.word) {
                out.push(Sentence {
                    paragraph: number,
                    span: first.span.start..last.span.end,
                    tokens,
                });
            }
        }
    }
    out
}

/// Paragraphs end at a blank line; in a text without blank lines every line is one.
fn paragraphs(text: &[char], start: usize) -> Vec<Range<usize>> {
    let body = text.get(start..).unwrap_or_default();
    let blank_lines = body.windows(2).any(|pair| pair == ['\n', '\n']);
    let needed = if blank_lines { 2 } else { 1 };
    let mut out: Vec<Range<usize>> = Vec::new();
    let mut newlines = needed;
    for (i, c) in body.iter().enumerate() {
        let at = start + i;
        if *c == '\n' {
            newlines += 1;
        } else if !c.is_whitespace() {
            match out.last_mut() {
                Some(paragraph) if newlines < needed => paragraph.end = at + 1,
                _ => out.push(at..at + 1),
            }
            newlines = 0;
        }
    }
    out
}

fn tokens(text: &[char], within: Range<usize>, lexicon: &Lexicon) -> Vec<Token> {
    let at = |i: usize| {
        if i < within.end {
            text.get(i).copied().unwrap_or('\0')
        } else {
            '\0'
        }
    };
    let mut out: Vec<Token> = Vec::new();
    let mut i = within.start;
    while i < within.end {
        let c = at(i);
        if c.is_whitespace() {
            i += 1;
            continue;
        }
        let end = if c.is_alphanumeric() { word_end(&at, i) } else { mark_end(&at, i) };
        let end = with_period(text, i, end, &at, lexicon);
        push_word(&mut out, text, i..end);
        i = end;
    }
    out
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}')
}

/// The end of a word: letters and digits, with single marks inside that join them.
fn word_end(at: &dyn Fn(usize) -> char, from: usize) -> usize {
    let mut i = from + 1;
    loop {
        let (c, next) = (at(i), at(i + 1));
        let joins = match c {
            '-' | '\u{2010}' | '\u{2011}' | '&' => next.is_alphanumeric(),
            '.' => next.is_alphanumeric() && (at(i - 1).is_ascii_digit() == next.is_ascii_digit()) && !next.is_whitespace(),
            ',' | ':' => next.is_ascii_digit() && at(i - 1).is_ascii_digit(),
            c if is_apostrophe(c) => next.is_alphabetic(),
            _ => false,
        };
        if c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c) {
            i += 1;
        } else if joins {
            i += 2;
        } else {
            return i;
        }
    }
}

/// The end of a run of dashes, or of one mark.
fn mark_end(at: &dyn Fn(usize) -> char, from: usize) -> usize {
    let c = at(from);
    let mut i = from + 1;
    if matches!(c, '-' | '.') {
        while at(i) == c {
            i += 1;
        }
    }
    i
}

/// Takes in the period of an abbreviation (`Gen.`, `U.S.`, `J.`).
fn with_period(text: &[char], from: usize, end: usize, at: &dyn Fn(usize) -> char, lexicon: &Lexicon) -> usize {
    if at(end) != '.' || at(end + 1) == '.' {
        return end;
    }
    let word: String = text.get(from..end).unwrap_or_default().iter().collect();
    let initials = word
        .split('.')
        .all(|part| part.chars().count() == 1 && part.chars().all(char::is_alphabetic));
    let capital = word.chars().next().is_some_and(char::is_uppercase);
    // "No." before a number is an abbreviation, else the end of a sentence.
    if word.eq_ignore_ascii_case("no") && !at(end + 2).is_ascii_digit() {
        return end;
    }
    let short = (initials && (capital || word.contains('.'))) || lexicon.is_abbreviation(&format!("{}.", word.to_lowercase()));
    if short { end + 1 } else { end }
}

/// Pushes a word, its possessive ending and its `n't` as tokens of their own.
fn push_word(out: &mut Vec<Token>, text: &[char], span: Range<usize>) {
    let chars = text.get(span.clone()).unwrap_or_default();
    let lower: Vec<char> = chars.iter().filter_map(|c| c.to_lowercase().next()).collect();
    let n = chars.len();
    let ends_with = |tail: &[char]| lower.len() == n && n > tail.len() && lower.ends_with(tail);
    let cut = if ends_with(&['\'', 's']) || ends_with(&['\u{2019}', 's']) {
        2
    } else if ends_with(&['n', '\'', 't']) || ends_with(&['n', '\u{2019}', 't']) {
        3
    } else {
        0
    };
    let middle = span.end - cut;
    for part in [span.start..middle, middle..span.end] {
        if part.is_empty() {
            continue;
        }
        let raw = text.get(part.clone()).unwrap_or_default();
        let text: String = raw.iter().map(|c| if is_apostrophe(*c) { '\'' } else { *c }).collect();
        let first = text.chars().next().unwrap_or(' ');
        out.push(Token {
            lower: text.to_lowercase(),
            capital: first.is_uppercase() || (first.is_alphabetic() && !first.is_lowercase()),
            word: raw.iter().any(|c| c.is_alphanumeric()),
            span: part,
            text,
            ..Token::default()
        });
    }
}

/// Notes which tokens stand between quotation marks or brackets.
fn mark_enclosed(mut tokens: Vec<Token>) -> Vec<Token> {
    let (mut quoted, mut depth) = (false, 0u32);
    for token in &mut tokens {
        match token.text.as_str() {
            "\u{201c}" | "\u{201e}" | "\u{ab}" => quoted = true,
            "\u{201d}" | "\u{bb}" => quoted = false,
            "\"" => quoted = !quoted,
            "(" | "[" | "\u{ff08}" => depth += 1,
            ")" | "]" | "\u{ff09}" => depth = depth.saturating_sub(1),
            _ => {
                token.quoted = quoted;
                token.bracketed = depth > 0;
            }
        }
    }
    tokens
}

pub(crate) fn is_quote(text: &str) -> bool {
    matches!(text, "\"" | "\u{201c}" | "\u{201d}" | "\u{201e}" | "\u{ab}" | "\u{bb}")
}

/// Cuts the tokens of a paragraph into sentences.
fn split(tokens: Vec<Token>, lexicon: &Lexicon) -> Vec<Vec<Token>> {
    let mut out = Vec::new();
    let mut current: Vec<Token> = Vec::new();
    let mut ending = false;
    for token in tokens {
        let closes = matches!(token.text.as_str(), "\u{201d}" | "\u{bb}" | ")" | "\"") && !token.word;
        let opens_straight = token.text == "\"" && current.iter().filter(|t| t.text == "\"").count() % 2 == 0;
        let too_long = current.len() >= LONGEST_SENTENCE;
        if too_long || ending && (!closes || opens_straight) && begins_sentence(&token, current.last(), lexicon) {
            out.push(std::mem::take(&mut current));
        }
        // After a closing mark the sentence is still at its end; after anything else it is not.
        ending = match token.text.as_str() {
            "." | "!" | "?" | "..." => true,
            _ if closes => ending,
            text => text.ends_with('.') && text.len() > 2 && ends_like_state(text),
        };
        current.push(token);
    }
    out.push(current);
    out
}

/// `U.S.` and `p.m.` may also end a sentence.
fn ends_like_state(text: &str) -> bool {
    text.matches('.').count() >= 2
}

fn begins_sentence(token: &Token, before: Option<&Token>, lexicon: &Lexicon) -> bool {
    let after_abbreviation = before.is_some_and(|token| token.word);
    if after_abbreviation {
        return token.capital
            && (lexicon.has(&token.lower, "det") || lexicon.has(&token.lower, "pron") || lexicon.has(&token.lower, "prep"));
    }
    !token.word || !token.text.chars().next().is_some_and(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Sentence> {
        let chars: Vec<char> = text.chars().collect();
        sentences(&chars, 0, Lexicon::get())
    }

    fn words(text: &str) -> Vec<String> {
        read(text).into_iter().flat_map(|s| s.tokens).map(|t| t.text).collect()
    }

    #[test]
    fn abbreviations_do_not_end_a_sentence() {
        let found = read("Gen. J. Okello met U.S. officials at 8 p.m. on Nov. 3. He left for the U.S. The talks failed.");
        assert_eq!(found.len(), 3, "{found:?}");
    }

    #[test]
    fn possessives_and_negations_are_tokens() {
        assert_eq!(
            words("Peru\u{2019}s army didn\u{2019}t say."),
            ["Peru", "'s", "army", "did", "n't", "say", "."]
        );
        assert_eq!(
            words("600,000 left at 8:30 (0530 GMT)."),
            ["600,000", "left", "at", "8:30", "(", "0530", "GMT", ")", "."]
        );
    }

    #[test]
    fn a_quotation_keeps_its_end_and_its_words_know_it() {
        let found = read("\u{201c}We will go. We must,\u{201d} she said. \"No.\" They left.");
        assert_eq!(found.len(), 4, "{found:?}");
        assert!(found[0].tokens.iter().any(|t| t.text == "go" && t.quoted));
        assert!(found[1].tokens.iter().any(|t| t.text == "said" && !t.quoted));
    }

    #[test]
    fn spans_give_the_words_back() {
        let text = "李作成 (Li) met\nthe king.\n\nThen he left.";
        let chars: Vec<char> = text.chars().collect();
        for sentence in read(text) {
            for token in &sentence.tokens {
                assert_eq!(chars[token.span.clone()].iter().collect::<String>(), token.text);
            }
        }
        assert_eq!(read(text).iter().map(|s| s.paragraph).collect::<Vec<_>>(), [0, 1]);
    }
}
