#!/usr/bin/env python3
"""What .ci/autobahn asks the Autobahn testsuite for, and what it makes of the answer.

    autobahn.py lab URL ID             the address of a lab, from the list that the workbook serves
    autobahn.py spec DIR NAME=URL...   writes DIR/spec.json, from the ids of all cases in DIR/cases
    autobahn.py judge DIR              reads DIR/spec.json and DIR/report: a table, and exit code 1 if anything failed
    autobahn.py self-test              holds that `judge` fails where it should
"""

import base64
import json
import os
import socket
import sys
import tempfile
import urllib.request
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

# How long messages take in ever smaller pieces (9.3, 9.4), and every setting of a compression (12, 13), say nothing
# that the others do not. Where a server compresses, the first group of each is run.
LEFT_OUT = ("9.3.", "9.4.")
COMPRESSED = ("12.", "13.")
COMPRESSED_FIRST = ("12.1.", "13.1.")
# As many are left of the suite's 25.10.1.
EXPECTED, EXPECTED_COMPRESSED = 283, 36

GOOD = ("OK", "NON-STRICT", "INFORMATIONAL")


def lab(url, name):
    """Where the lab of that id takes WebSockets."""
    with urllib.request.urlopen(url, timeout=30) as response:
        labs = json.load(response)["labs"]
    for entry in labs:
        urls = [address["url"] for address in entry["addresses"] if address["url"].startswith("ws://")]
        if entry["id"] == name and urls:
            return urls[0]
    sys.exit(f"{url} lists no lab {name} with a ws:// address: {json.dumps(labs)}")


def spec(folder, servers):
    every = (folder / "cases").read_text().split()
    plain = [case for case in every if not case.startswith(LEFT_OUT + COMPRESSED)]
    compressed = [case for case in every if case.startswith(COMPRESSED_FIRST)]
    found = (len(plain), len(compressed))
    if found != (EXPECTED, EXPECTED_COMPRESSED):
        sys.exit(f"expected {EXPECTED} cases and {EXPECTED_COMPRESSED} of compression, found {found}: another suite?")
    servers = dict(server.split("=", 1) for server in servers)
    if len(set(servers.values())) < len(servers):
        sys.exit(f"two servers at one address: {servers}")
    without = [name for name, url in servers.items() if not compresses(url)]
    wanted = {
        "outdir": str(folder / "report"),
        "servers": [{"agent": name, "url": url} for name, url in servers.items()],
        "cases": plain + (compressed if len(without) < len(servers) else []),
        "exclude-cases": [],
        "exclude-agent-cases": {name: [prefix + "*" for prefix in COMPRESSED] for name in without},
    }
    (folder / "spec.json").write_text(json.dumps(wanted, indent=1))


def compresses(url):
    """Whether a server takes up permessage-deflate. It must be there, and answer 101."""
    to = urlsplit(url)
    request = (
        f"GET {to.path or '/'} HTTP/1.1\r\nHost: {to.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n"
    )
    with socket.create_connection((to.hostname, to.port), timeout=30) as stream:
        stream.sendall(request.encode())
        head = b""
        while b"\r\n\r\n" not in head:
            more = stream.recv(4096)
            if not more:
                sys.exit(f"{url} hung up on the handshake: {head!r}")
            head += more
    if not head.startswith(b"HTTP/1.1 101"):
        sys.exit(f"{url} does not agree to a handshake: {head!r}")
    return b"permessage-deflate" in head.lower()


