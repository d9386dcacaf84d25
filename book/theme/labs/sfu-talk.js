// What members say to each other over data channels.
//
//     const talk = new SfuTalk(text => true);       // sends it, or says by false that it cannot
//     talk.said("bob", "ping"); talk.note("bob came."); talk.clear();
(() => {
    "use strict";

    const { element } = Labs;

    class SfuTalk {
        constructor(send) {
            this.text = element("input", { type: "text", id: "sfu-text", "data-sfu": "text", value: "ping", maxlength: "1000", autocomplete: "off", spellcheck: "false" });
            this.list = element("ul", { class: "sfu-said", role: "log", tabindex: "0", "aria-label": "What was said", "data-sfu": "talk" });
            const form = element("form", { class: "lab-bar sfu-say" }, element("label", { for: "sfu-text" }, "Say"), this.text, element("button", { "data-sfu": "send" }, "Send"));
            form.addEventListener("submit", event => {
                event.preventDefault();
                if (this.text.value === "") return;
                if (send(this.text.value)) this.said(null, this.text.value);
                else this.note("Nobody can be told: no data channel is open, or your token lets you send no data.");
            });
            this.element = element("div", { class: "sfu-talk" }, this.list, form);
        }

        // null: this tab.
        said(from, text) {
            this.#add(element("li", { class: from === null ? "own" : "", "data-from": from ?? "" }, element("b", {}, from === null ? "You: " : `${from}: `), text.slice(0, 1000)));
        }

        note(text) {
            this.#add(element("li", { class: "sfu-note" }, text));
        }

        clear() {
            this.list.replaceChildren();
        }

        #add(row) {
            this.list.append(row);
            while (this.list.childElementCount > 60) this.list.firstElementChild.remove();
            this.list.scrollTop = this.list.scrollHeight;
        }
    }

    globalThis.SfuTalk = SfuTalk;
})();
