// What getStats tells of this tab, once a second, as rates: in all, by layer that is sent, by member that is heard.
//
//     const meter = new SfuMeter();
//     const now = await meter.read(connections);    // [[uid or "up" or "down", RTCPeerConnection], …]
//     now.up, now.down                              // kbit/s of everything inside UDP: RTP, RTCP, DTLS
//     now.layers                                    // [{ rid, kbps, width, height, fps, limited }], what is sent
//     now.audio, now.level                          // kbit/s and loudness (0 to 1) of the own tone
//     now.tracks                                    // Map: a received track's id -> { kbps, width, height, fps, frames, level }
//     now.to                                        // Map: "up" or a member -> kbit/s sent
(() => {
    "use strict";

    class SfuMeter {
        // By connection: bytes of each counter, and when they were read.
        #last = new WeakMap();

        async read(connections) {
            const now = { up: 0, down: 0, layers: [], audio: 0, level: 0, tracks: new Map(), to: new Map() };
            const reports = await Promise.all(connections.map(async ([to, peer]) => [to, peer, [...(await peer.getStats()).values()]]));
            for (const [to, peer, report] of reports) this.#add(now, to, this.#since(peer), report);
            now.layers.sort((a, b) => (a.width ?? 0) - (b.width ?? 0));
            return now;
        }

        #add(now, to, rate, report) {
            let sent = 0;
            for (const leg of transports(report)) {
                sent += rate(`${leg.id} sent`, leg.bytesSent, leg.timestamp);
                now.down += rate(`${leg.id} received`, leg.bytesReceived, leg.timestamp);
            }
            now.up += sent;
            now.to.set(to, sent);
            for (const entry of report) {
                const { type, kind, id, timestamp } = entry;
                if (type === "media-source" && kind === "audio") now.level = Math.max(now.level, entry.audioLevel ?? 0);
                if (type === "outbound-rtp") {
                    const kbps = rate(id, (entry.bytesSent ?? 0) + (entry.headerBytesSent ?? 0), timestamp);
                    if (kind === "audio") now.audio += kbps;
                    else now.layers.push({ to, rid: entry.rid ?? "", kbps, width: entry.frameWidth, height: entry.frameHeight, fps: entry.framesPerSecond ?? 0, active: entry.active !== false, limited: entry.qualityLimitationReason });
                }
                if (type === "inbound-rtp") {
                    const kbps = rate(id, (entry.bytesReceived ?? 0) + (entry.headerBytesReceived ?? 0), timestamp);
                    now.tracks.set(entry.trackIdentifier, { kbps, width: entry.frameWidth, height: entry.frameHeight, fps: entry.framesPerSecond ?? 0, frames: entry.framesDecoded ?? 0, level: entry.audioLevel ?? 0, lost: entry.packetsLost ?? 0 });
                }
            }
        }

        // kbit/s of a counter since it was read last; nothing at first.
        #since(peer) {
            const last = this.#last.get(peer) ?? new Map();
            this.#last.set(peer, last);
            return (key, bytes = 0, at = 0) => {
                const before = last.get(key);
                last.set(key, { bytes, at });
                return before && at > before.at ? Math.max(0, (bytes - before.bytes) * 8 / (at - before.at)) : 0;
            };
        }
    }

    // Firefox had no such entry for long; then the pair in use counts.
    function transports(report) {
        const found = report.filter(({ type, bytesSent }) => type === "transport" && bytesSent !== undefined);
        return found.length > 0 ? found : report.filter(({ type, nominated, selected }) => type === "candidate-pair" && (selected ?? nominated));
    }

    globalThis.SfuMeter = SfuMeter;
})();
