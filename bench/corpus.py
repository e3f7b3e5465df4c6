"""The corpus (test/programs) beside the plain compilers and the peers that make loops parallel, and beside the same
program with OpenMP and oneTBB by hand (bench/peers). A program's own comments say on which arguments it is measured
(STATUS-ARGS; `--quick` takes those of its test). Some of examples/ are measured likewise.
"""

import os
import re
import sys

import serial
from contenders import built, root
from scaling import replayed
from sidebyside import measure, summarised

sys.path.insert(0, os.path.join(root, "test"))
from measuring import programs

# As they are called in the tables.
CLANG, GCC, PARLOOPS, POLLY = "clang++-22 -O3", "g++ -O3", "g++ -ftree-parallelize-loops", "clang++-22 Polly"
OPENMP, TBB, CLEAVE, ONE = "OpenMP by hand", "oneTBB by hand", "Cleave", "Cleave, one worker"


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
    stdin = program.stdin()
    entries = measure(built(list(contenders(program, context))), context.runs, stdin, progress=False, limit=context.limit)
    rows = summarised(entries)
    for row in rows:
        if figures := row.pop("stats_of_last_run", None):
            row["coverage"], row["tasks_run"] = figures["coverage"], figures["tasks_run"]
    arguments = program.arguments(context.isQuick)
    result = {"kind": program.kind, "domain": program.said.get("DOMAIN", ""), "arguments": arguments, "rows": rows}
    if program.kind == "parallel":
        median = {row["name"]: row.get("median_s") for row in rows}
        bundle = os.path.join(context.folder, "app.cleave")
        result["replay"] = replayed(context, arguments, bundle, median[ONE], median[CLEAVE], stdin)
    return result


def exampleItems():
    """Those that no other group measures."""
    for name in ("mergesort", "quantise", "raytracer", "wordcount"):
        yield name, lambda context, name=name: measured(serial.Example(name), context)


def items():
    """(name, function of a context that measures it)"""
    for program in programs():
        yield program.name, lambda context, program=program: measured(program, context)
