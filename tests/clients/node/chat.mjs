// npm's socket.io-client at the chat of examples/socketio: tests/examples/socketio_interop.rs
//
//   node chat.mjs URL polling|websocket|upgrade
//
// Prints a line for each step that holds, and ends with 0 only if all of them do.
import { strict as assert } from "node:assert";
import { Buffer } from "node:buffer";
import { io } from "socket.io-client";

const [url, mode] = process.argv.slice(2);
const transports = { polling: ["polling"], websocket: ["websocket"], upgrade: ["polling", "websocket"] }[mode];

// A test that hangs fails.
setTimeout(() => { console.error("no end after 50 s"); process.exit(1); }, 50_000).unref();

const next = (socket, event) => new Promise(resolve => socket.once(event, (...args) => resolve(args)));

async function connected(name) {
    const socket = io(url, { transports, auth: { name }, forceNew: true, reconnection: false });
    const refused = next(socket, "connect_error").then(([error]) => { throw error; });
    await Promise.race([next(socket, "connect"), refused]);
    return socket;
}

const [ping, pong] = [await connected("ping"), await connected("pong")];
const engine = ping.io.engine;
if (mode === "upgrade" && engine.transport.name !== "websocket") await next(engine, "upgrade");
assert.equal(engine.transport.name, mode === "polling" ? "polling" : "websocket");
console.log("transport");

assert.equal(await ping.emitWithAck("join", "lobby"), "lobby");
const joined = next(ping, "joined");
await pong.emitWithAck("join", "lobby");
assert.deepEqual(await joined, ["lobby", "pong"]);
console.log("rooms");

const said = next(pong, "said");
const number = await ping.emitWithAck("say", "lobby", "hello");
assert.deepEqual(await said, ["lobby", { number, name: "ping", text: "hello" }]);
assert.equal((await pong.emitWithAck("missed", "lobby", number - 1)).at(-1).text, "hello");
console.log("acks");

const typing = next(pong, "typing");
ping.volatile.emit("typing", "lobby");
assert.deepEqual(await typing, ["ping"]);
console.log("volatile");

const bytes = Buffer.from(Array.from({ length: 10_000 }, (_, at) => at % 256));
const file = next(pong, "file");
assert.equal(await ping.emitWithAck("file", "lobby", "bytes", bytes), bytes.length);
assert.deepEqual(await file, ["ping", "bytes", bytes]);
console.log("binary");

pong.on("whisper", (from, text, ack) => ack(`${from} said ${text}`));
assert.equal(await ping.emitWithAck("whisper", "pong", "psst"), "ping said psst");
console.log("whisper");

const guess = ping.io.socket("/admin", { auth: { password: "guess" } });
assert.equal((await next(guess, "connect_error"))[0].message, "wrong password");
guess.auth = { password: "wirebook" };
guess.connect();
await next(guess, "connect");
const announcement = next(pong, "announcement");
assert.equal(await guess.emitWithAck("announce", "lobby", "closing time"), "announced");
assert.deepEqual(await announcement, ["closing time"]);
console.log("namespaces");

const many = Array.from({ length: 200 }, (_, at) => at);
const numbers = await Promise.all(many.map(at => pong.emitWithAck("say", "elsewhere", `${at}`)));
assert.deepEqual([...numbers].sort((a, b) => a - b), numbers);
console.log("200 acks");

for (const socket of [guess, ping, pong]) socket.disconnect();
process.exit(0);
