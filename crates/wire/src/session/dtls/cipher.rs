//! Record protection of TLS 1.2: keys from the master secret (RFC 5246 section 6.3), and what each AEAD cipher makes of
//! a record (section 6.2.3.3).
//!
//! Those that WebRTC's stacks choose: AES-GCM (RFC 5288) and ChaCha20-Poly1305 (RFC 7905).

use crate::dtls::record::Record;

/// What a cipher suite means for a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Protection {
    /// As it is called in a sentence.
    pub(super) name: &'static str,
    algorithm: Algorithm,
    hash: Hash,
    /// How many bytes of the nonce travel in front of the ciphertext.
    pub(super) explicit_nonce: usize,
    /// And how many come out of the key block.
    fixed_iv: usize,
}

/// All of these have a tag of 16 bytes.
pub(super) const TAG_LEN: usize = 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Algorithm {
    Aes128Gcm,
    Aes256Gcm,
    ChaCha20Poly1305,
}

/// Of the pseudorandom function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hash {
    Sha256,
    Sha384,
}

impl Protection {
    /// What the suite of that number means, where it is one that can be opened here.
    pub(super) fn of(suite: u16) -> Option<Self> {
        let (name, algorithm, explicit_nonce) = match suite {
            0x009c | 0x009e | 0xc02b | 0xc02f => ("AES-128-GCM", Algorithm::Aes128Gcm, 8),
            0x009d | 0x009f | 0xc02c | 0xc030 => ("AES-256-GCM", Algorithm::Aes256Gcm, 8),
            0xcca8..=0xccaa => ("ChaCha20-Poly1305", Algorithm::ChaCha20Poly1305, 0),
            _ => return None,
        };
        let hash = if algorithm == Algorithm::Aes256Gcm { Hash::Sha384 } else { Hash::Sha256 };
        Some(Self { name, algorithm, hash, explicit_nonce, fixed_iv: 12 - explicit_nonce })
    }
}

#[cfg(feature = "decrypt")]
pub(super) use open::Cipher;
#[cfg(not(feature = "decrypt"))]
pub(super) use shut::Cipher;

/// A record whose tag does not verify.
#[derive(Debug)]
pub(super) struct Forged;

#[cfg(feature = "decrypt")]
mod open {
    use aes_gcm::aead::{Aead, KeyInit, Nonce, Payload};
    use aes_gcm::{Aes128Gcm, Aes256Gcm};
    use chacha20poly1305::ChaCha20Poly1305;
    use sha2::{Digest, Sha256, Sha384};

    use super::super::prf::prf;
    use super::{Algorithm, Forged, Hash, Protection, Record};

    /// The keys of one association.
    pub(in super::super) struct Cipher {
        protection: Protection,
        master: [u8; 48],
        client: Direction,
        server: Direction,
    }

    struct Direction {
        key: Key,
        iv: Vec<u8>,
    }

    enum Key {
        Aes128Gcm(Box<Aes128Gcm>),
        Aes256Gcm(Box<Aes256Gcm>),
        ChaCha20Poly1305(Box<ChaCha20Poly1305>),
    }

