//! Whose token lets in, and for what.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use sfu::{Grant, door};
use wire::agora::{Certificate, Question, admit};

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
            Ok(admission) => Ok(door::grant(&admission, today, now)),
            Err(refusal) => Err(Refused { code: refusal.code().to_owned(), why: refusal.to_string() }),
        }
    }
}

/// Seconds since 1970. A clock before that reads as then.
fn unix() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
