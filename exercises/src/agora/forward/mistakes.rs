//! Which mistake lets a packet go out like that.

use super::rewriter::Rewriter;
use super::{HEADER, MIDDLEBOX, OUT, Packet, TICKS, Told};

/// What `before` knew of the stream when the packet came, what should have come of it, and what did.
pub(super) fn explain(
    before: &Rewriter,
    now: u64,
    packet: &Packet,
    expected: Option<Packet>,
    returned: Option<Packet>,
) -> Told {
    let changes = before.layer.as_ref().map(|layer| layer.ssrc) != Some(packet.ssrc);
    let (spec, (label, why)) = match (expected, returned) {
        (Some(_), None) => (MIDDLEBOX, dropped(before, packet, changes)),
        (None, _) => (MIDDLEBOX, let_through(before, packet)),
        (Some(_), Some(out)) if out.ssrc != OUT => (HEADER, wrong_ssrc(packet, out)),
        (Some(right), Some(out)) if out.sequence_number != right.sequence_number => {
            (MIDDLEBOX, wrong_number(before, packet, changes, right, out))
        }
        (Some(right), Some(out)) if out.timestamp != right.timestamp => {
            (HEADER, wrong_timestamp(before, now, packet, changes, right, out))
        }
        _ => (
            MIDDLEBOX,
            (
                "key was changed",
                "whether a key frame begins here is what the packet is, and no number of it: it stays",
            ),
        ),
    };
    Told { label, why, spec }
}

type Words = (&'static str, &'static str);

fn dropped(before: &Rewriter, packet: &Packet, changes: bool) -> Words {
    let place = before.place(packet).unwrap_or_default();
    match &before.layer {
        _ if changes => (
            "the key frame that was waited for",
            "the layer is wanted, and a key frame begins: here it changes, and this is the first packet of what comes. From a \
             key frame on a decoder needs nothing of what was before",
        ),
        Some(_) if place >= 0x8000 => (
            "far from the key frame",
            "this layer has sent more than 32768 packets, so its key frame is on the other half of the circle, and the number \
             looks as if it were from before it. Look at the distance to the highest number that came, which is small, \
             and count on from there in a wider type",
        ),
        Some(layer) if packet.sequence_number < layer.first => (
            "the numbers went around",
            "after 65535 comes 0. So a smaller number may be a later one: take the distance with `wrapping_sub`, and as an i16. \
             If it is positive, the packet is later",
        ),
        Some(layer) if place <= layer.place => (
            "late, and in time",
            "packets overtake each other. This one is of the layer that is forwarded, and from after its key frame: its \
             number out is still free, and the receiver waits for it",
        ),
        _ => (
            "of the layer that is there",
            "the layer goes on as it was until a key frame of another one comes, that is wanted. Even then it may take seconds, \
             and until then the receiver would see a still picture",
        ),
    }
}

fn let_through(before: &Rewriter, packet: &Packet) -> Words {
    let is_current = before.layer.as_ref().is_some_and(|layer| layer.ssrc == packet.ssrc);
    let is_wanted = before.wanted == Some(packet.ssrc);
    match &before.layer {
        Some(_) if is_current => (
            "from before the key frame",
            "this packet was sent before the key frame with which its layer began, and came late. Counted from there its number \
             is one that the layer of before has used for something else: the receiver would take it for that",
        ),
        _ if packet.key && !is_wanted => (
            "not wanted",
            "a key frame says that the layer could change, and not that it should. A camera sends key frames on all layers, \
             whoever watches which",
        ),
        None => (
            "no key frame yet",
            "a decoder begins with a key frame. All other frames say what has changed since the one before, and of that the \
             receiver has nothing",
        ),
        Some(_) if is_wanted => (
            "no key frame yet",
            "the layer is wanted, and it cannot be begun here: this frame says what has changed since one of the same layer that \
             the receiver never got. So the layer of before goes on. An SFU asks for a key frame meanwhile (PLI)",
        ),
        Some(_) => (
            "another layer",
            "one layer goes out at a time. This one is not it: it was left, and what of it still comes is late, or nobody \
             asked for it. With a number that fits to it, it would be taken for a piece of the other picture",
        ),
    }
}

fn wrong_ssrc(packet: &Packet, out: Packet) -> Words {
    if out.ssrc == packet.ssrc {
        (
            "the layer's own SSRC",
            "an SSRC is a stream. With another one for each layer the receiver sees one stream end and another one begin, \
             with a new jitter buffer and a new decoder: all goes out under the one SSRC that `new` was given",
        )
    } else {
        ("another SSRC", "all goes out under the one SSRC that `new` was given")
    }
}

const NO_CHANGE: Words = (
    "nothing changes here",
    "a key frame of the layer that is forwarded already is a packet as any other: somebody else has asked for it, or it was \
     time for one. The distances stay, and so do the gaps before it",
);

