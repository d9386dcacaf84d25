//! What `wire` reads in a session description is what the field's other parsers read in it.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use webrtc_sdp::attribute_type::{SdpAttribute, SdpAttributeCandidateType, SdpAttributeType};
use wire::sdp::{Description, SDP, Section};

fn corpus() -> Vec<(PathBuf, String)> {
    let mut folders = vec![Path::new("tests/data/sdp").to_path_buf()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            match path.extension() {
                _ if path.is_dir() => folders.push(path),
                Some(end) if end == "sdp" => files.push((path.clone(), fs::read_to_string(&path).unwrap())),
                _ => {}
            }
        }
    }
    assert!(files.len() > 20, "{}", files.len());
    files
}

/// A fact, as one parser reads it: `candidate 1 udp 192.0.2.1:5000 host`.
type Facts = Vec<String>;

fn of_wire(section: &Section<'_>) -> Facts {
    let media = section.media().unwrap();
    let mut facts =
        vec![format!("m {} {} {} {:?}", media.media, media.port.unwrap(), media.protocol, media.formats)];
    facts.extend(section.mid().map(|mid| format!("mid {mid}")));
    facts.extend(section.direction().map(|direction| format!("direction {}", direction.name())));
    facts.extend(section.setup().map(|setup| format!("setup {setup}")));
    facts.extend(section.ice_ufrag().map(|ufrag| format!("ufrag {ufrag}")));
    facts.extend(section.ice_pwd().map(|pwd| format!("pwd {pwd}")));
    facts.extend(section.fingerprints().map(|f| format!("fingerprint {} {}", f.hash, f.value)));
    facts.extend(section.sctp_port().map(|port| format!("sctp-port {port}")));
    facts.extend(section.max_message_size().map(|size| format!("max-message-size {size}")));
    facts.extend(section.is_bundle_only().then(|| "bundle-only".to_owned()));
    facts.extend(section.ends_candidates().then(|| "end-of-candidates".to_owned()));
    facts.extend(section.candidates().map(|c| {
        let related = c.related.map(|(address, port)| format!(" {address}:{port}")).unwrap_or_default();
        let (transport, tcp) = (c.transport.to_ascii_lowercase(), c.tcp_type.unwrap_or_default());
        format!(
            "candidate {} {} {transport} {} {}:{} {}{related} {tcp}",
            c.foundation, c.component, c.priority, c.address, c.port, c.kind
        )
    }));
    facts.extend(
        section
            .rtpmaps()
            .map(|map| format!("rtpmap {} {} {}", map.payload_type, map.encoding, map.clock_rate)),
    );
    facts.extend(section.extmaps().map(|map| format!("extmap {} {}", map.id, map.uri)));
    facts.extend(section.ssrcs().map(|ssrc| format!("ssrc {} {} {:?}", ssrc.id, ssrc.attribute, ssrc.value)));
    facts.extend(section.msids().map(|(stream, track)| format!("msid {stream} {track:?}")));
    facts.extend(section.rids().map(|(id, direction)| format!("rid {id} {direction}")));
    facts
}

