//! The way through namespaces: real sockets, each in the namespace where it was opened.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use nix::sched::{CpuSet, sched_getcpu, sched_setaffinity};
use nix::unistd::Pid;

use super::{Sent, Way};
use crate::servers::{OTHER_PORT, PORT};
use crate::street::{SERVER, Street};

/// Only a failure waits so long.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) struct Linux {
    pub(crate) street: Street,
    clients: HashMap<SocketAddr, UdpSocket>,
    servers: Vec<UdpSocket>,
    number: u32,
}

impl Linux {
    pub(crate) fn new(street: Street) -> Self {
        one_after_the_other();
        let endpoints = SERVER.into_iter().flat_map(|address| [PORT, OTHER_PORT].map(|port| (address, port)));
        let servers = street.server.within(|| endpoints.map(|endpoint| open(endpoint.into())).collect());
        Self { street, clients: HashMap::new(), servers, number: 0 }
    }

    /// As [`Way::out`], from any address of the client.
    pub(crate) fn out_from(&mut self, from: SocketAddr, to: usize) -> SocketAddr {
        let payload = self.next();
        let within = &self.street.client;
        let client = self.clients.entry(from).or_insert_with(|| within.within(|| open(from)));
        client.send_to(&payload, self.servers[to].local_addr().unwrap()).unwrap();
        received(&self.servers[to], &payload).unwrap_or_else(|| panic!("lost: from {from} to endpoint {to}"))
    }

    /// Sends from a port of the client to what the server saw of another: from where that one then gets it.
    pub(crate) fn hairpin(&mut self, from: u16, Sent { port, to, seen }: Sent) -> Option<SocketAddr> {
        let (probe, answer) = (self.next(), self.next());
        let sockets = [from, port].map(|port| &self.clients[&(self.client(), port).into()]);
        sockets[0].send_to(&probe, seen).unwrap();
        self.servers[to].send_to(&answer, seen).unwrap();
        first_of(sockets[1], &probe, &answer)
    }

    fn client(&self) -> Ipv4Addr {
        self.street.client_address
    }

    fn next(&mut self) -> [u8; 4] {
        self.number += 1;
        self.number.to_be_bytes()
    }
}

impl Way for Linux {
    fn out(&mut self, port: u16, to: usize) -> SocketAddr {
        self.out_from((self.client(), port).into(), to)
    }

    fn back(&mut self, from: usize, Sent { port, to, seen }: Sent) -> bool {
        let (probe, answer) = (self.next(), self.next());
        // ICMP about an earlier probe may be told here; the packet itself goes nevertheless at the second try.
        if self.servers[from].send_to(&probe, seen).is_err() {
            self.servers[from].send_to(&probe, seen).unwrap();
        }
        self.servers[to].send_to(&answer, seen).unwrap();
        let client = &self.clients[&(self.client(), port).into()];
        first_of(client, &probe, &answer).is_some()
    }
}

/// Whence the probe came, if it came before the answer, which comes in any case.
fn first_of(client: &UdpSocket, probe: &[u8], answer: &[u8]) -> Option<SocketAddr> {
    let mut probed = None;
    let mut buffer = [0; 4];
    loop {
        let got = client.recv_from(&mut buffer);
        let (length, from) = got.expect("the answer of whom was written to always comes in");
        match &buffer[..length] {
            got if got == probe => probed = Some(from),
            got if got == answer => return probed,
            _ => {}
        }
    }
}

/// One processor takes packets in the order in which they were sent. So a packet that is known to arrive tells that one
/// sent before it, and not yet there, never will.
pub(crate) fn one_after_the_other() {
    if let Ok(processor) = sched_getcpu() {
        let mut only = CpuSet::new();
        only.set(processor).unwrap();
        sched_setaffinity(Pid::from_raw(0), &only).unwrap();
    }
}

pub(crate) fn open(address: SocketAddr) -> UdpSocket {
    let socket = UdpSocket::bind(address).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket
}

/// Waits for a payload; whence it came.
fn received(socket: &UdpSocket, payload: &[u8]) -> Option<SocketAddr> {
    let mut buffer = [0; 4];
    loop {
        let (length, from) = socket.recv_from(&mut buffer).ok()?;
        if &buffer[..length] == payload {
            return Some(from);
        }
    }
}
