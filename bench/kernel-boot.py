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

root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
guest = os.path.join(root, "bench", "guest")


def contenders(options, folder):
    """(name, command, what its first line must be or None, its statistics file or None)"""
    accel = options.accel
    nothing, bundle, stats = (os.path.join(folder, name) for name in ("nothing", "first.cleave", "stats.json"))
    linuxguest.run(["clang-22", "-nostdlib", "-static", "-fuse-ld=lld", "-Wl,--image-base=0x200000,-e,entry",
                    "-o", nothing, os.path.join(guest, "nothing.S")])  # fmt: skip
    cleave = os.path.join(options.build, "bin", "cleave")
    linuxguest.run([cleave + "++", "-std=c++20", "-O2", os.path.join(guest, "first.cpp"), "-o", bundle])
    machine = linuxguest.machine(options.cpus, options.memory, accel)
    yield "QEMU alone", machine + ["-kernel", nothing], None, None
    run = [cleave, "run", "--mode=kernel", f"--workers={options.cpus - 1}", f"--kernel-memory={options.memory}M"]
    emulated = ["--kernel-emulated"] if accel == "tcg" else []
    yield "node kernel, first task", [*run, *emulated, f"--stats={stats}", bundle], None, stats

    cache = os.path.join(options.build, "bench-linux")
    image = linuxguest.kernel(cache)
    init = ["-initrd", linuxguest.initramfs(os.path.join(guest, "up.c"), folder)]
    # Under TCG there is nothing in this machine to measure the counter by, so Linux is told.
    line = linuxguest.COMMAND_LINE + (f" tsc_early_khz={linuxguest.counterKhz(folder)}" if accel == "tcg" else "")
    words = [*init, "-append", line]
    yield "Linux, as packed", machine + ["-kernel", image, *words], b"up\n", None
    plain = linuxguest.unpacked(image, cache)
    if plain:
        yield "Linux, vmlinux", machine + ["-kernel", plain, *words], b"up\n", None
        bare = [word + ",acpi=off" if word == "microvm" else word for word in machine]
        yield "Linux, vmlinux, no ACPI", bare + ["-kernel", plain, *words], b"up\n", None


def timed(command, expected):
    """Seconds until the first line is there."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    line = process.stdout.readline()
    seconds = time.perf_counter() - started
    _, errors = process.communicate(timeout=120)
    if not line or (expected and line != expected):
        sys.exit(f"{' '.join(command)}: it said {line!r}\n{errors.decode(errors='replace')}")
    return seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--cpus", type=int, default=3)
    parser.add_argument("--memory", type=int, default=512, help="MiB")
    parser.add_argument("--accel", choices=["tcg", "kvm"], default="tcg")
    parser.add_argument("--build", default=os.path.join(root, "build"), help="build folder of Cleave")
    parser.add_argument("--json", metavar="FILE", help="write the figures there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-boot-") as folder:
        entries = [list(entry) + [[]] for entry in contenders(options, folder)]
        own = []
        for number in range(options.runs):
            for _, command, expected, stats, seconds in entries:
                seconds.append(timed(command, expected))
                if stats:
                    with open(stats) as file:
                        figures = json.load(file)
                    if not figures["tasks_run"]:
                        sys.exit(f"{name}: no task has run")
                    own.append(figures["kernel"]["start_s"])
            print(f"run {number + 1} of {options.runs} done", file=sys.stderr)
    ours = statistics.median(entries[1][4])
    print(f"{options.accel}, {options.cpus} CPUs, {options.memory} MiB; medians of {options.runs}; "
          f"ratio: node kernel's time / this one's")  # fmt: skip
    print(f"{'':<26}{'median s':>10}{'least':>9}{'most':>9}{'ratio':>8}")
    rows = []
    for name, _, _, _, seconds in entries:
        median = statistics.median(seconds)
        rows.append({"name": name, "median_s": median, "seconds": seconds, "ratio": ours / median})
        print(f"{name:<26}{median:10.3f}{min(seconds):9.3f}{max(seconds):9.3f}{ours / median:8.3f}")
    print(f"of which the node kernel, from its first instruction to the program's: {statistics.median(own):.3f} s")
    if options.json:
        with open(options.json, "w") as out:
            json.dump({"settings": vars(options), "own_start_s": own, "rows": rows}, out, indent=2)
    return 0


if __name__ == "__main__":
    sys.exit(main())
