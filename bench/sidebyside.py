"""Commands side by side: run interleaved (one round of all, then the next, so that a slow spell of the machine meets
everybody), compared by the median of their wall times. A contender whose output or exit status differs from the first
one's ends the measurement. Used by the scripts beside it.
"""

import json
import shlex
import statistics
import subprocess
import sys
import time


def succeed(command, **more):
    """Standard output of a command that must end with status 0; what it said ends the script otherwise."""
    result = subprocess.run(command, capture_output=True, **more)
    if result.returncode != 0:
        sys.exit(f"{shlex.join(command)}: status {result.returncode}\n{result.stderr.decode(errors='replace')}")
    return result.stdout


def answer(command, stdin):
    result = subprocess.run(command, capture_output=True, input=stdin)
    return result.returncode, result.stdout


def inTurns(entries, runs, timed, progress=True):
    """Adds "seconds", what `timed` says of each entry, by run."""
    for entry in entries:
        entry["seconds"] = []
    for number in range(runs):
        for entry in entries:
            entry["seconds"].append(timed(entry))
        if progress:
            print(f"run {number + 1} of {runs} done", file=sys.stderr)
    return entries


def measure(entries, runs, stdin=None, progress=True):
    """Wall times of entries {"name", "run": command}."""
    expected = None

    def timed(entry):
        nonlocal expected
        started = time.perf_counter()
        given = answer(entry["run"], stdin)
        seconds = time.perf_counter() - started
        expected = given if expected is None else expected
        if given != expected:
            sys.exit(f"{entry['name']}: its output or exit status differs from {entries[0]['name']}'s")
        return seconds

    return inTurns(entries, runs, timed, progress)


def summarised(entries):
    """Rows of median, least and most seconds, and the ratio of the medians to the first entry's."""
    base = statistics.median(entries[0]["seconds"])
    rows = []
    for entry in entries:
        median = statistics.median(entry["seconds"])
        row = {"name": entry["name"], "median_s": median, "least_s": min(entry["seconds"]),
               "most_s": max(entry["seconds"]), "ratio": median / base, "seconds": entry["seconds"]}  # fmt: skip
        if entry.get("stats"):
            with open(entry["stats"]) as stats:
                row["stats_of_last_run"] = json.load(stats)
        rows.append(row)
    return rows
