//! What tungstenite writes is read here as what it wrote.

use proptest::prelude::*;
use tungstenite::protocol::frame::Frame;
use tungstenite::protocol::frame::coding::{Control, Data, OpCode};
use wire::Node;
use wire::websocket::FRAME;

mod common;
use common::{complaints, tiles};

fn opcodes() -> impl Strategy<Value = OpCode> {
    prop_oneof![
        Just(OpCode::Data(Data::Continue)),
        Just(OpCode::Data(Data::Binary)),
        Just(OpCode::Control(Control::Ping)),
        Just(OpCode::Control(Control::Pong)),
    ]
}

/// Lengths on both sides of where the form changes.
fn lengths() -> impl Strategy<Value = usize> {
    prop_oneof![0..300_usize, 65_500..65_600_usize]
}

proptest! {
    #[test]
    fn a_frame_is_read_as_it_was_written(
        opcode in opcodes(),
        fin: bool,
        mask: Option<[u8; 4]>,
        len in lengths(),
        seed: u8,
    ) {
        let control = matches!(opcode, OpCode::Control(_));
        let (fin, len) = if control { (true, len.min(125)) } else { (fin, len) };
        let payload: Vec<u8> = (0..len).map(|i| (i as u8).wrapping_mul(seed)).collect();
        let mut frame = Frame::message(payload.clone(), OpCode::Data(Data::Binary), fin);
        frame.header_mut().opcode = opcode;
        frame.header_mut().mask = mask;
        let mut bytes = Vec::new();
        frame.format(&mut bytes).unwrap();
        let d = FRAME.dissect(&bytes[..]);
        tiles(&d);
        prop_assert!(complaints(&d).is_empty(), "{:?}", d.notes());
        let uint = |name| d.find(name).and_then(Node::uint);
        prop_assert_eq!(uint("FIN"), Some(u64::from(fin)));
        prop_assert_eq!(uint("opcode"), Some(u64::from(u8::from(opcode))));
        prop_assert_eq!(uint("MASK"), Some(u64::from(mask.is_some())));
        prop_assert_eq!(uint("Extended payload length").or(uint("Payload len")), Some(len as u64));
        let data = ["Application data", "Fragment"].iter().find_map(|name| d.find(name));
        prop_assert_eq!(data.map(|node| d.bytes(node.span)).unwrap_or_default(), &payload[..]);
    }
}
