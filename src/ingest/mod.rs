//! The one way in: a report or facts → extract → resolve → check → commit → view.
//!
//! [`Engine`] holds the store, the newest [`View`] and the one committer. Requests are planned one
//! after another against the newest (not yet published) view, written in groups, and acknowledged
//! once they are durable and visible: three threads, each a group ahead of the next. Files and HTTP bodies take
//! the same path.

mod bodies;
mod committer;
mod export;
mod load;
mod merger;
mod pending;
mod plan;
mod reports;
mod request;
mod session;
mod writer;

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;

use arc_swap::ArcSwap;
use tokio::sync::{mpsc, oneshot};

pub use export::{export, import_export};
pub use request::*;
pub use session::{ImportSession, Part};

use crate::extract::Extractor;
use crate::model::{FactId, Head};
use crate::ontology::Ontology;
use crate::query::Bodies;
use crate::store::{Store, StoreError};
use crate::view::View;
use bodies::CachedBodies;
use committer::{Committer, Job, Kind, ReadOnly, repeat};
use merger::Merger;
use plan::{Planner, Tally};
use writer::{Publisher, Writer};

/// Requests that may wait for the committer before those who send more have to.
const WAITING: usize = 64;
/// Errors named in a reply.
const ERRORS_NAMED: usize = 100;

