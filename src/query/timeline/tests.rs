use proptest::prelude::*;

use super::*;
use crate::query::testing::{Scene, rows};
use crate::query::{Bucket, RowRef};

fn of(nodes: &[&str]) -> TimelineParams {
    TimelineParams {
        node: nodes.iter().map(|node| (*node).to_owned()).collect(),
        ..TimelineParams::default()
    }
}

fn between(since: &str, until: &str) -> FilterParams {
    FilterParams {
        since: Some(since.to_owned()),
        until: Some(until.to_owned()),
        ..FilterParams::default()
    }
}

fn ask<'v>(scene: &'v Scene, params: &TimelineParams, filters: &FilterParams) -> Timeline<'v> {
    timeline(&scene.ask(), params, filters).unwrap()
}

fn days(answer: &Timeline<'_>) -> Vec<String> {
    answer
        .facts
        .as_ref()
        .unwrap()
        .iter()
        .map(|row| row.parts().valid().map(|valid| valid.to_string()).unwrap_or_default())
        .collect()
}

fn buckets(answer: &Timeline<'_>) -> Vec<(String, String, u64, u64, Option<String>)> {
    let show = |bucket: &Bucket| {
        (
            bucket.start.to_string(),
            bucket.end.to_string(),
            bucket.count_min,
            bucket.count_max,
            bucket.group.clone(),
        )
    };
    answer.buckets.as_ref().unwrap().iter().map(show).collect()
}

const SCENE: &str = "
    China | met_with | Myanmar | ../2017-11-22 | publisher=Reuters; reported=2017-11-24
    China | met_with | India | 2017-11 | publisher=AFP; reported=2017-12-01; place=Beijing:Place
    China | supported | Myanmar | 2017-11-22 | publisher=Reuters; reported=2017-11-25
    China | controls | Tibet:Place | 1951/.. | publisher=Reuters; reported=2017-11-24
    Myanmar | stated | \"no comment\" | 2017-09-01 | publisher=AFP; reported=2017-12-01
    Myanmar | visited | India | - | publisher=AFP; reported=2017-12-02
    India | praised | Nepal | 2018-02-03 | publisher=Reuters; reported=2018-02-03
";

#[test]
fn facts_stand_at_their_earliest_day_else_at_their_latest() {
    let scene = Scene::of(SCENE);
    let answer = ask(&scene, &of(&["china"]), &FilterParams::default());
    assert_eq!(days(&answer)[..2], ["1951/..", "2017-11"]);
    let same_day: Vec<_> = answer.facts.as_ref().unwrap()[2..].iter().map(RowRef::id).collect();
    assert!(same_day.is_sorted(), "the same days: then by id");
    let at: Vec<_> = answer
        .facts
        .as_ref()
        .unwrap()
        .iter()
        .map(|row| row.at.unwrap().to_string())
        .collect();
    assert_eq!(at, ["1951-01-01", "2017-11-01", "2017-11-22", "2017-11-22"]);
    assert_eq!(answer.page.unwrap().total, Some(4));
    assert_eq!(answer.hidden.undated, 0);
}

#[test]
fn a_fact_of_two_nodes_comes_once_and_a_place_has_a_timeline() {
    let scene = Scene::of(SCENE);
    let answer = ask(&scene, &of(&["china", "Myanmar"]), &FilterParams::default());
    assert_eq!((days(&answer).len(), answer.hidden.undated), (5, 1));
    assert_eq!(
        answer.nodes.iter().map(|node| node.id.as_str()).collect::<Vec<_>>(),
        ["china", "myanmar"]
    );
    assert_eq!(days(&ask(&scene, &of(&["beijing"]), &FilterParams::default())), ["2017-11"]);
    let whole = ask(&scene, &of(&[]), &FilterParams::default());
    assert_eq!(
        (days(&whole).len(), whole.hidden.undated, whole.page.unwrap().total),
        (6, 1, Some(6))
    );
}

