//! Takes connections: on loopback unless it is for a class, a bounded number, and none that says nothing for long.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::futures::OwnedNotified;
use tokio::sync::{Notify, Semaphore};
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::TlsAcceptor;

/// What clients may hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// So many connections. WebSockets are counted by whoever takes them.
    pub(crate) connections: usize,
    /// So long for the head of a request, between two requests, and until a client reads on, WebSockets included.
    pub(crate) idle: Duration,
}

/// A browser opens six connections a page.
const LIMITS: Limits = Limits { connections: 128, idle: Duration::from_secs(10) };

/// So many ports after the usual one are tried before the system chooses.
const NEIGHBORS: u16 = 16;

/// Binds `named` (0: any that is free); or else `usual` or the next that is free.
///
/// # Errors
/// If the named port is taken or may not be used. Without a name, only if no port at all is free.
pub async fn bind(named: Option<u16>, usual: u16) -> io::Result<TcpListener> {
    if let Some(port) = named {
        return bind_loopback(port).await;
    }
    for port in usual..=usual + NEIGHBORS {
        if let Ok(listener) = bind_loopback(port).await {
            return Ok(listener);
        }
    }
    bind_loopback(0).await
}

async fn bind_loopback(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await
}

/// Serves until the task is dropped.
pub async fn serve(listener: TcpListener, router: Router) {
    serve_within(LIMITS, listener, router).await;
}

/// As [`serve`], over TLS.
pub async fn serve_tls(listener: TcpListener, tls: TlsAcceptor, router: Router) {
    take(LIMITS, listener, Some(tls), router).await;
}

/// As [`serve`], within other limits.
pub(crate) async fn serve_within(limits: Limits, listener: TcpListener, router: Router) {
    take(limits, listener, None, router).await;
}

async fn take(limits: Limits, listener: TcpListener, tls: Option<TlsAcceptor>, router: Router) {
    let free = Arc::new(Semaphore::new(limits.connections));
    let wanted = Arc::new(Notify::new());
    let mut connections = tokio::task::JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                if free.available_permits() == 0 {
                    // Nobody who asks for something waits for those who hold a place and say nothing.
                    wanted.notify_waiters();
                }
                let Ok(place) = Arc::clone(&free).acquire_owned().await else { return };
                let wanted = Arc::clone(&wanted).notified_owned();
                // Whoever serves may ask who connected.
                let router = router.clone().layer(Extension(ConnectInfo(peer)));
                let tls = tls.clone();
                connections.spawn(async move {
                    greet(stream, tls, router, limits.idle, wanted).await;
                    drop(place);
                });
            }
            // Out of file handles, most likely: closing connections will free some.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
        while connections.try_join_next().is_some() {}
    }
}

/// Serves one connection, inside TLS if it is to be. A handshake takes no longer than `idle`, nor if its place is wanted.
async fn greet(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    router: Router,
    idle: Duration,
    wanted: OwnedNotified,
) {
    // A small frame does not wait for the acknowledgment of the one before. Where it cannot be set, it is slower.
    let _ = stream.set_nodelay(true);
    let Some(tls) = tls else { return connection(stream, router, idle, wanted).await };
    let mut wanted = Box::pin(wanted);
    let stream = tokio::select! {
        stream = tokio::time::timeout(idle, tls.accept(stream)) => stream,
        () = wanted.as_mut() => return,
    };
    if let Ok(Ok(stream)) = stream {
        connection(stream, router, idle, wanted).await;
    }
}

/// Serves one connection to its end; or to the end of what is under way, once its place is `wanted`.
async fn connection(
    stream: impl AsyncRead + AsyncWrite + Send + 'static,
    router: Router,
    idle: Duration,
    wanted: impl Future<Output = ()>,
) {
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(idle);
    let service = TowerToHyperService::new(router);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(idle));
    let io = TokioIo::new(Box::pin(stream));
    let mut connection = pin!(builder.serve_connection(io, service).with_upgrades());
    // What goes wrong on a connection is its client's affair, and ends with it.
    tokio::select! {
        // First, so that a request which has arrived counts as under way.
        biased;
        _ = connection.as_mut() => return,
        () = wanted => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::time::timeout;

    use super::*;

    /// Longer than anything here takes, so that a test that hangs fails.
    const PATIENCE: Duration = Duration::from_secs(60);

    async fn ask(stream: &mut TcpStream) -> String {
        stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
        let mut answer = [0; 1024];
        let len = timeout(PATIENCE, stream.read(&mut answer)).await.expect("an answer").unwrap();
        String::from_utf8_lossy(&answer[..len]).into_owned()
    }

    #[tokio::test]
    async fn who_asks_does_not_wait_for_who_is_silent() {
        let listener = bind(Some(0), 0).await.unwrap();
        let address = listener.local_addr().unwrap();
        let limits = Limits { connections: 2, idle: Duration::from_secs(3600) };
        let router = Router::new().route("/", get(async || "pong"));
        let server = tokio::spawn(serve_within(limits, listener, router));

        let mut silent = TcpStream::connect(address).await.unwrap();
        let mut served = TcpStream::connect(address).await.unwrap();
        assert!(ask(&mut served).await.ends_with("pong"));
        let mut reader = TcpStream::connect(address).await.unwrap();
        assert!(ask(&mut reader).await.ends_with("pong"));
        for stream in [&mut silent, &mut served] {
            assert_eq!(stream.read(&mut [0]).await.unwrap(), 0, "its place was wanted");
        }
        server.abort();
    }
}
