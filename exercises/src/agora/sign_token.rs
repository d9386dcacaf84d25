//! An AccessToken2, packed and signed by the student, read and checked by [`wire::agora`].

mod content;
mod packing;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use wire::agora::{AGORA, Service};

use super::ACCESS_TOKEN_2;
use crate::{Exam, Failure, Reason, hex};

/// What is to be said in a token for one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Whose: 32 hex digits.
    pub app_id: String,
    /// When it is issued, in seconds since 1970.
    pub issued: u32,
    /// For how many seconds from then it counts.
    pub expire: u32,
    /// A random number.
    pub salt: u32,
    /// Which may be joined.
    pub channel: String,
    /// By whom; 0 is anybody.
    pub uid: u32,
    /// The numbers of what is granted, and for how many seconds. In no order.
    pub privileges: Vec<(u16, u32)>,
}

/// First function: what is signed.
pub type Pack = fn(&Token) -> Vec<u8>;
/// Second function: the token, by what is in it and the App Certificate.
pub type Sign = fn(&Token, &str) -> String;

/// HMAC-SHA256 (RFC 2104): 32 bytes that only who knows the key can compute for this message. Or, where the message is the
/// secret: only who knows the message.
#[must_use]
pub fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    // HMAC takes a key of any length, so this refuses none.
    let Ok(mut mac) = <Hmac<Sha256> as Mac>::new_from_slice(key) else { return [0; 32] };
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// Makes bytes shorter: zlib (RFC 1950) with DEFLATE (RFC 1951) in it.
#[must_use]
pub fn deflate(bytes: &[u8]) -> Vec<u8> {
    wire::agora::deflated(bytes)
}

/// Bytes as text: RFC 4648 section 4.
#[must_use]
pub fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The App ID and the certificate of the tests of Agora's own packages.
const APP_ID: &str = "970CA35de60c44645bbae8a215061b33";
const CERTIFICATE: &str = "5CFd2fd1755d40ecb72977518be15d3b";

/// Lets tokens be packed, then signed.
///
/// # Errors
/// The first that is not what [`wire::agora`] makes of the same.
pub fn check(exam: &Exam, pack: Pack, sign: Sign) -> Result<(), Box<Failure>> {
    for (name, token) in tokens() {
        let Some(made) = Made::of(&token, CERTIFICATE) else { continue };
        packs(exam, pack, name, &token, &made)?;
    }
    for (name, token) in tokens() {
        for certificate in [CERTIFICATE, "0123456789abcdef0123456789abcdef"] {
            let Some(made) = Made::of(&token, certificate) else { continue };
            signs(exam, sign, name, (&token, certificate), &made)?;
        }
    }
    Ok(())
}

/// What is packed and signed, each with what is special about it.
#[must_use]
pub fn tokens() -> Vec<(&'static str, Token)> {
    let token = |uid, privileges: &[(u16, u32)]| Token {
        app_id: APP_ID.to_owned(),
        issued: 1_111_111,
        expire: 600,
        salt: 1,
        channel: "7d72365eb983485397e3e3f9d460bdda".to_owned(),
        uid,
        privileges: privileges.to_vec(),
    };
    let today = Token { issued: 1_763_868_600, expire: 86_400, salt: 76_543_210, ..token(7, &[(1, 0)]) };
    vec![
        ("for a publisher", token(2_882_341_273, &[(1, 600), (2, 300)])),
        ("a token of Agora's own tests", token(2_882_341_273, &[(1, 600)])),
        ("to publish for a shorter time", token(2_882_341_273, &[(4, 300), (2, 120), (1, 600), (3, 60)])),
        ("for anybody", token(0, &[(1, 600)])),
        ("a short name", Token { channel: "ping".to_owned(), ..today.clone() }),
        ("a name of 300 bytes", Token { channel: "a room with a long name, ".repeat(12), ..today.clone() }),
        ("two bytes of privilege", Token { privileges: vec![(300, 7), (2, 86_400)], ..today.clone() }),
        ("nothing is granted", Token { privileges: Vec::new(), ..today }),
    ]
}

