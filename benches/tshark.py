#!/usr/bin/env python3
"""A capture of 100,000 packets to JSON: `wirebook inspect --json` beside `tshark -T json`, in turn.

    cargo build --release && benches/tshark.py [rounds]

The capture is a Binding request of 20 bytes and a Binding response of 100 in turn, each pair with an ID of its
own. Both programs write to a file in memory (/dev/shm) or to /tmp. Prints each round, the medians and the ratio.
"""

import os
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKETS = 100_000
RESPONSE = bytes.fromhex(
    "010100502112a442" "000000000000000000000000"
    "80220020" + "78" * 32 +
    "0020000800017047e112a643"
    "00080014" + "00" * 20 +
    "8028000400000000"
)


def capture(path):
    """Classic pcap, raw IP (LINKTYPE_RAW)."""
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101))
        ends = [(bytes([192, 0, 2, 1]), 32853), (bytes([198, 51, 100, 3]), 3478)]
        for n in range(PACKETS):
            (source, from_port), (target, to_port) = ends if n % 2 == 0 else reversed(ends)
            message = bytes.fromhex("000100002112a442") + bytes(12) if n % 2 == 0 else RESPONSE
            message = message[:8] + struct.pack(">I", n // 2) + message[12:]
            udp = struct.pack(">HHHH", from_port, to_port, 8 + len(message), 0) + message
            ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, source, target)
            out.write(struct.pack("<IIII", 1 + n // 20000, n % 20000 * 50, 20 + len(udp), 20 + len(udp)))
            out.write(ip + udp)


def seconds(command, output):
    start = time.perf_counter()
    with open(output, "wb") as out:
        subprocess.run(command, stdout=out, stderr=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    wirebook = ROOT / "target/release/wirebook"
    if not wirebook.exists():
        sys.exit("target/release/wirebook is missing: run `cargo build --release` first")
    memory = "/dev/shm" if os.path.isdir("/dev/shm") else None
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        file, output = f"{folder}/100k.pcap", f"{folder}/out.json"
        capture(file)
        commands = {
            "wirebook": [str(wirebook), "inspect", "--json", file],
            "tshark": ["tshark", "-r", file, "-T", "json"],
        }
        times, sizes = {name: [] for name in commands}, {}
        for command in commands.values():
            seconds(command, output)
        for _ in range(rounds):
            for name, command in commands.items():
                times[name].append(seconds(command, output))
                sizes[name] = os.path.getsize(output)
        for name, measured in times.items():
            listed = " ".join(f"{one:.2f}" for one in measured)
            print(f"{name:9} median {statistics.median(measured):6.2f} s of {listed}   {sizes[name] >> 20} MiB")
        ratios = [tshark / ours for ours, tshark in zip(times["wirebook"], times["tshark"])]
        print(f"ratio     median {statistics.median(ratios):6.1f} x, {min(ratios):.1f} to {max(ratios):.1f}")


if __name__ == "__main__":
    main()
