//! Writing without `write!`.

use std::fmt::{self, Write};

/// Writes its pieces one after the other: half of a page is markup and small numbers, and going through
/// `write!` for them takes longer than all else.
macro_rules! put {
    ($out:expr, $($piece:expr),+ $(,)?) => {
        'put: {
            $(
                if let Err(error) = crate::render::html::put::Piece::put($piece, $out) {
                    break 'put Err(error);
                }
            )+
            Ok::<(), ::std::fmt::Error>(())
        }
    };
}

/// What [`put!`] takes.
pub(super) trait Piece {
    fn put(self, out: &mut impl Write) -> fmt::Result;
}

impl Piece for &str {
    fn put(self, out: &mut impl Write) -> fmt::Result {
        out.write_str(self)
    }
}

impl Piece for u32 {
    fn put(self, out: &mut impl Write) -> fmt::Result {
        let mut digits = [0; 10];
        let (mut rest, mut at) = (self, digits.len());
        loop {
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        out.write_str(std::str::from_utf8(&digits[at..]).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_are_decimal() {
        for n in [0, 7, 10, 90_210, u32::MAX] {
            let mut out = String::new();
            put!(&mut out, "<", n, ">").unwrap();
            assert_eq!(out, format!("<{n}>"));
        }
    }
}
