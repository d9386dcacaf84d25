//! # agora::sign_token: pack and sign a token
//!
//! Who may join, where, and until when? Your server decides it, and Agora's servers must believe it, though the two never
//! talk. So your server writes it down, signs it with a secret that both know, the App Certificate, and hands it to
//! the client. That is an AccessToken2. Text and numbers in it are packed like this:
//!
//! ```text
//!   number   2 or 4 bytes, the low byte first    600 in 4 bytes is 58 02 00 00
//!   text     its length, 2 bytes; then its bytes "demo" is 04 00 64 65 6d 6f
//! ```
//!
//! What is signed, from the first byte to the last:
//!
//! ```text
//!   App ID, a text
//!   issued 4   expire 4   salt 4         expire: for how many seconds, not until when
//!   how many services 2                  here 1
//!   service type 2                       here 1, which is RTC: calls
//!   how many privileges 2                then each of them, the smallest number first: number 2, seconds 4
//!   channel, a text
//!   uid, a text                          its decimal digits; for uid 0, which is anybody, an empty text
//! ```
//!
//! The signature is HMAC-SHA256 (RFC 2104), three times. Look twice at what is the key and what is the message: in the first two
//! the secret is the message.
//!
//! ```text
//!   a         = HMAC(key: issued in 4 bytes,  message: the certificate, as the text that it is)
//!   b         = HMAC(key: salt in 4 bytes,    message: a)
//!   signature = HMAC(key: b,                  message: what is signed)
//!
//!   token     = "007" base64( deflate( length of the signature 2, signature, what is signed ) )
//! ```
//!
//! By hand first: how does the channel "ping" begin, in hex? 04 00 70 69 6e 67.
//!
//! Check: `cargo run -- check agora::sign_token`. The page: agora.html#packing-and-signing

use exercises::agora::sign_token::{Token, base64, deflate, hmac_sha256};

/// What is signed.
///
/// `token` has `app_id`, `issued`, `expire`, `salt`, `channel`, `uid`, a u32, and `privileges`, a `Vec` of numbers and seconds,
/// in no order. Useful: `to_le_bytes`, `extend_from_slice`, `sort`.
pub fn pack(token: &Token) -> Vec<u8> {
    todo!()
}

/// The whole token, for the client.
///
/// Useful: `hmac_sha256(key, message)`, `deflate(bytes)`, `base64(bytes)`, `certificate.as_bytes()`.
pub fn sign(token: &Token, certificate: &str) -> String {
    todo!()
}

exercises::check!(agora::sign_token(pack, sign));
