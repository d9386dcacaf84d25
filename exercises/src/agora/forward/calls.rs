//! Calls to play: one for each rule, and long ones with everything in them.

use super::{Call, Incident, LAYERS, Packet};

const Q: usize = 0;
const H: usize = 1;
const F: usize = 2;

/// A packet of a layer, at its time.
fn packet(now: u64, layer: usize, sequence_number: u16, timestamp: u32) -> (u64, Incident) {
    (now, Incident::Arrives(Packet { ssrc: LAYERS[layer].1, sequence_number, timestamp, key: false }))
}

/// The first packet of a key frame.
fn key(now: u64, layer: usize, sequence_number: u16, timestamp: u32) -> (u64, Incident) {
    (now, Incident::Arrives(Packet { ssrc: LAYERS[layer].1, sequence_number, timestamp, key: true }))
}

fn want(now: u64, layer: usize) -> (u64, Incident) {
    (now, Incident::Want(LAYERS[layer].1))
}

/// One for each rule, the plain ones first.
pub(super) fn scripted() -> Vec<Call> {
    let call = |name, incidents| Call { name, first: (1, 5000), incidents };
    vec![
        call("a layer begins", begins()),
        call("losses, and what comes late", gaps()),
        call("from one layer to another", changes()),
        call("a late packet from before the key frame", before_the_key_frame()),
        call("a key frame of the layer that is there", a_key_frame_more()),
        call("somebody changes their mind", other_wishes()),
        call("a late packet came last before the change", late_then_change()),
        call("a change within a millisecond", at_once()),
        call("there and back", there_and_back()),
        call("the sequence numbers that come go around", source_wraps()),
        Call { first: (65534, 5000), ..call("the sequence numbers that go out go around", output_wraps()) },
        Call { first: (65534, 5000), ..call("they go around at a change", at_once()) },
        call("the timestamps that come go around", timestamps_wrap()),
        Call { first: (1, u32::MAX - 4000), ..call("the timestamps that go out go around", output_wraps()) },
        Call { first: (1, u32::MAX - 4000), ..call("they go around at a change", at_once()) },
        call("a layer of 70000 packets", long_layer()),
    ]
}

fn begins() -> Vec<(u64, Incident)> {
    vec![
        want(0, Q),
        packet(3, Q, 699, 7000),
        packet(5, H, 20, 41000),
        key(33, Q, 700, 10000),
        packet(34, Q, 701, 10000),
        packet(35, H, 21, 44000),
        packet(67, Q, 702, 13000),
        packet(100, Q, 703, 16000),
    ]
}

fn gaps() -> Vec<(u64, Incident)> {
    vec![
        want(0, Q),
        key(0, Q, 700, 10000),
        packet(33, Q, 701, 13000),
        packet(100, Q, 704, 19000),
        packet(104, Q, 703, 16000),
        packet(133, Q, 705, 22000),
        packet(170, Q, 705, 22000),
        packet(210, Q, 707, 28000),
        packet(211, Q, 702, 13000),
    ]
}

fn changes() -> Vec<(u64, Incident)> {
    vec![
        want(0, Q),
        key(0, Q, 700, 10000),
        packet(33, Q, 701, 13000),
        want(40, H),
        packet(45, H, 50, 77000),
        packet(66, Q, 702, 16000),
        packet(67, H, 51, 80000),
        key(99, H, 52, 83000),
        packet(101, H, 53, 83000),
        packet(102, Q, 703, 19000),
        packet(132, H, 54, 86000),
        packet(133, Q, 704, 22000),
    ]
}

fn before_the_key_frame() -> Vec<(u64, Incident)> {
    vec![
        want(0, Q),
        key(0, Q, 700, 10000),
        packet(33, Q, 701, 13000),
        want(40, F),
        key(66, F, 90, 500_000),
        packet(68, F, 89, 497_000),
        packet(69, F, 91, 500_000),
        packet(72, F, 88, 497_000),
        packet(99, F, 93, 503_000),
        packet(101, F, 92, 500_000),
    ]
}

fn a_key_frame_more() -> Vec<(u64, Incident)> {
    vec![
        want(0, H),
        key(0, H, 50, 77000),
        packet(33, H, 51, 80000),
        key(102, H, 54, 86000),
        packet(104, H, 53, 83000),
        packet(133, H, 55, 89000),
    ]
}

fn other_wishes() -> Vec<(u64, Incident)> {
    vec![
        want(0, Q),
        key(0, Q, 700, 10000),
        key(1, H, 40, 47000),
        want(10, H),
        want(20, F),
        key(33, H, 50, 77000),
        packet(34, Q, 701, 13000),
        key(66, F, 90, 500_000),
        packet(67, F, 91, 500_000),
        want(70, Q),
        want(80, F),
        key(99, Q, 702, 19000),
        packet(100, F, 92, 503_000),
    ]
}

