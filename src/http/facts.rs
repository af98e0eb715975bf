//! `/v1/facts`: the list, one fact, posting, correcting and retracting.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::Value;

use super::answer::{json, reads, single};
use super::body::{self, Kind};
use super::params::{Ask, ChangeParams, Id, PostFactsParams, SingleParams};
use super::problem::{self, Problem};
use super::state::{AppState, Reads};
use super::{idempotency, intake, reply};
use crate::format::{Columns, FactIn, Line, Piece, cuts};
use crate::ingest::{FactPatch, FactsOptions, FactsReply, OnError, Why};
use crate::query::{self, Facts, FactsParams, FilterParams, SingleFact};

/// Most facts of a request that is stored whole or not at all.
const MOST_AT_ONCE: usize = 1_000;

/// Facts, in the order in which they were recorded.
#[utoipa::path(
    get, path = "/v1/facts", tag = "questions", operation_id = "listFacts",
    params(FactsParams, FilterParams),
    responses((status = 200, description = "The facts.", body = Facts))
)]
pub(super) async fn list(State(app): State<AppState>, asked: Ask<FactsParams>) -> Result<Response, Problem> {
    let reads = if asked.own.q.is_some() {
        Reads::Bodies
    } else {
        reads(&asked.filters)
    };
    app.list(asked, Columns::Facts, reads).await
}

/// One fact, with its evidence and its history.
#[utoipa::path(
    get, path = "/v1/facts/{id}", tag = "questions", operation_id = "getFact",
    params(("id" = String, Path, description = "Id of the fact, such as `f-7k2m9q4x8c1d5n3h`."), SingleParams),
    responses((status = 200, description = "The fact.", body = SingleFact), (status = 304, description = "The client has it."))
)]
pub(super) async fn get(
    State(app): State<AppState>,
    Id(id): Id,
    asked: Ask<SingleParams>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let fact = read(&app, id, asked.own.known_at).await?;
    single(asked.form, Columns::Facts, &fact, &headers)
}

async fn read(app: &AppState, id: String, known_at: Option<String>) -> Result<SingleFact, Problem> {
    let filters = FilterParams {
        known_at,
        ..FilterParams::default()
    };
    app.ask(&filters, Reads::Bodies, move |ask| query::fact(ask, &id)).await
}

/// Takes in facts as data: a JSON object or array, NDJSON, or CSV with the columns of the row.
///
/// A JSON body holds at most 1,000 facts and is stored whole or not at all; NDJSON and CSV may have any
/// length, are committed as they come, and are safe to send again.
#[utoipa::path(
    post, path = "/v1/facts", tag = "changes", operation_id = "postFacts",
    params(PostFactsParams, ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same request gives the first answer again.")),
    request_body(
        description = "Facts; keys that only answers have are accepted and not read.",
        content(
            (FactsBody = "application/json"),
            (String = "application/x-ndjson", example = "{\"subject_name\":\"Li Zuocheng\",\"subject_type\":\"Person\",\"relation\":\"visited\",\"object_name\":\"Myanmar\",\"object_type\":\"Country\",\"publisher\":\"Reuters\"}\n"),
            (String = "text/csv", example = "subject_name,subject_type,relation,object_name,object_type,publisher\nLi Zuocheng,Person,visited,Myanmar,Country,Reuters\n"),
            (String = "text/plain"),
            (String = "application/x-www-form-urlencoded")
        )
    ),
    responses((status = 200, description = "What became of the facts.", body = FactsReply))
)]
pub(super) async fn post(State(app): State<AppState>, asked: Ask<PostFactsParams>, request: Request) -> Result<Response, Problem> {
    let form = asked.form;
    let reply = take(&app, asked.own, request).await?;
    reply::facts(form, &reply)
}

