//! `/v1/documents`: the list, one document, posting reports and deleting them.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::Response;
use bytes::Bytes;
use serde_json::Value;

use super::answer::{json, reads, single};
use super::body::{self, Kind};
use super::facts::{locate, why};
use super::params::{Ask, ChangeParams, Id, PostDocumentsParams, SingleParams};
use super::problem::{self, Problem};
use super::reply::{self, DocumentsReply};
use super::state::{AppState, Reads};
use super::{idempotency, intake, refusal};
use crate::format::{Columns, Form};
use crate::ingest::{DocumentIn, DocumentOptions, DocumentReply, Why};
use crate::query::{self, Documents, DocumentsParams, FilterParams, SingleDocument};

/// Reports that are extracted side by side.
const SIDE_BY_SIDE: usize = 16;

/// Documents, in the order in which they were recorded.
#[utoipa::path(
    get, path = "/v1/documents", tag = "questions", operation_id = "listDocuments",
    params(DocumentsParams, FilterParams),
    responses((status = 200, description = "The documents.", body = Documents))
)]
pub(super) async fn list(State(app): State<AppState>, asked: Ask<DocumentsParams>) -> Result<Response, Problem> {
    let reads = if asked.own.q.is_some() {
        Reads::Bodies
    } else {
        reads(&asked.filters)
    };
    app.list(asked, Columns::Documents, reads).await
}

/// One document, with its text and its history.
#[utoipa::path(
    get, path = "/v1/documents/{id}", tag = "questions", operation_id = "getDocument",
    params(("id" = String, Path, description = "Id of the document, such as `2017-11-24-reuters-beijing`."), SingleParams),
    responses((status = 200, description = "The document.", body = SingleDocument), (status = 304, description = "The client has it."))
)]
pub(super) async fn get(
    State(app): State<AppState>,
    Id(id): Id,
    asked: Ask<SingleParams>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let document = read(&app, id, asked.own.known_at).await?;
    single(asked.form, Columns::Documents, &document, &headers)
}

async fn read(app: &AppState, id: String, known_at: Option<String>) -> Result<SingleDocument, Problem> {
    let filters = FilterParams {
        known_at,
        ..FilterParams::default()
    };
    app.ask(&filters, Reads::Bodies, move |ask| query::document(ask, &id)).await
}

/// Takes in a report, or several as NDJSON, and answers with the facts found in it.
///
/// A report is plain text in wire form (` date 2017-11-24 Reuters, BEIJING`, a blank line, paragraphs), with the classic
/// opening `BEIJING, Nov 24 (Reuters) -`, or JSON; parameters win over what the text says. The same report again
/// changes nothing and says so with `200`. NDJSON of reports is answered with a summary.
#[utoipa::path(
    post, path = "/v1/documents", tag = "changes", operation_id = "postDocuments",
    params(PostDocumentsParams, ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same request gives the first answer again.")),
    request_body(
        description = "The report.",
        content(
            (DocumentIn = "application/json"),
            (String = "text/plain", example = " date 2017-11-24 Reuters, BEIJING\n\nChina's Li Zuocheng met Myanmar's Min Aung Hlaing in Beijing on Wednesday.\n"),
            (String = "application/x-ndjson"),
            (String = "application/x-www-form-urlencoded")
        )
    ),
    responses(
        (status = 201, description = "The report was stored.", body = DocumentReply),
        (status = 200, description = "The report was there already, or it was a dry run, or several reports came.", body = PostedDocuments)
    )
)]
pub(super) async fn post(State(app): State<AppState>, asked: Ask<PostDocumentsParams>, request: Request) -> Result<Response, Problem> {
    let (own, form) = (asked.own, asked.form);
    let kind = body::kind_of(request.headers(), &[Kind::Json, Kind::Ndjson, Kind::Text])?;
    let key = idempotency::key(request.headers())?;
    if kind == Kind::Ndjson {
        refuse_for_many(&own, key.as_deref())?;
        return reply::documents(form, &stream(&app, &own, request).await?);
    }
    let target = request.uri().clone();
    let bytes = body::whole(request.into_body(), app.settings().body_limit).await?;
    let text = body::text(&bytes)?;
    if kind == Kind::Json || (kind == Kind::Unsaid && body::looks_like_json(&bytes)) {
        match body::json::<Value>(text)? {
            Value::Array(items) => {
                refuse_for_many(&own, key.as_deref())?;
                let documents = items.iter().map(document_of).collect();
                return reply::documents(form, &take_all(&app, &own, documents).await);
            }
            object => one(&app, document_of(&object)?, own, form, (key, &target, &bytes)).await,
        }
    } else {
        one(
            &app,
            DocumentIn {
                text: text.to_owned(),
                ..DocumentIn::default()
            },
            own,
            form,
            (key, &target, &bytes),
        )
        .await
    }
}

/// An answer to posted reports.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[expect(dead_code, reason = "a shape for the documentation")]
#[serde(untagged)]
pub(super) enum PostedDocuments {
    /// One report.
    One(Box<DocumentReply>),
    /// Several.
    Many(DocumentsReply),
}

