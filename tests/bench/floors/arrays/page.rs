//! A page of a node's timeline.

use dateline::model::time::Window;

use super::{Arrays, BLOCK, days};

impl Arrays {
    /// Up to `limit` facts of a node, oldest first, behind a fact.
    pub(crate) fn page(&self, node: u32, window: Window, after: Option<u32>, limit: usize) -> Vec<u32> {
        let (since, until) = days(window);
        let mut places = self.between(node, since, until);
        if let Some(after) = after {
            places.start += self.entries[places.clone()].partition_point(|entry| entry.rank <= after);
        }
        let mut page = Vec::with_capacity(limit);
        if !self.has_spans() {
            page.extend(self.entries[places].iter().take(limit).map(|entry| entry.rank));
            return page;
        }
        while places.start < places.end && page.len() < limit {
            let block_end = places.end.min((places.start / BLOCK + 1) * BLOCK);
            if self.peaks[places.start / BLOCK] >= since {
                let of_block = places.start..block_end;
                let lasts = &self.lasts[of_block.clone()];
                let hold = self.entries[of_block].iter().zip(lasts).filter(|(_, last)| **last >= since);
                let left = limit - page.len();
                page.extend(hold.take(left).map(|(entry, _)| entry.rank));
            }
            places.start = block_end;
        }
        page
    }
}
