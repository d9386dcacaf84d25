//! `http://host:port/path`: where to offer a call.

use std::fmt;
use std::str::FromStr;

use hyper::Uri;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// Without the brackets of an IPv6 address.
    pub(crate) host: String,
    pub(crate) port: u16,
    /// What the request's Host field says.
    pub(crate) authority: String,
    /// What it asks for: `/offer`, unless the URL says otherwise.
    pub(crate) path: String,
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = |why: &str| {
            format!("{why}; expected a URL such as http://127.0.0.1:8080/")
        };
        let uri: Uri =
            text.parse().map_err(|error| expected(&format!("{error}")))?;
        match uri.scheme_str() {
            Some("http") => {}
            Some(other) => {
                return Err(expected(&format!("the scheme {other} is not http")));
            }
            None => return Err(expected("no scheme")),
        }
        let authority = uri.authority().ok_or_else(|| expected("no host"))?;
        if authority.as_str().contains('@') {
            return Err(expected("no user can be given"));
        }
        let host = authority.host().trim_matches(['[', ']']);
        if host.is_empty() {
            return Err(expected("no host"));
        }
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        Ok(Self {
            host: host.to_owned(),
            port: authority.port_u16().unwrap_or(80),
            authority: authority.to_string(),
            path: if path == "/" { "/offer".to_owned() } else { path.to_owned() },
        })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}{}", self.authority, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_where_to_offer() {
        for (url, host, port, path) in [
            ("http://127.0.0.1:8080", "127.0.0.1", 8080, "/offer"),
            ("http://127.0.0.1:8080/", "127.0.0.1", 8080, "/offer"),
            ("http://localhost/call?x=1", "localhost", 80, "/call?x=1"),
            ("http://[::1]:9/offer", "::1", 9, "/offer"),
        ] {
            let target: Target = url.parse().unwrap();
            assert_eq!(
                (&*target.host, target.port, &*target.path),
                (host, port, path),
                "{url}"
            );
        }
    }

    #[test]
    fn what_is_no_http_url_is_refused_with_an_example() {
        for (url, says) in [
            ("127.0.0.1:8080", "scheme"),
            ("https://127.0.0.1/", "https is not http"),
            ("http://me@host/", "user"),
            ("http://", ""),
            ("", ""),
        ] {
            let error = url.parse::<Target>().unwrap_err();
            let example = error.contains("http://127.0.0.1:8080/");
            assert!(error.contains(says) && example, "{url}: {error}");
        }
    }
}
