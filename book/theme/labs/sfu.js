// The SFU lab: this tab joins a channel with a token, publishes a picture in three layers, a tone and data, and sees
// everybody else. The channel may turn into a mesh and back.
//
// | file | what |
// | --- | --- |
// | sfu.js | a membership, from Join to Leave |
// | sfu-desk.js, sfu-tries.js | tokens: those that are good, and those that are not |
// | sfu-signaling.js | the WebSocket, and the packets of this tab |
// | sfu-legs.js, sfu-mesh.js | peer connections: to the SFU, to each other |
// | sfu-media.js, sfu-clock.js | what is published |
// | sfu-tiles.js, sfu-talk.js | the others |
// | sfu-meter.js, sfu-drawing.js, sfu-plot.js, sfu-table.js | who is sent what |
//
// What tests hold on to, inside `.lab[data-lab="sfu"]`:
//     the section    data-phase: out, joining, in; data-mode: sfu, mesh; data-members: how many, this tab among them;
//                    data-uid; data-up, data-down: states of both connections; data-speaker; data-publish: "audio video data"
//     data-sfu       name channel role seconds with-packets join leave; status fail; another mode voice camera;
//                    tiles; text send talk (its rows: data-from); paper token left renew expire; tries refusal
//                    (data-code, data-tried); drawing (data-lines) drawing-table whom; plot (data-points, data-mode,
//                    data-up, data-down) plot-table; packets capture
//     data-tile=UID  data-speaking, data-frames (decoded), data-width, data-height, data-fps, data-kbps, data-layer (as the SFU
//                    says); in it video, select[data-sfu-layer=UID], button[data-sfu=sound]
//     data-sfu-try   wrong-channel wrong-uid expired damaged subscriber
// A link to the page brings names: `#lab-sfu:channel=demo&name=bob`.
(() => {
    "use strict";

    const { begin, element } = Labs;
    const { button, choice, label } = SfuDesk;

    // So long each member speaks, where they take turns.
    const TURN = 6000;
    // Quieter, in a mesh, is nobody. An SFU reads it off the packets (RFC 6464); here each tab tells of itself.
    const HEARD = 0.02;

    begin("sfu", "The SFU lab", (section, lab) => new Lab(section, lab));

    class Lab {
        constructor(section, { path }) {
            this.section = section;
            this.path = path;
            this.members = new Set();
            this.build();
            this.reset();
            this.phase("out");
            this.say("live", "You are in no channel yet. Press Join.");
            addEventListener("pagehide", () => this.leave());
            addEventListener("pageshow", event => event.persisted && this.over("You left this page, and the channel with it."));
            this.meet();
            if (this.desk.arrive()) {
                section.scrollIntoView();
                this.desk.join.focus();
            }
        }

        build() {
            this.desk = new SfuDesk({ onJoin: () => this.join(), onRenew: token => this.renew(token), onLeave: () => this.leave("You left the channel.") });
            this.status = element("p", { class: "lab-status", role: "status", "data-sfu": "status" });
            this.fail = element("p", { class: "lab-fail", role: "alert", hidden: "", "data-sfu": "fail" });
            this.another = element("a", { class: "sfu-button", target: "_blank", rel: "noopener", "data-sfu": "another" });
            this.switch = button("Switch to a mesh", "mode", () => this.change(this.mode === "sfu" ? "mesh" : "sfu"));
            this.voice = choice("voice", [["turns", "takes turns"], ["loud", "speaks"], ["quiet", "listens"]]);
            this.camera = button("Use camera and microphone", "camera", () => this.film());
            this.tiles = new SfuTiles({ onLayer: (uid, layer) => this.signal({ type: "prefer", uid, layer }) });
            this.talk = new SfuTalk(text => this.tell(text));
            this.drawing = new SfuDrawing();
            this.plot = new SfuPlot();
            this.tries = new SfuTries(this.path, this.desk);
            this.packets = new SfuPackets();
            this.still = element("p", { class: "sfu-note" }, "Your system asks for little motion: of the painted picture only the clock moves, so it takes few bits.");
            this.still.hidden = !SfuMedia.calm.matches;
            this.stage = element("div", { class: "sfu-stage", hidden: "" }, this.desk.paper,
                element("div", { class: "lab-bar sfu-desk" }, this.another, this.switch, label("Your tone", this.voice), this.camera),
                this.still, this.tiles.element, this.talk.element, this.drawing.element, this.plot.element);
            this.section.append(this.desk.form, this.status, this.fail, this.stage, this.tries.element, this.packets.element);
            // The book turns its pages at these.
            this.section.addEventListener("keydown", event => {
                if (event.key === "ArrowLeft" || event.key === "ArrowRight") event.stopPropagation();
            });
        }

        // Tabs of this browser tell each other which names they have.
        meet() {
            if (typeof BroadcastChannel !== "function") return;
            const tabs = new BroadcastChannel("wirebook sfu");
            tabs.addEventListener("message", ({ data }) => {
                if (data === "who?") this.uid && tabs.postMessage([this.uid, ...this.members]);
                else if (Array.isArray(data)) this.desk.avoid(data);
            });
            tabs.postMessage("who?");
        }

        async join() {
            const wish = this.desk.wishes;
            this.reset();
            this.phase("joining");
            this.say("starting", "Asking for a token, then joining…");
            try {
                if (typeof RTCPeerConnection !== "function") throw new Error("This browser has no WebRTC, or a setting or an extension switched it off.");
                // A click is what lets a page sound: so this comes before the first wait.
                this.media = new SfuMedia(wish.uid, (kind, track) => this.replaced(kind, track));
                const token = this.token = await this.desk.sign(wish);
                const signaling = this.signaling = new SfuSignaling(this.path, {
                    onMessage: message => this.heard(message).catch(error => this.signaling === signaling && this.failed(error.message)),
                    onEnd: why => this.over(why),
                });
                await this.signaling.open(this.desk.packets.checked ? this.packets : undefined);
                this.signal({ type: "join", token, channel: wish.channel, uid: wish.uid });
            } catch (error) {
                this.over("That did not work.", "failed");
                this.failed(error.message);
            }
        }

        signal(message) {
            this.signaling?.say(message);
        }

        async heard(message) {
            switch (message.type) {
            case "joined": return this.joined(message);
            case "refused": return this.refused(message);
            case "answer": return this.legs?.answered(message.sdp);
            case "offer": return this.legs?.offered(message.sdp, message.tracks);
            case "came": return this.came(message.uid);
            case "left": return this.left(message);
            case "speaker": return this.mode === "sfu" && this.speaker(message.uid);
            case "expiring": return this.say("live", `Your token lets nothing more in ${message.seconds} seconds. Renew it, or see what happens.`, true);
            case "renewed": return this.renewed(message);
            case "relay": return this.relayed(message);
            case "view": return this.seen(message);
            case "bye": return this.over(`The SFU has let you go (${message.code}): ${message.why}`);
            }
        }

        async joined({ uid, members, publish, expires }) {
            this.uid = this.section.dataset.uid = uid;
            this.may = publish;
            this.desk.holds(this.token, expires);
            this.legs = new SfuLegs({
                say: message => this.signal(message),
                onTrack: (from, kind, track) => this.tiles.track("sfu", from, kind, track),
                onText: (from, text) => this.talk.said(from, text),
                onState: (leg, state) => this.leg(leg, state),
            });
            this.phase("in");
            this.tiles.own(uid, this.media.tracks.video);
            for (const member of members) if (member !== uid) this.add(member);
            this.count();
            const others = [...this.members];
            this.say("live", others.length === 0 ? "You are in, and alone. Open another tab: there you are somebody else." : `You are in, with ${others.join(", ")}.`);
            this.clock = new SfuClock(1, () => this.second());
            await this.publish();
        }

        publish() {
            this.section.dataset.publish = this.may.join(" ");
            if (this.may.length > 0) return this.legs.publish(this.may, this.media.tracks);
        }

        // Before the first word of the SFU it is the end, later only a message that was not taken.
        refused({ code, why }) {
            if (!this.uid) this.over(`Refused, ${code}.`, "failed");
            this.failed(`The SFU says (${code}): ${why}`);
        }

        leg(leg, state) {
            this.section.dataset[leg] = state;
            const what = leg === "up" ? "what you send to the SFU" : "what it sends to you";
            // Firefox pairs no address with one on loopback; with the class's address it joins.
            const advice = SfuPackets.possible() && navigator.userAgent.includes("Firefox") ? " Firefox keeps WebRTC off loopback: take another browser, or serve with --class and open that address." : "";
            if (state === "failed") this.failed(`The connection for ${what} failed: no datagram came through.${advice}`);
        }

        came(uid) {
            if (uid === this.uid) return;
            this.add(uid);
            this.count();
            this.say("live", `${uid} came.`);
            if (this.turn > 0) this.relay(uid, { mode: this.mode, turn: this.turn });
        }

        add(uid) {
            this.members.add(uid);
            this.tiles.add(uid);
            this.mesh?.add(uid);
        }

        left({ uid, why }) {
            this.remove(uid);
            this.count();
            this.say("live", `${uid} left: ${why}`);
        }

        remove(uid) {
            this.members.delete(uid);
            this.tiles.remove(uid);
            this.mesh?.remove(uid);
            this.rates.delete(uid);
            this.levels.delete(uid);
        }

        count() {
            const taken = [this.uid, ...this.members];
            this.section.dataset.members = String(taken.length);
            const { name, href } = this.desk.link(taken);
            this.another.href = href;
            this.another.textContent = `Open another tab, as ${name}`;
        }

        // Who is sent what, in the SFU's words, once a second.
        seen(view) {
            if (!this.uid) return;
            this.tiles.seen(view);
            if (this.mode === "sfu" && !document.hidden) this.drawing.show(view, this.uid);
        }

        speaker(uid) {
            this.section.dataset.speaker = uid ?? "";
            this.tiles.speaker = uid;
        }

        // Once a second, also while the tab is hidden.
        async second() {
            this.desk.tick();
            const everybody = [this.uid, ...this.members].sort();
            const turn = everybody[Math.floor(Date.now() / TURN) % everybody.length];
            this.media.loud = this.voice.value === "loud" || this.voice.value === "turns" && turn === this.uid;
            const { mode, legs } = this;
            if (this.reading === legs) return;
            this.reading = legs;
            const now = await this.meter.read([...legs.connections.map(peer => ["sfu", peer]), ...this.mesh?.connections ?? []]);
            this.reading = undefined;
            if (legs !== this.legs || mode !== this.mode) return;
            if (mode === "sfu") this.copies = [...this.copies.slice(-9), Math.max(0, ...now.layers.map(({ kbps }) => kbps)) + now.audio];
            else this.netted(now);
            this.tiles.measured(now);
            this.plot.add({ at: performance.now(), mode, members: everybody.length, up: now.up, down: now.down, copy: mean(this.copies) });
            if (!document.hidden) this.plot.draw();
        }

        // What only the members of a mesh know: who sends how much to whom, and who is loudest.
        netted(now) {
            now.to.delete("sfu");
            const own = bare([...now.to].map(([uid, kbps]) => [uid, Math.round(kbps)]));
            this.mesh.tell(own, now.level);
            this.rates.set(this.uid, own);
            if (!document.hidden) this.drawing.mesh([this.uid, ...this.members].sort(), this.rates);
            this.levels.set(this.uid, now.level);
            const [loudest, level] = [...this.levels].reduce((best, next) => next[1] > best[1] ? next : best);
            this.speaker(level > HEARD ? loudest : null);
        }

        // All tabs of the channel change. The higher turn is the newer wish.
        change(mode) {
            if (!this.legs) return;
            this.enter(mode, this.turn + 1);
            for (const uid of this.members) this.relay(uid, { mode, turn: this.turn });
        }

        enter(mode, turn) {
            this.turn = turn;
            if (mode === this.mode) return;
            this.mode = this.section.dataset.mode = this.tiles.mode = mode;
            this.switch.textContent = mode === "sfu" ? "Switch to a mesh" : "Switch back to the SFU";
            this.mesh?.close();
            this.mesh = undefined;
            this.rates.clear();
            this.levels.clear();
            this.speaker(null);
            this.legs.rest(mode === "mesh");
            if (mode === "sfu") return this.say("live", "The SFU again: you send once, however many watch.");
            this.mesh = new SfuMesh({
                uid: this.uid, kinds: this.may, tracks: { ...this.media.tracks },
                say: (to, body) => this.relay(to, { mesh: body, turn: this.turn }),
                onTrack: (from, kind, track) => this.tiles.track("mesh", from, kind, track),
                onText: (from, text) => this.talk.said(from, text),
                onRates: (from, rates, level) => {
                    this.rates.set(from, numbers(rates));
                    this.levels.set(from, Number(level) || 0);
                },
                onState: (from, state) => this.tiles.state(from, state),
            });
            for (const uid of this.members) this.mesh.add(uid);
            this.say("live", "A mesh: a connection to each other tab, and a copy on each. No token says who may publish here: only the SFU asked for one.");
        }

        relay(to, body) {
            this.signal({ type: "relay", to, body });
        }

        // From another page, by the SFU, which does not read it.
        relayed({ from, body }) {
            if (!this.members.has(from) || typeof body !== "object" || body === null || !Number.isSafeInteger(body.turn)) return;
            if (body.mesh && body.turn > this.turn) this.enter("mesh", body.turn);
            else if (["sfu", "mesh"].includes(body.mode) && body.turn > this.turn) this.enter(body.mode, body.turn);
            if (body.mesh && body.turn === this.turn) this.mesh?.heard(from, body.mesh);
        }

        tell(text) {
            return this.mode === "mesh" ? this.mesh.send(text) : this.legs.send(text);
        }

        async film() {
            try {
                if (this.media.filming) this.media.picture();
                else await this.media.camera();
            } catch (error) {
                this.failed(error.message);
            }
            this.camera.textContent = this.media?.filming ? "Back to the painted picture" : "Use camera and microphone";
        }

        replaced(kind, track) {
            this.legs?.replace(kind, track);
            this.mesh?.replace(kind, track);
            if (kind === "video") this.tiles.preview(track);
        }

        renew(token) {
            if (token instanceof Error) return this.failed(token.message);
            this.token = token;
            this.signal({ type: "renew", token });
        }

        async renewed({ expires, publish }) {
            this.desk.holds(this.token, expires);
            this.say("live", `The SFU took the new token: it lets you be here for ${expires} seconds.`);
            this.may = publish ?? this.may;
            await this.publish();
        }

        leave(why) {
            if (!this.signaling) return;
            this.signal({ type: "leave" });
            this.over(why ?? "You left the channel.");
        }

        // The end of a membership, however it came.
        over(why, state = "live") {
            this.clock?.stop();
            this.mesh?.close();
            this.legs?.close();
            this.media?.stop();
            this.signaling?.close();
            this.packets.stop();
            this.clock = this.mesh = this.legs = this.media = this.signaling = this.uid = undefined;
            this.tiles.clear();
            this.members.clear();
            this.desk.gone();
            this.phase("out");
            this.say(state, why);
        }

        reset() {
            this.fail.hidden = true;
            this.mode = this.section.dataset.mode = this.tiles.mode = "sfu";
            this.switch.textContent = "Switch to a mesh";
            this.camera.textContent = "Use camera and microphone";
            this.turn = 0;
            this.copies = [];
            this.rates = new Map();
            this.levels = new Map();
            this.meter = new SfuMeter();
            this.plot.clear();
            this.talk.clear();
        }

        phase(phase) {
            this.section.dataset.phase = phase;
            if (phase === "out") {
                this.section.dataset.members = "0";
                for (const key of ["uid", "up", "down", "speaker", "publish"]) delete this.section.dataset[key];
            }
            this.stage.hidden = phase !== "in";
            this.desk.inside(phase !== "out");
        }

        say(state, text, trouble = false) {
            this.section.dataset.state = state;
            this.status.classList.toggle("sfu-warns", trouble);
            this.status.textContent = text;
        }

        failed(why) {
            this.fail.textContent = why;
            this.fail.hidden = false;
        }
    }

    function mean(list) {
        return list.reduce((sum, one) => sum + one, 0) / Math.max(1, list.length);
    }

    // Another page wrote it.
    function numbers(rates) {
        return bare(Object.entries(rates).slice(0, 64).filter(([, kbps]) => Number.isFinite(kbps) && kbps >= 0));
    }

    // Without anything inherited: a member may be called "constructor".
    function bare(entries) {
        return Object.assign(Object.create(null), Object.fromEntries(entries));
    }
})();
