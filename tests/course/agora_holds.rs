//! What the exercises of the chapter `agora` call right is what their pages print, and what others compute.

use std::collections::{BTreeMap, BTreeSet};

use exercises::agora::forward::{Forward, Incident, LAYERS, OUT, Packet, Rewriter, every_call};
use exercises::agora::topology::{Call, Kind, cost};
use exercises::agora::{refusal, sign_token};
use wire::agora::{AGORA, Service, Token};

#[test]
fn a_token_to_be_signed_is_one_that_agoras_own_package_signs() {
    // test/AccessToken2Test.js of npm's agora-token 2.0.6, AccessToken_Test.
    let theirs = "007eJxTYBBbsMMnKq7p9Hf/HcIX5kce9b518kCiQgSr5Zrp4X1Tu6UUGCzNDZwdjU1TUs0Mkk1MzExMk5ISUy0SjQxNDcwMk4yN3b8IMEQwMTAw\
                  MoAwBIL4CgzmKeZGxmamqUmWFsYmFqbGluapxqnGaZYpJmYGSSkpiVwMRhYWRsYmhkbmxgDCaiTj";
    let (_, ours) = sign_token::tokens().into_iter().find(|(name, _)| name.contains("Agora's own")).unwrap();
    let service = Service::Rtc {
        channel: ours.channel,
        uid: ours.uid.to_string(),
        privileges: ours.privileges.into_iter().collect(),
    };
    let (read, signature) = Token::read(theirs).unwrap();
    assert_eq!((read.issued, read.expire, read.salt), (ours.issued, ours.expire, ours.salt));
    assert_eq!((read.app_id, read.services), (ours.app_id, vec![service]));
    assert!(signature.verify(&"5CFd2fd1755d40ecb72977518be15d3b".parse().unwrap()));
}

#[test]
fn the_eight_tokens_are_refused_each_for_another_reason_and_the_others_for_all() {
    let answers = refusal::answers();
    for (name, text, _) in &answers {
        assert!((AGORA.claims)(text.as_bytes()), "{name}: {text}");
    }
    let eight: Vec<_> = answers[..8].iter().map(|(name, _, code)| (&name[..3], code.unwrap())).collect();
    let names: Vec<_> = eight.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["A: ", "B: ", "C: ", "D: ", "E: ", "F: ", "G: ", "H: "]);
    assert_eq!(eight.iter().map(|(_, code)| code).collect::<BTreeSet<_>>().len(), 8);
    let others: BTreeSet<_> = answers[8..].iter().map(|(.., code)| code.unwrap_or("let in")).collect();
    assert_eq!(others.len(), 10, "{others:?}");
}

#[test]
fn what_is_sent_is_received() {
    for members in [0, 1, 2, 3, 10, 1000] {
        let call = Call { members, video: 1500, layers: vec![150, 500, 1250], watched: 1 };
        let mesh = cost(Kind::Mesh, &call);
        assert_eq!((mesh.up, mesh.encodes), (mesh.down, mesh.decodes));
        for kind in [Kind::Sfu, Kind::Mcu] {
            let cost = cost(kind, &call);
            assert_eq!(
                (cost.server_in, cost.server_out),
                (members * cost.up, members * cost.down),
                "{kind:?}"
            );
        }
    }
}

#[test]
fn the_costs_that_are_printed_are_right() {
    let call = Call { members: 3, video: 1000, layers: vec![1000], watched: 0 };
    let stub = include_str!("../../exercises/agora/topology.rs").replace("\n//!", "");
    let mesh = cost(Kind::Mesh, &call);
    let printed =
        format!("up {}, down {}, {} encodes, {} decodes", mesh.up, mesh.down, mesh.encodes, mesh.decodes);
    assert!(stub.contains(&printed), "{printed}");
}

#[test]
fn the_story_that_is_printed_is_what_happens() {
    let stub = include_str!("../../exercises/agora/forward.rs");
    let mut stream = Rewriter::new(OUT, 1, 5000);
    stream.want(LAYERS[0].1);
    let lines =
        stub.lines().filter_map(|line| line.strip_prefix("//! ")).filter(|line| line.contains(" ms  "));
    let mut played = 0;
    for line in lines {
        let (time, what) = line.split_once(" ms ").unwrap();
        let words: Vec<_> = what.split_whitespace().collect();
        let layer = |name: &str| LAYERS.iter().find(|(known, _)| *known == name).unwrap().1;
        if words[0] == "want" {
            stream.want(layer(words[1]));
            continue;
        }
        let (ssrc, key) = (layer(words[0]), words[3] == "key");
        let packet = Packet {
            ssrc,
            sequence_number: words[1].parse().unwrap(),
            timestamp: words[2].parse().unwrap(),
            key,
        };
        let out = stream.forward(time.trim().parse().unwrap(), &packet);
        let after: Vec<_> = what.split_once("->").unwrap().1.split_whitespace().take(2).collect();
        let expected = out.map(|out| [out.sequence_number.to_string(), out.timestamp.to_string()]);
        assert_eq!(
            expected.map_or("dropped".to_owned(), |numbers| numbers.join(" ")),
            match after[0] {
                "dropped" => "dropped".to_owned(),
                _ => after.join(" "),
            },
            "{line}"
        );
        played += 1;
    }
    assert_eq!(played, 8);
}

/// A receiver that knows nothing of layers must be able to take what goes out for one stream.
#[test]
fn what_is_forwarded_is_one_stream() {
    for call in every_call() {
        let mut stream = Rewriter::new(OUT, call.first.0, call.first.1);
        // By their number, counted on around the circle: from whom, and when it was taken.
        let mut sent: BTreeMap<i64, (Packet, u32)> = BTreeMap::new();
        let (mut newest, mut place) = (call.first.0.wrapping_sub(1), -1_i64);
        for (now, incident) in &call.incidents {
            let packet = match incident {
                Incident::Want(ssrc) => {
                    stream.want(*ssrc);
                    continue;
                }
                Incident::Arrives(packet) => packet,
            };
            let Some(out) = stream.forward(*now, packet) else { continue };
            assert_eq!(out.ssrc, OUT, "{}", call.name);
            let at = place + i64::from(out.sequence_number.wrapping_sub(newest) as i16);
            if at > place {
                let changes = sent.get(&place).is_none_or(|(before, _)| before.ssrc != packet.ssrc);
                assert!(!changes || packet.key && at == place + 1, "{}: a change at {now}", call.name);
                (newest, place) = (out.sequence_number, at);
            }
            let before = sent.insert(at, (*packet, out.timestamp));
            assert!(before.is_none_or(|(before, _)| before == *packet), "{}: {at} is used twice", call.name);
        }
        let timestamps: Vec<_> = sent.values().map(|(_, timestamp)| *timestamp).collect();
        for two in timestamps.windows(2) {
            assert!((two[1].wrapping_sub(two[0]) as i32) >= 0, "{}: time goes back", call.name);
        }
        assert!(sent.len() > 3, "{}", call.name);
    }
}
