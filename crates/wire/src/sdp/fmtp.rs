//! Format parameters: each codec has its own, in its own RFC.
//!
//! ```text
//! a=fmtp:111 minptime=10;useinbandfec=1      Opus: RFC 7587 section 6.1
//! a=fmtp:102 profile-level-id=42e01f         H.264: RFC 6184 section 8.1
//!                             42             profile_idc: Baseline
//!                               e0           constraint flags: 1110 0000, so Constrained Baseline
//!                                 1f         level_idc: 31, so level 3.1
//! a=fmtp:97 apt=96                           rtx: RFC 4588 section 8.1
//! a=fmtp:63 111/111                          red: RFC 2198 section 5
//! a=fmtp:110 0-16                            telephone-event: RFC 4733 section 2.4.1
//! ```

use super::attributes::after;
use super::formats::{Codec, Formats};
use super::media::payload_type;
use super::words::{Names, all, before, mark, named, number_of, space, text, word_len};
use crate::cursor::{Cursor, Step};
use crate::spec::{Spec, rfc};
use crate::tree::{Field, Meaning, Severity};

/// What is known of one parameter of one codec.
struct Parameter {
    codec: Codec,
    /// Named as the parameter.
    field: Field,
    value: Value,
}

/// What a parameter's value is.
enum Value {
    Any,
    Number,
    Names(Names),
    PayloadType,
    ProfileLevelId,
}

static FORMAT: Field =
    Field::new("format", rfc(8866, "6.15"), "Which format of the m= line the parameters are for.");
static OTHER: Parameter = Parameter {
    codec: Codec::Unknown,
    field: Field::new(
        "parameter",
        rfc(8866, "6.15"),
        "A parameter that this workbook has no word for. A receiver that does not know it ignores it.",
    ),
    value: Value::Any,
};
static NAME: Field = Field::new("parameter name", rfc(8866, "6.15"), "Which parameter.");
static VALUE: Field = Field::new("parameter value", rfc(8866, "6.15"), "What it is set to.");
static TEXT: Field =
    Field::new("format specific parameters", rfc(8866, "6.15"), "The parameters, as they stand.");
static RED: Field = Field::new(
    "payload type",
    rfc(2198, "5"),
    "What the blocks of a packet hold, the newest first, then those sent again.",
);
static EVENTS: Field = Field::new(
    "events",
    rfc(4733, "2.4.1"),
    "Which events this side can receive: 0 to 9 are the digits, 10 is *, 11 is #, 12 to 15 are A to D, 16 a flash.",
);

const AV1: Spec = Spec::Page {
    title: "RTP Payload Format For AV1, section 7.2.1",
    url: "https://aomediacodec.github.io/av1-rtp-spec/#72-sdp-parameters",
};
const fn parameter(
    codec: Codec,
    name: &'static str,
    spec: Spec,
    value: Value,
    about: &'static str,
) -> Parameter {
    Parameter { codec, field: Field::new(name, spec, about), value }
}

const NO_YES: Names = &[("0", "no"), ("1", "yes")];

