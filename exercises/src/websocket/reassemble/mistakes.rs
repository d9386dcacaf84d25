//! What receivers do wrong, and why it is wrong.

use super::Placed;
use super::receiver::{RIGHT, Way};

/// A mistake: how such a receiver goes on, which frame shows it, and why that is wrong.
pub(super) struct Mistake {
    pub(super) way: Way,
    pub(super) place: fn(&Placed) -> bool,
    pub(super) label: &'static str,
    pub(super) section: &'static str,
    pub(super) why: &'static str,
}

const PING: fn(&Placed) -> bool = |placed| placed.frame.opcode == 9;
const PONG: fn(&Placed) -> bool = |placed| placed.frame.opcode == 10;
const FIRST: fn(&Placed) -> bool = |placed| placed.start == 0;
const LATER: fn(&Placed) -> bool = |placed| placed.start > 0;
const LATER_DATA: fn(&Placed) -> bool = |placed| placed.start > 0 && placed.frame.opcode < 8;
const CONTINUATION: fn(&Placed) -> bool = |placed| placed.frame.opcode == 0;

pub(super) const MISTAKES: [Mistake; 18] = [
    Mistake {
        way: Way { drops_the_rest: true, ..RIGHT },
        place: FIRST,
        label: "came in several reads",
        section: "5.4",
        why: "a read ends where TCP ends it, and not where a frame does. What is no whole frame yet must be kept, and \
              the next read put behind it",
    },
    Mistake {
        way: Way { one_frame_a_read: true, ..RIGHT },
        place: LATER,
        label: "came in the same read",
        section: "5.4",
        why: "a read may bring many frames. Go on while the buffer begins with a whole one: nobody knows whether there \
              will be another read",
    },
    Mistake {
        way: Way { ping_joins: true, ..RIGHT },
        place: PING,
        label: "a ping, and no part of the message",
        section: "5.5",
        why: "control frames, opcode 8 and up, may come between the frames of a message and do not belong to it",
    },
    Mistake {
        way: Way { pong_joins: true, ..RIGHT },
        place: |placed| placed.frame.opcode >= 9,
        label: "a control frame, and no part of the message",
        section: "5.5",
        why: "control frames, opcode 8 and up, may come between the frames of a message and do not belong to it",
    },
    Mistake {
        way: Way { ping_forgets: true, ..RIGHT },
        place: PING,
        label: "the message was lost here",
        section: "5.4",
        why: "a ping between the frames of a message leaves the message as it is: opcode 0 goes on with it afterwards",
    },
    Mistake {
        way: Way { pong_waits: true, ..RIGHT },
        place: PING,
        label: "to be answered here",
        section: "5.5.2",
        why: "a ping asks whether anyone is there, and is answered as soon as it was read. A message may take minutes; \
              who waits for its end is taken for dead. That is why a ping may come in the middle",
    },
    Mistake {
        way: Way { pong_is_empty: true, ..RIGHT },
        place: PING,
        label: "its payload belongs into the pong",
        section: "5.5.3",
        why: "the pong carries the payload of its ping, so that who sent several knows which one was answered",
    },
    Mistake {
        way: Way { answers_pongs: true, ..RIGHT },
        place: PONG,
        label: "a pong, and no ping",
        section: "5.5.3",
        why: "a pong that nobody asked for is a sign of life, and gets no answer",
    },
    Mistake {
        way: Way { keeps_the_message: true, ..RIGHT },
        place: LATER_DATA,
        label: "a message of its own",
        section: "5.4",
        why: "FIN ended the message before. The next one begins with nothing",
    },
    Mistake {
        way: Way { text_by_frame: true, ..RIGHT },
        place: FIRST,
        label: "ends inside a letter, and may",
        section: "5.6",
        why: "the sender cuts where it likes, also inside a letter: c3 a9 is one. A frame's part of a text need not be \
              UTF-8; the whole message must be",
    },
    Mistake {
        way: Way { always_text: true, ..RIGHT },
        place: FIRST,
        label: "opcode 2 begins a binary message",
        section: "5.6",
        why: "the first frame says what the message is, and the others, opcode 0, leave it at that. Bytes that are no \
              text are none of UTF-8's business",
    },
    Mistake {
        way: Way { text_repaired: true, ..RIGHT },
        place: FIRST,
        label: "c3 28 is not UTF-8",
        section: "8.1",
        why: "`from_utf8_lossy` writes U+FFFD where bytes make no sense, so the application reads what nobody \
              wrote. A text that is not UTF-8 fails the connection, with 1007",
    },
    Mistake {
        way: Way { new_message_replaces: true, ..RIGHT },
        place: LATER,
        label: "begins a message inside another",
        section: "5.4",
        why: "the frames of two messages are never mixed: until FIN only opcode 0 may follow, and control frames. Here \
              the first message was dropped in silence; the connection fails, with 1002",
    },
    Mistake {
        way: Way { new_message_joins: true, ..RIGHT },
        place: LATER,
        label: "begins a message inside another",
        section: "5.4",
        why: "a frame that goes on with a message has opcode 0. Opcode 1 before the message has ended begins another \
              one inside it; the connection fails, with 1002",
    },
    Mistake {
        way: Way { stray_is_text: true, ..RIGHT },
        place: CONTINUATION,
        label: "goes on with what?",
        section: "5.4",
        why: "opcode 0 goes on with a message that was begun, and there is none. Nobody knows whether this is text; the \
              connection fails, with 1002",
    },
    Mistake {
        way: Way { control_without_fin: true, ..RIGHT },
        place: PING,
        label: "FIN is 0",
        section: "5.5",
        why: "a control frame is never cut: its FIN is 1. The connection fails, with 1002",
    },
    Mistake {
        way: Way { skips_the_unknown: true, ..RIGHT },
        place: |placed| (3..=7).contains(&placed.frame.opcode),
        label: "opcode 3",
        section: "5.2",
        why: "opcodes 3 to 7 and 11 to 15 are for later versions. Who passes over what it does not know loses a part of \
              what was said; the connection fails, with 1002",
    },
    // Last, because it looks like others where a stream breaks a rule.
    Mistake {
        way: Way { frame_is_message: true, ..RIGHT },
        place: FIRST,
        label: "FIN is 0: not the whole message",
        section: "5.4",
        why: "FIN, the first bit, is 1 only in the last frame of a message. Until then its payload is kept",
    },
];
