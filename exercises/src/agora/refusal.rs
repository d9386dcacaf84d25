//! Why a token is refused, asked of real tokens; what is right is what [`wire::agora::admit`] says.

mod mistakes;
mod tokens;

use wire::agora::{Certificate, Question, Unreadable, admit};

use crate::{Exam, Failure, Returned};
use tokens::Presented;
pub use wire::agora::Service;
pub use wire::agora::privilege::JOIN_CHANNEL;

/// A token counts for no longer, whatever it says: seconds.
pub const DAY: u32 = 86_400;

/// A token, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// "007", or "006", of which only the App ID can be read.
    pub version: String,
    /// Whose.
    pub app_id: String,
    /// Whether it was made with the certificate of the app that is asked for, and not changed since.
    pub signature_is_right: bool,
    /// When it was issued, in seconds since 1970.
    pub issued: u32,
    /// For how many seconds from then it counts.
    pub expire: u32,
    /// What it is good for.
    pub services: Vec<Service>,
}

/// What is asked for, and of whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The server's App ID.
    pub app_id: String,
    /// The channel to be joined.
    pub channel: String,
    /// By whom.
    pub uid: String,
    /// The time, in seconds since 1970.
    pub now: u64,
}

/// Why somebody is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// The format of before.
    Version006,
    /// A token of another app.
    WrongApp,
    /// Not made with the app's certificate.
    WrongSignature,
    /// It does not count any more.
    Expired,
    /// Good for something else.
    NoRtcService,
    /// For another channel.
    WrongChannel,
    /// For somebody else.
    WrongUid,
    /// Not for joining.
    NoJoinPrivilege,
    /// For joining, a while ago.
    JoinExpired,
}

/// What the student writes.
pub type Why = fn(&Token, &Asked) -> Option<Refusal>;

/// Presents the eight, then others, then many that were thrown together.
///
/// # Errors
/// The first wrong reason.
pub fn check(exam: &Exam, why: Why) -> Result<(), Box<Failure>> {
    tokens::all().iter().try_for_each(|presented| put(exam, why, presented))
}

fn put(exam: &Exam, why: Why, presented: &Presented) -> Result<(), Box<Failure>> {
    let token = read(presented);
    let right = right(presented);
    let shown = mistakes::Shown::of(presented, &token);
    let case = exam.case(&presented.story, shown.text.as_bytes(), show(right), mistakes::spec(right)).text();
    let returned =
        case.ask(|| why(&token, &presented.asked)).map_err(|panic| explain_panic(panic, &shown))?;
    if returned == right {
        return Ok(());
    }
    let reason = mistakes::explain(&shown, &token, &presented.asked, right, returned);
    Err(case.wrong(show(returned), reason))
}

/// The token as the student gets it: by the workbook's own reader.
fn read(presented: &Presented) -> Token {
    let certificate = tokens::certificate();
    let nothing = |version: &str| Token {
        version: version.to_owned(),
        app_id: presented.text.get(3..35).unwrap_or_default().to_owned(),
        signature_is_right: false,
        issued: 0,
        expire: 0,
        services: Vec::new(),
    };
    match wire::agora::Token::read(&presented.text) {
        Ok((token, signature)) => Token {
            version: "007".to_owned(),
            app_id: token.app_id,
            signature_is_right: certificate.as_ref().is_some_and(|certificate| signature.verify(certificate)),
            issued: token.issued,
            expire: token.expire,
            services: token.services,
        },
        Err(Unreadable::Old) => nothing("006"),
        Err(Unreadable::Damaged { .. }) => nothing("007"),
    }
}

fn right(presented: &Presented) -> Option<Refusal> {
    let Some(certificate) = tokens::certificate() else { return Some(Refusal::WrongSignature) };
    decided(presented, &certificate).err().and_then(|refusal| by_code(refusal.code()))
}

fn decided(
    presented: &Presented,
    certificate: &Certificate,
) -> Result<wire::agora::Admission, wire::agora::Refusal> {
    let Asked { app_id, channel, uid, now } = &presented.asked;
    admit(&presented.text, &Question { app_id, certificate, channel, uid, now: *now })
}

fn by_code(code: &str) -> Option<Refusal> {
    Some(match code {
        "version-006" => Refusal::Version006,
        "wrong-app" => Refusal::WrongApp,
        "wrong-signature" => Refusal::WrongSignature,
        "expired" => Refusal::Expired,
        "no-rtc-service" => Refusal::NoRtcService,
        "wrong-channel" => Refusal::WrongChannel,
        "wrong-uid" => Refusal::WrongUid,
        "no-join-privilege" => Refusal::NoJoinPrivilege,
        "join-expired" => Refusal::JoinExpired,
        _ => return None,
    })
}

/// What is asked, in a few words each, with the text of the token and the code of the refusal, if any.
#[must_use]
pub fn answers() -> Vec<(String, String, Option<&'static str>)> {
    let Some(certificate) = tokens::certificate() else { return Vec::new() };
    tokens::all()
        .into_iter()
        .map(|presented| {
            let code = decided(&presented, &certificate).err().map(|refusal| refusal.code());
            (presented.story, presented.text, code)
        })
        .collect()
}

fn show(refusal: Option<Refusal>) -> String {
    refusal.map_or_else(|| "None: let in".to_owned(), |refusal| format!("{refusal:?}"))
}

/// Times are what panics here.
fn explain_panic(mut failure: Box<Failure>, shown: &mistakes::Shown) -> Box<Failure> {
    if let Returned::Panic { message, .. } = &failure.returned
        && let Some(reason) = mistakes::overflow(message, shown)
    {
        failure.reason = reason;
    }
    failure
}
