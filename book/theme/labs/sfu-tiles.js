// Who is in the channel: a tile a member, with its picture, the choice of its layer, and what of it arrives here.
//
//     const tiles = new SfuTiles({ onLayer(uid, layer) {} });
//     tiles.own("alice", track); tiles.add("bob"); tiles.remove("bob"); tiles.clear();
//     tiles.track("sfu", "bob", "video", track);       // "mesh": what is shown while the channel is one
//     tiles.mode = "mesh"; tiles.speaker = "bob"; tiles.measured(now); tiles.seen(view); tiles.state("bob", "failed");
(() => {
    "use strict";

    const { element } = Labs;

    const LAYERS = [["auto", "auto"], ["q", "q, a quarter"], ["h", "h, half"], ["f", "f, full"], ["off", "off"]];

    class SfuTiles {
        #onLayer;
        #self;
        #mode = "sfu";
        #tiles = new Map();

        constructor({ onLayer }) {
            this.#onLayer = onLayer;
            this.element = element("ul", { class: "sfu-tiles", "aria-label": "Who is in the channel", "data-sfu": "tiles" });
        }

        get names() {
            return [...this.#tiles.keys()];
        }

        own(uid, track) {
            this.#self = uid;
            const tile = this.add(uid);
            tile.row.classList.add("own");
            for (const part of [tile.choice, tile.sound]) part.remove();
            tile.who.append(" (this tab)");
            tile.video.setAttribute("aria-label", "What you send");
            this.preview(track);
        }

        preview(track) {
            this.#tiles.get(this.#self)?.show([track]);
        }

        add(uid) {
            const known = this.#tiles.get(uid);
            if (known) return known;
            const tile = new Tile(uid, layer => this.#onLayer(uid, layer));
            tile.mode = this.#mode;
            this.#tiles.set(uid, tile);
            this.element.append(tile.row);
            return tile;
        }

        remove(uid) {
            const tile = this.#tiles.get(uid);
            tile?.show([]);
            tile?.row.remove();
            this.#tiles.delete(uid);
        }

        clear() {
            for (const uid of this.names) this.remove(uid);
        }

        track(way, uid, kind, track) {
            if (uid !== this.#self && (track || this.#tiles.has(uid))) this.add(uid).track(way, kind, track);
        }

        set mode(mode) {
            this.#mode = mode;
            for (const tile of this.#tiles.values()) tile.mode = mode;
        }

        set speaker(uid) {
            for (const [name, tile] of this.#tiles) tile.speaking = name === uid;
        }

        // Only a mesh has such: with an SFU there is one connection for all.
        state(uid, state) {
            const tile = this.#tiles.get(uid);
            if (tile) tile.trouble.textContent = state === "failed" || state === "disconnected" ? ` The connection is ${state}.` : "";
        }

        measured(now) {
            for (const [uid, tile] of this.#tiles) {
                if (uid === this.#self) tile.sends(now.layers, this.#mode);
                else tile.gets(now.tracks);
            }
        }

        // What the SFU says that it sends here.
        seen({ forwards }) {
            for (const { from, to, kind, layer } of forwards) if (to === this.#self && kind === "video") this.#tiles.get(from)?.forwarded(layer);
        }
    }

    class Tile {
        #ways = { sfu: {}, mesh: {} };
        #mode = "sfu";

        constructor(uid, onLayer) {
            this.video = element("video", { playsinline: "", "aria-label": `The picture of ${uid}` });
            this.video.muted = true;
            this.who = element("b", { class: "sfu-who" }, uid);
            this.speaks = element("span", { class: "sfu-speaks", hidden: "" }, "speaks");
            this.layer = SfuDesk.choice("", LAYERS);
            this.layer.removeAttribute("id");
            Object.assign(this.layer.dataset, { sfu: "layer", sfuLayer: uid });
            this.layer.setAttribute("aria-label", `Layer of ${uid}’s picture`);
            this.layer.addEventListener("change", () => onLayer(this.layer.value));
            this.choice = element("label", { class: "sfu-choice" }, element("span", {}, "Layer"), this.layer);
            this.sound = SfuDesk.button("Unmute", "sound", () => this.#toggle());
            this.sound.setAttribute("aria-label", `Hear ${uid}`);
            this.sound.setAttribute("aria-pressed", "false");
            this.rates = element("span", { class: "sfu-rates" }, "no picture yet");
            this.trouble = element("span", { class: "sfu-trouble" });
            this.row = element("li", { class: "sfu-tile", "data-tile": uid, "data-speaking": "false", "data-frames": "0", "data-kbps": "0" },
                element("div", { class: "sfu-frame" }, this.video, this.speaks),
                element("p", { class: "sfu-line" }, this.who, " ", this.rates, this.trouble),
                element("div", { class: "sfu-acts" }, this.choice, this.sound));
        }

        set speaking(yes) {
            this.row.dataset.speaking = String(yes);
            this.speaks.hidden = !yes;
        }

        set mode(mode) {
            this.#mode = mode;
            // A mesh has one copy for each and no layers.
            this.choice.hidden = mode === "mesh";
            if (!this.row.classList.contains("own")) this.#refresh();
        }

        track(way, kind, track) {
            if (track) this.#ways[way][kind] = track;
            else delete this.#ways[way][kind];
            if (way === this.#mode) this.#refresh();
        }

        show(tracks) {
            const shown = this.video.srcObject?.getTracks() ?? [];
            if (shown.length === tracks.length && tracks.every(track => shown.includes(track))) return;
            this.video.srcObject = tracks.length > 0 ? new MediaStream(tracks) : null;
            if (tracks.length > 0) this.video.play().catch(() => {});
        }

        // The words of both sides: the SFU’s layer, and what came out of the decoder.
        forwarded(layer) {
            this.row.dataset.layer = layer ?? "";
        }

        gets(tracks) {
            const { video, audio } = this.#ways[this.#mode];
            const seen = tracks.get(video?.id);
            const heard = tracks.get(audio?.id);
            const kbps = (seen?.kbps ?? 0) + (heard?.kbps ?? 0);
            this.#write({ width: seen?.width ?? 0, height: seen?.height ?? 0, fps: seen?.fps ?? 0, frames: seen?.frames ?? 0, kbps });
            const { layer } = this.row.dataset;
            const which = this.#mode === "mesh" ? ", its own copy for you" : layer ? `, layer ${layer}` : "";
            if (!seen || seen.kbps < 1) this.rates.textContent = kbps >= 1 ? `no picture, ${Math.round(kbps)} kbit/s` : "nothing arrives";
            else this.rates.textContent = `${seen.width ?? "?"} × ${seen.height ?? "?"}, ${Math.round(seen.fps)} fps, ${Math.round(kbps)} kbit/s${which}`;
        }

        sends(layers, mode) {
            // Without a picture, it is padding: the browser tries how much its uplink takes.
            const live = layers.filter(({ kbps, width }) => kbps >= 1 && width);
            const kbps = live.reduce((sum, layer) => sum + layer.kbps, 0);
            const best = live.at(-1);
            this.#write({ width: best?.width ?? 0, height: best?.height ?? 0, fps: best?.fps ?? 0, frames: 0, kbps });
            const each = live.map(layer => `${layer.rid || "one copy"} ${layer.width} × ${layer.height} ${Math.round(layer.kbps)}`);
            this.rates.textContent = live.length === 0 ? "sends no picture"
                : mode === "mesh" ? `sends ${live.length} ${live.length === 1 ? "copy" : "copies"}, ${Math.round(kbps)} kbit/s`
                    : `sends ${each.join(", ")} kbit/s`;
        }

        #write(what) {
            for (const [key, value] of Object.entries(what)) this.row.dataset[key] = String(Math.round(value));
        }

        #refresh() {
            this.show(Object.values(this.#ways[this.#mode]));
        }

        // Browsers start nothing that sounds unless the reader asked for it.
        #toggle() {
            this.video.muted = !this.video.muted;
            this.sound.setAttribute("aria-pressed", String(!this.video.muted));
            this.sound.textContent = this.video.muted ? "Unmute" : "Mute";
            if (!this.video.muted) this.video.play().catch(() => {});
        }
    }

    globalThis.SfuTiles = SfuTiles;
})();
