//! What a posted fact rests on, and whether the store has it already.
//!
//! New evidence of a fact is the same as evidence that is there when document, publisher, report day and
//! speakers are equal, and so are place, describing qualifiers, sentence and quote as far as the new one
//! names them: what names less says nothing new. Url, confidence, rule and asserter do not tell evidence
//! apart. Told from the other end of a symmetric relation it is the same, and a *mirror*.

use super::{Planner, Stop};
use crate::format::{EvidenceIn, FactIn, Fault, problem};
use crate::model::{Asserter, Day, Document, DocumentId, DocumentNumber, Evidence, FactNumber, NodeNumber, Qualifiers, Quote};
use crate::store::{DocumentRecord, EvidenceRecord};
use crate::view::{EvidenceRef, Provenance};

/// The longest quote, in bytes.
const MAX_QUOTE: usize = 4_000;
/// The longest url, publisher or rule, in bytes.
const MAX_TEXT: usize = 1_000;
/// Most speakers of one fact.
const MAX_SPEAKERS: usize = 16;

/// What became of one piece of evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Placed {
    /// It was new.
    Added,
    /// The same was told from the other end.
    Mirror,
    /// Nothing new.
    Duplicate,
    /// A person closed what the extractor read from this document.
    Closed,
}

/// Where a fact stands: the part of evidence that a document decides.
struct Basis {
    document: Option<DocumentNumber>,
    publisher: Option<String>,
    reported: Option<Day>,
}

impl Planner {
    /// The evidence of a posted line: its own, or all that the row carries, in the row's order.
    pub(super) fn evidence_of(&mut self, fact: &FactIn<'_>, describing: Qualifiers) -> Result<Vec<Evidence>, Stop> {
        let asserted_by = asserter(fact.asserted_by.as_deref())?;
        quoted_if_extracted(&asserted_by, fact.document.is_some(), fact.quote.is_some(), "")?;
        let own = self.own_evidence(fact, describing, asserted_by.clone())?;
        if fact.evidence.is_empty() {
            return Ok(vec![own]);
        }
        let mut all = Vec::with_capacity(fact.evidence.len());
        let mut own = Some(own);
        for (place, row) in fact.evidence.iter().enumerate() {
            let at = format!("/evidence/{place}");
            quoted_if_extracted(&asserted_by, row.document.is_some(), row.quote.is_some(), &at)?;
            let mut read = self.evidence_row(row, place, asserted_by.clone())?;
            // The row's own evidence stands in the list too; only the row knows its place and qualifiers.
            if let Some(own) = own.take_if(|own| same_basis(&read, own)) {
                read = Evidence {
                    quote: read.quote.or(own.quote.clone()),
                    url: read.url,
                    rule: read.rule,
                    ..own
                };
            }
            all.push(read);
        }
        all.extend(own);
        Ok(all)
    }

    fn own_evidence(&mut self, fact: &FactIn<'_>, qualifiers: Qualifiers, asserted_by: Asserter) -> Result<Evidence, Stop> {
        let basis = self.basis(fact, "")?;
        let quote = self.quote(fact.quote.as_deref(), basis.document, "/quote")?;
        let speakers = self.speakers(fact)?;
        let place = self.place(fact.place.as_deref(), fact.place_name.as_deref())?;
        Ok(Evidence {
            document: basis.document,
            publisher: basis.publisher,
            reported: basis.reported,
            url: bounded(fact.url.as_deref(), "/url")?,
            sentence: fact.sentence,
            quote,
            speakers,
            place,
            qualifiers,
            confidence: fact.confidence,
            rule: bounded(fact.rule.as_deref(), "/rule")?,
            asserted_by,
            mirrored: false,
        })
    }

    fn evidence_row(&mut self, row: &EvidenceIn, place: usize, asserted_by: Asserter) -> Result<Evidence, Stop> {
        let at = format!("/evidence/{place}");
        let basis = FactIn {
            document: row.document.as_deref().map(Into::into),
            publisher: row.publisher.as_deref().map(Into::into),
            reported: row.reported.as_deref().map(Into::into),
            url: row.url.as_deref().map(Into::into),
            ..FactIn::default()
        };
        let basis = self.basis(&basis, &at)?;
        let mut speakers = Vec::with_capacity(row.speakers.len());
        for (number, speaker) in row.speakers.iter().take(MAX_SPEAKERS).enumerate() {
            speakers.push(self.speaker_by_id(speaker, &format!("evidence/{place}/speakers/{number}"))?);
        }
        Ok(Evidence {
            quote: self.quote(row.quote.as_deref(), basis.document, &format!("{at}/quote"))?,
            document: basis.document,
            publisher: basis.publisher,
            reported: basis.reported,
            url: bounded(row.url.as_deref(), &format!("{at}/url"))?,
            sentence: None,
            speakers,
            place: None,
            qualifiers: Qualifiers::new(),
            confidence: None,
            rule: bounded(row.rule.as_deref(), &format!("{at}/rule"))?,
            asserted_by,
            mirrored: false,
        })
    }

