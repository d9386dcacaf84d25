//! A workbook that is being served, and the other end of its connections.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde::Deserialize;
use tungstenite::client::IntoClientRequest;
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Error, WebSocket};

use crate::checkout::Checkout;

/// Longer than anything here takes, so that a test that hangs fails.
const PATIENCE: Duration = Duration::from_secs(120);

/// The program, in a checkout.
pub(crate) fn wirebook(checkout: &Checkout, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wirebook"));
    command.args(args).current_dir(checkout.path());
    command
}

/// `wirebook serve`; it ends with this.
pub(crate) struct Server {
    pub(crate) checkout: Checkout,
    pub(crate) port: u16,
    /// What it printed until it was ready.
    pub(crate) said: String,
    child: Child,
}

impl Server {
    /// On any port that is free.
    pub(crate) fn start(checkout: Checkout) -> Self {
        Self::start_with(checkout, &["serve", "--port", "0"])
    }

    pub(crate) fn start_with(checkout: Checkout, args: &[&str]) -> Self {
        let mut command = wirebook(&checkout, args);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = String::new();
        // The address, and the first of the lab's. What comes after is not read: to serve on is then right too.
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        lines.read_line(&mut said).unwrap();
        lines.read_line(&mut said).unwrap();
        let port =
            said.lines().next().and_then(|url| url.rsplit(':').next()).and_then(|port| port.parse().ok());
        let port = port.unwrap_or_else(|| panic!("no address in {said:?}"));
        Self { checkout, port, said, child }
    }

    pub(crate) fn ask(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.request("GET", path, headers)
    }

    /// A request with these headers; `Host` is the right one unless it is among them.
    pub(crate) fn request(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut request = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        if !headers.iter().any(|(name, _)| *name == "Host") {
            request.push_str(&format!("Host: 127.0.0.1:{}\r\n", self.port));
        }
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        stream.write_all(format!("{request}\r\n").as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        Answer::read(&String::from_utf8_lossy(&answer))
    }

    /// Sends a signal, and gives the exit code.
    #[cfg(unix)]
    pub(crate) fn stop(&mut self, signal: &str) -> Option<i32> {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", signal, &id]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines.filter_map(|line| line.split_once(": "));
        let headers = headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
        Self { status, headers, body: body.to_owned() }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(this, _)| this == name).map(|(_, value)| value.as_str())
    }
}

/// The WebSocket of an open page.
pub(crate) struct Live(WebSocket<MaybeTlsStream<TcpStream>>);

/// What it hears.
#[derive(Debug, Deserialize)]
pub(crate) struct News {
    pub(crate) edition: String,
    pub(crate) broken: Option<String>,
}

impl Live {
    pub(crate) fn connect(server: &Server, origin: Option<&str>) -> Result<Self, Box<Error>> {
        let mut request = format!("ws://127.0.0.1:{}/__live", server.port).into_client_request()?;
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().unwrap());
        }
        let (socket, _) = tungstenite::connect(request)?;
        if let MaybeTlsStream::Plain(stream) = socket.get_ref() {
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
        }
        Ok(Self(socket))
    }

    /// The first news of that kind: a save may be seen as two changes.
    pub(crate) fn until(&mut self, wanted: impl Fn(&News) -> bool) -> News {
        loop {
            let news = self.news();
            if wanted(&news) {
                return news;
            }
        }
    }

    pub(crate) fn news(&mut self) -> News {
        serde_json::from_str(self.0.read().unwrap().to_text().unwrap()).unwrap()
    }
}
