//! The gate: whoever knows the join code gets a cookie, and whoever has the cookie gets in.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use sha2::{Digest, Sha256};

/// Where the form goes.
const ENTER: &str = "/class/enter";
/// What the cookie is called. The prefix has browsers take it over HTTPS only, for this host only (RFC 6265bis).
const COOKIE: &str = "__Host-wirebook-class";
/// So many codes may be tried in a minute, by all together: a million codes then last for weeks.
const TRIES: u32 = 30;
/// No form is longer.
const LONGEST: usize = 256;

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

/// How many codes were tried since when.
struct Tries {
    since: Instant,
    count: u32,
}

impl Gate {
    pub(super) fn new(code: Code) -> Result<Self> {
        let secret = format!("{:016x}{:016x}", random_u64()?, random_u64()?);
        Ok(Self { code, secret, tries: Mutex::new(Tries { since: Instant::now(), count: 0 }) })
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

    fn may_try(&self, now: Instant) -> bool {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        if now.duration_since(tries.since) >= Duration::from_secs(60) {
            *tries = Tries { since: now, count: 0 };
        }
        tries.count += 1;
        tries.count <= TRIES
    }

    fn enter(&self, form: &[u8]) -> Response {
        if !self.may_try(Instant::now()) {
            return form_page(StatusCode::TOO_MANY_REQUESTS, "Too many codes were tried. Wait a minute.");
        }
        if !same(&digits(form), &format!("{:06}", self.code.0)) {
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
pub(super) async fn pass(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    if request.uri().path() == ENTER && request.method() == Method::POST {
        let form = to_bytes(request.into_body(), LONGEST).await;
        return gate.enter(&form.unwrap_or_else(|_| Bytes::new()));
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

    fn gate() -> Gate {
        Gate::new(Code(4711)).unwrap()
    }

    #[test]
    fn the_code_is_taken_as_people_type_it_and_no_other_is() {
        let gate = gate();
        assert_eq!(gate.code().to_string(), "004 711");
        for (form, status) in [
            ("code=004711", 303),
            ("code=004+711", 303),
            ("code=004%20711", 303),
            ("004711", 403),
            ("code=4711", 403),
            ("code=004712", 403),
            ("code=", 403),
            ("", 403),
            ("\u{661}", 403),
        ] {
            assert_eq!(gate.enter(form.as_bytes()).status().as_u16(), status, "{form}");
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
    fn who_guesses_has_to_wait() {
        let gate = gate();
        let now = Instant::now();
        assert!((0..TRIES).all(|_| gate.may_try(now)));
        assert!(!gate.may_try(now));
        assert!(gate.may_try(now + Duration::from_secs(61)));
    }
}
