//! An HTTP server with a page that calls, and a place to offer a call.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{HOST, HeaderMap, ORIGIN};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tap::{Tap, TcpStream};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::timeout;

use crate::echo::Call;
use crate::peer::Settings;
use crate::signaling::Description;

/// So many connections at once.
const MOST_CONNECTIONS: usize = 64;
/// So many calls at once.
const MOST_CALLS: usize = 16;
/// An offer may be so long. Those of browsers with all their codecs have some 8 kB.
const MOST_OFFER: usize = 64 << 10;
/// A request's head must be there by then.
const HEAD: Duration = Duration::from_secs(5);
/// A connection may last so long: the call itself takes another way.
const LONGEST: Duration = Duration::from_secs(30);

pub(crate) struct Server {
    listener: TcpListener,
    address: SocketAddr,
    desk: Arc<Desk>,
}

/// Where calls arrive.
struct Desk {
    settings: Settings,
    tap: Tap,
    calls: Arc<Semaphore>,
    count: AtomicU64,
}

type Answer = Response<Full<Bytes>>;

impl Server {
    pub(crate) async fn bind(
        address: SocketAddr,
        settings: Settings,
        tap: &Tap,
    ) -> Result<Self> {
        let listener = TcpListener::bind(address).await.with_context(|| {
            format!(
                "cannot listen at {address}; is the port taken? Port 0 takes any"
            )
        })?;
        let desk = Desk {
            settings,
            tap: tap.clone(),
            calls: Arc::new(Semaphore::new(MOST_CALLS)),
            count: AtomicU64::new(0),
        };
        Ok(Self { address: listener.local_addr()?, listener, desk: Arc::new(desk) })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until the task is dropped, each connection in a task of its own.
    pub(crate) async fn serve(self) {
        let doors = Arc::new(Semaphore::new(MOST_CONNECTIONS));
        loop {
            let Ok((stream, _)) = self.listener.accept().await else {
                // Out of file descriptors, or a client that is gone already.
                tokio::time::sleep(Duration::from_millis(10)).await;
                continue;
            };
            let Ok(door) = Arc::clone(&doors).try_acquire_owned() else { continue };
            let _ = stream.set_nodelay(true);
            let Ok(stream) = TcpStream::new(stream, &self.desk.tap) else {
                continue;
            };
            let (desk, at) = (Arc::clone(&self.desk), stream.local_addr().ip());
            tokio::spawn(async move {
                let respond = service_fn(|request| {
                    let desk = Arc::clone(&desk);
                    async move { Ok::<_, Infallible>(desk.respond(request, at).await) }
                });
                let mut http = http1::Builder::new();
                http.timer(TokioTimer::new()).header_read_timeout(HEAD);
                let served = http.serve_connection(TokioIo::new(stream), respond);
                // Whoever does not speak HTTP, or hangs up, is let go.
                let _ = timeout(LONGEST, served).await;
                drop(door);
            });
        }
    }
}

impl Desk {
    async fn respond(
        self: Arc<Self>,
        request: Request<Incoming>,
        at: IpAddr,
    ) -> Answer {
        if let Err(why) = welcome(request.headers()) {
            return text(StatusCode::FORBIDDEN, why);
        }
        match (request.method(), request.uri().path()) {
            (&Method::GET, "/") => page(),
            (&Method::POST, "/offer") => {
                let offered = self.offered(request.into_body(), at).await;
                offered.unwrap_or_else(|(status, why)| text(status, &why))
            }
            (_, "/" | "/offer") => {
                text(StatusCode::METHOD_NOT_ALLOWED, "GET / or POST /offer")
            }
            _ => text(StatusCode::NOT_FOUND, "There is / and /offer."),
        }
    }