fn late_then_change() -> Vec<(u64, Incident)> {
    vec![
        want(0, Q),
        key(0, Q, 700, 10000),
        packet(33, Q, 702, 13000),
        packet(40, Q, 701, 10000),
        want(41, H),
        key(66, H, 50, 77000),
        packet(67, H, 51, 77000),
    ]
}

fn at_once() -> Vec<(u64, Incident)> {
    vec![
        want(0, Q),
        key(0, Q, 700, 10000),
        packet(33, Q, 701, 13000),
        want(33, H),
        key(33, H, 50, 77000),
        packet(66, H, 51, 80000),
    ]
}

fn there_and_back() -> Vec<(u64, Incident)> {
    vec![
        want(0, Q),
        key(0, Q, 700, 10000),
        packet(33, Q, 701, 13000),
        want(34, H),
        key(66, H, 50, 77000),
        packet(67, H, 52, 77000),
        want(70, Q),
        packet(99, Q, 703, 19000),
        key(132, Q, 705, 22000),
        packet(133, Q, 702, 16000),
        packet(134, H, 51, 77000),
        packet(165, Q, 706, 25000),
    ]
}

fn source_wraps() -> Vec<(u64, Incident)> {
    vec![
        want(0, Q),
        key(0, Q, 65533, 10000),
        packet(33, Q, 65534, 13000),
        packet(67, Q, 0, 19000),
        packet(68, Q, 65535, 16000),
        packet(99, Q, 1, 22000),
        want(100, H),
        key(132, H, 0, 77000),
        packet(133, H, 65535, 74000),
        packet(165, H, 1, 80000),
    ]
}

fn output_wraps() -> Vec<(u64, Incident)> {
    vec![
        want(0, Q),
        key(0, Q, 700, 10000),
        packet(33, Q, 701, 13000),
        packet(66, Q, 702, 16000),
        packet(99, Q, 703, 19000),
        want(100, H),
        key(132, H, 50, 77000),
        packet(165, H, 52, 83000),
        packet(166, H, 51, 80000),
    ]
}

fn timestamps_wrap() -> Vec<(u64, Incident)> {
    vec![
        want(0, Q),
        key(0, Q, 700, u32::MAX - 1000),
        packet(33, Q, 701, 1999),
        packet(66, Q, 702, 4999),
        want(70, H),
        key(99, H, 50, u32::MAX - 2000),
        packet(132, H, 51, 999),
    ]
}

/// Twenty packets a frame, so that it is over before long.
fn long_layer() -> Vec<(u64, Incident)> {
    let late = 40_000;
    let mut incidents = vec![want(0, F), key(0, F, 100, 500_000)];
    for place in 1..70_000_u32 {
        let (frame, sequence_number) = (place / 20, 100_u16.wrapping_add(place as u16));
        let at = |late: u32| packet(u64::from(frame * 33 + late), F, sequence_number, 500_000 + frame * 3000);
        match place {
            _ if place == late => {}
            _ if place == late + 1 => {
                incidents.push(at(0));
                incidents.push(packet(
                    u64::from(frame * 33),
                    F,
                    sequence_number.wrapping_sub(1),
                    500_000 + late / 20 * 3000,
                ));
            }
            _ => incidents.push(at(0)),
        }
    }
    incidents
}

/// Numbers that look random, and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        // Xorshift, 13-7-17.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit
    }
}

/// Twenty seconds of three layers that begin anywhere, with losses, delays, key frames and wishes.
pub(super) fn random(seed: u64) -> Call {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut incidents = vec![want(0, Q)];
    for layer in [Q, H, F] {
        let (mut number, began) = (dice.below(65536) as u16, dice.below(1 << 32) as u32);
        for frame in 0..600_u64 {
            let timestamp = began.wrapping_add(frame as u32 * 3000);
            let is_key = dice.below(40) == 0;
            for part in 0..=layer as u64 + dice.below(3) {
                let late = if dice.below(12) == 0 { dice.below(90) } else { dice.below(6) };
                let (now, is_lost) = (frame * 100 / 3 + part + late, dice.below(25) == 0);
                number = number.wrapping_add(1);
                if !is_lost {
                    let one = if is_key && part == 0 { key } else { packet };
                    incidents.push(one(now, layer, number, timestamp));
                }
            }
        }
    }
    for _ in 0..25 {
        incidents.push(want(dice.below(20_000), dice.below(3) as usize));
    }
    // Stable, so the first wish stays in front.
    incidents.sort_by_key(|(now, _)| *now);
    let name = "twenty seconds: three layers, losses, delays and wishes";
    Call { name, first: (dice.below(65536) as u16, dice.below(1 << 32) as u32), incidents }
}
