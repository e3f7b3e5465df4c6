"""Writes a page of two invented measurements into a folder, with no plots: there is no Python for them."""

import sys

sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
import corpus
import page
from contenders import NOTHING_PARALLEL, Peers


def row(name, seconds, **more):
    return {"name": name, "median_s": seconds, "least_s": seconds, "most_s": seconds, "ratio": seconds / 2, **more}


def program(cleave, openmp, one):
    rows = [row(corpus.CLANG, 2.0), row(corpus.CLEAVE, cleave, coverage=0.9), row(corpus.ONE, one),
            row(corpus.OPENMP, openmp), {"name": corpus.POLLY, "why": NOTHING_PARALLEL},
            {"name": corpus.TBB, "why": "libtbb-dev is not installed"}]  # fmt: skip
    return {"group": "corpus", "kind": "parallel", "arguments": [], "rows": rows}


results = {
    "date": "2026-01-01", "runs": 5, "quick": False, "versions": {"g++": "12.2.0", "ray": None},
    "machine": {"processor": "p", "cores": 2, "memory_gib": 4, "system": "s", "kernel": "k", "load_at_start": 0},
    "measurements": {"fast": program(1.0, 1.0, 2.0), "slow": program(4.0, 2.0, 2.5)},
}  # fmt: skip
results["measurements"]["fast"]["replay"] = {
    "off_at_one": 0.05, "off_at_all": -0.2,
    "cores": [{"cores": n, "seconds": 2 / n, "speed_up": n, "bound": "bytes"} for n in (1, 2, 16, 128, 1024)],
}  # fmt: skip
page.write(sys.argv[2], results, Peers(sys.argv[2], mayFetch=False))
