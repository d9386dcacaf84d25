//! The SFU lab: who is let in, what goes where, what is left of it, and who cannot disturb it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use peer::Kind::{Audio, Video};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::time::timeout;
use tokio_tungstenite::connect_async;
use tungstenite::Message;
use tungstenite::client::IntoClientRequest;
use wire::trace::{Trace, Transport};
use wirebook::labs::sfu::{Limits, SfuLab};
use wirebook::labs::wiretap::Wiretap;

use super::sfu_client::{Member, PATIENCE, until_all};
use super::sfu_tokens::{Wanted, desk, other_certificate};

#[tokio::test(flavor = "multi_thread")]
async fn two_members_are_sent_each_others_sound_picture_and_words() {
    let lab = Lab::start(Limits::default()).await;
    let mut alice = lab.member("alice").await;
    let mut bob = lab.member("bob").await;
    assert_eq!(bob.last("joined").unwrap()["members"], json!(["alice"]));
    alice.publish(&[Audio, Video]).await;
    bob.publish(&[Audio, Video]).await;
    until_all("media both ways", &mut [&mut alice, &mut bob], |members| {
        members.iter().all(|member| member.got().0 > 5 && member.got().1 > 5)
    })
    .await;
    for (says, word) in [(true, "quince"), (false, "medlar")] {
        let (from, to) = if says { (&mut alice, &mut bob) } else { (&mut bob, &mut alice) };
        from.tell_all(word).await;
        let uid = from.uid.clone();
        until_all("the word", &mut [from, to], |members| members[1].got().2 > 0).await;
        let told: Value = serde_json::from_str(&to.down.as_ref().unwrap().texts[0]).unwrap();
        assert_eq!(told, json!({ "from": uid, "text": word }));
    }
    let sections = bob.last("offer").unwrap()["tracks"].as_array().unwrap().clone();
    let mut kinds: Vec<_> = sections.iter().map(|track| (&track["uid"], &track["kind"])).collect();
    kinds.sort_by_key(|(_, kind)| kind.to_string());
    assert_eq!(kinds, [(&json!("alice"), &json!("audio")), (&json!("alice"), &json!("video"))]);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_refusal_has_its_code_and_the_same_socket_may_try_again() {
    let lab = Lab::start(Limits::default()).await;
    let mut member = lab.stranger("alice").await;
    for (code, token) in [
        ("expired", Wanted { issued_before: 7200, ..Wanted::default() }.sign()),
        ("wrong-channel", Wanted { channel: "elsewhere", ..Wanted::default() }.sign()),
        ("wrong-uid", Wanted { uid: "bob", ..Wanted::default() }.sign()),
        ("no-join-privilege", Wanted { privileges: &[2, 3, 4], ..Wanted::default() }.sign()),
        ("wrong-signature", Wanted::default().sign_with(&other_certificate())),
        ("damaged", "007junk".to_owned()),
        ("damaged", String::new()),
        ("version-006", "006970CA35de60c44645bbae8a215061b33IAB".to_owned()),
        ("message", "0".repeat(5000)),
    ] {
        let said = member.join(&token, "demo").await;
        assert_eq!((&said["type"], &said["code"]), (&json!("refused"), &json!(code)), "{said}");
        assert!(said["why"].as_str().unwrap().len() > 20, "{said}");
    }
    let said = member.ask(&json!({ "type": "renew", "token": Wanted::default().sign() })).await;
    assert_eq!(said["code"], "order");
    let said = member.join(&Wanted::default().sign(), "demo").await;
    assert_eq!(
        (&said["type"], &said["uid"], &said["members"], &said["publish"]),
        (&json!("joined"), &json!("alice"), &json!([]), &json!(["audio", "video", "data"])),
        "{said}"
    );
    let seconds = said["expires"].as_u64().unwrap();
    assert!((3500..=3600).contains(&seconds), "{seconds}");
    let said = member.join(&Wanted::default().sign(), "demo").await;
    assert_eq!(said["code"], "order", "once is enough");
    let said = member
        .ask(&json!({ "type": "renew", "token": Wanted { uid: "bob", ..Wanted::default() }.sign() }))
        .await;
    assert_eq!((&said["type"], &said["code"]), (&json!("refused"), &json!("wrong-uid")));
    let gauges = lab.gauges().await;
    assert_eq!((&gauges["joins"], &gauges["sockets"]), (&json!(1), &json!(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscriber_is_sent_everything_and_nothing_of_it_is_sent_on() {
    let lab = Lab::start(Limits::default()).await;
    let mut alice = lab.member("alice").await;
    let mut bob = lab.stranger("bob").await;
    let said = bob.join(&Wanted { uid: "bob", privileges: &[1], ..Wanted::default() }.sign(), "demo").await;
    assert_eq!(said["publish"], json!([]));
    alice.publish(&[Audio, Video]).await;
    // A client that does not know what it may do, or does not care.
    bob.publish(&[Audio, Video]).await;
    until_all("what alice sends", &mut [&mut alice, &mut bob], |members| {
        members[1].got().0 > 20 && members[1].got().1 > 20
    })
    .await;
    assert_eq!(alice.got(), (0, 0, 0));
    let publishers: Vec<_> =
        alice.view["publications"].as_array().unwrap().iter().map(|one| &one["uid"]).collect();
    assert!(publishers.iter().all(|uid| *uid == "alice"), "{publishers:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_renew_is_warned_and_then_out_and_who_renews_stays() {
    let lab = Lab::start(Limits::default()).await;
    let short = |uid| Wanted { uid, seconds: 4, ..Wanted::default() }.sign();
    let (mut alice, mut bob) = (lab.stranger("alice").await, lab.stranger("bob").await);
    alice.join(&short("alice"), "demo").await;
    bob.join(&short("bob"), "demo").await;
    until_all("warnings", &mut [&mut alice, &mut bob], |members| {
        members.iter().all(|member| member.last("expiring").is_some())
    })
    .await;
    alice.say(&json!({ "type": "renew", "token": Wanted::default().sign() })).await;
    alice.until("renewed", |alice| alice.last("renewed").is_some()).await;
    assert!(alice.last("renewed").unwrap()["expires"].as_u64().unwrap() > 3500);
    bob.until("the end", |bob| bob.ended).await;
    assert_eq!(bob.last("bye").unwrap()["code"], "expired");
    alice.until("bob left", |alice| alice.last("left").is_some()).await;
    assert_eq!(alice.last("left").unwrap()["uid"], "bob");
    assert!(alice.last("bye").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_sees_who_is_sent_what() {
    let lab = Lab::start(Limits::default()).await;
    let (mut alice, mut bob) = (lab.member("alice").await, lab.member("bob").await);
    alice.publish(&[Video]).await;
    until_all("a view of what is sent on", &mut [&mut alice, &mut bob], |members| {
        members.iter().all(|member| {
            let forwards = member.view["forwards"].as_array();
            forwards.is_some_and(|all| {
                all.iter().any(|one| one["packets"].as_u64() > Some(5) && one["kind"] == "video")
            })
        })
    })
    .await;
    for member in [&alice, &bob] {
        let view = &member.view;
        assert_eq!(view["channel"], "demo");
        let uids: Vec<_> = view["members"].as_array().unwrap().iter().map(|one| one["uid"].clone()).collect();
        assert_eq!(uids, ["alice", "bob"]);
        let video = view["forwards"].as_array().unwrap().iter().find(|one| one["kind"] == "video").unwrap();
        assert_eq!(
            (&video["from"], &video["to"], &video["wanted"]),
            (&json!("alice"), &json!("bob"), &json!("auto"))
        );
    }
    bob.say(&json!({ "type": "prefer", "uid": "alice", "layer": "off" })).await;
    until_all("off", &mut [&mut alice, &mut bob], |members| {
        let forwards = members[0].view["forwards"].as_array().unwrap();
        forwards.iter().any(|one| one["wanted"] == "off" && one["layer"].is_null())
    })
    .await;
    // Once a second at least, whatever happens.
    let before = bob.views;
    until_all("more views", &mut [&mut alice, &mut bob], |members| members[1].views > before + 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_for_another_member_is_passed_on_as_it_is() {
    let lab = Lab::start(Limits::default()).await;
    let (mut alice, mut bob) = (lab.member("alice").await, lab.member("bob").await);
    let mut carol = lab.stranger("carol").await;
    let token = Wanted { uid: "carol", channel: "elsewhere", ..Wanted::default() }.sign();
    carol.join(&token, "elsewhere").await;
    let body = json!({ "description": { "sdp": "v=0\r\n" }, "n": [1, 2.5, null, "ü"] });
    alice.say(&json!({ "type": "relay", "to": "bob", "body": body })).await;
    bob.until("a message", |bob| bob.last("relay").is_some()).await;
    assert_eq!(*bob.last("relay").unwrap(), json!({ "type": "relay", "from": "alice", "body": body }));
    let said = alice.ask(&json!({ "type": "relay", "to": "bob", "body": "x".repeat(40_000) })).await;
    assert_eq!((&said["type"], &said["code"]), (&json!("refused"), &json!("message")), "{said}");
    // Somebody elsewhere hears nothing: what comes first is what was said after.
    let _ = alice.say(&json!({ "type": "relay", "to": "carol", "body": 1 })).await;
    bob.say(&json!({ "type": "relay", "to": "alice", "body": 2 })).await;
    alice.until("a message", |alice| alice.last("relay").is_some()).await;
    assert!(carol.last("relay").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_or_vanishes_is_told_of_and_the_same_name_comes_back() {
    let lab = Lab::start(Limits::default()).await;
    let mut alice = lab.member("alice").await;
    let mut bob = lab.member("bob").await;
    bob.publish(&[Video]).await;
    until_all("media", &mut [&mut alice, &mut bob], |members| members[0].got().1 > 5).await;
    bob.say(&json!({ "type": "leave" })).await;
    bob.until("the end", |bob| bob.ended).await;
    let lefts = |member: &Member| member.said.iter().filter(|said| said["type"] == "left").count();
    alice.until("bob left", |alice| lefts(alice) == 1).await;
    // The second one goes without a word, and the third one comes before the lab has found out of the fourth.
    for n in 2..4 {
        let mut bob = lab.member("bob").await;
        bob.publish(&[Video]).await;
        let before = alice.got().1;
        until_all("media", &mut [&mut alice, &mut bob], |members| members[0].got().1 > before + 5).await;
        drop(bob);
        alice.until("bob left", |alice| lefts(alice) == n).await;
    }
    let mut bob = lab.member("bob").await;
    let _again = lab.member("bob").await;
    bob.until("the end", |bob| bob.ended).await;
    assert_eq!(bob.last("bye").unwrap()["code"], "replaced");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_fifty_joins_nothing_is_left() {
    let lab = Lab::start(Limits::default()).await;
    let before = lab.at_rest().await;
    for n in 0..50 {
        let (mut alice, mut bob) = (lab.member("alice").await, lab.member("bob").await);
        if n % 10 == 0 {
            alice.publish(&[Video]).await;
            until_all("media", &mut [&mut alice, &mut bob], |members| members[1].got().1 > 2).await;
        }
        if n % 2 == 0 {
            alice.say(&json!({ "type": "leave" })).await;
            alice.until("the end", |alice| alice.ended).await;
        }
    }
    let after = lab.at_rest().await;
    assert_eq!(after["joins"], 100);
    for gauge in ["sockets", "members", "channels", "tasks"] {
        assert_eq!(after[gauge], before[gauge], "{gauge}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_sees_their_own_packets_with_keys_and_nobody_elses() {
    let lab = Lab::start(Limits::default()).await;
    let (mut page, _) = connect_async(format!("ws://{}/labs/sfu/wire", lab.web)).await.unwrap();
    let open = timeout(PATIENCE, page.next()).await.unwrap().unwrap().unwrap();
    let open: Value = serde_json::from_str(open.to_text().unwrap()).unwrap();
    let port = open["address"].as_str().unwrap().rsplit_once(':').unwrap().1.to_owned();
    // Somebody reads the page.
    tokio::spawn(async move { while let Some(Ok(_)) = page.next().await {} });

    let mut alice = Member::connect(format!("ws://127.0.0.1:{port}/"), "alice").await;
    alice.join(&Wanted::default().sign(), "demo").await;
    let mut bob = lab.member("bob").await;
    alice.publish(&[Video]).await;
    bob.publish(&[Video]).await;
    until_all("media both ways", &mut [&mut alice, &mut bob], |members| {
        members.iter().all(|member| member.got().1 > 5)
    })
    .await;
    let trace = Trace::read(&lab.get(&format!("capture.pcapng?port={port}")).await).unwrap();
    let own = alice.addresses();
    let udp: Vec<_> = trace.events.iter().filter(|event| event.transport == Transport::Udp).collect();
    for address in &own {
        assert!(udp.iter().any(|event| event.from == *address), "what alice sent from {address}");
        assert!(udp.iter().any(|event| event.to == *address), "what alice was sent at {address}");
    }
    assert!(udp.iter().all(|event| own.contains(&event.from) || own.contains(&event.to)), "another's");
    let keys = String::from_utf8(lab.get(&format!("keys.log?port={port}")).await).unwrap();
    assert_eq!(keys.matches("CLIENT_RANDOM ").count(), 2, "one up, one down: {keys}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_pages_of_the_workbook_and_programs_may_join_and_not_too_many() {
    let lab = Lab::start(Limits { sockets: 2, setup: Duration::from_secs(2), ..Limits::default() }).await;
    for (header, value, passes) in [
        ("origin", format!("http://{}", lab.web), true),
        ("origin", "http://evil.example".to_owned(), false),
        ("origin", "null".to_owned(), false),
        ("host", "evil.example".to_owned(), false),
    ] {
        let mut request = lab.url.as_str().into_client_request().unwrap();
        request.headers_mut().insert(header, value.parse().unwrap());
        match connect_async(request).await {
            Ok(_) => assert!(passes, "{header}: {value}"),
            Err(tungstenite::Error::Http(answer)) => {
                assert!(!passes && answer.status() == 403, "{header}: {value}, {}", answer.status());
            }
            Err(error) => panic!("{header}: {value}: {error}"),
        }
    }
    lab.at_rest().await;
    let (mut silent, mut refused) = (lab.stranger("silent").await, lab.stranger("refused").await);
    refused.join("007", "demo").await;
    let error = connect_async(&lab.url).await.unwrap_err();
    assert!(matches!(&error, tungstenite::Error::Http(answer) if answer.status() == 503), "{error}");
    for late in [&mut silent, &mut refused] {
        late.until("the end", |late| late.ended).await;
        assert_eq!(late.last("bye").unwrap()["code"], "late");
    }
    lab.at_rest().await;
    // Both doors lead to the same room.
    let mut alice = lab.member("alice").await;
    let mut bob = Member::connect(format!("ws://{}/labs/sfu/join", lab.web), "bob").await;
    bob.join(&Wanted { uid: "bob", ..Wanted::default() }.sign(), "demo").await;
    alice.until("bob came", |alice| alice.last("came").is_some()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_signaling_is_answered_plainly() {
    let lab = Lab::start(Limits::default()).await;
    let mut member = lab.member("alice").await;
    for (what, code) in [
        (Message::text(""), "message"),
        (Message::text("{"), "message"),
        (Message::text("[".repeat(60_000)), "message"),
        (Message::text("{\"type\":\"offer\"}"), "message"),
        (Message::text("{\"type\":\"joined\",\"uid\":\"x\"}"), "message"),
        (Message::binary(vec![0; 1000]), "message"),
        (Message::text(json!({ "type": "offer", "sdp": "" }).to_string()), ""),
        (Message::text(json!({ "type": "offer", "sdp": "v=0\r\n".repeat(9000) }).to_string()), ""),
        (Message::text(json!({ "type": "offer", "sdp": strange_offer() }).to_string()), ""),
        (Message::text(json!({ "type": "answer", "sdp": "v=0" }).to_string()), ""),
        (Message::text(json!({ "type": "prefer", "uid": "nobody", "layer": "f" }).to_string()), ""),
        (
            Message::text(json!({ "type": "prefer", "uid": "alice", "layer": "x".repeat(9000) }).to_string()),
            "",
        ),
        (Message::text(json!({ "type": "relay", "to": "nobody", "body": [] }).to_string()), ""),
        (Message::text(json!({ "type": "relay", "to": "alice", "body": [] }).to_string()), ""),
    ] {
        let before = member.said.len();
        member.signaling.send(what.clone()).await.unwrap();
        if !code.is_empty() {
            let said = member.verdict(before, "a refusal").await;
            assert_eq!((&said["type"], &said["code"]), (&json!("refused"), &json!(code)), "{said}");
        }
    }
    // After all that, it is still a member.
    let said = member.ask(&json!({ "type": "renew", "token": "007" })).await;
    assert_ne!(said["type"], "bye", "{said}");
    member.until("damaged", |member| member.said.iter().any(|said| said["code"] == "damaged")).await;
    // Longer than any message may be.
    let (mut socket, _) = connect_async(&lab.url).await.unwrap();
    let _ = socket.send(Message::text("x".repeat(300_000))).await;
    while let Some(Ok(_)) = timeout(PATIENCE, socket.next()).await.unwrap() {}
    // More than anybody needs.
    for message in [Message::text("{\"type\":\"leave\"}"), Message::binary(vec![0; 8])] {
        let mut flood = lab.stranger("flood").await;
        for _ in 0..5000 {
            if flood.signaling.feed(message.clone()).await.is_err() {
                break;
            }
        }
        let _ = flood.signaling.flush().await;
        flood.until("the end", |flood| flood.ended).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_go_on_whatever_others_do() {
    let lab = Lab::start(Limits { silence: Duration::from_secs(6), ..Limits::default() }).await;
    let (mut alice, mut bob) = (lab.member("alice").await, lab.member("bob").await);
    alice.publish(&[Audio, Video]).await;
    bob.publish(&[Audio, Video]).await;
    let both = |members: &mut [&mut Member]| members.iter().all(|member| member.got().1 > 5);
    until_all("media", &mut [&mut alice, &mut bob], both).await;

    // Somebody who never reads, in the same channel, and somebody who never answers an offer.
    let mut deaf = lab.stranger("deaf").await;
    deaf.say(&json!({ "type": "join", "token": Wanted { uid: "deaf", ..Wanted::default() }.sign(), "channel": "demo", "uid": "deaf" })).await;
    let mut half = lab.stranger("half").await;
    half.join(&Wanted { uid: "half", ..Wanted::default() }.sign(), "demo").await;
    let offer = json!({ "type": "offer", "sdp": strange_offer() });
    half.say(&offer).await;
    let media: SocketAddr = lab.media;
    let stop = Stop::default();
    let floods = [
        tokio::spawn(junk(media, stop.clone(), |n| vec![(n % 256) as u8; 1 + n % 1400])),
        tokio::spawn(junk(media, stop.clone(), |n| {
            // A Binding request without anything in it, and one that is cut.
            let whole =
                [0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, (n % 256) as u8];
            whole[..if n.is_multiple_of(2) { 20 } else { n % 20 }].to_vec()
        })),
        tokio::spawn(junk(media, stop.clone(), |n| {
            [&[22, 254, 253][..], &vec![(n % 256) as u8; n % 1200]].concat()
        })),
        tokio::spawn(junk(media, stop.clone(), |n| {
            [&[0x80, 96][..], &vec![(n % 256) as u8; n % 1200]].concat()
        })),
        tokio::spawn(relays(lab.url.clone())),
        tokio::spawn(connections(lab.url.clone())),
    ];
    for _ in 0..4 {
        let before = [alice.got(), bob.got()];
        until_all("more media, all the same", &mut [&mut alice, &mut bob], |members| {
            members
                .iter()
                .zip(before)
                .all(|(member, before)| member.got().0 > before.0 + 20 && member.got().1 > before.1 + 20)
        })
        .await;
    }
    stop.store(true, Ordering::Relaxed);
    for flood in floods {
        let _ = flood.await;
    }
    assert!(alice.last("bye").is_none() && bob.last("bye").is_none());
    alice.tell_all("still here").await;
    until_all("a word", &mut [&mut alice, &mut bob], |members| members[1].got().2 > 0).await;
    // Who never answered anything is gone by itself.
    until_all("the deaf one left", &mut [&mut alice, &mut bob], |members| {
        members[0].said.iter().any(|said| said["type"] == "left" && said["uid"] == "deaf")
    })
    .await;
}

/// Set when it is enough.
type Stop = Arc<AtomicBool>;

/// Sends what nobody asked for, some thousand a second.
async fn junk(to: SocketAddr, stop: Stop, make: impl Fn(usize) -> Vec<u8>) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let mut n = 0;
    while !stop.load(Ordering::Relaxed) {
        for _ in 0..10 {
            n += 1;
            let _ = socket.try_send_to(&make(n), to);
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A member that has much to say to one who does not want it.
async fn relays(url: String) {
    let mut pest = Member::connect(url, "pest").await;
    pest.join(&Wanted { uid: "pest", ..Wanted::default() }.sign(), "demo").await;
    let message = json!({ "type": "relay", "to": "alice", "body": "x".repeat(8000) }).to_string();
    for _ in 0..2000 {
        if pest.signaling.feed(Message::text(message.clone())).await.is_err() {
            return;
        }
    }
    let _ = pest.signaling.flush().await;
}

/// Connections that come and go, some with half a message.
async fn connections(url: String) {
    for n in 0..40 {
        if let Ok((mut socket, _)) = connect_async(&url).await {
            let junk = "x".repeat(n * 100);
            let _ = socket.send(Message::text(format!("{{\"type\":\"join\",\"token\":\"{junk}\""))).await;
        }
    }
}

/// An offer that is well-formed, and of somebody who will never be heard of.
fn strange_offer() -> String {
    [
        "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0", "a=ice-ufrag:abcd",
        "a=ice-pwd:abcdefghijklmnopqrstuvwx", "a=setup:actpass", "m=video 9 UDP/TLS/RTP/SAVPF 96",
        "c=IN IP4 0.0.0.0", "a=mid:0", "a=sendonly", "a=rtcp-mux", "a=rtpmap:96 VP8/90000",
        "a=candidate:1 1 udp 2130706431 127.0.0.1 9 typ host",
        "a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF",
        "",
    ]
    .join("\r\n")
}

/// The lab, and the workbook's side of it.
struct Lab {
    _lab: SfuLab,
    /// Of the signaling, without a wiretap.
    url: String,
    web: SocketAddr,
    /// Where datagrams go.
    media: SocketAddr,
}

impl Lab {
    async fn start(limits: Limits) -> Self {
        let upstream = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let web = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let (address, workbook) = (upstream.local_addr().unwrap(), web.local_addr().unwrap());
        let media = socket.local_addr().unwrap();
        let wiretap = Wiretap::new("sfu", address, workbook);
        let lab = SfuLab::start(upstream, socket, wiretap, desk(), limits).unwrap();
        let router = axum::Router::new().nest("/labs/sfu", lab.router());
        tokio::spawn(async move { axum::serve(web, router).await.unwrap() });
        Self { _lab: lab, url: format!("ws://{address}/"), web: workbook, media }
    }

    /// Somebody who has not asked to be let in.
    async fn stranger(&self, uid: &str) -> Member {
        Member::connect(&self.url, uid).await
    }

    /// Somebody in channel demo who may do everything.
    async fn member(&self, uid: &str) -> Member {
        let mut member = self.stranger(uid).await;
        let said = member.join(&Wanted { uid, ..Wanted::default() }.sign(), "demo").await;
        assert_eq!(said["type"], "joined", "{said}");
        member
    }

    async fn get(&self, path: &str) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.web).await.unwrap();
        let request = format!("GET /labs/sfu/{path} HTTP/1.0\r\nHost: {}\r\n\r\n", self.web);
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        timeout(PATIENCE, stream.read_to_end(&mut answer)).await.unwrap().unwrap();
        let head = answer.windows(4).position(|end| end == b"\r\n\r\n").unwrap() + 4;
        answer.split_off(head)
    }

    async fn gauges(&self) -> Value {
        serde_json::from_slice(&self.get("info").await).unwrap()
    }

    /// The gauges once nobody is there, and two looks in a row saw the same.
    async fn at_rest(&self) -> Value {
        let resting = async {
            let mut last = Value::Null;
            loop {
                let gauges = self.gauges().await;
                let quiet = ["sockets", "members", "channels"].iter().all(|gauge| gauges[gauge] == 0);
                if quiet && gauges["tasks"] == last {
                    return gauges;
                }
                last = gauges["tasks"].clone();
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        timeout(PATIENCE, resting).await.expect("everybody leaves")
    }
}
