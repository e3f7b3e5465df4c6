#!/usr/bin/env python3
"""Builds one program with g++ and with cleave++, runs it in every mode, and holds the results side by side.

This is the test of the project's first promise: a Cleave program is a plain C++ program. Standard output's bytes and
the exit status of each run must be those of the g++ build; nothing else decides. What the program says about itself
stands in its own comments:

    // ARGS: 5000 7              arguments of every run
    // FLAGS: -O3                for both compilers, after -std=c++20 -O2
    // CLEAVE-FLAGS: -fno-x     for cleave++ alone
    // STDIN: Inputs/text.txt    a file beside the program, given as standard input (or --stdin FILE)
    // EXPECT-TASK: count        the bundle holds a task whose source name is `count` or `count(...)`
    // EXPECT-RAN: count         and the isolated run did at least one such task outside the program
                              and mode check compared something with the program's own doing, and found no difference
    // EXPECT-LOCAL: count       and local workers did (in mode workers)
    // EXPECT-ITEMS: 153 count   tasks of that name did exactly so many calls in the isolated run: all there are
    // EXPECT-NO-TASK: bump      the bundle holds no such task
    // EXPECT-NO-TASK            the bundle holds no task at all
    // KERNEL-ARGS: 50 2         arguments of the run in mode kernel, which is emulated: the same program, less of it
    // NOT-IN-KERNEL: why        the program needs what the node kernel does not have (threads, processes)
    // CHECK-REMARK: text        FileCheck lines over what -Rcleave-missed prints (CHECK-REMARK-NEXT, -DAG and so on)

What the corpus says besides, for test/programs/status; it is not enforced here:

    // PARALLEL                  a person would expect this program to run in parallel
    // SEQUENTIAL                or to stay in one piece: its steps need one another
    // DOMAIN: graph             what it is about
    // STATUS-ARGS: 4000         arguments of the run that is measured, a larger problem than the test's

A program that is not only a test (examples/) says nothing of the kind: `--directives FILE` reads another file for it.

A program whose g++ and clang++ builds differ (unspecified evaluation order, say) can prove nothing; `--plain-only`
compares those two, at -O0 and -O2, and is for whoever writes a test.

Every run gets a session of its own, and at its end the session must be empty: a worker that outlives its program is
a failure of this test too.
"""

import argparse
import concurrent.futures
import json
import os
import re
import shlex
import sys
import tempfile

sys.dont_write_bytecode = True  # a test run leaves nothing in the source tree
from running import MODE_OPTIONS, MODES, Failure, compare, mustSucceed, run


class Directives:
    """What the sources' comments say; unknown EXPECT words are refused, so that a typing error cannot pass a test."""

    KNOWN = {"KERNEL-ARGS", "NOT-IN-KERNEL", "ARGS", "STDIN", "EXPECT-TASK", "EXPECT-RAN", "EXPECT-LOCAL", "EXPECT-NO-TASK",
             "EXPECT-ITEMS", "FLAGS", "CLEAVE-FLAGS"}

    def __init__(self, sources):
        self.values = {word: [] for word in self.KNOWN}
        self.hasRemarks = False
        self.mainFile = sources[0]
        for source in sources:
            with open(source, encoding="utf-8") as lines:
                for line in lines:
                    self.read(line, source)
        self.folder = os.path.dirname(os.path.abspath(sources[0]))

    def read(self, line, source):
        if re.search(r"// CHECK-REMARK[-A-Z]*:", line):
            self.hasRemarks = True
        found = re.match(r"\s*// (ARGS|STDIN|FLAGS|CLEAVE-FLAGS|KERNEL-ARGS|NOT-IN-KERNEL|EXPECT[-A-Z]*)(?::\s*(.*?))?\s*$", line)
        if not found:
            return
        word, value = found.group(1), found.group(2) or ""
        if word not in self.KNOWN:
            raise Failure(f"{source}: unknown directive '{word}'")
        self.values[word].append(value)

    def words(self, word):
        return [part for value in self.values[word] for part in shlex.split(value)]

    def stdin(self):
        given = self.values["STDIN"]
        return os.path.join(self.folder, given[0]) if given else None


