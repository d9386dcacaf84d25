//! Descriptions that the tests share.

/// What Chromium offers for data channels, as of version 120 and later.
pub(crate) const DATA: &str = "v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n\
a=group:BUNDLE 0\r\na=extmap-allow-mixed\r\na=msid-semantic: WMS\r\n\
m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\n\
a=candidate:3098175849 1 udp 2113937151 4a6a1b8d-7a1f-4c55-8bd9-c3a6c3b4f5a1.local 54321 typ host generation 0 network-cost 999\r\n\
a=candidate:842163049 1 udp 1677729535 198.51.100.7 54321 typ srflx raddr 0.0.0.0 rport 0 generation 0 ufrag EsAw\r\n\
a=candidate:1 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active\r\n\
a=end-of-candidates\r\n\
a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\na=ice-options:trickle\r\n\
a=fingerprint:sha-256 D2:FA:0E:C3:22:59:5E:14:95:69:92:3D:13:B4:84:24:2C:C2:A2:C0:3E:FD:34:8E:5E:EA:6F:AF:52:CE:E6:0F\r\n\
a=setup:actpass\r\na=mid:0\r\na=sctp-port:5000\r\na=max-message-size:262144\r\n";

/// Audio and video as browsers offer them, a line of each kind.
pub(crate) const MEDIA: &str = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE audio video\r\n\
a=ice-lite\r\n\
m=audio 9 UDP/TLS/RTP/SAVPF 111 63 0 110\r\nc=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\nb=AS:64\r\n\
a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=setup:active\r\na=mid:audio\r\n\
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\na=extmap:14/sendonly urn:example:other more\r\n\
a=sendrecv\r\na=msid:stream track\r\na=rtcp-mux\r\na=rtcp-rsize\r\n\
a=fmtp:111 minptime=10;useinbandfec=1;stereo=1\r\na=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 transport-cc\r\n\
a=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\na=rtpmap:110 telephone-event/48000\r\na=fmtp:110 0-16\r\n\
a=ptime:20\r\na=ssrc:1001 cname:me\r\na=ssrc:1001 msid:stream track\r\n\
m=video 9 UDP/TLS/RTP/SAVPF 96 97 102 45 98 35\r\nc=IN IP6 ::\r\na=mid:video\r\na=recvonly\r\na=rtcp-mux\r\n\
a=rtcp-mux-only\r\na=bundle-only\r\na=rtcp-fb:* nack pli\r\na=rtcp-fb:96 ccm fir\r\na=rtpmap:96 VP8/90000\r\n\
a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\na=rtpmap:102 H264/90000\r\n\
a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f\r\n\
a=rtpmap:45 AV1/90000\r\na=fmtp:45 level-idx=5;profile=0;tier=0\r\na=rtpmap:98 VP9/90000\r\na=fmtp:98 profile-id=2\r\n\
a=rtpmap:35 flexfec-03/90000\r\na=fmtp:35 repair-window=10000000\r\n\
a=ssrc-group:FID 2001 2002\r\na=rid:f send\r\na=rid:h send max-width=640;max-fps=15\r\na=simulcast:send f;~h recv x,y\r\n\
a=unheard-of:by anyone\r\nx=what is this\r\n";

pub(crate) const ALL: [&str; 2] = [DATA, MEDIA];
