// A Socket.IO client, by hand: Socket.IO v5 on Engine.IO v4, in what a browser has. It is the lab's, and short
// enough to be read; npm's socket.io-client does more.
//
//     const client = new SocketIoClient("127.0.0.1:41234", {
//         auth: { name: "ping" },                  // what CONNECT says: 40{"name":"ping"}
//         pollingOnly: false,
//         onState(state, detail) {},               // see STATES
//         onEvent(name, args, ack) {},             // 42["name", …args]; ack(…) answers it, if it asks for that
//     });
//     client.emit("say", "lobby", "ping", answer => …);    // a function at the end asks for an acknowledgment
//     client.close();
(() => {
    "use strict";

    // What onState is told, and what detail then is.
    //     opening      a handshake is on its way
    //     polling      connected by long-polling: the session's id
    //     probing      a WebSocket is open beside it, and is tried out
    //     websocket    connected by WebSocket alone
    //     lost         why the connection is gone
    //     waiting      milliseconds until the next attempt
    //     refused      why the server does not want this client: no further attempt
    //     closed       by this side
    const SEPARATOR = "\x1e";
    const ENGINE = { open: "0", close: "1", ping: "2", pong: "3", message: "4", upgrade: "5", noop: "6" };
    const SOCKET = { connect: "0", disconnect: "1", event: "2", ack: "3", error: "4", binaryEvent: "5", binaryAck: "6" };
    // As socket.io-client: one second, doubled up to five, half more or less.
    const BACKOFF = { first: 1000, most: 5000, jitter: 0.5 };
    // An answer to the handshake that takes longer is as good as none.
    const HANDSHAKE_TIME = 10000;

    // Engine.IO: one session, over long-polling or WebSocket.
    class Engine {
        #url;
        #handlers;
        #sid;
        #limits;
        #outbox = [];
        #posting = false;
        // What still waits is sent, and nothing after it.
        #closing = false;
        #polling;
        #websocket;
        // "polling", "upgrading" while nothing may be sent, "websocket", "closed"
        #mode = "polling";
        #deadline;
        #abort = new AbortController();

        constructor(address, { pollingOnly, ...handlers }) {
            this.#url = `${address}/socket.io/?EIO=4`;
            this.#handlers = handlers;
            this.#open(pollingOnly).catch(error => this.#end("transport error", error));
        }

        // A string, or bytes.
        send(message) {
            this.#write(typeof message === "string" ? ENGINE.message + message : message);
        }

        close() {
            this.#closing = true;
            this.#write(ENGINE.close);
            this.#end("closed");
        }

        async #open(pollingOnly) {
            const late = setTimeout(() => this.#end("timeout"), HANDSHAKE_TIME);
            try {
                const [open, ...more] = (await this.#get()).split(SEPARATOR);
                if (open[0] !== ENGINE.open) throw new Error(`expected an open packet, found ${open.slice(0, 40)}`);
                this.#limits = JSON.parse(open.slice(1));
                this.#sid = this.#limits.sid;
                this.#expectPing();
                this.#handlers.onOpen(this.#sid);
                for (const packet of more) this.#take(packet);
            } finally {
                clearTimeout(late);
            }
            this.#poll();
            if (!pollingOnly && this.#limits.upgrades.includes("websocket")) this.#probe();
        }

        // One request after the other, each of which waits at the server until there is something to tell.
        async #poll() {
            try {
                while (this.#mode === "polling") {
                    this.#polling = this.#get();
                    for (const packet of (await this.#polling).split(SEPARATOR)) this.#take(packet);
                }
            } catch (error) {
                if (this.#mode !== "websocket") this.#end("transport error", error);
            }
        }

        #get() {
            return this.#fetch({});
        }

        // A GET, or a POST of text/plain: both are simple requests, so CORS asks nothing before.
        async #fetch(request) {
            const sid = this.#sid === undefined ? "" : `&sid=${this.#sid}`;
            const response = await fetch(`http://${this.#url}&transport=polling${sid}`,
                { ...request, cache: "no-store", signal: this.#abort.signal });
            const text = await response.text();
            if (!response.ok) throw new Error(text);
            return text;
        }

        // 2probe, 3probe; then the request that waits comes back with a 6, nothing may be under way, and 5.
        #probe() {
            const websocket = this.#websocket = new WebSocket(`ws://${this.#url}&transport=websocket&sid=${this.#sid}`);
            websocket.binaryType = "arraybuffer";
            websocket.addEventListener("open", () => {
                this.#handlers.onProbe();
                websocket.send(`${ENGINE.ping}probe`);
            });
            websocket.addEventListener("message", async ({ data }) => {
                if (this.#mode === "websocket") return this.#take(data);
                if (data !== `${ENGINE.pong}probe` || this.#mode !== "polling") return;
                this.#mode = "upgrading";
                await this.#polling.catch(() => {});
                while (this.#posting) await new Promise(resolve => setTimeout(resolve, 5));
                if (this.#mode !== "upgrading" || websocket.readyState !== WebSocket.OPEN) return;
                websocket.send(ENGINE.upgrade);
                this.#mode = "websocket";
                this.#handlers.onUpgrade();
                this.#flush();
            });
            websocket.addEventListener("close", () => {
                if (this.#mode === "websocket" || this.#mode === "upgrading") this.#end("transport close");
            });
        }

        #take(packet) {
            if (this.#mode === "closed") return;
            if (typeof packet !== "string") return this.#handlers.onMessage(packet);
            const body = packet.slice(1);
            switch (packet[0]) {
            case ENGINE.ping:
                this.#expectPing();
                this.#write(ENGINE.pong);
                break;
            case ENGINE.message:
                this.#handlers.onMessage(body);
                break;
            // Only in polling: bytes as base64.
            case "b":
                this.#handlers.onMessage(Uint8Array.from(atob(body), c => c.charCodeAt(0)).buffer);
                break;
            case ENGINE.close:
                this.#end("transport close");
                break;
            }
        }

        // The server pings; who hears none for so long is alone.
        #expectPing() {
            clearTimeout(this.#deadline);
            const { pingInterval, pingTimeout } = this.#limits;
            this.#deadline = setTimeout(() => this.#end("ping timeout"), pingInterval + pingTimeout);
        }

        #write(packet) {
            if (this.#mode === "closed") return;
            this.#outbox.push(packet);
            this.#flush();
        }

        #flush() {
            if (this.#mode === "websocket") {
                for (const packet of this.#outbox.splice(0)) this.#websocket.send(packet);
            } else if (this.#mode === "polling" && !this.#posting && this.#sid !== undefined) {
                this.#post();
            }
        }

        // All that waits goes into one body, up to what the server takes.
        async #post() {
            this.#posting = true;
            // What else is said in this moment goes along, such as attachments.
            await null;
            try {
                while (this.#outbox.length > 0 && (this.#mode === "polling" || this.#closing)) {
                    let body = asText(this.#outbox.shift());
                    while (this.#outbox.length > 0) {
                        const next = body + SEPARATOR + asText(this.#outbox[0]);
                        if (new Blob([next]).size > this.#limits.maxPayload) break;
                        body = next;
                        this.#outbox.shift();
                    }
                    await this.#fetch({ method: "POST", body, headers: { "Content-Type": "text/plain;charset=UTF-8" } });
                }
            } catch (error) {
                this.#end("transport error", error);
            } finally {
                this.#posting = false;
            }
        }

        #end(why, error) {
            if (this.#mode === "closed") return;
            this.#mode = "closed";
            clearTimeout(this.#deadline);
            // After a close packet that is on its way.
            if (why === "closed") setTimeout(() => this.#abort.abort(), 500);
            else this.#abort.abort();
            this.#websocket?.close();
            this.#handlers.onClose(why, error);
        }
    }

    function asText(packet) {
        if (typeof packet === "string") return packet;
        return `b${btoa(String.fromCharCode(...new Uint8Array(packet)))}`;
    }

    // Socket.IO on it: one namespace, events, acknowledgments, attachments, and coming back.
    class SocketIoClient {
        #address;
        #options;
        #engine;
        #attempts = 0;
        #retry;
        #acks = new Map();
        #nextAck = 0;
        // A packet whose attachments are not all there.
        #partial;
        // Whether the server has answered CONNECT.
        #connected = false;
        #transport;

        constructor(address, options) {
            this.#address = address;
            this.#options = options;
            this.#open();
        }

        get isConnected() {
            return this.#connected;
        }

        // Not kept while there is no connection: who says something then is told so.
        emit(event, ...args) {
            if (!this.#connected) return false;
            let id = "";
            if (typeof args.at(-1) === "function") {
                id = this.#nextAck++;
                this.#acks.set(id, args.pop());
            }
            this.#send(SOCKET.event, SOCKET.binaryEvent, id, [event, ...args]);
            return true;
        }

        close() {
            clearTimeout(this.#retry);
            if (this.#connected) this.#engine.send(SOCKET.disconnect);
            this.#connected = false;
            this.#options.onState("closed");
            this.#engine.close();
        }

        #open() {
            const { pollingOnly, auth, onState } = this.#options;
            onState("opening");
            this.#transport = "polling";
            const engine = this.#engine = new Engine(this.#address, {
                pollingOnly,
                onOpen: () => engine.send(SOCKET.connect + JSON.stringify(auth)),
                onProbe: () => onState("probing"),
                onUpgrade: () => {
                    this.#transport = "websocket";
                    if (this.#connected) onState("websocket");
                },
                onMessage: message => this.#take(message),
                onClose: (why, error) => this.#lost(why, error),
            });
        }

        #lost(why, error) {
            this.#connected = false;
            this.#partial = undefined;
            this.#acks.clear();
            if (why === "closed") return;
            const { onState } = this.#options;
            onState("lost", error ? `${why}: ${error.message}` : why);
            // Everybody whom one failure drove away would come back at the same moment, but for chance.
            const delay = Math.min(BACKOFF.first * 2 ** this.#attempts, BACKOFF.most);
            const wait = Math.round(delay * (1 + BACKOFF.jitter * (2 * Math.random() - 1)));
            this.#attempts += 1;
            onState("waiting", wait);
            this.#retry = setTimeout(() => this.#open(), wait);
        }

        // TYPE [ATTACHMENTS-] [/NAMESPACE,] [ACK ID] [JSON]
        #take(message) {
            if (typeof message !== "string") return this.#attach(message);
            const [, type, count, , id, json] = /^(\d)(?:(\d+)-)?(?:(\/[^,]*),)?(\d*)(.*)$/s.exec(message) ?? [];
            const packet = { type, id: id === "" ? undefined : Number(id), data: json ? JSON.parse(json) : undefined, bytes: [] };
            if (type === SOCKET.binaryEvent || type === SOCKET.binaryAck) {
                packet.missing = Number(count);
                this.#partial = packet;
                if (packet.missing > 0) return;
            }
            this.#dispatch(packet);
        }

        #attach(bytes) {
            const packet = this.#partial;
            if (packet === undefined) return;
            packet.bytes.push(new Uint8Array(bytes));
            if (packet.bytes.length === packet.missing) this.#dispatch({ ...packet, data: fill(packet.data, packet.bytes) });
        }

        #dispatch({ type, id, data }) {
            const { onState, onEvent } = this.#options;
            this.#partial = undefined;
            switch (type) {
            case SOCKET.connect:
                this.#attempts = 0;
                this.#connected = true;
                onState(this.#transport, data.sid);
                break;
            case SOCKET.error:
            case SOCKET.disconnect:
                this.#connected = false;
                onState("refused", data?.message ?? "the server ended it");
                this.#engine.close();
                break;
            case SOCKET.event:
            case SOCKET.binaryEvent: {
                const [name, ...args] = data;
                onEvent(name, args, id === undefined ? undefined : (...answer) => this.#send(SOCKET.ack, SOCKET.binaryAck, id, answer));
                break;
            }
            case SOCKET.ack:
            case SOCKET.binaryAck:
                this.#acks.get(id)?.(...data);
                this.#acks.delete(id);
                break;
            }
        }

        #send(type, binaryType, id, data) {
            const bytes = [];
            const json = JSON.stringify(empty(data, bytes));
            this.#engine.send(bytes.length === 0 ? `${type}${id}${json}` : `${binaryType}${bytes.length}-${id}${json}`);
            for (const part of bytes) this.#engine.send(part);
        }
    }

    // Bytes leave the JSON, and a placeholder with their number takes their place.
    function empty(value, bytes) {
        if (value instanceof Uint8Array) {
            bytes.push(value);
            return { _placeholder: true, num: bytes.length - 1 };
        }
        return map(value, inner => empty(inner, bytes));
    }

    function fill(value, bytes) {
        return value?._placeholder === true ? bytes[value.num] : map(value, inner => fill(inner, bytes));
    }

    function map(value, change) {
        if (Array.isArray(value)) return value.map(change);
        if (value === null || typeof value !== "object") return value;
        return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, change(inner)]));
    }

    Object.assign(globalThis, { SocketIoClient });
})();
