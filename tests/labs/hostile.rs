//! What a hostile client may try on the WebSocket lab; and while it tries, another is answered.

use std::time::Duration;

use futures_util::SinkExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use tungstenite::Message;
use wirebook::labs::websocket::{LONGEST, Limits};

use crate::websocket::{Lab, PATIENCE, next};

/// One who may take as long as the lab lets it.
type Attack = fn(&Lab) -> JoinSet<()>;

const ATTACKS: &[(&str, Attack)] = &[
    ("endless header fields", |lab| {
        let line = format!("X-{}: y\r\n", "x".repeat(100));
        send_on(lab, 20, b"GET / HTTP/1.1\r\n", line.as_bytes(), Duration::ZERO)
    }),
    ("an endless request line", |lab| send_on(lab, 20, b"GET /", &[b'a'; 4096], Duration::ZERO)),
    ("garbage", |lab| send_on(lab, 20, b"\x16\x03\x01\x02\x00", &[0xff; 4096], Duration::ZERO)),
    ("a head, byte by byte", |lab| {
        send_on(lab, 50, b"GET / HTTP/1.1\r\nX: ", b"a", Duration::from_millis(20))
    }),
    ("half of a handshake", |lab| {
        let head = lab.handshake();
        send_on(lab, 200, &head.as_bytes()[..head.len() / 2], b"", Duration::ZERO)
    }),
    ("nothing at all", |lab| send_on(lab, 500, b"", b"", Duration::ZERO)),
    ("a frame, byte by byte", |lab| {
        let head = after_handshake(lab, &[&[0x82, 0xff][..], &LONGEST.to_be_bytes(), &[0; 4]].concat());
        send_on(lab, 50, &head, b"a", Duration::from_millis(20))
    }),
    ("a long frame that never comes", |lab| {
        let head = after_handshake(lab, &[&[0x82, 0xff][..], &LONGEST.to_be_bytes(), &[0; 4]].concat());
        send_on(lab, 200, &head, b"", Duration::ZERO)
    }),
    ("an impossible length", |lab| {
        send_on(
            lab,
            50,
            &after_handshake(lab, b"\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
            &[0; 4096],
            Duration::ZERO,
        )
    }),
    ("frames without a mask", |lab| {
        send_on(lab, 50, &after_handshake(lab, b""), &b"\x81\x04ping".repeat(700), Duration::ZERO)
    }),
    ("bad opcodes", |lab| {
        send_on(lab, 50, &after_handshake(lab, b"\x83\x80abcd"), &[0x8f; 4096], Duration::ZERO)
    }),
    ("endless fragments", |lab| {
        let empty = b"\x00\x80abcd".repeat(700);
        send_on(lab, 10, &after_handshake(lab, b"\x01\x80abcd"), &empty, Duration::ZERO)
    }),
    ("echoes that nobody takes", |lab| {
        let message = [&[0x82, 0xfe, 0x10, 0x00, 0, 0, 0, 0][..], &[0; 4096]].concat();
        send_on(lab, 50, &after_handshake(lab, b""), &message, Duration::ZERO)
    }),
    ("resets", |lab| {
        let address = lab.address;
        let mut clients = JoinSet::new();
        for _ in 0..20 {
            clients.spawn(async move {
                loop {
                    if let Ok(mut stream) = TcpStream::connect(address).await {
                        let _ = stream.write_all(b"GET / HTTP/1.1\r\n").await;
                        let _ = stream.set_zero_linger();
                    }
                    sleep(Duration::from_millis(5)).await;
                }
            });
        }
        clients
    }),
];

#[tokio::test(flavor = "multi_thread")]
async fn whatever_one_client_does_another_is_answered_meanwhile_and_afterwards() {
    let lab = Lab::start(Limits::default());
    assert_eq!(answered(&lab).await, Ok(()));
    for (what, attack) in ATTACKS {
        let attackers = attack(&lab);
        for _ in 0..10 {
            assert_eq!(answered(&lab).await, Ok(()), "during: {what}");
        }
        drop(attackers);
        assert_eq!(answered(&lab).await, Ok(()), "after: {what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn more_silent_ones_than_there_are_places_keep_nobody_out() {
    let lab = Lab::start(Limits { connections: 50, ..Limits::default() });
    let mut silent = Vec::new();
    for _ in 0..50 {
        for _ in 0..20 {
            silent.push(TcpStream::connect(lab.address).await.unwrap());
        }
        assert_eq!(answered(&lab).await, Ok(()));
    }
    drop(silent);
}

/// `cargo test --test labs ten_thousand -- --ignored --nocapture`. Both ends are in this process: where it may not
/// have 21,000 file handles, it takes as many connections as it may.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs ten thousand connections"]
async fn ten_thousand_that_say_nothing_leave_another_its_usual_time() {
    let handles = rlimit::increase_nofile_limit(21_000).unwrap();
    let lab = Lab::start(Limits { handshake: Duration::from_secs(3600), ..Limits::default() });
    let usual = time_of(&lab).await;
    let mut silent = Vec::new();
    for _ in 0..(handles.saturating_sub(1_000) / 2).min(10_000) {
        silent.push(TcpStream::connect(lab.address).await.unwrap());
    }
    println!("{} connections that say nothing", silent.len());
    let meanwhile = time_of(&lab).await;
    drop(silent);
    let afterwards = time_of(&lab).await;
    println!("a handshake and an echo: {usual:?} before, {meanwhile:?} meanwhile, {afterwards:?} afterwards");
    assert!(meanwhile < usual * 10 + Duration::from_millis(50), "{usual:?}, {meanwhile:?}");
}

/// The median of some.
async fn time_of(lab: &Lab) -> Duration {
    let mut times = Vec::new();
    for _ in 0..101 {
        let start = Instant::now();
        answered(lab).await.unwrap();
        times.push(start.elapsed());
    }
    times.sort();
    times[times.len() / 2]
}

/// A handshake, an echo and a close of somebody who did nothing wrong.
async fn answered(lab: &Lab) -> Result<(), &'static str> {
    timeout(PATIENCE, async {
        let mut client = lab.client().await;
        client.send(Message::text("ping")).await.map_err(|_| "cannot send")?;
        if next(&mut client).await != Message::text("ping") {
            return Err("no echo");
        }
        client.close(None).await.map_err(|_| "cannot close")
    })
    .await
    .unwrap_or(Err("no answer"))
}

fn after_handshake(lab: &Lab, bytes: &[u8]) -> Vec<u8> {
    [lab.handshake().as_bytes(), bytes].concat()
}

/// So many clients that send `first`, and then `again` and again, and read nothing; and that come back when they are
/// thrown out.
fn send_on(lab: &Lab, clients: usize, first: &[u8], again: &[u8], pause: Duration) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    for _ in 0..clients {
        let (address, first, again) = (lab.address, first.to_vec(), again.to_owned());
        tasks.spawn(async move {
            loop {
                let Ok(mut stream) = TcpStream::connect(address).await else { return };
                let mut sent = stream.write_all(&first).await;
                while sent.is_ok() && !again.is_empty() {
                    sent = stream.write_all(&again).await;
                    sleep(pause).await;
                }
                let mut end = [0; 512];
                while matches!(stream.read(&mut end).await, Ok(1..)) {}
                sleep(Duration::from_millis(5)).await;
            }
        });
    }
    tasks
}
