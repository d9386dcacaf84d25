// The token lab: a token signed by the workbook's desk or brought along, each byte of it, and what a door says to it.
(() => {
    "use strict";

    const { begin, element } = Labs;

    // Of npm's agora-token, which tests with it: an AccessToken of 2015, for an app that is nobody's.
    const OLD = "006970CA35de60c44645bbae8a215061b33IACV0fZUBw+72cVoL9eyGGh3Q6Poi8bgjwVLnyKSJyOXR7dIfRBXoFHlEAABAAAAR/QQAAEAAQCvKDdW";
    // Where the fields of the inflated content stand: length, signature, length, App ID, issue timestamp, expire.
    const APP_ID_AT = 2 + 32 + 2;
    const EXPIRE_AT = APP_ID_AT + 32 + 4;

    // What is tried, what it changes of the question, and what that is.
    const TRIES = [
        ["As it is", async () => ({}), "Nothing changed"],
        ["Another channel", async ({ channel }) => ({ channel: `${channel}-2` }), "The same token, at the door of another channel"],
        ["Another uid", async () => ({ uid: "mallory" }), "The same token, brought by mallory"],
        ["A second after its end", async ({ token }) => ({ later: await rest(token) }), "The same token, after its end"],
        ["Another certificate", async () => ({ certificate: randomHex() }), "Checked with another App Certificate than it was signed with"],
        ["One bit flipped", async ({ token }) => ({ token: flipped(token) }), "A bit in the middle of the text flipped, as a bad line does"],
        ["Forge a day", async ({ token }) => ({ token: await changed(token, view => view.setUint32(EXPIRE_AT, 86400, true)) }), "Inflated, Expire set to 86400 s, compressed again: anybody can do that, without the certificate"],
        ["Forge the App ID", async ({ token }) => ({ token: await changed(token, view => view.setUint8(APP_ID_AT, view.getUint8(APP_ID_AT) === 48 ? 49 : 48)) }), "Inflated, a digit of the App ID changed, compressed again"],
        ["A 006 token", async () => ({ token: OLD }), "A token of the version before"],
    ];
    const MARKS = { passed: "✓", failed: "✗", "not asked": "·" };

    begin("token", "The token lab", (section, lab) => new Lab(section, lab));

    class Lab {
        constructor(section, { path }) {
            this.section = section;
            this.path = path;
            this.turn = 0;
            this.build();
            this.say("live", "Have a token signed, or paste one.");
        }

        build() {
            this.channel = field("token-channel", { value: "demo", maxlength: "64" });
            this.uid = field("token-uid", { value: "alice", maxlength: "64" });
            this.role = element("select", { id: "token-role" },
                element("option", { value: "publisher" }, "publisher: may send and receive"), element("option", { value: "subscriber" }, "subscriber: may receive"));
            this.seconds = field("token-seconds", { type: "number", inputmode: "numeric", min: "1", max: "86400", value: "600" });
            this.token = element("textarea", {
                id: "token-text", class: "token-text", rows: 5, spellcheck: "false", autocomplete: "off", autocapitalize: "off", maxlength: "50000",
            });
            this.certificate = field("token-certificate", { type: "password", autocomplete: "off", maxlength: "64", "aria-describedby": "token-note" });
            this.status = element("p", { class: "lab-status", role: "status" });
            this.fail = element("p", { class: "lab-fail", role: "alert", hidden: "" });
            this.verdict = element("div", { class: "token-verdict", hidden: "" });
            this.explained = element("div", {});
            const desk = [["Channel", this.channel], ["Uid (empty: anybody)", this.uid], ["Role", this.role], ["Seconds", this.seconds]];
            const labels = desk.map(([name, input]) => element("label", { for: input.id }, element("span", {}, name), input));
            this.section.append(
                element("form", { class: "token-desk", "aria-label": "The token desk" }, ...labels, element("button", { type: "submit", class: "token-sign" }, "Sign a token")),
                element("label", { for: "token-text" }, "The token"), this.token,
                element("details", { class: "token-own" },
                    element("summary", {}, "It is of your own project"),
                    element("form", { "aria-label": "Check it" },
                        element("label", { for: "token-certificate" }, element("span", {}, "Its App Certificate"), this.certificate),
                        element("button", { type: "submit" }, "Check it")),
                    element("p", { id: "token-note" }, "It goes to the workbook that served this page, checks the next signature, and is forgotten: by this field too. Without it a token is taken apart, and not checked.")),
                element("fieldset", { class: "token-tries" }, element("legend", {}, "Bring it to the door"), ...TRIES.map(([name, change, what]) => button(name, () => this.try(change, what)))),
                this.status, this.fail, this.verdict, this.explained);
            const [, change, what] = TRIES[0];
            for (const [form, act] of [[".token-desk", () => this.sign()], [".token-own form", () => this.try(change, what)]]) {
                this.section.querySelector(form).addEventListener("submit", event => {
                    event.preventDefault();
                    act();
                });
            }
            // The book turns its pages at these.
            this.section.addEventListener("keydown", event => ["ArrowLeft", "ArrowRight"].includes(event.key) && event.stopPropagation());
        }

        async sign() {
            await this.work(async () => {
                await this.fill();
                await this.look({ token: this.token.value }, "Signed");
            });
        }

        async try(change, what) {
            await this.work(async () => {
                if (this.token.value.trim() === "") await this.fill();
                const token = this.token.value.trim();
                // Of the desk's own token the door knows who comes; of another, only what it says.
                const own = this.own?.token === token ? { channel: this.own.channel, uid: this.own.uid || "anybody" } : {};
                const asked = { channel: this.channel.value, token };
                const certificate = this.certificate.value;
                this.certificate.value = "";
                await this.look({ token, ...own, ...(certificate && { certificate }), ...await change(asked) }, what);
            });
        }

        async fill() {
            const wish = { channel: this.channel.value, uid: this.uid.value, role: this.role.value, seconds: Number(this.seconds.value) };
            const { token } = await this.ask("sign", wish);
            this.token.value = token;
            this.own = { ...wish, token };
        }

        async look(question, what) {
            const turn = ++this.turn;
            const { html, verdict } = await this.ask("read", question);
            if (turn !== this.turn) return;
            this.show(verdict, what);
            // The workbook's own renderer wrote it, and escaped what is not its own.
            this.explained.innerHTML = html;
            this.say("live", `${what}. ${said(verdict)}.`);
        }

        show({ admitted, code, why, checks, until, now }, what) {
            const list = element("ol", {}, ...checks.map(({ question, outcome }) =>
                element("li", { "data-outcome": outcome }, element("span", { "aria-hidden": "true" }, MARKS[outcome]), ` ${question} `, element("small", {}, outcome))));
            const parts = [element("p", {}, element("strong", {}, `${admitted ? "✓" : admitted === null ? "?" : "✗"} ${said({ admitted, code })}.`), ` ${what}.`)];
            if (!until) parts.push(element("p", { class: "token-why" }, `${why[0].toUpperCase()}${why.slice(1)}.`));
            parts.push(list);
            if (until) {
                const may = [["be in the channel", until.join], ["send audio", until.audio], ["send video", until.video], ["send data", until.data]];
                parts.push(element("p", {}, "May ", may.map(([name, end]) => end === null ? `not ${name}` : `${name} for ${end - now} s`).join(", "), "."));
            }
            this.verdict.dataset.code = code;
            this.verdict.dataset.verdict = admitted ? "fine" : admitted === null ? "open" : "wrong";
            this.verdict.replaceChildren(...parts);
            this.verdict.hidden = false;
        }

        async work(what) {
            this.fail.hidden = true;
            this.say("starting", "Looking…");
            try {
                await what();
            } catch (error) {
                this.say("failed", "That did not work.");
                this.fail.textContent = error.message;
                this.fail.hidden = false;
            }
        }

        async ask(route, question) {
            const sent = fetch(`${this.path}${route}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(question) });
            const response = await sent.catch(() => {
                throw new Error("The workbook does not answer. Is it still running? Start it with cargo run, and reload this page.");
            });
            if (!response.ok) throw new Error(await response.text());
            return response.json();
        }

        say(state, text) {
            this.section.dataset.state = state;
            this.status.textContent = text;
        }
    }

    function said({ admitted, code }) {
        return admitted ? "Let in" : admitted === null ? "Not checked" : `Refused: ${code}`;
    }

    // The bytes of what a 007 token holds, inflated.
    async function inflated(token) {
        const zlib = Uint8Array.from(atob(token.slice(3)), character => character.charCodeAt(0));
        return new Uint8Array(await new Response(new Blob([zlib]).stream().pipeThrough(new DecompressionStream("deflate"))).arrayBuffer());
    }

    // The token with its content changed, and compressed again: its sums are right, its signature is not.
    async function changed(token, change) {
        const content = await whole(token);
        change(new DataView(content.buffer));
        const zlib = new Uint8Array(await new Response(new Blob([content]).stream().pipeThrough(new CompressionStream("deflate"))).arrayBuffer());
        return `007${btoa(String.fromCharCode(...zlib))}`;
    }

    // How many seconds from now a token is over, and one more.
    async function rest(token) {
        const view = new DataView((await whole(token)).buffer);
        const end = view.getUint32(EXPIRE_AT - 4, true) + Math.min(view.getUint32(EXPIRE_AT, true), 86400);
        return Math.max(0, end - Math.floor(Date.now() / 1000) + 1);
    }

    async function whole(token) {
        const content = token.startsWith("007") ? await inflated(token).catch(() => []) : [];
        if (content.length < EXPIRE_AT + 4) throw new Error("That needs a whole token that begins with 007: sign one, or paste one.");
        return content;
    }

    function flipped(token) {
        const bytes = Array.from(atob(token.startsWith("007") ? token.slice(3).replace(/[^\w+/=]/g, "") : ""), character => character.charCodeAt(0));
        if (bytes.length === 0) throw new Error("That needs a token that begins with 007: sign one, or paste one.");
        bytes[bytes.length >> 1] ^= 1;
        return `007${btoa(String.fromCharCode(...bytes))}`;
    }

    function randomHex() {
        return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, "0")).join("");
    }

    function field(id, attributes) {
        return element("input", { id, type: "text", spellcheck: "false", autocomplete: "off", autocapitalize: "off", ...attributes });
    }

    function button(name, act) {
        const made = element("button", { type: "button" }, name);
        made.addEventListener("click", act);
        return made;
    }
})();
