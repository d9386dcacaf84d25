//! The annotated tree that every dissector makes and every renderer reads.
//!
//! Nodes are many and packets are many, so a tree is three flat buffers that a caller can use again:
//! the nodes in pre-order (a parent stands before its children and knows how many nodes are below it),
//! the notes, and the bytes that were derived from the wire.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};

use crate::layer::Layer;
use crate::spec::Spec;

/// A tree over the bytes of one packet, one message or one piece of a stream.
#[derive(Clone, Debug)]
pub struct Dissection<'a> {
    pub(crate) layer: &'static Layer,
    pub(crate) wire: Cow<'a, [u8]>,
    pub(crate) tree: Tree,
}

/// The buffers of a dissection, without the bytes it is about. Hand it to [`crate::Layer::dissect_in`]
/// and get it back from [`Dissection::recycle`]: then a stream of packets allocates once.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    pub(crate) nodes: Vec<Node>,
    pub(crate) notes: Vec<Note>,
    pub(crate) derived: Vec<Vec<u8>>,
}

/// One field, or a group of fields. Holds no bytes: they are read through its span.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// What its specification says of it.
    pub field: &'static Field,
    /// Which bytes it is.
    pub span: Span,
    /// How many nodes it and all below it are.
    pub(crate) size: u32,
    /// What the bytes say.
    pub value: Value,
    /// What that means.
    pub meaning: Meaning,
}

/// What a specification says of a field: the same for every packet, so it is written once.
#[derive(Debug)]
pub struct Field {
    /// Spelled as in the specification.
    pub name: &'static str,
    /// The section that defines it.
    pub spec: Spec,
    /// What it is, why it is there, what breaks without it: a sentence.
    pub about: &'static str,
    /// How the specification prints its numbers.
    pub radix: Radix,
    /// Which bits of the span are its own; 0 for all. The bits need not be adjacent.
    pub mask: u64,
    /// The names that the specification or its registry gives to values. Numbers stay open: a value
    /// that is not here is shown as it is.
    pub names: &'static [(u64, &'static str)],
}

/// A half-open range of bytes in one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// 0 is the wire; the others were derived from it (unmasked, reassembled, decrypted).
    pub source: u16,
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// What the bytes of a node say, before anyone interprets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// Only what is below it.
    Group,
    /// Opaque bytes.
    Bytes,
    /// UTF-8.
    Text,
    /// A number, in network byte order but where its format says otherwise, or the bits under a mask, closed up.
    Uint(u64),
    /// A transport address that the fields below spell out.
    Addr(SocketAddr),
}

/// What a value means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// No more than it says.
    Plain,
    /// A registered name.
    Name(&'static str),
    /// The number behind an encoding, as a port behind its XOR.
    Number(u64),
    /// The address behind an encoding.
    Ip(IpAddr),
}

/// How numbers are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Radix {
    /// 60
    Dec,
    /// 0x003c
    Hex,
}

/// Something to say about the bytes: what is wrong and why, or what was checked and held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The node it stands at, as its place in [`Dissection::nodes`].
    pub node: u32,
    /// Where exactly; may be shorter than the node's span.
    pub span: Span,
    /// How bad it is.
    pub severity: Severity,
    /// One sentence, without a full stop.
    pub text: Cow<'static, str>,
    /// The rule, where one was kept or broken.
    pub spec: Option<Spec>,
}

/// How bad a note is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Checked, and it holds.
    Good,
    /// Worth knowing.
    Info,
    /// Allowed, but rarely meant.
    Warning,
    /// Against the specification.
    Error,
}

