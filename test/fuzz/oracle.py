"""What a program must hold: the plain build by g++ -O2 is right, and each mode of the cleave build gives its bytes and its
exit status.

`judge` answers with a Verdict. A failure has a `kind`, which tells bugs apart while a program is reduced: `crash` (the
compiler dies; with where, from its last words), `refused` (it ends with an error), `differs <mode>`, `hangs <mode>`,
`left <mode>` (a process stays behind). `isSound` is for programs that were changed or are suspected: g++ and clang++ at
-O0 and -O2 agree, and the sanitizers are silent.
"""

import json
import os
import re
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from running import MODE_OPTIONS, MODES, Failure, compare, run

FLAGS = ["-std=c++20", "-ffp-contract=off"]
SECONDS = 30


class Tools:
    def __init__(self, binaries, gxx="g++", clangxx="clang++-22"):
        self.cleavexx, self.cleave = os.path.join(binaries, "cleave++"), os.path.join(binaries, "cleave")
        self.gxx, self.clangxx = gxx, clangxx


class Verdict:
    """`kind` is None if all is well. `tasks` and `kinds` are the figures of the isolated run, or of mode check where that is
    not wanted: how many tasks ran, of how many kinds."""

    def __init__(self, kind=None, words="", tasks=0, kinds=0, statements=0):
        self.kind, self.words, self.tasks, self.kinds, self.statements = kind, words, tasks, kinds, statements


class Invalid(Exception):
    """The program is not one: g++ does not take it."""


def judge(tools, source, wantedModes=MODES):
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        return build(tools, source, folder, "-O2") or runAll(tools, folder, wantedModes)


def judgePack(tools, source, modesOf):
    """{seed: verdict} for the programs of a pack, each in processes of its own as ever; nothing if the pack cannot be
    built. `modesOf` has a seed's modes. The plain build is -O1 here, since g++ takes half as long again for -O2; what
    differs is judged by itself anyhow."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        try:
            if build(tools, source, folder, "-O1"):
                return {}
        except Invalid:
            return {}
        return {seed: runAll(tools, folder, modes, [str(seed)]) for seed, modes in modesOf.items()}


def build(tools, source, folder, plainLevel):
    """Nothing, or the verdict on a compiler that failed. Leaves `plain` and `app.cleave` in the folder."""
    built = run([tools.gxx, *FLAGS, plainLevel, "-w", source, "-o", os.path.join(folder, "plain")], timeoutSeconds=600)
    if built.status != 0:
        raise Invalid(built.err.decode(errors="replace"))
    return compile(tools, source, folder)


def compile(tools, source, folder):
    """The half of it that cleave++ does."""
    try:
        command = [tools.cleavexx, *FLAGS, "-O2", "-w", source, "-o", os.path.join(folder, "app.cleave")]
        built = run(command, timeoutSeconds=120 + os.path.getsize(source) // 1000)
    except Failure as failure:
        return Verdict("hangs compiler", str(failure))
    return compilerFailed(built) if built.status != 0 else None


def runAll(tools, folder, modes, arguments=()):
    reference = run([os.path.join(folder, "plain"), *arguments], timeoutSeconds=SECONDS)
    verdict = Verdict()
    for mode in modes:
        found = runMode(tools, mode, folder, arguments, reference, verdict)
        if found:
            return found
    return verdict


def compilerFailed(built):
    words = built.err.decode(errors="replace")
    if built.status in (1, 2) and "PLEASE submit" not in words and "Assertion" not in words:
        return Verdict("refused", words)
    places = re.findall(r"(?:cleave::|llvm::)?(\w+::\w+)\(", words)
    own = [place for place in places if "cleave" in place] or places
    return Verdict(f"crash {own[0] if own else built.status}", words)


def runMode(tools, mode, folder, arguments, reference, verdict):
    stats = os.path.join(folder, f"{mode}.json")
    name = f"--mode={mode}"
    try:
        options = [*MODE_OPTIONS.get(mode, []), "--workers=2", f"--stats={stats}"]
        bundle = os.path.join(folder, "app.cleave")
        result = run([tools.cleave, "run", name, *options, bundle, *arguments], timeoutSeconds=SECONDS)
        compare(result, reference, name, "the g++ build")
    except Failure as failure:
        words = str(failure)
        kind = "hangs" if "still running" in words else "left" if "left a process" in words else "differs"
        return Verdict(f"{kind} {mode}", words)
    if (mode == "isolated" or (mode == "check" and not verdict.tasks)) and os.path.exists(stats):
        with open(stats) as file:
            figures = json.load(file)
        verdict.tasks = figures["tasks_run"]
        verdict.kinds = sum(1 for kind in figures["tasks_by_kind"].values() if kind["count"])
    return None


def whyUnsound(tools, source, isThorough=True):
    """None for a program that can prove something, else what is wrong with it."""
    builds = [(tools.gxx, ["-O0"]), (tools.gxx, ["-O2", "-Wall", "-Werror=uninitialized", "-Werror=maybe-uninitialized",
                                                 "-Werror=return-type"]), (tools.clangxx, ["-O2", "-w"])]  # fmt: skip
    if isThorough:
        sanitizers = ["-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-D_GLIBCXX_ASSERTIONS", "-w"]
        builds.append((tools.clangxx, sanitizers))
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        results = []
        for number, (compiler, flags) in enumerate(builds):
            binary = os.path.join(folder, f"plain-{number}")
            built = run([compiler, *FLAGS, *flags, source, "-o", binary])
            if built.status != 0:
                return f"{compiler} {' '.join(flags)}: {built.err.decode(errors='replace')[-2000:]}"
            try:
                results.append((f"{compiler} {flags[0]}", run([binary], timeoutSeconds=SECONDS)))
                compare(results[-1][1], results[0][1], f"{compiler} {' '.join(flags)}", f"{tools.gxx} -O0")
            except Failure as failure:
                return str(failure)
    return None
