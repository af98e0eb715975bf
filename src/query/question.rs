//! A question as a URL: its route and its parameters, which links, cursors and the `try` of a problem are made of.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Asking, FilterParams, QueryError};

type Pairs = Vec<(String, String)>;

/// A question as it came: a route, the parameters of its own, and the common filters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    route: &'static str,
    own: Pairs,
    filters: Pairs,
}

impl Question {
    /// The question that `params` and `filters` put to `route`, such as `/v1/facts`.
    pub(crate) fn new<P: Serialize>(route: &'static str, params: &P, filters: &FilterParams) -> Self {
        Self {
            route,
            own: pairs(params),
            filters: pairs(filters),
        }
    }

    /// The route.
    pub(crate) fn route(&self) -> &'static str {
        self.route
    }

    /// All parameters, those of the route first.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = &(String, String)> {
        self.own.iter().chain(&self.filters)
    }

    /// The same question with `value` wherever `name` had the value `old`.
    #[must_use]
    pub(crate) fn replacing(&self, name: &str, old: &str, value: &str) -> Self {
        self.map(|key, found| {
            if key != name {
                return Some(found.to_owned());
            }
            // Some parameters hold several values between commas.
            let parts = found.split(',').map(|part| if part.trim() == old { value } else { part });
            Some(if found == old {
                value.to_owned()
            } else {
                parts.collect::<Vec<_>>().join(",")
            })
        })
    }

    /// The same question without a parameter.
    #[must_use]
    pub(crate) fn without(&self, name: &str) -> Self {
        self.map(|key, found| (key != name).then(|| found.to_owned()))
    }

    /// The same question with a filter set to one value.
    #[must_use]
    pub(crate) fn with_filter(&self, name: &str, value: impl Into<String>) -> Self {
        let mut changed = self.without(name);
        changed.filters.push((name.to_owned(), value.into()));
        changed
    }

    fn map(&self, change: impl Fn(&str, &str) -> Option<String>) -> Self {
        let all = |pairs: &Pairs| {
            pairs
                .iter()
                .filter_map(|(key, value)| Some((key.clone(), change(key, value)?)))
                .collect()
        };
        Self {
            route: self.route,
            own: all(&self.own),
            filters: all(&self.filters),
        }
    }

    /// Its URL under a base path.
    pub(crate) fn url(&self, base_path: &str) -> String {
        link(base_path, self.route, &self.pairs().collect::<Vec<_>>())
    }

    /// Its parameters, read back.
    pub(crate) fn params<P: DeserializeOwned>(&self) -> Option<(P, FilterParams)> {
        Some((read(&self.own)?, read(&self.filters)?))
    }

    /// Own parameters and filters as two query strings.
    pub(crate) fn texts(&self) -> (String, String) {
        (encode(&self.own), encode(&self.filters))
    }

    /// The question of two such strings.
    pub(crate) fn from_texts(route: &'static str, own: &str, filters: &str) -> Option<Self> {
        let split = |text: &str| serde_html_form::from_str::<Pairs>(text).ok();
        Some(Self {
            route,
            own: split(own)?,
            filters: split(filters)?,
        })
    }

    /// The question of a URL that [`Question::url`] gave for the same route.
    fn from_url(route: &'static str, url: &str) -> Option<Self> {
        let (_, query) = url.split_once('?').unwrap_or((url, ""));
        let all = serde_html_form::from_str::<Pairs>(query).ok()?;
        let (filters, own) = all.into_iter().partition(|(key, _)| FilterParams::KEYS.contains(&key.as_str()));
        Some(Self { route, own, filters })
    }
}

/// The URL of `route` under a base path, with parameters given as pairs.
pub(crate) fn link<P: Serialize>(base_path: &str, route: &str, pairs: &[P]) -> String {
    let query = serde_html_form::to_string(pairs).unwrap_or_default();
    if query.is_empty() {
        format!("{base_path}{route}")
    } else {
        format!("{base_path}{route}?{query}")
    }
}

fn pairs<P: Serialize>(params: &P) -> Pairs {
    // Parameters are flat structs of texts, numbers and flags, which always serialise.
    let text = serde_html_form::to_string(params).unwrap_or_default();
    serde_html_form::from_str(&text).unwrap_or_default()
}

fn encode(pairs: &Pairs) -> String {
    serde_html_form::to_string(pairs).unwrap_or_default()
}

fn read<P: DeserializeOwned>(pairs: &Pairs) -> Option<P> {
    serde_html_form::from_str(&encode(pairs)).ok()
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
        let Some((params, filters)) = Question::from_url(route, &url).and_then(|question| question.params::<P>()) else {
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
