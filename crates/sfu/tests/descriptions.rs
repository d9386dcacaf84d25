//! Offers: one of Chromium's, and what chance makes of it.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use sfu::signaling::{FromMember, ToMember};
use sfu::{Config, Error, Event, Grant, Limits, MemberId, Sfu};

/// Sound, pictures in three layers and data, as Chromium 156 offers them.
const CHROMIUM: &str = include_str!("sdp/chromium-156-offer.sdp");

fn sfu(now: Instant) -> (Sfu, Grant) {
    let config = Config { address: SocketAddr::from(([203, 0, 113, 5], 7000)), limits: Limits::default() };
    let end = now + Duration::from_secs(600);
    (Sfu::new(config), Grant { join: end, audio: Some(end), video: Some(end), data: Some(end) })
}

/// What is said to whom after a member's offer.
fn offer(sfu: &mut Sfu, id: MemberId, sdp: &str, now: Instant) -> Result<Vec<(MemberId, ToMember)>, Error> {
    while sfu.poll_event().is_some() {}
    sfu.say(id, FromMember::Offer { sdp: sdp.to_owned() }, now)?;
    let told = std::iter::from_fn(|| sfu.poll_event()).filter_map(|event| match event {
        Event::Tell(id, message) => Some((id, message)),
        _ => None,
    });
    Ok(told.collect())
}

fn answer(told: &[(MemberId, ToMember)]) -> &str {
    let answer = told.iter().find_map(|(_, message)| match message {
        ToMember::Answer { sdp } => Some(sdp.as_str()),
        _ => None,
    });
    answer.expect("an answer")
}

#[test]
fn chromiums_offer_is_answered_with_what_is_taken_of_it() {
    let now = Instant::now();
    let (mut sfu, grant) = sfu(now);
    let alice = sfu.join("demo", "alice", grant, None, now).unwrap();
    let told = offer(&mut sfu, alice, CHROMIUM, now).unwrap();
    let answer = answer(&told);
    for line in [
        "a=ice-lite",
        "a=rtpmap:111 opus/48000/2",
        "a=rtpmap:96 VP8/90000",
        "a=rtcp-fb:96 nack pli",
        "a=rtcp-fb:96 transport-cc",
        "a=simulcast:recv q;h;f",
        "a=setup:active",
        "a=end-of-candidates",
    ] {
        assert!(answer.lines().any(|one| one == line), "{line} in {answer}");
    }
    assert_eq!(answer.matches("a=recvonly").count(), 2);
    for codec in ["H264", "VP9", "AV1", "rtx", "red", "PCMU"] {
        assert!(!answer.contains(codec), "{codec}");
    }
}

#[test]
fn where_a_member_says_it_is_does_not_matter() {
    let now = Instant::now();
    let (mut sfu, grant) = sfu(now);
    let alice = sfu.join("demo", "alice", grant, None, now).unwrap();
    let candidates = "a=candidate:1 1 udp 2122260223 192.0.2.9 53 typ host\r\n\
        a=candidate:2 1 udp 2122260222 6f1c4a2e-0000-4000-8000-000000000000.local 50000 typ host\r\n\
        a=candidate:3 1 tcp 1518280447 192.0.2.9 9 typ host tcptype active\r\n\
        a=candidate:4 1 udp nonsense\r\n";
    let sdp = CHROMIUM.replace("a=mid:0\r\n", &format!("a=mid:0\r\n{candidates}"));
    assert!(sdp.contains("nonsense"));
    assert!(answer(&offer(&mut sfu, alice, &sdp, now).unwrap()).contains("m=video 9"));
    let later = now + Duration::from_secs(5);
    sfu.handle_timeout(later);
    assert_eq!(sfu.poll_transmit(), None, "nothing is sent to where nobody has asked from");
}

#[test]
fn a_publication_is_offered_to_others_at_once_and_folded_into_the_round_that_is_under_way() {
    let now = Instant::now();
    let (mut sfu, grant) = sfu(now);
    let [alice, bob] = ["alice", "bob"].map(|uid| sfu.join("demo", uid, grant, None, now).unwrap());
    let told = offer(&mut sfu, alice, CHROMIUM, now).unwrap();
    assert!(!told.iter().any(|(id, _)| *id == bob), "bob has not answered the first offer yet");
    let carol = sfu.join("demo", "carol", grant, None, now).unwrap();
    let tracks = std::iter::from_fn(|| sfu.poll_event()).find_map(|event| match event {
        Event::Tell(id, ToMember::Offer { tracks, .. }) if id == carol => Some(tracks),
        _ => None,
    });
    let tracks: Vec<(String, String)> =
        tracks.unwrap().into_iter().map(|track| (track.uid, track.kind)).collect();
    let alices = |kind: &str| ("alice".to_owned(), kind.to_owned());
    assert_eq!(tracks, [alices("audio"), alices("video")]);
}

/// Damage to a line.
#[derive(Clone, Debug)]
enum Damage {
    Drop,
    Double,
    Swap(usize),
    Cut(usize),
    Digits(String),
    Word(String),
}

fn damages() -> impl Strategy<Value = Vec<(usize, Damage)>> {
    let damage = prop_oneof![
        Just(Damage::Drop),
        Just(Damage::Double),
        any::<usize>().prop_map(Damage::Swap),
        (0..40_usize).prop_map(Damage::Cut),
        "[0-9]{1,12}".prop_map(Damage::Digits),
        "[a-z0-9:;~/ =*-]{0,30}".prop_map(Damage::Word),
    ];
    prop::collection::vec((any::<usize>(), damage), 1..12)
}

fn damaged(damages: &[(usize, Damage)]) -> String {
    let mut lines: Vec<String> = CHROMIUM.lines().map(str::to_owned).collect();
    for (place, damage) in damages {
        let at = place % lines.len();
        match damage {
            Damage::Drop => _ = lines.remove(at),
            Damage::Double => lines.insert(at, lines[at].clone()),
            Damage::Swap(other) => {
                let other = other % lines.len();
                lines.swap(at, other);
            }
            Damage::Cut(length) => lines[at] = lines[at].chars().take(*length).collect(),
            Damage::Digits(digits) => {
                let number = lines[at].find(|c: char| c.is_ascii_digit()).unwrap_or(lines[at].len());
                lines[at].truncate(number);
                lines[at].push_str(digits);
            }
            Damage::Word(word) => {
                let value = lines[at].find([':', '=']).map_or(0, |colon| colon + 1);
                lines[at].truncate(value);
                lines[at].push_str(word);
            }
        }
    }
    lines.join("\r\n") + "\r\n"
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Taken or refused, but never a panic; and another's offer is answered as before.
    #[test]
    fn a_damaged_offer_harms_nobody(first in damages(), second in damages()) {
        let now = Instant::now();
        let (mut sfu, grant) = sfu(now);
        let mallory = sfu.join("demo", "mallory", grant, None, now).unwrap();
        let alice = sfu.join("demo", "alice", grant, None, now).unwrap();
        for sdp in [damaged(&first), damaged(&second), CHROMIUM.to_owned()] {
            match offer(&mut sfu, mallory, &sdp, now) {
                Ok(told) => prop_assert!(answer(&told).contains("m=")),
                Err(error) => prop_assert_eq!(error.code(), "message"),
            }
            let _ = sfu.view("demo", now);
        }
        let told = offer(&mut sfu, alice, CHROMIUM, now).unwrap();
        prop_assert!(answer(&told).contains("a=simulcast:recv q;h;f"));
        for id in [mallory, alice] {
            sfu.leave(id, "said goodbye", now);
        }
        prop_assert!(sfu.is_empty());
    }
}
