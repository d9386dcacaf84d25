// The glossary's cards. A marked word is a link to its entry; what its card says stands as data at the end of the page.
// Hover and focus open a card, Escape shuts it, and a finger's first tap opens it, the second follows the link.
(() => {
    "use strict";

    const said = {};
    for (const data of document.querySelectorAll("script.term-cards")) Object.assign(said, JSON.parse(data.textContent));
    const links = [...document.querySelectorAll("a.term")].filter(link => link.hash.slice(1) in said);
    if (links.length === 0) return;

    const OPEN_AFTER = 120;
    const SHUT_AFTER = 250;
    const shelf = document.createElement("div");
    document.body.append(shelf);
    const cards = new Map();
    let open = null;
    let timer = 0;

    // One for each word, however often it is marked. A screen reader reads it while it is hidden, too.
    function cardOf(link) {
        const id = link.hash.slice(1);
        if (!cards.has(id)) cards.set(id, newCard(id, said[id]));
        return cards.get(id);
    }

    function newCard(id, [name, meaning, expansion]) {
        const card = document.createElement("div");
        card.className = "term-card";
        card.id = `card-${id}`;
        card.setAttribute("role", "tooltip");
        card.hidden = true;
        const title = document.createElement("b");
        title.textContent = name;
        card.append(title, expansion ? ` ${expansion}. ` : " ");
        meaning.split("`").forEach((part, place) => {
            const code = place % 2 === 1 && document.createElement("code");
            if (code) code.textContent = part;
            card.append(code || part);
        });
        shelf.append(card);
        return card;
    }

    for (const link of links) link.setAttribute("aria-describedby", cardOf(link).id);

    // Below the word, or above it where there is more room; never beyond the edge of the screen.
    function place(card, link) {
        const at = link.getClientRects()[0];
        const { clientWidth, clientHeight } = document.documentElement;
        const { width, height } = card.getBoundingClientRect();
        const left = Math.max(8, Math.min(at.left, clientWidth - width - 8));
        const above = at.bottom + height + 8 > clientHeight && at.top > height + 8;
        card.style.setProperty("--wb-left", `${left + scrollX}px`);
        card.style.setProperty("--wb-top", `${(above ? at.top - height - 4 : at.bottom + 4) + scrollY}px`);
    }

    function show(link) {
        clearTimeout(timer);
        if (open?.link === link) return;
        shut();
        const card = cardOf(link);
        card.hidden = false;
        place(card, link);
        open = { link, card };
    }

    function shut() {
        clearTimeout(timer);
        if (open) open.card.hidden = true;
        open = null;
    }

    function later(what, wait) {
        clearTimeout(timer);
        timer = setTimeout(what, wait);
    }

    const termOf = target => {
        const link = target instanceof Element ? target.closest("a.term") : null;
        return link && link.hash.slice(1) in said ? link : null;
    };

    document.addEventListener("pointerover", event => {
        if (event.pointerType === "touch") return;
        const link = termOf(event.target);
        if (link) later(() => show(link), OPEN_AFTER);
        // Who moves onto the card may read it in peace.
        else if (open && (shelf.contains(event.target) || open.link === document.activeElement)) clearTimeout(timer);
        else later(shut, SHUT_AFTER);
    });
    document.addEventListener("focusin", event => {
        const link = termOf(event.target);
        if (link) show(link);
        else shut();
    });
    document.addEventListener("focusout", event => {
        if (open && event.target === open.link && event.relatedTarget === null && document.hasFocus()) shut();
    });
    document.addEventListener("keydown", event => {
        if (event.key === "Escape") shut();
    });
    addEventListener("resize", shut);

    // A tap comes as pointerdown, focusin, click: what was open before the tap decides.
    let openBefore = null;
    document.addEventListener("pointerdown", () => { openBefore = open?.link; }, true);
    document.addEventListener("click", event => {
        const link = termOf(event.target);
        if (link && event.pointerType === "touch" && openBefore !== link) {
            event.preventDefault();
            show(link);
        } else if (!link && open && !shelf.contains(event.target)) {
            shut();
        }
    });
})();
