//! ICE's checks, as far as telling whose they are needs it ([RFC 8445 section 7.2.2]).
//!
//! USERNAME is the fragment of who is asked, a colon, and the sender's own; MESSAGE-INTEGRITY is keyed with the password
//! of who is asked. So the first datagram of a stranger says which connection it is for, and proves it.
//!
//! [RFC 8445 section 7.2.2]: https://www.rfc-editor.org/rfc/rfc8445#section-7.2.2

use wire::stun::{STUN, message_integrity};

/// No check is longer: STUN over UDP keeps below what any path takes (RFC 8489 section 6.1), and a USERNAME has at most
/// 508 bytes (section 14.3).
const LONGEST: usize = 1280;

/// A Binding request.
#[derive(Debug)]
pub(crate) struct Check<'a> {
    bytes: &'a [u8],
    /// The fragment of who is asked.
    pub(crate) asked: String,
    /// Whether the pair is to be used (RFC 8445 section 7.1.2).
    pub(crate) nominates: bool,
    /// Where MESSAGE-INTEGRITY begins, and what it says.
    signed: (usize, [u8; 20]),
}

/// The first byte of RTP and DTLS is above (RFC 7983 section 7).
pub(crate) fn is_stun(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|first| *first < 4)
}

/// A success or an error response, by the class bits of the message type (RFC 8489 section 5).
pub(crate) fn is_response(bytes: &[u8]) -> bool {
    is_stun(bytes) && bytes.first().is_some_and(|first| first & 1 == 1)
}

impl<'a> Check<'a> {
    /// Reads one; `None` for what is none.
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
        // 0x0001, a Binding request: nothing else needs to be taken apart, and nothing that is as long as no check is.
        // Anybody may send it, and to take a thousand attributes apart costs the time of all members.
        if !bytes.starts_with(&[0, 1]) || bytes.len() > LONGEST {
            return None;
        }
        let message = STUN.dissect(bytes);
        let value = |name| {
            let span = message.find(name)?.span;
            let attribute = message.bytes(span);
            let length = usize::from(u16::from_be_bytes([*attribute.get(2)?, *attribute.get(3)?]));
            Some((span.start as usize, attribute.get(4..4 + length)?))
        };
        let (named, username) = value("USERNAME")?;
        let (start, sum) = value("MESSAGE-INTEGRITY")?;
        // What stands behind the sum is not under it (RFC 8489 section 14.5).
        let nominates = value("USE-CANDIDATE").is_some_and(|(at, _)| at < start);
        let asked = username.split(|byte| *byte == b':').next()?;
        let asked = (named < start).then(|| str::from_utf8(asked).ok())??.to_owned();
        Some(Self { bytes, asked, nominates, signed: (start, sum.try_into().ok()?) })
    }

    /// Whether its sender knows the password.
    pub(crate) fn is_signed_with(&self, password: &str) -> bool {
        let (start, sum) = self.signed;
        self.bytes.get(..start).is_some_and(|before| message_integrity(before, password.as_bytes()) == sum)
    }
}

#[cfg(test)]
mod tests {
    use wire::stun::{Class, Message, kind};

    use super::*;

    fn check(username: &str, password: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        Message::begin(&mut bytes, Class::Request, kind::BINDING, *b"ping-pong-01")
            .attribute(kind::USERNAME, username.as_bytes())
            .attribute(0x0025, &[])
            .integrity(password.as_bytes())
            .fingerprint()
            .finish()
            .unwrap();
        bytes
    }

    #[test]
    fn a_check_says_whom_it_asks_and_only_the_right_password_proves_it() {
        let bytes = check("sfu1:tab7", "secret");
        let check = Check::read(&bytes).unwrap();
        assert_eq!((check.asked.as_str(), check.nominates), ("sfu1", true));
        assert!(check.is_signed_with("secret"));
        assert!(!check.is_signed_with("secreT"));
    }

    #[test]
    fn the_longest_fragments_fit_and_what_is_longer_is_not_looked_at() {
        // 256 characters each at most (RFC 8839 section 5.4), and a colon: more than RFC 8489 has room for.
        let longest = format!("{}:{}", "s".repeat(256), "t".repeat(256));
        assert!(Check::read(&check(&longest, "secret")).is_some_and(|check| check.is_signed_with("secret")));
        let mut bytes = Vec::new();
        let mut message = Message::begin(&mut bytes, Class::Request, kind::BINDING, *b"ping-pong-01")
            .attribute(kind::USERNAME, b"sfu1:tab7");
        for _ in 0..400 {
            message = message.attribute(0x8888, &[]);
        }
        message.integrity(b"secret").fingerprint().finish().unwrap();
        assert!(Check::read(&bytes).is_none(), "{} bytes", bytes.len());
    }

    #[test]
    fn no_cut_or_flipped_check_passes() {
        let whole = check("sfu1:tab7", "secret");
        for length in 0..whole.len() {
            let passes = Check::read(&whole[..length]).is_some_and(|check| check.is_signed_with("secret"));
            // FINGERPRINT, the last eight bytes, is not under the sum; the length field is put right for it.
            assert!(!passes || length >= whole.len() - 8, "cut to {length}");
        }
        for at in 20..whole.len() - 8 {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            let passes = Check::read(&bytes).is_some_and(|check| {
                check.asked == "sfu1" && check.nominates && check.is_signed_with("secret")
            });
            assert!(!passes, "byte {at} flipped");
        }
    }
}
