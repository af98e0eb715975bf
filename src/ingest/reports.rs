//! Reports on their way in: read and extracted beside each other, committed in the order given.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::committer::Kind;
use super::plan::{PlannedDocument, Planner, ReadReport};
use super::{DocumentIn, DocumentOptions, DocumentReply, Engine, IngestError, Pledge, SkippedSentence};
use crate::extract::{ExtractError, Extractor, Report, intake};
use crate::model::{DocumentNumber, Evidence, FactNumber, Revision, fingerprint};
use crate::query::{self, Asking, Bodies, Budget, Include};
use crate::store::{Commit, StoreError};
use crate::view::View;

/// Reports that are extracted at once, beside the one whose turn it is to be committed.
const AHEAD: usize = 4;
/// The longest report, in bytes.
const MAX_REPORT: usize = 1 << 20;

/// What an answer is made from once the report is durable and visible.
struct Settled {
    planned: PlannedDocument,
    /// The view and the records of a dry run, which are in no store.
    unwritten: Option<(View, Box<Commit>)>,
    /// The revision of the answer given before, when the request is a repetition.
    repeated: Option<Revision>,
}

/// A document's answer as it is kept under an idempotency key.
#[derive(Serialize, Deserialize)]
struct Kept {
    document: String,
    facts: Vec<u32>,
    nodes_created: u64,
    facts_created: u64,
    facts_known: u64,
    created: bool,
    revision: Revision,
}

impl Engine {
    /// A report; extracted here, committed in the order of the calls.
    ///
    /// # Errors
    ///
    /// [`IngestError::Extract`] when it cannot be read; [`IngestError::NotFound`] and [`IngestError::Conflict`] for
    /// what it replaces; [`IngestError::KeyReused`], [`IngestError::Store`], [`IngestError::Stopping`].
    pub async fn post_document(self: &Arc<Self>, document: DocumentIn, how: DocumentOptions) -> Result<DocumentReply, IngestError> {
        let read = self.read(document).await?;
        let pledge = self.submit_report(read, how).await?;
        self.reply(pledge).await
    }

    /// Reports, extracted beside each other and committed in the order given; one answer each.
    pub async fn post_documents(self: &Arc<Self>, documents: Vec<DocumentIn>, dry_run: bool) -> Vec<Result<DocumentReply, IngestError>> {
        let mut reading = std::collections::VecDeque::new();
        let mut replies = Vec::with_capacity(documents.len());
        let mut documents = documents.into_iter();
        let mut pledges = std::collections::VecDeque::new();
        loop {
            while reading.len() < AHEAD {
                let Some(document) = documents.next() else { break };
                let engine = self.clone();
                reading.push_back(tokio::task::spawn_blocking(move || read_report(&*engine.extractor, document)));
            }
            let Some(read) = reading.pop_front() else { break };
            let submitted = match read
                .await
                .map_err(|error| extraction_failed(&error))
                .and_then(|read| read.map_err(IngestError::from))
            {
                Ok(read) => {
                    self.submit_report(
                        read,
                        DocumentOptions {
                            dry_run,
                            ..DocumentOptions::default()
                        },
                    )
                    .await
                }
                Err(error) => Err(error),
            };
            pledges.push_back(submitted);
            // Answers are made while the next reports are extracted, and few wait for theirs.
            while pledges.len() > AHEAD {
                let Some(pledge) = pledges.pop_front() else { break };
                replies.push(self.reply_or(pledge).await);
            }
        }
        for pledge in pledges {
            replies.push(self.reply_or(pledge).await);
        }
        replies
    }

    async fn read(self: &Arc<Self>, document: DocumentIn) -> Result<ReadReport, IngestError> {
        let engine = self.clone();
        let read = tokio::task::spawn_blocking(move || read_report(&*engine.extractor, document)).await;
        Ok(read.map_err(|error| extraction_failed(&error))??)
    }

