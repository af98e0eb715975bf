//! The vocabulary, as the API tells it.

use crate::ontology::{NodeTypeDef, RelationDef};

use super::{Asking, Schema, SchemaRelation, SchemaType};

/// All node types and relations, in the order of the ontology.
#[must_use]
pub fn schema(ask: &Asking<'_>) -> Schema {
    let ontology = ask.reading.view().ontology();
    Schema {
        types: ontology.types().iter().map(schema_type).collect(),
        relations: ontology.relations().iter().map(schema_relation).collect(),
    }
}

fn schema_type(found: &NodeTypeDef) -> SchemaType {
    SchemaType {
        name: found.name.to_string(),
        is_a: found.is_a.clone(),
        description: found.description.clone(),
        schema_org: found.schema_org.clone(),
        follow_the_money: found.follow_the_money.clone(),
    }
}

fn schema_relation(found: &RelationDef) -> SchemaRelation {
    let mut to = found.to.clone();
    to.extend(found.takes_value.then(|| "value".to_owned()));
    to.extend(found.takes_nothing.then(|| "nothing".to_owned()));
    SchemaRelation {
        name: found.name.to_string(),
        phrase: found.phrase.clone(),
        phrase_negated: found.phrase_negated.clone(),
        from: found.from.clone(),
        to,
        kind: found.kind.as_str().to_owned(),
        symmetric: found.symmetric,
        inverse: found.inverse.clone(),
        identifying: found.identifying.clone(),
        category: found.category.clone(),
        cameo: found.cameo.clone(),
        wikidata: found.wikidata.clone(),
        follow_the_money: found.follow_the_money.clone(),
    }
}
