#!/usr/bin/env python3
"""From save to verdict: how long `wirebook watch` takes to judge a file that was saved.

    benches/watch.py [--saves N] [--rustlings DIR]

Starts `wirebook watch`, saves an exercise N times (a wrong answer and the solution in turn) and reads the clock
between the save and the last line of the verdict. The exercise's file is put back at the end.

On a busy machine the CPU time tells more: it is that of the program and of all that it started, per save.

With --rustlings DIR, a folder made by `rustlings init`, the same is done with `rustlings run` on its exercise
`vecs1`, in turn with ours, so that both meet the same load. Solve vecs1 first: as it comes it does not compile,
and what is never linked and run is no yardstick. No figure is asserted: they are the machine's.

On two cores that were busy with other builds (load 5 to 9; 12 saves each, rustlings 6.5.0):

    wirebook watch   fastest 0.620 s   median 0.892 s   slowest 1.258 s   CPU 0.537 s a save
    rustlings run    fastest 0.841 s   median 1.163 s   slowest 1.255 s   CPU 0.561 s a save

On the same machine with load 2, cargo's part of it took 0.27 to 0.38 s.
"""

import argparse
import pathlib
import resource
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
EXERCISE = ROOT / "exercises/stun/xor_address.rs"
SOLUTION = ROOT / "exercises/solutions/stun/xor_address.rs"
WRONG = ROOT / "exercises/wrong/stun/xor_address/port_still_masked.rs"


class Watch:
    """`wirebook watch`, and the lines that it prints."""

    def __init__(self):
        subprocess.run(["cargo", "build", "--quiet"], cwd=ROOT, check=True)
        self.process = subprocess.Popen(
            [ROOT / "target/debug/wirebook", "watch"], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        self.read_verdict()

    def read_verdict(self):
        for line in self.process.stdout:
            if "watching exercises/" in line:
                return
        sys.exit("watch ended early")

    def save(self, text):
        start = time.perf_counter()
        EXERCISE.write_text(text)
        self.read_verdict()
        return time.perf_counter() - start

    def end(self):
        self.process.terminate()
        self.process.wait()


class Rustlings:
    """`rustlings run vecs1`, in a folder of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.file = next(folder.glob("exercises/*/vecs1.rs"))
        self.text = self.file.read_text()

    def save(self, n):
        start = time.perf_counter()
        self.file.write_text(f"{self.text}\n// {n}\n")
        subprocess.run(["rustlings", "run", "vecs1"], cwd=self.folder, capture_output=True, check=False)
        return time.perf_counter() - start

    def end(self):
        self.file.write_text(self.text)


def cpu():
    """CPU seconds of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--saves", type=int, default=20)
    arguments.add_argument("--rustlings", type=pathlib.Path)
    arguments = arguments.parse_args()

    before = EXERCISE.read_text()
    answers = [WRONG.read_text(), SOLUTION.read_text()]
    watch = Watch()
    rustlings = Rustlings(arguments.rustlings) if arguments.rustlings else None
    times = {"wirebook watch": [], "rustlings run": []}
    rustlings_cpu = 0.0
    try:
        for n in range(arguments.saves):
            times["wirebook watch"].append(watch.save(f"{answers[n % 2]}\n// {n}\n"))
            if rustlings:
                before_run = cpu()
                times["rustlings run"].append(rustlings.save(n))
                rustlings_cpu += cpu() - before_run
    finally:
        # What watch used is known once it has ended; the first look at all exercises is in it.
        before_end = cpu()
        watch.end()
        watch_cpu = cpu() - before_end
        EXERCISE.write_text(before)
        if rustlings:
            rustlings.end()

    used = {"wirebook watch": watch_cpu, "rustlings run": rustlings_cpu}
    for name, taken in times.items():
        if taken:
            print(
                f"{name:<15} {len(taken):>3} saves   fastest {min(taken):.3f} s   median {statistics.median(taken):.3f} s"
                f"   slowest {max(taken):.3f} s   CPU {used[name] / len(taken):.3f} s a save"
            )


if __name__ == "__main__":
    main()