impl<'a> Dissection<'a> {
    /// The protocol.
    #[must_use]
    pub fn layer(&self) -> &'static Layer {
        self.layer
    }

    /// What the packet says, in some forty characters.
    #[must_use]
    pub fn summary(&self) -> String {
        (self.layer.summary)(self)
    }

    /// All nodes, parents first. The first is the whole.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.tree.nodes
    }

    /// What there is to say, in the order in which it was found.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        &self.tree.notes
    }

    /// The notes at one node. Looks through all of them: [`Dissection::notes_by_node`] is for many nodes.
    pub fn notes_at(&self, node: u32) -> impl Iterator<Item = &Note> {
        self.tree.notes.iter().filter(move |note| note.node == node)
    }

    /// The notes, to be asked for node by node.
    #[must_use]
    pub fn notes_by_node(&self) -> NotesByNode<'_> {
        let mut notes: Vec<_> = self.tree.notes.iter().collect();
        notes.sort_by_key(|note| note.node);
        NotesByNode(notes)
    }

    /// The bytes that travelled.
    #[must_use]
    pub fn wire(&self) -> &[u8] {
        &self.wire
    }

    /// How many sources there are: the wire, and what was derived from it.
    #[must_use]
    pub fn sources(&self) -> usize {
        1 + self.tree.derived.len()
    }

    /// All bytes of a source; none for a source that is not there.
    #[must_use]
    pub fn source(&self, source: u16) -> &[u8] {
        self.tree.source(&self.wire, source)
    }

    /// The bytes of a span.
    #[must_use]
    pub fn bytes(&self, span: Span) -> &[u8] {
        slice(self.source(span.source), span)
    }

    /// The places of the nodes right below `node`.
    pub fn children(&self, node: u32) -> impl Iterator<Item = u32> {
        let nodes = &self.tree.nodes;
        let end = nodes.get(node as usize).map_or(0, |n| node + n.size);
        let mut next = node + 1;
        std::iter::from_fn(move || {
            let here = next;
            let node = nodes.get(here as usize).filter(|_| here < end)?;
            next += node.size;
            Some(here)
        })
    }

    /// A node, and all that are below it.
    #[must_use]
    pub fn below(&self, node: u32) -> &[Node] {
        let at = node as usize;
        let size = self.tree.nodes.get(at).map_or(0, |node| node.size as usize);
        self.tree.nodes.get(at..at + size).unwrap_or_default()
    }

    /// The first node of that name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Node> {
        self.tree.find(name)
    }

    /// The worst severity of all notes.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.tree.notes.iter().map(|note| note.severity).max()
    }

    /// The leaves that tile the wire: nodes with nothing below them, or with nothing but their own bits.
    pub fn leaves(&self) -> impl Iterator<Item = (u32, &Node)> {
        let nodes = &self.tree.nodes;
        (0..).zip(nodes).filter(|(at, node)| node.field.mask == 0 && self.is_leaf(*at))
    }

    /// Whether nothing stands below a node but its own bits.
    #[must_use]
    pub fn is_leaf(&self, node: u32) -> bool {
        let nodes = &self.tree.nodes;
        let Some(this) = nodes.get(node as usize) else { return false };
        this.size == 1 || nodes.get(node as usize + 1).is_some_and(|child| child.field.mask != 0)
    }

    /// Adds a note that only a look at other packets could give.
    pub fn annotate(&mut self, node: u32, severity: Severity, text: impl Into<Cow<'static, str>>) {
        if let Some(span) = self.tree.nodes.get(node as usize).map(|n| n.span) {
            self.tree.notes.push(Note { node, span, severity, text: text.into(), spec: None });
        }
    }

    /// Gives the buffers back, to be filled again.
    #[must_use]
    pub fn recycle(self) -> Tree {
        self.tree
    }

    /// The same dissection, holding its own copy of the wire.
    #[must_use]
    pub fn into_owned(self) -> Dissection<'static> {
        Dissection { layer: self.layer, wire: Cow::Owned(self.wire.into_owned()), tree: self.tree }
    }
}

/// Notes in the order of their nodes: a packet of 64 KiB may have 16,000 attributes, and a note on each.
#[derive(Clone, Debug)]
pub struct NotesByNode<'d>(Vec<&'d Note>);

