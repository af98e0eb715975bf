//! The list of facts: by node, document, claim or words of the quote, in the order they were recorded.
//!
//! The order is by revision, then id, so that a poller appends. With a node or a document the candidates
//! are its list; without, the store is walked revision by revision from where the page before ended.
//! `group_by=claim` shows of each claim its best fact among those that pass.

use std::collections::HashMap;
use std::ops::ControlFlow;

use serde_json::json;

use crate::model::{ClaimId, DocumentNumber, FactId, FactNumber, NodeNumber, Revision};
use crate::view::{ObjectRef, Reading};

use super::best::best;
use super::budget::{Cost, Meter};
use super::cursor::Turn;
use super::filter::{Filter, FilterDefaults, Verdict, choice};
use super::question::answered;
use super::resolve_node::resolve_node;
use super::row::rows;
use super::scan::{Filled, Place, Scan};
use super::words::Words;
use super::{Asking, Echo, Facts, FactsParams, FilterParams, Hidden, QueryError};

const ROUTE: &str = "/v1/facts";

/// What the list is ordered by.
type Key = (Revision, FactId);
type FactsTurn<'a> = Turn<'a, FactsParams, Place<Key>>;
/// From a fact to the one that stands for its claim.
type BestOfClaims = HashMap<FactNumber, FactNumber>;

/// A page being filled, and what was found out on the way.
struct FactsScan<'m, 'b> {
    page: Scan<'m, 'b, Key, FactNumber>,
    best_of_claims: BestOfClaims,
}

/// The facts that meet every filter, oldest recorded first.
///
/// Cost: the node's (or document's) list, else the store from where the page begins; `total` is `null`
/// when counting would pass the budget.
///
/// # Errors
///
/// [`QueryError`] naming the parameter, or the cursor.
pub fn facts<'v>(ask: &Asking<'v>, params: &FactsParams, filters: &FilterParams) -> Result<Facts<'v>, QueryError> {
    answered(ask, ROUTE, params, filters, list)
}

fn list<'v>(ask: &Asking<'v>, params: &FactsParams, filters: &FilterParams) -> Result<Facts<'v>, QueryError> {
    let turn = FactsTurn::take_up(ask, ROUTE, params, filters)?;
    let ask = &turn.ask;
    let (wanted, query) = Wanted::resolve(&turn)?;
    let mut meter = Meter::new(&ask.budget);
    let undated = match turn.after {
        Some(place) => place.undated,
        None => wanted.hidden(ask, &mut meter)?,
    };
    let known_total = wanted.is_everything().then(|| u64::from(ask.reading.fact_count()));
    let candidates = wanted.candidates(ask.reading, &mut meter);
    let page = Scan::new(&mut meter, turn.after, wanted.filter.limit()).with_known_total(known_total);
    let scan = FactsScan {
        page,
        best_of_claims: HashMap::new(),
    };
    let filled = wanted.walk(ask, candidates, turn.after.map(|place| place.key), scan)?;
    let facts = rows(ask, &filled.found, wanted.filter.include())?;
    let next = filled.next.map(|key| Place {
        key,
        total: filled.total,
        undated,
    });
    Ok(Facts {
        query,
        revision: ask.reading.head().revision,
        facts,
        page: turn.page(filled.total, next.as_ref()),
        hidden: Hidden { undated },
        truncated: filled.truncated,
    })
}

/// What is asked for, resolved.
struct Wanted {
    filter: Filter,
    node: Option<NodeNumber>,
    subject: Option<NodeNumber>,
    object: Option<NodeNumber>,
    document: Option<DocumentNumber>,
    claim: Option<ClaimId>,
    words: Words,
    by_claim: bool,
    newest_first: bool,
}

impl Wanted {
    fn resolve(turn: &FactsTurn<'_>) -> Result<(Self, Echo), QueryError> {
        let Turn {
            ask,
            params,
            filters,
            question,
            ..
        } = turn;
        let reading = ask.reading;
        let node = |name: &str, text: &Option<String>| text.as_ref().map(|text| resolve_node(ask, question, name, text)).transpose();
        let (node, subject, object) = (
            node("node", &params.node)?,
            node("subject", &params.subject)?,
            node("object", &params.object)?,
        );
        let gone = |parameter: &str, reason: String| QueryError::Invalid {
            parameter: parameter.to_owned(),
            reason,
            nearest: Vec::new(),
            try_url: Some(question.without(parameter).url(ask.base_path)),
        };
        let document = params.document.as_ref().map(|id| {
            reading
                .document_by_id(id)
                .ok_or_else(|| gone("document", format!("no document has the id '{id}'")))
        });
        let document = document.transpose()?;
        let claim = params
            .claim
            .as_ref()
            .map(|id| id.parse::<ClaimId>().map_err(|error| gone("claim", error.to_string())));
        let by_claim = choice(ask, question, "group_by", params.group_by.as_deref(), &[("claim", true)])?;
        let newest_first = choice(ask, question, "order", params.order.as_deref(), &[("asc", false), ("desc", true)])?;
        let (filter, of_filter) = Filter::resolve(ask, question, filters, &FilterDefaults::LIST)?;
        let wanted = Self {
            filter: match document {
                Some(document) => filter.in_document(document),
                None => filter,
            },
            node,
            subject,
            object,
            document,
            claim: claim.transpose()?,
            words: Words::new(params.q.as_deref().unwrap_or_default()),
            by_claim: by_claim.unwrap_or(false),
            newest_first: newest_first.unwrap_or(false),
        };
        let id = |node: Option<NodeNumber>| node.and_then(|node| reading.node(node)).map(|node| node.id.to_string());
        let own = [
            ("node", json!(id(node))),
            ("subject", json!(id(subject))),
            ("object", json!(id(object))),
            ("document", json!(params.document)),
            ("claim", json!(params.claim)),
            ("q", json!(params.q)),
            ("group_by", json!(params.group_by)),
            ("order", json!(if wanted.newest_first { "desc" } else { "asc" })),
        ];
        Ok((wanted, of_filter.behind(own)))
    }

