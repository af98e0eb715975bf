//! The rules of the vocabulary, one test each.

use super::*;

fn check(relation: &str, subject: &str, object: ObjectType<'_>) -> String {
    match Ontology::built_in().check(relation, subject, object) {
        Ok(_) => "fits".to_owned(),
        Err(error) => error.to_string(),
    }
}

fn sentence(relation: &str, object: Option<&str>, modality: Modality, polarity: Polarity, qualifiers: &[(&str, &str)]) -> String {
    let ontology = Ontology::built_in();
    let qualifiers = qualifiers.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let number = ontology.relation_number(relation).unwrap();
    ontology
        .sentence(number, "Ann", object, modality, polarity, &qualifiers)
        .to_string()
}

fn told(relation: &str, object: Option<&str>, qualifiers: &[(&str, &str)]) -> String {
    sentence(relation, object, Modality::Asserted, Polarity::Affirmed, qualifiers)
}

#[test]
fn the_built_in_vocabulary_is_whole() {
    let ontology = Ontology::built_in();
    assert_eq!((ontology.types().len(), ontology.relations().len()), (18, 94));
    assert_eq!(
        ontology.categories(),
        [
            "ACCUSE",
            "AGREE",
            "AID",
            "ASSAULT",
            "COERCE",
            "CONCEDE",
            "CONSULT",
            "COOPERATE",
            "MOBILIZE",
            "PROTEST",
            "REJECT",
            "REQUEST",
            "RETREAT",
            "SANCTION",
            "SUPPORT",
            "THREATEN"
        ]
    );
    let consult: Vec<&str> = ontology
        .category("CONSULT")
        .into_iter()
        .map(|n| &*ontology.relation(n).name)
        .collect();
    assert_eq!(consult, ["met_with", "visited", "spoke_to", "negotiated_with"]);
    assert!(ontology.category("consult").is_empty());
    for (place, def) in ontology.relations().iter().enumerate() {
        assert_eq!(ontology.relation_number(&def.name).map(|n| usize::from(n.0)), Some(place));
    }
}

#[test]
fn no_two_relations_share_a_name_from_either_end() {
    let ontology = Ontology::built_in();
    let mut seen = BTreeSet::new();
    for def in ontology.relations() {
        for name in std::iter::once(&*def.name).chain(def.inverse.as_deref()) {
            assert!(seen.insert(name.to_owned()), "{name} is there twice");
        }
    }
}

#[test]
fn an_organisation_is_an_actor_and_a_state_is_a_place_too() {
    let ontology = Ontology::built_in();
    assert!(ontology.is_a("Company", "Org") && ontology.is_a("Company", "Actor") && ontology.is_a("Company", "any"));
    assert!(ontology.is_a("State", "Actor") && ontology.is_a("State", "Location") && !ontology.is_a("State", "Org"));
    assert!(ontology.is_a("Event", "Event") && !ontology.is_a("Topic", "Actor"));
    assert!(!ontology.is_a("Nonsense", "any"));
}

#[test]
fn a_fact_that_fits_passes() {
    assert_eq!(check("met_with", "Person", ObjectType::Node("ArmedForce")), "fits");
    assert_eq!(check("mentioned", "GovernmentBody", ObjectType::Node("Topic")), "fits");
    assert_eq!(check("stated", "Person", ObjectType::Value), "fits");
    assert_eq!(check("stated", "Person", ObjectType::None), "fits");
    assert_eq!(check("died", "PopulationGroup", ObjectType::Value), "fits");
}

#[test]
fn an_error_names_the_rule() {
    assert_eq!(
        check("met_with", "Person", ObjectType::Node("Topic")),
        "'met_with' leads to Actor, not to Topic"
    );
    assert_eq!(
        check("head_of", "State", ObjectType::Node("State")),
        "'head_of' starts at Person, not at State"
    );
    assert_eq!(
        check("met_with", "Person", ObjectType::None),
        "'met_with' leads to Actor, not to nothing"
    );
    assert_eq!(
        check("stated", "Person", ObjectType::Node("Topic")),
        "'stated' leads to a value or nothing, not to Topic"
    );
    assert_eq!(
        check("opened", "State", ObjectType::Node("Topic")),
        "'opened' leads to Facility, Event, a value or nothing, not to Topic"
    );
    assert_eq!(
        check("sanction", "State", ObjectType::Node("State")),
        "there is no relation 'sanction' (near: SANCTION, sanctioned)"
    );
    assert_eq!(
        check("met_with", "person", ObjectType::Node("State")),
        "there is no node type 'person' (near: Person)"
    );
}

