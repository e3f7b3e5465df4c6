#!/usr/bin/env python3
"""store-check.py [--cleavexx C --cleave C --gxx C] SCENARIO [OPTION...] - one promise of the store (docs/store.md).

    edits      a second run does nothing; one changed block of 64 is done again with the six merges above it; a renamed
               variable in an unrelated function, nothing
    repeats    equal work within one run is done once, with and without a folder
    flips      each record with one byte flipped is found, dropped and made again (seed printed)
    kills      runs that are killed at random instants leave whole records only (seed printed; --kills N, --seed N)
    full       a full disk: the run goes on without the store, and says so
    foreign    names of another key, and guessed ones, read as absent
    bound      the folder stays within --store-size
    kernel     what the node kernel has done, the hosted node finds, and the other way round
    wholes     a run on the same input is not made again, and one that is not the same is
"""

import argparse
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

FOLDER = os.path.dirname(os.path.abspath(__file__))


def fail(message):
    sys.exit(f"store-check.py: {message}")


def expect(isTrue, message):
    if not isTrue:
        fail(message)


class Bench:
    """A program, its plain build, an input, a store and a key, in a folder of their own."""

    def __init__(self, options, folder, source):
        self.options, self.folder = options, folder
        self.key, self.store = os.path.join(folder, "key"), os.path.join(folder, "store")
        self.newKey(self.key)
        self.source = os.path.join(FOLDER, source)
        self.bundle = self.build(self.source)
        self.plain = os.path.join(folder, "plain")
        subprocess.run([options.gxx, "-std=c++20", "-O2", self.source, "-o", self.plain], check=True)
        self.input = os.path.join(folder, "input")
        self.writeInput(random.Random(2012).randbytes(64 * 131072))

    def newKey(self, path):
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            file.write(os.urandom(32))

    def writeInput(self, content):
        with open(self.input, "wb") as file:
            file.write(content)

    def build(self, source, *others):
        bundle = os.path.join(self.folder, "app.cleave")
        subprocess.run([self.options.cleavexx, "-std=c++20", "-O2", source, *others, "-o", bundle], check=True)
        return bundle

    def command(self, *options, store=None, key=None, rounds=4, mode="isolated", remember="tasks"):
        return [self.options.cleave, "run", f"--mode={mode}", "--workers=2", f"--store={store or self.store}",
                f"--remember={remember}", f"--key={key or self.key}", *options, self.bundle, self.input, str(rounds)]  # fmt: skip

    def expected(self, rounds=4):
        return subprocess.run([self.plain, self.input, str(rounds)], capture_output=True, check=True).stdout

    def run(self, *options, rounds=4, prefix=(), **others):
        """The figures of a run whose output is the plain build's."""
        stats = os.path.join(self.folder, "stats.json")
        command = [*prefix, *self.command(f"--stats={stats}", *options, rounds=rounds, **others)]
        result = subprocess.run(command, capture_output=True)
        expect(result.returncode == 0, f"status {result.returncode}: {result.stderr.decode()}")
        expect(result.stdout == self.expected(rounds), "the output is not the plain build's")
        with open(stats) as file:
            figures = json.load(file)
        figures["stderr"] = result.stderr.decode()
        return figures

    def inspect(self, *words, status=0, key=None):
        command = [self.options.cleave, *words, f"--key={key or self.key}"]
        result = subprocess.run(command, capture_output=True, text=True)
        expect(result.returncode == status, f"{' '.join(words)}: status {result.returncode}: {result.stdout}{result.stderr}")
        return result.stdout + result.stderr

    def records(self):
        """One path for each record, which may have several."""
        objects = os.path.join(self.store, "objects")
        paths = sorted(os.path.join(at, name) for at, _, names in os.walk(objects) for name in names)
        return list({os.stat(path).st_ino: path for path in paths}.values())


def done(figures):
    return {name.split("(")[0]: kind["items"] for name, kind in figures["tasks_by_kind"].items() if kind["items"]}


