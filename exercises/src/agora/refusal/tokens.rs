//! The tokens that are presented: built, signed, and then presented where they fit or do not.

use wire::agora::{Certificate, Privileges, Service, privilege};

use super::{Asked, DAY};

/// A token, and what somebody asks for with it.
#[derive(Clone, Debug)]
pub(super) struct Presented {
    pub(super) story: String,
    pub(super) text: String,
    pub(super) asked: Asked,
}

/// The app of which the server is: that of the tests of Agora's own packages, where its certificate is published, too.
const APP_ID: &str = "970CA35de60c44645bbae8a215061b33";
const CERTIFICATE: &str = "5CFd2fd1755d40ecb72977518be15d3b";
const OTHER_APP_ID: &str = "0123456789abcdef0123456789abcdef";
const OTHER_CERTIFICATE: &str = "fedcba9876543210fedcba9876543210";
/// A token of the old format, from the same tests.
const OLD: &str = "006970CA35de60c44645bbae8a215061b33IACV0fZUBw+72cVoL9eyGGh3Q6Poi8bgjwVLnyKSJyOXR7dIfRBXoFHlEAABAAAAR/\
                   QQAAEAAQCvKDdW";
/// When tokens are issued here.
const ISSUED: u32 = 1_700_000_000;

pub(super) fn certificate() -> Option<Certificate> {
    CERTIFICATE.parse().ok()
}

/// A token to be made, and how it is presented. Everything fits until something is changed.
#[derive(Clone)]
struct Made {
    app_id: &'static str,
    certificate: &'static str,
    issued: u32,
    expire: u32,
    services: Vec<Service>,
    asked: Asked,
}

impl Made {
    fn fits() -> Self {
        let (channel, uid) = ("demo".to_owned(), "alice".to_owned());
        Self {
            app_id: APP_ID,
            certificate: CERTIFICATE,
            issued: ISSUED,
            expire: 3600,
            services: vec![rtc("demo", "alice", &[(1, 3600), (2, 3600), (3, 3600), (4, 3600)])],
            asked: Asked { app_id: APP_ID.to_owned(), channel, uid, now: u64::from(ISSUED) + 60 },
        }
    }

    fn with(change: impl FnOnce(&mut Self)) -> Self {
        let mut made = Self::fits();
        change(&mut made);
        made
    }

    fn presented(self, story: &str) -> Presented {
        let token = wire::agora::Token {
            app_id: self.app_id.to_owned(),
            issued: self.issued,
            expire: self.expire,
            salt: 1 + self.issued % 1000,
            services: self.services,
        };
        let certificate = self.certificate.parse::<Certificate>().ok();
        let text = certificate.and_then(|certificate| token.sign(&certificate).ok()).unwrap_or_default();
        Presented { story: story.to_owned(), text, asked: self.asked }
    }
}

fn rtc(channel: &str, uid: &str, privileges: &[(u16, u32)]) -> Service {
    let privileges: Privileges = privileges.iter().copied().collect();
    Service::Rtc { channel: channel.to_owned(), uid: uid.to_owned(), privileges }
}

fn rtm() -> Service {
    Service::Rtm { user: "alice".to_owned(), privileges: [(1, 3600)].into() }
}

pub(super) fn all() -> Vec<Presented> {
    let mut all = eight();
    all.extend(others());
    all.extend(two_at_once());
    all.extend(random());
    all
}

fn after(made: &mut Made, seconds: u32) {
    made.asked.now = u64::from(made.issued) + u64::from(seconds);
}

fn eight() -> Vec<Presented> {
    let old = Presented { text: OLD.to_owned(), ..Made::fits().presented("A: a token from an old server") };
    vec![
        old,
        Made::with(|it| (it.app_id, it.certificate) = (OTHER_APP_ID, OTHER_CERTIFICATE))
            .presented("B: a token from another project's server"),
        Made::with(|it| it.certificate = OTHER_CERTIFICATE)
            .presented("C: the certificate was renewed, and the token server does not know yet"),
        Made::with(|it| after(it, 5000)).presented("D: a laptop wakes up"),
        Made::with(|it| it.services = vec![rtm()]).presented("E: a token of the chat beside the call"),
        Made::with(|it| it.services = vec![rtc("lobby", "alice", &[(1, 3600)])])
            .presented("F: from one room to the next"),
        Made::with(|it| it.asked.uid = "mallory".to_owned())
            .presented("G: somebody found a token in a log file"),
        Made::with(|it| it.services = vec![rtc("demo", "alice", &[(2, 3600), (3, 3600)])])
            .presented("H: whoever built it knows the privileges by name, and not by number"),
    ]
}

