"""Makes a pair of offer and answer for each situation that aiortc knows, and prints them as JSON: { name: sdp, … }.

Reads what other makers have offered from standard input: { maker: { situation: sdp } }. Goes to no network: there is no
server to ask, and loopback stands in for the host's addresses, which are nobody's business.
"""

import asyncio
import json
import sys

import aioice.ice
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, VideoStreamTrack

aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]

TRACKS = {"audio": AudioStreamTrack, "video": VideoStreamTrack}
made = {}


def add(pc, part):
    if part == "data":
        pc.createDataChannel("ping")
    elif part == "receive":
        pc.addTransceiver("audio", direction="recvonly")
        pc.addTransceiver("video", direction="recvonly")
    else:
        pc.addTrack(TRACKS[part]())


def send_back(pc):
    for transceiver in pc.getTransceivers():
        if transceiver.sender.track is None and transceiver.direction == "recvonly":
            pc.addTrack(TRACKS[transceiver.kind]())


async def negotiate(offerer, answerer, name, before=send_back, wait=False):
    offer = await offerer.createOffer()
    await offerer.setLocalDescription(offer)  # gathers, too
    if wait:
        offer = offerer.localDescription
    made[f"{name}-offer"] = offer.sdp
    await answerer.setRemoteDescription(offer)
    before(answerer)
    answer = await answerer.createAnswer()
    if not wait:
        made[f"{name}-answer"] = answer.sdp
    await answerer.setLocalDescription(answer)
    if wait:
        answer = answerer.localDescription
        made[f"{name}-answer"] = answer.sdp
    await offerer.setRemoteDescription(answer)


async def situation(parts, talk):
    config = RTCConfiguration(iceServers=[])
    offerer, answerer = RTCPeerConnection(config), RTCPeerConnection(config)
    for part in parts:
        add(offerer, part)
    try:
        await talk(offerer, answerer)
    finally:
        await offerer.close()
        await answerer.close()


def once(name, **options):
    return lambda offerer, answerer: negotiate(offerer, answerer, name, **options)


async def renegotiation(offerer, answerer):
    await negotiate(offerer, answerer, "renegotiation-1")
    add(offerer, "audio")
    await negotiate(offerer, answerer, "renegotiation-2")


async def main():
    offers = json.load(sys.stdin)
    await situation(["data"], once("data"))
    await situation(["data"], once("data-gathered", wait=True))
    await situation(["audio", "video"], once("audio-video"))
    await situation(["audio", "video", "data"], once("all-gathered", wait=True))
    await situation(["receive"], once("recvonly"))
    await situation(["data"], renegotiation)
    for maker, situations in offers.items():
        for name, sdp in situations.items():
            pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
            await pc.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
            send_back(pc)
            made[f"{name}-answer-to-{maker}"] = (await pc.createAnswer()).sdp
            await pc.close()
    json.dump(made, sys.stdout)


asyncio.run(main())
