// Ticks that go on in a hidden tab. Browsers slow a hidden page's own timers to one tick a second or less, and tabs of
// one window hide each other; the timers of a worker keep their pace. This file is both, what the page calls and the
// worker: a worker's script has to be a file of the workbook, as its Content-Security-Policy says.
//
//     const clock = new SfuClock(15, () => paint()); clock.stop();       // 15 times a second
(() => {
    "use strict";

    if (typeof WorkerGlobalScope === "function") {
        addEventListener("message", ({ data }) => setInterval(() => postMessage(0), 1000 / data));
        return;
    }

    const source = document.currentScript.src;

    class SfuClock {
        #worker;
        #timer;
        #stopped = false;

        constructor(pace, act) {
            // Ticks that waited while the page was busy come all at once: one of them will do.
            let last = -Infinity;
            const tick = () => {
                if (this.#stopped || performance.now() - last < 600 / pace) return;
                last = performance.now();
                act();
            };
            // The page's own timer, where there can be no worker: right while the tab is seen.
            const slow = () => {
                this.#worker = undefined;
                if (!this.#stopped) this.#timer ??= setInterval(tick, 1000 / pace);
            };
            try {
                this.#worker = new Worker(source);
                this.#worker.addEventListener("message", tick);
                this.#worker.addEventListener("error", slow);
                this.#worker.postMessage(pace);
            } catch {
                slow();
            }
        }

        stop() {
            this.#stopped = true;
            this.#worker?.terminate();
            clearInterval(this.#timer);
        }
    }

    globalThis.SfuClock = SfuClock;
})();
