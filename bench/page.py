"""Figures as tables and as docs/performance.md: what stands between its two markers is made here, the prose around it
is people's. Plots are drawn by bench/plots.py with matplotlib, where that can be had."""

import json
import os
import statistics
import subprocess
import sys

import scaling
from contenders import NOTHING_PARALLEL
from corpus import CLANG, CLEAVE, GCC, ONE, OPENMP, PARLOOPS, POLLY, TBB
from sidebyside import TOO_SLOW, Failure

BEGIN = "<!-- figures: what follows is made by bench/run; do not edit -->"
END = "<!-- end of figures -->"


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def seconds(value):
    return f"{value:.3f}" if value < 10 else f"{value:.2f}"


def byName(measurement):
    return {row["name"]: row for row in measurement["rows"]}


def hasFigures(rows, *names):
    return all(name in rows and "median_s" in rows[name] for name in names)


def speedUp(rows, name, beside=CLANG):
    """How many times faster than another row; None: it has no figure."""
    return rows[beside]["median_s"] / rows[name]["median_s"] if hasFigures(rows, name, beside) else None


def cell(value, pattern="{:.2f}"):
    return pattern.format(value) if value is not None else ""


def members(results, group):
    return {name: found for name, found in results["measurements"].items() if found["group"] == group}


def summary(results):
    """Issue 5's rows, each with what is wanted."""
    rows = []
    for name, found in members(results, "kmeans").items():
        by = byName(found)
        if "kmeans-python" in name or not hasFigures(by, "MPI", CLEAVE):
            continue
        mpi, inner = by["MPI"], by["MPI"].get("inner_s")
        rows.append([f"k-means, {found['points']:,} vectors of {found['number']}s, time by MPI's",
                     f"{by[CLEAVE]['median_s'] / mpi['median_s']:.2f}"
                     + (f" (by MPI's without `mpirun`'s start: {by[CLEAVE]['median_s'] / inner:.2f})" if inner else ""),
                     "at most 1.00"])  # fmt: skip
    rows += pythonSummary(results) + corpusSummary(results)
    for name, found in members(results, "recursion").items():
        by = byName(found)
        if hasFigures(by, CLEAVE):
            rows.append(
                [f"{name}({found['arguments'][0]}), speed-up over `{CLANG}`", cell(speedUp(by, CLEAVE)), "at least 1.8"]
            )
        if name == "fib" and hasFigures(by, ONE):
            more = (by[ONE]["median_s"] - by[CLANG]["median_s"]) * 1e9 / fibCalls(int(found["arguments"][0]))
            rows.append(["the same on one worker, more for each call", f"{more:.2f} ns", "at most 3 ns"])
    return rows + pricesSummary(results) + scalingSummary(results)


def pythonSummary(results):
    rows = []
    for name, found in members(results, "kmeans").items():
        by = byName(found)
        for row in found["rows"]:
            if "inner_s" in row and row["name"] != "MPI":
                rows.append([f"k-means, {found['points']:,} vectors, {row['name']} (without its start), time by Cleave's",
                             f"{row['inner_s'] / by[CLEAVE]['median_s']:.1f}",
                             "" if "product" in row["name"] else "at least 20"])  # fmt: skip
    return rows


def isTooSlow(why):
    return bool(why) and why.startswith(TOO_SLOW)


def corpusSummary(results):
    parallel = {n: byName(f) for n, f in members(results, "corpus").items() if f["kind"] == "parallel"}
    rows = []
    if ups := {name: speedUp(by, CLEAVE) for name, by in parallel.items()}:
        lowest = min(ups, key=ups.get)
        rows.append([f"corpus, {len(ups)} parallel programs, speed-up over `{CLANG}`: geometric mean",
                     cell(statistics.geometric_mean(ups.values())), "at least 1.85"])  # fmt: skip
        rows.append(["the same: lowest", f"{ups[lowest]:.2f} ({lowest})", "at least 0.97"])
    for peer in (OPENMP, TBB, GCC, PARLOOPS, POLLY):
        beside = {n: speedUp(by, CLEAVE, peer) for n, by in parallel.items() if hasFigures(by, peer)}
        if beside:
            lowest = min(beside, key=beside.get)
            rows.append([f"{peer}'s time by Cleave's, {len(beside)} programs: geometric mean, lowest",
                         f"{statistics.geometric_mean(beside.values()):.2f}, {beside[lowest]:.2f} ({lowest})",
                         "at least 1.00" if peer in (OPENMP, TBB) else ""])  # fmt: skip
        if slow := [n for n, by in parallel.items() if isTooSlow(by.get(peer, {}).get("why"))]:
            rows.append([f"{peer}: programs that take more than five times the plain one's time, not in the mean",
                         f"{len(slow)} of {len(parallel)}", ""])  # fmt: skip
        if unchanged := [n for n, by in parallel.items() if by.get(peer, {}).get("why") == NOTHING_PARALLEL]:
            rows.append(
                [f"{peer}: programs in which it makes no loop parallel", f"{len(unchanged)} of {len(parallel)}", ""]
            )
    one = {n: 1 / speedUp(byName(f), ONE) for n, f in members(results, "corpus").items()
           if hasFigures(byName(f), ONE) and byName(f)[CLANG]["median_s"] >= 0.1}  # fmt: skip
    if one:
        worst = max(one, key=one.get)
        rows.append([f"one worker, {len(one)} programs of 0.1 s and more, time by `{CLANG}`'s: geometric mean",
                     f"{statistics.geometric_mean(one.values()):.3f}", "at most 1.02"])  # fmt: skip
        rows.append(["the same: worst", f"{one[worst]:.3f} ({worst})", "at most 1.05"])
    return rows


