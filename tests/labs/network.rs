//! The packet simulator and the check list lab: what is asked is played and told whole; whatever is asked, another is
//! answered.

use std::net::SocketAddr;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use wirebook::labs::{Lab, Surroundings};

use crate::websocket::PATIENCE;

#[tokio::test(flavor = "multi_thread")]
async fn two_homes_meet_and_the_film_tells_each_step() {
    let desk = Desk::start("network").await;
    let run = desk.run(&json!({ "left": "eim-apdf", "right": "eim-apdf" })).await;
    assert_eq!(run["outcome"]["verdict"], "met", "{}", run["outcome"]);
    assert_eq!(run["bounds"], Value::Null);
    let film = &run["film"];
    assert_eq!(
        list(&film["lanes"]).iter().map(|lane| text(&lane["name"])).collect::<Vec<_>>(),
        ["left peer", "left NAT", "STUN server", "right NAT", "right peer"]
    );
    let steps = list(&film["steps"]);
    let times: Vec<_> = steps.iter().map(|step| step["at"].as_f64().unwrap()).collect();
    assert!(times.is_sorted(), "{times:?}");
    assert!(steps.iter().all(|step| text(&step["text"]).ends_with('.')), "each step is a sentence");
    for told in [
        "The left peer sends a Binding request to 192.0.2.1:3478.",
        "The left peer has a candidate: srflx 198.51.100.1:40000.",
        "lets in 192.0.2.1:3478. So a Binding request goes on",
        "The left NAT drops a check from 203.0.113.1:40000 to 198.51.100.1:40000: filtered",
        "The left peer uses this pair now",
    ] {
        assert!(steps.iter().any(|step| text(&step["text"]).contains(told)), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_leg_joins_two_lanes_and_begins_and_ends_in_a_step_of_its_packet() {
    let desk = Desk::start("network").await;
    for (left, right) in [("none", "firewall"), ("eim-eif+apdm-apdf", "symmetric"), ("blocked", "full-cone")]
    {
        let question = json!({
            "left": left, "right": right, "loss": 20, "duplication": 30, "reordering": 20, "jitter": 15, "until": 10,
        });
        let run = desk.run(&question).await;
        let (lanes, steps) = (list(&run["film"]["lanes"]).len(), list(&run["film"]["steps"]));
        let packets = list(&run["film"]["packets"]);
        assert!(!packets.is_empty());
        for (no, packet) in packets.iter().enumerate() {
            for leg in list(&packet["legs"]) {
                let lane = |end: &str| usize::try_from(leg[end].as_u64().unwrap()).unwrap();
                assert!(lane("from") < lanes && lane("to") < lanes && lane("from") != lane("to"), "{leg}");
                let step = |end: &str| leg[end].as_u64().map(|step| &steps[usize::try_from(step).unwrap()]);
                let begins = step("starts").unwrap();
                assert_eq!(begins["packet"], no, "{leg} {begins}");
                match step("ends") {
                    Some(ends) => assert_eq!(ends["packet"], no, "{leg} {ends}"),
                    None => assert_eq!(leg["fate"], "flying", "{leg}"),
                }
                assert!(leg["starts"].as_u64() < leg["ends"].as_u64() || leg["ends"].is_null(), "{leg}");
                let cut = leg["fate"] == "dropped" || leg["fate"] == "lost";
                assert_eq!(cut, leg["why"].is_string(), "{leg}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_meet_is_told_where_the_checks_ended() {
    let desk = Desk::start("network").await;
    for (left, right, told) in [
        ("eim-apdf", "symmetric", "dropped by the right NAT, filtered (address and port-dependent)"),
        ("blocked", "none", "dropped by the left firewall"),
        ("symmetric", "symmetric", "dropped by the right NAT, filtered"),
    ] {
        let run = desk.run(&json!({ "left": left, "right": right })).await;
        assert_eq!(run["outcome"]["verdict"], "apart", "{left} {right}");
        let why = run["outcome"]["why"].to_string();
        assert!(why.contains(told), "{left} {right}: {why}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_is_between_all_checks_arrive() {
    let desk = Desk::start("network").await;
    let run = desk.run(&json!({ "left": "none", "right": "none" })).await;
    let why = list(&run["outcome"]["why"]);
    for side in ["left", "right"] {
        let all =
            |told: &str| told.starts_with("All ") && told.ends_with(&format!("the {side} peer arrived."));
        assert!(why.iter().any(|told| all(text(told))), "{why:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mapping_that_nothing_refreshes_expires_before_the_readers_eyes() {
    let desk = Desk::start("network").await;
    let run = desk.run(&json!({ "left": "full-cone", "right": "blocked", "lifetime": 1, "until": 40 })).await;
    let changes: Vec<_> =
        list(&run["film"]["steps"]).iter().flat_map(|step| list(&step["changes"])).collect();
    let what = |what: &str| changes.iter().filter(|change| change["what"] == what).count();
    assert!(what("made") > 0 && what("expired") > 0, "{} {}", what("made"), what("expired"));
    // No line is used that is not there.
    let mut lines = std::collections::BTreeSet::new();
    for change in changes {
        let line = (change["lane"].as_u64(), change["line"].as_u64());
        match text(&change["what"]) {
            "made" => assert!(lines.insert(line), "{change}"),
            "expired" => assert!(lines.remove(&line), "{change}"),
            _ => assert!(lines.contains(&line), "{change}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_meets_a_bound_says_so() {
    let desk = Desk::start("network").await;
    let run = desk
        .run(&json!({ "left": "none", "right": "none", "latency": 500, "signaling": 5000, "until": 1 }))
        .await;
    assert_eq!(run["outcome"]["verdict"], "stopped");
    for told in ["1.0 s of virtual time", "60 s of that, 20000 events, and 5 s of real time"] {
        assert!(text(&run["bounds"]).contains(told), "{}", run["bounds"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_question_has_the_same_film_and_other_luck_another() {
    let desk = Desk::start("network").await;
    let film = async |seed: u64| {
        let run = desk.run(&json!({ "left": "eim-adf", "right": "adm-adf", "loss": 30, "seed": seed })).await;
        let steps = list(&run["film"]["steps"]).to_vec();
        steps.iter().map(|step| format!("{} {}", step["at"], step["text"])).collect::<Vec<_>>()
    };
    let first = film(1).await;
    assert_eq!(first, film(1).await);
    assert_ne!(first, film(2).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_packet_of_a_film_is_taken_apart() {
    let desk = Desk::start("network").await;
    let run = desk.run(&json!({ "left": "none", "right": "none" })).await;
    let check = list(&run["film"]["packets"]).iter().find(|packet| packet["role"] == "check").unwrap();
    let leg = &check["legs"][0];
    let question = json!({
        "bytes": check["bytes"], "source": leg["source"], "target": leg["target"], "id": "net-3", "caption": "<b>Packet 3",
    });
    let (status, figure) = desk.post("packet", &question.to_string()).await;
    assert_eq!(status, 200, "{figure}");
    assert!(
        figure.contains("<figure class=\"packet\" id=\"net-3\">") && figure.contains("USERNAME"),
        "{figure}"
    );
    assert!(
        figure.contains("&lt;b&gt;Packet 3") && !figure.contains("<b>Packet 3"),
        "a caption is no markup"
    );
    for (part, value) in [
        ("bytes", json!("0")),
        ("bytes", json!("zz")),
        ("bytes", json!("00".repeat(1501))),
        ("source", json!("nowhere")),
        ("id", json!("\" onload=\"")),
        ("id", json!("")),
    ] {
        let mut wrong = question.clone();
        wrong[part] = value;
        let (status, why) = desk.post("packet", &wrong.to_string()).await;
        assert_eq!(status, 422, "{part}: {why}");
        assert!(why.starts_with("expected "), "{why}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_played_is_refused_with_what_was_expected() {
    for lab in ["network", "checks"] {
        let desk = Desk::start(lab).await;
        for (body, status, told) in [
            (String::new(), 422, "expected JSON"),
            ("{".to_owned(), 422, "expected JSON"),
            ("[]".to_owned(), 422, "expected JSON"),
            ("\u{0}\u{1b}[31m".to_owned(), 422, "expected JSON"),
            ("[".repeat(4000), 422, "expected JSON"),
            ("x".repeat(5000), 413, ""),
            (json!({ "left": "none" }).to_string(), 422, "missing field `right`"),
            (pair(&json!({ "loft": 1 })), 422, "unknown field `loft`"),
            (
                json!({ "left": "none", "right": "nat" }).to_string(),
                422,
                "right: expected none, blocked, firewall",
            ),
            (
                json!({ "left": "a".repeat(3000), "right": "none" }).to_string(),
                422,
                "left: expected the name of an edge",
            ),
            (pair(&json!({ "loss": 91 })), 422, "loss: expected 0 to 90 %, found 91"),
            (pair(&json!({ "loss": -1 })), 422, "loss: expected 0 to 90 %, found -1"),
            (pair(&json!({ "latency": 1e300 })), 422, "latency: expected 0 to 500 ms"),
            (pair(&json!({ "latency": "NaN" })), 422, "expected JSON"),
            (pair(&json!({})).replace('}', ",\"loss\":NaN}"), 422, "expected JSON"),
            (pair(&json!({})).replace('}', ",\"loss\":1e999}"), 422, "expected JSON"),
            (pair(&json!({ "seed": -1 })), 422, "expected JSON"),
            (pair(&json!({})).replace('}', ",\"seed\":18446744073709551616}"), 422, "expected JSON"),
            (pair(&json!({ "until": 61 })), 422, "until: expected 1 to 60 s"),
            (pair(&json!({ "lifetime": 0 })), 422, "lifetime: expected 1 to 86400 s"),
            (
                pair(&json!({ "ports": "even" })),
                422,
                "ports: expected sequential, preserving, random, found \"even\"",
            ),
            (pair(&json!({ "reader": "r".repeat(65) })), 422, "expected a reader of at most 64 letters"),
        ] {
            let (found, why) = desk.post("run", &body).await;
            assert_eq!(found, status, "{lab} {}: {why}", &body[..body.len().min(80)]);
            assert!(why.contains(told), "{lab} {}: {why}", &body[..body.len().min(80)]);
            assert!(why.len() < 1000, "{why}");
        }
        let run = desk.run(&json!({ "left": "none", "right": "none", "seed": u64::MAX })).await;
        assert_eq!(run["outcome"]["verdict"], "met", "{lab}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_at_once_are_answered_and_so_is_one_more() {
    let desk = Desk::start("network").await;
    // It fails, which takes the longest: half a minute of virtual time.
    let heavy = json!({ "left": "symmetric", "right": "symmetric" });
    let mut crowd = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let (web, heavy) = (desk.web, heavy.to_string());
        crowd.spawn(async move { post(web, "network", "run", &heavy).await.0 });
    }
    let run = desk.run(&json!({ "left": "none", "right": "none", "reader": "somebody else" })).await;
    assert_eq!(run["outcome"]["verdict"], "met");
    while let Some(status) = crowd.join_next().await {
        assert!([200, 503].contains(&status.unwrap()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_one_reader_only_the_newest_is_played() {
    let desk = Desk::start("checks").await;
    let question = |seed: u64| json!({ "left": "symmetric", "right": "symmetric", "until": 60, "seed": seed, "reader": "r" });
    let mut runs = tokio::task::JoinSet::new();
    for seed in 0..30 {
        let (web, question) = (desk.web, question(seed).to_string());
        runs.spawn(async move { post(web, "checks", "run", &question).await });
    }
    let mut statuses = Vec::new();
    while let Some(run) = runs.join_next().await {
        let (status, body) = run.unwrap();
        assert!(status == 200 || body.contains("a newer run"), "{status} {body}");
        statuses.push(status);
    }
    assert!(statuses.contains(&200), "{statuses:?}");
    assert!(statuses.iter().all(|status| [200, 409].contains(status)), "{statuses:?}");
    desk.run(&question(31)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_check_lists_are_told_as_they_change() {
    let desk = Desk::start("checks").await;
    let run = desk.run(&json!({ "left": "eim-apdf", "right": "eim-adf", "loss": 20, "seed": 3 })).await;
    let lists: Vec<_> =
        list(&run["moments"]).iter().filter(|moment| moment["what"] == "check-list").collect();
    for side in ["left", "right"] {
        let states: Vec<_> = lists
            .iter()
            .filter(|moment| moment["side"] == side)
            .flat_map(|moment| list(&moment["detail"]))
            .map(|pair| text(&pair["state"]))
            .collect();
        assert!(states.contains(&"in-progress") && states.contains(&"succeeded"), "{side}: {states:?}");
    }
    for moment in lists {
        let priorities: Vec<u64> =
            list(&moment["detail"]).iter().map(|pair| text(&pair["priority"]).parse().unwrap()).collect();
        assert!(priorities.is_sorted_by(|one, next| one >= next), "{priorities:?}");
    }
}

fn pair(more: &Value) -> String {
    let mut question = json!({ "left": "none", "right": "none" });
    for (name, value) in more.as_object().unwrap() {
        question[name] = value.clone();
    }
    question.to_string()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("a list: {value}"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("a text: {value}"))
}

struct Desk {
    lab: &'static str,
    web: SocketAddr,
    _alive: Box<dyn std::any::Any + Send + Sync>,
}

impl Desk {
    async fn start(lab: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let web = listener.local_addr().unwrap();
        let running = (Lab::named(lab).unwrap().start)(Surroundings::of(web)).await.unwrap();
        assert!(running.addresses.is_empty(), "it listens on nothing of its own");
        let app = axum::Router::new().nest(&format!("/labs/{lab}"), running.router);
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { lab, web, _alive: running.alive }
    }

    async fn post(&self, route: &str, body: &str) -> (u16, String) {
        post(self.web, self.lab, route, body).await
    }

    async fn run(&self, question: &Value) -> Value {
        let (status, body) = self.post("run", &question.to_string()).await;
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).unwrap()
    }
}

async fn post(web: SocketAddr, lab: &str, route: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(web).await.unwrap();
    let head = format!(
        "POST /labs/{lab}/{route} HTTP/1.0\r\nHost: {web}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    // One that is too long may be refused before all of it is sent.
    let _ = stream.write_all([head.as_bytes(), body.as_bytes()].concat().as_slice()).await;
    let mut answer = Vec::new();
    let _ = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("an answer in time");
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    (status, body.to_owned())
}
