//! From the tree to values: nothing is parsed again.

use super::super::services::{self, Kind};
use super::super::sign::Signature;
use super::super::{AGORA, VERSION, content};
use super::{Permissions, Privileges, Service, Token, Unreadable};
use crate::tree::{Dissection, Field, Node, Severity};

impl Token {
    /// What a text says, and the signature that says who wrote it. The signature is not checked here: until
    /// [`Signature::verify`] says so, the token says nothing of worth.
    ///
    /// # Errors
    /// A text that is no token, or of which something is missing.
    pub fn read(text: &str) -> Result<(Self, Signature), Unreadable> {
        let tree = AGORA.dissect(text.as_bytes());
        let bytes = |field| find(&tree, field).map(|node| tree.bytes(node.span));
        if bytes(&VERSION) == Some(b"006") {
            return Err(Unreadable::Old);
        }
        if let Some(note) = tree.notes().iter().find(|note| note.severity == Severity::Error) {
            let at = tree.nodes().get(note.node as usize).map_or("text", |node| node.field.name);
            return Err(Unreadable::Damaged { at, why: note.text.to_string() });
        }
        let read = || {
            let number = |field| find(&tree, field)?.uint().and_then(|n| u32::try_from(n).ok());
            let token = Self {
                app_id: String::from_utf8(bytes(&content::APP_ID)?.to_vec()).ok()?,
                issued: number(&content::ISSUED)?,
                expire: number(&content::EXPIRE)?,
                salt: number(&content::SALT)?,
                services: all_services(&tree)?,
            };
            let signature = Signature {
                bytes: bytes(&content::SIGNATURE)?.try_into().ok()?,
                signed: bytes(&content::SIGNING_INFO)?.to_vec(),
                issued: token.issued,
                salt: token.salt,
            };
            Some((token, signature))
        };
        // A tree without an error has all of it.
        read().ok_or_else(|| Unreadable::Damaged { at: "text", why: "it is not whole".to_owned() })
    }
}

fn find<'d>(tree: &'d Dissection<'_>, field: &Field) -> Option<&'d Node> {
    tree.nodes().iter().find(|node| std::ptr::eq(node.field, field))
}

fn all_services(tree: &Dissection<'_>) -> Option<Vec<Service>> {
    let count = find(tree, &content::COUNT)?.uint()?;
    let at = tree.nodes().iter().enumerate().filter(|(_, node)| std::ptr::eq(node.field, &services::SERVICE));
    at.zip(0..).map(|((at, _), before)| service(tree, tree.below(at as u32), count - before)).collect()
}

fn service(tree: &Dissection<'_>, nodes: &[Node], left: u64) -> Option<Service> {
    let is = |node: &Node, field: &Field| std::ptr::eq(node.field, field);
    let number = nodes.iter().find(|node| is(node, &services::TYPE))?.uint()?;
    let Some(kind) = services::kind(number) else {
        let rest = nodes.iter().find(|node| is(node, &services::UNKNOWN))?;
        let (number, count) = (u16::try_from(number).ok()?, u16::try_from(left).ok()?);
        return Some(Service::Unknown { number, count, rest: tree.bytes(rest.span).to_vec() });
    };
    let text = |node: &Node| String::from_utf8_lossy(tree.bytes(node.span)).into_owned();
    let mut texts = kind.texts.iter().map(|field| nodes.iter().find(|node| is(node, field)).map(text));
    let mut text = || texts.next().flatten();
    let privileges = privileges(kind, nodes);
    let role = nodes.iter().find(|node| is(node, &services::ROLE)).and_then(Node::uint);
    Some(match kind.number {
        1 => Service::Rtc { channel: text()?, uid: text()?, privileges },
        2 => Service::Rtm { user: text()?, privileges },
        3 => Service::Streaming { channel: text()?, account: text()?, privileges },
        4 => Service::Fpa { privileges },
        5 => Service::Chat { user: text()?, privileges },
        6 => Service::Fcdn { channel: text()?, account: text()?, privileges },
        // Two's complement, as the packages write it.
        7 => Service::Apaas { room: text()?, user: text()?, role: role? as u16 as i16, privileges },
        8 => Service::Rtm2 { user: text()?, permissions: permissions(tree, nodes), privileges },
        9 => Service::ConvoAi { privileges },
        10 => Service::Stt { privileges },
        _ => return None,
    })
}

fn privileges(kind: &Kind, nodes: &[Node]) -> Privileges {
    let numbers = |field: &'static Field| {
        nodes.iter().filter(move |node| std::ptr::eq(node.field, field)).filter_map(Node::uint)
    };
    // Both are of two and four bytes.
    numbers(kind.privilege)
        .zip(numbers(&services::PRIVILEGE_EXPIRE))
        .map(|(n, s)| (n as u16, s as u32))
        .collect()
}

fn permissions(tree: &Dissection<'_>, nodes: &[Node]) -> Permissions {
    let mut all = Permissions::new();
    let (mut kind, mut permission) = (0, 0);
    for node in nodes {
        match node.uint() {
            Some(n) if std::ptr::eq(node.field, &services::RESOURCE_TYPE) => {
                kind = n as u16;
                all.entry(kind).or_default();
            }
            // Who names a permission twice means the second: the packages read it so.
            Some(n) if std::ptr::eq(node.field, &services::PERMISSION) => {
                permission = n as u16;
                all.entry(kind).or_default().insert(permission, Vec::new());
            }
            None if std::ptr::eq(node.field, &services::RESOURCE) => {
                let name = String::from_utf8_lossy(tree.bytes(node.span)).into_owned();
                all.entry(kind).or_default().entry(permission).or_default().push(name);
            }
            _ => {}
        }
    }
    all
}
