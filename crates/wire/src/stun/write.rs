//! Builds STUN messages: the dissector's inverse (RFC 8489 sections 5 and 14).
//!
//! ```
//! use wire::stun::{Class, Message, kind};
//!
//! let mut bytes = Vec::new();
//! Message::begin(&mut bytes, Class::Request, kind::BINDING, *b"ping-pong-01")
//!     .attribute(kind::SOFTWARE, b"wirebook")
//!     .fingerprint()
//!     .finish()?;
//! assert_eq!(bytes.len(), 20 + 12 + 8);
//! # Ok::<(), wire::stun::TooLong>(())
//! ```

use std::net::{IpAddr, SocketAddr};

use super::{HEADER_LEN, MAGIC_COOKIE, fingerprint, kind, message_integrity, message_integrity_sha256};

/// A message being written: a header, and the attributes so far. Its Message Length is right at each step.
///
/// RFC 8489 section 14.5 wants the integrity attributes after all they protect, and FINGERPRINT last; the
/// order is the caller's, so that broken messages can be made too.
#[derive(Debug)]
pub struct Message<'b> {
    bytes: &'b mut Vec<u8>,
    padding: u8,
    fits: bool,
}

/// What a message is: two bits of its type (RFC 8489 section 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Wants a response.
    Request = 0,
    /// Wants none.
    Indication = 1,
    /// The request succeeded.
    SuccessResponse = 2,
    /// The request failed; ERROR-CODE says why.
    ErrorResponse = 3,
}

/// More was written than a length of 16 bits can say: 65,535 bytes after the header. The message is cut off
/// before the attribute that did not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a STUN message holds at most 65,532 bytes of attributes: split or shorten them (RFC 8489 section 5)"
)]
pub struct TooLong;

impl<'b> Message<'b> {
    /// Starts a message in `bytes`, in place of what was there. Of `method` the low 12 bits count. The
    /// transaction ID of a request must be random, which is the caller's business.
    pub fn begin(bytes: &'b mut Vec<u8>, class: Class, method: u16, id: [u8; 12]) -> Self {
        let mut cookie_and_id = [0; 16];
        cookie_and_id[..4].copy_from_slice(&MAGIC_COOKIE.to_be_bytes());
        cookie_and_id[4..].copy_from_slice(&id);
        Self::begin_classic(bytes, class, method, cookie_and_id)
    }

    /// As [`Message::begin`], with a transaction ID of 128 bits as in RFC 3489 section 11.1: where its first
    /// four bytes are not the magic cookie, the other side takes this for a client or server of 2003.
    pub fn begin_classic(bytes: &'b mut Vec<u8>, class: Class, method: u16, id: [u8; 16]) -> Self {
        bytes.clear();
        bytes.extend_from_slice(&message_type(class, method).to_be_bytes());
        bytes.extend_from_slice(&[0, 0]);
        bytes.extend_from_slice(&id);
        Self { bytes, padding: 0, fits: true }
    }

    /// Pads with this byte from here on. RFC 8489 section 14 says zero; RFC 5769 chose spaces, to catch
    /// receivers that look at it.
    #[must_use]
    pub fn pad_with(mut self, byte: u8) -> Self {
        self.padding = byte;
        self
    }

    /// Any attribute: type, length, value, padding (RFC 8489 section 14).
    #[must_use]
    pub fn attribute(mut self, kind: u16, value: &[u8]) -> Self {
        let before = self.bytes.len();
        let after = before + 4 + value.len().next_multiple_of(4);
        self.fits &= value.len() <= 0xffff && after - HEADER_LEN <= 0xffff;
        if self.fits {
            self.bytes.extend_from_slice(&kind.to_be_bytes());
            self.bytes.extend_from_slice(&(value.len() as u16).to_be_bytes());
            self.bytes.extend_from_slice(value);
            self.bytes.resize(after, self.padding);
            let length = (after - HEADER_LEN) as u16;
            self.bytes[2..4].copy_from_slice(&length.to_be_bytes());
        }
        self
    }

    /// An address in clear: MAPPED-ADDRESS and its kin (RFC 8489 section 14.1).
    #[must_use]
    pub fn address(self, kind: u16, address: SocketAddr) -> Self {
        self.masked_address(kind, address, [0; 16])
    }

    /// An address XORed with the magic cookie and the transaction ID: XOR-MAPPED-ADDRESS and its kin
    /// (RFC 8489 section 14.2).
    #[must_use]
    pub fn xor_address(self, kind: u16, address: SocketAddr) -> Self {
        let mut mask = [0; 16];
        mask.copy_from_slice(&self.bytes[4..HEADER_LEN]);
        // In a message of RFC 3489 too, the mask begins with the cookie.
        mask[..4].copy_from_slice(&MAGIC_COOKIE.to_be_bytes());
        self.masked_address(kind, address, mask)
    }

