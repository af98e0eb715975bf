//! The vocabulary: node types and relations, what may stand at their ends, and how they read as a sentence.
//!
//! [`Ontology::built_in`] is read from `ontology.toml` beside this file; a user's own file adds to it
//! ([`Ontology::extended`]). Every write is checked by [`Ontology::check`], whose error names the rule.
//! The mappings to other vocabularies are kept as data and not acted upon here.

mod definition;
mod error;
mod file;
mod nearest;
mod sentence;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, LazyLock};

use crate::model::{Modality, NodeId, Object, Polarity, Qualifiers};

pub use definition::{Kind, NodeTypeDef, ObjectType, RelationDef, RelationNumber, TypeNumber};
pub use error::OntologyError;
pub use sentence::Sentence;

/// The class every node type belongs to.
const ANY: &str = "any";

static BUILT_IN: LazyLock<Arc<Ontology>> = LazyLock::new(|| {
    let mut ontology = Ontology::default();
    #[expect(
        clippy::expect_used,
        reason = "the file is part of the binary, and every test that asks for it reads it whole"
    )]
    file::add(&mut ontology, include_str!("ontology.toml")).expect("the built-in ontology is well formed");
    Arc::new(ontology)
});

/// The vocabulary of a store: the built-in one, and what the user's own file adds.
#[derive(Clone, Debug, Default)]
pub struct Ontology {
    types: Vec<NodeTypeDef>,
    relations: Vec<RelationDef>,
    type_numbers: HashMap<Arc<str>, TypeNumber>,
    relation_numbers: HashMap<Arc<str>, RelationNumber>,
    /// A class and the classes it implies.
    classes: BTreeMap<String, Vec<String>>,
}

impl Ontology {
    /// The vocabulary that comes with Dateline.
    #[must_use]
    pub fn built_in() -> Arc<Self> {
        BUILT_IN.clone()
    }

    /// The built-in vocabulary and what `file` (TOML, the form of the built-in one) adds to it.
    ///
    /// # Errors
    ///
    /// [`OntologyError::File`] when it is not TOML of that form, defines a name twice, or names an
    /// unknown class.
    pub fn extended(file: &str) -> Result<Arc<Self>, OntologyError> {
        let mut ontology = Self::clone(&BUILT_IN);
        file::add(&mut ontology, file)?;
        Ok(Arc::new(ontology))
    }

    /// All node types, in the order of the file.
    #[must_use]
    pub fn types(&self) -> &[NodeTypeDef] {
        &self.types
    }

    /// All relations, in the order of the file.
    #[must_use]
    pub fn relations(&self) -> &[RelationDef] {
        &self.relations
    }

    /// The number of a relation.
    #[must_use]
    pub fn relation_number(&self, name: &str) -> Option<RelationNumber> {
        self.relation_numbers.get(name).copied()
    }

