//! Reports put in: their facts with quotes, the same again, copies, corrections.

use std::path::Path;
use std::sync::Arc;

use dateline::extract::RuleExtractor;
use dateline::ingest::{DocumentIn, DocumentOptions, DocumentReply, Engine, IngestError, Why};
use dateline::model::{FactNumber, Revision};
use dateline::store::{MemoryStore, Store};

use super::support::fact_ids;

fn engine() -> Arc<Engine> {
    engine_on(Arc::new(MemoryStore::new()))
}

fn engine_on(store: Arc<dyn Store>) -> Arc<Engine> {
    Engine::start(store, Arc::new(RuleExtractor::new())).unwrap()
}

fn report(text: impl Into<String>) -> DocumentIn {
    DocumentIn {
        text: text.into(),
        ..DocumentIn::default()
    }
}

async fn put(engine: &Arc<Engine>, text: impl Into<String>) -> DocumentReply {
    engine.post_document(report(text), DocumentOptions::default()).await.unwrap()
}

/// One event, told by two agencies in other words and with another date.
const REUTERS: &str = " date 2017-11-24 Reuters, BEIJING\n\nGeneral Li Zuocheng met Senior General Min Aung Hlaing on Wednesday.\n\n\
    China supported Myanmar throughout the crisis.\n";
const XINHUA: &str = " date 2017-11-25 Xinhua, YANGON\n\nMyanmar's army chief Min Aung Hlaing met with Li Zuocheng in the Chinese capital on \
    Wednesday.\n\nBangladesh criticised Myanmar.\n";

fn every_quote_stands_at_its_offsets(engine: &Engine) {
    let view = engine.view();
    let mut quotes = 0;
    for number in 0..view.head().counters.facts {
        for evidence in &*engine.bodies().evidence(FactNumber(number)).unwrap() {
            let quote = evidence.quote.as_ref().unwrap();
            let text: Vec<char> = engine.bodies().text(evidence.document.unwrap()).unwrap().unwrap().chars().collect();
            let span: String = text[quote.start.unwrap() as usize..quote.end.unwrap() as usize].iter().collect();
            assert_eq!(span, quote.text);
            quotes += 1;
        }
    }
    assert!(quotes > 0);
}

#[tokio::test]
async fn a_report_gives_a_document_and_facts_with_their_quotes() {
    let engine = engine();
    let reply = put(&engine, REUTERS).await;
    assert!(reply.created);
    assert_eq!(reply.document.id, "2017-11-24-reuters-beijing");
    assert_eq!(reply.document.place.as_deref(), Some("beijing"));
    assert_eq!(reply.document.publisher.as_deref(), Some("Reuters"));
    assert!(
        reply.facts_created >= 2,
        "{:?}",
        reply.facts.iter().map(|row| &row.text).collect::<Vec<_>>()
    );
    assert_eq!(reply.facts.len() as u64, reply.facts_created + reply.facts_known);
    assert!(
        reply
            .facts
            .iter()
            .all(|row| row.quote.is_some() && row.document.as_deref() == Some("2017-11-24-reuters-beijing"))
    );
    assert!(
        reply
            .facts
            .iter()
            .any(|row| row.relation == "met_with" && row.valid.as_deref() == Some("2017-11-22"))
    );
    every_quote_stands_at_its_offsets(&engine);
}

#[tokio::test]
async fn the_same_report_again_changes_nothing_and_says_so() {
    let engine = engine();
    let first = put(&engine, REUTERS).await;
    for engine in [engine.clone(), engine_on(engine.store().clone())] {
        let again = put(&engine, REUTERS).await;
        assert!(!again.created);
        assert_eq!(
            (again.facts_created, again.nodes_created, again.facts_known),
            (0, 0, first.facts.len() as u64)
        );
        assert_eq!(again.document, first.document);
        assert_eq!(again.revision, first.revision);
        assert_eq!(engine.view().head().revision, Revision(1));
    }
}

