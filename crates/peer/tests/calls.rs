//! Two peers against each other in memory, in virtual time.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use peer::{ChannelId, Config, Datagram, Error, Event, Part, Peer, Taken};

/// A peer and what was heard of it.
struct End {
    peer: Peer,
    address: SocketAddr,
    events: Vec<Event>,
}

/// Two ends, a wire between them that takes 20 ms, and a clock.
struct Call {
    now: Instant,
    start: Instant,
    ends: [End; 2],
    wire: VecDeque<(Instant, Datagram)>,
    /// What arrived.
    passed: Vec<Vec<u8>>,
}

impl End {
    fn new(port: u16, config: Config, now: Instant) -> Self {
        let peer = Peer::new(config, now).unwrap();
        Self { peer, address: SocketAddr::from(([127, 0, 0, 1], port)), events: Vec::new() }
    }

    fn open(&self) -> Option<ChannelId> {
        self.events.iter().find_map(|event| match event {
            Event::Channel { id, state: "open", .. } => Some(*id),
            _ => None,
        })
    }

    fn heard(&self) -> Vec<&str> {
        let text = |event: &'_ Event| matches!(event, Event::Text(..));
        self.events
            .iter()
            .filter(|event| text(event))
            .map(|event| match event {
                Event::Text(_, text) => text.as_str(),
                _ => "",
            })
            .collect()
    }

    fn state(&self, part: Part) -> &str {
        self.peer.states().of(part).unwrap_or("-")
    }
}

impl Call {
    /// The first end has offered, the second answered; candidates are trickled after.
    fn between(configs: [Config; 2]) -> Self {
        Self::after(configs, |offer| offer)
    }

    /// As [`Call::between`], where the offer is another when it arrives.
    fn after(configs: [Config; 2], change: impl Fn(String) -> String) -> Self {
        let now = Instant::now();
        let [one, other] = configs;
        let mut ends = [End::new(5001, one, now), End::new(5002, other, now)];
        let [a, b] = &mut ends;
        a.peer.open_channel("chat").unwrap();
        let offer = change(a.peer.offer(now).unwrap());
        b.peer.take_offer(&offer, now).unwrap();
        let answer = b.peer.answer(now).unwrap();
        assert!(answer.contains(if offer.contains("a=setup:active") {
            "a=setup:passive"
        } else {
            "a=setup:active"
        }));
        a.peer.accept(&answer, now).unwrap();
        for [from, to] in [[0, 1], [1, 0]] {
            let address = ends[from].address;
            let line = ends[from].peer.add_host(address).unwrap();
            ends[from].peer.end_of_gathering().unwrap();
            assert_eq!(ends[to].peer.add_remote(&line).unwrap(), Taken::Added);
        }
        Self { now, start: now, ends, wire: VecDeque::new(), passed: Vec::new() }
    }

    /// Runs until `done`, or for so long in virtual time.
    fn run(&mut self, longest: Duration, mut done: impl FnMut(&mut [End; 2], Instant) -> bool) -> bool {
        let until = self.now + longest;
        while self.now < until {
            for end in &mut self.ends {
                while let Some(event) = end.peer.poll_event() {
                    end.events.push(event);
                }
                while let Some(datagram) = end.peer.poll_transmit() {
                    self.wire.push_back((self.now + Duration::from_millis(20), datagram));
                }
            }
            if done(&mut self.ends, self.now) {
                return true;
            }
            self.step();
        }
        false
    }

    fn step(&mut self) {
        let due = self.wire.front().map(|(at, _)| *at);
        let timers = self.ends.iter_mut().filter_map(|end| end.peer.poll_timeout());
        let Some(next) = timers.chain(due).min() else { panic!("nothing will ever happen again") };
        self.now = self.now.max(next).max(self.start + Duration::from_micros(1));
        while let Some((_, datagram)) = self.wire.pop_front_if(|(at, _)| *at <= self.now) {
            self.passed.push(datagram.bytes.clone());
            if let Some(end) = self.ends.iter_mut().find(|end| end.address == datagram.to) {
                // What the stack makes of a datagram is its affair.
                let _ = end.peer.handle(&datagram, self.now);
            }
        }
        for end in &mut self.ends {
            if end.peer.poll_timeout().is_some_and(|at| at <= self.now) {
                end.peer.handle_timeout(self.now).unwrap();
            }
        }
    }

    /// The caller says "ping" once the channel is open, the other answers "pong".
    fn reaches_pong(&mut self) -> bool {
        let mut said = false;
        self.run(Duration::from_secs(20), move |[a, b], now| {
            if let (Some(channel), false) = (a.open(), said) {
                a.peer.send_text(channel, "ping", now).unwrap();
                said = true;
            }
            if b.heard() == ["ping"] && b.events.iter().all(|event| !matches!(event, Event::Binary(..))) {
                let channel = b.open().unwrap();
                b.peer.send_text(channel, "pong", now).unwrap();
                b.events.push(Event::Binary(channel, Vec::new()));
            }
            a.heard() == ["pong"]
        })
    }
}

#[test]
fn two_peers_reach_pong_in_less_than_a_second_of_virtual_time() {
    let mut call = Call::between([Config::default(), Config::default()]);
    assert!(call.reaches_pong());
    let took = call.now - call.start;
    assert!(took < Duration::from_secs(2), "{took:?}, {} datagrams", call.passed.len());
    for end in &call.ends {
        for (part, state) in [
            (Part::Signaling, "stable"),
            (Part::Gathering, "complete"),
            (Part::Ice, "connected"),
            (Part::Dtls, "connected"),
            (Part::Sctp, "connected"),
            (Part::Connection, "connected"),
        ] {
            assert_eq!(end.state(part), state, "{part:?} of {}", end.address);
        }
        let pair = end.events.iter().find_map(|event| match event {
            Event::Pair { local, remote } => Some((local, remote)),
            _ => None,
        });
        let (local, remote) = pair.expect("a selected pair");
        assert!(
            local.contains(&format!(" {} typ host", end.address.port())) && remote.contains(" 127.0.0.1 ")
        );
    }
}

