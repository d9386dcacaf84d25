//! Who comes in: pages of the workbook, and programs on this machine; and no more of them than there is room for.
//!
//! Engine.IO has no head of its own to check, so what is checked is HTTP: `Host`, `Origin` and, since a picture or
//! a form in another's page sends no `Origin`, `Sec-Fetch-Site`. CORS lets pages of the workbook read what comes back:
//! they are of another port, so of another origin.
//!
//! | what takes a place | and gives it back |
//! | --- | --- |
//! | a handshake, a request without `sid` | when its session ends |
//! | a WebSocket | when it ends |
//! | a body | when it was read, or after [`BODY_TIME`] |

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, Version, header, request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::Limits;
use super::departures::Departures;
use super::pace::Pace;
use crate::labs::Names;

/// So long may a body take.
const BODY_TIME: Duration = Duration::from_secs(10);

/// What a session has for as long as it lives: socketioxide keeps the handshake's request, extensions and all.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) pace: Arc<Pace>,
    pub(super) departures: Departures,
    _place: Arc<OwnedSemaphorePermit>,
}

/// Held by the request that made a WebSocket, and that ends with it.
#[derive(Clone)]
struct WebSocketPlace(#[expect(dead_code, reason = "to be dropped is its use")] Arc<OwnedSemaphorePermit>);

#[derive(Clone, Debug)]
pub(super) struct Door {
    workbook: Names,
    limits: Limits,
    sessions: Arc<Semaphore>,
    websockets: Arc<Semaphore>,
    bodies: Arc<Semaphore>,
    pub(super) departures: Departures,
}

impl Door {
    pub(super) fn new(workbook: SocketAddr, limits: Limits) -> Self {
        let places = |count| Arc::new(Semaphore::new(count));
        Self {
            workbook: Names::of(workbook),
            limits,
            sessions: places(limits.sessions),
            websockets: places(limits.sessions),
            bodies: places(limits.bodies),
            departures: Departures::default(),
        }
    }

    /// Answers a preflight, and names the one origin that may read a response.
    pub(super) fn cors(&self) -> CorsLayer {
        let workbook = self.workbook.clone();
        let allowed = move |origin: &HeaderValue, _: &request::Parts| has_origin(&workbook, origin);
        CorsLayer::new()
            .allow_origin(AllowOrigin::predicate(allowed))
            .allow_methods([Method::GET, Method::POST])
            .allow_headers([header::CONTENT_TYPE])
    }

    /// How many sessions there are.
    pub(super) fn sessions(&self) -> usize {
        self.limits.sessions.saturating_sub(self.sessions.available_permits())
    }

    /// Why a request is refused, if it is.
    fn refusal(&self, request: &Request) -> Option<String> {
        // HTTP/1.1 puts the name into Host (RFC 9112 section 3.2); an absolute request target would override it.
        if request.version() != Version::HTTP_11 || request.uri().host().is_some() {
            return Some("expected HTTP/1.1 and a path".to_owned());
        }
        let headers = request.headers();
        let mut hosts = headers.get_all(header::HOST).iter();
        let host = hosts.next().and_then(|host| host.to_str().ok()).unwrap_or_default();
        if !is_loopback(host) || hosts.next().is_some() {
            return Some(format!("expected one Host header that names this machine, found {host:?}"));
        }
        let mut origins = headers.get_all(header::ORIGIN).iter();
        match (origins.next(), origins.next()) {
            (None, _) => from_a_page(headers),
            (Some(origin), None) if has_origin(&self.workbook, origin) => None,
            // Programs name the server itself. No page can: this server has none.
            (Some(origin), None) if origin.as_bytes().strip_prefix(b"http://") == Some(host.as_bytes()) => {
                None
            }
            (Some(origin), _) => {
                Some(format!("this lab is for pages of {}, not of {origin:?}", self.workbook.list()))
            }
        }
    }

    /// Gives the request the places that it needs, or says what there are too many of.
    fn seat(&self, request: &mut Request) -> Result<(), String> {
        let (is_handshake, is_websocket) =
            (!asks(request.uri(), "sid="), asks(request.uri(), "transport=websocket"));
        let place = |places: &Arc<Semaphore>, what| {
            let full = |_| format!("{} {what}: try again once one has ended", self.limits.sessions);
            Arc::clone(places).try_acquire_owned().map(Arc::new).map_err(full)
        };
        if is_handshake {
            let pace = Pace::new(self.limits.rate, self.limits.burst, Instant::now());
            let session = Session {
                pace: Arc::new(pace),
                departures: self.departures.clone(),
                _place: place(&self.sessions, "sessions are open")?,
            };
            request.extensions_mut().insert(session);
        }
        if is_websocket {
            let place = place(&self.websockets, "WebSockets are open")?;
            request.extensions_mut().insert(WebSocketPlace(place));
        }
        Ok(())
    }
}

/// Lets a request through, or not.
pub(super) async fn guard(State(door): State<Door>, mut request: Request, next: Next) -> Response {
    if let Some(why) = door.refusal(&request) {
        return answer(StatusCode::FORBIDDEN, &why);
    }
    if !request.uri().path().starts_with(super::PATH) {
        return next.run(request).await;
    }
    if let Err(why) = door.seat(&mut request) {
        return answer(StatusCode::SERVICE_UNAVAILABLE, &why);
    }
    if *request.method() != Method::POST {
        return next.run(request).await;
    }
    let Ok(_place) = door.bodies.try_acquire() else {
        return answer(StatusCode::SERVICE_UNAVAILABLE, "too many bodies are on their way: try again");
    };
    match tokio::time::timeout(BODY_TIME, next.run(request)).await {
        Ok(response) => response,
        Err(_) => answer(StatusCode::REQUEST_TIMEOUT, &format!("expected the body within {BODY_TIME:?}")),
    }
}

fn answer(status: StatusCode, why: &str) -> Response {
    (status, format!("{why}\n")).into_response()
}

/// Whether the query has it, as socketioxide reads a query.
fn asks(uri: &Uri, what: &str) -> bool {
    uri.query().unwrap_or_default().split('&').any(|part| part.starts_with(what))
}

/// A request without `Origin` that a page made: a picture, a form, a link. A page that had its own name resolve to
/// 127.0.0.1 is caught by its `Host`.
fn from_a_page(headers: &HeaderMap) -> Option<String> {
    let site = headers.get("sec-fetch-site")?.to_str().unwrap_or("unreadable");
    (!["same-origin", "none"].contains(&site))
        .then(|| format!("expected an Origin header in a {site} request"))
}

/// Any port: a wiretap's and a load balancer's are not the lab's own.
fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.parse::<u16>().is_ok() => name,
        _ => host,
    };
    ["127.0.0.1", "localhost", "[::1]"].iter().any(|own| own.eq_ignore_ascii_case(name))
}

fn has_origin(names: &Names, origin: &HeaderValue) -> bool {
    origin.to_str().is_ok_and(|origin| names.has_origin(origin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_loopback_are_this_machine() {
        for host in ["127.0.0.1", "127.0.0.1:3400", "localhost:1", "LocalHost:65535", "[::1]:3400", "[::1]"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in
            ["", "evil.example", "127.0.0.1.evil.example", "localhost:evil.example", "127.0.0.1:65536", "::1"]
        {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[test]
    fn a_page_that_names_no_origin_is_not_let_in() {
        for (site, refused) in
            [("cross-site", true), ("same-site", true), ("none", false), ("same-origin", false)]
        {
            let headers =
                HeaderMap::from_iter([("sec-fetch-site".parse().unwrap(), HeaderValue::from_static(site))]);
            assert_eq!(from_a_page(&headers).is_some(), refused, "{site}");
        }
        assert_eq!(from_a_page(&HeaderMap::new()), None, "a program");
    }
}
