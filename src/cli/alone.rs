//! Commands that need a store to themselves: they say what to do when somebody holds it.

use super::Failure;
use crate::config::Place;
use crate::store::{OpenOptions, SledStore, StoreError};

/// Opens the store in a folder, for a command of this name. None is made.
pub(super) fn open(place: &Place, command: &str, reserve_mb: u64) -> Result<SledStore, Failure> {
    check(place, command)?;
    let options = OpenOptions {
        reserve_mb,
        ..OpenOptions::new(&place.data)
    };
    let store = SledStore::open(options).map_err(|error| refused(error, place, command))?;
    for line in store.migrated().iter().chain(store.warnings()) {
        anstream::eprintln!("{line}");
    }
    Ok(store)
}

/// Checks that there is a store in the folder, and that no server is meant instead.
pub(super) fn check(place: &Place, command: &str) -> Result<(), Failure> {
    if place.server.is_some() {
        return Err(Failure::usage(format_args!(
            "{command} works on a folder that no server holds: say --data and not --server"
        )));
    }
    if !SledStore::exists(&place.data) {
        let data = place.data.display();
        return Err(Failure::new(format_args!("there is no store in {data}; say --data")));
    }
    Ok(())
}

/// Why the store could not be opened, and what to do when somebody holds it.
pub(super) fn refused(error: StoreError, place: &Place, command: &str) -> Failure {
    match error {
        StoreError::InUse { .. } => Failure::new(format_args!(
            "{error}, and {command} needs it alone: stop what holds {} (SIGTERM lets a server finish its writes), then say this again",
            place.data.display()
        )),
        other => Failure::new(other),
    }
}
