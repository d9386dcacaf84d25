//! The gate: whoever knows the join code gets a cookie, and whoever has the cookie gets in.

use std::collections::HashMap;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use axum::body::{Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use sha2::{Digest, Sha256};
use tokio::time::timeout;

/// Where the form goes.
const ENTER: &str = "/class/enter";
/// What the cookie is called. The prefix has browsers take it over HTTPS only, for this host only (RFC 6265bis).
const COOKIE: &str = "__Host-wirebook-class";
/// So many wrong codes are heard out in a minute, of all machines together: a million codes then last for weeks.
const TRIES: u32 = 30;
/// And so many of one machine, so that who guesses keeps nobody else out.
const TRIES_OF_ONE: u32 = 10;
/// No form is longer,
const LONGEST: usize = 256;
/// and none takes longer to arrive.
const PATIENCE: Duration = Duration::from_secs(5);

/// Six digits.
pub struct Code(u32);

impl Code {
    /// # Errors
    /// Where the system gives no random numbers.
    pub fn random() -> Result<Self> {
        Ok(Self(u32::try_from(random_u64()? % 1_000_000)?))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03} {:03}", self.0 / 1000, self.0 % 1000)
    }
}

fn random_u64() -> Result<u64> {
    getrandom::u64().map_err(|error| anyhow::anyhow!("{error}")).context("the system gives no random numbers")
}

pub(super) struct Gate {
    code: Code,
    /// What the cookie holds; the same for all.
    secret: String,
    tries: Mutex<Tries>,
}

/// How many wrong codes came since when, and from where: no more entries than [`TRIES`].
struct Tries {
    since: Instant,
    wrong: HashMap<IpAddr, u32>,
}

impl Tries {
    fn since(now: Instant) -> Self {
        Self { since: now, wrong: HashMap::new() }
    }
}

impl Gate {
    pub(super) fn new(code: Code) -> Result<Self> {
        let secret = format!("{:016x}{:016x}", random_u64()?, random_u64()?);
        Ok(Self { code, secret, tries: Mutex::new(Tries::since(Instant::now())) })
    }

    pub(super) fn code(&self) -> &Code {
        &self.code
    }

    fn has_cookie(&self, headers: &HeaderMap) -> bool {
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs =
            cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.any(|(name, value)| name == COOKIE && same(value, &self.secret))
    }

    /// Whether a code is heard out at all. Right ones do not count: a class of forty joins in a minute.
    fn hears(&self, from: IpAddr, is_right: bool, now: Instant) -> bool {
        // Nothing is left half done where a panic could have poisoned it.
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        if now.saturating_duration_since(tries.since) >= Duration::from_secs(60) {
            *tries = Tries::since(now);
        }
        let own = tries.wrong.get(&from).copied().unwrap_or_default();
        let may = own < TRIES_OF_ONE && tries.wrong.values().sum::<u32>() < TRIES;
        if may && !is_right {
            tries.wrong.insert(from, own + 1);
        }
        may
    }

    fn enter(&self, from: IpAddr, form: &[u8]) -> Response {
        let is_right = same(&digits(form), &format!("{:06}", self.code.0));
        if !self.hears(from, is_right, Instant::now()) {
            return form_page(
                StatusCode::TOO_MANY_REQUESTS,
                "Too many wrong codes were tried. Wait a minute.",
            );
        }
        if !is_right {
            return form_page(
                StatusCode::FORBIDDEN,
                "That is not the code of this class. The teacher's terminal shows it.",
            );
        }
        let cookie = format!("{COOKIE}={}; Path=/; Secure; HttpOnly; SameSite=Strict", self.secret);
        (StatusCode::SEE_OTHER, [(header::LOCATION, "/".to_owned()), (header::SET_COOKIE, cookie)])
            .into_response()
    }
}

/// Those of the form's field, in whatever groups they were typed (`application/x-www-form-urlencoded`).
fn digits(form: &[u8]) -> String {
    let typed = form.strip_prefix(b"code=").unwrap_or_default();
    percent_encoding::percent_decode(typed).filter(u8::is_ascii_digit).map(char::from).collect()
}

/// Compares hashes, so that the time it takes says nothing of where two texts differ.
fn same(found: &str, expected: &str) -> bool {
    Sha256::digest(found) == Sha256::digest(expected)
}

/// Lets through who has the cookie; everybody else meets the form.
pub(super) async fn pass(
    State(gate): State<Arc<Gate>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    if request.uri().path() == ENTER && request.method() == Method::POST {
        // Nobody has shown anything yet: whoever is slow holds a connection that others want.
        let Ok(form) = timeout(PATIENCE, to_bytes(request.into_body(), LONGEST)).await else {
            return StatusCode::REQUEST_TIMEOUT.into_response();
        };
        return gate.enter(from.ip(), &form.unwrap_or_else(|_| Bytes::new()));
    }
    if gate.has_cookie(request.headers()) {
        return next.run(request).await;
    }
    form_page(StatusCode::UNAUTHORIZED, "")
}

fn form_page(status: StatusCode, said: &str) -> Response {
    let policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    let headers = [(header::CONTENT_SECURITY_POLICY, policy), (header::CACHE_CONTROL, "no-store")];
    (status, headers, Html(include_str!("enter.html").replace("{said}", said))).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(no: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, no])
    }

    fn gate() -> Gate {
        Gate::new(Code(4711)).unwrap()
    }

    #[test]
    fn the_code_is_taken_as_people_type_it_and_no_other_is() {
        let gate = gate();
        assert_eq!(gate.code().to_string(), "004 711");
        let forms = [
            ("code=004711", 303),
            ("code=004+711", 303),
            ("code=004%20711", 303),
            ("004711", 403),
            ("code=4711", 403),
            ("code=004712", 403),
            ("code=", 403),
            ("", 403),
            ("\u{661}", 403),
        ];
        for (no, (form, status)) in (0..).zip(forms) {
            // Each from a machine of its own: the limits are not what is looked at.
            assert_eq!(gate.enter(machine(no), form.as_bytes()).status().as_u16(), status, "{form}");
        }
    }

    #[test]
    fn only_the_cookie_of_this_class_passes() {
        let gate = gate();
        let with = |cookie: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, cookie.parse().unwrap());
            gate.has_cookie(&headers)
        };
        assert!(with(&format!("{COOKIE}={}", gate.secret)));
        assert!(with(&format!("theme=navy; {COOKIE}={}", gate.secret)));
        assert!(!with(&format!("{COOKIE}={}", self::gate().secret)));
        assert!(!with(&format!("x{COOKIE}={}", gate.secret)));
        assert!(!with(&gate.secret));
        assert!(!gate.has_cookie(&HeaderMap::new()));
    }

    #[test]
    fn who_guesses_has_to_wait_and_nobody_else_has() {
        let (gate, now) = (gate(), Instant::now());
        let guesses =
            |from: IpAddr, now: Instant| (0..100).filter(|_| gate.hears(from, false, now)).count() as u32;
        assert_eq!(guesses(machine(1), now), TRIES_OF_ONE);
        assert!(!gate.hears(machine(1), true, now), "or the guess would be worth something");
        assert!((2..200).all(|no| gate.hears(machine(no), true, now)), "a class joins");
        let all: u32 = (2..50).map(|no| guesses(machine(no), now)).sum();
        assert_eq!(all, TRIES - TRIES_OF_ONE, "many machines are worth no more");
        assert!(!gate.hears(machine(60), false, now));
        assert_eq!(guesses(machine(1), now + Duration::from_secs(61)), TRIES_OF_ONE);
    }
}
