//! Alerts: RFC 5246 section 7.2.

use crate::cursor::{Cursor, Step};
use crate::spec::rfc;
use crate::tree::{Field, Severity};

static ALERT: Field = Field::new(
    "Alert",
    rfc(5246, "7.2"),
    "Ends the association, in peace or not. Nobody confirms or repeats it: it can get lost.",
);
static LEVEL: Field = Field::new(
    "level",
    rfc(5246, "7.2"),
    "After a fatal alert both ends forget the association. What a warning does, its receiver decides.",
)
.names(&[(1, "warning"), (2, "fatal")]);
static DESCRIPTION: Field =
    Field::new("description", rfc(5246, "7.2"), "Why. For reasons of safety it seldom says much.")
        .names(DESCRIPTIONS);

pub(super) fn alert(c: &mut Cursor<'_>) -> Step {
    c.group(&ALERT, |c| {
        let levels = |n| matches!(n, 1 | 2);
        c.u8(&LEVEL)?.expect(levels, "neither warning (1) nor fatal (2)", rfc(5246, "7.2"));
        let description = c.u8(&DESCRIPTION)?;
        if let Some(why) = explained(description.value()) {
            description.note(Severity::Info, why, None);
        }
        Ok(())
    })
}

/// The registry of TLS alerts: RFC 5246 section 7.2 and what came after it.
const DESCRIPTIONS: &[(u64, &str)] = &[
    (0, "close_notify"),
    (10, "unexpected_message"),
    (20, "bad_record_mac"),
    (21, "decryption_failed_RESERVED"),
    (22, "record_overflow"),
    (30, "decompression_failure"),
    (40, "handshake_failure"),
    (41, "no_certificate_RESERVED"),
    (42, "bad_certificate"),
    (43, "unsupported_certificate"),
    (44, "certificate_revoked"),
    (45, "certificate_expired"),
    (46, "certificate_unknown"),
    (47, "illegal_parameter"),
    (48, "unknown_ca"),
    (49, "access_denied"),
    (50, "decode_error"),
    (51, "decrypt_error"),
    (52, "too_many_cids_requested"),
    (60, "export_restriction_RESERVED"),
    (70, "protocol_version"),
    (71, "insufficient_security"),
    (80, "internal_error"),
    (86, "inappropriate_fallback"),
    (90, "user_canceled"),
    (100, "no_renegotiation"),
    (109, "missing_extension"),
    (110, "unsupported_extension"),
    (111, "certificate_unobtainable_RESERVED"),
    (112, "unrecognized_name"),
    (113, "bad_certificate_status_response"),
    (114, "bad_certificate_hash_value_RESERVED"),
    (115, "unknown_psk_identity"),
    (116, "certificate_required"),
    (120, "no_application_protocol"),
    (121, "ech_required"),
];

/// What usually stands behind it.
fn explained(description: u64) -> Option<&'static str> {
    Some(match description {
        0 => "the sender has nothing more to say: the association ends in order",
        10 => "a message came that has no place here; the ends disagree on how far the handshake is",
        20 => {
            "a record's tag did not verify; over datagrams such a record should be dropped without an alert"
        }
        21 | 41 | 60 | 111 | 114 => "of an older version of TLS: nobody should send it today",
        22 => "a record was longer than a record may be",
        30 => "a record could not be unpacked; WebRTC does not compress",
        40 => {
            "no version, cipher suite or group suits both ends, or a certificate was asked for and none came"
        }
        42 => {
            "the certificate is damaged or its signature wrong; in WebRTC often: its fingerprint is not the SDP's"
        }
        43 => "a certificate with a kind of key that the receiver does not take",
        44 => "whoever signed the certificate took it back",
        45 => "the certificate is out of date, or the clock of the receiver is wrong",
        46 => "something about the certificate displeased; in WebRTC often: its fingerprint is not the SDP's",
        47 => "a field was out of range, or contradicted another",
        48 => {
            "no authority that the receiver trusts signed it; WebRTC should not ask: its certificates sign themselves"
        }
        49 => "the certificate is right, and its owner is not let in",
        50 => "a message could not be read: a length or a value was wrong",
        51 => {
            "a signature or Finished did not verify: the ends saw different handshakes, or one of them lies"
        }
        52 => "more connection IDs were asked for than the receiver gives",
        70 => "the version that was offered is known, and not wanted",
        71 => "the server wants stronger ciphers than were offered",
        80 => "something failed that has nothing to do with the other end",
        86 => "the client fell back to an older version, though the server can do better",
        90 => "the user ended the handshake",
        100 => "no second handshake inside this association",
        109 => "an extension is missing that has to be there",
        110 => "the server answered with an extension that nobody asked for",
        112 => "the server has no such name",
        113 => "the proof that the certificate is still good is not",
        115 => "no key is known under that name",
        116 => "a certificate was asked for, and none came",
        120 => "no application protocol suits both ends",
        121 => "the client wanted its ClientHello encrypted",
        _ => return None,
    })
}
