//! What npm's agora-token 2.0.6 builds is read and verified here, and what is built here it reads and verifies.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use wire::agora::{Certificate, Permissions, Privileges, Question, Service, Token, admit, privilege};

const APP_ID: &str = "970CA35de60c44645bbae8a215061b33";
const CERTIFICATE: &str = "5CFd2fd1755d40ecb72977518be15d3b";
const CASES: usize = 400;

fn certificate() -> Certificate {
    CERTIFICATE.parse().unwrap()
}

#[test]
fn what_is_built_here_the_package_reads_and_verifies() {
    let tokens = tokens();
    let questions = tokens.iter().map(|token| {
        let text = token.sign(&certificate()).unwrap();
        json!({ "read": text, "certificate": CERTIFICATE })
    });
    let Some(answers) = asked(questions.collect()) else { return };
    for (token, mut answer) in tokens.iter().zip(answers) {
        assert_eq!(answer["verified"], true, "{token:?}");
        answer.as_object_mut().unwrap().remove("verified");
        // The package reads a role without its sign, though it writes one: -1 comes back as 65535.
        for service in answer["services"].as_array_mut().unwrap() {
            if service[0] == 7 {
                service[3] = json!(service[3].as_u64().unwrap() as u16 as i16);
            }
        }
        assert_eq!(answer, told(token));
    }
}

#[test]
fn what_the_package_builds_is_read_and_verified_here_and_is_what_would_be_built_here() {
    let tokens = tokens();
    let questions = tokens.iter().map(|token| json!({ "build": told(token), "certificate": CERTIFICATE }));
    let Some(answers) = asked(questions.collect()) else { return };
    for (token, answer) in tokens.iter().zip(answers) {
        let text = answer["token"].as_str().unwrap();
        let (read, signature) = Token::read(text).unwrap_or_else(|why| panic!("{why}: {text}"));
        assert_eq!(&read, token);
        assert!(signature.verify(&certificate()), "{token:?}");
        let own = Token::read(&token.sign(&certificate()).unwrap()).unwrap();
        assert_eq!(own, (read, signature), "the same bytes are signed");
    }
}

#[test]
fn the_packages_builders_let_in_whom_they_should() {
    let rtc = |method, args: Value| ("RtcTokenBuilder", method, args);
    let cases = [
        // Role 1 publishes, 2 does not; the last number is for how long, 0 as long as the token.
        (rtc("buildTokenWithUid", json!([APP_ID, CERTIFICATE, "demo", 7, 1, 600, 600])), [Some(600); 4]),
        (
            rtc("buildTokenWithUid", json!([APP_ID, CERTIFICATE, "demo", 7, 2, 600])),
            [Some(600), None, None, None],
        ),
        // Any uid.
        (rtc("buildTokenWithUid", json!([APP_ID, CERTIFICATE, "demo", 0, 1, 600])), [Some(600); 4]),
        (
            rtc("buildTokenWithUserAccount", json!([APP_ID, CERTIFICATE, "demo", "7", 1, 600, 900])),
            [Some(600); 4],
        ),
        (
            rtc(
                "buildTokenWithUidAndPrivilege",
                json!([APP_ID, CERTIFICATE, "demo", 7, 600, 500, 400, 0, 501]),
            ),
            [Some(500), Some(400), Some(500), Some(500)],
        ),
        (rtc("buildTokenWithRtm", json!([APP_ID, CERTIFICATE, "demo", "7", 1, 600, 300])), [Some(300); 4]),
        (
            rtc(
                "buildTokenWithRtm2",
                json!([APP_ID, CERTIFICATE, "demo", "7", 1, 600, 100, 90, 80, 70, "u", 60]),
            ),
            [Some(100), Some(90), Some(80), Some(70)],
        ),
        (
            (
                "SttTokenBuilder",
                "buildToken",
                json!([APP_ID, CERTIFICATE, "demo", "7", 1, 600, 0, 0, 0, 0, "u", 60]),
            ),
            [Some(600); 4],
        ),
        (
            (
                "ConvoAITokenBuilder",
                "buildToken",
                json!([APP_ID, CERTIFICATE, "demo", "7", 2, 600, 5, 5, 5, 5, "u", 60]),
            ),
            [Some(5), None, None, None],
        ),
    ];
    let questions = cases
        .iter()
        .map(|((builder, method, args), _)| json!({ "builder": builder, "method": method, "args": args }));
    let Some(answers) = asked(questions.collect()) else { return };
    for (((builder, method, _), seconds), answer) in cases.iter().zip(answers) {
        let text = answer["token"].as_str().unwrap();
        let issued = u64::from(Token::read(text).unwrap().0.issued);
        let question =
            Question { app_id: APP_ID, certificate: &certificate(), channel: "demo", uid: "7", now: issued };
        let admission = admit(text, &question).unwrap_or_else(|why| panic!("{builder} {method}: {why}"));
        let until = |end: u64| end - issued;
        let [join, publish @ ..] = *seconds;
        assert_eq!(Some(until(admission.join)), join, "{builder} {method}");
        assert_eq!(
            [admission.audio, admission.video, admission.data].map(|end| end.map(until)),
            publish,
            "{builder} {method}"
        );
        let other = admit(text, &Question { uid: "8", ..question }).map_err(|why| why.code());
        let any = Token::read(text)
            .unwrap()
            .0
            .services
            .iter()
            .any(|service| matches!(service, Service::Rtc { uid, .. } if uid.is_empty()));
        assert_eq!(other.err(), (!any).then_some("wrong-uid"), "{builder} {method}");
    }
}

