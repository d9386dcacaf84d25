//! The bits of one word, in the groups in which its specification draws them.

use crate::Style;
use crate::bytes::under;

/// Some bits of a word, and a few words about them.
#[derive(Clone, Debug)]
pub struct Bits {
    /// The word.
    pub word: u64,
    /// How many bits each of its fields has, from the left.
    pub groups: &'static [u32],
    /// The bits that are meant.
    pub mask: u64,
    /// What happened to them.
    pub label: String,
}

/// `00 00001 0 000 1 0001` for the groups 2, 5, 1, 3, 1, 4.
#[must_use]
pub fn binary(word: u64, groups: &[u32]) -> String {
    spread(groups, |bit| if word >> bit & 1 == 1 { '1' } else { '0' })
}

/// The bits, and a caret under each that is meant.
pub(crate) fn picture(bits: &Bits, style: &Style) -> Vec<String> {
    let caret = spread(bits.groups, |bit| if bits.mask >> bit & 1 == 1 { '^' } else { ' ' });
    let mut lines = vec![binary(bits.word, bits.groups)];
    lines.extend(under(caret.trim_end(), &bits.label, style));
    lines
}

fn spread(groups: &[u32], show: impl Fn(u32) -> char) -> String {
    let mut left = groups.iter().sum::<u32>();
    let mut out = String::new();
    for group in groups {
        if !out.is_empty() {
            out.push(' ');
        }
        for _ in 0..*group {
            left -= 1;
            out.push(show(left));
        }
    }
    out
}
