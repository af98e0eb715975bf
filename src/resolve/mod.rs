//! Which node a name means: the exact alias index first, then rules; never a guess.
//!
//! [`resolve`] decides for every [`Entity`] of a report: an existing node, or a new one. Two reports'
//! entities become one node only when a full proper name and the type agree; a description ("Kenyan
//! police") only when its owner is the same as well. A single-word name of a person never joins: two
//! people named Li in two reports are two nodes until somebody says otherwise. What is known by which name
//! comes through [`KnownNames`], which the view implements. Nothing is deleted or merged here.

use crate::extract::Entity;
use crate::model::{Node, NodeNumber, fold};
use crate::ontology::Ontology;

/// Longest name that is taken for an acronym, in letters.
const ACRONYM: usize = 5;

/// What an entity of a report turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// A node of the store; `names` are those of the report that it did not have yet.
    Known {
        /// The node.
        node: NodeNumber,
        /// New names for it.
        names: Vec<String>,
    },
    /// No node of the store.
    New,
}

/// The exact alias index of a store.
pub trait KnownNames {
    /// The nodes one of whose names equals `name` once both are folded, by number.
    fn named(&self, name: &str) -> Vec<(NodeNumber, &Node)>;
}

/// Decides for each entity, in order.
#[must_use]
pub fn resolve(entities: &[Entity], known: &dyn KnownNames, ontology: &Ontology) -> Vec<Resolution> {
    Rules { known, ontology }.decide_all(entities)
}

/// The names by which an entity is known beyond its report: part of a person's name is none.
pub fn lasting_names(entity: &Entity) -> impl Iterator<Item = &str> {
    let names = std::iter::once(&entity.name).chain(entity.aliases.iter().filter(|_| entity.is_named));
    names
        .map(String::as_str)
        .filter(|name| *name == entity.name || is_whole(entity, name))
}

/// The rules, and what they ask.
struct Rules<'a> {
    known: &'a dyn KnownNames,
    ontology: &'a Ontology,
}

impl<'a> Rules<'a> {
    fn decide_all(&self, entities: &[Entity]) -> Vec<Resolution> {
        let mut out: Vec<Resolution> = vec![Resolution::New; entities.len()];
        for number in 0..entities.len() {
            // Owners first, whatever the order: a description hangs on its owner's node.
            self.decide(entities, number, &mut out, 0);
        }
        out
    }

    fn decide(&self, entities: &[Entity], number: usize, out: &mut [Resolution], depth: usize) {
        let Some(entity) = entities.get(number) else { return };
        // A chain of owners is short; a ring of them would be the extractor's mistake.
        if let Some(owner) = entity.owner.filter(|_| depth < 4) {
            self.decide(entities, owner, out, depth + 1);
        }
        let owner_known = entity
            .owner
            .is_some_and(|owner| matches!(out.get(owner), Some(Resolution::Known { .. })));
        let found = if entity.is_named {
            self.by_name(entity)
        } else {
            self.by_description(entity, owner_known)
        };
        let resolution = found.map_or(Resolution::New, |(node, held)| Resolution::Known {
            node,
            names: new_names(entity, held),
        });
        if let Some(slot) = out.get_mut(number) {
            *slot = resolution;
        }
    }

    /// The one node that has a full name of the entity and a type that agrees.
    fn by_name(&self, entity: &Entity) -> Option<(NodeNumber, &'a Node)> {
        let keys = std::iter::once(&entity.name)
            .chain(&entity.aliases)
            .filter(|name| identifies(entity, name));
        keys.map(|name| self.candidates(entity, name))
            .find(|found| !found.is_empty())
            .and_then(|found| one_of(entity, &found))
    }

    fn candidates(&self, entity: &Entity, name: &str) -> Vec<(NodeNumber, &'a Node)> {
        let mut found = self.known.named(name);
        let folded = fold(name);
        // An acronym alone says little: only a node that is shown under it is meant.
        found.retain(|(_, node)| self.agrees(entity, node) && (!is_acronym(entity, name) || fold(&node.name) == folded));
        found
    }

    /// Same type, or both some kind of organisation: reports differ on whether a movement is a party.
    fn agrees(&self, entity: &Entity, node: &Node) -> bool {
        entity.node_type == node.node_type.as_ref() || (self.is_body(&entity.node_type) && self.is_body(&node.node_type))
    }

    fn is_body(&self, node_type: &str) -> bool {
        self.ontology.is_a(node_type, "Org")
    }

    /// A description names nothing by itself: its owner must be known, and name and type be the same.
    fn by_description(&self, entity: &Entity, owner_known: bool) -> Option<(NodeNumber, &'a Node)> {
        if !owner_known {
            return None;
        }
        let folded = fold(&entity.name);
        let mut found = self.known.named(&entity.name);
        found.retain(|(_, node)| node.node_type.as_ref() == entity.node_type && fold(&node.name) == folded);
        one_of(entity, &found)
    }
}

/// The only candidate, or the only one of exactly the entity's type.
fn one_of<'n>(entity: &Entity, found: &[(NodeNumber, &'n Node)]) -> Option<(NodeNumber, &'n Node)> {
    if let [one] = found {
        return Some(*one);
    }
    let mut same = found.iter().filter(|(_, node)| node.node_type.as_ref() == entity.node_type);
    match (same.next(), same.next()) {
        (Some(one), None) => Some(*one),
        _ => None,
    }
}

/// Whether a name tells which thing is meant, anywhere.
fn identifies(entity: &Entity, name: &str) -> bool {
    if fold(name).is_empty() {
        return false;
    }
    if entity.node_type == "Person" {
        return is_whole(entity, name);
    }
    // "Ministry of Defence" beside "Kenyan Ministry of Defence" is any state's.
    let bare = name != entity.name && entity.owner.is_some() && fold(&entity.name).ends_with(&fold(name));
    !bare && (name == entity.name || entity.node_type == "State" || !is_acronym(entity, name))
}

/// Whether a name is more than a part of a person's name. In Han, Hangul and the like a full name is one word.
fn is_whole(entity: &Entity, name: &str) -> bool {
    let caseless = || !name.is_ascii() && name.chars().all(|c| !c.is_lowercase() && !c.is_uppercase());
    entity.node_type != "Person" || name.split_whitespace().count() > 1 || caseless()
}

fn is_acronym(entity: &Entity, name: &str) -> bool {
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    entity.node_type != "State" && letters <= ACRONYM && name.is_ascii() && name.chars().all(|c| !c.is_lowercase())
}

/// Names of the entity that the node does not have.
fn new_names(entity: &Entity, node: &Node) -> Vec<String> {
    if !entity.is_named {
        return Vec::new();
    }
    let mut held: Vec<String> = node.names.iter().map(|name| fold(&name.text)).collect();
    let mut out = Vec::new();
    for name in lasting_names(entity) {
        let folded = fold(name);
        if !folded.is_empty() && !held.contains(&folded) {
            held.push(folded);
            out.push(name.to_owned());
        }
    }
    out
}

#[cfg(test)]
mod tests;