/// RFC 8842 section 5.3.
#[test]
fn who_offers_to_be_the_client_of_dtls_is_answered_by_a_server() {
    let active = |offer: String| offer.replace("a=setup:actpass", "a=setup:active");
    assert!(Call::after(Default::default(), active).reaches_pong());
}

#[test]
fn both_ends_tell_the_same_key_and_only_those_that_were_asked() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let keeping = || {
        let lines = Arc::clone(&lines);
        Config {
            key_log: Some(Arc::new(move |line: &str| lines.lock().unwrap().push(line.to_owned()))),
            ..Config::default()
        }
    };
    let mut call = Call::between([keeping(), keeping()]);
    assert!(call.reaches_pong());
    let mut told = lines.lock().unwrap().clone();
    assert!(told.len() >= 2 && told.iter().all(|line| line.starts_with("CLIENT_RANDOM ")), "{told:?}");
    told.dedup();
    assert_eq!(told.len(), 1, "one handshake, one secret: {told:?}");
}

#[test]
fn who_closes_is_heard_at_once_and_who_vanishes_after_a_while() {
    let mut call = Call::between([Config::default(), Config::default()]);
    assert!(call.reaches_pong());
    let at = call.now;
    call.ends[1].peer.close().unwrap();
    assert!(call.run(Duration::from_secs(5), |[a, _], _| a.state(Part::Dtls) == "closed"));
    assert!(call.now - at < Duration::from_millis(500), "{:?}", call.now - at);

    let mut call = Call::between([Config::default(), Config::default()]);
    assert!(call.reaches_pong());
    let at = call.now;
    // Nothing reaches it any more, and nothing comes from it.
    call.ends[1] = End::new(5003, Config::default(), call.now);
    assert!(call.run(Duration::from_secs(60), |[a, _], _| a.state(Part::Ice) == "disconnected"));
    assert!(call.run(Duration::from_secs(60), |[a, _], _| a.state(Part::Ice) == "failed"));
    assert!(call.now - at > Duration::from_secs(10), "{:?}", call.now - at);
}

#[test]
fn hostile_datagrams_do_not_hurt() {
    let mut call = Call::between([Config::default(), Config::default()]);
    let (from, to) = (call.ends[0].address, call.ends[1].address);
    let stranger = SocketAddr::from(([127, 0, 0, 1], 6666));
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed
    };
    let mut throw = |call: &mut Call, of: &[Vec<u8>]| {
        for n in 0..2000_u64 {
            let mut bytes = match of.get(random() as usize % (of.len() + 1)) {
                Some(bytes) => bytes.clone(),
                None => (0..random() % 200).map(|_| random() as u8).collect(),
            };
            if let Some(len) = (bytes.len() as u64).checked_sub(1).map(|len| random() % (len + 1)) {
                bytes[len as usize] ^= 1 << (n % 8);
                if n % 3 == 0 {
                    bytes.truncate(len as usize);
                }
            }
            let from = if n % 2 == 0 { from } else { stranger };
            let _ = call.ends[1].peer.handle(&Datagram { from, to, bytes }, call.now);
            while call.ends[1].peer.poll_transmit().is_some() {}
        }
    };
    throw(&mut call, &[]);
    // What a real call sent, damaged.
    let mut real = Call::between([Config::default(), Config::default()]);
    assert!(real.reaches_pong());
    let seen = real.passed;
    throw(&mut call, &seen);
    assert!(call.reaches_pong(), "and the call goes on");
    throw(&mut call, &seen);
    let channel = call.ends[0].open().unwrap();
    call.ends[0].peer.send_text(channel, "still there", call.now).unwrap();
    assert!(call.run(Duration::from_secs(20), |[_, b], _| b.heard().contains(&"still there")));
}

#[test]
fn a_description_that_cannot_be_used_is_refused_with_a_reason() {
    let now = Instant::now();
    for (sdp, says) in [
        ("", "offer"),
        ("hello", "offer"),
        ("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n", "at least one m-line"),
        (
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n",
            "offer",
        ),
    ] {
        let error = Peer::new(Config::default(), now).unwrap().take_offer(sdp, now).expect_err(sdp);
        assert!(error.to_string().contains(says), "{error}");
    }
}

#[test]
fn candidates_that_cannot_be_used_are_told_from_those_that_are_wrong() {
    let mut call = Call::between([Config::default(), Config::default()]);
    let peer = &mut call.ends[0].peer;
    for (line, taken) in [
        (
            "candidate:1 1 udp 2113937151 6d1b7f0e-1d5f-4b9c-a9c2-f0a8f5f7c2ae.local 50000 typ host",
            Taken::Hidden,
        ),
        ("candidate:1 1 tcp 1518280447 127.0.0.1 9 typ host tcptype active", Taken::OtherTransport),
        ("a=candidate:1 1 udp 2113937151 127.0.0.1 50000 typ host", Taken::Added),
        ("", Taken::End),
    ] {
        assert_eq!(peer.add_remote(line).unwrap(), taken, "{line}");
    }
    for line in [
        "x",
        "candidate:1 1 udp 1 example.org 1 typ host",
        "candidate:1 1 udp x 127.0.0.1 1 typ host",
        "candidate:1 1 udp 1 127.0.0.1 99999 typ host",
    ] {
        assert!(matches!(peer.add_remote(line), Err(Error::Candidate(_))), "{line}");
    }
}
