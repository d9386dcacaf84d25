//! What the WebSocket exercises call right is what others read: `wire`, and tungstenite.

use std::io::{Cursor, Read, Result, Write};

use exercises::websocket::close_code::is_sendable;
use exercises::websocket::frame_header::headers;
use exercises::websocket::reassemble::{Event, streams};
use tungstenite::error::ProtocolError;
use tungstenite::protocol::{Role, WebSocket};
use tungstenite::{Error, Message};
use wire::Severity;
use wire::websocket::FRAME;

#[test]
fn a_close_code_may_be_sent_where_wire_finds_no_fault_with_it() {
    for code in 0..=u16::MAX {
        let [high, low] = code.to_be_bytes();
        let frame = [0x88, 2, high, low];
        let fault = FRAME.dissect(&frame).worst() == Some(Severity::Error);
        assert_eq!(is_sendable(code), !fault, "{code}");
    }
}

#[test]
fn a_header_is_broken_where_wire_finds_a_fault() {
    // Where no extension was agreed on is what only the handshake knows: wire notes RSV1, and finds no fault.
    for (name, bytes, whole) in headers().filter(|(_, bytes, _)| bytes[0] & 0x70 != 0x40) {
        let tree = FRAME.dissect(bytes);
        let faulty = ["FIN, RSV, opcode", "Extended payload length"].iter().any(|field| {
            let about = tree.notes().iter().filter(|note| note.severity == Severity::Error);
            about.map(|note| tree.nodes()[note.node as usize].field.name).any(|name| name == *field)
        });
        assert_eq!(faulty, !whole, "{name}: {:?}", tree.notes());
    }
}

#[test]
fn the_events_of_each_stream_are_those_of_tungstenite() {
    for (name, stream, right) in streams() {
        let mut socket = WebSocket::from_raw_socket(Peer(Cursor::new(stream)), Role::Client, None);
        let mut events = Vec::new();
        loop {
            match socket.read() {
                Ok(Message::Text(text)) => events.push(Event::Text(text.as_str().to_owned())),
                Ok(Message::Binary(bytes)) => events.push(Event::Binary(bytes.to_vec())),
                Ok(Message::Ping(payload)) => events.push(Event::SendPong(payload.to_vec())),
                Ok(_) => {}
                Err(Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)) => break,
                Err(Error::Utf8(_)) => {
                    events.push(Event::Fail(1007));
                    break;
                }
                Err(Error::Protocol(_)) => {
                    events.push(Event::Fail(1002));
                    break;
                }
                Err(error) => panic!("{name}: {error}"),
            }
        }
        assert_eq!(events, right, "{name}");
    }
}

/// A peer that says its piece and listens to nothing.
struct Peer(Cursor<&'static [u8]>);

impl Read for Peer {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Peer {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}
