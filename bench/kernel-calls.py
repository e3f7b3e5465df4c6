#!/usr/bin/env python3
"""What a task's start, its end and its calls cost in the node kernel: in instructions, with a breakdown, and in time.

Instructions are counted by a plugin of QEMU (guest/path.c) that notes the path of one task core; the functions come
from the kernel's image with names, whose code is the same byte for byte. Counts are exact, so the median of a row is
what nearly every one of them took. An instruction with a repeat prefix (which fills and copies pages) is counted once,
and its rounds, of eight bytes or one, beside it. Functions that the compiler has put into others are told apart.

Time is the kernel's clock, in runs without the plugin: an emulated machine's unless KVM runs the kernel, so look at
ratios. A call's is the difference between tasks that make it a hundred times and never.

    bench/kernel-calls.py             the table
    bench/kernel-calls.py --depth 6   a finer breakdown
    bench/kernel-calls.py --json FILE
    bench/kernel-calls.py --at-most 'commit=500'   fails where it takes more; nothing is built or timed

Uses the tasks of the kernel's tests (test/rt/kernel/Inputs/hostile.c), which make exactly the calls that they are
asked for. "Warm": binary and inputs are in the machine and the task's address space has been used before.
"""

import argparse
import array
import collections
import json
import os
import re
import statistics
import struct
import subprocess
import sys
import tempfile

from sidebyside import succeed

root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CORE = 2  # the first that runs tasks
KERNEL = 1 << 63
CALLS = ["open", "request", "commit", "finish", "log"]


class Symbols:
    """Addresses to functions: the stack of those that were put into each other there, outermost first."""

    def __init__(self, image, addresses):
        command = ["llvm-symbolizer-22", "--output-style=JSON", "--inlines", f"--obj={image}"]
        text = "".join(f"{address:#x}\n" for address in addresses).encode()
        lines = succeed(command, input=text).decode().splitlines()
        self.stacks = {}
        for address, line in zip(addresses, lines):
            frames = reversed(json.loads(line)["Symbol"])
            self.stacks[address] = tuple(self.short(frame["FunctionName"]) for frame in frames)
        self.entries = {}
        for line in succeed(["llvm-nm-22", "-C", image]).decode().splitlines():
            words = line.split(maxsplit=2)
            if words[1] in "tT":
                self.entries[int(words[0], 16)] = words[2]

    @staticmethod
    def short(name):
        name = re.sub(r"\(anonymous namespace\)::|cleave::", "", name)
        if "::operator()" in name or "$_" in name or "'lambda" in name:
            return "a lambda"
        name = re.sub(r"<.*>", "", name)
        return re.sub(r"\(.*", "", name).split()[-1] if name else "?"


class Window:
    """What was executed between two moments: steps and rounds by path of functions."""

    def __init__(self):
        self.steps, self.rounds = collections.Counter(), 0

    def total(self):
        return sum(self.steps.values())


def windowsOf(path, image):
    """{kind: [Window]}, in their order: the calls by their names; finish goes on to where the core looks for its next
    message, look from there to where it takes it, start from there to the task's first instruction."""
    numbers = array.array("Q")
    with open(path, "rb") as file:
        numbers.frombytes(file.read())
    kernel = {number for number in numbers if number >= KERNEL}
    symbols = Symbols(image, sorted(kernel))
    runMessage = next(a for a, name in symbols.entries.items() if name.startswith("cleave::TaskSlot::runMessage("))
    windows = collections.defaultdict(list)
    stack, ofTask, window, kind, previous = [], [], None, None, None
    for number in numbers:
        if number < KERNEL:  # user code has run
            if window and kind == "start":
                ofTask = list(stack)
            if window:
                windows[kind].append(window)
            window, previous = None, None
            continue
        isRound, previous = number == previous, number
        if isRound:
            if window:
                window.rounds += 1
            continue
        names = symbols.stacks[number]
        if previous is not None and stack and stack[-1][0] == names[0] and number not in symbols.entries:
            pass
        elif number in symbols.entries:
            if names[0] == "cleave_call_entry":
                stack, window, kind = list(ofTask), Window(), None
            stack.append(names)
        else:
            while stack and stack[-1][0] != names[0]:
                stack.pop()
            if not stack:
                stack.append(names)
        stack[-1] = names
        if number == runMessage:
            if window:
                windows[kind].append(window)
            window, kind = Window(), "start"
        if window and kind == "finish" and names[0] == "serveTasks":  # the message is done
            windows[kind].append(window)
            window, kind = Window(), "look"
        if window:
            if kind is None and names[0].startswith("TaskSlot::") and names[0][10:] in CALLS:
                kind = names[0][10:]
            window.steps[tuple(name for frame in stack for name in frame)] += 1
    return windows


