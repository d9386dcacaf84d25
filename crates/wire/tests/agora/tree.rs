//! What the tree of a token shows, and what it says of odd ones.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use miniz_oxide::deflate::compress_to_vec_zlib;
use wire::agora::{AGORA, Certificate, Service, Token, Unsignable};
use wire::{Context, Dissection, Severity, Tree, protocols};

use super::common::{complaints, text, tiles};
use super::vectors::{OLD, RTC, all};
use super::{APP_ID, CHANNEL, EXPIRE, ISSUED, UID, certificate, for_600_s};

fn with<'a>(certificate: &Certificate, token: &'a str) -> Dissection<'a> {
    let context = Context { app_certificate: Some(certificate), ..Context::default() };
    AGORA.dissect_in(Tree::default(), token.as_bytes(), &context)
}

#[test]
fn a_token_is_shown_from_its_text_to_its_last_privilege() {
    insta::assert_snapshot!(text(&with(&certificate(), RTC)));
}

#[test]
fn services_of_all_kinds_are_shown() {
    insta::assert_snapshot!(text(&AGORA.dissect(all()[5].1.as_bytes())));
}

#[test]
fn a_token_of_the_version_before_is_shown_and_said_to_be_old() {
    let tree = AGORA.dissect(OLD.as_bytes());
    assert_eq!(tree.worst(), Some(Severity::Warning));
    insta::assert_snapshot!(text(&tree));
}

#[test]
fn with_another_certificate_the_signature_is_wrong_and_without_one_nothing_is_said() {
    let other = "0123456789abcdef0123456789abcdef".parse().unwrap();
    let tree = with(&other, RTC);
    let said = "wrong: made with another App Certificate, or the token was changed";
    assert_eq!(complaints(&tree), [(said.to_owned(), "AgoraIO/Tools, AccessToken2".to_owned())]);
    let note = tree.notes().iter().find(|note| note.text == said).unwrap();
    assert_eq!(tree.nodes()[note.node as usize].field.name, "Signature");
    assert_eq!(complaints(&AGORA.dissect(RTC.as_bytes())), []);
}

/// A token of these bytes, before compression.
fn made(content: &[u8]) -> String {
    format!("007{}", STANDARD.encode(compress_to_vec_zlib(content, 6)))
}

/// The bytes of the published token, before compression: signature, then signing info.
fn content() -> Vec<u8> {
    AGORA.dissect(RTC.as_bytes()).source(2).to_vec()
}

/// Where the signing info's fields begin.
const EXPIRES_AT: usize = 2 + 32 + 2 + 32 + 4;
const COUNT_AT: usize = EXPIRES_AT + 8;
const SERVICE_AT: usize = COUNT_AT + 2;
const PRIVILEGE_AT: usize = SERVICE_AT + 4;

const NO_ZLIB: &str =
    "FLG: no zlib stream of a token: 31 must divide CMF and FLG, CM be 8, CINFO at most 7, and FDICT 0";