#[tokio::test]
async fn a_copy_under_another_masthead_is_one_source_and_other_words_are_two() {
    let engine = engine();
    put(&engine, REUTERS).await;
    put(&engine, REUTERS.replace("Reuters, BEIJING", "Daily Herald, LONDON")).await;
    let meeting = |engine: &Engine| {
        let view = engine.view();
        let reading = view.newest();
        let met = view.ontology().relation_number("met_with").unwrap();
        (0..view.head().counters.facts)
            .map(FactNumber)
            .find(|number| reading.fact(*number).unwrap().relation == met)
            .unwrap()
    };
    let number = meeting(&engine);
    assert_eq!(engine.view().newest().open_evidence(number).len(), 2);
    assert_eq!(engine.view().newest().source_count(number), 1);
    put(&engine, XINHUA).await;
    assert_eq!(engine.view().newest().source_count(number), 2);
    assert_eq!(
        engine.view().newest().nodes_named("Li Zuocheng").len(),
        1,
        "one person in all three"
    );
}

#[tokio::test]
async fn another_report_of_the_day_and_place_gets_the_next_number() {
    let engine = engine();
    put(&engine, REUTERS).await;
    let other = put(
        &engine,
        " date 2017-11-24 Reuters, BEIJING\n\nChina criticised the United States.\n",
    )
    .await;
    assert_eq!(other.document.id, "2017-11-24-reuters-beijing-2");
    assert_eq!(put(&engine, REUTERS).await.document.id, "2017-11-24-reuters-beijing");
}

#[tokio::test]
async fn a_corrected_report_takes_the_place_of_the_old_in_one_revision() {
    let engine = engine();
    let first = put(&engine, REUTERS).await;
    let how = |id: &str| DocumentOptions {
        replaces: Some(id.to_owned()),
        why: Why {
            reason: Some("corrected".to_owned()),
            by: Some("desk".to_owned()),
        },
        ..DocumentOptions::default()
    };
    let corrected = report(REUTERS.replace("on Wednesday", "on Tuesday"));
    assert!(matches!(
        engine.post_document(corrected.clone(), how("nothing")).await.unwrap_err(),
        IngestError::NotFound { what: "document", .. }
    ));
    let second = engine.post_document(corrected.clone(), how(&first.document.id)).await.unwrap();
    assert_eq!((second.created, second.revision), (true, Revision(2)));
    assert_ne!(second.document.id, first.document.id);
    let view = engine.view();
    let old = view.newest().document_by_id(&first.document.id).unwrap();
    assert_eq!(view.newest().document(old).unwrap().closed.unwrap().revision, Revision(2));
    let new = view.newest().document_by_id(&second.document.id).unwrap();
    assert_eq!(view.newest().document(new).unwrap().replaces, Some(old));
    assert!(
        second
            .facts
            .iter()
            .any(|row| row.relation == "met_with" && row.valid.as_deref() == Some("2017-11-21"))
    );
    assert!(fact_ids(&view).len() >= second.facts.len());
    assert!(matches!(
        engine.post_document(corrected, how(&first.document.id)).await.unwrap_err(),
        IngestError::Conflict(_)
    ));
    assert_eq!(fact_ids(&engine_on(engine.store().clone()).view()), fact_ids(&view));
}

#[tokio::test]
async fn a_correction_that_is_there_already_closes_the_old_report_and_a_report_does_not_replace_itself() {
    let engine = engine();
    let (first, second) = (put(&engine, REUTERS).await, put(&engine, XINHUA).await);
    let how = |id: &str| DocumentOptions {
        replaces: Some(id.to_owned()),
        ..DocumentOptions::default()
    };
    let itself = engine.post_document(report(REUTERS), how(&first.document.id)).await.unwrap();
    assert_eq!((itself.created, itself.revision), (false, Revision(2)));
    let known = engine.post_document(report(XINHUA), how(&first.document.id)).await.unwrap();
    assert_eq!(
        (known.created, &known.document.id, known.revision),
        (false, &second.document.id, Revision(3))
    );
    let view = engine.view();
    let closed = |id: &str| {
        view.newest()
            .document(view.newest().document_by_id(id).unwrap())
            .unwrap()
            .closed
            .is_some()
    };
    assert_eq!((closed(&first.document.id), closed(&second.document.id)), (true, false));
}

