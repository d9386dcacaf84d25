//! Reading: one block after another, each in the byte order of its section.

use std::time::Duration;

use super::super::fold::{Fold, Frame};
use super::super::order::ByteOrder;
use super::super::{ReadError, Reason, Secrets, Trace};
use super::{AROUND_BODY, BYTE_ORDER_MAGIC, block, option, padding};

/// The shortest section header: no options.
const SHORTEST_SECTION_HEADER: usize = 28;

/// The byte order of the section whose header `bytes` begin with; `None` if they begin with something else.
pub(in super::super) fn section_order(bytes: &[u8]) -> Option<ByteOrder> {
    if ByteOrder::Big.u32(bytes, 0)? != block::SECTION_HEADER {
        return None;
    }
    [ByteOrder::Big, ByteOrder::Little]
        .into_iter()
        .find(|order| order.u32(bytes, 8) == Some(BYTE_ORDER_MAGIC))
}

/// Reads a whole file, in which `order` is that of the first section.
pub(in super::super) fn read(bytes: &[u8], order: ByteOrder) -> Result<Trace, ReadError> {
    if bytes.len() < SHORTEST_SECTION_HEADER {
        return Err(ReadError::TooShort {
            format: "pcapng",
            expected: SHORTEST_SECTION_HEADER,
            found: bytes.len(),
        });
    }
    if let Some(major @ (0 | 2..)) = order.u16(bytes, 12) {
        return Err(ReadError::Version { found: major });
    }
    let mut reader = Reader { bytes, offset: 0, order, interfaces: Vec::new(), fold: Fold::default() };
    while reader.offset < bytes.len() {
        if let Err(why) = reader.block() {
            reader.fold.skip(why);
            break;
        }
    }
    Ok(reader.fold.finish())
}

struct Reader<'a> {
    bytes: &'a [u8],
    offset: usize,
    order: ByteOrder,
    /// Those of the section at hand, in order: packets name them by index.
    interfaces: Vec<Interface>,
    fold: Fold,
}

impl<'a> Reader<'a> {
    /// Reads the block at `offset` and moves behind it. An error means that there is no telling where the
    /// next one begins.
    fn block(&mut self) -> Result<(), Reason> {
        let offset = self.offset;
        let rest = self.bytes.get(offset..).unwrap_or_default();
        let cut = |expected| Reason::FileCutShort { offset, expected, found: rest.len() };
        let damaged = |field, found| Reason::FileDamaged { offset, field, found };

        let is_section_header = ByteOrder::Big.u32(rest, 0) == Some(block::SECTION_HEADER);
        if is_section_header {
            let magic = ByteOrder::Big.u32(rest, 8).ok_or(cut(SHORTEST_SECTION_HEADER))?;
            self.order = section_order(rest).ok_or(damaged("Byte-Order Magic", magic))?;
            self.interfaces.clear();
        }
        let kind = self.order.u32(rest, 0).ok_or(cut(AROUND_BODY))?;
        let total = self.order.u32(rest, 4).ok_or(cut(AROUND_BODY))?;
        let length = total as usize;
        if length < AROUND_BODY || !length.is_multiple_of(4) {
            return Err(damaged("Block Total Length", total));
        }
        let whole = rest.get(..length).ok_or(cut(length))?;
        let body = whole.get(8..length - 4).unwrap_or_default();
        self.offset += length;

        if self.order.u32(whole, length - 4) != Some(total) {
            self.broken(offset, kind, "the second Block Total Length");
        } else if is_section_header {
            if let Some(major @ (0 | 2..)) = self.order.u16(body, 4) {
                return Err(damaged("Major Version", major.into()));
            }
        } else {
            self.body(kind, body).unwrap_or_else(|field| self.broken(offset, kind, field));
        }
        Ok(())
    }

    fn broken(&mut self, offset: usize, kind: u32, field: &'static str) {
        let why = Reason::Block { offset, kind, field };
        match kind {
            block::ENHANCED_PACKET | block::SIMPLE_PACKET | block::OBSOLETE_PACKET => {
                self.fold.broken_frame(why);
            }
            _ => self.fold.skip(why),
        }
    }

