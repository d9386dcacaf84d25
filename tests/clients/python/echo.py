"""PyPI's websockets, on either side of a WebSocket: tests/examples/websocket_interop.rs

python echo.py listen [CERTIFICATE KEY]    an echo server, over TLS with these files
python echo.py connect URL                 a client: each step that holds is printed
"""

import asyncio
import ssl
import sys

from websockets.asyncio.client import connect
from websockets.asyncio.server import serve


async def echo(socket):
    async for message in socket:
        await socket.send(message)


async def listen(certificate=None, key=None):
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
    async with serve(echo, "127.0.0.1", 0, ssl=context) as server:
        port = server.sockets[0].getsockname()[1]
        print(f"Listening at {'wss' if context else 'ws'}://127.0.0.1:{port}/", flush=True)
        await server.serve_forever()


async def client(url):
    async with connect(url) as socket:
        await socket.send("ping")
        assert await socket.recv() == "ping"
        print("text")

        await socket.send(b"ping" * 17_500)
        assert await socket.recv() == b"ping" * 17_500
        print("binary")

        await socket.send(["pi", "ng"])
        pong = await socket.ping("still there?")
        await pong
        assert await socket.recv() == "ping"
        print("fragments")

        await socket.close(1000, "that was all")
        assert (socket.close_code, socket.close_reason) == (1000, "that was all")
        print("close")


task, *arguments = sys.argv[1:]
asyncio.run({"listen": listen, "connect": client}[task](*arguments))
