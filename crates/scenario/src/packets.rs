//! What happened in the network, as a ladder shows it: who is there, each packet's way, each change of a NAT's table.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use serde::Serialize;
use sim::{HostId, Incident, Mapping, MappingId, Packet, PacketId, Payload, Place, Reason, RouterId};
use wire::Session;
use wire::trace::Event;

use crate::moment::{Side, milliseconds};

/// A host or a router: a column of a ladder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NodeView {
    /// What it is called.
    pub name: String,
    /// What it is.
    pub kind: NodeKind,
    /// On whose side; the server is on neither.
    pub side: Option<Side>,
    /// A host's addresses.
    pub addresses: Vec<IpAddr>,
    #[serde(skip)]
    id: Id,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Id {
    Host(HostId),
    Router(RouterId),
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum NodeKind {
    /// An ICE agent.
    Agent,
    /// The STUN server.
    Server,
    /// A NAT.
    Nat,
    /// A firewall.
    Firewall,
}

/// A packet's way.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PacketView {
    /// Its number in this story.
    pub id: u64,
    /// What it is, in a few words.
    pub label: String,
    /// Its bytes in hex; of an ICMP error, none.
    pub bytes: String,
    /// Each link that it took.
    pub legs: Vec<LegView>,
    /// Where it ended, if not with whom it was for.
    pub dropped: Option<DropView>,
}

/// A packet on one link.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LegView {
    /// Who put it there: an index into [`crate::Story::nodes`].
    pub from: usize,
    /// Who got it; `None` where nobody did.
    pub to: Option<usize>,
    /// When it went; in JSON, milliseconds.
    #[serde(serialize_with = "milliseconds")]
    pub sent: Duration,
    /// When it came; in JSON, milliseconds. Of one that did not, when it went.
    #[serde(serialize_with = "milliseconds")]
    pub arrived: Duration,
    /// The source address that it bore there.
    pub source: SocketAddr,
    /// The destination.
    pub destination: SocketAddr,
    /// The simulator's number of it.
    #[serde(skip)]
    way: Option<u64>,
}

/// A packet's end.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DropView {
    /// When; in JSON, milliseconds.
    #[serde(serialize_with = "milliseconds")]
    pub at: Duration,
    /// Where: an index into [`crate::Story::nodes`]; `None` on a network.
    pub node: Option<usize>,
    /// Why.
    pub why: String,
}

/// Something happened in a NAT's table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TableChange {
    /// When; in JSON, milliseconds.
    #[serde(serialize_with = "milliseconds")]
    pub at: Duration,
    /// Whose: an index into [`crate::Story::nodes`].
    pub node: usize,
    /// By which packet.
    pub packet: Option<u64>,
    /// The mapping's number.
    pub mapping: u64,
    /// What.
    #[serde(flatten)]
    pub event: TableEvent,
}

/// What happened to a mapping.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", content = "row", rename_all = "lowercase")]
pub enum TableEvent {
    /// It was made.
    Mapped(MappingView),
    /// Its filter learned of a remote endpoint, or its life was renewed.
    Refreshed(MappingView),
    /// Its time was up.
    Expired,
}

/// A line of a NAT's table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MappingView {
    /// Inside.
    pub internal: SocketAddr,
    /// What the world sees.
    pub external: SocketAddr,
    /// Whom the inside wrote to through it.
    pub remotes: Vec<SocketAddr>,
    /// When it dies; in JSON, milliseconds.
    #[serde(serialize_with = "milliseconds")]
    pub expires: Duration,
}

impl NodeView {
    pub(crate) fn host(
        id: HostId,
        name: impl Into<String>,
        kind: NodeKind,
        side: Option<Side>,
        addresses: impl Into<Vec<IpAddr>>,
    ) -> Self {
        Self { name: name.into(), kind, side, addresses: addresses.into(), id: Id::Host(id) }
    }

    pub(crate) fn router(id: RouterId, name: String, kind: NodeKind, side: Side) -> Self {
        Self { name, kind, side: Some(side), addresses: Vec::new(), id: Id::Router(id) }
    }

    /// The simulator's name of it, where it is a host.
    #[must_use]
    pub fn host_id(&self) -> Option<HostId> {
        match self.id {
            Id::Host(id) => Some(id),
            Id::Router(_) => None,
        }
    }

    /// The simulator's name of it, where it is a router.
    #[must_use]
    pub fn router_id(&self) -> Option<RouterId> {
        match self.id {
            Id::Host(_) => None,
            Id::Router(id) => Some(id),
        }
    }
}

pub(crate) fn node_at(nodes: &[NodeView], place: Place) -> Option<usize> {
    let wanted = match place {
        Place::Host(id) => Id::Host(id),
        Place::Router(id, _) => Id::Router(id),
        Place::Network(_) => return None,
    };
    nodes.iter().position(|node| node.id == wanted)
}

