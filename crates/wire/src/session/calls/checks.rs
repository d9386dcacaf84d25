//! Connectivity checks (RFC 8445 section 7): which pair of candidates a Binding request tries.

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
        let (from, to) = (self.announced(event, true), self.announced(event, false));
        let text =
            format!("an ICE check of the pair {} ({from}) to {} ({to}){nominates}", event.from, event.to);
        say(d, 0, Severity::Info, text, rfc(8445, "7.2.4"));
    }

    fn announced(&self, event: &Event, sender: bool) -> String {
        let address = if sender { event.from } else { event.to };
        match (self.candidates.of(&address), self.hidden.of(&address.port())) {
            (Some(announced), _) => format!("{}, announced in packet {}", announced.kind, announced.packet),
            (None, Some(packet)) => format!("by its port the .local candidate of packet {packet}"),
            (None, None) if sender => "not announced: peer reflexive, or not yet".to_owned(),
            (None, None) => "not announced here".to_owned(),
        }
    }
}
