// Joins the parts of a session description with what is said of them. All listeners are on the document, so
// descriptions that arrive later need no setup; without this file, links and details do the same in two steps.
(() => {
    "use strict";

    const figureOf = element => element.closest?.(".sdp");
    const summaries = figure => [...figure.querySelectorAll(".sdp-line > details > summary")];

    function light(figure, field) {
        for (const lit of figure.querySelectorAll(".lit")) lit.classList.remove("lit");
        const now = figure.querySelector(".sdp-now");
        if (field === undefined) {
            now?.replaceChildren();
            return;
        }
        for (const one of figure.querySelectorAll(`[data-field="${field}"]`)) one.classList.add("lit");
        const part = figure.querySelector(`.sdp-part[data-field="${field}"]`);
        if (now && part) now.replaceChildren(...said(figure, part));
    }

    // "cand-type  host: an address of the machine itself. How the address was found."
    function said(figure, part) {
        const name = document.createElement("b");
        name.textContent = part.querySelector("b").textContent;
        const value = document.createElement("code");
        value.textContent = part.querySelector("code").textContent;
        const means = part.querySelector(":scope > .sdp-means")?.textContent ?? "";
        // Where the sentence was said before, the name leads to it.
        const first = part.querySelector(":scope > a")?.hash.slice(1);
        const teller = (first && document.getElementById(first)) || part;
        const about = teller.querySelector(":scope > .sdp-about")?.firstChild.textContent ?? "";
        return [name, " ", value, means && `: ${means}`, about && `. ${about}`];
    }

    const enter = event => {
        const figure = figureOf(event.target);
        const field = figure && event.target.closest("[data-field]")?.dataset.field;
        if (field !== undefined && figure) light(figure, field);
    };
    const leave = event => {
        const figure = figureOf(event.target);
        if (figure && (!event.relatedTarget || figureOf(event.relatedTarget) !== figure)) light(figure, undefined);
    };
    document.addEventListener("pointerover", enter);
    document.addEventListener("pointerout", leave);
    document.addEventListener("focusout", leave);

    // Tab goes into the lines once; inside, the arrow keys go on.
    document.addEventListener("focusin", event => {
        enter(event);
        const figure = figureOf(event.target);
        if (!figure || !event.target.matches("summary")) return;
        for (const other of summaries(figure)) other.tabIndex = other === event.target ? 0 : -1;
    });

    // A part that is clicked opens its line and is lit there.
    document.addEventListener("click", event => {
        const link = event.target.closest?.(".sdp summary a");
        if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        const details = link.closest("details");
        const figure = figureOf(link);
        const again = details.open && details.dataset.shown === link.dataset.field;
        details.open = !again;
        details.dataset.shown = link.dataset.field;
        light(figure, link.dataset.field);
    });

    const steps = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };

    // In the capture phase, because the book turns the page at the arrow keys.
    document.addEventListener("keydown", event => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
        const figure = figureOf(event.target);
        if (!figure || !event.target.matches("summary")) return;
        const open = { ArrowRight: true, ArrowLeft: false }[event.key];
        if (open !== undefined) event.target.parentElement.open = open;
        else if (event.key in steps) {
            const all = summaries(figure);
            all[Math.max(0, Math.min(all.length - 1, all.indexOf(event.target) + steps[event.key]))]?.focus();
        } else return;
        event.preventDefault();
        event.stopPropagation();
    }, true);

    // Someone followed a link to a part or a line from elsewhere.
    function arrive() {
        let target = null;
        try {
            target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
        } catch {
            return;
        }
        const figure = target && figureOf(target);
        if (!figure || target === figure) return;
        const details = target.closest("details") ?? target.querySelector("details");
        if (details) details.open = true;
        if (target.dataset.field) light(figure, target.dataset.field);
    }
    window.addEventListener("hashchange", arrive);
    arrive();

    // Paper cannot be opened.
    let closed = [];
    window.addEventListener("beforeprint", () => {
        closed = [...document.querySelectorAll(".sdp details:not([open])")];
        for (const details of closed) details.open = true;
    });
    window.addEventListener("afterprint", () => {
        for (const details of closed) details.open = false;
        closed = [];
    });
})();
