//! The way to the API: a server over HTTP, or the same router inside this process.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, Uri, header};
use http_body_util::BodyExt as _;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use tower::ServiceExt as _;

use super::{Failure, serve};
use crate::config::Place;
use crate::ingest::Engine;
use crate::store::SledStore;

/// What a command needs behind the door when no server is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// A store that is there: a question to an empty folder is a mistake, and makes no store.
    AStore,
    /// A folder: a store is made when it holds none.
    AFolder,
}

/// Where requests go.
pub struct Door {
    way: Way,
    token: Option<String>,
    key: Option<String>,
}

enum Way {
    Server { base: String, client: Client<HttpConnector, Body> },
    Inside(Box<serve::Inside>),
}

impl Door {
    /// The server named by `--server`, else the one that holds the store, else the store itself.
    ///
    /// # Errors
    ///
    /// The store is held by a process that says no address, or cannot be opened.
    pub fn open(place: &Place, needs: Needs) -> Result<Self, Failure> {
        let key = place.key.clone();
        if let Some(base) = &place.server {
            return Ok(Self {
                way: server(base.trim_end_matches('/')),
                token: None,
                key,
            });
        }
        if let Some(holder) = SledStore::holder(&place.data).map_err(Failure::new)? {
            let address = holder.address.ok_or_else(|| {
                Failure::new(format_args!(
                    "the store in {} is in use by a process that does not serve",
                    place.data.display()
                ))
            })?;
            return Ok(Self {
                way: server(&address),
                token: holder.token,
                key,
            });
        }
        if needs == Needs::AStore && !SledStore::exists(&place.data) {
            return Err(Failure::new(format_args!(
                "there is no store in {}; say --data or --server",
                place.data.display()
            )));
        }
        let inside = serve::Inside::open(&place.data)?;
        let token = Some(inside.token().to_owned());
        Ok(Self {
            way: Way::Inside(Box::new(inside)),
            token,
            key: None,
        })
    }

    /// The engine, when the store is open in this process: bulk work then needs no requests.
    #[must_use]
    pub fn engine(&self) -> Option<&Arc<Engine>> {
        match &self.way {
            Way::Server { .. } => None,
            Way::Inside(inside) => Some(inside.engine()),
        }
    }

    /// Sends one request; `target` is path and query.
    ///
    /// # Errors
    ///
    /// No answer came.
    pub async fn send(&self, method: &str, target: &str, content_type: Option<&str>, body: Body) -> Result<Response<Body>, Failure> {
        let base = match &self.way {
            Way::Server { base, .. } => base.as_str(),
            Way::Inside(_) => "",
        };
        let uri: Uri = format!("{base}{target}")
            .parse()
            .map_err(|error| Failure::usage(format_args!("{base}{target}: {error}")))?;
        let mut request = Request::builder().method(method).uri(uri);
        if let Some(content_type) = content_type {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        if let Some(key) = &self.key {
            request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
        }
        if let Some(token) = &self.token {
            request = request.header(crate::http::LOCAL_TOKEN, token);
        }
        let request = request.body(body).map_err(Failure::new)?;
        match &self.way {
            Way::Server { base, client } => client
                .request(request)
                .await
                .map(|response| response.map(Body::new))
                .map_err(|error| Failure::new(format_args!("no answer from {base}: {}", root_cause(&error)))),
            Way::Inside(inside) => {
                let router: Router = inside.router();
                router.oneshot(request).await.map_err(|never| match never {})
            }
        }
    }

    /// Sends one request and reads the JSON answer; a problem becomes a failure that says its detail.
    ///
    /// # Errors
    ///
    /// No answer came, or it is a problem.
    pub async fn json(&self, method: &str, target: &str, content_type: Option<&str>, body: Body) -> Result<Value, Failure> {
        let response = self.send(method, target, content_type, body).await?;
        let status = response.status();
        let bytes = read(response).await?;
        let value: Value = serde_json::from_slice(&bytes).map_err(|error| Failure::new(format_args!("no JSON in the answer: {error}")))?;
        if status.is_success() { Ok(value) } else { Err(refusal(&value)) }
    }

    /// Commits what is under way; to be called before the process ends.
    pub async fn close(self) {
        if let Way::Inside(inside) = self.way {
            inside.close().await;
        }
    }
}

/// Reads a whole body.
pub(super) async fn read(response: Response<Body>) -> Result<bytes::Bytes, Failure> {
    response
        .into_body()
        .collect()
        .await
        .map(http_body_util::Collected::to_bytes)
        .map_err(|error| Failure::new(format_args!("the answer broke off: {error}")))
}

/// Turns an answer that is a problem into a failure, and lets others pass.
pub(super) async fn checked(response: Response<Body>) -> Result<Response<Body>, Failure> {
    if response.status() < StatusCode::BAD_REQUEST {
        return Ok(response);
    }
    let bytes = read(response).await?;
    match serde_json::from_slice(&bytes) {
        Ok(problem) => Err(refusal(&problem)),
        Err(_) => Err(Failure::new(String::from_utf8_lossy(&bytes))),
    }
}

/// What a problem says, for a person at a terminal.
fn refusal(problem: &Value) -> Failure {
    let text = |key: &str| problem.get(key).and_then(Value::as_str);
    let mut message = text("detail").or(text("title")).unwrap_or("the request was refused").to_owned();
    if let Some(suggestions) = problem.get("suggestions").and_then(Value::as_array).filter(|list| !list.is_empty()) {
        let names: Vec<String> = suggestions.iter().map(suggestion).collect();
        message.push_str("\n  near: ");
        message.push_str(&names.join(", "));
    }
    Failure::new(message)
}

fn suggestion(value: &Value) -> String {
    match (value.as_str(), value.get("id").and_then(Value::as_str)) {
        (Some(text), _) | (None, Some(text)) => text.to_owned(),
        (None, None) => value.to_string(),
    }
}

fn server(base: &str) -> Way {
    let base = if base.starts_with("http://") || base.starts_with("https://") {
        base.to_owned()
    } else {
        format!("http://{base}")
    };
    Way::Server {
        base,
        client: Client::builder(TokioExecutor::new()).build_http(),
    }
}

fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
