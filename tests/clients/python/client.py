"""PyPI's python-socketio against the lab: client.py URL polling|websocket|upgrade

Prints a line for each step that holds, and ends with 0 only if all of them do. The asyncio client (aiohttp) does all
of it, the blocking one (requests, websocket-client) the echo.
"""

import asyncio
import sys

import socketio
from engineio.payload import Payload

# By default python-engineio gives up on a polling response that holds more than 16 packets.
Payload.max_decode_packets = 1000

URL, MODE = sys.argv[1:3]
TRANSPORTS = {"polling": ["polling"], "websocket": ["websocket"], "upgrade": ["polling", "websocket"]}[MODE]
BYTES = bytes(at % 256 for at in range(10_000))


class Client(socketio.AsyncClient):
    """One that keeps what it hears."""

    def __init__(self):
        super().__init__(reconnection=False)
        self.heard = asyncio.Queue()
        self.on("*", lambda event, *args: self.heard.put_nowait((event, *args)))

    async def next(self, event):
        while True:
            name, *args = await asyncio.wait_for(self.heard.get(), 30)
            if name == event:
                return args


async def connected(name):
    client = Client()
    await client.connect(URL, transports=TRANSPORTS, auth={"name": name})
    assert await client.next("welcome") == [{"name": name}]
    return client


async def transport():
    client = await connected("ping")
    assert client.transport() == ("polling" if MODE == "polling" else "websocket"), client.transport()
    return [client]


async def rooms():
    ping, pong = await connected("ping"), await connected("pong")
    assert await pong.call("join", "table") == {"ok": True, "rooms": ["table"]}
    await ping.call("join", "table")
    assert await pong.next("joined") == [{"room": "table", "from": "ping"}]
    assert await ping.call("say", ("table", "pong?")) == {"ok": True}
    assert await pong.next("said") == [{"room": "table", "from": "ping", "text": "pong?"}]
    await ping.disconnect()
    assert await pong.next("left") == [{"room": "table", "from": "ping"}]
    return [pong]


async def whispers():
    ping, pong = await connected("ping"), await connected("pong")
    pong.on("whispered", lambda whisper: "heard it")
    assert await ping.call("whisper", ("pong", "psst")) == {"ok": True, "heard": 1}
    return [ping, pong]


async def binary():
    client = await connected("ping")
    args = ["text", {"deep": [BYTES, 1.5, None]}, b"", True]
    assert list(await client.call("echo", tuple(args))) == args
    assert await client.next("echo") == args
    return [client]


async def acks():
    client = await connected("ping")
    answers = await asyncio.gather(*[client.call("echo", number) for number in range(200)])
    assert answers == list(range(200)), answers
    return [client]


async def namespaces():
    refused, why = Client(), []
    refused.on("connect_error", why.append, namespace="/admin")
    try:
        await refused.connect(URL, transports=TRANSPORTS, namespaces=["/admin"], auth={"password": "guess"})
        raise AssertionError("entered without the password")
    except socketio.exceptions.ConnectionError:
        assert "expected the password" in str(why), why
    admin = Client()
    await admin.connect(URL, transports=TRANSPORTS, namespaces=["/admin"], auth={"password": "wirebook"})
    assert (await admin.call("clients", namespace="/admin"))["ok"]
    return [admin]


def blocking():
    client = socketio.Client(reconnection=False)
    client.connect(URL, transports=TRANSPORTS, auth={"name": "pong"})
    assert list(client.call("echo", (BYTES, "text"))) == [BYTES, "text"]
    client.disconnect()


async def main():
    for step in [transport, rooms, whispers, binary, acks, namespaces]:
        for client in await asyncio.wait_for(step(), 60):
            await client.disconnect()
        print(f"{MODE}: {step.__name__}", flush=True)


asyncio.run(main())
blocking()
print(f"{MODE}: blocking", flush=True)
