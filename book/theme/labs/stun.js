// The STUN lab: makes the browser ask the workbook's STUN server, and shows what both saw.
// The server annotates the packets; this only places them.
(() => {
    "use strict";

    const { begin, element } = Labs;

    const ROUTES = "/labs/stun/";
    // Gathering from a server on loopback takes milliseconds. Who has sent nothing by then will not.
    const PATIENCE = 5000;
    // Older packets leave the page; the capture still has them.
    const SHOWN = 60;

    // What the types of candidates are (RFC 8445 section 5.1.1, RFC 8838).
    const TYPES = {
        host: "an address of this machine",
        srflx: "what the STUN server saw",
        prflx: "what a peer saw",
        relay: "an address that a TURN server lends",
    };

    begin("stun", "The STUN lab", async (section, lab) => new Lab(section, await (await fetch(lab.path + "info", { cache: "no-store" })).json()));

    class Lab {
        constructor(section, info) {
            this.section = section;
            this.info = info;
            this.build();
            this.reset();
            this.say("live", `The STUN server listens at ${info.address}. Nobody has asked yet.`);
            addEventListener("pagehide", () => this.hangUp());
            addEventListener("pageshow", event => event.persisted && this.say("live", "Ask again."));
        }

        build() {
            this.ask = element("button", { type: "button" }, "Ask my browser");
            this.watching = element("button", { type: "button" }, "Watch other clients");
            this.capture = element("a", { href: ROUTES + "capture.pcapng", download: "", hidden: "" }, "Download the packets (.pcapng)");
            this.status = element("p", { class: "lab-status", role: "status" });
            this.fail = element("div", { class: "lab-fail", role: "alert", hidden: "" });
            this.candidates = element("ul", { class: "stun-candidates" });
            this.gathered = element("div", { hidden: "" }, element("p", {}, "Candidates that your browser gathered:"), this.candidates);
            // The status line is what a screen reader announces: a whole packet would drown it.
            this.log = element("div", { class: "lab-log", role: "region", tabindex: "0", "aria-label": "Packets that the STUN server saw", hidden: "" });
            this.ask.addEventListener("click", () => this.askBrowser());
            this.watching.addEventListener("click", () => this.watchOthers());
            const notices = this.info.notices.map(text => element("p", { class: "stun-notice" }, text));
            this.section.append(element("div", { class: "lab-bar" }, this.ask, this.watching, this.capture),
                this.status, this.fail, ...notices, this.gathered, this.log, this.natType());
        }

        // What this lab cannot do, and what does it.
        natType() {
            return element("details", { class: "stun-nat" },
                element("summary", {}, "Can it tell what my NAT does?"),
                element("p", {}, "How it filters: no. That test needs a request with CHANGE-REQUEST, which a page cannot send; a program can. How it maps: yes, by the lab “What am I behind?” on the page NAT. The program:"),
                element("pre", {}, element("code", {}, this.command())),
                element("p", {}, "On loopback it finds that there is no NAT. Name a server on the Internet that has two addresses to test the NAT in front of you."));
        }

        command() {
            return `cargo run --example stun -- --server ${this.info.address}`;
        }

        isBusy() {
            return this.ask.getAttribute("aria-disabled") === "true";
        }

        // Subscribes first and asks then, so that the first packet is seen.
        async askBrowser() {
            if (this.isBusy()) return;
            this.reset();
            this.busy(true);
            this.say("starting", "Asking…");
            try {
                if (typeof RTCPeerConnection !== "function") throw new Fail(...NO_WEBRTC);
                await this.watch();
                await this.gather();
            } catch (error) {
                this.failed(error instanceof Fail ? error : new Fail(`Your browser refused: ${error.message}`, ...this.instead()));
            } finally {
                this.busy(false);
            }
        }

        async watchOthers() {
            if (this.isBusy()) return;
            this.reset();
            try {
                await this.watch();
                this.say("live", `Watching ${this.info.address}. In another terminal: ${this.command()}`);
            } catch (error) {
                this.failed(error);
            }
        }

        // One EventSource for as long as the page is open.
        watch() {
            if (this.source?.readyState === EventSource.OPEN) return Promise.resolve();
            this.source?.close();
            const source = this.source = new EventSource(ROUTES + "live");
            source.addEventListener("packet", event => this.show(JSON.parse(event.data)));
            source.addEventListener("lost", event => this.lost(JSON.parse(event.data).count));
            return new Promise((resolve, reject) => {
                source.addEventListener("open", resolve, { once: true });
                source.addEventListener("error", () => {
                    const fail = new Fail("The workbook does not answer. Is it still running? Start it with", "cargo run", "and reload this page. It answers thirty-two watching pages at most.");
                    reject(fail);
                    source.close();
                    if (this.section.dataset.state === "live") this.failed(fail);
                });
            });
        }

        async gather() {
            const peer = this.peer = new RTCPeerConnection({ iceServers: [{ urls: this.info.url }] });
            const errors = [];
            const gathered = new Promise(resolve => {
                peer.addEventListener("icecandidate", ({ candidate }) => {
                    if (candidate === null) resolve();
                    // An empty one ends a generation (RFC 8840 section 8.2): nothing to show.
                    else if (candidate.candidate !== "") this.candidate(candidate.candidate);
                });
            });
            peer.addEventListener("icecandidateerror", event => errors.push(`${event.errorCode} ${event.errorText}`));
            // Without something to transport, there is nothing to gather for.
            peer.createDataChannel("ask");
            await peer.setLocalDescription();
            await Promise.race([Promise.all([gathered, this.answered]), pause(PATIENCE)]);
            peer.close();
            if (this.seen === 0) throw this.silence(errors);
            this.say("live", this.finding());
        }

        finding() {
            const packets = this.seen === 1 ? "1 packet" : `${this.seen} packets`;
            const types = [...this.candidates.querySelectorAll("[data-type]")].map(row => row.dataset.type);
            const finding = `The server saw ${packets}. It told your browser: you are ${this.mapped ?? "unknown"}.`;
            return types.includes("srflx") ? finding : `${finding} No srflx candidate came of it: browsers leave out an address that they know already, and loopback.`;
        }

        silence(errors) {
            const why = this.candidates.children.length === 0
                ? "Your browser gathered no candidate at all: no network is up but loopback, or a setting or an extension keeps WebRTC from it."
                : "Your browser gathered candidates but sent the server nothing. Firefox does so: it does not ask from loopback.";
            const said = errors.length > 0 ? ` It says: ${errors[0]}.` : "";
            return new Fail(`No packet within ${PATIENCE / 1000} seconds. ${why}${said}`, ...this.instead());
        }

        instead() {
            return ["Ask with the example instead, and the packets show up here:", this.command()];
        }

        // candidate:FOUNDATION COMPONENT TRANSPORT PRIORITY ADDRESS PORT typ TYPE … (RFC 8839 section 5.1)
        candidate(line) {
            const parts = line.split(" ");
            const [, component, transport, priority, address, port] = parts;
            const type = parts[parts.indexOf("typ") + 1];
            const number = Number(priority);
            const at = address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
            const hidden = address.endsWith(".local") ? ", by an mDNS name: a page may not learn the address itself" : "";
            this.candidates.append(element("li", { "data-type": type },
                element("code", {}, `${type} ${at}`), `: ${TYPES[type] ?? "of a type unknown here"}${hidden}. `,
                // RFC 8445 section 5.1.2.1
                `${transport.toUpperCase()}, component ${component}. Priority ${priority} = 2²⁴ × ${number >>> 24} + 2⁸ × ${number >>> 8 & 0xffff} + ${number & 0xff}.`));
            this.gathered.hidden = false;
        }

        show(packet) {
            this.seen += 1;
            const article = element("article", { class: "stun-packet", "aria-label": `Packet ${packet.no}: ${packet.summary}` });
            // Written by the workbook's own renderer, which escapes whatever came from the wire.
            article.innerHTML = packet.html;
            const log = this.log;
            log.append(article);
            while (log.children.length > SHOWN) log.firstElementChild.remove();
            log.hidden = this.capture.hidden = false;
            if (packet.summary.includes("success response")) {
                this.mapped ??= packet.to;
                this.resolveAnswered();
            }
            if (!this.isBusy()) this.say("live", `Packet ${packet.no}: ${packet.summary}`);
        }

        lost(count) {
            this.log.append(element("p", { class: "stun-lost" }, `${count} packets came too fast to be shown here.`));
        }

        reset() {
            this.seen = 0;
            this.mapped = undefined;
            this.answered = new Promise(resolve => { this.resolveAnswered = resolve; });
            this.candidates.replaceChildren();
            this.log.replaceChildren();
            this.fail.replaceChildren();
            this.fail.hidden = this.gathered.hidden = this.log.hidden = true;
        }

        // Not `disabled`: that would take the keyboard's focus away.
        busy(yes) {
            for (const button of [this.ask, this.watching]) button.setAttribute("aria-disabled", yes);
            this.ask.textContent = yes ? "Asking…" : "Ask again";
        }

        say(state, text) {
            this.section.dataset.state = state;
            this.status.textContent = text;
        }

        failed(fail) {
            this.say("failed", "That did not work.");
            const [why, ...next] = fail.parts;
            this.fail.replaceChildren(element("p", {}, why), ...next.map(text => text.startsWith("cargo ")
                ? element("pre", {}, element("code", {}, text)) : element("p", {}, text)));
            this.fail.hidden = false;
        }

        hangUp() {
            this.source?.close();
            this.peer?.close();
        }
    }

    // What to tell: why, then what to do; a command is shown as one.
    class Fail extends Error {
        constructor(...parts) {
            super(parts[0]);
            this.parts = parts;
        }
    }

    const NO_WEBRTC = ["This browser has no WebRTC, or a setting or an extension switched it off. In Firefox, about:config has media.peerconnection.enabled."];

    function pause(milliseconds) {
        return new Promise(resolve => setTimeout(resolve, milliseconds));
    }
})();
