//! A protocol, as far as all protocols are alike.

use std::borrow::Cow;

use crate::context::Context;
use crate::cursor::{Cursor, Step};
use crate::tree::{Dissection, Field, Tree};

/// One protocol. Static and self-describing, so that the registry is a list of these.
#[derive(Debug)]
pub struct Layer {
    /// How a user names it: `--as stun`.
    pub id: &'static str,
    /// The whole, as the first node of each tree.
    pub root: &'static Field,
    /// Whether bytes that came with no other hint look like this protocol.
    pub claims: fn(&[u8]) -> bool,
    /// Reads it.
    pub dissect: fn(&mut Cursor<'_>) -> Step,
    /// What a packet says, in some forty characters: for ladders and lists.
    pub summary: fn(&Dissection<'_>) -> String,
}

impl Layer {
    /// Takes the bytes apart. Never fails: what is wrong with them stands on the tree.
    #[must_use]
    pub fn dissect<'a>(&'static self, wire: impl Into<Cow<'a, [u8]>>) -> Dissection<'a> {
        self.dissect_in(Tree::default(), wire, &Context::default())
    }

    /// As [`Layer::dissect`], into buffers that were used before, and with what is known beside the bytes.
    #[must_use]
    pub fn dissect_in<'a>(
        &'static self,
        tree: Tree,
        wire: impl Into<Cow<'a, [u8]>>,
        context: &Context<'_>,
    ) -> Dissection<'a> {
        self.dissect_by(tree, wire.into(), context, self.dissect)
    }

    /// As [`Layer::dissect_in`], by what only a session can know.
    pub(crate) fn dissect_by<'a>(
        &'static self,
        mut tree: Tree,
        wire: Cow<'a, [u8]>,
        context: &Context<'_>,
        body: impl FnOnce(&mut Cursor<'_>) -> Step,
    ) -> Dissection<'a> {
        tree.clear();
        Cursor::run(&wire, &mut tree, context, self.root, body);
        Dissection { layer: self, wire, tree }
    }
}
