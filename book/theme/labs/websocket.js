// The WebSocket lab: talks to the echo server through a wiretap, and shows the frames of this very browser.
(() => {
    "use strict";

    const { begin, element } = Labs;

    const STATES = ["CONNECTING", "OPEN", "CLOSING", "CLOSED"];
    // One for each form of the payload length (RFC 6455 section 5.2): 7 bits, 16 bits, 64 bits.
    const LENGTHS = [5, 200, 70_000];

    begin("websocket", "The WebSocket lab", (section, lab) => new Lab(section, lab.addresses[0].url));

    class Lab {
        constructor(section, url) {
            this.section = section;
            this.url = url;
            this.build();
            this.say("live", `The echo server listens at ${url}. Connect, and watch the handshake.`);
            addEventListener("pageshow", event => event.persisted && this.ended("You left this page. Connect again."));
        }

        build() {
            this.connect = button("Connect", () => this.act(() => {}));
            this.cut = button("Cut the wire", () => this.tap?.kill());
            this.capture = element("a", { download: "", hidden: "" }, "Download the packets (.pcapng)");
            this.status = element("p", { class: "lab-status", role: "status" });
            this.fail = element("p", { class: "lab-fail", role: "alert", hidden: "" });
            this.state = element("output", {}, "CLOSED");
            this.buffered = element("output", {}, "0");
            // A line of its own: packets may still come in after the end.
            this.report = element("p", { class: "ws-report", role: "status", hidden: "" });
            this.log = new PacketLog("Packets between your browser and the echo server");
            this.section.append(
                element("div", { class: "lab-bar" }, this.connect, this.cut, this.capture),
                this.status, this.fail,
                element("p", { class: "ws-state" }, element("code", {}, "readyState"), " ", this.state, " ",
                    element("code", {}, "bufferedAmount"), " ", this.buffered),
                this.textForm(), this.samples(), this.closeForm(), this.report, this.log.element);
        }

        textForm() {
            const text = element("input", { type: "text", id: "ws-text", value: "ping", maxlength: "100000", autocomplete: "off", spellcheck: "false" });
            const live = element("input", { type: "checkbox" });
            const form = element("form", { class: "lab-bar ws-text" },
                element("label", { for: "ws-text" }, "Text"), text, element("button", {}, "Send"),
                element("label", { class: "ws-live" }, live, " send at each keystroke"));
            form.addEventListener("submit", event => {
                event.preventDefault();
                this.send(text.value);
            });
            text.addEventListener("input", () => live.checked && this.send(text.value));
            return form;
        }

        samples() {
            const lengths = LENGTHS.map(length => button(`${length.toLocaleString("en")} bytes`, () => this.send("p".repeat(length))));
            return element("div", {},
                element("div", { class: "lab-bar", role: "group", "aria-label": "Send text of so many bytes, or binary" },
                    "Send text of", ...lengths, "or",
                    button("4 binary bytes", () => this.send(new Uint8Array([0xde, 0xad, 0xbe, 0xef])))),
                element("p", { class: "ws-note" }, "A page cannot send a Ping: WebSocket in JavaScript has no call for it. Your browser answers one by itself."));
        }

        // A page may close with 1000 and 3000 to 4999 only; the browser says so itself.
        closeForm() {
            const code = element("input", { type: "number", id: "ws-code", value: "1000", min: "0", max: "65535" });
            const reason = element("input", { type: "text", id: "ws-reason", value: "bye", autocomplete: "off" });
            const form = element("form", { class: "lab-bar ws-close" },
                element("label", { for: "ws-code" }, "Close code"), code,
                element("label", { for: "ws-reason" }, "Reason"), reason, element("button", {}, "Close"));
            form.addEventListener("submit", event => {
                event.preventDefault();
                this.act(socket => socket.close(Number(code.value), reason.value));
            });
            return form;
        }

        send(data) {
            this.act(socket => {
                socket.send(data);
                this.watchBuffer();
            });
        }

        // Does something with an open connection; opens one first, if need be.
        async act(what) {
            this.fail.hidden = true;
            try {
                what(await this.open());
            } catch (error) {
                this.failed(error.message);
            }
        }

        open() {
            if (this.socket && this.socket.readyState <= WebSocket.OPEN) return this.opening;
            this.say("starting", "Connecting…");
            this.report.hidden = true;
            this.opening = this.listen().then(address => new Promise((resolve, reject) => {
                const socket = this.socket = new WebSocket(`ws://${address}/`);
                this.showState();
                socket.addEventListener("open", () => {
                    this.say("live", `Connected through ${address}, which passes every byte on and shows it here.`);
                    this.showState();
                    resolve(socket);
                });
                socket.addEventListener("close", event => {
                    this.closed(event);
                    reject(new Error("The connection did not open."));
                });
            }));
            // Until it is there, the next one who asks waits for the same.
            this.socket = { readyState: WebSocket.CONNECTING };
            this.opening.catch(() => {});
            return this.opening;
        }

        // The address of the wiretap; one for as long as the page is open.
        listen() {
            this.tapped ??= new Promise((resolve, reject) => {
                this.log.clear();
                this.tap = new Wiretap("websocket", {
                    onOpen: address => {
                        this.capture.href = this.tap.capture;
                        resolve(address);
                    },
                    onPacket: packet => this.packet(packet),
                    onLost: count => this.log.lost(count),
                    onEnd: why => {
                        this.ended(why);
                        this.failed(`${why} Start it with cargo run, and reload this page.`);
                        reject(new Error(why));
                    },
                });
            });
            return this.tapped;
        }

        packet(packet) {
            this.log.show(packet);
            this.capture.hidden = false;
            if (this.section.dataset.state === "live") this.say("live", `Packet ${packet.no}, ${packet.sent ? "sent" : "received"}: ${packet.summary}`);
        }

        closed({ code, reason, wasClean }) {
            const unsent = code === 1005 || code === 1006 ? " No frame carried that number: your browser made it up to say so." : "";
            this.report.textContent = `Your browser reports the end: code ${code}, reason "${reason}", wasClean ${wasClean}.${unsent}`;
            this.report.hidden = false;
            if (this.section.dataset.state === "starting") this.say("failed", "That did not work.");
            this.showState();
        }

        // The wiretap is gone, and what went through it.
        ended(why) {
            this.tap?.close();
            this.tapped = this.socket = undefined;
            this.capture.hidden = true;
            this.say("live", why);
            this.showState();
        }

        showState() {
            const state = this.socket?.readyState ?? WebSocket.CLOSED;
            this.state.textContent = `${STATES[state]} (${state})`;
            this.connect.textContent = state === WebSocket.CLOSED ? "Connect" : "Connected";
            this.connect.setAttribute("aria-disabled", state !== WebSocket.CLOSED);
        }

        // How much the browser has taken and not handed to the system yet, and the most of it since the last send.
        watchBuffer() {
            const most = this.socket.bufferedAmount;
            const look = () => {
                const now = this.socket?.bufferedAmount ?? 0;
                this.buffered.textContent = most === 0 ? `${now}` : `${now} (${most.toLocaleString("en")} right after send)`;
                this.showState();
                if (now > 0) requestAnimationFrame(look);
            };
            look();
        }

        say(state, text) {
            this.section.dataset.state = state;
            this.status.textContent = text;
        }

        failed(why) {
            if (this.section.dataset.state === "starting") this.say("failed", "That did not work.");
            this.fail.textContent = why;
            this.fail.hidden = false;
        }
    }

    function button(text, click) {
        const made = element("button", { type: "button" }, text);
        made.addEventListener("click", click);
        return made;
    }
})();