    /// Whether every known fact passes.
    fn is_everything(&self) -> bool {
        [self.node, self.subject, self.object].iter().all(Option::is_none)
            && self.claim.is_none()
            && self.words.is_empty()
            && !self.by_claim
            && self.filter.is_everything()
    }

    /// The node with the shortest list among those that every fact must have.
    fn through(&self, reading: Reading<'_>) -> Option<NodeNumber> {
        let ends = [self.node, self.subject, self.object].into_iter().flatten();
        // What happened at a place stands in the place's own list.
        ends.min_by_key(|node| reading.degree(*node)).or_else(|| self.filter.place())
    }

    /// Decides by what the view holds; words of the quote and claims come later, when they must.
    fn judge(&self, reading: Reading<'_>, fact: FactNumber) -> Verdict {
        let Some(content) = reading.fact(fact) else { return Verdict::Fails };
        let object = match content.object {
            ObjectRef::Node(node) => Some(node),
            ObjectRef::Value(_) | ObjectRef::None => None,
        };
        let ends_fit = self.subject.is_none_or(|node| node == content.subject)
            && self.object.is_none_or(|node| Some(node) == object)
            && self.node.is_none_or(|node| node == content.subject || Some(node) == object);
        if !ends_fit || self.claim.is_some_and(|claim| reading.claim(fact) != Some(claim)) {
            return Verdict::Fails;
        }
        self.filter.judge(reading, fact, self.node.or(self.subject).or(self.object))
    }

    /// Whether the words stand in the quote of a piece of evidence that meets the filter.
    fn quotes(&self, ask: &Asking<'_>, fact: FactNumber) -> Result<bool, QueryError> {
        if self.words.is_empty() {
            return Ok(true);
        }
        let bodies = ask.bodies.evidence(fact).map_err(QueryError::Bodies)?;
        let open = ask.reading.open_evidence(fact);
        let quoted = open.iter().filter(|evidence| self.filter.meets(evidence)).any(|evidence| {
            let body = usize::try_from(evidence.number).ok().and_then(|number| bodies.get(number));
            body.and_then(|body| body.quote.as_ref())
                .is_some_and(|quote| self.words.stand_in(&quote.text))
        });
        Ok(quoted)
    }

    /// Whether it is the best fact of its claim among those that pass. A claim is looked at once a question.
    fn stands_for_its_claim(&self, ask: &Asking<'_>, fact: FactNumber, known: &mut BestOfClaims) -> Result<bool, QueryError> {
        if let Some(best) = known.get(&fact) {
            return Ok(*best == fact);
        }
        let mut mates = Vec::new();
        for mate in ask.reading.same_claim(fact) {
            if mate == fact || self.judge(ask.reading, mate) == Verdict::Passes && self.quotes(ask, mate)? {
                mates.push(mate);
            }
        }
        let best = best(ask.reading, &mates).unwrap_or(fact);
        known.extend(mates.into_iter().map(|mate| (mate, best)));
        Ok(best == fact)
    }

    fn passes_late(&self, ask: &Asking<'_>, fact: FactNumber, known: &mut BestOfClaims) -> Result<bool, QueryError> {
        Ok(self.quotes(ask, fact)? && (!self.by_claim || self.stands_for_its_claim(ask, fact, known)?))
    }

    /// What one candidate costs once the view's own columns let it through.
    fn late_cost(&self) -> Cost {
        match (self.words.is_empty(), self.by_claim) {
            (false, _) => Cost::Body,
            (true, true) => Cost::Edge,
            (true, false) => Cost::Glance,
        }
    }