#[test]
fn a_part_is_of_the_class_of_its_whole() {
    assert_eq!(check("part_of", "GovernmentBody", ObjectType::Node("ArmedForce")), "fits");
    assert_eq!(check("part_of", "Place", ObjectType::Node("State")), "fits");
    assert_eq!(check("part_of", "Event", ObjectType::Node("Event")), "fits");
    assert_eq!(
        check("part_of", "Company", ObjectType::Node("State")),
        "'part_of' leads to what its subject is (Org, Location or Event; the subject is Company), not to State"
    );
}

#[test]
fn a_facility_opens_and_an_actor_opens_something() {
    assert_eq!(check("opened", "Facility", ObjectType::None), "fits");
    assert_eq!(check("opened", "Facility", ObjectType::Value), "fits");
    assert_eq!(check("opened", "Company", ObjectType::Node("Facility")), "fits");
    assert_eq!(
        check("opened", "Company", ObjectType::None),
        "'opened' starts at Facility, not at Company"
    );
    assert_eq!(
        check("opened", "Facility", ObjectType::Node("Facility")),
        "'opened' starts at Actor, not at Facility"
    );
}

#[test]
fn a_call_for_something_never_reads_as_the_thing_itself() {
    let called = sentence(
        "called_for",
        Some("Myanmar"),
        Modality::Requested,
        Polarity::Affirmed,
        &[("about", "an arms embargo")],
    );
    assert_eq!(called, "Ann called for an arms embargo concerning Myanmar [requested]");
    let asked = sentence("sanctioned", Some("Myanmar"), Modality::Requested, Polarity::Affirmed, &[]);
    assert_eq!(asked, "Ann sanctioned Myanmar [requested]");
    let denied = sentence("mentioned", Some("the crisis"), Modality::Asserted, Polarity::Negated, &[]);
    assert_eq!(denied, "Ann did not mention the crisis");
}

#[test]
fn identifying_qualifiers_are_read_and_describing_ones_are_not() {
    assert_eq!(
        told("head_of", Some("the army"), &[("position", "chief"), ("quantity", "1")]),
        "Ann heads the army as chief"
    );
    assert_eq!(
        told("spoke_to", Some("Bo"), &[("content", "we agree")]),
        "Ann spoke to Bo: we agree"
    );
    assert_eq!(told("stated", Some("we agree"), &[]), "Ann stated: we agree");
    assert_eq!(told("stated", None, &[("content", "we agree")]), "Ann stated: we agree");
    assert_eq!(told("stated", None, &[]), "Ann stated");
    assert_eq!(told("born", Some("Rangoon"), &[]), "Ann was born in Rangoon");
    assert_eq!(told("born", None, &[]), "Ann was born");
    assert_eq!(
        told("received_award", Some("Nobel Prize"), &[("award", "Nobel Prize")]),
        "Ann received an award (Nobel Prize)"
    );
    assert_eq!(
        told("related_to", Some("Bo"), &[("event", "Consider policy option")]),
        "Ann is related to Bo (Consider policy option)"
    );
    assert_eq!(told("met_with", Some("Bo"), &[("place", "Beijing")]), "Ann met with Bo in Beijing");
}

#[test]
fn braces_in_a_name_are_only_letters() {
    assert_eq!(
        told("warned", Some("{object}"), &[("content", "{content}")]),
        "Ann warned {object}: {content}"
    );
}

