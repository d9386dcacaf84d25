// Who is sent what: publishers at the left, each layer a line as thick as its bitrate, the SFU in the middle, and at the
// right what each subscriber gets of it. In a mesh, a line from each to each.
//
//     const drawing = new SfuDrawing();
//     drawing.show(view, "alice");                     // the SFU's own word (sfu::view), and who this tab is
//     drawing.mesh(["alice", "bob"], rates);           // rates: Map: uid -> { to: kbit/s }
(() => {
    "use strict";

    const { element } = Labs;
    const { rate, svg } = SfuTable;

    const ROW = 17;
    const HEAD = 20;
    const GAP = 12;
    // More than so many get only this tab's own part drawn, unless the reader asks for all.
    const MANY = 4;
    // Large to small, as they stand below each other.
    const ORDER = ["f", "h", "q", ""];
    const KINDS = ["video", "audio", "data"];

    class SfuDrawing {
        constructor() {
            this.svg = svg("svg", { class: "sfu-svg", role: "img", "aria-label": "Who is sent what. The table below the drawing says the same.", "data-sfu": "drawing" });
            this.whom = SfuDesk.choice("whom", []);
            this.whom.addEventListener("change", () => this.#again?.());
            this.caption = element("figcaption");
            this.table = new SfuTable("Who is sent what, as a table", "drawing-table");
            this.element = element("figure", { class: "sfu-figure" },
                element("div", { class: "lab-bar sfu-figure-bar" }, element("b", {}, "Who is sent what, now"), element("label", { class: "sfu-choice" }, element("span", {}, "lines to"), this.whom)),
                this.svg, this.caption, this.table.element);
        }

        #again;

        show(view, self) {
            this.#again = () => this.#draw(view, self);
            this.#again();
        }

        mesh(members, rates) {
            this.#again = () => this.#net(members, rates);
            this.#again();
        }

        // The choice of subscribers, kept where it can be.
        #whom(members, self) {
            const options = ["everyone", ...members];
            if (options.join() !== [...this.whom.options].map(({ value }) => value).join()) {
                const kept = this.whom.value;
                this.whom.replaceChildren(...options.map(name => element("option", { value: name }, name)));
                this.whom.value = options.includes(kept) && kept !== "everyone" ? kept : members.length > MANY ? self : "everyone";
            }
            return this.whom.value === "everyone" ? members : [this.whom.value];
        }

        #draw(view, self) {
            const names = view.members.map(({ uid }) => uid);
            const shown = this.#whom(names, self);
            const width = Math.max(300, this.element.clientWidth || 640);
            const plan = arrange(view, names, shown, width);
            const { svg: parts, height } = paint(plan, width);
            this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
            this.svg.setAttribute("height", height);
            this.svg.replaceChildren(...parts);
            this.svg.dataset.lines = String(plan.lines.length);
            this.caption.textContent = "The thicker a line, the more bits: a pixel for 100 kbit/s. f: full, solid; h: half, dashed; q: a quarter, dotted. What ends at a bar goes to nobody. Numbers are kbit/s over the last second.";
            this.#tell(view, names);
        }

        #tell({ publications, forwards }, names) {
            const rows = [];
            for (const { uid, kind, layers } of publications) {
                for (const { rid, bitrate, size } of layers) {
                    const cells = names.map(to => {
                        if (to === uid) return "its own";
                        const sent = forwards.find(forward => forward.from === uid && forward.to === to && forward.kind === kind);
                        if (!sent) return "–";
                        if (kind !== "video" || sent.layer === rid) return rate(sent.bitrate / 1000);
                        return sent.layer === null || sent.layer === undefined ? sent.wanted === "off" ? "off" : "waits" : "–";
                    });
                    rows.push([`${uid}, ${kind}${rid ? ` ${rid}` : ""}`, size ? `${size[0]} × ${size[1]}` : "–", rate(bitrate / 1000), ...cells]);
                }
            }
            this.table.show(["What", "Size", "To the SFU", ...names.map(name => `To ${name}`)], rows);
        }

        #net(members, rates) {
            const width = Math.max(300, this.element.clientWidth || 640);
            const height = Math.min(380, width * 0.8);
            const shown = this.#whom(members, members[0]);
            const at = circle(members, width, height);
            const parts = [];
            let lines = 0;
            members.forEach((from, no) => {
                for (const to of shown) {
                    const kbps = rates.get(from)?.[to];
                    if (to === from || kbps === undefined) continue;
                    parts.push(svg("path", { class: `sfu-flow hue-${no % 6}`, d: bow(at.get(from), at.get(to)), "stroke-width": thick(kbps) }, svg("title", {}, `${from} to ${to}: ${rate(kbps)}`)));
                    lines += 1;
                }
            });
            members.forEach((name, no) => {
                const { x, y } = at.get(name);
                const sum = Object.values(rates.get(name) ?? {}).reduce((sum, kbps) => sum + kbps, 0);
                // Outside of the ring, where no line is.
                const above = y < height / 2 ? y - 26 : y + 20;
                parts.push(svg("circle", { class: `sfu-node hue-${no % 6}`, cx: x, cy: y, r: 6 }),
                    text(x, above, name, "sfu-name middle"), text(x, above + 13, `sends ${rate(sum)}`, "sfu-small middle"));
            });
            this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
            this.svg.setAttribute("height", height);
            this.svg.replaceChildren(...parts);
            this.svg.dataset.lines = String(lines);
            this.caption.textContent = "A mesh: a copy from each to each, in its sender’s color and bent to the right of its way. The SFU carries no media now, and knows nothing of it: the tabs tell each other these numbers.";
            this.table.show(["From", ...members.map(name => `To ${name}`)],
                members.map(from => [from, ...members.map(to => to === from ? "itself" : rates.get(from)?.[to] === undefined ? "–" : rate(rates.get(from)[to]))]));
        }
    }

    // Where each row stands, and which rows a line joins.
    function arrange({ members, publications, forwards }, names, shown, width) {
        const side = width < 520 ? 98 : 170;
        const plan = { side, left: [], right: [], lines: [], ends: [], names, members };
        const starts = new Map();
        let y = 26;
        for (const uid of names) {
            const own = publications.filter(publication => publication.uid === uid && (publication.kind !== "data" || publication.layers.some(({ bitrate }) => bitrate > 0)));
            plan.left.push({ y, head: uid, speaking: members.find(member => member.uid === uid)?.speaking });
            y += HEAD;
            if (own.length === 0) {
                plan.left.push({ y, nothing: true });
                y += ROW;
            }
            for (const { kind, layers } of sorted(own, ({ kind }) => KINDS.indexOf(kind))) {
                for (const layer of sorted(layers, ({ rid }) => ORDER.indexOf(rid))) {
                    const row = { y, uid, kind, ...layer };
                    plan.left.push(row);
                    starts.set(`${uid} ${kind} ${kind === "video" ? layer.rid : ""}`, row);
                    y += ROW;
                }
            }
            y += GAP;
        }
        plan.height = y;
        y = 26;
        for (const to of shown) {
            plan.right.push({ y, head: to });
            y += HEAD;
            for (const forward of sorted(forwards.filter(forward => forward.to === to), ({ from, kind }) => names.indexOf(from) * 4 + KINDS.indexOf(kind))) {
                const start = starts.get(`${forward.from} ${forward.kind} ${forward.kind === "video" ? forward.layer ?? "none" : ""}`);
                if (forward.kind === "data" && (!start || forward.bitrate === 0)) continue;
                const row = { y, ...forward };
                plan.right.push(row);
                if (start && forward.layer !== null) plan.lines.push({ start, row });
                if (start && forward.layer !== null) start.used = true;
                y += ROW;
            }
            y += GAP;
        }
        plan.height = Math.max(plan.height, y);
        return plan;
    }

    function paint({ side, left, right, lines, names, height }, width) {
        const wide = width >= 520;
        const box = { from: width / 2 - (wide ? 52 : 24), to: width / 2 + (wide ? 52 : 24) };
        const hue = uid => `hue-${names.indexOf(uid) % 6}`;
        const parts = [
            svg("rect", { class: "sfu-box", x: box.from, y: 8, width: box.to - box.from, height: height - 12, rx: 6 }),
            text(width / 2, 22, "SFU", "sfu-name middle"),
        ];
        for (const row of left) {
            if (row.head !== undefined) {
                parts.push(text(0, row.y + 13, row.head, "sfu-name"), ...row.speaking ? [text(side, row.y + 13, "speaks", "sfu-small end")] : []);
                continue;
            }
            if (row.nothing) {
                parts.push(text(8, row.y + 13, "sends nothing", "sfu-small"));
                continue;
            }
            const middle = row.y + ROW / 2;
            const size = wide && row.size ? ` ${row.size[0]}×${row.size[1]}` : "";
            parts.push(text(8, middle + 4, `${row.kind === "video" ? row.rid || "video" : row.kind}${size}`, "sfu-row"), text(side - 6, middle + 4, String(Math.round(row.bitrate / 1000)), "sfu-row end"));
            const end = row.used ? box.to : box.from + (box.to - box.from) / 3;
            parts.push(flow(`M${side} ${middle}H${end}`, row, hue(row.uid), `${row.uid} to the SFU`));
            if (!row.used) parts.push(svg("path", { class: "sfu-end", d: `M${end} ${middle - 6}v12` }));
        }
        for (const { start, row } of lines) {
            const from = start.y + ROW / 2;
            const to = row.y + ROW / 2;
            const bend = (width - side - box.to) / 2;
            const end = width - side;
            parts.push(flow(`M${box.to} ${from}C${box.to + bend} ${from} ${end - bend} ${to} ${end} ${to}`, { ...start, bitrate: row.bitrate }, hue(start.uid), `the SFU to ${row.to}: of ${row.from}`));
        }
        for (const row of right) {
            const x = width - side + 6;
            if (row.head !== undefined) {
                parts.push(text(x, row.y + 13, `to ${row.head}`, "sfu-name"));
                continue;
            }
            const middle = row.y + ROW / 2 + 4;
            const none = row.wanted === "off" ? "off" : "waits";
            const what = row.kind === "video" ? row.layer === null || row.layer === undefined ? none : row.layer : row.kind;
            parts.push(text(x, middle, `${short(row.from, wide)} ${what}`, "sfu-row"), text(width, middle, what === none ? "" : String(Math.round(row.bitrate / 1000)), "sfu-row end"));
        }
        return { svg: parts, height };
    }

    function flow(d, { kind, rid, bitrate }, hue, what) {
        return svg("path", { class: `sfu-flow ${kind} layer-${rid || "one"} ${hue}`, d, "stroke-width": thick(bitrate / 1000) }, svg("title", {}, `${what}, ${kind} ${rid ?? ""}: ${rate(bitrate / 1000)}`));
    }

    function thick(kbps) {
        return Math.min(14, 1.2 + kbps / 100).toFixed(1);
    }

    function circle(members, width, height) {
        const radius = { x: width / 2 - 70, y: height / 2 - 46 };
        return new Map(members.map((name, no) => {
            const angle = 2 * Math.PI * no / members.length - Math.PI / 2;
            return [name, { x: width / 2 + radius.x * Math.cos(angle), y: height / 2 + radius.y * Math.sin(angle) }];
        }));
    }

    // Two members have two lines, one each way: each bends to its right.
    function bow(from, to) {
        const x = (from.x + to.x) / 2 - (to.y - from.y) * 0.12;
        const y = (from.y + to.y) / 2 + (to.x - from.x) * 0.12;
        return `M${from.x} ${from.y}Q${x} ${y} ${to.x} ${to.y}`;
    }

    function text(x, y, words, class_) {
        return svg("text", { x, y, class: class_ }, words);
    }

    function short(name, wide) {
        const most = wide ? 12 : 6;
        return name.length > most ? `${name.slice(0, most - 1)}…` : name;
    }

    function sorted(list, by) {
        return [...list].sort((a, b) => by(a) - by(b));
    }

    globalThis.SfuDrawing = SfuDrawing;
})();