def edits(bench):
    cold = bench.run()
    expect(done(cold) == {"summed": 64, "merged": 63}, f"the first run did {done(cold)}")
    warm = bench.run("--explain")
    expect(warm["tasks_run"] == 0 and warm["items_found"] == 127, f"the second run did {done(warm)}")
    expect("0 run, 64 found" in warm["stderr"], warm["stderr"])
    with open(bench.input, "r+b") as file:
        file.seek(40 * 131072 + 77)
        file.write(b"another")
    edited = bench.run("--explain")
    expect(done(edited) == {"summed": 1, "merged": 6}, f"with one block changed, a run did {done(edited)}")
    expect("1 run: 'block' changed since the last run" in edited["stderr"], edited["stderr"])
    with open(bench.source) as file:
        text = file.read()
    renamed = os.path.join(bench.folder, "renamed.cpp")
    with open(renamed, "w") as file:
        file.write("// A comment, and another line number for all.\n" + text.replace("int unrelated", "int other").replace(
            "return unrelated *", "return other *"))
    bench.build(renamed)
    figures = bench.run()
    expect(figures["tasks_run"] == 0, f"a renamed variable elsewhere: {done(figures)} were done again")
    with open(renamed, "w") as file:
        file.write(text.replace("sums.mixed = (sums.mixed ^ static_cast", "sums.mixed = (sums.mixed * 3 ^ static_cast"))
    bench.build(renamed)
    subprocess.run([bench.options.gxx, "-std=c++20", "-O2", renamed, "-o", bench.plain], check=True)
    figures = bench.run("--explain")
    expect(done(figures) == {"summed": 64, "merged": 63}, f"another summed(): {done(figures)} were done")
    expect("64 run: the code changed since the last run" in figures["stderr"], figures["stderr"])
    name = bench.inspect("store", "ls", bench.store).split()[0]
    why = bench.inspect("why", name, f"--store={bench.store}")
    expect(re.search(r"result of (summed|merged)\(.*levels.cpp:\d+|renamed.cpp:\d+", why) and bench.input in why, why)


def repeats(bench):
    for store in (bench.store, "memory"):
        figures = bench.run(store=store)
        expect(figures["items_run"] == 5 and figures["items_found"] == 195, f"{store}: {done(figures)} were done")


def draws(bench):
    for store in (bench.store, "memory"):
        cold = done(bench.run(store=store))
        expect(cold == {"fixed": 20, "drawn": 20, "configured": 20, "madeOf": 40}, f"{store}: the first run did {cold}")
    warm = bench.run("--explain", remember="runs")
    expect("not kept, because it may call" in warm["stderr"] and warm["store"]["run"] == "not kept", warm["stderr"])
    expect(done(warm) == {"drawn": 20, "configured": 20, "madeOf": 20}, f"the second run did {done(warm)}")
    for text in (r"drawn\(int\) \(.*\): 20 run, 0 found", "20 run: it depends on random numbers", "20 run: it depends on the environment", r"fixed\(int\) \(.*\): 0 run, 20 found"):
        expect(re.search(text, warm["stderr"]), f"'{text}' is not in: {warm['stderr']}")
    told = subprocess.run([bench.options.cleave, "inspect", bench.bundle], capture_output=True, check=True, text=True).stdout
    expect(told.count("depends on random numbers") == 1 and told.count("depends on the environment") == 1, told)
    bench.run(mode="auto")


def flips(bench):
    seed = bench.options.seed or random.randrange(1 << 32)
    print(f"seed {seed}")
    draw = random.Random(seed)
    bench.run()
    records = bench.records()
    for path in records:
        with open(path, "r+b") as file:
            at = draw.randrange(os.path.getsize(path))
            file.seek(at)
            byte = file.read(1)[0]
            file.seek(at)
            file.write(bytes([byte ^ 1 << draw.randrange(8)]))
    told = bench.inspect("store", "verify", bench.store, status=1)
    foreign = re.search(r"(\d+) of another key", told)  # the flip was in what says whose key it is
    damaged = re.search(r"(\d+) records? damaged", told)
    expect(int(damaged[1]) + int(foreign[1] if foreign else 0) == len(records), told)
    figures = bench.run()
    expect(figures["store"]["damaged"] >= len(records), f"{len(records)} were flipped: {figures['store']}")
    expect(figures["items_found"] == 0, "a damaged record was used")
    told = bench.inspect("store", "verify", bench.store)
    expect("damaged" not in told, told)
    expect(bench.run()["tasks_run"] == 0, "they were not made again")


