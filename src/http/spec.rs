//! The description of the API, OpenAPI 3.1, made from the handlers.
//!
//! The derives say what each route takes and gives; what all routes share is added here: the forms of lists,
//! the headers of every answer, the refusals.

use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{Array, Object, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, Response, ResponseBuilder, Schema};
use utoipa::{Modify, OpenApi as _, PartialSchema, ToSchema};

use super::routes;
use crate::format::Form;

/// The description of the whole API.
#[must_use]
pub fn openapi() -> OpenApi {
    let mut api = routes::table().into_openapi();
    Shared.modify(&mut api);
    api
}

/// What is said before the routes.
pub(super) fn head() -> OpenApi {
    Head::openapi()
}

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Dateline",
        description = "Facts with a date and a source, and three questions about them: neighbourhood, path, timeline.\n\n\
            Begin with eight parameters: `node` (or `from` and `to`), `since`, `until`, `relation`, `type`, `limit`, `format`. \
            The others make a question more precise. A node is an id, or a name in any script. Dates are EDTF; `since` and `until` are inclusive. \
            Every refusal is `application/problem+json`; its `type` is explained under `/problems`, and `try` is a URL that works.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
        contact(name = "Dateline contributors")
    ),
    servers((url = "/", description = "This server.")),
    security((), ("bearer" = [])),
    tags(
        (name = "questions", description = "Reading."),
        (name = "changes", description = "Putting in, and putting right."),
        (name = "catalogue", description = "What is there."),
        (name = "service", description = "For operators and first visitors.")
    ),
    components(schemas(ProblemSchema))
)]
struct Head;

/// A refusal (RFC 9457). Some kinds have further members, such as `errors`.
#[derive(ToSchema)]
#[schema(as = Problem)]
#[expect(dead_code, reason = "a shape for the documentation; problems are written by `problem`")]
struct ProblemSchema {
    /// Its kind; a path of this server that explains it.
    #[schema(rename = "type", example = "/problems/unknown-node")]
    kind: String,
    /// What is wrong, in a few words.
    title: String,
    /// HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What is wrong this time.
    detail: String,
    /// The parameter that is wrong.
    #[schema(nullable = false)]
    parameter: Option<String>,
    /// The field of the body that is wrong, as a JSON pointer.
    #[schema(nullable = false)]
    pointer: Option<String>,
    /// What would do: texts, or nodes.
    #[schema(nullable = false)]
    suggestions: Option<Vec<serde_json::Value>>,
    /// A URL that works.
    #[schema(rename = "try", nullable = false)]
    try_url: Option<String>,
    /// The request's id, as in the log.
    request_id: String,
}

/// What all routes share.
struct Shared;

impl Modify for Shared {
    fn modify(&self, api: &mut OpenApi) {
        let components = api.components.get_or_insert_default();
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "The API key, or the read key; not needed where the server was started without one.",
            ))
            .build();
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
        components.responses.insert("Problem".to_owned(), RefOr::T(refusal()));
        for item in api.paths.paths.values_mut() {
            let operations = [&mut item.get, &mut item.post, &mut item.patch, &mut item.delete];
            operations.into_iter().flatten().for_each(complete);
        }
    }
}

/// Words that a parameter takes, by operation (empty: wherever it stands). The rooms that read them refuse
/// others by themselves; a test holds this table to them.
pub const CHOICES: &[(&str, &str, &[&str])] = &[
    ("postFacts", "format", &["json", "text"]),
    ("postDocuments", "format", &["json", "text"]),
    ("", "format", &["json", "ndjson", "csv", "text"]),
    ("", "modality", &["asserted", "intended", "requested", "possible"]),
    ("", "polarity", &["affirmed", "negated"]),
    ("listNodes", "include", &["names", "quote", "evidence"]),
    ("", "include", &["quote", "evidence"]),
    ("", "direction", &["out", "in", "both"]),
    ("", "bucket", &["day", "week", "month", "quarter", "year"]),
    ("getNeighbourhood", "group_by", &["pair"]),
    ("getTimeline", "group_by", &["relation", "category", "publisher", "node", "claim"]),
    ("listFacts", "group_by", &["claim"]),
    ("getTimeline", "by", &["valid", "reported"]),
    ("", "order", &["asc", "desc"]),
    ("", "on_error", &["reject", "skip"]),
];

