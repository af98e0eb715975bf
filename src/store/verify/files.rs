//! What stands beside the records: the file `HEAD`, the folder `blobs/`, and `meta`.

use std::path::Path;

use super::FindingKind;
use super::history::History;
use super::report::Report;
use super::values::Values;
use crate::store::head::{self, Look};
use crate::store::keys::{self, TreeName};
use crate::store::trees::{Trees, io};
use crate::store::{FORMAT, StoreError, codec, migrate};

/// Nothing may be in `blobs/`: sled never syncs what it puts there.
pub(super) fn check_blobs(sled: &Path, report: &mut Report<'_>) -> Result<(), StoreError> {
    let entries = match std::fs::read_dir(sled.join("blobs")) {
        Ok(entries) => entries,
        Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(io(error)),
    };
    for entry in entries {
        let name = entry.map_err(io)?.file_name();
        let reason = "a file of its own, which sled never syncs: no value may be so large";
        report.found(FindingKind::Stray, "blobs", name.to_string_lossy(), reason);
    }
    Ok(())
}

/// Reads `meta`; gives the store's id.
pub(super) fn check_meta(trees: &Trees, report: &mut Report<'_>) -> Result<Option<String>, StoreError> {
    let tree = TreeName::Meta;
    match migrate::format(trees) {
        Ok(Some(found)) if found > FORMAT => return Err(StoreError::Newer { found, known: FORMAT }),
        // A step whose record cannot be read is told below.
        Ok(Some(found)) => report.read.notes.extend(migrate::changed(trees, found).unwrap_or_default()),
        Ok(None) if trees.last_key(TreeName::Commits)?.is_none() => {}
        Ok(None) => report.found(FindingKind::Missing, "meta", "format", "there are commits, and no format"),
        Err(StoreError::Damaged { reason, .. }) => report.found(FindingKind::Damaged, "meta", "format", reason),
        Err(error) => return Err(error),
    }
    let mut store = None;
    let mut values = Values::new(trees, tree, &[])?;
    for value in values.by_ref() {
        report.value(tree, &value.key, value.payload, |key, payload| {
            if key == keys::IDENTITY {
                let (id, _): (String, u32) = codec::decode(tree, key, payload)?;
                store = Some(id);
            } else {
                // A step's checksum or the user's ontology file.
                std::str::from_utf8(payload).map_err(|error| codec::damaged(tree, key, error))?;
            }
            Ok(())
        });
    }
    report.read.bytes += values.bytes;
    Ok(store)
}

/// Holds `HEAD` against the commits, and against the store's id as `meta` has it. That a commit which it names is
/// missing was told with the commits.
pub(super) fn check_head(look: Option<&Look>, store: Option<&str>, history: &History, report: &mut Report<'_>) {
    let Some(look) = look else {
        let reason = "it is not there, so nobody knows what was acknowledged";
        report.found(FindingKind::Missing, head::FILE, "the file", reason);
        return;
    };
    for slot in &look.torn {
        report.found(FindingKind::Damaged, head::FILE, format_args!("slot {slot}"), "it is not whole");
    }
    let Some(mark) = &look.mark else {
        if look.torn.is_empty() && history.last().revision.0 > 0 {
            let reason = "it names nothing, and there are commits";
            report.found(FindingKind::Missing, head::FILE, "the file", reason);
        }
        return;
    };
    if store.is_some_and(|store| mark.identity.store != store) {
        report.found(FindingKind::Disagrees, head::FILE, "store id", "it belongs to another store");
    }
    let told = mark.head;
    let Some(head) = history.head(told.revision.0) else { return };
    let pairs = [
        ("node", told.counters.nodes, head.counters.nodes),
        ("document", told.counters.documents, head.counters.documents),
        ("fact", told.counters.facts, head.counters.facts),
    ];
    for (what, told_counter, counter) in pairs.into_iter().filter(|(_, told, counter)| told != counter) {
        let reason = format_args!("its {what} counter is {told_counter}, and the commits make it {counter}");
        report.found(FindingKind::Disagrees, head::FILE, told.revision, reason);
    }
    if told.time != head.time {
        let reason = format_args!("its time is {}, and that of the commit is {}", told.time, head.time);
        report.found(FindingKind::Disagrees, head::FILE, told.revision, reason);
    }
}
