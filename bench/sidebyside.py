"""Commands side by side: run interleaved (one round of all, then the next, so that a slow spell of the machine meets
everybody), compared by the median of their wall times. A contender whose output or exit status differs from the first
one's ends the measurement; one that is optional drops out instead, and says why. Used by the scripts beside it.
"""

import json
import os
import re
import shlex
import signal
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


class Failure(Exception):
    """Why a contender has no figure, in one line."""


def lastLine(text):
    lines = [line.strip() for line in text.decode(errors="replace").splitlines() if line.strip()]
    return lines[-1][:200] if lines else "it said nothing"


def answer(command, stdin=None, limit=None, environment=None):
    """(status, standard output, standard error, seconds) of a command. After `limit` seconds all that it began is
    ended, and that is a Failure; what outlives it is ended too, however it got away."""
    mark = f"{os.getpid()}-{time.monotonic_ns()}"
    started = time.perf_counter()
    process = subprocess.Popen(command, stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
                               env={**os.environ, **(environment or {}), MARK: mark})  # fmt: skip
    try:
        output, errors = process.communicate(stdin, timeout=limit)
        seconds = time.perf_counter() - started
    except subprocess.TimeoutExpired:
        raise Failure(f"not done after {limit:g} s") from None
    finally:
        if limit or process.returncode is None:
            endMarked(mark)
        process.wait()
    return process.returncode, output, errors, seconds


MARK = "CLEAVE_BENCH_RUN"


def endMarked(mark):
    """Ends the processes that hold this mark in their environment: those of one run of ours, daemons included."""
    wanted = f"{MARK}={mark}".encode()
    for _ in range(50):
        members = [entry for entry in os.listdir("/proc") if entry.isdigit() and wanted in environmentOf(entry)]
        if not members:
            return
        for member in members:
            try:
                os.kill(int(member), signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.02)


def environmentOf(process):
    try:
        with open(f"/proc/{process}/environ", "rb") as file:
            return file.read().split(b"\0")
    except OSError:  # it has ended, or is another user's
        return []


def inTurns(entries, runs, timed, progress=True):
    """Adds "seconds", what `timed` says of each entry, by run; and "why" to an optional entry that failed, which then
    runs no more."""
    for entry in entries:
        entry["seconds"] = []
    for number in range(runs):
        for entry in entries:
            if "why" in entry:
                continue
            try:
                entry["seconds"].append(timed(entry))
            except Failure as failure:
                if not entry.get("optional"):
                    sys.exit(f"{entry['name']}: {failure}")
                entry["why"] = str(failure)
        if progress:
            print(f"run {number + 1} of {runs} done", file=sys.stderr)
    return entries


def differs(expected, given):
    """What is wrong with the (status, output) of a run beside the first entry's, or nothing."""
    return None if given == expected else "its output or exit status differs from the plain build's"


TOO_SLOW = "it takes more than"


def measure(entries, runs, stdin=None, progress=True, limit=None):
    """Wall times of entries {"name", "run": command}. An entry may have "optional"; "limit" (else: `limit`), in
    seconds; "environment", added to ours; "differs", a function like the one above; "slowest", how many times as long as the
    first entry's first run it may take, and two seconds more: who is slower than that is not run again. A line
    `inner_s=SECONDS` on standard error is what the program measured itself, without its start: it is kept as
    "inner"."""
    expected = None

    def timed(entry):
        nonlocal expected
        most = entry.get("limit", limit)
        if "slowest" in entry:
            most = entry["slowest"] * entries[0]["seconds"][0] + 2
        try:
            status, output, errors, seconds = answer(entry["run"], stdin, most, entry.get("environment"))
        except Failure:
            if "slowest" in entry:
                raise Failure(f"{TOO_SLOW} {entry['slowest']} times the plain program's") from None
            raise
        given = status, output
        expected = given if expected is None else expected
        if wrong := entry.get("differs", differs)(expected, given):
            raise Failure(wrong if status == expected[0] else f"status {status}: {lastLine(errors)}")
        for told in re.findall(rb"^inner_s=(\S+)$", errors, re.M):
            entry.setdefault("inner", []).append(float(told))
        return seconds

    return inTurns(entries, runs, timed, progress)


def summarised(entries):
    """Rows of median, least and most seconds, and the ratio of the medians to the first entry's; of an entry that has
    no figures, why."""
    base = statistics.median(entries[0]["seconds"])
    rows = []
    for entry in entries:
        if "why" in entry:
            rows.append({"name": entry["name"], "why": entry["why"]})
            continue
        median = statistics.median(entry["seconds"])
        row = {"name": entry["name"], "median_s": median, "least_s": min(entry["seconds"]),
               "most_s": max(entry["seconds"]), "ratio": median / base, "seconds": entry["seconds"]}  # fmt: skip
        if entry.get("inner"):
            row["inner_s"] = statistics.median(entry["inner"])
        if entry.get("stats"):
            with open(entry["stats"]) as stats:
                row["stats_of_last_run"] = json.load(stats)
        rows.append(row)
    return rows
