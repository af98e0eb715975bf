//! What a run is asked to do.

use std::collections::BTreeSet;

/// Rows and sizes of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Arguments {
    /// Rows by their numbers.
    pub(crate) rows: BTreeSet<u32>,
    /// Facts of the generated graphs, smallest first.
    pub(crate) sizes: Vec<u32>,
}

/// Rows there are.
const ROWS: std::ops::RangeInclusive<u32> = 1..=8;
const SIZES: [u32; 3] = [100_000, 1_000_000, 10_000_000];

impl Arguments {
    /// Reads `--rows 1,2 --sizes 100k,1M`; what is missing or empty means all.
    ///
    /// # Errors
    ///
    /// What cannot be understood, for people.
    pub(crate) fn read(given: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut arguments = Self {
            rows: ROWS.collect(),
            sizes: SIZES.to_vec(),
        };
        let mut given = given.into_iter();
        while let Some(name) = given.next() {
            match name.as_str() {
                // Cargo says so to every benchmark.
                "--bench" => {}
                "--rows" => arguments.read_rows(&given.next().unwrap_or_default())?,
                "--sizes" => arguments.read_sizes(&given.next().unwrap_or_default())?,
                _ => return Err(format!("'{name}' is neither --rows nor --sizes")),
            }
        }
        Ok(arguments)
    }

    fn read_rows(&mut self, list: &str) -> Result<(), String> {
        let rows: BTreeSet<u32> = values(list, |text| text.parse().ok().filter(|row| ROWS.contains(row)))?
            .into_iter()
            .collect();
        if !rows.is_empty() {
            self.rows = rows;
        }
        Ok(())
    }

    fn read_sizes(&mut self, list: &str) -> Result<(), String> {
        let mut sizes = values(list, size)?;
        sizes.sort_unstable();
        if !sizes.is_empty() {
            self.sizes = sizes;
        }
        Ok(())
    }

    /// Whether a row is asked for.
    pub(crate) fn wants(&self, row: u32) -> bool {
        self.rows.contains(&row)
    }

    /// The sizes from a million facts on.
    pub(crate) fn large(&self) -> impl Iterator<Item = u32> {
        self.sizes.iter().copied().filter(|size| *size >= 1_000_000)
    }
}

fn values<T>(list: &str, read: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, String> {
    list.split(',')
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .map(|text| read(text).ok_or_else(|| format!("'{text}' is no row from 1 to 8, and no size such as 100k or 10M")))
        .collect()
}

fn size(text: &str) -> Option<u32> {
    let (digits, factor) = match text.to_ascii_lowercase() {
        text if text.ends_with('k') => (text.trim_end_matches('k').to_owned(), 1_000),
        text if text.ends_with('m') => (text.trim_end_matches('m').to_owned(), 1_000_000),
        text => (text, 1),
    };
    // Below a thousand facts there is nothing to measure; above, the numbers of entries no longer fit.
    let facts = digits.parse::<u32>().ok()?.checked_mul(factor)?;
    (1_000..=500_000_000).contains(&facts).then_some(facts)
}

/// A number of facts as it is said: `100k`, `10M`.
pub(crate) fn said(facts: u32) -> String {
    match facts {
        _ if facts.is_multiple_of(1_000_000) => format!("{}M", facts / 1_000_000),
        _ if facts.is_multiple_of(1_000) => format!("{}k", facts / 1_000),
        _ => facts.to_string(),
    }
}