async fn one(
    app: &AppState,
    document: DocumentIn,
    own: PostDocumentsParams,
    form: Form,
    (key, target, bytes): (Option<String>, &Uri, &Bytes),
) -> Result<Response, Problem> {
    let document = with_given(document, &own);
    let how = DocumentOptions {
        dry_run: own.dry_run.unwrap_or(false),
        replaces: own.replaces,
        why: Why {
            reason: own.reason,
            by: own.by,
        },
        idempotency: key.map(|key| idempotency::of(key, "POST", target, bytes)),
    };
    let dry_run = how.dry_run;
    let reply = app.engine().post_document(document, how).await?;
    let status = if reply.created && !dry_run {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    let mut response = reply::document(form, status, &reply)?;
    if status == StatusCode::CREATED {
        locate(
            &mut response,
            header::LOCATION,
            &format!("{}/v1/documents/{}", app.base_path(), reply.document.id),
        );
    }
    Ok(response)
}

/// What several reports cannot have in common.
fn refuse_for_many(own: &PostDocumentsParams, key: Option<&str>) -> Result<(), Problem> {
    let refuse = |name: &str| {
        Err(problem::INVALID_PARAMETER
            .with(format!("{name}: is of one report, and several came"))
            .parameter(name))
    };
    match () {
        () if own.replaces.is_some() => refuse("replaces"),
        () if own.title.is_some() => refuse("title"),
        () if own.url.is_some() => refuse("url"),
        () if key.is_some() => Err(problem::INVALID_KEY
            .with("several reports take no key: sending them again is safe without")
            .member("header", "Idempotency-Key")),
        () => Ok(()),
    }
}

fn document_of(value: &Value) -> Result<DocumentIn, Problem> {
    body::json(&value.to_string())
}

/// The report with what the parameters say; they win.
fn with_given(document: DocumentIn, own: &PostDocumentsParams) -> DocumentIn {
    let DocumentIn {
        text,
        date,
        publisher,
        place,
        title,
        url,
        lang,
    } = document;
    DocumentIn {
        text,
        date: own.date.clone().or(date),
        publisher: own.publisher.clone().or(publisher),
        place: own.place.clone().or(place),
        title: own.title.clone().or(title),
        url: own.url.clone().or(url),
        lang: own.lang.clone().or(lang),
    }
}

type Numbered = (u64, Result<DocumentIn, Problem>);

async fn stream(app: &AppState, own: &PostDocumentsParams, request: Request) -> Result<DocumentsReply, Problem> {
    let mut pieces = intake::read(request.into_body(), |reader, hand_over| {
        let mut piece: Vec<Numbered> = Vec::with_capacity(SIDE_BY_SIDE);
        for (number, line) in crate::format::lines::texts(reader) {
            let document = line
                .map_err(|detail| problem::INVALID_JSON.with(detail))
                .and_then(|text| body::json(&text));
            piece.push((number, document));
            if piece.len() == SIDE_BY_SIDE && !hand_over(std::mem::take(&mut piece)) {
                return;
            }
        }
        hand_over(piece);
    });
    let mut reply = DocumentsReply::default();
    while let Some(piece) = pieces.recv().await {
        take_piece(app, own, piece, &mut reply).await;
    }
    Ok(reply)
}

async fn take_all(app: &AppState, own: &PostDocumentsParams, documents: Vec<Result<DocumentIn, Problem>>) -> DocumentsReply {
    let mut reply = DocumentsReply::default();
    take_piece(app, own, (1..).zip(documents).collect(), &mut reply).await;
    reply
}

/// Takes in some reports; each stands or falls by itself.
async fn take_piece(app: &AppState, own: &PostDocumentsParams, piece: Vec<Numbered>, reply: &mut DocumentsReply) {
    let documents = piece
        .iter()
        .filter_map(|(_, document)| Some(with_given(document.as_ref().ok()?.clone(), own)))
        .collect();
    let mut became = app
        .engine()
        .post_documents(documents, own.dry_run.unwrap_or(false))
        .await
        .into_iter();
    for (number, document) in piece {
        match document {
            Err(problem) => reply.add(number, Err(problem)),
            // One answer for each document that was handed over, in order.
            Ok(_) => reply.add(
                number,
                became
                    .next()
                    .map_or_else(|| Err(refusal::internal()), |became| became.map_err(Problem::from)),
            ),
        }
    }
    reply.revision = reply.revision.max(app.engine().view().head().revision);
}

/// Deletes a document: all evidence that stands in it no longer counts. The answer shows it as it now stands.
#[utoipa::path(
    delete, path = "/v1/documents/{id}", tag = "changes", operation_id = "deleteDocument",
    params(("id" = String, Path, description = "Id of the document."), ChangeParams),
    responses((status = 200, description = "The document, deleted.", body = SingleDocument))
)]
pub(super) async fn delete(
    State(app): State<AppState>,
    Id(id): Id,
    asked: Ask<ChangeParams>,
    request: Request,
) -> Result<Response, Problem> {
    let why = why(&app, asked.own, request).await?;
    app.engine().delete_document(&id, why).await?;
    json(StatusCode::OK, &read(&app, id, None).await?)
}
