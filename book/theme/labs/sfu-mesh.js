// A mesh: a peer connection to each other member, and a copy of picture and tone on each. The SFU only carries the
// signaling, as messages that it does not read.
//
//     const mesh = new SfuMesh({
//         uid, kinds, tracks,                // who this is, and what to send
//         say(to, body) {},                  // signaling
//         onTrack(uid, kind, track) {}, onText(uid, text) {}, onRates(uid, rates, level) {}, onState(uid, state) {},
//     });
//     mesh.add("bob"); mesh.heard("bob", body); mesh.remove("bob"); mesh.close();
(() => {
    "use strict";

    class SfuMesh {
        #self;
        #peers = new Map();

        constructor(self) {
            this.#self = self;
        }

        get connections() {
            return [...this.#peers].map(([uid, { peer }]) => [uid, peer]);
        }

        // Of two, the one whose name comes first offers.
        add(uid) {
            if (this.#peers.has(uid)) return this.#peers.get(uid);
            const link = new Link(this.#self, uid);
            this.#peers.set(uid, link);
            if (this.#self.uid < uid) link.offer();
            return link;
        }

        remove(uid) {
            this.#peers.get(uid)?.peer.close();
            this.#peers.delete(uid);
        }

        // A body comes from another page, as it is.
        heard(uid, { description, candidate }) {
            const link = this.add(uid);
            if (description) link.described(description);
            else if (candidate) link.candidate(candidate);
        }

        replace(kind, track) {
            this.#self.tracks[kind] = track;
            for (const link of this.#peers.values()) link.senders[kind]?.replaceTrack(track);
        }

        send(text) {
            return this.#tell({ text });
        }

        // What this member sends to whom, in kbit/s, and how loud it is, from 0 to 1: in a mesh nobody else knows.
        tell(rates, level) {
            this.#tell({ rates, level });
        }

        close() {
            for (const uid of [...this.#peers.keys()]) this.remove(uid);
        }

        #tell(message) {
            const open = [...this.#peers.values()].filter(({ channel }) => channel?.readyState === "open");
            for (const { channel } of open) channel.send(JSON.stringify(message));
            return open.length > 0;
        }
    }

    class Link {
        #self;
        #uid;
        #turn = Promise.resolve();
        senders = {};

        constructor(self, uid) {
            this.#self = self;
            this.#uid = uid;
            this.peer = new RTCPeerConnection();
            this.peer.addEventListener("icecandidate", ({ candidate }) => candidate && self.say(uid, { candidate: candidate.toJSON() }));
            this.peer.addEventListener("track", ({ track }) => self.onTrack(uid, track.kind, track));
            this.peer.addEventListener("connectionstatechange", () => self.onState(uid, this.peer.connectionState));
            this.peer.addEventListener("datachannel", ({ channel }) => this.#listen(channel));
        }

        offer() {
            return this.#next(async () => {
                for (const kind of ["audio", "video"]) {
                    const track = this.#own(kind);
                    const { sender } = this.peer.addTransceiver(track ?? kind, { direction: track ? "sendrecv" : "recvonly", ...track && kind === "video" && { sendEncodings: [{ maxBitrate: SFU_LAYERS.at(-1).maxBitrate }] } });
                    this.senders[kind] = sender;
                }
                this.#listen(this.peer.createDataChannel("data"));
                await this.peer.setLocalDescription();
                this.#self.say(this.#uid, { description: this.peer.localDescription.toJSON() });
                await this.#bound();
            });
        }

        described(description) {
            return this.#next(async () => {
                await this.peer.setRemoteDescription(description);
                if (description.type !== "offer") return;
                for (const transceiver of this.peer.getTransceivers()) {
                    const kind = transceiver.receiver.track.kind;
                    const track = this.#own(kind);
                    if (!track) continue;
                    transceiver.direction = "sendrecv";
                    this.senders[kind] = transceiver.sender;
                    await transceiver.sender.replaceTrack(track);
                }
                await this.peer.setLocalDescription();
                this.#self.say(this.#uid, { description: this.peer.localDescription.toJSON() });
                await this.#bound();
            });
        }

        candidate(candidate) {
            return this.#next(() => this.peer.addIceCandidate(candidate));
        }

        #own(kind) {
            return this.#self.kinds.includes(kind) ? this.#self.tracks[kind] : undefined;
        }

        // A copy is as good as the largest layer is, so that mesh and SFU compare.
        async #bound() {
            const { video } = this.senders;
            const parameters = video?.getParameters();
            if (!parameters?.encodings?.length) return;
            parameters.encodings[0].maxBitrate = SFU_LAYERS.at(-1).maxBitrate;
            await video.setParameters(parameters);
        }

        #listen(channel) {
            this.channel = channel;
            channel.addEventListener("message", ({ data }) => {
                const { text, rates, level } = JSON.parse(data);
                if (typeof text === "string") this.#self.onText(this.#uid, text);
                else if (rates && typeof rates === "object") this.#self.onRates(this.#uid, rates, level);
            });
        }

        // In order, and a step that fails stops none after it.
        #next(step) {
            this.#turn = this.#turn.then(step).catch(error => this.peer.connectionState !== "closed" && console.warn(`mesh with ${this.#uid}:`, error));
            return this.#turn;
        }
    }

    globalThis.SfuMesh = SfuMesh;
})();
