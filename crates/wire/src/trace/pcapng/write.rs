//! Writing: one section, one interface, the secrets, then the packets.

use std::io::{self, Write};

use super::super::link::LINKTYPE_RAW;
use super::super::packets::Packets;
use super::super::{Secrets, Trace};
use super::{AROUND_BODY, BYTE_ORDER_MAGIC, block, option, padding};

/// 10^-9 seconds.
const NANOSECONDS: u8 = 9;

impl Trace {
    /// Writes the trace as a pcapng file that Wireshark opens, little-endian.
    ///
    /// An event has addresses and bytes but no headers, so IP and UDP or TCP headers are made for it, with
    /// right lengths and checksums. A TCP connection is opened with a three-way handshake before its first
    /// event, whose sender is taken for the client, and is not closed; an event of it without bytes sends
    /// nothing. Where one end has an IPv4 and the
    /// other an IPv6 address, the former is written as IPv4-mapped (RFC 4291 section 2.5.5.2). Comments are
    /// cut at 65,535 bytes.
    ///
    /// # Errors
    ///
    /// What `out` reports; [`io::ErrorKind::InvalidInput`] for a datagram too long for UDP (65,507 bytes over
    /// IPv4, 65,527 over IPv6) and for secrets of 4 GiB.
    pub fn write_pcapng(&self, out: &mut impl Write) -> io::Result<()> {
        let mut blocks = Blocks { out, body: Vec::new() };
        blocks.section_header()?;
        blocks.interface_description()?;
        for secrets in &self.secrets {
            blocks.decryption_secrets(secrets)?;
        }
        let mut packets = Packets::default();
        for event in &self.events {
            // 2^64 nanoseconds last until the year 2554.
            let at = u64::try_from(event.at.as_nanos()).unwrap_or(u64::MAX);
            packets.carry(event, |packet, comment| blocks.enhanced_packet(at, packet, comment))?;
        }
        Ok(())
    }
}

struct Blocks<'w, W> {
    out: &'w mut W,
    /// The body of the block at hand; kept for its allocation.
    body: Vec<u8>,
}

impl<W: Write> Blocks<'_, W> {
    fn section_header(&mut self) -> io::Result<()> {
        self.u32(BYTE_ORDER_MAGIC);
        self.u16(1); // Major Version
        self.u16(0); // Minor Version
        self.u64(u64::MAX); // Section Length: not known yet
        self.option(option::SHB_USERAPPL, b"wirebook");
        self.option(option::END, b"");
        self.finish(block::SECTION_HEADER)
    }

    fn interface_description(&mut self) -> io::Result<()> {
        self.u16(LINKTYPE_RAW);
        self.u16(0); // Reserved
        self.u32(0); // SnapLen: packets are whole
        self.option(option::IF_TSRESOL, &[NANOSECONDS]);
        self.option(option::END, b"");
        self.finish(block::INTERFACE_DESCRIPTION)
    }

    fn decryption_secrets(&mut self, secrets: &Secrets) -> io::Result<()> {
        self.u32(secrets.kind);
        self.length(&secrets.bytes)?;
        self.padded(&secrets.bytes);
        self.finish(block::DECRYPTION_SECRETS)
    }

    fn enhanced_packet(&mut self, at: u64, packet: &[u8], comment: Option<&str>) -> io::Result<()> {
        self.u32(0); // Interface ID
        self.u32((at >> 32) as u32);
        self.u32(at as u32);
        self.length(packet)?; // Captured Packet Length
        self.length(packet)?; // Original Packet Length
        self.padded(packet);
        if let Some(comment) = comment {
            self.option(option::COMMENT, as_option(comment).as_bytes());
            self.option(option::END, b"");
        }
        self.finish(block::ENHANCED_PACKET)
    }

    fn option(&mut self, code: u16, value: &[u8]) {
        self.u16(code);
        self.u16(value.len() as u16);
        self.padded(value);
    }

    fn padded(&mut self, value: &[u8]) {
        self.body.extend_from_slice(value);
        self.body.extend_from_slice(&[0; 3][..padding(value.len())]);
    }

    fn length(&mut self, value: &[u8]) -> io::Result<()> {
        let length = fits(value.len())?;
        self.u32(length);
        Ok(())
    }

    fn u16(&mut self, value: u16) {
        self.body.extend_from_slice(&value.to_le_bytes());
    }

    fn u32(&mut self, value: u32) {
        self.body.extend_from_slice(&value.to_le_bytes());
    }

    fn u64(&mut self, value: u64) {
        self.body.extend_from_slice(&value.to_le_bytes());
    }

    /// Writes the body with its type before it and its length on both sides.
    fn finish(&mut self, kind: u32) -> io::Result<()> {
        let total = fits(self.body.len() + AROUND_BODY)?;
        self.out.write_all(&kind.to_le_bytes())?;
        self.out.write_all(&total.to_le_bytes())?;
        self.out.write_all(&self.body)?;
        self.out.write_all(&total.to_le_bytes())?;
        self.body.clear();
        Ok(())
    }
}

/// As much of `text` as an option holds, not ending mid-character.
fn as_option(text: &str) -> &str {
    let mut ends = (0..=text.len().min(u16::MAX.into())).rev();
    let end = ends.find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text.get(..end).unwrap_or_default()
}

fn fits(length: usize) -> io::Result<u32> {
    u32::try_from(length).map_err(|_| {
        let message = format!("{length} bytes do not fit into one pcapng block (at most 4 GiB); split them");
        io::Error::new(io::ErrorKind::InvalidInput, message)
    })
}
