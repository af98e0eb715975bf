//! `GET /`: for curl a dozen lines with questions about this very store; for browsers the documentation.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Redirect, Response};

use super::answer::written;
use super::params::{Ask, NoParams};
use super::problem::Problem;
use super::state::{AppState, Reads};
use crate::format::{Form, say};
use crate::query::{self, FilterParams, NodeRow, NodesParams};

/// What this is, what it holds, and five questions to begin with.
#[utoipa::path(
    get, path = "/", tag = "service", operation_id = "getHome",
    responses(
        (status = 200, description = "A dozen lines of text.", body = String, content_type = "text/plain"),
        (status = 303, description = "A browser is sent to the documentation.")
    )
)]
pub(super) async fn home(State(app): State<AppState>, _asked: Ask<NoParams>, request: Request) -> Result<Response, Problem> {
    if wants_html(request.headers()) {
        return Ok(Redirect::to(&format!("{}/docs/", app.base_path())).into_response());
    }
    let view = app.engine().view();
    let counts = view.head().counters;
    let filters = FilterParams {
        limit: Some(2),
        ..FilterParams::default()
    };
    let asked = filters.clone();
    let nodes = app
        .ask(&filters, Reads::Memory, move |ask| {
            query::nodes(ask, &NodesParams::default(), &asked)
        })
        .await?;
    let url = format!("http://{}{}", host(&request), app.base_path());
    let mut text = format!(
        "Dateline {}: facts with a date and a source. {} facts about {} nodes from {} documents recorded, at revision {}.\n\n",
        env!("CARGO_PKG_VERSION"),
        counts.facts,
        counts.nodes,
        counts.documents,
        view.head().revision.0
    );
    text.push_str(&examples(&url, &nodes.nodes));
    let key = if app.settings().api_key.is_some() || app.settings().read_key.is_some() {
        "Each request needs -H \"Authorization: Bearer $KEY\".\n"
    } else {
        ""
    };
    say!(
        text,
        "\n{key}All parameters: {url}/docs  Vocabulary: {url}/v1/schema  Errors explained: {url}/problems\n"
    );
    Ok(written(Form::Text, text.into_bytes()))
}

/// Five curl lines about the best-connected nodes; about putting something in, while there are none.
fn examples(url: &str, nodes: &[NodeRow]) -> String {
    let Some(first) = nodes.first() else {
        return format!(
            "There is nothing to ask about yet. Put in a report, or facts:\n  curl --data-binary @report.txt '{url}/v1/documents?format=text'\n  \
             curl --data-binary @facts.ndjson -H 'Content-Type: application/x-ndjson' '{url}/v1/facts?format=text'\n"
        );
    };
    let second = nodes.get(1).unwrap_or(first);
    let (one, two) = (&first.id, &second.id);
    format!(
        "What happened:        curl '{url}/v1/timeline?node={one}&format=text'\n\
         What is around:       curl '{url}/v1/neighbourhood?node={one}&format=csv'\n\
         How it is connected:  curl '{url}/v1/paths?from={one}&to={two}&format=text'\n\
         Who is who:           curl '{url}/v1/nodes?q={two}&format=text'\n\
         On whose word:        curl '{url}/v1/facts?node={one}&include=quote&limit=5&format=text'\n\
         \n\
         Put in a report:      curl --data-binary @report.txt '{url}/v1/documents?format=text'\n"
    )
}

fn wants_html(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

/// The host as the client named it, so that the lines can be copied.
fn host(request: &Request) -> String {
    let fits = |host: &&str| !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".:-_[]".contains(&byte));
    let named = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    named.filter(fits).unwrap_or("localhost:4817").to_owned()
}
