//! `cargo run --example ice`, in all its ways.

use serde_json::Value;

use crate::process::run;

#[test]
fn the_default_pair_meets_and_says_how() {
    let done = run("ice", &["--seed", "1"]);
    assert_eq!((done.code, &*done.err), (Some(0), ""));
    for words in [
        "126 x 2^24 + 65535 x 2^8 + 255 = 2130706431",
        "2^32 min + 2 max + 1 = 7277816997797167103",
        "filtered (address and port-dependent)",
        "nominates",
        "uses L2 from now on",
        "has consent",
        "=> They meet after ",
    ] {
        assert!(done.out.contains(words), "{words} is not in {}", done.out);
    }
    for line in done.out.lines() {
        assert!(line.chars().count() <= 80, "wider than 80 columns: {line}");
    }
}

#[test]
fn two_symmetric_nats_do_not_let_them_meet_and_it_is_said_who_dropped_what() {
    let done = run("ice", &["--left", "symmetric", "--right", "symmetric", "--seed", "1"]);
    assert_eq!((done.code, &*done.err), (Some(0), ""));
    let out = done.out.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "=> They do not meet",
        "to 203.0.113.1:40000 (L2; L4): 16 dropped at right's NAT: filtered (address and port-dependent)",
        "A TURN server would help",
    ] {
        assert!(out.contains(words), "{words} is not in {out}");
    }
}

#[test]
fn each_flag_shows_in_the_story() {
    for (arguments, words) in [
        (&["--conflict"][..], "role conflict"),
        (&["--conflict"], "takes the other role"),
        (&["--restart"], "begins anew"),
        (&["--cut"], "lost its cable"),
        (&["--cut"], "is failed"),
        (&["--same-network"], "check to 192.168.1.3:5000"),
        (&["--loss", "0.3"], "lost on the link"),
        (&["--left", "symmetric", "--right", "full-cone"], "prflx"),
        (&["--right", "blocked"], "They do not meet"),
        (&["--right", "eim-eif+eim-apdf"], "right's carrier's NAT"),
    ] {
        let done = run("ice", &[arguments, &["--seed", "1"]].concat());
        assert_eq!((done.code, &*done.err), (Some(0), ""), "{arguments:?}");
        assert!(done.out.contains(words), "{arguments:?}: {words} is not in {}", done.out);
    }
}

#[test]
fn with_trickle_checks_begin_before_all_candidates_are_there() {
    let first_check = |arguments: &[&str]| {
        let done = run("ice", &[arguments, &["--seed", "1", "--latency", "100"]].concat());
        let line = done.out.lines().find(|line| line.contains("check to ")).unwrap().to_owned();
        line.split_whitespace().next().unwrap().parse::<f64>().unwrap()
    };
    let (trickled, whole) = (first_check(&["--trickle"]), first_check(&["--no-trickle"]));
    assert!(trickled < whole, "{trickled} ms, {whole} ms");
}

#[test]
fn json_is_one_object_a_packet_and_nothing_else() {
    let done = run("ice", &["--json", "--seed", "1"]);
    let packets: Vec<Value> = done.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let numbers: Vec<_> = packets.iter().map(|packet| packet["packet"].as_u64().unwrap()).collect();
    assert_eq!((done.code, numbers), (Some(0), (1..=packets.len() as u64).collect()));
    assert!(done.err.contains("connected after"), "{}", done.err);
}

#[test]
fn a_seed_gives_the_same_story_and_another_one_another() {
    let story = |seed| run("ice", &["--loss", "0.2", "--seed", seed]).out;
    let told = |story: String| story.split("6. The first packet").next().unwrap().to_owned();
    assert_eq!(told(story("3")), told(story("3")));
    assert_ne!(told(story("3")), told(story("4")));
}

/// The matrix as `crates/scenario` holds it by snapshot, in seconds.
#[test]
fn the_matrix_is_the_one_that_scenario_holds() {
    let snapshot =
        concat!(env!("CARGO_MANIFEST_DIR"), "/crates/scenario/tests/snapshots/matrix__matrix.snap");
    let kept = std::fs::read_to_string(snapshot).unwrap();
    let done = run("ice", &["--matrix", "--seed", "1"]);
    let (mut kinds, mut cells) = (Vec::new(), Vec::new());
    for line in kept.lines().skip_while(|line| !line.starts_with("none ")).take(11) {
        kinds.push(line.split_whitespace().skip(1).map(|cell| cell != "-").collect::<Vec<_>>());
    }
    for line in done.out.lines().skip_while(|line| !line.starts_with(" 1 none")).take(11) {
        cells.push(line.split_whitespace().skip(2).map(|cell| cell != "-").collect::<Vec<_>>());
    }
    assert_eq!((done.code, cells), (Some(0), kinds));
}

#[test]
fn wrong_usage_exits_with_2_and_says_what_was_expected() {
    for (arguments, says) in [
        (&["--nonsense"][..], "--nonsense"),
        (&["--left", "cone"], "full-cone"),
        (&["--loss", "2"], "0 to 0.9"),
        (&["--latency", "9999"], "0 to 2000"),
        (&["--cut", "--restart"], "--restart"),
        (&["--matrix", "--left", "none"], "--left"),
        (&["--pcap", "/no/such/folder/file"], "name another file"),
    ] {
        let done = run("ice", arguments);
        assert_eq!(done.code, Some(2), "{arguments:?}: {}", done.err);
        assert!(done.err.contains(says), "{arguments:?}: {}", done.err);
    }
}
