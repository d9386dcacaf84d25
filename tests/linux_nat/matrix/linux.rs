//! Two clients in namespaces.

use std::net::{SocketAddr, UdpSocket};

use super::{Ground, KNOCK, Word};
use crate::packets::open;
use crate::street::Side;

const DONE: Word = *b"..";

pub(super) struct Pair<'a> {
    server: &'a UdpSocket,
    clients: [UdpSocket; 2],
    seen: [Option<SocketAddr>; 2],
}

impl<'a> Pair<'a> {
    /// Both use a port that nobody used before.
    pub(super) fn new(sides: [&Side; 2], server: &'a UdpSocket, port: u16) -> Self {
        let clients = sides.map(|side| side.client.within(|| open((side.client_address, port).into())));
        Self { server, clients, seen: [None; 2] }
    }
}

impl Ground for Pair<'_> {
    fn seen(&mut self, at: usize) -> SocketAddr {
        *self.seen[at].get_or_insert_with(|| {
            self.clients[at].send_to(&[KNOCK, 0], self.server.local_addr().unwrap()).unwrap();
            self.server.recv_from(&mut [0; 2]).expect("the server hears every client").1
        })
    }

    fn send(&mut self, at: usize, to: SocketAddr, word: Word) {
        self.clients[at].send_to(&word, to).unwrap();
    }

    /// All that came before the server's own word, which comes always.
    fn heard(&mut self, at: usize) -> Vec<(Word, SocketAddr)> {
        let seen = self.seen(at);
        self.server.send_to(&DONE, seen).unwrap();
        let mut all = Vec::new();
        loop {
            let mut word = Word::default();
            let got = self.clients[at].recv_from(&mut word);
            let (_, from) = got.expect("the server's word comes always");
            if word == DONE {
                return all;
            }
            all.push((word, from));
        }
    }
}