#[test]
fn with_leaves_what_the_nodes_share() {
    let scene = Scene::of(SCENE);
    let with = |node: &str| TimelineParams {
        with: vec![node.to_owned()],
        ..of(&["china"])
    };
    assert_eq!(days(&ask(&scene, &with("myanmar"), &FilterParams::default())).len(), 2);
    assert_eq!(days(&ask(&scene, &with("beijing"), &FilterParams::default())), ["2017-11"]);
    let alone = TimelineParams {
        with: vec!["china".to_owned()],
        ..of(&[])
    };
    assert!(
        matches!(timeline(&scene.ask(), &alone, &FilterParams::default()), Err(QueryError::Invalid { parameter, .. }) if parameter == "with")
    );
}

#[test]
fn by_report_date_the_bounds_are_those_of_the_report() {
    let scene = Scene::of(SCENE);
    let params = TimelineParams {
        by: Some("reported".to_owned()),
        ..of(&["myanmar"])
    };
    let answer = ask(&scene, &params, &FilterParams::default());
    let at: Vec<_> = answer
        .facts
        .as_ref()
        .unwrap()
        .iter()
        .map(|row| row.at.unwrap().to_string())
        .collect();
    assert_eq!(at, ["2017-11-24", "2017-11-25", "2017-12-01", "2017-12-02"]);
    assert_eq!(answer.hidden.undated, 0, "the undated visit was reported on a day");
    let some = ask(&scene, &params, &between("2017-11-25", "2017-12-01"));
    assert_eq!(days(&some), ["2017-11-22", "2017-09-01"]);
    assert_eq!(
        (&some.query["since"], &some.query["by"]),
        (&json!("2017-11-25"), &json!("reported"))
    );
}

#[test]
fn pages_follow_each_other_in_either_direction() {
    let scene = Scene::of(SCENE);
    let whole = |order: &str| {
        let params = TimelineParams {
            order: Some(order.to_owned()),
            ..of(&["china", "india"])
        };
        rows(&ask(&scene, &params, &FilterParams::default()).facts.unwrap())
    };
    let mut back = whole("desc");
    back.reverse();
    assert_eq!(back, whole("asc"));
    for order in ["asc", "desc"] {
        let params = TimelineParams {
            order: Some(order.to_owned()),
            ..of(&["china", "india"])
        };
        let mut filters = FilterParams {
            limit: Some(2),
            ..FilterParams::default()
        };
        let mut paged = Vec::new();
        let mut params = params;
        loop {
            let answer = ask(&scene, &params, &filters);
            let page = answer.page.unwrap();
            assert_eq!(page.total, Some(5));
            paged.extend(rows(&answer.facts.unwrap()));
            let Some(cursor) = page.cursor else { break };
            // The cursor alone is the question.
            params = TimelineParams::default();
            filters = FilterParams {
                cursor: Some(cursor),
                ..FilterParams::default()
            };
        }
        assert_eq!(paged, whole(order));
    }
    let counts = ask(
        &scene,
        &of(&["china"]),
        &FilterParams {
            limit: Some(0),
            ..FilterParams::default()
        },
    );
    assert_eq!((counts.facts.unwrap().len(), counts.page.unwrap().total), (0, Some(4)));
}

#[test]
fn buckets_count_what_may_and_what_surely_falls_into_them() {
    let scene = Scene::of(SCENE);
    let params = TimelineParams {
        bucket: Some("month".to_owned()),
        ..of(&["china"])
    };
    let answer = ask(&scene, &params, &between("2017-10-15", "2017-12-10"));
    let bucket = |start: &str, end: &str, least, most| (start.to_owned(), end.to_owned(), least, most, None);
    let expected = [
        bucket("2017-10-15", "2017-10-31", 1, 2),
        bucket("2017-11-01", "2017-11-30", 3, 4),
        bucket("2017-12-01", "2017-12-10", 0, 1),
    ];
    assert_eq!(
        buckets(&answer),
        expected,
        "what is open since 1951 is certain up to its newest report"
    );
    assert!(answer.facts.is_none() && answer.page.is_none());
    let by_day = TimelineParams {
        bucket: Some("day".to_owned()),
        ..of(&["beijing"])
    };
    let answer = ask(&scene, &by_day, &FilterParams::default());
    assert_eq!(buckets(&answer).len(), 30);
    assert!(
        buckets(&answer).iter().all(|bucket| (bucket.2, bucket.3) == (0, 1)),
        "some day of November is no day of it surely"
    );
}

