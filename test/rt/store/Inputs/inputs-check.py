#!/usr/bin/env python3
"""inputs-check.py [--cleavexx C --cleave C --gxx C] SCENARIO - one promise of inputs by label (docs/store.md), on one node.

    opens      every way to open a label gives what a file of that name would, in the program, a thread and a child
    versions   a label's version is one more whenever what it is bound to is something else, and only then
    damage     a flipped byte in an input is found; the input is made again from its file, or cannot be opened
    refusals   what cannot be, in words
"""

import argparse
import importlib.util
import os
import subprocess
import sys
import tempfile

FOLDER = os.path.dirname(os.path.abspath(__file__))
spec = importlib.util.spec_from_file_location("storecheck", os.path.join(FOLDER, "store-check.py"))
storecheck = importlib.util.module_from_spec(spec)
spec.loader.exec_module(storecheck)
expect = storecheck.expect


class Bench:
    def __init__(self, options, folder, source):
        self.options, self.folder = options, folder
        self.store, self.key = os.path.join(folder, "store"), os.path.join(folder, "key")
        with open(os.open(self.key, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            file.write(os.urandom(32))
        self.bundle, self.plain = os.path.join(folder, "app.cleave"), os.path.join(folder, "plain")
        source = os.path.join(FOLDER, source)
        subprocess.run([options.cleavexx, "-std=c++20", "-O2", source, "-o", self.bundle], check=True)
        subprocess.run([options.gxx, "-std=c++20", "-O2", source, "-o", self.plain], check=True)
        self.file = os.path.join(folder, "file")

    def write(self, content):
        with open(self.file, "wb") as file:
            file.write(content)

    def run(self, *arguments, options=(), status=0, mode="auto", workers=2):
        command = [self.options.cleave, "run", f"--mode={mode}", f"--workers={workers}", f"--store={self.store}", f"--key={self.key}",
                   *options, self.bundle, *arguments]  # fmt: skip
        result = subprocess.run(command, capture_output=True, text=True, cwd=self.folder)
        expect(result.returncode == status, f"status {result.returncode}: {result.stdout}{result.stderr}")
        return result.stdout, result.stderr

    def cleave(self, *words, status=0):
        result = subprocess.run([self.options.cleave, *words, f"--key={self.key}"], capture_output=True, text=True)
        expect(result.returncode == status, f"{' '.join(words)}: status {result.returncode}: {result.stdout}{result.stderr}")
        return result.stdout + result.stderr

    def blobs(self):
        blobs = os.path.join(self.store, "blobs")
        return sorted(os.path.join(at, name) for at, _, names in os.walk(blobs) for name in names)


def opens(options, folder):
    bench = Bench(options, folder, "opens.cpp")
    for content in (os.urandom(100000), b""):
        bench.write(content)
        plain = os.path.join(folder, "as-plain")
        os.makedirs(plain, exist_ok=True)
        with open(os.open(os.path.join(plain, "photo"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
        expected = subprocess.run([bench.plain, "photo"], capture_output=True, text=True, cwd=plain, check=True).stdout
        for mode in ("auto", "isolated"):
            out, _ = bench.run("photo", options=[f"--input=photo=@{bench.file}"], mode=mode)
            expect(out == expected, f"as a file:\n{expected}\nas an input:\n{out}")
    # A run that has to be serial has inputs all the same.
    out, told = bench.run("photo", options=["--input=photo"], workers=1)
    expect(out == expected and "serially" in told, out + told)
    # Writing is not reading: a file with the label's name is made, and left alone by who reads the label.
    bench.write(b"content")
    with open(os.path.join(folder, "photo"), "w") as file:
        file.write("a file")
    out, _ = bench.run("photo", options=[f"--input=photo=@{bench.file}"])
    expect("open 7 " in out, out)
    out, _ = bench.run("./photo", options=[f"--input=photo=@{bench.file}"])
    expect("open 6 " in out, out)


def versions(options, folder):
    bench = Bench(options, folder, "reopens.cpp")
    bind = ["--input=photo=@" + bench.file]

    def shown():
        return next(line for line in bench.cleave("store", "ls", bench.store).splitlines() if "content of photo" in line)

    for content, version in ((b"one\n", 1), (b"one\n", 1), (b"two\n", 2), (b"one\n", 3)):
        bench.write(content)
        out, _ = bench.run("photo", "1", "0", options=bind)
        expect(out == content.decode() and f"photo, version {version}" in shown(), f"{out}, {shown()}, not {version}")
    told = bench.cleave("store", "bind", bench.store, "photo=@" + bench.file)
    expect("photo is bound to version 3, 4 bytes" in told, told)
    out, _ = bench.run("photo", "1", "0", options=["--input=photo"])
    expect(out == "one\n", out)
    # While a program runs: each open looks.
    process = subprocess.Popen([options.cleave, "run", f"--store={bench.store}", f"--key={bench.key}", "--input=photo",
                                bench.bundle, "photo", "100000", "5"], stdout=subprocess.PIPE, text=True)  # fmt: skip
    expect(process.stdout.readline() == "one\n", "the first open")
    bench.write(b"new\n")
    bench.cleave("store", "bind", bench.store, "photo=@" + bench.file)
    seen = [process.stdout.readline() for _ in range(100)]
    process.kill()
    process.wait()
    expect(seen[-1] == "new\n" and set(seen) <= {"one\n", "new\n"}, f"{seen}")
    told = bench.cleave("store", "verify", bench.store)
    expect("3 inputs whole" in told, told)
    # What a label is bound to stays, whatever the bound; older contents go.
    told = bench.cleave("store", "gc", bench.store, "--store-size=1")
    out, _ = bench.run("photo", "1", "0", options=["--input=photo"])
    expect(out == "new\n" and len(bench.blobs()) == 1, told + out)


def damage(options, folder):
    bench = Bench(options, folder, "reopens.cpp")
    bench.write(b"right\n")
    bench.cleave("store", "bind", bench.store, "photo=@" + bench.file)

    def flip():
        (blob,) = bench.blobs()
        os.chmod(blob, 0o600)
        with open(blob, "wb") as file:
            file.write(b"wrong\n")

    flip()
    told = bench.cleave("store", "verify", bench.store, status=1)
    expect("1 record damaged" in told, told)
    out, _ = bench.run("photo", "1", "0", options=["--input=photo"])
    expect(out == "right\n", out)
    flip()
    bench.write(b"another\n")
    _, told = bench.run("photo", "1", "0", options=["--input=photo"], status=2)
    expect("the input 'photo' cannot be opened: version 1: its content in the store is damaged" in told, told)


def refusals(options, folder):
    bench = Bench(options, folder, "reopens.cpp")
    bench.write(b"x\n")

    def refused(words, *options):
        _, told = bench.run("photo", "1", "0", options=options, status=2)
        expect(words in told, f"{options}: {told}")

    refused("the input 'photo' is not bound; --input=photo=@FILE binds it", "--input=photo")
    refused("the input '/not/there' cannot be read: No such file or directory", "--input=photo=@/not/there")
    refused(f"the input '{folder}' is a folder", f"--input=photo=@{folder}")
    refused("a file has an @ before it, as in LABEL=@FILE", "--input=photo=file")
    refused("--input=photo=@ names no file", "--input=photo=@")
    refused("the input 'photo' is given twice", "--input=photo", f"--input=photo=@{bench.file}")
    refused("--consistency is relaxed or strong", f"--input=photo=@{bench.file}", "--consistency=weak")
    refused("there is no --input=other", f"--input=photo=@{bench.file}", "--consistency=other=strong")
    refused("--consistency is of inputs", "--consistency=strong")
    refused("there is no index 'zookeeper:here'; use etcd:HOST:PORT", "--index=zookeeper:here")
    refused("'here' is no HOST:PORT of an index", "--index=etcd:here")
    bench.store = "memory"
    refused("--input and --index need a store", f"--input=photo=@{bench.file}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cleavexx", default="cleave++")
    parser.add_argument("--cleave", default="cleave")
    parser.add_argument("--gxx", default="g++")
    scenarios = {scenario.__name__: scenario for scenario in (opens, versions, damage, refusals)}
    parser.add_argument("scenario", choices=scenarios)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="inputs-check-") as folder:
        scenarios[options.scenario](options, folder)
    print("fine")


main()
