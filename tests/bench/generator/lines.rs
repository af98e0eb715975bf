//! Generated facts as lines of NDJSON, each of which stands by itself: it names its nodes with id, name and type.

use dateline::model::{Day, slug};

use super::records::{chance, valid};
use super::{Drawn, vocabulary};

/// A fact as a line of `dateline import`, its end included.
pub(crate) fn line(fact: &Drawn) -> String {
    let (subject, object) = (vocabulary::name(fact.subject), vocabulary::name(fact.object));
    format!(
        "{{\"subject\":\"{}\",\"subject_name\":\"{subject}\",\"subject_type\":\"{}\",\"relation\":\"{}\",\
         \"object\":\"{}\",\"object_name\":\"{object}\",\"object_type\":\"{}\",\
         \"valid\":\"{}\",\"publisher\":\"{}\",\"reported\":\"{}\"}}\n",
        slug(&subject),
        vocabulary::node_type(fact.subject),
        vocabulary::relation(fact.relation),
        slug(&object),
        vocabulary::node_type(fact.object),
        valid(fact),
        vocabulary::publisher(chance(fact)),
        Day(fact.first),
    )
}
