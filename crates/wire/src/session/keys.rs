//! The key log that a trace brings along: which master secret belongs to which handshake.

use std::collections::HashMap;

use crate::trace::Secrets;

/// So many secrets are remembered.
const MOST: usize = 65_536;

/// The random of a ClientHello names the handshake; the secret is what both ends agreed on (RFC 5246 section 8.1).
#[derive(Debug, Default)]
pub(super) struct Keys {
    master_secrets: HashMap<[u8; 32], [u8; 48]>,
}

impl Keys {
    /// Takes the lines of a TLS key log; what else there is, it leaves.
    pub(super) fn learn(&mut self, secrets: &Secrets) {
        if secrets.kind != Secrets::TLS_KEY_LOG {
            return;
        }
        for line in secrets.bytes.split(|byte| *byte == b'\n') {
            let room = self.master_secrets.len() < MOST;
            if let Some((random, secret)) = client_random(line).filter(|_| room) {
                self.master_secrets.insert(random, secret);
            }
        }
    }

    /// The master secret of the handshake that this ClientHello began.
    pub(super) fn master_secret(&self, client_random: &[u8; 32]) -> Option<&[u8; 48]> {
        self.master_secrets.get(client_random)
    }
}

/// `CLIENT_RANDOM <64 hex digits> <96 hex digits>`
fn client_random(line: &[u8]) -> Option<([u8; 32], [u8; 48])> {
    let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let label = words.next()?;
    let (random, secret) = (unhex(words.next()?)?, unhex(words.next()?)?);
    (label == b"CLIENT_RANDOM").then_some((random, secret))
}

fn unhex<const N: usize>(digits: &[u8]) -> Option<[u8; N]> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut bytes = [0; N];
    if digits.len() != 2 * N {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let [high, low] = *pair else { return None };
        *byte = digit(high)? << 4 | digit(low)?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_a_key_log_are_read_and_all_else_is_left() {
        let line = |label: &str, random: &str, secret: &str| {
            format!("{label} {} {}\r\n", random.repeat(32), secret.repeat(48))
        };
        let log = [
            "# a comment\n".to_owned(),
            line("CLIENT_RANDOM", "0a", "fF"),
            line("CLIENT_HANDSHAKE_TRAFFIC_SECRET", "0b", "01"),
            line("CLIENT_RANDOM", "0c", "0"),
            "CLIENT_RANDOM zz\n".to_owned(),
        ];
        let mut keys = Keys::default();
        keys.learn(&Secrets::tls_key_log(log.concat()));
        keys.learn(&Secrets { kind: 1, bytes: line("CLIENT_RANDOM", "0d", "01").into_bytes() });
        assert_eq!(keys.master_secret(&[0x0a; 32]), Some(&[0xff; 48]));
        assert_eq!(keys.master_secrets.len(), 1);
    }
}
