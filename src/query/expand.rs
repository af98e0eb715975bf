//! The one way to walk the graph: from a set of nodes, each with its own days, along the facts that pass a filter.
//!
//! [`Walk::expand`] is all that neighbourhood and paths know of the view, and all that an engine over several
//! machines would have to answer: one batch of range scans a level. It follows facts from subject to object
//! and back, never to their place, and only where the object is a node.
//!
//! Hits come in no order, and all of them: to stop among them would make an answer depend on the layout of memory.
//! [`Walk::newest`] has an order, and may be stopped. What bounds a walk is the [`Meter`].

use std::ops::ControlFlow;

use crate::model::time::Window;
use crate::model::{Day, FactNumber, NodeNumber};
use crate::ontology::RelationNumber;
use crate::view::{Incidence, NeighbourList, Reading, Side};

use super::budget::{Cost, Meter};
use super::filter::{Filter, choice};
use super::question::Question;
use super::sieve::Sieve;
use super::{Asking, QueryError};

/// Which way facts are followed. Symmetric relations are followed both ways whatever is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Direction {
    /// From subject to object.
    Out,
    /// From object to subject.
    In,
    /// Either way.
    #[default]
    Both,
}

impl Direction {
    /// Reads the parameter `direction`.
    ///
    /// # Errors
    ///
    /// [`QueryError::Invalid`] naming the words there are.
    pub(super) fn read(ask: &Asking<'_>, question: &Question, given: Option<&str>) -> Result<Self, QueryError> {
        let words = [Self::Out, Self::In, Self::Both].map(|word| (word.as_str(), word));
        choice(ask, question, "direction", given, &words).map(Option::unwrap_or_default)
    }

    /// The word as it stands in the API.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Out => "out",
            Self::In => "in",
            Self::Both => "both",
        }
    }

    /// The same, walked from the far end.
    pub(super) const fn reversed(self) -> Self {
        match self {
            Self::Out => Self::In,
            Self::In => Self::Out,
            Self::Both => Self::Both,
        }
    }

    fn allows(self, side: Side, either_way: impl Fn() -> bool) -> bool {
        match (self, side) {
            (_, Side::Place) => false,
            (Self::Both, _) | (Self::Out, Side::Subject) | (Self::In, Side::Object) => true,
            _ => either_way(),
        }
    }
}

/// One node to go on from, and the days on which facts may be used there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// The node.
    pub(super) node: NodeNumber,
    /// The days: the filter's, or fewer of them.
    pub(super) window: Window,
}

/// One fact that leads from a step's node to another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    /// Where it leads.
    pub(super) to: NodeNumber,
    /// The fact.
    pub(super) fact: FactNumber,
    /// What is known of its id without a look at it, see [`Incidence::id_prefix`].
    pub(super) id_prefix: u16,
    /// Its relation.
    pub(super) relation: RelationNumber,
    /// Whether the step's node is the fact's object.
    pub(super) reversed: bool,
    /// The earliest day on which the fact may have held.
    pub(super) earliest: Option<Day>,
    /// The latest day on which it may have held; one without a date has neither.
    pub(super) latest: Option<Day>,
}

/// How facts are followed in one question.
#[derive(Clone, Copy)]
pub(super) struct Walk<'a, 'v> {
    /// The view, at the revision asked for.
    pub(super) reading: Reading<'v>,
    /// What a fact must meet.
    pub(super) filter: &'a Filter,
    sieve: Sieve<'a, 'v>,
    /// Which way facts are followed.
    direction: Direction,
    /// Whether lists of neighbours answer for the facts, and then whether only affirmed ones count.
    only_affirmed: Option<bool>,
}

impl<'a, 'v> Walk<'a, 'v> {
    /// Facts that pass a filter, followed in a direction.
    pub(super) fn new(reading: Reading<'v>, filter: &'a Filter, direction: Direction) -> Self {
        Self {
            reading,
            filter,
            sieve: Sieve::new(reading, filter),
            direction,
            only_affirmed: filter.asks_only_affirmed().filter(|_| direction == Direction::Both),
        }
    }