def breakdown(window, depth):
    """[(depth, name, instructions)], of what is inside the window; small parts stay in what they are part of."""
    tree = {}
    for path, count in window.steps.items():
        path = [name for i, name in enumerate(path) if not i or name != path[i - 1]]
        for known in ("cleave_call_entry", "TaskSlot::runMessage"):
            if known in path:
                path = path[path.index(known):]  # fmt: skip
                break
        for level in range(1, len(path) + 1):
            tree[tuple(path[:level])] = tree.get(tuple(path[:level]), 0) + count
    least = max(window.total() // 25, 5)

    def below(prefix):
        for path in sorted((p for p in tree if p[:-1] == prefix), key=lambda p: -tree[p]):
            if tree[path] >= least and len(path) <= depth:
                yield len(path), path[-1], tree[path]
                yield from below(path)

    return list(below(()))


def median(windows):
    return sorted(windows, key=lambda window: (window.total(), window.rounds))[len(windows) // 2]


def command(options, bundle, words, emulated):
    cleave = os.path.join(options.build, "bin", "cleave")
    return [cleave, "run", "--mode=kernel", *(["--kernel-emulated"] if emulated else []), "--kernel-memory=512M",
            "--workers=2", "--task-memory=64M", bundle, "timed", *words]  # fmt: skip


def countInstructions(options, folder, bundle, word):
    """One word in one machine, and the windows of its tasks; the first ones, on a cold core, are left out."""
    plugin, path = os.path.join(folder, "path.so"), os.path.join(folder, "path")
    if not os.path.exists(plugin):
        succeed(["clang-22", "-O2", "-shared", "-fPIC", "-o", plugin, os.path.join(root, "bench/guest/path.c")])
    with open(os.path.join(folder, "qemu-system-x86_64"), "w") as file:
        file.write(f'#!/bin/sh\nPATH={os.environ["PATH"]}\nexec qemu-system-x86_64 "$@" '
                   f"-plugin {plugin},core={CORE},out={path}\n")  # fmt: skip
    os.chmod(file.name, 0o755)
    environment = {**os.environ, "PATH": folder + ":" + os.environ["PATH"]}
    succeed(command(options, bundle, ["3", word], True), env=environment)
    return windowsOf(path, os.path.join(options.build, "rt/kernel/cleave_kernel_symbols"))


def sameCode(build):
    """The image that runs and the one with names differ in names only."""
    texts = []
    for name in ("lib/cleave/cleave_kernel", "rt/kernel/cleave_kernel_symbols"):
        with open(os.path.join(build, name), "rb") as file:
            elf = file.read()
        first, count = struct.unpack_from("<Q", elf, 32)[0], struct.unpack_from("<H", elf, 56)[0]
        for i in range(count):
            kind, flags, offset, _, _, size = struct.unpack_from("<IIQQQQ", elf, first + 56 * i)
            if kind == 1 and flags & 1:
                texts.append(elf[offset : offset + size])
    half = len(texts) // 2
    return half and texts[:half] == texts[half:]


def measureTime(options, bundle, words, emulated):
    """{word: [(ns of a task's run, ns from one's end to the next's start)]}"""
    seen = collections.defaultdict(list)
    for _ in range(options.runs):
        for line in succeed(command(options, bundle, ["20", *words], emulated)).decode().splitlines():
            word, _, numbers = line.rpartition(": ")
            seen[word].append(tuple(int(number) for number in numbers.split()))
    return seen


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5, help="for times")
    parser.add_argument("--depth", type=int, default=8)
    parser.add_argument("--accel", choices=["tcg", "kvm"], default="tcg", help="for times")
    parser.add_argument("--build", default=os.path.join(root, "build"), help="build folder of Cleave")
    parser.add_argument("--at-most", metavar="ROW=INSTRUCTIONS", action="append", default=[])
    parser.add_argument("--json", metavar="FILE", help="write the figures there")
    options = parser.parse_args()
    options.build = os.path.abspath(options.build)
    limits = dict(limit.split("=") for limit in options.at_most)
    if not limits:
        succeed(["cmake", "--build", options.build, "--target", "cleave_kernel_symbols", "cleave",
                        "cleave-kernel-hostile-root", "cleave-kernel-hostile-task"])  # fmt: skip
    if not sameCode(options.build):
        sys.exit("the image with names is of another build")
    path = os.path.join(options.build, "bin") + ":" + os.environ["PATH"]
    with tempfile.TemporaryDirectory(prefix="bench-calls-") as folder:
        bundle = os.path.join(folder, "calls.cleave")
        maker = os.path.join(root, "test/rt/node/Inputs/make-bundle.py")
        succeed([sys.executable, maker, bundle, "cleave-kernel-hostile-root", "cleave-kernel-hostile-task"],
                       env={**os.environ, "PATH": path})  # fmt: skip
        rows, known = [], {}
        # Which of a task's calls is meant: hostile.c opens its input first and requests its output last.
        for name, word, kind, which in (
            ("finding a message that waits", "opens:0", "look", None),
            ("task start", "opens:0", "start", None),
            ("task end", "opens:0", "finish", None),
            ("task end, inputs far apart", "opens-far:1", "finish", None),
            ("open, input not mapped yet", "opens:0", "open", 0),
            ("open, mapped already", "opens:1", "open", 1),
            ("request, heap, 4 KiB", "requests:1:4096", "request", 0),
            ("request, heap, 2 MiB", "requests:1:2097152", "request", 0),
            ("request, output, 4 KiB", "opens:0", "request", 0),
            ("commit", "opens:0", "commit", 0),
        ):
            windows = known[word] = known.get(word) or countInstructions(options, folder, bundle, word)
            those = windows[kind]
            if which is not None:
                those = those[which :: len(those) // len(windows["start"])]
            those = those[2:]
            if kind == "look":  # a core that found nothing has looked again and again
                quickest = min(window.total() for window in those)
                those = [window for window in those if window.total() == quickest]
            rows.append((name, median(those), those))
        if limits:
            return compare(rows, limits)
        times = measureTime(options, bundle, ["opens:0", "opens:100", "requests:100:4096", "requests:10:2097152"],
                            options.accel == "tcg")  # fmt: skip
    runs = {word: statistics.median(entry[0] for entry in entries) for word, entries in times.items()}
    between = statistics.median(entry[1] for entry in times["opens:0"])
    report(options, rows, {
        "from one task's end to the next's first instruction": between,
        "a task with nothing to do, its four calls included": runs["opens:0"],
        "open, mapped already": (runs["opens:100"] - runs["opens:0"]) / 100,
        "request, heap, 4 KiB": (runs["requests:100:4096"] - runs["opens:0"]) / 100,
        "request, heap, 2 MiB": (runs["requests:10:2097152"] - runs["opens:0"]) / 10,
    })  # fmt: skip
    return 0


def compare(rows, limits):
    hasFailed = False
    for name, window, _ in rows:
        limit = int(limits.pop(name, 1 << 62))
        if window.total() > limit:
            print(f"{name}: {window.total()} instructions, more than {limit}")
            for level, function, count in breakdown(window, 8):
                print(f"{'  ' * level + function:<48}{count:>12}")
            hasFailed = True
    if limits:
        sys.exit(f"there is no row {', '.join(limits)}")
    return hasFailed


def report(options, rows, times):
    print(f"{'':<48}{'instructions':>12}{'rounds':>9}")
    for name, window, all in rows:
        print(f"{name:<48}{window.total():>12}{window.rounds:>9}   least {min(w.total() for w in all)}, "
              f"most {max(w.total() for w in all)}, of {len(all)}")  # fmt: skip
        for level, function, count in breakdown(window, options.depth):
            print(f"{'  ' * level + function:<48}{count:>12}")
    print(f"\n{options.accel}, medians of {options.runs}{'':<30}{'microseconds':>12}")
    for name, ns in times.items():
        print(f"{name:<52}{ns / 1000:>12.2f}")
    if options.json:
        figures = [{"name": name, "instructions": window.total(), "rounds": window.rounds,
                    "breakdown": breakdown(window, options.depth)} for name, window, _ in rows]  # fmt: skip
        with open(options.json, "w") as out:
            json.dump({"instructions": figures, "time_ns": times}, out, indent=2)


if __name__ == "__main__":
    sys.exit(main())
