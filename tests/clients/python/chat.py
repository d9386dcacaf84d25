"""PyPI's python-socketio at the chat of examples/socketio: chat.py URL polling|websocket|upgrade

Prints a line for each step that holds, and ends with 0 only if all of them do.
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


async def connected(name):
    client = socketio.AsyncClient(reconnection=False)
    client.heard = asyncio.Queue()
    client.on("*", lambda event, *args: client.heard.put_nowait((event, *args)))
    await client.connect(URL, transports=TRANSPORTS, auth={"name": name})
    return client


async def next_of(client, event):
    while True:
        name, *args = await asyncio.wait_for(client.heard.get(), 30)
        if name == event:
            return args


async def main():
    ping, pong = await connected("ping"), await connected("pong")
    assert ping.transport() == ("polling" if MODE == "polling" else "websocket"), ping.transport()
    print("transport")

    assert await ping.call("join", "lobby") == "lobby"
    await pong.call("join", "lobby")
    assert await next_of(ping, "joined") == ["lobby", "pong"]
    print("rooms")

    number = await ping.call("say", ("lobby", "hello"))
    assert await next_of(pong, "said") == ["lobby", {"number": number, "name": "ping", "text": "hello"}]
    print("acks")

    assert await ping.call("file", ("lobby", "bytes", BYTES)) == len(BYTES)
    assert await next_of(pong, "file") == ["ping", "bytes", BYTES]
    print("binary")

    pong.on("whisper", lambda sender, text: f"{sender} said {text}")
    assert await ping.call("whisper", ("pong", "psst")) == "ping said psst"
    print("whisper")

    answers = await asyncio.gather(*(pong.call("say", ("elsewhere", str(at))) for at in range(200)))
    assert len(set(answers)) == 200
    print("200 acks")
    await ping.disconnect()
    await pong.disconnect()


asyncio.run(asyncio.wait_for(main(), 50))
