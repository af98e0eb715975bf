//! Which node a posted fact means: an id, a name, or a new node.
//!
//! An exact id always wins. A name alone has to be the name of one node. A name *with a type* means the
//! node of exactly that spelling and type, and makes it when there is none, so that distinct spellings of
//! a data set stay distinct nodes.
//!
//! Speakers and places are named in rows without a type. When such a node is new, its type is
//! *provisional* (`Organization`, `Place`, or `State` where it has the name of one), which its property
//! [`PROVISIONAL`] says; the first line that gives the node's id and a type settles it. So rows read from
//! one store can be posted into an empty one, in any order.

use std::collections::HashMap;

use super::Planner;
use crate::format::actors::is_state;
use crate::format::{Fault, problem};
use crate::ingest::Why;
use crate::model::{Name, Node, NodeId, NodeNumber, NodeType, fold, slug};
use crate::ontology::{ObjectType, TypeNumber};

/// Property of a node that says what of it was assumed: `type`, or `name and type`.
pub(super) const PROVISIONAL: &str = "provisional";
/// Type of a new node that is only known to speak.
const SPEAKER_TYPE: &str = "Organization";
/// Type of a new node that is only known as a place.
const PLACE_TYPE: &str = "Place";
/// Type of a new place that has the name of a state.
const STATE_TYPE: &str = "State";
/// Class of what can be a place.
const PLACE_CLASS: &str = "Location";
/// The longest name, in bytes.
const MAX_NAME: usize = 400;

/// Nodes by exact name and type, as they were found last, and their types: a file names the same few thousand again
/// and again.
#[derive(Debug, Default)]
pub(super) struct Spellings {
    by_type: Vec<HashMap<String, NodeNumber>>,
    kept: usize,
    types: Vec<Option<TypeNumber>>,
}

impl Spellings {
    /// Names that are kept at most.
    const MOST: usize = 100_000;

    fn get(&self, name: &str, node_type: TypeNumber) -> Option<NodeNumber> {
        self.by_type.get(usize::from(node_type.0))?.get(name).copied()
    }

    fn keep(&mut self, name: &str, node_type: TypeNumber, number: NodeNumber) {
        if self.kept >= Self::MOST {
            self.forget();
        }
        self.kept += 1;
        let place = usize::from(node_type.0);
        if self.by_type.len() <= place {
            self.by_type.resize_with(place + 1, HashMap::new);
        }
        if let Some(names) = self.by_type.get_mut(place) {
            names.insert(name.to_owned(), number);
        }
    }

    /// To be called whenever a node gets or loses a name or a type, but for a new node that [`Planner::spelt`] makes.
    pub(super) fn forget(&mut self) {
        self.by_type.clear();
        self.kept = 0;
        self.types.clear();
    }
}

/// What a line says about a node: the fields, and how they are called in a pointer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reference<'a> {
    /// The field of the id or name, such as `subject`.
    pub(super) field: &'static str,
    /// An id, or a name.
    pub(super) id: Option<&'a str>,
    /// A name.
    pub(super) name: Option<&'a str>,
    /// A type.
    pub(super) node_type: Option<&'a str>,
}

impl Planner {
    /// A node as it will be once what is pending is written.
    pub(super) fn node(&self, number: NodeNumber) -> Option<&Node> {
        self.pending.node(number).or_else(|| self.reading().node(number))
    }

    pub(super) fn node_type(&self, number: NodeNumber) -> NodeType {
        self.node(number).map_or_else(|| NodeType::from(""), |node| node.node_type.clone())
    }

    /// The number of a node's type.
    pub(super) fn type_number(&mut self, number: NodeNumber) -> Option<TypeNumber> {
        if let Some(Some(known)) = self.spellings.types.get(number.index()) {
            return Some(*known);
        }
        let found = self.ontology().type_number(&self.node(number)?.node_type)?;
        let types = &mut self.spellings.types;
        if types.len() <= number.index() {
            types.resize(number.index() + 1, None);
        }
        if let Some(place) = types.get_mut(number.index()) {
            *place = Some(found);
        }
        Some(found)
    }

    pub(super) fn node_by_id(&self, id: &str) -> Option<NodeNumber> {
        self.reading().node_by_id(id).or_else(|| self.pending.node_by_id(id))
    }

