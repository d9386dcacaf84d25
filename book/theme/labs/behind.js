// The lab "what am I behind?": has the browser ask STUN servers from one socket, reports what it gathered to the
// workbook, which says what follows, and shows the datagrams as the workbook's own server saw them.
(() => {
    "use strict";

    const { begin, element } = Labs;

    // The STUN lab's server, and its view of the datagrams.
    const STUN = "/labs/stun/";
    // A server that does not answer holds up the end of gathering, for 40 seconds in Chromium. Who has not answered by
    // then counts as silent.
    const PATIENCE = 5000;
    // So long may the last packets take from the server to this page.
    const LINGER = 300;
    const MOST_SERVERS = 6;
    const SHOWN = 40;

    begin("behind", "What am I behind?", async (section, lab) => {
        const [info, samples] = await Promise.all([json(STUN + "info"), json(lab.path + "samples")]);
        new Lab(section, lab.path, info, samples);
    });

    async function json(path) {
        const response = await fetch(path, { cache: "no-store" });
        if (!response.ok) throw new Error(`${path}: ${response.status}`);
        return response.json();
    }

    class Lab {
        constructor(section, path, info, samples) {
            Object.assign(this, { section, path, info, samples });
            this.build();
            this.say("live", "Nobody has asked yet.");
            addEventListener("pagehide", () => this.hangUp());
        }

        build() {
            this.ask = element("button", { type: "button" }, "What am I behind?");
            this.ask.addEventListener("click", () => this.press());
            this.theirs = element("input", { type: "text", id: "behind-servers", spellcheck: "false", autocomplete: "off", autocapitalize: "off", placeholder: "stun.example.org:3478", "aria-describedby": "behind-servers-note" });
            this.theirs.addEventListener("keydown", event => event.key === "Enter" && this.press());
            this.status = element("p", { class: "lab-status", role: "status" });
            this.fail = element("div", { class: "lab-fail", role: "alert", hidden: "" });
            this.results = element("div", { class: "behind-results" });
            this.log = element("div", { class: "lab-log", role: "region", tabindex: "0", "aria-label": "Packets that the workbook's STUN server saw", hidden: "" });
            this.capture = element("a", { href: STUN + "capture.pcapng", download: "", hidden: "" }, "Download these packets (.pcapng)");
            const samples = this.samples.map((sample, at) => {
                const button = element("button", { type: "button", "data-sample": String(at) }, sample.title);
                button.addEventListener("click", () => this.elsewhere(sample));
                return button;
            });
            this.section.append(
                element("p", { class: "behind-own" }, "It asks the workbook's own server at ", ...list(this.info.servers.map(server => element("code", {}, server))), ", all from one socket."),
                ...this.info.notices.map(text => element("p", { class: "behind-notice" }, text)),
                element("div", { class: "behind-servers" },
                    element("label", { for: "behind-servers" }, "Other STUN servers, with commas between them:"),
                    this.theirs,
                    element("p", { id: "behind-servers-note" }, `Leave it empty to stay on this machine. With the button your browser sends Binding requests to each that you name (${MOST_SERVERS} at most): they learn your public address, and that you asked. Two ports or two hosts tell more than one.`)),
                element("div", { class: "lab-bar" }, this.ask, this.capture),
                this.status, this.fail, this.results, this.log,
                element("details", { class: "behind-elsewhere" },
                    element("summary", {}, "What others saw elsewhere"),
                    element("p", {}, "On loopback there is no NAT. Each of these is what Chromium reported from behind one of Linux's own, read by the same code as your own report:"),
                    element("div", { class: "lab-bar", role: "group", "aria-label": "Reports from elsewhere" }, ...samples)));
        }

        // Subscribes first and asks then, so that the first packet is seen.
        async press() {
            if (this.ask.getAttribute("aria-disabled") === "true") return;
            const turn = this.reset();
            this.ask.setAttribute("aria-disabled", "true");
            this.say("asking", `Asking… Where a server stays silent this takes ${2 * PATIENCE / 1000} seconds.`);
            try {
                if (typeof RTCPeerConnection !== "function") throw new Error("this browser has no WebRTC, or a setting or an extension switched it off");
                const theirs = named(this.theirs.value);
                await this.watch();
                const own = this.info.servers.map(server => `stun:${server}`);
                const reports = [["The workbook's own server", gather(own)]];
                if (theirs.length > 0) reports.push([theirs.length === 1 ? "The server that you named" : "The servers that you named", gather(theirs)]);
                for (const [title, gathering] of reports) {
                    const report = await gathering;
                    if (turn !== this.turn) return;
                    if (title === reports[0][0]) {
                        await pause(LINGER);
                        report.seen = this.seen;
                    }
                    await this.read(turn, title, report);
                }
                if (turn === this.turn) this.say("live", this.summary());
            } catch (error) {
                if (turn !== this.turn) return;
                this.say("failed", "That did not work.");
                this.fail.replaceChildren(element("p", {}, sentence(error.message)));
                this.fail.hidden = false;
            } finally {
                this.ask.setAttribute("aria-disabled", "false");
                this.source?.close();
            }
        }

        // A report from elsewhere, read as one's own.
        async elsewhere(sample) {
            const turn = this.reset();
            try {
                await this.read(turn, sample.title, sample.report, sample.about);
                if (turn !== this.turn) return;
                this.say("live", `${sample.title}. ${this.summary()}`);
                this.results.scrollIntoView({ block: "nearest" });
            } catch (error) {
                this.say("failed", sentence(error.message));
            }
        }

        // One EventSource for as long as one asks. Without it the lab works too, and shows no packets.
        watch() {
            this.source?.close();
            const source = this.source = new EventSource(STUN + "live");
            source.addEventListener("packet", event => this.show(JSON.parse(event.data)));
            return new Promise(resolve => {
                source.addEventListener("open", resolve, { once: true });
                source.addEventListener("error", () => {
                    source.close();
                    this.note("The packets cannot be shown: the workbook does not answer, or too many pages watch the STUN lab already.");
                    resolve();
                }, { once: true });
                // A browser opens six connections to one server, and pages that watch something hold theirs.
                setTimeout(resolve, PATIENCE);
            });
        }

        note(text) {
            this.log.append(element("p", {}, text));
            this.log.hidden = false;
        }

        show(packet) {
            // Requests: what comes to one of the server's addresses.
            if (this.info.servers.includes(packet.to)) this.seen.push({ from: packet.from, to: packet.to });
            const article = element("article", { class: "behind-packet", "aria-label": `Packet ${packet.no}: ${packet.summary}` });
            // Written by the workbook's own renderer, which escapes whatever came from the wire.
            article.innerHTML = packet.html;
            this.log.append(article);
            while (this.log.children.length > SHOWN) this.log.firstElementChild.remove();
            this.log.hidden = this.capture.hidden = false;
        }

        async read(turn, title, report, about) {
            const response = await fetch(this.path + "read", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(report) })
                .catch(() => { throw new Error("the workbook does not answer. Is it still running? Start it with cargo run, and reload this page"); });
            if (!response.ok) throw new Error(`the workbook cannot read the report: ${await response.text()}`);
            const { findings, candidates } = await response.json();
            // Something else was asked meanwhile.
            if (turn !== this.turn) return;
            const answers = element("dl", { class: "behind-findings" });
            for (const { id, question, answer, because, specs } of findings) {
                answers.append(element("dt", {}, question),
                    element("dd", { "data-finding": id }, element("strong", {}, answer), " ", because, " ", ...cited(specs)));
            }
            const gathered = candidates.map(({ line, about }) => element("li", {}, sentence(about), element("br"), element("code", {}, line)));
            this.results.append(element("section", { class: "behind-result", "aria-label": title },
                element("h4", {}, title), ...(about ? [element("p", {}, about)] : []), answers,
                element("details", {}, element("summary", {}, gathered.length === 1 ? "1 candidate, as the browser told it" : `${gathered.length} candidates, as the browser told them`),
                    element("ul", { class: "behind-candidates" }, ...gathered))));
        }

        // For the status line: the first two answers of the last that was asked.
        summary() {
            const last = [...this.results.children].at(-1);
            const answer = id => last.querySelector(`[data-finding=${id}] strong`).textContent;
            return `NAT: ${answer("nat")} Mapping: ${answer("mapping")}`;
        }

        reset() {
            this.turn = (this.turn ?? 0) + 1;
            this.source?.close();
            this.seen = [];
            this.results.replaceChildren();
            this.log.replaceChildren();
            this.fail.replaceChildren();
            this.fail.hidden = this.log.hidden = true;
            return this.turn;
        }

        say(state, text) {
            this.section.dataset.state = state;
            this.status.textContent = text;
        }

        hangUp() {
            this.source?.close();
        }
    }

    // Asks all of them from one connection. Where that does not end in time, asks each alone, since of several that see the
    // same a browser tells only the first.
    async function gather(servers) {
        const report = await connection(servers);
        if (!report.complete && servers.length > 1) {
            const each = await Promise.all(servers.map(server => connection([server])));
            report.alone = servers.filter((_, at) => each[at].complete || each[at].candidates.some(({ url }) => url));
        }
        return report;
    }

    async function connection(servers) {
        const start = performance.now();
        const since = () => performance.now() - start;
        const report = { servers, candidates: [], errors: [], complete: false, alone: [], took: 0, seen: [] };
        let peer;
        try {
            peer = new RTCPeerConnection({ iceServers: servers.map(urls => ({ urls })) });
            const gathered = new Promise(resolve => {
                peer.addEventListener("icecandidate", ({ candidate }) => {
                    if (candidate === null) resolve(true);
                    else if (candidate.candidate !== "") report.candidates.push({ line: candidate.candidate, url: candidate.url || null, at: since() });
                });
                peer.addEventListener("icecandidateerror", ({ url, errorCode, errorText }) => report.errors.push({ url: url ?? "", code: errorCode, text: errorText }));
            });
            // Without something to transport, there is nothing to gather for.
            peer.createDataChannel("ask");
            await peer.setLocalDescription();
            report.complete = await Promise.race([gathered, pause(PATIENCE).then(() => false)]);
            report.took = since();
            return report;
        } finally {
            peer?.close();
        }
    }

    // What the reader typed, as `iceServers` want it.
    function named(text) {
        const names = text.split(/[\s,]+/).filter(Boolean).map(name => name.replace(/^stuns?:/i, ""));
        if (names.length > MOST_SERVERS) throw new Error(`expected ${MOST_SERVERS} servers at most, found ${names.length}`);
        for (const name of names) {
            if (!/^(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:\d{1,5})?$/i.test(name)) throw new Error(`expected a host and perhaps a port, such as stun.example.org:3478, found ${name}`);
        }
        return [...new Set(names.map(name => `stun:${name}`))];
    }

    function cited(specs) {
        return ["(", ...list(specs.map(({ name, url }) => element("a", { href: url }, name))), ")"];
    }

    // With commas, and without one where there is one.
    function list(parts) {
        return parts.flatMap((part, at) => at === 0 ? [part] : [", ", part]);
    }

    function sentence(text) {
        return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`.replace(/\.\.$/, ".");
    }

    function pause(milliseconds) {
        return new Promise(resolve => setTimeout(resolve, milliseconds));
    }
})();
