//! ICE in SDP: RFC 8839, with trickling (RFC 8838), TCP (RFC 6544) and names in place of addresses.
//!
//! ```text
//! a=candidate:1 1 udp 2122260223 192.0.2.1 54400 typ host
//!             foundation component-id transport priority connection-address port "typ" cand-type
//! a=candidate:2 1 udp 1686052607 198.51.100.1 54400 typ srflx raddr 192.0.2.1 rport 54400 generation 0
//!                                                             what it is a mapping of     extensions
//! ```

use super::attributes::{Known, Reader, flag, value};
use super::formats::Formats;
use super::words::{Names, missing, named, next, next_number, number_of, one_of, space, text, word_len};
use crate::cursor::{Cursor, Step, Stop};
use crate::spec::{Spec, rfc};
use crate::tree::{Dissection, Field, Meaning, Severity};

#[rustfmt::skip]
pub(super) static ATTRIBUTES: &[Known] = &[
    value("a=candidate", rfc(8839, "5.1"), candidate as Reader,
        "An address at which the sender might be reached. Each end tries its own with all of the other's, best \
         pair first."),
    flag("a=end-of-candidates", rfc(8840, "8.1"),
        "No more candidates come. Until it is said, a side whose checks have all failed has to wait."),
    value("a=ice-ufrag", rfc(8839, "5.4"), ufrag,
        "A short name for this side's ICE agent. The checks between the two name both, peer's first: \
         without it a late packet of another call could not be told from one of this. A new one restarts ICE."),
    value("a=ice-pwd", rfc(8839, "5.4"), password,
        "The key of the MESSAGE-INTEGRITY of each check sent to this side: who did not see this description cannot \
         answer for the peer."),
    value("a=ice-options", rfc(8839, "5.6"), options, "What this side's ICE can do beyond the standard."),
    flag("a=ice-lite", rfc(8839, "5.3"),
        "This side only answers checks and sends none, as a server with a public address may."),
    flag("a=ice-mismatch", rfc(8839, "5.3"),
        "The default address of the offer was none of its candidates: something between has changed the SDP."),
    value("a=ice-pacing", rfc(8839, "5.5"), pacing,
        "How many milliseconds this side would like between two new checks."),
    value("a=remote-candidates", rfc(8839, "5.2"), remote,
        "Which of the peer's candidates the controlling side has chosen, said in a later offer."),
];

pub(super) static CANDIDATE_ALONE: Field = Field::new(
    "candidate-attribute",
    rfc(8839, "5.1"),
    "One address at which the sender might be reached, as a script gets it and signaling carries it.",
);

static FOUNDATION: Field = Field::new(
    "foundation",
    rfc(8839, "5.1"),
    "Alike for candidates of one kind that were gathered at one base by one server: where one of them works, so may \
     the others.",
);
static COMPONENT: Field = Field::new(
    "component-id",
    rfc(8839, "5.1"),
    "1 is RTP, 2 is RTCP on a port of its own. With a=rtcp-mux, and for data channels, there is 1 alone.",
)
.names(&[(1, "RTP, or all"), (2, "RTCP")]);
static TRANSPORT: Field = Field::new("transport", rfc(8839, "5.1"), "What carries it. UDP nearly always.");
static PRIORITY: Field = Field::new(
    "priority",
    rfc(8839, "5.1"),
    "How much the sender likes this one: the pairs with the highest are checked first. It is 2^24 times the type \
     preference, and 2^8 times the local preference, and 256 less the component.",
);
static ADDRESS: Field =
    Field::new("connection-address", rfc(8839, "5.1"), "Where to send the checks: an IP address, or a name.");
