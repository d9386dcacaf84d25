// Joins bytes and fields. All listeners are on the document, so packets that arrive later need no setup,
// and without this file links and :target still lead from one to the other.
(() => {
    "use strict";

    // What a click keeps lit, and what it opened, by figure.
    const pinned = new WeakMap();
    const opened = new WeakMap();

    const figureOf = element => element.closest?.(".packet");
    const itemOf = (figure, field) => figure.querySelector(`.fields li[data-field="${field}"]`);
    const pieces = figure => [...figure.querySelectorAll(".hex a:not(.on)")];
    const summaries = figure => [...figure.querySelectorAll(".fields summary")].filter(s => s.checkVisibility());

    const fieldOf = element => element.closest?.("[data-field]")?.dataset.field;

    // What a #fragment names; a fragment may be anything.
    function named(hash) {
        try {
            return document.getElementById(decodeURIComponent(hash.slice(1)));
        } catch {
            return null;
        }
    }

    // The bytes of a field are those of all fields in it; a bit has those of its word.
    function bytesOf(figure, item) {
        const all = [...figure.querySelectorAll(".hex [data-field]")];
        for (; item; item = item.parentElement.closest("li[data-field]")) {
            const first = Number(item.dataset.field);
            const last = Number(item.dataset.last ?? first);
            const own = all.filter(e => first <= e.dataset.field && e.dataset.field <= last);
            if (own.length > 0) return own;
        }
        return [];
    }

    // The item itself, or the closed group that hides it.
    function visible(item) {
        let shown = item;
        for (let up = item.parentElement.closest("details"); up; up = up.parentElement.closest("details")) {
            if (!up.open) shown = up.closest("li");
        }
        return shown;
    }

    function light(figure, field) {
        for (const lit of figure.querySelectorAll(".lit")) lit.classList.remove("lit");
        const now = figure.querySelector(".packet-now");
        const item = field === undefined ? null : itemOf(figure, field);
        if (!item) {
            now?.replaceChildren();
            return;
        }
        for (const piece of bytesOf(figure, item)) piece.classList.add("lit");
        visible(item).classList.add("lit");
        if (now) say(now, item);
    }

    // "bytes 30–31  XOR-MAPPED-ADDRESS › X-Port  0xa147 → 32853"
    function say(now, item) {
        const text = (of, part) => of.querySelector(`:scope > details > summary > ${part}`)?.textContent.trim() ?? "";
        const path = [];
        for (let up = item; up; up = up.parentElement.closest("li[data-field]")) path.unshift(text(up, ".key"));
        const name = document.createElement("b");
        name.textContent = path.join(" › ");
        const value = document.createElement("code");
        value.textContent = text(item, ".val");
        now.replaceChildren(name, " ", value, " ", text(item, ".at") || text(item, ".pic"));
    }

    const show = element => element.scrollIntoView({
        block: "nearest",
        behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth",
    });

    function pin(figure, field) {
        pinned.set(figure, field);
        figure.classList.toggle("pinned", field !== undefined);
        const before = opened.get(figure);
        if (before) before.open = false;
        opened.delete(figure);
        light(figure, field);
    }

    // Opens all that hides a field, and what there is to read of it.
    function reveal(figure, item) {
        for (let up = item.parentElement.closest("details"); up; up = up.parentElement.closest("details")) up.open = true;
        const details = item.querySelector(":scope > details");
        if (!details.open) {
            details.open = true;
            opened.set(figure, details);
        }
        light(figure, item.dataset.field);
        show(details);
    }

    const enter = event => {
        const figure = figureOf(event.target);
        const field = figure && fieldOf(event.target);
        if (field !== undefined && figure) light(figure, field);
    };
    const leave = event => {
        const figure = figureOf(event.target);
        if (figure && (!event.relatedTarget || figureOf(event.relatedTarget) !== figure)) light(figure, pinned.get(figure));
    };
    document.addEventListener("pointerover", enter);
    document.addEventListener("pointerout", leave);
    document.addEventListener("focusout", leave);

    // Tab goes into the bytes once and into the fields once; inside, the arrow keys go on.
    document.addEventListener("focusin", event => {
        enter(event);
        const figure = figureOf(event.target);
        if (!figure) return;
        const rest = event.target.matches(".hex a") ? pieces(figure) : event.target.matches("summary") ? [...figure.querySelectorAll(".fields summary")] : [];
        for (const other of rest) other.tabIndex = other === event.target ? 0 : -1;
    });

    document.addEventListener("click", event => {
        const figure = figureOf(event.target);
        const link = event.target.closest?.('a[href^="#"]');
        if (!figure || !link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
        const field = fieldOf(link);
        const item = field && itemOf(figure, field);
        if (!item) return;
        event.preventDefault();
        if (link.closest(".hex")) {
            const again = pinned.get(figure) === field;
            pin(figure, again ? undefined : field);
            if (!again) reveal(figure, item);
        } else {
            pinned.set(figure, field);
            figure.classList.add("pinned");
            const bytes = named(link.hash);
            bytes?.focus({ preventScroll: true });
            light(figure, field);
            if (bytes) show(bytes);
        }
    });

    const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity };

    // Where a key leads; nothing for a key that means nothing here.
    function key(figure, at, name) {
        if (name === "Escape") {
            pin(figure, undefined);
            return true;
        }
        if (!(name in steps)) return false;
        const bytes = at.matches(".hex a");
        if (!bytes && (name === "ArrowRight" || name === "ArrowLeft")) {
            const open = name === "ArrowRight";
            const up = at.closest("li").parentElement.closest("li");
            if (at.parentElement.open !== open) at.parentElement.open = open;
            else if (!open) up?.querySelector("summary").focus();
            return true;
        }
        const all = bytes ? pieces(figure) : summaries(figure);
        const next = Math.max(0, Math.min(all.length - 1, all.indexOf(at) + steps[name]));
        all[next]?.focus();
        return true;
    }

    // In the capture phase, because the book turns the page at the same arrow keys.
    document.addEventListener("keydown", event => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
        const figure = figureOf(event.target);
        if (!figure) {
            if (event.key === "Escape") for (const other of document.querySelectorAll(".packet.pinned")) pin(other, undefined);
            return;
        }
        const at = event.target.closest(".hex a, .fields summary");
        if (!at && event.key !== "Escape") return;
        if (key(figure, at, event.key)) {
            event.preventDefault();
            event.stopPropagation();
        }
    }, true);

    // Someone followed a link to a field from elsewhere.
    function arrive() {
        const target = named(location.hash);
        const figure = target && figureOf(target);
        if (!figure || target === figure || !target.dataset.field) return;
        for (let up = target.closest("details"); up; up = up.parentElement.closest("details")) up.open = true;
        pinned.set(figure, target.dataset.field);
        figure.classList.add("pinned");
        light(figure, target.dataset.field);
    }
    window.addEventListener("hashchange", arrive);
    arrive();

    // Paper cannot be opened.
    let closed = [];
    window.addEventListener("beforeprint", () => {
        closed = [...document.querySelectorAll(".packet details:not([open]), .exercise .hint:not([open])")];
        for (const details of closed) details.open = true;
    });
    window.addEventListener("afterprint", () => {
        for (const details of closed) details.open = false;
        closed = [];
    });
})();