/// The same token, made by the workbook.
struct Made {
    /// What is signed.
    signed: Vec<u8>,
    signature: [u8; 32],
    /// The fields of what is signed, as `wire` names them: where each begins and ends.
    fields: Vec<Part>,
}

/// A field of what is signed.
struct Part {
    name: String,
    about: &'static str,
    at: std::ops::Range<usize>,
}

impl Made {
    fn of(token: &Token, certificate: &str) -> Option<Self> {
        let uid = if token.uid == 0 { String::new() } else { token.uid.to_string() };
        let privileges = token.privileges.iter().copied().collect();
        let rtc = Service::Rtc { channel: token.channel.clone(), uid, privileges };
        let Token { app_id, issued, expire, salt, .. } = token.clone();
        let token = wire::agora::Token { app_id, issued, expire, salt, services: vec![rtc] };
        let text = token.sign(&certificate.parse().ok()?).ok()?;
        let (_, signature) = wire::agora::Token::read(&text).ok()?;
        let signed = signature.signed;
        Some(Self { fields: parts(&text, signed.len()), signed, signature: signature.bytes })
    }

    /// What is compressed: the signature, with its length, and what it signs.
    fn content(&self) -> Vec<u8> {
        [&32_u16.to_le_bytes()[..], &self.signature, &self.signed].concat()
    }
}

fn parts(text: &str, signed: usize) -> Vec<Part> {
    let tree = AGORA.dissect(text.as_bytes());
    let last = tree.sources().saturating_sub(1);
    let before = tree.source(last as u16).len().saturating_sub(signed);
    let mut parts: Vec<Part> = Vec::new();
    for (_, leaf) in tree.leaves().filter(|(_, leaf)| usize::from(leaf.span.source) == last) {
        let (start, end) = (leaf.span.start as usize, leaf.span.end as usize);
        let Some(start) = start.checked_sub(before) else { continue };
        let name = leaf.field.name;
        if let Some(length) = parts.last_mut().filter(|part| part.name == "Length") {
            length.name = format!("length of {name}");
        }
        parts.push(Part { name: name.to_owned(), about: leaf.field.about, at: start..end - before });
    }
    parts
}

fn packs(exam: &Exam, pack: Pack, name: &str, token: &Token, made: &Made) -> Result<(), Box<Failure>> {
    let name = format!("pack: {name}");
    let expected = format!("{} bytes, the first of them {}", made.signed.len(), hex(&made.signed[..6]));
    let case = exam.case(&name, shown(token).as_bytes(), expected, ACCESS_TOKEN_2).text();
    let returned = case.ask(|| pack(token))?;
    if returned == made.signed {
        return Ok(());
    }
    let told = packing::explain(token, made, &returned);
    let case = exam.case(&name, &returned, told.expected, ACCESS_TOKEN_2);
    Err(case.wrong(told.returned, Reason::new(ACCESS_TOKEN_2, told.why).at(told.at, told.label)))
}

fn signs(
    exam: &Exam,
    sign: Sign,
    name: &str,
    (token, certificate): (&Token, &str),
    made: &Made,
) -> Result<(), Box<Failure>> {
    let name = format!("sign: {name}");
    let expected = "a token whose signature holds";
    let evidence = format!("certificate {certificate}\n{}", shown(token));
    let case = exam.case(&name, evidence.as_bytes(), expected, ACCESS_TOKEN_2).text();
    let returned = case.ask(|| sign(token, certificate))?;
    let Some(told) = content::explain(token, certificate, made, &returned) else { return Ok(()) };
    let case = exam.case(&name, &told.evidence, told.expected, ACCESS_TOKEN_2);
    let case = if told.is_text { case.text() } else { case };
    Err(case.wrong(told.returned, Reason::new(ACCESS_TOKEN_2, told.why).at(told.at, told.label)))
}

fn shown(token: &Token) -> String {
    let Token { app_id, issued, expire, salt, channel, uid, privileges } = token;
    let privileges: Vec<_> =
        privileges.iter().map(|(number, seconds)| format!("{number}: {seconds}")).collect();
    format!(
        "app_id      {app_id}\nissued      {issued}\nexpire      {expire}\nsalt        {salt}\nchannel     {channel:?}\n\
         uid         {uid}\nprivileges  {}",
        privileges.join(", ")
    )
}
