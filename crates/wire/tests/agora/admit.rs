//! Who is let in, in which order it is checked, and what a refusal says.

use std::fmt::Write;

use wire::agora::{Admission, CHECKS, Certificate, Privileges, Question, Refusal, Service, Token, admit};

use super::vectors::RTC;
use super::{APP_ID, CHANNEL, EXPIRE, ISSUED, UID, certificate, for_600_s};

const END: u64 = ISSUED as u64 + EXPIRE as u64;

/// Who asks in these tests; the tokens are changed instead.
fn asked(certificate: &Certificate) -> Question<'_> {
    Question { app_id: APP_ID, certificate, channel: CHANNEL, uid: UID, now: u64::from(ISSUED) + 1 }
}

fn rtc(channel: &str, uid: &str, privileges: Privileges) -> Service {
    Service::Rtc { channel: channel.to_owned(), uid: uid.to_owned(), privileges }
}

fn token(services: Vec<Service>) -> Token {
    Token { app_id: APP_ID.to_owned(), issued: ISSUED, expire: EXPIRE, salt: 1, services }
}

fn decided(services: Vec<Service>) -> Result<Admission, Refusal> {
    let certificate = certificate();
    admit(&token(services).sign(&certificate).unwrap(), &asked(&certificate))
}

#[test]
fn the_published_token_admits_its_bearer_until_it_ends() {
    let certificate = certificate();
    let question = asked(&certificate);
    let admission = Admission { join: END, audio: None, video: None, data: None };
    for now in [0, u64::from(ISSUED), END - 1] {
        assert_eq!(admit(RTC, &Question { now, ..question }), Ok(admission), "{now}");
    }
    for now in [END, END + 1, u64::MAX] {
        assert_eq!(admit(RTC, &Question { now, ..question }), Err(Refusal::Expired { ended: END, now }));
    }
}

#[test]
fn each_privilege_ends_by_itself_and_none_later_than_the_token_or_the_one_to_join() {
    let issued = u64::from(ISSUED);
    let until = |seconds: u64| Some(issued + seconds);
    for (privileges, join, audio, video, data) in [
        // 0: as long as the token.
        (vec![(1, 0), (2, 0), (3, 0), (4, 0)], END, Some(END), Some(END), Some(END)),
        (vec![(1, 0), (2, 10), (3, 20), (4, 30)], END, until(10), until(20), until(30)),
        // Longer than the token.
        (vec![(1, 601), (2, u32::MAX)], END, Some(END), None, None),
        // Longer than the one to join.
        (vec![(1, 30), (2, 0), (3, 600)], issued + 30, until(30), until(30), None),
        // Over already: the question comes in second 1.
        (vec![(1, 600), (2, 1), (3, 2)], END, None, until(2), None),
    ] {
        let admission = decided(vec![rtc(CHANNEL, UID, privileges.iter().copied().collect())]);
        assert_eq!(admission, Ok(Admission { join, audio, video, data }), "{privileges:?}");
    }
}

#[test]
fn a_token_counts_for_a_day_at_most() {
    let certificate = certificate();
    let services = vec![rtc(CHANNEL, UID, [(1, 0)].into())];
    let text = Token { expire: u32::MAX, ..token(services) }.sign(&certificate).unwrap();
    let day = u64::from(ISSUED) + 86_400;
    assert_eq!(admit(&text, &asked(&certificate)).unwrap().join, day);
    let refused = admit(&text, &Question { now: day, ..asked(&certificate) });
    assert_eq!(refused, Err(Refusal::Expired { ended: day, now: day }));
}

#[test]
fn names_may_be_open_and_must_match_otherwise() {
    for (channel, uid, code) in [
        (CHANNEL, "", "admitted"),
        ("*", UID, "admitted"),
        ("", UID, "admitted"),
        ("7d72*", "*", "admitted"),
        (CHANNEL, "0", "wrong-uid"),
        (CHANNEL, "28823412730", "wrong-uid"),
        ("other", UID, "wrong-channel"),
        ("7d72", UID, "wrong-channel"),
    ] {
        let decided = decided(vec![rtc(channel, uid, for_600_s(&[1]))]);
        assert_eq!(decided.map_or_else(|refusal| refusal.code(), |_| "admitted"), code, "{channel} {uid}");
    }
}

