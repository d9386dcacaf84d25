//! A mirror and who looks into it, in virtual time.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use peer::{Config, Event, Kind, Mirror, Peer, RtpPacket, Taken};

/// One end, and how often the other asked it for a picture.
struct End {
    peer: Peer,
    address: SocketAddr,
    asked: usize,
    /// Packets that came.
    media: u64,
}

fn end(port: u16, now: Instant) -> End {
    let peer = Peer::new(Config { media: true, ..Config::default() }, now).unwrap();
    End { peer, address: SocketAddr::from(([127, 0, 0, 1], port)), asked: 0, media: 0 }
}

/// A VP8 packet; the payload is no picture, which nobody looks at here.
fn packet(number: u16) -> RtpPacket {
    let mut packet = RtpPacket { payload: vec![0x10, 0, 0, 0].into(), ..RtpPacket::default() };
    (packet.header.version, packet.header.marker) = (2, true);
    (packet.header.sequence_number, packet.header.timestamp) = (number, u32::from(number) * 3000);
    packet
}

/// A whole call: the first end sends video, the second mirrors it. At `ask_at` packets the first wants a picture.
fn call(ask_at: u16) -> ([End; 2], u64) {
    let start = Instant::now();
    let (mut now, mut mirror) = (start, Mirror::default());
    let mut ends = [end(5001, now), end(5002, now)];
    let [a, b] = &mut ends;
    a.peer.add_track(Kind::Video).unwrap();
    let offer = a.peer.offer(now).unwrap();
    b.peer.take_offer(&offer, now).unwrap();
    assert!(b.peer.is_offered(Kind::Video));
    b.peer.add_track(Kind::Video).unwrap();
    let answer = b.peer.answer(now).unwrap();
    a.peer.accept(&answer, now).unwrap();
    for [from, to] in [[0, 1], [1, 0]] {
        let address = ends[from].address;
        let line = ends[from].peer.add_host(address).unwrap();
        ends[from].peer.end_of_gathering().unwrap();
        assert_eq!(ends[to].peer.add_remote(&line).unwrap(), Taken::Added);
    }
    let mut sent = 0;
    for _ in 0..600 {
        now += Duration::from_millis(10);
        if ends[0].peer.send_rtp(Kind::Video, packet(sent), now).is_ok() {
            sent += 1;
            if sent == ask_at {
                ends[0].peer.ask_for_picture(now).unwrap();
            }
        }
        for at in [0, 1] {
            if ends[at].peer.poll_timeout().is_some_and(|due| due <= now) {
                ends[at].peer.handle_timeout(now).unwrap();
            }
            while let Some(event) = ends[at].peer.poll_event() {
                ends[at].asked += usize::from(matches!(event, Event::PictureWanted));
                ends[at].media += u64::from(matches!(event, Event::Rtp { .. }));
                if at == 1 {
                    let _ = mirror.see(&mut ends[1].peer, &event, now);
                }
            }
            while let Some(datagram) = ends[at].peer.poll_transmit() {
                let _ = ends[1 - at].peer.handle(&datagram, now);
            }
        }
    }
    (ends, mirror.reflected)
}

/// RFC 4585 section 6.3.1: who mirrors cannot make a picture, so it asks the one who can.
#[test]
fn who_asks_a_mirror_for_a_picture_is_asked_for_it() {
    // The mirror asks by itself once, when the track begins.
    let ([looker, mirror], reflected) = call(u16::MAX);
    assert!(reflected > 100 && looker.media > 100, "{reflected} went back, {} came", looker.media);
    assert_eq!((mirror.asked, looker.asked), (0, 1));
    // Far enough from the beginning for the mirror's pause to be over.
    let ([looker, mirror], _) = call(200);
    assert_eq!((mirror.asked, looker.asked), (1, 2));
}