    /// ERROR-CODE: the hundreds in one field and the rest in another, then words for a person
    /// (RFC 8489 section 14.8). `code` is 300 to 699.
    #[must_use]
    pub fn error_code(self, code: u16, reason: &str) -> Self {
        let mut value = vec![0, 0, (code / 100) as u8 & 7, (code % 100) as u8];
        value.extend_from_slice(reason.as_bytes());
        self.attribute(kind::ERROR_CODE, &value)
    }

    /// UNKNOWN-ATTRIBUTES: which types stopped the server (RFC 8489 section 14.13).
    #[must_use]
    pub fn unknown_attributes(self, kinds: &[u16]) -> Self {
        let value: Vec<u8> = kinds.iter().flat_map(|kind| kind.to_be_bytes()).collect();
        self.attribute(kind::UNKNOWN_ATTRIBUTES, &value)
    }

    /// MESSAGE-INTEGRITY: an HMAC-SHA1 over all so far (RFC 8489 section 14.5). The key is the password, or
    /// [`super::long_term_key`].
    #[must_use]
    pub fn integrity(self, key: &[u8]) -> Self {
        let hmac = message_integrity(self.bytes, key);
        self.attribute(kind::MESSAGE_INTEGRITY, &hmac)
    }

    /// MESSAGE-INTEGRITY-SHA256, uncut: an HMAC-SHA256 over all so far (RFC 8489 section 14.6).
    #[must_use]
    pub fn integrity_sha256(self, key: &[u8]) -> Self {
        let hmac = message_integrity_sha256(self.bytes, key, 32);
        self.attribute(kind::MESSAGE_INTEGRITY_SHA256, &hmac)
    }

    /// FINGERPRINT: the CRC-32 of all so far, XORed with "STUN" (RFC 8489 section 14.7).
    #[must_use]
    pub fn fingerprint(self) -> Self {
        let crc = fingerprint(self.bytes);
        self.attribute(kind::FINGERPRINT, &crc.to_be_bytes())
    }

    /// The message is whole.
    ///
    /// # Errors
    /// Where it became longer than its length field can say.
    pub fn finish(self) -> Result<(), TooLong> {
        if self.fits { Ok(()) } else { Err(TooLong) }
    }

    fn masked_address(self, kind: u16, address: SocketAddr, mask: [u8; 16]) -> Self {
        let port = address.port() ^ u16::from_be_bytes([mask[0], mask[1]]);
        let mut value = [0; 20];
        value[2..4].copy_from_slice(&port.to_be_bytes());
        let (family, end) = match address.ip() {
            IpAddr::V4(ip) => (1, put(&mut value[4..], &ip.octets())),
            IpAddr::V6(ip) => (2, put(&mut value[4..], &ip.octets())),
        };
        value[1] = family;
        for (byte, mask) in value[4..].iter_mut().zip(mask) {
            *byte ^= mask;
        }
        self.attribute(kind, &value[..4 + end])
    }
}

/// The 14 bits of a message's type, in which the two bits of the class sit between those of the method
/// (RFC 8489 figure 3).
#[must_use]
pub const fn message_type(class: Class, method: u16) -> u16 {
    let class = class as u16;
    (method & 0xf80) << 2 | (method & 0x070) << 1 | method & 0x00f | (class & 2) << 7 | (class & 1) << 4
}

fn put(target: &mut [u8], octets: &[u8]) -> usize {
    target[..octets.len()].copy_from_slice(octets);
    octets.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::extract;

    #[test]
    fn the_type_has_the_class_between_the_bits_of_the_method() {
        for (class, method, expected) in [
            (Class::Request, 0x001, 0x0001),
            (Class::Indication, 0x001, 0x0011),
            (Class::SuccessResponse, 0x001, 0x0101),
            (Class::ErrorResponse, 0x001, 0x0111),
            (Class::Request, 0x080, 0x0200),
            (Class::ErrorResponse, 0xfff, 0x3fff),
        ] {
            assert_eq!(message_type(class, method), expected, "{class:?} {method:#05x}");
        }
        for method in 0..0x1000 {
            let word = u64::from(message_type(Class::Indication, method));
            assert_eq!((extract(word, 0x3eef), extract(word, 0x0110)), (u64::from(method), 1));
        }
    }

    #[test]
    fn what_does_not_fit_is_an_error_and_leaves_a_message_that_is_sound() {
        let mut bytes = Vec::new();
        let message = Message::begin(&mut bytes, Class::Request, kind::BINDING, [7; 12])
            .attribute(kind::PADDING, &[0; 40_000])
            .attribute(kind::SOFTWARE, &[b'x'; 30_000])
            .fingerprint();
        assert_eq!(message.finish(), Err(TooLong));
        assert_eq!(bytes.len(), 20 + 4 + 40_000);
        assert_eq!(bytes[2..4], 40_004u16.to_be_bytes());
    }
}