    /// An error names the field that is wrong.
    fn body(&mut self, kind: u32, body: &'a [u8]) -> Result<(), &'static str> {
        match kind {
            block::INTERFACE_DESCRIPTION => self.interface_description(body),
            block::ENHANCED_PACKET => self.enhanced_packet(body),
            block::SIMPLE_PACKET => self.simple_packet(body),
            block::OBSOLETE_PACKET => self.obsolete_packet(body),
            block::DECRYPTION_SECRETS => self.decryption_secrets(body),
            _ => Ok(()), // names, statistics, custom blocks: nothing that was on the wire
        }
    }

    fn interface_description(&mut self, body: &[u8]) -> Result<(), &'static str> {
        // Even a broken one counts: packets name interfaces by their place in the file.
        let mut interface = Interface {
            link_type: self.order.u16(body, 0).unwrap_or(u16::MAX),
            snap_len: self.order.u32(body, 4).unwrap_or(0),
            ..Interface::default()
        };
        for (code, value) in self.options(body, 8) {
            match (code, value) {
                (option::IF_TSRESOL, &[resolution]) => interface.unit = Unit::from_tsresol(resolution),
                (option::IF_TSOFFSET, _) => {
                    interface.offset_seconds = self.order.u64(value, 0).unwrap_or(0).cast_signed();
                }
                _ => {}
            }
        }
        self.interfaces.push(interface);
        if body.len() < 8 { Err("the fixed part of the body") } else { Ok(()) }
    }

