#!/usr/bin/env python3
"""How often the kernel is entered on a core that computes: the node kernel's task cores, beside Linux.

A task computes for SECONDS on a core of the node kernel, under a limit of time that core 0 watches. Beside it a static
program does nothing but count for as long on CPU 2 of Debian's cloud kernel: on a CPU that is isolated in all ways that
Linux offers (isolcpus, nohz_full, rcu_nocbs, irqaffinity), and on an ordinary one. Same machine, accelerator, memory
and number of CPUs. The counts are the two kernels' own and exact; nothing is compared by time.

    bench/kernel-quiet.py               ten seconds each
    bench/kernel-quiet.py --seconds 3
    bench/kernel-quiet.py --outside     counts also what the emulator sees, TCG only: slower

--outside asks a third party: a plugin of QEMU (guest/entries.c) notes whenever the core comes from user code into a
kernel, and how many instructions of user code went before. The longest such stretch is the computation, if it was left
alone; for Linux that includes two seconds in which it settles.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

import linuxguest
from sidebyside import succeed

root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
guest = os.path.join(root, "bench", "guest")
CORE = 2
ISOLATED = f"isolcpus=managed_irq,domain,{CORE} nohz_full={CORE} rcu_nocbs={CORE} irqaffinity=0"


def plugin(options, folder, out):
    """QEMU's words for it; none unless asked for."""
    if not options.outside:
        return []
    library = os.path.join(folder, "entries.so")
    if not os.path.exists(library):
        succeed(["clang-22", "-O2", "-shared", "-fPIC", "-o", library, os.path.join(guest, "entries.c")])
    return ["-plugin", f"{library},core={CORE},out={out}"]


def outside(options, out):
    if not options.outside:
        return {}
    with open(out) as file:
        stretches = [int(line) for line in file]
    longest = max(stretches)
    return {"longest stretch seen from outside": longest, "of all user instructions": longest / sum(stretches)}


def nodeKernel(options, folder):
    """One task core; the task is told how often to go round, after one that shows how fast that is."""
    bundle, stats, out = (os.path.join(folder, name) for name in ("spin.cleave", "stats.json", "out"))
    compiler = os.path.join(options.build, "bin", "cleave++")
    succeed([compiler, "-std=c++20", "-O2", os.path.join(guest, "spin.cpp"), "-o", bundle])
    words = plugin(options, folder, out)
    if words:
        with open(os.path.join(folder, "qemu-system-x86_64"), "w") as file:
            file.write(f'#!/bin/sh\nPATH={os.environ["PATH"]}\nexec qemu-system-x86_64 "$@" {" ".join(words)}\n')
        os.chmod(file.name, 0o755)
    environment = {**os.environ, "PATH": folder + ":" + os.environ["PATH"]}

    def once(rounds):
        succeed(linuxguest.nodeKernel(options, "--task-seconds=600", f"--stats={stats}", bundle, str(rounds)),
                env=environment)  # fmt: skip
        with open(stats) as file:
            return json.load(file)

    rounds = 50_000_000
    while (figures := once(rounds))["task_busy_s"] < options.seconds:
        rounds = int(rounds * max(1.5, 1.2 * options.seconds / figures["task_busy_s"]))
    cores = [core for core in figures["kernel"]["cores"] if core["role"] == "tasks" and core["tasks"]]
    vectors = {}
    for core in cores:
        for vector, count in core["in_tasks"]["vectors"].items():
            vectors["vector " + vector] = vectors.get("vector " + vector, 0) + count
    return {"seconds": figures["task_busy_s"], "interrupts": figures["kernel"]["task_interrupts"],
            "entries": sum(vectors.values()), "kinds": vectors, "own calls": sum(c["in_tasks"]["calls"] for c in cores),
            "tasks": sum(core["tasks"] for core in cores), **outside(options, out)}  # fmt: skip


def linux(options, folder, isolation):
    cache, out = os.path.join(options.build, "bench-linux"), os.path.join(folder, "out")
    image = linuxguest.kernel(cache)
    line = f"{linuxguest.COMMAND_LINE} {isolation} -- {options.seconds} {CORE}"
    if options.accel == "tcg":  # nothing in the machine measures the counter, and without a clock there is no nohz_full
        line = f"tsc_early_khz={linuxguest.counterKhz(folder)} tsc=reliable {line}"
    archive = linuxguest.initramfs(os.path.join(guest, "isolated.c"), folder)
    command = [*linuxguest.machine(options.cpus, options.memory, options.accel), "-kernel", image, "-initrd", archive,
               "-append", line, *plugin(options, folder, out)]  # fmt: skip
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=300 + 20 * options.seconds)  # fmt: skip
    kinds = {}
    for text in done.stdout.decode(errors="replace").splitlines():
        name, _, number = text.rpartition(" ")
        if number.isdigit() and not text.startswith("["):
            kinds[name] = int(number)
    if not kinds.pop("rounds", 0):
        sys.exit(f"Linux did not do it:\n{done.stdout.decode(errors='replace')}")
    kept = {name: kinds.pop(name) for name in ("faults", "switches") if name in kinds}
    interrupts = sum(kinds.values())
    return {"seconds": options.seconds, "interrupts": interrupts, "entries": interrupts + kept.get("faults", 0),
            "kinds": {**kinds, **kept}, **outside(options, out)}  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--outside", action="store_true")
    linuxguest.addOptions(parser, root)
    options = parser.parse_args()
    if options.outside and options.accel != "tcg":
        parser.error("--outside needs the emulator")
    with tempfile.TemporaryDirectory(prefix="bench-quiet-") as folder:
        rows = {"node kernel, a task": nodeKernel(options, folder),
                "Linux, isolated CPU": linux(options, folder, ISOLATED),
                "Linux, ordinary CPU": linux(options, folder, "")}  # fmt: skip
    print(f"{options.accel}, {options.cpus} CPUs; while it computed, entries into the kernel that it did not ask for")
    print(f"{'':<24}{'seconds':>9}{'interrupts':>12}{'entries':>9}")
    for name, row in rows.items():
        print(f"{name:<24}{row['seconds']:>9.1f}{row['interrupts']:>12}{row['entries']:>9}"
              + "".join(f"  {kind} {count}" for kind, count in row["kinds"].items()))  # fmt: skip
        for word in list(row)[4:]:
            value = row[word]
            print(f"    {word}: {value:.4%}" if isinstance(value, float) else f"    {word}: {value}")
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"settings": vars(options), "rows": rows}, file, indent=2)
    return 0


if __name__ == "__main__":
    sys.exit(main())
