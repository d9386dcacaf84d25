//! Where a span of a text is, as an editor counts.

use std::fmt;

use crate::tree::Span;

/// A line and a column, both counted from 1. Columns are characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// Where each line of a text begins: looks at the text once, whatever is asked of it after.
#[derive(Clone, Debug)]
pub struct Places<'t> {
    text: &'t [u8],
    starts: Vec<u32>,
}

impl<'t> Places<'t> {
    /// The lines of `text`, each ended by LF.
    #[must_use]
    pub fn of(text: &'t [u8]) -> Self {
        let feeds = (1..).zip(text).filter(|(_, byte)| **byte == b'\n').map(|(after, _)| after);
        Self { text, starts: std::iter::once(0).chain(feeds).collect() }
    }

    /// Where a span of the text begins.
    #[must_use]
    pub fn place(&self, span: Span) -> Place {
        let line = self.starts.partition_point(|start| *start <= span.start).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or_default();
        let before = self.text.get(start as usize..span.start as usize).unwrap_or_default();
        // Each character has one byte that does not continue another.
        let column = 1 + before.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
        Place { line, column }
    }
}
