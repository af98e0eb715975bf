//! Words looked for in a text: all of them, in any order, whatever their case and accents.

use crate::model::fold;

/// The words of a search, folded.
#[derive(Clone, Debug)]
pub(crate) struct Words(Vec<String>);

impl Words {
    /// The words of a text.
    pub(crate) fn new(text: &str) -> Self {
        Self(fold(text).split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect())
    }

    /// Whether there are none, which stand in any text.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether each stands in the text as a whole word; in a script that sets no blanks, anywhere.
    pub(crate) fn stand_in(&self, text: &str) -> bool {
        let folded = format!(" {} ", fold(text));
        self.0.iter().all(|word| {
            if holds_ideographs(word) {
                folded.contains(word.as_str())
            } else {
                folded.contains(&format!(" {word} "))
            }
        })
    }
}

/// Whether a text holds letters of a script that sets no blanks between words.
pub(crate) fn holds_ideographs(text: &str) -> bool {
    text.chars().any(|c| matches!(u32::from(c), 0x0e00..=0x0e7f | 0x1000..=0x109f | 0x3040..=0x30ff | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0x2_0000..=0x2_a6df))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_whole_in_any_order() {
        let stand = |words: &str, text: &str| Words::new(words).stand_in(text);
        assert!(stand("RAKHINE army", "the army moved into Rakhine."));
        assert!(!stand("rakh", "the army moved into Rakhine."));
        assert!(stand("作成", "李作成說"));
        assert!(stand("", "anything"));
    }
}
