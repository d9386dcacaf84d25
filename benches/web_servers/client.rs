//! A client that costs next to nothing: WebSocket frames by hand over a tokio stream.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wire::websocket::Header;

/// Where a Socket.IO server takes WebSockets.
pub(crate) const SOCKETIO: &str = "/socket.io/?EIO=4&transport=websocket";
const KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// A connection after its handshake.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    /// Connects and shakes hands.
    pub(crate) async fn connect(address: SocketAddr, target: &str) -> io::Result<Self> {
        let mut stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let request = format!(
            "GET {target} HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await?;
        let mut client = Self { stream, buffer: Vec::new() };
        loop {
            if let Some(end) = client.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&client.buffer[..end]).into_owned();
                if !head.starts_with("HTTP/1.1 101") {
                    return Err(io::Error::other(head));
                }
                client.buffer.drain(..end + 4);
                return Ok(client);
            }
            client.more().await?;
        }
    }

    /// The same, and then a connection to the main namespace.
    pub(crate) async fn socketio(address: SocketAddr) -> io::Result<Self> {
        let mut client = Self::connect(address, SOCKETIO).await?;
        client.until("0{").await?;
        client.send("40").await?;
        client.until("40").await?;
        Ok(client)
    }

    pub(crate) async fn send(&mut self, text: &str) -> io::Result<()> {
        self.stream.write_all(&frame(text.as_bytes())).await
    }

    /// Reads on until a message begins so.
    pub(crate) async fn until(&mut self, beginning: &str) -> io::Result<()> {
        while !self.message().await?.starts_with(beginning.as_bytes()) {}
        Ok(())
    }

    /// The next message; a heartbeat of Engine.IO is answered.
    pub(crate) async fn message(&mut self) -> io::Result<Vec<u8>> {
        loop {
            if let Ok(header) = Header::parse(&self.buffer) {
                let end = header.header + header.len as usize;
                if self.buffer.len() >= end {
                    let message = self.buffer[header.header..end].to_vec();
                    self.buffer.drain(..end);
                    if header.opcode == 8 {
                        return Err(io::Error::other("the server closed"));
                    }
                    if message == b"2" {
                        self.send("3").await?;
                    }
                    return Ok(message);
                }
            }
            self.more().await?;
        }
    }

    async fn more(&mut self) -> io::Result<()> {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }
}

/// A masked text frame.
pub(crate) fn frame(payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x81];
    match payload.len() {
        len @ 0..=125 => frame.push(0x80 | len as u8),
        len => {
            frame.push(0x80 | 126);
            frame.extend(u16::try_from(len).expect("short").to_be_bytes());
        }
    }
    frame.extend(KEY);
    frame.extend(payload.iter().zip(KEY.iter().cycle()).map(|(byte, key)| byte ^ key));
    frame
}
