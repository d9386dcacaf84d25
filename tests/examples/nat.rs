//! `cargo run --example nat`, in all its ways.

use std::net::UdpSocket;

use serde_json::Value;

use crate::process::run;
use crate::stun::server;

/// What the program says of a path, and what it exits with.
fn verdict(arguments: &[&str]) -> (Option<i32>, Value) {
    let done = run("nat", &[arguments, &["--json"]].concat());
    let verdict = serde_json::from_str(&done.out);
    (done.code, verdict.unwrap_or_else(|error| panic!("{arguments:?}: {error} in {}{}", done.out, done.err)))
}

const EI: &str = "endpoint-independent";
const AD: &str = "address-dependent";
const APD: &str = "address-and-port-dependent";

#[test]
fn each_kind_of_nat_is_known_for_what_it_is() {
    for (nat, mapping, filtering, rfc3489) in [
        ("none", "none", EI, "open internet"),
        ("firewall", "none", APD, "symmetric udp firewall"),
        ("eim-eif", EI, EI, "full cone"),
        ("eim-adf", EI, AD, "restricted cone"),
        ("eim-apdf", EI, APD, "port restricted cone"),
        ("adm-eif", AD, EI, "full cone"),
        ("adm-adf", AD, AD, "symmetric"),
        ("adm-apdf", AD, APD, "symmetric"),
        ("apdm-eif", APD, EI, "full cone"),
        ("apdm-adf", APD, AD, "symmetric"),
        ("apdm-apdf", APD, APD, "symmetric"),
    ] {
        let (code, found) = verdict(&["--nat", nat]);
        let said = (found["mapping"].as_str(), found["filtering"].as_str(), found["rfc3489"].as_str());
        assert_eq!(
            (code, said),
            (Some(0), (Some(mapping), Some(filtering), Some(rfc3489))),
            "{nat}: {found:#}"
        );
    }
}

#[test]
fn a_path_without_udp_is_no_verdict_and_exits_with_1() {
    let (code, found) = verdict(&["--nat", "blocked"]);
    assert_eq!((code, &found["rfc3489"]), (Some(1), &"udp blocked".into()));
    assert_eq!((&found["mapping"], &found["mapped"]), (&"unknown".into(), &Value::Null));
}

#[test]
fn a_real_server_on_loopback_finds_no_nat() {
    let (_server, address) = server();
    let (code, found) = verdict(&["--server", &address.to_string()]);
    assert_eq!((code, &found["rfc3489"]), (Some(0), &"open internet".into()), "{found:#}");
    assert_eq!((&found["mapping"], &found["filtering"]), (&"none".into(), &EI.into()));
    assert_eq!(found["mapped"], found["local"]);
}

#[test]
fn silence_ends_with_exit_code_1_and_advice() {
    // Bound and never read: nothing answers, and nobody else gets the port.
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let done = run("nat", &["--quiet", "--server", &address, "--timeout", "1.2"]);
    assert_eq!(done.code, Some(1), "{}", done.err);
    assert!(done.err.contains("--listen"), "{}", done.err);
}

#[test]
fn wrong_usage_exits_with_2_and_says_what_was_expected() {
    for (arguments, says) in [
        (&["--nonsense"][..], "--nonsense"),
        (&["--nat", "tight"], "eim, adm or apdm"),
        (&["--loss", "1"], "0 to 0.9"),
        (&["--lifetime", "0"], "7200"),
        (&["--server", "127.0.0.1", "--nat", "none"], "cannot be used with"),
        (&["--server", "127.0.0.1:port"], "HOST:PORT"),
        (&["--pcap", "/no/such/folder/file"], "name another file"),
    ] {
        let done = run("nat", arguments);
        assert_eq!(done.code, Some(2), "{arguments:?}: {}", done.err);
        assert!(done.err.contains(says), "{arguments:?}: {}", done.err);
    }
}
