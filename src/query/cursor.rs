//! Cursors: where a list goes on, of which question, at which revision.
//!
//! A cursor is opaque text, safe in a URL. It holds the whole question, so that it works alone; other
//! parameters beside it must be absent or equal, `limit` and `format` excepted. It names the store's
//! incarnation: after a restore its revision may mean something else, so it is refused.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::model::Revision;
use crate::view::{Reading, View};

use super::question::Question;
use super::{Asking, FilterParams, Page, QueryError, known_at};

/// First byte of the decoded text; another layout takes another number.
const VERSION: u8 = 1;
/// Longer questions are compressed.
const PLAIN_UP_TO: usize = 256;
/// No cursor of ours is longer; bounds what a forged one can make us unpack.
const LONGEST: usize = 64 * 1024;
/// Parameters of the form of an answer, not of the question.
const NOT_THE_QUESTION: [&str; 3] = ["cursor", "limit", "format"];

/// Where a list goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    incarnation: u32,
    revision: Revision,
    route: String,
    own: String,
    filters: String,
    position: Vec<u8>,
}

impl Cursor {
    /// Reads a cursor of the store's present incarnation.
    ///
    /// # Errors
    ///
    /// [`QueryError::BrokenCursor`] when it is none of ours, [`QueryError::ExpiredCursor`] when it is from
    /// before a restore.
    pub fn decode(text: &str, incarnation: u32) -> Result<Self, QueryError> {
        let cursor = unpack(text).ok_or(QueryError::BrokenCursor)?;
        if cursor.incarnation == incarnation {
            Ok(cursor)
        } else {
            Err(QueryError::ExpiredCursor)
        }
    }

    /// The revision that its list is read at.
    #[must_use]
    pub fn revision(&self) -> Revision {
        self.revision
    }

    fn encode(&self) -> String {
        // A struct of numbers and texts always serialises.
        let plain = postcard::to_stdvec(self).unwrap_or_default();
        let small = if plain.len() > PLAIN_UP_TO {
            zstd::bulk::compress(&plain, 3).ok()
        } else {
            None
        };
        let (packed, body) = small.map_or((0, plain), |small| (1, small));
        let mut bytes = vec![VERSION, packed];
        bytes.extend(body);
        bytes.extend(crc32c::crc32c(&bytes).to_le_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }
}

fn unpack(text: &str) -> Option<Cursor> {
    if text.len() > LONGEST {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (body, sum) = bytes.split_last_chunk::<4>()?;
    if crc32c::crc32c(body) != u32::from_le_bytes(*sum) {
        return None;
    }
    match body {
        [VERSION, 0, plain @ ..] => postcard::from_bytes(plain).ok(),
        [VERSION, 1, small @ ..] => postcard::from_bytes(&zstd::bulk::decompress(small, LONGEST).ok()?).ok(),
        _ => None,
    }
}

/// The reading that a question is asked of: its cursor's revision, else `known_at`, else the newest.
///
/// # Errors
///
/// Those of [`Cursor::decode`] and [`known_at`]; [`QueryError::ExpiredCursor`] when the store no longer reaches
/// the cursor's revision.
pub fn reading_for<'v>(view: &'v View, filters: &FilterParams, incarnation: u32) -> Result<Reading<'v>, QueryError> {
    if let Some(text) = &filters.cursor {
        let revision = Cursor::decode(text, incarnation)?.revision;
        return if revision <= view.head().revision {
            Ok(view.at(revision))
        } else {
            Err(QueryError::ExpiredCursor)
        };
    }
    match &filters.known_at {
        Some(text) => Ok(view.at(known_at(view, text)?)),
        None => Ok(view.newest()),
    }
}

/// A question with its place in its list: the first page, or a later one taken up from a cursor.
pub(crate) struct Turn<'a, P, T> {
    /// The surroundings, read at the question's revision.
    pub(crate) ask: Asking<'a>,
    /// The parameters of its own.
    pub(crate) params: P,
    /// The common filters.
    pub(crate) filters: FilterParams,
    /// The question as a URL, without cursor.
    pub(crate) question: Question,
    /// Where the page before ended.
    pub(crate) after: Option<T>,
}

