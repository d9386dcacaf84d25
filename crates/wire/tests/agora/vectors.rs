//! The tokens that npm's agora-token 2.0.6 is tested with (test/AccessToken2Test.js), read and written.

use wire::agora::{AGORA, Service, Token};

use super::{APP_ID, CHANNEL, EXPIRE, ISSUED, UID, certificate, for_600_s};

/// The name of the test there, the token, and what is in it.
pub(crate) fn all() -> Vec<(&'static str, &'static str, Vec<Service>)> {
    let uid = UID.to_owned();
    let channel = || CHANNEL.to_owned();
    let rtc = |uid: &str, privileges: &[u16]| Service::Rtc {
        channel: channel(),
        uid: uid.to_owned(),
        privileges: for_600_s(privileges),
    };
    let rtm = || Service::Rtm { user: "test_user".to_owned(), privileges: for_600_s(&[1]) };
    let chat =
        |user: &str, privilege| Service::Chat { user: user.to_owned(), privileges: for_600_s(&[privilege]) };
    let streaming = |account: &str, privileges: &[u16]| Service::Streaming {
        channel: channel(),
        account: account.to_owned(),
        privileges: for_600_s(privileges),
    };
    let fcdn = |account: &str, privileges: &[u16]| Service::Fcdn {
        channel: channel(),
        account: account.to_owned(),
        privileges: for_600_s(privileges),
    };
    let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    let rtm2 = Service::Rtm2 {
        user: "test_user".to_owned(),
        permissions: [
            (0, [(0, names(&["message-a", "message-b"]))].into()),
            (1, [(1, names(&["stream-a"]))].into()),
            (4, [(0, names(&["user-a"]))].into()),
        ]
        .into(),
        privileges: for_600_s(&[1]),
    };
    vec![
        ("AccessToken_Test", RTC, vec![rtc(&uid, &[1])]),
        (
            "AccessToken_Test2",
            "007eJxTYLhzZP08Lxa1Pg57+TcXb/3cZ3wi4V6kbpbOog0G2dOYk20UGCzNDZwdjU1TUs0Mkk1MzExMk5ISUy0SjQxNDcwMk4yN3b8IMEQwMTAwMoAwBIL4CgzmKeZGxmamqUmWFsYmFqbGluapxqnGaZYpJmYGSSkpiQwMADacImo=",
            vec![rtc("", &[1])],
        ),
        (
            "AccessToken_Test4",
            "007eJxTYOAQsrQ5s3TfH+1tvy8zZZ46EpCc0V43JXdGd2jS8porKo4KDJbmBs6OxqYpqWYGySYmZiamSUmJqRaJRoamBmaGScbG7l8EGCKYGBgYGRgYmBgYGVgYGMF8JjDJDCZZwKQCg3mKuZGxmWlqkqWFsYmFqbGleapxqnGaZYqJmUFSSkoiF4ORhYWRsYmhkbkxyCyISZwMJanFJfGlxalFACKnKng=",
            vec![rtc(&uid, &[1, 2, 3, 4]), rtm()],
        ),
        (
            "AccessToken_Test_buildChatUserToken",
            "007eJxTYNAIsnbS3v/A5t2TC6feR15r+6cq8bqAvfaW+tk/Vzz+p6xTYLA0N3B2NDZNSTUzSDYxMTMxTUpKTLVINDI0NTAzTDI2dv8iwBDBxMDAyADCrAyMDIxgPheDkYWFkbGJoZG5MQAfpR64",
            vec![chat(UID, 1)],
        ),
        (
            "AccessToken_Test_buildChatAppToken",
            "007eJxTYNDNaz3snC8huEfHWdz6s98qltq4zqy9fl99Uh0FDvy6F6DAYGlu4OxobJqSamaQbGJiZmKalJSYapFoZGhqYGaYZGzs/kWAIYKJgYGRAYRZGRgZmMB8BgYArfIYaw==",
            vec![chat("", 2)],
        ),
        (
            "AccessToken_Test_extendedServicesFromCpp",
            "007eJxTYPj86Lzdz79M25wNn/lMfvu+TkfmdpiviKvChm8ZV3SWndytwGBpbuDsaGyakmpmkGxiYmZimpSUmGqRaGRoamBmmGRs7P5FgCGCiYGBkYGBgRkImYAsEJ8JTCowmKeYGxmbmaYmWVoYm1iYGluapxqnGqdZppiYGSSlpCRyMRhZWBgZmxgamRuzUaSbA6gXopuToSS1uCS+tDi1iJkB4jQmoGBuanFxYnqqbiKCmcTIAIEcDMUlRamJubqJLGD1jAxsDCD9uokAO/VDvQ==",
            vec![streaming(UID, &[1, 2]), fcdn(UID, &[1, 2]), rtm2],
        ),
        (
            "AccessToken_Test_extendedServiceNumericUidConversion",
            "007eJxTYLi93GuuUHrO9Fr71KVJKqfDby8RezlVfGLMO77DIl79U40UGCzNDZwdjU1TUs0Mkk1MzExMk5ISUy0SjQxNDcwMk4yN3b8IMEQwMTAwMjAwsDEwMzAyMIL5CgzmKeZGxmamqUmWFsYmFqbGluapxqnGaZYpJmYGSSkpiVwMRhYWRsYmhkbmxiB9TETqY2BgZmCC2kKsHj6G4pKi1MRc3cTk5PzSvBI2Mt3JRpI72Uh2Jw9DWnJKHsyVAElvX1c=",
            vec![
                streaming(UID, &[1]),
                streaming("", &[2]),
                streaming("stream-account", &[1, 2]),
                fcdn(UID, &[1]),
                fcdn("", &[2]),
                fcdn("fcdn-account", &[1, 2]),
            ],
        ),
    ]
}

