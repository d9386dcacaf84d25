//! `cargo run --example nat`, in all its ways.

use std::fs;
use std::net::UdpSocket;

use serde_json::Value;
use wire::trace::Trace;

use crate::process::{Running, installed, run};
use crate::stun::{scratch, server};
use crate::stun_interop::coturn;

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
fn two_nats_in_a_row_are_as_strict_as_the_stricter_one() {
    for (nat, mapping, filtering) in [
        ("eim-eif+eim-eif", EI, EI),
        ("eim-eif+apdm-apdf", APD, APD),
        ("apdm-apdf+eim-eif", APD, APD),
        ("eim-adf+adm-eif", AD, AD),
    ] {
        let (code, found) = verdict(&["--nat", nat]);
        let said = (code, &found["mapping"], &found["filtering"]);
        assert_eq!(said, (Some(0), &mapping.into(), &filtering.into()), "{nat}");
    }
}

#[test]
fn neither_loss_nor_the_choice_of_ports_makes_another_verdict() {
    let dependence = [("ei", EI), ("ad", AD), ("apd", APD)];
    for (mapping, filtering) in dependence.into_iter().flat_map(|m| dependence.map(|f| (m, f))) {
        for ports in ["preserving", "sequential", "random"] {
            let nat = format!("{}m-{}f", mapping.0, filtering.0);
            let (code, found) = verdict(&["--nat", &nat, "--ports", ports, "--loss", "0.2", "--seed", "1"]);
            let said = (code, &found["mapping"], &found["filtering"]);
            assert_eq!(said, (Some(0), &mapping.1.into(), &filtering.1.into()), "{nat}, {ports}");
            let preserved = ports == "preserving" && mapping.0 == "ei";
            assert_eq!(found["ports_preserved"], preserved, "{nat}, {ports}");
            let tests = found["tests"].as_array().unwrap();
            let again = |test: &Value| !test["answered_by"].is_null() && test["requests"] != 1;
            assert!(tests.iter().any(again), "nothing was lost: {found:#}");
        }
    }
}

#[test]
fn hairpinning_is_seen_where_it_can_be() {
    for (nat, with, without) in [
        ("eim-eif", true.into(), false.into()),
        ("eim-adf", true.into(), false.into()),
        // Each filters the other's first packet, and lets the second in.
        ("eim-apdf", true.into(), false.into()),
        ("apdm-eif", true.into(), false.into()),
        ("eim-adf+eim-eif", true.into(), false.into()),
        // A packet that turns round has a mapping of its own, which no filter knows.
        ("apdm-apdf", Value::Null, Value::Null),
        ("none", Value::Null, Value::Null),
    ] {
        assert_eq!(verdict(&["--nat", nat, "--hairpin"]).1["hairpinning"], with, "{nat}");
        assert_eq!(verdict(&["--nat", nat]).1["hairpinning"], without, "{nat}");
    }
}

#[test]
fn the_lifetime_of_a_mapping_is_between_what_it_survived_and_what_it_did_not() {
    for (nat, seconds, loss) in [
        ("eim-eif", 300.0, "0"),
        ("symmetric", 45.0, "0"),
        ("eim-adf", 7.0, "0"),
        ("eim-apdf", 120.0, "0.2"),
        ("eim-eif+eim-eif", 120.0, "0"),
    ] {
        let (_, found) =
            verdict(&["--nat", nat, "--lifetime", &seconds.to_string(), "--loss", loss, "--seed", "1"]);
        let lifetime = |key| found["lifetime"][key].as_f64().unwrap();
        let (alive, gone) = (lifetime("alive_after"), lifetime("gone_after"));
        // A packet is on its way to the NAT for a few milliseconds.
        assert!(alive < seconds + 0.1 && seconds < gone + 0.1, "{nat}: {seconds} in {alive}..{gone}");
        assert!(gone - alive <= 2.0, "{nat}: {alive}..{gone}");
        // A mapping that dies between two tests is no mapping that depends on anybody.
        let mapping = if nat == "symmetric" { APD } else { EI };
        assert_eq!(found["mapping"], mapping, "{nat}");
    }
    assert_eq!(verdict(&["--nat", "none"]).1["lifetime"], Value::Null);
}

