//! A candidate, be it a line of a description or alone.

use super::Line;
use crate::sdp::CANDIDATE;
use crate::tree::{Dissection, Node, Span};

/// An address at which its sender might be reached (RFC 8839 section 5.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate<'d> {
    /// Alike for those that share type, base and server.
    pub foundation: &'d str,
    /// 1 is RTP or all, 2 is RTCP.
    pub component: u64,
    /// udp or tcp, in whichever letters.
    pub transport: &'d str,
    /// RFC 8445 section 5.1.2.1.
    pub priority: u64,
    /// An IP address, or a name, as one that ends in .local.
    pub address: &'d str,
    /// At which port.
    pub port: u16,
    /// host, srflx, prflx or relay.
    pub kind: &'d str,
    /// What it is a mapping of, where that is told.
    pub related: Option<(&'d str, u16)>,
    /// active, passive or so, for TCP.
    pub tcp_type: Option<&'d str>,
    /// The ufrag of its ICE generation, where that is told.
    pub ufrag: Option<&'d str>,
    /// The line.
    pub span: Span,
}

impl<'d> Candidate<'d> {
    /// The candidates of a tree that stand alone, as signaling carries them, not in a description.
    pub fn alone(d: &'d Dissection<'_>) -> impl Iterator<Item = Self> {
        let nodes = d.nodes().iter().enumerate();
        let roots = nodes.filter(|(_, node)| std::ptr::eq(node.field, CANDIDATE.root));
        roots.filter_map(|(at, root)| {
            let parts = d.nodes().get(at + 1..at + root.size as usize)?;
            Self::from_parts(d.source(root.span.source), parts, root.span)
        })
    }

    pub(super) fn of(line: &Line<'d>) -> Option<Self> {
        Self::from_parts(line.text, line.parts, line.span)
    }

    fn from_parts(text: &'d [u8], parts: &'d [Node], span: Span) -> Option<Self> {
        let node = |name: &str| parts.iter().find(|part| part.field.name == name);
        let word = |name: &str| node(name).map(|part| super::string(text, part.span));
        let number = |name: &str| node(name).and_then(Node::uint);
        let port = |name: &str| number(name).and_then(|port| u16::try_from(port).ok());
        Some(Self {
            foundation: word("foundation")?,
            component: number("component-id")?,
            transport: word("transport")?,
            priority: number("priority")?,
            address: word("connection-address")?,
            port: port("port")?,
            kind: word("cand-type")?,
            related: word("rel-addr").zip(port("rel-port")),
            tcp_type: word("tcp-type"),
            ufrag: word("ufrag"),
            span,
        })
    }
}