#[rustfmt::skip]
static PARAMETERS: &[Parameter] = &[
    parameter(Codec::Opus, "minptime", rfc(7587, "6.1"), Value::Number,
        "The least milliseconds of sound that this side would like in a packet."),
    parameter(Codec::Opus, "maxptime", rfc(7587, "6.1"), Value::Number, "The most milliseconds of sound in a packet."),
    parameter(Codec::Opus, "ptime", rfc(7587, "6.1"), Value::Number, "How many milliseconds of sound it would like in a packet."),
    parameter(Codec::Opus, "useinbandfec", rfc(7587, "6.1"), Value::Names(NO_YES),
        "Whether this side can use what Opus sends again of the packet before, at a lower quality, to fill a loss."),
    parameter(Codec::Opus, "usedtx", rfc(7587, "6.1"), Value::Names(NO_YES),
        "Whether this side would like almost nothing sent while nobody speaks."),
    parameter(Codec::Opus, "stereo", rfc(7587, "6.1"), Value::Names(&[("0", "would rather have mono"), ("1", "would like stereo")]),
        "Whether this side would rather receive stereo. Mono where it is missing, whatever /2 in the rtpmap may seem to say."),
    parameter(Codec::Opus, "sprop-stereo", rfc(7587, "6.1"), Value::Names(&[("0", "probably mono"), ("1", "probably stereo")]),
        "Whether this side is likely to send stereo."),
    parameter(Codec::Opus, "maxplaybackrate", rfc(7587, "6.1"), Value::Number,
        "The highest sampling rate, in hertz, that this side can play: more would be wasted on it."),
    parameter(Codec::Opus, "sprop-maxcapturerate", rfc(7587, "6.1"), Value::Number,
        "The highest sampling rate, in hertz, that this side will send."),
    parameter(Codec::Opus, "maxaveragebitrate", rfc(7587, "6.1"), Value::Number,
        "The most bits a second, on average, that this side can receive."),
    parameter(Codec::Opus, "cbr", rfc(7587, "6.1"), Value::Names(NO_YES),
        "Whether this side would like a constant bit rate, of which nobody can guess what is spoken."),
    parameter(Codec::H264, "profile-level-id", rfc(6184, "8.1"), Value::ProfileLevelId,
        "Which tools of H.264 may be used, and up to which size and rate: profile, constraints and level, a byte each. \
         Two sides must agree on the profile; the level may differ where level-asymmetry-allowed is 1."),
    parameter(Codec::H264, "packetization-mode", rfc(6184, "8.1"), Value::Names(&[
            ("0", "a NAL unit a packet"),
            ("1", "several in one, or one over several: FU-A and STAP-A"),
            ("2", "interleaved, which nobody in WebRTC does")]),
        "How pictures are cut into packets. It is 0 where it is missing, and must be the same on both sides."),
    parameter(Codec::H264, "level-asymmetry-allowed", rfc(6184, "8.1"), Value::Names(NO_YES),
        "Whether each way may have its own level, as the receiver can take."),
    parameter(Codec::H264, "sprop-parameter-sets", rfc(6184, "8.1"), Value::Any,
        "The sequence and picture parameter sets, in base64. WebRTC sends them with the pictures."),
    parameter(Codec::H264, "max-fs", rfc(6184, "8.1"), Value::Number, "The largest picture, in macroblocks, beyond what the level says."),
    parameter(Codec::H264, "max-mbps", rfc(6184, "8.1"), Value::Number, "The most macroblocks a second, beyond what the level says."),
    parameter(Codec::H264, "max-br", rfc(6184, "8.1"), Value::Number, "The highest bit rate, beyond what the level says."),
    parameter(Codec::H265, "profile-id", rfc(7798, "7.1"), Value::Names(&[("1", "Main"), ("2", "Main 10")]),
        "Which tools of H.265 may be used."),
    parameter(Codec::H265, "tier-flag", rfc(7798, "7.1"), Value::Names(&[("0", "Main tier"), ("1", "High tier")]),
        "Whether the higher bit rates of the level are meant."),
    parameter(Codec::H265, "level-id", rfc(7798, "7.1"), Value::Names(&[
            ("30", "level 1"), ("60", "level 2"), ("63", "level 2.1"), ("90", "level 3"), ("93", "level 3.1"),
            ("120", "level 4"), ("123", "level 4.1"), ("150", "level 5"), ("153", "level 5.1"), ("156", "level 5.2"),
            ("180", "level 6"), ("183", "level 6.1"), ("186", "level 6.2")]),
        "Up to which size and rate: thirty times the level."),
    parameter(Codec::H265, "tx-mode", rfc(7798, "7.1"), Value::Names(&[("SRST", "one stream, one transport")]),
        "How the layers travel."),
    parameter(Codec::Vp8, "max-fs", rfc(7741, "6.1"), Value::Number, "The largest picture that this side can decode, in macroblocks of 16 by 16."),
    parameter(Codec::Vp8, "max-fr", rfc(7741, "6.1"), Value::Number, "The most frames a second that this side can decode."),
    parameter(Codec::Vp9, "profile-id", rfc(9628, "6"), Value::Names(&[
            ("0", "8 bits, 4:2:0"), ("1", "8 bits, 4:2:2, 4:4:0 or 4:4:4"),
            ("2", "10 or 12 bits, 4:2:0"), ("3", "10 or 12 bits, 4:2:2, 4:4:0 or 4:4:4")]),
        "How many bits a sample has and how many samples carry color. 0 where it is missing."),
    parameter(Codec::Vp9, "max-fs", rfc(9628, "6"), Value::Number, "The largest picture that this side can decode, in macroblocks of 16 by 16."),
    parameter(Codec::Vp9, "max-fr", rfc(9628, "6"), Value::Number, "The most frames a second that this side can decode."),
    parameter(Codec::Av1, "profile", AV1, Value::Names(&[("0", "Main"), ("1", "High"), ("2", "Professional")]),
        "Which tools of AV1 may be used. 0 where it is missing."),
    parameter(Codec::Av1, "level-idx", AV1, Value::Names(&[
            ("0", "level 2.0"), ("1", "level 2.1"), ("4", "level 3.0"), ("5", "level 3.1"), ("8", "level 4.0"), ("9", "level 4.1"),
            ("12", "level 5.0"), ("13", "level 5.1"), ("14", "level 5.2"), ("15", "level 5.3"),
            ("16", "level 6.0"), ("17", "level 6.1"), ("18", "level 6.2"), ("19", "level 6.3")]),
        "Up to which size and rate this side can decode. 5, which is level 3.1, where it is missing."),
    parameter(Codec::Av1, "tier", AV1, Value::Names(&[("0", "Main tier"), ("1", "High tier")]),
        "Whether the higher bit rates of the level are meant. 0 where it is missing."),
    parameter(Codec::Rtx, "apt", rfc(4588, "8.1"), Value::PayloadType,
        "Associated payload type: whose lost packets are sent again under this one."),
    parameter(Codec::Rtx, "rtx-time", rfc(4588, "8.1"), Value::Number,
        "For how many milliseconds the sender keeps a packet to send it again."),
    parameter(Codec::Flexfec, "repair-window", rfc(8627, "5.1"), Value::Number,
        "Over how many microseconds the packets lie that one repair packet protects."),
];