def judge(folder):
    """What is wrong, a line each; and the table."""
    wanted = json.loads((folder / "spec.json").read_text())
    index = folder / "report" / "index.json"
    if not index.is_file():
        return [f"{index} is not there: the suite made no report"], ""
    report = json.loads(index.read_text())
    names = [server["agent"] for server in wanted["servers"]]
    wrong = [f"{name}: in the report, and nobody asked for it" for name in report if name not in names]
    rows = [["server", "cases", *GOOD, "other"]]
    for name in names:
        left_out = tuple(pattern.rstrip("*") for pattern in wanted["exclude-agent-cases"].get(name, []))
        expected = [case for case in wanted["cases"] if not (left_out and case.startswith(left_out))]
        cases = report.get(name, {})
        missing = [case for case in expected if case not in cases]
        if missing or len(expected) < EXPECTED:
            wrong.append(f"{name}: {len(cases)} cases ran; {', '.join(missing[:5]) or 'too few were asked for'} and so on did not")
        for case, result in cases.items():
            behavior, closing = result.get("behavior"), result.get("behaviorClose")
            if behavior not in GOOD or closing not in GOOD:
                where = folder / "report" / str(result.get("reportfile")).replace(".json", ".html")
                wrong.append(f"{name} {case}: {behavior}, closing {closing}: {where}")
        counts = Counter(result.get("behavior") for result in cases.values())
        other = len(cases) - sum(counts[kind] for kind in GOOD)
        rows.append([name, len(cases), *(counts[kind] for kind in GOOD), other])
    return wrong, "\n".join("".join(f"{cell!s:>15}" for cell in row) for row in rows)


def self_test():
    cases = [f"1.1.{number}" for number in range(EXPECTED)]
    ok = {"behavior": "OK", "behaviorClose": "OK", "reportfile": "a_case.json"}
    good = {name: {case: ok for case in cases} for name in ("a", "b")}
    last = cases[-1]
    judged = {
        "all is well": (good, []),
        "informational is no failure": (changed(good, last, behavior="INFORMATIONAL"), []),
        "no report": (None, ["made no report"]),
        "no server answered": ({}, ["a: 0 cases ran", "b: 0 cases ran"]),
        "one server did not answer": ({"a": good["a"]}, ["b: 0 cases ran"]),
        "it died in the middle": ({**good, "b": {case: ok for case in cases[:100]}}, ["b: 100 cases ran"]),
        "an agent of another run": ({**good, "c": {}}, ["c: in the report"]),
        "a failure": (changed(good, last, behavior="FAILED"), [f"b {last}: FAILED"]),
        "a wrong code": (changed(good, last, behaviorClose="WRONG CODE"), [f"b {last}: OK, closing WRONG CODE"]),
        "an unclean close": (changed(good, last, behaviorClose="UNCLEAN"), [f"b {last}: OK, closing UNCLEAN"]),
        "a case that did not run": (changed(good, last, behavior="UNIMPLEMENTED"), [f"b {last}: UNIMPLEMENTED"]),
        "no verdict": (changed(good, last, behavior=None), [f"b {last}: None"]),
    }
    wanted = {"servers": [{"agent": "a"}, {"agent": "b"}], "cases": cases, "exclude-agent-cases": {"a": ["12.*"]}}
    few = {**wanted, "cases": cases[:-1]}
    for name, (report, expected) in judged.items():
        check(name, wanted, report, expected)
    check("too few were asked for", few, good, ["a: 283 cases ran; too few", "b: 283 cases ran; too few"])


def changed(report, case, **change):
    return {**report, "b": {**report["b"], case: {**report["b"][case], **change}}}


def check(name, wanted, report, expected):
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "report").mkdir()
        (folder / "spec.json").write_text(json.dumps(wanted))
        if report is not None:
            (folder / "report" / "index.json").write_text(json.dumps(report))
        wrong, _ = judge(folder)
    if len(wrong) != len(expected) or any(say not in line for say, line in zip(expected, wrong)):
        sys.exit(f"self-test, {name}: expected {expected}, found {wrong}")


def main():
    match sys.argv[1:]:
        case ["lab", url, name]:
            print(lab(url, name))
        case ["spec", folder, *servers] if servers:
            spec(Path(folder), servers)
        case ["judge", folder]:
            wrong, table = judge(Path(folder))
            print(table)
            if wrong:
                sys.exit("\n".join(wrong) + f"\n{len(wrong)} against RFC 6455")
        case ["self-test"]:
            self_test()
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
