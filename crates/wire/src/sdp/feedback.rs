//! RTCP feedback that a receiver may send: RFC 4585 section 4.2, and those who added to it.

use super::attributes::{Known, value};
use super::formats::Formats;
use super::media::payload_type;
use super::words::{Names, named, number, space, text, word_len};
use crate::cursor::{Cursor, Step};
use crate::spec::rfc;
use crate::tree::{Field, Meaning};

#[rustfmt::skip]
pub(super) static ATTRIBUTES: &[Known] = &[
    value("a=rtcp-fb", rfc(4585, "4.2"), feedback,
        "Which feedback may be sent about a payload type, so that a loss is mended or the bit rate fits."),
];

static FORMAT: Field =
    Field::new("payload type", rfc(4585, "4.2"), "About which format; * is all of the m= line.");
static ANY: Field = Field::new("payload type", rfc(4585, "4.2"), "* is all formats of the m= line.");
static KIND: Field = Field::new("rtcp-fb-val", rfc(4585, "4.2"), "Which kind of feedback.");
static PARAMETER: Field = Field::new("rtcp-fb-param", rfc(4585, "4.2"), "Which message of that kind.");
static INTERVAL: Field = Field::new(
    "trr-int",
    rfc(4585, "4.2"),
    "At least how many milliseconds lie between two regular reports.",
);

/// What a kind means by itself. With a parameter, it is the pair that means something.
const KINDS: Names = &[
    ("nack", "\"these packets did not come\", and they are sent again: RFC 4585"),
    ("ccm", "codec control messages: RFC 5104"),
    ("ack", "\"these packets came\": RFC 4585"),
    ("goog-remb", "how much the receiver believes to get through: a draft, which transport-cc replaced"),
    ("transport-cc", "when each packet arrived, from which the sender works out its rate: a draft"),
    ("trr-int", "how often to report: RFC 4585"),
    ("rrtr", "receiver reference time: RFC 3611"),
];
const NACK: Names = &[
    ("pli", "picture loss indication: \"I need a new picture to go on\": RFC 4585"),
    ("sli", "slice loss indication: RFC 4585"),
    ("rpsi", "reference picture selection indication: RFC 4585"),
];
const CCM: Names = &[
    ("fir", "full intra request: \"send a whole picture\", for a new receiver: RFC 5104"),
    ("tmmbr", "temporary maximum bit rate: RFC 5104"),
    ("tstr", "temporal-spatial trade-off: RFC 5104"),
    ("vbcm", "video back channel: RFC 5104"),
];
const ACK: Names = &[
    ("rpsi", "reference picture selection indication: RFC 4585"),
    ("ccfb", "when each packet arrived: RFC 8888"),
];

fn feedback(c: &mut Cursor<'_>, formats: &Formats) -> Step {
    if matches!(c.peek(2), b"* " | b"*") {
        text(c, &ANY, 1)?.means(Meaning::Name("all formats"));
    } else {
        payload_type(c, &FORMAT, formats)?;
    }
    space(c)?;
    let len = word_len(c);
    let kind = c.peek(len).to_vec();
    named(c, &KIND, len, KINDS)?;
    let names: Names = match &*kind {
        b"nack" => NACK,
        b"ccm" => CCM,
        b"ack" => ACK,
        _ => &[],
    };
    while space(c)? {
        if kind == b"trr-int" {
            number(c, &INTERVAL, 0..=u64::MAX)?;
            continue;
        }
        let len = word_len(c);
        named(c, &PARAMETER, len, names)?;
    }
    Ok(())
}
