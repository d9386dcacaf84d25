//! The zlib stream that the base64 stands for: RFC 1950, around DEFLATE (RFC 1951).
//!
//! ```text
//! CMF 1   FLG 1   compressed data   ADLER32 4
//! ```

use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::deflate::core::{
    CompressionStrategy, CompressorOxide, TDEFLFlush, TDEFLStatus, compress,
    create_comp_flags_from_zip_params,
};
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};

use super::{ACCESS_TOKEN_2, content};
use crate::cursor::{Cursor, Step};
use crate::spec::rfc;
use crate::tree::{Field, Severity};

/// No token of any use is longer, and a kilobyte could stand for a megabyte.
pub(super) const MOST_INFLATED: usize = 1 << 16;

static CMF: Field = Field::new(
    "CMF",
    rfc(1950, "2.2"),
    "Compression method and flags: 0x78 is DEFLATE with a window of 32 KiB.",
)
.hex();
static CMF_BITS: &[Field] = &[
    Field::new("CINFO", rfc(1950, "2.2"), "The window is 2 to the power of this plus 8.").bits(0xf0),
    Field::new("CM", rfc(1950, "2.2"), "How it is compressed.").bits(0x0f).names(&[(8, "deflate")]),
];
static FLG: Field = Field::new(
    "FLG",
    rfc(1950, "2.2"),
    "Flags. With CMF a number that 31 divides, so that zlib can be told.",
)
.hex();
static FLG_BITS: &[Field] = &[
    Field::new("FLEVEL", rfc(1950, "2.2"), "How hard the compressor tried; the other side does not care.")
        .bits(0xc0),
    Field::new("FDICT", rfc(1950, "2.2"), "Whether a dictionary is needed.").bits(0x20),
    Field::new("FCHECK", rfc(1950, "2.2"), "Makes 31 divide both bytes.").bits(0x1f),
];
static COMPRESSED: Field = Field::new("Compressed data", rfc(1951, "3"), "DEFLATE.");
static ADLER32: Field = Field::new(
    "ADLER32",
    rfc(1950, "9"),
    "A sum over the bytes before they were compressed. Tells damage, not forgery.",
)
.hex();
static AFTER: Field =
    Field::new("After the stream", ACCESS_TOKEN_2, "Not part of the token: readers stop before it.");
static INFLATED: Field =
    Field::new("Inflated content", rfc(1951, "3"), "What was compressed: the signature, and what it signs.");

/// Whether bytes begin as a zlib stream does that needs no dictionary: RFC 1950 section 2.2.
pub(super) fn claims(bytes: &[u8]) -> bool {
    let [cmf, flg, ..] = *bytes else { return false };
    let (cm, cinfo, fdict) = (cmf & 0x0f, cmf >> 4, flg & 0x20);
    cm == 8 && cinfo <= 7 && fdict == 0 && u16::from_be_bytes([cmf, flg]).is_multiple_of(31)
}

pub(super) fn read(c: &mut Cursor<'_>) -> Step {
    let header = c.peek(2).to_vec();
    c.word(&CMF, 1, CMF_BITS)?;
    let flg = c.word(&FLG, 1, FLG_BITS)?;
    if !claims(&header) {
        flg.note(
            Severity::Error,
            "no zlib stream of a token: 31 must divide CMF and FLG, CM be 8, CINFO at most 7, and FDICT 0",
            Some(rfc(1950, "2.2")),
        );
        return c.rest(&COMPRESSED).map(drop);
    }
    let (bytes, used, failed) = inflated(c.peek(c.left()));
    let read = c.bytes(&COMPRESSED, used)?;
    if let Some(why) = failed {
        read.note(Severity::Error, why, Some(rfc(1951, "3")));
    } else {
        let sum = adler32(&bytes);
        let read = c.u32(&ADLER32)?;
        if read.value() != u64::from(sum) {
            read.note(
                Severity::Error,
                format!("computed {sum:#010x}: the content was changed"),
                Some(rfc(1950, "9")),
            );
        }
        if c.left() > 0 {
            let why = "bytes after the end of the stream: not signed, and not read";
            c.rest(&AFTER)?.note(Severity::Warning, why, Some(ACCESS_TOKEN_2));
        }
    }
    if bytes.is_empty() { Ok(()) } else { c.derive(&INFLATED, bytes, content::read) }
}

/// What the data stand for, of how many bytes they are, and why no more came of them.
fn inflated(data: &[u8]) -> (Vec<u8>, usize, Option<&'static str>) {
    // Doubled until it is enough: most tokens inflate to some 200 bytes.
    let mut room = 1 << 10;
    loop {
        let mut out = vec![0; room];
        let flags = inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
        let (status, read, written) = decompress(&mut DecompressorOxide::new(), data, &mut out, 0, flags);
        out.truncate(written);
        match status {
            TINFLStatus::Done => return (out, read, None),
            TINFLStatus::HasMoreOutput if room < MOST_INFLATED => room *= 2,
            TINFLStatus::HasMoreOutput => {
                return (
                    out,
                    data.len(),
                    Some("longer than 64 KiB when inflated: no token is, so it is not read on"),
                );
            }
            TINFLStatus::FailedCannotMakeProgress => {
                return (
                    out,
                    data.len(),
                    Some("the compressed data breaks off: the end of the token is lost"),
                );
            }
            _ => return (out, data.len(), Some("from somewhere on no DEFLATE: the token was changed")),
        }
    }
}

/// As zlib would write it, if not byte for byte: a token is too short for Huffman tables of its own, and this compressor
/// does not see that by itself.
#[must_use]
pub fn deflated(content: &[u8]) -> Vec<u8> {
    let usual = compress_to_vec_zlib(content, 6);
    let flags = create_comp_flags_from_zip_params(6, 15, CompressionStrategy::Fixed.into());
    let mut fixed = vec![0; content.len() * 2 + 64];
    let (status, _, written) =
        compress(&mut CompressorOxide::new(flags), content, &mut fixed, TDEFLFlush::Finish);
    fixed.truncate(written);
    if status == TDEFLStatus::Done && fixed.len() <= usual.len() { fixed } else { usual }
}

fn adler32(bytes: &[u8]) -> u32 {
    let (a, b) = bytes.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65521;
        (a, (b + a) % 65521)
    });
    b << 16 | a
}