static PORT: Field = Field::new("port", rfc(8839, "5.1"), "At which port.");
static TYP: Field = Field::new("typ", rfc(8839, "5.1"), "Says that the type follows.");
static CAND_TYPE: Field = Field::new("cand-type", rfc(8839, "5.1"), "How the address was found.");
static RADDR: Field = Field::new("raddr", rfc(8839, "5.1"), "Says that the related address follows.");
static REL_ADDR: Field = Field::new(
    "rel-addr",
    rfc(8839, "5.1"),
    "What a mapped address is a mapping of, and for a relay the mapped one. To help who debugs; browsers that hide \
     their addresses write 0.0.0.0.",
);
static RPORT: Field = Field::new("rport", rfc(8839, "5.1"), "Says that the related port follows.");
static REL_PORT: Field = Field::new("rel-port", rfc(8839, "5.1"), "The port of the related address.");
static EXTENSION_NAME: Field = Field::new(
    "extension-att-name",
    rfc(8839, "5.1"),
    "What the word after it says. Extensions come in pairs; unknown ones are skipped.",
);
static EXTENSION_VALUE: Field = Field::new("extension-att-value", rfc(8839, "5.1"), "What it says.");
static TCPTYPE: Field = Field::new("tcp-type", rfc(6544, "4.5"), "Who of the two opens the TCP connection.");
static GENERATION: Field = Field::new(
    "generation",
    LIBWEBRTC,
    "How often ICE was restarted before. Only libwebrtc writes it; the ufrag says the same for all.",
);
static NETWORK_ID: Field = Field::new(
    "network-id",
    LIBWEBRTC,
    "Which of the sender's networks it is from, by a number that means nothing elsewhere.",
);
static NETWORK_COST: Field = Field::new(
    "network-cost",
    LIBWEBRTC,
    "How dear that network is, 0 to 999: 10 is Wi-Fi, 900 a mobile network.",
);
static UFRAG_EXTENSION: Field = Field::new(
    "ufrag",
    rfc(8838, "9"),
    "Which ICE generation it belongs to, by its ice-ufrag: a candidate may arrive after the next offer.",
);
static UFRAG: Field = Field::new("ufrag", rfc(8839, "5.4"), "4 to 256 letters, digits, \"+\" and \"/\".");
static PASSWORD: Field = Field::new("password", rfc(8839, "5.4"), "22 to 256 of the same characters.");
static OPTION: Field = Field::new("ice-option-tag", rfc(8839, "5.6"), "One thing that it can do.");
static PACING: Field = Field::new("pacing-value", rfc(8839, "5.5"), "Milliseconds. 50 where nobody says.");

const LIBWEBRTC: Spec = Spec::Page {
    title: "libwebrtc, api/candidate.h",
    url: "https://webrtc.googlesource.com/src/+/refs/heads/main/api/candidate.h",
};
const TRANSPORTS: Names = &[("udp", ""), ("UDP", ""), ("tcp", "RFC 6544"), ("TCP", "RFC 6544")];
const TYPES: Names = &[
    ("host", "an address of the machine itself"),
    ("srflx", "server reflexive: how a STUN server saw it, so the outside of a NAT"),
    ("prflx", "peer reflexive: how the peer saw it in a check"),
    ("relay", "at a TURN server, which passes on what comes"),
];
const TCP_TYPES: Names = &[
    ("active", "this side connects, and port 9 stands for any"),
    ("passive", "this side listens"),
    ("so", "both connect at once"),
];
const NO_ADDRESS: Names = &[("0.0.0.0", "not told"), ("::", "not told")];
const OPTIONS: Names = &[
    ("trickle", "candidates may come one by one, after this: RFC 8838"),
    ("ice2", "speaks RFC 8445, not the older RFC 5245"),
    ("renomination", "may choose another pair later: a draft that never became an RFC"),
    ("rtp+ecn", "RFC 6679"),
];