    impl std::fmt::Debug for Cipher {
        /// Without the keys.
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.debug_struct("Cipher").field("protection", &self.protection).finish_non_exhaustive()
        }
    }

    impl Cipher {
        /// The keys that this master secret makes: key block, RFC 5246 section 6.3.
        pub(in super::super) fn new(
            protection: Protection,
            master: &[u8; 48],
            client_random: &[u8; 32],
            server_random: &[u8; 32],
        ) -> Option<Self> {
            let key_len = if protection.algorithm == Algorithm::Aes128Gcm { 16 } else { 32 };
            let iv_len = protection.fixed_iv;
            let seed = [&server_random[..], client_random].concat();
            let block = prf(protection.hash, master, b"key expansion", &seed, 2 * (key_len + iv_len));
            let (client_key, rest) = block.split_at_checked(key_len)?;
            let (server_key, rest) = rest.split_at_checked(key_len)?;
            let (client_iv, server_iv) = rest.split_at_checked(iv_len)?;
            let direction = |key: &[u8], iv: &[u8]| {
                Some(Direction { key: Key::new(protection.algorithm, key)?, iv: iv.to_vec() })
            };
            Some(Self {
                protection,
                master: *master,
                client: direction(client_key, client_iv)?,
                server: direction(server_key, server_iv)?,
            })
        }

        /// What the suite that was agreed on means, whatever a hello says later.
        pub(in super::super) fn protection(&self) -> Protection {
            self.protection
        }

        /// The plaintext of a record's fragment.
        pub(in super::super) fn open(
            &self,
            by_client: bool,
            record: &Record,
            fragment: &[u8],
        ) -> Result<Vec<u8>, Forged> {
            let direction = if by_client { &self.client } else { &self.server };
            let (explicit, sealed) =
                fragment.split_at_checked(self.protection.explicit_nonce).ok_or(Forged)?;
            let length = sealed.len().checked_sub(super::TAG_LEN).ok_or(Forged)?;
            let number = u64::from(record.epoch) << 48 | record.sequence_number;
            let mut nonce = direction.iv.clone();
            nonce.extend_from_slice(explicit);
            if explicit.is_empty() {
                // RFC 7905 section 2: the number, on the right.
                for (byte, number) in nonce.iter_mut().rev().zip(number.to_le_bytes()) {
                    *byte ^= number;
                }
            }
            let mut aad = number.to_be_bytes().to_vec();
            aad.push(record.content_type);
            aad.extend_from_slice(&record.version.to_be_bytes());
            aad.extend_from_slice(&u16::try_from(length).map_err(|_| Forged)?.to_be_bytes());
            direction.key.open(&nonce, Payload { msg: sealed, aad: &aad })
        }

        /// What a Finished must say after these messages (RFC 5246 section 7.4.9).
        pub(in super::super) fn verify_data(&self, by_client: bool, transcript: &[u8]) -> Vec<u8> {
            let label: &[u8] = if by_client { b"client finished" } else { b"server finished" };
            let sum = match self.protection.hash {
                Hash::Sha256 => Sha256::digest(transcript).to_vec(),
                Hash::Sha384 => Sha384::digest(transcript).to_vec(),
            };
            prf(self.protection.hash, &self.master, label, &sum, 12)
        }
    }

    impl Key {
        fn new(algorithm: Algorithm, key: &[u8]) -> Option<Self> {
            Some(match algorithm {
                Algorithm::Aes128Gcm => Self::Aes128Gcm(Box::new(Aes128Gcm::new_from_slice(key).ok()?)),
                Algorithm::Aes256Gcm => Self::Aes256Gcm(Box::new(Aes256Gcm::new_from_slice(key).ok()?)),
                Algorithm::ChaCha20Poly1305 => {
                    Self::ChaCha20Poly1305(Box::new(ChaCha20Poly1305::new_from_slice(key).ok()?))
                }
            })
        }

        fn open(&self, nonce: &[u8], payload: Payload<'_, '_>) -> Result<Vec<u8>, Forged> {
            // A nonce of another length would panic.
            let nonce: [u8; 12] = nonce.try_into().map_err(|_| Forged)?;
            match self {
                Self::Aes128Gcm(key) => key.decrypt(&Nonce::<Aes128Gcm>::from(nonce), payload),
                Self::Aes256Gcm(key) => key.decrypt(&Nonce::<Aes256Gcm>::from(nonce), payload),
                Self::ChaCha20Poly1305(key) => key.decrypt(&Nonce::<ChaCha20Poly1305>::from(nonce), payload),
            }
            .map_err(|_| Forged)
        }
    }
}

#[cfg(not(feature = "decrypt"))]
mod shut {
    use super::{Forged, Protection, Record};

    /// No cipher: this build leaves what is encrypted as it is.
    #[derive(Debug)]
    pub(in super::super) struct Cipher(std::convert::Infallible);

    impl Cipher {
        pub(in super::super) fn new(_: Protection, _: &[u8; 48], _: &[u8; 32], _: &[u8; 32]) -> Option<Self> {
            None
        }

        pub(in super::super) fn protection(&self) -> Protection {
            match self.0 {}
        }

        pub(in super::super) fn open(&self, _: bool, _: &Record, _: &[u8]) -> Result<Vec<u8>, Forged> {
            match self.0 {}
        }

        pub(in super::super) fn verify_data(&self, _: bool, _: &[u8]) -> Vec<u8> {
            match self.0 {}
        }
    }
}
