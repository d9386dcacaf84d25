//! Why an action is wrong now, and what is lost without one.

use wire::Spec;

use super::{Action, Event, Phase, Story};
use crate::socketio::specs::{HEARTBEAT, POLLING, UPGRADE, WEBSOCKET};

impl Story {
    /// Why an action is wrong now.
    pub(super) fn too_much(&self, action: &Action, missing: Option<&Action>) -> (Spec, String) {
        use Phase::{Draining, Polling, Probing, WebSocket};
        let (spec, why) = match (action, self.phase) {
            (Action::Frame(packet), Probing) if packet == "5" => (
                UPGRADE,
                "5 ends the upgrade, and nobody has said yet that the new way works: only 3probe says so. A proxy may \
                 let the 101 through, and no frame after it",
            ),
            (Action::Frame(packet), Draining) if packet == "5" => (
                UPGRADE,
                if self.getting {
                    "the GET is still on its way, and may bring packets that the server sent before it heard of the \
                     WebSocket. 5 comes when it has been answered: the server answers it with 6 for that purpose"
                } else {
                    "the POST is still on its way. Its packets were sent first and must arrive first; TCP connections \
                     do not wait for each other"
                },
            ),
            (Action::Frame(packet), Polling | Probing | Draining) if packet.starts_with('3') => (
                HEARTBEAT,
                "the ping came by polling, and the session still is there: until 5 the WebSocket carries the probe \
                 alone. The pong goes where packets go now, and waits where they wait",
            ),
            (Action::Frame(_), Polling | Probing | Draining) => (
                UPGRADE,
                "until 5 the WebSocket carries the probe alone. A server that gets anything else on it takes the \
                 upgrade for failed and closes it, and what was sent there is lost",
            ),
            (Action::Post(packets), WebSocket) if packets.iter().any(|packet| packet == "3") => (
                HEARTBEAT,
                "the ping came on the WebSocket, and so must the pong: with 5 polling ended, and the server refuses every \
                 POST of this session",
            ),
            (Action::Post(_) | Action::Poll, WebSocket) => {
                (UPGRADE, "with 5 polling ended: from now on every packet is a frame of the WebSocket")
            }
            (Action::Post(_), Draining) => (
                UPGRADE,
                "3probe pauses polling: no new request, so that the last ones can be waited for. What is to be sent \
                 now waits, and goes on the WebSocket after 5",
            ),
            (Action::Post(_), _) if self.posting => (
                POLLING,
                "a POST is on its way, and a client must not have two: they could overtake each other. What comes \
                 meanwhile goes into the next one, all together",
            ),
            (Action::Post(_), _) if matches!(missing, Some(Action::Post(_))) => (
                POLLING,
                "one POST holds all packets that wait, in the order in which they came: a message begins with 4, a \
                 pong is 3",
            ),
            (Action::Poll, Draining) => (
                UPGRADE,
                "3probe pauses polling: no new GET. What the server would answer to it could come after the first \
                 frame of the WebSocket",
            ),
            (Action::Poll, _) => (POLLING, "a GET is on its way, and a client must not have two"),
            (Action::End, _) => (
                UPGRADE,
                "the probe failed, and not the session: it lives where it always did, in polling. Many networks let no \
                 WebSocket through, and that is why polling comes first",
            ),
            (Action::Connect, _) => {
                (WEBSOCKET, "a session has one WebSocket, and it is opened once, if the server offered it")
            }
            (Action::Close, _) => {
                (UPGRADE, "the WebSocket does as it should: only another answer than 3probe is a reason")
            }
            (Action::Deliver(_), _) => (
                UPGRADE,
                "the application gets what follows the 4 of a message, and nothing else: the other types are Engine.IO's own business",
            ),
            (Action::Frame(_) | Action::Post(_), _) => (UPGRADE, "nothing asks for this packet now"),
        };
        (spec, why.to_owned())
    }

    /// What is lost without an action.
    pub(super) fn too_little(&self, event: &Event, action: &Action) -> (Spec, String) {
        let lost = matches!(event, Event::Lost | Event::Frame("3other"));
        let (spec, why) = match action {
            Action::Frame(packet) if packet == "2probe" => (
                UPGRADE,
                "the WebSocket is open, which says little: a probe must show that frames come through, in both \
                 directions",
            ),
            Action::Frame(packet) if packet == "5" => (
                UPGRADE,
                "3probe has come, and no request of polling is on its way any more. The server waits for 5 to change \
                 over",
            ),
            Action::Frame(packet) if packet == "3" && matches!(event, Event::Frame("2")) => (
                HEARTBEAT,
                "a ping must be answered within pingTimeout, where it came from. A server that misses one pong closes \
                 the session",
            ),
            Action::Frame(_) if self.phase == Phase::Draining => (
                UPGRADE,
                "what the application sent while polling was paused has waited for this: after 5 it goes out, first \
                 come, first served. Dropped now, it is lost, and nobody will send it again",
            ),
            Action::Frame(_) => (UPGRADE, "after 5 a packet goes as a frame of the WebSocket, at once"),
            Action::Poll if lost => (
                POLLING,
                "polling was paused for an upgrade that will not come. The last GET is answered: without another one \
                 the server cannot send any more, and hears no pong",
            ),
            Action::Poll => (
                POLLING,
                "a GET brings packets once. Without the next one the server has no way to send, and the next ping \
                 never arrives",
            ),
            Action::Post(_) => (
                POLLING,
                "packets wait and no POST is on its way: now they go, all in one. Until 5, polling carries \
                 everything, also while the probe is on its way",
            ),
            Action::Connect => {
                (UPGRADE, "the server offers WebSocket: the client tries it, with the same session id")
            }
            Action::Close => (
                UPGRADE,
                "only 3probe says that the new way works. With any other answer the client closes the WebSocket, and \
                 stays where it is",
            ),
            Action::Deliver(_) => (
                UPGRADE,
                "a message came, and the application did not get it. While polling is paused, what the last GET \
                 brings still counts",
            ),
            Action::End => (
                UPGRADE,
                "after 5 there is no polling to go back to: with the WebSocket the session is gone. The application \
                 must hear of it, and connect anew",
            ),
        };
        (spec, why.to_owned())
    }
}
