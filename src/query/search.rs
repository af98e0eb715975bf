//! Name search: any script, whole names, beginnings, words, transliteration, and typing errors.
//!
//! [`search`] reads every name known at the reading's revision: a scan, so that an old revision is
//! answered by the same code (about 1 µs a name; 25,000 names are far below a frame). How a name can
//! match, and its score, best first:
//!
//! | how | when | score |
//! |--|--|--|
//! | `exact` | equal once folded | 1 |
//! | `transliteration` | equal letters in Latin script (`li zuocheng`, `李作成`) | 0.9 |
//! | `prefix` | the name begins with it | 0.7 + 0.15 × share of the name |
//! | `words` | each of its words begins a word of the name | 0.5 + 0.15 × share of the name |
//! | `transliteration` | the name begins with it, both in Latin letters | 0.45 + 0.15 × share |
//! | `typo` | one slip in words of 4 to 7 letters, two in longer ones | 0.4 − 0.1 × slips |

use std::cmp::Reverse;

use crate::model::{NodeNumber, fold};
use crate::view::Reading;

use super::budget::{Cost, Meter};
use super::words::holds_ideographs;
use super::{Asking, QueryError};

/// A node whose name matches.
#[derive(Clone, Debug)]
pub(crate) struct Found<'v> {
    /// The node.
    pub(crate) node: NodeNumber,
    /// The name that matches best.
    pub(crate) name: &'v str,
    /// How it matches.
    pub(crate) how: How,
    /// How well, 0 to 1.
    pub(crate) score: f32,
}

/// How a name matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// Equal once folded.
    Exact,
    /// The name begins with it.
    Prefix,
    /// Each of its words begins a word of the name.
    Words,
    /// The same, or the beginning, in Latin letters.
    Transliteration,
    /// But for slips.
    Typo,
}

impl How {
    /// The word of the API.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Prefix => "prefix",
            Self::Words => "words",
            Self::Transliteration => "transliteration",
            Self::Typo => "typo",
        }
    }
}

/// The letters and digits of a name in Latin script, lower case, without blanks: what transliterations agree in.
pub(crate) fn letters(name: &str) -> String {
    if name.is_ascii() {
        return name
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_lowercase())
            .collect();
    }
    letters(&deunicode::deunicode(name))
}

/// Nodes one of whose names matches `text`: by score, most facts, id. Every match, none cut.
///
/// # Errors
///
/// [`QueryError::Stopped`] when the client has left, time has run out, or it is too much for a first try.
pub(crate) fn search<'v>(ask: &Asking<'v>, text: &str) -> Result<Vec<Found<'v>>, QueryError> {
    let reading = ask.reading;
    let wanted = Wanted::new(text);
    let mut meter = Meter::for_everything(&ask.budget);
    let mut found = Vec::new();
    for number in 0..reading.node_count() {
        meter.pay_or_stop(Cost::Edge)?;
        found.extend(best_name(reading, &wanted, NodeNumber(number)));
    }
    found.sort_by_cached_key(|hit| {
        let id = reading.node(hit.node).map(|node| node.id.clone());
        (Reverse(thousandths(hit.score)), Reverse(reading.degree(hit.node)), id)
    });
    Ok(found)
}

fn best_name<'v>(reading: Reading<'v>, wanted: &Wanted, node: NodeNumber) -> Option<Found<'v>> {
    let names = &reading.node(node)?.names;
    let mut best: Option<Found<'v>> = None;
    for name in names {
        if let Some((how, score)) = wanted.meet(&name.text)
            && best.as_ref().is_none_or(|found| score > found.score)
        {
            best = Some(Found {
                node,
                name: &name.text,
                how,
                score,
            });
        }
    }
    best
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a score lies between 0 and 1")]
fn thousandths(score: f32) -> u32 {
    (score * 1_000.0).round() as u32
}

/// What is looked for, prepared once.
struct Wanted {
    folded: String,
    words: Vec<String>,
    letters: String,
}

impl Wanted {
    fn new(text: &str) -> Self {
        let folded = fold(text);
        let words = folded.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
        Self {
            words,
            letters: letters(text),
            folded,
        }
    }

    /// How a name matches, and how well.
    fn meet(&self, name: &str) -> Option<(How, f32)> {
        let folded = fold(name);
        if self.folded.is_empty() || folded.is_empty() {
            // Punctuation alone folds to nothing: such a name is found by itself only.
            return (self.folded == folded && name == self.folded).then_some((How::Exact, 1.0));
        }
        if folded == self.folded {
            return Some((How::Exact, 1.0));
        }
        let in_latin = letters(name);
        if !self.letters.is_empty() && in_latin == self.letters {
            return Some((How::Transliteration, 0.9));
        }
        let share = share(&self.folded, &folded);
        if folded.starts_with(&self.folded) {
            return Some((How::Prefix, rounded(0.7 + 0.15 * share)));
        }
        if self.begins_words_of(&folded) || holds_ideographs(&self.folded) && folded.contains(&self.folded) {
            return Some((How::Words, rounded(0.5 + 0.15 * share)));
        }
        // A single letter in another script begins too many names to mean one of them.
        if self.letters.len() >= 2 && in_latin.starts_with(&self.letters) {
            return Some((How::Transliteration, rounded(0.45 + 0.15 * share)));
        }
        self.slips(&folded).map(|slips| (How::Typo, rounded(0.4 - 0.1 * slips)))
    }