    async fn submit_report(&self, read: ReadReport, how: DocumentOptions) -> Result<Pledge<Settled>, IngestError> {
        // What replaces closes what an earlier revision opened, and a dry run wants the view as it is.
        let kind = if how.dry_run || how.replaces.is_some() {
            Kind::Alone
        } else {
            Kind::Request
        };
        self.submit(kind, move |planner| settle(planner, &read, how)).await
    }

    async fn reply_or(self: &Arc<Self>, pledge: Result<Pledge<Settled>, IngestError>) -> Result<DocumentReply, IngestError> {
        self.reply(pledge?).await
    }

    /// Makes the answer, away from the async threads: its rows carry quotes, which the store is asked for.
    async fn reply(self: &Arc<Self>, pledge: Pledge<Settled>) -> Result<DocumentReply, IngestError> {
        let (settled, head) = pledge.kept().await?;
        let engine = self.clone();
        let made = tokio::task::spawn_blocking(move || engine.document_reply(settled, head.revision)).await;
        made.map_err(|error| StoreError::Io(format!("making the answer failed: {error}")))?
    }

    fn document_reply(&self, settled: Settled, revision: Revision) -> Result<DocumentReply, IngestError> {
        let Settled {
            planned,
            unwritten,
            repeated,
        } = settled;
        let revision = repeated.unwrap_or(revision);
        let published = self.view();
        let (reading, bodies): (_, Box<dyn Bodies + '_>) = match &unwritten {
            Some((view, commit)) => (view.newest(), Box::new(Unwritten { engine: self, commit })),
            None => (published.newest(), Box::new(Stored { engine: self })),
        };
        let ask = Asking {
            reading,
            bodies: &*bodies,
            budget: Budget {
                edges: usize::MAX,
                deadline: Instant::now() + Duration::from_mins(1),
                cancelled: Arc::new(AtomicBool::new(false)),
                first_try: false,
            },
            incarnation: self.store.identity().incarnation,
            base_path: "",
        };
        let failed = |error: query::QueryError| StoreError::Io(error.to_string());
        let document = query::document(&ask, planned.id.as_str()).map_err(failed)?.row;
        let rows: Result<Vec<_>, _> = planned
            .facts
            .iter()
            .map(|fact| Ok(query::row(&ask, *fact, &[Include::Quote])?.to_row()))
            .collect();
        Ok(DocumentReply {
            document,
            facts: rows.map_err(failed)?,
            nodes_created: planned.nodes_created,
            facts_created: planned.facts_created,
            facts_known: planned.facts_known,
            skipped: planned.skipped,
            revision,
            created: planned.created,
        })
    }
}

/// Reads a report's form and its text.
fn read_report(extractor: &dyn Extractor, document: DocumentIn) -> Result<ReadReport, ExtractError> {
    let field = |field: &str, reason: String| ExtractError::Field {
        field: field.to_owned(),
        reason,
    };
    let DocumentIn {
        text,
        date,
        publisher,
        place,
        title,
        url,
        lang,
    } = document;
    if text.len() > MAX_REPORT {
        return Err(field(
            "text",
            format!("a report is at most {MAX_REPORT} bytes long, this one has {}", text.len()),
        ));
    }
    let filled = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let date = filled(date)
        .map(|date| date.parse())
        .transpose()
        .map_err(|reason| field("date", reason))?;
    let given = Report {
        text: String::new(),
        date,
        publisher: filled(publisher),
        place: filled(place),
        title: filled(title),
        url: filled(url),
        lang: filled(lang),
    };
    let report = intake(&text, given)?;
    let extraction = extractor.extract(&report);
    let fingerprint = fingerprint(&report.text);
    Ok(ReadReport {
        report,
        extraction,
        fingerprint,
        extractor: extractor.name().to_owned(),
    })
}

fn extraction_failed(error: &tokio::task::JoinError) -> IngestError {
    tracing::error!(error = error as &dyn std::error::Error, "extraction failed");
    StoreError::Io("the extractor failed on this report".to_owned()).into()
}

