//! The only code that indexes bytes. Every read makes a node; every failed read makes a note.
//!
//! A dissector is a function that takes a [`Cursor`] and reads its fields off it in the order in which
//! the specification draws them. It cannot read past its end, lose a byte or claim one twice, because it
//! never touches the bytes: the cursor does.

use std::borrow::Cow;
use std::net::SocketAddr;

use crate::context::Context;
use crate::spec::{Spec, rfc};
use crate::tree::{Field, Meaning, Node, Note, Severity, Span, Tree, Value, extract, slice};

/// Reads fields, and grows the tree as it goes.
pub struct Cursor<'t> {
    wire: &'t [u8],
    tree: &'t mut Tree,
    context: &'t Context<'t>,
    /// Where the enclosing layer begins, for alignment and for sums over what came before.
    layer: u32,
    /// What is still unread of the innermost bounded group.
    rest: Span,
    /// The group being read.
    open: u32,
}

/// A field could not be read. The note that says why is already on the tree.
#[derive(Debug)]
pub struct Stop;

/// What a step of a dissector gives.
pub type Step<T = ()> = Result<T, Stop>;

/// A field that was read: its value, and its node to say more about.
pub struct Read<'c, T> {
    value: T,
    at: u32,
    tree: &'c mut Tree,
}

static NOT_DISSECTED: Field = Field::new("Not dissected", Spec::Own, "Bytes that no field claims.");
static PADDING: Field =
    Field::new("Padding", rfc(8489, "14"), "Fills up to the next boundary; its value is ignored.");