/// AccessToken_Test: one RTC service, one privilege.
pub(crate) const RTC: &str = "007eJxTYBBbsMMnKq7p9Hf/HcIX5kce9b518kCiQgSr5Zrp4X1Tu6UUGCzNDZwdjU1TUs0Mkk1MzExMk5ISUy0SjQxNDcwMk4yN3b8IMEQwMTAwMoAwBIL4CgzmKeZGxmamqUmWFsYmFqbGluapxqnGaZYpJmYGSSkpiVwMRhYWRsYmhkbmxgDCaiTj";

/// An AccessToken, which AccessToken2 replaced (test/AccessTokenTest.js): channel, uid and salt are the same, the privilege
/// to join ends at 1446455471.
pub(crate) const OLD: &str = "006970CA35de60c44645bbae8a215061b33IACV0fZUBw+72cVoL9eyGGh3Q6Poi8bgjwVLnyKSJyOXR7dIfRBXoFHlEAABAAAAR/QQAAEAAQCvKDdW";

fn token(services: Vec<Service>) -> Token {
    Token { app_id: APP_ID.to_owned(), issued: ISSUED, expire: EXPIRE, salt: 1, services }
}

/// The bytes before they were compressed: two compressors may write different ones for the same.
fn inflated(text: &str) -> Vec<u8> {
    let tree = AGORA.dissect(text.as_bytes());
    assert_eq!(tree.sources(), 3, "{text}");
    tree.source(2).to_vec()
}

#[test]
fn the_published_tokens_are_read_and_their_signatures_verify() {
    for (name, text, services) in all() {
        let (read, signature) = Token::read(text).unwrap();
        assert_eq!(read, token(services), "{name}");
        assert!(signature.verify(&certificate()), "{name}");
        let other = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".parse().unwrap();
        assert!(!signature.verify(&other), "{name}");
        // The certificate is text: its case counts.
        assert!(!signature.verify(&super::CERTIFICATE.to_lowercase().parse().unwrap()), "{name}");
    }
}

#[test]
fn the_published_tokens_are_written_byte_for_byte_before_compression() {
    for (name, text, services) in all() {
        let written = token(services).sign(&certificate()).unwrap();
        assert_eq!(inflated(&written), inflated(text), "{name}");
        // zlib's fixed codes, as in nearly all tokens that there are; and about as short.
        assert!(written.starts_with("007eJx"), "{written}");
        assert!(written.len() <= text.len() + 8, "{name}: {} and {}", written.len(), text.len());
    }
}

#[test]
fn services_are_written_by_their_numbers_and_those_of_a_kind_in_their_order() {
    let (_, text, mut services) = all().remove(2);
    services.reverse();
    assert_eq!(inflated(&token(services).sign(&certificate()).unwrap()), inflated(text));
}