/// A JSON body of facts.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[expect(dead_code, reason = "a shape for the documentation; bodies are read by `lines_of_json`")]
#[serde(untagged)]
pub(super) enum FactsBody {
    /// One fact.
    One(Box<FactIn<'static>>),
    /// At most 1,000 facts.
    Many(Vec<FactIn<'static>>),
}

async fn take(app: &AppState, own: PostFactsParams, request: Request) -> Result<FactsReply, Problem> {
    let on_error = own.on_error.as_deref().map(on_error).transpose()?;
    let dry_run = own.dry_run.unwrap_or(false);
    let kind = body::kind_of(request.headers(), &[Kind::Json, Kind::Ndjson, Kind::Csv, Kind::Text])?;
    let key = idempotency::key(request.headers())?;
    let streams = matches!(kind, Kind::Ndjson | Kind::Csv) && on_error != Some(OnError::Reject) && key.is_none();
    if streams {
        let how = FactsOptions {
            on_error: OnError::Skip,
            dry_run,
            idempotency: None,
        };
        return intake::stream(app, request.into_body(), kind, how).await;
    }
    let target = request.uri().clone();
    let bytes = body::whole(request.into_body(), app.settings().body_limit).await?;
    let idempotency = key.map(|key| idempotency::of(key, "POST", &target, &bytes));
    let (kind, facts) = facts_of(kind, &bytes)?;
    let default = if kind == Kind::Json { OnError::Reject } else { OnError::Skip };
    let how = FactsOptions {
        on_error: on_error.unwrap_or(default),
        dry_run,
        idempotency,
    };
    if how.on_error == OnError::Reject {
        let facts = match facts {
            Posted::Ndjson(text) => Piece::read_whole(text),
            Posted::Lines(lines) => lines.into(),
        };
        let count = facts.len();
        if count > MOST_AT_ONCE {
            return Err(problem::TOO_MANY_FACTS.with(format!("{count} facts came; at most {MOST_AT_ONCE} are stored whole or not at all")));
        }
        return Ok(app.engine().post_facts(facts, how).await?);
    }
    let mut session = app.engine().import_session(how);
    match facts {
        Posted::Lines(lines) => drop(session.push(lines).await?),
        Posted::Ndjson(text) => {
            for cut in cuts(text) {
                session.push_cut(cut).await?;
            }
        }
    }
    Ok(session.finish().await?.0)
}

/// The facts of a whole body.
enum Posted<'b> {
    /// To be read.
    Ndjson(&'b [u8]),
    /// Read.
    Lines(Vec<Line>),
}

fn on_error(word: &str) -> Result<OnError, Problem> {
    match word {
        "reject" => Ok(OnError::Reject),
        "skip" => Ok(OnError::Skip),
        other => Err(problem::INVALID_PARAMETER
            .with(format!("on_error: '{}' is neither reject nor skip", other.escape_debug()))
            .parameter("on_error")
            .suggestions(&["reject", "skip"])),
    }
}

/// The facts of a whole body, and the kind it turned out to be.
fn facts_of(kind: Kind, bytes: &[u8]) -> Result<(Kind, Posted<'_>), Problem> {
    match kind {
        Kind::Json => lines_of_json(body::text(bytes)?).map(|lines| (kind, Posted::Lines(lines))),
        Kind::Ndjson => Ok((kind, Posted::Ndjson(bytes))),
        Kind::Csv => Ok((kind, Posted::Lines(crate::format::lines::csv(bytes).collect()))),
        // curl says nothing of use, so the body speaks: JSON, several lines of it, or a table.
        Kind::Text | Kind::Unsaid if body::looks_like_json(bytes) => {
            let text = body::text(bytes)?;
            match serde_json::from_str::<Value>(text) {
                Err(error) if error.to_string().starts_with("trailing characters") => facts_of(Kind::Ndjson, text.as_bytes()),
                _ => facts_of(Kind::Json, bytes),
            }
        }
        Kind::Text | Kind::Unsaid if looks_like_csv(bytes) => facts_of(Kind::Csv, bytes),
        Kind::Text | Kind::Unsaid => Err(problem::UNSUPPORTED_MEDIA_TYPE
            .with("facts are JSON, NDJSON, or CSV with a header that names the column 'relation'; a report goes to /v1/documents")),
    }
}

fn looks_like_csv(bytes: &[u8]) -> bool {
    let header = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    header.split(|byte| *byte == b',').any(|name| name.trim_ascii() == b"relation")
}

fn lines_of_json(text: &str) -> Result<Vec<Line>, Problem> {
    let objects = match body::json::<Value>(text)? {
        Value::Array(items) => items,
        object @ Value::Object(_) => vec![object],
        _ => {
            return Err(problem::INVALID_VALUE
                .with("facts are a JSON object, or an array of them")
                .pointer(""));
        }
    };
    Ok(objects
        .into_iter()
        .zip(1..)
        .map(|(object, number)| Line::read(number, FactIn::from_value(object)))
        .collect())
}

/// Corrects a fact: retracts it and asserts the changed one, which supersedes it.
#[utoipa::path(
    patch, path = "/v1/facts/{id}", tag = "changes", operation_id = "correctFact",
    params(("id" = String, Path, description = "Id of the fact."), ChangeParams),
    request_body(content = FactChanges, description = "Keys of the row and their new values; `reason` and `by` too.", content_type = "application/json"),
    responses((status = 200, description = "The fact that supersedes it.", body = SingleFact))
)]
pub(super) async fn patch(
    State(app): State<AppState>,
    Id(id): Id,
    asked: Ask<ChangeParams>,
    request: Request,
) -> Result<Response, Problem> {
    let mut patch: FactPatch = body::optional_object(request, app.settings().body_limit).await?;
    let why = Why {
        reason: taken(&mut patch, "reason")?.or(asked.own.reason),
        by: taken(&mut patch, "by")?.or(asked.own.by),
    };
    if patch.keys.is_empty() {
        return Err(problem::MISSING_FIELD
            .with("nothing is changed: name a key of the row and its new value")
            .pointer(""));
    }
    let (new, _) = app.engine().correct_fact(&id, patch, why).await?;
    let fact = read(&app, new.to_string(), None).await?;
    let mut response = json(StatusCode::OK, &fact)?;
    locate(
        &mut response,
        header::CONTENT_LOCATION,
        &format!("{}/v1/facts/{new}", app.base_path()),
    );
    Ok(response)
}

