//! What stands before a VP8 frame in RTP: the payload descriptor ([RFC 7741 section 4.2]) and, of a key frame, the size.
//!
//! ```text
//!  0 1 2 3 4 5 6 7
//! +-+-+-+-+-+-+-+-+
//! |X|R|N|S|R| PID |   S and PID 0: here a frame begins
//! |I|L|T|K| RSV   |   if X
//! |M| PictureID   |   if I; M: one byte more
//! |   TL0PICIDX   |   if L
//! |TID|Y| KEYIDX  |   if T or K
//! +-+-+-+-+-+-+-+-+
//! |Size0|H| VER |P|   of the frame's first packet (section 4.3); P 0: a key frame
//! | 9d 01 2a        |   of a key frame: RFC 6386 section 9.1, then width and height, 14 bits each, the least first
//! ```
//!
//! [RFC 7741 section 4.2]: https://www.rfc-editor.org/rfc/rfc7741#section-4.2

use crate::rewrite::Picture;

/// The descriptor of one packet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Descriptor {
    /// The picture's number, and where it stands.
    pub(crate) picture: Option<(usize, Picture)>,
    /// TL0PICIDX, the number of the last frame that all later ones may need, and where it stands.
    pub(crate) base: Option<(usize, u8)>,
    /// Whether a frame begins here.
    pub(crate) begins: bool,
    /// Whether it is a key frame.
    pub(crate) key: bool,
    /// Its width and height.
    pub(crate) size: Option<(u16, u16)>,
}

impl Descriptor {
    /// Reads the beginning of a payload; `None` where it is cut short.
    pub(crate) fn read(payload: &[u8]) -> Option<Self> {
        let first = *payload.first()?;
        let mut descriptor = Self::default();
        let mut at = 1;
        if first & 0x80 != 0 {
            let extended = *payload.get(at)?;
            at += 1;
            if extended & 0x80 != 0 {
                let number = *payload.get(at)?;
                let picture = if number & 0x80 == 0 {
                    Picture::Short(number)
                } else {
                    Picture::Long(u16::from_be_bytes([number & 0x7f, *payload.get(at + 1)?]))
                };
                descriptor.picture = Some((at, picture));
                at += picture.len();
            }
            if extended & 0x40 != 0 {
                descriptor.base = Some((at, *payload.get(at)?));
                at += 1;
            }
            if extended & 0x30 != 0 {
                at += 1;
            }
        }
        descriptor.begins = first & 0x17 == 0x10;
        descriptor.key = descriptor.begins && payload.get(at)? & 1 == 0;
        if descriptor.key
            && let Some(&[0x9d, 0x01, 0x2a, w0, w1, h0, h1]) = payload.get(at + 3..at + 10)
        {
            let size = |low, high| u16::from_le_bytes([low, high]) & 0x3fff;
            descriptor.size = Some((size(w0, w1), size(h0, h1)));
        }
        Some(descriptor)
    }

    /// Writes other numbers into a payload that this descriptor was read from.
    pub(crate) fn renumber(&self, payload: &mut [u8], picture: Option<Picture>, base: Option<u8>) {
        if let (Some((at, _)), Some(picture)) = (self.picture, picture) {
            let (bytes, length) = picture.bytes();
            if let Some(place) = payload.get_mut(at..at + length) {
                place.copy_from_slice(&bytes[..length]);
            }
        }
        if let (Some((at, _)), Some(base)) = (self.base, base)
            && let Some(place) = payload.get_mut(at)
        {
            *place = base;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key frame's first packet of Chromium's: 15 bits of PictureID, TL0PICIDX, TID; 320 by 180.
    const KEY: [u8; 15] =
        [0x90, 0xe0, 0x92, 0x34, 0x07, 0x20, 0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xb4];

    fn key() -> Vec<u8> {
        [&KEY[..], &[0x00, 0xff]].concat()
    }

    #[test]
    fn a_key_frame_gives_numbers_and_size() {
        let read = Descriptor::read(&key()).unwrap();
        assert_eq!(read.picture, Some((2, Picture::Long(0x1234))));
        assert_eq!(read.base, Some((4, 7)));
        assert_eq!((read.key, read.size), (true, Some((320, 180))));
    }

    #[test]
    fn which_packets_begin_a_key_frame() {
        for (payload, key, what) in [
            (&[0x10, 0x10][..], true, "S, partition 0, P 0"),
            (&[0x10, 0x11], false, "an inter frame"),
            (&[0x00, 0x10], false, "not the frame's first packet"),
            (&[0x11, 0x10], false, "the beginning of partition 1"),
            (&[0x30, 0x10], true, "N, which says that nothing refers to it, changes nothing"),
            (&[0x90, 0x80, 0x05, 0x10], true, "7 bits of PictureID"),
        ] {
            assert_eq!(Descriptor::read(payload).map(|read| read.key), Some(key), "{what}");
        }
    }

    #[test]
    fn what_is_renumbered_reads_back_and_nothing_else_changes() {
        let mut payload = key();
        let before = Descriptor::read(&payload).unwrap();
        before.renumber(&mut payload, Some(Picture::Long(0x7fff)), Some(255));
        let after = Descriptor::read(&payload).unwrap();
        assert_eq!((after.picture, after.base), (Some((2, Picture::Long(0x7fff))), Some((4, 255))));
        let changed: Vec<usize> =
            payload.iter().zip(key()).enumerate().filter(|(_, (a, b))| *a != b).map(|(at, _)| at).collect();
        assert_eq!(changed, [2, 3, 4]);
    }

    #[test]
    fn a_cut_payload_neither_panics_nor_gives_a_key_frame_size() {
        for length in 0..KEY.len() {
            let read = Descriptor::read(&KEY[..length]);
            assert!(read.is_none_or(|read| read.size.is_none()), "{length}");
        }
    }
}