fn wrong_number(before: &Rewriter, packet: &Packet, changes: bool, right: Packet, out: Packet) -> Words {
    let returned = out.sequence_number;
    let newest = before.newest.map(|(_, newest)| newest.sequence_number);
    if packet.key && !changes {
        return NO_CHANGE;
    }
    let follows_last = before.last.is_some_and(|last| last.sequence_number.wrapping_add(1) == returned);
    if returned == packet.sequence_number {
        return (
            "the layer's own number",
            "each layer counts for itself, from a random number. The receiver would see a jump at each change, of up to 65535: \
             as losses, or as packets that are too late",
        );
    }
    if returned == u16::MAX && right.sequence_number < 0x8000 {
        return (
            "stopped at 65535",
            "after 65535 comes 0: a sequence number goes around. `wrapping_add`, and not `saturating_add`",
        );
    }
    let Some(newest) = newest else {
        return ("not the first number", "the first packet goes out with the number that `new` was given");
    };
    match () {
        () if changes && returned == before.first.0 => (
            "begins anew",
            "the stream does not begin: its layer changes, and the receiver is not to notice. It goes on after the \
             highest number that went out",
        ),
        () if changes && returned == newest => (
            "used already",
            "the highest number that went out is taken: the receiver has a packet with it and drops this one as its double. \
             The next one is one more",
        ),
        () if changes && follows_last => (
            "after the last one",
            "the packet that went out last was late: it filled a gap, and a higher number was out before it. Go on after the \
             highest one, or this number is used twice",
        ),
        () if changes => (
            "not one more than the highest",
            "the first packet of a layer has one more than the highest number that went out: neither a number twice nor a gap \
             that nobody can fill",
        ),
        () if follows_last && right.sequence_number.wrapping_sub(newest) < 0x8000 => (
            "the gap is closed",
            "this counts the packets that go out. What was lost on its way to the SFU leaves a gap, and it must stay one: by it the \
             receiver knows that something is missing, and asks for it (NACK). Closed, it decodes a picture with a hole",
        ),
        () if follows_last || returned.wrapping_sub(newest) == 1 => (
            "one after the newest",
            "this packet is late, and has its place: the gap it left. With a number at the end its piece of the picture comes to \
             the wrong place, and the gap is never filled",
        ),
        () => (
            "at another distance",
            "within a layer the distance between the number that comes and the one that goes out stays as it was at the change, \
             on a circle of 65536 numbers",
        ),
    }
}

fn wrong_timestamp(
    before: &Rewriter,
    now: u64,
    packet: &Packet,
    changes: bool,
    right: Packet,
    out: Packet,
) -> Words {
    let returned = out.timestamp;
    if returned == packet.timestamp {
        return (
            "the layer's own timestamp",
            "each layer's timestamps begin at random. The receiver plays by them: a jump of minutes lets it wait for minutes, \
             or drop all that comes",
        );
    }
    if returned == u32::MAX || (right.timestamp < 1 << 31 && returned == u32::MAX - 1) {
        return (
            "stopped at 2^32 - 1",
            "after 2^32 - 1 comes 0: a timestamp goes around, that of video every 13 hours. `wrapping_add`, and not \
             `saturating_add`",
        );
    }
    let Some((arrived, newest)) = before.newest else {
        return (
            "not the first timestamp",
            "the first packet goes out with the timestamp that `new` was given",
        );
    };
    let elapsed = now.saturating_sub(arrived);
    let after = |ticks: u64| newest.timestamp.wrapping_add(ticks as u32) == returned;
    let by_arrival = after(elapsed.saturating_mul(TICKS.into()));
    if packet.key && !changes {
        return NO_CHANGE;
    }
    if !changes {
        return if by_arrival {
            (
                "by its arrival",
                "when a packet arrives is not when its frame was taken: the net delays one more and another one less, and all packets \
                 of a frame have one timestamp. Within a layer the sender's own distances are right, so they stay",
            )
        } else {
            (
                "at another distance",
                "within a layer the distance between the timestamp that comes and the one that goes out stays as it was at \
                 the change, on a circle of 2^32 ticks",
            )
        };
    }
    let after_last = before.last.is_some_and(|last| {
        last.timestamp.wrapping_add(elapsed.saturating_mul(TICKS.into()) as u32) == returned
    });
    match () {
        () if elapsed == 0 && after(0) => (
            "not one tick later",
            "packets with the same timestamp are one frame. This begins another one, so at least one tick must lie between, \
             even if both arrived in the same millisecond",
        ),
        () if returned == before.first.1 => (
            "begins anew",
            "the stream does not begin: its layer changes, and time goes on. To the receiver this frame is older than what it \
             has played already",
        ),
        () if after(0) => (
            "time stands still",
            "packets with the same timestamp are one frame, and this begins another one. Between the two lie as many ticks as \
             time has passed",
        ),
        () if after(1) => (
            "one tick later",
            "one tick is the least, where no time has passed. Here some has: 90 ticks for each millisecond, or the \
             picture stumbles at each change",
        ),
        () if after(elapsed) => (
            "in milliseconds",
            "a timestamp counts ticks of the codec's clock, and video has 90000 of them in a second: 90 for each millisecond",
        ),
        () if after(3000) => (
            "as for one frame",
            "3000 ticks are a thirtieth of a second. What has passed since the newest packet arrived may be more, and less: \
             frames are lost, cameras slow down in the dark, and a change has no rhythm",
        ),
        () if after_last => (
            "after the last one",
            "the packet that went out last was late, and of an older frame. The newest is the one with the highest sequence \
             number: it says where the receiver's clock stands",
        ),
        () if after(now.saturating_mul(TICKS.into())) => (
            "since the beginning",
            "what counts is the time since the newest packet arrived: what went before is in its timestamp already",
        ),
        () => (
            "not on time",
            "the first timestamp after a change is that of the newest packet that went out, and 90 ticks more for each \
             millisecond since that one arrived",
        ),
    }
}
