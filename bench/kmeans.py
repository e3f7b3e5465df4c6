#!/usr/bin/env python3
"""k-means (examples/kmeans.cpp), split by Cleave, beside the same file built by the plain compilers.

The input is that of the paper's Table 1: vectors of 100 dimensions in 100 clusters. All contenders are built at -O3
from one source, run interleaved (one round of all, then the next, so that a slow spell of the machine meets everybody)
and compared by the median of their wall times; a contender whose output differs from the first one's ends the
measurement. What to expect: `serial` as fast as clang++, `isolated` faster by what the cores give.

    bench/kmeans.py                       400,000 points, 5 runs each: minutes, and about 1 GB of memory
    bench/kmeans.py --points 40000        a glance
    bench/kmeans.py --json results.json   the figures for a machine

Not part of ./check: a measurement is not a test.
"""

import argparse
import json
import os
import platform
import sys
import tempfile

from sidebyside import measure, succeed, summarised

root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def contenders(options, folder):
    """(name, how it is built, how it is run, its statistics file or None)"""
    source = os.path.join(root, "examples", "kmeans.cpp")
    flags = ["-std=c++20", "-O3", source, "-o"]
    clang, gcc, bundle = (os.path.join(folder, name) for name in ("clang", "gcc", "kmeans.cleave"))
    cleave = os.path.join(options.build, "bin", "cleave")
    yield "clang++-22 -O3", ["clang++-22", *flags, clang], [clang], None
    yield "g++ -O3", ["g++", *flags, gcc], [gcc], None
    build = [cleave + "++", *flags, bundle]
    for mode in options.modes.split(","):
        stats = os.path.join(folder, mode + ".json")
        run = [cleave, "run", f"--mode={mode}", f"--workers={options.workers}", f"--stats={stats}", bundle]
        yield f"cleave {mode}", build, run, stats
        build = None  # one bundle for all modes


def built(options, folder):
    arguments = [str(options.points), str(options.dimensions), str(options.clusters), str(options.rounds)]
    for name, build, run, stats in contenders(options, folder):
        if build:
            succeed(build)
        yield {"name": name, "run": run + arguments, "stats": stats}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=400000)
    parser.add_argument("--dimensions", type=int, default=100)
    parser.add_argument("--clusters", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--modes", default="serial,isolated", help="of cleave run, separated by commas")
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--build", default=os.path.join(root, "build"), help="build folder of Cleave")
    parser.add_argument("--json", metavar="FILE", help="write the figures there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-kmeans-") as folder:
        rows = summarised(measure(list(built(options, folder)), options.runs))
    print(f"{options.points} points, {options.dimensions} dimensions, {options.clusters} clusters, "
          f"{options.rounds} rounds; {options.workers} workers; medians of {options.runs}")  # fmt: skip
    print(f"{'':<18}{'median s':>10}{'least':>9}{'most':>9}{'ratio':>8}{'in tasks':>10}")
    for row in rows:
        coverage = row.get("stats_of_last_run", {}).get("coverage")
        inTasks = f"{coverage:10.1%}" if coverage is not None else " " * 10
        print(f"{row['name']:<18}{row['median_s']:10.3f}{row['least_s']:9.3f}{row['most_s']:9.3f}"
              f"{row['ratio']:8.3f}{inTasks}")  # fmt: skip
    if options.json:
        with open(options.json, "w") as out:
            json.dump({"settings": vars(options), "cpus": os.cpu_count(), "machine": platform.machine(), "rows": rows},
                      out, indent=2)  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
