// A table that stands beside a picture and says the same. It changes each second: only the words in its cells do while
// its rows and columns stay, so that who reads it cell by cell does not lose the place.
//
//     const table = new SfuTable("The same as a table", "drawing-table");
//     table.show(["from", "to bob"], [["alice", "350 kbit/s"]]);
(() => {
    "use strict";

    const { element } = Labs;

    class SfuTable {
        #shape;

        constructor(summary, hook) {
            this.table = element("table", { "data-sfu": hook });
            this.element = element("details", { class: "sfu-table" }, element("summary", {}, summary), element("div", { class: "sfu-scroll", tabindex: "0", role: "region", "aria-label": summary }, this.table));
        }

        show(head, rows) {
            const shape = JSON.stringify([head, rows.map(([first, ...rest]) => [first, rest.length])]);
            if (shape !== this.#shape) this.#build(head, rows);
            this.#shape = shape;
            rows.forEach(([, ...cells], at) => cells.forEach((text, no) => {
                const cell = this.table.tBodies[0].rows[at].cells[no + 1];
                if (cell.textContent !== text) cell.textContent = text;
            }));
        }

        #build(head, rows) {
            const row = ([first, ...cells]) => element("tr", {}, element("th", { scope: "row" }, first), ...cells.map(() => element("td")));
            this.table.replaceChildren(
                element("thead", {}, element("tr", {}, ...head.map(text => element("th", { scope: "col" }, text)))),
                element("tbody", {}, ...rows.map(row)));
        }
    }

    function rate(kbps) {
        return kbps >= 1000 ? `${(kbps / 1000).toFixed(2)} Mbit/s` : `${Math.round(kbps)} kbit/s`;
    }

    const SVG = "http://www.w3.org/2000/svg";

    function svg(name, attributes = {}, ...children) {
        const made = document.createElementNS(SVG, name);
        for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
        made.append(...children);
        return made;
    }

    Object.assign(globalThis, { SfuTable });
    SfuTable.rate = rate;
    SfuTable.svg = svg;
})();
