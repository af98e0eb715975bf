//! Who is told of how often: a power law with a flattened top.

use super::random::Random;

/// Zipf–Mandelbrot weights `1 / (place + shift)`, the degree exponent 2 that event graphs come close to. The
/// shift is what keeps the best known from being in more than their share.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Popularity {
    count: u32,
    shift: f64,
}

impl Popularity {
    /// Over so many places, of which the first has this share of all.
    pub(crate) fn new(count: u32, top_share: f64) -> Self {
        // The larger the shift the smaller the first share.
        let (mut low, mut high) = (1e-6, f64::from(count));
        for _ in 0..100 {
            let shift = f64::midpoint(low, high);
            if (Self { count, shift }).first_share() > top_share {
                low = shift;
            } else {
                high = shift;
            }
        }
        Self { count, shift: high }
    }

    fn first_share(&self) -> f64 {
        (1.0 / self.shift).ln_1p() / self.span()
    }

    fn span(&self) -> f64 {
        (f64::from(self.count) / self.shift).ln_1p()
    }

    /// A place, the first most often.
    pub(crate) fn draw(&self, random: &mut Random) -> u32 {
        let place = self.shift * (random.unit() * self.span()).exp_m1();
        (place as u32).min(self.count - 1)
    }
}