#[test]
fn buckets_are_there_from_first_to_last_also_when_empty() {
    let scene = Scene::of(SCENE);
    let params = TimelineParams {
        bucket: Some("month".to_owned()),
        group_by: Some("relation".to_owned()),
        ..of(&["india"])
    };
    let answer = ask(&scene, &params, &FilterParams::default());
    let shown: Vec<_> = buckets(&answer).into_iter().map(|bucket| (bucket.0, bucket.3, bucket.4)).collect();
    let row = |start: &str, count, group: Option<&str>| (start.to_owned(), count, group.map(str::to_owned));
    assert_eq!(
        shown,
        [
            row("2017-11-01", 1, Some("met_with")),
            row("2017-12-01", 0, None),
            row("2018-01-01", 0, None),
            row("2018-02-01", 1, Some("praised"))
        ]
    );
    assert_eq!(answer.hidden.undated, 1);
    let nobody = ask(
        &scene,
        &TimelineParams {
            bucket: Some("year".to_owned()),
            ..of(&["nepal"])
        },
        &between("1900", "1901"),
    );
    assert!(buckets(&nobody).is_empty());
}

#[test]
fn buckets_split_by_node_category_publisher_and_claim() {
    let scene = Scene::of(SCENE);
    let groups = |by: &str, nodes: &[&str]| {
        let params = TimelineParams {
            bucket: Some("year".to_owned()),
            group_by: Some(by.to_owned()),
            ..of(nodes)
        };
        let answer = ask(&scene, &params, &between("2017-01-01", "2017-12-31"));
        buckets(&answer)
            .into_iter()
            .map(|bucket| (bucket.4.unwrap_or_default(), bucket.3))
            .collect::<Vec<_>>()
    };
    let pairs = |pairs: &[(&str, u64)]| pairs.iter().map(|(group, count)| ((*group).to_owned(), *count)).collect::<Vec<_>>();
    assert_eq!(
        groups("node", &["china"]),
        pairs(&[("beijing", 1), ("india", 1), ("myanmar", 2), ("tibet", 1)])
    );
    assert_eq!(groups("node", &["china", "myanmar"]), pairs(&[("china", 4), ("myanmar", 3)]));
    assert_eq!(groups("category", &["china"]), pairs(&[("", 1), ("CONSULT", 2), ("SUPPORT", 1)]));
    assert_eq!(groups("publisher", &["china"]), pairs(&[("AFP", 1), ("Reuters", 3)]));
    assert_eq!(groups("claim", &["china"]).len(), 4);
}

#[test]
fn a_parameter_of_the_wrong_kind_is_refused_by_name() {
    let scene = Scene::of(SCENE);
    let refused = |change: fn(&mut TimelineParams, &mut FilterParams)| {
        let (mut params, mut filters) = (of(&["china"]), FilterParams::default());
        change(&mut params, &mut filters);
        match timeline(&scene.ask(), &params, &filters) {
            Err(QueryError::Invalid { parameter, try_url, .. } | QueryError::UnknownNode { parameter, try_url, .. }) => {
                (parameter, try_url.unwrap_or_default())
            }
            Err(error) => panic!("{error}"),
            Ok(_) => panic!("answered"),
        }
    };
    let mended = |name: &str, url: &str| (name.to_owned(), url.to_owned());
    assert_eq!(
        refused(|params, _| params.bucket = Some("months".to_owned())),
        mended("bucket", "/v1/timeline?node=china&bucket=month")
    );
    assert_eq!(
        refused(|params, _| params.by = Some("valide".to_owned())),
        mended("by", "/v1/timeline?node=china&by=valid")
    );
    assert_eq!(
        refused(|params, _| params.order = Some("descending".to_owned())),
        mended("order", "/v1/timeline?node=china&order=desc")
    );
    assert_eq!(
        refused(|params, _| params.group_by = Some("relation".to_owned())),
        mended("group_by", "")
    );
    assert_eq!(refused(|params, _| params.node = vec!["Atlantis".to_owned()]).0, "node");
    assert_eq!(
        refused(|params, _| params.bucket = Some("day".to_owned())),
        mended("bucket", "/v1/timeline?node=china&bucket=week"),
        "a day each since 1951 is too many"
    );
}

