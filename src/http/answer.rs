//! Answers as responses: one page in any form, or a stream of everything in rows.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};

use super::params::{Ask, Params};
use super::problem::Problem;
use super::state::{AppState, Reads};
use crate::format::{Answer, Columns, Form, Output, Table};
use crate::query::{
    self, Asking, DocumentsParams, FactsParams, FilterParams, Include, NeighbourhoodParams, NodesParams, PathsParams, QueryError,
    TimelineParams,
};
use crate::view::View;

/// Rows asked for at a time in a stream.
const PAGE: u32 = 1_000;

/// Parameters that are a question: `query` answers each of them in one way.
pub(super) trait Question: Params + Clone {
    /// The answer, which borrows from the view.
    type Answer<'v>: Answer;

    /// Asks.
    fn ask<'v>(&self, ask: &Asking<'v>, filters: &FilterParams) -> Result<Self::Answer<'v>, QueryError>;
}

macro_rules! questions {
    ($($params:ty => $answer:ty, $ask:path;)+) => {$(
        impl Question for $params {
            type Answer<'v> = $answer;

            fn ask<'v>(&self, ask: &Asking<'v>, filters: &FilterParams) -> Result<Self::Answer<'v>, QueryError> {
                $ask(ask, self, filters)
            }
        }
    )+};
}

questions! {
    NeighbourhoodParams => query::Neighbourhood<'v>, query::neighbourhood;
    PathsParams => query::Paths<'v>, query::paths;
    TimelineParams => query::Timeline<'v>, query::timeline;
    FactsParams => query::Facts<'v>, query::facts;
    NodesParams => query::Nodes, query::nodes;
    DocumentsParams => query::Documents, query::documents;
}

/// An answer in its form.
struct Written {
    body: Vec<u8>,
    /// URL and cursor of the next page.
    next: Option<(String, String)>,
    /// Whether it was cut.
    is_cut: bool,
}

impl Written {
    fn of<A: Answer>(answer: &A, body: Vec<u8>) -> Self {
        let page = answer.page();
        Self {
            body,
            next: page.and_then(|page| page.next.clone().zip(page.cursor.clone())),
            is_cut: answer.truncated().is_some(),
        }
    }
}

/// What `include` asks for; names that nobody knows are refused by `query`.
pub(super) fn included(filters: &FilterParams) -> Vec<Include> {
    let words = filters.include.iter().flat_map(|value| value.split(','));
    words
        .filter_map(|word| match word.trim() {
            "quote" => Some(Include::Quote),
            "evidence" => Some(Include::Evidence),
            "names" => Some(Include::Names),
            _ => None,
        })
        .collect()
}

/// Whether a question must read bodies.
pub(super) fn reads(filters: &FilterParams) -> Reads {
    let bodies = included(filters)
        .iter()
        .any(|what| matches!(what, Include::Quote | Include::Evidence));
    // A cursor holds its whole question, which may ask for quotes.
    if bodies || filters.cursor.is_some() {
        Reads::Bodies
    } else {
        Reads::Memory
    }
}

impl AppState {
    /// Answers with one page.
    pub(super) async fn page<P: Question>(&self, asked: Ask<P>, columns: Columns, reads: Reads) -> Result<Response, Problem> {
        let Ask { own, filters, form } = asked;
        let table = Table::new(columns, &included(&filters));
        let asked_filters = filters.clone();
        // Written where it is asked, while the view is at hand.
        let written_there = self.ask(&filters, reads, move |ask| {
            let answer = own.ask(ask, &asked_filters)?;
            Ok(table.write(form, &answer).map(|body| Written::of(&answer, body)))
        });
        let Written { body, next, .. } = written_there.await??;
        let mut response = written(form, body);
        if let Some((next, _)) = next {
            link_next(response.headers_mut(), &next);
        }
        Ok(response)
    }

    /// Answers with one page, or, in a form of rows and without a limit, with all of them at one revision.
    pub(super) async fn list<P: Question>(&self, asked: Ask<P>, columns: Columns, reads: Reads) -> Result<Response, Problem> {
        if matches!(asked.form, Form::Json | Form::Text) || asked.filters.limit.is_some() {
            return self.page(asked, columns, reads).await;
        }
        let view = self.engine().view();
        let include = included(&asked.filters);
        let Ask { own, filters, form } = asked;
        let pages = Pages {
            app: self.clone(),
            view,
            next: Some((
                own,
                FilterParams {
                    limit: Some(PAGE),
                    ..filters
                },
            )),
            table: Table::new(columns, &include),
            form,
        };
        pages.stream().await
    }
}

/// A list under way, read page by page from one view.
struct Pages<P> {
    app: AppState,
    view: Arc<View>,
    next: Option<(P, FilterParams)>,
    table: Table,
    form: Form,
}