    /// Nodes of a name, folded, by number.
    fn named(&self, name: &str) -> Vec<NodeNumber> {
        let mut found = self.reading().nodes_named(name);
        found.extend_from_slice(self.pending.named(&fold(name)));
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The end of a fact that a line means; `None` when it says nothing about it.
    pub(super) fn find_or_make(&mut self, end: Reference<'_>) -> Result<Option<NodeNumber>, Fault> {
        let node_type = match end.node_type {
            Some(wanted) => {
                let number = self.ontology().type_number(wanted);
                Some((wanted, number.ok_or_else(|| self.unknown_type(end.field, wanted))?))
            }
            None => None,
        };
        match (end.id, end.name, node_type) {
            (Some(id), name, node_type) => {
                if let Some(number) = self.node_by_id(id) {
                    self.settle(number, name, end.node_type);
                    return Ok(Some(number));
                }
                match (name, node_type, id.parse::<NodeId>()) {
                    (Some(name), Some((node_type, _)), Ok(id)) => self.make(id, name, node_type, end.field).map(Some),
                    (Some(name), Some(node_type), Err(_)) if self.named(id).is_empty() => self.spelt(name, node_type, end.field).map(Some),
                    _ => self.by_name(id, end.node_type, end.field).map(Some),
                }
            }
            (None, Some(name), Some(node_type)) => self.spelt(name, node_type, end.field).map(Some),
            (None, Some(name), None) => self.by_name(name, None, end.field).map(Some),
            (None, None, Some(_)) => {
                let detail = format!("'{0}_type' needs '{0}_name' or '{0}' beside it", end.field);
                Err(Fault::new(format!("/{}", end.field), problem::MISSING_FIELD, detail))
            }
            (None, None, None) => Ok(None),
        }
    }

    /// The one node of a name.
    fn by_name(&self, name: &str, node_type: Option<&str>, field: &str) -> Result<NodeNumber, Fault> {
        let mut found = self.named(name);
        if let Some(wanted) = node_type.filter(|_| found.len() > 1) {
            found.retain(|number| &*self.node_type(*number) == wanted);
        }
        match found.as_slice() {
            [one] => Ok(*one),
            [] => {
                let hint = if matches!(field, "subject" | "object") {
                    format!("; '{field}_name' and '{field}_type' together make a new one")
                } else {
                    String::new()
                };
                let detail = format!("no node has the id or the name '{name}'{hint}");
                Err(Fault::new(format!("/{field}"), problem::UNKNOWN_NODE, detail))
            }
            many => Err(self.ambiguous(name, many, field)),
        }
    }

    fn ambiguous(&self, name: &str, candidates: &[NodeNumber], field: &str) -> Fault {
        let shown = candidates.iter().take(5).filter_map(|number| self.node(*number));
        let shown: Vec<String> = shown.map(|node| format!("{} ({})", node.id, node.node_type)).collect();
        let more = if candidates.len() > shown.len() { ", …" } else { "" };
        let detail = format!(
            "'{name}' is the name of {} nodes: give the id of {}{more}",
            candidates.len(),
            shown.join(" or ")
        );
        Fault::new(format!("/{field}"), problem::AMBIGUOUS_NODE, detail)
    }

    fn unknown_type(&self, field: &str, wanted: &str) -> Fault {
        let nearest = self.ontology().nearest_types(wanted);
        let hint = if nearest.is_empty() {
            String::new()
        } else {
            format!(" (near: {})", nearest.join(", "))
        };
        Fault::new(
            format!("/{field}_type"),
            problem::ONTOLOGY_RULE,
            format!("there is no node type '{wanted}'{hint}"),
        )
    }

    /// The node of exactly this spelling and type; a new one when there is none.
    fn spelt(&mut self, name: &str, (node_type, type_number): (&str, TypeNumber), field: &str) -> Result<NodeNumber, Fault> {
        let name = checked_name(name, field)?;
        if let Some(number) = self.spellings.get(name, type_number) {
            return Ok(number);
        }
        let mut found = self.spelt_so(name);
        found.retain(|number| &*self.node_type(*number) == node_type);
        let number = match found.as_slice() {
            [one] => *one,
            [] => {
                let id = self.free_node_id(name);
                self.pending.add_node(Node::new(id, node_type, name))
            }
            many => return Err(self.ambiguous(name, many, field)),
        };
        self.spellings.keep(name, type_number, number);
        Ok(number)
    }

    /// A new node whose name others may have too.
    pub(super) fn add_node(&mut self, node: Node) -> NodeNumber {
        self.spellings.forget();
        self.pending.add_node(node)
    }

    /// A new version of a node.
    pub(super) fn change_node(&mut self, number: NodeNumber, node: Node, why: &Why) {
        self.spellings.forget();
        self.pending.change_node(number, node, why);
    }

    /// Nodes one of whose names is spelt exactly so.
    fn spelt_so(&self, name: &str) -> Vec<NodeNumber> {
        let mut found = self.named(name);
        found.retain(|number| {
            self.node(*number)
                .is_some_and(|node| node.names.iter().any(|known| known.text == name))
        });
        found
    }

    /// The slug of a name, with the next free number.
    pub(super) fn free_node_id(&mut self, name: &str) -> NodeId {
        let free = self.free_slug(slug(name), |planner, id| planner.node_by_id(id).is_some());
        #[expect(clippy::expect_used, reason = "a slug of at most 96 bytes and a number are an id by their form")]
        free.parse().expect("a slug is an id")
    }

    fn make(&mut self, id: NodeId, name: &str, node_type: &str, field: &str) -> Result<NodeNumber, Fault> {
        let name = checked_name(name, field)?;
        Ok(self.add_node(Node::new(id, node_type, name)))
    }

    fn make_provisional(&mut self, id: NodeId, name: Option<&str>, node_type: &str, field: &str) -> Result<NodeNumber, Fault> {
        let shown = checked_name(name.unwrap_or(id.as_str()), field)?.to_owned();
        let assumed = if name.is_some() { "type" } else { "name and type" };
        let mut node = Node::new(id, node_type, shown);
        node.properties.insert(PROVISIONAL.to_owned(), assumed.to_owned());
        Ok(self.add_node(node))
    }

    fn is_provisional(&self, number: NodeNumber) -> bool {
        self.node(number).is_some_and(|node| node.properties.contains_key(PROVISIONAL))
    }

    /// Takes over the type (and the name) that a line gives to a node whose own was assumed.
    fn settle(&mut self, number: NodeNumber, name: Option<&str>, node_type: Option<&str>) {
        let Some(node_type) = node_type else { return };
        if !self.is_provisional(number) || !self.may_become(number, node_type) {
            return;
        }
        let Some(mut node) = self.node(number).cloned() else { return };
        let assumed = node.properties.remove(PROVISIONAL);
        node.node_type = node_type.into();
        if let Some(name) = name.filter(|_| assumed.as_deref() == Some("name and type")) {
            name.clone_into(&mut node.name);
            node.names = vec![Name::plain(name)];
        }
        self.change_node(number, node, &Why::default());
    }

    /// A speaker of a row: an id or a name; a new id is made when the row says its name too.
    pub(super) fn speaker(&mut self, given: &str, name: Option<&str>, place: usize) -> Result<NodeNumber, Fault> {
        if let Some(number) = self.node_by_id(given) {
            return Ok(number);
        }
        let field = format!("speakers/{place}");
        match (given.parse::<NodeId>(), name) {
            (Ok(id), Some(name)) => self.make_provisional(id, Some(name), SPEAKER_TYPE, &field),
            _ => self.by_name(given, None, &field),
        }
    }

    /// A speaker known by id alone, in the evidence of a row.
    pub(super) fn speaker_by_id(&mut self, given: &str, field: &str) -> Result<NodeNumber, Fault> {
        match (self.node_by_id(given), given.parse::<NodeId>()) {
            (Some(number), _) => Ok(number),
            (None, Ok(id)) => self.make_provisional(id, None, SPEAKER_TYPE, field),
            (None, Err(error)) => Err(Fault::new(format!("/{field}"), problem::INVALID_VALUE, error.to_string())),
        }
    }

    /// The place of a row: an id or a name, or a new place of the name given beside it.
    pub(super) fn place(&mut self, given: Option<&str>, name: Option<&str>) -> Result<Option<NodeNumber>, Fault> {
        let number = match (given, name) {
            (None, None) => return Ok(None),
            (Some(given), name) => self.place_given(given, name)?,
            (None, Some(name)) => self.place_named(name)?,
        };
        self.checked_place(number).map(Some)
    }

    fn place_given(&mut self, given: &str, name: Option<&str>) -> Result<NodeNumber, Fault> {
        if let Some(number) = self.node_by_id(given) {
            return Ok(number);
        }
        match (given.parse::<NodeId>(), name) {
            (Ok(id), Some(name)) => self.make_provisional(id, Some(name), PLACE_TYPE, "place"),
            _ => self.by_name(given, None, "place"),
        }
    }

    /// The place of a name; a new one when no place has it. The name of a state is that state.
    pub(super) fn place_named(&mut self, name: &str) -> Result<NodeNumber, Fault> {
        let name = checked_name(name, "place_name")?;
        let node_type = place_type(name);
        let mut found = self.named(name);
        found.retain(|number| {
            if node_type == PLACE_TYPE {
                self.is_place(*number)
            } else {
                *self.node_type(*number) == *node_type
            }
        });
        if found.len() > 1 {
            // A place of exactly that spelling is meant rather than one that only folds to it.
            let spelt = self.spelt_so(name);
            if found.iter().any(|number| spelt.contains(number)) {
                found.retain(|number| spelt.contains(number));
            }
        }
        match found.as_slice() {
            [one] => Ok(*one),
            [] => {
                let id = self.free_node_id(name);
                self.make_provisional(id, Some(name), node_type, "place_name")
            }
            many => Err(self.ambiguous(name, many, "place_name")),
        }
    }

    pub(super) fn is_place(&self, number: NodeNumber) -> bool {
        self.ontology().is_a(&self.node_type(number), PLACE_CLASS)
    }

    fn checked_place(&self, number: NodeNumber) -> Result<NodeNumber, Fault> {
        if self.is_place(number) {
            return Ok(number);
        }
        let node = self
            .node(number)
            .map(|node| format!("'{}' is a {}", node.id, node.node_type))
            .unwrap_or_default();
        Err(Fault::new(
            "/place",
            problem::ONTOLOGY_RULE,
            format!("a place is a {PLACE_CLASS}; {node}"),
        ))
    }

    /// Whether all facts of a node would still fit the ontology with another type of it.
    pub(super) fn may_become(&self, number: NodeNumber, node_type: &str) -> bool {
        self.broken_by(number, node_type).is_none()
    }

    /// The first rule that another type of the node would break.
    pub(super) fn broken_by(&self, number: NodeNumber, node_type: &str) -> Option<String> {
        if *self.node_type(number) == *node_type {
            return None;
        }
        self.broken_in_view(number, node_type)
            .or_else(|| self.broken_in_pending(number, node_type))
    }

    fn broken_in_view(&self, number: NodeNumber, node_type: &str) -> Option<String> {
        use crate::view::{ObjectRef, Side};
        let reading = self.reading();
        reading.node(number)?;
        let mut broken = None;
        reading.incident(number, crate::model::time::Window::default(), |incidence| {
            broken = match (incidence.side, reading.fact(incidence.fact)) {
                (Side::Place, _) if !self.ontology().is_a(node_type, PLACE_CLASS) => Some(format!("a place is a {PLACE_CLASS}")),
                (Side::Place, _) | (_, None) => None,
                (_, Some(fact)) => {
                    let relation = &self.ontology().relation(fact.relation).name;
                    let object = match fact.object {
                        ObjectRef::Node(object) => Some(object),
                        ObjectRef::Value(_) | ObjectRef::None => None,
                    };
                    let value = matches!(fact.object, ObjectRef::Value(_));
                    self.broken(relation, (fact.subject, object, value), number, node_type)
                }
            };
            if broken.is_some() {
                std::ops::ControlFlow::Break(())
            } else {
                std::ops::ControlFlow::Continue(())
            }
        });
        broken
    }

    fn broken_in_pending(&self, number: NodeNumber, node_type: &str) -> Option<String> {
        use crate::store::StoredObject;
        let records = self.pending.records();
        let as_place = records
            .facts
            .iter()
            .map(|fact| &fact.evidence)
            .chain(records.evidence.iter().map(|record| &record.evidence));
        if !self.ontology().is_a(node_type, PLACE_CLASS) && as_place.clone().any(|evidence| evidence.place == Some(number)) {
            return Some(format!("a place is a {PLACE_CLASS}"));
        }
        records.facts.iter().find_map(|fact| {
            let (object, value) = match &fact.object {
                StoredObject::Node(object) => (Some(*object), false),
                StoredObject::Value(_) => (None, true),
                StoredObject::None => (None, false),
            };
            if fact.subject != number && object != Some(number) {
                return None;
            }
            self.broken(&fact.relation, (fact.subject, object, value), number, node_type)
        })
    }

    /// The rule that a fact breaks once `number` has another type.
    fn broken(&self, relation: &str, ends: (NodeNumber, Option<NodeNumber>, bool), number: NodeNumber, node_type: &str) -> Option<String> {
        let (subject, object, value) = ends;
        let type_of = |end: NodeNumber| {
            if end == number {
                NodeType::from(node_type)
            } else {
                self.node_type(end)
            }
        };
        let object_type = object.map(type_of);
        let to = match &object_type {
            Some(found) => ObjectType::Node(found),
            None if value => ObjectType::Value,
            None => ObjectType::None,
        };
        self.ontology()
            .check(relation, &type_of(subject), to)
            .err()
            .map(|error| error.to_string())
    }
}

/// The type of a new place.
fn place_type(name: &str) -> &'static str {
    if is_state(name) { STATE_TYPE } else { PLACE_TYPE }
}

/// A name that can be a node's.
pub(super) fn checked_name<'a>(name: &'a str, field: &str) -> Result<&'a str, Fault> {
    let name = name.trim();
    let fault = |detail: String| Err(Fault::new(format!("/{field}"), problem::INVALID_VALUE, detail));
    if name.is_empty() {
        return fault("a name is not empty".to_owned());
    }
    if name.len() > MAX_NAME {
        return fault(format!("a name is at most {MAX_NAME} bytes long, this one has {}", name.len()));
    }
    if name.chars().any(char::is_control) {
        return fault("a name holds no control characters".to_owned());
    }
    Ok(name)
}
