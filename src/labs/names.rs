//! The names by which a server on loopback is called, and whether a request uses one of them.
//!
//! A server on loopback is open to every page in every browser of its machine. What such a page sends
//! carries the page's own name in `Origin` (RFC 6454 section 7); and a page that had its own name resolve to
//! 127.0.0.1 (DNS rebinding) carries that name in `Host`. So whoever serves checks both: `Host` against its own
//! names, `Origin` against those of the workbook, whose pages alone may talk to a lab.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

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
}
