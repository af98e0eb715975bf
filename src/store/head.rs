//! `HEAD`: the newest acknowledged commit, beside sled and independent of it.
//!
//! Two slots of one block each, written in turn, so that a torn write leaves the other; both are
//! there from the start, so that writing one changes no size. When sled comes back with less than
//! `HEAD` names, acknowledged commits are lost, and opening says so.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::trees::sync_path;
use super::{Identity, StoreError};
use crate::model::{Counters, Head, Revision, Timestamp};

/// Name of the file.
pub(super) const FILE: &str = "HEAD";
/// Where the second slot begins: a block behind the first.
const SLOT: u64 = 4_096;
const LENGTH: usize = 8_192;
const SLOT_LENGTH: usize = 512;
/// First byte of a written slot.
const VERSION: u8 = 1;

/// What a slot says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) identity: Identity,
    pub(super) head: Head,
}

#[derive(Serialize, Deserialize)]
struct Slot {
    sequence: u64,
    store: String,
    incarnation: u32,
    revision: u64,
    time: i64,
    counters: [u32; 3],
}

/// The open file.
#[derive(Debug)]
pub(super) struct HeadFile {
    file: File,
    sequence: u64,
    sealed: Head,
}

impl HeadFile {
    /// Opens or creates `HEAD` in a folder, and says what it names.
    pub(super) fn open(dir: &Path) -> Result<(Self, Option<Mark>), StoreError> {
        let path = dir.join(FILE);
        let error = |error: std::io::Error| StoreError::Io(format!("{}: {error}", path.display()));
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(error)?;
        if file.metadata().map_err(error)?.len() < 2 * SLOT {
            // A kill at creation can leave it short; it then names nothing yet.
            file.write_all_at(&[0; LENGTH], 0).map_err(error)?;
            file.sync_all().map_err(error)?;
            sync_path(dir)?;
        }
        let (newest, torn) = newest(&file).map_err(error)?;
        if newest.is_none() && !torn.is_empty() {
            return Err(StoreError::Damaged {
                tree: FILE.to_owned(),
                reason: "neither slot is whole".to_owned(),
            });
        }
        let sequence = newest.as_ref().map_or(0, |slot| slot.sequence);
        let mark = newest.map(Mark::from);
        let sealed = mark.as_ref().map(|mark| mark.head).unwrap_or_default();
        Ok((Self { file, sequence, sealed }, mark))
    }

    /// The newest head it names.
    pub(super) const fn sealed(&self) -> Head {
        self.sealed
    }

    /// Names a head, durably.
    pub(super) fn write(&mut self, identity: &Identity, head: &Head) -> Result<(), StoreError> {
        let sequence = self.sequence + 1;
        let bytes = slot(sequence, identity, head).ok_or_else(|| StoreError::Io("a slot of HEAD is too small".to_owned()))?;
        let written = self
            .file
            .write_all_at(&bytes, (sequence % 2) * SLOT)
            .and_then(|()| self.file.sync_data());
        written.map_err(|error| StoreError::Io(format!("{FILE}: {error}")))?;
        self.sequence = sequence;
        self.sealed = *head;
        Ok(())
    }
}

/// What a look at the file finds.
#[derive(Debug, Default)]
pub(super) struct Look {
    pub(super) mark: Option<Mark>,
    /// Slots that were written and are not whole.
    pub(super) torn: Vec<u64>,
}

/// Looks at `HEAD` and changes nothing; `None` when it is not there.
pub(super) fn look(dir: &Path) -> Result<Option<Look>, StoreError> {
    let path = dir.join(FILE);
    let error = |error: std::io::Error| StoreError::Io(format!("{}: {error}", path.display()));
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(other) => return Err(error(other)),
    };
    if file.metadata().map_err(error)?.len() < 2 * SLOT {
        // A kill at creation can leave it short; it then names nothing yet.
        return Ok(Some(Look::default()));
    }
    let (newest, torn) = newest(&file).map_err(error)?;
    Ok(Some(Look {
        mark: newest.map(Mark::from),
        torn,
    }))
}

/// The slot written last, and those that were written and are not whole.
fn newest(file: &File) -> std::io::Result<(Option<Slot>, Vec<u64>)> {
    let mut newest: Option<Slot> = None;
    let mut torn = Vec::new();
    for place in 0..2 {
        let mut bytes = [0; SLOT_LENGTH];
        file.read_exact_at(&mut bytes, place * SLOT)?;
        let slot = read(&bytes);
        if slot.is_none() && bytes.iter().any(|byte| *byte != 0) {
            torn.push(place);
        }
        let last = newest.as_ref().map_or(0, |slot| slot.sequence);
        newest = slot.filter(|slot| slot.sequence > last).or(newest);
    }
    Ok((newest, torn))
}