/// A running store: what is served, and the way in.
pub struct Engine {
    store: Arc<dyn Store>,
    extractor: Arc<dyn Extractor>,
    view: Arc<ArcSwap<View>>,
    bodies: Arc<CachedBodies>,
    read_only: ReadOnly,
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Engine {
    /// Loads the view from the store and starts the committer. Blocks.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store cannot be read, or its ontology file is no ontology.
    pub fn start(store: Arc<dyn Store>, extractor: Arc<dyn Extractor>) -> Result<Arc<Self>, StoreError> {
        let mut loaded = load::load(&*store, ontology_of(&*store)?)?;
        loaded.merge_elsewhere();
        let planner = Planner::new(store.clone(), loaded.clone());
        let view = Arc::new(ArcSwap::from_pointee(loaded));
        let bodies = Arc::new(CachedBodies::new(store.clone()));
        let read_only: ReadOnly = Arc::new(OnceLock::new());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .map_err(|error| StoreError::Io(format!("the committer could not be started: {error}")))?;
        let (send_job, jobs) = mpsc::channel(WAITING);
        let (send_group, groups) = std::sync::mpsc::channel();
        let (send_notice, notices) = mpsc::channel(1);
        // One group is sealed while the next is written; a third waits.
        let (send_written, written) = std::sync::mpsc::sync_channel(1);
        let (merger, merge) = Merger::new();
        let committer = Committer {
            planner,
            read_only: read_only.clone(),
            groups: send_group,
            written: notices,
            merger,
            runtime,
            gathered: Vec::new(),
            writing: false,
        };
        let writer = Writer {
            store: store.clone(),
            read_only: read_only.clone(),
            publish: send_written,
            written: send_notice,
        };
        let publisher = Publisher {
            store: store.clone(),
            view: view.clone(),
            bodies: bodies.clone(),
            read_only: read_only.clone(),
        };
        let threads = vec![
            thread("committer", move || committer.run(jobs))?,
            thread("writer", move || writer.run(&groups))?,
            thread("merger", merge)?,
            thread("publisher", move || publisher.run(&written))?,
        ];
        Ok(Arc::new(Self {
            store,
            extractor,
            view,
            bodies,
            read_only,
            jobs: Mutex::new(Some(send_job)),
            threads: Mutex::new(threads),
        }))
    }

    /// The newest published view. Never waits.
    #[must_use]
    pub fn view(&self) -> Arc<View> {
        self.view.load_full()
    }

    /// What is not in memory, through a bounded cache.
    #[must_use]
    pub fn bodies(&self) -> &dyn Bodies {
        &*self.bodies
    }

    /// The store behind it.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// Why nothing can be written any more; `None` as long as it can.
    pub fn read_only(&self) -> Option<&str> {
        self.read_only.get().map(String::as_str)
    }

    /// Facts as data; returns once they are durable and visible.
    ///
    /// # Errors
    ///
    /// [`IngestError::Rejected`] when a line is wrong and [`OnError::Reject`] asked for; nothing was stored then.
    /// [`IngestError::KeyReused`], [`IngestError::Store`], [`IngestError::Stopping`].
    pub async fn post_facts(&self, facts: impl Into<Piece>, how: FactsOptions) -> Result<FactsReply, IngestError> {
        let FactsOptions {
            on_error,
            dry_run,
            idempotency,
        } = how;
        let facts = facts.into();
        let pledge = self
            .submit(Kind::Request, move |planner| {
                if let Some((key, digest)) = &idempotency
                    && let Some(answer) = planner.answered(key, digest)?
                {
                    return FactsReply::stored(&answer).map(|reply| (reply, false));
                }
                let mark = planner.mark();
                let mut reply = FactsReply::default();
                reply.add(&planner.lines(&facts)?);
                if on_error == OnError::Reject && reply.rejected > 0 {
                    return Err(IngestError::Rejected {
                        reply: Box::new(reply.refused()),
                    });
                }
                if dry_run {
                    planner.roll_back(mark);
                } else if let Some(request) = idempotency {
                    reply.revision = planner.answer_revision();
                    planner.keep_answer(request, 200, reply.to_stored());
                }
                Ok((reply, true))
            })
            .await?;
        let ((mut reply, fresh), head) = pledge.kept().await?;
        if fresh {
            reply.revision = head.revision;
        }
        Ok(reply)
    }

    /// A body or file of any length: takes lines as they come, in transactions of their own.
    #[must_use]
    pub fn import_session(self: &Arc<Self>, how: FactsOptions) -> ImportSession {
        ImportSession::new(self.clone(), how)
    }

    /// The answer given to this request before, if it was sent under this key.
    async fn reply_to(&self, key: String, digest: [u8; 32]) -> Result<Option<FactsReply>, IngestError> {
        let pledge = self
            .submit(Kind::Request, move |planner| {
                planner
                    .answered(&key, &digest)?
                    .map(|answer| FactsReply::stored(&answer))
                    .transpose()
            })
            .await?;
        Ok(pledge.kept().await?.0)
    }

    /// Keeps the answer to a request that took many transactions.
    async fn keep_reply(&self, request: (String, [u8; 32]), mut reply: FactsReply) -> Result<FactsReply, IngestError> {
        let pledge = self
            .submit(Kind::Request, move |planner| {
                reply.revision = planner.answer_revision();
                planner.keep_answer(request, 200, reply.to_stored());
                Ok(reply)
            })
            .await?;
        Ok(pledge.kept().await?.0)
    }

    /// Closes all open evidence of a fact.
    ///
    /// # Errors
    ///
    /// [`IngestError::NotFound`], [`IngestError::Conflict`] when it is not known any more.
    pub async fn retract_fact(&self, id: &str, why: Why) -> Result<Head, IngestError> {
        let id = id.to_owned();
        let pledge = self.submit(Kind::Alone, move |planner| planner.retract(&id, &why)).await?;
        Ok(pledge.kept().await?.1)
    }

    /// Retracts the fact and asserts the changed one, on the best evidence of the old; gives the new fact's id.
    ///
    /// When nothing of the content changes, the fact keeps its id and gets new evidence. When the changed fact
    /// was there already it is corroborated, and does not say what it supersedes: facts never change.
    ///
    /// # Errors
    ///
    /// As [`Engine::retract_fact`], and [`IngestError::Field`] when the changed fact cannot be stored.
    pub async fn correct_fact(&self, id: &str, patch: FactPatch, why: Why) -> Result<(FactId, Head), IngestError> {
        let id = id.to_owned();
        let pledge = self.submit(Kind::Alone, move |planner| planner.correct(&id, patch, &why)).await?;
        pledge.kept().await
    }

    /// Changes a node's names, type, properties and external ids.
    ///
    /// # Errors
    ///
    /// [`IngestError::NotFound`], [`IngestError::Field`] for what cannot be so.
    pub async fn patch_node(&self, id: &str, patch: NodePatch, why: Why) -> Result<Head, IngestError> {
        let id = id.to_owned();
        let pledge = self
            .submit(Kind::Alone, move |planner| planner.patch_node(&id, &patch, &why))
            .await?;
        Ok(pledge.kept().await?.1)
    }

    /// Closes a document, and all evidence that stands in it.
    ///
    /// # Errors
    ///
    /// [`IngestError::NotFound`], [`IngestError::Conflict`] when it was deleted or replaced before.
    pub async fn delete_document(&self, id: &str, why: Why) -> Result<Head, IngestError> {
        let id = id.to_owned();
        let pledge = self.submit(Kind::Alone, move |planner| planner.delete_document(&id, &why)).await?;
        Ok(pledge.kept().await?.1)
    }

    /// Commits what is under way and stops taking requests.
    pub async fn stop(&self) {
        drop(self.jobs.lock().unwrap_or_else(PoisonError::into_inner).take());
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        let joined = tokio::task::spawn_blocking(move || {
            for thread in threads {
                if thread.join().is_err() {
                    tracing::error!("a thread of the engine panicked");
                }
            }
        });
        if joined.await.is_err() {
            tracing::error!("waiting for the engine's threads failed");
        }
    }

    /// Hands a request to the committer; waits while too many are waiting there.
    ///
    /// What a refused request had planned is taken back.
    async fn submit<T: Send + 'static>(
        &self,
        kind: Kind,
        plan: impl FnOnce(&mut Planner) -> Result<T, IngestError> + Send + 'static,
    ) -> Result<Pledge<T>, IngestError> {
        let (tell, told) = oneshot::channel();
        let plan = move |planner: Result<&mut Planner, StoreError>| {
            let planned = match planner {
                Ok(planner) => {
                    let mark = planner.mark();
                    let outcome = plan(planner);
                    if outcome.is_err() {
                        planner.roll_back(mark);
                    }
                    outcome
                }
                Err(error) => Err(error.into()),
            };
            let settle: committer::Settle = Box::new(move |written| {
                let answer = match (planned, written) {
                    (Err(error), _) => Err(error),
                    (Ok(value), Ok(head)) => Ok((value, head)),
                    (Ok(_), Err(error)) => Err(repeat(error).into()),
                };
                // Nobody waits any more when the client has left; what was written stays.
                drop(tell.send(answer));
            });
            settle
        };
        let jobs = self
            .jobs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
            .ok_or(IngestError::Stopping)?;
        jobs.send(Job {
            kind,
            plan: Box::new(plan),
        })
        .await
        .map_err(|_| IngestError::Stopping)?;
        Ok(Pledge {
            told,
            read_only: self.read_only.clone(),
        })
    }
}

