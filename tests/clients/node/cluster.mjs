// Two instances of the lab behind one address: node cluster.mjs URL STEP
// The load balancer reads the cookie SERVERID. Prints a line for each thing that holds.
import { strict as assert } from "node:assert";
import { createInterface } from "node:readline";
import { io } from "socket.io-client";

const [url] = process.argv.slice(2);
setTimeout(() => { console.error("no end after 100 s"); process.exit(1); }, 100_000).unref();

const next = (socket, event) => new Promise(resolve => socket.once(event, (...args) => resolve(args)));
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

function client(name, server, transports) {
    const extraHeaders = server === undefined ? {} : { Cookie: `SERVERID=${server}` };
    return io(url, { transports, extraHeaders, auth: { name }, forceNew: true, reconnectionDelay: 100 });
}

async function connected(name, server, transports) {
    const socket = client(name, server, transports);
    await next(socket, "welcome");
    return socket;
}

for (const transports of [["polling"], ["websocket"], ["polling", "websocket"]]) {
    const [ping, pong] = await Promise.all([connected("ping", "a", transports), connected("pong", "b", transports)]);
    const mode = transports.join("+");
    await pong.emitWithAck("join", "table");
    const joined = next(pong, "joined");
    await ping.emitWithAck("join", "table");
    await joined;
    const said = next(pong, "said");
    assert.deepEqual(await ping.emitWithAck("say", "table", "pong?"), { ok: true });
    assert.equal((await said)[0].text, "pong?");
    console.log(`${mode}: a broadcast crosses`);

    pong.emit("join", "only-at-b");
    await pong.emitWithAck("join", "only-at-b");
    assert.deepEqual((await ping.emitWithAck("rooms")).rooms, ["only-at-b", "table"]);
    console.log(`${mode}: rooms are those of all`);

    pong.once("whispered", (_, ack) => ack("heard"));
    assert.deepEqual(await ping.emitWithAck("whisper", "pong", "psst"), { ok: true, heard: 1 });
    console.log(`${mode}: an acknowledgment crosses`);
    ping.disconnect();
    pong.disconnect();
}

// Without a cookie the requests of one session go to one instance and the other in turn.
const lost = client("lost", undefined, ["polling"]);
await new Promise(resolve => lost.io.on("error", resolve).on("close", resolve));
lost.io.reconnection(false);
lost.disconnect();
console.log("without sticky sessions polling fails");

const [ping, pong] = await Promise.all([connected("ping", "a", ["websocket"]), connected("pong", "b", ["websocket"])]);
await pong.emitWithAck("join", "table");
let drops = 0;
pong.on("disconnect", () => { drops += 1; });
const gone = next(ping, "disconnect");
console.log("kill a");
await lines.next();
await gone;
await next(ping, "welcome");
const joined = next(pong, "joined");
await ping.emitWithAck("join", "table");
await joined;
const said = next(pong, "said");
await ping.emitWithAck("say", "table", "still there?");
await said;
assert.equal(drops, 0);
console.log("who was at a came back at b, and b lost nobody");

console.log("kill redis");
await lines.next();
const near = next(pong, "said");
assert.match((await ping.emitWithAck("say", "table", "and now?")).error, /only this instance heard it/);
assert.equal((await near)[0].text, "and now?");
console.log("without Redis an instance says that it is alone");
process.exit(0);
