//! Identities: readable slugs for people, digests for content, dense numbers for memory.

use std::fmt::{self, Write as _};
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The text is not an id of the kind asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{text}' is not {expected}")]
pub struct InvalidId {
    /// What was given.
    pub text: String,
    /// What an id of this kind looks like.
    pub expected: &'static str,
}

const SLUG_FORM: &str = "an id: 1 to 128 bytes of lower-case letters, digits, '-', '.' and ':'";

fn is_slug(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.' | b':'))
}

macro_rules! slug_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                // Only the canonical spelling, so that a thing has exactly one URL.
                if is_slug(text) {
                    Ok(Self(text.into()))
                } else {
                    Err(InvalidId { text: text.to_owned(), expected: SLUG_FORM })
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0.as_ref().to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &*self.0)
            }
        }
    };
}

slug_id! {
    /// Identity of a node: a readable slug such as `li-zuocheng`, unique in a store and stable for ever.
    ///
    /// Lower-case letters, digits, `-`, `.` and `:`; 1 to 128 bytes; spelt the same in URLs, JSON and logs.
    NodeId
}
slug_id! {
    /// Identity of a document: a readable slug such as `2017-11-24-reuters-beijing`, unique in a store.
    DocumentId
}

/// The slug of a name: `Li Zuocheng` gives `li-zuocheng`, `李作成` gives `li-zuo-cheng`.
///
/// Transliterated to ASCII, lower case, everything else one `-`; cut at 96 bytes so that a number
/// fits behind it. A name without a letter or digit gives `unnamed`.
#[must_use]
pub fn slug(name: &str) -> String {
    let mut out = String::new();
    for c in deunicode::deunicode(name).chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if c != '\'' && !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
        if out.len() >= 96 {
            break;
        }
    }
    let kept = out.trim_end_matches('-');
    if kept.is_empty() { "unnamed".to_owned() } else { kept.to_owned() }
}

/// Crockford's base 32 in lower case: no `i`, `l`, `o`, `u`.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Eight digits for five bytes.
fn digits(bytes: [u8; 5]) -> [u8; 8] {
    let bits = bytes.iter().fold(0_u64, |acc, byte| (acc << 8) | u64::from(*byte));
    std::array::from_fn(|place| {
        let digit = usize::try_from((bits >> (35 - place * 5)) & 31).unwrap_or(0);
        ALPHABET.get(digit).copied().unwrap_or(b'0')
    })
}

fn encode(bytes: [u8; 10]) -> [u8; 16] {
    let mut out = [0; 16];
    for (to, from) in out.chunks_exact_mut(8).zip(bytes.as_chunks::<5>().0) {
        to.copy_from_slice(&digits(*from));
    }
    out
}

fn decode(text: &str) -> Option<[u8; 10]> {
    if text.len() != 16 {
        return None;
    }
    let mut bits = 0u128;
    for byte in text.bytes() {
        let digit = ALPHABET.iter().position(|known| *known == byte)?;
        bits = (bits << 5) | u128::try_from(digit).ok()?;
    }
    let mut out = [0u8; 10];
    for (place, byte) in out.iter_mut().rev().enumerate() {
        *byte = u8::try_from((bits >> (place * 8)) & 0xff).ok()?;
    }
    Some(out)
}

macro_rules! digest_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $expected:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name([u8; 10]);

        impl $name {
            /// The 80 bits of the digest.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 10]) -> Self {
                Self(bytes)
            }
            /// The 80 bits of the digest.
            #[must_use]
            pub const fn to_bytes(self) -> [u8; 10] {
                self.0
            }
            /// What stands before the digits.
            pub const PREFIX: &'static str = $prefix;
            /// The digits behind the prefix, in ASCII.
            #[must_use]
            pub fn digits(self) -> [u8; 16] {
                encode(self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str($prefix)?;
                encode(self.0).iter().try_for_each(|digit| f.write_char(char::from(*digit)))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                text.strip_prefix($prefix)
                    .and_then(decode)
                    .map(Self)
                    .ok_or_else(|| InvalidId { text: text.to_owned(), expected: $expected })
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }
    };
}

digest_id! {
    /// Identity of a fact: a digest of its content, written `f-` and 16 characters.
    ///
    /// See [`crate::model::Fact::id`] for what goes into it.
    FactId, "f-", "a fact id: 'f-' and 16 characters of Crockford's base 32"
}
digest_id! {
    /// Identity of a claim, which is a fact without its date: `c-` and 16 characters.
    ClaimId, "c-", "a claim id: 'c-' and 16 characters of Crockford's base 32"
}

macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u32);

        impl $name {
            /// The number as an index.
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

number! {
    /// Number of a node in one store, in commit order from 0; never shown to a client.
    NodeNumber
}
number! {
    /// Number of a document in one store, in commit order from 0; never shown to a client.
    DocumentNumber
}
number! {
    /// Number of a fact in one store, in commit order from 0; never shown to a client.
    FactNumber
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_id_reads_back_as_itself() {
        let id = FactId::from_bytes([0, 1, 2, 3, 250, 251, 252, 253, 254, 255]);
        assert_eq!(id.to_string().parse::<FactId>().unwrap(), id);
        assert_eq!(id.to_string().len(), 18);
    }

    #[test]
    fn a_slug_is_readable_in_any_script() {
        assert_eq!(slug("Li Zuocheng"), "li-zuocheng");
        assert_eq!(slug("李作成"), "li-zuo-cheng");
        assert_eq!(slug("Aung San Suu Kyi's party"), "aung-san-suu-kyis-party");
        assert_eq!(slug("!?"), "unnamed");
        assert!(slug(&"a b".repeat(200)).parse::<NodeId>().is_ok());
    }

    #[test]
    fn an_id_has_one_spelling() {
        assert!("Li".parse::<NodeId>().is_err());
        assert!("".parse::<NodeId>().is_err());
        assert!("f-7K2M9Q4X8C1D5N3H".parse::<FactId>().is_err());
    }
}
