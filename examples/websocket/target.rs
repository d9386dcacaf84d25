//! `ws://host:port/path?query` (RFC 6455 section 3).

use std::net::SocketAddr;
use std::str::FromStr;

use anyhow::{Context, Result};
use tokio::net::lookup_host;
use tokio_tungstenite::tungstenite::http::Uri;

/// Where to connect to, and what to ask for there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) tls: bool,
    pub(crate) name: String,
    port: u16,
    /// What the request's first line asks for.
    pub(crate) path: String,
    /// What its Host field says: the port only where it is not the scheme's own.
    pub(crate) host: String,
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = |why: &str| {
            format!("{why}; expected a URL such as ws://127.0.0.1:9001/")
        };
        if text.contains('#') {
            return Err(expected("a fragment (#) has no meaning here")); // RFC 6455 section 3
        }
        let uri: Uri =
            text.parse().map_err(|error| expected(&format!("{error}")))?;
        let tls = match uri.scheme_str() {
            Some("ws") => false,
            Some("wss") => true,
            Some(other) => {
                return Err(expected(&format!(
                    "the scheme {other} is not ws or wss"
                )));
            }
            None => return Err(expected("no scheme")),
        };
        let authority = uri.authority().ok_or_else(|| expected("no host"))?;
        if authority.as_str().contains('@') {
            return Err(expected("no user can be given"));
        }
        let host = authority.host();
        if host.is_empty() {
            return Err(expected("no host"));
        }
        let default = if tls { 443 } else { 80 };
        let port = match authority.as_str().strip_prefix(host) {
            Some("") => default,
            _ => authority
                .port_u16()
                .filter(|port| *port > 0)
                .ok_or_else(|| expected("no such port"))?,
        };
        Ok(Self {
            tls,
            name: host.trim_start_matches('[').trim_end_matches(']').to_owned(),
            port,
            path: uri.path_and_query().map_or("/".into(), |path| {
                match path.as_str() {
                    query if query.starts_with('?') => format!("/{query}"),
                    path => path.to_owned(),
                }
            }),
            host: if port == default {
                host.to_owned()
            } else {
                format!("{host}:{port}")
            },
        })
    }
}

impl Target {
    pub(crate) async fn resolve(&self) -> Result<Vec<SocketAddr>> {
        let Self { name, port, .. } = self;
        let found = lookup_host((&**name, *port)).await;
        let found: Vec<_> = found
            .with_context(|| format!("cannot find the host {name}"))?
            .collect();
        anyhow::ensure!(!found.is_empty(), "the host {name} has no address");
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_where_to_and_what_to_ask_for() {
        for (url, tls, name, port, host, path) in [
            (
                "ws://127.0.0.1:9001",
                false,
                "127.0.0.1",
                9001,
                "127.0.0.1:9001",
                "/",
            ),
            (
                "ws://example.org/chat?room=1",
                false,
                "example.org",
                80,
                "example.org",
                "/chat?room=1",
            ),
            ("wss://example.org", true, "example.org", 443, "example.org", "/"),
            (
                "wss://example.org:80/",
                true,
                "example.org",
                80,
                "example.org:80",
                "/",
            ),
            ("ws://[::1]:9001/a", false, "::1", 9001, "[::1]:9001", "/a"),
            ("ws://localhost:80?x", false, "localhost", 80, "localhost", "/?x"),
        ] {
            let target: Target = url.parse().unwrap();
            let Target { tls: t, name: n, port: p, path: q, host: h } = &target;
            assert_eq!(
                (*t, &**n, *p, &**h, &**q),
                (tls, name, port, host, path),
                "{url}"
            );
        }
    }

    #[test]
    fn what_is_no_websocket_url_is_refused_with_an_example() {
        for (url, says) in [
            ("127.0.0.1:9001", "scheme"),
            ("http://127.0.0.1:9001/", "http is not ws or wss"),
            ("ws://", ""),
            ("ws://host:0/", "port"),
            ("ws://host:99999/", "port"),
            ("ws://host:/", "port"),
            ("ws://me@host/", "user"),
            ("ws://host/#part", "fragment"),
            ("/chat", "scheme"),
            ("", ""),
        ] {
            let error = url.parse::<Target>().unwrap_err();
            assert!(
                error.contains(says) && error.contains("ws://127.0.0.1:9001/"),
                "{url}: {error}"
            );
        }
    }
}
