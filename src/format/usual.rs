//! The usual line of NDJSON: a fact whose texts are borrowed from where they came in.
//!
//! [`UsualLines::read`] takes what programs write: a flat object of texts and nulls, each key once, with
//! speakers, qualifiers and numbers where they belong and any plain value under the keys that only answers have.
//! Everything else, right or wrong, is not for this module: it says so and leaves no trace.

use std::fmt;
use std::ops::Range;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::FactIn;
use super::fact_in::{TextField, is_derived, sure};

/// The parts of all lines of a text.
#[derive(Debug, Default)]
pub(super) struct UsualLines {
    /// Texts that stand otherwise in the line than they read: those with escapes.
    unescaped: String,
    texts: Vec<(TextField, Span)>,
    speakers: Vec<Span>,
    qualifiers: Vec<(Span, Span)>,
}

/// Which parts are those of one line.
#[derive(Clone, Debug)]
pub(super) struct UsualLine {
    texts: Range<usize>,
    speakers: Range<usize>,
    qualifiers: Range<usize>,
    sentence: Option<u32>,
    confidence: Option<f32>,
}

/// A stretch of the text the lines stand in, from and to; what is unescaped counts on behind it.
#[derive(Clone, Copy, Debug)]
struct Span(u32, u32);

impl Span {
    fn of<'t>(self, text: &'t str, behind: &'t str) -> &'t str {
        let (from, to) = (self.0 as usize, self.1 as usize);
        let found = match from.checked_sub(text.len()) {
            Some(start) => behind.get(start..to.saturating_sub(text.len())),
            None => text.get(from..to),
        };
        found.unwrap_or_default()
    }

    const fn is_empty(self) -> bool {
        self.0 == self.1
    }
}

impl UsualLines {
    /// Reads a line that stands in `text`; `None` when it is no usual one.
    pub(super) fn read(&mut self, text: &str, line: &str) -> Option<UsualLine> {
        let (texts, speakers, qualifiers) = (self.texts.len(), self.speakers.len(), self.qualifiers.len());
        let unescaped = self.unescaped.len();
        let mut reading = Reading {
            base: text,
            lines: self,
            first_qualifier: qualifiers,
            seen: 0,
            sentence: None,
            confidence: None,
        };
        let mut json = serde_json::Deserializer::from_str(line);
        let read = (&mut reading).deserialize(&mut json).and_then(|()| json.end());
        let (sentence, confidence) = (reading.sentence, reading.confidence);
        if read.is_err() {
            self.texts.truncate(texts);
            self.speakers.truncate(speakers);
            self.qualifiers.truncate(qualifiers);
            self.unescaped.truncate(unescaped);
            return None;
        }
        Some(UsualLine {
            texts: texts..self.texts.len(),
            speakers: speakers..self.speakers.len(),
            qualifiers: qualifiers..self.qualifiers.len(),
            sentence,
            confidence,
        })
    }

    /// The fact of a line that stands in `text`.
    pub(super) fn fact<'t>(&'t self, text: &'t str, line: &UsualLine) -> FactIn<'t> {
        let read = |span: Span| span.of(text, &self.unescaped).into();
        let speakers = self.speakers.get(line.speakers.clone()).unwrap_or_default();
        let qualifiers = self.qualifiers.get(line.qualifiers.clone()).unwrap_or_default();
        let mut fact = FactIn {
            speakers: speakers.iter().map(|speaker| read(*speaker)).collect(),
            qualifiers: qualifiers.iter().map(|(name, value)| (read(*name), read(*value))).collect(),
            sentence: line.sentence,
            confidence: line.confidence,
            ..FactIn::default()
        };
        for (field, span) in self.texts.get(line.texts.clone()).unwrap_or_default() {
            *field.of_mut(&mut fact) = Some(read(*span));
        }
        fact
    }
}

/// One line under way. Any error says that it is no usual one.
struct Reading<'p, 't> {
    /// What holds the line.
    base: &'t str,
    lines: &'p mut UsualLines,
    /// The line's first qualifier.
    first_qualifier: usize,
    /// Keys that came; one that comes twice is not expected.
    seen: u32,
    sentence: Option<u32>,
    confidence: Option<f32>,
}

/// A key of a fact.
#[derive(Clone, Copy)]
enum Key {
    Text(TextField),
    Speakers,
    Qualifiers,
    Sentence,
    Confidence,
    /// One that only answers have.
    Derived,
}

impl Key {
    fn of(key: &str) -> Option<Self> {
        if let Some(field) = TextField::of(key) {
            return Some(Self::Text(field));
        }
        match key {
            "speakers" => Some(Self::Speakers),
            "qualifiers" => Some(Self::Qualifiers),
            "sentence" => Some(Self::Sentence),
            "confidence" => Some(Self::Confidence),
            _ => is_derived(key).then_some(Self::Derived),
        }
    }

