// npm's socket.io-client against the lab: node client.mjs URL polling|websocket|upgrade [STEP…]
// Prints a line for each step that holds, and ends with 0 only if all of them do.
import { strict as assert } from "node:assert";
import { Buffer } from "node:buffer";
import { io } from "socket.io-client";

const [url, mode, ...only] = process.argv.slice(2);
const transports = { polling: ["polling"], websocket: ["websocket"], upgrade: ["polling", "websocket"] }[mode];
const open = [];

// A test that hangs fails.
setTimeout(() => { console.error("no end after 60 s"); process.exit(1); }, 60_000).unref();

function connect(name, namespace = "", auth = { name }) {
    const socket = io(url + namespace, { transports, auth, forceNew: true, reconnection: false });
    open.push(socket);
    return socket;
}

const next = (socket, event) => new Promise(resolve => socket.once(event, (...args) => resolve(args)));

async function connected(name) {
    const socket = connect(name);
    const failed = next(socket, "connect_error").then(([error]) => { throw error; });
    const [welcome] = await Promise.race([next(socket, "welcome"), failed]);
    assert.equal(welcome.name, name);
    return socket;
}

async function transport() {
    const socket = connect("ping");
    await next(socket, "connect");
    const engine = socket.io.engine;
    if (mode === "upgrade" && engine.transport.name !== "websocket") await next(engine, "upgrade");
    assert.equal(engine.transport.name, mode === "polling" ? "polling" : "websocket");
}

async function rooms() {
    const [ping, pong, stranger] = await Promise.all(["ping", "pong", "stranger"].map(connected));
    await pong.emitWithAck("join", "table");
    const joined = next(pong, "joined");
    assert.deepEqual(await ping.emitWithAck("join", "table"), { ok: true, rooms: ["table"] });
    assert.deepEqual(await joined, [{ room: "table", from: "ping" }]);
    assert.ok((await stranger.emitWithAck("rooms")).rooms.includes("table"));

    stranger.on("said", () => assert.fail("heard outside of the room"));
    const said = next(pong, "said");
    assert.deepEqual(await ping.emitWithAck("say", "table", "pong?"), { ok: true });
    assert.deepEqual(await said, [{ room: "table", from: "ping", text: "pong?" }]);
    assert.match((await stranger.emitWithAck("say", "table", "psst")).error, /join it first/);

    const typing = next(pong, "typing");
    ping.volatile.emit("typing", "table");
    assert.deepEqual(await typing, [{ room: "table", from: "ping" }]);

    const left = next(pong, "left");
    ping.disconnect();
    assert.deepEqual(await left, [{ room: "table", from: "ping" }]);
}

async function whispers() {
    const [ping, pong] = await Promise.all(["ping", "pong"].map(connected));
    pong.on("whispered", (whisper, ack) => {
        assert.deepEqual(whisper, { from: "ping", text: "psst" });
        ack("heard it");
    });
    assert.deepEqual(await ping.emitWithAck("whisper", "pong", "psst"), { ok: true, heard: 1 });
    assert.match((await ping.emitWithAck("whisper", "nobody", "psst")).error, /nobody/);
}

async function binary() {
    const socket = await connected("ping");
    const bytes = Buffer.from(Array.from({ length: 10_000 }, (_, at) => at % 256));
    const args = ["text", { deep: [bytes, 1.5, null] }, Buffer.alloc(0), true, "üñí"];
    const echoed = next(socket, "echo");
    const acked = await new Promise(resolve => socket.emit("echo", ...args, (...back) => resolve(back)));
    assert.deepEqual(acked, args);
    assert.deepEqual(await echoed, args);
}

async function acks() {
    const socket = await connected("ping");
    const numbers = Array.from({ length: 200 }, (_, at) => at);
    const echoed = [];
    socket.on("echo", number => echoed.push(number));
    assert.deepEqual(await Promise.all(numbers.map(number => socket.emitWithAck("echo", number))), numbers);
    assert.deepEqual(echoed, numbers, "in their order");
}

async function namespaces() {
    const refused = connect("", "/admin", { password: "guess" });
    const [error] = await next(refused, "connect_error");
    assert.match(error.message, /expected the password/);
    const nowhere = connect("", "/nowhere", {});
    assert.match((await next(nowhere, "connect_error"))[0].message, /Invalid namespace/);

    const ping = await connected("ping");
    const admin = connect("", "/admin", { password: "wirebook" });
    await next(admin, "connect");
    assert.ok((await admin.emitWithAck("clients")).clients >= 1);
    const announced = next(ping, "announced");
    await admin.emitWithAck("announce", "closing time");
    assert.deepEqual(await announced, [{ text: "closing time" }]);
}

for (const step of [transport, rooms, whispers, binary, acks, namespaces]) {
    if (only.length > 0 && !only.includes(step.name)) continue;
    await step();
    console.log(`${mode}: ${step.name}`);
    for (const socket of open.splice(0)) socket.disconnect();
}
process.exit(0);