    /// Document, publisher and report day; a document that is not known yet is made without text.
    fn basis(&mut self, fact: &FactIn<'_>, at: &str) -> Result<Basis, Fault> {
        let publisher = bounded_at(fact.publisher.as_deref(), || format!("{at}/publisher"))?;
        let reported = day(fact.reported.as_deref(), || format!("{at}/reported"))?;
        let Some(id) = fact.document.as_deref() else {
            if publisher.is_none() {
                let detail = "a fact needs 'publisher' or 'document'";
                return Err(Fault::new(format!("{at}/publisher"), problem::MISSING_FIELD, detail));
            }
            return Ok(Basis {
                document: None,
                publisher,
                reported,
            });
        };
        if let Some((number, document, counts)) = self.document(id) {
            if !counts {
                let detail = format!("the document '{id}' was deleted or replaced");
                return Err(Fault::new(format!("{at}/document"), problem::CONFLICT, detail));
            }
            if let (Some(given), Some(known)) = (&publisher, &document.publisher)
                && given != known
            {
                let detail = format!("the document '{id}' was printed by '{known}', not by '{given}'");
                return Err(Fault::new(format!("{at}/publisher"), problem::INVALID_VALUE, detail));
            }
            let publisher = document.publisher.clone().or(publisher);
            return Ok(Basis {
                document: Some(number),
                publisher,
                reported: reported.or(document.date),
            });
        }
        let id: DocumentId = id.parse().map_err(|_| {
            Fault::new(
                format!("{at}/document"),
                problem::INVALID_VALUE,
                format!("'{id}' is no id of a document"),
            )
        })?;
        if publisher.is_none() && reported.is_none() {
            let detail = format!("there is no document '{id}'; to make one without text, give its 'publisher' or 'reported'");
            return Err(Fault::new(format!("{at}/document"), problem::INVALID_VALUE, detail));
        }
        let number = self.bare_document(id, publisher.clone(), reported, fact.url.as_deref().map(str::to_owned));
        Ok(Basis {
            document: Some(number),
            publisher,
            reported,
        })
    }

    /// A document known by name alone.
    fn bare_document(&mut self, id: DocumentId, publisher: Option<String>, date: Option<Day>, url: Option<String>) -> DocumentNumber {
        let number = self.pending.next_document();
        let document = Document {
            id,
            date,
            publisher,
            place: None,
            title: None,
            url,
            lang: None,
            text: None,
            group: number,
            fingerprint: Vec::new(),
        };
        self.pending.add_document(DocumentRecord {
            number,
            document,
            replaces: None,
        });
        number
    }

    /// The quote with its span, where the document's text is stored.
    fn quote(&mut self, quote: Option<&str>, document: Option<DocumentNumber>, at: &str) -> Result<Option<Quote>, Stop> {
        let Some(quote) = quote else { return Ok(None) };
        if quote.len() > MAX_QUOTE {
            let detail = format!("a quote is at most {MAX_QUOTE} bytes long, this one has {}", quote.len());
            return Err(Fault::new(at, problem::INVALID_VALUE, detail).into());
        }
        let text = match document {
            Some(number) => self.text(number)?,
            None => None,
        };
        let Some(text) = text else {
            return Ok(Some(Quote {
                text: quote.to_owned(),
                start: None,
                end: None,
            }));
        };
        match span_of(quote, &text) {
            Some((start, end)) => Ok(Some(Quote {
                text: quote.to_owned(),
                start: Some(start),
                end: Some(end),
            })),
            None => Err(Fault::new(at, problem::QUOTE_NOT_FOUND, "the quote does not stand in the text of the document").into()),
        }
    }

    fn speakers(&mut self, fact: &FactIn<'_>) -> Result<Vec<NodeNumber>, Fault> {
        if fact.speakers.len() > MAX_SPEAKERS {
            return Err(Fault::new(
                "/speakers",
                problem::INVALID_VALUE,
                format!("a fact has at most {MAX_SPEAKERS} speakers"),
            ));
        }
        // Names stand for the ids only when there is one for each.
        let names: Vec<&str> = fact
            .said_by
            .as_deref()
            .map(|said| said.split(", via ").collect())
            .unwrap_or_default();
        let names = Some(names).filter(|names| names.len() == fact.speakers.len()).unwrap_or_default();
        let mut names = names.into_iter();
        fact.speakers
            .iter()
            .enumerate()
            .map(|(place, speaker)| self.speaker(speaker, names.next(), place))
            .collect()
    }

    /// Adds evidence to a fact that is there already, unless it says nothing new.
    pub(super) fn add_evidence(&mut self, fact: FactNumber, evidence: Evidence) -> Result<Placed, Stop> {
        let likeness = self.held(fact, &evidence)?;
        if let Some(placed) = likeness {
            return Ok(placed);
        }
        let number = self.evidence_count(fact);
        self.pending.add_evidence(EvidenceRecord { fact, number, evidence });
        Ok(Placed::Added)
    }

    fn evidence_count(&self, fact: FactNumber) -> u32 {
        let held = self.reading().fact(fact).map_or(0, |_| self.reading().all_evidence(fact).len());
        u32::try_from(held + self.pending.evidence(fact).count()).unwrap_or(u32::MAX)
    }

