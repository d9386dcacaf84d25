// The check list lab: two real ICE agents work off their lists, and this shows both lists as the agents told them, with
// each check and each answer on its way between the pairs.
(() => {
    "use strict";

    const { begin, element } = Labs;
    const { Player, EdgeChoice, ask, button, clock, reader, calm } = Films;

    // The stack tells no "frozen": it has nothing to freeze, with one component and one stream.
    const STATES = { frozen: ["❄", "frozen"], waiting: ["○", "waiting"], "in-progress": ["◔", "in progress"], succeeded: ["✓", "succeeded"], failed: ["✗", "failed"] };
    const KINDS = { host: "host", srflx: "server reflexive", prflx: "peer reflexive", relay: "relayed" };
    const SIDES = ["left", "right"];
    const ANSWERS = ["answer", "error"];
    // So long does the page wait for a slider to come to rest.
    const REST = 250;

    begin("checks", "The check list lab", (section, lab) => new Lab(section, lab));

    class Lab {
        constructor(section, { path }) {
            this.section = section;
            this.path = path;
            this.turn = 0;
            this.seed = 1;
            this.build();
            this.say("live", "Choose what stands before each peer and how much is lost, then press go.");
        }

        build() {
            this.edges = SIDES.map(side => new EdgeChoice(`chk-${side}`, side === "left" ? "Left peer" : "Right peer", () => this.soon()));
            this.edges[0].value = "eim-apdf";
            this.edges[1].value = "eim-adf";
            this.loss = this.slider("chk-loss", "Packets lost on each link", { min: 0, max: 60, step: 1, value: 15 }, value => `${value} %`);
            this.latency = this.slider("chk-latency", "Each link takes", { min: 1, max: 300, step: 1, value: 40 }, value => `${value} ms`);
            this.boxes = new Map([["trickle", "candidates are told one by one (trickle)", true], ["hide", "host candidates are not told, as with mDNS names", false], ["conflict", "both say that they control", false]].map(([name, text, usual]) => {
                const box = element("input", { type: "checkbox", id: `chk-${name}` });
                box.checked = usual;
                box.addEventListener("change", () => this.soon());
                return [name, { box, label: element("label", { class: "chk-box" }, box, ` ${text}`) }];
            }));
            this.status = element("p", { class: "lab-status", role: "status" });
            this.fail = element("p", { class: "lab-fail", role: "alert", hidden: "" });
            this.outcome = element("div", { class: "film-outcome" });
            this.player = new Player("Steps of the check lists", { onShow: (at, now) => this.show(at, now) });
            this.lists = SIDES.map(side => new List(side, what => this.explain(what)));
            this.air = element("div", { class: "chk-air", "aria-hidden": "true" });
            this.arena = element("div", { class: "chk-arena" }, this.lists[0].element, this.lists[1].element, this.air);
            this.panel = element("div", { class: "chk-panel", "aria-live": "polite" });
            this.stage = element("div", { class: "chk-stage", hidden: "" }, this.player.element, this.arena,
                element("p", { class: "chk-hint" }, "What flies: ? a check, ★ one that nominates, ✓ an answer, ! an error; ✗ where one is lost or dropped. In each list the highest priority is at the top. Sent and answered are counted as this stack does: a pair that begins at a srflx candidate sends from the same base as one that begins at the host, and what is answered counts for the latter. ",
                    rfc("6.1.2.4", "RFC 8445 §6.1.2.4"), " would prune the former."),
                this.panel, this.outcome);
            this.section.append(
                element("div", { class: "film-edges" }, ...this.edges.map(edge => edge.element)),
                element("div", { class: "chk-sliders" }, this.loss.element, this.latency.element),
                element("details", { class: "film-more" }, element("summary", {}, "Trickle, mDNS, role conflict"), ...[...this.boxes.values()].map(({ label }) => label)),
                element("div", { class: "lab-bar" }, button("Go", () => this.go(), { class: "chk-go" }), button("Other luck", () => {
                    this.seed += 1;
                    this.go();
                }, { title: "The same again with another seed: other packets are lost" })),
                this.status, this.fail, this.stage);
            this.section.addEventListener("keydown", event => {
                // The book turns its pages at these.
                if (event.key === "ArrowLeft" || event.key === "ArrowRight") event.stopPropagation();
            });
            this.arena.addEventListener("keydown", event => this.player.key(event));
        }

        slider(id, text, bounds, tell) {
            const input = element("input", { type: "range", id, ...bounds });
            const output = element("output", { for: id });
            const say = () => {
                output.textContent = tell(input.value);
                input.setAttribute("aria-valuetext", tell(input.value));
            };
            input.addEventListener("input", () => {
                say();
                this.soon();
            });
            say();
            return { input, element: element("label", { class: "chk-slider" }, element("span", {}, text, " ", output), input) };
        }

        // Once something was shown, it follows what is chosen.
        soon() {
            if (this.turn === 0) return;
            clearTimeout(this.waiting);
            this.waiting = setTimeout(() => this.go(), REST);
        }

        async go() {
            clearTimeout(this.waiting);
            const turn = ++this.turn;
            this.fail.hidden = true;
            this.player.stop();
            this.say("starting", "Playing…");
            const setting = { left: this.edges[0].value, right: this.edges[1].value, loss: Number(this.loss.input.value), latency: Number(this.latency.input.value), seed: this.seed, reader };
            for (const [name, { box }] of this.boxes) setting[name] = box.checked;
            try {
                const run = await (await ask(`${this.path}run`, setting)).json();
                if (turn === this.turn) this.take(run, setting);
            } catch (error) {
                if (turn !== this.turn) return;
                this.say("failed", "That did not work.");
                this.fail.textContent = error.message;
                this.fail.hidden = false;
            }
        }

        take({ film, outcome, bounds, moments }, { conflict }) {
            this.stage.hidden = false;
            const tone = { met: "good", apart: "error", stopped: "warning" }[outcome.verdict] ?? "info";
            this.outcome.className = `film-outcome ${tone}`;
            this.outcome.dataset.verdict = outcome.verdict;
            this.outcome.replaceChildren(element("p", {}, outcome.headline), element("ul", {}, ...outcome.why.map(why => element("li", {}, why))));
            if (bounds) this.outcome.append(element("p", {}, bounds));
            this.flights = flights(film);
            SIDES.forEach((side, no) => this.lists[no].load(moments.filter(moment => moment.side === side), side === "left" || conflict ? "controlling" : "controlled"));
            this.panel.replaceChildren(element("p", { class: "chk-hint" }, "Point at a pair or a candidate, or go there with Tab, to see its priority taken apart."));
            const checks = this.flights.filter(({ role }) => role === "check" || role === "nominate").length;
            this.say("live", `${outcome.headline} ${checks} checks, ${this.flights.length - checks} answers.`);
            this.player.load(steps(film, moments));
            if (!calm.matches) this.player.play();
        }

        show(at, now) {
            for (const list of this.lists) list.show(now);
            if (!this.flights) return;
            const frame = this.arena.getBoundingClientRect();
            if (frame.width === 0) return;
            const beside = this.lists[0].element.getBoundingClientRect().right <= this.lists[1].element.getBoundingClientRect().left + 1;
            const dots = [];
            for (const flight of this.flights) {
                if (flight.at > now || flight.until < now || flight.until === flight.at) continue;
                const share = (now - flight.at) / (flight.until - flight.at);
                const [from, to] = this.ends(flight).map(box => point(box, frame, beside));
                const cut = flight.cut && share >= .93;
                const way = flight.cut ? share * flight.reach : share;
                const dot = element("span", { class: `chk-dot ${flight.role}${cut ? " cut" : ""}` }, cut ? "✗" : { check: "?", nominate: "★", answer: "✓", error: "!" }[flight.role]);
                dot.style.translate = `${from.x + (to.x - from.x) * way}px ${from.y + (to.y - from.y) * way}px`;
                dots.push(dot);
            }
            this.air.replaceChildren(...dots);
        }

        // The boxes between which a packet flies: its pair on either side, or the head of a list that has none for it yet.
        ends(flight) {
            const [here, there] = flight.side === "left" ? this.lists : [this.lists[1], this.lists[0]];
            return [here.row(flight.sent, flight.nth), there.row(flight.got, flight.nth)].map((row, no) => row ?? (no === 0 ? here : there).head);
        }

        explain(what) {
            this.panel.replaceChildren(...(what.remote ? pairFormula(what) : candidateFormula(what)));
        }

        say(state, text) {
            this.section.dataset.state = state;
            this.status.textContent = text;
        }
    }

    // One side: who it is, its candidates, and its check list as it was at any time.
    class List {
        #changes = [];
        #rows = new Map();
        #shown;

        constructor(side, explain) {
            this.side = side;
            this.explain = explain;
            this.role = element("span", { class: "chk-role" });
            this.head = element("p", { class: "chk-head" }, element("b", {}, `${side} peer`), " ", this.role);
            this.candidates = element("ul", { class: "chk-candidates", "aria-label": `Candidates of the ${side} peer` });
            this.list = element("ol", { class: "chk-list", "aria-label": `Check list of the ${side} peer, the highest priority first` });
            this.element = element("div", { class: `chk-side ${side}` }, this.head, this.candidates, this.list);
        }

        // The role is the one with which it begins.
        load(moments, role) {
            this.moments = moments;
            this.begins = role;
            this.#changes = moments.filter(({ what }) => what === "check-list");
            this.#rows.clear();
            this.list.replaceChildren();
            this.#shown = undefined;
            const most = Math.max(1, ...this.#changes.map(({ detail }) => detail.length));
            this.list.style.setProperty("--most", Math.min(most, 6));
        }

        show(now) {
            if (!this.moments) return;
            const past = this.moments.filter(({ at }) => at <= now + .0005);
            const role = past.findLast(({ what }) => what === "role")?.detail ?? this.begins;
            if (this.role.textContent !== role) this.role.textContent = role;
            const known = past.filter(({ what }) => what === "gathered").map(({ detail }) => detail);
            if (this.candidates.childElementCount !== known.length) this.candidates.replaceChildren(...known.map(candidate => this.#candidate(candidate)));
            const list = past.findLast(({ what }) => what === "check-list")?.detail ?? [];
            if (list === this.#shown) return;
            this.#shown = list;
            this.#fill(list);
        }

        // The row of the pair with those addresses: of several, the nth.
        row({ base, remote }, nth) {
            const found = (this.#shown ?? []).filter(pair => (pair.local.base ?? pair.local.address) === base && pair.remote.address === remote);
            const pair = found[Math.min(nth, found.length - 1)];
            return pair && this.#rows.get(name(pair));
        }

        #fill(list) {
            const rows = new Map();
            list.forEach(pair => {
                const key = name(pair);
                const row = this.#rows.get(key) ?? this.#row();
                this.#tell(row, pair);
                rows.set(key, row);
            });
            this.#rows = rows;
            const wanted = [...rows.values()];
            if (wanted.length === this.list.children.length && wanted.every((row, no) => row === this.list.children[no])) return;
            const focused = wanted.find(row => row === document.activeElement);
            this.list.replaceChildren(...wanted);
            focused?.focus({ preventScroll: true });
        }

        #row() {
            const row = element("li", { class: "chk-pair", tabindex: "0" });
            for (const event of ["focus", "pointerenter"]) row.addEventListener(event, () => this.explain(row.pair));
            return row;
        }

        #tell(row, pair) {
            row.pair = pair;
            const [sign, word] = STATES[pair.state] ?? ["", pair.state];
            const state = pair.selected ? "selected" : pair.nominated ? "nominated" : "";
            if (row.dataset.state !== undefined && row.dataset.state !== pair.state && !calm.matches) row.animate([{ scale: 1.04 }, { scale: 1 }], 350);
            row.dataset.state = pair.state;
            row.dataset.choice = state;
            const line = element("span", { class: "chk-state" }, element("span", { "aria-hidden": "true" }, `${sign} `), word);
            const badge = state === "" ? "" : element("span", { class: "chk-badge" }, state === "selected" ? "★ in use" : "☆ nominated");
            row.replaceChildren(line, badge,
                element("span", { class: "chk-addresses" }, side(pair.local), element("span", { class: "chk-to" }, "→ ", side(pair.remote))),
                element("span", { class: "chk-counts" }, `${pair.requests_sent} sent, ${pair.responses_received} answered`));
        }

        #candidate(candidate) {
            const item = element("li", { tabindex: "0" }, side(candidate));
            for (const event of ["focus", "pointerenter"]) item.addEventListener(event, () => this.explain(candidate));
            return item;
        }
    }

    const name = ({ local, remote }) => `${local.kind} ${local.address} ${remote.kind} ${remote.address}`;
    const side = ({ kind, address }) => element("span", { class: "chk-end" }, element("b", {}, kind), " ", element("code", {}, address));

    // What flies between the peers: each with the addresses that it bore on the first and on the last link.
    function flights({ lanes, packets }) {
        const made = [];
        const seen = new Map();
        const index = new Map();
        packets.forEach((packet, no) => {
            const legs = packet.legs.filter(({ again }) => !again);
            const [first] = legs;
            const last = legs.at(-1);
            const question = packet.answers === null ? undefined : index.get(packet.answers);
            const own = lanes[first?.from];
            if (!first || own.kind !== "peer" || packet.role === "ask" || ANSWERS.includes(packet.role) && !question) return;
            if (!["check", "nominate", ...ANSWERS].includes(packet.role)) return;
            const cut = last.fate === "lost" || last.fate === "dropped";
            const key = `${first.at} ${first.source} ${first.target}`;
            const nth = seen.get(key) ?? 0;
            seen.set(key, nth + 1);
            const flight = {
                role: packet.role, side: own.side, at: first.at, until: last.until, cut, nth: question?.nth ?? nth,
                // How far it comes: over how many of the links that lie between the two.
                reach: Math.min(.85, (legs.length - (last.fate === "lost" ? .5 : 0)) / (Math.abs(lanes.findIndex(lane => lane.kind === "peer" && lane.side !== own.side) - first.from) || 1)),
                sent: question ? question.got : { base: first.source, remote: first.target },
                got: question ? question.sent : { base: last.target, remote: last.source },
            };
            index.set(no, flight);
            made.push(flight);
        });
        return made;
    }

    // What the player goes through: checks and answers, what peers learn, and what changes in the lists.
    function steps({ steps: all, packets }, moments) {
        const told = all.filter(({ packet, kind }) => {
            if (kind === "noted") return true;
            const of = packet === null ? undefined : packets[packet];
            if (!of || kind === "passed") return false;
            return of.role === "check" || of.role === "nominate" || ANSWERS.includes(of.role) && of.answers !== null && packets[of.answers].role !== "ask";
        }).map(({ at, text }) => ({ at, text }));
        const before = { left: new Map(), right: new Map() };
        for (const { at, side: whose, what, detail } of moments) {
            if (what !== "check-list") continue;
            const now = new Map(detail.map(pair => [name(pair), pair]));
            for (const [key, pair] of now) {
                const was = before[whose].get(key);
                const of = `${pair.local.kind} ${pair.local.address} to ${pair.remote.kind} ${pair.remote.address}`;
                if (!was) told.push({ at, text: `The ${whose} peer makes a pair: ${of}.` });
                else if (was.state !== "failed" && pair.state === "failed") told.push({ at, text: `The ${whose} peer gives a pair up: ${of}, after ${pair.requests_sent} checks.` });
                else if (was.state !== "succeeded" && pair.state === "succeeded") told.push({ at, text: `A pair of the ${whose} peer works: ${of}.` });
            }
            before[whose] = now;
        }
        return told.sort((a, b) => a.at - b.at);
    }

    function point(box, frame, beside) {
        const { left, right, top, height } = box.getBoundingClientRect();
        const inLeft = box.closest(".chk-side").classList.contains("left");
        return { x: (beside ? inLeft ? right - 14 : left + 14 : right - 26) - frame.left, y: top + height / 2 - frame.top };
    }

    const rfc = (section, text) => element("a", { href: `https://www.rfc-editor.org/rfc/rfc8445#section-${section}` }, text);

    function candidateFormula({ kind, address, type_preference, local_preference, component, priority, foundation }) {
        return [
            element("p", {}, element("b", {}, `${KINDS[kind] ?? kind} candidate`), " ", element("code", {}, address), `, foundation ${foundation}`),
            element("p", { class: "chk-sum" }, `2²⁴ × ${type_preference} (${kind}) + 2⁸ × ${local_preference} (this address) + 256 − ${component} (component) = `, element("b", {}, String(priority))),
            element("p", { class: "chk-source" }, rfc("5.1.2.1", "RFC 8445 §5.1.2.1")),
        ];
    }

    function pairFormula({ local, remote, g, d, priority, state, round_trip }) {
        return [
            element("p", {}, element("b", {}, "Pair "), side(local), " → ", side(remote), `: ${(STATES[state] ?? ["", state])[1]}${round_trip > 0 ? `, last answer after ${clock(round_trip)}` : ""}`),
            element("p", { class: "chk-sum" }, `2³² × ${Math.min(g, d)} (the smaller) + 2 × ${Math.max(g, d)} (the larger) + ${g > d ? 1 : 0} (${g > d ? "1 as G is the larger" : "G is not the larger"}) = `, element("b", {}, priority)),
            element("p", { class: "chk-sum" }, `G = ${g}, of the controlling peer's candidate; D = ${d}, of the controlled one's`),
            ...[local, remote].map((one, no) => element("p", { class: "chk-sum" }, `${no === 0 ? "local" : "remote"} ${one.kind}: 2²⁴ × ${one.type_preference} + 2⁸ × ${one.local_preference} + 256 − ${one.component} = ${one.priority}`)),
            element("p", { class: "chk-source" }, rfc("6.1.2.3", "RFC 8445 §6.1.2.3"), " ", rfc("5.1.2.1", "§5.1.2.1")),
        ];
    }
})();
