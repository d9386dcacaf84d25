//! The pages of the book, ready to be sent.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::prelude::{BASE64_STANDARD, Engine};
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use super::live::{self, News};
use crate::book::{Site, anatomy};

/// One file, and the headers that it is sent with.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    body: Bytes,
    headers: HeaderMap,
}

/// Every file of one edition, by path.
pub(super) type Leaves = BTreeMap<String, Leaf>;

/// What scripts may connect to: the workbook, its labs, and the ports that a lab opens for a page. Each of them
/// checks who asks.
const CONNECT: &str = "http://127.0.0.1:* ws://127.0.0.1:* http://localhost:* ws://localhost:*";

/// Makes a site ready to be sent.
pub(super) fn print(site: &Site, edition: u64) -> Leaves {
    site.files().map(|(path, bytes)| (path.to_owned(), leaf(path, bytes, edition))).collect()
}

fn leaf(path: &str, bytes: &Arc<[u8]>, edition: u64) -> Leaf {
    let mut headers = HeaderMap::new();
    let mut body = Bytes::from_owner(Arc::clone(bytes));
    let mut kind = mime_guess::from_path(path).first_or_octet_stream().to_string();
    if let (true, Ok(html)) = (path.ends_with(".html"), std::str::from_utf8(bytes)) {
        headers.insert(header::CONTENT_SECURITY_POLICY, header_value(&policy(html)));
        body = live::with_script(html, edition).into();
    }
    if kind.starts_with("text/") {
        kind.push_str("; charset=utf-8");
    }
    headers.insert(header::CONTENT_TYPE, header_value(&kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    let tag = BASE64_STANDARD.encode(&Sha256::digest(&body)[..12]);
    headers.insert(header::ETAG, header_value(&format!("\"{tag}\"")));
    Leaf { body, headers }
}

/// Only scripts of the workbook run: files of it, and those inside the page as it was built.
fn policy(html: &str) -> String {
    let hashes: String = anatomy(html)
        .scripts
        .iter()
        .map(|script| format!(" 'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(script))))
        .collect();
    format!(
        "default-src 'none'; script-src 'self'{hashes}; style-src 'self' 'unsafe-inline'; \
         img-src 'self' data:; font-src 'self'; media-src 'self' blob:; frame-src 'self'; \
         connect-src 'self' {CONNECT}; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
    )
}

fn header_value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}

/// Answers with a page or a file of the newest edition.
pub(super) async fn page(State(news): State<watch::Receiver<Arc<News>>>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD")]).into_response();
    }
    let news = Arc::clone(&news.borrow());
    let path = percent_encoding::percent_decode_str(request.uri().path()).decode_utf8_lossy();
    let path = path.trim_start_matches('/');
    let name =
        if path.is_empty() || path.ends_with('/') { format!("{path}index.html") } else { path.to_owned() };
    match (news.leaves.get(&name), news.leaves.get("404.html")) {
        (Some(leaf), _) if same(leaf, request.headers()) => {
            send(StatusCode::NOT_MODIFIED, leaf, Bytes::new())
        }
        (Some(leaf), _) => send(StatusCode::OK, leaf, leaf.body.clone()),
        (None, Some(leaf)) => send(StatusCode::NOT_FOUND, leaf, leaf.body.clone()),
        (None, None) => StatusCode::NOT_FOUND.into_response(),
    }
}

fn same(leaf: &Leaf, headers: &HeaderMap) -> bool {
    let known = headers.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok()).unwrap_or_default();
    let tag = leaf.headers.get(header::ETAG).and_then(|tag| tag.to_str().ok());
    tag.is_some_and(|tag| known.split(',').any(|known| known.trim().trim_start_matches("W/") == tag))
}

fn send(status: StatusCode, leaf: &Leaf, body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().clone_from(&leaf.headers);
    response
}
