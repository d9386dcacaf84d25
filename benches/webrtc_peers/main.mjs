// How long a call to examples/webrtc takes to connect, and what its channel carries, beside aiortc and node-datachannel
// doing the same, in one run. The caller is node-datachannel for all three.
//
//   cargo build --release --example webrtc && node benches/webrtc_peers/main.mjs [ROUNDS]
//
// The servers take turns within each round; medians are compared. Packages: tests/clients/{node,python}.

import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const packages = `${root}tests/clients/node/node_modules`;
const datachannel = createRequire(`${packages}/`)("node-datachannel");

const ROUNDS = Number(process.argv[2] ?? 5);
const MESSAGE = Buffer.alloc(16 << 10, 1);
const MESSAGES = 1000;
const ON_THE_WAY = 32;

const SERVERS = {
  "example webrtc": [`${root}target/release/examples/webrtc`, "--quiet", "--answer", "127.0.0.1:0"],
  aiortc: [`${root}target/clients/venv/bin/python`, `${root}benches/webrtc_peers/aiortc_echo.py`],
  "node-datachannel": ["node", `${root}benches/webrtc_peers/node_echo.mjs`],
};

async function start([program, ...args]) {
  const env = { ...process.env, WIREBOOK_PACKAGES: packages };
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"], env });
  const url = await new Promise((found, fail) => {
    child.on("error", fail);
    child.on("exit", () => fail(new Error(`${program} ended`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      const url = line.match(/http:\/\/[\d.:]+\//);
      if (url) found(url[0]);
    });
  });
  return { url, child };
}

/** One call: milliseconds until the channel is open, then megabytes a second echoed. */
async function call(url) {
  const begun = performance.now();
  const peer = new datachannel.PeerConnection("call", { iceServers: [], bindAddress: "127.0.0.1" });
  const gathered = new Promise((done) => peer.onGatheringStateChange((state) => state === "complete" && done()));
  const channel = peer.createDataChannel("chat");
  const opened = new Promise((done) => channel.onOpen(done));
  await gathered;
  const body = JSON.stringify(peer.localDescription());
  const headers = { "Content-Type": "application/json" };
  const answer = await (await fetch(`${url}offer`, { method: "POST", body, headers })).json();
  peer.setRemoteDescription(answer.sdp, answer.type);
  await opened;
  const connected = performance.now() - begun;

  const since = performance.now();
  let sent = 0;
  let back = 0;
  const send = () => sent++ < MESSAGES && channel.sendMessageBinary(MESSAGE);
  await new Promise((done) => {
    channel.onMessage(() => (++back === MESSAGES ? done() : send()));
    for (let at = 0; at < ON_THE_WAY; at++) send();
  });
  const rate = (MESSAGES * MESSAGE.length) / 1e6 / ((performance.now() - since) / 1000);
  channel.close();
  await new Promise((done) => setTimeout(done, 100));
  peer.close();
  return [connected, rate];
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

const running = [];
for (const [name, command] of Object.entries(SERVERS)) {
  try {
    running.push({ name, ...(await start(command)), connected: [], rates: [] });
  } catch (error) {
    console.log(`${name} is skipped: ${error.message}`);
  }
}
for (let round = 0; round < ROUNDS; round++) {
  for (const server of running) {
    const [connected, rate] = await call(server.url);
    server.connected.push(connected);
    server.rates.push(rate);
  }
}
console.log(`${"".padEnd(18)}${"open after".padStart(14)}${"echoed".padStart(14)}`);
for (const { name, child, connected, rates } of running) {
  child.kill();
  const [ms, mb] = [median(connected).toFixed(0), median(rates).toFixed(1)];
  console.log(`${name.padEnd(18)}${`${ms} ms`.padStart(14)}${`${mb} MB/s`.padStart(14)}`);
}
process.exit(0);
