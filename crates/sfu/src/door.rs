//! From what a token allows to what a member may do.

use std::time::{Duration, Instant};

use wire::agora::Admission;

use crate::Grant;

/// Turns the seconds since 1970 of an [`Admission`] into the clock that an SFU goes by. `today` and `now` are the same
/// moment on both clocks.
#[must_use]
pub fn grant(admission: &Admission, today: u64, now: Instant) -> Grant {
    let at = |second: u64| now + Duration::from_secs(second.saturating_sub(today));
    Grant {
        join: at(admission.join),
        audio: admission.audio.map(at),
        video: admission.video.map(at),
        data: admission.data.map(at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_since_1970_become_instants_and_what_has_ended_ends_now() {
        let now = Instant::now();
        let grant =
            grant(&Admission { join: 1600, audio: Some(1500), video: None, data: Some(900) }, 1000, now);
        let after = |seconds| now + Duration::from_secs(seconds);
        assert_eq!((grant.join, grant.audio), (after(600), Some(after(500))));
        assert_eq!((grant.video, grant.data), (None, Some(now)));
    }
}