#[test]
fn of_several_rtc_services_those_count_that_are_for_who_asks() {
    let admission = decided(vec![
        rtc("other", UID, for_600_s(&[1, 2, 3, 4])),
        rtc(CHANNEL, "somebody", for_600_s(&[1, 2, 3, 4])),
        rtc(CHANNEL, UID, [(1, 10)].into()),
        rtc(CHANNEL, "", [(1, 20), (3, 20)].into()),
        Service::Rtm { user: UID.to_owned(), privileges: for_600_s(&[1]) },
    ]);
    let until = u64::from(ISSUED) + 20;
    assert_eq!(admission, Ok(Admission { join: until, audio: None, video: Some(until), data: None }));
}

/// A token for each refusal: what is wrong with it is wrong from there on, so that the order shows.
fn refusals() -> Vec<Result<Admission, Refusal>> {
    let certificate = certificate();
    let other: Certificate = "0123456789abcdef0123456789ABCDEF".parse().unwrap();
    let question = asked(&certificate);
    let late = Question { now: END + 5, ..question };
    let rtm = || vec![Service::Rtm { user: UID.to_owned(), privileges: for_600_s(&[1]) }];
    let foreign = Token { app_id: "0".repeat(32), ..token(rtm()) };
    let join = |privileges: &[(u16, u32)]| vec![rtc(CHANNEL, UID, privileges.iter().copied().collect())];
    let short = Token { expire: 1, ..token(rtm()) };
    let sign = |token: Token| token.sign(&certificate).unwrap();
    vec![
        admit(super::vectors::OLD, &late),
        admit("", &late),
        admit("008eJx", &late),
        admit("007", &late),
        admit(&RTC[..100], &late),
        admit(&RTC.replace("Zrp4", "Zr-4"), &late),
        admit(&foreign.sign(&other).unwrap(), &late),
        admit(&short.clone().sign(&other).unwrap(), &late),
        admit(&sign(short), &late),
        admit(&sign(token(rtm())), &question),
        admit(&sign(token(vec![rtc("other", "mallory", [].into())])), &question),
        admit(&sign(token(vec![rtc(CHANNEL, "mallory", [].into())])), &question),
        admit(&sign(token(join(&[]))), &question),
        admit(&sign(token(join(&[(2, 600), (3, 0)]))), &question),
        admit(
            &sign(token(join(&[(1, 60), (2, 600)]))),
            &Question { now: u64::from(ISSUED) + 90, ..question },
        ),
    ]
}

#[test]
fn the_first_check_that_fails_is_told_and_each_sentence_says_what_to_do() {
    let mut all = String::new();
    for refused in refusals() {
        let refused = refused.unwrap_err();
        writeln!(all, "{}\n  {refused}", refused.code()).unwrap();
    }
    insta::assert_snapshot!(all);
}

#[test]
fn the_list_of_checks_has_each_code_once_in_the_order_in_which_they_are_met() {
    let listed: Vec<_> = CHECKS.iter().flat_map(|check| check.codes).copied().collect();
    let mut met: Vec<_> = refusals().into_iter().map(|refused| refused.unwrap_err().code()).collect();
    met.dedup();
    assert_eq!(met, listed);
}

#[test]
fn nothing_of_a_certificate_is_ever_printed() {
    let certificate = certificate();
    assert_eq!(format!("{certificate:?}"), "Certificate(..)");
    assert!(!format!("{:?}", asked(&certificate)).contains(super::CERTIFICATE));
    for wrong in ["", "5CFd", "5CFd2fd1755d40ecb72977518be15d3", "5CFd2fd1755d40ecb72977518be15d3x", "é"] {
        let said = wrong.parse::<Certificate>().unwrap_err().to_string();
        assert!(said.contains(&format!("this has {} characters", wrong.chars().count())), "{said}");
        assert!(wrong.is_empty() || !said.contains(wrong), "{said}");
    }
}
