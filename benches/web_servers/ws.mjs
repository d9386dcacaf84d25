// npm `ws` as an echo server: what it is by default, but for compression, which the lab does not offer either.
import { createRequire } from "node:module";
const require = createRequire(`${process.env.WIREBOOK_PACKAGES}/`);
const { WebSocketServer } = require("ws");

const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false, maxPayload: 16 << 20 });
server.on("connection", socket => socket.on("message", (data, binary) => socket.send(data, { binary })));
server.on("listening", () => console.log(`listens: ws://127.0.0.1:${server.address().port}`));
process.on("SIGUSR2", () => globalThis.gc());
