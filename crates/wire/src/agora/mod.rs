//! Agora's AccessToken2, the token that begins with "007": who may join which channel, and until when.
//!
//! ```text
//! "007" base64( zlib( signature   signing info ) )
//!
//! text           length, 2 bytes; then so many bytes of UTF-8. All numbers are little-endian
//! signature      length, 2 bytes; HMAC-SHA256 of the signing info, 32 bytes
//! signing info   App ID, a text   issue timestamp 4   expire 4   salt 4   service count 2   services
//! service        type 2   privilege count 2   [ privilege 2   expire 4 ]...   texts and more, by its type
//! RTC (1)        ... channel, a text   uid, a text
//!
//! key            HMAC(salt, HMAC(issue timestamp, App Certificate)), where HMAC(key, message)
//! ```
//!
//! No specification says so; Agora's own packages do, and what they build is read here and the other way round
//! (`tests/agora_token.rs` of the workbook). The token holds no secret: whoever has it reads all of it. Only who
//! knows the App Certificate can make one.

mod admit;
mod content;
mod old;
mod services;
mod sign;
mod time;
mod token;
mod zlib;

pub use admit::{Admission, CHECKS, Check, Question, Refusal, admit};
pub use sign::{Certificate, NotACertificate, Signature};
pub use time::Utc;
pub use token::{Permissions, Privileges, Service, Token, Unreadable, Unsignable, privilege};
pub use zlib::deflated;

use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::{DecodeError, alphabet};

use crate::cursor::{Cursor, Step};
use crate::layer::Layer;
use crate::spec::{Spec, rfc};
use crate::tree::{Dissection, Field, Node, Severity};

/// A token: "007…", and the "006…" before it.
pub static AGORA: Layer = Layer { id: "agora", root: &ROOT, claims, dissect, summary };

/// What builds and reads these tokens, by those who check them.
const ACCESS_TOKEN_2: Spec = Spec::Page {
    title: "AgoraIO/Tools, AccessToken2",
    url: "https://github.com/AgoraIO/Tools/blob/master/DynamicKey/AgoraDynamicKey/nodejs/src/AccessToken2.js",
};
/// What the builders say of lifetimes and of uid 0.
const RTC_TOKEN_BUILDER_2: Spec = Spec::Page {
    title: "AgoraIO/Tools, RtcTokenBuilder2",
    url: "https://github.com/AgoraIO/Tools/blob/master/DynamicKey/AgoraDynamicKey/nodejs/src/RtcTokenBuilder2.js",
};
/// How long a token counts.
const TOKEN_SERVER: Spec = Spec::Page {
    title: "Agora, Deploy a token server",
    url: "https://docs.agora.io/en/video-calling/token-authentication/deploy-token-server",
};
/// What `*` stands for. The page is in Chinese; Agora's English pages speak of wildcard tokens and do not spell them.
const WILDCARD: Spec = Spec::Page {
    title: "Agora (Shengwang), Wildcard tokens",
    url: "https://doc.shengwang.cn/doc/rtc/javascript/best-practice/wildcard-token",
};

/// A token counts for no longer, whatever it says.
const LONGEST: u32 = 24 * 60 * 60;

static ROOT: Field = Field::new(
    "Agora token",
    ACCESS_TOKEN_2,
    "Says what its bearer may do, signed by who knows the App Certificate. Signed, not encrypted: everybody can read it.",
);
static VERSION: Field =
    Field::new("Version", ACCESS_TOKEN_2, "Which token it is: 007 is AccessToken2, 006 was AccessToken.");
static CONTENT: Field = Field::new(
    "Content",
    rfc(4648, "4"),
    "The rest in base64: four characters for three bytes, so that it passes wherever text does.",
);
static DECODED: Field =
    Field::new("Decoded content", rfc(4648, "4"), "The bytes that the base64 stands for.");
static LINE_END: Field =
    Field::new("Line end", Spec::Own, "Of the file or terminal that the token came from.");

/// Padding is left out by some; anything else that is not base64 is damage.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

fn dissect(c: &mut Cursor<'_>) -> Step {
    let line_end = c.peek(c.left()).iter().rev().take_while(|byte| byte.is_ascii_whitespace()).count();
    let text = c.left() - line_end;
    c.inline(text, token)?;
    if line_end > 0 { c.rest(&LINE_END).map(drop) } else { Ok(()) }
}