/// The bytes of a slot: version, length, content, checksum, zeros.
fn slot(sequence: u64, identity: &Identity, head: &Head) -> Option<[u8; SLOT_LENGTH]> {
    let Counters { nodes, documents, facts } = head.counters;
    let slot = Slot {
        sequence,
        store: identity.store.clone(),
        incarnation: identity.incarnation,
        revision: head.revision.0,
        time: head.time.0,
        counters: [nodes, documents, facts],
    };
    let content = postcard::to_stdvec(&slot).ok()?;
    let mut bytes = vec![VERSION];
    bytes.extend(u16::try_from(content.len()).ok()?.to_le_bytes());
    bytes.extend(content);
    bytes.extend(crc32c::crc32c(&bytes).to_le_bytes());
    if bytes.len() > SLOT_LENGTH {
        return None;
    }
    bytes.resize(SLOT_LENGTH, 0);
    bytes.try_into().ok()
}

fn read(bytes: &[u8]) -> Option<Slot> {
    let (start, _) = bytes.split_first_chunk::<3>()?;
    let [VERSION, low, high] = *start else { return None };
    let end = start.len() + usize::from(u16::from_le_bytes([low, high]));
    let (covered, rest) = bytes.split_at_checked(end)?;
    let sum = u32::from_le_bytes(*rest.first_chunk()?);
    let content = covered.get(start.len()..).filter(|_| crc32c::crc32c(covered) == sum)?;
    postcard::from_bytes(content).ok()
}

impl From<Slot> for Mark {
    fn from(slot: Slot) -> Self {
        let [nodes, documents, facts] = slot.counters;
        Self {
            identity: Identity {
                store: slot.store,
                incarnation: slot.incarnation,
            },
            head: Head {
                revision: Revision(slot.revision),
                time: Timestamp(slot.time),
                counters: Counters { nodes, documents, facts },
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::Folder;

    fn head(revision: u64) -> Head {
        Head {
            revision: Revision(revision),
            time: Timestamp(1_511_517_600_000_000 + i64::try_from(revision).unwrap()),
            counters: Counters {
                nodes: 3,
                documents: 2,
                facts: u32::MAX,
            },
        }
    }

    fn identity() -> Identity {
        Identity {
            store: "0123456789abcdef".to_owned(),
            incarnation: 7,
        }
    }

    #[test]
    fn it_names_what_was_written_last() {
        let folder = Folder::new();
        let (mut file, mark) = HeadFile::open(folder.path()).unwrap();
        assert_eq!(mark, None);
        for revision in 1..=5 {
            file.write(&identity(), &head(revision)).unwrap();
            let (_, mark) = HeadFile::open(folder.path()).unwrap();
            assert_eq!(
                mark,
                Some(Mark {
                    identity: identity(),
                    head: head(revision)
                })
            );
        }
    }

    #[test]
    fn a_torn_slot_leaves_the_other() {
        let folder = Folder::new();
        let (mut file, _) = HeadFile::open(folder.path()).unwrap();
        file.write(&identity(), &head(1)).unwrap();
        file.write(&identity(), &head(2)).unwrap();
        let path = folder.path().join(FILE);
        let whole = std::fs::read(&path).unwrap();
        for torn in 0..60 {
            // The second write went to slot 0.
            let mut bytes = whole.clone();
            bytes[torn] ^= 0xff;
            std::fs::write(&path, &bytes).unwrap();
            let revision = HeadFile::open(folder.path()).unwrap().1.unwrap().head.revision.0;
            assert!(revision == 1 || (revision == 2 && torn >= slot_end(&whole)), "byte {torn}");
        }
    }

    fn slot_end(bytes: &[u8]) -> usize {
        3 + usize::from(bytes[1]) + 4
    }

    #[test]
    fn two_damaged_slots_are_said() {
        let folder = Folder::new();
        HeadFile::open(folder.path()).unwrap();
        std::fs::write(folder.path().join(FILE), vec![9; 8_192]).unwrap();
        assert!(matches!(HeadFile::open(folder.path()), Err(StoreError::Damaged { .. })));
    }
}
