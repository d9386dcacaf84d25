// Joins bytes and fields of packets.