/// The vocabulary of a store: the built-in one, and what the file kept with the store adds.
fn ontology_of(store: &dyn Store) -> Result<Arc<Ontology>, StoreError> {
    match store.ontology()? {
        None => Ok(Ontology::built_in()),
        Some(file) => Ontology::extended(&file).map_err(|error| StoreError::Damaged {
            tree: "meta".to_owned(),
            reason: error.to_string(),
        }),
    }
}

fn thread(name: &str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
    std::thread::Builder::new()
        .name(format!("dateline-{name}"))
        .spawn(run)
        .map_err(|error| StoreError::Io(format!("the {name} could not be started: {error}")))
}

/// The answer to a request that the committer has taken.
struct Pledge<T> {
    told: oneshot::Receiver<Result<(T, Head), IngestError>>,
    read_only: ReadOnly,
}

impl<T> Pledge<T> {
    /// Waits until what was planned is durable and visible.
    async fn kept(self) -> Result<(T, Head), IngestError> {
        if let Ok(answer) = self.told.await {
            return answer;
        }
        // The committer dropped it: it panicked, and says why.
        let reason = self
            .read_only
            .get()
            .cloned()
            .unwrap_or_else(|| "the committer has ended".to_owned());
        Err(StoreError::ReadOnly(reason).into())
    }
}

impl FactsReply {
    /// Counts one chunk of lines in.
    fn add(&mut self, tally: &Tally) {
        self.received += tally.received;
        self.created += tally.created;
        self.corroborated += tally.corroborated;
        self.mirror += tally.mirror;
        self.duplicate += tally.duplicate;
        self.known = self.corroborated + self.mirror + self.duplicate;
        self.rejected += tally.refused.len() as u64;
        self.nodes_created += tally.nodes_created;
        let room = ERRORS_NAMED.saturating_sub(self.errors.len());
        self.errors
            .extend(tally.refused.iter().take(room).map(|refused| refused.error.clone()));
        self.errors_omitted = self.rejected - self.errors.len() as u64;
    }

    /// The reply to a request of which nothing was stored because some lines are wrong.
    fn refused(self) -> Self {
        Self {
            created: 0,
            known: 0,
            corroborated: 0,
            mirror: 0,
            duplicate: 0,
            nodes_created: 0,
            ..self
        }
    }

    /// As it is kept under an idempotency key.
    fn to_stored(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    fn stored(answer: &str) -> Result<Self, IngestError> {
        serde_json::from_str(answer).map_err(|error| {
            StoreError::Damaged {
                tree: "requests".to_owned(),
                reason: error.to_string(),
            }
            .into()
        })
    }
}

/// Why something was not taken in. Nothing of it was stored.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// Some lines of a request that is taken whole or not at all are wrong.
    #[error("{} of the facts cannot be stored", reply.rejected)]
    Rejected {
        /// Counts and errors.
        reply: Box<FactsReply>,
    },
    /// The report cannot be read.
    #[error(transparent)]
    Extract(#[from] crate::extract::ExtractError),
    /// A field is wrong.
    #[error("{field}: {reason}")]
    Field {
        /// The field, as a JSON pointer (`/names/0`).
        field: String,
        /// What is wrong with it.
        reason: String,
        /// Values that would do, nearest first.
        nearest: Vec<String>,
    },
    /// No such fact, node or document.
    #[error("no {what} has the id '{given}'")]
    NotFound {
        /// `fact`, `node`, `document`.
        what: &'static str,
        /// What was given.
        given: String,
    },
    /// It is not so any more: retracted, deleted or replaced before.
    #[error("{0}")]
    Conflict(String),
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The server is stopping.
    #[error("the server is stopping")]
    Stopping,
}