/// The bits of a priority: RFC 8445 section 5.1.2.1.
static PREFERENCES: &[Field] = &[
    Field::new(
        "type preference",
        rfc(8445, "5.1.2.1"),
        "0 to 126, alike for all candidates of one type. Recommended are 126 for host, 110 for peer reflexive, 100 \
         for server reflexive and 0 for relay, so that the shortest way is tried first.",
    )
    .bits(0xff00_0000)
    .names(&[
        (126, "recommended for host"),
        (110, "recommended for peer reflexive"),
        (100, "recommended for server reflexive"),
        (0, "recommended for relay"),
    ]),
    Field::new(
        "local preference",
        rfc(8445, "5.1.2.1"),
        "0 to 65535: which of the sender's own addresses it likes best. 65535 where it has one only.",
    )
    .bits(0x00ff_ff00),
    Field::new(
        "256 - component ID",
        rfc(8445, "5.1.2.1"),
        "255 for component 1, 254 for component 2: of two that are else alike, RTP's comes first.",
    )
    .bits(0xff),
];

/// A candidate that stands in no line.
pub(super) fn alone(c: &mut Cursor<'_>) -> Step {
    static PREFIX: Field = Field::new("prefix", rfc(8839, "5.1"), "Says that this is a candidate.");
    let len = if c.peek(2) == b"a=" { 12 } else { 10 };
    if c.peek(len).ends_with(b"candidate:") {
        c.text_of(&PREFIX, len)?;
    }
    let feed = c.peek(c.left()).iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(c.left());
    c.inline(feed, |c| candidate(c, &Formats::default()))?;
    if c.left() > 0 { c.rest(&super::CRLF).map(drop) } else { Ok(()) }
}

/// `host udp 192.0.2.1 54400`
pub(super) fn summary(d: &Dissection<'_>) -> String {
    let part =
        |name| d.find(name).map(|node| String::from_utf8_lossy(d.bytes(node.span))).unwrap_or_default();
    let parts = ["cand-type", "transport", "connection-address", "port"].map(part);
    format!("candidate: {}", parts.join(" "))
}

fn candidate(c: &mut Cursor<'_>, _: &Formats) -> Step {
    let len = word_len(c);
    characters(c, &FOUNDATION, len, 1..=32)?;
    let component = next_number(c, &COMPONENT, 1..=256)?;
    space(c)?;
    let len = word_len(c);
    named(c, &TRANSPORT, len, TRANSPORTS)?;
    space(c)?;
    priority(c, component)?;
    space(c)?;
    address(c, &ADDRESS)?;
    next_number(c, &PORT, 0..=65_535)?;
    keyword(c, &TYP)?;
    space(c)?;
    let len = word_len(c);
    named(c, &CAND_TYPE, len, TYPES)?;
    while space(c)? {
        extension(c)?;
    }
    Ok(())
}

fn priority(c: &mut Cursor<'_>, component: Option<u64>) -> Step {
    let len = word_len(c);
    if len == 0 {
        missing(c, &PRIORITY);
        return Err(Stop);
    }
    let read = c.digits_word(&PRIORITY, len, 10, PREFERENCES)?;
    let Some(value) = read.value() else { return Ok(()) };
    if !(1..=0x7fff_ffff).contains(&value) {
        let why = "must be 1 to 2147483647";
        read.note(Severity::Error, why, Some(rfc(8445, "5.1.2")));
    } else if component.is_some_and(|component| 256 - (value & 0xff) != component) {
        let why =
            "its last eight bits are not 256 less the component: another formula made it, which is allowed";
        read.note(Severity::Info, why, Some(rfc(8445, "5.1.2.1")));
    }
    Ok(())
}

fn address(c: &mut Cursor<'_>, field: &'static Field) -> Step {
    let (at, len) = (c.nodes(), word_len(c));
    let hidden = c.peek(len).to_ascii_lowercase().ends_with(b".local");
    let ip = std::str::from_utf8(c.peek(len)).is_ok_and(|text| text.parse::<std::net::IpAddr>().is_ok());
    named(c, field, len, NO_ADDRESS)?;
    if hidden {
        c.mean(
            at,
            Meaning::Name("a random name in place of the address, which only its own network can resolve"),
        );
        let why = "a browser hides its addresses from a page that has no camera or microphone: the peer asks its \
                   network for the name, by multicast DNS";
        c.remark_at(at, Severity::Info, why, MDNS);
    } else if !ip {
        let why = "a name: the peer has to look it up, and most do not";
        c.remark_at(at, Severity::Info, why, rfc(8839, "5.1"));
    }
    Ok(())
}