#[tokio::test]
async fn a_dry_run_shows_the_facts_and_stores_none() {
    let engine = engine();
    let dry = DocumentOptions {
        dry_run: true,
        ..DocumentOptions::default()
    };
    let shown = engine.post_document(report(REUTERS), dry.clone()).await.unwrap();
    assert_eq!(engine.view().head().revision, Revision(0));
    let stored = put(&engine, REUTERS).await;
    assert_eq!(shown.facts, stored.facts);
    assert_eq!(
        (shown.nodes_created, shown.facts_created),
        (stored.nodes_created, stored.facts_created)
    );
    let known = engine.post_document(report(REUTERS), dry).await.unwrap();
    assert_eq!((known.created, known.facts), (false, stored.facts));
}

#[tokio::test]
async fn a_key_gives_the_same_answer_again() {
    let engine = engine();
    let keyed = |digest: u8| DocumentOptions {
        idempotency: Some(("k".to_owned(), [digest; 32])),
        ..DocumentOptions::default()
    };
    let first = engine.post_document(report(REUTERS), keyed(1)).await.unwrap();
    put(&engine, XINHUA).await;
    let again = engine.post_document(report(REUTERS), keyed(1)).await.unwrap();
    assert_eq!(
        (again.created, again.revision, again.facts.len()),
        (true, first.revision, first.facts.len())
    );
    assert!(matches!(
        engine.post_document(report(REUTERS), keyed(2)).await.unwrap_err(),
        IngestError::KeyReused
    ));
}

#[tokio::test]
async fn reports_sent_together_give_what_they_give_one_by_one() {
    let texts: Vec<String> = (0..12)
        .flat_map(|day| {
            [
                REUTERS.replace("11-24", &format!("11-{}", 10 + day)),
                XINHUA.replace("11-25", &format!("11-{}", 11 + day)),
            ]
        })
        .collect();
    let (together, one_by_one) = (engine(), engine());
    let replies = together
        .post_documents(texts.iter().map(|text| report_of(text)).collect(), false)
        .await;
    let mut expected = Vec::new();
    for text in &texts {
        expected.push(put(&one_by_one, text.clone()).await);
    }
    for (reply, expected) in replies.iter().zip(&expected) {
        let reply = reply.as_ref().unwrap();
        assert_eq!(
            (&reply.document.id, reply.nodes_created, reply.facts_created),
            (&expected.document.id, expected.nodes_created, expected.facts_created)
        );
    }
    assert_eq!(fact_ids(&together.view()), fact_ids(&one_by_one.view()));
    assert!(
        together.view().head().revision < one_by_one.view().head().revision,
        "what waited was written together"
    );
    let wrong = together.post_documents(vec![report(""), report(REUTERS)], false).await;
    assert!(matches!(wrong[0], Err(IngestError::Extract(_))));
    assert!(wrong[1].is_ok());
}

fn report_of(text: &str) -> DocumentIn {
    report(text)
}

#[tokio::test]
async fn the_seed_report_is_taken_in() {
    let path = Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../shared/seed/2017-11-24-reuters-beijing.txt"
    ));
    let Ok(text) = std::fs::read_to_string(path) else {
        eprintln!("skipped: there is no {}", path.display());
        return;
    };
    let engine = engine();
    let reply = put(&engine, text).await;
    for row in &reply.facts {
        println!(
            "{} [{}] said by {:?} at {:?}",
            row.text,
            row.valid.as_deref().unwrap_or("-"),
            row.said_by,
            row.place_name
        );
    }
    for skipped in &reply.skipped {
        println!("skipped: {} ({})", skipped.sentence, skipped.reason);
    }
    assert!(reply.facts.len() >= 20, "{} facts", reply.facts.len());
    every_quote_stands_at_its_offsets(&engine);
}
