// The packet simulator: the page chooses, the workbook plays, and this draws what came of it: a ladder with each leg of
// each packet, and the NATs' tables as they were at every step.
(() => {
    "use strict";

    const { begin, element } = Labs;
    const { Player, EdgeChoice, ask, button, clock, reader, select, calm } = Films;

    const SVG = "http://www.w3.org/2000/svg";

    // What is worth a look, in the words of the page.
    const TRIES = [
        ["Two usual homes", { left: "eim-apdf", right: "eim-apdf" }],
        ["A symmetric NAT meets a home", { left: "apdm-apdf", right: "eim-apdf" }],
        ["A symmetric NAT meets a full cone", { left: "apdm-apdf", right: "eim-eif" }],
        ["A mobile network and a home", { left: "eim-apdf+eim-eif", right: "eim-apdf" }],
        ["UDP is blocked", { left: "eim-apdf", right: "blocked" }],
        ["Behind the same NAT", { left: "eim-apdf", right: "eim-apdf", together: true, hide: false }],
        ["The same, and their addresses are hidden", { left: "eim-apdf", right: "eim-apdf", together: true }],
        ["A mapping that dies early", { left: "eim-apdf", right: "eim-apdf", lifetime: 3, until: 30 }],
    ];
    const NUMBERS = [
        ["latency", "latency of each side's link, ms", { min: 0, max: 500, step: 1 }, 20],
        ["jitter", "jitter, up to ms", { min: 0, max: 500, step: 1 }, 0],
        ["loss", "packets lost, %", { min: 0, max: 90, step: 1 }, 0],
        ["duplication", "delivered twice, %", { min: 0, max: 50, step: 1 }, 0],
        ["reordering", "held back, %", { min: 0, max: 50, step: 1 }, 0],
        ["lifetime", "a mapping lives, s", { min: 1, max: 86400, step: 1 }, 300],
    ];
    const CHOICES = [
        ["ports", "external ports", [["sequential", "one after the other"], ["preserving", "as inside, if free"], ["random", "any"]]],
        ["hairpin", "hairpinning", [["external", "yes, from the external address"], ["internal", "yes, from the internal address"], ["none", "no"]]],
        ["until", "the run ends", [["", "when they met or gave up"], ["10", "after 10 s"], ["30", "after 30 s"], ["60", "after 60 s"]]],
    ];
    const ROLES = { ask: "asks: where am I?", check: "check", nominate: "check, nominates", answer: "answer", error: "error", indication: "keepalive", other: "datagram" };
    const BEGINNING = "#lab-network:";

    begin("network", "The packet simulator", (section, lab) => new Lab(section, lab));

    class Lab {
        constructor(section, { path }) {
            this.section = section;
            this.path = path;
            this.turn = 0;
            this.build();
            addEventListener("hashchange", () => this.arrive());
            this.say("live", "Choose what stands before each peer, then press go.");
            this.arrive();
        }

        build() {
            this.left = new EdgeChoice("net-left", "Left peer");
            this.right = new EdgeChoice("net-right", "Right peer");
            this.left.value = "eim-apdf";
            this.right.value = "eim-apdf";
            this.fields = new Map();
            const fields = NUMBERS.map(([name, text, bounds, usual]) => {
                const field = element("input", { type: "number", inputmode: "numeric", id: `net-${name}`, ...bounds, value: usual });
                this.fields.set(name, { field, usual: String(usual) });
                return element("label", {}, element("span", {}, text), field);
            }).concat(CHOICES.map(([name, text, options]) => {
                const field = select(name, options, { id: `net-${name}` });
                this.fields.set(name, { field, usual: options[0][0] });
                return element("label", {}, element("span", {}, text), field);
            }));
            this.together = element("input", { type: "checkbox", id: "net-together" });
            this.hide = element("input", { type: "checkbox", id: "net-hide" });
            this.hide.checked = true;
            this.seed = 1;
            this.status = element("p", { class: "lab-status", role: "status" });
            this.fail = element("p", { class: "lab-fail", role: "alert", hidden: "" });
            this.outcome = element("div", { class: "film-outcome", hidden: "" });
            this.player = new Player("Steps of the run", { onShow: (at, now) => this.show(at, now) });
            this.tables = element("div", { class: "net-tables" });
            this.ladder = new Ladder((packet, by) => this.open(packet, by), event => this.player.key(event));
            this.detail = element("div", { class: "net-detail", tabindex: "-1" });
            this.stage = element("div", { class: "net-stage", hidden: "" }, this.outcome, this.player.element,
                element("div", { class: "net-scene" }, this.tables, this.ladder.element),
                element("p", { class: "net-bounds" }, element("span", { class: "net-under" }, "Under an arrow stands the source address that the packet bears there. "), "A click on a packet, or Enter, takes it apart. Many checks come in twos: this stack sends one for the host candidate and one for the server reflexive candidate, though both leave from the same base (",
                    element("a", { href: "https://www.rfc-editor.org/rfc/rfc8445#section-6.1.2.4" }, "RFC 8445 §6.1.2.4"), " would prune the second)."), this.detail);
            this.section.append(
                element("div", { class: "film-edges" }, this.left.element, this.right.element),
                element("details", { class: "film-more" }, element("summary", {}, "Links, ports, hairpinning, lifetimes"),
                    element("div", { class: "film-fields" }, ...fields),
                    element("label", { class: "net-box" }, this.together, " both peers are at home behind the left one"),
                    element("label", { class: "net-box" }, this.hide, " host candidates are not told to the other side, as browsers hide them behind mDNS names")),
                element("div", { class: "lab-bar" }, button("Go", () => this.go(), { class: "net-go" }),
                    button("Other luck", () => {
                        this.seed += 1;
                        this.go();
                    }, { title: "The same again with another seed: other losses, other credentials" })),
                element("details", { class: "film-more" }, element("summary", {}, "Try one of these"),
                    element("div", { class: "lab-bar net-tries" }, ...TRIES.map(([name, setting]) => button(name, () => {
                        this.set(setting);
                        this.go();
                    })))),
                this.status, this.fail, this.stage);
            this.section.addEventListener("keydown", event => {
                if (event.key === "Enter" && event.target.matches("input")) this.go();
                // The book turns its pages at these.
                if (event.key === "ArrowLeft" || event.key === "ArrowRight") event.stopPropagation();
            });
        }

        // What differs from the usual: short enough for a link.
        get setting() {
            const setting = { left: this.left.value, right: this.right.value };
            for (const [name, { field, usual }] of this.fields) if (field.value !== usual && field.value !== "") setting[name] = field.type === "number" || name === "until" ? Number(field.value) : field.value;
            if (this.together.checked) setting.together = true;
            if (!this.hide.checked) setting.hide = false;
            if (this.seed !== 1) setting.seed = this.seed;
            return setting;
        }

        set(setting) {
            for (const side of ["left", "right"]) if (setting[side]) this[side].value = setting[side];
            for (const [name, { field, usual }] of this.fields) field.value = setting[name] ?? usual;
            this.together.checked = String(setting.together ?? false) === "true";
            this.hide.checked = String(setting.hide ?? true) === "true";
            this.seed = Number(setting.seed ?? 1);
        }

        // Somebody followed a link that names a pair: #lab-network:left=full-cone&right=symmetric
        arrive() {
            if (!location.hash.startsWith(BEGINNING)) return;
            const setting = Object.fromEntries(new URLSearchParams(location.hash.slice(BEGINNING.length)));
            if (!setting.left && !setting.right) return;
            this.set(setting);
            this.section.scrollIntoView({ block: "start" });
            this.go();
        }

        async go() {
            const turn = ++this.turn;
            const setting = this.setting;
            this.fail.hidden = true;
            this.player.stop();
            this.say("starting", "Playing…");
            history.replaceState(history.state, "", BEGINNING + new URLSearchParams(setting));
            try {
                const run = await (await ask(`${this.path}run`, { ...setting, latency: setting.latency ?? 20, hide: this.hide.checked, reader })).json();
                if (turn === this.turn) this.take(run);
            } catch (error) {
                if (turn !== this.turn) return;
                this.say("failed", "That did not work.");
                this.fail.textContent = error.message;
                this.fail.hidden = false;
            }
        }

        take({ film, outcome, bounds }) {
            this.film = film;
            this.stage.hidden = false;
            this.detail.replaceChildren();
            const tone = { met: "good", apart: "error", stopped: "warning" }[outcome.verdict] ?? "info";
            this.outcome.className = `film-outcome ${tone}`;
            this.outcome.dataset.verdict = outcome.verdict;
            this.outcome.hidden = false;
            this.outcome.replaceChildren(element("p", {}, outcome.headline), element("ul", {}, ...outcome.why.map(why => element("li", {}, why))));
            if (film.icmp > 0) this.outcome.append(element("p", { class: "net-bounds" }, `Not drawn: ${film.icmp} ICMP error${film.icmp === 1 ? "" : "s"}, by which routers tell of packets that they could not pass on.`));
            if (bounds) this.outcome.append(element("p", { class: "net-bounds" }, bounds));
            this.table = new Tables(film);
            this.tables.replaceChildren(this.table.element);
            this.ladder.load(film);
            this.player.load(film.steps);
            this.say("live", `${outcome.headline} ${film.packets.length} packets, ${film.steps.length} steps.`);
            if (!calm.matches) this.player.play();
        }

        show(at, now) {
            this.table?.show(at, now);
            this.ladder.show(at, now);
        }

        // A packet, taken apart by the workbook.
        async open(no, by) {
            const packet = this.film.packets[no];
            const [first] = packet.legs;
            this.player.stop();
            if (first) this.player.go(Math.max(this.player.at, first.starts));
            const title = element("p", { class: "net-detail-title" }, element("strong", {}, `Packet ${packet.no}`), `, sent after ${clock(packet.at)}: ${packet.label}.`);
            const answered = packet.answers === null ? undefined : this.film.packets[packet.answers];
            if (answered) title.append(` It answers packet ${answered.no}, ${clock(packet.at - answered.at)} after that was sent.`);
            const legs = element("ol", { class: "net-legs" }, ...packet.legs.map(leg => this.leg(leg)));
            this.detail.replaceChildren(title, legs);
            this.ladder.mark(no);
            if (packet.bytes && first) {
                const figure = element("div", {});
                try {
                    const response = await ask(`${this.path}packet`, { bytes: packet.bytes, source: first.source, target: first.target, id: `net-${packet.no}`, caption: `Packet ${packet.no}` });
                    // The workbook's own renderer wrote it, and escaped what is not its own.
                    figure.innerHTML = await response.text();
                } catch (error) {
                    figure.append(element("p", { class: "lab-fail", role: "alert" }, error.message));
                }
                // Another packet may have been opened meanwhile, or another run be shown.
                if (!title.isConnected) return;
                this.detail.append(figure);
            }
            if (by === "key") this.detail.focus();
            this.detail.scrollIntoView({ block: "nearest", behavior: calm.matches ? "auto" : "smooth" });
        }

        leg({ from, to, source, target, at, until, fate, why, again }) {
            const name = lane => this.film.lanes[lane].name;
            const end = { arrived: `arrives after ${clock(until)}`, dropped: `dropped there: ${why}`, lost: why ?? "lost", flying: "still on its way when the run ended" }[fate];
            return element("li", { class: fate === "dropped" || fate === "lost" ? "net-cut" : "" },
                `${name(from)} to ${name(to)}${again ? ", a second time" : ""}: `, element("code", {}, source), " → ", element("code", {}, target), `; ${end}`);
        }

        say(state, text) {
            this.section.dataset.state = state;
            this.status.textContent = text;
        }
    }

    // What each NAT knows, at any step.
    class Tables {
        constructor({ lanes, steps }) {
            this.steps = steps;
            this.cards = new Map();
            const cards = [];
            lanes.forEach((lane, no) => {
                if (lane.kind !== "nat" && lane.kind !== "firewall") return;
                const list = element("ul", { class: "net-lines" });
                const card = element("section", { class: "net-table", "aria-label": `Table of the ${lane.name}` },
                    element("p", { class: "net-table-title" }, element("b", {}, lane.name), element("span", {}, lane.does ?? "")), list);
                this.cards.set(no, { list, kind: lane.kind });
                cards.push(card);
            });
            this.element = element("div", { class: `net-cards${this.most() > 1 ? " long" : ""}` }, ...cards);
            this.at = -1;
        }

        // So many lines does the longest table get.
        most() {
            const made = new Map();
            for (const { what, lane } of this.steps.flatMap(({ changes }) => changes)) if (what === "made") made.set(lane, (made.get(lane) ?? 0) + 1);
            return Math.max(0, ...made.values());
        }

        show(at, now) {
            if (at !== this.at) this.fill(at);
            this.at = at;
            for (const { left, expires } of this.lives ?? []) {
                const text = expires > now ? `${lasts(expires - now)} left` : "over";
                if (left.textContent !== text) left.textContent = text;
            }
        }

        fill(at) {
            const lines = new Map([...this.cards.keys()].map(lane => [lane, new Map()]));
            this.steps.slice(0, at + 1).forEach(({ changes }, step) => {
                for (const change of changes) {
                    const table = lines.get(change.lane);
                    if (!table) continue;
                    const before = table.get(change.line);
                    const fresh = step === at;
                    if (change.what === "expired") {
                        if (fresh) table.set(change.line, { ...before, mark: "expired" });
                        else table.delete(change.line);
                    } else if (change.what === "refused") {
                        if (before && fresh) table.set(change.line, { ...before, mark: "refused", refused: change.refused });
                    } else {
                        const grown = before && change.lets_in.length > before.lets_in.length;
                        table.set(change.line, { ...change, mark: fresh ? grown ? "grown" : change.what : undefined });
                    }
                }
            });
            this.lives = [];
            for (const [lane, { list, kind }] of this.cards) {
                const table = [...lines.get(lane).values()];
                list.replaceChildren(...table.map(line => this.line(line, kind)));
                if (table.length === 0) list.append(element("li", { class: "net-empty" }, kind === "nat" ? "no mapping yet: nobody gets in" : "nothing went out yet: nobody gets in"));
                this.seek(list);
            }
        }

        // Keeps the line in view that the step is about.
        seek(list) {
            const marked = list.querySelector(".net-mark")?.closest("li");
            if (!marked) return;
            const [top, end] = [marked.offsetTop, marked.offsetTop + marked.offsetHeight];
            if (top < list.scrollTop || end > list.scrollTop + list.clientHeight) list.scrollTop = top - 4;
        }

        line({ internal, external, lets_in, expires, mark, refused }, kind) {
            const words = { made: "new", used: "used", grown: "lets in one more", expired: "forgotten", refused: `refuses ${refused}` };
            const item = element("li", { class: `net-line ${mark ?? ""}` });
            const what = element("span", { class: "net-pair" }, element("code", {}, internal));
            if (external) what.append(" ⇄ ", element("code", {}, external));
            item.append(what);
            const who = element("span", { class: "net-in" }, kind === "nat" ? "lets in " : "wrote to ");
            lets_in.forEach((one, no) => who.append(no > 0 ? ", " : "", element("code", {}, one)));
            item.append(who);
            if (expires !== null && expires !== undefined && mark !== "expired") {
                const left = element("span", { class: "net-left" });
                item.append(left);
                this.lives.push({ left, expires });
            }
            if (mark) item.append(element("span", { class: "net-mark" }, words[mark]));
            return item;
        }
    }

    // The ladder: a row for each packet and for each thing that somebody learns, a lane for each who is there.
    class Ladder {
        constructor(open, key) {
            this.open = open;
            this.head = element("div", { class: "net-head", "aria-hidden": "true" });
            this.svg = svg("svg", { class: "net-svg", role: "group", "aria-label": "Packets: arrow keys go from one to the next, Enter opens one" });
            this.element = element("div", { class: "net-ladder", tabindex: "0", role: "region", "aria-label": "Ladder of the run: left and right arrow keys step through it" }, this.head, this.svg);
            this.element.addEventListener("keydown", event => this.key(event, key));
            this.svg.addEventListener("click", event => {
                const row = event.target.closest("[data-packet]");
                if (row) this.open(Number(row.dataset.packet), "pointer");
            });
            new ResizeObserver(() => this.film && this.width !== this.element.clientWidth && this.draw()).observe(this.element);
        }

        load(film) {
            this.film = film;
            this.rows = film.packets.map((packet, no) => ({ packet, no, at: packet.at, first: packet.legs[0]?.starts ?? 0 }));
            film.steps.forEach((step, no) => {
                if (step.kind === "noted" || step.kind === "expired") this.rows.push({ step, at: step.at, first: no });
            });
            this.rows.sort((a, b) => a.first - b.first);
            this.marked = undefined;
            this.draw();
            this.element.scrollTop = 0;
        }

        draw() {
            const { lanes } = this.film;
            this.width = this.element.clientWidth;
            const wide = this.width >= 620;
            const gutter = wide ? 58 : 36;
            const edge = wide ? 58 : 24;
            const space = (this.width - gutter - 2 * edge) / (lanes.length - 1);
            this.x = lanes.map((_, no) => gutter + edge + no * space);
            this.wide = wide;
            this.tall = wide && space > 118;
            this.element.classList.toggle("tall", this.tall);
            this.head.replaceChildren(...lanes.map((lane, no) => {
                const box = element("span", { class: `net-lane ${lane.kind}` }, lane.name);
                box.style.insetInlineStart = `${this.x[no]}px`;
                box.style.maxInlineSize = `${wide ? Math.max(54, space - 6) : space - 1}px`;
                return box;
            }));
            this.boxes = [...this.head.children];
            let y = 8;
            let time;
            const drawn = [];
            for (const row of this.rows) {
                row.y = y;
                // What happens at the same moment as the row above needs no second time.
                row.time = row.packet || clock(row.at) !== time ? clock(row.at) : "";
                time = clock(row.at);
                row.height = row.packet ? this.tall ? 44 : 34 : 24;
                y += row.height;
                row.element = row.packet ? this.packet(row) : this.note(row);
                drawn.push(row.element);
            }
            this.svg.setAttribute("width", this.width);
            this.svg.setAttribute("height", y + 12);
            this.svg.setAttribute("viewBox", `0 0 ${this.width} ${y + 12}`);
            this.now = svg("rect", { class: "net-now", x: 0, width: this.width, height: 34, y: 0 });
            this.dots = svg("g", { class: "net-dots", "aria-hidden": "true" });
            this.svg.replaceChildren(this.now, ...this.x.map(x => svg("line", { class: "net-life", x1: x, x2: x, y1: 0, y2: y + 12 })), ...drawn, this.dots);
            const [first] = this.svg.querySelectorAll("[data-packet]");
            first?.setAttribute("tabindex", "0");
            if (this.shown) this.show(...this.shown);
        }

        packet(row) {
            const { packet, no, y } = row;
            const { lanes } = this.film;
            const line = y + row.height - (this.tall ? 20 : 9);
            row.line = line;
            const group = svg("g", { class: `net-packet ${packet.role}`, "data-packet": no, tabindex: "-1", role: "button", "aria-label": this.told(packet) });
            group.append(svg("rect", { class: "net-hit", x: 0, y, width: this.width, height: row.height }));
            group.append(when(row));
            row.legs = packet.legs.map(leg => {
                const [x1, x2] = [this.x[leg.from], this.x[leg.to]];
                const way = Math.sign(x2 - x1) || 1;
                const stop = leg.fate === "lost" ? x1 + (x2 - x1) * .55 : x2 - way * (leg.fate === "dropped" ? 0 : 3);
                const drawn = svg("g", { class: `net-leg ${leg.fate}${leg.again ? " again" : ""}` });
                const lift = leg.again ? 5 : 0;
                drawn.append(svg("line", { class: "net-line", x1: x1 + way * 3, y1: line + lift, x2: stop, y2: line + lift }));
                if (leg.fate === "arrived" || leg.fate === "flying") drawn.append(svg("path", { class: "net-tip", d: `M${stop} ${line + lift}l${-7 * way} -4.5v9z` }));
                else drawn.append(svg("path", { class: "net-cross", d: `M${stop - 6} ${line - 6}l12 12m0 -12l-12 12` }));
                if (this.tall && !leg.again && Math.abs(stop - x1) > 96) {
                    const text = svg("text", { class: "net-address", x: (x1 + (leg.fate === "lost" ? stop : x2)) / 2, y: line + 14, "text-anchor": "middle" }, `${way > 0 ? "" : "← "}${leg.source}${way > 0 ? " →" : ""}`);
                    drawn.append(text);
                }
                group.append(drawn);
                return { leg, drawn, x1, x2, y: line + lift };
            });
            const [first] = packet.legs;
            if (first) {
                const last = packet.legs.findLast(leg => !leg.again) ?? first;
                const right = this.x[first.to] >= this.x[first.from];
                const label = packet.role === "answer" && this.tall ? packet.label.replace("the answer", "answer:").replace(/"/g, "").replace(/:$/, "") : ROLES[packet.role];
                const why = last.why ? ` — ${short(last)}` : "";
                const x = this.x[first.from] + (right ? 8 : -8);
                const cut = svg("tspan", { class: "net-why" }, why);
                if (last.why) row.cut = { cut, ends: last.ends };
                const text = svg("text", { class: "net-label", x, y: line - 7, "text-anchor": right ? "start" : "end" }, label, cut);
                group.append(text);
            }
            return group;
        }

        // What a screen reader says of a row.
        told({ no, at, label, legs }) {
            const { lanes } = this.film;
            const [first] = legs;
            const last = legs.at(-1);
            if (!first) return `Packet ${no}, ${clock(at)}: ${label}.`;
            const end = { arrived: `arrives at the ${lanes[last.to].name}`, dropped: `dropped by the ${lanes[last.to].name}: ${last.why}`, lost: `ends on the way to the ${lanes[last.to].name}: ${last.why}`, flying: "still on its way" }[last.fate];
            return `Packet ${no}, ${clock(at)}: ${label}, from the ${lanes[first.from].name} to ${first.target}, ${end}. Enter opens it.`;
        }

        note(row) {
            const { step, y } = row;
            const x = this.x[step.lane];
            const line = y + 12;
            row.line = line;
            const group = svg("g", { class: `net-note ${step.kind}` });
            const right = x < this.width / 2 + 5;
            const most = Math.floor((right ? this.width - x : x) / 6.1) - 3;
            const whole = step.text.replace(/^The (left|right) peer /, "").replace(/^Signaling (tells|brings) the (left|right) peer /, "is told ").replace(/^is told of a/, "is told: a");
            const text = this.wide ? whole : whole.replace("a candidate: ", "").replace(/, with user name.*/, ".");
            group.append(when(row), svg("circle", { class: "net-point", cx: x, cy: line, r: 4 }), svg("title", {}, step.text),
                svg("text", { class: "net-said", x: x + (right ? 9 : -9), y: line + 4, "text-anchor": right ? "start" : "end" }, text.length > most ? `${text.slice(0, most - 1)}…` : text));
            return group;
        }

        show(at, now) {
            this.shown = [at, now];
            if (!this.film || this.width === 0) return;
            const dots = [];
            let current;
            for (const row of this.rows) {
                const future = row.first > at;
                row.element.classList.toggle("future", future);
                if (!future) current = row;
                row.cut?.cut.classList.toggle("later", row.cut.ends > at);
                for (const { leg, drawn, x1, x2, y } of row.legs ?? []) {
                    const over = leg.ends !== null && leg.ends <= at;
                    const flies = !over && leg.starts <= at && leg.fate !== "flying" || leg.fate === "flying" && leg.starts <= at;
                    drawn.classList.toggle("later", leg.starts > at || flies);
                    if (flies && leg.until > leg.at && now >= leg.at) {
                        const share = Math.min(1, (now - leg.at) / (leg.until - leg.at));
                        dots.push(svg("circle", { cx: x1 + (x2 - x1) * share, cy: y, r: 5 }));
                    }
                }
            }
            this.dots.replaceChildren(...dots);
            const step = this.film.steps[at];
            const of = step?.packet === null || step?.packet === undefined ? current : this.rows.find(row => row.no === step.packet && row.packet);
            if (of) {
                this.now.setAttribute("y", of.y);
                this.now.setAttribute("height", of.height);
                this.follow(of);
            }
            this.boxes.forEach((box, lane) => box.classList.toggle("now", lane === step?.lane));
        }

        // Keeps the row of the step in view, and moves no more than the box.
        follow(row) {
            if (this.followed === row) return;
            this.followed = row;
            const { scrollTop, clientHeight } = this.element;
            const head = this.head.offsetHeight;
            const [top, end] = [row.y, row.y + row.height + head + 8];
            if (end > scrollTop + clientHeight) this.element.scrollTop = end - clientHeight;
            else if (top < scrollTop) this.element.scrollTop = top;
        }

        mark(no) {
            for (const other of this.svg.querySelectorAll(".net-packet.open")) other.classList.remove("open");
            this.svg.querySelector(`[data-packet="${no}"]`)?.classList.add("open");
        }

        key(event, otherwise) {
            const row = event.target.closest?.("[data-packet]");
            if ((event.key === "Enter" || event.key === " ") && row) {
                this.open(Number(row.dataset.packet), "key");
                event.preventDefault();
            } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
                const all = [...this.svg.querySelectorAll("[data-packet]")];
                const next = row ? all[all.indexOf(row) + (event.key === "ArrowDown" ? 1 : -1)] : all[0];
                if (next) {
                    for (const other of all) other.setAttribute("tabindex", other === next ? "0" : "-1");
                    next.focus();
                }
                event.preventDefault();
            } else {
                otherwise(event);
            }
        }
    }

    function when({ time, line }) {
        return svg("text", { class: "net-time", x: 4, y: line + 4 }, time.replace(" ", "\u2009"));
    }

    // Why a leg ended, in as many words as fit a ladder.
    function short({ fate, why }) {
        if (fate === "lost") return why.startsWith("lost") ? "lost" : why;
        return `dropped: ${why.replace(/: nobody inside wrote.*/, "").replace(/^filtered \((.*)\)$/, "filtered")}`;
    }

    function lasts(ms) {
        return ms < 10000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
    }

    function svg(name, attributes = {}, ...children) {
        const made = document.createElementNS(SVG, name);
        for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
        made.append(...children);
        return made;
    }
})();