#[test]
fn a_cut_count_leaves_the_total_open_and_a_cut_page_says_so() {
    let scene = Scene::of(SCENE);
    let mut ask = scene.ask();
    ask.budget.edges = 3;
    let short = FilterParams {
        limit: Some(2),
        ..FilterParams::default()
    };
    let answer = timeline(&ask, &of(&["china"]), &short).unwrap();
    assert_eq!(
        answer.page.unwrap().total,
        Some(4),
        "what dates alone decide is not counted one by one"
    );
    let page = FilterParams {
        modality: vec!["asserted".to_owned()],
        ..short
    };
    let answer = timeline(&ask, &of(&["china"]), &page).unwrap();
    assert_eq!(
        (answer.facts.unwrap().len(), answer.page.unwrap().total, answer.truncated),
        (2, None, None)
    );
    let answer = timeline(&ask, &of(&["china"]), &FilterParams::default()).unwrap();
    assert_eq!(
        (answer.facts.unwrap().len(), answer.truncated.unwrap().reason.as_str()),
        (3, "edges")
    );
    assert!(answer.page.unwrap().next.is_some(), "a cut page says where it goes on");
    ask.budget.first_try = true;
    assert!(matches!(timeline(&ask, &of(&["china"]), &page), Err(QueryError::Stopped)));
}

/// A random store, and a question about it.
#[derive(Clone, Debug)]
struct Case {
    lines: Vec<String>,
    params: TimelineParams,
    filters: FilterParams,
}

fn any_date() -> impl Strategy<Value = String> {
    (2016..=2018i32, 1..=12u32, 1..=28u32, 0..14u32, 1..=40i32).prop_map(|(y, m, d, form, length)| {
        let day = Day::from_ymd(y, m, d).unwrap();
        let later = day.plus(length);
        match form {
            0 => format!("{y}"),
            1 => format!("{y}-{m:02}"),
            2 => format!("../{day}"),
            3 => format!("{day}/.."),
            4 => format!("{day}/{later}"),
            5 => format!("{y}-{m:02}/{}", y + 1),
            6 => "-".to_owned(),
            7 => format!("{y}-{}", 33 + m % 4),
            _ => day.to_string(),
        }
    })
}

fn any_case() -> impl Strategy<Value = Case> {
    let line = (0..6usize, 0..5usize, 0..6usize, any_date(), 0..8usize, 0..4usize).prop_map(|(a, relation, b, valid, report, place)| {
        let relation = ["visited", "met_with", "controls", "supported", "stated"][relation];
        let object = if relation == "stated" {
            "\"so\"".to_owned()
        } else {
            format!("N{}", if a == b { (b + 1) % 6 } else { b })
        };
        let reported = if report == 0 {
            String::new()
        } else {
            format!("; reported=2017-{report:02}-11; document=d{report}")
        };
        let place = if place == 0 { "; place=P0:Place" } else { "" };
        format!(
            "N{a} | {relation} | {object} | {valid} | publisher={}{reported}{place}",
            ["Reuters", "AFP"][report % 2]
        )
    });
    let nodes = prop::collection::vec(
        prop_oneof![6 => (0..6usize).prop_map(|n| format!("n{n}")), 1 => Just("p0".to_owned())],
        0..=3,
    );
    let word = |words: &'static [&'static str]| prop::option::of(prop::sample::select(words)).prop_map(|word| word.map(str::to_owned));
    let bound = || prop::option::weighted(0.4, any_date().prop_filter("a date", |text| text != "-" && !text.contains("..")));
    let params = (nodes, any::<bool>(), word(&["valid", "reported"]), word(&["asc", "desc"]));
    let filters = (
        bound(),
        bound(),
        prop::option::of(any::<bool>()),
        word(&["Reuters"]),
        word(&["CONSULT"]),
        1..7u32,
    );
    (prop::collection::vec(line, 1..40), params, filters).prop_map(|(lines, (node, shared, by, order), filters)| {
        let (since, until, certain, publisher, relation, limit) = filters;
        let with = if shared && !node.is_empty() {
            vec!["n1".to_owned(), "p0".to_owned()]
        } else {
            Vec::new()
        };
        // Bounds the wrong way round are refused, which is no case.
        let (since, until) = match (since, until) {
            (Some(a), Some(b)) if a > b => (Some(b), Some(a)),
            bounds => bounds,
        };
        let everyone = (0..6).map(|n| format!("N{n} | stated | \"here\" | - | place=P0:Place"));
        Case {
            lines: everyone.chain(lines).collect(),
            params: TimelineParams {
                node,
                with,
                by,
                order,
                ..TimelineParams::default()
            },
            filters: FilterParams {
                since,
                until,
                certain,
                publisher: publisher.into_iter().collect(),
                relation: relation.into_iter().collect(),
                limit: Some(limit),
                ..FilterParams::default()
            },
        }
    })
}

