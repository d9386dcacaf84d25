//! Asks a STUN server what address it sees.

fn main() {}
