// npm's node-datachannel (libdatachannel) calls examples/webrtc: call.mjs URL [CERTIFICATE KEY]
//
// Prints a line for each step that holds, and ends with 0 only if all of them do.

import assert from "node:assert/strict";
import datachannel from "node-datachannel";

const [url, certificatePemFile, keyPemFile] = process.argv.slice(2);
const bytes = Buffer.from(Array.from({ length: 60_000 }, (_, at) => at % 251));

const configuration = { iceServers: [], bindAddress: "127.0.0.1", disableAutoNegotiation: true };
if (certificatePemFile) Object.assign(configuration, { certificatePemFile, keyPemFile });
const connection = new datachannel.PeerConnection("call", configuration);
const channel = connection.createDataChannel("chat");
const heard = [];
let wake = () => {};
channel.onMessage((message) => {
  heard.push(message);
  wake();
});
const opened = new Promise((open) => channel.onOpen(open));
const failed = new Promise((_, fail) => {
  connection.onStateChange((state) => state === "failed" && fail(new Error("the connection failed")));
  setTimeout(fail, 50_000, new Error("not done within 50 s"));
});

async function next() {
  while (heard.length === 0) await new Promise((woken) => (wake = woken));
  return heard.shift();
}

async function call() {
  const gathered = new Promise((done) => connection.onGatheringStateChange((state) => state === "complete" && done()));
  connection.setLocalDescription();
  await gathered;
  const body = JSON.stringify(connection.localDescription());
  const response = await fetch(new URL("offer", url), { method: "POST", body });
  assert.equal(response.status, 200, "an answer");
  const { sdp, type } = await response.json();
  connection.setRemoteDescription(sdp, type);
  await opened;
  console.log("open");

  channel.sendMessage("grüß dich");
  assert.equal(await next(), "echo:grüß dich");
  console.log("text");
  channel.sendMessageBinary(bytes);
  assert.deepEqual(Buffer.from(await next()), bytes);
  console.log("binary");
}

await Promise.race([call(), failed]);
connection.close();
console.log("close");
process.exit(0);
