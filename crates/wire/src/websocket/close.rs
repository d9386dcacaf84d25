//! The payload of a Close frame: RFC 6455 section 5.5.1 and section 7.4.
//!
//! ```text
//! 03 e8        1000
//! 62 79 65     "bye", for whoever reads the log
//! ```

use crate::cursor::{Cursor, Step};
use crate::spec::rfc;
use crate::tree::{Field, Severity};

pub(super) static CODE: Field =
    Field::new("Status code", rfc(6455, "7.4"), "Why the connection is closed: 1000 where all went well.")
        .names(CODES);
static REASON: Field = Field::new(
    "Reason",
    rfc(6455, "5.5.1"),
    "For whoever debugs, not for the user: UTF-8, at most 123 bytes.",
);
static HALF: Field = Field::new("Half a status code", rfc(6455, "5.5.1"), "A status code has two bytes.");

/// As the registry has them (<https://www.iana.org/assignments/websocket/websocket.xhtml>).
const CODES: &[(u64, &str)] = &[
    (1000, "Normal Closure"),
    (1001, "Going Away"),
    (1002, "Protocol error"),
    (1003, "Unsupported Data"),
    (1004, "Reserved"),
    (1005, "No Status Rcvd"),
    (1006, "Abnormal Closure"),
    (1007, "Invalid frame payload data"),
    (1008, "Policy Violation"),
    (1009, "Message Too Big"),
    (1010, "Mandatory Ext."),
    (1011, "Internal Error"),
    (1012, "Service Restart"),
    (1013, "Try Again Later"),
    (1014, "Bad Gateway"),
    (1015, "TLS handshake"),
];

pub(super) fn body(c: &mut Cursor<'_>) -> Step {
    match c.left() {
        0 => {
            let why = "no status code: the application is told 1005, which is never on the wire";
            c.remark(Severity::Info, why, Some(rfc(6455, "7.1.5")));
            return Ok(());
        }
        1 => {
            let why = "one byte: a close payload is empty, or begins with a status code of two";
            c.bytes(&HALF, 1)?.note(Severity::Error, why, Some(rfc(6455, "5.5.1")));
            return Ok(());
        }
        _ => {}
    }
    let read = c.u16(&CODE)?;
    if let Some((why, section)) = wrong(read.value()) {
        read.note(Severity::Error, why, Some(rfc(6455, section)));
    }
    if c.left() == 0 {
        return Ok(());
    }
    let valid = std::str::from_utf8(c.peek(c.left())).is_ok();
    let reason = c.text(&REASON)?;
    if !valid {
        let why = "a reason that is not UTF-8: the receiver fails the connection, with 1007";
        reason.note(Severity::Error, why, Some(rfc(6455, "8.1")));
    }
    Ok(())
}

/// Why a code may not be sent, and the section that says so.
fn wrong(code: u64) -> Option<(&'static str, &'static str)> {
    match code {
        1005 => Some(("1005 must not be sent: it tells the application that no code came", "7.4.1")),
        1006 => {
            Some(("1006 must not be sent: it tells the application that the connection broke off", "7.4.1"))
        }
        1015 => Some(("1015 must not be sent: it tells the application that TLS failed", "7.4.1")),
        1000..=1003 | 1007..=1014 | 3000..=4999 => None,
        0..=999 => Some(("codes below 1000 are not used", "7.4.2")),
        1004 | 1016..=2999 => Some(("reserved for the protocol, and no code that it defines", "7.4.2")),
        _ => Some(("codes from 5000 on are not used", "7.4.2")),
    }
}