/// The slow and obvious model: every fact is looked at.
fn model(scene: &Scene, case: &Case) -> Option<(Vec<FactId>, u64)> {
    let reading = scene.view.newest();
    let reported = case.params.by.as_deref() == Some("reported");
    let window = dates::between("since", case.filters.since.as_deref(), "until", case.filters.until.as_deref()).ok()?;
    let number = |id: &String| reading.node_by_id(id).unwrap();
    let (nodes, with): (Vec<_>, Vec<_>) = (
        case.params.node.iter().map(number).collect(),
        case.params.with.iter().map(number).collect(),
    );
    let (mut dated, mut undated) = (Vec::new(), 0);
    for number in reading.facts() {
        let fact = reading.fact(number).unwrap();
        let shown = reading.best_evidence(number).unwrap();
        let mut touched = vec![fact.subject];
        if let crate::view::ObjectRef::Node(object) = fact.object {
            touched.push(object);
        }
        touched.extend(shown.provenance.place);
        let evidence = reading.open_evidence(number);
        touched.extend(evidence.iter().filter_map(|evidence| evidence.provenance.place));
        let publisher = case.filters.publisher.first();
        let relation = reading.view().ontology().relation(fact.relation);
        let passes = (nodes.is_empty() || nodes.iter().any(|node| touched.contains(node)))
            && (with.is_empty() || with.iter().any(|node| touched.contains(node)))
            && publisher.is_none_or(|name| {
                evidence
                    .iter()
                    .any(|evidence| evidence.provenance.publisher.as_deref() == Some(name))
            })
            && (case.filters.relation.is_empty() || relation.category.as_deref() == Some("CONSULT"));
        if !passes {
            continue;
        }
        let latest = fact.span.and_then(|span| span.last_end).unwrap_or(Day(i32::MAX));
        let at = if reported {
            shown.reported
        } else {
            fact.span.and_then(|span| span.at())
        };
        let Some(at) = at else {
            undated += 1;
            continue;
        };
        let meets = if reported {
            window.since.is_none_or(|since| since <= at) && window.until.is_none_or(|until| at <= until)
        } else if case.filters.certain == Some(true) {
            fact.span.unwrap().certainly_meets(window, reading.newest_report(number))
        } else {
            fact.span.unwrap().possibly_meets(window)
        };
        if meets {
            dated.push((at, latest, fact.id));
        }
    }
    dated.sort();
    if case.params.order.as_deref() == Some("desc") {
        dated.reverse();
    }
    Some((dated.into_iter().map(|(_, _, id)| id).collect(), undated))
}

