"""Holds docs/reasons.md against the sources and against the compiler.

    reasons.py SOURCE-FOLDER CLEAVE++

1. The reasons in the sources (how they are written there is below) are those of the page, and the other way round.
2. All `before` examples of the page are compiled as one program, each in a namespace of its own, and so are all `after`
   examples. The partition (-cleave-emit=partition) has a decision for each call: a `before` must hold a call that was
   refused for the section's reason, an `after` one that is cut.
"""

import json
import os
import re
import subprocess
import sys
import tempfile

HEADERS = """atomic cerrno cmath csetjmp cstdio cstdlib cstring exception numeric stdexcept string string_view utility
vector""".split()
FRAME = """
static long crunched(long seed) {
  for (int i = 0; i < 100000; ++i)
    seed = seed * 1664525 + 1013904223;
  return seed;
}
"""
PROGRAM = """
long program(long n) {
  long sum = 0;
  for (long i = 0; i < n; ++i)
    sum += work(i);
  return sum;
}
"""
# refuse("io", ...), no("type", ...), borrow(set, "loop-pointer", ...), and a Refusal that is written out: refusal = {"handler", ..., return {"extent", ...
REASON = re.compile(r'(?:\brefuse\(|\bno\(|\bborrow\([^\"]*|\bwhy = \{|[rR]efusal(?: \w+)?(?: = )?\{|\breturn \{(?!"[a-z]+", ")|\.reason = )\s*"([a-z]+(?:-[a-z]+)*)"')
NEEDS_NO_AFTER = {"inside-task"}


def reasonsOfSources(source):
    found = {}
    for room in ("passes", "partitioner"):
        folder = os.path.join(source, room)
        for name in sorted(os.listdir(folder)):
            if name.endswith(".cpp"):
                with open(os.path.join(folder, name), encoding="utf-8") as text:
                    for reason in REASON.findall(text.read()):
                        found.setdefault(reason, f"{room}/{name}")
    return found


def sectionsOfPage(source):
    with open(os.path.join(source, "docs", "reasons.md"), encoding="utf-8") as page:
        parts = re.split(r"^## (.+)$", page.read(), flags=re.MULTILINE)[1:]
    sections = {}
    for name, body in zip(parts[::2], parts[1::2]):
        sections[name] = dict(re.findall(r"^```cpp (before|after)\n(.*?)^```$", body, re.MULTILINE | re.DOTALL))
    return sections


def oneProgram(examples):
    """The text of a program with all examples, and for each line of it the reason whose example stands there."""
    lines = [f"#include <{header}>" for header in HEADERS] + FRAME.splitlines()
    owners = [None] * len(lines)
    calls = []
    for reason, code in examples.items():
        space = reason.replace("-", "_") + "_example"
        body = code if "long program(" in code else code + PROGRAM
        added = [f"namespace {space} {{", *body.splitlines(), "}"]
        lines += added
        owners += [reason] * len(added)
        # A volatile store keeps the calls themselves from being moved.
        calls.append(f"  sink = {space}::program(n);")
    lines += ["int main(int n, char **) {", "  volatile long sink;", *calls, "  return sink != 0;", "}"]
    return "\n".join(lines) + "\n", owners


def decisions(compiler, examples, folder):
    """Per reason: what the compiler decided about the calls of its example."""
    text, owners = oneProgram(examples)
    path = os.path.join(folder, "examples.cpp")
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)
    command = [compiler, "-std=c++20", "-O2", "-w", "-cleave-emit=partition", "examples.cpp"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"the examples do not compile:\n{result.stderr}")
    sites = {reason: [] for reason in examples}
    for site in json.loads(result.stdout)["sites"]:
        line = site["line"] - 1
        if site["file"] == "examples.cpp" and line < len(owners) and owners[line]:
            sites[owners[line]].append(site)
    return sites


def main():
    source, compiler = sys.argv[1:]
    problems = []
    inSources, sections = reasonsOfSources(source), sectionsOfPage(source)
    for reason in sorted(inSources.keys() - sections.keys()):
        problems.append(f"'{reason}' ({inSources[reason]}) has no section in docs/reasons.md")
    for reason in sorted(sections.keys() - inSources.keys()):
        problems.append(f"docs/reasons.md explains '{reason}', which nothing gives")
    with tempfile.TemporaryDirectory(prefix="reasons-") as folder:
        before = {reason: codes["before"] for reason, codes in sections.items() if "before" in codes}
        after = {reason: codes["after"] for reason, codes in sections.items() if "after" in codes}
        for reason in sections:
            if reason not in before or (reason not in after and reason not in NEEDS_NO_AFTER):
                problems.append(f"the section '{reason}' lacks an example")
        for reason, sites in decisions(compiler, before, folder).items():
            given = [site.get("reason", "cut") for site in sites]
            if reason not in given:
                problems.append(f"the first example of '{reason}' is not refused for it: {', '.join(given) or 'no call'}")
        for reason, sites in decisions(compiler, after, folder).items():
            if all(site["cut"] == "none" for site in sites):
                given = [f"{site['reason']}: {site['message']}" for site in sites]
                problems.append(f"the second example of '{reason}' is not split: {'; '.join(given) or 'no call'}")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
