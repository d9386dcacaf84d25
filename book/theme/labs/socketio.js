// The Socket.IO lab: a chat room, each packet of it, and buttons that break its connection.
// socketio-client.js speaks the protocol, wiretap.js shows the packets; this is the room.
(() => {
    "use strict";

    const { begin, element } = Labs;

    const ROUTES = "/labs/socketio/";
    // Older lines leave the page.
    const SHOWN = 100;
    // How long a frozen connection stays so after this side has noticed: the server is to notice by itself.
    const THAW_AFTER = 1500;
    // A message about typing, at most so often.
    const TYPING = 2000;

    begin("socketio", "The Socket.IO lab", async section => new Lab(section, await info()));

    async function info() {
        return (await fetch(ROUTES + "info", { cache: "no-store" })).json();
    }

    class Lab {
        constructor(section, info) {
            this.section = section;
            this.info = info;
            this.unanswered = new Set();
            this.build();
            const others = info.is_clustered ? ", one of several instances that share a Redis" : "";
            this.say("live", `The Socket.IO server listens at ${info.url}${others}. You are not connected.`);
            addEventListener("pagehide", () => this.leave());
            addEventListener("pageshow", event => event.persisted && this.left("The page was away. Connect again."));
        }

        build() {
            this.name = element("input", { type: "text", maxlength: "24", required: "", autocomplete: "off", value: usualName() });
            this.room = element("input", { type: "text", maxlength: "24", required: "", autocomplete: "off", value: "lobby", pattern: "[a-z0-9\\-]+", title: "a to z, 0 to 9 and -" });
            this.pollingOnly = element("input", { type: "checkbox" });
            this.connecting = element("button", { type: "submit" }, "Connect");
            const door = element("form", { class: "lab-bar" }, label("Name", this.name), label("Room", this.room),
                element("label", { class: "sio-check" }, this.pollingOnly, " long-polling only"), this.connecting);
            door.addEventListener("submit", event => {
                event.preventDefault();
                if (this.client) this.left("You left.");
                else this.enter();
            });
            this.status = element("p", { class: "lab-status", role: "status" });
            this.fail = element("p", { class: "lab-fail", role: "alert", hidden: "" });
            this.inside = element("div", { hidden: "" }, this.buildTalk(), this.buildBreaking());
            this.log = new PacketLog("Packets between your browser and the Socket.IO server", { open: 1 });
            this.capture = element("a", { download: "", hidden: "" }, "Download the packets (.pcapng)");
            this.section.append(door, this.status, this.fail, this.inside,
                element("p", { class: "sio-capture" }, this.capture), this.log.element);
        }

        buildTalk() {
            this.talk = element("ol", { class: "sio-talk", role: "log", tabindex: "0", "aria-label": "What was said" });
            this.typing = element("p", { class: "sio-typing" });
            this.text = element("input", { type: "text", maxlength: "2000", autocomplete: "off", "aria-label": "Your message", placeholder: "ping" });
            const form = element("form", { class: "sio-say" }, this.text, element("button", { type: "submit" }, "Say"));
            form.addEventListener("submit", event => {
                event.preventDefault();
                this.speak(this.text.value.trim() || this.text.placeholder);
            });
            this.text.addEventListener("input", () => this.typed());
            return element("div", { class: "sio-room" }, this.talk, this.typing, form);
        }

        buildBreaking() {
            this.killing = this.button("Kill the connection", () => this.kill());
            this.freezing = this.button("Freeze it", () => this.freeze());
            this.echoing = this.button("Echo 4 bytes", () => this.echo());
            // A story in the order of time, so that both sides can be compared.
            this.story = element("ol", { class: "sio-story", "aria-label": "What each side noticed" });
            return element("div", {}, element("div", { class: "lab-bar" }, this.killing, this.freezing, this.echoing), this.story);
        }

        button(text, act) {
            const button = element("button", { type: "button" }, text);
            // Not `disabled`: that would take the keyboard's focus away.
            button.addEventListener("click", () => button.getAttribute("aria-disabled") !== "true" && act());
            return button;
        }

        // First the wiretap, then the client through it, so that the first packet is seen.
        enter() {
            this.log.clear();
            this.talk.replaceChildren();
            this.story.replaceChildren();
            this.fail.hidden = true;
            this.hidden(false);
            this.say("starting", "Opening the wiretap…");
            const tap = this.tap = new Wiretap("socketio", {
                onOpen: address => this.connect(address),
                onPacket: packet => this.log.show(packet),
                onLost: count => this.log.lost(count),
                onEnd: why => this.failed(why),
            });
            this.client = { isConnected: false, emit: () => false, close: () => tap.close() };
            this.connecting.textContent = "Leave";
        }

        connect(address) {
            this.capture.href = this.tap.capture;
            this.capture.hidden = false;
            this.client = new SocketIoClient(address, {
                auth: { name: this.name.value.trim() },
                pollingOnly: this.pollingOnly.checked,
                onState: (state, detail) => this.changed(state, detail),
                onEvent: (name, args, ack) => this.heard(name, args, ack),
            });
        }

        // What the client is at.
        changed(state, detail) {
            clearInterval(this.countdown);
            this.section.dataset.transport = state;
            const wait = (this.info.ping_interval + this.info.ping_timeout) / 1000;
            const on = state === "polling" || state === "websocket";
            for (const button of [this.killing, this.freezing, this.echoing]) button.setAttribute("aria-disabled", !on);
            switch (state) {
            case "opening":
                this.say("starting", "Opening: GET /socket.io/?EIO=4&transport=polling");
                break;
            case "polling":
                this.sid = detail;
                this.say("live", this.pollingOnly.checked
                    ? "Connected by long-polling: one request always waits for what comes next."
                    : "Connected by long-polling; the WebSocket comes next.");
                this.join();
                break;
            case "probing":
                this.say("live", "Probing: a WebSocket is open beside it. 2probe, and 3probe has to come back.");
                break;
            case "websocket":
                if (detail !== undefined) {
                    this.sid = detail;
                    this.join();
                }
                this.say("live", `Connected by WebSocket. The server pings every ${this.info.ping_interval / 1000} s; after ${wait} s without a ping this side gives up.`);
                break;
            case "lost":
                this.noticed(`Your browser: ${detail}${detail === "ping timeout" ? `, as no ping came for ${wait} s` : ""}.`);
                this.lost();
                break;
            case "waiting":
                this.wait(detail);
                break;
            case "refused":
                this.left(`The server does not go on: ${detail}.`);
                break;
            }
        }

        // Rooms do not survive a connection: a client joins again.
        join() {
            const again = this.joined ? " again: the server forgot it with the connection" : "";
            this.joined = true;
            this.client.emit("join", this.room.value, ({ error }) => {
                this.line("note", error ? `Not joined: ${error}` : `You are in ${this.room.value}${again}.`);
            });
            this.noticed("Your browser: connected again.", true);
        }

        wait(milliseconds) {
            const until = performance.now() + milliseconds;
            const show = () => {
                const left = Math.max(0, until - performance.now()) / 1000;
                this.say("starting", `Reconnecting in ${left.toFixed(1)} s: about one second, doubled each time up to five, and half of it more or less by chance.`);
            };
            // Each number spoken by a screen reader would be too many.
            this.status.setAttribute("aria-live", "off");
            show();
            this.countdown = setInterval(show, 100);
        }

        heard(name, args, ack) {
            const [what] = args;
            switch (name) {
            case "welcome":
                break;
            case "said":
                this.typing.textContent = "";
                this.line("other", what.text, what.from);
                break;
            case "whispered":
                this.line("other", `(whispers) ${what.text}`, what.from);
                ack?.("heard");
                break;
            case "announced":
                this.line("note", `Announced: ${what.text}`);
                break;
            case "joined":
            case "left":
                this.line("note", `${what.from} ${name}.`);
                break;
            case "typing":
                this.typing.textContent = `${what.from} is typing…`;
                clearTimeout(this.untyped);
                this.untyped = setTimeout(() => { this.typing.textContent = ""; }, 1.5 * TYPING);
                break;
            case "echo":
                this.line("note", `Echoed: ${args.map(show).join(", ")}`);
                break;
            case "refused":
                this.line("note", what.why);
                break;
            }
        }

        // Shown at once, and marked once the server has acknowledged it.
        speak(text) {
            const line = this.line("own", text, this.name.value);
            const mark = element("span", { class: "sio-mark" }, " …");
            line.append(mark);
            const sent = this.client.emit("say", this.room.value, text, ({ error }) => {
                this.unanswered.delete(mark);
                mark.textContent = error ? ` ✗ ${error}` : " ✓ acknowledged";
            });
            if (sent) this.unanswered.add(mark);
            else mark.textContent = " ✗ not sent: there is no connection";
            this.text.value = "";
        }

        typed() {
            const now = performance.now();
            if (now - (this.typedAt ?? -TYPING) < TYPING) return;
            this.typedAt = now;
            this.client?.emit("typing", this.room.value);
        }

        echo() {
            const bytes = crypto.getRandomValues(new Uint8Array(4));
            this.line("note", `Sent to be echoed: ${show(bytes)}`);
            this.client.emit("echo", bytes);
        }

        async kill() {
            this.begun("You: reset every TCP connection.");
            const { began } = this;
            this.tap.kill();
            await pause(2000);
            // A browser repeats a GET whose connection broke before the answer: a session of long-polling may live on.
            if (this.began === began && this.story.children.length === 1 && this.client?.isConnected) {
                this.noticed("Your browser: asked again over a new connection. A session of long-polling does not end with one.", true);
            }
        }

        freeze() {
            if (this.frozen) return this.thaw("You: thawed it.");
            const { ping_interval, ping_timeout } = this.info;
            this.begun(`You: nothing passes any more. The server pings every ${ping_interval / 1000} s and waits ${ping_timeout / 1000} s for the pong.`);
            this.frozen = true;
            this.freezing.textContent = "Thaw it";
            this.tap.freeze();
        }

        thaw(why) {
            if (!this.frozen) return;
            this.frozen = false;
            this.freezing.textContent = "Freeze it";
            this.noticed(why);
            this.tap?.thaw();
        }

        lost() {
            for (const mark of this.unanswered) mark.textContent = " ? never acknowledged: it may have arrived";
            this.unanswered.clear();
            if (this.frozen) setTimeout(() => this.thaw("You: thawed, so that it can come back."), THAW_AFTER);
        }

        // A story begins, and its clock.
        begun(what) {
            this.began = performance.now();
            this.story.replaceChildren();
            this.noticed(what);
            this.watchServer(this.sid);
        }

        // With `last`, the story ends.
        noticed(what, last = false) {
            if (this.began === undefined) return;
            const after = (performance.now() - this.began) / 1000;
            this.story.append(element("li", {}, element("b", {}, `${after.toFixed(1)} s`), ` ${what}`));
            if (last && !this.frozen) this.began = undefined;
        }

        // Asks the workbook, on another connection, what became of the session.
        async watchServer(sid) {
            const began = this.began;
            for (let asked = 0; asked < 120; asked += 1) {
                await pause(250);
                if (this.began !== began && asked > 8) return;
                const gone = (await info().catch(() => undefined))?.departures.find(departure => departure.sid === sid);
                if (gone === undefined) continue;
                const after = ((performance.now() - began) / 1000).toFixed(1);
                this.story.append(element("li", {}, element("b", {}, `${after} s`), ` The server: ${gone.why}.`));
                return;
            }
        }

        line(kind, text, from) {
            const line = element("li", { class: `sio-${kind}` });
            if (from !== undefined) line.append(element("b", {}, from), " ");
            line.append(text);
            this.talk.append(line);
            while (this.talk.children.length > SHOWN) this.talk.firstElementChild.remove();
            this.talk.scrollTop = this.talk.scrollHeight;
            return line;
        }

        hidden(yes) {
            this.inside.hidden = yes;
            for (const input of [this.name, this.room]) input.readOnly = !yes;
            this.pollingOnly.disabled = !yes;
        }

        left(why) {
            this.leave();
            this.hidden(true);
            this.connecting.textContent = "Connect";
            this.say("live", why);
        }

        leave() {
            clearInterval(this.countdown);
            this.joined = this.began = undefined;
            this.thaw("");
            const { client, tap } = this;
            this.client = this.tap = undefined;
            client?.close();
            // The last packets are to be seen.
            setTimeout(() => tap?.close(), 300);
            delete this.section.dataset.transport;
        }

        say(state, text) {
            if (state === "live") this.status.setAttribute("aria-live", "polite");
            this.section.dataset.state = state;
            this.status.textContent = text;
        }

        failed(why) {
            this.left("You are not connected.");
            this.section.dataset.state = "failed";
            this.fail.textContent = why;
            this.fail.hidden = false;
        }
    }

    // Two tabs have two names.
    function usualName() {
        try {
            const name = localStorage.getItem("wirebook-socketio") === "ping" ? "pong" : "ping";
            localStorage.setItem("wirebook-socketio", name);
            return name;
        } catch {
            return "ping";
        }
    }

    function show(value) {
        return value instanceof Uint8Array ? [...value].map(byte => byte.toString(16).padStart(2, "0")).join(" ") : JSON.stringify(value);
    }

    function label(text, input) {
        return element("label", {}, `${text} `, input);
    }

    function pause(milliseconds) {
        return new Promise(resolve => setTimeout(resolve, milliseconds));
    }
})();