fn token(c: &mut Cursor<'_>) -> Step {
    match c.peek(3) {
        b"007" => {
            c.text_of(&VERSION, 3)?;
            base64(c, zlib::read)
        }
        b"006" => old::read(c),
        _ => {
            let len = c.left().min(3);
            let why = if len == 0 { "there is nothing" } else { "a token begins with 007" };
            c.text_of(&VERSION, len)?.note(Severity::Error, why, Some(ACCESS_TOKEN_2));
            if c.left() > 0 { c.text(&CONTENT).map(drop) } else { Ok(()) }
        }
    }
}

/// The base64 that is left, and what `body` reads of it. Where it breaks off, what comes before is read.
fn base64(c: &mut Cursor<'_>, body: fn(&mut Cursor<'_>) -> Step) -> Step {
    let text = c.peek(c.left()).to_vec();
    let read = c.text(&CONTENT)?;
    let bytes = match BASE64.decode(&text) {
        Ok(bytes) => bytes,
        Err(error) => {
            read.note(Severity::Error, said(&error), Some(rfc(4648, "4")));
            whole_quanta(&text)
        }
    };
    c.derive(&DECODED, bytes, body)
}

fn said(error: &DecodeError) -> String {
    match error {
        DecodeError::InvalidByte(at, byte) => {
            format!("character {} is no base64: {:?}", at + 4, char::from(*byte))
        }
        _ => "the base64 breaks off in the middle of a byte: its end is lost, or was changed".to_owned(),
    }
}

/// What the text is for certain: whole groups of four characters, up to the first that is no base64.
fn whole_quanta(text: &[u8]) -> Vec<u8> {
    let fine = text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(byte)).count();
    BASE64.decode(text.get(..fine / 4 * 4).unwrap_or_default()).unwrap_or_default()
}

/// "007" and base64 that begins as zlib does; "006", 32 hex digits and base64.
fn claims(bytes: &[u8]) -> bool {
    let text = bytes.trim_ascii_end();
    let base64 = |text: &[u8]| {
        let text = text.strip_suffix(b"=").unwrap_or(text);
        let text = text.strip_suffix(b"=").unwrap_or(text);
        text.len() >= 8 && text.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(byte))
    };
    match text.split_at_checked(3) {
        Some((b"007", content)) => {
            base64(content)
                && BASE64.decode(content.get(..4).unwrap_or_default()).is_ok_and(|b| zlib::claims(&b))
        }
        Some((b"006", rest)) => {
            let Some((app_id, content)) = rest.split_at_checked(32) else { return false };
            app_id.iter().all(u8::is_ascii_hexdigit) && base64(content)
        }
        _ => false,
    }
}

/// `Agora token, RTC demo as alice, for 600 s`, `Agora token 006`
fn summary(d: &Dissection<'_>) -> String {
    token_summary(d.nodes(), &|node| String::from_utf8_lossy(d.bytes(node.span)).into_owned())
}

pub(crate) fn token_summary(nodes: &[Node], text: &dyn Fn(&Node) -> String) -> String {
    let find = |field: &Field| nodes.iter().find(|node| std::ptr::eq(node.field, field));
    let short = |field: &Field| find(field).map(text).map(|text| text.chars().take(16).collect::<String>());
    if find(&VERSION).map(text).as_deref() != Some("007") {
        return format!("Agora token {}", short(&VERSION).unwrap_or_default()).trim_end().to_owned();
    }
    let services = nodes.iter().filter(|node| std::ptr::eq(node.field, &services::TYPE));
    let names: Vec<_> = services.filter_map(|node| services::name(node.uint()?)).take(4).collect();
    let mut said = "Agora token".to_owned();
    if !names.is_empty() {
        said = format!("{said}, {}", names.join(" and "));
    }
    if let (Some(channel), Some(uid)) = (short(&services::CHANNEL), short(&services::UID)) {
        said = format!("{said} {channel} as {}", if uid.is_empty() { "anybody" } else { &uid });
    }
    match find(&content::EXPIRE).and_then(Node::uint) {
        Some(seconds) => format!("{said}, for {seconds} s"),
        None => format!("{said}, damaged"),
    }
}
