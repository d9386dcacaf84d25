//! Chance, or a repeatable stand-in for it.

/// Where an example's transaction ids and the like come from.
///
/// Without a seed they come from the operating system, as a protocol that has to resist guessing demands
/// (RFC 8489 section 5). With one they repeat, so that two runs can be compared, and anyone can guess them.
#[derive(Clone, Debug)]
pub struct Random(Option<fastrand::Rng>);

impl Random {
    /// Repeatable where a seed is given.
    #[must_use]
    pub fn new(seed: Option<u64>) -> Self {
        Self(seed.map(fastrand::Rng::with_seed))
    }

    /// The next `N` bytes.
    ///
    /// # Panics
    /// Where the operating system has no randomness to give: nothing safe could be sent then.
    #[must_use]
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        match &mut self.0 {
            Some(seeded) => seeded.fill(&mut bytes),
            None => getrandom::fill(&mut bytes).expect("the operating system gives random bytes"),
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn a_seed_repeats_and_another_one_does_not() {
        let first = |seed| Random::new(seed).bytes::<12>();
        assert_eq!(first(Some(1)), first(Some(1)));
        assert_ne!(first(Some(1)), first(Some(2)));
        assert_ne!(first(None), first(None));
    }

    #[test]
    fn a_seed_gives_these_bytes_in_every_version() {
        assert_eq!(Random::new(Some(1)).bytes::<4>(), [177, 190, 209, 182]);
    }
}
