//! Errors name the parameter, and where they promise a URL, it works.

use super::*;

fn scene() -> Scene {
    Scene::of(
        "node | Li Zuocheng:Person | 李作成
         node | 刘源:Person | 刘源
         Li Zuocheng | met_with | Min Aung Hlaing:Person | 2017-11-22 | publisher=Reuters
         Li Zuocheng | visited | Georgia | 2017 | publisher=Reuters
         Georgia | borders | Russia | 2017 | publisher=Reuters
         Peter Pan:Person | resides_in | Alabama:Place | 2017 | publisher=Reuters",
    )
}

/// Asks what a promised URL asks.
fn follow<'v>(scene: &'v Scene, url: &str) -> Result<Facts<'v>, QueryError> {
    let (_, query) = url.split_once('?').unwrap_or((url, ""));
    let pairs: Vec<(String, String)> = serde_html_form::from_str(query).unwrap();
    let (filters, own): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(key, _)| FilterParams::KEYS.contains(&&**key));
    ask_facts(
        scene,
        &serde_html_form::to_string(own).unwrap(),
        &serde_html_form::to_string(filters).unwrap(),
    )
}

#[test]
fn a_node_is_meant_by_its_id_or_by_a_name_in_any_script() {
    let scene = scene();
    for text in ["li-zuocheng", "Li Zuocheng", "LI ZUOCHENG", "李作成", "Li Zuo Cheng"] {
        let answer = ask_facts(&scene, &serde_html_form::to_string([("node", text)]).unwrap(), "").unwrap();
        assert_eq!(answer.query["node"], "li-zuocheng", "{text}");
    }
    let answer = ask_facts(&scene, "node=liu%20yuan", "").unwrap();
    assert_eq!(answer.query["node"], "liu-yuan");
}

#[test]
fn an_unknown_node_is_refused_with_the_nearest_and_a_url_that_works() {
    let scene = scene();
    let Err(QueryError::UnknownNode {
        parameter,
        given,
        suggestions,
        try_url,
    }) = ask_facts(&scene, "node=Li+Zhuocheng", "since=2017&publisher=Reuters")
    else {
        panic!("no such node");
    };
    assert_eq!((parameter.as_str(), given.as_str()), ("node", "Li Zhuocheng"));
    assert_eq!(suggestions[0].id, "li-zuocheng");
    let url = try_url.unwrap();
    assert_eq!(url, "/v1/facts?node=li-zuocheng&since=2017&publisher=Reuters");
    assert_eq!(follow(&scene, &url).unwrap().facts.len(), 2);
}

#[test]
fn two_mistakes_are_both_mended_in_the_url() {
    let scene = scene();
    let Err(QueryError::UnknownNode { try_url, .. }) =
        ask_facts(&scene, "subject=Li+Zhuocheng&object=Gorgia", "relation=visted&limit=5000")
    else {
        panic!("no such node");
    };
    assert_eq!(follow(&scene, &try_url.unwrap()).unwrap().facts.len(), 1);
    let Err(QueryError::UnknownNode { try_url, .. }) = ask_facts(&scene, "subject=Li+Zhuocheng&object=qqqq", "") else {
        panic!("no such node");
    };
    assert_eq!(try_url, None, "no promise that cannot be kept");
}

#[test]
fn several_nodes_of_one_name_are_refused_with_the_candidates() {
    let mut scene = scene();
    scene.commit("node | Georgia US:Place | Georgia state, Sakartvelo");
    scene.change("georgia-us", "its name", "ann", |node| {
        node.names.push(crate::model::Name::plain("Georgia"));
    });
    let Err(QueryError::AmbiguousNode { candidates, try_url, .. }) = ask_facts(&scene, "node=Georgia", "") else {
        let answer = ask_facts(&scene, "node=georgia", "").unwrap();
        panic!("an id was meant: {:?}", answer.query["node"]);
    };
    assert_eq!(
        candidates.iter().map(|node| node.id.as_str()).collect::<Vec<_>>(),
        ["georgia", "georgia-us"]
    );
    assert_eq!(follow(&scene, &try_url.unwrap()).unwrap().facts.len(), 2);
}

#[test]
fn an_exact_id_wins_over_any_name() {
    let mut scene = scene();
    scene.change("russia", "a joke", "ann", |node| {
        node.names.push(crate::model::Name::plain("georgia"));
    });
    assert_eq!(ask_facts(&scene, "node=georgia", "").unwrap().query["node"], "georgia");
    assert!(matches!(
        ask_facts(&scene, "node=Georgia", ""),
        Err(QueryError::AmbiguousNode { .. })
    ));
}

