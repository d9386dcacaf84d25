//! The STUN example and coturn's programs, each asking the other. Debian: `apt-get install coturn`.

use std::net::UdpSocket;
use std::process::Command;

use crate::process::{Drained, Running, command_to_end, installed, run};
use crate::stun::{scratch, server};

#[test]
fn turnutils_stunclient_learns_its_address_from_us() {
    if !installed("turnutils_stunclient") {
        return;
    }
    let (_server, address) = server();
    let port = address.port().to_string();
    // It goes on to ask for RESPONSE-PORT, is refused and would wait for ever: its first answer is enough.
    let mut command = Command::new("stdbuf");
    let mut client =
        Running::command(command.args(["-oL", "turnutils_stunclient", "-p", &port, "127.0.0.1"]));
    let line = client.line_with("UDP reflexive addr");
    assert!(line.contains("127.0.0.1:"), "{line}");
}

#[test]
fn turnutils_natdiscovery_finds_the_behavior_of_a_path_without_nat() {
    if !installed("turnutils_natdiscovery") {
        return;
    }
    let (_server, address) = server();
    let port = address.port().to_string();
    let mut command = Command::new("turnutils_natdiscovery");
    let done = command_to_end(command.args(["-m", "-f", "-p", &port, "127.0.0.1"]));
    for found in ["Endpoint Independent Mapping", "Endpoint Independent Filtering"] {
        assert!(done.out.contains(found), "{found} is missing in\n{}{}", done.out, done.err);
    }
}

#[test]
fn we_learn_our_address_and_the_paths_behavior_from_turnserver() {
    if !installed("turnserver") {
        return;
    }
    let (_turnserver, address) = coturn();
    let done = run("stun", &["--quiet", "--server", &address]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    for learned in
        ["no NAT on the way", "Filtering is endpoint-independent", "Mapping is endpoint-independent"]
    {
        assert!(done.out.contains(learned), "{learned} is missing in\n{}", done.out);
    }
}

/// coturn with two addresses, and the first of them. It may not be up when the first request arrives: clients ask
/// again.
pub(crate) fn coturn() -> (Drained, String) {
    let port = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let pid_file = scratch(&format!("turnserver-{port}.pid"));
    let mut command = Command::new("turnserver");
    command.args(["-n", "--no-cli", "--no-tls", "--no-dtls", "--no-tcp"]);
    command.args(["-L", "127.0.0.1", "-L", "127.0.0.2", "--listening-port", &port]);
    command.args(["--log-file", "stdout", "--pidfile"]).arg(pid_file);
    (Running::command(&mut command).drained(), format!("127.0.0.1:{port}"))
}