const MDNS: Spec = Spec::Page {
    title: "draft-ietf-mmusic-mdns-ice-candidates",
    url: "https://datatracker.ietf.org/doc/html/draft-ietf-mmusic-mdns-ice-candidates",
};

fn keyword(c: &mut Cursor<'_>, field: &'static Field) -> Step {
    space(c)?;
    let len = word_len(c);
    let fits = c.peek(len) == field.name.as_bytes();
    let read = text(c, field, len)?;
    if !fits {
        let why = format!("\"{}\" must stand here", field.name);
        read.note(Severity::Error, why, Some(field.spec));
        return Err(Stop);
    }
    Ok(())
}

fn extension(c: &mut Cursor<'_>) -> Step {
    let len = word_len(c);
    let name = c.peek(len).to_vec();
    match &*name {
        b"raddr" => text(c, &RADDR, len).map(drop),
        b"rport" => text(c, &RPORT, len).map(drop),
        _ => text(c, &EXTENSION_NAME, len).map(drop),
    }?;
    space(c)?;
    let len = word_len(c);
    match &*name {
        b"raddr" => named(c, &REL_ADDR, len, NO_ADDRESS).map(drop),
        b"rport" => number_of(c, &REL_PORT, len, 0..=65_535).map(drop),
        b"tcptype" => one_of(c, &TCPTYPE, len, TCP_TYPES, rfc(6544, "4.5")).map(drop),
        b"generation" => number_of(c, &GENERATION, len, 0..=u64::MAX).map(drop),
        b"network-id" => number_of(c, &NETWORK_ID, len, 0..=u64::MAX).map(drop),
        b"network-cost" => number_of(c, &NETWORK_COST, len, 0..=u64::MAX).map(drop),
        b"ufrag" => text(c, &UFRAG_EXTENSION, len).map(drop),
        _ => text(c, &EXTENSION_VALUE, len).map(drop),
    }
}

/// So many ice-chars: letters, digits, "+" and "/".
fn characters(
    c: &mut Cursor<'_>,
    field: &'static Field,
    len: usize,
    range: std::ops::RangeInclusive<usize>,
) -> Step {
    let fine = c.peek(len).iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'));
    let read = text(c, field, len)?;
    if !range.contains(&len) {
        let why = format!("{len} characters: must be {} to {}", range.start(), range.end());
        read.note(Severity::Error, why, Some(field.spec));
    } else if !fine {
        let why = "may hold letters, digits, \"+\" and \"/\" only";
        read.note(Severity::Error, why, Some(field.spec));
    }
    Ok(())
}

fn ufrag(c: &mut Cursor<'_>, _: &Formats) -> Step {
    let len = c.left();
    characters(c, &UFRAG, len, 4..=256)
}

fn password(c: &mut Cursor<'_>, _: &Formats) -> Step {
    let len = c.left();
    characters(c, &PASSWORD, len, 22..=256)
}

fn options(c: &mut Cursor<'_>, _: &Formats) -> Step {
    loop {
        let len = word_len(c);
        named(c, &OPTION, len, OPTIONS)?;
        if !space(c)? {
            return Ok(());
        }
    }
}

fn pacing(c: &mut Cursor<'_>, _: &Formats) -> Step {
    let len = c.left();
    number_of(c, &PACING, len, 0..=u64::MAX).map(drop)
}

fn remote(c: &mut Cursor<'_>, _: &Formats) -> Step {
    loop {
        let len = word_len(c);
        number_of(c, &COMPONENT, len, 1..=256)?;
        next(c, &ADDRESS)?;
        next_number(c, &PORT, 0..=65_535)?;
        if !space(c)? {
            return Ok(());
        }
    }
}
