//! Who speaks: by the level that each audio packet says of itself ([RFC 6464]).
//!
//! A level is -dBov: 0 the loudest, 127 silence. Each member has a *loudness*, 127 less the level, smoothed: of each packet's
//! loudness a part is taken, larger upward than downward, so that speech is heard at once and a breath does not end it.
//! Every look compares:
//!
//! - nobody louder than [`AUDIBLE`] for [`SILENCE`]: nobody speaks;
//! - the loudest is somebody new: it is the speaker once it is [`MARGIN`] louder than the old one, which it has to be at all
//!   only as long as the old one is audible, and the old one has had [`HOLD`].
//!
//! [RFC 6464]: https://www.rfc-editor.org/rfc/rfc6464

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Louder than this is speech: -57 dBov.
pub const AUDIBLE: f32 = 70.0;
/// So much louder a new speaker has to be, in dB.
pub const MARGIN: f32 = 6.0;
/// So long a speaker stays, unless silent.
pub const HOLD: Duration = Duration::from_millis(800);
/// After so long a silence nobody speaks.
pub const SILENCE: Duration = Duration::from_millis(1500);
/// Whose packets stop is silent: Opus sends none in a pause (DTX).
const GONE: Duration = Duration::from_millis(300);
/// The part of a packet's loudness that counts, when it is louder, and when it is not.
const RISE: f32 = 0.3;
const FALL: f32 = 0.05;

/// Who speaks in a channel.
#[derive(Clone, Debug)]
pub struct Speakers<Id> {
    voices: BTreeMap<Id, Voice>,
    speaker: Option<(Id, Instant)>,
    /// When the speaker was last audible.
    audible: Option<Instant>,
}

#[derive(Clone, Copy, Debug)]
struct Voice {
    loudness: f32,
    level: u8,
    heard: Instant,
}

impl<Id> Default for Speakers<Id> {
    fn default() -> Self {
        Self { voices: BTreeMap::new(), speaker: None, audible: None }
    }
}

impl<Id: Copy + Ord> Speakers<Id> {
    /// Takes the level of a packet.
    pub fn hear(&mut self, id: Id, level: u8, now: Instant) {
        let loud = 127.0 - f32::from(level.min(127));
        let voice = self.voices.entry(id).or_insert(Voice { loudness: 0.0, level, heard: now });
        let part = if loud > voice.loudness { RISE } else { FALL };
        voice.loudness += (loud - voice.loudness) * part;
        voice.level = level.min(127);
        voice.heard = now;
    }

    /// Forgets somebody.
    pub fn forget(&mut self, id: Id) {
        self.voices.remove(&id);
    }

    /// Who speaks.
    #[must_use]
    pub fn speaker(&self) -> Option<Id> {
        self.speaker.map(|(id, _)| id)
    }

    /// The level of the last packet, as long as it is fresh.
    #[must_use]
    pub fn level(&self, id: Id, now: Instant) -> Option<u8> {
        let voice = self.voices.get(&id)?;
        (now.saturating_duration_since(voice.heard) < GONE).then_some(voice.level)
    }

    /// Looks who speaks now; `Some` where that has changed.
    pub fn look(&mut self, now: Instant) -> Option<Option<Id>> {
        let loudness = |voice: &Voice| {
            if now.saturating_duration_since(voice.heard) < GONE { voice.loudness } else { 0.0 }
        };
        let of = |id: Id| self.voices.get(&id).map_or(0.0, loudness);
        let loudest = self
            .voices
            .iter()
            .map(|(id, voice)| (*id, loudness(voice)))
            .filter(|(_, loudness)| *loudness >= AUDIBLE)
            .max_by(|a, b| a.1.total_cmp(&b.1));
        let before = self.speaker();
        if let Some((speaker, since)) = self.speaker {
            let own = of(speaker);
            if own >= AUDIBLE {
                self.audible = Some(now);
            }
            let held = now.saturating_duration_since(since) >= HOLD;
            let quiet = self.audible.is_none_or(|at| now.saturating_duration_since(at) >= SILENCE);
            match loudest {
                Some((id, loudness))
                    if id != speaker && (own < AUDIBLE || loudness >= own + MARGIN) && held =>
                {
                    self.speaker = Some((id, now));
                    self.audible = Some(now);
                }
                None if quiet || !self.voices.contains_key(&speaker) => self.speaker = None,
                _ => {}
            }
        } else if let Some((id, _)) = loudest {
            self.speaker = Some((id, now));
            self.audible = Some(now);
        }
        (self.speaker() != before).then(|| self.speaker())
    }

    /// Whether it remembers nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.voices.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A scene: each line is who is how loud for how many milliseconds; gives who spoke from when.
    fn play(lines: &[(&[(char, u8)], u64)]) -> Vec<(u64, Option<char>)> {
        let (start, mut speakers, mut told, mut at) = (Instant::now(), Speakers::default(), Vec::new(), 0);
        for (levels, milliseconds) in lines {
            for _ in 0..milliseconds / 20 {
                let now = start + Duration::from_millis(at);
                for (id, level) in *levels {
                    speakers.hear(*id, *level, now);
                }
                if at % 100 == 0
                    && let Some(change) = speakers.look(now)
                {
                    told.push((at, change));
                }
                at += 20;
            }
        }
        told
    }

    #[test]
    fn silence_has_no_speaker() {
        assert_eq!(play(&[(&[('a', 127), ('b', 100)], 5000)]), []);
    }

    #[test]
    fn who_begins_to_speak_is_told_within_a_fifth_of_a_second_and_once() {
        assert_eq!(play(&[(&[('a', 30), ('b', 127)], 5000)]), [(100, Some('a'))]);
    }

    #[test]
    fn a_cough_does_not_take_the_word() {
        let told = play(&[
            (&[('a', 30), ('b', 127)], 2000),
            (&[('a', 30), ('b', 25)], 60),
            (&[('a', 30), ('b', 127)], 2000),
        ]);
        assert_eq!(told, [(100, Some('a'))]);
    }

    #[test]
    fn as_loud_as_the_speaker_is_not_enough() {
        let told = play(&[(&[('a', 30), ('b', 127)], 2000), (&[('a', 30), ('b', 28)], 3000)]);
        assert_eq!(told, [(100, Some('a'))]);
    }

    #[test]
    fn the_word_goes_over_in_a_dialog() {
        let told = play(&[
            (&[('a', 30), ('b', 127)], 2000),
            (&[('a', 127), ('b', 30)], 2000),
            (&[('a', 30), ('b', 127)], 2000),
        ]);
        assert_eq!(told.iter().map(|(_, who)| *who).collect::<Vec<_>>(), [Some('a'), Some('b'), Some('a')]);
    }

    #[test]
    fn a_breath_does_not_end_it_and_silence_does() {
        let told =
            play(&[(&[('a', 30)], 1000), (&[('a', 127)], 400), (&[('a', 30)], 1000), (&[('a', 127)], 4000)]);
        assert_eq!(told.len(), 2, "{told:?}");
        assert_eq!(told[1].1, None);
    }

    #[test]
    fn who_sends_nothing_in_a_pause_is_silent_too_and_who_left_is_forgotten() {
        assert_eq!(play(&[(&[('a', 30)], 1000), (&[], 4000)]).last().map(|(_, who)| *who), Some(None));
        let (now, mut speakers) = (Instant::now(), Speakers::default());
        (0..20).for_each(|_| speakers.hear('a', 10, now));
        assert_eq!(speakers.look(now), Some(Some('a')));
        speakers.forget('a');
        assert_eq!(speakers.look(now), Some(None));
        assert!(speakers.is_empty());
    }
}
