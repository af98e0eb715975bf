use super::*;
use crate::model::Name;

fn node(id: &str, node_type: &str, names: &[&str]) -> Node {
    let mut node = Node::new(id.parse().unwrap(), node_type, names[0]);
    node.names.extend(names.iter().skip(1).map(|name| Name::plain(*name)));
    node
}

fn entity(name: &str, node_type: &str, aliases: &[&str], is_named: bool, owner: Option<usize>) -> Entity {
    Entity {
        name: name.to_owned(),
        node_type: node_type.to_owned(),
        aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
        is_named,
        owner,
    }
}

struct Known<'a>(&'a [Node]);

impl KnownNames for Known<'_> {
    fn named(&self, name: &str) -> Vec<(NodeNumber, &Node)> {
        let has = |node: &Node| node.names.iter().any(|held| fold(&held.text) == fold(name));
        (0..).map(NodeNumber).zip(self.0).filter(|(_, node)| has(node)).collect()
    }
}

/// What each entity becomes: a node's id and new names, or `new`.
fn decide(nodes: &[Node], entities: &[Entity]) -> Vec<String> {
    resolve(entities, &Known(nodes), &Ontology::built_in())
        .into_iter()
        .map(|resolution| match resolution {
            Resolution::New => "new".to_owned(),
            Resolution::Known { node, names } => format!("{} {}", nodes[node.0 as usize].id, names.join(",")).trim().to_owned(),
        })
        .collect()
}

#[test]
fn a_state_is_one_node_under_all_its_names() {
    let nodes = [
        node("myanmar", "State", &["Burma"]),
        node("united-states", "State", &["United States", "US"]),
    ];
    let found = decide(
        &nodes,
        &[
            entity("Myanmar", "State", &["Burma"], true, None),
            entity("US", "State", &[], true, None),
        ],
    );
    assert_eq!(found, ["myanmar Myanmar", "united-states"]);
}

#[test]
fn a_single_word_person_never_joins() {
    let nodes = [
        node("li", "Person", &["Li"]),
        node("li-zuocheng", "Person", &["Li Zuocheng", "李作成"]),
    ];
    let full = entity("Li Zuocheng", "Person", &["Zuocheng Li"], true, None);
    let found = decide(
        &nodes,
        &[
            entity("Li", "Person", &[], true, None),
            full,
            entity("李作成", "Person", &[], true, None),
        ],
    );
    assert_eq!(found, ["new", "li-zuocheng Zuocheng Li", "li-zuocheng"]);
}

#[test]
fn the_type_must_agree_up_to_the_kind_of_organisation() {
    let nodes = [node("hamas", "ArmedGroup", &["Hamas"]), node("georgia", "Place", &["Georgia"])];
    let found = decide(
        &nodes,
        &[
            entity("Hamas", "PoliticalParty", &[], true, None),
            entity("Georgia", "State", &[], true, None),
        ],
    );
    assert_eq!(found, ["hamas", "new"]);
}

#[test]
fn a_ministry_without_its_state_is_any_ministry() {
    let nodes = [
        node("kenya", "State", &["Kenya"]),
        node("m", "GovernmentBody", &["Chinese Foreign Ministry", "Foreign Ministry"]),
    ];
    let owned = entity("Kenyan Foreign Ministry", "GovernmentBody", &["Foreign Ministry"], true, Some(0));
    let unowned = entity("Foreign Ministry", "GovernmentBody", &[], false, None);
    assert_eq!(
        decide(&nodes, &[entity("Kenya", "State", &[], true, None), owned, unowned]),
        ["kenya", "new", "new"]
    );
}

#[test]
fn a_description_joins_only_through_its_owner() {
    let nodes = [
        node("kenya", "State", &["Kenya"]),
        node("police", "GovernmentBody", &["Kenyan police"]),
        node("villagers", "PopulationGroup", &["villagers"]),
    ];
    let entities = [
        entity("Kenyan police", "GovernmentBody", &[], false, Some(1)),
        entity("Kenya", "State", &[], true, None),
        entity("villagers", "PopulationGroup", &[], false, None),
    ];
    assert_eq!(decide(&nodes, &entities), ["police", "kenya", "new"]);
}

#[test]
fn an_acronym_of_another_body_is_not_enough() {
    let nodes = [
        node("npp", "PoliticalParty", &["New Patriotic Party", "NPP"]),
        node("who", "Organization", &["WHO"]),
    ];
    let found = decide(
        &nodes,
        &[
            entity("NPP", "Organization", &[], true, None),
            entity("National People's Party", "PoliticalParty", &["NPP"], true, None),
            entity("WHO", "Organization", &[], true, None),
        ],
    );
    assert_eq!(found, ["new", "new", "who"]);
}

#[test]
fn two_nodes_of_one_name_are_not_guessed_between() {
    let nodes = [node("a", "Person", &["Jan Novak"]), node("b", "Person", &["Jan Novak"])];
    assert_eq!(decide(&nodes, &[entity("Jan Novak", "Person", &[], true, None)]), ["new"]);
}
