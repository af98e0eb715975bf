//! Query strings: read once, split between a route's own parameters and the common filters, then typed.
//!
//! [`Ask`] is the extractor. What a route knows comes from the derives of its parameter structs
//! ([`Params`]), the same that OpenAPI shows, so an unknown name is refused wherever it stands. Nothing is
//! resolved here: names and dates are read by `query`.

use std::borrow::Cow;

use axum::extract::{FromRequestParts, OriginalUri, Path};
use axum::http::request::Parts;
use axum::http::{Uri, header};
use percent_encoding::percent_decode;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::path::Parameter;
use utoipa::openapi::schema::{Schema, SchemaType, Type};
use utoipa::{IntoParams, openapi::Required};

use super::problem::{self, Problem};
use super::state::AppState;
use crate::format::Form;
use crate::query::{DocumentsParams, FactsParams, FilterParams, NeighbourhoodParams, NodesParams, PathsParams, TimelineParams};

/// What one parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    Text,
    WholeNumber,
    Flag,
}

/// A parameter that a route knows.
#[derive(Clone, Debug)]
pub struct Known {
    name: String,
    takes: Takes,
    many: bool,
    required: bool,
    filter: bool,
}

impl Known {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    fn all<P: IntoParams>(filters: bool) -> Vec<Self> {
        let own = P::into_params(|| None).into_iter().map(|parameter| Self::new(parameter, false));
        let common = FilterParams::into_params(|| None)
            .into_iter()
            .map(|parameter| Self::new(parameter, true));
        own.chain(common.filter(|_| filters)).collect()
    }

    fn new(parameter: Parameter, filter: bool) -> Self {
        let (takes, many) = match &parameter.schema {
            Some(RefOr::T(Schema::Array(_))) => (Takes::Text, true),
            Some(RefOr::T(Schema::Object(object))) => (takes(&object.schema_type), false),
            _ => (Takes::Text, false),
        };
        Self {
            name: parameter.name,
            takes,
            many,
            required: matches!(parameter.required, Required::True),
            filter,
        }
    }
}

fn takes(schema_type: &SchemaType) -> Takes {
    let types = match schema_type {
        SchemaType::Type(one) => std::slice::from_ref(one),
        SchemaType::Array(several) => several.as_slice(),
        SchemaType::AnyValue => &[],
    };
    if types.contains(&Type::Integer) {
        Takes::WholeNumber
    } else if types.contains(&Type::Boolean) {
        Takes::Flag
    } else {
        Takes::Text
    }
}

/// Parameters of a route.
pub trait Params: DeserializeOwned + Default + Send + Sync + 'static {
    /// All that the route knows, the common filters too where it has them.
    fn known() -> &'static [Known];
}

macro_rules! params {
    ($($name:ty, with_filters: $filters:literal;)+) => {$(
        impl Params for $name {
            fn known() -> &'static [Known] {
                static KNOWN: std::sync::LazyLock<Vec<Known>> = std::sync::LazyLock::new(|| Known::all::<$name>($filters));
                &KNOWN
            }
        }
    )+};
}

params! {
    NeighbourhoodParams, with_filters: true;
    PathsParams, with_filters: true;
    TimelineParams, with_filters: true;
    FactsParams, with_filters: true;
    NodesParams, with_filters: true;
    DocumentsParams, with_filters: true;
    SingleParams, with_filters: false;
    KnownAtParams, with_filters: false;
    NoParams, with_filters: false;
    PostFactsParams, with_filters: false;
    PostDocumentsParams, with_filters: false;
    ChangeParams, with_filters: false;
    BackupParams, with_filters: false;
}

/// Parameters of a single resource.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
pub struct SingleParams {
    /// As the store knew it: an RFC 3339 time, a date, or a revision such as `r123`.
    pub known_at: Option<String>,
    /// Form of the answer: json, ndjson, csv, text.
    pub format: Option<String>,
}

/// Parameters of an answer that has one form.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
pub struct KnownAtParams {
    /// As the store knew it: an RFC 3339 time, a date, or a revision such as `r123`.
    pub known_at: Option<String>,
}