def kills(bench):
    seed = bench.options.seed or random.randrange(1 << 32)
    print(f"seed {seed}")
    draw = random.Random(seed)
    began = time.monotonic()
    bench.run(store=os.path.join(bench.folder, "other"))
    length = time.monotonic() - began
    for i in range(bench.options.kills):
        if i % 10 == 0:
            shutil.rmtree(bench.store, ignore_errors=True)
        remember = "runs" if i % 10 < 3 else "tasks"  # a run that is found as a whole is too short to be killed
        process = subprocess.Popen(bench.command(remember=remember), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        time.sleep(draw.random() * length)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if os.path.exists(os.path.join(bench.store, "cleave-store")):
            bench.inspect("store", "verify", bench.store)
        if i % 10 == 9 or i + 1 == bench.options.kills:
            bench.run()
            bench.run(remember="runs")
            bench.inspect("store", "verify", bench.store)


def full(bench):
    """The store on 200 KiB; each record of this program is 2 KiB."""
    script = 'mount -t tmpfs -o size=200k cleave-test /mnt && exec "$@"'
    prefix = ["unshare", "-rm", "bash", "-c", script, "_"]
    figures = bench.run(store="/mnt/store", prefix=prefix)
    expect("went on without it" in figures["stderr"] and "No space left" in figures["stderr"], figures["stderr"])
    expect(done(figures) == {"summed": 64, "merged": 63}, f"it did {done(figures)}")
    expect(0 < figures["store"]["written"] < 127, f"{figures['store']}")


def foreign(bench):
    bench.run()
    other = os.path.join(bench.folder, "other-key")
    bench.newKey(other)
    figures = bench.run(key=other)
    expect(figures["items_found"] == 0 and done(figures) == {"summed": 64, "merged": 63}, "another key's names were found")
    expect(figures["store"]["damaged"] == 0, f"{figures['store']}")
    own = [line.split()[0] for line in bench.inspect("store", "ls", bench.store).splitlines()]
    name = next(name for name in own if name in bench.inspect("store", "ls", bench.store, key=other))
    told = [bench.inspect("store", "show", bench.store, "f" * 32, status=2)]
    shown = bench.inspect("store", "ls", bench.store, key=other)
    name = next(line.split()[0] for line in shown.splitlines() if "another key" in line)
    told.append(bench.inspect("store", "show", bench.store, name, status=2, key=other))
    told.append(bench.inspect("why", name, f"--store={bench.store}", status=2, key=other))
    expect(len({text for text in told}) == 1 and "no such object" in told[0], f"absence has different words: {told}")


def bound(bench):
    bench.run("--store-size=64K")
    size = sum(os.path.getsize(path) for path in bench.records())
    expect(0 < size <= 65536, f"{size} bytes are left of 64 KiB")
    figures = bench.run("--store-size=64K")
    expect(0 < figures["items_found"] < 127, f"{figures['items_found']} were found")


def kernel(bench):
    """Which items are worth sending the machine decides, so how many are done is not the same each time."""
    first = bench.run(mode="kernel")
    expect(first["store"]["written"] > 0 and first["items_found"] == 0, f"{first['store']}")
    bench.inspect("store", "verify", bench.store)
    kept = first["items_run"]
    again = bench.run(mode="kernel")
    expect(again["items_found"] > kept // 2, f"{again['items_found']} of {kept} were found: {again['store']}")
    bench.run()
    hosted = bench.run()
    expect(hosted["tasks_run"] == 0, f"the hosted node did {done(hosted)} again")
    for path in bench.records():
        os.utime(path, (1000000000, 1000000000))
    last = bench.run(mode="kernel")
    expect(last["tasks_run"] == 0 and last["items_found"] > 0, f"the kernel did {done(last)} again")
    used = sum(os.stat(path).st_mtime > 1100000000 for path in bench.records())
    expect(used > 0, "what was read is not noted as used")
    name = bench.inspect("store", "ls", bench.store).split()[0]
    expect(bench.input in bench.inspect("why", name, f"--store={bench.store}"), "where it comes from is not known")


class Whole:
    """Runs of wholes.cpp beside its plain build: the same output, errors and end, whatever is remembered."""

    def __init__(self, bench, key=None):
        self.bench, self.stats = bench, os.path.join(bench.folder, "stats.json")
        self.command = [bench.options.cleave, "run", "--mode=isolated", "--workers=2", f"--store={bench.store}", f"--key={key or bench.key}",
                        f"--stats={self.stats}"]  # fmt: skip

    def path(self, name, content=None):
        path = os.path.join(self.bench.folder, name)
        if content is not None:
            with open(path, "wb") as file:
                file.write(content)
        return path

    def check(self, run, *arguments, shell='exec "$@"', options=()):
        """`run`: what becomes of it. `shell`: how it is called."""
        whole = [*self.command, *options, self.bench.bundle]
        if os.path.exists(self.stats):
            os.remove(self.stats)
        def once(words):
            script = ["bash", "-c", shell, "_", *words, *arguments]
            return subprocess.run(script, capture_output=True, cwd=self.bench.folder, stdin=subprocess.DEVNULL)
        result, expected = once(whole), once([self.bench.plain])
        told = [(one.returncode, one.stdout, one.stderr) for one in (result, expected)]
        expect(told[0] == told[1], f"{arguments}, {shell}: {told[0]} instead of {told[1]}")
        if run:
            with open(self.stats) as file:
                figures = json.load(file)
            expect(figures["store"]["run"] == run, f"{arguments}, {shell}: {figures['store']}, not {run}")
            expect(run != "found" or not figures["tasks_run"], f"{figures}")

    def twice(self, run, again, *arguments, **others):
        self.check(run, *arguments, **others)
        self.check(again, *arguments, **others)


def wholes(bench):
    whole = Whole(bench)
    whole.twice("kept", "found", "status")
    whole.twice("kept", "found", "status", "another argument")
    whole.twice("kept", "found", "mixed", shell='exec "$@" 2>&1')
    other = os.path.join(bench.folder, "other-key")
    bench.newKey(other)
    Whole(bench, other).check("kept", "status")
    # Files: the same bytes are the same, however old; another content of the same size and time is not.
    one, other = b"one\n" * 5000, b"two\n" * 5000
    path = whole.path("file", one)
    os.utime(path, (1000000000, 1000000000))
    for reads in ("file", "close-on-cancel"):
        whole.twice("kept", "found", reads, path)
    os.utime(path)
    whole.check("found", "file", path)
    os.utime(path, (1000000000, 1000000000))
    whole.path("file", other)
    os.utime(path, (1000000000, 1000000000))
    whole.twice("kept", "found", "file", path)
    os.rename(whole.path("new", one), path)
    whole.check("found", "file", path)
    os.remove(path)
    whole.twice("kept", "found", "file", path)
    whole.path("file", other)
    whole.check("found", "file", path)
    whole.twice("kept", "found", "file", "file")  # relative
    whole.check("kept", "file", "file", shell='mkdir -p sub; cp "$3" sub 2>/dev/null; cd sub; echo other > file; exec "$@"')
    # What is no file, and what is written.
    whole.twice("not kept", "not kept", "file", "/proc/self/limits")
    whole.twice("not kept", "not kept", "file", "pipe", shell='rm -f pipe; mkfifo pipe; echo text > pipe & exec "$@"')
    for _ in range(2):
        whole.check("not kept", "write", path)
        expect(os.path.getsize(path) == 8, "it was not written")
        whole.path("file", other)
    # Standard input: a file, what is left of it, none, and a pipe.
    whole.twice("kept", "found", "input", shell='{ "$@"; cat; } < file')
    whole.twice("kept", "found", "input", shell='{ read; "$@"; cat; } < file')
    whole.twice("kept", "found", "input")
    whole.twice("not kept", "not kept", "input", shell='echo text | "$@"')
    whole.twice("kept", "found", "status", "with a pipe that nobody reads", shell='sleep 1 | "$@"')
    whole.twice(None, None, "input", shell='exec "$@" <&-')
    # Output that cannot be written is the program's affair, and the reader's who has gone.
    whole.twice("kept", "found", "long")
    whole.check("not kept", "long", shell='exec "$@" > /dev/full')
    whole.check("found", "long", shell='exec "$@" > file')
    whole.check(None, "long", shell='trap "" PIPE; "$@" | head -c 10; echo ${PIPESTATUS[0]}')
    whole.check(None, "long", shell='"$@" | head -c 10; echo ${PIPESTATUS[0]}')
    whole.check("not kept", "long", shell="""unshare -rm bash -c '
        mount -t tmpfs -o size=16k cleave-test /mnt && { "$@" > /mnt/out; echo $?; cksum /mnt/out; }' _ "$@" """)
    whole.twice("not kept", "not kept", "tell", shell='echo before > file; "$@" >> file; cat file')
    whole.twice(None, None, "status", shell='exec "$@" >&-')
    # Ends that are none, and memory that is not there.
    for end in ("abort", "memory"):
        whole.twice("not kept", "not kept", end)
    whole.twice("kept", "found", "exit")
    # Damage, and another program.
    whole.check("found", "status")
    for record in bench.records():
        with open(record, "r+b") as file:
            file.seek(os.path.getsize(record) - 1)
            last = file.read(1)[0]
            file.seek(-1, os.SEEK_END)
            file.write(bytes([last ^ 1]))
    whole.twice("kept", "found", "status")
    listed = bench.inspect("store", "ls", bench.store)
    expect("what a run printed" in listed and "what a run reads" in listed, listed)
    for line in listed.splitlines():
        if "what a run" in line and "damaged" not in line:
            bench.inspect("store", "show", bench.store, line.split()[0])
            why = bench.inspect("why", line.split()[0], f"--store={bench.store}")
            expect(bench.bundle in why, why)
    # An object file that another compiler made may do anything, and nothing in the program calls it.
    foreign = whole.path("foreign.c", b"#include <unistd.h>\n__attribute__((constructor)) static void greet(void) { write(1, \"hello\\n\", 6); }")
    subprocess.run(["gcc", "-c", foreign, "-o", whole.path("foreign.o")], check=True)
    bench.build(bench.source, whole.path("foreign.o"))
    subprocess.run([bench.options.gxx, "-std=c++20", "-O2", bench.source, whole.path("foreign.o"), "-o", bench.plain], check=True)
    whole.twice("not kept", "not kept", "status")
    with open(bench.source) as file:
        text = file.read()
    changed = whole.path("changed.cpp", text.replace("* 1099511628211u", "* 1099511628213u").encode())
    bench.build(changed)
    subprocess.run([bench.options.gxx, "-std=c++20", "-O2", changed, "-o", bench.plain], check=True)
    whole.twice("kept", "found", "status")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cleavexx", default="cleave++")
    parser.add_argument("--cleave", default="cleave")
    parser.add_argument("--gxx", default="g++")
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--seed", type=int)
    scenarios = {scenario.__name__: scenario for scenario in (edits, repeats, draws, flips, kills, full, foreign, bound, kernel, wholes)}
    parser.add_argument("scenario", choices=scenarios)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="store-check-") as folder:
        source = f"{options.scenario}.cpp" if options.scenario in ("repeats", "draws", "wholes") else "levels.cpp"
        scenarios[options.scenario](Bench(options, folder, source))
    print("fine")


if __name__ == "__main__":
    main()
