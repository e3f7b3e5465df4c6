#!/usr/bin/env python3
"""The start of a machine: the node kernel to its first task, beside Debian's cloud kernel to a static init.

Same machine (QEMU's microvm), accelerator, memory and number of CPUs; run interleaved, compared by medians. The clock
is the host's and starts when the process is started. It stops, for the node kernel, when the program prints that its
first task has answered: later than that task's first instruction, and `cleave run` with its reading of the bundle is
in the figure too. For Linux it stops when init writes to the serial port, its first act.

Linux is there as Debian packs it and, as `vmlinux`, without the cost of unpacking itself; `no ACPI` is the machine in
which it starts fastest. `QEMU alone` is a kernel that ends with its first instruction.

    bench/kernel-boot.py                  nine runs of each, about two minutes under TCG
    bench/kernel-boot.py --accel kvm      where KVM runs ordinary guests
    bench/kernel-boot.py --json FILE

Needs apt (for linux-image-cloud-amd64, which is unpacked in the build folder and never installed).
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

import linuxguest
from sidebyside import inTurns, succeed, summarised

root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
guest = os.path.join(root, "bench", "guest")


def contenders(options, folder):
    """Entries {"name", "run", "says": its first line where that is known, "stats": its file}, the node kernel first."""
    nothing, bundle, stats = (os.path.join(folder, name) for name in ("nothing", "first.cleave", "stats.json"))
    succeed(["clang-22", "-nostdlib", "-static", "-fuse-ld=lld", "-Wl,--image-base=0x200000,-e,entry",
             "-o", nothing, os.path.join(guest, "nothing.S")])  # fmt: skip
    compiler = os.path.join(options.build, "bin", "cleave++")
    succeed([compiler, "-std=c++20", "-O2", os.path.join(guest, "first.cpp"), "-o", bundle])
    run = linuxguest.nodeKernel(options, f"--stats={stats}", bundle)
    yield {"name": "node kernel, first task", "run": run, "stats": stats}
    machine = linuxguest.machine(options.cpus, options.memory, options.accel)
    yield {"name": "QEMU alone", "run": [*machine, "-kernel", nothing]}

    cache = os.path.join(options.build, "bench-linux")
    image = linuxguest.kernel(cache)
    init = ["-initrd", linuxguest.initramfs(os.path.join(guest, "up.c"), folder)]
    line = linuxguest.COMMAND_LINE
    if options.accel == "tcg":  # there is nothing in this machine to measure the counter by, so Linux is told
        line += f" tsc_early_khz={linuxguest.counterKhz(folder)}"
    words = [*init, "-append", line]
    yield {"name": "Linux, as packed", "run": [*machine, "-kernel", image, *words], "says": b"up\n"}
    plain = linuxguest.unpacked(image, cache)
    if plain:
        yield {"name": "Linux, vmlinux", "run": [*machine, "-kernel", plain, *words], "says": b"up\n"}
        bare = [word + ",acpi=off" if word == "microvm" else word for word in machine]
        yield {"name": "Linux, vmlinux, no ACPI", "run": [*bare, "-kernel", plain, *words], "says": b"up\n"}


def untilFirstLine(entry):
    """Seconds; those that the node kernel itself counts are added to its entry."""
    started = time.perf_counter()
    process = subprocess.Popen(entry["run"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    line = process.stdout.readline()
    seconds = time.perf_counter() - started
    _, errors = process.communicate(timeout=120)
    if not line or line != entry.get("says", line):
        sys.exit(f"{' '.join(entry['run'])}: it said {line!r}\n{errors.decode(errors='replace')}")
    if "stats" in entry:
        with open(entry["stats"]) as file:
            figures = json.load(file)
        if not figures["tasks_run"]:
            sys.exit(f"{entry['name']}: no task has run")
        entry.setdefault("own", []).append(figures["kernel"]["start_s"])
    return seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=9)
    linuxguest.addOptions(parser, root)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-boot-") as folder:
        entries = inTurns(list(contenders(options, folder)), options.runs, untilFirstLine)
        rows = summarised(entries)
    print(f"{options.accel}, {options.cpus} CPUs, {options.memory} MiB; medians of {options.runs}; "
          f"share: node kernel's time / this one's")  # fmt: skip
    print(f"{'':<26}{'median s':>10}{'least':>9}{'most':>9}{'share':>8}")
    for row in rows:
        print(f"{row['name']:<26}{row['median_s']:10.3f}{row['least_s']:9.3f}{row['most_s']:9.3f}{1 / row['ratio']:8.3f}")
    own = entries[0]["own"]
    print(f"of which the node kernel, from its first instruction to the program's: {statistics.median(own):.3f} s")
    if options.json:
        with open(options.json, "w") as out:
            json.dump({"settings": vars(options), "own_start_s": own, "rows": rows}, out, indent=2)
    return 0


if __name__ == "__main__":
    sys.exit(main())
