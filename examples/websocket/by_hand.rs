//! A WebSocket client with nothing but a stream of bytes: the handshake, and frames.

use anyhow::{Context, Result, bail, ensure};
use data_encoding::BASE64;
use sha1::{Digest, Sha1};
use tap::Random;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::response::{self, Refused};

pub(crate) const TEXT: u8 = 0x1;
pub(crate) const CLOSE: u8 = 0x8;
/// A frame that is longer is none that this client asked for.
const MOST_PAYLOAD: u64 = 64 << 10;

/// A stream, and what came of it that nobody has read yet: a read ends anywhere.
pub(crate) struct ByHand<S> {
    stream: S,
    received: Vec<u8>,
    random: Random,
}

impl<S: AsyncRead + AsyncWrite + Unpin> ByHand<S> {
    pub(crate) fn new(stream: S, random: Random) -> Self {
        Self { stream, received: Vec::with_capacity(16 << 10), random }
    }

    /// Asks the server to speak WebSocket from now on, and checks that it will.
    pub(crate) async fn handshake(
        &mut self,
        host: &str,
        path: &str,
    ) -> Result<(), Refused> {
        let key = key(&mut self.random);
        self.stream.write_all(request(host, path, &key).as_bytes()).await?;
        let head = response::read(&mut self.stream, &mut self.received).await?;
        head.agrees(&accept(&key))
    }

    /// Sends a frame, under a masking key that is drawn for it alone.
    pub(crate) async fn send(&mut self, opcode: u8, payload: &[u8]) -> Result<()> {
        let frame = frame(opcode, payload, self.random.bytes());
        Ok(self.stream.write_all(&frame).await?)
    }

    /// Sends bytes as they are, right or wrong.
    pub(crate) async fn send_raw(&mut self, bytes: &[u8]) -> Result<()> {
        Ok(self.stream.write_all(bytes).await?)
    }

    /// Waits for a frame: its opcode and its payload.
    pub(crate) async fn receive(&mut self) -> Result<(u8, Vec<u8>)> {
        loop {
            if let Some(frame) = take_frame(&mut self.received)? {
                return Ok(frame);
            }
            let read = self.stream.read_buf(&mut self.received).await?;
            ensure!(read > 0, "the server hung up in place of sending a frame");
        }
    }

    /// The stream, and what came after the handshake: from here on a library can
    /// speak.
    pub(crate) fn into_parts(self) -> (S, Vec<u8>) {
        (self.stream, self.received)
    }
}

// ANCHOR: request
/// An HTTP request that asks to leave HTTP.
fn request(host: &str, path: &str, key: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\n\
         Host: {host}\r\n\
         Upgrade: websocket\r\n\
         Connection: Upgrade\r\n\
         Sec-WebSocket-Key: {key}\r\n\
         Sec-WebSocket-Version: 13\r\n\
         \r\n"
    )
}

/// Sixteen random bytes as base64, new for each connection.
fn key(random: &mut Random) -> String {
    BASE64.encode(&random.bytes::<16>())
}
// ANCHOR_END: request

// ANCHOR: accept
/// RFC 6455 chose it, so that no other protocol answers this by accident.
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// What a server must answer to a key: it has read the request, and speaks
/// WebSocket.
pub(crate) fn accept(key: &str) -> String {
    BASE64.encode(&Sha1::digest(format!("{key}{GUID}")))
}
// ANCHOR_END: accept

// ANCHOR: frame
/// A message in one frame, as a client has to send it: masked.
pub(crate) fn frame(opcode: u8, payload: &[u8], masking_key: [u8; 4]) -> Vec<u8> {
    const FIN: u8 = 0x80; // the message ends with this frame
    const MASK: u8 = 0x80; // a masking key stands before the payload
    let mut frame = vec![FIN | opcode];
    match payload.len() {
        short @ 0..=125 => frame.push(MASK | short as u8),
        medium @ 126..=0xffff => {
            frame.push(MASK | 126);
            frame.extend((medium as u16).to_be_bytes());
        }
        long => {
            frame.push(MASK | 127);
            frame.extend((long as u64).to_be_bytes());
        }
    }
    frame.extend(masking_key);
    let mask = masking_key.iter().cycle();
    frame.extend(payload.iter().zip(mask).map(|(byte, key)| byte ^ key));
    frame
}
// ANCHOR_END: frame

