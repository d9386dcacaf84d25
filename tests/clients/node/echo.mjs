// npm's ws, on either side of a WebSocket: tests/examples/websocket_interop.rs
//
//   node echo.mjs listen         an echo server, which also offers compression
//   node echo.mjs connect URL    a client: each step that holds is printed

import assert from "node:assert/strict";
import { once } from "node:events";
import { WebSocket, WebSocketServer } from "ws";

function listen() {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: true });
  server.on("listening", () => console.log(`Listening at ws://127.0.0.1:${server.address().port}/`));
  server.on("connection", (socket) => {
    socket.on("message", (data, binary) => socket.send(data, { binary }));
  });
}

async function connect(url) {
  const socket = new WebSocket(url);
  await once(socket, "open");

  socket.send("ping");
  const [text, isBinary] = await once(socket, "message");
  assert.deepEqual([text.toString(), isBinary], ["ping", false]);
  console.log("text");

  const bytes = Buffer.alloc(70_000, "ping");
  socket.send(bytes);
  const [back] = await once(socket, "message");
  assert.ok(back.equals(bytes));
  console.log("binary");

  socket.send("pi", { fin: false });
  socket.ping("still there?");
  socket.send("ng", { fin: true });
  const [[pong], [whole]] = await Promise.all([once(socket, "pong"), once(socket, "message")]);
  assert.deepEqual([pong.toString(), whole.toString()], ["still there?", "ping"]);
  console.log("fragments");

  socket.close(1000, "that was all");
  const [code, reason] = await once(socket, "close");
  assert.deepEqual([code, reason.toString()], [1000, "that was all"]);
  console.log("close");
}

const [task, url] = process.argv.slice(2);
await (task === "listen" ? listen() : connect(url));