/// All pages of a timeline.
fn paged(scene: &Scene, params: &TimelineParams, filters: &FilterParams) -> (Vec<FactId>, Option<u64>, u64) {
    let mut filters = filters.clone();
    let mut ids = Vec::new();
    loop {
        let answer = ask(scene, params, &filters);
        assert_eq!(answer.truncated, None);
        let page = answer.page.unwrap();
        ids.extend(answer.facts.unwrap().iter().map(RowRef::id));
        match page.cursor {
            Some(cursor) => filters.cursor = Some(cursor),
            None => return (ids, page.total, answer.hidden.undated),
        }
    }
}

fn total(scene: &Scene, params: &TimelineParams, filters: FilterParams) -> u64 {
    ask(scene, params, &FilterParams { limit: Some(0), ..filters })
        .page
        .unwrap()
        .total
        .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_timeline_is_every_fact_that_meets_the_question_in_order(case in any_case(), pieces in 1..4usize) {
        let mut scene = Scene::empty();
        for lines in case.lines.chunks(case.lines.len().div_ceil(pieces)) {
            scene.commit(&lines.join("\n"));
        }
        let Some((expected, undated)) = model(&scene, &case) else { return Ok(()) };
        let (ids, total, hidden) = paged(&scene, &case.params, &case.filters);
        prop_assert_eq!((total, hidden), (Some(expected.len() as u64), undated));
        prop_assert_eq!(&ids, &expected);
        scene.view.merge();
        prop_assert_eq!(paged(&scene, &case.params, &case.filters).0, expected);
    }

    #[test]
    fn a_bucket_counts_what_the_same_question_lists_for_its_days(case in any_case(), unit in 0..5usize, grouped in 0..10usize) {
        let scene = Scene::of(&case.lines.join("\n"));
        if model(&scene, &case).is_none() {
            return Ok(());
        }
        let by = GroupBy::WORDS.get(grouped).map(|(word, _)| (*word).to_owned());
        let unit = Unit::WORDS[unit].0;
        let params = TimelineParams { bucket: Some(unit.to_owned()), group_by: by.clone(), ..case.params.clone() };
        let answer = ask(&scene, &params, &case.filters);
        let shown = answer.buckets.unwrap();
        let starts: Vec<_> = shown.iter().map(|bucket| (bucket.start, bucket.group.clone())).collect();
        prop_assert!(starts.is_sorted());
        for pair in shown.windows(2) {
            prop_assert!(pair[0].start == pair[1].start || pair[0].end.plus(1) == pair[1].start, "no gap");
        }
        // The first and last of them hold every day that a fact starts or ends on within the window.
        for bucket in shown.iter().step_by(1 + shown.len() / 12) {
            let (mut list, mut filters) = (case.params.clone(), case.filters.clone());
            filters.since = Some(bucket.start.to_string());
            filters.until = Some(bucket.end.to_string());
            match (by.as_deref(), &bucket.group) {
                (None, _) => {}
                (Some("relation"), Some(group)) => filters.relation = if filters.relation.is_empty() { vec![group.clone()] } else { continue },
                (Some("publisher"), Some(group)) => filters.publisher = vec![group.clone()],
                (Some("node"), Some(group)) if list.node.len() > 1 || list.node.is_empty() => list.node = vec![group.clone()],
                (Some("node"), Some(group)) => list.with = if list.with.is_empty() { vec![group.clone()] } else { continue },
                _ => continue,
            }
            if case.params.node.len() > 1 && case.params.node.iter().collect::<std::collections::HashSet<_>>().len() == 1 && by.as_deref() == Some("node") {
                continue;
            }
            prop_assert_eq!(total(&scene, &list, filters.clone()), bucket.count_max, "{:?}", bucket);
            prop_assert_eq!(total(&scene, &list, FilterParams { certain: Some(true), ..filters }), bucket.count_min, "{:?}", bucket);
        }
        // Every fact falls into some bucket, but one that is certain of the window may be so of no single bucket.
        let (ids, _, undated) = paged(&scene, &case.params, &case.filters);
        prop_assert_eq!(answer.hidden.undated, undated);
        let most: u64 = shown.iter().map(|bucket| bucket.count_max).sum();
        prop_assert!(by.is_some() || case.filters.certain == Some(true) || most >= ids.len() as u64 || ids.is_empty());
    }
}
