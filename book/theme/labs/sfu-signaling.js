// The WebSocket by which a member and the SFU agree, and the packets of this tab where the reader wants to see them:
// then it goes through a wiretap.
//
//     const signaling = new SfuSignaling("/labs/sfu/", { onMessage(message) {}, onEnd(why) {} });
//     await signaling.open(packets);         // an SfuPackets, or nothing
//     signaling.say({ type: "leave" }); signaling.close();
(() => {
    "use strict";

    const { element } = Labs;

    // What repeats itself without end hides what does not: so many of a kind are drawn, so many taken apart, and the
    // rest is counted.
    const DRAWN = { stun: 40, rtp: 30, rtcp: 16, view: 3 };
    const SHOWN = { stun: 24, rtp: 8, rtcp: 8, view: 2 };
    const NAMES = { stun: "STUN", rtp: "SRTP", rtcp: "SRTCP", view: "views (the drawing’s numbers)" };

    class SfuSignaling {
        #path;
        #handlers;
        #socket;
        #opened = false;
        #closed = false;

        constructor(path, handlers) {
            this.#path = path;
            this.#handlers = handlers;
        }

        async open(packets) {
            const url = packets ? `ws://${await packets.listen()}/` : `${location.protocol.replace("http", "ws")}//${location.host}${this.#path}join`;
            await new Promise((resolve, reject) => {
                const socket = this.#socket = new WebSocket(url);
                socket.addEventListener("open", () => {
                    this.#opened = true;
                    resolve();
                });
                socket.addEventListener("message", ({ data }) => !this.#closed && this.#handlers.onMessage(JSON.parse(data)));
                socket.addEventListener("close", ({ reason }) => {
                    reject(new Error("The workbook takes no member now: too many are there, or it does not run any more."));
                    if (this.#opened && !this.#closed) this.#handlers.onEnd(reason || "The signaling ended, and the SFU has let you go.");
                });
            });
        }

        say(message) {
            if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
        }

        close() {
            this.#closed = true;
            this.#socket?.close();
        }
    }

    // The packets of this tab, annotated, as the call lab shows them. A wiretap listens on loopback only.
    class SfuPackets {
        #tap;
        #counts;

        constructor() {
            this.capture = element("a", { download: "", "data-sfu": "capture" }, "Download the packets (.pcapng)");
            this.keys = element("a", { download: "" }, "Download the keys (.log)");
            this.links = element("div", { class: "lab-bar", hidden: "" }, this.capture, this.keys);
            this.ladder = new CallLadder(packet => this.#pick(packet));
            const [own, other] = this.ladder.element.querySelectorAll(".call-heads span");
            own.textContent = "This tab";
            other.textContent = "The workbook’s SFU";
            this.ladder.element.setAttribute("aria-label", "Ladder of this tab’s packets");
            this.log = new PacketLog("Packets of this tab", { most: 120 });
            this.fail = element("p", { class: "lab-fail", hidden: "" });
            this.rest = element("p", { class: "sfu-note" });
            this.element = element("div", { class: "sfu-packets", "data-sfu": "packets" }, this.links, this.fail, this.ladder.element, this.rest, this.log.element);
        }

        static possible() {
            return location.protocol === "http:" && /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(location.hostname);
        }

        // A new port for each membership, so that the capture holds one story.
        listen() {
            this.stop();
            this.#counts = {};
            this.ladder.clear();
            this.log.clear();
            this.rest.textContent = "";
            this.links.hidden = this.fail.hidden = true;
            return new Promise((resolve, reject) => {
                this.#tap = new Wiretap("sfu", {
                    onOpen: address => {
                        this.capture.href = this.#tap.capture;
                        this.keys.href = this.#tap.keys;
                        resolve(address);
                    },
                    onPacket: packet => this.#show(packet),
                    onLost: count => this.log.lost(count),
                    onEnd: why => {
                        this.links.hidden = true;
                        this.fail.hidden = false;
                        this.fail.textContent = why;
                        reject(new Error(why));
                    },
                });
            });
        }

        // The port goes, and what was recorded with it. What is shown stays.
        stop() {
            this.#tap?.close();
            this.links.hidden = true;
        }

        #show(packet) {
            this.links.hidden = false;
            const kind = packet.summary?.includes('\\"type\\":\\"view\\"') ? "view" : packet.kind;
            const count = this.#counts[kind] = (this.#counts[kind] ?? 0) + 1;
            if (count <= (DRAWN[kind] ?? Infinity)) this.ladder.show(packet);
            if (count <= (SHOWN[kind] ?? Infinity)) this.log.show(packet);
            if (count > DRAWN[kind]) this.#tell();
        }

        #tell() {
            const more = Object.entries(DRAWN).map(([kind, drawn]) => [NAMES[kind], this.#counts[kind] - drawn]).filter(([, count]) => count > 0);
            this.rest.textContent = `Not drawn, more of the same: ${more.map(([name, count]) => `${count.toLocaleString("en")} ${name}`).join(", ")}. The capture has the newest.`;
        }

        // Opens the packet that the reader picked in the ladder.
        #pick(packet) {
            const find = () => this.log.element.querySelector(`[data-no="${packet.no}"]`);
            if (!find()) this.log.show(packet);
            const row = find();
            row.open = true;
            row.dataset.kept = "";
            row.scrollIntoView({ block: "nearest" });
            row.querySelector("summary").focus();
        }
    }

    Object.assign(globalThis, { SfuSignaling, SfuPackets });
})();
