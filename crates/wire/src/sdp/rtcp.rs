//! How RTCP travels: on RTP's port (RFC 5761, RFC 8858), and in short packets (RFC 5506).

use super::attributes::{Known, flag, value};
use super::formats::Formats;
use super::lines::address;
use super::words::{Names, named, number, space, word_len};
use crate::cursor::{Cursor, Step};
use crate::spec::rfc;
use crate::tree::Field;

#[rustfmt::skip]
pub(super) static ATTRIBUTES: &[Known] = &[
    flag("a=rtcp-mux", rfc(5761, "5.1.1"),
        "RTP and RTCP share one port: one hole in the NAT in place of two. WebRTC demands it."),
    flag("a=rtcp-mux-only", rfc(8858, "3"),
        "This side can do nothing else than share the port: it has gathered no candidates for component 2."),
    flag("a=rtcp-rsize", rfc(5506, "5"),
        "RTCP may come in packets of reduced size: one message alone, without a report before it."),
    value("a=rtcp-xr", rfc(3611, "5.1"), extended,
        "Which extended reports this side would like: more about the journey than the usual ones tell."),
    value("a=rtcp", rfc(3605, "2.1"), rtcp,
        "Where RTCP would go if it had a port of its own. Written for those who do not know rtcp-mux."),
];

static PORT: Field = Field::new("port", rfc(3605, "2.1"), "The port for RTCP; 9 stands for none yet.");
static ADDRESS: Field = Field::new("connection-address", rfc(3605, "2.1"), "The address for RTCP.");

static REPORT: Field = Field::new("xr-format", rfc(3611, "5.1"), "One kind of report.");

const REPORTS: Names = &[
    ("rcvr-rtt=all", "whoever only receives may measure the round trip too"),
    ("rcvr-rtt=sender", "whoever sends may have the round trip measured"),
    ("pkt-loss-rle", "which packets were lost, run by run"),
    ("pkt-dup-rle", "which packets came twice, run by run"),
    ("pkt-rcpt-times", "when each packet came"),
    ("voip-metrics", "how well speech came over"),
];

fn extended(c: &mut Cursor<'_>, _: &Formats) -> Step {
    loop {
        let len = word_len(c);
        named(c, &REPORT, len, REPORTS)?;
        if !space(c)? {
            return Ok(());
        }
    }
}

fn rtcp(c: &mut Cursor<'_>, _: &Formats) -> Step {
    number(c, &PORT, 0..=65_535)?;
    if c.left() > 0 { address(c, &ADDRESS) } else { Ok(()) }
}
