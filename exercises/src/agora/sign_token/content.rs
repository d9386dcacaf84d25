//! What is wrong with a token that was signed, from its text inwards.

use wire::agora::AGORA;

use super::{Made, Token, base64, deflate, hmac_sha256};
use crate::hex;

/// What is to be said of a token that is wrong.
pub(super) struct Told {
    pub(super) returned: String,
    pub(super) expected: String,
    /// What is shown: the text of the token, or the bytes in it.
    pub(super) evidence: Vec<u8>,
    pub(super) is_text: bool,
    pub(super) at: std::ops::Range<usize>,
    pub(super) label: String,
    pub(super) why: String,
}

/// None, where nothing is wrong.
pub(super) fn explain(token: &Token, certificate: &str, made: &Made, returned: &str) -> Option<Told> {
    let right = made.content();
    match inflated(returned) {
        Ok(content) if content == right => None,
        Ok(content) => Some(wrong_content(token, certificate, made, content)),
        Err((at, label, why)) => Some(Told {
            returned: format!("a text of {} characters, which is no token", returned.chars().count()),
            expected: "007, and base64 of what was compressed".to_owned(),
            at: at.start.min(returned.len())..at.end.min(returned.len()),
            evidence: returned.as_bytes().to_vec(),
            is_text: true,
            label: label.to_owned(),
            why: not_compressed(made, returned).unwrap_or(why).to_owned(),
        }),
    }
}

type Broken = (std::ops::Range<usize>, &'static str, &'static str);

/// What was compressed; or where the text is no token, and why.
fn inflated(text: &str) -> Result<Vec<u8>, Broken> {
    if !text.starts_with("007") {
        let why = "a token begins with its version, 007, outside of the base64: a reader looks at it first, to know how to read \
                   the rest";
        return Err((0..3, "not 007", why));
    }
    let tree = AGORA.dissect(text.as_bytes());
    match tree.sources() {
        3 if tree.find("ADLER32").is_some() => Ok(tree.source(2).to_vec()),
        0 | 1 => {
            Err((3..text.len(), "no base64", "after 007 comes base64, and nothing else: what `base64` gives"))
        }
        _ => Err((
            3..text.len(),
            "nothing that was compressed",
            "what the base64 stands for must begin as zlib does, with 78: `deflate` makes it so",
        )),
    }
}

fn not_compressed(made: &Made, returned: &str) -> Option<&'static str> {
    let raw = made.content();
    (returned == format!("007{}", base64(&raw))).then_some(
        "the content goes into the base64 as it is. It has to be compressed before: a reader inflates what it decodes, without \
         asking",
    )
}

fn wrong_content(token: &Token, certificate: &str, made: &Made, content: Vec<u8>) -> Told {
    let right = made.content();
    let start = right.iter().zip(&content).position(|(right, found)| right != found);
    let start = start.unwrap_or(right.len().min(content.len()));
    let told = |at: std::ops::Range<usize>, label: &str, why: &str| Told {
        returned: format!(
            "{} bytes in the token, {} at byte {}",
            content.len(),
            short(&content, at.start),
            at.start
        ),
        expected: format!(
            "{} bytes in the token, {} at byte {}",
            right.len(),
            short(&right, at.start),
            at.start
        ),
        at: at.start.min(content.len())..at.end.min(content.len()),
        evidence: content.clone(),
        is_text: false,
        label: label.to_owned(),
        why: why.to_owned(),
    };
    if let Some((at, label, why)) = misplaced(made, &content) {
        return told(at, label, why);
    }
    let is_framed =
        content.len() == right.len() && content[..2] == right[..2] && content[34..] == right[34..];
    if !is_framed {
        let why = "in the token stand the length of the signature in two bytes, 20 00, then the signature, and then what it \
                   signs, byte for byte as it was signed";
        return told(start..start + 1, "not what was packed", why);
    }
    let found = &content[2..34];
    let guess =
        guesses(token, certificate, &made.signed).into_iter().find(|(signature, ..)| signature == found);
    let (label, why) = guess.map_or(
        (
            "not the signature",
            "three times HMAC, and in each the key comes first and the message second: of `issued` and the certificate; of `salt` \
             and what that gave; and of what that gave and what is signed",
        ),
        |(_, label, why)| (label, why),
    );
    told(2..34, label, why)
}

fn short(bytes: &[u8], at: usize) -> String {
    let some = &bytes[at.min(bytes.len())..(at + 8).min(bytes.len())];
    if some.is_empty() { "none".to_owned() } else { format!("{}...", hex(some)) }
}