impl<'d> NotesByNode<'d> {
    /// The notes at one node, in the order in which they were found.
    #[must_use]
    pub fn at(&self, node: u32) -> &[&'d Note] {
        let from = self.0.partition_point(|note| note.node < node);
        let at = self.0.get(from..).unwrap_or_default();
        let len = at.iter().take_while(|note| note.node == node).count();
        at.get(..len).unwrap_or_default()
    }
}

impl Tree {
    pub(crate) fn clear(&mut self) {
        self.nodes.clear();
        self.notes.clear();
        self.derived.clear();
    }

    pub(crate) fn source<'t>(&'t self, wire: &'t [u8], source: u16) -> &'t [u8] {
        match source {
            0 => wire,
            n => self.derived.get(usize::from(n) - 1).map_or(&[], Vec::as_slice),
        }
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Node> {
        self.nodes.iter().find(|node| node.field.name == name)
    }
}

impl Node {
    /// The number, where the value is one.
    #[must_use]
    pub fn uint(&self) -> Option<u64> {
        match self.value {
            Value::Uint(n) => Some(n),
            _ => None,
        }
    }

    /// The transport address, where the value is one.
    #[must_use]
    pub fn addr(&self) -> Option<SocketAddr> {
        match self.value {
            Value::Addr(addr) => Some(addr),
            _ => None,
        }
    }
}

impl Field {
    /// A field that fills its bytes, printed in decimal.
    #[must_use]
    pub const fn new(name: &'static str, spec: Spec, about: &'static str) -> Self {
        Self { name, spec, about, radix: Radix::Dec, mask: 0, names: &[] }
    }

    /// Printed in hexadecimal.
    #[must_use]
    pub const fn hex(mut self) -> Self {
        self.radix = Radix::Hex;
        self
    }

    /// Its values have names.
    #[must_use]
    pub const fn names(mut self, names: &'static [(u64, &'static str)]) -> Self {
        self.names = names;
        self
    }

    /// Only the bits under `mask` are its own.
    #[must_use]
    pub const fn bits(mut self, mask: u64) -> Self {
        self.mask = mask;
        self
    }

    pub(crate) fn meaning(&self, value: u64) -> Meaning {
        self.names.iter().find(|(n, _)| *n == value).map_or(Meaning::Plain, |(_, name)| Meaning::Name(name))
    }
}

impl Span {
    /// How many bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether it has no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.start == self.end
    }
}

pub(crate) fn slice(source: &[u8], span: Span) -> &[u8] {
    source.get(span.start as usize..span.end as usize).unwrap_or(&[])
}

/// The bits of `word` under `mask`, closed up: `extract(0b1010_1100, 0b1111_0000) == 0b1010`.
#[must_use]
pub const fn extract(word: u64, mask: u64) -> u64 {
    let (mut rest, mut out, mut at) = (mask, 0, 0);
    while rest != 0 {
        let low = rest.trailing_zeros();
        let run = (rest >> low).trailing_ones();
        let bits = if run == 64 { word } else { (word >> low) & ((1 << run) - 1) };
        out |= bits << at;
        at += run;
        rest = if low + run >= 64 { 0 } else { rest >> (low + run) << (low + run) };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::extract;

    #[test]
    fn extract_closes_up_interleaved_bits() {
        // RFC 8489 figure 3: the class bits stand at 0x0100 and 0x0010, inside the method.
        for (word, mask, bits) in [
            (0x0101, 0x0110, 2),
            (0x0111, 0x0110, 3),
            (0x0111, 0x3eef, 1),
            (0x3eef, 0x3eef, 0xfff),
            (9, 0, 0),
        ] {
            assert_eq!(extract(word, mask), bits, "{word:#06x} under {mask:#06x}");
        }
        assert_eq!(extract(u64::MAX, u64::MAX), u64::MAX);
        assert_eq!(extract(1 << 63, 1 << 63), 1);
    }
}
