//! Which facts the list shows.

use super::*;

const REPORTS: &str = "
    China | supported | Myanmar | 2017-11-22 | document=d1; publisher=Reuters; reported=2017-11-24; quote=China supports Myanmar's efforts
    China | supported | Myanmar | ../2017-11-22 | document=d2; publisher=Xinhua; reported=2017-11-25; quote=Beijing supported Myanmar
    Li Zuocheng:Person | met_with | Min Aung Hlaing:Person | 2017-11-22 | document=d1; place=Beijing:Place; quote=they met in Beijing
    China | called_on | Myanmar | - | document=d2; demand=peace; modality=requested; quote=a call for peace
    Li Zuocheng | stated | \"no comment\" | 2017-11-23 | document=d1
    China | has_ties_with | Myanmar | - | document=d1
";

#[test]
fn facts_are_found_by_either_end_and_by_each() {
    let scene = Scene::of(REPORTS);
    assert_eq!(numbers(&scene, "", ""), [0, 1, 2, 3, 4, 5]);
    assert_eq!(numbers(&scene, "node=myanmar", ""), [0, 1, 3, 5]);
    assert_eq!(numbers(&scene, "subject=myanmar", ""), [] as [u32; 0]);
    assert_eq!(numbers(&scene, "object=myanmar&subject=china", ""), [0, 1, 3, 5]);
    assert_eq!(numbers(&scene, "node=li-zuocheng", ""), [2, 4]);
    assert_eq!(numbers(&scene, "document=d2", ""), [1, 3]);
    assert_eq!(numbers(&scene, "", "place=beijing"), [2]);
}

#[test]
fn the_type_is_that_of_the_other_node() {
    let scene = Scene::of(REPORTS);
    assert_eq!(numbers(&scene, "node=li-zuocheng", "type=Person"), [2]);
    assert_eq!(numbers(&scene, "node=china", "type=Actor"), [0, 1, 3, 5]);
    assert_eq!(numbers(&scene, "node=china", "type=Person"), [] as [u32; 0]);
    assert_eq!(numbers(&scene, "", "type=Person"), [2, 4]);
}

#[test]
fn undated_states_meet_every_window_and_undated_events_are_counted() {
    let scene = Scene::of(REPORTS);
    for own in ["", "node=china"] {
        let answer = ask_facts(&scene, own, "since=2017-11-22&until=2017-11-22").unwrap();
        assert_eq!(answer.hidden.undated, 1, "the call has no date");
        assert_eq!(numbers(&scene, own, "since=2010&until=2010"), [1, 5], "an open start and a state");
        assert_eq!(numbers(&scene, own, "since=2020"), [5]);
        assert_eq!(numbers(&scene, own, "since=2020&certain=true"), [] as [u32; 0]);
        assert_eq!(ask_facts(&scene, own, "since=2020&certain=true").unwrap().hidden.undated, 2);
        assert_eq!(ask_facts(&scene, own, "").unwrap().hidden.undated, 0, "no window hides nothing");
    }
}

#[test]
fn one_piece_of_evidence_meets_all_that_is_asked_of_evidence() {
    let scene = Scene::of(
        "China | supported | Myanmar | 2017-11-22 | publisher=Reuters; reported=2017-11-24; speakers=Xinhua:MediaOutlet
         China | supported | Myanmar | 2017-11-22 | publisher=AP; reported=2017-12-01",
    );
    assert_eq!(numbers(&scene, "", "publisher=AP&reported_since=2017-12"), [0]);
    assert_eq!(numbers(&scene, "", "publisher=Reuters&reported_since=2017-12"), [] as [u32; 0]);
    assert_eq!(numbers(&scene, "", "publisher=AP&speaker=xinhua"), [] as [u32; 0]);
    assert_eq!(numbers(&scene, "", "not_publisher=AP"), [0]);
    assert_eq!(numbers(&scene, "", "not_publisher=AP,Reuters"), [] as [u32; 0]);
    assert_eq!(numbers(&scene, "", "publisher=nobody"), [] as [u32; 0]);
}

#[test]
fn the_words_of_the_quote_are_found_whatever_their_order() {
    let scene = Scene::of(REPORTS);
    assert_eq!(numbers(&scene, "q=MYANMAR%20supported", ""), [1]);
    assert_eq!(numbers(&scene, "q=peace&node=china", ""), [3]);
    assert_eq!(numbers(&scene, "q=pea", ""), [] as [u32; 0]);
    let late = ask_facts(&scene, "q=peace", "since=2017").unwrap();
    assert_eq!((late.facts.len(), late.hidden.undated), (0, 1));
}

