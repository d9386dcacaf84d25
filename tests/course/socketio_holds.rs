//! What the Socket.IO exercises call right is what `wire` reads, which was held against other implementations.

use std::time::Duration;

use exercises::socketio::decode::{self, Broken, Packet};
use exercises::socketio::is_it_websocket::{self, Answer};
use wire::engineio::ENGINEIO;
use wire::socketio::SOCKETIO;
use wire::trace::Event;
use wire::{Node, Session, Severity};

#[test]
fn each_message_has_the_parts_that_wire_finds() {
    for (name, text, right) in decode::questions() {
        // Wire takes a 4 for Socket.IO's where a URL says so. Here nobody does, so the 4 comes off first.
        let inside = text.strip_prefix('4').filter(|inside| !inside.is_empty());
        let tree =
            inside.map_or_else(|| ENGINEIO.dissect(text.as_bytes()), |t| SOCKETIO.dissect(t.as_bytes()));
        let number = |field| tree.find(field).and_then(Node::uint);
        let Ok(packet) = right else {
            // Where nothing stands wire has nothing to point at, and an id may have as many digits as it likes.
            let known = text.is_empty() || text == "4" || right == Err(Broken::Id) && !text.starts_with("43");
            assert!(
                known || tree.worst() == Some(Severity::Error),
                "{name}: wire finds no fault with {text}"
            );
            continue;
        };
        assert_ne!(tree.worst(), Some(Severity::Error), "{name}: {:?}", tree.notes());
        match packet {
            Packet::Engine { kind, .. } => {
                assert_eq!(number("Engine.IO packet type"), Some(u64::from(kind)), "{name}");
            }
            Packet::Socket { kind, attachments, namespace, id, payload } => {
                assert_eq!(number("packet type"), Some(u64::from(kind)), "{name}");
                assert_eq!(number("binary attachments").unwrap_or(0), u64::from(attachments), "{name}");
                assert_eq!(number("acknowledgment id"), id, "{name}");
                let named = tree.find("namespace").map_or(&b"/"[..], |node| tree.bytes(node.span));
                assert_eq!(named, namespace.as_bytes(), "{name}");
                let found = tree.find("payload").or(tree.find("data"));
                assert_eq!(
                    found.map_or(&b""[..], |node| tree.bytes(node.span)),
                    payload.as_bytes(),
                    "{name}"
                );
            }
        }
    }
}

#[test]
fn each_handshake_is_whole_or_broken_as_wire_says() {
    for (capture, right) in is_it_websocket::answers() {
        if !matches!(right, Answer::WebSocket | Answer::EngineIo | Answer::Failed) {
            continue;
        }
        let (client, server) = ("192.0.2.1:50000".parse().unwrap(), "192.0.2.2:80".parse().unwrap());
        let asked = Event::tcp(Duration::ZERO, client, server, capture.client);
        let answered = Event::tcp(Duration::from_millis(1), server, client, capture.server);
        let mut session = Session::new(None);
        assert_ne!(session.dissect(&asked).worst(), Some(Severity::Error), "{}", capture.story);
        let tree = session.dissect(&answered);
        let refused = tree.worst() == Some(Severity::Error);
        let frame = Event::tcp(Duration::from_millis(2), server, client, *b"\x81\x012");
        let frame = session.dissect(&frame);
        let frames = frame.find("opcode").is_some();
        assert_eq!(refused || !frames, right == Answer::Failed, "{}: {:?}", capture.story, tree.notes());
        let ping = frame.find("Engine.IO packet").is_some();
        assert_eq!(ping && right != Answer::Failed, right == Answer::EngineIo, "{}", capture.story);
    }
}