def nanoseconds(value):
    return f"{value:.1f} ns" if value < 1000 else f"{value / 1e3:.2f} us" if value < 1e6 else f"{value / 1e6:.2f} ms"


def pricesSummary(results):
    return [[what, nanoseconds(value), f"at most {nanoseconds(wanted)}" if wanted else ""]
            for found in members(results, "spawns").values() for what, value, wanted in found["prices"]]  # fmt: skip


def spawnsTable(found):
    lines = []
    for row in found["rows"]:
        lines.append([row["name"], "", "", row["why"]] if "why" in row else
                     [row["name"], nanoseconds(row["median_ns"]), nanoseconds(row["first_ns"]), ""])  # fmt: skip
    return table(["", "median round or task", "first one", ""], lines)


def replays(results):
    return {name: found["replay"] for name, found in results["measurements"].items() if "replay" in found}


def scalingSummary(results):
    rows = []
    for key, where in (("off_at_all", "all workers"), ("off_at_one", "one worker")):
        if told := scaling.check(replays(results).values(), key):
            count, within, median, worst = told
            rows.append([f"simulated by measured time on {where}: within 10%; off by, median and worst",
                         f"{within} of {count}; {median:.1%}, {worst:.1%}", "all within 10%"])  # fmt: skip
    return rows


def scalingTable(results):
    lines = []
    for name, replay in replays(results).items():
        for key, where in (("cores", ""), ("nodes", f", nodes of {scaling.CORES_PER_NODE}")):
            if key not in replay:
                continue
            rows = [row for row in replay[key] if row["cores"] in scaling.CORES]
            off = [f"{replay[at]:+.1%}" for at in ("off_at_one", "off_at_all")] if key == "cores" else ["", ""]
            lines.append([name + where, *off, *(f"{row['speed_up']:.1f}" for row in rows), rows[-1]["bound"]])
        if "why" in replay:
            lines.append([name, "", "", *[""] * len(scaling.CORES), replay["why"]])
    counts = [f"{cores:,} cores" for cores in scaling.CORES]
    return lines and table(["simulated speed-up", "off at 1", "off at all", *counts, "bound at the last by"], lines)


def rowsTable(measurement):
    lines = []
    for row in measurement["rows"]:
        if "why" in row:
            lines.append([row["name"], "", "", "", "", row["why"]])
        else:
            lines.append([row["name"], seconds(row["median_s"]), f"{seconds(row['least_s'])} to {seconds(row['most_s'])}",
                          cell(row.get("inner_s"), "{:.3f}"), f"{row['ratio']:.3f}",
                          f"{row['coverage']:.1%} in tasks" if "coverage" in row else ""])  # fmt: skip
    return table(["", "median, s", "least to most", "without start, s", "ratio", ""], lines)


def fibCalls(n):
    """How many calls fib(n) makes, itself included."""
    here, below = 1, 1
    for _ in range(n - 1):
        here, below = here + below + 1, here
    return here


def compilingTable(results):
    lines = []
    for found in members(results, "compiling").values():
        for size in found["sizes"]:
            by = byName(size)
            clang, cleave = by[CLANG], by["cleave++ -O3"]
            each = cleave["median_s"] / size["lines"] * 1e3
            lines.append([f"{size['lines']:,}", seconds(clang["median_s"]), seconds(cleave["median_s"]),
                          f"{cleave['ratio']:.2f}", f"{each:.1f} ms"])  # fmt: skip
    return lines and table(["lines compiled", f"`{CLANG}`, s", "`cleave++ -O3`, s", "ratio", "a line"], lines)


