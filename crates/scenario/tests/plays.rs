//! What can be played besides a plain call: conflicts, restarts, cut cables, one network for both.

use std::time::Duration;

use scenario::{
    Connection, Kind, Outcome, PairView, Role, Setting, Side, State, Story, Unfinished, Until, What, play,
};

fn between(left: &str, right: &str) -> Setting {
    Setting::between(left.parse().unwrap(), right.parse().unwrap())
}

fn connection(story: &Story) -> &Connection {
    match &story.outcome {
        Outcome::Connected(connection) => connection,
        other => panic!("they connect, not {other:?}"),
    }
}

/// When each `wanted` thing happened, and where.
fn when(story: &Story, wanted: impl Fn(&What) -> bool) -> Vec<(Duration, Side)> {
    story.moments.iter().filter(|one| wanted(&one.what)).map(|one| (one.at, one.side)).collect()
}

fn labels(story: &Story) -> impl Iterator<Item = &str> {
    story.packets.iter().map(|packet| packet.label.as_str())
}

#[test]
fn of_two_who_control_the_one_with_the_smaller_tie_breaker_gives_in() {
    let mut gave_in = Vec::new();
    for seed in 1..=6 {
        let mut setting = Setting { seed, ..between("eim-apdf", "eim-apdf") };
        setting.play.role_conflict = true;
        let story = play(&setting).unwrap();
        connection(&story);
        let switches = when(&story, |what| *what == What::Role(Role::Controlled));
        assert_eq!(switches.len(), 1, "one gives in: {switches:?}");
        assert!(labels(&story).any(|label| label == "Binding error response 487"));
        gave_in.push(switches[0].1);
    }
    assert!(gave_in.contains(&Side::Left) && gave_in.contains(&Side::Right), "it is chance: {gave_in:?}");
}

#[test]
fn a_restart_brings_new_credentials_and_the_same_addresses() {
    let mut setting = between("eim-apdf", "eim-apdf");
    setting.play.restart_at = Some(Duration::from_secs(3));
    setting.play.until = Until::Time(Duration::from_secs(6));
    let story = play(&setting).unwrap();
    assert_eq!(when(&story, |what| *what == What::Restarted).len(), 2);
    let selected: Vec<&PairView> = story
        .moments
        .iter()
        .filter(|moment| moment.side == Side::Left)
        .filter_map(|moment| match &moment.what {
            What::Selected(pair) => Some(&**pair),
            _ => None,
        })
        .collect();
    let [before, after] = selected.as_slice() else { panic!("left selects twice") };
    assert_eq!(before.remote.address, after.remote.address);
    assert!(connection(&story).at > Duration::from_secs(3));
}

#[test]
fn who_hears_nothing_is_disconnected_after_5_s_and_gives_up_after_30() {
    let mut setting = between("eim-apdf", "eim-apdf");
    setting.play.cut_at = Some(Duration::from_secs(5));
    setting.play.until = Until::Time(Duration::from_secs(45));
    let story = play(&setting).unwrap();
    let Outcome::Failed(failure) = &story.outcome else { panic!("they fail") };
    assert!(failure.why.starts_with("they were connected"), "{}", failure.why);
    assert!(failure.connected.is_some_and(|at| at < Duration::from_secs(5)));
    let last_heard = when(&story, |what| *what == What::ConsentGiven).last().unwrap().0;
    assert!(last_heard < Duration::from_secs(5));
    for (state, after) in [(State::Disconnected, 5), (State::Failed, 30)] {
        let entered = when(&story, |what| *what == What::State(state));
        assert_eq!(entered.len(), 2, "{state:?}");
        for (at, _) in entered {
            let silent = at - last_heard;
            let expected = Duration::from_secs(after);
            assert!(
                silent > expected && silent < expected + Duration::from_secs(3),
                "{state:?} after {silent:?}"
            );
        }
    }
}

#[test]
fn consent_is_asked_for_every_two_seconds_while_the_pair_is_in_use() {
    let mut setting = between("none", "none");
    setting.play.until = Until::Time(Duration::from_secs(11));
    let story = play(&setting).unwrap();
    for side in Side::BOTH {
        let asked = when(&story, |what| *what == What::ConsentAsked);
        assert_eq!(asked.iter().filter(|(_, who)| *who == side).count(), 5, "{asked:?}");
    }
}