impl<'t> Cursor<'t> {
    /// Dissects `wire` as `field`, by `body`, into `tree`.
    pub(crate) fn run(
        wire: &'t [u8],
        tree: &'t mut Tree,
        context: &'t Context<'t>,
        field: &'static Field,
        body: impl FnOnce(&mut Cursor<'_>) -> Step,
    ) {
        // Spans count in u32. What lies beyond could not have arrived in one message anyway.
        let end = u32::try_from(wire.len()).unwrap_or(u32::MAX);
        let rest = Span { source: 0, start: 0, end };
        let mut cursor = Cursor { wire, tree, context, layer: 0, rest, open: 0 };
        cursor.bounded(field, rest, body);
    }

    /// One byte.
    pub fn u8(&mut self, field: &'static Field) -> Step<Read<'_, u64>> {
        self.uint(field, 1)
    }

    /// Two bytes, most significant first.
    pub fn u16(&mut self, field: &'static Field) -> Step<Read<'_, u64>> {
        self.uint(field, 2)
    }

    /// Four bytes, most significant first.
    pub fn u32(&mut self, field: &'static Field) -> Step<Read<'_, u64>> {
        self.uint(field, 4)
    }

    /// Eight bytes, most significant first.
    pub fn u64(&mut self, field: &'static Field) -> Step<Read<'_, u64>> {
        self.uint(field, 8)
    }

    /// A number of up to eight bytes, most significant first.
    pub fn uint(&mut self, field: &'static Field, len: usize) -> Step<Read<'_, u64>> {
        let span = self.take(field, len)?;
        let value = self.slice(span).iter().fold(0, |n, &byte| n << 8 | u64::from(byte));
        let at = self.push(field, span, Value::Uint(value), field.meaning(value));
        Ok(Read { value, at, tree: self.tree })
    }

    /// A number of up to eight bytes, least significant first, as formats have it that are no RFC's.
    pub fn uint_le(&mut self, field: &'static Field, len: usize) -> Step<Read<'_, u64>> {
        let span = self.take(field, len)?;
        let value = self.slice(span).iter().rev().fold(0, |n, &byte| n << 8 | u64::from(byte));
        let at = self.push(field, span, Value::Uint(value), field.meaning(value));
        Ok(Read { value, at, tree: self.tree })
    }

    /// A word whose bits belong to several fields, interleaved or not.
    pub fn word(
        &mut self,
        field: &'static Field,
        len: usize,
        parts: &'static [Field],
    ) -> Step<Read<'_, u64>> {
        let Read { value, at, .. } = self.uint(field, len)?;
        let span = self.tree.nodes[at as usize].span;
        for part in parts {
            let bits = extract(value, part.mask);
            self.push(part, span, Value::Uint(bits), part.meaning(bits));
        }
        self.close(at);
        Ok(Read { value, at, tree: self.tree })
    }

    /// Opaque bytes.
    pub fn bytes(&mut self, field: &'static Field, len: usize) -> Step<Read<'_, Span>> {
        let span = self.take(field, len)?;
        let at = self.push(field, span, Value::Bytes, Meaning::Plain);
        Ok(Read { value: span, at, tree: self.tree })
    }

    /// All that is left of the bounded group, opaque.
    pub fn rest(&mut self, field: &'static Field) -> Step<Read<'_, Span>> {
        self.bytes(field, self.left())
    }

    /// All that is left of the bounded group, as UTF-8. Where it is not, a note says from which byte on.
    pub fn text(&mut self, field: &'static Field) -> Step<Read<'_, Span>> {
        let span = self.take(field, self.left())?;
        let invalid = std::str::from_utf8(self.slice(span)).err().map(|e| e.valid_up_to());
        let at = self.push(field, span, Value::Text, Meaning::Plain);
        if let Some(valid) = invalid {
            self.tree.nodes[at as usize].value = Value::Bytes;
            let span = Span { start: span.start + valid as u32, ..span };
            self.note(at, span, Severity::Error, "not UTF-8 from here", Some(rfc(3629, "4")));
        }
        Ok(Read { value: span, at, tree: self.tree })
    }

    /// As [`Cursor::text`], the next `len` bytes only.
    pub fn text_of(&mut self, field: &'static Field, len: usize) -> Step<Read<'_, Span>> {
        if len > self.left() {
            return self.bytes(field, len);
        }
        let end = self.rest.end;
        self.rest.end = self.rest.start + len as u32;
        let read = self.text(field).map(|read| (read.value, read.at));
        self.rest.end = end;
        let (value, at) = read?;
        Ok(Read { value, at, tree: self.tree })
    }

    /// A number written in ASCII digits of that radix. Where it is none, the bytes are kept, and a note says so.
    pub fn digits(&mut self, field: &'static Field, len: usize, radix: u32) -> Step<Read<'_, Option<u64>>> {
        let span = self.take(field, len)?;
        let digits = std::str::from_utf8(self.slice(span)).ok();
        // `from_str_radix` would let a sign pass.
        let digits = digits.filter(|text| text.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        let number = digits.and_then(|text| u64::from_str_radix(text, radix).ok());
        let (value, meaning) = match number {
            Some(n) => (Value::Uint(n), field.meaning(n)),
            None => (Value::Bytes, Meaning::Plain),
        };
        let at = self.push(field, span, value, meaning);
        if number.is_none() {
            let kind = if radix == 16 { "hexadecimal" } else { "decimal" };
            self.note(at, span, Severity::Error, format!("not a {kind} number of 64 bits"), None);
        }
        Ok(Read { value: number, at, tree: self.tree })
    }

    /// A number written in ASCII digits, whose bits belong to several fields.
    pub fn digits_word(
        &mut self,
        field: &'static Field,
        len: usize,
        radix: u32,
        parts: &'static [Field],
    ) -> Step<Read<'_, Option<u64>>> {
        let Read { value, at, .. } = self.digits(field, len, radix)?;
        if let (Some(number), Some(span)) = (value, self.tree.nodes.get(at as usize).map(|node| node.span)) {
            for part in parts {
                let bits = extract(number, part.mask);
                self.push(part, span, Value::Uint(bits), part.meaning(bits));
            }
        }
        self.close(at);
        Ok(Read { value, at, tree: self.tree })
    }

    /// Groups what `body` reads, without bounding it.
    pub fn group<T>(&mut self, field: &'static Field, body: impl FnOnce(&mut Self) -> Step<T>) -> Step<T> {
        let outer = self.begin(field);
        let result = body(self);
        self.finish(outer);
        result
    }

    /// Groups exactly `len` bytes: `body` cannot read past them, what it leaves is kept as not dissected,
    /// and because the end is known, a body that stops does not stop what follows.
    pub fn within(
        &mut self,
        field: &'static Field,
        len: usize,
        body: impl FnOnce(&mut Self) -> Step,
    ) -> Step {
        self.bound(len, |c| c.name_of(field), |c, inner| c.bounded(field, inner, body))
    }

    /// As [`Cursor::within`], for a whole message inside a stream: alignment and sums count from its start.
    pub fn message(
        &mut self,
        field: &'static Field,
        len: usize,
        body: impl FnOnce(&mut Self) -> Step,
    ) -> Step {
        let outer = std::mem::replace(&mut self.layer, self.rest.start);
        let result = self.within(field, len, body);
        self.layer = outer;
        result
    }

    /// As [`Cursor::message`], with what is known beside the bytes of this message.
    pub(crate) fn message_in(
        &mut self,
        context: &Context<'_>,
        field: &'static Field,
        len: usize,
        body: fn(&mut Cursor<'_>) -> Step,
    ) -> Step {
        self.lend(context, |c| c.message(field, len, body))
    }

    /// Reads by `body`, which knows this beside the bytes.
    pub(crate) fn lend<T>(&mut self, context: &Context<'_>, body: impl FnOnce(&mut Cursor<'_>) -> T) -> T {
        let &mut Self { wire, layer, rest, open, .. } = self;
        let mut inner = Cursor { wire, tree: self.tree, context, layer, rest, open };
        let result = body(&mut inner);
        self.rest = inner.rest;
        result
    }

    /// As [`Cursor::within`], without a node of its own: what `body` reads joins the group that is open.
    pub fn inline(&mut self, len: usize, body: impl FnOnce(&mut Self) -> Step) -> Step {
        self.bound(
            len,
            |c| c.tree.nodes.get(c.open as usize).map_or("it", |n| n.field.name),
            |c, inner| {
                let outer = std::mem::replace(&mut c.rest, inner);
                let result = body(c);
                c.gap(result.is_ok());
                c.rest.end = outer.end;
            },
        )
    }

    /// Runs `body` until the span is used up or it stops making progress.
    pub fn repeat(&mut self, mut body: impl FnMut(&mut Self) -> Step) -> Step {
        while self.left() > 0 {
            let before = self.left();
            body(self)?;
            if self.left() == before {
                return Err(Stop);
            }
        }
        Ok(())
    }

    /// Reads on in bytes that were computed from the wire: unmasked, reassembled, decrypted.
    pub fn derive(
        &mut self,
        field: &'static Field,
        bytes: Vec<u8>,
        body: impl FnOnce(&mut Self) -> Step,
    ) -> Step {
        let source = u16::try_from(self.tree.derived.len() + 1).map_err(|_| Stop)?;
        let end = u32::try_from(bytes.len()).map_err(|_| Stop)?;
        self.tree.derived.push(bytes);
        let inner = Span { source, start: 0, end };
        let outer = (std::mem::replace(&mut self.rest, inner), std::mem::replace(&mut self.layer, 0));
        self.bounded(field, inner, body);
        (self.rest, self.layer) = outer;
        Ok(())
    }

    /// Bytes up to the next multiple of `align`, counted from the start of the layer.
    pub fn pad_to(&mut self, align: u32) -> Step {
        let pad = self.layer.wrapping_sub(self.rest.start) % align;
        if pad > 0 { self.bytes(&PADDING, pad as usize).map(drop) } else { Ok(()) }
    }

    /// Gives the group being read a value of its own, computed from its fields.
    pub fn address(&mut self, addr: SocketAddr) {
        if let Some(node) = self.tree.nodes.get_mut(self.open as usize) {
            node.value = Value::Addr(addr);
        }
    }

    /// Gives the group being read a number of its own, computed from its fields.
    pub fn number(&mut self, value: u64) {
        if let Some(node) = self.tree.nodes.get_mut(self.open as usize) {
            node.value = Value::Uint(value);
            node.meaning = node.field.meaning(value);
        }
    }

    /// Says something about the group being read.
    pub fn remark(&mut self, severity: Severity, text: impl Into<Cow<'static, str>>, spec: Option<Spec>) {
        let at = self.open;
        let start = self.tree.nodes.get(at as usize).map_or(self.rest, |n| n.span).start;
        // An open group ends where it has got to so far, or, with nothing read yet, with what it may read.
        let end = if start < self.rest.start { self.rest.start } else { self.rest.end };
        self.note(at, Span { start, end, ..self.rest }, severity, text, spec);
    }

    /// How many bytes the innermost bounded group still has.
    #[must_use]
    pub fn left(&self) -> usize {
        self.rest.len()
    }

    /// How many bytes of the layer were read.
    #[must_use]
    pub fn offset(&self) -> usize {
        (self.rest.start - self.layer) as usize
    }

    /// The next bytes, unread; fewer where fewer are left.
    #[must_use]
    pub fn peek(&self, len: usize) -> &[u8] {
        let len = len.min(self.left()) as u32;
        self.slice(Span { end: self.rest.start + len, ..self.rest })
    }

    /// The bytes of a span that was read.
    #[must_use]
    pub fn slice(&self, span: Span) -> &[u8] {
        slice(self.tree.source(self.wire, span.source), span)
    }

    /// What was read of the layer so far.
    #[must_use]
    pub fn before(&self) -> &[u8] {
        self.slice(Span { start: self.layer, end: self.rest.start, ..self.rest })
    }

    /// The bytes of the first field of that name that was read.
    #[must_use]
    pub fn earlier(&self, name: &str) -> Option<&[u8]> {
        self.tree.find(name).map(|node| self.slice(node.span))
    }

    /// How many nodes there are: what is read from now on is found by [`Cursor::since`].
    pub(crate) fn nodes(&self) -> usize {
        self.tree.nodes.len()
    }

    /// The nodes that were read since there were `count`.
    pub(crate) fn since(&self, count: usize) -> &[Node] {
        self.tree.nodes.get(count..).unwrap_or_default()
    }

    /// Says something about a node that was read.
    pub(crate) fn remark_at(
        &mut self,
        node: usize,
        severity: Severity,
        text: impl Into<Cow<'static, str>>,
        spec: Spec,
    ) {
        if let Some(span) = self.tree.nodes.get(node).map(|n| n.span) {
            self.note(node as u32, span, severity, text, Some(spec));
        }
    }

    /// Says what the value of a node that was read means.
    pub(crate) fn mean(&mut self, node: usize, meaning: Meaning) {
        if let Some(node) = self.tree.nodes.get_mut(node) {
            node.meaning = meaning;
        }
    }

    /// What is known beside the bytes.
    #[must_use]
    pub fn context(&self) -> &'t Context<'t> {
        self.context
    }

    fn name_of(&self, field: &'static Field) -> &'static str {
        field.name
    }

    fn bound(
        &mut self,
        len: usize,
        name: impl FnOnce(&Self) -> &'static str,
        read: impl FnOnce(&mut Self, Span),
    ) -> Step {
        let fits = len <= self.left();
        if !fits {
            let text = format!("{} claims {len} bytes, {} are left", name(self), self.left());
            self.note(self.open, self.rest, Severity::Error, text, None);
        }
        let inner = Span { end: self.rest.start + len.min(self.left()) as u32, ..self.rest };
        let outer_end = self.rest.end;
        read(self, inner);
        self.rest.end = outer_end;
        if fits { Ok(()) } else { Err(Stop) }
    }

    fn bounded(&mut self, field: &'static Field, inner: Span, body: impl FnOnce(&mut Self) -> Step) {
        self.rest = inner;
        let outer = self.begin(field);
        let result = body(self);
        self.gap(result.is_ok());
        self.finish(outer);
    }

    fn begin(&mut self, field: &'static Field) -> u32 {
        let span = Span { end: self.rest.start, ..self.rest };
        let at = self.push(field, span, Value::Group, Meaning::Plain);
        std::mem::replace(&mut self.open, at)
    }

    fn finish(&mut self, outer: u32) {
        let at = std::mem::replace(&mut self.open, outer);
        self.tree.nodes[at as usize].span.end = self.rest.start;
        self.close(at);
    }

    fn close(&mut self, at: u32) {
        self.tree.nodes[at as usize].size = self.tree.nodes.len() as u32 - at;
    }

    /// Keeps what a bounded group's body left unread, and says so unless the reason already stands there.
    fn gap(&mut self, surprising: bool) {
        if self.rest.is_empty() {
            return;
        }
        let span = self.rest;
        let at = self.push(&NOT_DISSECTED, span, Value::Bytes, Meaning::Plain);
        self.rest.start = span.end;
        if surprising {
            let text = match span.len() {
                1 => "1 byte is left over".to_owned(),
                n => format!("{n} bytes are left over"),
            };
            self.note(at, span, Severity::Warning, text, None);
        }
    }

    fn take(&mut self, field: &'static Field, len: usize) -> Step<Span> {
        if len > self.left() {
            let text = match self.left() {
                0 => format!("{} needs {}, none is left", field.name, Bytes(len)),
                left => format!("{} needs {}, {left} left", field.name, Bytes(len)),
            };
            self.note(self.open, self.rest, Severity::Error, text, None);
            return Err(Stop);
        }
        let span = Span { end: self.rest.start + len as u32, ..self.rest };
        self.rest.start = span.end;
        Ok(span)
    }

    fn push(&mut self, field: &'static Field, span: Span, value: Value, meaning: Meaning) -> u32 {
        let at = self.tree.nodes.len() as u32;
        self.tree.nodes.push(Node { field, span, size: 1, value, meaning });
        at
    }

    fn note(
        &mut self,
        node: u32,
        span: Span,
        severity: Severity,
        text: impl Into<Cow<'static, str>>,
        spec: Option<Spec>,
    ) {
        self.tree.notes.push(Note { node, span, severity, text: text.into(), spec });
    }
}

impl<T: Copy> Read<'_, T> {
    /// What was read.
    #[must_use]
    pub fn value(&self) -> T {
        self.value
    }

    /// Notes an error unless `ok`.
    pub fn expect(self, ok: impl FnOnce(T) -> bool, why: &'static str, spec: Spec) -> Self {
        if ok(self.value) { self } else { self.note(Severity::Error, why, Some(spec)) }
    }

    /// Says something about the field.
    pub fn note(self, severity: Severity, text: impl Into<Cow<'static, str>>, spec: Option<Spec>) -> Self {
        let span = self.tree.nodes[self.at as usize].span;
        self.tree.notes.push(Note { node: self.at, span, severity, text: text.into(), spec });
        self
    }

    /// Says what the value means.
    pub fn means(self, meaning: Meaning) -> Self {
        self.tree.nodes[self.at as usize].meaning = meaning;
        self
    }
}

struct Bytes(usize);

impl std::fmt::Display for Bytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} byte{}", self.0, if self.0 == 1 { "" } else { "s" })
    }
}