    fn enhanced_packet(&mut self, body: &'a [u8]) -> Result<(), &'static str> {
        let interface = self.order.u32(body, 0).ok_or("Interface ID")?;
        self.timed_packet(interface as usize, body)
    }

    fn obsolete_packet(&mut self, body: &'a [u8]) -> Result<(), &'static str> {
        let interface = self.order.u16(body, 0).ok_or("Interface ID")?;
        self.timed_packet(interface.into(), body)
    }

    /// From the timestamp on, old and new packet blocks are alike.
    fn timed_packet(&mut self, interface: usize, body: &'a [u8]) -> Result<(), &'static str> {
        let interface = self.interfaces.get(interface).ok_or("Interface ID")?;
        let (Some(upper), Some(lower)) = (self.order.u32(body, 4), self.order.u32(body, 8)) else {
            return Err("Timestamp");
        };
        let length = self.order.u32(body, 12).ok_or("Captured Packet Length")? as usize;
        let end = 20usize.saturating_add(length);
        let bytes = body.get(20..end).ok_or("Captured Packet Length")?;
        let frame = Frame {
            at: interface.time(u64::from(upper) << 32 | u64::from(lower)),
            link_type: interface.link_type.into(),
            bytes,
            comment: self.comments(body, end + padding(length)),
        };
        self.fold.frame(frame);
        Ok(())
    }

    /// The first interface's, and without a time: the previous packet's time is the best guess.
    fn simple_packet(&mut self, body: &'a [u8]) -> Result<(), &'static str> {
        let interface = self.interfaces.first().ok_or("the missing Interface Description Block")?;
        let original = self.order.u32(body, 0).ok_or("Original Packet Length")?;
        let captured = if interface.snap_len == 0 { original } else { original.min(interface.snap_len) };
        let end = (captured as usize).saturating_add(4).min(body.len());
        self.fold.frame(Frame {
            at: self.fold.last_time(),
            link_type: interface.link_type.into(),
            bytes: body.get(4..end).unwrap_or_default(),
            comment: None,
        });
        Ok(())
    }

    fn decryption_secrets(&mut self, body: &[u8]) -> Result<(), &'static str> {
        let kind = self.order.u32(body, 0).ok_or("Secrets Type")?;
        let length = self.order.u32(body, 4).ok_or("Secrets Length")? as usize;
        let bytes = body.get(8..8usize.saturating_add(length)).ok_or("Secrets Length")?;
        self.fold.secrets(Secrets { kind, bytes: bytes.to_vec() });
        Ok(())
    }

    /// All the comments among the options that begin at `at`, one a line.
    fn comments(&self, body: &[u8], at: usize) -> Option<String> {
        let mut all: Option<String> = None;
        for (_, value) in self.options(body, at).filter(|(code, _)| *code == option::COMMENT) {
            let text = String::from_utf8_lossy(value);
            match &mut all {
                None => all = Some(text.into_owned()),
                Some(all) => {
                    all.push('\n');
                    all.push_str(&text);
                }
            }
        }
        all
    }

    /// Code and value of each option from `at` on, up to the end or to the first that does not fit.
    fn options<'b>(&self, body: &'b [u8], mut at: usize) -> impl Iterator<Item = (u16, &'b [u8])> + use<'b> {
        let order = self.order;
        std::iter::from_fn(move || {
            let code = order.u16(body, at).filter(|code| *code != option::END)?;
            let length = usize::from(order.u16(body, at + 2)?);
            let value = body.get(at + 4..at + 4 + length)?;
            at += 4 + length + padding(length);
            Some((code, value))
        })
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Interface {
    link_type: u16,
    /// 0: no limit.
    snap_len: u32,
    unit: Unit,
    offset_seconds: i64,
}

impl Interface {
    fn time(&self, timestamp: u64) -> Duration {
        let since = self.unit.duration(timestamp);
        let seconds = since.as_secs().saturating_add_signed(self.offset_seconds);
        Duration::new(seconds, since.subsec_nanos())
    }
}

/// The unit of timestamps, as a negative power of ten or two, in seconds.
#[derive(Clone, Copy, Debug)]
enum Unit {
    Decimal(u32),
    Binary(u32),
}

impl Default for Unit {
    fn default() -> Self {
        Unit::Decimal(6)
    }
}

impl Unit {
    fn from_tsresol(resolution: u8) -> Self {
        let exponent = u32::from(resolution & 0x7f);
        if resolution & 0x80 == 0 { Unit::Decimal(exponent) } else { Unit::Binary(exponent) }
    }

    /// Exact down to the nanosecond; finer than that is cut off.
    fn duration(self, timestamp: u64) -> Duration {
        match self {
            Unit::Decimal(exponent @ 0..=9) => {
                let units = 10u64.pow(exponent);
                let nanoseconds = timestamp % units * 10u64.pow(9 - exponent);
                Duration::new(timestamp / units, nanoseconds as u32)
            }
            Unit::Decimal(exponent) => {
                let per_nanosecond = 10u64.checked_pow(exponent - 9);
                Duration::from_nanos(per_nanosecond.map_or(0, |units| timestamp / units))
            }
            Unit::Binary(exponent) => {
                let nanoseconds = (u128::from(timestamp) * 1_000_000_000) >> exponent;
                let seconds = nanoseconds / 1_000_000_000;
                Duration::new(seconds as u64, (nanoseconds % 1_000_000_000) as u32)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_exact_in_every_unit() {
        let cases: [(u8, u64, Duration); 9] = [
            (0, 5, Duration::from_secs(5)),
            (3, 1500, Duration::from_millis(1500)),
            (6, 1_700_000_000_000_001, Duration::new(1_700_000_000, 1000)),
            (9, u64::MAX, Duration::from_nanos(u64::MAX)),
            (12, 1_999, Duration::from_nanos(1)),
            (127, u64::MAX, Duration::ZERO),
            (0x80, 7, Duration::from_secs(7)),
            (0x80 | 10, 1536, Duration::from_millis(1500)),
            (0xff, u64::MAX, Duration::ZERO),
        ];
        for (tsresol, timestamp, expected) in cases {
            assert_eq!(Unit::from_tsresol(tsresol).duration(timestamp), expected, "if_tsresol {tsresol:#x}");
        }
    }

    #[test]
    fn the_offset_moves_time_both_ways_and_never_below_the_epoch() {
        let time =
            |offset_seconds, timestamp| Interface { offset_seconds, ..Interface::default() }.time(timestamp);
        assert_eq!(time(10, 1_500_000), Duration::from_millis(11_500));
        assert_eq!(time(-1, 1_500_000), Duration::from_millis(500));
        assert_eq!(time(i64::MIN, 1_500_000), Duration::from_millis(500));
        assert_eq!(time(i64::MAX, u64::MAX).subsec_nanos(), 551_615_000);
    }
}