#[test]
fn a_claim_is_listed_by_its_id_or_shown_by_its_best_fact() {
    let scene = Scene::of(REPORTS);
    let first = fact(&scene.ask(), &scene.fact(0)).unwrap();
    assert_eq!(numbers(&scene, &format!("claim={}", first.claim), ""), [0, 1]);
    assert_eq!(
        first.same_claim.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [scene.fact(1)]
    );
    assert_eq!(first.row.source_count, 2);
    assert_eq!(numbers(&scene, "group_by=claim", ""), [0, 2, 3, 4, 5]);
    assert_eq!(numbers(&scene, "group_by=claim&node=china", ""), [0, 3, 5]);
    assert_eq!(
        numbers(&scene, "group_by=claim", "publisher=Xinhua"),
        [1, 3],
        "its best fact among those that pass"
    );
}

#[test]
fn a_row_says_who_says_so_and_what_must_not_be_missed() {
    let scene = Scene::of(
        "Li Zuocheng:Person | met_with | Min Aung Hlaing:Person | 2017-11-22 | document=d1; publisher=Reuters; \
         reported=2017-11-24; place=Beijing:Place; speakers=Ministry of National Defense:GovernmentBody>Xinhua:MediaOutlet; quantity=2; quote=they met",
    );
    let answer = ask_facts(&scene, "", "include=quote,evidence").unwrap();
    let row = serde_json::to_value(&answer.facts[0]).unwrap();
    assert_eq!(row["text"], "Li Zuocheng met with Min Aung Hlaing");
    assert_eq!(row["speakers"], serde_json::json!(["ministry-of-national-defense", "xinhua"]));
    assert_eq!(row["said_by"], "Ministry of National Defense, via Xinhua");
    assert_eq!((&row["place"], &row["place_name"]), (&"beijing".into(), &"Beijing".into()));
    assert_eq!((&row["earliest"], &row["latest"]), (&"2017-11-22".into(), &"2017-11-22".into()));
    assert_eq!(row["qualifiers"], serde_json::json!({"quantity": "2"}));
    assert_eq!((&row["quote"], &row["document"]), (&"they met".into(), &"d1".into()));
    assert_eq!(row["evidence"][0]["speakers"][1], "xinhua");
    let keys: Vec<_> = row.as_object().unwrap().keys().map(String::as_str).take(24).collect();
    let columns = "id text subject subject_name subject_type relation object object_name object_type value valid earliest latest modality \
                   polarity speakers said_by place place_name qualifiers source_count publisher reported document";
    assert_eq!(keys, columns.split_whitespace().collect::<Vec<_>>());
    let plain = serde_json::to_value(&ask_facts(&scene, "", "").unwrap().facts[0]).unwrap();
    assert_eq!(plain.as_object().unwrap().len(), 24, "quote and evidence only when asked for");
}

#[test]
fn a_quote_that_is_asked_for_and_is_not_there_is_null() {
    let scene = Scene::of("China | supported | Myanmar | 2017 | publisher=AP");
    let row = serde_json::to_value(&ask_facts(&scene, "", "include=quote").unwrap().facts[0]).unwrap();
    assert_eq!(row.get("quote"), Some(&serde_json::Value::Null));
}

#[test]
fn an_older_revision_shows_what_was_known_then() {
    let mut scene = Scene::of("China | supported | Myanmar | 2017 | publisher=AP");
    scene.commit("China | supported | Myanmar | 2017 | publisher=Reuters; reported=2018-01-01");
    scene.retract(crate::model::FactNumber(0), "wrong", "ann");
    scene.change("china", "its full name", "ann", |node| {
        node.name = "People's Republic of China".to_owned();
    });
    assert!(texts(&scene, "", "").is_empty());
    assert_eq!(texts(&scene, "", "known_at=r2"), ["China supported Myanmar"]);
    assert_eq!(numbers(&scene, "", "known_at=r1&publisher=Reuters"), [] as [u32; 0]);
    assert_eq!(numbers(&scene, "", "known_at=r2&publisher=Reuters"), [0]);
    let count = |filters: &str| ask_facts(&scene, "", filters).unwrap().facts[0].parts().source_count();
    assert_eq!((count("known_at=r1"), count("known_at=r2")), (1, 2));
    assert_eq!(ask_facts(&scene, "", "known_at=r2").unwrap().revision.0, 2);
}