    // ANCHOR: offered
    /// An offer comes in, an answer goes out, and the call begins.
    async fn offered(
        self: Arc<Self>,
        body: Incoming,
        at: IpAddr,
    ) -> Result<Answer, (StatusCode, String)> {
        let place = Arc::clone(&self.calls).try_acquire_owned();
        let place = place.map_err(|_| {
            let why = format!("{MOST_CALLS} calls are all that fit. Try later.");
            (StatusCode::SERVICE_UNAVAILABLE, why)
        })?;
        let body = Limited::new(body, MOST_OFFER).collect().await;
        let body = body.map_err(|error| {
            let why = format!("An offer of at most {MOST_OFFER} bytes: {error}");
            (StatusCode::PAYLOAD_TOO_LARGE, why)
        })?;
        let bad = |why: String| {
            let why =
                format!("Expected {{\"type\":\"offer\",\"sdp\":…}} as JSON: {why}");
            (StatusCode::BAD_REQUEST, why)
        };
        let offer = serde_json::from_slice::<Description>(&body.to_bytes());
        let offer = offer.map_err(|error| bad(error.to_string()))?;
        if offer.kind != "offer" {
            return Err(bad(format!("found type {:?}", offer.kind)));
        }

        let name =
            format!("call {}", self.count.fetch_add(1, Ordering::Relaxed) + 1);
        self.tap.tell(&format!("{name}: an offer.{}", hidden(&offer.sdp)));
        let (told, answer) = oneshot::channel();
        // In a task of its own: a client that hangs up does not cut it short.
        tokio::spawn(async move {
            match Call::answer(offer.sdp, at, &self.settings).await {
                Ok((call, sdp)) => match told.send(Ok(sdp)) {
                    Ok(()) => call.hold(&name, &self.tap).await,
                    Err(_) => call.hang_up().await,
                },
                Err(error) => {
                    self.tap.tell(&format!("{name}: no answer: {error:#}"));
                    let _ = told.send(Err(format!("{error:#}")));
                }
            }
            drop(place);
        });
        let answer = answer.await.unwrap_or_else(|_| Err("no answer".to_owned()));
        let sdp = answer.map_err(bad)?;
        let answer = Description { kind: "answer".to_owned(), sdp };
        Ok(content(
            "application/json",
            serde_json::to_vec(&answer).unwrap_or_default(),
        ))
    }
    // ANCHOR_END: offered
}

/// Browsers hide the addresses of whoever gave them no camera (RFC 8828).
fn hidden(offer: &str) -> &'static str {
    match offer.contains(".local ") {
        true => {
            " Its addresses hide behind names that end in .local, which nobody here can look up. No matter: its checks come from somewhere, and that is its peer-reflexive candidate."
        }
        false => "",
    }
}

/// Every page in every browser of this machine can send requests to loopback. A page
/// that did says so in Origin; one that had its own name lead here says so in Host.
fn welcome(headers: &HeaderMap) -> Result<(), &'static str> {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let host = text(HOST).ok_or("No Host in the request.")?;
    let name = host.rsplit_once(':').map_or(host, |(name, port)| {
        if port.bytes().all(|digit| digit.is_ascii_digit()) { name } else { host }
    });
    let address = name.trim_start_matches('[').trim_end_matches(']');
    if address.parse::<IpAddr>().is_err() && name != "localhost" {
        return Err("Host must be an IP address or localhost.");
    }
    match text(ORIGIN) {
        Some(origin) if origin.strip_prefix("http://") != Some(host) => {
            Err("The page that asks is another server's.")
        }
        _ => Ok(()),
    }
}

fn page() -> Answer {
    let mut page = content("text/html; charset=utf-8", include_str!("page.html"));
    let policy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; media-src blob: mediastream:; frame-ancestors 'none'";
    page.headers_mut().insert(
        "Content-Security-Policy",
        hyper::header::HeaderValue::from_static(policy),
    );
    page
}

fn text(status: StatusCode, why: &str) -> Answer {
    let mut answer = content("text/plain; charset=utf-8", format!("{why}\n"));
    *answer.status_mut() = status;
    answer
}

fn content(kind: &'static str, content: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(content.into()));
    let kind = hyper::header::HeaderValue::from_static(kind);
    answer.headers_mut().insert(hyper::header::CONTENT_TYPE, kind);
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_this_server_may_ask() {
        for (host, origin, may) in [
            (Some("127.0.0.1:8080"), None, true),
            (Some("127.0.0.1:8080"), Some("http://127.0.0.1:8080"), true),
            (Some("localhost:8080"), Some("http://localhost:8080"), true),
            (Some("[::1]:8080"), Some("http://[::1]:8080"), true),
            (Some("192.0.2.1"), None, true),
            (None, None, false),
            (Some("example.org"), None, false),
            (Some("example.org:8080"), Some("http://example.org:8080"), false),
            (Some("127.0.0.1:8080"), Some("http://127.0.0.1:80"), false),
            (Some("127.0.0.1:8080"), Some("http://example.org"), false),
            (Some("127.0.0.1:8080"), Some("null"), false),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in [(HOST, host), (ORIGIN, origin)] {
                if let Some(value) = value {
                    headers.insert(name, value.parse().unwrap());
                }
            }
            assert_eq!(welcome(&headers).is_ok(), may, "{host:?} {origin:?}");
        }
    }
}