/// Says which words a parameter takes.
fn choose(operation: &mut Operation) {
    let id = operation.operation_id.clone().unwrap_or_default();
    for parameter in operation.parameters.iter_mut().flatten() {
        let RefOr::T(parameter) = parameter else { continue };
        let Some((_, _, words)) = CHOICES
            .iter()
            .find(|(of, name, _)| *name == parameter.name && (of.is_empty() || *of == id))
        else {
            continue;
        };
        let words = ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(words.iter().copied()))
            .build();
        let is_list = matches!(parameter.schema, Some(RefOr::T(Schema::Array(_))));
        parameter.schema = Some(RefOr::T(if is_list {
            Schema::Array(Array::new(words))
        } else {
            Schema::Object(words)
        }));
    }
}

fn refusal() -> Response {
    ResponseBuilder::new()
        .description("The request was refused; `type` says why.")
        .content("application/problem+json", Content::new(Some(Ref::from_schema_name("Problem"))))
        .build()
}

/// Adds to a route what every route has.
fn complete(operation: &mut Operation) {
    choose(operation);
    if operation.description.is_none() {
        operation.description.clone_from(&operation.summary);
    }
    let is_list = has_parameter(operation, "format") && operation.request_body.is_none();
    let has_body = operation.request_body.is_some();
    let is_checked = operation.tags.iter().flatten().all(|tag| tag != "service");
    if let Some(RefOr::T(answer)) = operation.responses.responses.get_mut("200") {
        if is_list {
            add_forms(answer);
        } else if has_body
            && answer.content.contains_key("application/json")
            && has_parameter_named(operation.parameters.as_ref(), "format")
        {
            answer
                .content
                .insert(Form::Text.media_type().to_owned(), RefOr::T(Content::new(Some(text()))));
        }
        headers(answer);
    }
    for status in ["201", "303", "304"] {
        if let Some(RefOr::T(answer)) = operation.responses.responses.get_mut(status) {
            headers(answer);
        }
    }
    let mut refuse = |status: &str| {
        operation
            .responses
            .responses
            .entry(status.to_owned())
            .or_insert_with(|| RefOr::Ref(Ref::from_response_name("Problem")));
    };
    ["400", "403"].into_iter().for_each(&mut refuse);
    if is_checked {
        ["401", "404", "409", "410"].into_iter().for_each(&mut refuse);
    }
    if has_body {
        ["408", "413", "415", "422", "507"].into_iter().for_each(&mut refuse);
    }
    ["500", "503", "default"].into_iter().for_each(&mut refuse);
}

fn has_parameter(operation: &Operation, name: &str) -> bool {
    has_parameter_named(operation.parameters.as_ref(), name)
}

fn has_parameter_named(parameters: Option<&Vec<RefOr<utoipa::openapi::path::Parameter>>>, name: &str) -> bool {
    parameters
        .into_iter()
        .flatten()
        .any(|parameter| matches!(parameter, RefOr::T(parameter) if parameter.name == name))
}

fn add_forms(answer: &mut Response) {
    for form in Form::ALL.into_iter().filter(|form| *form != Form::Json) {
        answer
            .content
            .insert(form.media_type().to_owned(), RefOr::T(Content::new(Some(text()))));
    }
}

fn text() -> RefOr<Schema> {
    RefOr::T(Schema::Object(Object::with_type(Type::String)))
}

fn headers(answer: &mut Response) {
    let revision = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::Int64)));
    let revision = HeaderBuilder::new()
        .schema(Some(RefOr::T(Schema::Object(revision.build()))))
        .description(Some("The store's newest revision."))
        .build();
    let id = HeaderBuilder::new()
        .schema(Some(String::schema()))
        .description(Some("The request's id, as in the log."))
        .build();
    answer.headers.insert("Dateline-Revision".to_owned(), RefOr::T(revision));
    answer.headers.insert("X-Request-Id".to_owned(), RefOr::T(id));
}