    /// Why the evidence adds nothing to the fact; `None` when it does.
    fn held(&self, fact: FactNumber, new: &Evidence) -> Result<Option<Placed>, Stop> {
        let known = |mirrored: bool| {
            Some(if mirrored == new.mirrored {
                Placed::Duplicate
            } else {
                Placed::Mirror
            })
        };
        if let Some(same) = self.pending.evidence(fact).find(|held| same_basis(new, held) && said_by(new, held)) {
            return Ok(known(same.mirrored));
        }
        let reading = self.reading();
        if reading.fact(fact).is_none() {
            return Ok(None);
        }
        let mut whole = None;
        for held in reading.all_evidence(fact) {
            if held.closed.is_some_and(|closed| closed.by_person) && reopens(new, held.provenance) {
                return Ok(Some(Placed::Closed));
            }
            if held.closed.is_some() || !same_provenance(&held, new) {
                continue;
            }
            // Sentence and quote are not in memory: they are read only where they decide.
            let says_more = new.sentence.is_some() || new.quote.is_some();
            if says_more && whole.is_none() {
                whole = Some(self.whole_evidence(fact)?);
            }
            let stored = whole.as_ref().and_then(|all| all.get(held.number as usize));
            if !says_more || stored.is_some_and(|stored| said_by(new, stored)) {
                return Ok(known(held.provenance.mirrored));
            }
        }
        Ok(None)
    }
}

/// Whether an extractor would reopen what a person closed, from the same document.
fn reopens(new: &Evidence, closed: &Provenance) -> bool {
    matches!(new.asserted_by, Asserter::Extractor(_)) && new.document.is_some() && new.document == closed.document
}

/// Whether `new` names no other place or qualifiers than `held`, and stands on the same.
fn same_provenance(held: &EvidenceRef<'_>, new: &Evidence) -> bool {
    let reported = held.reported;
    let held = held.provenance;
    held.document == new.document
        && held.publisher.as_deref() == new.publisher.as_deref()
        && reported == new.reported
        && held.speakers == new.speakers
        && (new.place.is_none() || held.place == new.place)
        && (new.qualifiers.is_empty() || held.qualifiers == new.qualifiers)
}

fn same_basis(new: &Evidence, held: &Evidence) -> bool {
    held.document == new.document
        && held.publisher == new.publisher
        && held.reported == new.reported
        && held.speakers == new.speakers
        && (new.place.is_none() || held.place == new.place)
        && (new.qualifiers.is_empty() || held.qualifiers == new.qualifiers)
}

/// Whether `held` stands in the sentence and quotes the words that `new` names, if it names any.
fn said_by(new: &Evidence, held: &Evidence) -> bool {
    let words = |evidence: &Evidence| evidence.quote.as_ref().map(|quote| (quote.text.clone(), quote.start));
    (new.sentence.is_none() || new.sentence == held.sentence) && (new.quote.is_none() || words(new) == words(held))
}

/// Where a quote first stands in a text, in code points.
pub(super) fn span_of(quote: &str, text: &str) -> Option<(u32, u32)> {
    let byte = text.find(quote).filter(|_| !quote.is_empty())?;
    let start = text.get(..byte)?.chars().count();
    let end = start + quote.chars().count();
    Some((u32::try_from(start).ok()?, u32::try_from(end).ok()?))
}

fn asserter(given: Option<&str>) -> Result<Asserter, Fault> {
    let Some(given) = given else {
        return Ok(Asserter::Import("api".to_owned()));
    };
    let fault = |detail: String| Fault::new("/asserted_by", problem::INVALID_VALUE, detail);
    bounded(Some(given), "/asserted_by")?;
    given.parse().map_err(fault)
}

/// What a program read out of a text stands on words of it, or is not stored.
pub(super) fn quoted_if_extracted(asserted_by: &Asserter, has_document: bool, has_quote: bool, at: &str) -> Result<(), Fault> {
    if !matches!(asserted_by, Asserter::Extractor(_)) {
        return Ok(());
    }
    for (field, is_there) in [("document", has_document), ("quote", has_quote)] {
        if !is_there {
            let detail = format!("a fact that an extractor asserts needs its '{field}'");
            return Err(Fault::new(format!("{at}/{field}"), problem::MISSING_FIELD, detail));
        }
    }
    Ok(())
}

fn day(given: Option<&str>, at: impl FnOnce() -> String) -> Result<Option<Day>, Fault> {
    given
        .map(str::parse)
        .transpose()
        .map_err(|detail: String| Fault::new(at(), problem::INVALID_DATE, detail))
}

/// A text of an ordinary length.
pub(super) fn bounded(given: Option<&str>, at: &str) -> Result<Option<String>, Fault> {
    bounded_at(given, || at.to_owned())
}

fn bounded_at(given: Option<&str>, at: impl FnOnce() -> String) -> Result<Option<String>, Fault> {
    match given {
        Some(text) if text.len() > MAX_TEXT => Err(Fault::new(
            at(),
            problem::INVALID_VALUE,
            format!("at most {MAX_TEXT} bytes, this text has {}", text.len()),
        )),
        other => Ok(other.map(str::to_owned)),
    }
}