pub(super) fn read(c: &mut Cursor<'_>, formats: &Formats) -> Step {
    let codec = if formats.rtp {
        payload_type(c, &FORMAT, formats)?.map_or(Codec::Unknown, |number| formats.codec(number))
    } else {
        let len = word_len(c);
        text(c, &FORMAT, len)?;
        Codec::Unknown
    };
    space(c)?;
    match codec {
        Codec::Red if !c.peek(c.left()).contains(&b'=') => red(c, formats),
        Codec::TelephoneEvent if !c.peek(c.left()).contains(&b'=') => all(c, &EVENTS),
        _ => parameters(c, codec, formats),
    }
}

/// `111/111`
fn red(c: &mut Cursor<'_>, formats: &Formats) -> Step {
    while c.left() > 0 {
        let (at, left) = (c.nodes(), c.left());
        let len = before(c, b'/', left);
        let number = number_of(c, &RED, len, 0..=127)?;
        meaning_of(c, at, number, formats);
        after(c, b'/')?;
    }
    Ok(())
}

/// `minptime=10;useinbandfec=1`
fn parameters(c: &mut Cursor<'_>, codec: Codec, formats: &Formats) -> Step {
    while c.left() > 0 {
        space(c)?;
        let left = c.left();
        let len = before(c, b';', left);
        if len > 0 {
            let equals = before(c, b'=', len);
            let known = known(codec, c.peek(equals).trim_ascii());
            c.within(&known.field, len, |c| parameter_of(c, known, equals, formats))?;
        }
        if c.left() > 0 {
            mark(c)?;
        }
    }
    Ok(())
}

fn known(codec: Codec, name: &[u8]) -> &'static Parameter {
    let fits = |p: &&Parameter| p.codec == codec && p.field.name.as_bytes().eq_ignore_ascii_case(name);
    PARAMETERS.iter().find(fits).unwrap_or(&OTHER)
}

fn parameter_of(c: &mut Cursor<'_>, known: &Parameter, name: usize, formats: &Formats) -> Step {
    if c.left() == name {
        return text(c, &TEXT, name).map(drop);
    }
    text(c, &NAME, name)?;
    mark(c)?;
    let (at, len) = (c.nodes(), c.left());
    match known.value {
        Value::Names(names) => {
            named(c, &VALUE, len, names)?;
        }
        Value::Number => {
            number_of(c, &VALUE, len, 0..=u64::MAX)?;
        }
        Value::PayloadType => {
            let number = number_of(c, &VALUE, len, 0..=127)?;
            meaning_of(c, at, number, formats);
        }
        Value::ProfileLevelId => profile_level_id(c)?,
        Value::Any => {
            text(c, &VALUE, len)?;
        }
    }
    Ok(())
}

