//! HTTP/1.1 by `hyper`: one connection, one request at a time.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use tap::Random;
use tokio::net::TcpStream;

use crate::failure::{Failure, excerpt};
use crate::record::Record;

/// No answer may be longer: a server says in `maxPayload` what it takes, and ours
/// gets as much.
const MOST: usize = 4 << 20;

/// Where a Socket.IO server is.
#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(crate) address: SocketAddr,
    /// What the Host field says.
    pub(crate) host: String,
    /// "/socket.io/", unless the server was told otherwise.
    pub(crate) path: String,
    /// Who asks, where the exchange is drawn.
    pub(crate) name: String,
    pub(crate) record: Record,
    pub(crate) random: Mutex<Random>,
}

impl Endpoint {
    /// The request-target: which revision, by what transport, and which session.
    pub(crate) fn target(&self, transport: &str, sid: Option<&str>) -> String {
        let sid = sid.map_or(String::new(), |sid| format!("&sid={sid}"));
        format!("{}?EIO=4&transport={transport}{sid}", self.path)
    }

    pub(crate) async fn dial(&self) -> Result<tap::TcpStream, Failure> {
        let stream = TcpStream::connect(self.address).await;
        let stream = stream.and_then(|stream| self.record.stream(stream));
        let stream = stream
            .map_err(|why| Failure::NotThere { host: self.host.clone(), why })?;
        self.record.tap.name(stream.local_addr(), &self.name);
        Ok(stream)
    }

    pub(crate) fn random<const N: usize>(&self) -> [u8; N] {
        self.random.lock().unwrap_or_else(PoisonError::into_inner).bytes()
    }
}

/// A connection that is kept for many requests.
#[derive(Debug)]
pub(crate) struct Http {
    sender: SendRequest<Full<Bytes>>,
    host: String,
}

impl Http {
    pub(crate) async fn connect(endpoint: &Endpoint) -> Result<Self, Failure> {
        let stream = TokioIo::new(endpoint.dial().await?);
        let (sender, connection) =
            http1::handshake(stream).await.map_err(Failure::ended)?;
        // It ends when the sender is dropped; what went wrong, the sender says.
        tokio::spawn(async move { connection.await.unwrap_or_default() });
        Ok(Self { sender, host: endpoint.host.clone() })
    }

    pub(crate) async fn get(&mut self, target: &str) -> Result<String, Failure> {
        self.ask(Method::GET, target, String::new()).await
    }

    pub(crate) async fn post(
        &mut self,
        target: &str,
        body: String,
    ) -> Result<String, Failure> {
        self.ask(Method::POST, target, body).await
    }

    /// The content of a 200. Everything else is a failure, and says why.
    async fn ask(
        &mut self,
        method: Method,
        target: &str,
        body: String,
    ) -> Result<String, Failure> {
        let mut request = Request::builder()
            .method(&method)
            .uri(target)
            .header("Host", &self.host);
        if method == Method::POST {
            request = request.header("Content-Type", "text/plain;charset=UTF-8");
        }
        let request = request.body(Full::from(body)).map_err(|_| {
            Failure::unexpected("a session id that fits a URL", target)
        })?;
        self.sender.ready().await.map_err(Failure::ended)?;
        let response = self.sender.send_request(request).await;
        let response = response.map_err(|why| match why.is_parse() {
            true => Failure::unexpected("an HTTP response", &why.to_string()),
            false => Failure::ended(why),
        })?;
        let status = response.status().as_u16();
        let content = Limited::new(response.into_body(), MOST).collect().await;
        let content = content.map_err(Failure::ended)?.to_bytes();
        let content = String::from_utf8_lossy(&content).into_owned();
        match status {
            200 => Ok(content),
            404 => {
                let path = target.split('?').next().unwrap_or_default().to_owned();
                Err(Failure::WrongPath { path, status })
            }
            _ => Err(Failure::Refused { status, why: excerpt(&content) }),
        }
    }
}
