//! Whatever happens to a token, its leaves tile it, and it does not become another.

use std::sync::LazyLock;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use wire::agora::{AGORA, Certificate, Permissions, Privileges, Question, Service, Token, admit};

use super::common::{tiles, tiles_however_damaged};
use super::vectors::{OLD, RTC, all};
use super::{APP_ID, CHANNEL, ISSUED, UID, certificate};

#[test]
fn leaves_tile_tokens_whole_cut_and_damaged() {
    // A bit of the text is a bit of each layer below it, so these take long: the shortest are enough.
    let mut texts: Vec<_> = all().into_iter().map(|(_, text, _)| text).collect();
    texts.sort_by_key(|text| text.len());
    for text in [texts[0], OLD] {
        tiles_however_damaged(&AGORA, text.as_bytes());
    }
    for (_, text, _) in all() {
        tiles(&AGORA.dissect(text.as_bytes()));
    }
}

#[test]
fn a_token_that_is_cut_or_changed_by_a_bit_lets_nobody_in() {
    let certificate = certificate();
    let question = Question {
        app_id: APP_ID,
        certificate: &certificate,
        channel: CHANNEL,
        uid: UID,
        now: u64::from(ISSUED),
    };
    assert!(admit(RTC, &question).is_ok());
    for len in 0..RTC.len() {
        assert!(admit(&RTC[..len], &question).is_err(), "cut at {len}");
    }
    let mut same = 0;
    for bit in 0..RTC.len() * 8 {
        let mut flipped = RTC.as_bytes().to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let Ok(text) = std::str::from_utf8(&flipped) else { continue };
        if admit(text, &question).is_ok() {
            // DEFLATE ends within a byte, and what is left of that byte means nothing: another text, the same token.
            assert_eq!(
                AGORA.dissect(text.as_bytes()).source(2),
                AGORA.dissect(RTC.as_bytes()).source(2),
                "bit {bit}"
            );
            same += 1;
        }
    }
    assert!(same < 16, "{same} of {}", RTC.len() * 8);
}

/// The text changed beneath the compression, where no sum tells: only the signature does.
#[test]
fn a_bit_flipped_in_what_is_signed_is_a_wrong_signature_or_no_token() {
    let content = AGORA.dissect(RTC.as_bytes()).source(2).to_vec();
    for bit in 0..content.len() * 8 {
        let mut content = content.clone();
        content[bit / 8] ^= 1 << (bit % 8);
        if let Ok((_, signature)) = Token::read(&packed(&content)) {
            assert!(!signature.verify(&certificate()), "bit {bit}");
        }
    }
}

fn packed(content: &[u8]) -> String {
    use base64::Engine;
    let zlib = miniz_oxide::deflate::compress_to_vec_zlib(content, 1);
    format!("007{}", base64::engine::general_purpose::STANDARD.encode(zlib))
}

fn privileges() -> impl Strategy<Value = Privileges> {
    btree_map(0..12_u16, any::<u32>(), 0..5)
}

fn permissions() -> impl Strategy<Value = Permissions> {
    btree_map(any::<u16>(), btree_map(any::<u16>(), vec(".{0,12}", 0..4), 0..3), 0..3)
}

fn service() -> impl Strategy<Value = Service> {
    let name = || ".{0,40}";
    prop_oneof![
        4 => (name(), name(), privileges())
            .prop_map(|(channel, uid, privileges)| Service::Rtc { channel, uid, privileges }),
        1 => (name(), privileges()).prop_map(|(user, privileges)| Service::Rtm { user, privileges }),
        1 => (name(), name(), privileges())
            .prop_map(|(channel, account, privileges)| Service::Streaming { channel, account, privileges }),
        1 => privileges().prop_map(|privileges| Service::Fpa { privileges }),
        1 => (name(), privileges()).prop_map(|(user, privileges)| Service::Chat { user, privileges }),
        1 => (name(), name(), privileges())
            .prop_map(|(channel, account, privileges)| Service::Fcdn { channel, account, privileges }),
        1 => (name(), name(), any::<i16>(), privileges())
            .prop_map(|(room, user, role, privileges)| Service::Apaas { room, user, role, privileges }),
        1 => (name(), permissions(), privileges())
            .prop_map(|(user, permissions, privileges)| Service::Rtm2 { user, permissions, privileges }),
        1 => privileges().prop_map(|privileges| Service::ConvoAi { privileges }),
        1 => privileges().prop_map(|privileges| Service::Stt { privileges }),
    ]
}

fn token() -> impl Strategy<Value = Token> {
    let unknown = (11..=u16::MAX, vec(any::<u8>(), 0..30), 1..4_u16);
    let unknown = unknown.prop_map(|(number, rest, count)| Service::Unknown { number, count, rest });
    let services = (vec(service(), 1..5), proptest::option::weighted(0.2, unknown));
    ("[0-9a-fA-F]{32}", any::<[u32; 3]>(), services).prop_map(|(app_id, numbers, (mut services, unknown))| {
        services.sort_by_key(Service::number);
        services.extend(unknown);
        let [issued, expire, salt] = numbers;
        Token { app_id, issued, expire, salt, services }
    })
}

static OTHER: LazyLock<Certificate> = LazyLock::new(|| "00000000000000000000000000000000".parse().unwrap());

proptest! {
    #[test]
    fn what_is_written_is_read_back_and_verifies(token in token()) {
        let text = token.sign(&certificate()).unwrap();
        let tree = AGORA.dissect(text.as_bytes());
        tiles(&tree);
        prop_assert!((AGORA.claims)(text.as_bytes()));
        let (read, signature) = Token::read(&text).unwrap();
        prop_assert_eq!(read, token);
        prop_assert!(signature.verify(&certificate()));
        prop_assert!(!signature.verify(&OTHER));
    }

    #[test]
    fn any_bytes_behind_the_compression_are_read_to_their_end(content in vec(any::<u8>(), 0..300)) {
        let text = packed(&content);
        let tree = AGORA.dissect(text.as_bytes());
        tiles(&tree);
        // A number of 16 bits in front, so that more than a length is reached now and then.
        let real = [&[32, 0][..], &[7; 32], &[32, 0], &[b'a'; 32], &content].concat();
        tiles(&AGORA.dissect(packed(&real).as_bytes()));
        drop(Token::read(&packed(&real)));
    }

    #[test]
    fn any_text_is_read_to_its_end(text in "00[5678][A-Za-z0-9+/=]{0,80}\\PC{0,5}") {
        tiles(&AGORA.dissect(text.as_bytes()));
        drop(Token::read(&text));
        drop(AGORA.dissect(text.as_bytes()).summary());
    }
}
