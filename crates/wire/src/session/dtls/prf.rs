//! The pseudorandom function of TLS 1.2: it makes keys of the master secret, and the sum in Finished.

use hmac::{Hmac, Mac};
use sha2::{Sha256, Sha384};

use super::cipher::Hash;

/// `len` bytes of `secret`, `label` and `seed`: RFC 5246 section 5.
pub(super) fn prf(hash: Hash, secret: &[u8], label: &[u8], seed: &[u8], len: usize) -> Vec<u8> {
    let seed = [label, seed].concat();
    match hash {
        Hash::Sha256 => p_hash(len, &seed, |parts| mac(Hmac::<Sha256>::new_from_slice(secret), parts)),
        Hash::Sha384 => p_hash(len, &seed, |parts| mac(Hmac::<Sha384>::new_from_slice(secret), parts)),
    }
}

fn mac<M: Mac, E>(mac: Result<M, E>, parts: &[&[u8]]) -> Vec<u8> {
    // HMAC takes keys of any length.
    let Ok(mut mac) = mac else { return Vec::new() };
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().to_vec()
}

fn p_hash(len: usize, seed: &[u8], hmac: impl Fn(&[&[u8]]) -> Vec<u8>) -> Vec<u8> {
    let (mut a, mut out) = (hmac(&[seed]), Vec::new());
    while out.len() < len && !a.is_empty() {
        out.extend(hmac(&[&a, seed]));
        a = hmac(&[&a]);
    }
    out.truncate(len);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 5246 has no vectors; these are what `openssl kdf -keylen N -kdfopt digest:… TLS1-PRF` gives.
    #[test]
    fn the_pseudorandom_function_gives_what_openssl_gives() {
        let secret = unhex("9bbe436ba940f017b17652849a71db35");
        let seed = unhex("a0ba9f936cda311827a6f796ffd5198c");
        for (hash, expected) in [
            (
                Hash::Sha256,
                "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff70187347b66",
            ),
            (
                Hash::Sha384,
                "dd88775cd827187b67a3f7652b5c13f715791cc46e0274a6d3fb16651103defc544cd8afb68369a219bb918b8b21ddb1764af0a70339e6dec085e574f655851ba692513203536bdfc3675e53768210f0a2389dd324311a440c7c30ef44b391d914c3b0c7c80f1cb5e134cf4253d859fa8a46e978360d095dd2fba0c18a1f4d7b4cf9f24667b5cb0adc5ab65df3a0dc627c9b73cc",
            ),
        ] {
            let expected = unhex(expected);
            assert_eq!(prf(hash, &secret, b"test label", &seed, expected.len()), expected, "{hash:?}");
        }
    }

    fn unhex(digits: &str) -> Vec<u8> {
        let pairs = digits.as_bytes().chunks(2);
        pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
    }
}
