"""fib and n-queens, recursions without a cut-off: the plain program, Cleave, and what a programmer would write with
oneTBB's task_group and OpenMP's tasks (bench/peers). Those are given a smaller problem, because they spawn at every
call; their ratio is to the plain program on that same problem.
"""

import os

from contenders import built, root
from corpus import CLANG, CLEAVE, GCC, ONE, OPENMP, TBB
from scaling import replayed
from sidebyside import measure, summarised

# name: source, arguments, arguments with --quick, arguments of those that spawn at every call
PROBLEMS = {
    "fib": ("bench/fib.cpp", ["42"], ["32"], ["30"]),
    "nqueens": ("examples/nqueens.cpp", ["15"], ["11"], ["11"]),
}


def measured(name, context):
    source, arguments, quick, small = PROBLEMS[name]
    source = os.path.join(root, source)
    make = context.builder

    def entry(label, way, given, source=source, output=None, optional=True, environment=None):
        output = output or os.path.join(context.folder, f"{label.split()[0]}-{name}")
        return {"name": label, "build": lambda: way(source, output), "run": [output, *given], "optional": optional,
                "environment": environment}  # fmt: skip

    given = quick if context.isQuick else arguments
    bundle = os.path.join(context.folder, "app.cleave")
    cleave = entry(CLEAVE, make.cleave, given, output=bundle, optional=False)
    large = [
        entry(CLANG, make.clang, given, optional=False),
        {**cleave, "run": make.cleaveRun(bundle) + given},
        {"name": ONE, "run": make.cleaveRun(bundle, workers=1) + given},
        entry(GCC, make.gcc, given),
    ]
    bySpawns = [
        entry(CLANG, make.clang, small, optional=False),
        {"name": CLEAVE, "run": make.cleaveRun(bundle) + small},
        entry(TBB, make.tbb, small, os.path.join(root, "bench", "peers", "tbb", name + ".cpp")),
        entry(OPENMP, make.openmp, small, os.path.join(root, "bench", "peers", "openmp", name + ".cpp"),
              environment={"OMP_NUM_THREADS": str(context.cores)}),
    ]  # fmt: skip
    result = {
        "arguments": given,
        "rows": summarised(measure(built(large), context.runs, progress=False, limit=context.limit)),
    }
    rows = summarised(measure(built(bySpawns), context.runs, progress=False, limit=context.limit))
    result["spawning_at_every_call"] = {"arguments": small, "rows": rows}
    median = {row["name"]: row.get("median_s") for row in result["rows"]}
    result["replay"] = replayed(context, given, bundle, median[ONE], median[CLEAVE])
    return result


def items():
    for name in PROBLEMS:
        yield name, lambda context, name=name: measured(name, context)
