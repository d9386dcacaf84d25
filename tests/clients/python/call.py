"""PyPI's aiortc calls examples/webrtc: call.py URL ecdsa|rsa [active]

Prints a line for each step that holds, and ends with 0 only if all of them do. With `active` it insists on being the
client of the DTLS handshake, which an offer may (RFC 8842 section 5.2); else it is the server, and takes ECDSA only.
"""

import asyncio
import datetime
import sys

import aiohttp
from aiortc import RTCCertificate, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, VideoStreamTrack
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

URL, KIND, *ROLE = sys.argv[1:]
BYTES = bytes(at % 251 for at in range(60_000))


def rsa_certificate():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "aiortc")])
    now = datetime.datetime.now(tz=datetime.timezone.utc)
    day = datetime.timedelta(days=1)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - day).not_valid_after(now + day)
    return RTCCertificate(key=key, cert=builder.sign(key, hashes.SHA256()))


async def frames(track, enough):
    for _ in range(enough):
        await track.recv()
    print(track.kind, flush=True)


async def main():
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    if KIND == "rsa":
        connection._RTCPeerConnection__certificates[:] = [rsa_certificate()]
    connection.addTrack(AudioStreamTrack())
    connection.addTrack(VideoStreamTrack())
    heard, tracks, opened = asyncio.Queue(), [], asyncio.Event()
    connection.on("track", tracks.append)
    channel = connection.createDataChannel("chat")
    channel.on("open", opened.set)
    channel.on("message", heard.put_nowait)

    await connection.setLocalDescription(await connection.createOffer())
    offer = connection.localDescription
    sdp = offer.sdp.replace("a=setup:actpass", "a=setup:active") if ROLE else offer.sdp
    async with aiohttp.ClientSession() as http:
        async with http.post(URL + "offer", json={"type": offer.type, "sdp": sdp}) as response:
            assert response.status == 200, await response.text()
            answer = await response.json()
    await connection.setRemoteDescription(RTCSessionDescription(**answer))
    await opened.wait()
    print("open", flush=True)

    channel.send("gr\u00fc\u00df dich")
    assert await heard.get() == "echo:gr\u00fc\u00df dich"
    print("text", flush=True)
    channel.send(BYTES)
    assert await heard.get() == BYTES
    print("binary", flush=True)
    assert {track.kind for track in tracks} == {"audio", "video"}, tracks
    await asyncio.gather(*(frames(track, 20) for track in tracks))
    await connection.close()
    print("close", flush=True)


asyncio.run(asyncio.wait_for(main(), 50))
