//! Numbers that are the same on every machine and in every run.

/// Sebastiano Vigna's `SplitMix64`: short, seedable with any number, and far better than these draws need.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed(self.0)
    }

    /// A number from 0 to `end`, which is left out.
    pub(crate) fn below(&mut self, end: u32) -> u32 {
        // Daniel Lemire, "Fast Random Integer Generation in an Interval", without the rejection: its bias
        // is below one in 2³² / end.
        (((self.bits() >> 32) * u64::from(end)) >> 32) as u32
    }

    /// A number from 0 to 1, which is left out.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// True with this chance.
    pub(crate) fn chance(&mut self, of: f64) -> bool {
        self.unit() < of
    }
}

/// A number that looks like chance and follows from its argument.
pub(crate) const fn mixed(bits: u64) -> u64 {
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
