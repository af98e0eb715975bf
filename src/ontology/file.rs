//! The form of an ontology file (TOML), and what makes one unusable.
//!
//! [`add`] puts a file's entries into an [`Ontology`]; the built-in file goes the same way as a user's.

use serde::Deserialize;

use super::definition::{Kind, NodeTypeDef, RelationDef, RelationNumber, TypeNumber};
use super::sentence::Pattern;
use super::{ANY, Ontology, OntologyError};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    class: Vec<ClassEntry>,
    #[serde(default, rename = "type")]
    types: Vec<TypeEntry>,
    #[serde(default)]
    relation: Vec<RelationEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClassEntry {
    name: String,
    #[serde(default)]
    implies: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TypeEntry {
    name: String,
    description: String,
    #[serde(default)]
    is_a: Vec<String>,
    schema_org: Option<String>,
    follow_the_money: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "keys of the file, each independent of the others")]
struct RelationEntry {
    name: String,
    phrase: String,
    phrase_negated: String,
    #[serde(default)]
    reads: Vec<String>,
    from: Vec<String>,
    #[serde(default)]
    to: Vec<String>,
    #[serde(default)]
    value: bool,
    #[serde(default)]
    nothing: bool,
    #[serde(default)]
    value_from: Vec<String>,
    #[serde(default)]
    same_class: bool,
    kind: Kind,
    #[serde(default)]
    symmetric: bool,
    inverse: Option<String>,
    #[serde(default)]
    identifying: Vec<String>,
    category: Option<String>,
    cameo: Option<String>,
    wikidata: Option<String>,
    follow_the_money: Option<String>,
}

/// Adds the classes, types and relations of a file, in this order.
pub(super) fn add(ontology: &mut Ontology, text: &str) -> Result<(), OntologyError> {
    let file: File = toml::from_str(text).map_err(|error| in_line(text, &error))?;
    let refuse = OntologyError::File;
    for class in file.class {
        add_class(ontology, class).map_err(refuse)?;
    }
    for entry in file.types {
        add_type(ontology, entry).map_err(refuse)?;
    }
    for entry in file.relation {
        add_relation(ontology, entry).map_err(refuse)?;
    }
    Ok(())
}

/// The parser's message on one line, with the line it means.
fn in_line(text: &str, error: &toml::de::Error) -> OntologyError {
    let message = error.message().trim().replace('\n', " ");
    OntologyError::File(match error.span().and_then(|span| text.get(..span.start)) {
        Some(before) => format!("line {}: {message}", before.matches('\n').count() + 1),
        None => message,
    })
}

fn add_class(ontology: &mut Ontology, class: ClassEntry) -> Result<(), String> {
    let ClassEntry { name, implies } = class;
    if !is_type_name(&name) || name == ANY || ontology.classes.contains_key(&name) {
        return Err(format!("class '{name}' is there already, or is no name such as Actor"));
    }
    for above in &implies {
        if !ontology.classes.contains_key(above) {
            return Err(format!("class '{name}' implies '{above}', which is no class defined before it"));
        }
    }
    ontology.classes.insert(name, implies);
    Ok(())
}

fn add_type(ontology: &mut Ontology, entry: TypeEntry) -> Result<(), String> {
    let name = entry.name;
    if !is_type_name(&name) {
        return Err(format!("'{name}' is no type name: a capital, then letters and digits"));
    }
    if ontology.type_number(&name).is_some() {
        return Err(format!("type '{name}' is defined twice"));
    }
    let mut is_a: Vec<String> = Vec::new();
    let mut open: Vec<String> = entry.is_a.into_iter().rev().collect();
    // Classes imply only classes defined before them, so this ends.
    while let Some(class) = open.pop() {
        let implied = ontology
            .classes
            .get(&class)
            .ok_or_else(|| format!("type '{name}' is a '{class}', which is no class"))?;
        open.extend(implied.iter().rev().cloned());
        if !is_a.contains(&class) {
            is_a.push(class);
        }
    }
    let number = TypeNumber(number(ontology.types.len())?);
    let name: std::sync::Arc<str> = name.into();
    ontology.type_numbers.insert(name.clone(), number);
    ontology.types.push(NodeTypeDef {
        name,
        is_a,
        schema_org: entry.schema_org,
        follow_the_money: entry.follow_the_money,
        description: entry.description,
    });
    Ok(())
}

