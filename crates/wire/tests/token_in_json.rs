//! A token on its way to a server that asks for one: inside JSON, in a WebSocket's text.

mod common;

use common::{tiles, tiles_however_damaged};
use wire::agora::{Certificate, Service, Token, privilege};
use wire::websocket::FRAME;

fn token() -> String {
    let certificate: Certificate = "5CFd2fd1755d40ecb72977518be15d3b".parse().unwrap();
    let (channel, uid) = ("demo".to_owned(), "ping".to_owned());
    let privileges = [(privilege::JOIN_CHANNEL, 600)].into();
    let token = Token {
        app_id: "970CA35de60c44645bbae8a215061b33".to_owned(),
        issued: 1_111_111,
        expire: 600,
        salt: 1,
        services: vec![Service::Rtc { channel, uid, privileges }],
    };
    token.sign(&certificate).unwrap()
}

/// One text frame, not masked.
fn frame(text: &str) -> Vec<u8> {
    let len = u16::try_from(text.len()).unwrap();
    let mut frame = vec![0x81];
    match u8::try_from(len) {
        Ok(len @ ..126) => frame.push(len),
        _ => {
            frame.push(126);
            frame.extend(len.to_be_bytes());
        }
    }
    [&frame, text.as_bytes()].concat()
}

#[test]
fn the_token_is_taken_apart_where_it_stands() {
    let message = format!(r#"{{"type":"join","token":"{}","channel":"demo","uid":"ping"}}"#, token());
    let bytes = frame(&message);
    let d = FRAME.dissect(&bytes[..]);
    tiles(&d);
    for name in ["token", "Agora token", "ADLER32", "App ID", "Channel", "Uid"] {
        assert!(d.find(name).is_some(), "{name}");
    }
    assert_eq!(d.summary(), "Text: join, Agora token, RTC demo as ping, for 600 s");
}

#[test]
fn every_byte_has_its_place_however_damaged() {
    tiles_however_damaged(&FRAME, &frame(&format!(r#"{{"token":"{}"}}"#, token())));
}

#[test]
fn what_is_no_such_token_stays_text() {
    for message in [
        r#"{"token":"secret"}"#,
        r#"{"token":7}"#,
        r#"{"token":""}"#,
        r#"{"token":"007"}"#,
        r#"{"other":"007eJx"}"#,
    ] {
        let bytes = frame(message);
        let d = FRAME.dissect(&bytes[..]);
        tiles(&d);
        assert!(d.find("token").is_none(), "{message}");
    }
}