/// The right signature, in the wrong place.
fn misplaced(made: &Made, content: &[u8]) -> Option<Broken> {
    let (signature, signed) = (&made.signature[..], &made.signed[..]);
    let digits = hex(signature).replace(' ', "");
    let is = |parts: &[&[u8]]| parts.concat() == content;
    match () {
        () if content == signed => Some((
            0..2,
            "no signature",
            "what is signed is there, and the signature is not: anybody could have written this",
        )),
        () if is(&[signature, signed]) => Some((
            0..2,
            "no length before it",
            "the signature is packed as a text is, with its length before it: 20 00, though it is always 32 bytes long",
        )),
        () if is(&[signed, signature]) || is(&[signed, &[32, 0], signature]) => Some((
            0..2,
            "not the signature",
            "the signature comes first: who reads it knows that all that follows is what it signs",
        )),
        () if is(&[&[0, 32], signature, signed]) => {
            Some((0..2, "the high byte first", "a length has its low byte first, also this one: 20 00"))
        }
        () if is(&[&[32, 0, 0, 0], signature, signed]) => {
            Some((2..4, "in four bytes", "the length of the signature has two bytes, as that of a text"))
        }
        () if is(&[&[64, 0], digits.as_bytes(), signed]) => Some((
            0..2,
            "64, and not 32",
            "the signature stands there as 32 bytes, and not as 64 hex digits. Most libraries offer both",
        )),
        () if is(&[&[34, 0], signature, signed]) => {
            Some((0..2, "counts itself", "a length counts what follows it, and not itself"))
        }
        () => None,
    }
}

/// A signature, and which mistake makes it: a few words, and why it is wrong.
type Guess = ([u8; 32], &'static str, &'static str);

fn guesses(token: &Token, certificate: &str, signed: &[u8]) -> Vec<Guess> {
    let secret = certificate.as_bytes();
    let (issued, salt) = (&token.issued.to_le_bytes()[..], &token.salt.to_le_bytes()[..]);
    let mac = |key: &[u8], message: &[u8]| hmac_sha256(key, message);
    let key = mac(salt, &mac(issued, secret));
    let by = |key: [u8; 32]| mac(&key, signed);
    let swapped = "key and message swapped";
    let framed = [&(signed.len() as u16).to_le_bytes()[..], signed].concat();
    let compressed = deflate(signed);
    let decoded: Vec<u8> = certificate
        .as_bytes()
        .chunks(2)
        .filter_map(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok())
        .collect();
    let big = (token.issued.to_be_bytes(), token.salt.to_be_bytes());
    let digits = (token.issued.to_string(), token.salt.to_string());
    let secret_as_key = "one would think that the secret is the key, and in most protocols it is. Here `issued` is the key and the certificate the \
                         message, and then `salt` is the key and what came out the message";
    vec![
        (by(mac(&mac(secret, issued), salt)), swapped, secret_as_key),
        (
            by(mac(salt, &mac(secret, issued))),
            "swapped in the first",
            "in the first of the three, `issued` is the key and the certificate is the message. In the others you have it right",
        ),
        (
            by(mac(&mac(issued, secret), salt)),
            "swapped in the second",
            "in the second of the three, `salt` is the key and what the first gave is the message. In the others you have it right",
        ),
        (
            mac(signed, &key),
            "swapped in the last",
            "in the last of the three it is as usual: the key is what the second gave, and the message is what is signed",
        ),
        (
            by(mac(issued, &mac(salt, secret))),
            "salt before issued",
            "first `issued`, then `salt`: the order of the two makes another key",
        ),
        (
            by(mac(issued, secret)),
            "without the salt",
            "the key is made in two steps, and the second one is missing: with `salt` as its key",
        ),
        (
            by(mac(salt, secret)),
            "without issued",
            "the key is made in two steps, and the first one is missing: with `issued` as its key",
        ),
        (
            mac(secret, signed),
            "with the certificate itself",
            "the certificate signs nothing itself: a key is made of it first, another one for each second and each salt",
        ),
        (
            by(mac(salt, &mac(issued, &decoded))),
            "certificate decoded",
            "the certificate looks like 16 bytes in hex, and it is used as the 32 letters that it is: `certificate.as_bytes()`",
        ),
        (
            by(mac(&big.1, &mac(&big.0, secret))),
            "numbers with the high byte first",
            "as keys, `issued` and `salt` are the same four bytes as in the token: the low byte first",
        ),
        (
            by(mac(digits.1.as_bytes(), &mac(digits.0.as_bytes(), secret))),
            "numbers as text",
            "as keys, `issued` and `salt` are the same four bytes as in the token, and not their decimal digits",
        ),
        (
            mac(&key, &compressed),
            "of what was compressed",
            "the signature is of the bytes before they are compressed. Two compressors make two streams of the same bytes, and a \
             checker has only what it inflated",
        ),
        (
            mac(&key, base64(&compressed).as_bytes()),
            "of the text",
            "the signature is of the bytes that were packed. It stands inside of the text, so it cannot be of the text",
        ),
        (
            mac(&key, base64(signed).as_bytes()),
            "of the text",
            "the signature is of the bytes that were packed, and not of their base64",
        ),
        (
            mac(&key, &framed),
            "of a length too",
            "what is signed begins with the length of the App ID: no length of the whole stands before it",
        ),
        (
            mac(&key, signed.get(34..).unwrap_or_default()),
            "without the App ID",
            "all that was packed is signed, the App ID as well: else a token could be moved from one app to another one",
        ),
    ]
}
