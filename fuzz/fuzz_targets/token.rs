//! Any bytes as what an Agora token says before it is compressed, where a fuzzer would not get by itself: a tree whose
//! leaves tile it, nobody is let in, and what is read is written again as it was.

#![no_main]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use libfuzzer_sys::fuzz_target;
use miniz_oxide::deflate::compress_to_vec_zlib;
use wire::agora::{AGORA, Certificate, Question, Token, admit};

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    // Half of them with what all tokens begin with: a signature of 32 bytes, and an App ID of 32 digits.
    let begun = [&[32, 0][..], &[7; 32], &[32, 0], &[b'a'; 32], rest].concat();
    let content = if first % 2 == 0 { rest } else { &begun };
    let text = format!("007{}", STANDARD.encode(compress_to_vec_zlib(content, 1)));
    let d = AGORA.dissect(text.as_bytes());
    let mut at = 0;
    for (_, leaf) in d.leaves().filter(|(_, leaf)| leaf.span.source == 0) {
        assert_eq!(leaf.span.start, at, "gap or overlap before {}", leaf.field.name);
        at = leaf.span.end;
    }
    assert_eq!(at as usize, text.len());
    drop(d.summary());
    let certificate: Certificate = "0123456789abcdef0123456789abcdef".parse().expect("32 hex digits");
    let Ok((token, signature)) = Token::read(&text) else { return };
    let question = Question {
        app_id: &token.app_id,
        certificate: &certificate,
        channel: "demo",
        uid: "alice",
        now: u64::from(token.issued),
    };
    let refused = admit(&text, &question).expect_err("nobody has signed it");
    assert_eq!(refused.code(), "wrong-signature");
    // No service cannot be signed; out of order, twice or with bytes after it is not how it would be written.
    let Ok(own) = token.sign(&certificate) else { return };
    let (read, own) = Token::read(&own).expect("what is written is read");
    assert!(own.verify(&certificate));
    if own.signed == signature.signed {
        assert_eq!(read, token);
    }
    drop(admit(&text, &Question { now: u64::MAX, ..question }));
});
