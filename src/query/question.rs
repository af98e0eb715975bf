//! A question as a URL: its route and its parameters, which links, cursors and the `try` of a problem are made of.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Asking, FilterParams, QueryError};

type Pairs = Vec<(String, String)>;

/// A question as it came: a route, the parameters of its own, and the common filters, each as a query string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    route: &'static str,
    own: String,
    filters: String,
}

impl Question {
    /// The question that `params` and `filters` put to `route`, such as `/v1/facts`.
    pub(crate) fn new<P: Serialize>(route: &'static str, params: &P, filters: &FilterParams) -> Self {
        // Parameters are flat structs of texts, numbers and flags, which always serialise.
        Self {
            route,
            own: serde_html_form::to_string(params).unwrap_or_default(),
            filters: serde_html_form::to_string(filters).unwrap_or_default(),
        }
    }

    /// The route.
    pub(crate) fn route(&self) -> &'static str {
        self.route
    }

    /// All parameters, those of the route first.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (String, String)> {
        read::<Pairs>(&self.own).into_iter().chain(read::<Pairs>(&self.filters)).flatten()
    }

    /// The same question with `value` wherever `name` had the value `old`.
    #[must_use]
    pub(crate) fn replacing(&self, name: &str, old: &str, value: &str) -> Self {
        let replaced = |(key, found): (String, String)| {
            if key != name {
                return (key, found);
            }
            // Some parameters hold several values between commas.
            let parts = found.split(',').map(|part| if part.trim() == old { value } else { part });
            let found = if found == old {
                value.to_owned()
            } else {
                parts.collect::<Vec<_>>().join(",")
            };
            (key, found)
        };
        let all = |text: &str| -> String {
            let pairs: Pairs = read::<Pairs>(text).into_iter().flatten().map(replaced).collect();
            serde_html_form::to_string(pairs).unwrap_or_default()
        };
        Self {
            route: self.route,
            own: all(&self.own),
            filters: all(&self.filters),
        }
    }

    /// The same question without a parameter.
    #[must_use]
    pub(crate) fn without(&self, name: &str) -> Self {
        Self {
            route: self.route,
            own: without(&self.own, name),
            filters: without(&self.filters, name),
        }
    }

    /// The same question with a filter set to one value.
    #[must_use]
    pub(crate) fn with_filter(&self, name: &str, value: impl AsRef<str>) -> Self {
        let mut changed = self.without(name);
        let added = serde_html_form::to_string([(name, value.as_ref())]).unwrap_or_default();
        changed.filters = joined(&changed.filters, &added);
        changed
    }

    /// Its URL under a base path.
    pub(crate) fn url(&self, base_path: &str) -> String {
        let query = joined(&self.own, &self.filters);
        let sign = if query.is_empty() { "" } else { "?" };
        format!("{base_path}{}{sign}{query}", self.route)
    }

    /// Its parameters, read back.
    pub(crate) fn params<P: DeserializeOwned>(&self) -> Option<(P, FilterParams)> {
        Some((read(&self.own)?, read(&self.filters)?))
    }

    /// Own parameters and filters as two query strings.
    pub(crate) fn into_texts(self) -> (String, String) {
        (self.own, self.filters)
    }

    /// The question of two such strings.
    pub(crate) fn from_texts(route: &'static str, own: &str, filters: &str) -> Self {
        Self {
            route,
            own: own.to_owned(),
            filters: filters.to_owned(),
        }
    }

    /// The question of a URL that [`Question::url`] gave for the same route.
    fn from_url(route: &'static str, url: &str) -> Self {
        let (_, query) = url.split_once('?').unwrap_or((url, ""));
        let (filters, own): (Vec<&str>, Vec<&str>) = query.split('&').partition(|part| FilterParams::KEYS.contains(&name_of(part)));
        Self {
            route,
            own: own.join("&"),
            filters: filters.join("&"),
        }
    }
}

/// The name of a part of a query string; names of parameters have nothing that is escaped.
fn name_of(part: &str) -> &str {
    part.split_once('=').map_or(part, |(name, _)| name)
}

/// A query string without a parameter.
fn without(text: &str, name: &str) -> String {
    if !text.contains(name) {
        return text.to_owned();
    }
    let left: Vec<&str> = text.split('&').filter(|part| name_of(part) != name).collect();
    left.join("&")
}

/// Two query strings as one.
fn joined(one: &str, other: &str) -> String {
    let sign = if one.is_empty() || other.is_empty() { "" } else { "&" };
    format!("{one}{sign}{other}")
}

fn read<P: DeserializeOwned>(text: &str) -> Option<P> {
    serde_html_form::from_str(text).ok()
}

/// How often a mended question is mended again before its `try` is given up.
const MENDINGS: usize = 8;

/// Asks, and keeps the promise of `try`: the URL in an error is asked too, and mended on, until it has an answer.
///
/// # Errors
///
/// Those of `ask_one`; their `try_url` is one that works, or `None`.
pub(crate) fn answered<'v, P, A>(
    ask: &Asking<'v>,
    route: &'static str,
    params: &P,
    filters: &FilterParams,
    ask_one: impl Fn(&Asking<'v>, &P, &FilterParams) -> Result<A, QueryError>,
) -> Result<A, QueryError>
where
    P: DeserializeOwned,
{
    let mut error = match ask_one(ask, params, filters) {
        Ok(answer) => return Ok(answer),
        Err(error) => error,
    };
    let Some(promise) = error.try_url_mut() else { return Err(error) };
    let mut next = promise.take();
    let mut works = None;
    for _ in 0..MENDINGS {
        let Some(url) = next.take() else { break };
        let Some((params, filters)) = Question::from_url(route, &url).params::<P>() else {
            break;
        };
        match ask_one(ask, &params, &filters) {
            Ok(_) => works = Some(url),
            // What is too much for a first try is not yet known to fail.
            Err(QueryError::Stopped) if ask.budget.first_try => return Err(QueryError::Stopped),
            Err(mut another) => next = another.try_url_mut().and_then(Option::take),
        }
    }
    if let Some(promise) = error.try_url_mut() {
        *promise = works;
    }
    Err(error)
}
