// What this tab sends and gets over the last two minutes, SFU and mesh in one picture, and what a mesh would take by
// computation. Below, the same by number of members.
//
//     const plot = new SfuPlot();
//     plot.add({ at, mode: "sfu", members: 3, up, down, copy });    // kbit/s; copy: one full picture with its tone
//     plot.draw(); plot.clear();
(() => {
    "use strict";

    const { element } = Labs;
    const { rate, svg } = SfuTable;

    const SPAN = 120;
    // So long after a change the rates are on their way: the means leave them out.
    const SETTLES = 6;
    const HEIGHT = 230;
    const EDGE = { left: 46, right: 8, top: 30, bottom: 24 };
    const MODES = { sfu: "SFU", mesh: "mesh" };
    const LINES = [
        ["up", "up, measured"],
        ["down", "down, measured"],
        ["mesh", "(n − 1) copies, computed"],
    ];

    class SfuPlot {
        #points = [];
        #means = new Map();
        #since = { key: "", at: 0 };

        constructor() {
            this.svg = svg("svg", { class: "sfu-svg", role: "img", height: HEIGHT, "aria-label": "Bandwidth of this tab over the last two minutes. The table below the plot has the means.", "data-sfu": "plot" });
            this.legend = element("ul", { class: "sfu-legend" });
            this.values = new Map(LINES.map(([name, words]) => {
                const value = element("b", {}, "–");
                this.legend.append(element("li", {}, svg("svg", { class: "sfu-key", width: 30, height: 10, "aria-hidden": "true" }, svg("path", { class: `sfu-curve ${name}`, d: "M1 5H29" })), ` ${words}: `, value));
                return [name, value];
            }));
            this.table = new SfuTable("Means by number of members, as a table", "plot-table");
            this.element = element("figure", { class: "sfu-figure" },
                element("div", { class: "sfu-figure-bar" }, element("b", {}, "What this tab sends and gets")),
                this.svg, this.legend,
                element("figcaption", {}, "From getStats, once a second: all that ICE carries for this tab, its own checks left out. Computed is what a mesh would send: a copy to each of the others. A copy is the largest layer with its tone, as this tab last sent it to the SFU, over ten seconds."),
                this.table.element);
        }

        add(point) {
            const key = `${point.mode} ${point.members}`;
            if (this.#since.key !== key) this.#since = { key, at: point.at };
            this.#points.push({ ...point, mesh: point.copy * (point.members - 1) });
            this.#points = this.#points.filter(({ at }) => at > point.at - SPAN * 1000);
            if (point.at - this.#since.at >= SETTLES * 1000) this.#mean(key, point);
            for (const [name, value] of this.values) value.textContent = rate(this.#points.at(-1)[name]);
            Object.assign(this.svg.dataset, { points: String(this.#points.length), mode: point.mode, up: String(Math.round(point.up)), down: String(Math.round(point.down)) });
        }

        clear() {
            this.#points = [];
            this.#means.clear();
            this.#since = { key: "", at: 0 };
        }

        draw() {
            const width = Math.max(300, this.element.clientWidth || 640);
            const last = this.#points.at(-1);
            if (!last) return;
            const top = ceiling(Math.max(200, ...this.#points.flatMap(({ up, down, mesh }) => [up, down, mesh])));
            const scale = {
                x: at => EDGE.left + (width - EDGE.left - EDGE.right) * (1 - (last.at - at) / (SPAN * 1000)),
                y: kbps => HEIGHT - EDGE.bottom - (HEIGHT - EDGE.top - EDGE.bottom) * kbps / top,
            };
            this.svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
            this.svg.replaceChildren(...this.#runs(scale), ...axes(scale, top, width), ...LINES.map(([name]) => curve(this.#points, name, scale)));
            this.#tell();
        }

        // A stretch of one mode and one number of members, with its name on top.
        #runs(scale) {
            const parts = [];
            let start = this.#points[0];
            this.#points.forEach((point, no) => {
                const next = this.#points[no + 1];
                if (next && next.mode === start.mode && next.members === start.members) return;
                const from = scale.x(start.at);
                const to = scale.x(next?.at ?? point.at);
                parts.push(svg("rect", { class: `sfu-run ${start.mode}`, x: from, y: EDGE.top, width: Math.max(0, to - from), height: HEIGHT - EDGE.top - EDGE.bottom }));
                const words = `${MODES[start.mode]}, ${start.members}`;
                if (to - from > words.length * 6.4) parts.push(svg("text", { x: (from + to) / 2, y: EDGE.top - 8, class: "sfu-small middle" }, words));
                if (next) start = next;
            });
            return parts;
        }

        #mean(key, { mode, members, up, down, copy }) {
            const sum = this.#means.get(key) ?? { mode, members, up: 0, down: 0, copy: 0, times: 0 };
            for (const [name, value] of Object.entries({ up, down, copy, times: 1 })) sum[name] += value;
            this.#means.set(key, sum);
        }

        #tell() {
            const rows = [...this.#means.values()].sort((a, b) => a.members - b.members || (a.mode < b.mode ? 1 : -1)).map(({ mode, members, up, down, copy, times }) =>
                [`${members} ${members === 1 ? "member" : "members"}, ${MODES[mode]}`, rate(up / times), rate(down / times), rate((members - 1) * copy / times), `${times} s`]);
            this.table.show(["Members and topology", "Up", "Down", "Up in a mesh, computed", "Measured for"], rows);
        }
    }

    function axes(scale, top, width) {
        const parts = [];
        for (let no = 0; no <= 4; no += 1) {
            const kbps = top * no / 4;
            parts.push(svg("path", { class: "sfu-grid", d: `M${EDGE.left} ${scale.y(kbps)}H${width - EDGE.right}` }),
                svg("text", { x: EDGE.left - 6, y: scale.y(kbps) + 4, class: "sfu-small end" }, kbps.toLocaleString("en")));
        }
        parts.push(svg("text", { x: 0, y: 12, class: "sfu-small" }, "kbit/s"),
            svg("text", { x: EDGE.left, y: HEIGHT - 6, class: "sfu-small" }, "2 minutes ago"),
            svg("text", { x: width - EDGE.right, y: HEIGHT - 6, class: "sfu-small end" }, "now"));
        return parts;
    }

    function curve(points, name, scale) {
        const d = points.map((point, no) => `${no === 0 ? "M" : "L"}${scale.x(point.at).toFixed(1)} ${scale.y(point[name]).toFixed(1)}`).join("");
        return svg("path", { class: `sfu-curve ${name}`, d });
    }

    // The next round number above.
    function ceiling(kbps) {
        const step = 10 ** Math.floor(Math.log10(kbps));
        return [1, 1.2, 1.6, 2, 2.4, 3.2, 4, 5, 6, 8, 10].map(times => times * step).find(round => round >= kbps);
    }

    globalThis.SfuPlot = SfuPlot;
})();
