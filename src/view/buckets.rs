//! Sorting millions of things that fall into many small groups: dealt out first, each group is sorted by itself.

/// All items by bucket, those of each in the order that `sort` makes. `items` gives them twice, each with the number
/// of its bucket, below `buckets`.
pub(super) fn in_buckets<T: Copy, I: Iterator<Item = (usize, T)>>(
    buckets: usize,
    filler: T,
    items: impl Fn() -> I,
    sort: impl Fn(&mut [T]),
) -> Vec<T> {
    // The place of the next item of each bucket: at first that of its first item, in the end the one behind its last.
    let mut next = vec![0_usize; buckets];
    for (bucket, _) in items() {
        if let Some(next) = next.get_mut(bucket) {
            *next += 1;
        }
    }
    let mut total = 0;
    for next in &mut next {
        (*next, total) = (total, total + *next);
    }
    let mut sorted = vec![filler; total];
    for (bucket, item) in items() {
        if let Some(next) = next.get_mut(bucket) {
            if let Some(slot) = sorted.get_mut(*next) {
                *slot = item;
            }
            *next += 1;
        }
    }
    let (mut rest, mut start) = (sorted.as_mut_slice(), 0);
    for end in next {
        let Some((bucket, behind)) = rest.split_at_mut_checked(end - start) else {
            break;
        };
        sort(bucket);
        (rest, start) = (behind, end);
    }
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_a_sort(items in prop::collection::vec((0..9_usize, any::<u8>()), 0..200)) {
            let mut expected = items.clone();
            expected.sort_unstable();
            let sorted = in_buckets(10, 0, || items.iter().copied(), <[u8]>::sort_unstable);
            prop_assert!(sorted.into_iter().eq(expected.into_iter().map(|(_, item)| item)));
        }
    }
}