def isNamed(task, wanted):
    """A task's name is the source's: `sum<int>(const Block &)`. A test may leave out parameters, template arguments and
    the scope."""
    bare = task.split("(", 1)[0]
    withoutArguments = re.sub(r"<.*>", "", bare)
    return wanted in (task, bare, withoutArguments) or withoutArguments.endswith("::" + wanted)


def comparePlain(options, directives, folder):
    """For whoever writes a test: do the two plain compilers agree on this program, at two levels?"""
    results = {}
    for compiler in (options.gxx, options.clangxx):
        for level in ("-O0", "-O2"):
            binary = os.path.join(folder, f"plain-{len(results)}")
            command = [compiler, "-std=c++20", level, *directives.words("FLAGS"), *options.sources, "-o", binary]
            mustSucceed(run(command), shlex.join(command))
            results[f"{compiler} {level}"] = run([binary, *directives.words("ARGS")], options.stdin or directives.stdin())
    (firstName, first), *others = results.items()
    for name, result in others:
        compare(result, first, name, firstName)
    return first


def build(options, directives, folder):
    plain = os.path.join(folder, "plain")
    command = [options.gxx, "-std=c++20", "-O2", *directives.words("FLAGS"), *options.sources, "-o", plain]
    mustSucceed(run(command), shlex.join(command))
    bundle = os.path.join(folder, "app.cleave")
    command = [options.cleavexx, "-std=c++20", "-O2", *directives.words("FLAGS"), *directives.words("CLEAVE-FLAGS"),
               "-Rcleave-missed", *options.sources]
    remarks = mustSucceed(run([*command, "-o", bundle]), shlex.join(command)).err
    return plain, bundle, remarks


def checkRemarks(options, directives, remarks, folder):
    if not directives.hasRemarks:
        return
    path = os.path.join(folder, "remarks.txt")
    with open(path, "wb") as out:
        out.write(remarks)
    command = [options.filecheck, "--check-prefix=CHECK-REMARK", "--input-file", path, directives.mainFile]
    mustSucceed(run(command), "the remarks differ")


def checkTasks(options, directives, bundle):
    text = mustSucceed(run([options.cleave, "inspect", bundle, "--json"]), "cleave inspect").out
    tasks = [task["name"] for task in json.loads(text)["tasks"]]
    for wanted in directives.values["EXPECT-TASK"] + directives.values["EXPECT-RAN"]:
        if not any(isNamed(task, wanted) for task in tasks):
            raise Failure(f"no task '{wanted}' was found; the bundle has: {', '.join(tasks) or 'none'}")
    for unwanted in directives.values["EXPECT-NO-TASK"]:
        if unwanted == "" and tasks:
            raise Failure(f"a task where none is expected: {', '.join(tasks)}")
        if unwanted and any(isNamed(task, unwanted) for task in tasks):
            raise Failure(f"'{unwanted}' became a task, and must not")


def checkRuns(directives, stats):
    kinds = stats["tasks_by_kind"]
    # Which of them local workers may do, and whether it pays, is another matter: EXPECT-LOCAL.
    key = "EXPECT-LOCAL" if stats["mode"] == "workers" else "EXPECT-RAN"
    for wanted in directives.values[key]:
        if not any(isNamed(task, wanted) and kind["count"] > 0 for task, kind in kinds.items()):
            raise Failure(f"no task '{wanted}' ran; those that did: {json.dumps(kinds)}")
    if stats["mode"] == "check" and directives.values["EXPECT-RAN"] and stats["check"]["compared"] == 0:
        raise Failure(f"--mode=check compared nothing: {json.dumps(stats)}")
    # Which part of the time that is depends on the machine; which calls are a task's does not. With a store some are found,
    # and the kernel's run is given less to do.
    if stats["mode"] == "isolated" and "store" not in stats:
        for expected in directives.values["EXPECT-ITEMS"]:
            count, wanted = expected.split(maxsplit=1)
            done = sum(kind["items"] for task, kind in kinds.items() if isNamed(task, wanted))
            if done != int(count):
                raise Failure(f"tasks did {done} calls of '{wanted}', not {count}: {json.dumps(stats)}")