    const fn bit(self) -> u32 {
        match self {
            Self::Text(field) => 1 << field as u32,
            Self::Speakers => 1 << 28,
            Self::Qualifiers => 1 << 29,
            Self::Sentence => 1 << 30,
            Self::Confidence => 1 << 31,
            Self::Derived => 0,
        }
    }
}

impl Reading<'_, '_> {
    /// The place of a text that stands in the line as it reads.
    fn borrowed(&self, text: &str) -> Option<Span> {
        let from = text.as_ptr().addr().checked_sub(self.base.as_ptr().addr())?;
        Some(Span(u32::try_from(from).ok()?, u32::try_from(from + text.len()).ok()?))
    }

    fn has_qualifier(&self, name: Span) -> bool {
        let text = |span: Span| span.of(self.base, &self.lines.unescaped);
        let known = self.lines.qualifiers.get(self.first_qualifier..).unwrap_or_default();
        known.iter().any(|(known, _)| text(*known) == text(name))
    }

    /// The place of a text that has to be kept beside the lines.
    fn kept(&mut self, text: &str) -> Option<Span> {
        let from = self.base.len() + self.lines.unescaped.len();
        self.lines.unescaped.push_str(text);
        Some(Span(u32::try_from(from).ok()?, u32::try_from(from + text.len()).ok()?))
    }
}

/// A line too large for its places to be counted, or of another form than expected.
fn unexpected<E: serde::de::Error>() -> E {
    E::custom("unexpected")
}

impl<'de> DeserializeSeed<'de> for &mut Reading<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &mut Reading<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a fact")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key_seed(KeySeed)? {
            if self.seen & key.bit() != 0 {
                return Err(unexpected());
            }
            self.seen |= key.bit();
            match key {
                Key::Text(field) => {
                    if let Some(span) = map.next_value_seed(TextSeed(self))?.filter(|span| !span.is_empty()) {
                        self.lines.texts.push((field, span));
                    }
                }
                Key::Speakers => map.next_value_seed(SpeakersSeed(self))?,
                Key::Qualifiers => map.next_value_seed(QualifiersSeed(self))?,
                Key::Sentence => {
                    self.sentence = match map.next_value_seed(ScalarSeed)? {
                        Scalar::Null => None,
                        Scalar::Whole(number) => Some(u32::try_from(number).map_err(A::Error::custom)?),
                        Scalar::Real(_) | Scalar::Other => return Err(unexpected()),
                    };
                }
                Key::Confidence => {
                    self.confidence = match map.next_value_seed(ScalarSeed)? {
                        Scalar::Null => None,
                        #[expect(clippy::cast_precision_loss, reason = "0 and 1 are exact, and what is larger is refused")]
                        Scalar::Whole(number) => Some(sure(number as f64).ok_or_else(unexpected)?),
                        Scalar::Real(number) => Some(sure(number).ok_or_else(unexpected)?),
                        Scalar::Other => return Err(unexpected()),
                    };
                }
                Key::Derived => {
                    map.next_value_seed(ScalarSeed)?;
                }
            }
        }
        Ok(())
    }
}

struct KeySeed;

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Key;
    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Key, D::Error> {
        json.deserialize_identifier(self)
    }
}

impl Visitor<'_> for KeySeed {
    type Value = Key;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key of a fact")
    }
    fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<Key, E> {
        Key::of(key).ok_or_else(unexpected)
    }
}

/// A text; `None` for null.
struct TextSeed<'r, 'p, 't>(&'r mut Reading<'p, 't>);

impl<'de> DeserializeSeed<'de> for TextSeed<'_, '_, '_> {
    type Value = Option<Span>;
    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Option<Span>, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for TextSeed<'_, '_, '_> {
    type Value = Option<Span>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }
    fn visit_unit<E>(self) -> Result<Option<Span>, E> {
        Ok(None)
    }
    fn visit_borrowed_str<E: serde::de::Error>(self, text: &'de str) -> Result<Option<Span>, E> {
        self.0.borrowed(text).map(Some).ok_or_else(unexpected)
    }
    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Option<Span>, E> {
        self.0.kept(text).map(Some).ok_or_else(unexpected)
    }
}

struct SpeakersSeed<'r, 'p, 't>(&'r mut Reading<'p, 't>);

impl<'de> DeserializeSeed<'de> for SpeakersSeed<'_, '_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for SpeakersSeed<'_, '_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of texts")
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(speaker) = list.next_element_seed(TextSeed(self.0))? {
            self.0.lines.speakers.push(speaker.ok_or_else(unexpected)?);
        }
        Ok(())
    }
}

struct QualifiersSeed<'r, 'p, 't>(&'r mut Reading<'p, 't>);

