//! What stands in each extension.

use super::extensions::From;
use super::record::VERSIONS;
use super::registry;
use super::vector::{number, numbers, opaque as bytes, vector};
use crate::cursor::{Cursor, Step};
use crate::spec::rfc;
use crate::tree::{Field, Severity};

static DATA: Field = Field::new("extension_data", rfc(5246, "7.4.1.4"), "What the extension says.");
static GROUPS: Field = Field::new("named_group_list", rfc(8422, "5.1.1"), "Most wanted first.");
static GROUP: Field = Field::new(
    "NamedGroup",
    rfc(8422, "5.1.1"),
    "A curve, or another group in which two ends agree on a key that nobody between them can know.",
)
.hex()
.names(registry::GROUPS);
static FORMATS: Field = Field::new("ec_point_format_list", rfc(8422, "5.1.2"), "How points may be written.");
static FORMAT: Field = Field::new("ECPointFormat", rfc(8422, "5.1.2"), "Only uncompressed may be used.")
    .names(&[(0, "uncompressed"), (1, "ansiX962_compressed_prime"), (2, "ansiX962_compressed_char2")]);
static SCHEMES: Field =
    Field::new("supported_signature_algorithms", rfc(5246, "7.4.1.4.1"), "Most wanted first.");
static SCHEME: Field =
    Field::new("SignatureScheme", rfc(8446, "4.2.3"), "The kind of key, and the hash that is signed.")
        .hex()
        .names(registry::SIGNATURE_SCHEMES);
static PROFILES: Field = Field::new(
    "SRTPProtectionProfiles",
    rfc(5764, "4.1.1"),
    "How media may be protected, most wanted first; of the server, the one that it chose.",
);
static PROFILE: Field = Field::new(
    "SRTPProtectionProfile",
    rfc(5764, "4.1.2"),
    "The cipher of SRTP, the length of its keys and of its tags.",
)
.hex()
.names(registry::SRTP_PROFILES);
static MKI: Field = Field::new(
    "srtp_mki",
    rfc(5764, "4.1.3"),
    "A name for the key that each SRTP packet would repeat. WebRTC has one key, and leaves it empty.",
);
static NAMES: Field = Field::new("ProtocolNameList", rfc(7301, "3.1"), "Most wanted first.");
static NAME: Field = Field::new("ProtocolName", rfc(7301, "3.1"), "A protocol's registered name.");
static VERSION_LIST: Field = Field::new("versions", rfc(8446, "4.2.1"), "Most wanted first.");
static VERSION: Field =
    Field::new("version", rfc(9147, "5.3"), "As DTLS writes versions.").hex().names(VERSIONS);
static COOKIE: Field = Field::new("cookie", rfc(8446, "4.2.2"), "What the server said, brought back.");
static MODES: Field = Field::new("ke_modes", rfc(8446, "4.2.9"), "The modes that are taken.");
static MODE: Field = Field::new(
    "PskKeyExchangeMode",
    rfc(8446, "4.2.9"),
    "Whether a key from before is used alone, or with a fresh key agreement.",
)
.names(&[(0, "psk_ke"), (1, "psk_dhe_ke")]);
static SHARES: Field = Field::new("client_shares", rfc(8446, "4.2.8"), "A public key for each group.");
static SHARE: Field = Field::new("KeyShareEntry", rfc(8446, "4.2.8"), "A group, and a public key in it.");
static KEY: Field = Field::new(
    "key_exchange",
    rfc(8446, "4.2.8"),
    "The public half of a key made for this association only.",
);
static CID: Field = Field::new("cid", rfc(9146, "3"), "The name that the sender wants to be called by.");
static RENEGOTIATED: Field = Field::new(
    "renegotiated_connection",
    rfc(5746, "3.2"),
    "The Finished of the handshake before: in the first handshake there is none.",
);
static SIZE_LIMIT: Field =
    Field::new("RecordSizeLimit", rfc(8449, "4"), "The longest plaintext of a record, in bytes.");

pub(super) fn opaque(c: &mut Cursor<'_>, _: From) -> Step {
    if c.left() > 0 { c.rest(&DATA).map(drop) } else { Ok(()) }
}

pub(super) fn supported_groups(c: &mut Cursor<'_>, _: From) -> Step {
    numbers(c, &GROUPS, &GROUP)
}

pub(super) fn point_formats(c: &mut Cursor<'_>, _: From) -> Step {
    vector(c, &FORMATS, 1, |c| c.repeat(|c| c.u8(&FORMAT).map(drop)))
}

pub(super) fn signature_algorithms(c: &mut Cursor<'_>, _: From) -> Step {
    numbers(c, &SCHEMES, &SCHEME)
}

pub(super) fn use_srtp(c: &mut Cursor<'_>, from: From) -> Step {
    let mut profiles = 0;
    vector(c, &PROFILES, 2, |c| {
        c.repeat(|c| {
            profiles += 1;
            let read = c.u16(&PROFILE)?;
            if from == From::Server && profiles == 1 {
                read.note(Severity::Info, "media will be protected so", None);
            }
            Ok(())
        })
    })?;
    if from == From::Server && profiles != 1 {
        let text = format!("a server chooses exactly one profile, not {profiles}");
        c.remark(Severity::Error, text, Some(rfc(5764, "4.1.1")));
    }
    bytes(c, &MKI, 1)
}

pub(super) fn protocols(c: &mut Cursor<'_>, _: From) -> Step {
    vector(c, &NAMES, 2, |c| {
        c.repeat(|c| {
            let length = c.u8(&super::vector::LENGTH)?.value() as usize;
            c.text_of(&NAME, length).map(drop)
        })
    })
}

pub(super) fn supported_versions(c: &mut Cursor<'_>, from: From) -> Step {
    match from {
        From::Client => vector(c, &VERSION_LIST, 1, |c| c.repeat(|c| number(c, &VERSION).map(drop))),
        From::Server => number(c, &VERSION).map(drop),
    }
}

pub(super) fn cookie(c: &mut Cursor<'_>, _: From) -> Step {
    bytes(c, &COOKIE, 2)
}

pub(super) fn psk_modes(c: &mut Cursor<'_>, _: From) -> Step {
    vector(c, &MODES, 1, |c| c.repeat(|c| c.u8(&MODE).map(drop)))
}

/// Of a HelloRetryRequest there is the group only.
pub(super) fn key_share(c: &mut Cursor<'_>, from: From) -> Step {
    match from {
        From::Client => vector(c, &SHARES, 2, |c| c.repeat(share)),
        From::Server if c.left() == 2 => number(c, &GROUP).map(drop),
        From::Server => share(c),
    }
}

fn share(c: &mut Cursor<'_>) -> Step {
    c.group(&SHARE, |c| {
        number(c, &GROUP)?;
        bytes(c, &KEY, 2)
    })
}

pub(super) fn connection_id(c: &mut Cursor<'_>, _: From) -> Step {
    bytes(c, &CID, 1)
}

pub(super) fn renegotiation_info(c: &mut Cursor<'_>, _: From) -> Step {
    bytes(c, &RENEGOTIATED, 1)
}

pub(super) fn record_size_limit(c: &mut Cursor<'_>, _: From) -> Step {
    c.u16(&SIZE_LIMIT).map(drop)
}