fn add_relation(ontology: &mut Ontology, entry: RelationEntry) -> Result<(), String> {
    let name = entry.name.clone();
    if let Some(reason) = fault(ontology, &entry) {
        return Err(format!("relation '{name}' {reason}"));
    }
    let number = RelationNumber(number(ontology.relations.len())?);
    let said = |word: Option<String>| word.filter(|word| word != "none");
    let name: std::sync::Arc<str> = name.into();
    ontology.relation_numbers.insert(name.clone(), number);
    ontology.relations.push(RelationDef {
        name,
        phrase: entry.phrase,
        phrase_negated: entry.phrase_negated,
        // A pattern with an open brace never fits.
        reads: entry.reads.iter().filter_map(|pattern| Pattern::read(pattern)).collect(),
        from: entry.from,
        to: entry.to,
        value_from: entry.value_from,
        same_class: entry.same_class,
        takes_value: entry.value,
        takes_nothing: entry.nothing,
        kind: entry.kind,
        symmetric: entry.symmetric,
        inverse: said(entry.inverse),
        identifying: entry.identifying,
        wikidata: entry.wikidata,
        follow_the_money: entry.follow_the_money,
        cameo: entry.cameo,
        category: said(entry.category),
    });
    Ok(())
}

/// What is wrong with a relation, to follow its name.
fn fault(ontology: &Ontology, entry: &RelationEntry) -> Option<String> {
    if !is_relation_name(&entry.name) {
        return Some("is no relation name: a small letter, then small letters, digits and '_'".to_owned());
    }
    if ontology.relation_number(&entry.name).is_some() {
        return Some("is defined twice".to_owned());
    }
    if entry.phrase.trim().is_empty() || entry.phrase_negated.trim().is_empty() {
        return Some("has an empty phrase".to_owned());
    }
    let ends = entry.from.iter().chain(&entry.to).chain(&entry.value_from);
    if let Some(unknown) = ends.clone().find(|end| !ontology.is_end(end)) {
        return Some(format!("names '{unknown}', which is no type, no class and not 'any'"));
    }
    if entry.from.is_empty() || (entry.to.is_empty() && !entry.value && !entry.nothing) {
        return Some("has no subject or no object".to_owned());
    }
    if entry.symmetric && (entry.from != entry.to || entry.value || entry.nothing || entry.inverse.is_some()) {
        return Some("is symmetric, so both ends are the same, a node is at each, and it has no inverse".to_owned());
    }
    if let Some(category) = entry.category.as_ref().filter(|word| *word != "none" && !is_category_name(word)) {
        return Some(format!("has the category '{category}', which is not in capitals"));
    }
    let qualifiers = entry.identifying.iter().map(String::as_str);
    let known: Vec<&str> = qualifiers.chain(["object"]).collect();
    entry
        .reads
        .iter()
        .flat_map(|pattern| super::sentence::parts_of(pattern))
        .find(|part| !known.contains(part))
        .map(|part| format!("reads '{{{part}}}', which is neither 'object' nor one of its identifying qualifiers"))
}

fn number(count: usize) -> Result<u16, String> {
    u16::try_from(count).map_err(|_| "more than 65,536 types or relations".to_owned())
}

fn is_type_name(name: &str) -> bool {
    name.len() <= 64 && name.starts_with(|c: char| c.is_ascii_uppercase()) && name.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn is_relation_name(name: &str) -> bool {
    name.len() <= 64
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

fn is_category_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
}
