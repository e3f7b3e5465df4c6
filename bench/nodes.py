#!/usr/bin/env python3
"""What it costs to use what another node has: two nodes and etcd in network namespaces of one machine, so this is the price of the
protocol and not of a network. The nodes are those of test/rt/store/Inputs/nodes-check.py.

    bench/nodes.py                  a minute; needs etcd and user namespaces

Not part of ./check: a measurement is not a test.
"""

import argparse
import importlib.util
import os
import shutil
import statistics
import sys
import tempfile
import time

root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
path = os.path.join(root, "test", "rt", "store", "Inputs", "nodes-check.py")
spec = importlib.util.spec_from_file_location("nodescheck", path)
nodescheck = importlib.util.module_from_spec(spec)
spec.loader.exec_module(nodescheck)


def timed(work):
    begin = time.monotonic()
    result = work()
    return time.monotonic() - begin, result


def measureInput(net, megabytes):
    """A strong open of content that is new to the node: index, chunks, check."""
    net.a.bind(b"line\n" + os.urandom(megabytes << 20))
    net.a.settle()
    opens = {"program": "reopens", "arguments": ["photo", "1", "0"]}
    seconds, _ = timed(lambda: net.b.run("--input=photo", **opens))
    again, _ = timed(lambda: net.b.run("--input=photo", **opens))
    relaxed, _ = timed(lambda: net.b.run("--input=photo", "--consistency=relaxed", **opens))
    print(f"a run that opens {megabytes} MiB of another node: {seconds:.3f} s, {megabytes / (seconds - again):.0f} MiB/s; then {again:.3f} s"
          f" strong, {relaxed:.3f} s relaxed", flush=True)  # fmt: skip


def measureOpens(net):
    net.a.bind(b"line\n")
    net.a.settle()
    for consistency in ("strong", "relaxed"):
        def run(count):
            return timed(lambda: net.b.run("--input=photo", f"--consistency={consistency}", program="reopens",
                                           arguments=["photo", str(count), "0"]))[0]  # fmt: skip
        run(1)
        print(f"one {consistency} open: {(run(500) - run(1)) / 499 * 1e6:.0f} us", flush=True)


def measureResults(net):
    """The same run with results here and with results there, five times each."""
    net.a.bind(net.content)
    net.a.levels("--input=photo")
    net.a.settle()
    net.b.levels("--input=photo")
    here, there, fetched = [], [], 0
    for _ in range(5):
        here.append(timed(lambda: net.b.levels("--input=photo"))[0])
        shutil.rmtree(os.path.join(net.b.store, "objects"))
        seconds, (figures, _) = timed(lambda: net.b.levels("--input=photo"))
        there.append(seconds)
        fetched = figures["store"]["fetched"]
    here, there = statistics.median(here), statistics.median(there)
    print(f"a run with {fetched} records of 2 KiB in its own store: {here:.3f} s; at another node: {there:.3f} s, "
          f"{(there - here) / fetched * 1e3:.2f} ms for each", flush=True)  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.path.join(root, "build"))
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.inside:
        script = 'mount -t tmpfs bench /run && exec "$@"'
        os.execvp("unshare", ["unshare", "-rnmpf", "--mount-proc", "--kill-child", "sh", "-c", script, "_", sys.executable,
                              os.path.abspath(__file__), "--inside", *sys.argv[1:]])  # fmt: skip
    options.cleave = os.path.join(options.build, "bin", "cleave")
    options.cleavexx, options.gxx = options.cleave + "++", "g++"
    with tempfile.TemporaryDirectory(prefix="bench-nodes-") as folder:
        net = nodescheck.Net(options, folder)
        net.a.serve()
        for measure in (lambda: measureInput(net, 64), lambda: measureOpens(net), lambda: measureResults(net)):
            measure()
        net.end()


main()
