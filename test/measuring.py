"""The programs of the corpus (test/programs) as what measures them sees them: test/programs/status and bench/.

A program's own comments say what it is: PARALLEL or SEQUENTIAL (one that says neither is a test and nothing more), FLAGS
for every compiler and CLEAVE-FLAGS for cleave++ alone, ARGS and STDIN of its test, STATUS-ARGS of a larger problem, on
which it is measured.
"""

import glob
import os
import re
import shlex

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "programs")


class Program:
    """`kind` is "parallel" or "sequential"; `said` are the directives with a value, as text."""

    def __init__(self, path, kind, text):
        self.path, self.kind = path, kind
        self.name = os.path.splitext(os.path.basename(path))[0]
        self.said = dict(re.findall(r"^// ([A-Z][-A-Z]*): (.*)$", text, re.M))
        self.flags = self.words("FLAGS")
        self.cleaveFlags = self.flags + self.words("CLEAVE-FLAGS")

    def words(self, directive):
        return shlex.split(self.said.get(directive, ""))

    def arguments(self, isQuick=False):
        """Those of the larger problem; `isQuick`: those of its test."""
        return self.words("ARGS" if isQuick or "STATUS-ARGS" not in self.said else "STATUS-ARGS")

    def input(self):
        """The file that is its standard input, or None."""
        return os.path.join(FOLDER, self.said["STDIN"]) if "STDIN" in self.said else None

    def stdin(self):
        if not self.input():
            return None
        with open(self.input(), "rb") as file:
            return file.read()


def programs():
    for path in sorted(glob.glob(os.path.join(FOLDER, "*.cpp"))):
        with open(path, encoding="utf-8") as source:
            text = source.read()
        kind = re.search(r"^// (PARALLEL|SEQUENTIAL)$", text, re.M)
        if kind:
            yield Program(path, kind.group(1).lower(), text)
