//! Pages and cursors.

use super::*;

fn scene() -> Scene {
    let mut scene = Scene::empty();
    for commit in 0..5 {
        let lines: Vec<_> = (1..=5)
            .map(|day| format!("China | met_with | State {commit} | 2017-0{day}-01 | publisher=P{}", day % 2))
            .collect();
        scene.commit(&lines.join("\n"));
    }
    scene
}

/// All pages of a list of facts, by the `next` URL of each.
fn pages(scene: &Scene, own: &str, filters: &str) -> (Vec<String>, Vec<Option<u64>>) {
    let (mut own, mut filters): (FactsParams, FilterParams) = (params(own), params(filters));
    let (mut ids, mut totals) = (Vec::new(), Vec::new());
    loop {
        let answer = facts(&scene.ask(), &own, &filters).unwrap();
        ids.extend(answer.facts.iter().map(|row| row.id().to_string()));
        totals.push(answer.page.total);
        let Some(next) = answer.page.next else { return (ids, totals) };
        assert!(next.starts_with("/v1/facts?"), "{next}");
        let pairs: Vec<(String, String)> = serde_html_form::from_str(next.split_once('?').unwrap().1).unwrap();
        let (of_filters, of_own): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(key, _)| FilterParams::KEYS.contains(&&**key));
        own = params(&serde_html_form::to_string(of_own).unwrap());
        filters = params(&serde_html_form::to_string(of_filters).unwrap());
    }
}

#[test]
fn pages_put_together_are_the_list_in_both_orders() {
    let scene = scene();
    for (own, filters) in [
        ("", ""),
        ("node=china", ""),
        ("", "publisher=P1"),
        ("node=State+1", "since=2017-02"),
        ("group_by=claim", ""),
    ] {
        let whole = pages(&scene, own, filters).0;
        assert!(whole.len() >= 4, "{own} {filters}");
        for limit in [1, 2, 3, 7] {
            let (ids, totals) = pages(&scene, own, &format!("{filters}&limit={limit}"));
            assert_eq!(ids, whole, "{own} {filters} {limit}");
            assert!(totals.iter().all(|total| *total == Some(whole.len() as u64)), "{totals:?}");
            let (mut back, _) = pages(&scene, &format!("{own}&order=desc"), &format!("{filters}&limit={limit}"));
            back.reverse();
            assert_eq!(back, whole);
        }
    }
}

#[test]
fn the_order_is_by_revision_and_then_by_id() {
    let scene = scene();
    let ids = pages(&scene, "", "").0;
    assert_eq!(ids.len(), 25);
    for revision in ids.chunks(5) {
        assert!(revision.is_sorted());
    }
    let first: Vec<_> = (0..5).map(|number| scene.fact(number)).collect();
    assert!(ids[..5].iter().all(|id| first.contains(id)));
}

#[test]
fn a_cursor_goes_on_alone_at_its_own_revision() {
    let mut scene = scene();
    let first = ask_facts(&scene, "node=china", "limit=20&publisher=P1&publisher=P0")
        .unwrap()
        .page
        .cursor
        .unwrap();
    scene.commit("China | met_with | India | 2017 | publisher=P1");
    let filters = format!("cursor={first}");
    let rest = ask_facts(&scene, "", &filters).unwrap();
    assert_eq!((rest.facts.len(), rest.page.total, rest.revision.0), (5, Some(25), 5));
    assert_eq!(rest.query["node"], "china");
    assert_eq!(rest.page.next, None);
    let equal = ask_facts(&scene, "node=china", &format!("{filters}&publisher=P0&publisher=P1&limit=2")).unwrap();
    assert_eq!(equal.facts.len(), 2, "limit may differ");
    for (own, more) in [
        ("node=myanmar", ""),
        ("subject=china", ""),
        ("", "&publisher=P0"),
        ("", "&since=2017"),
        ("", "&known_at=r5"),
    ] {
        let foreign = ask_facts(&scene, own, &format!("{filters}{more}"));
        assert!(matches!(foreign, Err(QueryError::ForeignCursor)), "{own}{more}");
    }
    let other_list = nodes(&scene.ask(), &NodesParams::default(), &params(&filters));
    assert!(matches!(other_list, Err(QueryError::ForeignCursor)));
    let restored = Asking {
        incarnation: 2,
        ..scene.ask()
    };
    assert!(matches!(
        facts(&restored, &FactsParams::default(), &params(&filters)),
        Err(QueryError::ExpiredCursor)
    ));
}

#[test]
fn a_limit_of_nothing_gives_counts_alone() {
    let scene = scene();
    let answer = ask_facts(&scene, "", "limit=0&since=2017-03").unwrap();
    assert_eq!((answer.facts.len(), answer.page.total, answer.page.next), (0, Some(15), None));
}

#[test]
fn a_small_budget_cuts_the_count_and_then_the_page_and_says_so() {
    let scene = scene();
    let with = |edges: usize, filters: &str| {
        let ask = scene.ask();
        let ask = Asking {
            budget: Budget {
                edges,
                ..ask.budget.clone()
            },
            ..ask
        };
        facts(&ask, &FactsParams::default(), &params(filters)).unwrap()
    };
    let uncounted = with(1, "limit=3&publisher=P1");
    assert_eq!((uncounted.facts.len(), uncounted.page.total), (3, None));
    assert!(uncounted.truncated.is_none() && uncounted.page.next.is_some());
    let ask = scene.ask();
    let ask = Asking {
        budget: Budget {
            edges: 64,
            ..ask.budget.clone()
        },
        ..ask
    };
    let cut = facts(&ask, &params("q=nothing"), &FilterParams::default()).unwrap();
    assert_eq!(cut.truncated.as_ref().map(|cut| cut.reason.as_str()), Some("edges"));
    assert!(cut.page.next.is_some() && cut.page.total.is_none());
    let first_try = Asking {
        budget: Budget {
            first_try: true,
            ..ask.budget.clone()
        },
        ..ask
    };
    assert!(matches!(
        facts(&first_try, &params("q=nothing"), &FilterParams::default()),
        Err(QueryError::Stopped)
    ));
}

#[test]
fn nodes_and_documents_have_pages_too() {
    let mut scene = scene();
    let reports: Vec<_> = (1..=7)
        .map(|n| format!("China | supported | Myanmar | 2017-01-0{n} | document=d{n}; publisher=AP"))
        .collect();
    scene.commit(&reports.join("\n"));
    let (mut filters, mut found) = (params::<FilterParams>("limit=3"), Vec::new());
    loop {
        let answer = documents(&scene.ask(), &params("node=china"), &filters).unwrap();
        assert_eq!(answer.page.total, Some(7));
        found.extend(answer.documents.into_iter().map(|row| row.id));
        let Some(cursor) = answer.page.cursor else { break };
        filters = FilterParams {
            cursor: Some(cursor),
            ..params("limit=3")
        };
    }
    assert_eq!(found, ["d1", "d2", "d3", "d4", "d5", "d6", "d7"]);
    let first = nodes(&scene.ask(), &params("q=state"), &params("limit=2")).unwrap();
    let second = nodes(
        &scene.ask(),
        &NodesParams::default(),
        &params(&format!("cursor={}", first.page.cursor.unwrap())),
    )
    .unwrap();
    assert_eq!((first.page.total, second.page.total, second.nodes.len()), (Some(5), Some(5), 2));
    assert_eq!(first.nodes[0].id, "state-0");
    assert_eq!(second.nodes[0].id, "state-2");
}
