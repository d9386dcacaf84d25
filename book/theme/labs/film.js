// What the labs share that show a run of the simulator: a player that goes through its steps, and the ways to ask for
// a run. A step has a time, in milliseconds of virtual time, and a sentence.
//
//     const player = new Player("Steps of the run", {
//         onShow(step, now) {},              // this step is the newest that happened; it is `now` in the world
//     });
//     section.append(player.element);
//     player.load(steps); player.play(); player.go(3); player.stop();
//     region.addEventListener("keydown", event => player.key(event));
//
//     const { film } = await (await ask(`${path}run`, setting)).json();    // throws an Error that says what to do
(() => {
    "use strict";

    const { element } = Labs;

    // A millisecond of the world takes so many of the reader's; a step takes no less and no more than these.
    const SLOW = 14;
    const LEAST = 110;
    const MOST = 900;

    const calm = matchMedia("(prefers-reduced-motion: reduce)");

    class Player {
        #onShow;
        #steps = [];
        // When each step begins, in milliseconds of the reader's at usual speed.
        #begins = [];
        #at = 0;
        #frame = 0;
        #last = 0;
        #position = 0;

        constructor(label, { onShow }) {
            this.#onShow = onShow;
            const act = (name, sign, what) => {
                const made = element("button", { type: "button", class: "film-act", "aria-label": name, title: name }, sign);
                made.addEventListener("click", what);
                return made;
            };
            this.toggle = act("Play", "Play", () => this.toggled());
            this.toggle.classList.add("film-play");
            this.speed = element("select", { class: "film-speed", "aria-label": "Speed" },
                ...[["0.4", "slow"], ["1", "usual speed"], ["3", "fast"], ["10", "very fast"]].map(([value, name]) => element("option", { value }, name)));
            this.speed.value = "1";
            this.slider = element("input", { type: "range", class: "film-slider", min: 0, max: 0, step: 1, value: 0, "aria-label": label });
            this.slider.addEventListener("input", () => {
                // To stop puts the slider where the film was.
                const step = Number(this.slider.value);
                this.stop();
                this.go(step);
            });
            // No output element: a screen reader would read each frame of a film that plays.
            this.time = element("span", { class: "film-time" });
            this.line = element("p", { class: "film-line", "aria-live": "polite" });
            this.element = element("div", { class: "film-player", role: "group", "aria-label": label },
                element("div", { class: "film-bar" },
                    act("First step", "❙◀", () => this.by(-Infinity)), act("Step back", "◀", () => this.by(-1)), this.toggle,
                    act("Step on", "▶", () => this.by(1)), act("Last step", "▶❙", () => this.by(Infinity)), this.speed, this.time),
                this.slider, this.line);
            // The book turns its pages at the same keys.
            this.element.addEventListener("keydown", event => this.key(event));
        }

        get playing() {
            return this.#frame !== 0;
        }

        get at() {
            return this.#at;
        }

        load(steps) {
            this.stop();
            this.#steps = steps;
            this.#begins = [];
            let begins = 0;
            steps.forEach(({ at }, no) => {
                if (no > 0) begins += Math.min(MOST, Math.max(LEAST, (at - steps[no - 1].at) * SLOW));
                this.#begins.push(begins);
            });
            this.slider.max = Math.max(0, steps.length - 1);
            this.go(0);
        }

        toggled() {
            if (this.playing) this.stop();
            else this.play();
        }

        play() {
            if (this.#steps.length === 0 || this.playing) return;
            if (this.#at >= this.#steps.length - 1) this.go(0);
            this.#position = this.#begins[this.#at];
            this.#last = performance.now();
            // A screen reader that is told every step of a film hears the end of none.
            this.line.setAttribute("aria-live", "off");
            this.#frame = requestAnimationFrame(time => this.#tick(time));
            this.#button();
        }

        stop() {
            if (!this.playing) return;
            cancelAnimationFrame(this.#frame);
            this.#frame = 0;
            this.line.setAttribute("aria-live", "polite");
            this.#button();
            this.#show(this.#steps[this.#at]?.at ?? 0);
        }

        by(steps) {
            this.stop();
            this.go(this.#at + steps);
        }

        go(step) {
            this.#at = Math.max(0, Math.min(this.#steps.length - 1, step));
            this.#position = this.#begins[this.#at] ?? 0;
            this.#show(this.#steps[this.#at]?.at ?? 0);
        }

        // True where the key meant something here.
        key(event) {
            if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return false;
            const steps = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity };
            const on = event.target.closest?.("button, select, a, input:not([type=range])");
            if (on?.matches("select, input")) {
                if (event.key in steps) event.stopPropagation();
                return false;
            }
            if (event.key in steps) this.by(steps[event.key]);
            else if (event.key === " " && !on) this.toggled();
            else return false;
            event.preventDefault();
            event.stopPropagation();
            return true;
        }

        #tick(time) {
            this.#position += Math.min(250, time - this.#last) * Number(this.speed.value);
            this.#last = time;
            let at = this.#at;
            while (at + 1 < this.#steps.length && this.#begins[at + 1] <= this.#position) at += 1;
            this.#at = at;
            if (at >= this.#steps.length - 1) {
                this.stop();
                return;
            }
            const share = (this.#position - this.#begins[at]) / (this.#begins[at + 1] - this.#begins[at]);
            const from = this.#steps[at].at;
            this.#show(calm.matches ? from : from + (this.#steps[at + 1].at - from) * share);
            this.#frame = requestAnimationFrame(next => this.#tick(next));
        }

        #show(now) {
            const step = this.#steps[this.#at];
            const text = step?.text ?? "";
            this.slider.value = this.#at;
            this.slider.setAttribute("aria-valuetext", `step ${this.#at + 1} of ${this.#steps.length}, ${clock(now)}`);
            const told = `${clock(now)}, step ${this.#at + 1} of ${this.#steps.length}`;
            if (this.time.textContent !== told) this.time.textContent = told;
            if (this.line.textContent !== text) this.line.textContent = text;
            this.#onShow(this.#at, now);
        }

        #button() {
            const name = this.playing ? "Pause" : "Play";
            this.toggle.setAttribute("aria-label", name);
            this.toggle.title = name;
            this.toggle.textContent = name;
        }
    }

    // "62 ms", "1.2 s"
    function clock(ms) {
        return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 10000 ? 2 : 1)} s`;
    }

    // This page's name, by which the workbook knows which runs are no longer wanted.
    const reader = Array.from(crypto.getRandomValues(new Uint8Array(12)), byte => byte.toString(16).padStart(2, "0")).join("");

    async function ask(path, question) {
        let response;
        try {
            response = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(question) });
        } catch {
            throw new Error("The workbook does not answer. Is it still running? Start it with cargo run, and reload this page.");
        }
        if (!response.ok) throw new Error(await response.text() || `The workbook answered with status ${response.status}. Reload this page and try again.`);
        return response;
    }

    function select(name, options, attributes = {}) {
        return element("select", { name, ...attributes }, ...options.map(([value, text]) => element("option", { value }, text)));
    }

    function button(name, act, attributes = {}) {
        const made = element("button", { type: "button", ...attributes }, name);
        made.addEventListener("click", act);
        return made;
    }

    // What can stand between a peer and the internet, in plain words.
    const EDGES = [
        ["none", "nothing: an address of the internet"],
        ["eim-eif", "full cone NAT"],
        ["eim-adf", "restricted cone NAT"],
        ["eim-apdf", "port restricted cone NAT: most homes"],
        ["apdm-apdf", "symmetric NAT"],
        ["nat", "a NAT: choose mapping and filtering"],
        ["nats", "a NAT behind a carrier's NAT"],
        ["firewall", "a firewall: only answers come in"],
        ["blocked", "a firewall that blocks UDP"],
    ];
    const MAPPINGS = [["eim", "endpoint-independent"], ["adm", "address-dependent"], ["apdm", "address and port-dependent"]];
    const FILTERINGS = [["eif", "endpoint-independent"], ["adf", "address-dependent"], ["apdf", "address and port-dependent"]];

    // Chooses an edge: a select, and where it is a NAT of one's own, its mapping and filtering.
    class EdgeChoice {
        #what;
        #nats;

        constructor(id, legend, onChange) {
            this.#what = select(`${id}-edge`, EDGES, { id: `${id}-edge` });
            this.#nats = ["home", "carrier"].map(which => {
                const [mapping, filtering] = [["mapping", MAPPINGS], ["filtering", FILTERINGS]].map(([part, options]) => select(`${id}-${which}-${part}`, options, { id: `${id}-${which}-${part}` }));
                filtering.value = "apdf";
                const title = element("span", { class: "film-nat-of" }, which === "home" ? "The NAT at home" : "The carrier's NAT");
                const row = element("div", { class: "film-nat", hidden: "" }, title,
                    element("label", {}, element("span", {}, "mapping"), mapping), element("label", {}, element("span", {}, "filtering"), filtering));
                return { mapping, filtering, row, title };
            });
            this.element = element("fieldset", { class: "film-edge" }, element("legend", {}, legend),
                element("label", { class: "film-unseen", for: `${id}-edge` }, `What stands before the ${legend.toLowerCase()}`), this.#what, ...this.#nats.map(({ row }) => row));
            this.element.addEventListener("change", () => {
                this.#fold();
                onChange?.();
            });
        }

        get value() {
            const [home, carrier] = this.#nats.map(({ mapping, filtering }) => `${mapping.value}-${filtering.value}`);
            const what = this.#what.value;
            return what === "nat" ? home : what === "nats" ? `${home}+${carrier}` : what;
        }

        // Any name of an edge; one that is unknown changes nothing.
        set value(name) {
            const named = { "full-cone": "eim-eif", "restricted-cone": "eim-adf", "port-restricted-cone": "eim-apdf", symmetric: "apdm-apdf" };
            const parts = name.split("+").map(part => named[part] ?? part);
            const joined = parts.join("+");
            const known = EDGES.some(([value]) => value === joined && value !== "nat" && value !== "nats");
            const nats = parts.map(part => /^(eim|adm|apdm)-(eif|adf|apdf)$/.exec(part));
            if (!known && (nats.length > 2 || nats.some(nat => !nat))) return;
            this.#what.value = known ? joined : nats.length === 2 ? "nats" : "nat";
            nats.forEach((nat, no) => {
                if (nat) [this.#nats[no].mapping.value, this.#nats[no].filtering.value] = [nat[1], nat[2]];
            });
            this.#fold();
        }

        #fold() {
            const what = this.#what.value;
            this.#nats[0].row.hidden = what !== "nat" && what !== "nats";
            this.#nats[1].row.hidden = what !== "nats";
            this.#nats[0].title.hidden = what !== "nats";
        }
    }

    globalThis.Films = { Player, EdgeChoice, EDGES, ask, button, clock, reader, select, calm };
})();
