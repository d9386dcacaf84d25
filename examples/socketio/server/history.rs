//! What was said, so that who missed it can ask for it.
//!
//! socketioxide has no connection state recovery: after a reconnect the client is a
//! stranger, and what was sent meanwhile is gone. So each message of a room has a
//! number, and the server keeps the last ones.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

/// So many rooms are remembered, and so many messages of each.
const MOST_ROOMS: usize = 64;
const MOST_MESSAGES: usize = 100;
/// Nothing is kept of a room with a longer name.
const MOST_NAME: usize = 100;
/// No text is kept longer, in characters.
const MOST_TEXT: usize = 1000;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Message {
    /// From 1, without a gap, in each room.
    pub(super) number: u64,
    pub(super) name: String,
    pub(super) text: String,
}

/// The rooms' last messages. Clones share them.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    rooms: Arc<Mutex<HashMap<String, VecDeque<Message>>>>,
}

impl History {
    /// Numbers a message and keeps it, in place of the oldest.
    pub(super) fn keep(&self, room: &str, name: &str, text: &str) -> Message {
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        let text = text.chars().take(MOST_TEXT).collect();
        let mut message = Message { number: 1, name: name.to_owned(), text };
        let room_for_more = rooms.len() < MOST_ROOMS && room.len() <= MOST_NAME;
        if !room_for_more && !rooms.contains_key(room) {
            return message;
        }
        let kept = rooms.entry(room.to_owned()).or_default();
        message.number = kept.back().map_or(1, |last| last.number + 1);
        if kept.len() == MOST_MESSAGES {
            kept.pop_front();
        }
        kept.push_back(message.clone());
        message
    }

    /// What came after the message of that number.
    pub(super) fn since(&self, room: &str, number: u64) -> Vec<Message> {
        let rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = rooms.get(room).into_iter().flatten();
        kept.filter(|message| message.number > number).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_numbered_by_room_and_those_after_a_number_are_found() {
        let history = History::default();
        for (room, text, number) in
            [("a", "1", 1), ("b", "1", 1), ("a", "2", 2), ("a", "3", 3)]
        {
            assert_eq!(history.keep(room, "ping", text).number, number);
        }
        let texts = |room: &str, since| -> Vec<String> {
            history
                .since(room, since)
                .into_iter()
                .map(|message| message.text)
                .collect()
        };
        assert_eq!(texts("a", 1), ["2", "3"]);
        assert_eq!(texts("a", 3), [""; 0]);
        assert_eq!(texts("nowhere", 0), [""; 0]);
    }

    #[test]
    fn neither_rooms_nor_messages_nor_texts_grow_without_bound() {
        let history = History::default();
        for number in 0..MOST_MESSAGES + 10 {
            history.keep("a", "ping", &number.to_string());
        }
        assert_eq!(history.since("a", 0).len(), MOST_MESSAGES);
        for room in 0..MOST_ROOMS + 10 {
            history.keep(
                &format!("room {room}"),
                "ping",
                &"long".repeat(MOST_TEXT),
            );
        }
        let rooms = history.rooms.lock().unwrap();
        assert_eq!(rooms.len(), MOST_ROOMS);
        assert!(
            rooms.values().flatten().all(|message| message.text.len() <= MOST_TEXT)
        );
    }
}
