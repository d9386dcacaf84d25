//! Takes the line out that is in the way.

use exercises::sdp::mend::Broken;

/// The text, mended.
pub fn mend(which: Broken, sdp: &str) -> String {
    match which {
        Broken::A => sdp.replace("a=setup:actpass", "a=setup:active"),
        Broken::B => sdp.replace(
            "m=application",
            "m=audio 0 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=rtpmap:111 opus/48000/2\r\nm=application",
        ),
        Broken::C => {
            let (session, rest) = sdp.split_at(sdp.find("m=application").unwrap_or(0));
            let (data, sound) = rest.split_at(rest.find("m=audio").unwrap_or(0));
            format!("{session}{sound}{data}")
        }
        Broken::D => sdp.replace("BUNDLE audio", "BUNDLE 0"),
        Broken::E => sdp.replace("a=fingerprint:sha-1 ", "a=fingerprint:sha-256 "),
        Broken::F => sdp.replace("a=ice-pwd:pingping", "a=ice-pwd:pingpingpingpingpingping"),
        Broken::G => sdp.replace("typ srflx", "typ srflx raddr 0.0.0.0 rport 9"),
        Broken::H => sdp
            .replace("UDP/TLS/RTP/SAVPF 111", "UDP/TLS/RTP/SAVPF 111 9")
            .replace("a=rtpmap:111 G722", "a=rtpmap:9 G722"),
        Broken::I => sdp.replace("a=sendonly", "a=recvonly"),
        Broken::J => sdp.replace("t=0 0\r\n", ""),
        Broken::K => format!("{sdp}a=sctp-port:5000\r\n"),
        Broken::L => sdp.replace("SAVPF 8", "SAVPF 111").replace("a=rtpmap:8 PCMA/8000", "a=rtpmap:111 opus/48000/2"),
    }
}

exercises::check!(sdp::mend(mend));
