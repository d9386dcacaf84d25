//! Agora's AccessToken2: the vectors that Agora's own package is tested with, damage, and who is let in.

mod admit;
#[path = "../common/mod.rs"]
mod common;
mod damage;
mod tree;
mod vectors;

use wire::agora::{Certificate, Privileges};

/// What npm's agora-token 2.0.6 is tested with: test/AccessToken2Test.js.
const APP_ID: &str = "970CA35de60c44645bbae8a215061b33";
const CERTIFICATE: &str = "5CFd2fd1755d40ecb72977518be15d3b";
const CHANNEL: &str = "7d72365eb983485397e3e3f9d460bdda";
const UID: &str = "2882341273";
const ISSUED: u32 = 1_111_111;
const EXPIRE: u32 = 600;

fn certificate() -> Certificate {
    CERTIFICATE.parse().unwrap()
}

fn for_600_s(numbers: &[u16]) -> Privileges {
    numbers.iter().map(|number| (*number, EXPIRE)).collect()
}
