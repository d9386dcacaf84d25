// What the call lab draws: a ladder that grows as packets pass, the states of both sides, the candidates.
//
//     const ladder = new CallLadder(packet => …);     // called for the packet that the reader picked
//     ladder.show(packet); ladder.clear();
//     const states = new CallStates();
//     states.enter("browser", "ice", "checking"); states.clear();
//     const candidates = new CallCandidates();
//     candidates.add("browser", line, "hidden"); candidates.pair("browser", { local, remote }); candidates.clear();
(() => {
    "use strict";

    const { element } = Labs;

    // What a packet is, in a word: color alone tells nobody anything. RFC 7983 section 7 tells them apart.
    const KINDS = {
        tcp: "Signaling", stun: "STUN", dtls: "DTLS", data: "DTLS: SCTP", rtp: "SRTP", rtcp: "SRTCP", udp: "UDP",
    };

    // Arrows in the order in which packets passed; what repeats itself is counted.
    class CallLadder {
        #pick;
        #most;
        #first;
        #last;

        constructor(pick, most = 120) {
            this.#pick = pick;
            this.#most = most;
            this.list = element("ol", { class: "call-ladder" });
            const heads = element("div", { class: "call-heads", "aria-hidden": "true" },
                element("span", {}, "Your browser"), element("span", {}, "The workbook’s peer"));
            this.element = element("div", { class: "call-ladder-frame", role: "region", tabindex: "0", "aria-label": "Ladder of the call", hidden: "" }, heads, this.list);
        }

        show(packet) {
            this.#first ??= packet.at;
            const says = packet.summary || "a part of what comes next";
            const same = `${packet.kind} ${packet.sent} ${packet.kind === "rtp" || packet.kind === "rtcp" ? "" : says}`;
            if (this.#last?.same === same) return this.#again();
            const count = element("span", { class: "call-count" });
            const button = element("button", { type: "button", class: "call-step" },
                element("span", { class: "call-at" }, `${Math.round((packet.at - this.#first) * 1000).toLocaleString("en")} ms`), " ",
                element("span", { class: "call-kind" }, KINDS[packet.kind] ?? packet.kind), " ",
                element("span", { class: "call-says" }, says), count,
                element("span", { class: "call-arrow" }, packet.sent ? " → " : " ← "));
            button.setAttribute("aria-label", `${packet.sent ? "Browser to peer" : "Peer to browser"}, ${KINDS[packet.kind] ?? packet.kind}: ${says}`);
            button.addEventListener("click", () => this.#pick(packet));
            const row = element("li", { class: `${packet.sent ? "sent" : "received"} kind-${packet.kind}` }, button);
            this.#last = { same, count, times: 1 };
            this.#append(row);
        }

        clear() {
            this.#first = this.#last = undefined;
            this.list.replaceChildren();
            this.element.hidden = true;
        }

        #again() {
            this.#last.times += 1;
            this.#last.count.textContent = ` × ${this.#last.times}`;
        }

        #append(row) {
            const frame = this.element;
            frame.hidden = false;
            const follows = frame.scrollHeight - frame.scrollTop - frame.clientHeight < 60;
            this.list.append(row);
            while (this.list.childElementCount > this.#most) this.list.firstElementChild.remove();
            if (follows) frame.scrollTop = frame.scrollHeight;
        }
    }

    // The states of each part, in the W3C's words: the usual way, then what may come of it.
    const PARTS = {
        signaling: ["Signaling", ["stable", "have-local-offer", "have-remote-offer", "stable"], ["closed"]],
        gathering: ["Gathering", ["new", "gathering", "complete"], []],
        ice: ["ICE", ["new", "checking", "connected"], ["completed", "disconnected", "failed", "closed"]],
        dtls: ["DTLS", ["new", "connecting", "connected"], ["closed", "failed"]],
        sctp: ["SCTP", ["connecting", "connected"], ["closed"]],
        connection: ["Connection", ["new", "connecting", "connected"], ["disconnected", "failed", "closed"]],
        channel: ["Channel", ["connecting", "open"], ["closing", "closed"]],
    };
    // Each side goes through one of them.
    const NOT_MINE = { browser: "have-remote-offer", peer: "have-local-offer" };
    const SIDES = { browser: "Your browser", peer: "The workbook’s peer" };

    class CallStates {
        #cells = {};

        constructor() {
            const body = element("tbody");
            for (const [part, [name]] of Object.entries(PARTS)) {
                const row = element("tr", {}, element("th", { scope: "row" }, name));
                for (const [side, called] of Object.entries(SIDES)) {
                    const cell = element("td", { "data-side": called, "data-part": part, "data-of": side });
                    this.#cells[`${side} ${part}`] = cell;
                    row.append(cell);
                }
                body.append(row);
            }
            const head = element("tr", {}, element("td"), ...Object.values(SIDES).map(side => element("th", { scope: "col" }, side)));
            this.element = element("table", { class: "call-states" }, element("caption", {}, "States, as each side reports them"), element("thead", {}, head), body);
            this.clear();
        }

        clear() {
            for (const [key, cell] of Object.entries(this.#cells)) {
                const [side, part] = key.split(" ");
                const [, usual, other] = PARTS[part];
                const chip = (state, class_) => element("li", { class: class_, "data-state": state }, state);
                cell.replaceChildren(element("ol", { class: "call-machine" },
                    ...usual.filter(state => state !== NOT_MINE[side]).map(state => chip(state, "")),
                    ...other.map(state => chip(state, "aside"))));
                delete cell.dataset.is;
            }
        }

        // The next of that name on the way; back to an earlier one if there is none.
        enter(side, part, state) {
            const cell = this.#cells[`${side} ${part}`];
            if (!cell || cell.dataset.is === state) return;
            cell.dataset.is = state;
            const chips = [...cell.querySelectorAll("li")];
            const now = cell.querySelector("[aria-current]");
            const after = chips.slice(chips.indexOf(now) + 1);
            const next = after.find(chip => chip.dataset.state === state) ?? chips.find(chip => chip.dataset.state === state);
            now?.removeAttribute("aria-current");
            now?.classList.add("passed");
            next?.setAttribute("aria-current", "step");
        }
    }

    // RFC 8445 section 5.1.1.1, and 7.3.1.3 for prflx.
    const TYPES = {
        host: "an address of the machine itself",
        srflx: "what a STUN server saw",
        prflx: "learned from a check: nobody had told of it",
        relay: "an address that a TURN server lends",
    };
    const TAKEN = {
        hidden: "The peer does not resolve such names: it waits for your browser’s first check and learns the address from that.",
        "other transport": "Over TCP; the peer speaks UDP only.",
        end: "",
        added: "The peer checks it.",
    };

    class CallCandidates {
        constructor() {
            this.list = element("ul", { class: "call-candidates" });
            this.pairs = element("div", { class: "call-pairs" });
            this.element = element("div", { class: "call-ice", hidden: "" }, element("h4", {}, "Candidates, and the pair that is used"), this.pairs, this.list);
        }

        clear() {
            this.list.replaceChildren();
            this.pairs.replaceChildren();
            this.element.hidden = true;
        }

        add(side, line, taken) {
            this.element.hidden = false;
            if (line === "") return;
            const key = `${side} ${line}`;
            const known = [...this.list.children].find(row => row.dataset.key === key);
            const row = element("li", { "data-side": side, "data-key": key }, element("b", {}, SIDES[side]), ": ", ...explain(line));
            if (taken && TAKEN[taken]) row.append(" ", TAKEN[taken]);
            if (known) known.replaceWith(row);
            else this.list.append(row);
        }

        // What a side says that it uses.
        pair(side, { local, remote }) {
            this.element.hidden = false;
            const text = `${SIDES[side]} uses ${short(local)} (its own) and ${short(remote)} (the other’s).`;
            const row = element("p", { "data-side": side }, text);
            const known = this.pairs.querySelector(`[data-side="${side}"]`);
            if (known) known.replaceWith(row);
            else this.pairs.append(row);
        }
    }

    // candidate:FOUNDATION COMPONENT TRANSPORT PRIORITY ADDRESS PORT typ TYPE … (RFC 8839 section 5.1)
    function parts(line) {
        const words = line.replace(/^candidate:/, "").split(" ");
        const [, component, transport, priority, address, port] = words;
        return { component, transport, priority: Number(priority), address, port, type: words[words.indexOf("typ") + 1] };
    }

    function at({ address, port }) {
        return address?.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
    }

    function short(line) {
        const candidate = parts(line);
        // What a page may not know of its own machine, the browser leaves out.
        return candidate.address ? `${candidate.type} ${at(candidate)}` : `${candidate.type}, an address that it keeps from the page,`;
    }

    function explain(line) {
        const candidate = parts(line);
        const { type, transport = "", component, priority, address = "" } = candidate;
        const mdns = address.endsWith(".local")
            ? " The name stands for an address that your browser does not tell a page which may use neither camera nor microphone; it answers for it by multicast DNS, in its own network only."
            : "";
        return [element("code", {}, `${type} ${at(candidate)}`), `: ${TYPES[type] ?? "of a type unknown here"}, ${transport.toUpperCase()}, component ${component}. `,
            // RFC 8445 section 5.1.2.1
            `Priority ${priority} = 2²⁴ × ${priority >>> 24} + 2⁸ × ${priority >>> 8 & 0xffff} + ${priority & 0xff}.`, mdns];
    }

    Object.assign(globalThis, { CallLadder, CallStates, CallCandidates });
})();
