//! The keys of a WebRTC peer's DTLS associations, as the lines of a TLS key log.
//!
//! The stack lets its cryptography be plugged in. [`KeyLog`] is a provider that leaves all work to another one and
//! hands out one thing that passes by: the master secret, at the moment when record keys are made of it. Whoever has
//! that line and the datagrams can decrypt them: `wire::Session`, Wireshark, tshark. So nothing else is recorded.
//!
//! No key leaves a peer whose configuration does not name such a provider: it is for a lab that its reader started, and
//! for `--pcap` and `--keylog`.

use std::fmt::Write as _;
use std::sync::Arc;

use rtc::crypto::{
    ActiveKeyExchange, AeadAlgorithm, AeadCipher, BlockCipherAlgorithm, CbcAlgorithm, CbcCipher,
    CryptoAlgorithm, CryptoError, HashAlgorithm, HmacAlgorithm, KeyExchangeAlgorithm, Mac, PublicKey,
    RTCCrypto, RTCCryptoProvider, RTCRandom, SignatureScheme, SigningKey, StreamCipher,
    StreamCipherAlgorithm, default_provider,
};

/// Takes one line of a key log, without its end: `CLIENT_RANDOM <client random> <master secret>`, both in hex. A
/// secret is handed over once for each direction of each end, so the same line may come several times.
pub type Sink = Arc<dyn Fn(&str) + Send + Sync>;

/// A crypto provider that tells the keys it makes.
pub struct KeyLog {
    inner: Arc<dyn RTCCryptoProvider>,
    sink: Sink,
}

impl KeyLog {
    /// The stack's default provider, telling `sink`.
    ///
    /// # Errors
    /// Where the stack was built without a provider.
    pub fn new(sink: Sink) -> Result<Self, CryptoError> {
        Ok(Self { inner: default_provider()?, sink })
    }
}

impl std::fmt::Debug for KeyLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyLog").field("inner", &self.inner.name()).finish_non_exhaustive()
    }
}

impl RTCCryptoProvider for KeyLog {
    fn name(&self) -> &'static str {
        "keylog"
    }

    fn crypto(&self) -> &dyn RTCCrypto {
        self
    }

    fn random(&self) -> &dyn RTCRandom {
        self.inner.random()
    }
}

/// Sees what is summed with which key. TLS 1.2 makes its record keys of the master secret by HMAC: RFC 5246
/// section 6.3.
struct Overheard {
    inner: Box<dyn Mac>,
    key: Vec<u8>,
    sink: Sink,
}

/// The label of the PRF that makes record keys, before `server_random` and `client_random`.
const KEY_EXPANSION: &[u8] = b"key expansion";
const RANDOM_LEN: usize = 32;

impl Overheard {
    /// The first HMAC of that PRF is over label and seed alone, with the master secret for a key (RFC 5246 section 5).
    fn line(&self, summed: &[u8]) -> Option<String> {
        let (_server, client) = summed.strip_prefix(KEY_EXPANSION)?.split_at_checked(RANDOM_LEN)?;
        (client.len() == RANDOM_LEN).then(|| format!("CLIENT_RANDOM {} {}", hex(client), hex(&self.key)))
    }
}

impl Mac for Overheard {
    fn output_len(&self) -> usize {
        self.inner.output_len()
    }

    fn sign(&mut self, input: &[&[u8]], out: &mut [u8]) -> Result<(), CryptoError> {
        if let Some(line) = self.line(&input.concat()) {
            (self.sink)(&line);
        }
        self.inner.sign(input, out)
    }

    fn verify(&mut self, input: &[&[u8]], expected: &[u8]) -> Result<(), CryptoError> {
        self.inner.verify(input, expected)
    }
}

impl RTCCrypto for KeyLog {
    fn new_hmac(&self, algorithm: HmacAlgorithm, key: &[u8]) -> Result<Box<dyn Mac>, CryptoError> {
        let inner = self.inner.crypto().new_hmac(algorithm, key)?;
        Ok(Box::new(Overheard { inner, key: key.to_vec(), sink: Arc::clone(&self.sink) }))
    }

    fn supports(&self, algorithm: CryptoAlgorithm) -> bool {
        self.inner.crypto().supports(algorithm)
    }

    fn hash(&self, algorithm: HashAlgorithm, data: &[u8]) -> Result<Vec<u8>, CryptoError> {
        self.inner.crypto().hash(algorithm, data)
    }

    fn block_encrypt(
        &self,
        algorithm: BlockCipherAlgorithm,
        key: &[u8],
        block: &mut [u8],
    ) -> Result<(), CryptoError> {
        self.inner.crypto().block_encrypt(algorithm, key, block)
    }

    fn new_stream_cipher(
        &self,
        algorithm: StreamCipherAlgorithm,
        key: &[u8],
    ) -> Result<Box<dyn StreamCipher>, CryptoError> {
        self.inner.crypto().new_stream_cipher(algorithm, key)
    }

    fn new_aead(&self, algorithm: AeadAlgorithm, key: &[u8]) -> Result<Box<dyn AeadCipher>, CryptoError> {
        self.inner.crypto().new_aead(algorithm, key)
    }

    fn new_cbc(&self, algorithm: CbcAlgorithm, key: &[u8]) -> Result<Box<dyn CbcCipher>, CryptoError> {
        self.inner.crypto().new_cbc(algorithm, key)
    }

    fn start_key_exchange(
        &self,
        algorithm: KeyExchangeAlgorithm,
    ) -> Result<Box<dyn ActiveKeyExchange>, CryptoError> {
        self.inner.crypto().start_key_exchange(algorithm)
    }

    fn generate_signing_key(&self, scheme: SignatureScheme) -> Result<Arc<dyn SigningKey>, CryptoError> {
        self.inner.crypto().generate_signing_key(scheme)
    }

    fn import_signing_key(
        &self,
        scheme: SignatureScheme,
        der: &[u8],
    ) -> Result<Arc<dyn SigningKey>, CryptoError> {
        self.inner.crypto().import_signing_key(scheme, der)
    }

    fn verify_signature(
        &self,
        scheme: SignatureScheme,
        key: PublicKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        self.inner.crypto().verify_signature(scheme, key, message, signature)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// Only what makes record keys is told: no other use of a secret, and nothing that is too short or too long.
    #[test]
    fn the_master_secret_is_told_when_record_keys_are_made_of_it() {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&lines);
        let provider = KeyLog::new(Arc::new(move |line| told.lock().unwrap().push(line.to_owned()))).unwrap();
        let mut mac = provider.new_hmac(HmacAlgorithm::Sha256, &[7; 48]).unwrap();
        let mut out = vec![0; mac.output_len()];
        mac.sign(&[b"key expansion", &[1; 32], &[2; 32]], &mut out).unwrap();
        for other in [&b"master secret"[..], b"key expansio", b"xkey expansion"] {
            mac.sign(&[other, &[1; 32], &[2; 32]], &mut out).unwrap();
        }
        mac.sign(&[b"key expansion", &[1; 32], &[2; 31]], &mut out).unwrap();
        mac.sign(&[&[9; 32], b"key expansion", &[1; 32], &[2; 32]], &mut out).unwrap();
        let line = format!("CLIENT_RANDOM {} {}", "02".repeat(32), "07".repeat(48));
        assert_eq!(*lines.lock().unwrap(), [line]);
    }
}