#[test]
fn what_is_odd_is_said_where_it_stands() {
    let changed = |at: usize, bytes: &[u8]| {
        let mut content = content();
        content[at..at + bytes.len()].copy_from_slice(bytes);
        made(&content)
    };
    let day = 86_401_u32.to_le_bytes();
    let with_after = |bytes: &[u8]| made(&[content(), bytes.to_vec()].concat());
    let after_zlib = {
        let zlib = STANDARD.decode(&RTC[3..]).unwrap();
        format!("007{}", STANDARD.encode([&zlib[..], b"more"].concat()))
    };
    let twice = {
        let privileges = [1, 0, 88, 2, 0, 0].repeat(2);
        let mut content = content();
        content.splice(PRIVILEGE_AT..PRIVILEGE_AT + 6, privileges);
        content[PRIVILEGE_AT - 2] = 2;
        made(&content)
    };
    let backwards = {
        let mut content = content();
        content.splice(PRIVILEGE_AT..PRIVILEGE_AT, [2, 0, 88, 2, 0, 0]);
        content[PRIVILEGE_AT - 2] = 2;
        made(&content)
    };
    let second = content()[SERVICE_AT..].to_vec();
    let rtm_then_rtc = {
        let mut content = content();
        content[COUNT_AT] = 2;
        content.splice(SERVICE_AT..SERVICE_AT, [2, 0, 0, 0, 0, 0]);
        made(&content)
    };
    let unknown = {
        let mut content = content();
        content[COUNT_AT] = 2;
        content.splice(SERVICE_AT..SERVICE_AT, [0xe7, 3, 0, 0]);
        made(&content)
    };
    let old_adler = {
        let mut zlib = STANDARD.decode(&RTC[3..]).unwrap();
        *zlib.last_mut().unwrap() ^= 1;
        format!("007{}", STANDARD.encode(zlib))
    };
    // zlib would not read on either: a window of 64 KiB, and a dictionary that nobody has.
    let headed = |cmf_flg: [u8; 2]| {
        let mut zlib = STANDARD.decode(&RTC[3..]).unwrap();
        zlib[..2].copy_from_slice(&cmf_flg);
        format!("007{}", STANDARD.encode(zlib))
    };
    let bomb = made(&vec![0; 1 << 24]);
    let notes = |text: &str| -> Vec<String> {
        let tree = AGORA.dissect(text.as_bytes());
        tiles(&tree);
        let all = tree
            .notes()
            .iter()
            .filter(|note| !note.text.starts_with("1970") && !note.text.starts_with("until"));
        all.map(|note| format!("{}: {}", tree.nodes()[note.node as usize].field.name, note.text)).collect()
    };
    for (what, token, said) in [
        ("nothing", RTC.to_owned(), &[][..]),
        ("a line end", format!("{RTC}\r\n"), &[]),
        ("no padding", RTC.trim_end_matches('=').to_owned(), &[]),
        (
            "expire 0",
            changed(EXPIRES_AT, &[0; 4]),
            &[
                "Expire: over in the second in which it was issued",
                "Privilege expire: longer than the token, with which it ends",
            ],
        ),
        (
            "expire of a day and a second",
            changed(EXPIRES_AT, &day),
            &["Expire: more than the 24 hours for which a token counts: until 1970-01-14 20:38:31 UTC"],
        ),
        (
            "privilege expire 0",
            changed(PRIVILEGE_AT + 2, &[0; 4]),
            &["Privilege expire: 0: as long as the token counts"],
        ),
        ("a privilege twice", twice, &["Privilege number: named twice: the last one counts"]),
        (
            "privileges backwards",
            backwards,
            &["Privilege number: out of order: the packages write privileges by their numbers"],
        ),
        (
            "services backwards",
            rtm_then_rtc,
            &["Service type: out of order: the packages write services by their numbers"],
        ),
        (
            "an unknown service",
            unknown,
            &["Unknown service: a service that is not known here, and with it the 1 after it"],
        ),
        (
            "no service",
            changed(COUNT_AT, &[0]),
            &[
                "Service count: good for nothing: no service is named",
                "Not dissected: 56 bytes are left over",
            ],
        ),
        ("a service more", changed(COUNT_AT, &[2]), &["Service: Service type needs 2 bytes, none is left"]),
        ("bytes after the last service", with_after(&second), &["Not dissected: 56 bytes are left over"]),
        (
            "bytes after the zlib stream",
            after_zlib,
            &["After the stream: bytes after the end of the stream: not signed, and not read"],
        ),
        ("a wide window", headed([0x88, 0x1c]), &[NO_ZLIB]),
        ("a dictionary", headed([0x78, 0x20]), &[NO_ZLIB]),
        ("no sum of 31", headed([0x78, 0x9d]), &[NO_ZLIB]),
        ("another sum", old_adler, &["ADLER32: computed 0xc26a24e3: the content was changed"]),
        ("an App ID that is none", changed(2 + 32 + 2, b"x"), &["App ID: an App ID has 32 hex digits"]),
        (
            "a bomb",
            bomb,
            &[
                "Compressed data: longer than 64 KiB when inflated: no token is, so it is not read on",
                "Signature: HMAC-SHA256 has 32 bytes, this has 0",
                "Signing info: ",
            ],
        ),
    ] {
        let found = notes(&token);
        if what == "a bomb" {
            // What stands in it is nothing, and is not all listed here.
            assert_eq!(found[..2], said[..2], "{what}");
            assert!(AGORA.dissect(token.as_bytes()).source(2).len() <= 1 << 16);
            continue;
        }
        assert_eq!(found, said, "{what}");
    }
}

#[test]
fn tokens_are_told_from_anything_else() {
    for (_, token, _) in all() {
        assert_eq!(protocols::guess(token.as_bytes()).id, "agora");
    }
    assert_eq!(protocols::guess(OLD.as_bytes()).id, "agora");
    assert_eq!(protocols::guess(format!("{RTC}\n").as_bytes()).id, "agora");
    for other in ["007", "007 is a spy", "0071234567890", "006", "", "hello", &RTC[1..], "007eJ not base64"] {
        assert_ne!(protocols::guess(other.as_bytes()).id, "agora", "{other}");
    }
}

#[test]
fn a_summary_says_for_whom_and_how_long() {
    for (token, said) in [
        (RTC, "Agora token, RTC 7d72365eb9834853 as 2882341273, for 600 s"),
        (all()[1].1, "Agora token, RTC 7d72365eb9834853 as anybody, for 600 s"),
        (all()[2].1, "Agora token, RTC and RTM 7d72365eb9834853 as 2882341273, for 600 s"),
        (all()[4].1, "Agora token, Chat, for 600 s"),
        (OLD, "Agora token 006"),
        ("007", "Agora token, damaged"),
        ("", "Agora token"),
    ] {
        assert_eq!(AGORA.dissect(token.as_bytes()).summary(), said);
    }
}

#[test]
fn what_no_token_can_hold_is_not_signed() {
    let token = |app_id: &str, services| Token {
        app_id: app_id.to_owned(),
        issued: ISSUED,
        expire: EXPIRE,
        salt: 1,
        services,
    };
    let rtc = |channel: String| Service::Rtc { channel, uid: UID.to_owned(), privileges: for_600_s(&[1]) };
    let fine = || vec![rtc(CHANNEL.to_owned())];
    let long = |len| vec![rtc("c".repeat(len))];
    for (token, why) in [
        (token("", fine()), Unsignable::AppId(0)),
        (token(&"g".repeat(32), fine()), Unsignable::AppId(32)),
        (token(APP_ID, vec![]), Unsignable::NoService),
        (
            token(APP_ID, long(65_536)),
            Unsignable::TooLong { what: "bytes of a text", most: 65_535, found: 65_536 },
        ),
        (token(APP_ID, long(65_500)), Unsignable::TooLong { what: "bytes", most: 65_536, found: 65_606 }),
    ] {
        assert_eq!(token.sign(&certificate()), Err(why));
    }
}