    /// The relation of a number that this ontology gave.
    #[must_use]
    #[expect(
        clippy::indexing_slicing,
        reason = "numbers come from this ontology, which only grows before it is shared"
    )]
    pub fn relation(&self, number: RelationNumber) -> &RelationDef {
        &self.relations[usize::from(number.0)]
    }

    /// The number of a node type.
    #[must_use]
    pub fn type_number(&self, name: &str) -> Option<TypeNumber> {
        self.type_numbers.get(name).copied()
    }

    /// The type of a number that this ontology gave.
    #[must_use]
    #[expect(
        clippy::indexing_slicing,
        reason = "numbers come from this ontology, which only grows before it is shared"
    )]
    pub fn node_type(&self, number: TypeNumber) -> &NodeTypeDef {
        &self.types[usize::from(number.0)]
    }

    /// Whether a node of `node_type` belongs to `class` (a type's own name, a class such as `Actor`, or `any`).
    #[must_use]
    pub fn is_a(&self, node_type: &str, class: &str) -> bool {
        self.type_number(node_type).is_some_and(|number| {
            let def = self.node_type(number);
            class == ANY || *def.name == *class || def.is_a.iter().any(|known| known == class)
        })
    }

    /// The relations of a PLOVER category such as `CONSULT`; empty when there is none.
    #[must_use]
    pub fn category(&self, name: &str) -> Vec<RelationNumber> {
        self.relations
            .iter()
            .filter(|relation| relation.category.as_deref() == Some(name))
            .filter_map(|relation| self.relation_number(&relation.name))
            .collect()
    }

    /// All PLOVER categories in use, in alphabetical order.
    #[must_use]
    pub fn categories(&self) -> Vec<&str> {
        let names: BTreeSet<&str> = self.relations.iter().filter_map(|relation| relation.category.as_deref()).collect();
        names.into_iter().collect()
    }

    /// Up to three relation names (categories too) near to `name`, nearest first.
    ///
    /// The name of a relation read from its object (`has_member`) gives that relation first.
    #[must_use]
    pub fn nearest_relations(&self, name: &str) -> Vec<String> {
        let names = self.relations.iter().map(|relation| &*relation.name).chain(self.categories());
        let mut near = nearest::nearest(name, names);
        let inverse_of = self.relations.iter().find(|relation| relation.inverse.as_deref() == Some(name));
        if let Some(relation) = inverse_of {
            near.retain(|other| *other != *relation.name);
            near.insert(0, relation.name.as_ref().to_owned());
            near.truncate(3);
        }
        near
    }

    /// Up to three type names near to `name`, nearest first.
    #[must_use]
    pub fn nearest_types(&self, name: &str) -> Vec<String> {
        nearest::nearest(name, self.types.iter().map(|node_type| &*node_type.name))
    }

    /// Whether a qualifier identifies a fact of this relation. `event`, the original label of an
    /// imported event, identifies whatever the relation.
    #[must_use]
    pub fn identifies(&self, relation: RelationNumber, qualifier: &str) -> bool {
        qualifier == sentence::EVENT || self.relation(relation).identifying.iter().any(|known| known == qualifier)
    }

    /// Checks the ends of a fact against domain and range.
    ///
    /// # Errors
    ///
    /// The rule that is broken.
    pub fn check(&self, relation: &str, subject_type: &str, object: ObjectType<'_>) -> Result<RelationNumber, OntologyError> {
        let number = self.relation_number(relation).ok_or_else(|| OntologyError::UnknownRelation {
            name: relation.to_owned(),
            nearest: self.nearest_relations(relation),
        })?;
        let def = self.relation(number);
        self.known_type(subject_type)?;
        let domain = match object {
            ObjectType::Value | ObjectType::None if !def.value_from.is_empty() => &def.value_from,
            _ => &def.from,
        };
        let fits = match object {
            ObjectType::Node(object_type) => {
                self.known_type(object_type)?;
                self.is_one_of(object_type, &def.to)
            }
            ObjectType::Value => def.takes_value,
            ObjectType::None => def.takes_nothing,
        };
        if !fits {
            return Err(range_error(def, object));
        }
        if !self.is_one_of(subject_type, domain) {
            return Err(OntologyError::Domain {
                relation: relation.to_owned(),
                allowed: one_of(domain),
                found: subject_type.to_owned(),
            });
        }
        match object {
            ObjectType::Node(object_type) if def.same_class && !self.share_class(subject_type, object_type, &def.from) => {
                Err(OntologyError::Range {
                    relation: relation.to_owned(),
                    allowed: format!("what its subject is ({}; the subject is {subject_type})", one_of(&def.from)),
                    found: object_type.to_owned(),
                })
            }
            _ => Ok(number),
        }
    }

    /// The ends as they are stored: those of a symmetric relation with the smaller id first.
    ///
    /// # Errors
    ///
    /// [`OntologyError::SameEnds`] for a symmetric relation of a node with itself.
    pub fn canonical_ends(&self, relation: RelationNumber, subject: NodeId, object: Object) -> Result<(NodeId, Object), OntologyError> {
        let def = self.relation(relation);
        match object {
            Object::Node(other) if def.symmetric && other == subject => Err(OntologyError::SameEnds {
                relation: def.name.as_ref().to_owned(),
            }),
            Object::Node(other) if def.symmetric && other < subject => Ok((other, Object::Node(subject))),
            object => Ok((subject, object)),
        }
    }

    /// The fact as one sentence: names, phrase, and what must not be missed
    /// (`Amnesty International called for an arms embargo concerning Myanmar [requested]`).
    ///
    /// `object` is the object's name or the value. Of the qualifiers, those that identify are read,
    /// and `place`, where a caller puts the name of the fact's place.
    #[must_use]
    pub fn sentence<'a>(
        &'a self,
        relation: RelationNumber,
        subject: &'a str,
        object: Option<&'a str>,
        modality: Modality,
        polarity: Polarity,
        qualifiers: &'a Qualifiers,
    ) -> Sentence<'a> {
        Sentence {
            relation: self.relation(relation),
            subject,
            object,
            modality,
            polarity,
            qualifiers,
        }
    }

    fn known_type(&self, name: &str) -> Result<(), OntologyError> {
        match self.type_number(name) {
            Some(_) => Ok(()),
            None => Err(OntologyError::UnknownType {
                name: name.to_owned(),
                nearest: self.nearest_types(name),
            }),
        }
    }

    fn is_one_of(&self, node_type: &str, classes: &[String]) -> bool {
        classes.iter().any(|class| self.is_a(node_type, class))
    }

    fn share_class(&self, one: &str, other: &str, classes: &[String]) -> bool {
        classes.iter().any(|class| self.is_a(one, class) && self.is_a(other, class))
    }

    /// Whether a relation may name this as one of its ends.
    fn is_end(&self, name: &str) -> bool {
        name == ANY || self.classes.contains_key(name) || self.type_number(name).is_some()
    }
}

/// `a`, `a or b`, `a, b or c`.
fn one_of(names: &[String]) -> String {
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => "nothing".to_owned(),
    }
}

fn range_error(def: &RelationDef, object: ObjectType<'_>) -> OntologyError {
    let mut allowed = def.to.clone();
    allowed.extend(def.takes_value.then(|| "a value".to_owned()));
    allowed.extend(def.takes_nothing.then(|| "nothing".to_owned()));
    OntologyError::Range {
        relation: def.name.as_ref().to_owned(),
        allowed: one_of(&allowed),
        found: match object {
            ObjectType::Node(node_type) => node_type.to_owned(),
            ObjectType::Value => "a value".to_owned(),
            ObjectType::None => "nothing".to_owned(),
        },
    }
}
