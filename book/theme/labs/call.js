// The call lab: this very browser calls the workbook's peer, and the page shows every packet of the call.
// The signaling goes through a wiretap; the peer adds its datagrams and keys to what the wiretap saw.
(() => {
    "use strict";

    const { begin, element } = Labs;

    // What repeats itself without end fills no log: so many of a kind are taken apart there, the ladder counts the rest.
    const SHOWN = { stun: 24, rtp: 8, rtcp: 8 };
    // Without an answer by then, there will be none.
    const PATIENCE = 15_000;
    // So long does consent last without an answer (RFC 7675 section 5.1).
    const CONSENT = 30_000;

    begin("call", "The call lab", section => new Lab(section));

    class Lab {
        constructor(section) {
            this.section = section;
            this.build();
            this.busy(false);
            this.say("live", "Nobody has called yet. Press the button, and your browser does.");
            addEventListener("pagehide", () => this.hangUp());
            addEventListener("pageshow", event => event.persisted && this.over("You left this page."));
        }

        build() {
            this.call = button("Call the workbook", () => this.start());
            this.media = element("input", { type: "checkbox" });
            this.capture = element("a", { download: "", hidden: "", class: "call-capture" }, "Download the packets (.pcapng)");
            this.keys = element("a", { download: "", hidden: "", class: "call-keys" }, "Download the keys (.log)");
            this.status = element("p", { class: "lab-status", role: "status" });
            this.fail = element("p", { class: "lab-fail", role: "alert", hidden: "" });
            this.text = element("input", { type: "text", id: "call-text", value: "ping", maxlength: "10000", autocomplete: "off", spellcheck: "false" });
            this.talk = element("ul", { class: "call-talk", role: "log", "aria-label": "What was said" });
            this.rtt = element("output", {}, "–");
            this.local = element("video", { muted: "", playsinline: "", "aria-label": "Your camera" });
            this.remote = element("video", { playsinline: "", "aria-label": "What the peer sends back" });
            this.frames = element("output", {}, "0");
            this.local.muted = this.remote.muted = true;
            this.videos = element("div", { class: "call-videos", hidden: "" },
                element("figure", {}, this.local, element("figcaption", {}, "What your camera sees")),
                element("figure", {}, this.remote, element("figcaption", {}, "What comes back: ", this.frames, " frames decoded")));
            this.states = new CallStates();
            this.candidates = new CallCandidates();
            this.ladder = new CallLadder(packet => this.pick(packet));
            this.log = new PacketLog("Packets of the call", { most: 120 });
            this.descriptions = element("div", { class: "call-sdps" });
            this.section.append(
                element("div", { class: "lab-bar" }, this.call,
                    element("label", { class: "call-media" }, this.media, " with camera and microphone")),
                this.status, this.fail, this.live(), this.videos,
                element("div", { class: "lab-bar" }, this.capture, this.keys),
                this.states.element, this.ladder.element, this.candidates.element, this.descriptions, this.log.element);
        }

        // What one does while the call is open.
        live() {
            const form = element("form", { class: "lab-bar call-say" }, element("label", { for: "call-text" }, "Say"), this.text, element("button", {}, "Send"));
            form.addEventListener("submit", event => {
                event.preventDefault();
                this.send(this.text.value);
            });
            const ends = element("div", { class: "lab-bar", role: "group", "aria-label": "End the call" },
                button("Hang up", () => this.hangUp()),
                button("Have the peer close properly", () => this.signal({ type: "bye" })),
                button("Stop the peer", () => this.stop()));
            this.open = element("div", { class: "call-open", hidden: "" }, form, this.talk,
                element("p", { class: "call-rtt" }, "Round trip, by ICE’s own checks: ", this.rtt), ends);
            return this.open;
        }

        async start() {
            if (this.isBusy) return;
            this.reset();
            this.busy(true);
            this.say("starting", "Calling…");
            try {
                if (typeof RTCPeerConnection !== "function") throw new Error("This browser has no WebRTC, or a setting or an extension switched it off.");
                const stream = this.media.checked ? await this.camera() : undefined;
                const address = await this.listen();
                this.peer = new RTCPeerConnection();
                this.watch(this.peer);
                this.channel = this.peer.createDataChannel("chat");
                this.watchChannel(this.channel);
                for (const track of stream?.getTracks() ?? []) this.peer.addTrack(track, stream);
                await this.connect(address);
                await this.peer.setLocalDescription();
                this.signal({ type: "offer", sdp: this.peer.localDescription.sdp });
                this.timer = setTimeout(() => this.silence(), PATIENCE);
            } catch (error) {
                this.release();
                this.failed(error.message);
            }
        }

        async camera() {
            if (!navigator.mediaDevices) throw new Error("Camera and microphone are given to secure contexts only, and this page is none: open it at http://127.0.0.1 or http://localhost.");
            try {
                this.stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 320, height: 240 } });
            } catch (error) {
                throw new Error(`Your browser gave no camera or microphone: ${error.name}. Allow them, or call without.`);
            }
            this.local.srcObject = this.stream;
            this.videos.hidden = false;
            this.local.play().catch(() => {});
            return this.stream;
        }

        // The wiretap; a new one for each call, so that the capture holds one story.
        listen() {
            this.tap?.close();
            return new Promise((resolve, reject) => {
                this.tap = new Wiretap("call", {
                    onOpen: address => {
                        this.capture.href = this.tap.capture;
                        this.keys.href = this.tap.keys;
                        resolve(address);
                    },
                    onPacket: packet => this.packet(packet),
                    onLost: count => this.log.lost(count),
                    onState: state => this.heard(state),
                    onEnd: why => {
                        this.capture.hidden = this.keys.hidden = true;
                        this.failed(`${why} Start it with cargo run, and reload this page.`);
                        reject(new Error(why));
                    },
                });
            });
        }

        // The signaling.
        connect(address) {
            return new Promise((resolve, reject) => {
                const socket = this.socket = new WebSocket(`ws://${address}/`);
                socket.addEventListener("open", resolve);
                socket.addEventListener("message", ({ data }) => this.signaled(JSON.parse(data)).catch(error => this.failed(error.message)));
                socket.addEventListener("close", () => {
                    reject(new Error("The workbook takes no call now: too many are under way, or it does not run any more."));
                    if (this.socket === socket) this.over("The signaling ended, and the call with it.");
                });
            });
        }

        signal(message, socket = this.socket) {
            if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
        }

        async signaled(message) {
            const { type, sdp, candidate, sdpMid, sdpMLineIndex, why } = message;
            if (type === "answer") await this.peer.setRemoteDescription({ type, sdp });
            else if (type === "candidate") await this.peer.addIceCandidate({ candidate, sdpMid, sdpMLineIndex });
            else if (type === "bye") this.farewell = why;
            else if (type === "error") this.failed(`The peer says: ${why}`);
        }

        // The browser's side of the states.
        watch(peer) {
            const enter = (part, state) => peer === this.peer && this.states.enter("browser", part, state);
            const follow = () => {
                enter("signaling", peer.signalingState);
                enter("gathering", peer.iceGatheringState);
                enter("ice", peer.iceConnectionState);
                enter("connection", peer.connectionState);
                if (!peer.sctp) return;
                enter("sctp", peer.sctp.state);
                enter("dtls", peer.sctp.transport.state);
                if (this.transport === peer.sctp.transport) return;
                this.transport = peer.sctp.transport;
                peer.sctp.addEventListener("statechange", follow);
                this.transport.addEventListener("statechange", follow);
            };
            this.follow = follow;
            follow();
            for (const name of ["signalingstatechange", "icegatheringstatechange", "iceconnectionstatechange"]) peer.addEventListener(name, follow);
            peer.addEventListener("iceconnectionstatechange", () => this.ice(peer));
            peer.addEventListener("connectionstatechange", () => {
                follow();
                if (peer === this.peer && peer.connectionState === "failed") this.gaveUp();
            });
            peer.addEventListener("icecandidate", ({ candidate }) => {
                if (!candidate) return;
                this.candidates.add("browser", candidate.candidate);
                this.gathered ||= candidate.candidate !== "";
                this.signal({ type: "candidate", ...candidate.toJSON() });
            });
            peer.addEventListener("track", ({ streams, track }) => {
                this.remote.srcObject = streams[0] ?? new MediaStream([...this.remote.srcObject?.getTracks() ?? [], track]);
                this.remote.play().catch(() => {});
            });
        }

        ice(peer) {
            if (peer !== this.peer) return;
            const state = peer.iceConnectionState;
            if (state === "checking") this.say("starting", "Both sides check whether they reach each other.");
            if (state === "disconnected") this.say("live", "Disconnected: your browser’s checks have had no answer for some seconds. That may pass; so it goes on asking.", true);
            if (state === "connected" && this.channel?.readyState === "open") this.say("live", "Connected again.");
        }

        watchChannel(channel) {
            const enter = () => channel === this.channel && this.states.enter("browser", "channel", channel.readyState);
            enter();
            channel.addEventListener("open", () => {
                enter();
                clearTimeout(this.timer);
                this.open.hidden = false;
                this.say("live", "Connected: the data channel is open.");
                this.stats = setInterval(() => this.measure(), 1000);
                this.send("ping");
            });
            channel.addEventListener("closing", enter);
            channel.addEventListener("close", enter);
            channel.addEventListener("message", ({ data }) => {
                this.said("received", typeof data === "string" ? data : `${data.byteLength ?? data.size} bytes`);
                if (data === "pong") this.say("live", "pong. From the first request to this word, every packet is below.");
            });
        }

        send(text) {
            if (this.channel?.readyState !== "open") return this.failed("There is no open channel to say it on: call first.");
            this.fail.hidden = true;
            this.channel.send(text);
            this.said("sent", text);
        }

        said(way, text) {
            this.talk.append(element("li", { class: way }, element("span", { class: "call-who" }, way === "sent" ? "You: " : "Peer: "), text));
            while (this.talk.childElementCount > 50) this.talk.firstElementChild.remove();
            this.talk.scrollTop = this.talk.scrollHeight;
        }

        // Round trip, pair and frames, as getStats tells them.
        async measure() {
            const peer = this.peer;
            if (!peer) return;
            const stats = await peer.getStats();
            if (peer !== this.peer) return;
            this.follow();
            const all = [...stats.values()];
            this.consent(all);
            const transport = all.find(({ type }) => type === "transport");
            const pair = stats.get(transport?.selectedCandidatePairId);
            if (pair?.currentRoundTripTime !== undefined) this.rtt.textContent = `${(pair.currentRoundTripTime * 1000).toFixed(1)} ms`;
            if (pair) this.candidates.pair("browser", { local: line(stats.get(pair.localCandidateId)), remote: line(stats.get(pair.remoteCandidateId)) });
            const video = all.find(({ type, kind }) => type === "inbound-rtp" && kind === "video");
            if (video) this.frames.textContent = (video.framesDecoded ?? 0).toLocaleString("en");
        }

        // How long nobody has answered the browser's checks. Chromium may say "disconnected" on, though it sends no more.
        consent(stats) {
            const answers = stats.reduce((sum, { type, responsesReceived = 0 }) => type === "candidate-pair" ? sum + responsesReceived : sum, 0);
            // A pair that was given up is not told of any more.
            if (answers > this.answers) {
                this.answers = answers;
                this.answered = performance.now();
            }
            if (this.peer.iceConnectionState === "disconnected" && performance.now() - this.answered > CONSENT) this.expired();
        }

        expired() {
            if (this.told) return;
            this.told = true;
            this.say("live", `No answer for ${CONSENT / 1000} seconds: the peer’s consent to be sent to has expired, and your browser has to stop sending (RFC 7675 section 5.1). Watch for its connectionState: failed is next.`, true);
        }

        // Chromium tells by connectionState; its iceConnectionState may stay "disconnected".
        gaveUp() {
            this.told = true;
            this.say("live", "Failed: your browser’s checks had no answer, and it has given up. The peer’s consent to be sent to lasts 30 seconds at most without a new answer (RFC 7675 section 5.1). Nobody told your browser that the peer is gone; it found out by asking.", true);
            this.release();
            this.busy(false);
        }

        // What the peer says of itself.
        heard(state) {
            if (state.part) this.states.enter("peer", state.part, state.is);
            else if (state.channel !== undefined) this.states.enter("peer", "channel", state.is);
            else if (state.pair) this.candidates.pair("peer", state.pair);
            else if (state.candidate !== undefined) this.candidates.add(state.of, state.candidate, state.taken);
            else if (state.sdp) this.description(state);
            else if (state.over) this.peerOver(state.over);
        }

        // Written by the workbook's own renderer, which escapes whatever came from the wire.
        description({ sdp, html }) {
            const said = sdp === "offer" ? "The offer, line by line: what your browser can do" : "The answer, line by line: what the peer takes of it";
            const details = element("details", { class: "call-sdp" }, element("summary", {}, said));
            details.insertAdjacentHTML("beforeend", html);
            this.descriptions.append(details);
        }

        packet(packet) {
            this.capture.hidden = this.keys.hidden = false;
            this.ladder.show(packet);
            const count = this.counts[packet.kind] = (this.counts[packet.kind] ?? 0) + 1;
            if (count <= (SHOWN[packet.kind] ?? Infinity)) this.log.show(packet);
        }

        // Opens the packet that the reader picked in the ladder.
        pick(packet) {
            let row = this.log.element.querySelector(`[data-no="${packet.no}"]`);
            if (!row) {
                this.log.show(packet);
                row = this.log.element.querySelector(`[data-no="${packet.no}"]`);
            }
            row.open = true;
            row.dataset.kept = "";
            row.scrollIntoView({ block: "nearest" });
            row.querySelector("summary").focus();
        }

        stop() {
            this.counts.stun = 0;
            this.say("live", "The peer has vanished without a word. Watch your browser’s checks go out unanswered.");
            this.signal({ type: "stop" });
        }

        peerOver(why) {
            this.said("received", `(${why})`);
        }

        // No channel in all that time.
        silence() {
            const why = this.gathered
                ? "Your browser and the peer did not reach each other. The packets below show how far they came."
                : "Your browser gathered no candidate: no network is up but loopback, or a setting or an extension keeps WebRTC from it.";
            this.release();
            this.failed(`No channel within ${PATIENCE / 1000} seconds. ${why}`);
        }

        hangUp() {
            if (!this.peer) return;
            this.hungUp = true;
            this.peer.close();
            this.follow?.();
            this.states.enter("browser", "ice", "closed");
            this.states.enter("browser", "dtls", "closed");
            this.states.enter("browser", "sctp", "closed");
            // The close of DTLS goes out first, as it would if there were no signaling.
            const socket = this.socket;
            setTimeout(() => this.signal({ type: "bye" }, socket), 100);
            this.say("live", "You hung up: your browser closed SCTP and DTLS, and told the peer by signaling too.");
            this.ended();
        }

        // The signaling is gone.
        over(why) {
            this.socket = undefined;
            if (this.section.dataset.state === "starting") this.failed(why);
            else if (this.peer && !this.hungUp) this.say("live", this.farewell ? `The peer hung up: ${this.farewell}.` : why);
            this.follow?.();
            this.ended();
        }

        ended() {
            clearTimeout(this.timer);
            clearInterval(this.stats);
            this.release();
            this.open.hidden = true;
            this.busy(false);
        }

        // Camera and microphone: their light goes out.
        release() {
            for (const track of this.stream?.getTracks() ?? []) track.stop();
            this.stream = undefined;
        }

        reset() {
            this.release();
            this.peer?.close();
            const socket = this.socket;
            this.socket = this.peer = this.channel = this.transport = this.farewell = undefined;
            socket?.close();
            clearInterval(this.stats);
            clearTimeout(this.timer);
            this.counts = {};
            this.hungUp = this.told = false;
            this.answers = -1;
            this.gathered = false;
            for (const shown of [this.states, this.candidates, this.ladder, this.log]) shown.clear();
            this.talk.replaceChildren();
            this.descriptions.replaceChildren();
            this.rtt.textContent = "–";
            this.frames.textContent = "0";
            this.local.srcObject = this.remote.srcObject = null;
            this.fail.hidden = this.capture.hidden = this.keys.hidden = this.videos.hidden = this.open.hidden = true;
        }

        // Not `disabled`: that would take the keyboard's focus away.
        busy(yes) {
            this.isBusy = yes;
            this.call.setAttribute("aria-disabled", yes);
            this.call.textContent = yes ? "In a call" : this.peer ? "Call again" : "Call the workbook";
        }

        /** `trouble`: the call is in trouble, though the lab is not. */
        say(state, text, trouble = false) {
            this.section.dataset.state = state;
            this.status.classList.toggle("call-trouble", trouble);
            this.status.textContent = text;
        }

        failed(why) {
            if (this.section.dataset.state === "starting") this.say("failed", "That did not work.");
            if (this.channel?.readyState !== "open") this.busy(false);
            this.fail.textContent = why;
            this.fail.hidden = false;
        }
    }

    // A candidate of getStats, as SDP writes it.
    function line(candidate) {
        if (!candidate) return "candidate:- - - - ? ? typ ?";
        const { address, ip, port, candidateType, priority, protocol } = candidate;
        return `candidate:- 1 ${protocol} ${priority} ${address ?? ip ?? "(hidden)"} ${port} typ ${candidateType}`;
    }

    function button(text, click) {
        const made = element("button", { type: "button" }, text);
        made.addEventListener("click", click);
        return made;
    }
})();