/// The same facts, by Firefox's parser.
fn of_webrtc_sdp(media: &webrtc_sdp::media_type::SdpMedia) -> Facts {
    let formats: Vec<String> = match media.get_formats() {
        webrtc_sdp::media_type::SdpFormatList::Integers(all) => all.iter().map(u32::to_string).collect(),
        webrtc_sdp::media_type::SdpFormatList::Strings(all) => all.clone(),
        webrtc_sdp::media_type::SdpFormatList::Unknown(one) => vec![one.clone()],
    };
    let (kind, protocol) = (media.get_type(), media.get_proto());
    let mut facts = vec![format!("m {kind} {} {protocol} {formats:?}", media.get_port())];
    let mut one = |kind, fact: &dyn Fn(&SdpAttribute) -> Option<String>| {
        facts.extend(media.get_attribute(kind).and_then(fact));
    };
    use SdpAttribute as A;
    use SdpAttributeType as T;
    one(T::Mid, &|a| if let A::Mid(mid) = a { Some(format!("mid {mid}")) } else { None });
    for direction in [T::Sendrecv, T::Sendonly, T::Recvonly, T::Inactive] {
        one(direction, &|a| Some(format!("direction {a}")));
    }
    one(T::Setup, &|a| Some(a.to_string().replace(':', " ")));
    one(T::IceUfrag, &|a| if let A::IceUfrag(ufrag) = a { Some(format!("ufrag {ufrag}")) } else { None });
    one(T::IcePwd, &|a| if let A::IcePwd(pwd) = a { Some(format!("pwd {pwd}")) } else { None });
    let mut all = |kind: T, fact: &dyn Fn(&SdpAttribute) -> Option<String>| {
        facts.extend(media.get_attributes().iter().filter(|a| T::from(*a) == kind).filter_map(fact));
    };
    all(T::Fingerprint, &|a| Some(a.to_string().replacen(':', " ", 1)));
    all(T::SctpPort, &|a| Some(a.to_string().replace(':', " ")));
    all(T::MaxMessageSize, &|a| Some(a.to_string().replace(':', " ")));
    all(T::BundleOnly, &|_| Some("bundle-only".into()));
    all(T::EndOfCandidates, &|_| Some("end-of-candidates".into()));
    all(T::Candidate, &|a| {
        let A::Candidate(c) = a else { return None };
        let related = match (&c.raddr, c.rport) {
            (Some(address), Some(port)) => format!(" {address}:{port}"),
            _ => String::new(),
        };
        let kind = match c.c_type {
            SdpAttributeCandidateType::Host => "host",
            SdpAttributeCandidateType::Srflx => "srflx",
            SdpAttributeCandidateType::Prflx => "prflx",
            SdpAttributeCandidateType::Relay => "relay",
        };
        let tcp = c.tcp_type.as_ref().map(ToString::to_string).unwrap_or_default();
        let transport = c.transport.to_string().to_ascii_lowercase();
        Some(format!(
            "candidate {} {} {transport} {} {}:{} {kind}{related} {tcp}",
            c.foundation, c.component, c.priority, c.address, c.port
        ))
    });
    all(T::Rtpmap, &|a| {
        let A::Rtpmap(map) = a else { return None };
        Some(format!("rtpmap {} {} {}", map.payload_type, map.codec_name, map.frequency))
    });
    all(T::Extmap, &|a| {
        if let A::Extmap(map) = a { Some(format!("extmap {} {}", map.id, map.url)) } else { None }
    });
    all(T::Ssrc, &|a| {
        let A::Ssrc(ssrc) = a else { return None };
        Some(format!(
            "ssrc {} {} {:?}",
            ssrc.id,
            ssrc.attribute.as_deref().unwrap_or_default(),
            ssrc.value.as_deref()
        ))
    });
    all(T::Msid, &|a| {
        if let A::Msid(msid) = a {
            Some(format!("msid {} {:?}", msid.id, msid.appdata.as_deref()))
        } else {
            None
        }
    });
    all(T::Rid, &|a| {
        let A::Rid(rid) = a else { return None };
        let direction = format!("{:?}", rid.direction).to_lowercase();
        Some(format!("rid {} {direction}", rid.id))
    });
    facts
}

#[test]
fn webrtc_sdp_reads_the_same_in_every_file_that_it_can_read() {
    let mut read = 0;
    for (path, text) in corpus() {
        let d = SDP.dissect(text.as_bytes());
        let ours = Description::of(&d).unwrap();
        let Ok(theirs) = webrtc_sdp::parse_sdp(&text, false) else { continue };
        read += 1;
        assert_eq!(ours.media.len(), theirs.media.len(), "{}", path.display());
        for (ours, theirs) in ours.media.iter().zip(&theirs.media) {
            assert_eq!(of_wire(ours), of_webrtc_sdp(theirs), "{}", path.display());
        }
    }
    assert!(read * 10 > corpus().len() * 9, "webrtc-sdp reads nearly all: {read}");
}

