//! Hello extensions: RFC 5246 section 7.4.1.4. What WebRTC's stacks send is read; the rest is named.

use super::extension_values as values;
use super::registry;
use super::vector::{LENGTH, vector};
use crate::cursor::{Cursor, Step};
use crate::spec::{Spec, rfc};
use crate::tree::{Field, Meaning, Severity};

/// Which hello an extension stands in: some look different in the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    Client,
    Server,
}

/// An extension: its number, what it is, and how its data is read.
struct Extension {
    kind: u64,
    field: Field,
    data: fn(&mut Cursor<'_>, From) -> Step,
}

static EXTENSIONS: Field = Field::new(
    "extensions",
    rfc(5246, "7.4.1.4"),
    "What was invented after TLS 1.2, or is for one use only. Who does not know one passes over it; a server answers \
     with none that nobody offered.",
);
static TYPE: Field =
    Field::new("extension_type", rfc(5246, "7.4.1.4"), "Which extension: a number of IANA's registry.");

const fn extension(
    kind: u64,
    name: &'static str,
    spec: Spec,
    data: fn(&mut Cursor<'_>, From) -> Step,
    about: &'static str,
) -> Extension {
    Extension { kind, field: Field::new(name, spec, about), data }
}

/// Reads all extensions, where there are any.
pub(super) fn all(c: &mut Cursor<'_>, from: From) -> Step {
    if c.left() == 0 {
        return Ok(());
    }
    vector(c, &EXTENSIONS, 2, |c| c.repeat(|c| one(c, from)))
}

fn one(c: &mut Cursor<'_>, from: From) -> Step {
    let kind = match c.peek(2) {
        &[high, low] => u64::from(high) << 8 | u64::from(low),
        _ => u64::MAX,
    };
    let extension = match KNOWN.iter().find(|extension| extension.kind == kind) {
        Some(extension) => extension,
        None if registry::is_grease(kind) => &GREASE,
        None => &UNKNOWN,
    };
    c.group(&extension.field, |c| {
        let known = !std::ptr::eq(extension, &UNKNOWN);
        let name = if known { Meaning::Name(extension.field.name) } else { Meaning::Plain };
        let read = c.u16(&TYPE)?.means(name);
        if std::ptr::eq(extension, &GREASE) && from == From::Server {
            read.note(Severity::Error, "a server must not answer with GREASE", Some(rfc(8701, "3.1")));
        }
        let length = c.u16(&LENGTH)?.value() as usize;
        c.inline(length, |c| (extension.data)(c, from))
    })
}

static GREASE: Extension = extension(
    u64::MAX,
    "GREASE",
    rfc(8701, "2"),
    values::opaque,
    "Means nothing: a client sends it so that servers learn to pass over what they do not know.",
);
static UNKNOWN: Extension = extension(
    u64::MAX,
    "Extension",
    rfc(5246, "7.4.1.4"),
    values::opaque,
    "An extension whose number is not known here.",
);

/// Those that browsers, `rtc`, OpenSSL and mbedTLS send.
static KNOWN: &[Extension] = &[
    extension(
        0,
        "server_name",
        rfc(6066, "3"),
        values::opaque,
        "Which of a server's names is meant. WebRTC has none.",
    ),
    extension(
        5,
        "status_request",
        rfc(6066, "8"),
        values::opaque,
        "Asks for proof that the certificate was not taken back.",
    ),
    extension(
        10,
        "supported_groups",
        rfc(8422, "5.1.1"),
        values::supported_groups,
        "The groups in which keys can be agreed on, most wanted first.",
    ),
    extension(
        11,
        "ec_point_formats",
        rfc(8422, "5.1.2"),
        values::point_formats,
        "How a point of a curve may be written. Uncompressed is all that is left.",
    ),
    extension(
        13,
        "signature_algorithms",
        rfc(5246, "7.4.1.4.1"),
        values::signature_algorithms,
        "How the other end may sign, most wanted first. A server with an RSA certificate needs one of RSA here.",
    ),
    extension(
        14,
        "use_srtp",
        rfc(5764, "4.1.1"),
        values::use_srtp,
        "This handshake shall make the keys of SRTP: audio and video are not sent inside DTLS. Without it no media.",
    ),
    extension(
        15,
        "heartbeat",
        rfc(6520, "2"),
        values::opaque,
        "Whether the other end may ask if one is there.",
    ),
    extension(
        16,
        "application_layer_protocol_negotiation",
        rfc(7301, "3.1"),
        values::protocols,
        "What will be spoken inside. Of WebRTC there are webrtc and c-webrtc (RFC 8833), seldom sent.",
    ),
    extension(
        18,
        "signed_certificate_timestamp",
        rfc(6962, "3.3.1"),
        values::opaque,
        "Proof that the certificate was published. Certificates that sign themselves are not.",
    ),
    extension(21, "padding", rfc(7685, "3"), values::opaque, "Zeros that make the message longer."),
    extension(
        22,
        "encrypt_then_mac",
        rfc(7366, "2"),
        values::opaque,
        "For the old CBC ciphers: sum what is encrypted, not what is plain. Means nothing with AEAD.",
    ),
    extension(
        23,
        "extended_master_secret",
        rfc(7627, "5.1"),
        values::opaque,
        "The master secret shall depend on the whole handshake, so that nobody in the middle can give two associations \
         the same one.",
    ),
    extension(27, "compress_certificate", rfc(8879, "3"), values::opaque, "Certificates may be packed."),
    extension(
        28,
        "record_size_limit",
        rfc(8449, "4"),
        values::record_size_limit,
        "The longest record that is taken.",
    ),
    extension(
        35,
        "session_ticket",
        rfc(5077, "3.2"),
        values::opaque,
        "A ticket of before; or, empty: one would be welcome.",
    ),
    extension(41, "pre_shared_key", rfc(8446, "4.2.11"), values::opaque, "TLS 1.3: keys known from before."),
    extension(
        42,
        "early_data",
        rfc(8446, "4.2.10"),
        values::opaque,
        "TLS 1.3: data before the handshake is done.",
    ),
    extension(
        43,
        "supported_versions",
        rfc(8446, "4.2.1"),
        values::supported_versions,
        "The versions that the client speaks; of the server, the one that is spoken. Here DTLS 1.3 shows.",
    ),
    extension(
        44,
        "cookie",
        rfc(8446, "4.2.2"),
        values::cookie,
        "DTLS 1.3: proof that the client gets what is sent to its address.",
    ),
    extension(
        45,
        "psk_key_exchange_modes",
        rfc(8446, "4.2.9"),
        values::psk_modes,
        "TLS 1.3: how a key from before may be used.",
    ),
    extension(
        49,
        "post_handshake_auth",
        rfc(8446, "4.2.6"),
        values::opaque,
        "TLS 1.3: a certificate may come later.",
    ),
    extension(
        50,
        "signature_algorithms_cert",
        rfc(8446, "4.2.3"),
        values::signature_algorithms,
        "How certificates may be signed, where that differs.",
    ),
    extension(
        51,
        "key_share",
        rfc(8446, "4.2.8"),
        values::key_share,
        "TLS 1.3: the sender's half of the key agreement, at once, in groups that it hopes for.",
    ),
    extension(
        54,
        "connection_id",
        rfc(9146, "3"),
        values::connection_id,
        "A name by which the association is known when an address changes. ICE does that for WebRTC.",
    ),
    extension(
        0xfe0d,
        "encrypted_client_hello",
        rfc(9849, "5"),
        values::opaque,
        "The true ClientHello, encrypted; or GREASE that looks like one.",
    ),
    extension(
        0xff01,
        "renegotiation_info",
        rfc(5746, "3.2"),
        values::renegotiation_info,
        "Ties a second handshake to the first. Empty in the first; there so that the other end knows that it could.",
    ),
];
