//! What was found for texts lately. A text that comes again and again is compared once, and not hashed.
//!
//! Each text has one place, which it takes from whoever had it: however many texts come, and whoever chose them, one
//! costs no more than to find it anew.

/// Texts that are remembered.
const PLACES: usize = 1 << 12;

/// The last text of each place, and what was found for it.
#[derive(Debug)]
pub(super) struct Recent<T>(Vec<Option<(Box<str>, T)>>);

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Self((0..PLACES).map(|_| None).collect())
    }
}

impl<T: Copy> Recent<T> {
    /// What is known of a text, or else is found now.
    pub(super) fn get(&mut self, text: &str, find: impl FnOnce() -> T) -> T {
        let slot = self.0.get_mut(place(text.as_bytes()));
        if let Some(Some((known, found))) = &slot
            && **known == *text
        {
            return *found;
        }
        let found = find();
        if let Some(slot) = slot {
            *slot = Some((text.into(), found));
        }
        found
    }
}

/// By the ends of a text and its length.
fn place(text: &[u8]) -> usize {
    let word = |bytes: &[u8]| bytes.iter().fold(0, |word: u64, byte| word << 8 | u64::from(*byte));
    let first = text
        .first_chunk::<8>()
        .map_or_else(|| word(text), |bytes| u64::from_le_bytes(*bytes));
    let last = text.last_chunk::<8>().map_or(0, |bytes| u64::from_le_bytes(*bytes));
    let mixed = (first ^ last.rotate_left(23) ^ text.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    usize::try_from(mixed >> (u64::BITS - PLACES.ilog2())).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_whatever_took_its_place() {
        let mut recent = Recent::default();
        for number in (0..3 * PLACES).chain(0..3 * PLACES) {
            assert_eq!(recent.get(&format!("{number} is a number"), || number), number);
            assert_eq!(recent.get(&format!("{number} is a number"), || 0), number);
        }
    }
}