/// Of a route without parameters.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
pub struct NoParams {}

/// `POST /v1/facts`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
pub struct PostFactsParams {
    /// What a wrong fact does: `reject` all (default for JSON), or `skip` it (default for NDJSON and CSV).
    pub on_error: Option<String>,
    /// Check and count only; store nothing.
    pub dry_run: Option<bool>,
    /// Form of the answer: json or text.
    pub format: Option<String>,
}

/// `POST /v1/documents`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
pub struct PostDocumentsParams {
    /// The day of the dateline; wins over the text.
    pub date: Option<String>,
    /// Who printed it; wins over the text.
    pub publisher: Option<String>,
    /// The dateline's place; wins over the text.
    pub place: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// Where it can be read.
    pub url: Option<String>,
    /// Its language.
    pub lang: Option<String>,
    /// Extract and check only; store nothing.
    pub dry_run: Option<bool>,
    /// Id of the document that this one corrects.
    pub replaces: Option<String>,
    /// Why it is replaced.
    pub reason: Option<String>,
    /// By whom it is replaced.
    pub by: Option<String>,
    /// Form of the answer: json or text.
    pub format: Option<String>,
}

/// `PATCH` and `DELETE`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
pub struct ChangeParams {
    /// Why; kept and shown in `history`.
    pub reason: Option<String>,
    /// By whom; kept and shown in `history`.
    pub by: Option<String>,
}

/// `POST /local/backup`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
pub struct BackupParams {
    /// A new or empty folder on the server's machine.
    #[param(required = true)]
    pub into: String,
}

/// A question as it came: parameters of the route, common filters, and the form of the answer.
#[derive(Clone, Debug)]
pub(super) struct Ask<P> {
    pub(super) own: P,
    pub(super) filters: FilterParams,
    pub(super) form: Form,
}

impl<P: Params> FromRequestParts<AppState> for Ask<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Problem> {
        let uri = parts
            .extensions
            .get::<OriginalUri>()
            .map_or_else(|| parts.uri.clone(), |original| original.0.clone());
        let given = Given {
            uri: &uri,
            pairs: pairs(uri.query().unwrap_or_default())?,
        };
        let known = P::known();
        given.check(known, app)?;
        let (own, filters) = given.split(known);
        let form = form(given.value("format"), parts)?;
        Ok(Self {
            own: typed(&own)?,
            filters: typed(&filters)?,
            form,
        })
    }
}

/// The form asked for: by name, else by what the client accepts.
fn form(name: Option<&str>, parts: &Parts) -> Result<Form, Problem> {
    if let Some(name) = name {
        return Form::named(name).ok_or_else(|| {
            let names = Form::ALL.map(Form::name);
            let detail = format!("format: '{name}' is none of {}", names.join(", "));
            problem::INVALID_PARAMETER
                .with(detail)
                .parameter("format")
                .suggestions(&nearest(name, names.into_iter()))
        });
    }
    let accept = parts.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    Ok(accept.map(Form::accepted).unwrap_or_default())
}

/// A part of a query string.
struct Pair<'a> {
    name: Cow<'a, str>,
    value: Cow<'a, str>,
    /// As it stands there.
    raw: &'a str,
}

/// Names and values of a query string, in order; those without a value are as good as absent.
fn pairs(query: &str) -> Result<Vec<Pair<'_>>, Problem> {
    let mut pairs = Vec::new();
    for part in query.split('&').filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let name = decoded(name).ok_or_else(|| problem::INVALID_UTF8.with(format!("the query string's '{name}' is not UTF-8")))?;
        let Some(value) = decoded(value) else {
            return Err(problem::INVALID_UTF8
                .with(format!("the value of '{name}' is not UTF-8"))
                .parameter(&name));
        };
        pairs.push(Pair { name, value, raw: part });
    }
    Ok(pairs)
}

fn decoded(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains(['%', '+']) {
        return Some(Cow::Borrowed(text));
    }
    let spaced = text.replace('+', " ");
    percent_decode(spaced.as_bytes())
        .decode_utf8()
        .ok()
        .map(|text| Cow::Owned(text.into_owned()))
}

