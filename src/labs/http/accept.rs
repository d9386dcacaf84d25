//! Takes connections: on loopback only, a bounded number, and none that says nothing for long.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A browser opens six a page, and one for live reload.
const MOST_CONNECTIONS: usize = 128;
/// For the head of a request, and between two requests.
const IDLE: Duration = Duration::from_secs(30);

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
    let free = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let mut connections = tokio::task::JoinSet::new();
    while let Ok(permit) = Arc::clone(&free).acquire_owned().await {
        match listener.accept().await {
            Ok((stream, _)) => drop(connections.spawn(connection(stream, router.clone(), permit))),
            // Out of file handles, most likely: closing connections will free some.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn connection(stream: TcpStream, router: Router, _permit: OwnedSemaphorePermit) {
    // What goes wrong on a connection is its client's affair, and ends with it.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
        .with_upgrades()
        .await;
}
