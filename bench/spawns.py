"""The price of a spawn at each distance, in nanoseconds, by bench/spawn.cpp, which times its rounds itself: a spawn
that nobody takes, one that a second core takes, one that goes to a jailed process, and the first of its kind there.
Beside them stand a task that does nothing with Ray, Dask and PySpark, and a process that does nothing.

A price is what a round takes more than the same calls in the plain program take. Cleave sends nothing that does not
pay, so what goes to another core or process does something, and its time is taken off.
"""

import os
import re
import statistics

from clustering import SYSTEMS
from contenders import built, root
from sidebyside import Failure, answer, inTurns, lastLine

# Rounds, steps of the first call, steps of the second (bench/spawn.cpp). A step takes about a nanosecond.
TINY = ["1000000", "10", "10"]
TAKEN, TAKEN_ALONE = ["10000", "20000", "20000"], ["10000", "20000", "1"]
NAMED = ["2000", "60000", "100"]  # long enough to be sent
QUICK_ROUNDS = {"1000000": "100000", "10000": "1000", "2000": "200"}
PYTHON_LIMIT = 120


def figuresOf(text):
    return {name.decode(): float(value) for name, value in re.findall(rb"^(\w+_ns)=(\S+)$", text, re.M)}


def entries(context):
    make, source = context.builder, os.path.join(root, "bench", "spawn.cpp")
    bundle, plain, outline, process = (
        os.path.join(context.folder, name) for name in ("app.cleave", "plain", "calls", "process")
    )

    def given(words):
        return [QUICK_ROUNDS[words[0]] if context.isQuick else words[0], *words[1:]]

    def cleave(name, words, **how):
        return {"name": name, "run": make.cleaveRun(bundle, **how) + given(words)}

    def clang(name, program, words):
        return {"name": name, "run": [program, *given(words)]}

    yield {**clang("tiny, plain, inlined", plain, TINY), "build": lambda: make.clang(source, plain)}
    yield {**clang("tiny, plain", outline, TINY), "build": lambda: make.clang(source, outline, ["-fno-inline"])}
    yield {**cleave("tiny, Cleave", TINY), "build": lambda: make.cleave(source, bundle)}
    yield cleave("tiny, Cleave, one worker", TINY, workers=1)
    yield clang("one call, plain", plain, TAKEN_ALONE)
    yield cleave("two calls, Cleave", TAKEN)
    yield clang("named, plain", plain, NAMED)
    yield cleave("named, Cleave isolated", NAMED, mode="isolated")
    yield {"name": "a process (posix_spawn)", "run": [process], "optional": True,
           "build": lambda: make.clang(os.path.join(root, "bench", "peers", "process.cpp"), process)}  # fmt: skip
    yield from pythonPeers(context)


def pythonPeers(context):
    script = os.path.join(root, "bench", "peers", "python", "null_task.py")
    for system, title in SYSTEMS.items():

        def build(system=system):
            if system == "pyspark":
                context.peers.system("java")
            context.peers.python(system)

        python = os.path.join(context.peers.venv, "bin", "python")
        yield {"name": title, "run": [python, script, system, str(context.cores)], "build": build, "optional": True,
               "limit": PYTHON_LIMIT,
               "environment": {"PYTHONDONTWRITEBYTECODE": "1", "RAY_USAGE_STATS_ENABLED": "0"}}  # fmt: skip


def measured(context):
    told = {}

    def timed(entry):
        limit, environment = entry.get("limit", context.limit), entry.get("environment")
        status, output, errors, seconds = answer(entry["run"], limit=limit, environment=environment)
        figures = figuresOf(errors)
        if status != 0 or "median_ns" not in figures:
            raise Failure(f"status {status}: {lastLine(errors)}")
        if "," in entry["name"] and told.setdefault(tuple(entry["run"][-3:]), output) != output:
            raise Failure("it comes to another result")
        entry.setdefault("figures", []).append(figures)
        return seconds

    rows = []
    for entry in inTurns(built(list(entries(context))), context.runs, timed, progress=False):
        row = {"name": entry["name"]}
        if "why" in entry:
            row["why"] = entry["why"]
        else:
            for key in entry["figures"][0]:
                row[key] = statistics.median(figures[key] for figures in entry["figures"])
        rows.append(row)
    return {"rows": rows, "prices": prices({row["name"]: row for row in rows})}


def prices(by):
    """(what, nanoseconds, at most so many are wanted)"""

    def more(than, name):
        return by[name]["median_ns"] - by[than]["median_ns"]

    named = by["named, Cleave isolated"]
    return [
        ["a spawn that nobody takes, more than a call", more("tiny, plain", "tiny, Cleave"), 3],
        ["the same with one worker", more("tiny, plain", "tiny, Cleave, one worker"), 3],
        [
            "a spawn that a second core takes: round with both less one call",
            more("one call, plain", "two calls, Cleave"),
            300,
        ],
        ["a warm named task, spawn to result less the task", more("named, plain", "named, Cleave isolated"), 1500],
        [
            "first start of a task kind: first round less the median one",
            named["first_ns"] - named["median_ns"],
            1000000,
        ],
    ]


def items():
    yield "spawns", measured