fn typed<P: DeserializeOwned + Default>(query: &str) -> Result<P, Problem> {
    if query.is_empty() {
        return Ok(P::default());
    }
    serde_html_form::from_str(query).map_err(|error| problem::INVALID_PARAMETER.with(error.to_string()))
}

struct Given<'a> {
    uri: &'a Uri,
    pairs: Vec<Pair<'a>>,
}

impl Given<'_> {
    fn value(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|pair| pair.name == name && !pair.value.is_empty())
            .map(|pair| pair.value.as_ref())
    }

    /// Every name is known, single values are single, numbers are numbers, and what is needed is there.
    fn check(&self, known: &[Known], app: &AppState) -> Result<(), Problem> {
        for (place, Pair { name, value, .. }) in self.pairs.iter().enumerate() {
            let Some(parameter) = known.iter().find(|known| known.name == **name) else {
                return Err(self.unknown(name, known));
            };
            if !parameter.many && self.pairs.iter().take(place).any(|before| before.name == *name) {
                let detail = format!("'{name}' takes one value and was given several");
                return Err(problem::REPEATED_PARAMETER
                    .with(detail)
                    .parameter(name)
                    .try_url(self.with_first(name)));
            }
            self.check_value(parameter, value)?;
        }
        match known.iter().find(|known| known.required && self.value(&known.name).is_none()) {
            Some(missing) => Err(self.missing(missing, app)),
            None => Ok(()),
        }
    }

    fn check_value(&self, parameter: &Known, value: &str) -> Result<(), Problem> {
        let name = &parameter.name;
        let expected = match parameter.takes {
            _ if value.is_empty() => return Ok(()),
            Takes::Text if value.contains('\0') => "a text without NUL",
            Takes::WholeNumber if !value.parse::<i32>().is_ok_and(|number| number >= 0) => "a whole number from 0 to 2147483647",
            Takes::Flag if !matches!(value, "true" | "false") => "true or false",
            Takes::Text | Takes::WholeNumber | Takes::Flag => return Ok(()),
        };
        let detail = format!("{name}: '{}' is not {expected}", value.escape_debug());
        Err(problem::INVALID_PARAMETER.with(detail).parameter(name).try_url(self.without(name)))
    }

    fn unknown(&self, name: &str, known: &[Known]) -> Problem {
        let near = nearest(name, known.iter().map(Known::name));
        let hint = near.first().map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
        let url = match near.first() {
            Some(near) if self.value(near).is_none() => self.url(
                self.pairs
                    .iter()
                    .map(|pair| (if pair.name == name { *near } else { pair.name.as_ref() }, pair.value.as_ref())),
            ),
            _ => self.without(name),
        };
        problem::UNKNOWN_PARAMETER
            .with(format!("there is no parameter '{name}' here{hint}"))
            .parameter(name)
            .suggestions(&near)
            .try_url(url)
    }

    fn missing(&self, missing: &Known, app: &AppState) -> Problem {
        let name = &missing.name;
        let refused = problem::MISSING_PARAMETER.with(format!("'{name}' is needed")).parameter(name);
        // Any node makes a question that works; which one is seen in the answer.
        let view = app.engine().view();
        let reading = view.newest();
        let node = (0..reading.node_count())
            .map(crate::model::NodeNumber)
            .find_map(|number| reading.node(number));
        let Some(node) = node.map(|node| node.id.to_string()) else {
            return refused;
        };
        let fillers = ["node", "from", "to"]
            .into_iter()
            .filter(|filler| *filler == *name || (*filler == "to" && name == "from"));
        let missing: Vec<_> = fillers
            .filter(|filler| self.value(filler).is_none())
            .map(|filler| (filler, node.as_str()))
            .collect();
        if missing.is_empty() {
            return refused;
        }
        let there = self
            .pairs
            .iter()
            .map(|pair| (pair.name.as_ref(), pair.value.as_ref()))
            .filter(|(_, value)| !value.is_empty());
        refused.try_url(self.url(there.chain(missing)))
    }

    /// The same URL without a parameter.
    fn without(&self, name: &str) -> Option<String> {
        self.url(
            self.pairs
                .iter()
                .filter(|pair| pair.name != name)
                .map(|pair| (pair.name.as_ref(), pair.value.as_ref())),
        )
    }

    /// The same URL with the first value of a parameter alone.
    fn with_first(&self, name: &str) -> Option<String> {
        let mut seen = false;
        let pairs = self
            .pairs
            .iter()
            .filter(|pair| pair.name != name || !std::mem::replace(&mut seen, true));
        self.url(
            pairs
                .map(|pair| (pair.name.as_ref(), pair.value.as_ref()))
                .collect::<Vec<_>>()
                .into_iter(),
        )
    }

    fn url<'p>(&self, pairs: impl Iterator<Item = (&'p str, &'p str)>) -> Option<String> {
        let query = serde_html_form::to_string(pairs.collect::<Vec<_>>()).ok()?;
        let path = self.uri.path();
        Some(if query.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{query}")
        })
    }

    /// Query strings of the route's own parameters and of the common filters.
    fn split(&self, known: &[Known]) -> (String, String) {
        let is_filter = |name: &str| known.iter().any(|known| known.filter && known.name == name);
        // An empty value is as good as none; forms of web pages send every field.
        let filled = self.pairs.iter().filter(|pair| !pair.value.is_empty());
        let (filters, own): (Vec<&Pair<'_>>, Vec<&Pair<'_>>) = filled.partition(|pair| is_filter(&pair.name));
        let text = |pairs: &[&Pair<'_>]| pairs.iter().map(|pair| pair.raw).collect::<Vec<_>>().join("&");
        (text(&own), text(&filters))
    }
}