    /// A step from a node on the days of the filter.
    pub(super) fn step(&self, node: NodeNumber) -> Step {
        Step {
            node,
            window: self.filter.window(),
        }
    }

    /// The same walk from the far end.
    #[must_use]
    pub(super) const fn reversed(self) -> Self {
        Self {
            direction: self.direction.reversed(),
            ..self
        }
    }

    /// Calls `visit` with each hit of each step, steps by node number, the hits of a step together and in no
    /// promised order.
    ///
    /// Answers how many steps were looked at whole. When the meter ran out they are fewer than all, and the
    /// hits of the next step may have been visited in part: to use them would make an answer depend on the
    /// layout of memory.
    pub(super) fn expand(&self, steps: &mut [Step], meter: &mut Meter<'_>, mut visit: impl FnMut(&Step, Hit)) -> usize {
        steps.sort_unstable_by_key(|step| step.node);
        for (whole, step) in steps.iter().enumerate() {
            self.reading.incident(step.node, step.window, |incidence| {
                meter.pay(Cost::Edge)?;
                if let Some(hit) = self.hit(step.node, incidence) {
                    visit(step, hit);
                }
                ControlFlow::Continue(())
            });
            if meter.is_cut() {
                return whole;
            }
        }
        steps.len()
    }

    /// Calls `visit` with the nodes that facts lead to from a node, each at least once. Where the filter lets all
    /// facts pass, from the node's list of neighbours: a third as many, and each a glance. May stop once `visit`
    /// breaks; the whole list is paid for all the same.
    pub(super) fn neighbours(&self, node: NodeNumber, meter: &mut Meter<'_>, mut visit: impl FnMut(NodeNumber) -> ControlFlow<()>) {
        let Some((only_affirmed, near)) = self.only_affirmed.zip(self.reading.neighbours(node)) else {
            self.expand(&mut [self.step(node)], meter, |_, hit| {
                let _ = visit(hit.to);
            });
            return;
        };
        // By the facts they stand for: how they are spread over runs is the layout's business.
        if meter.pay_for(Cost::Glance, near.facts).is_continue() {
            near.each(|neighbour, is_negated| {
                if only_affirmed && is_negated {
                    ControlFlow::Continue(())
                } else {
                    visit(neighbour)
                }
            });
        }
    }

    /// The node's list of neighbours, where every fact that leads to a node passes.
    pub(super) fn all_near(&self, node: NodeNumber) -> Option<NeighbourList<'v>> {
        if self.only_affirmed == Some(false) {
            self.reading.neighbours(node)
        } else {
            None
        }
    }

    /// Calls `visit` with each hit of a step, newest first, of the same days by id, until it breaks.
    pub(super) fn newest(&self, step: Step, meter: &mut Meter<'_>, mut visit: impl FnMut(Hit) -> ControlFlow<()>) {
        self.reading.incident_by_newness(step.node, step.window, |incidence| {
            meter.pay(Cost::Edge)?;
            match self.hit(step.node, incidence) {
                Some(hit) => visit(hit),
                None => ControlFlow::Continue(()),
            }
        });
    }

    /// Whether the fact of a hit is followed from its other end too.
    pub(super) fn goes_both_ways(&self, hit: &Hit) -> bool {
        self.direction == Direction::Both || self.reading.view().ontology().relation(hit.relation).symmetric
    }

    /// The incidence as a hit, when it leads to a node, the right way, through the filter.
    #[inline]
    fn hit(&self, from: NodeNumber, incidence: Incidence) -> Option<Hit> {
        // First what most facts of a hub fail by.
        if !self.sieve.passes_by_entry(&incidence) {
            return None;
        }
        let to = incidence.other?;
        // A fact from a node to itself stands in its list once, and goes either way.
        let either_way = || to == from || self.reading.view().ontology().relation(incidence.relation).symmetric;
        let followed = self.direction.allows(incidence.side, either_way);
        (followed && self.sieve.passes_besides(&incidence)).then_some(Hit {
            to,
            fact: incidence.fact,
            id_prefix: incidence.id_prefix,
            relation: incidence.relation,
            reversed: incidence.side == Side::Object,
            earliest: incidence.earliest,
            latest: incidence.latest,
        })
    }
}