#[test]
fn the_packages_other_builders_are_read_and_refused_for_rtc() {
    let cases = [
        ("RtmTokenBuilder", "buildToken", json!([APP_ID, CERTIFICATE, "alice", 600])),
        ("RtmTokenBuilder", "buildTokenWithPermissions", json!([APP_ID, CERTIFICATE, "alice", null, 600])),
        ("FpaTokenBuilder", "buildToken", json!([APP_ID, CERTIFICATE])),
        ("ChatTokenBuilder", "buildUserToken", json!([APP_ID, CERTIFICATE, "alice", 600])),
        ("ChatTokenBuilder", "buildAppToken", json!([APP_ID, CERTIFICATE, 600])),
        ("ApaasTokenBuilder", "buildRoomUserToken", json!([APP_ID, CERTIFICATE, "room", "alice", 1, 600])),
        ("ApaasTokenBuilder", "buildUserToken", json!([APP_ID, CERTIFICATE, "alice", 600])),
        ("ApaasTokenBuilder", "buildAppToken", json!([APP_ID, CERTIFICATE, 600])),
        (
            "EducationTokenBuilder",
            "buildRoomUserToken",
            json!([APP_ID, CERTIFICATE, "room", "alice", 2, 600]),
        ),
        ("EducationTokenBuilder", "buildUserToken", json!([APP_ID, CERTIFICATE, "alice", 600])),
        ("EducationTokenBuilder", "buildAppToken", json!([APP_ID, CERTIFICATE, 600])),
    ];
    let questions = cases
        .iter()
        .map(|(builder, method, args)| json!({ "builder": builder, "method": method, "args": args }));
    let Some(answers) = asked(questions.collect()) else { return };
    let mut said = String::new();
    for ((builder, method, _), answer) in cases.iter().zip(answers) {
        let text = answer["token"].as_str().unwrap();
        let (token, signature) = Token::read(text).unwrap();
        assert!(signature.verify(&certificate()), "{builder} {method}");
        let now = u64::from(token.issued);
        let question =
            Question { app_id: APP_ID, certificate: &certificate(), channel: "demo", uid: "alice", now };
        let refusal = admit(text, &question).unwrap_err();
        said += &format!("{builder} {method}, {} s: {refusal}\n  {:?}\n", token.expire, token.services);
    }
    insta::assert_snapshot!("other_builders", said);
}

#[test]
fn both_stop_at_a_service_that_they_do_not_know() {
    let rtc = json!([1, { "1": 600 }, ["demo", "alice"], null]);
    let told = json!({
        "app_id": APP_ID, "issued": 1, "expire": 600, "salt": 1, "services": [[999, { "1": 600 }, [], null], rtc],
    });
    let Some(answers) = asked(vec![json!({ "build": told, "certificate": CERTIFICATE })]) else { return };
    let text = answers[0]["token"].as_str().unwrap();
    let (token, signature) = Token::read(text).unwrap();
    let join: Privileges = [(privilege::JOIN_CHANNEL, 600)].into();
    let known = Service::Rtc { channel: "demo".to_owned(), uid: "alice".to_owned(), privileges: join };
    let unknown = Service::Unknown { number: 999, count: 1, rest: vec![1, 0, 1, 0, 88, 2, 0, 0] };
    assert_eq!(token.services, [known, unknown]);
    assert!(signature.verify(&certificate()));
    let Some(answers) =
        asked(vec![json!({ "read": token.sign(&certificate()).unwrap(), "certificate": CERTIFICATE })])
    else {
        return;
    };
    assert_eq!((&answers[0]["verified"], &answers[0]["services"]), (&json!(true), &json!([rtc])));
}

