//! Any bytes, as both directions of a connection, cut anywhere: every event gives a tree whose leaves tile it.

#![no_main]

use std::net::SocketAddr;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use wire::Session;
use wire::trace::Event;

const HANDSHAKE: [&[u8]; 2] = [
    b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
      Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\
      Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
      Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
];

// The first byte says whether the connection is a WebSocket already, and how long the pieces are; the lowest bit
// of each piece's first byte, who sends it.
fuzz_target!(|bytes: &[u8]| {
    let Some((&plan, bytes)) = bytes.split_first() else { return };
    let ends: [SocketAddr; 2] = [([127, 0, 0, 1], 1).into(), ([127, 0, 0, 1], 2).into()];
    let mut session = Session::new(None);
    let mut piece = |from: usize, bytes: &[u8]| {
        let event = Event::tcp(Duration::ZERO, ends[from], ends[1 - from], bytes);
        let d = session.dissect(&event);
        let mut at = 0;
        for (_, leaf) in d.leaves().filter(|(_, leaf)| leaf.span.source == 0) {
            assert_eq!(leaf.span.start, at, "gap or overlap before {}", leaf.field.name);
            at = leaf.span.end;
        }
        assert_eq!(at as usize, d.wire().len());
        drop(d.summary());
    };
    if plan & 1 == 1 {
        piece(0, HANDSHAKE[0]);
        piece(1, HANDSHAKE[1]);
    }
    for chunk in bytes.chunks(1 + usize::from(plan >> 1)) {
        piece(usize::from(plan & 2 == 2 && chunk[0] & 1 == 1), chunk);
    }
});
