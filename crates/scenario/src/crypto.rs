//! The stack's cryptography, with chance that comes of a seed.

use std::sync::{Arc, Mutex, PoisonError};

use fastrand::Rng;
use rtc_ice::crypto::{CryptoError, RTCCrypto, RTCCryptoProvider, RTCRandom, default_provider};

/// The default provider, but for its randomness: the agent draws its tie-breaker from it.
pub(crate) struct Seeded {
    inner: Arc<dyn RTCCryptoProvider>,
    random: Random,
}

struct Random(Mutex<Rng>);

impl Seeded {
    pub(crate) fn new(seed: u64) -> Result<Self, CryptoError> {
        Ok(Self { inner: default_provider()?, random: Random(Mutex::new(Rng::with_seed(seed))) })
    }
}

impl RTCCryptoProvider for Seeded {
    fn name(&self) -> &'static str {
        "seeded"
    }

    fn crypto(&self) -> &dyn RTCCrypto {
        self.inner.crypto()
    }

    fn random(&self) -> &dyn RTCRandom {
        &self.random
    }
}

impl RTCRandom for Random {
    fn fill(&self, output: &mut [u8]) -> Result<(), CryptoError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill(output);
        Ok(())
    }
}
