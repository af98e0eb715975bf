//! Evidence, light in `columns` and `commits`, whole in `bodies` and `evidence`.

use serde::{Deserialize, Serialize};

use super::Unpacked;
use super::texts::{Known, Texts, some_or_zero, zero_or_some};
use crate::model::{Asserter, Day, DocumentNumber, Evidence, NodeNumber, Quote};

/// Evidence as the view wants it: without quote, url, rule and confidence.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::store) struct LightEvidence {
    document: u64,
    publisher: u64,
    reported: Option<i32>,
    sentence: u64,
    speakers: Vec<u32>,
    place: u64,
    qualifiers: Vec<(u32, u32)>,
    /// Kind of asserter in the low two bits, then whether it was mirrored.
    tag: u8,
    asserter: u32,
}

const MIRRORED: u8 = 4;

/// The tag of evidence, and the name of its asserter.
pub(super) fn tag_of(evidence: &Evidence) -> (u8, &str) {
    let (kind, asserter) = match &evidence.asserted_by {
        Asserter::Extractor(name) => (0, name),
        Asserter::Import(name) => (1, name),
        Asserter::Person(name) => (2, name),
    };
    (kind | if evidence.mirrored { MIRRORED } else { 0 }, asserter)
}

/// Who asserted it, and whether it was mirrored.
pub(super) fn asserter_of(tag: u32, name: &str) -> Unpacked<(Asserter, bool)> {
    let kind = match tag & !u32::from(MIRRORED) {
        0 => Asserter::Extractor,
        1 => Asserter::Import,
        2 => Asserter::Person,
        kind => return Err(format!("{kind} is no kind of asserter")),
    };
    Ok((kind(name.to_owned()), tag & u32::from(MIRRORED) != 0))
}

impl LightEvidence {
    pub(in crate::store) fn pack<'t>(evidence: &'t Evidence, texts: &mut Texts<'t>) -> Self {
        let (tag, asserter) = tag_of(evidence);
        Self {
            document: some_or_zero(evidence.document.map(|number| number.0)),
            publisher: texts.optional(evidence.publisher.as_deref()),
            reported: evidence.reported.map(|day| day.0),
            sentence: some_or_zero(evidence.sentence),
            speakers: evidence.speakers.iter().map(|number| number.0).collect(),
            place: some_or_zero(evidence.place.map(|number| number.0)),
            qualifiers: texts.qualifiers(&evidence.qualifiers),
            tag,
            asserter: texts.place(asserter),
        }
    }

    pub(in crate::store) fn unpack(self, texts: &Known<'_>) -> Unpacked<Evidence> {
        let (asserted_by, mirrored) = asserter_of(u32::from(self.tag), texts.text(self.asserter)?)?;
        Ok(Evidence {
            document: zero_or_some(self.document)?.map(DocumentNumber),
            publisher: texts.optional(self.publisher)?,
            reported: self.reported.map(Day),
            url: None,
            sentence: zero_or_some(self.sentence)?,
            quote: None,
            speakers: self.speakers.into_iter().map(NodeNumber).collect(),
            place: zero_or_some(self.place)?.map(NodeNumber),
            qualifiers: texts.qualifiers(&self.qualifiers)?,
            confidence: None,
            rule: None,
            asserted_by,
            mirrored,
        })
    }
}

/// Whole evidence.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::store) struct WholeEvidence {
    light: LightEvidence,
    url: u64,
    quote: Option<PackedQuote>,
    confidence: Option<f32>,
    rule: u64,
}

#[derive(Debug, Serialize, Deserialize)]
struct PackedQuote {
    text: u32,
    start: u64,
    end: u64,
}

impl WholeEvidence {
    pub(in crate::store) fn pack<'t>(evidence: &'t Evidence, texts: &mut Texts<'t>) -> Self {
        Self {
            light: LightEvidence::pack(evidence, texts),
            url: texts.optional(evidence.url.as_deref()),
            quote: evidence.quote.as_ref().map(|quote| PackedQuote {
                text: texts.place(&quote.text),
                start: some_or_zero(quote.start),
                end: some_or_zero(quote.end),
            }),
            confidence: evidence.confidence,
            rule: texts.optional(evidence.rule.as_deref()),
        }
    }

    pub(in crate::store) fn unpack(self, texts: &Known<'_>) -> Unpacked<Evidence> {
        let mut evidence = self.light.unpack(texts)?;
        evidence.url = texts.optional(self.url)?;
        evidence.quote = match self.quote {
            None => None,
            Some(quote) => Some(Quote {
                text: texts.owned(quote.text)?,
                start: zero_or_some(quote.start)?,
                end: zero_or_some(quote.end)?,
            }),
        };
        evidence.confidence = self.confidence;
        evidence.rule = texts.optional(self.rule)?;
        Ok(evidence)
    }
}
