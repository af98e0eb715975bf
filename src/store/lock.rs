//! `LOCK`: one process holds the store.
//!
//! An operating-system lock on an open file, which ends with the process; a process id would be
//! worthless in containers, where it is always 1. The file's text says where its holder serves, and a
//! token that only its owner can read, so that a command beside the server goes through it.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use super::StoreError;

const FILE: &str = "LOCK";
/// Asking who holds the lock takes it for a moment; opening waits that long.
const ATTEMPTS: u32 = 5;
const PAUSE: Duration = Duration::from_millis(40);

/// The process that holds a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Where it serves, when it says so.
    pub address: Option<String>,
    /// A token that it takes for its owner's.
    pub token: Option<String>,
}

/// The held lock.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
}

impl Lock {
    /// Takes the lock of a data folder.
    pub(super) fn take(dir: &Path) -> Result<Self, StoreError> {
        let path = dir.join(FILE);
        let error = |error: std::io::Error| StoreError::Io(format!("{}: {error}", path.display()));
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(error)?;
        let mut attempts = 1;
        while let Err(errno) = flock(&file, FlockOperation::NonBlockingLockExclusive) {
            if errno != Errno::WOULDBLOCK {
                return Err(error(errno.into()));
            }
            if attempts == ATTEMPTS {
                return Err(StoreError::InUse {
                    address: read(&file).address,
                });
            }
            attempts += 1;
            sleep(PAUSE);
        }
        file.set_permissions(Permissions::from_mode(0o600)).map_err(error)?;
        let lock = Self { file };
        lock.write("").map_err(error)?;
        Ok(lock)
    }

    /// Says where the holder serves.
    pub(super) fn announce(&self, address: &str, token: &str) -> Result<(), StoreError> {
        self.write(&format!("{address}\n{token}\n"))
            .map_err(|error| StoreError::Io(format!("{FILE}: {error}")))
    }

    fn write(&self, text: &str) -> std::io::Result<()> {
        let mut file = &self.file;
        file.set_len(0)?;
        file.rewind()?;
        file.write_all(text.as_bytes())
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // The lock ends with the file; its text then says nothing, whatever it is.
        let _ = self.write("");
    }
}

/// Who holds the store in a folder; `None` when nobody does.
pub(super) fn holder(dir: &Path) -> Result<Option<Holder>, StoreError> {
    let path = dir.join(FILE);
    let error = |error: std::io::Error| StoreError::Io(format!("{}: {error}", path.display()));
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(other) => return Err(error(other)),
    };
    match flock(&file, FlockOperation::NonBlockingLockShared) {
        Ok(()) => Ok(None),
        Err(Errno::WOULDBLOCK) => Ok(Some(read(&file))),
        Err(errno) => Err(error(errno.into())),
    }
}

fn read(mut file: &File) -> Holder {
    let mut text = String::new();
    // A text that cannot be read says nothing.
    let _ = file.rewind().and_then(|()| file.read_to_string(&mut text));
    let mut lines = text.lines().map(str::to_owned).filter(|line| !line.is_empty());
    Holder {
        address: lines.next(),
        token: lines.next(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::Folder;

    #[test]
    fn a_second_opening_is_told_the_address() {
        let folder = Folder::new();
        assert_eq!(holder(folder.path()).unwrap(), None);
        let lock = Lock::take(folder.path()).unwrap();
        assert_eq!(
            holder(folder.path()).unwrap(),
            Some(Holder {
                address: None,
                token: None
            })
        );
        lock.announce("http://127.0.0.1:4817", "secret").unwrap();
        let held = Holder {
            address: Some("http://127.0.0.1:4817".to_owned()),
            token: Some("secret".to_owned()),
        };
        assert_eq!(holder(folder.path()).unwrap(), Some(held.clone()));
        match Lock::take(folder.path()) {
            Err(StoreError::InUse { address }) => assert_eq!(address, held.address),
            other => panic!("{other:?}"),
        }
        drop(lock);
        assert_eq!(holder(folder.path()).unwrap(), None);
        Lock::take(folder.path()).unwrap();
    }

    #[test]
    fn only_the_owner_can_read_the_token() {
        let folder = Folder::new();
        std::fs::write(folder.path().join(FILE), "").unwrap();
        let _lock = Lock::take(folder.path()).unwrap();
        assert_eq!(
            std::fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}