def corpusTable(results, group):
    lines = []
    peers = [GCC, PARLOOPS, POLLY, OPENMP, TBB]
    for name, found in members(results, group).items():
        by = byName(found)
        if found["kind"] != "parallel":
            continue
        cells = []
        for peer in [CLEAVE, *peers]:
            why = by.get(peer, {}).get("why")
            cells.append(
                "-"
                if why == NOTHING_PARALLEL
                else "slow" if isTooSlow(why) else "fails" if why else cell(speedUp(by, peer))
            )
        lines.append([name, seconds(by[CLANG]["median_s"]), *cells, f"{by[CLEAVE]['coverage']:.2f}"])
    return lines and table(["speed-up over `clang++-22 -O3`", "its s", CLEAVE, *peers, "in tasks"], lines)


def oneWorkerTable(results):
    lines = []
    for name, found in members(results, "corpus").items():
        by = byName(found)
        if hasFigures(by, ONE) and found["kind"] == "sequential":
            lines.append(
                [name, seconds(by[CLANG]["median_s"]), f"{1 / speedUp(by, ONE):.3f}", f"{1 / speedUp(by, CLEAVE):.3f}"]
            )
    return lines and table([f"sequential; time by `{CLANG}`'s", "its s", "one worker", "all workers"], lines)


def failures(results):
    told = {}
    for name, found in results["measurements"].items():
        for row in found.get("rows", []):
            if "why" in row and row["why"] != NOTHING_PARALLEL and not isTooSlow(row["why"]):
                told.setdefault((row["name"], row["why"]), []).append(name)
    whole = [f"- all of {name}: {why}" for name, why in results.get("failed", {}).items()]
    return whole + [f"- {contender}, {', '.join(where)}: {why}" for (contender, why), where in told.items()]


def tables(results):
    about = results["machine"]
    versions = ", ".join(f"{name} {version or 'none'}" for name, version in results.get("versions", {}).items())
    parts = [f"{results['date']}; {about['processor']}, {about['cores']} cores, {about['memory_gib']} GiB, {about['system']}, "
             f"Linux {about['kernel']}; load {about['load_at_start']} at the start; medians of {results['runs']} interleaved runs"
             + ("; **small problems (`--quick`), figures mean nothing**" if results["quick"] else "") + ".",
             f"Versions: {versions}."]  # fmt: skip
    if rows := summary(results):
        parts += ["### In short", table(["", "measured", "wanted"], rows)]
    for name, found in members(results, "kmeans").items():
        parts += [f"### k-means, {found['points']:,} vectors\n\n{found['dimensions']} dimensions, {found['clusters']} clusters, "
                  f"{found['rounds']} rounds, {found['number']}s.", rowsTable(found)]  # fmt: skip
    for name, found in members(results, "recursion").items():
        parts += [f"### {name} {' '.join(found['arguments'])}", rowsTable(found)]
        if less := found.get("spawning_at_every_call"):
            parts += [f"With tasks at every call, {name} {' '.join(less['arguments'])}:", rowsTable(less)]
    for found in members(results, "spawns").values():
        parts += ["### Spawns and tasks that do little", spawnsTable(found)]
    for group, title in (("examples", "Examples"), ("corpus", "Corpus")):
        if rows := corpusTable(results, group):
            parts += [
                f"### {title}\n\n`-`: the compiler makes no loop of it parallel; `slow`: the program takes more than "
                "five times as long, and was not run again.",
                rows,
            ]
    if sequential := oneWorkerTable(results):
        parts += [sequential]
    if scalingRows := scalingTable(results):
        parts += ["### More cores, simulated\n\n"
                  "By `bench/simulate.py` from a trace of this machine's run; against one simulated core. `off`: simulated by "
                  "measured time.", scalingRows]  # fmt: skip
    if compiled := compilingTable(results):
        parts += ["### Compiling", compiled]
    if told := failures(results):
        parts += ["### Not measured", "\n".join(told)]
    return "\n\n".join(parts) + "\n"


def draw(folder, results, peers):
    """The plots, as text that shows them; or why there are none."""
    try:
        python = peers.python("matplotlib")
    except Failure as failure:
        return f"There are no plots: {failure}."
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "plots.py")
    drawn = subprocess.run(
        [python, script, os.path.join(folder, "images")], input=json.dumps(results), capture_output=True, text=True
    )
    if drawn.returncode != 0:
        sys.exit(f"bench/run: the plots failed:\n{drawn.stderr}")
    return drawn.stdout


def write(folder, results, peers):
    """Puts the figures between the markers of FOLDER/performance.md, which is begun if it is not there."""
    os.makedirs(os.path.join(folder, "images"), exist_ok=True)
    path = os.path.join(folder, "performance.md")
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except FileNotFoundError:
        text = f"# Performance\n\n{BEGIN}\n{END}\n"
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        sys.exit(f"bench/run: {path} has not its two markers, {BEGIN} and {END}")
    before, after = text[: text.index(BEGIN) + len(BEGIN)], text[text.index(END) :]
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{before}\n\n{draw(folder, results, peers)}\n{tables(results)}\n{after}")
    print(f"bench/run: wrote {path}", file=sys.stderr)
