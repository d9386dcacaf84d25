//! A node's value as its specification would print it: the one place that decides, for every renderer.

use std::fmt::{self, Display, Formatter, Write};

use crate::tree::{Dissection, Meaning, Node, Radix, Value};

/// What [`shown`] gives: print it with `{}`. Prints nothing where there is nothing to say.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'d> {
    dissection: &'d Dissection<'d>,
    at: u32,
}

/// The value of the node at `at`: `0x0101 (Binding success response)`, `0xa147 → 32853`, `"test vector"`.
/// Text is quoted, and what a terminal or a browser might obey is escaped.
#[must_use]
pub fn shown<'d>(dissection: &'d Dissection<'d>, at: u32) -> Shown<'d> {
    Shown { dissection, at }
}

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let d = self.dissection;
        let Some(node) = d.nodes().get(self.at as usize) else { return Ok(()) };
        let said = match node.value {
            Value::Group => return Ok(()),
            Value::Bytes => false,
            Value::Text => {
                quoted(f, &String::from_utf8_lossy(d.bytes(node.span)))?;
                true
            }
            Value::Uint(n) => {
                uint(f, node, n)?;
                true
            }
            Value::Addr(addr) => return write!(f, "{addr}"),
        };
        match node.meaning {
            Meaning::Plain if said => self.bits(f),
            Meaning::Plain => Ok(()),
            Meaning::Name(name) if said => write!(f, " ({name})"),
            Meaning::Name(name) => f.write_str(name),
            Meaning::Number(n) => write!(f, " \u{2192} {n}"),
            Meaning::Ip(ip) => write!(f, "\u{2192} {ip}"),
        }
    }
}

impl Shown<'_> {
    /// A word of named bits is known by their names.
    fn bits(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let bits =
            self.dissection.children(self.at).filter_map(|at| self.dissection.nodes().get(at as usize));
        let mut before = " (";
        for bit in bits.filter(|bit| bit.field.mask != 0) {
            if let Meaning::Name(name) = bit.meaning {
                write!(f, "{before}{name}")?;
                before = " ";
            }
        }
        if before == " " { f.write_char(')') } else { Ok(()) }
    }
}

fn uint(f: &mut Formatter<'_>, node: &Node, n: u64) -> fmt::Result {
    match node.field.radix {
        Radix::Dec => write!(f, "{n}"),
        Radix::Hex if node.field.mask != 0 => write!(f, "{n:#x}"),
        Radix::Hex => write!(f, "{n:#0width$x}", width = 2 + 2 * node.span.len()),
    }
}

fn quoted(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '\'' => f.write_char(c)?,
            _ => write!(f, "{}", c.escape_debug())?,
        }
    }
    f.write_char('"')
}
