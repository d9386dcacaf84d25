// The handshake lab: the reader's own request, and what the workbook's server made of it.
(() => {
    "use strict";

    const { begin, element } = Labs;

    const START = "GET / HTTP/1.1";

    // What a preset changes in the request as it should be: a map of field names to values, or to nothing.
    const PRESETS = [
        ["As it should be", {}],
        ["Without Origin, as a program sends it", { fields: { Origin: undefined } }],
        ["With names in lower case", { change: text => text.replace(/^[\w-]+(?=:)/gm, name => name.toLowerCase()) }],
        ["Offers a subprotocol and compression", { fields: { "Sec-WebSocket-Protocol": "chat", "Sec-WebSocket-Extensions": "permessage-deflate" } }],
        ["No Sec-WebSocket-Key", { fields: { "Sec-WebSocket-Key": undefined } }],
        ["A key of 15 bytes", { fields: { "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25j" } }],
        ["Version 8", { fields: { "Sec-WebSocket-Version": "8" } }],
        ["A page of another site", { fields: { Origin: "http://evil.example" } }],
        ["Another Host", { fields: { Host: "evil.example" } }],
        ["No Upgrade", { fields: { Upgrade: undefined } }],
        ["Connection: close", { fields: { Connection: "close" } }],
        ["POST", { start: "POST / HTTP/1.1" }],
        ["HTTP/1.0", { start: "GET / HTTP/1.0" }],
        ["No empty line at the end", { change: text => text.trimEnd() }],
    ];

    begin("handshake", "The handshake lab", (section, lab) => new Lab(section, lab));

    class Lab {
        constructor(section, { path, addresses }) {
            this.section = section;
            this.path = path;
            this.host = new URL(addresses[0].url).host;
            this.build();
            this.fill();
            this.say("live", `The server listens at ${this.host}. Change what you like, then send it.`);
        }

        build() {
            this.preset = element("select", { id: "handshake-preset" }, ...PRESETS.map(([name], at) => element("option", { value: at }, name)));
            this.preset.addEventListener("change", () => this.fill());
            this.text = element("textarea", {
                id: "handshake-text", rows: 11, spellcheck: "false", autocomplete: "off", autocapitalize: "off",
                wrap: "off", maxlength: "8000", "aria-describedby": "handshake-note",
            });
            this.send = element("button", { type: "button" }, "Send");
            this.send.addEventListener("click", () => this.ask());
            this.status = element("p", { class: "lab-status", role: "status" });
            this.fail = element("p", { class: "lab-fail", role: "alert", hidden: "" });
            this.verdict = element("div", { class: "handshake-verdict", hidden: "" });
            this.log = new PacketLog("The request and its answer", { open: 2 });
            this.section.append(
                element("div", { class: "lab-bar" }, element("label", { for: "handshake-preset" }, "Begin with"), this.preset),
                element("label", { for: "handshake-text" }, "The request"), this.text,
                element("p", { class: "handshake-note", id: "handshake-note" }, "Each line is sent with CR LF at its end, as HTTP wants it; a text field has LF only. An empty line ends the request."),
                element("div", { class: "lab-bar" }, this.send),
                this.status, this.fail, this.verdict, this.log.element);
        }

        fill() {
            const [, { start = START, fields = {}, change = text => text }] = PRESETS[this.preset.value];
            const nonce = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
            const all = {
                Host: this.host, Origin: location.origin, Upgrade: "websocket", Connection: "Upgrade",
                "Sec-WebSocket-Key": nonce, "Sec-WebSocket-Version": "13", ...fields,
            };
            const lines = Object.entries(all).filter(([, value]) => value !== undefined).map(([name, value]) => `${name}: ${value}`);
            this.text.value = change([start, ...lines, "", ""].join("\n"));
        }

        async ask() {
            if (this.section.dataset.state === "starting") return;
            this.fail.hidden = true;
            this.say("starting", "Waiting for the answer…");
            try {
                const response = await fetch(`${this.path}send`, { method: "POST", headers: { "Content-Type": "text/plain" }, body: this.text.value });
                if (!response.ok) throw new Error(await response.text());
                this.show(await response.json());
            } catch (error) {
                this.say("failed", "That did not work.");
                this.fail.textContent = error instanceof TypeError ? "The workbook does not answer. Is it still running? Start it with cargo run, and reload this page." : error.message;
                this.fail.hidden = false;
            }
        }

        show({ status, why, decided_by: line, line: number, packets }) {
            const opened = status === 101;
            const words = status === null ? "No answer" : `${status}: ${opened ? "the WebSocket is open" : "refused"}`;
            this.say("live", `${words}.`);
            this.verdict.dataset.verdict = opened ? "opened" : "refused";
            this.verdict.replaceChildren(element("p", {}, element("strong", {}, `${opened ? "✓" : "✗"} ${words}`)), element("p", {}, `${why[0].toUpperCase()}${why.slice(1)}.`));
            if (line !== null) this.verdict.append(element("p", {}, number === null ? "Decided by: " : `Decided by line ${number}: `, element("code", {}, line)));
            this.verdict.hidden = false;
            this.log.clear();
            packets.forEach((packet, at) => this.log.show({ no: at + 1, ...packet }));
        }

        say(state, text) {
            this.section.dataset.state = state;
            this.status.textContent = text;
        }
    }
})();
