//! The description: what the tree says, by what it means.

use wire::sdp::{CANDIDATE, Candidate, Description, Direction, SDP};

use crate::samples::{DATA, MEDIA};

#[test]
fn a_description_of_data_channels_says_what_its_lines_say() {
    let d = SDP.dissect(DATA.as_bytes());
    let description = Description::of(&d).unwrap();
    let groups: Vec<_> = description.session.groups().collect();
    assert_eq!((groups[0].semantics, &*groups[0].mids), ("BUNDLE", &["0"][..]));
    let [data] = &*description.media else { panic!("one section") };
    assert_eq!(data.media().unwrap().formats, ["webrtc-datachannel"]);
    assert_eq!((data.kind(), data.port(), data.mid()), ("application", Some(9), Some("0")));
    assert_eq!((data.ice_ufrag(), data.ice_pwd()), (Some("EsAw"), Some("P2uYro0UCOQ4zxjKXaWCBui1")));
    assert_eq!(data.ice_options().collect::<Vec<_>>(), ["trickle"]);
    assert_eq!((data.sctp_port(), data.max_message_size()), (Some(5000), Some(262_144)));
    assert_eq!((data.setup(), data.direction(), data.ends_candidates()), (Some("actpass"), None, true));
    let fingerprint = data.fingerprints().next().unwrap();
    assert_eq!((fingerprint.hash, fingerprint.value.len()), ("sha-256", 95));
    let candidates: Vec<_> = data.candidates().collect();
    assert_eq!(candidates.len(), 3);
    assert_eq!((candidates[1].kind, candidates[1].related), ("srflx", Some(("0.0.0.0", 0))));
    assert_eq!((candidates[1].ufrag, candidates[2].tcp_type), (Some("EsAw"), Some("active")));
    assert_eq!(description.place(data.attribute("mid").unwrap().span).to_string(), "19:1");
    assert_eq!(description.place(data.attribute("mid").unwrap().value_span).to_string(), "19:7");
}

#[test]
fn a_description_of_media_says_what_its_lines_say() {
    let d = SDP.dissect(MEDIA.as_bytes());
    let description = Description::of(&d).unwrap();
    let (audio, video) = (description.section("audio").unwrap(), description.section("video").unwrap());
    let opus = audio.rtpmap(111).unwrap();
    assert_eq!((opus.encoding, opus.clock_rate, opus.channels), ("opus", 48_000, Some(2)));
    assert_eq!(audio.fmtp(111).next().unwrap().value, "111 minptime=10;useinbandfec=1;stereo=1");
    assert_eq!(audio.msids().collect::<Vec<_>>(), [("stream", Some("track"))]);
    let ssrcs: Vec<_> = audio.ssrcs().map(|ssrc| (ssrc.id, ssrc.attribute, ssrc.value)).collect();
    assert_eq!(ssrcs, [(1001, "cname", Some("me")), (1001, "msid", Some("stream track"))]);
    let extmaps: Vec<_> = audio.extmaps().map(|map| (map.id, map.direction, map.uri)).collect();
    assert_eq!(extmaps[1], (14, Some("sendonly"), "urn:example:other"));
    assert_eq!(
        (audio.direction(), video.direction()),
        (Some(Direction::SendRecv), Some(Direction::RecvOnly))
    );
    assert!(video.is_bundle_only() && !audio.is_bundle_only());
    assert_eq!(video.rtcp_fb(96).map(|line| line.value).collect::<Vec<_>>(), ["* nack pli", "96 ccm fir"]);
    assert_eq!(video.ssrc_groups().collect::<Vec<_>>(), [("FID", vec![2001, 2002])]);
    assert_eq!(video.rids().collect::<Vec<_>>(), [("f", "send"), ("h", "send")]);
    assert_eq!(video.simulcast().unwrap().value, "send f;~h recv x,y");
    assert_eq!(video.value("unheard-of"), Some("by anyone"));
    let other = video.lines.iter().find(|line| line.kind == 'x').unwrap();
    assert_eq!((other.name, other.value), ("", "what is this"));
    assert_eq!(description.lines().count(), MEDIA.lines().count());
}

#[test]
fn what_a_section_does_not_say_it_has_from_the_session() {
    let text =
        "v=0\r\na=setup:active\r\na=ice-ufrag:abcd\r\nm=audio 9 X 0\r\nm=video 9 X 0\r\na=setup:passive\r\n";
    let d = SDP.dissect(text.as_bytes());
    let description = Description::of(&d).unwrap();
    let of = |at: usize, name: &str| {
        description.inherited(&description.media[at], name).map(|line| line.value).collect::<Vec<_>>()
    };
    assert_eq!((of(0, "setup"), of(1, "setup")), (vec!["active"], vec!["passive"]));
    assert_eq!((of(1, "ice-ufrag"), of(1, "mid")), (vec!["abcd"], vec![]));
}

#[test]
fn a_candidate_is_read_without_its_description() {
    let line = "candidate:1 1 udp 2122260223 192.0.2.1 54400 typ host generation 0 ufrag abcd";
    for text in [line.to_owned(), format!("a={line}\r\n")] {
        let d = CANDIDATE.dissect(text.as_bytes());
        assert!(d.notes().is_empty(), "{:?}", d.notes());
        let candidate = Candidate::alone(&d).next().unwrap();
        assert_eq!((candidate.address, candidate.port, candidate.ufrag), ("192.0.2.1", 54_400, Some("abcd")));
        assert_eq!(d.summary(), "candidate: host udp 192.0.2.1 54400");
    }
}