#[test]
fn qualifiers_identify_where_the_vocabulary_says_so() {
    let ontology = Ontology::built_in();
    let number = |name: &str| ontology.relation_number(name).unwrap();
    assert!(ontology.identifies(number("head_of"), "position"));
    assert!(!ontology.identifies(number("met_with"), "position"));
    assert!(!ontology.identifies(number("killed"), "quantity"));
    assert!(!ontology.identifies(number("aided"), "amount"));
    assert!(ontology.identifies(number("met_with"), "event"));
}

#[test]
fn near_names_are_offered() {
    let ontology = Ontology::built_in();
    assert_eq!(ontology.nearest_relations("metwith").first().map(String::as_str), Some("met_with"));
    assert_eq!(
        ontology.nearest_relations("has_member").first().map(String::as_str),
        Some("member_of")
    );
    assert_eq!(ontology.nearest_relations("Consult").first().map(String::as_str), Some("CONSULT"));
    assert_eq!(
        ontology.nearest_types("Organisation").first().map(String::as_str),
        Some("Organization")
    );
    assert!(ontology.nearest_relations("").is_empty());
    assert!(ontology.nearest_relations(&"é".repeat(10_000)).is_empty());
}

#[test]
fn symmetric_ends_have_one_order() {
    let ontology = Ontology::built_in();
    let (a, b): (NodeId, NodeId) = ("a".parse().unwrap(), "b".parse().unwrap());
    let met = ontology.relation_number("met_with").unwrap();
    let visited = ontology.relation_number("visited").unwrap();
    let ordered = ontology.canonical_ends(met, b.clone(), Object::Node(a.clone()));
    assert_eq!(ordered, Ok((a.clone(), Object::Node(b.clone()))));
    let kept = ontology.canonical_ends(visited, b.clone(), Object::Node(a.clone()));
    assert_eq!(kept, Ok((b, Object::Node(a.clone()))));
    let itself = ontology.canonical_ends(met, a.clone(), Object::Node(a));
    assert_eq!(itself.unwrap_err().to_string(), "'met_with' needs two different nodes");
}

const OWN: &str = r#"
[[type]]
name = "Vessel"
is_a = ["Location"]
description = "A ship."

[[relation]]
name = "escorted"
phrase = "escorted"
phrase_negated = "did not escort"
from = ["Org", "Vessel"]
to = ["Vessel"]
kind = "event"
"#;

#[test]
fn an_own_file_adds_types_and_relations() {
    let own = Ontology::extended(OWN).unwrap();
    assert!(own.check("escorted", "ArmedForce", ObjectType::Node("Vessel")).is_ok());
    assert!(own.check("attacked", "ArmedGroup", ObjectType::Node("Vessel")).is_ok());
    assert!(Ontology::built_in().relation_number("escorted").is_none());
    // Numbers of the built-in vocabulary stay what they are.
    assert_eq!(own.relation_number("met_with"), Ontology::built_in().relation_number("met_with"));
}

#[test]
fn an_own_file_that_cannot_be_used_is_refused_with_the_reason() {
    let refusal = |from: &str, to: &str| Ontology::extended(&OWN.replace(from, to)).unwrap_err().to_string();
    assert_eq!(
        refusal("[[type]]", "[[tipe]]"),
        "ontology file: line 2: unknown field `tipe`, expected one of `class`, `type`, `relation`"
    );
    assert!(refusal("\"escorted\"\nphrase =", "\"met_with\"\nphrase =").contains("'met_with' is defined twice"));
    assert!(refusal("\"Vessel\"\nis_a", "\"Person\"\nis_a").contains("type 'Person' is defined twice"));
    assert!(refusal("[\"Location\"]", "[\"Ship\"]").contains("'Ship', which is no class"));
    assert!(refusal("[\"Org\", \"Vessel\"]", "[\"Navy\"]").contains("'Navy', which is no type"));
    assert!(refusal("kind = \"event\"", "kind = \"even\"").contains("line 13"));
    assert!(refusal("kind = \"event\"", "kind = \"event\"\nreads = [\"{who}\"]").contains("'{who}'"));
    assert!(refusal("kind = \"event\"", "kind = \"event\"\nsymmetric = true").contains("symmetric"));
    assert!(refusal("kind = \"event\"", "kind = \"event\"\ncategory = \"help\"").contains("capitals"));
}
