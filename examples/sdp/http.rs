//! Carries an offer to the other end, and its answer back: `POST`, JSON both ways. SDP
//! says nothing of how it travels (RFC 9429 section 1.1); any way will do.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::str::FromStr;

use anyhow::{Context, Result, bail, ensure};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1 as client;
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::server::conn::http1 as server;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use tap::TcpStream;
use webrtc::peer_connection::RTCSessionDescription;

/// No description of a call is longer than this.
const MOST: usize = 256 << 10;

/// There is nobody, or nobody who answers.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct NoAnswer(pub(crate) String);

// ANCHOR: post
/// Sends the offer, and returns the answer.
pub(crate) async fn post(
    stream: TcpStream,
    target: &Target,
    offer: &RTCSessionDescription,
) -> Result<RTCSessionDescription> {
    let (mut http, connection) = client::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let request = Request::post(&target.path)
        .header(HOST, &target.host)
        .header(CONTENT_TYPE, "application/json")
        .body(Full::<Bytes>::from(serde_json::to_vec(offer)?))?;
    let response = http.send_request(request).await?;
    let status = response.status();
    let body = Limited::new(response.into_body(), MOST).collect().await;
    let body = body.map_err(|error| anyhow::anyhow!(error))?.to_bytes();
    let said = String::from_utf8_lossy(&body).chars().take(200).collect::<String>();
    ensure!(
        status.is_success(),
        "expected 200 and an answer, found {status}: {said}"
    );
    serde_json::from_slice(&body)
        .with_context(|| format!("expected JSON of sdp and type, found {said}"))
}
// ANCHOR_END: post

/// Answers one client, until it hangs up.
pub(crate) async fn serve<F>(
    stream: TcpStream,
    answer: impl Fn(RTCSessionDescription) -> F,
) -> Result<()>
where
    F: Future<Output = Result<RTCSessionDescription>>,
{
    let service = service_fn(async |request: Request<hyper::body::Incoming>| {
        let answered = async {
            let body = Limited::new(request.into_body(), MOST).collect().await;
            let body = body.map_err(|error| anyhow::anyhow!(error))?.to_bytes();
            let answer = answer(serde_json::from_slice(&body)?).await?;
            Ok::<_, anyhow::Error>(serde_json::to_vec(&answer)?)
        };
        let (status, body) = match answered.await {
            Ok(answer) => (StatusCode::OK, answer),
            Err(error) => (StatusCode::BAD_REQUEST, format!("{error:#}").into()),
        };
        let mut response = Response::new(Full::<Bytes>::from(body));
        *response.status_mut() = status;
        let json = hyper::header::HeaderValue::from_static("application/json");
        response.headers_mut().insert(CONTENT_TYPE, json);
        Ok::<_, Infallible>(response)
    });
    let mut http = server::Builder::new();
    http.auto_date_header(false); // the same each time it is recorded
    Ok(http.serve_connection(TokioIo::new(stream), service).await?)
}

/// `http://host:port/path`
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// Host and port, as they can be looked up.
    address: String,
    /// What the Host field says.
    pub(crate) host: String,
    path: String,
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = |why: &str| {
            format!("{why}; expected a URL such as http://127.0.0.1:8080/offer")
        };
        let uri: Uri =
            text.parse().map_err(|error| expected(&format!("{error}")))?;
        if uri.scheme_str() != Some("http") {
            return Err(expected("the scheme is not http"));
        }
        let authority = uri.authority().ok_or_else(|| expected("no host"))?;
        let host = authority.as_str();
        if host.contains('@') {
            return Err(expected("no user can be given"));
        }
        let port = authority.port_u16().unwrap_or(80);
        let address = format!("{}:{port}", authority.host());
        let path =
            uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        Ok(Self { address, host: host.to_owned(), path })
    }
}

impl Target {
    /// `POST /offer` at this address.
    pub(crate) fn at(address: SocketAddr) -> Self {
        let address = address.to_string();
        Self { host: address.clone(), address, path: "/offer".to_owned() }
    }

    /// The first of the host's addresses that lets us in.
    pub(crate) async fn connect(&self) -> Result<tokio::net::TcpStream> {
        match tokio::net::TcpStream::connect(&self.address).await {
            Ok(stream) => Ok(stream),
            Err(error) => bail!(
                "{}: {error}. Is a peer listening there? \
                 `cargo run --example webrtc -- --answer ADDR` is one",
                self.address
            ),
        }
    }
}
