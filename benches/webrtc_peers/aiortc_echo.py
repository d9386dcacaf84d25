"""PyPI's aiortc as what examples/webrtc --answer is: POST /offer, and every message comes back."""

import asyncio

from aiohttp import web
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

CALLS = set()


async def offer(request):
    call = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    CALLS.add(call)
    call.on("datachannel", lambda channel: channel.on("message", channel.send))
    await call.setRemoteDescription(RTCSessionDescription(**await request.json()))
    await call.setLocalDescription(await call.createAnswer())
    return web.json_response({"type": call.localDescription.type, "sdp": call.localDescription.sdp})


async def main():
    app = web.Application()
    app.router.add_post("/offer", offer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(f"listens: http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}/", flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
