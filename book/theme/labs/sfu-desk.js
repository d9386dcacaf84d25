// Where a reader says who joins what, gets a token for it, and sees how long that still lets them.
//
//     const desk = new SfuDesk({ onJoin() {}, onRenew(token) {} , onLeave() {} });
//     const { channel, uid, role, seconds } = desk.wishes;
//     const token = await desk.sign(desk.wishes);       // by the workbook's own desk, as a company's server would
//     desk.holds(token, 3600); desk.tick(); desk.gone();
(() => {
    "use strict";

    const { element } = Labs;

    const SIGN = "/labs/token/sign";
    const BEGINNING = "#lab-sfu:";
    const NAMES = ["alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy", "mallory", "niaj", "olivia", "peggy", "rupert", "sybil"];
    const LIVES = [[60, "1 minute"], [600, "10 minutes"], [3600, "1 hour"], [86400, "24 hours"]];
    // So short a token is that the reader sees it run out.
    const SHORT = 40;

    class SfuDesk {
        #expires;
        #theirs = false;

        constructor({ onJoin, onRenew, onLeave }) {
            this.onRenew = onRenew;
            const text = (hook, usual) => element("input", { type: "text", "data-sfu": hook, id: `sfu-${hook}`, value: usual, maxlength: "64", size: "9", autocomplete: "off", spellcheck: "false", autocapitalize: "off", required: "" });
            this.name = text("name", first());
            this.name.addEventListener("input", () => { this.#theirs = true; });
            this.channel = text("channel", "demo");
            this.role = choice("role", [["publisher", "publisher"], ["subscriber", "subscriber"]]);
            this.life = choice("seconds", LIVES, 3600);
            this.packets = element("input", { type: "checkbox", "data-sfu": "with-packets" });
            this.join = element("button", { type: "submit", "data-sfu": "join", class: "sfu-main" }, "Join");
            this.leave = button("Leave", "leave", onLeave);
            const watch = element("label", { class: "sfu-check" }, this.packets, " show every packet of this tab");
            watch.hidden = !SfuPackets.possible();
            this.form = element("form", { class: "lab-bar sfu-desk" },
                label("Name", this.name), label("Channel", this.channel), label("Role", this.role), label("Token lives", this.life),
                this.join, this.leave, watch);
            this.form.addEventListener("submit", event => {
                event.preventDefault();
                if (this.join.getAttribute("aria-disabled") !== "true") onJoin();
            });
            this.token = element("code", { class: "sfu-token", "data-sfu": "token" });
            this.left = element("span", { "data-sfu": "left" });
            this.paper = element("details", { class: "sfu-paper", "data-sfu": "paper", hidden: "" },
                element("summary", {}, "Your token: ", this.left),
                element("p", {}, this.token),
                element("p", { class: "sfu-note" }, "The SFU knows nothing of you but this. Copy it, and take it apart at the ", element("a", { href: "agora.html#lab-token" }, "token desk"), "."),
                element("div", { class: "lab-bar" },
                    button("Renew it", "renew", () => this.#renew(this.wishes.seconds)),
                    button(`Take one that ends in ${SHORT} seconds`, "expire", () => this.#renew(SHORT))));
            addEventListener("hashchange", () => this.arrive());
        }

        get wishes() {
            return { channel: this.channel.value.trim(), uid: this.name.value.trim(), role: this.role.value, seconds: Number(this.life.value) };
        }

        // A link to this page may bring names.
        arrive() {
            if (!location.hash.startsWith(BEGINNING) || this.#expires) return false;
            const brought = new URLSearchParams(location.hash.slice(BEGINNING.length));
            for (const [field, name] of [[this.channel, "channel"], [this.name, "name"]]) if (brought.get(name)) field.value = brought.get(name).slice(0, 64);
            this.#theirs = true;
            return true;
        }

        // Another tab has that name: two of one name throw each other out.
        avoid(taken) {
            if (!this.#theirs && !this.#expires && taken.includes(this.name.value)) this.name.value = free(taken);
        }

        link(taken) {
            const name = free(taken);
            return { name, href: `${BEGINNING}${new URLSearchParams({ channel: this.wishes.channel, name })}` };
        }

        async sign(wish) {
            const response = await fetch(SIGN, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(wish) });
            const text = await response.text();
            if (!response.ok) throw new Error(`The token desk gives no token: ${text.trim() || response.status}`);
            return JSON.parse(text).token;
        }

        holds(token, expires) {
            this.token.textContent = token;
            this.paper.hidden = false;
            this.last(expires);
        }

        // So many seconds does the token let its holder be there.
        last(expires) {
            this.#expires = performance.now() + expires * 1000;
            this.tick();
        }

        tick() {
            if (!this.#expires) return;
            const left = Math.max(0, Math.round((this.#expires - performance.now()) / 1000));
            this.left.textContent = left > 90 ? `good for ${Math.floor(left / 60)} min ${left % 60} s` : `good for ${left} s`;
        }

        gone() {
            this.#expires = undefined;
            this.paper.hidden = true;
        }

        // Not `disabled`: that would take the keyboard's focus away.
        inside(yes) {
            this.join.setAttribute("aria-disabled", yes);
            this.leave.hidden = !yes;
            for (const field of [this.name, this.channel]) field.readOnly = yes;
            this.packets.disabled = yes;
        }

        async #renew(seconds) {
            const token = await this.sign({ ...this.wishes, seconds }).catch(error => error);
            this.onRenew(token);
        }
    }

    // Machines of a class would all begin with the same name.
    function first() {
        const own = /^(127\.|localhost$|\[::1\]$)/.test(location.hostname);
        return own ? NAMES[0] : `${NAMES[Math.floor(Math.random() * NAMES.length)]}-${Math.floor(10 + Math.random() * 90)}`;
    }

    function free(taken) {
        return NAMES.find(name => !taken.includes(name)) ?? `member-${taken.length + 1}`;
    }

    function choice(hook, options, usual) {
        const made = element("select", { "data-sfu": hook, id: `sfu-${hook}` }, ...options.map(([value, text]) => element("option", { value }, text)));
        if (usual !== undefined) made.value = usual;
        return made;
    }

    function label(text, field) {
        return element("label", { class: "sfu-field", for: field.id }, element("span", {}, text), field);
    }

    function button(text, hook, click) {
        const made = element("button", { type: "button", "data-sfu": hook }, text);
        made.addEventListener("click", click);
        return made;
    }

    Object.assign(globalThis, { SfuDesk });
    SfuDesk.button = button;
    SfuDesk.label = label;
    SfuDesk.choice = choice;
})();
