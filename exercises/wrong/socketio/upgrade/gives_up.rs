//! Takes a failed probe for the end of the session.

use exercises::socketio::upgrade::{Action, Event, Machine};

#[derive(Clone, Copy, Default, PartialEq)]
enum State {
    #[default]
    Polling,
    /// A WebSocket is being opened, or asked whether it works.
    Probing,
    /// It works. The last requests of polling are on their way.
    Draining,
    WebSocket,
    Ended,
}

/// Where the session lives.
#[derive(Default)]
pub struct Client {
    state: State,
    getting: bool,
    posting: bool,
    waiting: Vec<String>,
}

impl Machine for Client {
    fn handle(&mut self, event: Event) -> Vec<Action> {
        let mut actions = Vec::new();
        match event {
            Event::Opened { websocket: false } => {}
            Event::Opened { websocket: true } => {
                self.state = State::Probing;
                actions.push(Action::Connect);
            }
            Event::Connected => actions.push(Action::Frame("2probe".to_owned())),
            Event::Send(text) => self.waiting.push(format!("4{text}")),
            Event::Posted => self.posting = false,
            Event::Polled(packets) => {
                self.getting = false;
                for packet in packets {
                    self.packet(packet, &mut actions);
                }
            }
            Event::Frame(packet) if self.state == State::WebSocket => self.packet(packet, &mut actions),
            Event::Frame("3probe") => self.state = State::Draining,
            Event::Frame(_) => {
                self.state = State::Polling;
                actions.push(Action::Close);
            }
            Event::Lost => {
                self.state = State::Ended;
                actions.push(Action::End);
            }
        }
        self.go_on(&mut actions);
        actions
    }
}

impl Client {
    /// A packet of the server, on whichever way.
    fn packet(&mut self, packet: &str, actions: &mut Vec<Action>) {
        if packet == "2" {
            self.waiting.push("3".to_owned());
        } else if let Some(text) = packet.strip_prefix('4') {
            actions.push(Action::Deliver(text.to_owned()));
        }
    }

    /// Does all that can be done now.
    fn go_on(&mut self, actions: &mut Vec<Action>) {
        if self.state == State::Draining && !self.getting && !self.posting {
            self.state = State::WebSocket;
            actions.push(Action::Frame("5".to_owned()));
        }
        match self.state {
            State::Polling | State::Probing => {
                if !self.posting && !self.waiting.is_empty() {
                    self.posting = true;
                    actions.push(Action::Post(std::mem::take(&mut self.waiting)));
                }
                if !self.getting {
                    self.getting = true;
                    actions.push(Action::Poll);
                }
            }
            State::WebSocket => actions.extend(self.waiting.drain(..).map(Action::Frame)),
            State::Draining | State::Ended => {}
        }
    }
}

exercises::check!(socketio::upgrade(Client::default));