// ANCHOR: take
/// Takes a server's frame off the front of what was received; `None` as long as a
/// part of it is missing. Fragments are not put together here: the library does.
fn take_frame(received: &mut Vec<u8>) -> Result<Option<(u8, Vec<u8>)>> {
    let Some((&[first, second], rest)) = received.split_first_chunk() else {
        return Ok(None);
    };
    ensure!(
        first & 0xf0 == 0x80,
        "a fragment, or a reserved bit that no extension explains"
    );
    ensure!(second & 0x80 == 0, "a masked frame, and servers must not mask");
    let parsed = match second & 0x7f {
        126 => rest
            .split_first_chunk()
            .map(|(len, rest)| (u16::from_be_bytes(*len).into(), rest)),
        127 => rest
            .split_first_chunk()
            .map(|(len, rest)| (u64::from_be_bytes(*len), rest)),
        short => Some((u64::from(short), rest)),
    };
    let Some((length, rest)) = parsed else { return Ok(None) };
    if length > MOST_PAYLOAD {
        bail!("a frame of {length} bytes: expected at most {MOST_PAYLOAD}");
    }
    let length = usize::try_from(length).context("a frame longer than memory")?;
    let Some(payload) = rest.get(..length).map(<[u8]>::to_vec) else {
        return Ok(None);
    };
    let end = received.len() - rest.len() + length;
    received.drain(..end);
    Ok(Some((first & 0x0f, payload)))
}
// ANCHOR_END: take

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rfcs_key_gives_the_rfcs_accept() {
        assert_eq!(
            accept("dGhlIHNhbXBsZSBub25jZQ=="),
            "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
        );
    }

    #[test]
    fn the_rfcs_masked_hello_is_written_byte_for_byte() {
        let hello =
            [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
        assert_eq!(frame(TEXT, b"Hello", [0x37, 0xfa, 0x21, 0x3d]), hello);
    }

    #[test]
    fn each_length_takes_the_shortest_form() {
        for (length, header) in [
            (0, &[0x82, 0x80][..]),
            (125, &[0x82, 0xfd]),
            (126, &[0x82, 0xfe, 0, 126]),
            (65_535, &[0x82, 0xfe, 0xff, 0xff]),
            (65_536, &[0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] {
            let frame = frame(0x2, &vec![0; length], [0; 4]);
            assert_eq!(frame.len(), header.len() + 4 + length);
            assert!(frame.starts_with(header), "{length}: {:02x?}", &frame[..2]);
        }
    }

    #[test]
    fn a_frame_is_taken_when_all_of_it_is_there_and_what_follows_stays() {
        for payload in [vec![], b"ping".to_vec(), vec![7; 126], vec![7; 60_000]] {
            let mut whole = vec![0x81];
            match payload.len() {
                short @ ..=125 => whole.push(short as u8),
                long => {
                    whole.push(126);
                    whole.extend((long as u16).to_be_bytes());
                }
            }
            whole.extend(&payload);
            for cut in (0..whole.len()).step_by(1 + whole.len() / 50) {
                let mut part = whole[..cut].to_vec();
                assert_eq!(take_frame(&mut part).unwrap(), None, "{cut} bytes");
                assert_eq!(part.len(), cut, "nothing is taken");
            }
            whole.push(0x88);
            assert_eq!(take_frame(&mut whole).unwrap(), Some((TEXT, payload)));
            assert_eq!(whole, [0x88]);
        }
    }

    #[test]
    fn what_a_server_must_not_send_is_refused_and_not_waited_for() {
        for (bytes, says) in [
            (&[0x81, 0x84][..], "servers must not mask"),
            (&[0x82, 127, 0xff, 0, 0, 0, 0, 0, 0, 0], "at most 65536"),
        ] {
            let error = take_frame(&mut bytes.to_vec()).unwrap_err();
            assert!(error.to_string().contains(says), "{error}");
        }
    }
}