fn meaning_of(c: &mut Cursor<'_>, at: usize, number: Option<u64>, formats: &Formats) {
    let name = number.map_or("", |number| formats.codec(number).name());
    if !name.is_empty() {
        c.mean(at, Meaning::Name(name));
    }
}

static PROFILE_LEVEL_ID: Field = Field::new(
    "profile-level-id value",
    rfc(6184, "8.1"),
    "Three bytes in hexadecimal, as a sequence parameter set begins.",
)
.hex();
static PROFILE_PARTS: &[Field] = &[
    Field::new("profile_idc", rfc(6184, "8.1"), "Which set of tools. Without the constraints after it, it says only half.")
        .bits(0xff_0000)
        .names(&[(66, "Baseline"), (77, "Main"), (88, "Extended"), (100, "High"), (110, "High 10"), (122, "High 4:2:2"), (244, "High 4:4:4 Predictive")]),
    Field::new("constraint_set0_flag", rfc(6184, "8.1"), "Also decodable by who knows Baseline.").bits(0x8000),
    Field::new("constraint_set1_flag", rfc(6184, "8.1"), "Also decodable by who knows Main. With Baseline this makes Constrained Baseline, which browsers have in common.").bits(0x4000),
    Field::new("constraint_set2_flag", rfc(6184, "8.1"), "Also decodable by who knows Extended.").bits(0x2000),
    Field::new("constraint_set3_flag", rfc(6184, "8.1"), "With level_idc 11 in Baseline, Main or Extended it means level 1b.").bits(0x1000),
    Field::new("constraint_set4_flag", rfc(6184, "8.1"), "In High: whole frames only, no fields.").bits(0x0800),
    Field::new("constraint_set5_flag", rfc(6184, "8.1"), "In High: no B pictures. With set4, Constrained High.").bits(0x0400),
    Field::new("reserved_zero_2bits", rfc(6184, "8.1"), "Zero.").bits(0x0300),
    Field::new("level_idc", rfc(6184, "8.1"), "Up to which size and rate: ten times the level.").bits(0xff).names(LEVELS),
];
const LEVELS: &[(u64, &str)] = &[
    (9, "level 1b"),
    (10, "level 1"),
    (11, "level 1.1"),
    (12, "level 1.2"),
    (13, "level 1.3"),
    (20, "level 2"),
    (21, "level 2.1"),
    (22, "level 2.2"),
    (30, "level 3"),
    (31, "level 3.1: 1280 by 720 at 30 frames a second"),
    (32, "level 3.2"),
    (40, "level 4: 1920 by 1080 at 30 frames a second"),
    (41, "level 4.1"),
    (42, "level 4.2: 1920 by 1080 at 60 frames a second"),
    (50, "level 5"),
    (51, "level 5.1"),
    (52, "level 5.2"),
];

fn profile_level_id(c: &mut Cursor<'_>) -> Step {
    let len = c.left();
    let read = c.digits_word(&PROFILE_LEVEL_ID, len, 16, PROFILE_PARTS)?;
    if len != 6 {
        read.note(Severity::Error, "must be six hexadecimal digits", Some(rfc(6184, "8.1")));
        return Ok(());
    }
    let Some(value) = read.value() else { return Ok(()) };
    if let Some(name) = profile(value) {
        read.means(Meaning::Name(name));
    }
    Ok(())
}

/// RFC 6184 section 8.1, table 5.
fn profile(value: u64) -> Option<&'static str> {
    let (idc, flags) = (value >> 16 & 0xff, value >> 8 & 0xff);
    Some(match (idc, flags) {
        (66, f) if f & 0x40 != 0 => "Constrained Baseline",
        (77, f) if f & 0x80 != 0 => "Constrained Baseline",
        (66, _) => "Baseline",
        (77, _) => "Main",
        (88, f) if f & 0xc0 == 0xc0 => "Constrained Baseline",
        (88, f) if f & 0x80 != 0 => "Baseline",
        (88, _) => "Extended",
        (100, 0x0c) => "Constrained High",
        (100, _) => "High",
        (244, _) => "High 4:4:4 Predictive",
        _ => return None,
    })
}