impl<P: Question> Pages<P> {
    /// The first page is read before the answer begins, so that a wrong question is a problem and not half a file.
    async fn stream(mut self) -> Result<Response, Problem> {
        let mut first = self.table.header(self.form)?;
        first.extend(self.read().await?);
        let form = self.form;
        if self.next.is_none() {
            return Ok(written(form, first));
        }
        let rest = stream::unfold(self, |mut pages| async move {
            pages.next.as_ref()?;
            match pages.read().await {
                Ok(rows) => Some((Ok(Bytes::from(rows)), pages)),
                Err(problem) => {
                    // Breaking off is the one way left to say that rows are missing.
                    tracing::warn!(problem = problem.kind().slug, "a stream was broken off");
                    pages.next = None;
                    Some((Err(std::io::Error::other(problem.kind().title)), pages))
                }
            }
        });
        let first = stream::once(std::future::ready(Ok(Bytes::from(first))));
        // The compressor asks once more after the end.
        let body = Body::from_stream(first.chain(rest).fuse());
        Ok(with_form(form, body))
    }

    /// The rows of the next page.
    async fn read(&mut self) -> Result<Vec<u8>, Problem> {
        let Some((own, filters)) = self.next.take() else {
            return Ok(Vec::new());
        };
        let (table, form, asked) = (self.table.clone(), self.form, filters.clone());
        let page = self.app.ask_page(self.view.clone(), filters, move |ask| {
            let answer = own.ask(ask, &asked)?;
            let mut out = Output::with_capacity(answer.size_hint());
            let rows = table.rows(form, &answer, &mut out);
            Ok(rows.map(|()| Written::of(&answer, out.into_bytes())))
        });
        let Written { body, next, is_cut } = page.await??;
        if let Some((_, cursor)) = next {
            // A cursor holds its whole question.
            let filters = FilterParams {
                cursor: Some(cursor),
                limit: Some(PAGE),
                ..FilterParams::default()
            };
            self.next = Some((P::default(), filters));
        } else if is_cut {
            return Err(super::refusal::overloaded());
        }
        Ok(body)
    }
}

/// A body in a form.
pub(super) fn written(form: Form, body: Vec<u8>) -> Response {
    let mut body = body;
    if form == Form::Json {
        body.push(b'\n');
    }
    with_form(form, Body::from(body))
}

fn with_form(form: Form, body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(form.content_type()));
    headers.insert(header::VARY, HeaderValue::from_static("accept"));
    response
}

fn link_next(headers: &mut HeaderMap, next: &str) {
    if let Ok(value) = HeaderValue::from_str(&format!("<{next}>; rel=\"next\"")) {
        headers.insert(header::LINK, value);
    }
}

/// A single resource in a form, with a weak `ETag`; `304` when the client has it.
///
/// The tag is of the bytes, so it changes when the answer does and never else; it is weak because the same
/// answer may be sent compressed.
pub(super) fn single<A: Answer>(asked: Form, columns: Columns, answer: &A, request: &HeaderMap) -> Result<Response, Problem> {
    let table = Table::new(columns, &[Include::Quote, Include::Evidence, Include::Names]);
    let response = written(asked, table.write(asked, answer)?);
    Ok(tagged(response, request, &tag_of(asked, answer)))
}

fn tag_of<A: Answer>(form: Form, answer: &A) -> String {
    let text = serde_json::to_vec(answer).unwrap_or_default();
    let mut hasher = blake3::Hasher::new();
    hasher.update(form.name().as_bytes());
    hasher.update(&text);
    let digest = hasher.finalize().to_hex();
    format!("W/\"{}\"", digest.get(..16).unwrap_or_default())
}

fn tagged(mut response: Response, request: &HeaderMap, tag: &str) -> Response {
    let Ok(value) = HeaderValue::from_str(tag) else { return response };
    if has(request, tag) {
        response = StatusCode::NOT_MODIFIED.into_response();
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    }
    response.headers_mut().insert(header::ETAG, value);
    response
}

/// Whether the client names the tag in `If-None-Match`; compared weakly (RFC 9110, 13.1.2).
fn has(request: &HeaderMap, tag: &str) -> bool {
    let weak = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let tags = request
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok());
    tags.flat_map(|tags| tags.split(','))
        .any(|given| given.trim() == "*" || weak(given) == weak(tag))
}

/// A JSON answer to a request that changed something.
pub(super) fn json<T: serde::Serialize>(status: StatusCode, answer: &T) -> Result<Response, Problem> {
    let body = serde_json::to_vec(answer).map_err(crate::format::WriteError::from)?;
    let mut response = written(Form::Json, body);
    *response.status_mut() = status;
    Ok(response)
}
