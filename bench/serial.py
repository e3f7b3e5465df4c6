#!/usr/bin/env python3
"""What Cleave costs a program that it does not split: `serial` beside clang++-22 -O3 of the same file.

Contenders are the examples, at sizes of a second or so, and every program of the corpus that says SEQUENTIAL
(test/programs), on its STATUS-ARGS (with --instructions on those of its test). The goal is a median within 3 % of clang++'s (design.md, issue 2). `isolated` is told as well: programs
that must stay sequential should not be slowed down by the node either.

    bench/serial.py                        everything, 5 runs each: many minutes
    bench/serial.py raytracer ledger       only these
    bench/serial.py --corpus --runs 31     only the corpus
    bench/serial.py --json results.json    the figures for a machine
    bench/serial.py --instructions ledger  instructions executed instead of times, which a busy machine does not change: with
                                           and without -fno-cleave, beside clang++-22 -static, by valgrind's cachegrind

Short programs tell little: starting a program costs `cleave run` some milliseconds, told in its own column ("start",
the time of a program that does nothing, and "less start", the ratio without it). "least" is the same ratio of the
shortest runs, which a busy machine disturbs less. A bundle's program is statically linked, clang++'s is not by default;
where that alone makes a difference (the heap lies elsewhere), "to static" shows it: beside clang++ -static. Not part of
./check: a measurement is not a test.
"""

import argparse
import json
import os
import random
import re
import shlex
import string
import subprocess
import sys
import tarfile
import tempfile

from sidebyside import measure, succeed, summarised

root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(root, "test"))
from measuring import programs

LIMIT = 1.03


def words(count=4000000):
    """A text of `count` words, of which few are frequent."""
    draw = random.Random(1)
    known = ["".join(draw.choices(string.ascii_lowercase, k=draw.randint(2, 9))) for _ in range(20000)]
    chosen = (known[int(len(known) * draw.random() ** 3)] for _ in range(count))
    return " ".join(word + "\n" if number % 12 == 11 else word for number, word in enumerate(chosen)).encode()


