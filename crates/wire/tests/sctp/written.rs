//! Packets, written by the figures of the RFCs.

/// CRC32c, a bit at a time, by its polynomial: another way than the one under test.
fn crc32c(bytes: &[u8]) -> u32 {
    let step = |crc: u32| (crc >> 1) ^ (0x82f6_3b78 & 0_u32.wrapping_sub(crc & 1));
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}

pub(crate) fn packet(tag: u32, chunks: &[Vec<u8>]) -> Vec<u8> {
    let mut packet =
        [&5000_u16.to_be_bytes()[..], &5000_u16.to_be_bytes(), &tag.to_be_bytes(), &[0; 4]].concat();
    packet.extend(chunks.concat());
    let sum = crc32c(&packet);
    packet[8..12].copy_from_slice(&sum.to_le_bytes());
    packet
}

pub(crate) fn without_sum(mut packet: Vec<u8>) -> Vec<u8> {
    packet[8..12].copy_from_slice(&[0; 4]);
    packet
}

pub(crate) fn chunk(kind: u8, flags: u8, value: &[u8]) -> Vec<u8> {
    let mut chunk = vec![kind, flags];
    chunk.extend((value.len() as u16 + 4).to_be_bytes());
    chunk.extend(value);
    chunk.resize(chunk.len().next_multiple_of(4), 0);
    chunk
}

/// A parameter or a cause, with its padding.
pub(crate) fn parameter(kind: u16, value: &[u8]) -> Vec<u8> {
    let mut parameter = [kind.to_be_bytes(), (value.len() as u16 + 4).to_be_bytes()].concat();
    parameter.extend(value);
    parameter.resize(parameter.len().next_multiple_of(4), 0);
    parameter
}

pub(crate) fn init(kind: u8, tag: u32, tsn: u32, parameters: &[Vec<u8>]) -> Vec<u8> {
    let fixed =
        [&tag.to_be_bytes()[..], &0x2_0000_u32.to_be_bytes(), &[0xff; 4], &tsn.to_be_bytes()].concat();
    chunk(kind, 0, &[fixed, parameters.concat()].concat())
}

/// The last `flags` bits: I, U, B, E.
pub(crate) fn data(flags: u8, tsn: u32, stream: u16, ssn: u16, ppid: u32, user: &[u8]) -> Vec<u8> {
    let numbers = [&tsn.to_be_bytes()[..], &stream.to_be_bytes(), &ssn.to_be_bytes(), &ppid.to_be_bytes()];
    chunk(0, flags, &[&numbers.concat(), user].concat())
}

/// A message in one piece.
pub(crate) fn whole(tsn: u32, stream: u16, ssn: u16, ppid: u32, user: &[u8]) -> Vec<u8> {
    data(3, tsn, stream, ssn, ppid, user)
}

pub(crate) fn i_data(flags: u8, tsn: u32, stream: u16, mid: u32, ppid_or_fsn: u32, user: &[u8]) -> Vec<u8> {
    let numbers = [
        &tsn.to_be_bytes()[..],
        &stream.to_be_bytes(),
        &[0, 0],
        &mid.to_be_bytes(),
        &ppid_or_fsn.to_be_bytes(),
    ];
    chunk(64, flags, &[&numbers.concat(), user].concat())
}

pub(crate) fn sack(tsn: u32, gaps: &[(u16, u16)], duplicates: &[u32]) -> Vec<u8> {
    let mut value = [&tsn.to_be_bytes()[..], &0x2_0000_u32.to_be_bytes()].concat();
    value.extend((gaps.len() as u16).to_be_bytes());
    value.extend((duplicates.len() as u16).to_be_bytes());
    gaps.iter().for_each(|(start, end)| value.extend([start.to_be_bytes(), end.to_be_bytes()].concat()));
    duplicates.iter().for_each(|tsn| value.extend(tsn.to_be_bytes()));
    chunk(3, 0, &value)
}

pub(crate) fn open(kind: u8, priority: u16, reliability: u32, label: &[u8], protocol: &[u8]) -> Vec<u8> {
    let mut message = vec![3, kind];
    message.extend(priority.to_be_bytes());
    message.extend(reliability.to_be_bytes());
    message.extend((label.len() as u16).to_be_bytes());
    message.extend((protocol.len() as u16).to_be_bytes());
    message.extend([label, protocol].concat());
    message
}

/// RE-CONFIG: the sender resets this stream of its own.
pub(crate) fn reset(request: u32, answers: u32, last: u32, stream: u16) -> Vec<u8> {
    let value =
        [&request.to_be_bytes()[..], &answers.to_be_bytes(), &last.to_be_bytes(), &stream.to_be_bytes()];
    parameter(13, &value.concat())
}

/// Of each chunk one, as the figures draw it.
pub(crate) fn every_chunk() -> Vec<Vec<u8>> {
    let parameters = [
        parameter(0xc000, &[]),
        parameter(0x8001, &1_u32.to_be_bytes()),
        parameter(0x8002, &[7; 32]),
        parameter(0x8003, &[0, 193, 128]),
        parameter(0x8004, &[0, 1, 0, 3]),
        parameter(0x8008, &[192, 130, 64, 194, 77]),
        parameter(0x1234, b"odd"),
    ];
    let cookie = [parameter(7, b"signed state of the one who answers")].concat();
    let reason = parameter(12, b"Close called");
    let answer = [&9_u32.to_be_bytes()[..], &1_u32.to_be_bytes()].concat();
    vec![
        whole(100, 1, 0, 51, b"ping"),
        data(0x0e, 101, 1, 1, 53, &[1, 2, 3]),
        i_data(3, 100, 1, 0, 51, b"ping"),
        i_data(1, 101, 1, 0, 1, b"tail"),
        init(1, 0x1111, 100, &parameters),
        init(2, 0x2222, 500, &[cookie]),
        sack(100, &[(2, 3), (5, 5)], &[99]),
        chunk(4, 0, &parameter(1, b"when")),
        chunk(5, 0, &parameter(1, b"when")),
        chunk(6, 1, &reason),
        chunk(7, 0, &100_u32.to_be_bytes()),
        chunk(8, 0, &[]),
        chunk(
            9,
            0,
            &[parameter(1, &[0, 7, 0, 0]), parameter(3, &[0, 0, 1, 0]), parameter(9, &[0; 4])].concat(),
        ),
        chunk(10, 0, b"signed state of the one who answers"),
        chunk(11, 0, &[]),
        chunk(12, 0, &[0; 4]),
        chunk(13, 0, &[0; 4]),
        chunk(14, 0, &[]),
        chunk(15, 0, &[&[0, 0, 0, 1][..], &[9; 20]].concat()),
        chunk(130, 0, &[reset(9, 8, 101, 1), parameter(16, &answer)].concat()),
        chunk(132, 0, &[0; 5]),
        chunk(192, 0, &[&103_u32.to_be_bytes()[..], &[0, 1, 0, 5]].concat()),
        chunk(194, 0, &[&103_u32.to_be_bytes()[..], &[0, 1, 0, 1, 0, 0, 0, 5]].concat()),
        chunk(77, 0, b"unknown"),
        whole(102, 1, 2, 50, &open(0x82, 256, 3000, b"chat", b"json")),
        whole(103, 1, 3, 50, &[2]),
        whole(104, 1, 4, 56, &[0]),
    ]
}
