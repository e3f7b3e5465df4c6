#!/usr/bin/env python3
"""How much memory a run holds beside the plain program: of all its processes, the node among them, what each has to itself and
its share of what it has with others (Linux's Pss), looked at every few milliseconds; the most that was seen.

    bench/memory.py                    k-means and the programs of the corpus that say PARALLEL, on their STATUS-ARGS
    bench/memory.py kmeans box-blur    only these
    bench/memory.py --json FILE        the figures for a machine

The bound (issue 5): 1.15 times the plain program and 16 MiB for each worker. What lasts for less than a look is not seen. Not
part of ./check: a measurement is not a test.
"""

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
import time

import psutil

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from contenders import root
from corpus import programs

MODES = ("workers", "auto", "isolated")
LOOK_S = 0.004
MIB = 1 << 20


def held(process):
    total = 0
    for one in [process, *process.children(recursive=True)]:
        try:
            total += one.memory_full_info().pss
        except psutil.Error:
            pass  # it is over
    return total


def most(command, stdin):
    """Bytes, or None: the run failed."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        peak, process = 0, psutil.Process(run.pid)
        try:
            run.stdin.write(stdin or b"")
            run.stdin.close()
        except BrokenPipeError:
            pass
        while run.poll() is None:
            try:
                peak = max(peak, held(process))
            except psutil.Error:
                break
            time.sleep(LOOK_S)
        return peak if run.wait() == 0 and peak else None


def subjects(names):
    kmeans = os.path.join(root, "examples", "kmeans.cpp")
    found = [("kmeans", kmeans, [], [], ["200000", "100", "50", "2"], None)]
    found += [(one.name, one.path, one.flags, one.cleaveFlags, one.arguments(), one.stdin())
              for one in programs() if one.kind == "parallel"]  # fmt: skip
    unknown = set(names) - {subject[0] for subject in found}
    if unknown:
        sys.exit(f"no such program: {', '.join(sorted(unknown))}")
    return [subject for subject in found if not names or subject[0] in names]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="only these programs")
    parser.add_argument("--build", default=os.path.join(root, "build"))
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--json", metavar="FILE", help="write the figures there")
    options = parser.parse_args()
    binaries = os.path.join(options.build, "bin")
    figures, over = {}, []
    print(f"MiB at most{'clang++':>28}" + "".join(f"{mode:>12}" for mode in MODES) + f"{'bound':>12}")
    with tempfile.TemporaryDirectory(prefix="bench-memory-") as folder:
        plain, bundle = os.path.join(folder, "plain"), os.path.join(folder, "app.cleave")
        for name, source, flags, cleaveFlags, arguments, stdin in subjects(options.names):
            for compiler, more, output in (("clang++-22", flags, plain), (os.path.join(binaries, "cleave++"), cleaveFlags, bundle)):
                subprocess.run([compiler, "-std=c++20", "-O3", "-w", *more, source, "-o", output], check=True)
            runs = {"clang++": [plain, *arguments]}
            for mode in MODES:
                runs[mode] = [os.path.join(binaries, "cleave"), "run", f"--mode={mode}", f"--workers={options.workers}",
                              bundle, *arguments]  # fmt: skip
            seen = {way: most(command, stdin) for way, command in runs.items()}
            if not all(seen.values()):
                sys.exit(f"{name}: a run failed, or was too short to be seen: {shlex.join(runs['clang++'][1:])}")
            bound = 1.15 * seen["clang++"] + 16 * MIB * options.workers
            over += [f"{name} in {mode}" for mode in MODES if seen[mode] > bound]
            figures[name] = {**seen, "bound": bound}
            print(f"{name:26}" + "".join(f"{seen[way] / MIB:{13 if way == 'clang++' else 12}.1f}" for way in runs)
                  + f"{bound / MIB:12.1f}", flush=True)  # fmt: skip
    print(f"over the bound: {', '.join(over) or 'none'}")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as out:
            json.dump(figures, out, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
