//! The chunks, by number.

use super::causes::{abort, error};
use super::control::{
    auth, cookie_echo, ecn, forward_tsn, heartbeat, i_forward_tsn, init, nothing, shutdown,
};
use super::data::{data, i_data};
use super::reconfiguration::re_config;
use super::sack::sack;
use crate::cursor::{Cursor, Step};
use crate::spec::rfc;
use crate::tree::Field;

/// What is known of one chunk.
#[derive(Debug)]
pub(super) struct Kind {
    number: u8,
    pub(super) field: Field,
    pub(super) flags: &'static [Field],
    pub(super) body: fn(&mut Cursor<'_>, u64) -> Step,
}

/// The chunk of that number.
pub(super) fn named(number: u8) -> &'static Kind {
    CHUNKS.iter().find(|kind| kind.number == number).unwrap_or(&UNKNOWN)
}

impl Kind {
    /// What a receiver does that does not know the number either.
    pub(super) fn stranger(&self, number: u8) -> Option<&'static str> {
        std::ptr::eq(self, &UNKNOWN).then_some(match number >> 6 {
            0 => "its upper bits are 00: who does not know it stops here and drops the rest of the packet",
            1 => "its upper bits are 01: who does not know it drops the rest of the packet, and reports it",
            2 => "its upper bits are 10: who does not know it goes on after it",
            _ => "its upper bits are 11: who does not know it goes on after it, and reports it",
        })
    }
}

static UNKNOWN: Kind = kind(
    255,
    "Unknown chunk",
    (9260, "3.2"),
    &[],
    any,
    "A chunk that is not known here. It is kept as it came.",
);

static DATA_FLAGS: [Field; 5] = [
    Field::new("Res", rfc(9260, "3.3.1"), "Sent as zero and ignored.").bits(0xf0),
    Field::new(
        "I",
        rfc(9260, "3.3.1"),
        "1: send the SACK at once. The sender waits for it; else a SACK may be up to 200 ms late.",
    )
    .bits(0x08)
    .names(&[(1, "SACK at once")]),
    Field::new(
        "U",
        rfc(9260, "3.3.1"),
        "1: unordered. The message is handed up as soon as it is whole, whatever is missing before it.",
    )
    .bits(0x04)
    .names(&[(1, "unordered")]),
    Field::new("B", rfc(9260, "3.3.1"), "1: the first fragment of a message.")
        .bits(0x02)
        .names(&[(1, "first")]),
    Field::new(
        "E",
        rfc(9260, "3.3.1"),
        "1: the last fragment of a message. With B the message is in one piece.",
    )
    .bits(0x01)
    .names(&[(1, "last")]),
];
static T_FLAG: [Field; 2] = [
    Field::new("Reserved", rfc(9260, "3.3.7"), "Sent as zero and ignored.").bits(0xfe),
    Field::new(
        "T",
        rfc(9260, "8.5.1"),
        "1: the Verification Tag is the one that the packet before had, sent back, because the sender knows no \
         association.",
    )
    .bits(0x01)
    .names(&[(1, "tag reflected")]),
];

const fn kind(
    number: u8,
    name: &'static str,
    spec: (u16, &'static str),
    flags: &'static [Field],
    body: fn(&mut Cursor<'_>, u64) -> Step,
    about: &'static str,
) -> Kind {
    Kind { number, field: Field::new(name, rfc(spec.0, spec.1), about), flags, body }
}

#[rustfmt::skip]
static CHUNKS: &[Kind] = &[
    kind(0, "DATA", (9260, "3.3.1"), &DATA_FLAGS, data,
        "A message of a stream, or a fragment of one."),
    kind(1, "INIT", (9260, "3.3.2"), &[], init,
        "Begins an association: what the sender can do, and the tag that it wants to be answered with."),
    kind(2, "INIT ACK", (9260, "3.3.3"), &[], init,
        "Answers an INIT, and hands out a cookie rather than remember anything: who forged its address never sees it."),
    kind(3, "SACK", (9260, "3.3.4"), &[], sack,
        "Says which data arrived: all up to a number, and which blocks beyond it."),
    kind(4, "HEARTBEAT", (9260, "3.3.5"), &[], heartbeat,
        "Asks whether the path is alive."),
    kind(5, "HEARTBEAT ACK", (9260, "3.3.6"), &[], heartbeat,
        "Brings back what the HEARTBEAT held."),
    kind(6, "ABORT", (9260, "3.3.7"), &T_FLAG, abort,
        "Ends the association at once; what was not delivered is lost. So a peer connection ends that is closed."),
    kind(7, "SHUTDOWN", (9260, "3.3.8"), &[], shutdown,
        "Asks to end the association: the sender has nothing more to send. Closing a peer connection \
         sends ABORT in its place."),
    kind(8, "SHUTDOWN ACK", (9260, "3.3.9"), &[], nothing,
        "Agrees: nothing more to send on this side either."),
    kind(9, "ERROR", (9260, "3.3.10"), &[], error,
        "Reports what went wrong, without an end to the association."),
    kind(10, "COOKIE ECHO", (9260, "3.3.11"), &[], cookie_echo,
        "Brings the cookie of the INIT ACK back: only now does its maker keep anything. Data may follow in the same \
         packet."),
    kind(11, "COOKIE ACK", (9260, "3.3.12"), &[], nothing,
        "The cookie was good: the association is there."),
    kind(12, "ECNE", (9260, "3.2"), &[], ecn,
        "Reserved for Explicit Congestion Notification: says that the network marked a packet."),
    kind(13, "CWR", (9260, "3.2"), &[], ecn,
        "Reserved for Explicit Congestion Notification: says that the sender slowed down."),
    kind(14, "SHUTDOWN COMPLETE", (9260, "3.3.13"), &T_FLAG, nothing,
        "The last word: the association is gone on both sides."),
    kind(15, "AUTH", (4895, "4.1"), &[], auth,
        "A proof over the chunks after it that they come from who shares a key. DTLS gives more."),
    kind(64, "I-DATA", (8260, "2.1"), &DATA_FLAGS, i_data,
        "DATA whose fragments are numbered for themselves, so that those of a long message need not go out in one row."),
    kind(128, "ASCONF-ACK", (5061, "4.1.2"), &[], any,
        "Answers an ASCONF."),
    kind(130, "RE-CONFIG", (6525, "3.1"), &[], re_config,
        "Changes the streams of a running association. A data channel closes by it: both ends reset its stream."),
    kind(132, "PAD", (4820, "3"), &[], padding,
        "Fills the packet, to find out how large one may be."),
    kind(192, "FORWARD TSN", (3758, "3.2"), &[], forward_tsn,
        "Tells the receiver to wait no longer for data that was given up: what an unreliable channel is made of."),
    kind(193, "ASCONF", (5061, "4.1.1"), &[], any,
        "Changes the addresses of an association. Under DTLS there are none to change."),
    kind(194, "I-FORWARD-TSN", (8260, "2.3.1"), &[], i_forward_tsn,
        "FORWARD TSN for messages that were sent as I-DATA."),
];

fn any(c: &mut Cursor<'_>, _: u64) -> Step {
    static VALUE: Field = Field::new("Chunk Value", rfc(9260, "3.2"), "What the chunk holds.");
    if c.left() > 0 { c.rest(&VALUE).map(drop) } else { Ok(()) }
}

fn padding(c: &mut Cursor<'_>, _: u64) -> Step {
    static DATA: Field = Field::new("Padding Data", rfc(4820, "3"), "Of any value; the receiver drops it.");
    if c.left() > 0 { c.rest(&DATA).map(drop) } else { Ok(()) }
}
