"""read-remarks.py FILE - reads an optimisation record with opt-viewer's own reader and prints one line a remark."""

import glob
import sys

sys.path[:0] = glob.glob("/usr/lib/llvm-22/share/opt-viewer")
import optrecord

_, remarks, _ = optrecord.get_remarks(sys.argv[1])
for remark in sorted(remarks.values(), key=lambda remark: (remark.File, remark.Line, remark.Name)):
    kind = type(remark).__name__
    print(kind, remark.Pass, remark.Name, f"{remark.File}:{remark.Line}", remark.Function, "".join(
        next(value for key, value in argument if key != "DebugLoc") for argument in remark.Args))  # fmt: skip
