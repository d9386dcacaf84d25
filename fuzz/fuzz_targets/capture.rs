//! Any bytes, as a capture: read, folded by a session, and written again to be read as the same packets.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::Session;
use wire::trace::{Trace, Transport};

fuzz_target!(|bytes: &[u8]| {
    let Ok(trace) = Trace::read(bytes) else { return };
    let mut session = Session::new(Some("wirebook".into()));
    for event in &trace.events {
        drop(session.dissect(event).summary());
    }
    let mut association = Session::new(None).only(&wire::sctp::SCTP);
    for event in trace.events.iter().filter(|event| event.transport == Transport::Udp) {
        drop(association.dissect(event).summary());
    }
    let mut written = Vec::new();
    if trace.write_pcapng(&mut written).is_ok() {
        let again = Trace::read(&written).expect("what was written can be read");
        let datagrams = |trace: &Trace| -> Vec<Vec<u8>> {
            let udp = trace.events.iter().filter(|event| event.transport == Transport::Udp);
            udp.map(|event| event.bytes.clone()).collect()
        };
        assert_eq!(datagrams(&trace), datagrams(&again));
    }
});