/// Media and attributes, as `rtc-sdp` reads them: it leaves values as text.
fn of_rtc(theirs: &rtc_sdp::description::session::SessionDescription) -> Facts {
    let attributes = |all: &[rtc_sdp::description::common::Attribute]| -> Facts {
        all.iter().map(|a| format!("{}={}", a.key, a.value.as_deref().unwrap_or_default())).collect()
    };
    let mut facts = attributes(&theirs.attributes);
    for media in &theirs.media_descriptions {
        let name = &media.media_name;
        facts.push(format!(
            "m {} {} {} {:?}",
            name.media,
            name.port.value,
            name.protos.join("/"),
            name.formats
        ));
        facts.extend(attributes(&media.attributes));
    }
    facts
}

fn texts_of_wire(ours: &Description<'_>) -> Facts {
    let attributes = |section: &Section<'_>| -> Facts {
        let all = section.lines.iter().filter(|line| line.kind == 'a');
        all.map(|line| format!("{}={}", line.name, line.value)).collect()
    };
    let mut facts = attributes(&ours.session);
    for section in &ours.media {
        let media = section.media().unwrap();
        facts.push(format!(
            "m {} {} {} {:?}",
            media.media,
            media.port.unwrap(),
            media.protocol,
            media.formats
        ));
        facts.extend(attributes(section));
    }
    facts
}

fn rtc_reads_the_same(text: &str) {
    let d = SDP.dissect(text.as_bytes());
    let ours = Description::of(&d).unwrap();
    let mut reader = std::io::Cursor::new(text.as_bytes());
    let theirs = rtc_sdp::description::session::SessionDescription::unmarshal(&mut reader).unwrap();
    assert_eq!(texts_of_wire(&ours), of_rtc(&theirs), "{text}");
}

#[test]
fn rtc_sdp_reads_the_same_in_every_file() {
    for (_, text) in corpus() {
        rtc_reads_the_same(&text);
    }
}

proptest! {
    #[test]
    fn both_read_the_same_in_what_was_made_up(
        foundation in "[A-Za-z0-9+/]{1,32}", component in 1..=2_u32, priority in 1..=0x7fff_ffff_u32, address: std::net::Ipv4Addr,
        port in 1..=65_535_u16, kind in "host|srflx|prflx|relay", related: Option<(std::net::Ipv4Addr, u16)>,
        ufrag in "[A-Za-z0-9+/]{4,32}", pwd in "[A-Za-z0-9+/]{22,40}", mid in "[A-Za-z0-9]{1,9}", payload in 96..=127_u8,
        direction in "sendrecv|sendonly|recvonly|inactive", setup in "actpass|active|passive", ssrc: u32, unknown in "x-[a-z]{9}:[!-~]([ -~]{0,18}[!-~])?",
    ) {
        let related = related.map(|(address, port)| format!(" raddr {address} rport {port}")).unwrap_or_default();
        let text = format!(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE {mid}\r\nm=video 9 UDP/TLS/RTP/SAVPF {payload}\r\n\
             c=IN IP4 0.0.0.0\r\na=mid:{mid}\r\na={direction}\r\na=setup:{setup}\r\na=ice-ufrag:{ufrag}\r\na=ice-pwd:{pwd}\r\n\
             a=candidate:{foundation} {component} udp {priority} {address} {port} typ {kind}{related}\r\n\
             a=rtpmap:{payload} VP8/90000\r\na=ssrc:{ssrc} cname:x\r\na={unknown}\r\n"
        );
        rtc_reads_the_same(&text);
        let d = SDP.dissect(text.as_bytes());
        let ours = Description::of(&d).unwrap();
        let theirs = webrtc_sdp::parse_sdp(&text, false).unwrap();
        prop_assert_eq!(of_wire(&ours.media[0]), of_webrtc_sdp(&theirs.media[0]), "{}", text);
    }
}
