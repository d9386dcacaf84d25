//! Who may talk to the workbook: pages that it served itself, and programs on this machine.
//! [`Names`] says why that has to be checked.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::labs::Names;

/// Refuses a request whose `Host` is another's, or whose `Origin` is.
pub(super) async fn host_and_origin(State(names): State<Names>, request: Request, next: Next) -> Response {
    // HTTP/1.1 puts the name into Host (RFC 9112 section 3.2); an absolute request target would override it.
    if request.version() != Version::HTTP_11 || request.uri().host().is_some() {
        return refuse("expected HTTP/1.1 and a path");
    }
    match refusal(&names, request.headers()) {
        Some(why) => refuse(&why),
        None => next.run(request).await,
    }
}

/// Refuses what a page of another origin asks for without saying so in `Origin`, such as a picture.
pub(super) async fn same_origin(request: Request, next: Next) -> Response {
    let site = request.headers().get("sec-fetch-site").map(|site| site.to_str().unwrap_or("unreadable"));
    match site {
        None | Some("same-origin" | "none") => next.run(request).await,
        Some(site) => refuse(&format!("labs are for the pages of this workbook, and this request is {site}")),
    }
}

/// Why a request is refused, if it is.
fn refusal(names: &Names, headers: &HeaderMap) -> Option<String> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = hosts.next().and_then(|host| host.to_str().ok()).unwrap_or_default();
    if !names.has_host(host) || hosts.next().is_some() {
        return Some(format!("expected one Host header of {}, found {host:?}", names.list()));
    }
    for origin in headers.get_all(header::ORIGIN) {
        let origin = origin.to_str().unwrap_or_default();
        if !names.has_origin(origin) {
            return Some(format!("a page of {origin:?} may not use this workbook"));
        }
    }
    None
}

fn refuse(why: &str) -> Response {
    (StatusCode::FORBIDDEN, format!("refused: {why}\n")).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_names_with_the_port_and_own_pages_pass() {
        let names = Names::of("127.0.0.1:3000".parse().unwrap());
        for (host, origin, passes) in [
            ("127.0.0.1:3000", None, true),
            ("localhost:3000", Some("http://localhost:3000"), true),
            ("LOCALHOST:3000", None, true),
            ("[::1]:3000", None, true),
            ("127.0.0.1", None, false),
            ("127.0.0.1:3001", None, false),
            ("evil.example:3000", None, false),
            ("127.0.0.1.evil.example:3000", None, false),
            ("", None, false),
            ("127.0.0.1:3000", Some("http://evil.example"), false),
            ("127.0.0.1:3000", Some("null"), false),
            ("127.0.0.1:3000", Some("https://127.0.0.1:3000"), false),
            ("127.0.0.1:3000", Some("http://127.0.0.1:8080"), false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().unwrap());
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, origin.parse().unwrap());
            }
            assert_eq!(refusal(&names, &headers).is_none(), passes, "{host} {origin:?}");
        }
    }
}