    /// The facts of the list to walk, judged; `None` to walk the whole store.
    fn candidates(&self, reading: Reading<'_>, meter: &mut Meter<'_>) -> Option<Vec<(Key, FactNumber)>> {
        let mut found = Vec::new();
        let mut keep = |fact: FactNumber| {
            if meter.pay(self.filter.cost()).is_break() {
                return ControlFlow::Break(());
            }
            if self.judge(reading, fact) == Verdict::Passes {
                found.push(fact);
            }
            ControlFlow::Continue(())
        };
        if let Some(document) = self.document {
            let _ = reading.document_facts(document).into_iter().try_for_each(&mut keep);
        } else {
            let node = self.through(reading)?;
            reading.incident(node, self.filter.window(), |incidence| keep(incidence.fact));
        }
        let keyed = found.into_iter().filter_map(|fact| Some((key(reading, fact)?, fact))).collect();
        Some(keyed)
    }

    /// Walks the candidates, or the store, from where the page before ended.
    fn walk(
        &self,
        ask: &Asking<'_>,
        candidates: Option<Vec<(Key, FactNumber)>>,
        after: Option<Key>,
        mut scan: FactsScan<'_, '_>,
    ) -> Result<Filled<Key, FactNumber>, QueryError> {
        match candidates {
            Some(batch) => {
                let _ = self.offer(ask, batch, after, &mut scan)?;
            }
            None => self.walk_store(ask, after, &mut scan)?,
        }
        scan.page.finish()
    }

    /// Offers judged candidates in the order of the list, those that lie behind the page before.
    fn offer(
        &self,
        ask: &Asking<'_>,
        mut batch: Vec<(Key, FactNumber)>,
        after: Option<Key>,
        scan: &mut FactsScan<'_, '_>,
    ) -> Result<ControlFlow<()>, QueryError> {
        batch.sort_unstable();
        if self.newest_first {
            batch.reverse();
        }
        let is_new = |key: &Key| after.is_none_or(|last| if self.newest_first { *key < last } else { *key > last });
        for (key, fact) in batch.into_iter().filter(|(key, _)| is_new(key)) {
            let best_of_claims = &mut scan.best_of_claims;
            let passes = || self.passes_late(ask, fact, best_of_claims);
            if scan.page.offer(key, fact, self.late_cost(), passes)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Offers the facts of one revision after another that the view's columns let through.
    ///
    /// A revision is judged whole, because its facts stand by id and not by number; it is what one
    /// transaction recorded, so it is small.
    fn walk_store(&self, ask: &Asking<'_>, after: Option<Key>, scan: &mut FactsScan<'_, '_>) -> Result<(), QueryError> {
        let reading = ask.reading;
        let newest = reading.head().revision.0;
        let (first, last) = match (after, self.newest_first) {
            (Some((revision, _)), false) => (revision.0, newest),
            (Some((revision, _)), true) => (1, revision.0),
            (None, _) => (1, newest),
        };
        let end_of_revision = FactId::from_bytes(if self.newest_first { [0; 10] } else { [u8::MAX; 10] });
        for step in 0..=last.saturating_sub(first) {
            let revision = Revision(if self.newest_first { last - step } else { first + step });
            let recorded = recorded_at(reading, revision);
            let looks = recorded.len();
            let passing = recorded
                .map(FactNumber)
                .filter(|fact| self.judge(reading, *fact) == Verdict::Passes);
            let batch = passing
                .filter_map(|fact| Some(((revision, reading.fact(fact)?.id), fact)))
                .collect();
            if self.offer(ask, batch, after, scan)?.is_break()
                || scan
                    .page
                    .looked_as_far_as((revision, end_of_revision), self.filter.cost(), looks)
                    .is_break()
            {
                break;
            }
        }
        Ok(())
    }

    /// Facts that meet every filter but the window, and have no date.
    fn hidden(&self, ask: &Asking<'_>, meter: &mut Meter<'_>) -> Result<u64, QueryError> {
        let reading = ask.reading;
        if self.filter.window().is_everything() {
            return Ok(0);
        }
        let mut undated = Vec::new();
        let mut keep = |fact: FactNumber| {
            if meter.pay(self.filter.cost()).is_break() {
                return ControlFlow::Break(());
            }
            if self.judge(reading, fact) == Verdict::Undated {
                undated.push(fact);
            }
            ControlFlow::Continue(())
        };
        if let Some(document) = self.document {
            let _ = reading.document_facts(document).into_iter().try_for_each(&mut keep);
        } else if let Some(node) = self.through(reading) {
            reading.incident_undated(node, |incidence| keep(incidence.fact));
        } else {
            reading.undated(&mut keep);
        }
        let mut count = 0;
        for fact in undated {
            if meter.pay(self.late_cost()).is_break() {
                break;
            }
            count += u64::from(self.quotes(ask, fact)?);
        }
        Ok(count)
    }
}

/// Numbers of the facts recorded at a revision.
fn recorded_at(reading: Reading<'_>, revision: Revision) -> std::ops::Range<u32> {
    let counter = |number: u64| reading.view().head_of(Revision(number)).map_or(0, |head| head.counters.facts);
    counter(revision.0.saturating_sub(1))..counter(revision.0)
}

fn key(reading: Reading<'_>, fact: FactNumber) -> Option<Key> {
    let opened = reading.all_evidence(fact).first()?.opened;
    Some((opened, reading.fact(fact)?.id))
}
