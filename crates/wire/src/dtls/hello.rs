//! The messages that agree on what will be spoken: RFC 5246 section 7.4.1, RFC 6347 section 4.2.1.

use super::extensions::{self, From};
use super::record::VERSIONS;
use super::registry;
use super::vector::{number, numbers, opaque, vector};
use crate::cursor::{Cursor, Step};
use crate::spec::rfc;
use crate::tree::{Field, Severity};

static CLIENT_VERSION: Field = Field::new(
    "client_version",
    rfc(5246, "7.4.1.2"),
    "The newest version that the client speaks, up to 1.2. A newer one stands in supported_versions.",
)
.hex()
.names(VERSIONS);
static SERVER_VERSION: Field = Field::new(
    "server_version",
    rfc(6347, "4.2.1"),
    "The version that will be spoken; in a HelloVerifyRequest it means nothing, and is 1.0.",
)
.hex()
.names(VERSIONS);
static RANDOM: Field = Field::new(
    "random",
    rfc(5246, "7.4.1.2"),
    "Goes into the keys, so that no two handshakes make the same. Once four bytes of time and 28 of chance. The \
     client's names the handshake in a key log.",
);
static SESSION_ID: Field = Field::new(
    "session_id",
    rfc(5246, "7.4.1.2"),
    "Names an association of before that could be taken up again. WebRTC makes each of them new.",
);
static COOKIE: Field = Field::new(
    "cookie",
    rfc(6347, "4.2.1"),
    "What a HelloVerifyRequest said, brought back: whoever forged its address never saw it.",
);
static SUITES: Field =
    Field::new("cipher_suites", rfc(5246, "7.4.1.2"), "What the client can use, most wanted first.");
static SUITE: Field = Field::new(
    "cipher_suite",
    rfc(5246, "7.4.1.2"),
    "How keys are agreed on, who signs, the cipher, and the hash that makes the keys.",
)
.hex()
.names(registry::CIPHER_SUITES);
static COMPRESSIONS: Field = Field::new(
    "compression_methods",
    rfc(5246, "7.4.1.2"),
    "Null only: to compress what is secret tells of it.",
);
static COMPRESSION: Field = Field::new("compression_method", rfc(5246, "7.4.1.3"), "Always null.")
    .names(&[(0, "null"), (1, "DEFLATE")]);
static LIFETIME: Field =
    Field::new("ticket_lifetime_hint", rfc(5077, "3.3"), "For how many seconds the ticket may be good.");
static TICKET: Field = Field::new("ticket", rfc(5077, "3.3"), "What only the server can read.");

/// SHA-256 of "HelloRetryRequest", in the place of a random: RFC 8446 section 4.1.3.
pub(crate) const HELLO_RETRY_REQUEST: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2,
    0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

pub(super) fn client(c: &mut Cursor<'_>) -> Step {
    c.u16(&CLIENT_VERSION)?;
    c.bytes(&RANDOM, 32)?;
    opaque(c, &SESSION_ID, 1)?;
    opaque(c, &COOKIE, 1)?;
    numbers(c, &SUITES, &SUITE)?;
    vector(c, &COMPRESSIONS, 1, |c| c.repeat(|c| c.u8(&COMPRESSION).map(drop)))?;
    extensions::all(c, From::Client)
}

pub(super) fn server(c: &mut Cursor<'_>) -> Step {
    c.u16(&SERVER_VERSION)?;
    let random = c.bytes(&RANDOM, 32)?.value();
    if let Some(said) = meant_by(c.slice(random)) {
        c.remark(Severity::Info, said, Some(rfc(8446, "4.1.3")));
    }
    opaque(c, &SESSION_ID, 1)?;
    number(c, &SUITE)?;
    c.u8(&COMPRESSION)?.expect(|n| n == 0, "never to be chosen", rfc(9325, "3.3"));
    extensions::all(c, From::Server)
}

/// What a server says by a random that is none.
fn meant_by(random: &[u8]) -> Option<&'static str> {
    if random == HELLO_RETRY_REQUEST {
        return Some("the random says HelloRetryRequest: begin again with another group or with this cookie");
    }
    let known = random.ends_with(b"DOWNGRD\x01") || random.ends_with(b"DOWNGRD\x00");
    known.then_some(
        "the random ends with DOWNGRD: the server knows a newer version, and tells a client that offered one too that \
         somebody came between them",
    )
}

pub(super) fn verify(c: &mut Cursor<'_>) -> Step {
    c.u16(&SERVER_VERSION)?;
    opaque(c, &COOKIE, 1)
}

pub(super) fn ticket(c: &mut Cursor<'_>) -> Step {
    c.u32(&LIFETIME)?;
    opaque(c, &TICKET, 2)
}
