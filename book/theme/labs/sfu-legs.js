// The two peer connections between a member and the SFU. On `up` the member offers what it publishes, on `down` the SFU
// offers what the member is sent: so no offer ever meets another.
//
//     const legs = new SfuLegs({
//         say(message) {},                   // signaling
//         onTrack(uid, kind, track) {},      // track: null when it is gone
//         onText(uid, text) {},
//         onState(leg, state) {},            // "up" or "down", its connectionState
//     });
//     await legs.publish(["audio", "video", "data"], tracks);
//     legs.answered(sdp); legs.offered(sdp, sections);
//     legs.rest(true);                       // connected, and silent: a mesh carries the media
(() => {
    "use strict";

    // Small to large. Each layer is a stream of its own, in the same section (RFC 8853); its name is a rid (RFC 8851).
    const LAYERS = [
        { rid: "q", scaleResolutionDownBy: 4, maxBitrate: 120_000 },
        { rid: "h", scaleResolutionDownBy: 2, maxBitrate: 350_000 },
        { rid: "f", scaleResolutionDownBy: 1, maxBitrate: 900_000 },
    ];

    class SfuLegs {
        #tell;
        #senders = {};
        #tracks = {};
        #channel;
        #resting = false;
        // Which section of `down` carries whose track.
        #carries = new Map();
        #turn = Promise.resolve();

        constructor(tell) {
            this.#tell = tell;
            this.up = this.#connection("up");
            this.down = this.#connection("down");
            this.down.addEventListener("datachannel", ({ channel }) => channel.addEventListener("message", ({ data }) => this.#heard(data)));
        }

        get connections() {
            return [this.up, this.down];
        }

        // What the token lets this member publish, and is not published yet.
        async publish(kinds, tracks) {
            let news = false;
            for (const kind of ["audio", "video"]) {
                if (!kinds.includes(kind) || this.#senders[kind] || !tracks[kind]) continue;
                this.#tracks[kind] = tracks[kind];
                const sendEncodings = kind === "video" ? LAYERS.map(layer => ({ ...layer, active: !this.#resting })) : undefined;
                this.#senders[kind] = this.up.addTransceiver(tracks[kind], { direction: "sendonly", ...sendEncodings && { sendEncodings } }).sender;
                news = true;
            }
            if (kinds.includes("data") && !this.#channel) {
                this.#channel = this.up.createDataChannel("data");
                news = true;
            }
            if (!news) return;
            await this.up.setLocalDescription();
            this.#tell.say({ type: "offer", sdp: this.up.localDescription.sdp });
        }

        answered(sdp) {
            return this.#next(() => this.up.setRemoteDescription({ type: "answer", sdp }));
        }

        // A new round of `down`.
        offered(sdp, sections) {
            return this.#next(async () => {
                await this.down.setRemoteDescription({ type: "offer", sdp });
                await this.down.setLocalDescription();
                this.#tell.say({ type: "answer", sdp: this.down.localDescription.sdp });
                this.#carry(sections);
            });
        }

        replace(kind, track) {
            this.#tracks[kind] = track;
            if (!this.#resting || kind === "video") this.#senders[kind]?.replaceTrack(track);
        }

        // To all others, by the SFU.
        send(text) {
            if (this.#channel?.readyState !== "open") return false;
            this.#channel.send(text);
            return true;
        }

        // ICE and DTLS stay, so that the SFU goes on knowing this member; no media is sent.
        async rest(yes) {
            this.#resting = yes;
            const { audio, video } = this.#senders;
            audio?.replaceTrack(yes ? null : this.#tracks.audio);
            if (!video) return;
            const parameters = video.getParameters();
            for (const encoding of parameters.encodings) encoding.active = !yes;
            await video.setParameters(parameters).catch(() => {});
        }

        close() {
            for (const peer of this.connections) peer.close();
        }

        #connection(leg) {
            const peer = new RTCPeerConnection();
            peer.addEventListener("connectionstatechange", () => this.#tell.onState(leg, peer.connectionState));
            return peer;
        }

        // One description after the other: each is answered before the next is taken.
        #next(step) {
            this.#turn = this.#turn.then(step, step);
            return this.#turn;
        }

        #carry(sections) {
            const now = new Map(sections.map(({ mid, uid, kind }) => [mid, { uid, kind }]));
            for (const [mid, { uid, kind }] of this.#carries) {
                if (now.get(mid)?.uid !== uid) this.#tell.onTrack(uid, kind, null);
            }
            for (const { mid, receiver } of this.down.getTransceivers()) {
                const carried = now.get(mid);
                if (carried && this.#carries.get(mid)?.uid !== carried.uid) this.#tell.onTrack(carried.uid, carried.kind, receiver.track);
            }
            this.#carries = now;
        }

        #heard(data) {
            if (typeof data !== "string") return;
            const { from, text } = JSON.parse(data);
            this.#tell.onText(String(from), String(text));
        }
    }

    Object.assign(globalThis, { SfuLegs, SFU_LAYERS: LAYERS });
})();