/// The same tokens in each run.
fn tokens() -> Vec<Token> {
    let mut runner = TestRunner::deterministic();
    let strategy = token();
    (0..CASES).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

fn token() -> impl Strategy<Value = Token> {
    ("[0-9a-fA-F]{32}", any::<[u32; 3]>(), vec(service(), 1..6)).prop_map(
        |(app_id, numbers, mut services)| {
            // Both sort them by type, and keep the order of those of a type.
            services.sort_by_key(Service::number);
            let [issued, expire, salt] = numbers;
            Token { app_id, issued, expire, salt, services }
        },
    )
}

fn service() -> impl Strategy<Value = Service> {
    // Any characters of Unicode, and what uids and channels look like more often.
    let name = || prop_oneof!["\\PC{0,40}", "[0-9]{1,10}", "[a-zA-Z0-9 _-]{0,64}"];
    let privileges = || btree_map(any::<u16>(), any::<u32>(), 0..5);
    prop_oneof![
        4 => (name(), name(), privileges())
            .prop_map(|(channel, uid, privileges)| Service::Rtc { channel, uid, privileges }),
        1 => (name(), privileges()).prop_map(|(user, privileges)| Service::Rtm { user, privileges }),
        1 => (name(), name(), privileges())
            .prop_map(|(channel, account, privileges)| Service::Streaming { channel, account, privileges }),
        1 => privileges().prop_map(|privileges| Service::Fpa { privileges }),
        1 => (name(), privileges()).prop_map(|(user, privileges)| Service::Chat { user, privileges }),
        1 => (name(), name(), privileges())
            .prop_map(|(channel, account, privileges)| Service::Fcdn { channel, account, privileges }),
        1 => (name(), name(), any::<i16>(), privileges())
            .prop_map(|(room, user, role, privileges)| Service::Apaas { room, user, role, privileges }),
        1 => (name(), permissions(), privileges())
            .prop_map(|(user, permissions, privileges)| Service::Rtm2 { user, permissions, privileges }),
        1 => privileges().prop_map(|privileges| Service::ConvoAi { privileges }),
        1 => privileges().prop_map(|privileges| Service::Stt { privileges }),
    ]
}

fn permissions() -> impl Strategy<Value = Permissions> {
    btree_map(0..8_u16, btree_map(0..3_u16, vec("\\PC{0,12}", 0..4), 1..3), 0..4)
}

/// A token as token.mjs has it.
fn told(token: &Token) -> Value {
    let services: Vec<_> = token.services.iter().map(told_service).collect();
    let Token { app_id, issued, expire, salt, .. } = token;
    json!({ "app_id": app_id, "issued": issued, "expire": expire, "salt": salt, "services": services })
}

fn told_service(service: &Service) -> Value {
    let (privileges, texts, more) = match service {
        Service::Rtc { channel, uid: who, privileges }
        | Service::Streaming { channel, account: who, privileges }
        | Service::Fcdn { channel, account: who, privileges } => {
            (privileges, vec![channel, who], Value::Null)
        }
        Service::Rtm { user, privileges } | Service::Chat { user, privileges } => {
            (privileges, vec![user], Value::Null)
        }
        Service::Fpa { privileges } | Service::ConvoAi { privileges } | Service::Stt { privileges } => {
            (privileges, vec![], Value::Null)
        }
        Service::Apaas { room, user, role, privileges } => (privileges, vec![room, user], json!(role)),
        Service::Rtm2 { user, permissions, privileges } => (privileges, vec![user], json!(permissions)),
        Service::Unknown { .. } => unreachable!("not among those that are made here"),
    };
    json!([service.number(), privileges, texts, more])
}

/// What the package answers, or nothing where it is not there.
fn asked(questions: Vec<Value>) -> Option<Vec<Value>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/node");
    if !folder.join("node_modules/agora-token").is_dir() {
        println!("skipped: no npm agora-token (npm ci --prefix tests/clients/node)");
        return None;
    }
    let mut node = Command::new("node");
    node.arg(folder.join("token.mjs")).stdin(Stdio::piped()).stdout(Stdio::piped());
    let Ok(mut node) = node.spawn() else {
        println!("skipped: no node in PATH (Debian: apt-get install nodejs npm)");
        return None;
    };
    let mut lines = node.stdin.take().unwrap();
    let count = questions.len();
    // Both pipes fill up otherwise.
    let writer = std::thread::spawn(move || {
        for question in questions {
            writeln!(lines, "{question}").unwrap();
        }
    });
    let output = node.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success(), "token.mjs fails");
    let answers = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<Value> = answers.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), count);
    Some(answers)
}