#[test]
fn two_in_one_network_meet_without_the_nat() {
    let mut setting = between("symmetric", "none");
    setting.play.same_network = true;
    let story = play(&setting).unwrap();
    assert!(connection(&story).pairs.iter().all(|pair| pair.remote.kind == Kind::Host));
}

#[test]
fn two_in_one_network_both_learn_what_the_server_sees() {
    for edge in ["none", "firewall", "symmetric", "eim-apdf+eim-apdf"] {
        let mut setting = between(edge, "none");
        setting.play.same_network = true;
        setting.play.trickle = false;
        let story = play(&setting).unwrap();
        connection(&story);
        assert_eq!(when(&story, |what| *what == What::GatheringDone(None)).len(), 2, "{edge}");
    }
}

#[test]
fn two_in_one_network_who_hide_their_addresses_need_a_nat_that_hairpins() {
    let mut setting = between("eim-apdf", "none");
    setting.play.same_network = true;
    setting.play.hide_hosts = true;
    let story = play(&setting).unwrap();
    assert!(connection(&story).pairs.iter().all(|pair| pair.remote.kind == Kind::Srflx));

    let mut stubborn = sim::Behavior::PORT_RESTRICTED_CONE;
    stubborn.hairpinning = sim::Hairpinning::None;
    setting.left = sim::Edge::Nat(stubborn);
    let story = play(&setting).unwrap();
    assert!(!story.connected());
}

#[test]
fn all_candidates_at_once_take_longer_than_one_by_one() {
    let trickled = play(&between("eim-apdf", "eim-apdf")).unwrap();
    let mut setting = between("eim-apdf", "eim-apdf");
    setting.play.trickle = false;
    let whole = play(&setting).unwrap();
    assert!(connection(&whole).at > connection(&trickled).at);
}

#[test]
fn checks_are_repeated_until_they_get_through_a_bad_link() {
    let mut met = 0;
    for seed in 0..8 {
        let mut setting = Setting { seed, ..between("eim-adf", "eim-apdf") };
        setting.link = setting.link.losing(0.1);
        met += u32::from(play(&setting).unwrap().connected());
    }
    assert_eq!(met, 8);
}

#[test]
fn a_story_without_an_end_says_which_limit_stopped_it() {
    let setting = between("apdm-eif", "apdm-eif");
    let Outcome::Unfinished(Unfinished { why, .. }) = play(&setting).unwrap().outcome else {
        panic!("it is stopped")
    };
    assert!(why.contains("100 pairs"), "{why}");

    let mut setting = between("none", "none");
    setting.limits.events = 10;
    let Outcome::Unfinished(Unfinished { why, .. }) = play(&setting).unwrap().outcome else {
        panic!("it is stopped")
    };
    assert!(why.contains("events"), "{why}");
}

#[test]
fn a_restart_may_come_at_any_time() {
    for trickle in [true, false] {
        for ms in (0..=300).step_by(20) {
            let mut setting = between("eim-apdf", "eim-apdf");
            setting.play.trickle = trickle;
            setting.play.restart_at = Some(Duration::from_millis(ms));
            setting.play.until = Until::Time(Duration::from_secs(3));
            let story = play(&setting).unwrap();
            let connected = connection(&story);
            assert!(connected.at > Duration::from_millis(ms), "{ms} ms: {connected:?}");
        }
    }
}

#[test]
fn times_without_end_end_somewhere() {
    let longest = Duration::MAX;
    let plain = || {
        let mut setting = between("eim-apdf", "eim-apdf");
        setting.limits = sim::Limits { time: longest, events: 3000 };
        setting
    };
    for at in 0..5 {
        let mut setting = plain();
        match at {
            0 => setting.play.signaling = longest,
            1 => setting.link.latency = longest,
            2 => setting.link.jitter = longest,
            3 => (setting.play.restart_at, setting.play.cut_at) = (Some(longest), Some(longest)),
            _ => setting.play.until = Until::Time(longest),
        }
        let story = play(&setting).unwrap();
        story.to_json().unwrap();
    }
}

#[test]
fn nothing_happens_after_the_end() {
    let mut setting = between("blocked", "blocked");
    setting.play.until = Until::Time(Duration::from_secs(60));
    setting.play.cut_at = Some(Duration::from_secs(100));
    let story = play(&setting).unwrap();
    assert!(story.moments.iter().all(|moment| moment.at <= story.ended), "{:?}", story.moments.last());
}
