//! Whose token lets in, and for what.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use sfu::Grant;
use wire::agora::{Admission, Certificate, Question, admit};

/// Checks tokens against an app. Nothing of its certificate is shown, not even by `Debug`.
#[derive(Clone, Debug)]
pub struct Desk {
    app_id: String,
    certificate: Certificate,
}

/// Why not, as the member is told.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) code: String,
    pub(super) why: String,
}

impl Desk {
    /// The desk of an app.
    #[must_use]
    pub fn of(app_id: &str, certificate: Certificate) -> Self {
        Self { app_id: app_id.to_owned(), certificate }
    }

    /// What a token allows whoever wants into that channel under that name.
    pub(super) fn admit(
        &self,
        token: &str,
        channel: &str,
        uid: &str,
        now: Instant,
    ) -> Result<Grant, Refused> {
        let today = unix();
        let question =
            Question { app_id: &self.app_id, certificate: &self.certificate, channel, uid, now: today };
        match admit(token, &question) {
            Ok(admission) => Ok(grant(&admission, today, now)),
            Err(refusal) => Err(Refused { code: refusal.code().to_owned(), why: refusal.to_string() }),
        }
    }
}

/// From seconds since 1970 to the clock that the SFU goes by.
fn grant(admission: &Admission, today: u64, now: Instant) -> Grant {
    let instant = |second: u64| now + Duration::from_secs(second.saturating_sub(today));
    let Admission { join, audio, video, data } = *admission;
    Grant {
        join: instant(join),
        audio: audio.map(instant),
        video: video.map(instant),
        data: data.map(instant),
    }
}

/// Seconds since 1970. A clock before that reads as then.
fn unix() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