impl<'a, P, T> Turn<'a, P, T>
where
    P: Clone + Serialize + DeserializeOwned,
    T: Serialize + DeserializeOwned,
{
    /// Takes up the question where its cursor, if it has one, left it.
    ///
    /// # Errors
    ///
    /// Those of [`reading_for`], and [`QueryError::ForeignCursor`] when a parameter beside the cursor differs.
    pub(crate) fn take_up(ask: &Asking<'a>, route: &'static str, params: &P, filters: &FilterParams) -> Result<Self, QueryError> {
        let given = Question::new(route, params, filters).without("cursor");
        let Some(text) = &filters.cursor else {
            let filters = FilterParams {
                cursor: None,
                ..filters.clone()
            };
            return Ok(Self {
                ask: ask.clone(),
                params: params.clone(),
                filters,
                question: given,
                after: None,
            });
        };
        let reading = reading_for(ask.reading.view(), filters, ask.incarnation)?;
        let cursor = Cursor::decode(text, ask.incarnation)?;
        if cursor.route != route {
            return Err(QueryError::ForeignCursor);
        }
        let mut question = Question::from_texts(route, &cursor.own, &cursor.filters);
        if !agrees(&given, &question) {
            return Err(QueryError::ForeignCursor);
        }
        for (key, value) in given.pairs().filter(|(key, _)| NOT_THE_QUESTION.contains(&key.as_str())) {
            question = question.with_filter(&key, value);
        }
        let (params, filters) = question.params().ok_or(QueryError::BrokenCursor)?;
        let after = postcard::from_bytes(&cursor.position).map_err(|_| QueryError::BrokenCursor)?;
        let ask = Asking { reading, ..ask.clone() };
        Ok(Self {
            ask,
            params,
            filters,
            question,
            after: Some(after),
        })
    }

    /// The page of a list that goes on after `next`; the last one without.
    pub(crate) fn page(&self, total: Option<u64>, next: Option<&T>) -> Page {
        let cursor = next.map(|position| {
            let (own, filters) = self.question.without("format").into_texts();
            Cursor {
                incarnation: self.ask.incarnation,
                revision: self.ask.reading.head().revision,
                route: self.question.route().to_owned(),
                own,
                filters,
                position: postcard::to_stdvec(position).unwrap_or_default(),
            }
            .encode()
        });
        let next = cursor
            .as_ref()
            .map(|cursor| self.question.with_filter("cursor", cursor.as_str()).url(self.ask.base_path));
        Page { total, next, cursor }
    }
}

/// Whether every parameter that `given` has is the same in the cursor's question.
fn agrees(given: &Question, asked: &Question) -> bool {
    let values = |question: &Question, name: &str| -> Vec<String> {
        let mut found: Vec<_> = question.pairs().filter(|(key, _)| key == name).map(|(_, value)| value).collect();
        found.sort();
        found
    };
    given
        .pairs()
        .filter(|(key, value)| !NOT_THE_QUESTION.contains(&key.as_str()) && !value.is_empty())
        .all(|(key, _)| values(given, &key) == values(asked, &key))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor() -> Cursor {
        Cursor {
            incarnation: 2,
            revision: Revision(42),
            route: "/v1/facts".to_owned(),
            own: "node=li-zuocheng".to_owned(),
            filters: "publisher=Reuters".to_owned(),
            position: vec![1, 2, 3],
        }
    }

    #[test]
    fn a_cursor_reads_back_as_itself() {
        assert_eq!(Cursor::decode(&cursor().encode(), 2).unwrap(), cursor());
    }

    #[test]
    fn a_long_question_makes_a_cursor_that_reads_back() {
        let long = Cursor {
            filters: "publisher=Reuters&".repeat(200),
            ..cursor()
        };
        assert!(long.encode().len() < 400);
        assert_eq!(Cursor::decode(&long.encode(), 2).unwrap(), long);
    }

    #[test]
    fn a_cursor_from_before_a_restore_has_expired() {
        assert!(matches!(Cursor::decode(&cursor().encode(), 3), Err(QueryError::ExpiredCursor)));
    }

    #[test]
    fn a_changed_cursor_is_broken() {
        let text = cursor().encode();
        for place in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            if let Some(byte) = changed.get_mut(place) {
                *byte = if *byte == b'A' { b'B' } else { b'A' };
            }
            let changed = String::from_utf8(changed).unwrap();
            assert!(matches!(Cursor::decode(&changed, 2), Err(QueryError::BrokenCursor)), "{place}");
        }
        assert!(matches!(Cursor::decode("", 2), Err(QueryError::BrokenCursor)));
        assert!(matches!(Cursor::decode("été", 2), Err(QueryError::BrokenCursor)));
    }
}
