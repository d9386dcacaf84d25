//! WebSocket frames: the examples of RFC 6455 and RFC 7692, and each rule broken once.

use proptest::prelude::*;
use wire::websocket::{FRAME, mask};
use wire::{Context, Dissection, Frames, Severity, Side, Stream, Tree};

mod common;
use common::{complaints, text, tiles, tiles_however_damaged};

/// RFC 6455 section 5.7, and what the summary says of each.
const EXAMPLES: &[(&[u8], &str)] = &[
    (b"\x81\x05Hello", "Text \"Hello\""),
    (b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", "Text \"Hello\""),
    (b"\x01\x03Hel", "Text, 3 bytes, more to come"),
    (b"\x80\x02lo", "Continuation, 2 bytes"),
    (b"\x89\x05Hello", "Ping, 5 bytes"),
    (b"\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", "Pong, 5 bytes"),
    (b"\x88\x05\x03\xe8bye", "Close 1000 Normal Closure"),
    (b"\x88\x00", "Close, 0 bytes"),
    // RFC 7692 section 7.2.3.1, alone.
    (b"\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00", "Text \"Hello\""),
];

fn long(len: usize) -> Vec<u8> {
    let head = match len {
        126..0x1_0000 => [&[0x82, 126][..], &(len as u16).to_be_bytes()].concat(),
        _ => [&[0x82, 127][..], &(len as u64).to_be_bytes()].concat(),
    };
    [head, vec![7; len]].concat()
}

#[test]
fn the_examples_of_the_rfc_read_as_they_say() {
    for (bytes, summary) in EXAMPLES {
        let d = FRAME.dissect(*bytes);
        assert_eq!(d.summary(), *summary);
        assert!(complaints(&d).is_empty(), "{:?}", d.notes());
    }
    for (len, form) in [(256, 2), (65_536, 8)] {
        let bytes = long(len);
        let d = FRAME.dissect(&bytes[..]);
        let length = d.find("Extended payload length").unwrap();
        assert_eq!((length.span.len(), length.uint()), (form, Some(len as u64)));
        assert_eq!(d.bytes(d.find("Application data").unwrap().span).len(), len);
        assert!(d.notes().is_empty(), "{:?}", d.notes());
    }
}

#[test]
fn a_masked_frame_shows_what_travelled_and_what_it_stands_for() {
    let d = FRAME.dissect(EXAMPLES[1].0);
    assert_eq!(d.bytes(d.find("Payload Data").unwrap().span), b"\x7f\x9f\x4d\x51\x58");
    let text = d.find("Application data").unwrap();
    assert_eq!((text.span.source, d.bytes(text.span)), (1, &b"Hello"[..]));
}

#[test]
fn trees() {
    let frames: [(&str, &[u8]); 5] = [
        ("masked_text", EXAMPLES[1].0),
        ("fragment", EXAMPLES[2].0),
        ("close", EXAMPLES[6].0),
        ("compressed", EXAMPLES[8].0),
        ("broken", b"\x79\x7e\x00\x04ping"),
    ];
    for (name, bytes) in frames {
        insta::assert_snapshot!(name, text(&FRAME.dissect(bytes)));
    }
}

const CLIENT: Stream<'_> = Stream { sender: Some(Side::Client), upgrade: None, frames: None, messages: None };
const SERVER: Stream<'_> = Stream { sender: Some(Side::Server), upgrade: None, frames: None, messages: None };
const ALONE: Stream<'_> = Stream { sender: None, upgrade: None, frames: None, messages: None };

fn after(frames: Frames) -> Stream<'static> {
    Stream { frames: Some(frames), ..ALONE }
}

fn dissect<'b>(bytes: &'b [u8], stream: Stream<'_>) -> Dissection<'b> {
    FRAME.dissect_in(Tree::default(), bytes, &Context { stream, ..Context::default() })
}