def picture(width=900, height=600):
    """A photograph's stand-in, as a binary PPM: soft colours with noise."""
    noise = random.Random(2).randbytes(width * height)
    pixels = bytearray()
    for y in range(height):
        for x in range(width):
            grain = noise[y * width + x] & 15
            pixels += bytes((x * 200 // width + grain, y * 200 // height + grain, (x + y) * 90 // width + grain))
    return b"P6\n%d %d\n255\n" % (width, height) + pixels


# Arguments and input that make the examples run for about a second.
EXAMPLES = {
    "kmeans": ("100000 100 100 2", None),
    "mergesort": ("4000000", None),
    "nqueens": ("13", None),
    "quantise": ("32 20", picture),
    "raytracer": ("1000 700", None),
    "wordcount": ("10", words),
}


class Example:
    """One of examples/, as measuring.Program is one of the corpus."""

    kind, said = "parallel", {}

    def __init__(self, name):
        self.name, self.path, self.flags, self.cleaveFlags = name, os.path.join(root, "examples", name + ".cpp"), [], []

    def arguments(self, isQuick=False):
        return EXAMPLES[self.name][0].split()

    def stdin(self):
        make = EXAMPLES[self.name][1]
        return make() if make else None


def subjects(options):
    found = [] if options.corpus else [Example(name) for name in EXAMPLES]
    found += [program for program in programs() if program.kind == "sequential"]
    unknown = set(options.names) - {program.name for program in found}
    if unknown:
        sys.exit(f"no such program: {', '.join(sorted(unknown))}")
    return [program for program in found if not options.names or program.name in options.names]


def contenders(options, folder, path, flags, cleaveFlags, arguments):
    plain, static, bundle = (os.path.join(folder, name) for name in ("plain", "static", "app.cleave"))
    cleave = os.path.join(options.build, "bin", "cleave")
    common = ["-std=c++20", "-O3", "-w", path, "-o"]
    succeed(["clang++-22", *flags, *common, plain])
    succeed(["clang++-22", "-static", *flags, *common, static])
    succeed([cleave + "++", *cleaveFlags, *common, bundle])
    yield {"name": "clang++-22 -O3", "run": [plain, *arguments]}
    yield {"name": "clang++-22 -O3 -static", "run": [static, *arguments]}
    for mode in ("serial", "isolated"):
        yield {"name": mode, "run": [cleave, "run", f"--mode={mode}", bundle, *arguments]}


def rootProgram(bundle):
    """The program in a bundle, as a file that can be started by itself: it then runs as in mode serial."""
    with tarfile.open(bundle) as archive:

        def blob(digest):
            return archive.extractfile("blobs/" + digest.replace(":", "/")).read()

        index = json.loads(archive.extractfile("index.json").read())
        layers = json.loads(blob(index["manifests"][0]["digest"]))["layers"]
        elf = blob(next(layer["digest"] for layer in layers if layer["mediaType"].endswith("root.v1+elf")))
    path = bundle + ".root"
    with open(path, "wb") as file:
        file.write(elf)
    os.chmod(path, 0o755)
    return path


def instructions(command, stdin):
    counter = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    result = subprocess.run([*counter, *command], input=stdin, capture_output=True)
    told = re.search(rb"I\s+refs:\s+([\d,]+)", result.stderr)
    if not told:
        sys.exit(f"{shlex.join(command)}: valgrind told nothing\n{result.stderr.decode(errors='replace')}")
    return int(told[1].replace(b",", b"")), result.stdout


def countInstructions(options, folder):
    print(f"{'':<24}{'clang++':>14}{'-fno-cleave':>14}{'serial':>14}{'ratio':>8}")
    for program in subjects(options):
        name, arguments, stdin = program.name, program.arguments(isQuick=True), program.stdin()
        common = ["-std=c++20", "-O3", "-w", program.path, "-o"]
        plain, bundle = os.path.join(folder, "plain"), os.path.join(folder, "app.cleave")
        cleavexx = os.path.join(options.build, "bin", "cleave++")
        succeed(["clang++-22", "-static", *program.flags, *common, plain])
        counted = [instructions([plain, *arguments], stdin)]
        for more in (["-fno-cleave"], []):
            succeed([cleavexx, *more, *program.cleaveFlags, *common, bundle])
            counted.append(instructions([rootProgram(bundle), *arguments], stdin))
        if any(output != counted[0][1] for _, output in counted):
            sys.exit(f"{name}: the outputs differ")
        base, whole, serial = (count for count, _ in counted)
        print(f"{name:<24}{base:14}{whole:14}{serial:14}{serial / base:8.4f}", flush=True)


def startSeconds(options, folder):
    """What `cleave run` costs a program that does nothing, by mode."""
    source = os.path.join(folder, "nothing.cpp")
    with open(source, "w", encoding="utf-8") as out:
        out.write("int main() {}\n")
    rows = summarised(measure(list(contenders(options, folder, source, [], [], [])), 15, progress=False))
    return {row["name"]: row["median_s"] - rows[0]["median_s"] for row in rows}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="only these programs")
    parser.add_argument("--corpus", action="store_true", help="only the corpus, not the examples")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--build", default=os.path.join(root, "build"), help="build folder of Cleave")
    parser.add_argument("--json", metavar="FILE", help="write the figures there")
    parser.add_argument("--instructions", action="store_true", help="count instructions instead")
    options = parser.parse_args()
    results = {}
    if options.instructions:
        with tempfile.TemporaryDirectory(prefix="bench-serial-") as folder:
            countInstructions(options, folder)
        return 0
    with tempfile.TemporaryDirectory(prefix="bench-serial-") as folder:
        start = startSeconds(options, folder)
        print(f"start: serial {1000 * start['serial']:.1f} ms, isolated {1000 * start['isolated']:.1f} ms")
        print(f"{'':<24}{'clang++ s':>10}{'serial s':>10}{'ratio':>8}{'less start':>12}{'least':>8}{'to static':>11}"
              f"{'isolated':>10}")  # fmt: skip
        for program in subjects(options):
            name = program.name
            entries = list(contenders(options, folder, program.path, program.flags, program.cleaveFlags, program.arguments()))
            plain, static, serial, isolated = summarised(measure(entries, options.runs, program.stdin(), progress=False))
            own = serial["median_s"] - start["serial"]
            net = own / plain["median_s"]
            least = (serial["least_s"] - start["serial"]) / plain["least_s"]
            toStatic = own / static["median_s"]
            results[name] = {"plain": plain, "static": static, "serial": serial, "isolated": isolated,
                             "less_start": net, "least": least, "to_static": toStatic}  # fmt: skip
            mark = "" if net <= LIMIT else "  over"
            print(f"{name:<24}{plain['median_s']:10.3f}{serial['median_s']:10.3f}{serial['ratio']:8.3f}{net:12.3f}"
                  f"{least:8.3f}{toStatic:11.3f}{isolated['ratio']:10.3f}{mark}", flush=True)  # fmt: skip
    if options.json:
        with open(options.json, "w") as out:
            json.dump({"settings": vars(options), "start_s": start, "programs": results}, out, indent=2)
    return 0


if __name__ == "__main__":
    sys.exit(main())
