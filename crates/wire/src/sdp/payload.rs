//! What the formats of an m= line are: rtpmap and fmtp, and how media are cut into packets and which way they go.

use super::attributes::{Known, after, flag, value};
use super::fmtp;
use super::formats::{Codec, Formats};
use super::media::payload_type;
use super::words::{Names, before, named, number, number_of, space, text, word_len};
use crate::cursor::{Cursor, Step};
use crate::spec::rfc;
use crate::tree::{Field, Meaning, Severity};

#[rustfmt::skip]
pub(super) static ATTRIBUTES: &[Known] = &[
    value("a=rtpmap", rfc(8866, "6.6"), rtpmap,
        "Says which codec a payload type stands for, in this media description and for as long as the session lasts."),
    value("a=fmtp", rfc(8866, "6.15"), fmtp::read,
        "How to use a format: parameters that only the codec's own specification explains."),
    value("a=ptime", rfc(8866, "6.4"), milliseconds,
        "How many milliseconds of sound this side would like in a packet."),
    value("a=maxptime", rfc(8866, "6.5"), milliseconds, "How many milliseconds of sound a packet may hold at most."),
    flag("a=sendrecv", rfc(8866, "6.7.2"),
        "This side would send and receive. So it is where no direction is given."),
    flag("a=recvonly", rfc(8866, "6.7.1"), "This side receives and does not send: the other may answer sendonly."),
    flag("a=sendonly", rfc(8866, "6.7.3"), "This side sends and does not receive: the other may answer recvonly."),
    flag("a=inactive", rfc(8866, "6.7.4"),
        "Neither way for now. The transport stays up, and RTCP goes on."),
    value("a=framerate", rfc(8866, "6.13"), super::attributes::plain, "How many frames a second of video at most."),
    value("a=imageattr", rfc(6236, "3"), super::attributes::plain, "Which picture sizes this side can send or receive."),
    value("a=content", rfc(4796, "5"), super::attributes::plain, "What the medium shows: slides, the speaker, main or alt."),
    value("a=lang", rfc(8866, "6.12"), super::attributes::plain, "Which language it is in."),
    value("a=tool", rfc(8866, "6.3"), super::attributes::plain, "Which program made this description."),
    value("a=cat", rfc(8866, "6.1"), super::attributes::plain, "A category to file the session under. Obsolete."),
    value("a=charset", rfc(8866, "6.10"), super::attributes::plain, "In which characters the free text is. UTF-8 where it is missing."),
    value("a=type", rfc(8866, "6.9"), super::attributes::plain, "What kind of conference it is."),
    value("a=quality", rfc(8866, "6.14"), super::attributes::plain, "How good the picture is to be, 0 to 10."),
];

static FORMAT: Field =
    Field::new("payload type", rfc(8866, "6.6"), "A number of the m= line, which each RTP packet carries.");
static ENCODING: Field = Field::new("encoding name", rfc(8866, "6.6"), "The codec. Capitals do not matter.");
static CLOCK: Field = Field::new(
    "clock rate",
    rfc(8866, "6.6"),
    "By how much RTP's timestamp grows in a second. Video has 90000 whatever the codec.",
);
static CHANNELS: Field = Field::new(
    "encoding parameters",
    rfc(8866, "6.6"),
    "For sound the number of channels, 1 where it is missing. Nothing for video.",
);
static OPUS_CHANNELS: Field = Field::new(
    "encoding parameters",
    rfc(7587, "7"),
    "Opus is always written opus/48000/2, and always decoded so. It does not mean that stereo is sent: stereo=1 in \
     a=fmtp asks for that.",
);
static MILLISECONDS: Field = Field::new("packet time", rfc(8866, "6.4"), "Milliseconds.");

const ENCODINGS: Names = &[
    ("opus", "the codec that every browser has: RFC 7587"),
    ("PCMU", "G.711 mu-law, as telephones: RFC 3551"),
    ("PCMA", "G.711 A-law, as telephones: RFC 3551"),
    ("G722", "wideband telephony; its clock is 8000 by an old mistake: RFC 3551"),
    ("CN", "comfort noise: RFC 3389"),
    ("telephone-event", "the tones of telephone keys: RFC 4733"),
    ("VP8", "RFC 7741"),
    ("VP9", "RFC 9628"),
    ("H264", "RFC 6184"),
    ("H265", "RFC 7798"),
    ("AV1", "RTP Payload Format For AV1"),
    ("rtx", "retransmissions of another payload type: RFC 4588"),
    ("red", "sent again inside of later packets: RFC 2198"),
    ("ulpfec", "redundancy to repair losses: RFC 5109"),
    ("flexfec-03", "redundancy to repair losses, by a draft of RFC 8627"),
];

fn rtpmap(c: &mut Cursor<'_>, formats: &Formats) -> Step {
    let codec = payload_type(c, &FORMAT, &Formats::default())?.map(|number| formats.codec(number));
    space(c)?;
    let word = word_len(c);
    let name = before(c, b'/', word);
    named(c, &ENCODING, name, ENCODINGS)?;
    if !after(c, b'/')? {
        c.remark(Severity::Error, "no clock rate", Some(rfc(8866, "6.6")));
        return Ok(());
    }
    let word = word_len(c);
    let (at, rate) = (c.nodes(), before(c, b'/', word));
    let clock = number_of(c, &CLOCK, rate, 1..=u64::from(u32::MAX))?;
    let opus = codec == Some(Codec::Opus);
    if opus && clock != Some(48_000) {
        c.remark_at(at, Severity::Error, "must be 48000 for Opus", rfc(7587, "7"));
    }
    if !after(c, b'/')? {
        if opus {
            c.remark(Severity::Error, "Opus must be written opus/48000/2", Some(rfc(7587, "7")));
        }
        return Ok(());
    }
    let (at, len) = (c.nodes(), word_len(c));
    if !opus {
        return number_of(c, &CHANNELS, len, 1..=255).map(drop);
    }
    match number_of(c, &OPUS_CHANNELS, len, 1..=255)? {
        Some(2) => c.mean(at, Meaning::Name("always 2 for Opus, whether stereo is sent or not")),
        _ => c.remark_at(at, Severity::Error, "must be 2 for Opus, even for mono", rfc(7587, "7")),
    }
    Ok(())
}

fn milliseconds(c: &mut Cursor<'_>, _: &Formats) -> Step {
    let len = c.left();
    let whole = c.peek(len).iter().all(u8::is_ascii_digit);
    // The grammar lets ptime have a fraction, as 2.5 of Opus.
    if whole {
        number(c, &MILLISECONDS, 0..=u64::MAX).map(drop)
    } else {
        text(c, &MILLISECONDS, len).map(drop)
    }
}