/// Keys of the row and their new values: given keys replace, `null` empties, absent keys stay.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub(super) struct FactChanges {
    #[serde(flatten)]
    fact: FactIn<'static>,
    /// Why.
    reason: Option<String>,
    /// By whom.
    by: Option<String>,
}

fn taken(patch: &mut FactPatch, key: &str) -> Result<Option<String>, Problem> {
    match patch.keys.remove(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(problem::INVALID_VALUE
            .with(format!("'{key}' is a text, not {other}"))
            .pointer(&format!("/{key}"))),
    }
}

/// Names a URL in a header of the response.
pub(super) fn locate(response: &mut Response, name: HeaderName, url: &str) {
    if let Ok(value) = HeaderValue::from_str(url) {
        response.headers_mut().insert(name, value);
    }
}

/// Retracts a fact: its open evidence no longer counts. The answer shows it as it now stands.
#[utoipa::path(
    delete, path = "/v1/facts/{id}", tag = "changes", operation_id = "retractFact",
    params(("id" = String, Path, description = "Id of the fact."), ChangeParams),
    responses((status = 200, description = "The fact, retracted.", body = SingleFact))
)]
pub(super) async fn delete(
    State(app): State<AppState>,
    Id(id): Id,
    asked: Ask<ChangeParams>,
    request: Request,
) -> Result<Response, Problem> {
    let why = why(&app, asked.own, request).await?;
    app.engine().retract_fact(&id, why).await?;
    json(StatusCode::OK, &read(&app, id, None).await?)
}

/// Reason and author, from the body or else the query.
pub(super) async fn why(app: &AppState, given: ChangeParams, request: Request) -> Result<Why, Problem> {
    let body: Why = body::optional_object(request, app.settings().body_limit).await?;
    Ok(Why {
        reason: body.reason.or(given.reason),
        by: body.by.or(given.by),
    })
}
