//! Names near to one that does not exist.

/// Up to three of `names` near to `wanted`, nearest first, ties in the order given.
///
/// Case, blanks and hyphens do not count. A name is near when a small share of its letters differs,
/// or when it begins the same (`sanction` and `sanctioned`).
pub(super) fn nearest<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    // Comparing costs the product of the lengths, and no name is longer.
    let wanted = plain(wanted.get(..64).unwrap_or(wanted));
    if wanted.len() > 64 {
        return Vec::new();
    }
    let mut near: Vec<(f64, &str)> = names
        .map(|name| (likeness(&wanted, &plain(name)), name))
        .filter(|(likeness, _)| *likeness >= 0.72)
        .collect();
    near.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    near.into_iter().take(3).map(|(_, name)| name.to_owned()).collect()
}

fn plain(name: &str) -> String {
    name.trim()
        .chars()
        .map(|c| if matches!(c, ' ' | '-') { '_' } else { c.to_ascii_lowercase() })
        .collect()
}

/// 1 for equal names. Slips of the finger first, a shared beginning second.
fn likeness(a: &str, b: &str) -> f64 {
    let slips = strsim::normalized_damerau_levenshtein(a, b);
    let beginning = if b.starts_with(a) || a.starts_with(b) { 0.9 } else { 0.0 };
    // Jaro-Winkler finds too much in long names of few letters, so it has to be very sure.
    let loosely = (strsim::jaro_winkler(a, b) - 0.1).max(0.0);
    slips.max(beginning * f64::from(u8::from(a.len() >= 3))).max(loosely)
}
