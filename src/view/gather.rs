//! The facts of a page, read together.
//!
//! What a row shows lies all over the view: some ten lines of memory, each found by the one before. Read fact by
//! fact, a page of a hundred waits a thousand times for memory. Here the first lines of all facts are asked for
//! together, then the second ones, and so on: the processor fetches a dozen at a time, and a page waits a few times.

use std::hint::black_box;

use super::facts::{FactEntry, ObjectEntry};
use super::{FactRef, Reading};
use crate::model::{FactNumber, Node, NodeNumber};

impl<'v> Reading<'v> {
    /// The facts of these numbers, without those that had not been recorded; what their rows show is at hand.
    #[must_use]
    pub fn gather(&self, numbers: &[FactNumber]) -> Vec<FactRef<'v>> {
        let table = &self.view.facts;
        // What is read ahead is all that these sums are for.
        black_box(numbers.iter().fold(0, |sum, number| sum ^ table.touch(*number)));
        let entry = |number: &FactNumber| Some((*number, self.entry(*number)?));
        let entries: Vec<(FactNumber, FactEntry)> = numbers.iter().filter_map(entry).collect();
        self.fetch_nodes(&entries);
        entries
            .into_iter()
            .filter_map(|(number, entry)| self.fact_of(number, entry))
            .collect()
    }

    /// Brings ids and names of subjects and objects into the caches.
    fn fetch_nodes(&self, entries: &[(FactNumber, FactEntry)]) {
        let mut numbers: Vec<NodeNumber> = Vec::with_capacity(2 * entries.len());
        let mut last = None;
        for (_, entry) in entries {
            let object = match entry.object {
                ObjectEntry::Node(object) => Some(object),
                ObjectEntry::Value(_) | ObjectEntry::None => None,
            };
            for node in std::iter::once(entry.subject).chain(object) {
                // A page of one node has it in every fact.
                if last != Some(node) {
                    numbers.push(node);
                }
            }
            last = numbers.first().copied();
        }
        let nodes: Vec<&Node> = numbers.iter().filter_map(|number| self.node(*number)).collect();
        black_box(nodes.iter().fold(0, |sum, node| sum ^ node.name.len()));
        let first = |text: &str| text.as_bytes().first().copied().unwrap_or(0);
        black_box(nodes.iter().fold(0, |sum, node| sum ^ first(&node.name) ^ first(node.id.as_str())));
    }
}
