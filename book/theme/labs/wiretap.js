// What labs share that show the reader's own connections: a wiretap, and the log of what it saw.
// The workbook annotates the packets; this only places them.
//
//     const tap = new Wiretap("websocket", {
//         onOpen(address) {},                // "127.0.0.1:41234": connect there in place of the lab
//         onPacket(packet) {},               // {no, connection, sent, kind, at, from, to, bytes, summary, html}
//         onLost(count) {},                  // so many packets came too fast to be shown
//         onConnection({ no, state }) {},    // "open" or "closed"
//         onState(state, connection) {},     // what the lab's server says
//         onEnd(why) {},                     // the workbook ended it, or could not be reached
//     });
//     tap.kill(); tap.freeze(); tap.thaw(); tap.close();
//
//     const log = new PacketLog("Packets between your browser and the echo server");
//     section.append(log.element); log.show(packet); log.lost(count); log.clear();
(() => {
    "use strict";

    const { element } = Labs;

    class Wiretap {
        #lab;
        #handlers;
        #socket;
        #closed = false;
        #leave = () => this.close();
        // Where the browser is to connect, once the port is open.
        address;

        constructor(lab, handlers = {}) {
            this.#lab = lab;
            this.#handlers = handlers;
            this.#socket = new WebSocket(`ws://${location.host}/labs/${lab}/wire`);
            this.#socket.addEventListener("message", ({ data }) => this.#hear(JSON.parse(data)));
            this.#socket.addEventListener("close", event => this.#end(event));
            // A page that is kept for the way back has no open sockets.
            addEventListener("pagehide", this.#leave);
        }

        // What was recorded, while the port is open.
        get capture() {
            return this.#recorded("capture.pcapng");
        }

        // The keys that decrypt it, where the lab has some.
        get keys() {
            return this.#recorded("keys.log");
        }

        // Resets all connections of the port.
        kill() {
            this.#do("kill");
        }

        // Stops relaying: what either side sends waits.
        freeze() {
            this.#do("freeze");
        }

        thaw() {
            this.#do("thaw");
        }

        // Closes the port and its connections. No handler is called any more.
        close() {
            this.#over();
            this.#socket.close();
        }

        // Nothing outside holds it any more.
        #over() {
            this.#closed = true;
            removeEventListener("pagehide", this.#leave);
        }

        #recorded(what) {
            return `/labs/${this.#lab}/${what}?port=${this.address?.split(":").at(-1)}`;
        }

        #do(what) {
            if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ do: what }));
        }

        #hear(message) {
            if (this.#closed) return;
            const { onOpen, onPacket, onLost, onConnection, onState } = this.#handlers;
            switch (message.type) {
            case "open":
                this.address = message.address;
                onOpen?.(message.address);
                break;
            case "packet":
                onPacket?.(message);
                break;
            case "state":
                onState?.(message.state, message.connection);
                break;
            case "lost":
                onLost?.(message.count);
                break;
            case "connection":
                onConnection?.(message);
                break;
            }
        }

        #end({ reason }) {
            if (this.#closed) return;
            this.#over();
            const refused = "The workbook does not let this page listen: thirty-two pages do already, or it does not run any more.";
            this.#handlers.onEnd?.(this.address === undefined ? refused : `The workbook closed the wiretap. ${reason || "Is it still running?"}`);
        }
    }

    // A scrolling region with the newest packets, in the order in which they passed. A packet is one line that opens;
    // the newest stand open.
    class PacketLog {
        #most;
        #open;
        // The newest, which stand open.
        #shown = [];
        // Where the region was scrolled to last, other than by the reader.
        #followed = 0;

        constructor(label, { most = 60, open = 2 } = {}) {
            this.#most = most;
            this.#open = open;
            // Labs have a status line that a screen reader announces: a whole packet would drown it.
            this.element = element("div", { class: "lab-log wire-log", role: "region", tabindex: "0", "aria-label": label, hidden: "" });
        }

        show(packet) {
            const row = element("details", { class: `wire-packet ${packet.sent ? "sent" : "received"}`, "data-no": packet.no });
            row.append(element("summary", {},
                element("span", { class: "wire-way" }, packet.sent ? "→ sent" : "← received"), " ",
                element("span", { class: "wire-what" }, packet.summary || "a part of what comes next"), " ",
                element("span", { class: "wire-size" }, packet.bytes === 1 ? "1 byte" : `${packet.bytes} bytes`)));
            // Only what is looked at becomes part of the page. The workbook's own renderer wrote it, which escapes
            // whatever came from the wire.
            const fill = () => {
                if (row.open && row.childElementCount === 1) row.insertAdjacentHTML("beforeend", packet.html);
            };
            row.addEventListener("toggle", fill);
            row.querySelector("summary").addEventListener("click", () => { row.dataset.kept = ""; });
            row.open = true;
            fill();
            this.#append(row);
            this.#shown.push(row);
            // Those that the reader touched stay as they are.
            const old = this.#shown.splice(0, Math.max(0, this.#shown.length - this.#open));
            for (const packet of old) if (!("kept" in packet.dataset)) packet.open = false;
        }

        lost(count) {
            const packets = count === 1 ? "1 packet" : `${count} packets`;
            this.#append(element("p", { class: "wire-lost" }, `${packets} came too fast to be shown here. The capture may have them.`));
        }

        clear() {
            this.#shown = [];
            this.#followed = 0;
            this.element.replaceChildren();
            this.element.hidden = true;
        }

        // Follows what is newest, from what was sent last on, unless the reader went elsewhere.
        #append(row) {
            const log = this.element;
            log.hidden = false;
            const follows = Math.abs(log.scrollTop - this.#followed) < 40;
            log.append(row);
            while (log.childElementCount > this.#most) log.firstElementChild.remove();
            if (follows) requestAnimationFrame(() => {
                const open = this.#shown.filter(packet => packet.isConnected);
                const newest = open.findLast(packet => packet.classList.contains("sent")) ?? row;
                log.scrollTop += newest.getBoundingClientRect().top - log.getBoundingClientRect().top - 4;
                this.#followed = log.scrollTop;
            });
        }
    }

    Object.assign(globalThis, { Wiretap, PacketLog });
})();