#[test]
fn the_first_port_never_asks_for_what_a_hole_in_its_filter_would_spoil() {
    let (_, found) = verdict(&["--nat", "eim-adf"]);
    let tests = found["tests"].as_array().unwrap();
    let (filtering, others): (Vec<_>, Vec<_>) =
        tests.iter().partition(|test| test["name"].as_str().unwrap().starts_with("Filtering"));
    assert_eq!(filtering.len(), 2);
    for test in filtering {
        assert_eq!(test["to"], "192.0.2.1:3478", "the port wrote to nobody else");
        assert!(others.iter().all(|other| other["from"] != test["from"]), "{test}");
    }
}

#[test]
fn the_story_fits_80_columns_and_holds_no_fault() {
    for nat in
        ["port-restricted-cone", "symmetric", "apdm-eif", "blocked", "firewall", "none", "eim-adf+apdm-apdf"]
    {
        let done = run("nat", &["--nat", nat, "--hairpin"]);
        assert!(!done.out.contains("error: "), "the dissector finds fault:\n{}", done.out);
        assert!(!done.out.contains('\x1b'), "color, though this is no terminal");
        for line in done.out.lines() {
            assert!(line.chars().count() <= 80, "{nat}: wider than 80 columns: {line}");
        }
    }
}

#[test]
fn what_the_old_word_gets_wrong_is_said() {
    let done = run("nat", &["--quiet", "--nat", "apdm-eif"]);
    assert!(done.out.contains("=> full cone"), "{}", done.out);
    assert!(done.out.contains("That is wrong"), "{}", done.out);
    let done = run("nat", &["--quiet", "--nat", "full-cone"]);
    assert!(!done.out.contains("That is wrong"), "{}", done.out);
}

#[test]
fn a_capture_shows_each_packet_inside_and_outside() {
    let path = scratch("nat.pcapng");
    let done = run("nat", &["--quiet", "--seed", "1", "--pcap", path.to_str().unwrap()]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    let trace = Trace::read(&fs::read(&path).unwrap()).unwrap();
    let sides: Vec<_> = trace.events[..4].iter().map(|event| event.comment.clone().unwrap()).collect();
    let test = |side: &str| format!("Test I, {side}");
    assert_eq!(sides, ["inside", "outside", "outside", "inside"].map(test));
    let [inside, outside, ..] = trace.events.as_slice() else { panic!("no packets") };
    assert_eq!((&inside.bytes, inside.to), (&outside.bytes, outside.to), "only the source is another");
    assert_ne!(inside.from, outside.from);
    let dropped =
        trace.events.iter().filter(|e| e.comment.as_deref().is_some_and(|c| c.contains("dropped: filtered")));
    assert!(dropped.count() >= 14, "seven answers each to tests II and III of filtering");

    let again = scratch("nat-again.pcapng");
    run("nat", &["--json", "--seed", "1", "--pcap", again.to_str().unwrap()]);
    assert_eq!(fs::read(&path).unwrap(), fs::read(&again).unwrap(), "a seed repeats every byte");
    for path in [path, again] {
        fs::remove_file(path).unwrap();
    }
}

#[test]
fn a_server_with_one_address_leaves_filtering_open_and_says_what_it_takes() {
    let mut server = Running::example("stun", &["--quiet", "--listen", "[::1]:0"]);
    let line = server.line_with("Listening at");
    let address = line.split_whitespace().nth(2).unwrap().trim_end_matches('.').to_owned();
    let _server = server.drained();
    let done = run("nat", &["--quiet", "--server", &address]);
    assert_eq!(done.code, Some(1), "{}{}", done.out, done.err);
    assert!(done.err.contains("two addresses"), "{}", done.err);
    assert!(done.out.contains("Without another address"), "{}", done.out);
    let (_, found) = verdict(&["--server", &address]);
    let said = (&found["mapping"], &found["filtering"], &found["rfc3489"]);
    assert_eq!(said, (&"none".into(), &"unknown".into(), &Value::Null));
}

#[test]
fn coturn_is_asked_as_well() {
    if !installed("turnserver") {
        return;
    }
    let (_turnserver, address) = coturn();
    let (code, found) = verdict(&["--server", &address]);
    let said = (code, &found["mapping"], &found["filtering"]);
    assert_eq!(said, (Some(0), &"none".into(), &EI.into()), "{found:#}");
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
