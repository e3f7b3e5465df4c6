"""The corpus (test/programs) beside the plain compilers and the peers that make loops parallel, and beside the same
program with OpenMP and oneTBB by hand (bench/peers). A program's own comments say on which arguments it is measured
(STATUS-ARGS; `--quick` takes those of its test). Some of examples/ are measured likewise.
"""

import glob
import os
import re
import shlex

import serial
from contenders import built, root
from scaling import replayed
from sidebyside import measure, summarised

# As they are called in the tables.
CLANG, GCC, PARLOOPS, POLLY = "clang++-22 -O3", "g++ -O3", "g++ -ftree-parallelize-loops", "clang++-22 Polly"
OPENMP, TBB, CLEAVE, ONE = "OpenMP by hand", "oneTBB by hand", "Cleave", "Cleave, one worker"


class Program:
    def __init__(self, path):
        self.path = path
        self.name = os.path.splitext(os.path.basename(path))[0]
        with open(path, encoding="utf-8") as source:
            text = source.read()
        self.said = dict(re.findall(r"^// (DOMAIN|FLAGS|CLEAVE-FLAGS|ARGS|STATUS-ARGS|STDIN): (.*)$", text, re.M))
        kind = re.search(r"^// (PARALLEL|SEQUENTIAL)$", text, re.M)
        self.kind = kind.group(1).lower() if kind else None
        self.flags = shlex.split(self.said.get("FLAGS", ""))
        self.cleaveFlags = self.flags + shlex.split(self.said.get("CLEAVE-FLAGS", ""))

    def arguments(self, isQuick):
        small = self.said.get("ARGS", "")
        return shlex.split(small if isQuick else self.said.get("STATUS-ARGS", small))

    def stdin(self):
        if "STDIN" not in self.said:
            return None
        with open(os.path.join(os.path.dirname(self.path), self.said["STDIN"]), "rb") as lines:
            return lines.read()


def programs():
    found = [Program(path) for path in sorted(glob.glob(os.path.join(root, "test", "programs", "*.cpp")))]
    return [program for program in found if program.kind]


def contenders(program, context):
    """Entries for one program; the first is what all are compared with."""
    at, make, arguments = context.folder, context.builder, program.arguments(context.isQuick)

    def plain(name, way, source=program.path, optional=True, environment=None):
        output = os.path.join(at, re.sub(r"\W+", "-", name))
        return {"name": name, "build": lambda: way(source, output, program.flags), "run": [output, *arguments],
                "optional": optional, "environment": environment,
                **({"slowest": 5} if optional else {})}  # fmt: skip

    bundle, stats = os.path.join(at, "app.cleave"), os.path.join(at, "stats.json")

    def cleave(name, more=(), **run):
        return {"name": name, "run": make.cleaveRun(bundle, more=more, **run) + arguments}

    yield plain(CLANG, make.clang, optional=False)
    first = cleave(CLEAVE, [f"--stats={stats}"])
    yield {**first, "stats": stats, "build": lambda: make.cleave(program.path, bundle, program.cleaveFlags)}
    yield cleave(ONE, workers=1)
    if program.kind != "parallel":
        return
    yield plain(GCC, make.gcc)
    yield plain(PARLOOPS, make.gccParallel)
    yield plain(POLLY, make.polly)
    threads = {"OMP_NUM_THREADS": str(context.cores)}
    for name, way, folder, environment in ((OPENMP, make.openmp, "openmp", threads), (TBB, make.tbb, "tbb", None)):
        source = os.path.join(root, "bench", "peers", folder, program.name + ".cpp")
        if os.path.exists(source):
            yield plain(name, way, source, environment=environment)


def measured(program, context):
    entries = measure(
        built(list(contenders(program, context))), context.runs, program.stdin(), progress=False, limit=context.limit
    )
    rows = summarised(entries)
    for row in rows:
        if figures := row.pop("stats_of_last_run", None):
            row["coverage"], row["tasks_run"] = figures["coverage"], figures["tasks_run"]
    arguments = program.arguments(context.isQuick)
    result = {"kind": program.kind, "domain": program.said.get("DOMAIN", ""), "arguments": arguments, "rows": rows}
    if program.kind == "parallel":
        median = {row["name"]: row.get("median_s") for row in rows}
        bundle = os.path.join(context.folder, "app.cleave")
        result["replay"] = replayed(context, arguments, bundle, median[ONE], median[CLEAVE], program.stdin())
    return result


class Example:
    """One of examples/, at the size at which bench/serial.py measures it."""

    kind, said = "parallel", {}

    def __init__(self, name, path, flags, arguments, stdin):
        self.name, self.path, self.flags, self.cleaveFlags, self.given, self.input = name, path, flags, flags, arguments, stdin

    def arguments(self, isQuick):
        return self.given

    def stdin(self):
        return self.input


def exampleItems():
    """Those that no other group measures."""
    for name in ("mergesort", "quantise", "raytracer", "wordcount"):
        yield name, lambda context, name=name: measured(Example(*next(serial.programs([name]))), context)


def items():
    """(name, function of a context that measures it)"""
    for program in programs():
        yield program.name, lambda context, program=program: measured(program, context)