def testStore(options, directives, bundle, reference, arguments, stdin, folder):
    """Isolated, with a store: the first time it is empty, then it holds tasks and, if it can be kept, the run; and two runs at
    once."""
    key = os.path.join(folder, "key")
    with open(os.open(key, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
        file.write(b"k" * 32)
    statsPath = os.path.join(folder, "store.json")
    command = [options.cleave, "run", "--mode=isolated", "--workers=2", f"--store={folder}/store", f"--key={key}"]
    isKept = False
    for what in ("an empty store", "a store of tasks", "a store"):
        more = ["--remember=tasks"] if what == "a store of tasks" else []
        compare(run([*command, f"--stats={statsPath}", *more, bundle, *arguments], stdin), reference, what, "the g++ build")
        with open(statsPath) as statsFile:
            stats = json.load(statsFile)
        if what == "an empty store":
            checkRuns(directives, stats)
            isKept = stats.get("store", {}).get("run") == "kept"
    if isKept and stats["store"]["run"] != "found":
        raise Failure(f"the run was kept, and was not found: {json.dumps(stats)}")
    if stats.get("store", {}).get("damaged"):
        raise Failure(f"records of the store cannot be read: {json.dumps(stats)}")
    command[4] = f"--store={folder}/shared"
    with concurrent.futures.ThreadPoolExecutor() as pool:
        runs = []
        for mode in ("isolated", "auto"):
            command[2] = f"--mode={mode}"
            runs.append(pool.submit(run, [*command, bundle, *arguments], stdin))
    for one in runs:
        compare(one.result(), reference, "a store that two runs share", "the g++ build")
    compare(run([*command, bundle, *arguments], stdin), reference, "mode auto with a store", "the g++ build")


def test(options, directives, folder):
    if options.plain_only:
        result = comparePlain(options, directives, folder)
        sys.stdout.buffer.write(result.out)
        return
    plain, bundle, remarks = build(options, directives, folder)
    arguments, stdin = directives.words("ARGS"), options.stdin or directives.stdin()
    reference = run([plain, *arguments], stdin)
    for mode in options.modes.split(","):
        if mode == "store":
            testStore(options, directives, bundle, reference, arguments, stdin, folder)
            continue
        if mode == "kernel" and directives.values["NOT-IN-KERNEL"]:
            continue
        if mode == "kernel" and directives.values["KERNEL-ARGS"]:
            arguments = directives.words("KERNEL-ARGS")
            reference = run([plain, *arguments], stdin)
        statsPath = os.path.join(folder, f"{mode}.json")
        command = [options.cleave, "run", f"--mode={mode}", "--workers=2", *MODE_OPTIONS.get(mode, []),
                   f"--stats={statsPath}", bundle, *arguments]  # fmt: skip
        compare(run(command, stdin), reference, f"--mode={mode}", "the g++ build")
        with open(statsPath) as statsFile:
            stats = json.load(statsFile)
        if mode != "serial":
            checkRuns(directives, stats)
        elif stats["tasks_run"] != 0:
            raise Failure("--mode=serial ran a task")
    checkTasks(options, directives, bundle)
    checkRemarks(options, directives, remarks, folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cleavexx", default="cleave++")
    parser.add_argument("--cleave", default="cleave")
    parser.add_argument("--gxx", default="g++")
    parser.add_argument("--clangxx", default="clang++-22")
    parser.add_argument("--filecheck", default="FileCheck-22")
    parser.add_argument("--modes", default=",".join((*MODES, "store")),
                        help="those to try, and store: isolated with a store (default: all)")
    parser.add_argument("--plain-only", action="store_true", help="only compare g++ with clang++")
    parser.add_argument("--stdin", metavar="FILE", help="standard input of every run")
    parser.add_argument("--directives", metavar="FILE", help="read the directives in this file, not in the sources")
    parser.add_argument("sources", nargs="+")
    options = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory(prefix="run-program-") as folder:
            test(options, Directives([options.directives] if options.directives else options.sources), folder)
    except Failure as failure:
        print(f"{options.sources[0]}: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
