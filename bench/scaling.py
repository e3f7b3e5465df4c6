"""What a program would gain from more cores than this machine has: recorded runs replayed by bench/simulate.py, held
against the real runs on one worker and on all."""

import json
import os
import statistics
import sys

from contenders import root
from sidebyside import Failure, answer, lastLine

CORES = (2, 16, 128, 1024)
CORES_PER_NODE = 16
SIMULATION_LIMIT = 120
TRACED_RUNS = 3


def simulated(context, traceFile, more=()):
    out = os.path.join(context.folder, "simulated.json")
    counts = ",".join(map(str, sorted({1, context.cores, *CORES})))
    script = os.path.join(root, "bench", "simulate.py")
    command = [sys.executable, script, f"--cores={counts}", f"--json={out}", *more, traceFile]
    status, _, errors, _ = answer(command, limit=SIMULATION_LIMIT)
    if status != 0:
        raise Failure(lastLine(errors).removeprefix(f"simulate: '{traceFile}': "))
    with open(out) as file:
        return json.load(file)


def recorded(context, command, stdin, runs):
    """A trace of the run whose time is the median of some."""
    traces = []
    for number in range(runs):
        path = os.path.join(context.folder, f"{number}.trace")
        status, _, errors, seconds = answer(command(f"--trace={path}"), stdin, context.limit)
        if status != 0:
            raise Failure(f"status {status}: {lastLine(errors)}")
        traces.append((seconds, path))
    return sorted(traces)[len(traces) // 2][1]


def replayed(context, arguments, bundle, oneSeconds, allSeconds, stdin=None, isOnNodes=False):
    """{"cores": rows of the simulator, "off_at_one", "off_at_all": simulated by measured time, less 1}, or {"why"}.
    `arguments` are the program's; the bundle is built already. With `isOnNodes` also "nodes", of a run in mode
    isolated."""
    runs = 1 if context.isQuick else TRACED_RUNS

    def command(mode):
        return lambda trace: context.builder.cleaveRun(bundle, mode=mode, more=[trace]) + arguments

    try:
        told = simulated(context, recorded(context, command("auto"), stdin, runs))
        by = {row["cores"]: row for row in told["rows"]}
        result = {"cores": told["rows"], "off_at_one": by[1]["seconds"] / oneSeconds - 1,
                  "off_at_all": by[context.cores]["seconds"] / allSeconds - 1}  # fmt: skip
        if isOnNodes:
            trace = recorded(context, command("isolated"), stdin, runs)
            result["nodes"] = simulated(context, trace, [f"--cores-per-node={CORES_PER_NODE}"])["rows"]
        return result
    except Failure as failure:
        return {"why": str(failure)}


def check(rows, key):
    """(how many replays there are, how many are within a tenth, median and worst of how far they are off), or None;
    `key` is "off_at_one" or "off_at_all"."""
    off = [abs(row[key]) for row in rows if "why" not in row]
    return (len(off), sum(share <= 0.1 for share in off), statistics.median(off), max(off)) if off else None
