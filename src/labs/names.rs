//! The names by which a server on loopback is called, and whether a request uses one of them.
//!
//! A server on loopback is open to every page in every browser of its machine. What such a page sends
//! carries the page's own name in `Origin` (RFC 6454 section 7); and a page that had its own name resolve to
//! 127.0.0.1 (DNS rebinding) carries that name in `Host`. So whoever serves checks both: `Host` against its own
//! names, `Origin` against those of the workbook, whose pages alone may talk to a lab.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::http::{HeaderMap, header};

/// The names of one server.
#[derive(Clone, Debug)]
pub struct Names {
    hosts: Arc<[String]>,
    /// With which its pages' origins begin.
    scheme: &'static str,
}

impl Names {
    /// Those of a loopback address; port 80 may be left out.
    #[must_use]
    pub fn of(address: SocketAddr) -> Self {
        let port = address.port();
        let hosts = ["127.0.0.1", "localhost", "[::1]"];
        let mut names: Vec<String> = hosts.iter().map(|host| format!("{host}:{port}")).collect();
        if port == 80 {
            names.extend(hosts.map(str::to_owned));
        }
        Self { hosts: names.into(), scheme: "http://" }
    }

    /// That of a server for other machines, which speaks HTTPS: its address; port 443 may be left out.
    #[must_use]
    pub fn of_class(address: SocketAddr) -> Self {
        let ip = match address.ip() {
            IpAddr::V4(ip) => ip.to_string(),
            IpAddr::V6(ip) => format!("[{ip}]"),
        };
        let mut names = vec![format!("{ip}:{}", address.port())];
        if address.port() == 443 {
            names.push(ip);
        }
        Self { hosts: names.into(), scheme: "https://" }
    }

    /// Whether a `Host` header names this server.
    #[must_use]
    pub fn has_host(&self, host: &str) -> bool {
        self.hosts.iter().any(|name| name.eq_ignore_ascii_case(host))
    }

    /// Whether an `Origin` header names a page of this server.
    #[must_use]
    pub fn has_origin(&self, origin: &str) -> bool {
        origin.strip_prefix(self.scheme).is_some_and(|host| self.has_host(host))
    }

    /// The hosts, for a person who used another.
    #[must_use]
    pub fn list(&self) -> String {
        self.hosts.join(", ")
    }

    /// Why a request with these headers is refused, if it is.
    #[must_use]
    pub fn refusal(&self, headers: &HeaderMap) -> Option<String> {
        self.refusal_beside(headers, |_| false, self)
    }

    /// As [`Names::refusal`], of a server that has other hosts too, for pages of another server.
    pub(super) fn refusal_beside(
        &self,
        headers: &HeaderMap,
        is_other_host: impl Fn(&str) -> bool,
        pages: &Self,
    ) -> Option<String> {
        let mut hosts = headers.get_all(header::HOST).iter();
        let host = hosts.next().and_then(|host| host.to_str().ok()).unwrap_or_default();
        if !(self.has_host(host) || is_other_host(host)) || hosts.next().is_some() {
            return Some(format!("expected one Host header of {}, found {host:?}", self.list()));
        }
        let is_own = |origin: &str| pages.has_origin(origin);
        let mut origins = headers.get_all(header::ORIGIN).iter();
        let foreign = origins.find(|origin| !origin.to_str().is_ok_and(is_own))?;
        Some(format!("expected a page of {}, found one of {foreign:?}", pages.list()))
    }
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
            ("127.0.0.1:3000", Some(""), false),
            ("127.0.0.1:3000", Some("https://127.0.0.1:3000"), false),
            ("127.0.0.1:3000", Some("http://127.0.0.1:8080"), false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().unwrap());
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, origin.parse().unwrap());
            }
            assert_eq!(names.refusal(&headers).is_none(), passes, "{host} {origin:?}");
        }
    }

    #[test]
    fn of_two_hosts_or_two_origins_both_count() {
        let names = Names::of_class("192.0.2.7:3443".parse().unwrap());
        let own = "192.0.2.7:3443";
        for (hosts, origins, passes) in [
            (&[own][..], &["https://192.0.2.7:3443"][..], true),
            (&[own], &["http://192.0.2.7:3443"], false),
            (&["127.0.0.1:3443"], &[], false),
            (&[], &[], false),
            (&[own, own], &[], false),
            (&[own], &["https://192.0.2.7:3443", "https://evil.example"], false),
        ] {
            let mut headers = HeaderMap::new();
            hosts.iter().for_each(|host| _ = headers.append(header::HOST, host.parse().unwrap()));
            origins.iter().for_each(|origin| _ = headers.append(header::ORIGIN, origin.parse().unwrap()));
            assert_eq!(names.refusal(&headers).is_none(), passes, "{hosts:?} {origins:?}");
        }
    }
}
