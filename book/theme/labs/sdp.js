// The SDP lab: a description, each line explained by the workbook, and what linter and browser say of it.
(() => {
    "use strict";

    const { begin, element } = Labs;

    const lines = text => text.split(/\r?\n/);
    const drop = beginning => text => lines(text).filter(line => !line.startsWith(beginning)).join("\n");
    const dropFirst = beginning => text => {
        const all = lines(text);
        const at = all.findIndex(line => line.startsWith(beginning));
        return at < 0 ? text : all.toSpliced(at, 1).join("\n");
    };
    const swap = (one, other) => text => {
        const all = lines(text);
        const [a, b] = [one, other].map(beginning => all.findIndex(line => line.startsWith(beginning)));
        if (a >= 0 && b >= 0) [all[a], all[b]] = [all[b], all[a]];
        return all.join("\n");
    };
    const sections = text => text.split(/^(?=m=)/m);

    // What is changed, in which of the two, and whether the line ends change too.
    const BREAKS = [
        ["Drop a mid", { change: dropFirst("a=mid:") }],
        ["Drop the fingerprint", { change: drop("a=fingerprint:") }],
        ["Cut a fingerprint short", { change: text => text.replace(/^(a=fingerprint:.*):..$/m, "$1") }],
        ["Drop ice-pwd", { change: drop("a=ice-pwd:") }],
        ["A short ice-ufrag", { change: text => text.replace(/^a=ice-ufrag:.*$/gm, "a=ice-ufrag:abc") }],
        ["A stranger in BUNDLE", { change: text => text.replace(/^a=group:BUNDLE.*$/m, "$& stranger") }],
        ["One number, two codecs", { change: text => text.replace(/^a=rtpmap:(\d+) .*$/m, "$&\na=rtpmap:$1 PCMA/16000") }],
        ["A candidate at port 70000", { change: text => text.replace(/^a=mid:.*$/m, "a=candidate:1 1 udp 2122260223 192.0.2.1 70000 typ host\n$&") }],
        ["Swap s= and t=", { change: swap("s=", "t=") }],
        ["An empty line", { change: text => text.replace(/^a=mid:/m, "\n$&") }],
        ["No end of the last line", { change: text => text.replace(/\s+$/, "") }],
        ["Two directions", { change: text => text.replace(/^a=(sendrecv|sendonly|recvonly)$/m, "$&\na=inactive") }],
        ["LF in place of CR LF", { ends: "\n" }],
        ["A key as SDES sends it", { change: text => text.replace(/^a=mid:.*$/m, "$&\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj") }],
        ["actpass in the answer", { type: "answer", change: text => text.replace(/^a=setup:.*$/gm, "a=setup:actpass") }],
        ["Leave out an m= section of the answer", { type: "answer", change: text => sections(text).slice(0, -1).join("") }],
        ["Swap two m= sections of the answer", {
            type: "answer",
            change: text => {
                const [session, one, two, ...rest] = sections(text);
                return two === undefined ? text : [session, two, one, ...rest].join("");
            },
        }],
    ];

    begin("sdp", "The SDP lab", (section, lab) => new Lab(section, lab));

    class Lab {
        constructor(section, { path }) {
            this.section = section;
            this.path = path;
            this.turn = 0;
            this.build();
            this.say("live", "Take your browser's own offer, or paste a description.");
        }

        build() {
            this.kinds = ["data", "audio", "video"].map(kind => {
                const box = element("input", { type: "checkbox", value: kind });
                box.checked = true;
                return [box, element("label", { class: "sdp-choice" }, box, kind === "data" ? "a data channel" : kind)];
            });
            this.text = element("textarea", {
                id: "sdp-text", class: "sdp-text", rows: 14, spellcheck: "false", autocomplete: "off", autocapitalize: "off",
                wrap: "off", maxlength: "30000", "aria-describedby": "sdp-note",
            });
            this.text.addEventListener("keydown", event => event.key === "Enter" && (event.ctrlKey || event.metaKey) && this.check());
            this.type = select("sdp-type", [["offer", "an offer"], ["answer", "an answer to this browser"]]);
            this.ends = select("sdp-ends", [["\r\n", "CR LF, as SDP wants it"], ["\n", "LF only"]]);
            this.status = element("p", { class: "lab-status", role: "status" });
            this.fail = element("p", { class: "lab-fail", role: "alert", hidden: "" });
            this.verdicts = element("div", { class: "sdp-verdicts" });
            this.explained = element("div", {});
            const breaks = BREAKS.map(([name, what]) => button(name, () => this.break(name, what)));
            this.section.append(
                element("div", { class: "lab-bar", role: "group", "aria-label": "What the browser is to offer" }, ...this.kinds.map(([, label]) => label)),
                element("div", { class: "lab-bar" }, button("Take this browser's offer", () => this.take("offer")), button("Take its answer", () => this.take("answer"))),
                element("label", { for: "sdp-text" }, "The description"), this.text,
                element("p", { class: "lab-off", id: "sdp-note", style: "display: block" }, "A text field knows no CR. What stands here is sent with the line ends chosen below."),
                element("div", { class: "lab-bar" },
                    element("label", { for: "sdp-type" }, "It is"), this.type, element("label", { for: "sdp-ends" }, "Lines end in"), this.ends,
                    button("Check it (Ctrl+Enter)", () => this.check())),
                element("fieldset", { class: "sdp-breaks" }, element("legend", {}, "Break it"), ...breaks),
                this.status, this.fail, this.verdicts, this.explained);
        }

        // A connection as the boxes say.
        connection() {
            const pc = new RTCPeerConnection();
            for (const [box] of this.kinds) {
                if (!box.checked) continue;
                if (box.value === "data") pc.createDataChannel("ping");
                else pc.addTransceiver(box.value);
            }
            return pc;
        }

        // What this browser offers, and what a second connection of it answers.
        async own() {
            const [one, other] = [this.connection(), new RTCPeerConnection()];
            try {
                const offer = await one.createOffer();
                await other.setRemoteDescription(offer);
                const answer = await other.createAnswer();
                return { offer: offer.sdp, answer: answer.sdp };
            } finally {
                one.close();
                other.close();
            }
        }

        async take(type) {
            await this.work(async () => {
                await this.fill(type);
                await this.look();
            });
        }

        async fill(type) {
            const own = await this.own();
            this.type.value = type;
            this.ends.value = "\r\n";
            this.text.value = lines(own[type]).join("\n");
        }

        async break(name, { change = text => text, type, ends }) {
            await this.work(async () => {
                if (this.text.value.trim() === "" || type && this.type.value !== type) await this.fill(type ?? "offer");
                const before = this.text.value;
                this.text.value = change(before);
                if (ends) this.ends.value = ends;
                await this.look(this.text.value === before && !ends ? `"${name}" finds nothing to change here.` : `${name}.`);
            });
        }

        async check() {
            await this.work(() => this.look());
        }

        async work(what) {
            this.fail.hidden = true;
            this.say("starting", "Looking…");
            try {
                await what();
            } catch (error) {
                this.say("failed", "That did not work.");
                this.fail.textContent = error instanceof TypeError ? "The workbook does not answer. Is it still running? Start it with cargo run, and reload this page." : error.message;
                this.fail.hidden = false;
            }
        }

        async look(first = "") {
            const turn = ++this.turn;
            const type = this.type.value;
            const sdp = lines(this.text.value).join(this.ends.value);
            if (sdp.trim() === "") throw new Error("There is no description yet: take one, or paste one.");
            const { offer } = type === "answer" ? await this.own() : {};
            const [reading, refusal] = await Promise.all([this.lint({ sdp, type, offer }), this.ask(type, sdp)]);
            if (turn !== this.turn) return;
            this.show(reading, refusal);
            const { errors, warnings } = reading;
            this.say("live", `${first} The linter: ${count(errors, "error")}, ${count(warnings, "warning")}. The browser: ${refusal ? "refused" : "accepted"}.`.trim());
        }

        async lint(question) {
            const response = await fetch(`${this.path}read`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(question) });
            if (!response.ok) throw new Error(await response.text());
            return response.json();
        }

        // What this browser says of it: nothing, or the step and the error.
        async ask(type, sdp) {
            const pc = type === "answer" ? this.connection() : new RTCPeerConnection();
            let step = "setRemoteDescription";
            try {
                if (type === "answer") await pc.setLocalDescription(await pc.createOffer());
                await pc.setRemoteDescription({ type, sdp });
                if (type === "offer") {
                    step = "createAnswer";
                    await pc.createAnswer();
                }
                return null;
            } catch (error) {
                return { step, name: error.name, message: error.message };
            } finally {
                pc.close();
            }
        }

        show({ html, errors, warnings, findings }, refusal) {
            const linter = verdict("The linter says", "sdp-linter", errors === 0, `${count(errors, "error")}, ${count(warnings, "warning")}`);
            linter.append(element("ol", {}, ...alike(findings.filter(({ severity }) => severity !== "note")).map(found => this.finding(found))));
            const browser = verdict("This browser says", "sdp-browser", !refusal, refusal ? "refused" : "accepted");
            if (refusal) browser.append(element("p", {}, element("code", {}, refusal.step), ` ${refusal.name}: ${refusal.message}`));
            else browser.append(element("p", {}, "It takes the description as it stands. That is no proof that it is right: browsers let much pass."));
            this.verdicts.replaceChildren(linter, browser);
            // The workbook's own renderer wrote it, and escaped what is not its own.
            this.explained.innerHTML = html;
        }

        finding({ severity, rule, line, column, message, why, fix, spec, url, again }) {
            const place = button(`${line}:${column}`, () => this.go(line));
            place.className = "place";
            place.setAttribute("aria-label", `Go to line ${line}, column ${column}`);
            const item = element("li", {}, place, " ", element("strong", {}, severity), " ", element("code", {}, rule), ` ${message}`);
            const more = [why, fix && `To do: ${fix}`].filter(Boolean).join(". ");
            if (again.length > 0) item.append(element("small", {}, `The same in ${count(again.length, "more place")}: line ${again.slice(0, 8).join(", ")}${again.length > 8 ? ", …" : ""}.`));
            const small = element("small", {}, more, more && ". ");
            if (url) small.append(element("a", { href: url }, spec));
            item.append(small);
            return item;
        }

        // To a line of the text.
        go(line) {
            const before = lines(this.text.value).slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
            const length = lines(this.text.value)[line - 1]?.length ?? 0;
            this.text.focus();
            this.text.setSelectionRange(before, before + length);
            this.text.scrollTop = Math.max(0, (line - 4) * parseFloat(getComputedStyle(this.text).lineHeight));
        }

        say(state, text) {
            this.section.dataset.state = state;
            this.status.textContent = text;
        }
    }

    // Those that say the same are one, with the lines of the others.
    function alike(findings) {
        const known = new Map();
        for (const found of findings) {
            const key = `${found.rule} ${found.message}`;
            if (known.has(key)) known.get(key).again.push(found.line);
            else known.set(key, { ...found, again: [] });
        }
        return [...known.values()];
    }

    function verdict(title, name, fine, text) {
        return element("div", { class: `sdp-verdict ${name}`, "data-verdict": fine ? "fine" : "wrong" },
            element("p", {}, element("strong", {}, `${title}: ${fine ? "✓" : "✗"} ${text}`)));
    }

    function select(id, options) {
        return element("select", { id }, ...options.map(([value, name]) => element("option", { value }, name)));
    }

    function button(name, act) {
        const made = element("button", { type: "button" }, name);
        made.addEventListener("click", act);
        return made;
    }

    function count(n, what) {
        return `${n === 0 ? "no" : n} ${what}${n === 1 ? "" : "s"}`;
    }
})();
