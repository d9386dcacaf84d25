//! Tokens for the SFU lab's tests, of an app of their own.

use std::time::{SystemTime, UNIX_EPOCH};

use wire::agora::{Certificate, Service, Token};
use wirebook::labs::sfu::Desk;

const APP: &str = "970CA35de60c44645bbae8a215061b33";
const CERTIFICATE: &str = "5CFd2fd1755d40ecb72977518be15d3b";

/// The desk that takes these tokens.
pub(crate) fn desk() -> Desk {
    Desk::of(APP, CERTIFICATE.parse().unwrap())
}

/// Not the app's.
pub(crate) fn other_certificate() -> Certificate {
    "0".repeat(32).parse().unwrap()
}

/// What a token is to say: by default that alice may do everything in channel demo for an hour.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) channel: &'a str,
    pub(crate) uid: &'a str,
    /// By their numbers.
    pub(crate) privileges: &'a [u16],
    pub(crate) seconds: u32,
    /// So long ago.
    pub(crate) issued_before: u32,
}

impl Default for Wanted<'_> {
    fn default() -> Self {
        Self { channel: "demo", uid: "alice", privileges: &[1, 2, 3, 4], seconds: 3600, issued_before: 0 }
    }
}

impl Wanted<'_> {
    pub(crate) fn sign(&self) -> String {
        self.sign_with(&CERTIFICATE.parse().unwrap())
    }

    pub(crate) fn sign_with(&self, certificate: &Certificate) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let privileges = self.privileges.iter().map(|number| (*number, self.seconds)).collect();
        let (channel, uid) = (self.channel.to_owned(), self.uid.to_owned());
        let token = Token {
            app_id: APP.to_owned(),
            issued: u32::try_from(now).unwrap() - self.issued_before,
            expire: self.seconds,
            salt: 1,
            services: vec![Service::Rtc { channel, uid, privileges }],
        };
        token.sign(certificate).unwrap()
    }
}
