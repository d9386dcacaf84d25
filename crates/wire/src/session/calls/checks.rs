//! Connectivity checks (RFC 8445 section 7): which pair of candidates a Binding request tries.

use std::net::SocketAddr;

use super::{Calls, say};
use crate::spec::rfc;
use crate::trace::Event;
use crate::tree::{Dissection, Node, Severity};

impl Calls {
    /// Says of a check which pair it is for.
    pub(in crate::session) fn check(&self, event: &Event, d: &mut Dissection<'_>) {
        let has = |name: &str| d.find(name).is_some();
        let request = d.find("Class").and_then(Node::uint) == Some(0);
        if !request || !has("USERNAME") || !has("PRIORITY") {
            return;
        }
        let nominates = match has("USE-CANDIDATE") {
            true => ", and nominates it: if the answer comes, the call uses this pair",
            false => "",
        };
        let (from, to) = (self.announced(event.from), self.announced(event.to));
        let pair = match (from, to) {
            // Signaling is not in the trace, or spoke of other addresses.
            (None, None) => format!("{} to {}", event.from, event.to),
            (from, to) => {
                let from = from.unwrap_or_else(|| "not announced: peer reflexive, or not yet".to_owned());
                let to = to.unwrap_or_else(|| "not announced here".to_owned());
                format!("{} ({from}) to {} ({to})", event.from, event.to)
            }
        };
        let text = format!("an ICE check of the pair {pair}{nominates}");
        say(d, 0, Severity::Info, text, rfc(8445, "7.2.4"));
    }

    fn announced(&self, address: SocketAddr) -> Option<String> {
        match (self.candidates.of(&address), self.hidden.of(&address.port())) {
            (Some(announced), _) => {
                Some(format!("{}, announced in packet {}", announced.kind, announced.packet))
            }
            (None, Some(packet)) => Some(format!("by its port the .local candidate of packet {packet}")),
            (None, None) => None,
        }
    }
}