fn others() -> Vec<Presented> {
    let privileges = |list: &[(u16, u32)]| vec![rtc("demo", "alice", list)];
    let cases: Vec<(&str, Made)> = vec![
        ("all fits", Made::fits()),
        ("the last second of the token", Made::with(|it| after(it, 3599))),
        ("the second after", Made::with(|it| after(it, 3600))),
        (
            "to join for 600 of 3600 seconds",
            Made::with(|it| {
                it.services = privileges(&[(1, 600)]);
                after(it, 599);
            }),
        ),
        (
            "a second later",
            Made::with(|it| {
                it.services = privileges(&[(1, 600)]);
                after(it, 600);
            }),
        ),
        ("to join for 0 seconds, and 0 stands for all", Made::with(|it| it.services = privileges(&[(1, 0)]))),
        ("a token for anybody", Made::with(|it| it.services = vec![rtc("demo", "", &[(1, 0)])])),
        ("a token for the user 0", Made::with(|it| it.services = vec![rtc("demo", "0", &[(1, 0)])])),
        ("for chat and call", Made::with(|it| it.services.insert(0, rtm()))),
        ("to listen only", Made::with(|it| it.services = privileges(&[(1, 0)]))),
        (
            "the right to publish is over",
            Made::with(|it| {
                it.services = privileges(&[(1, 0), (2, 600), (3, 600)]);
                after(it, 1200);
            }),
        ),
        (
            "the right to publish is over, the one to join also",
            Made::with(|it| {
                it.services = privileges(&[(1, 900), (2, 600), (3, 600)]);
                after(it, 1200);
            }),
        ),
        ("the same channel, almost", Made::with(|it| it.asked.channel = "Demo".to_owned())),
        ("the same user, almost", Made::with(|it| it.asked.uid = "Alice".to_owned())),
        ("a channel whose name begins alike", Made::with(|it| it.asked.channel = "demo2".to_owned())),
        ("a user whose name begins alike", Made::with(|it| it.asked.uid = "alice2".to_owned())),
        ("the clock of the token server is fast", Made::with(|it| it.asked.now = u64::from(it.issued) - 5)),
        (
            "for ever, says the token",
            Made::with(|it| {
                it.expire = u32::MAX;
                it.services = privileges(&[(1, u32::MAX)]);
                after(it, DAY - 1);
            }),
        ),
        (
            "for ever is over",
            Made::with(|it| {
                it.expire = u32::MAX;
                it.services = privileges(&[(1, u32::MAX)]);
                after(it, DAY);
            }),
        ),
    ];
    cases.into_iter().map(|(story, made)| made.presented(story)).collect()
}

/// More than one thing is wrong: the first question that fails counts.
fn two_at_once() -> Vec<Presented> {
    let old = Made::with(|it| it.asked.app_id = OTHER_APP_ID.to_owned())
        .presented("two things at once: 006, of another app");
    let mut all = vec![Presented { text: OLD.to_owned(), ..old }];
    let cases: Vec<(&str, Made)> = vec![
        (
            "two things at once: of another app, and old",
            Made::with(|it| {
                (it.app_id, it.certificate) = (OTHER_APP_ID, OTHER_CERTIFICATE);
                after(it, 9999);
            }),
        ),
        (
            "two things at once: badly signed, and for another channel",
            Made::with(|it| {
                it.certificate = OTHER_CERTIFICATE;
                it.asked.channel = "lobby".to_owned();
            }),
        ),
        (
            "two things at once: badly signed, and old",
            Made::with(|it| {
                it.certificate = OTHER_CERTIFICATE;
                after(it, 9999);
            }),
        ),
        (
            "two things at once: old, and for another channel",
            Made::with(|it| {
                it.asked.channel = "lobby".to_owned();
                after(it, 3700);
            }),
        ),
        (
            "two things at once: old, and for chat",
            Made::with(|it| {
                it.services = vec![rtm()];
                after(it, 3700);
            }),
        ),
        (
            "two things at once: to join for longer than the token counts",
            Made::with(|it| {
                it.services = vec![rtc("demo", "alice", &[(1, 7200)])];
                after(it, 3700);
            }),
        ),
        (
            "two things at once: another channel, another user",
            Made::with(|it| {
                it.asked.channel = "lobby".to_owned();
                it.asked.uid = "bob".to_owned();
            }),
        ),
        (
            "two things at once: another user, and no right to join",
            Made::with(|it| {
                it.services = vec![rtc("demo", "alice", &[(2, 0)])];
                it.asked.uid = "bob".to_owned();
            }),
        ),
    ];
    all.extend(cases.into_iter().map(|(story, made)| made.presented(story)));
    all
}

/// Thrown together from all of these.
fn random() -> Vec<Presented> {
    let mut dice = 0x9e37_79b9_7f4a_7c15_u64;
    let mut below = move |limit: u64| {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        (dice >> 11) % limit
    };
    let (channels, uids) = (["demo", "demo", "lobby", "Demo"], ["alice", "alice", "", "bob"]);
    let seconds = [0, 300, 600, 3600, DAY, u32::MAX];
    let one = |_| {
        Made::with(|it| {
            if below(8) == 0 {
                (it.app_id, it.certificate) = (OTHER_APP_ID, OTHER_CERTIFICATE);
            } else if below(8) == 0 {
                it.certificate = OTHER_CERTIFICATE;
            }
            it.expire = seconds[1 + below(5) as usize];
            let mut privileges = vec![(privilege::PUBLISH_AUDIO, seconds[below(6) as usize])];
            if below(8) != 0 {
                privileges.push((privilege::JOIN_CHANNEL, seconds[below(6) as usize]));
            }
            let call = rtc(channels[below(4) as usize], uids[below(4) as usize], &privileges);
            it.services = match below(6) {
                0 => vec![rtm()],
                1 => vec![call, rtm()],
                _ => vec![call],
            };
            let moments = [0, 299, 300, 599, 600, 601, 3599, 3600, DAY - 1, DAY];
            after(it, moments[below(10) as usize]);
        })
        .presented("thrown together")
    };
    (0..150).map(one).collect()
}
