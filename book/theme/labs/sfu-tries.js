// Tokens that should let nobody in: each is shown to the SFU on a connection of its own, and what it says is shown.
//
//     const tries = new SfuTries(path, desk);
//     section.append(tries.element);
(() => {
    "use strict";

    const { element } = Labs;

    const PATIENCE = 5000;

    const TRIES = [
        ["wrong-channel", "For another channel", async (desk, wish) => [await desk.sign({ ...wish, channel: `${wish.channel}-2` }), "a token for another channel"]],
        ["wrong-uid", "For another name", async (desk, wish) => [await desk.sign({ ...wish, uid: `${wish.uid}-2` }), "a token for another name"]],
        ["expired", "One that has ended", async (desk, wish) => {
            const token = await desk.sign({ ...wish, seconds: 1 });
            await new Promise(resolve => setTimeout(resolve, 2500));
            return [token, "a token that lived one second"];
        }],
        ["damaged", "With one letter changed", async (desk, wish) => [changed(await desk.sign(wish)), "a token with one letter changed"]],
    ];

    class SfuTries {
        #busy = false;

        constructor(path, desk) {
            this.path = path;
            this.desk = desk;
            this.said = element("p", { class: "sfu-refusal", role: "status", "data-sfu": "refusal" });
            const make = (id, name, what) => {
                const made = SfuDesk.button(name, `try-${id}`, () => this.#try(id, what));
                made.dataset.sfuTry = id;
                return made;
            };
            this.element = element("details", { class: "sfu-tries", "data-sfu": "tries" },
                element("summary", {}, "Try to join with a wrong token"),
                element("p", { class: "sfu-note" }, "Each goes to the SFU as it is, on a connection of its own. Your own membership stays as it is."),
                element("div", { class: "lab-bar" },
                    ...TRIES.map(([id, name, how]) => make(id, name, wish => this.#shown(how, wish))),
                    make("subscriber", "A subscriber who publishes", wish => this.#publish(wish))),
                this.said);
        }

        async #try(id, what) {
            if (this.#busy) return;
            this.#busy = true;
            this.said.textContent = "Trying…";
            delete this.said.dataset.code;
            // A name of its own: the reader's would be thrown out.
            const { channel, uid } = this.desk.wishes;
            try {
                const { code, text } = await what({ channel, uid: `${uid}-try`, role: "publisher", seconds: 60 });
                this.said.dataset.code = code;
                this.said.textContent = text;
            } catch (error) {
                this.said.dataset.code = "failed";
                this.said.textContent = error.message;
            }
            this.said.dataset.tried = id;
            this.#busy = false;
        }

        async #shown(how, wish) {
            const [token, what] = await how(this.desk, wish);
            return this.#visit(wish, token, ({ type, code, why }, resolve) => {
                if (type === "refused" || type === "bye") resolve({ code, text: `You showed ${what}. Refused, ${code}: ${why}` });
                if (type === "joined") resolve({ code: "joined", text: `You showed ${what}, and the SFU let you in. That is a fault: please tell us.` });
            });
        }

        // Is let in, and offers what its token does not let it send.
        async #publish(wish) {
            const token = await this.desk.sign({ ...wish, role: "subscriber" });
            const peer = new RTCPeerConnection();
            const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 180 });
            canvas.getContext("2d").fillRect(0, 0, 320, 180);
            const track = canvas.captureStream(5).getVideoTracks()[0];
            const { uid } = wish;
            const may = list => list.length === 0 ? "nothing" : list.join(", ");
            try {
                return await this.#visit(wish, token, async (message, resolve, say) => {
                    const { type, code, why } = message;
                    if (type === "joined") {
                        this.may = may(message.publish ?? []);
                        peer.addTransceiver(track, { direction: "sendonly" });
                        await peer.setLocalDescription();
                        say({ type: "offer", sdp: peer.localDescription.sdp });
                    }
                    if (type === "refused") resolve({ code, text: `${uid} was let in, and may publish ${this.may}. It offered a picture all the same. Refused, ${code}: ${why}` });
                    if (type === "answer") {
                        await peer.setRemoteDescription({ type: "answer", sdp: message.sdp });
                        const { currentDirection } = peer.getTransceivers()[0];
                        const taken = currentDirection === "sendonly";
                        const end = taken ? "The SFU’s answer takes the offer, and what comes is dropped." : `The SFU’s answer takes none of it: the section is ${currentDirection === "stopped" || currentDirection === null ? "rejected, its port is 0" : currentDirection}.`;
                        resolve({ code: taken ? "taken" : "not-taken", text: `${uid} was let in, and may publish ${this.may}. It offered a picture all the same. ${end}` });
                    }
                });
            } finally {
                track.stop();
                peer.close();
            }
        }

        // Joins, hears until `hear` has an outcome, and leaves.
        #visit({ channel, uid }, token, hear) {
            let signaling;
            return new Promise((resolve, reject) => {
                setTimeout(() => reject(new Error(`No word from the SFU within ${PATIENCE / 1000} seconds.`)), PATIENCE);
                signaling = new SfuSignaling(this.path, {
                    onMessage: message => Promise.resolve(hear(message, resolve, answer => signaling.say(answer))).catch(reject),
                    onEnd: why => reject(new Error(why)),
                });
                signaling.open().then(() => signaling.say({ type: "join", token, channel, uid }), reject);
            }).finally(() => {
                signaling.say({ type: "leave" });
                signaling.close();
            });
        }
    }

    // The letter stands for bytes inside, not for padding at the end.
    function changed(token) {
        const at = Math.floor(token.length / 2);
        return token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1);
    }

    globalThis.SfuTries = SfuTries;
})();
