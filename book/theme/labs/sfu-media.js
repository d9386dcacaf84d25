// What a member publishes: a picture that the page paints and a tone that it makes, so that nobody has to give a
// permission; camera and microphone in their place when the reader asks.
//
//     const media = new SfuMedia("alice", (kind, track) => {});      // another track takes the place of the last
//     media.tracks;                     // { audio, video }
//     media.loud = true;
//     await media.camera(); media.picture(); media.stop();
(() => {
    "use strict";

    // Large enough for three layers: of 640 × 360 libwebrtc sends two, whatever it is asked for. Few frames: a reader has
    // four tabs on one machine, and in a mesh each of them has three encoders.
    const SIZE = { width: 960, height: 540 };
    const FRAMES = 10;

    const calm = matchMedia("(prefers-reduced-motion: reduce)");

    class SfuMedia {
        #name;
        #onTrack;
        #clock;
        #brush;
        #voice;
        #own;
        #camera;

        constructor(name, onTrack) {
            this.#name = name;
            this.#onTrack = onTrack;
            this.#brush = new Brush(name);
            // 0: a frame is taken when this asks for one. What is taken by itself stops in a hidden tab.
            const stream = this.#brush.canvas.captureStream(0);
            const video = stream.getVideoTracks()[0];
            this.#voice = new Voice(name);
            this.#own = { audio: this.#voice.track, video };
            this.#clock = new SfuClock(FRAMES, () => {
                if (this.#camera) return;
                this.#brush.paint(this.loud);
                // Firefox has it on the stream.
                (video.requestFrame ? video : stream).requestFrame();
                this.#voice.breathe();
            });
        }

        get tracks() {
            const { audio, video } = this.#own;
            return { audio: this.#camera?.getAudioTracks()[0] ?? audio, video: this.#camera?.getVideoTracks()[0] ?? video };
        }

        get filming() {
            return this.#camera !== undefined;
        }

        // Whether the tone is as loud as one who speaks.
        get loud() {
            return this.#voice.loud;
        }

        set loud(yes) {
            this.#voice.loud = yes;
        }

        async camera() {
            if (!navigator.mediaDevices) throw new Error("Camera and microphone are given to secure contexts only, and this page is none: open it by HTTPS, or at http://127.0.0.1 or http://localhost.");
            let stream;
            try {
                stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: { ideal: 960 }, height: { ideal: 540 }, frameRate: { ideal: FRAMES } } });
            } catch (error) {
                throw new Error(`Your browser gave no camera or microphone: ${error.name}. Allow them, or stay with the painted picture.`);
            }
            this.#camera = stream;
            this.#tell();
        }

        picture() {
            this.#release();
            this.#tell();
        }

        stop() {
            this.#clock.stop();
            this.#release();
            this.#voice.stop();
            this.#own.video.stop();
        }

        #tell() {
            for (const [kind, track] of Object.entries(this.tracks)) this.#onTrack(kind, track);
        }

        // Their light goes out.
        #release() {
            for (const track of this.#camera?.getTracks() ?? []) track.stop();
            this.#camera = undefined;
        }
    }

    // The same name has the same color, and the same tone, in every tab.
    function number(name) {
        let sum = 7;
        for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)) >>> 0;
        return sum;
    }

    // A picture with the name in it and with enough that moves for an encoder to have work.
    class Brush {
        #name;
        #hue;
        #at = 0;
        #grain;

        constructor(name) {
            this.#name = name;
            this.#hue = number(name) % 360;
            this.canvas = Object.assign(document.createElement("canvas"), SIZE);
            this.#grain = grain(this.#hue);
            this.paint(false);
        }

        paint(loud) {
            const { width, height } = SIZE;
            const pen = this.canvas.getContext("2d", { alpha: false });
            const at = this.#at++;
            // Who asked the system for little motion gets a clock and a counter, and no drift.
            const drift = calm.matches ? 0 : at;
            const shift = -(drift * 3 % 192);
            for (let x = shift; x < width; x += 192) for (let y = shift; y < height; y += 192) pen.drawImage(this.#grain, x, y);
            const ball = { x: bounce(drift * 12, width - 120) + 60, y: bounce(drift * 8, height - 120) + 60 };
            pen.fillStyle = `hsl(${this.#hue} 70% 70%)`;
            pen.beginPath();
            pen.arc(ball.x, ball.y, 54, 0, 2 * Math.PI);
            pen.fill();
            pen.fillStyle = `hsl(${this.#hue} 60% 14%)`;
            pen.fillRect(0, height - 150, width, 150);
            pen.fillStyle = "white";
            pen.textBaseline = "middle";
            pen.font = "600 84px sans-serif";
            pen.fillText(this.#name, 36, height - 78, width - 420);
            pen.font = "40px monospace";
            pen.textAlign = "end";
            pen.fillText(new Date().toTimeString().slice(0, 8), width - 36, height - 104);
            pen.fillText(`frame ${at}`, width - 36, height - 48);
            pen.textAlign = "start";
            if (!loud) return;
            pen.lineWidth = 18;
            pen.strokeStyle = "white";
            pen.strokeRect(9, 9, width - 18, height - 18);
        }
    }

    function bounce(way, room) {
        const at = way % (2 * room);
        return at < room ? at : 2 * room - at;
    }

    // A tile of little squares: without texture the layers would differ by little.
    function grain(hue) {
        const tile = Object.assign(document.createElement("canvas"), { width: 192, height: 192 });
        const pen = tile.getContext("2d", { alpha: false });
        for (let x = 0; x < 192; x += 24) {
            for (let y = 0; y < 192; y += 24) {
                pen.fillStyle = `hsl(${hue} ${40 + Math.random() * 20}% ${32 + Math.random() * 14}%)`;
                pen.fillRect(x, y, 24, 24);
            }
        }
        return tile;
    }

    // A tone that rises and falls as syllables do. Quiet is not silent: a track without sound has no level to compare.
    class Voice {
        #context;
        #gain;
        loud = false;

        constructor(name) {
            if (typeof AudioContext !== "function") return;
            this.#context = new AudioContext();
            const tone = new OscillatorNode(this.#context, { type: "triangle", frequency: 196 * 2 ** ([0, 2, 4, 7, 9, 12, 14][number(name) % 7] / 12) });
            this.#gain = new GainNode(this.#context, { gain: 0.002 });
            const out = new MediaStreamAudioDestinationNode(this.#context, { channelCount: 1 });
            tone.connect(this.#gain).connect(out);
            tone.start();
            // Refused where the reader has not touched the page yet; then the tone stays away.
            this.#context.resume().catch(() => {});
            this.track = out.stream.getAudioTracks()[0];
        }

        breathe() {
            this.#gain?.gain.setTargetAtTime(this.loud ? 0.12 + Math.random() * 0.2 : 0.002, this.#context.currentTime, 0.04);
        }

        stop() {
            this.track?.stop();
            this.#context?.close().catch(() => {});
        }
    }

    Object.assign(globalThis, { SfuMedia });
    SfuMedia.calm = calm;
})();
