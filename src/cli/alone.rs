//! Commands that need a store to themselves: they open it, and say what to do when somebody holds it.

use super::Failure;
use crate::config::Place;
use crate::store::{OpenOptions, SledStore, StoreError};

/// Opens the store in a folder, for a command of this name. None is made.
pub(super) fn open(place: &Place, command: &str, reserve_mb: u64) -> Result<SledStore, Failure> {
    if place.server.is_some() {
        return Err(Failure::usage(format_args!(
            "{command} works on a folder that no server holds: say --data and not --server"
        )));
    }
    let data = place.data.display();
    if !SledStore::exists(&place.data) {
        return Err(Failure::new(format_args!("there is no store in {data}; say --data")));
    }
    let options = OpenOptions {
        reserve_mb,
        ..OpenOptions::new(&place.data)
    };
    let store = SledStore::open(options).map_err(|error| match error {
        StoreError::InUse { .. } => Failure::new(format_args!(
            "{error}, and {command} needs it alone: stop what holds {data} (SIGTERM lets a server finish its writes), then say this again"
        )),
        other => Failure::new(other),
    })?;
    for line in store.migrated().iter().chain(store.warnings()) {
        anstream::eprintln!("{line}");
    }
    Ok(store)
}