/// Up to three names near to `name`, nearest first.
pub(super) fn nearest<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Vec<&'k str> {
    let bound = (name.chars().count() / 3).max(2);
    let mut near: Vec<_> = known
        .map(|known| (strsim::osa_distance(name, known), known))
        .filter(|(distance, _)| *distance <= bound)
        .collect();
    near.sort_unstable();
    near.into_iter().take(3).map(|(_, known)| known).collect()
}

/// The `{id}` of a path.
pub(super) struct Id(pub(super) String);

impl FromRequestParts<AppState> for Id {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Problem> {
        match Path::<String>::from_request_parts(parts, app).await {
            Ok(Path(id)) => Ok(Self(id)),
            Err(_) => Err(problem::INVALID_UTF8.with("the path is not UTF-8")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_knows_every_filter() {
        for known in [
            NeighbourhoodParams::known(),
            PathsParams::known(),
            TimelineParams::known(),
            FactsParams::known(),
            NodesParams::known(),
            DocumentsParams::known(),
        ] {
            for filter in FilterParams::KEYS {
                assert_eq!(
                    known.iter().filter(|known| known.name == *filter && known.filter).count(),
                    1,
                    "{filter}"
                );
            }
        }
    }

    #[test]
    fn the_list_of_filters_is_the_struct() {
        let known: Vec<_> = FilterParams::into_params(|| None)
            .into_iter()
            .map(|parameter| parameter.name)
            .collect();
        assert_eq!(known, FilterParams::KEYS);
    }

    #[test]
    fn what_a_parameter_takes_comes_from_its_type() {
        let takes = |name: &str| {
            let known = PathsParams::known().iter().find(|known| known.name == name).unwrap();
            (known.takes, known.many, known.required)
        };
        assert_eq!(takes("from"), (Takes::Text, false, true));
        assert_eq!(takes("k"), (Takes::WholeNumber, false, false));
        assert_eq!(takes("in_order"), (Takes::Flag, false, false));
        assert_eq!(takes("via"), (Takes::Text, true, false));
        assert_eq!(takes("relation"), (Takes::Text, true, false));
    }

    #[test]
    fn a_misspelt_name_has_near_ones() {
        assert_eq!(nearest("untill", FilterParams::KEYS.iter().copied()), ["until"]);
        assert!(nearest("zzzzzz", FilterParams::KEYS.iter().copied()).is_empty());
    }
}