#[test]
fn each_broken_rule_is_named_with_its_section() {
    let begun = after(Frames { begun: true, ..Frames::default() });
    let deflate = after(Frames { deflate: true, ..Frames::default() });
    let closed = after(Frames { closed: true, ..Frames::default() });
    let none = after(Frames::default());
    let ping_of_126 = [&[0x89, 126, 0, 126][..], &[0; 126]].concat();
    #[rustfmt::skip]
    let cases: &[(&[u8], Stream<'_>, &str, &str)] = &[
        (b"\x81\x02hi", CLIENT, "a client must mask", "RFC 6455 section 5.1"),
        (b"\x81\x82\x00\x00\x00\x00hi", SERVER, "a server must not mask", "RFC 6455 section 5.1"),
        (b"\x83\x00", ALONE, "a reserved opcode", "RFC 6455 section 5.2"),
        (b"\x8b\x00", ALONE, "a reserved opcode", "RFC 6455 section 5.2"),
        (b"\xa1\x00", ALONE, "a reserved bit is set", "RFC 6455 section 5.2"),
        (b"\xc1\x00", none, "a reserved bit is set", "RFC 6455 section 5.2"),
        (b"\xe1\x00", deflate, "a reserved bit is set", "RFC 6455 section 5.2"),
        (b"\xc9\x00", deflate, "RSV1 on a control frame", "RFC 7692 section 6.1"),
        (b"\x09\x00", ALONE, "a control frame must not be fragmented", "RFC 6455 section 5.5"),
        (&ping_of_126, ALONE, "at most 125 bytes", "RFC 6455 section 5.5"),
        (b"\x82\x7e\x00\x7d", ALONE, "needs seven bits", "RFC 6455 section 5.2"),
        (b"\x82\x7f\0\0\0\0\0\0\xff\xff", ALONE, "needs two bytes", "RFC 6455 section 5.2"),
        (b"\x82\x7f\x80\0\0\0\0\0\0\0", ALONE, "the highest bit", "RFC 6455 section 5.2"),
        (b"\x88\x01\x03", ALONE, "one byte", "RFC 6455 section 5.5.1"),
        (b"\x88\x02\x03\xed", ALONE, "1005 must not be sent", "RFC 6455 section 7.4.1"),
        (b"\x88\x02\x03\xee", ALONE, "1006 must not be sent", "RFC 6455 section 7.4.1"),
        (b"\x88\x02\x03\xf7", ALONE, "1015 must not be sent", "RFC 6455 section 7.4.1"),
        (b"\x88\x02\x03\xec", ALONE, "no code that it defines", "RFC 6455 section 7.4.2"),
        (b"\x88\x02\x03\xe7", ALONE, "below 1000", "RFC 6455 section 7.4.2"),
        (b"\x88\x02\x13\x88", ALONE, "from 5000", "RFC 6455 section 7.4.2"),
        (b"\x88\x03\x03\xe8\xff", ALONE, "a reason that is not UTF-8", "RFC 6455 section 8.1"),
        (b"\x81\x02\xc3(", ALONE, "a text message that is not UTF-8", "RFC 6455 section 8.1"),
        (b"\x80\x00", none, "no message was begun", "RFC 6455 section 5.4"),
        (b"\x81\x00", begun, "before the one that was begun has ended", "RFC 6455 section 5.4"),
        (b"\x89\x00", closed, "a frame after Close", "RFC 6455 section 5.5.1"),
        (b"\xc1\x03\xff\xff\xff", ALONE, "no DEFLATE", "RFC 7692 section 7.2.2"),
    ];
    for (bytes, stream, why, section) in cases {
        let d = dissect(bytes, *stream);
        let found = complaints(&d).into_iter().any(|(text, spec)| text.contains(why) && spec == *section);
        assert!(found, "{bytes:02x?} should be told {why:?} ({section}), was {:?}", d.notes());
        assert_eq!(d.worst(), Some(Severity::Error));
    }
}

#[test]
fn what_is_allowed_is_not_complained_of() {
    let begun = after(Frames { begun: true, ..Frames::default() });
    let deflate = after(Frames { deflate: true, ..Frames::default() });
    let cases: &[(&[u8], Stream<'_>)] = &[
        (b"\x81\x82\x00\x00\x00\x00hi", CLIENT),
        (b"\x81\x02hi", SERVER),
        (b"\x89\x00", begun),
        (b"\x80\x00", begun),
        (b"\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00", deflate),
        (b"\x88\x02\x0b\xb8", ALONE),
        (b"\x88\x02\x13\x87", ALONE),
        (b"\x88\x02\x03\xf6", ALONE),
        (b"\x01\x01\xc3", ALONE),
    ];
    for (bytes, stream) in cases {
        let d = dissect(bytes, *stream);
        assert!(complaints(&d).is_empty(), "{bytes:02x?}: {:?}", d.notes());
    }
}

#[test]
fn leaves_tile_every_truncation_and_every_bit_flip() {
    for (bytes, _) in EXAMPLES {
        tiles_however_damaged(&FRAME, bytes);
    }
    tiles_however_damaged(&FRAME, &long(300)[..40]);
}

proptest! {
    #[test]
    fn leaves_tile_whatever_comes(bytes: Vec<u8>) {
        tiles(&FRAME.dissect(&bytes[..]));
    }

    #[test]
    fn masking_twice_is_nothing(bytes: Vec<u8>, key: [u8; 4]) {
        let mut twice = bytes.clone();
        mask(&mut twice, key);
        mask(&mut twice, key);
        prop_assert_eq!(bytes, twice);
    }
}
