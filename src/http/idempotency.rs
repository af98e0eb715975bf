//! `Idempotency-Key`: the same key with the same request gives the first answer again.

use axum::http::{HeaderMap, Uri};

use super::problem::{self, Problem};

const HEADER: &str = "idempotency-key";
/// Longest key that is kept.
const LONGEST: usize = 200;

/// The request's key, when it has one.
pub(super) fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(HEADER) else { return Ok(None) };
    let fits = |key: &&str| (1..=LONGEST).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    match value.to_str().ok().filter(fits) {
        Some(key) => Ok(Some(key.to_owned())),
        None => Err(problem::INVALID_KEY
            .with(format!("the key is not 1 to {LONGEST} visible ASCII characters"))
            .member("header", HEADER)),
    }
}

/// The key and the digest of the request it stands for: method, path, query and body.
pub(super) fn of(key: String, method: &str, target: &Uri, body: &[u8]) -> (String, [u8; 32]) {
    let mut hasher = blake3::Hasher::new();
    let target = target.path_and_query().map_or("", |target| target.as_str());
    for part in [method.as_bytes(), target.as_bytes(), body] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    (key, *hasher.finalize().as_bytes())
}
