#!/usr/bin/env python3
"""What a store gives, and what it costs: programs run without one, with an empty one and with a full one, of which all is used
or the tasks alone; and the run time's own calls.

k-means runs many rounds, and the text of word count has few different words, so that making and reading the input, and
merging, which the program does itself unless its run as a whole is found, are not what is measured: the column `program` is
what is left of it when no task is done, its own processor time.

    bench/store.py                  minutes
    bench/store.py --quick          a glance
    bench/store.py --json FILE      the figures for a machine

Not part of ./check: a measurement is not a test.
"""

import argparse
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from sidebyside import succeed

root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def writeText(path, megabytes):
    draw = random.Random(2012)
    words = ["".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=draw.randint(2, 9))) for _ in range(300)]
    with open(path, "w") as file:
        for _ in range(megabytes):
            file.write("\n".join(" ".join(draw.choices(words, k=12)) for _ in range(1048576 // 78)) + "\n")


def programs(options, folder):
    """(name, source, arguments)"""
    text = os.path.join(folder, "text")
    writeText(text, 16 if options.quick else 64)
    rounds, points = (10, 40000) if options.quick else (40, 200000)
    yield "kmeans", "kmeans.cpp", [str(points), "50", "50", str(rounds)]
    yield "wordcount", "wordcount.cpp", ["10", text]


def once(command, statsPath):
    begin = time.monotonic()
    out = succeed(command)
    seconds = time.monotonic() - begin
    with open(statsPath) as file:
        return seconds, out, json.load(file)


def measureProgram(options, folder, name, source, arguments):
    cleave = os.path.join(options.build, "bin", "cleave")
    bundle, store, stats = (os.path.join(folder, name + ending) for ending in (".cleave", ".store", ".json"))
    succeed([cleave + "++", "-std=c++20", "-O3", os.path.join(root, "examples", source), "-o", bundle])
    command = [cleave, "run", "--mode=isolated", f"--workers={options.workers}", f"--stats={stats}"]
    stored = [*command, f"--store={store}", f"--key={os.path.join(folder, 'key')}"]
    rows = {"no store": [], "empty store": [], "tasks alone": [], "full store": []}
    figures, expected = {}, None
    for _ in range(options.runs):
        shutil.rmtree(store, ignore_errors=True)
        for row, words in (("no store", command), ("empty store", stored), ("tasks alone", [*stored, "--remember=tasks"]),
                           ("full store", stored)):
            seconds, out, figures[row] = once([*words, bundle, *arguments], stats)
            rows[row].append(seconds)
            if out != (expected := expected or out):
                sys.exit(f"{name}, {row}: another output")
    for row in ("tasks alone", "full store"):
        if figures[row]["tasks_run"]:
            sys.exit(f"{name}, {row}: {figures[row]['tasks_run']} tasks were run")
    base = statistics.median(rows["no store"])
    result = {}
    for row, seconds in rows.items():
        median = statistics.median(seconds)
        result[row] = {"seconds": median, "ratio": median / base, "tasks": figures[row]["tasks_run"],
                       "found": figures[row]["items_found"], "program_s": figures[row]["root_cpu_s"]}
        print(f"{name:<10} {row:<12} {median:8.3f} s  {median / base:6.1%}  {figures[row]['tasks_run']:6} tasks run"
              f"  {figures[row]['items_found']:6} found  program {figures[row]['root_cpu_s']:.3f} s", flush=True)
    return result


def measureCalls(options, folder):
    result = {}
    libraries = [os.path.join(options.build, "lib", "cleave", name) for name in ("libcleave_root.a", "libsodium.a")]
    # As the linker of programs does it (rt/root/Heap.h).
    with open(os.path.join(root, "rt", "include", "cleave", "heap.h")) as header:
        wrapped = [f"-Wl,--wrap={name}" for name in re.findall(r"^  f\((\w+)\)", header.read(), re.M)]
    lmdb = ["-llmdb"] if os.path.exists("/usr/include/lmdb.h") else []
    for source, arguments in (("store-calls", []), ("store-folder", [os.path.join(folder, "calls"), "8192", "2000"])):
        binary = os.path.join(folder, source)
        succeed(["clang++-22", "-std=c++20", "-O2", "-I", root, "-I", os.path.join(root, "rt", "include"),
                 os.path.join(root, "bench", source + ".cpp"), *libraries, *lmdb, *wrapped, "-lpthread", "-o", binary])
        for line in succeed([binary, *arguments]).decode().splitlines():
            what, number = line.rsplit(None, 1)
            result[what.strip()] = float(number)
            print(f"{what.strip():<60} {float(number):12.1f}", flush=True)
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.path.join(root, "build"))
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", metavar="FILE")
    options = parser.parse_args()
    results = {}
    with tempfile.TemporaryDirectory(prefix="bench-store-") as folder:
        with open(os.open(os.path.join(folder, "key"), os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            file.write(os.urandom(32))
        results["calls"] = measureCalls(options, folder)
        for name, source, arguments in programs(options, folder):
            results[name] = measureProgram(options, folder, name, source, arguments)
    if options.json:
        with open(options.json, "w") as file:
            json.dump(results, file, indent=2)


main()