/// What a log holds.
pub(crate) struct Seen {
    pub(crate) packets: Vec<PacketView>,
    pub(crate) tables: Vec<TableChange>,
    pub(crate) left_out: u64,
}

/// Reads a log, up to `most` packets and `most` changes of tables.
pub(crate) fn of(log: &[Incident], nodes: &[NodeView], most: usize) -> Seen {
    let mut reader = Reader {
        nodes,
        most,
        session: Session::default(),
        known: HashMap::new(),
        seen: Seen { packets: Vec::new(), tables: Vec::new(), left_out: 0 },
    };
    log.iter().for_each(|incident| reader.read(incident));
    reader.seen
}

struct Reader<'s> {
    nodes: &'s [NodeView],
    most: usize,
    session: Session,
    /// Where each packet is in the list.
    known: HashMap<PacketId, usize>,
    seen: Seen,
}

impl Reader<'_> {
    fn read(&mut self, incident: &Incident) {
        let node = node_at(self.nodes, incident.place);
        match &incident.what {
            sim::What::Sent(sent) => self.sent(incident, node, sent),
            sim::What::Arrived(_) => self.arrived(incident, node),
            sim::What::Dropped(reason) => self.dropped(incident, node, *reason),
            sim::What::Mapped(mapping) => {
                self.table(incident, node, mapping.id, TableEvent::Mapped(row(mapping)));
            }
            sim::What::Refreshed(mapping) => {
                self.table(incident, node, mapping.id, TableEvent::Refreshed(row(mapping)));
            }
            sim::What::Expired(id) => self.table(incident, node, *id, TableEvent::Expired),
            // Both show in the legs.
            sim::What::Translated { .. } | sim::What::Duplicated | sim::What::Caused(_) => {}
        }
    }

    fn view(&mut self, incident: &Incident) -> Option<&mut PacketView> {
        let at = *self.known.get(&incident.packet?)?;
        self.seen.packets.get_mut(at)
    }

    fn sent(&mut self, incident: &Incident, node: Option<usize>, packet: &Packet) {
        let (Some(id), Some(from)) = (incident.packet, node) else { return };
        if !self.known.contains_key(&id) {
            if self.seen.packets.len() >= self.most {
                self.seen.left_out += 1;
                return;
            }
            let view = PacketView {
                id: id.0,
                label: self.label(incident.at, packet),
                bytes: hex(packet),
                legs: Vec::new(),
                dropped: None,
            };
            self.known.insert(id, self.seen.packets.len());
            self.seen.packets.push(view);
        }
        let leg = LegView {
            from,
            to: None,
            sent: incident.at,
            arrived: incident.at,
            source: packet.from,
            destination: packet.to,
            way: incident.way.map(|way| way.number),
        };
        if let Some(view) = self.view(incident) {
            view.legs.push(leg);
        }
    }

    fn arrived(&mut self, incident: &Incident, node: Option<usize>) {
        let (at, way) = (incident.at, incident.way.map(|way| way.number));
        let Some(view) = self.view(incident) else { return };
        let here = |leg: &LegView| leg.way == way;
        match view.legs.iter_mut().find(|leg| leg.to.is_none() && here(leg)) {
            Some(leg) => (leg.to, leg.arrived) = (node, at),
            // A link may deliver a packet twice.
            None => {
                if let Some(leg) = view.legs.iter().rfind(|leg| here(leg)).cloned() {
                    view.legs.push(LegView { to: node, arrived: at, ..leg });
                }
            }
        }
    }

    fn dropped(&mut self, incident: &Incident, node: Option<usize>, reason: Reason) {
        let dropped = DropView { at: incident.at, node, why: reason.to_string() };
        if let Some(view) = self.view(incident) {
            view.dropped = Some(dropped);
        }
    }

    fn table(&mut self, incident: &Incident, node: Option<usize>, mapping: MappingId, event: TableEvent) {
        let Some(node) = node else { return };
        if self.seen.tables.len() >= self.most {
            self.seen.left_out += 1;
            return;
        }
        let packet = incident.packet.map(|id| id.0);
        self.seen.tables.push(TableChange { at: incident.at, node, packet, mapping: mapping.0, event });
    }

    fn label(&mut self, at: Duration, packet: &Packet) -> String {
        match &packet.payload {
            Payload::Udp(bytes) => {
                let event = Event::udp(at, packet.from, packet.to, bytes.to_vec());
                self.session.dissect(&event).summary()
            }
            Payload::Tcp(_) => "TCP segment".to_owned(),
            Payload::Icmp(icmp) => format!("ICMP {:?} about {}", icmp.error, icmp.to),
        }
    }
}

fn row(mapping: &Mapping) -> MappingView {
    MappingView {
        internal: mapping.internal,
        external: mapping.external,
        remotes: mapping.remotes.to_vec(),
        expires: mapping.expires,
    }
}

fn hex(packet: &Packet) -> String {
    match &packet.payload {
        Payload::Udp(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        Payload::Tcp(_) | Payload::Icmp(_) => String::new(),
    }
}
