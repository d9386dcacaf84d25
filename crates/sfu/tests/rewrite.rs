//! The numbers of one stream out of several, whatever comes in.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use sfu::rewrite::{Numbers, Picture, Rewriter};

/// A stretch of a layer: where its numbers begin, how many packets it has, how many of them a frame, and which are lost.
#[derive(Clone, Debug)]
struct Stretch {
    sequence: u16,
    timestamp: u32,
    picture: u16,
    base: u8,
    frames: u16,
    frame: u16,
    lost: BTreeSet<usize>,
    /// How far a packet may come late.
    shuffle: Vec<usize>,
}

fn stretches() -> impl Strategy<Value = Vec<Stretch>> {
    let stretch = (
        any::<u16>(),
        any::<u32>(),
        0..0x8000_u16,
        any::<u8>(),
        1..40_u16,
        1..6_u16,
        prop::collection::btree_set(1..200_usize, 0..20),
        prop::collection::vec(0..4_usize, 200),
    )
        .prop_map(|(sequence, timestamp, picture, base, frames, frame, lost, shuffle)| Stretch {
            sequence,
            timestamp,
            picture,
            base,
            frames,
            frame,
            lost,
            shuffle,
        });
    prop::collection::vec(stretch, 1..8)
}

impl Stretch {
    fn packets(&self) -> Vec<Numbers> {
        let numbers = |frame: u16, at: u16| Numbers {
            sequence: self.sequence.wrapping_add(frame * self.frame + at),
            timestamp: self.timestamp.wrapping_add(u32::from(frame) * 3000),
            picture: Some(Picture::Long((self.picture + frame) & 0x7fff)),
            base: Some(self.base.wrapping_add(frame as u8)),
        };
        (0..self.frames).flat_map(|frame| (0..self.frame).map(move |at| numbers(frame, at))).collect()
    }
}

/// Late by up to three places, the first one never.
fn shuffled(packets: &[Numbers], shuffle: &[usize]) -> Vec<(usize, Numbers)> {
    let mut keyed: Vec<(usize, usize, Numbers)> = packets
        .iter()
        .enumerate()
        .map(|(at, numbers)| (if at == 0 { 0 } else { at + shuffle[at % shuffle.len()] }, at, *numbers))
        .collect();
    keyed.sort_by_key(|(place, at, _)| (*place, *at));
    keyed.into_iter().map(|(_, at, numbers)| (at, numbers)).collect()
}

fn number(picture: Option<Picture>) -> u16 {
    match picture {
        Some(Picture::Long(number)) => number,
        other => panic!("expected 15 bits, found {other:?}"),
    }
}

proptest! {
    /// Nothing lost: the sequence numbers are a run without gap or double, in whatever order the packets came; frames have
    /// increasing timestamps and pictures in a row.
    #[test]
    fn several_layers_become_one_run(stretches in stretches()) {
        let (mut now, mut rewriter) = (Instant::now(), Rewriter::new(90_000));
        let mut out: Vec<(usize, Numbers)> = Vec::new();
        for (source, stretch) in stretches.iter().enumerate() {
            let packets = stretch.packets();
            rewriter.switch(source as u32, &packets[0], now);
            let mut own = Vec::new();
            for (at, numbers) in shuffled(&packets, &stretch.shuffle) {
                own.push((at, rewriter.rewrite(source as u32, &numbers, now).unwrap()));
                now += Duration::from_millis(7);
            }
            own.sort_by_key(|(at, _)| *at);
            out.extend(own);
        }
        for pair in out.windows(2) {
            let [(_, before), (at, after)] = pair else { continue };
            prop_assert_eq!(after.sequence, before.sequence.wrapping_add(1));
            let ticks = after.timestamp.wrapping_sub(before.timestamp);
            prop_assert!(ticks < 0x8000_0000, "back by {}", ticks.wrapping_neg());
            let pictures = number(after.picture).wrapping_sub(number(before.picture)) & 0x7fff;
            prop_assert_eq!(pictures, u16::from(ticks != 0));
            prop_assert_eq!(after.base.unwrap().wrapping_sub(before.base.unwrap()), pictures as u8);
            if *at == 0 {
                prop_assert!(ticks > 0);
            }
        }
    }

    /// Some lost: each that comes has the place that it would have had, so that the gap can be filled later.
    #[test]
    fn a_loss_leaves_its_place_open_until_it_is_repaired(stretches in stretches()) {
        let (mut now, mut rewriter) = (Instant::now(), Rewriter::new(90_000));
        let mut got: BTreeSet<u16> = BTreeSet::new();
        let mut count = 0;
        for (source, stretch) in stretches.iter().enumerate() {
            let packets = stretch.packets();
            rewriter.switch(source as u32, &packets[0], now);
            // The last one comes, or nobody would know of those before it.
            let lost = |at: &usize| stretch.lost.contains(at) && *at + 1 < packets.len();
            let (late, timely): (Vec<usize>, Vec<usize>) = (0..packets.len()).partition(lost);
            for at in timely.into_iter().chain(late) {
                let numbers = rewriter.rewrite(source as u32, &packets[at], now).unwrap();
                prop_assert!(got.insert(numbers.sequence), "{} twice", numbers.sequence);
                now += Duration::from_millis(3);
            }
            count += packets.len();
        }
        prop_assert_eq!(got.len(), count);
        let first = stretches[0].sequence;
        prop_assert!((0..count).all(|at| got.contains(&first.wrapping_add(at as u16))));
    }

    /// What a layer sent before the key frame with which it was taken up is not sent on, nor what it sends after it was
    /// left; what was on its way when it was left is.
    #[test]
    fn only_what_belongs_to_a_stretch_passes(first in any::<u16>(), other in any::<u16>(), length in 1..200_u16) {
        let now = Instant::now();
        let at = |sequence: u16| Numbers { sequence, timestamp: 0, picture: None, base: None };
        let mut rewriter = Rewriter::new(90_000);
        rewriter.switch(1, &at(first), now);
        prop_assert_eq!(rewriter.rewrite(1, &at(first.wrapping_sub(1)), now), None);
        for place in (0..length).filter(|place| place % 3 != 1) {
            prop_assert!(rewriter.rewrite(1, &at(first.wrapping_add(place)), now).is_some());
        }
        let newest = (0..length).filter(|place| place % 3 != 1).max().unwrap();
        rewriter.switch(2, &at(other), now);
        prop_assert!(rewriter.rewrite(2, &at(other), now).is_some());
        for place in 0..length + 5 {
            let out = rewriter.rewrite(1, &at(first.wrapping_add(place)), now);
            prop_assert_eq!(out.is_some(), place <= newest);
        }
        prop_assert_eq!(rewriter.newest_sequence(), Some(first.wrapping_add(newest + 1)));
    }

    /// The time that nothing was sent is in the timestamps.
    #[test]
    fn a_pause_is_as_long_in_timestamps_as_it_was(milliseconds in 0..100_000_u64, to in any::<u32>()) {
        let now = Instant::now();
        let at = |timestamp| Numbers { sequence: 7, timestamp, picture: None, base: None };
        let mut rewriter = Rewriter::new(48_000);
        rewriter.switch(1, &at(5), now);
        let before = rewriter.rewrite(1, &at(5), now).unwrap();
        let later = now + Duration::from_millis(milliseconds);
        rewriter.switch(2, &at(to), later);
        let after = rewriter.rewrite(2, &at(to), later).unwrap();
        let expected = (milliseconds * 48).max(1) as u32;
        prop_assert_eq!(after.timestamp.wrapping_sub(before.timestamp), expected);
    }
}