    /// Whether each word begins a word of the name of its own.
    fn begins_words_of(&self, folded: &str) -> bool {
        let mut rest: Vec<&str> = folded.split(' ').collect();
        self.words.iter().all(|word| {
            let place = rest.iter().position(|of_name| of_name.starts_with(word.as_str()));
            place.map(|place| rest.swap_remove(place)).is_some()
        })
    }

    /// The most slips in any word, when each word is near one of the name of its own; 1 or 2.
    fn slips(&self, folded: &str) -> Option<f32> {
        let mut rest: Vec<&str> = folded.split(' ').collect();
        let mut worst = 0;
        for word in &self.words {
            let allowed = allowed_slips(word);
            let distances = rest
                .iter()
                .enumerate()
                .filter_map(|(place, of_name)| Some((distance_within(word, of_name, allowed)?, place)));
            let (distance, place) = distances.min()?;
            rest.swap_remove(place);
            worst = worst.max(distance);
        }
        match worst {
            0 => None,
            1 => Some(1.0),
            _ => Some(2.0),
        }
    }
}

/// The share of the name that was given, 0 to 1.
fn share(given: &str, name: &str) -> f32 {
    let count = |text: &str| u16::try_from(text.chars().count()).unwrap_or(u16::MAX);
    (f32::from(count(given)) / f32::from(count(name)).max(1.0)).min(1.0)
}

fn rounded(score: f32) -> f32 {
    (score * 1_000.0).round() / 1_000.0
}

fn allowed_slips(word: &str) -> usize {
    match word.chars().count() {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    }
}

/// The number of letters added, left out, changed or swapped with their neighbour, when at most `allowed`.
fn distance_within(a: &str, b: &str, allowed: usize) -> Option<usize> {
    if a == b {
        return Some(0);
    }
    if allowed == 0 || a.chars().count().abs_diff(b.chars().count()) > allowed {
        return None;
    }
    // Each slip changes at most one letter for another: sets of letters that differ more rule a pair out early.
    let set = |text: &str| text.chars().fold(0u64, |set, c| set | 1 << (u32::from(c) % 64));
    if (set(a) ^ set(b)).count_ones() as usize > 2 * allowed {
        return None;
    }
    Some(strsim::osa_distance(a, b)).filter(|distance| *distance <= allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn how(text: &str, name: &str) -> Option<How> {
        Wanted::new(text).meet(name).map(|(how, _)| how)
    }

    #[test]
    fn a_name_is_found_in_another_script() {
        assert_eq!(how("li zuocheng", "李作成"), Some(How::Transliteration));
        assert_eq!(how("李作成", "Li Zuocheng"), Some(How::Transliteration));
        assert_eq!(how("Мьянма", "M'ianma"), Some(How::Transliteration));
        assert_eq!(how("李作", "Li Zuocheng"), Some(How::Transliteration));
    }

    #[test]
    fn a_name_is_found_by_its_beginning_its_words_and_with_slips() {
        assert_eq!(how("LI ZUOCHENG", "Li Zuocheng"), Some(How::Exact));
        assert_eq!(how("li zu", "Li Zuocheng"), Some(How::Prefix));
        assert_eq!(how("defence min", "Ministry of Defence"), Some(How::Words));
        assert_eq!(how("作成", "李作成"), Some(How::Words));
        assert_eq!(how("Mynamar", "Myanmar"), Some(How::Typo));
        assert_eq!(how("Li Zoucheng", "Li Zuocheng"), Some(How::Typo));
        assert_eq!(how("Iran", "Iraq"), Some(How::Typo));
        assert_eq!(how("USA", "UAE"), None);
        assert_eq!(how("China", "Myanmar"), None);
    }

    #[test]
    fn a_word_of_the_name_is_used_once() {
        assert_eq!(how("new new", "New York"), None);
    }

    #[test]
    fn scores_fall_from_exact_to_typo() {
        let score = |text: &str| Wanted::new(text).meet("Li Zuocheng").map(|(_, score)| score);
        let scores: Vec<_> = ["Li Zuocheng", "李作成", "li zuo", "zuocheng", "李作", "Li Zuochenk"]
            .map(score)
            .into_iter()
            .collect();
        assert!(scores.iter().all(Option::is_some), "{scores:?}");
        assert!(scores.is_sorted_by(|a, b| a > b), "{scores:?}");
    }

    #[test]
    fn an_empty_search_matches_no_name() {
        assert_eq!(how("", "China"), None);
        assert_eq!(how("!", "China"), None);
    }
}
