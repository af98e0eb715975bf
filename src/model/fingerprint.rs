//! Whether two texts are nearly the same: wire copy under two mastheads is one source.
//!
//! A [`fingerprint`] is a `MinHash` over the text's runs of five words: the share of equal numbers in two
//! of them ([`resemblance`]) estimates the share of runs that the texts have in common. The numbers are
//! stored with documents, so what is hashed and how must not change. The header that names day, publisher
//! and place, the classic opening `PLACE, Nov 24 (Agency) -` and agency credits are left out, so that they
//! make no difference.

use unicode_segmentation::UnicodeSegmentation;

/// Numbers in a fingerprint.
const HASHES: u64 = 64;
/// Words of a run.
const RUN: usize = 5;
/// A text of fewer words has one run, all of it: only its exact copy resembles it.
const SHORT: usize = 20;
/// Numbers of a band.
const BAND: usize = 4;
/// How far into a text the classic opening may reach, in bytes.
const OPENING: usize = 120;

/// The fingerprint of a text; empty for one without words.
#[must_use]
pub fn fingerprint(text: &str) -> Vec<u32> {
    let words: Vec<u64> = body(text).unicode_words().map(|word| hash_word(&word.to_lowercase())).collect();
    if words.is_empty() {
        return Vec::new();
    }
    let run = if words.len() < SHORT { words.len() } else { RUN };
    let runs: Vec<u64> = words
        .windows(run)
        .map(|run| run.iter().fold(0, |hash, word| mix(hash ^ word)))
        .collect();
    let least = |turn: u64| runs.iter().map(|run| mix(run ^ mix(turn))).min().unwrap_or(0);
    // The upper half of each hash: 32 bits are plenty to tell a few thousand runs apart.
    (1..=HASHES)
        .map(|turn| u32::try_from(least(turn) >> 32).unwrap_or(u32::MAX))
        .collect()
}

/// The share of runs that two texts have in common, estimated from their fingerprints, 0 to 1.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "at most 64")]
pub fn resemblance(left: &[u32], right: &[u32]) -> f64 {
    if left.is_empty() || left.len() != right.len() {
        return 0.0;
    }
    let equal = left.iter().zip(right).filter(|(a, b)| a == b).count();
    equal as f64 / left.len() as f64
}

/// Hashes of the fingerprint's bands. Texts that resemble each other by 0.8 share a band with a
/// probability of 0.9998, those that do by 0.2 with 0.025.
pub fn bands(fingerprint: &[u32]) -> impl Iterator<Item = u64> {
    let hash = |(place, band): (u64, &[u32])| band.iter().fold(mix(place), |hash, part| mix(hash ^ u64::from(*part)));
    (0..).zip(fingerprint.chunks_exact(BAND)).map(hash)
}

/// The text without header line, classic opening and credits.
fn body(text: &str) -> String {
    let is_credit = |line: &str| line.starts_with("(Reporting by") || line.starts_with("(Editing by") || line.starts_with("(Writing by");
    let is_header = |line: &str| {
        line.strip_prefix("date ")
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    let lines = text.lines().map(str::trim).filter(|line| !is_credit(line) && !is_header(line));
    let kept = lines.collect::<Vec<_>>().join("\n");
    let kept = kept.trim_start();
    let opening = kept
        .find(") -")
        .or_else(|| kept.find(") \u{2014}"))
        .or_else(|| kept.find(") \u{2013}"));
    match opening.filter(|end| *end < OPENING && kept.get(..*end).is_some_and(|start| !start.contains('\n'))) {
        Some(end) => kept.get(end + 1..).unwrap_or(kept).to_owned(),
        None => kept.to_owned(),
    }
}

/// FNV-1a, 64 bits.
fn hash_word(word: &str) -> u64 {
    word.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The finaliser of `SplitMix64`.
const fn mix(seed: u64) -> u64 {
    let z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = "China's top general met the commander of Myanmar's army in the capital on Wednesday and \
        said that both armed forces should deepen their cooperation along the shared border, where fighting \
        drove thousands of people from their villages earlier this year, the ministry of defence said.";

    #[test]
    fn the_same_text_under_two_mastheads_has_one_fingerprint() {
        let plain = fingerprint(REPORT);
        assert_eq!(plain.len(), 64);
        assert_eq!(
            fingerprint(&format!(
                " date 2017-11-24 Reuters, BEIJING\n\n{REPORT}\n(Reporting by A; Editing by B)"
            )),
            plain
        );
        assert_eq!(fingerprint(&format!(" date 2017-11-25 Global Herald, YANGON\n\n{REPORT}")), plain);
        assert_eq!(fingerprint(&format!("BEIJING, Nov 24 (Reuters) - {REPORT}")), plain);
    }

    #[test]
    fn a_text_with_one_word_changed_is_near_and_another_text_is_not() {
        let changed = REPORT.replace("thousands", "hundreds");
        let near = resemblance(&fingerprint(REPORT), &fingerprint(&changed));
        assert!((0.6..1.0).contains(&near), "{near}");
        let other = "A pipeline that carries gas from the coast to the northern provinces was opened by both \
            presidents, who had signed the treaty three years before in another city of the region.";
        assert!(resemblance(&fingerprint(REPORT), &fingerprint(other)) < 0.1);
    }

    #[test]
    fn a_short_text_resembles_only_its_copy() {
        let short = "Li Zuocheng met Min Aung Hlaing in Beijing.";
        assert!(resemblance(&fingerprint(short), &fingerprint("  li zuocheng met Min Aung Hlaing in Beijing")) > 0.99);
        assert!(resemblance(&fingerprint(short), &fingerprint("Li Zuocheng met Min Aung Hlaing in Yangon.")) < 0.1);
        assert!(fingerprint(" \n ").is_empty());
    }

    #[test]
    fn the_stored_numbers_never_change() {
        assert_eq!(fingerprint("Li Zuocheng met Min Aung Hlaing.").first(), Some(&FIRST));
    }
    const FIRST: u32 = 388_778_285;
}
