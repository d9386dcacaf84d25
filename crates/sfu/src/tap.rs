//! Where packets leave the stack: two interceptors of our own in its chain.
//!
//! ```text
//! wire   Counter | NACK, TWCC, reports, estimate: the stack's own | Tap   application
//! ```
//!
//! [`Tap`] stands next to the application and takes all RTP and RTCP for itself. The stack would hand out packets by track, but
//! `rtc` 0.21.1 forgets on each new offer which SSRC a rid has, and the browser names rids only until the first report: so
//! after a second offer a simulcast would be lost. It would also hand out only RTCP whose first packet names a known track.
//! [`Counter`] stands next to the wire and sees what the stack asks the publisher for by itself.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use rtc::interceptor::{Attribute, Interceptor, Packet, StreamInfo, TaggedPacket};
use rtc::rtcp::transport_feedbacks::transport_layer_cc::TransportLayerCc;
use rtc::rtcp::transport_feedbacks::transport_layer_nack::TransportLayerNack;
use rtc::sansio::Protocol;
use rtc::shared::error::Error;

use crate::meter::Bucket;

/// What was taken, until it is fetched.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    pub(crate) rtp: Vec<rtc::rtp::Packet>,
    pub(crate) rtcp: Vec<Box<dyn rtc::rtcp::Packet>>,
    /// The last estimate, in bits a second.
    pub(crate) estimate: Option<f64>,
    /// How many packets were asked for again, by the SSRC that lacks them.
    pub(crate) nacked: BTreeMap<u32, u64>,
    /// Transport-wide feedback packets, sent or received.
    pub(crate) twcc: u64,
}

/// What both interceptors and their leg share.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shared(Arc<Mutex<Heard>>);

impl Shared {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Heard> {
        // What is in it is whole between any two statements.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes what comes in.
#[derive(Default)]
pub(crate) struct Tap {
    shared: Shared,
    out: VecDeque<TaggedPacket>,
}

/// Counts what goes out, and holds back a flood of NACKs: each would make the stack send up to 17 packets again.
pub(crate) struct Counter {
    shared: Shared,
    again: Bucket,
    read: VecDeque<TaggedPacket>,
    written: VecDeque<TaggedPacket>,
}

impl Tap {
    pub(crate) fn new(shared: Shared) -> Self {
        Self { shared, ..Self::default() }
    }
}

impl Counter {
    pub(crate) fn new(shared: Shared, again: Bucket) -> Self {
        Self { shared, again, read: VecDeque::new(), written: VecDeque::new() }
    }

    fn lets(&mut self, packet: &dyn rtc::rtcp::Packet, now: Instant) -> bool {
        let nack = packet.as_any().downcast_ref::<TransportLayerNack>();
        nack.is_none_or(|nack| self.again.take_many(nacked(nack) as f64, now))
    }
}

impl Protocol<TaggedPacket, TaggedPacket, ()> for Tap {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, packet: TaggedPacket) -> Result<(), Error> {
        let mut heard = self.shared.lock();
        for attribute in &packet.message.attributes {
            if let Attribute::TargetBitrateChanged { bits_per_second } = attribute {
                heard.estimate = Some(*bits_per_second);
            }
        }
        match packet.message.packet {
            Packet::Rtp(packet) => heard.rtp.push(packet),
            Packet::Rtcp(packets) => heard.rtcp.extend(packets),
            _ => {}
        }
        Ok(())
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        None
    }

    fn handle_write(&mut self, packet: TaggedPacket) -> Result<(), Error> {
        self.out.push_back(packet);
        Ok(())
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.out.pop_front()
    }

    fn handle_timeout(&mut self, _now: Instant) -> Result<(), Error> {
        Ok(())
    }

    fn poll_timeout(&mut self) -> Option<Instant> {
        None
    }
}

impl Protocol<TaggedPacket, TaggedPacket, ()> for Counter {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, mut packet: TaggedPacket) -> Result<(), Error> {
        if let Packet::Rtcp(packets) = &mut packet.message.packet {
            packets.retain(|one| self.lets(one.as_ref(), packet.now));
            let reports = packets.iter().filter(|packet| packet.as_any().is::<TransportLayerCc>()).count();
            self.shared.lock().twcc += reports as u64;
        }
        self.read.push_back(packet);
        Ok(())
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        self.read.pop_front()
    }

    fn handle_write(&mut self, packet: TaggedPacket) -> Result<(), Error> {
        if let Packet::Rtcp(packets) = &packet.message.packet {
            let mut heard = self.shared.lock();
            for packet in packets {
                if let Some(nack) = packet.as_any().downcast_ref::<TransportLayerNack>() {
                    *heard.nacked.entry(nack.media_ssrc).or_default() += nacked(nack);
                } else if packet.as_any().is::<TransportLayerCc>() {
                    heard.twcc += 1;
                }
            }
        }
        self.written.push_back(packet);
        Ok(())
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.written.pop_front()
    }

    fn handle_timeout(&mut self, _now: Instant) -> Result<(), Error> {
        Ok(())
    }

    fn poll_timeout(&mut self) -> Option<Instant> {
        None
    }
}

/// How many packets it asks for: each pair names one, and a bit for each of the 16 after it (RFC 4585 section 6.2.1).
pub(crate) fn nacked(nack: &TransportLayerNack) -> u64 {
    nack.nacks.iter().map(|pair| 1 + u64::from(pair.lost_packets.count_ones())).sum()
}

macro_rules! binds_nothing {
    ($($name:ty),*) => {$(
        impl Interceptor for $name {
            fn bind_local_stream(&mut self, _info: &StreamInfo) {}
            fn unbind_local_stream(&mut self, _info: &StreamInfo) {}
            fn bind_remote_stream(&mut self, _info: &StreamInfo) {}
            fn unbind_remote_stream(&mut self, _info: &StreamInfo) {}
        }
    )*};
}
binds_nothing!(Tap, Counter);