impl<'de> DeserializeSeed<'de> for QualifiersSeed<'_, '_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for QualifiersSeed<'_, '_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of texts")
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self(reading) = self;
        while let Some(name) = map.next_key_seed(TextSeed(reading))? {
            let name = name.ok_or_else(unexpected)?;
            if reading.has_qualifier(name) {
                return Err(unexpected());
            }
            if let Some(value) = map.next_value_seed(TextSeed(reading))?.filter(|span| !span.is_empty()) {
                reading.lines.qualifiers.push((name, value));
            }
        }
        Ok(())
    }
}

/// A value that is no text, no list and no object; a text is [`Scalar::Other`].
enum Scalar {
    Null,
    Whole(u64),
    Real(f64),
    Other,
}

struct ScalarSeed;

impl<'de> DeserializeSeed<'de> for ScalarSeed {
    type Value = Scalar;
    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Scalar, D::Error> {
        json.deserialize_any(self)
    }
}

impl Visitor<'_> for ScalarSeed {
    type Value = Scalar;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no list and no object")
    }
    fn visit_unit<E>(self) -> Result<Scalar, E> {
        Ok(Scalar::Null)
    }
    fn visit_u64<E>(self, number: u64) -> Result<Scalar, E> {
        Ok(Scalar::Whole(number))
    }
    fn visit_f64<E>(self, number: f64) -> Result<Scalar, E> {
        Ok(Scalar::Real(number))
    }
    fn visit_i64<E>(self, _: i64) -> Result<Scalar, E> {
        Ok(Scalar::Other)
    }
    fn visit_bool<E>(self, _: bool) -> Result<Scalar, E> {
        Ok(Scalar::Other)
    }
    fn visit_str<E>(self, _: &str) -> Result<Scalar, E> {
        Ok(Scalar::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn usual_lines_are_read_without_a_copy() {
        let text = r#"{"subject":"li-zuocheng","subject_name":"李作成","subject_type":"Person","relation":"met_with","object":null,"value":"","qualifiers":{"event":"Consult"},"speakers":["a"],"source_count":2,"text":"…","confidence":1,"sentence":3,"publisher":"Reuters"}"#;
        let mut lines = UsualLines::default();
        let line = lines.read(text, text).unwrap();
        assert!(lines.unescaped.is_empty());
        assert_eq!(lines.texts.len(), 5);
        assert_eq!(lines.fact(text, &line), FactIn::from_json(text).unwrap());
    }

    fn key() -> impl Strategy<Value = String> {
        prop_oneof![
            8 => proptest::sample::select(TextField::ALL).prop_map(|field| {
                let mut fact = FactIn::default();
                *field.of_mut(&mut fact) = Some("x".into());
                let keys = serde_json::to_value(&fact).unwrap();
                let set = keys.as_object().unwrap().iter().find(|(_, value)| *value == "x");
                set.unwrap().0.clone()
            }),
            4 => proptest::sample::select(&["speakers", "qualifiers", "sentence", "confidence", "evidence", "id", "hop", "text"][..])
                .prop_map(str::to_owned),
            1 => "[a-z]{0,9}",
        ]
    }

    fn value() -> impl Strategy<Value = String> {
        let scalar = || {
            prop_oneof![
                6 => "[a-zé\"\\\\\n\t]{0,6}".prop_map(|text| serde_json::to_string(&text).unwrap()),
                1 => Just("null".to_owned()),
                1 => proptest::sample::select(&["0", "1", "-1", "3.5", "0.5", "1e999", "99999999999", "true", "\"\\ud800\"", "-0", "\"\\u00e9\"", "{", "1.0"][..])
                    .prop_map(str::to_owned),
            ]
        };
        prop_oneof![
            6 => scalar(),
            1 => proptest::collection::vec(scalar(), 0..3).prop_map(|items| format!("[{}]", items.join(","))),
            2 => proptest::collection::vec(("[ab\n]{0,2}", scalar()), 0..3).prop_map(|pairs| {
                let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{}:{value}", serde_json::to_string(&name).unwrap())).collect();
                format!("{{{}}}", pairs.join(" , "))
            }),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn a_usual_line_says_what_it_says_to_the_one_who_knows_all_lines(pairs in proptest::collection::vec((key(), value()), 0..6), tail in "[ }x]{0,1}") {
            let pairs: Vec<String> = pairs.into_iter().map(|(key, value)| format!("{}: {value}", serde_json::to_string(&key).unwrap())).collect();
            let line = format!("{{{}}}{tail}", pairs.join(","));
            let mut lines = UsualLines::default();
            if let Some(usual) = lines.read(&line, &line) {
                prop_assert_eq!(Ok(lines.fact(&line, &usual)), FactIn::from_json(&line));
            } else {
                prop_assert!(lines.texts.is_empty() && lines.unescaped.is_empty() && lines.qualifiers.is_empty());
            }
        }
    }
}
