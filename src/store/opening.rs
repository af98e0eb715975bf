//! Between opening the files and serving them: which store it is, and what is lost.

use super::head::Mark;
use super::keys::{self, TreeName};
use super::rows::{self, Rows};
use super::trees::{Trees, io};
use super::{Commit, Identity, StoreError, codec, replay};
use crate::model::{Counters, Head, Timestamp};

/// What was found when the files were opened.
pub(super) struct Opening<'t> {
    pub(super) trees: &'t Trees,
    /// What `HEAD` names.
    pub(super) mark: Option<Mark>,
    pub(super) accept_loss: bool,
    pub(super) restored: bool,
}

/// What is served.
pub(super) struct Opened {
    pub(super) identity: Identity,
    pub(super) head: Head,
    pub(super) warnings: Vec<String>,
}

impl Opening<'_> {
    /// Makes up its mind, and writes what follows from it.
    pub(super) fn finish(&self) -> Result<Opened, StoreError> {
        let known = self.known_identity()?;
        let found = replay::head(self.trees)?;
        let mut identity = self.identity(known.clone(), &found)?;
        let mut warnings = Vec::new();
        let mut rows = Rows::default();
        let mut head = found;
        if let Some(mark) = self.mark.as_ref().filter(|mark| mark.head.revision > found.revision) {
            let (first, last) = (found.revision.next(), mark.head.revision);
            if !self.accept_loss {
                return Err(StoreError::Lost { first, last });
            }
            head = above(&found, &mark.head);
            rows = rows::of_commit(&Commit { head, ..Commit::default() })?;
            warnings.push(format!("acknowledged commits {first} to {last} are lost, which was accepted"));
        }
        let unknown = self.mark.is_none() && found.revision.0 > 0;
        if self.restored || unknown || head != found {
            identity.incarnation = next_incarnation(identity.incarnation);
        }
        if known.as_ref() != Some(&identity) {
            rows.append(identity_rows(&identity)?);
            self.trees.write(&rows)?;
            self.trees.flush()?;
        }
        Ok(Opened { identity, head, warnings })
    }

    /// What `meta` says.
    fn known_identity(&self) -> Result<Option<Identity>, StoreError> {
        let Some(payload) = self.trees.get(TreeName::Meta, keys::IDENTITY)? else {
            return Ok(None);
        };
        let (store, incarnation) = codec::decode(TreeName::Meta, keys::IDENTITY, &payload)?;
        Ok(Some(Identity { store, incarnation }))
    }

    fn identity(&self, known: Option<Identity>, found: &Head) -> Result<Identity, StoreError> {
        let bad = |reason: &str| StoreError::Damaged {
            tree: "HEAD".to_owned(),
            reason: reason.to_owned(),
        };
        match (known, &self.mark) {
            (Some(known), Some(mark)) if known.store != mark.identity.store => Err(bad("it belongs to another store")),
            (Some(known), Some(_)) => Ok(known),
            // sled's files are gone, or creation was cut off before it came to them.
            (None, Some(mark)) => Ok(mark.identity.clone()),
            (Some(known), None) if found.revision.0 == 0 || self.accept_loss => Ok(known),
            (Some(_), None) => Err(bad(
                "it is missing, so nobody knows what was acknowledged; --accept-loss goes on with what is there",
            )),
            (None, None) => Ok(Identity {
                store: random_id()?,
                incarnation: 0,
            }),
        }
    }
}

/// Rows that say which store this is.
pub(super) fn identity_rows(identity: &Identity) -> Result<Rows, StoreError> {
    let mut rows = Rows::default();
    rows.put(
        TreeName::Meta,
        keys::IDENTITY,
        &codec::encode(&(&identity.store, identity.incarnation))?,
    )?;
    Ok(rows)
}

/// A head from which no lost revision, time or number is given again.
fn above(found: &Head, lost: &Head) -> Head {
    let Counters { nodes, documents, facts } = lost.counters;
    let counters = Counters {
        nodes: nodes.max(found.counters.nodes),
        documents: documents.max(found.counters.documents),
        facts: facts.max(found.counters.facts),
    };
    Head {
        revision: lost.revision,
        time: lost.time.max(found.time),
        counters,
    }
}

/// An incarnation after `last`. The clock takes part, so that two openings of one backup differ.
fn next_incarnation(last: u32) -> u32 {
    const YEAR_2020: i64 = 1_577_836_800_000_000;
    let seconds = u32::try_from((Timestamp::now().0 - YEAR_2020) / 1_000_000).unwrap_or(0);
    seconds.max(last.saturating_add(1))
}

fn random_id() -> Result<String, StoreError> {
    let mut bytes = [0; 16];
    rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty()).map_err(io)?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_opening_of_a_copy_is_another_incarnation() {
        let now = next_incarnation(0);
        assert!(now > 180_000_000, "seconds since 2020");
        assert_eq!(next_incarnation(u32::MAX - 1), u32::MAX);
        assert!(next_incarnation(now) > now);
    }
}