fn settle(planner: &mut Planner, read: &ReadReport, how: DocumentOptions) -> Result<Settled, IngestError> {
    if let Some((key, digest)) = &how.idempotency
        && let Some(answer) = planner.answered(key, digest)?
    {
        return repeated(&answer, &read.extraction.skipped);
    }
    let mark = planner.mark();
    let settled = planner.document_in(read, how.replaces.as_deref().map(|id| (id, &how.why)))?;
    if how.dry_run {
        let unwritten = Some((planner.scratch_view(), Box::new(planner.pending_commit())));
        planner.roll_back(mark);
        return Ok(Settled {
            planned: settled,
            unwritten,
            repeated: None,
        });
    }
    if let Some(request) = how.idempotency {
        let kept = Kept {
            document: settled.id.to_string(),
            facts: settled.facts.iter().map(|fact| fact.0).collect(),
            nodes_created: settled.nodes_created,
            facts_created: settled.facts_created,
            facts_known: settled.facts_known,
            created: settled.created,
            revision: planner.answer_revision(),
        };
        let status = if settled.created { 201 } else { 200 };
        planner.keep_answer(request, status, serde_json::to_string(&kept).unwrap_or_default());
    }
    Ok(Settled {
        planned: settled,
        unwritten: None,
        repeated: None,
    })
}

/// The answer that was kept. What was skipped is not kept: it is read from the same text again.
fn repeated(answer: &str, skipped: &[crate::extract::Skipped]) -> Result<Settled, IngestError> {
    let damaged = |reason: String| StoreError::Damaged {
        tree: "requests".to_owned(),
        reason,
    };
    let kept: Kept = serde_json::from_str(answer).map_err(|error| damaged(error.to_string()))?;
    let id = kept
        .document
        .parse()
        .map_err(|error: crate::model::InvalidId| damaged(error.to_string()))?;
    let planned = PlannedDocument {
        id,
        facts: kept.facts.into_iter().map(FactNumber).collect(),
        nodes_created: kept.nodes_created,
        facts_created: kept.facts_created,
        facts_known: kept.facts_known,
        skipped: skipped
            .iter()
            .map(|one| SkippedSentence {
                sentence: one.sentence.clone(),
                reason: one.reason.clone(),
            })
            .collect(),
        created: kept.created,
    };
    Ok(Settled {
        planned,
        unwritten: None,
        repeated: Some(kept.revision),
    })
}

/// The store's bodies.
struct Stored<'a> {
    engine: &'a Engine,
}

impl Bodies for Stored<'_> {
    fn evidence(&self, fact: FactNumber) -> Result<Arc<[Evidence]>, String> {
        self.engine.bodies().evidence(fact)
    }
    fn text(&self, document: DocumentNumber) -> Result<Option<String>, String> {
        self.engine.bodies().text(document)
    }
}

/// The store's bodies, and those of a commit that is not going to be written.
struct Unwritten<'a> {
    engine: &'a Engine,
    commit: &'a Commit,
}

impl Bodies for Unwritten<'_> {
    fn evidence(&self, fact: FactNumber) -> Result<Arc<[Evidence]>, String> {
        let first = self
            .commit
            .facts
            .iter()
            .filter(|record| record.number == fact)
            .map(|record| record.evidence.clone());
        let mut evidence: Vec<Evidence> = first.collect();
        if evidence.is_empty() {
            evidence = self.engine.bodies().evidence(fact)?.to_vec();
        }
        evidence.extend(
            self.commit
                .evidence
                .iter()
                .filter(|record| record.fact == fact)
                .map(|record| record.evidence.clone()),
        );
        Ok(evidence.into())
    }
    fn text(&self, document: DocumentNumber) -> Result<Option<String>, String> {
        match self.commit.documents.iter().find(|record| record.number == document) {
            Some(record) => Ok(record.document.text.clone()),
            None => self.engine.bodies().text(document),
        }
    }
}
