"""How long cleave++ -O3 takes beside clang++-22 -O3, for the generated programs of bench/compile-time.py. Both make a
finished file of one source."""

import importlib.util
import os

from contenders import root
from corpus import CLANG
from sidebyside import measure, summarised

SIZES, QUICK_SIZES = (1000, 3000), (200,)


def generated(lines):
    """A program of about so many lines, by the script whose name is no module's."""
    path = os.path.join(root, "bench", "compile-time.py")
    spec = importlib.util.spec_from_file_location("compile_time", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.program(lines)


def measured(context):
    sizes = []
    for size in QUICK_SIZES if context.isQuick else SIZES:
        source, output = os.path.join(context.folder, "program.cpp"), os.path.join(context.folder, "out")
        text = generated(size)
        with open(source, "w", encoding="utf-8") as file:
            file.write(text)
        flags = ["-std=c++20", "-O3", source, "-o", output]
        cleave = os.path.join(context.build, "bin", "cleave++")
        entries = [{"name": CLANG, "run": ["clang++-22", *flags]}, {"name": "cleave++ -O3", "run": [cleave, *flags]}]
        sizes.append(
            {
                "lines": text.count("\n"),
                "rows": summarised(measure(entries, context.runs, progress=False, limit=context.limit)),
            }
        )
    return {"sizes": sizes}


def items():
    yield "compile-time", measured
