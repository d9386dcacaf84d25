// Glossary cards. They show on hover and focus without this file; it keeps them on the screen, lets Escape
// dismiss them, and gives touch a first tap that shows and a second that follows the link.
(() => {
    "use strict";

    const termOf = element => element.closest?.(".term");

    // Moves a card that would stick out to the right.
    function place(term) {
        const card = term.querySelector(".term-card");
        if (!card) return;
        card.style.setProperty("--wb-shift", "0px");
        const room = document.documentElement.clientWidth - 12;
        const over = card.getBoundingClientRect().right - room;
        if (over > 0) card.style.setProperty("--wb-shift", `${-over}px`);
    }

    function shutOthers(kept) {
        for (const term of document.querySelectorAll(".term.open")) if (term !== kept) term.classList.remove("open");
    }

    const enter = event => {
        const term = termOf(event.target);
        if (term && !term.contains(event.relatedTarget)) {
            term.classList.remove("shut");
            place(term);
        }
    };
    document.addEventListener("pointerover", enter);
    document.addEventListener("focusin", enter);

    document.addEventListener("click", event => {
        const term = termOf(event.target);
        shutOthers(term);
        if (term && event.pointerType === "touch" && !term.classList.contains("open")) {
            event.preventDefault();
            term.classList.remove("shut");
            term.classList.add("open");
            place(term);
        }
    });

    document.addEventListener("keydown", event => {
        if (event.key !== "Escape") return;
        shutOthers(null);
        for (const term of document.querySelectorAll(".term:hover, .term:focus-within")) term.classList.add("shut");
    });
})();
