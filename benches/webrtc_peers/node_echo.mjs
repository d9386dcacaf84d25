// npm's node-datachannel as what examples/webrtc --answer is: POST /offer, and every message comes back.

import { createServer } from "node:http";
import { createRequire } from "node:module";

const datachannel = createRequire(`${process.env.WIREBOOK_PACKAGES}/`)("node-datachannel");
const calls = new Set();

const server = createServer(async (request, response) => {
  let body = "";
  for await (const part of request) body += part;
  const { sdp, type } = JSON.parse(body);
  const call = new datachannel.PeerConnection("echo", { iceServers: [], bindAddress: "127.0.0.1" });
  calls.add(call);
  call.onDataChannel((channel) => {
    calls.add(channel);
    channel.onMessage((message) => channel.sendMessageBinary(message));
  });
  call.onGatheringStateChange((state) => state === "complete" && response.end(JSON.stringify(call.localDescription())));
  call.setRemoteDescription(sdp, type);
});
server.listen(0, "127.0.0.1", () => console.log(`listens: http://127.0.0.1:${server.address().port}/`));
