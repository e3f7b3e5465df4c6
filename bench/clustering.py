"""k-means as in Table 1 of the paper: vectors of 100 dimensions in 100 clusters. Beside examples/kmeans.cpp by the
plain compilers and by Cleave stand MPI (arrays, one rank a core, the same arithmetic; bench/peers/mpi) and Ray, Dask
and PySpark as their users write it (bench/peers/python), which read the same points from a file.

The plain program's bytes are what Cleave must print. MPI and the Python peers add in another order, so their figures
are compared as numbers.
"""

import os
import re

from contenders import built, root
from corpus import CLANG, CLEAVE, GCC, ONE
from scaling import replayed
from sidebyside import measure, succeed, summarised

DIMENSIONS, CLUSTERS, ROUNDS = "100", "100", "2"
TOLERANCE = {"double": 1e-9, "float": 1e-3}
SYSTEMS = {"ray": "Ray", "dask": "Dask", "pyspark": "PySpark"}
STYLES = {"plain": "plain Python", "numpy": "NumPy", "product": "NumPy, as a matrix product"}
# The Python peers take long for little.
PYTHON_POINTS, PYTHON_LIMIT = 2048, 300


def numbers(output):
    return [float(word) for word in re.findall(rb"(?:inertia|sum) (\S+)", output)]


def differsAsNumbers(tolerance):
    def differs(expected, given):
        status, output = given
        wanted, told = numbers(expected[1]), numbers(output)
        if status != 0 or len(told) != len(wanted):
            return "it did not come to a result"
        worst = max(abs(a - b) / max(abs(a), 1e-300) for a, b in zip(wanted, told))
        return f"its result is off by {worst:.1e}" if not worst <= tolerance else None

    return differs


def availableBytes():
    with open("/proc/meminfo") as file:
        return int(re.search(r"MemAvailable:\s+(\d+)", file.read()).group(1)) * 1024


def numberFor(points):
    """The number type: float where the vectors of doubles, and once more as much, would not fit into memory."""
    return "double" if points * int(DIMENSIONS) * 8 * 2 < availableBytes() else "float"


def sourceOf(number, folder):
    """examples/kmeans.cpp, or a copy of it that computes with floats."""
    source = os.path.join(root, "examples", "kmeans.cpp")
    if number == "double":
        return source
    with open(source, encoding="utf-8") as file:
        text = re.sub(r"\bdouble\b", number, file.read())
    copy = os.path.join(folder, "kmeans-float.cpp")
    with open(copy, "w", encoding="utf-8") as file:
        file.write(text)
    return copy


def compiled(context, points, number, isWhole):
    """Entries of the compiled contenders. Not `isWhole`: without those that say nothing new about larger problems."""
    source, make = sourceOf(number, context.folder), context.builder
    given = [str(points), DIMENSIONS, CLUSTERS, ROUNDS]
    clang, gcc, mpi, bundle = (os.path.join(context.folder, name) for name in ("clang", "gcc", "mpi", "kmeans.cleave"))
    stats = os.path.join(context.folder, "stats.json")
    yield {"name": CLANG, "build": lambda: make.clang(source, clang), "run": [clang, *given]}
    yield {"name": CLEAVE, "build": lambda: make.cleave(source, bundle), "stats": stats,
           "run": make.cleaveRun(bundle, more=[f"--stats={stats}"]) + given}  # fmt: skip
    mpiSource = os.path.join(root, "bench", "peers", "mpi", "kmeans.cpp")
    yield {"name": "MPI", "build": lambda: make.mpi(mpiSource, mpi, [f"-DNUMBER={number}"]),
           "run": make.mpiRun(mpi) + given, "optional": True,
           "differs": differsAsNumbers(TOLERANCE[number])}  # fmt: skip
    if isWhole:
        yield {"name": "Cleave, isolated", "run": make.cleaveRun(bundle, mode="isolated") + given}
        yield {"name": ONE, "run": make.cleaveRun(bundle, workers=1) + given}
        yield {"name": GCC, "build": lambda: make.gcc(source, gcc), "run": [gcc, *given], "optional": True}


def pointsFile(context, points):
    """The points as 64-bit floats, one after another, as the plain program makes them."""
    path = os.path.join(context.folder, f"points-{points}")
    program = os.path.join(context.folder, "points")
    if not os.path.exists(program):
        context.builder.clang(os.path.join(root, "bench", "peers", "python", "points.cpp"), program)
    with open(path, "wb") as out:
        out.write(succeed([program, str(points), DIMENSIONS]))
    return path


def pythonPeers(context, points, styles):
    path = pointsFile(context, points)
    for system, title in SYSTEMS.items():
        for style in styles:

            def build(system=system):
                if system == "pyspark":
                    context.peers.system("java")
                context.peers.python("numpy")
                context.peers.python(system)

            script = os.path.join(root, "bench", "peers", "python", f"kmeans_{system}.py")
            python = os.path.join(context.peers.venv, "bin", "python")
            run = [python, script, style, path, DIMENSIONS, CLUSTERS, ROUNDS, str(context.cores)]
            yield {"name": f"{title}, {STYLES[style]}", "build": build, "run": run, "optional": True,
                   "limit": PYTHON_LIMIT, "differs": differsAsNumbers(1e-6),
                   "environment": {"PYTHONDONTWRITEBYTECODE": "1", "RAY_USAGE_STATS_ENABLED": "0"}}  # fmt: skip


def measured(context, points, more=(), isWhole=True, runs=None):
    number = numberFor(points)
    entries = built([*compiled(context, points, number, isWhole), *more])
    rows = summarised(measure(entries, runs or context.runs, progress=False, limit=context.limit * 5))
    for row in rows:
        if figures := row.pop("stats_of_last_run", None):
            row["coverage"] = figures["coverage"]
    result = {"points": points, "dimensions": int(DIMENSIONS), "clusters": int(CLUSTERS), "rounds": int(ROUNDS),
                "number": number, "rows": rows}  # fmt: skip
    median = {row["name"]: row.get("median_s") for row in rows}
    if ONE in median:
        given = [str(points), DIMENSIONS, CLUSTERS, ROUNDS]
        bundle = os.path.join(context.folder, "kmeans.cleave")
        result["replay"] = replayed(context, given, bundle, median[ONE], median[CLEAVE], isOnNodes=True)
    return result


def small(context):
    points = 512 if context.isQuick else PYTHON_POINTS
    return measured(context, points, list(pythonPeers(context, points, ["plain", "numpy"])), isWhole=False)


def medium(context):
    points = 20000 if context.isQuick else 400000
    return measured(context, points, list(pythonPeers(context, points, ["product"])))


def items(isLarge):
    yield "kmeans-python", small
    yield "kmeans-400000", medium
    yield "kmeans-1600000", lambda context: measured(context, 40000 if context.isQuick else 1600000, isWhole=False)
    if isLarge:
        yield "kmeans-8000000", lambda context: measured(context, 80000 if context.isQuick else 8000000, isWhole=False)