#[test]
fn a_word_that_is_not_known_names_the_nearest_and_a_url_that_works() {
    let scene = scene();
    for (own, filters, name, nearest) in [
        ("", "relation=met_wiht", "relation", "met_with"),
        ("", "relation=visited,CONSUL", "relation", "CONSULT"),
        ("", "not_relation=vistied", "not_relation", "visited"),
        ("", "type=Persn", "type", "Person"),
        ("", "modality=assert", "modality", "asserted"),
        ("", "polarity=affirm", "polarity", "affirmed"),
        ("", "include=qoute", "include", "quote"),
        ("", "limit=1001", "limit", "1000"),
        ("order=des", "", "order", "desc"),
        ("group_by=claims", "", "group_by", "claim"),
    ] {
        let Err(QueryError::Invalid {
            parameter,
            nearest: found,
            try_url,
            ..
        }) = ask_facts(&scene, own, filters)
        else {
            panic!("{own}{filters} was let through");
        };
        assert_eq!((parameter.as_str(), found.first().map(String::as_str)), (name, Some(nearest)));
        assert!(follow(&scene, &try_url.unwrap()).is_ok(), "{own}{filters}");
    }
}

#[test]
fn a_date_that_is_none_names_its_parameter() {
    let scene = scene();
    for (filters, name) in [
        ("since=soon", "since"),
        ("until=2017-13", "until"),
        ("valid_at=2017-02-30", "valid_at"),
        ("valid_at=2017&since=2016", "valid_at"),
        ("since=2018&until=2017", "until"),
        ("reported_since=x", "reported_since"),
        ("reported_until=x", "reported_until"),
        ("known_at=x", "known_at"),
    ] {
        let answer = ask_facts(&scene, "", filters);
        assert!(
            matches!(&answer, Err(QueryError::Invalid { parameter, .. }) if parameter == name),
            "{filters}: {answer:?}"
        );
    }
}

#[test]
fn dates_come_as_edtf_as_times_and_as_milliseconds() {
    let scene = scene();
    for filters in [
        "since=2017-11-22&until=2017-11-22",
        "valid_at=2017-11-22T23:59:00-08:00",
        "valid_at=1511308800000",
        "valid_at=../2017-11-22",
    ] {
        assert!(numbers(&scene, "", filters).contains(&0), "{filters}");
    }
    assert!(!numbers(&scene, "", "valid_at=1511222400000").contains(&0));
}

#[test]
fn known_at_is_a_time_a_day_or_a_revision() {
    let mut scene = Scene::of("China | met_with | India | 2017 | publisher=A");
    scene.commit("China | met_with | Russia | 2017 | publisher=A");
    // Commits stand a second apart, from 2017-07-14T02:40:01Z on.
    for (text, revision) in [
        ("r1", 1),
        ("r2", 2),
        ("r99", 2),
        ("2017-07-14", 2),
        ("2017-07-14T02:40:01Z", 1),
        ("2017-07-14T04:40:01+02:00", 1),
        ("2017-07-14T04:40:01 02:00", 1),
        ("1500000001000", 1),
        ("2030", 2),
    ] {
        assert_eq!(known_at(&scene.view, text).unwrap().0, revision, "{text}");
    }
    for text in ["r0", "2017-07-13", "2017-07-14T02:40:00Z"] {
        assert!(
            matches!(known_at(&scene.view, text), Err(QueryError::NothingRecorded { .. })),
            "{text}"
        );
    }
    assert!(
        known_at(&Scene::empty().view, "2017").is_ok(),
        "an empty store has nothing earlier to say"
    );
}

#[test]
fn a_document_or_claim_that_is_not_there_is_named() {
    let scene = scene();
    assert!(matches!(ask_facts(&scene, "document=none", ""), Err(QueryError::Invalid { parameter, .. }) if parameter == "document"));
    assert!(matches!(ask_facts(&scene, "claim=none", ""), Err(QueryError::Invalid { parameter, .. }) if parameter == "claim"));
    assert!(matches!(ask_facts(&scene, "node=", ""), Err(QueryError::Invalid { parameter, .. }) if parameter == "node"));
}

#[test]
fn a_first_try_too_small_to_read_all_names_gives_no_verdict() {
    let scene = scene();
    let ask = scene.ask();
    let ask = Asking {
        budget: Budget {
            edges: 2,
            first_try: true,
            ..ask.budget.clone()
        },
        ..ask
    };
    for own in ["node=Li+Zhuocheng", "node=Li+Zuo+Cheng"] {
        assert!(matches!(
            facts(&ask, &params(own), &FilterParams::default()),
            Err(QueryError::Stopped)
        ));
    }
    assert!(matches!(
        nodes(&ask, &params("q=li"), &FilterParams::default()),
        Err(QueryError::Stopped)
    ));
}
