#!/usr/bin/env python3
"""nodes-check.py [--cleavexx C --cleave C --gxx C] SCENARIO... - nodes that share an index, etcd, each in a network namespace of
its own, with a bridge between them (docs/store.md).

    shared     what one node made the other does not do again; what is damaged on the way or at its holder is not used
    versions   a strong open sees a new version at once, a relaxed one what it saw last
    cut        the link is cut for a while: strong opens wait and go on, relaxed ones do not wait; work is done by oneself;
               what was made meanwhile is told of afterwards
    dies       the node that holds all is killed: it is made again
    unseen     nothing is listed; a guess, a foreign key, and whoever reads through the index get no object

Needs a user namespace with networks in it and etcd; makes everything inside one, so nothing is left behind.
"""

import argparse
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

FOLDER = os.path.dirname(os.path.abspath(__file__))
spec = importlib.util.spec_from_file_location("storecheck", os.path.join(FOLDER, "store-check.py"))
storecheck = importlib.util.module_from_spec(spec)
spec.loader.exec_module(storecheck)
expect = storecheck.expect

INDEX = "10.7.0.1:2379"


def call(*words, **others):
    result = subprocess.run([str(word) for word in words], capture_output=True, text=True, **others)
    expect(result.returncode == 0, f"{' '.join(map(str, words))}: {result.stdout}{result.stderr}")
    return result.stdout


def waitFor(what, question, seconds=15):
    until = time.monotonic() + seconds
    while not question():
        expect(time.monotonic() < until, f"{what}: not within {seconds} s")
        time.sleep(0.02)


class Node:
    """A network namespace, a store, and who serves it."""

    def __init__(self, net, name, number):
        self.net, self.name, self.address = net, name, f"10.7.0.{number}"
        self.store = os.path.join(net.folder, "store-" + name)
        self.key = net.key
        self.log = os.path.join(net.folder, f"serve-{name}.log")
        self.server = None
        call("ip", "netns", "add", name)
        call("ip", "link", "add", f"to-{name}", "type", "veth", "peer", "name", "eth0", "netns", name)
        call("ip", "link", "set", f"to-{name}", "master", "bridge", "up")
        self.command("ip", "address", "add", f"{self.address}/24", "dev", "eth0")
        self.command("ip", "link", "set", "eth0", "up")
        self.command("ip", "link", "set", "lo", "up")

    def inside(self, *words):
        return ["ip", "netns", "exec", self.name, *map(str, words)]

    def command(self, *words):
        return call(*self.inside(*words))

    def serve(self):
        self.server = subprocess.Popen(
            self.inside(self.net.options.cleave, "store", "serve", self.store, f"--listen={self.address}:7070",
                        f"--index=etcd:{INDEX}"), stdout=subprocess.PIPE, stderr=open(self.log, "a"), text=True)  # fmt: skip
        expect("serving" in self.server.stdout.readline(), "it does not serve")
        waitFor("the index is told", lambda: "it is told of" in self.told())

    def told(self):
        with open(self.log) as file:
            return file.read()

    def files(self):
        return [name for part in ("objects", "blobs") for _, _, names in os.walk(os.path.join(self.store, part)) for name in names]

    def settle(self):
        """The index has been told of all that is here."""
        waitFor("the index is told of all", lambda: self.net.countHolders(self.address) == len(self.files()))

    def link(self, state):
        call("ip", "link", "set", f"to-{self.name}", state)

    def words(self, *options, program="levels", arguments=(), key=None, remember="tasks"):
        return self.inside(self.net.options.cleave, "run", "--mode=isolated", "--workers=2", f"--store={self.store}",
                           f"--key={key or self.key}", f"--index=etcd:{INDEX}", f"--remember={remember}", *options, self.net.bundles[program],
                           *arguments)  # fmt: skip

    def run(self, *options, program="levels", arguments=(), key=None, status=0, remember="tasks"):
        """Output, figures and what Cleave said."""
        stats = os.path.join(self.net.folder, f"stats-{self.name}.json")
        with open(stats, "w") as file:
            file.write("{}")
        words = self.words(f"--stats={stats}", *options, program=program, arguments=arguments, key=key, remember=remember)
        result = subprocess.run(words, capture_output=True, text=True)
        expect(result.returncode == status, f"{self.name}: status {result.returncode}: {result.stderr}")
        with open(stats) as file:
            return result.stdout, json.load(file), result.stderr

    def levels(self, *options, rounds="4", key=None, remember="tasks"):
        out, figures, told = self.run(*options, arguments=["photo", rounds], key=key, remember=remember)
        expect(out == self.net.expected(rounds), f"{self.name}: another output than the plain build's")
        return figures, told

    def bind(self, content):
        path = os.path.join(self.net.folder, "bound-" + self.name)
        with open(path, "wb") as file:
            file.write(content)
        return self.command(self.net.options.cleave, "store", "bind", self.store, f"photo=@{path}", f"--key={self.key}",
                            f"--index=etcd:{INDEX}")  # fmt: skip

    def clear(self):
        shutil.rmtree(self.store, ignore_errors=True)

    def die(self):
        """At once, and without a word to anybody."""
        os.kill(self.server.pid, signal.SIGKILL)  # `ip netns exec` has become it
        self.server.wait()
        self.server = None


class Net:
    def __init__(self, options, folder):
        self.options, self.folder, self.bundles, self.key = options, folder, {}, os.path.join(folder, "key")
        with open(os.open(self.key, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            file.write(os.urandom(32))
        for name in ("levels", "reopens"):
            self.bundles[name] = os.path.join(folder, name + ".cleave")
            source = os.path.join(FOLDER, name + ".cpp")
            call(options.cleavexx, "-std=c++20", "-O2", source, "-o", self.bundles[name])
        self.plain = os.path.join(folder, "plain")
        call(options.gxx, "-std=c++20", "-O2", os.path.join(FOLDER, "levels.cpp"), "-o", self.plain)
        self.content = os.urandom(64 * 65536 + 77)  # five chunks of what nodes give each other
        with open(os.path.join(folder, "photo"), "wb") as file:
            file.write(self.content)
        call("ip", "link", "add", "bridge", "type", "bridge")
        call("ip", "address", "add", "10.7.0.1/24", "dev", "bridge")
        for name in ("bridge", "lo"):
            call("ip", "link", "set", name, "up")
        log = open(os.path.join(folder, "etcd.log"), "w")
        self.etcd = subprocess.Popen(
            ["etcd", "--data-dir", os.path.join(folder, "etcd"), "--listen-client-urls", f"http://{INDEX}",
             "--advertise-client-urls", f"http://{INDEX}", "--listen-peer-urls", "http://127.0.0.1:2380"], stdout=log, stderr=log)  # fmt: skip
        waitFor("etcd answers", self.doesAnswer, seconds=30)
        self.a, self.b = Node(self, "a", 2), Node(self, "b", 3)

    def ask(self, path, body):
        request = urllib.request.Request(f"http://{INDEX}{path}", json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.load(answer)

    def doesAnswer(self):
        try:
            return "header" in self.ask("/v3/kv/range", {"key": "AA=="})
        except (urllib.error.URLError, OSError):
            return False

    def everything(self):
        """Keys and values, as bytes."""
        import base64

        kept = self.ask("/v3/kv/range", {"key": "AA==", "range_end": "AA=="}).get("kvs", [])
        return [(base64.b64decode(entry["key"]), base64.b64decode(entry["value"])) for entry in kept]

    def countHolders(self, address):
        return sum(key.startswith(b"cleave/holders/") and value.decode() == f"{address}:7070" for key, value in self.everything())

    def expected(self, rounds):
        return call(self.plain, os.path.join(self.folder, "photo"), rounds)

    def end(self):
        for node in (self.a, self.b):
            if node.server:
                node.server.send_signal(signal.SIGTERM)
                node.server.wait()
        self.etcd.kill()
        self.etcd.wait()


def isAllFound(figures):
    return figures["tasks_run"] == 0 and figures["items_found"] == 127


def isAllDone(figures):
    return figures["items_run"] == 127 and figures["items_found"] == 0


def shared(net):
    a, b = net.a, net.b
    a.bind(net.content)
    a.serve()
    figures, _ = a.levels("--input=photo")
    expect(isAllDone(figures), f"{figures}")
    a.settle()
    figures, told = b.levels("--input=photo")
    expect(isAllFound(figures), f"the other node did {figures['items_run']} again: {told}")
    expect(0 < figures["store"]["fetched"] <= 127 and figures["store"]["fetched_bytes"] > len(net.content), f"{figures['store']}")
    figures, _ = b.levels("--input=photo")
    expect(isAllFound(figures) and figures["store"]["fetched"] == 0, "what was fetched is kept")
    # And the run as a whole.
    figures, _ = a.levels("--input=photo", remember="runs")
    expect(figures["store"]["run"] == "kept", f"{figures['store']}")
    a.settle()
    for fetched in (2, 0):
        figures, _ = b.levels("--input=photo", remember="runs")
        expect(figures["store"]["run"] == "found" and figures["store"]["fetched"] == fetched, f"{figures['store']}")
    call(net.options.cleave, "store", "verify", b.store, f"--key={b.key}")
    # What the holder has is damaged: it is not used, and work is done again.
    paths = [os.path.join(at, name) for part in ("objects", "blobs") for at, _, names in os.walk(os.path.join(a.store, part))
             for name in names]  # fmt: skip
    for path in {os.stat(path).st_ino: path for path in paths}.values():
        os.chmod(path, 0o600)
        with open(path, "r+b") as file:
            file.seek(os.path.getsize(path) // 2)
            byte = file.read(1)[0]
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([byte ^ 4]))
    shutil.rmtree(os.path.join(b.store, "objects"))
    figures, _ = b.levels("--input=photo")
    expect(isAllDone(figures) and figures["store"]["failed_fetches"] > 0, f"{figures['store']}")
    b.clear()
    _, _, told = b.run("--input=photo", arguments=["photo"], status=2)
    expect("what was given for its content is something else" in told, told)
    # Taken out of the store, taken out of the index.
    call(net.options.cleave, "store", "gc", a.store, f"--key={a.key}")
    a.settle()


def versions(net):
    a, b = net.a, net.b
    a.serve()
    opens = {"program": "reopens", "arguments": ["photo", "1", "0"]}

    def seen(node, consistency):
        return node.run("--input=photo", f"--consistency={consistency}", **opens)[0]

    for version in range(1, 6):
        content = f"content {version}\n"
        told = a.bind(content.encode())
        expect(f"version {version}," in told, told)
        if version > 1:
            expect(seen(b, "relaxed") == f"content {version - 1}\n", "a relaxed open asked the index, or lost what it had")
        expect(seen(b, "strong") == content, f"a strong open did not see version {version}")
        expect(seen(b, "relaxed") == content, "a relaxed open forgot")
    # The same while a program runs, for one of two inputs.
    process = subprocess.Popen(b.words("--input=photo", program="reopens", arguments=["photo", "100000", "5"]),
                               stdout=subprocess.PIPE, text=True)  # fmt: skip
    expect(process.stdout.readline() == "content 5\n", "the first open")
    a.bind(b"content 6\n")
    bound = time.monotonic()
    waitFor("a strong open sees it", lambda: process.stdout.readline() == "content 6\n")
    print(f"a program that opens every 5 ms saw a new version after {time.monotonic() - bound:.3f} s")
    process.kill()
    process.wait()
    # Two that bind at once: one after the other.
    before = len([key for key, _ in net.everything() if key.startswith(b"cleave/labels/")])
    both = [subprocess.Popen(node.inside(net.options.cleave, "store", "bind", node.store, f"photo=@{path}", f"--key={node.key}",
                                         f"--index=etcd:{INDEX}"), stdout=subprocess.PIPE, text=True)
            for node, path in ((a, net.bundles["levels"]), (b, net.bundles["reopens"]))]  # fmt: skip
    told = sorted(re.search(r"version (\d+)", process.communicate()[0])[1] for process in both)
    expect(told == ["7", "8"] and before == 1, f"{told}")


def cut(net):
    a, b = net.a, net.b
    a.serve()
    a.bind(b"content 1\n")
    a.settle()
    waiting, lines = {}, {}
    for consistency in ("strong", "relaxed"):
        waiting[consistency] = subprocess.Popen(
            b.words("--input=photo", f"--consistency={consistency}", program="reopens", arguments=["photo", "40", "50"]),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # fmt: skip
        expect(waiting[consistency].stdout.readline() == "content 1\n", "the first open")
    began = time.monotonic()
    b.link("down")
    time.sleep(4)
    a.bind(b"content 2\n")
    out, told = waiting["relaxed"].communicate()
    expect(time.monotonic() - began < 6 and out == "content 1\n" * 39 and "has to wait" not in told, f"relaxed: {out}{told}")
    expect(waiting["strong"].poll() is None, "a strong open did not wait for the index")
    b.link("up")
    out, told = waiting["strong"].communicate(timeout=60)
    lines = out.splitlines()
    print(told, end="")
    expect(len(lines) == 39 and lines[-1] == "content 2" and set(lines) <= {"content 1", "content 2"}, f"strong: {out}{told}")
    expect(f"the input 'photo' has to wait: the index etcd:{INDEX} does not answer" in told and "could be opened after" in told, told)

    # Work: each by itself while the link is cut, and told of when it is back.
    a.bind(net.content)
    a.settle()
    figures, _ = b.levels("--input=photo", rounds="1")
    expect(isAllDone(figures), f"{figures}")
    b.link("down")
    figures, told = b.levels("--input=photo", "--consistency=relaxed", rounds="2")
    expect(isAllDone(figures), f"{figures}")
    print(told, end="")
    expect(f"the index etcd:{INDEX} does not answer; what other nodes have made since is not seen" in told, told)
    _, _, told = b.run("--input=photo", arguments=["photo"], status=2)
    expect(f"the input 'photo' cannot be opened: the index etcd:{INDEX} does not answer" in told, told)
    b.link("up")
    a.link("down")
    time.sleep(12)  # longer than its lease
    expect(net.countHolders(a.address) == 0, "the index still says that a has something")
    subprocess.run(a.inside(net.options.cleave, "run", "--mode=isolated", f"--store={a.store}", f"--key={a.key}",
                            net.bundles["levels"], os.path.join(net.folder, "photo"), "3"), check=True, stdout=subprocess.DEVNULL)  # fmt: skip
    a.link("up")
    a.settle()
    expect("does not answer; other nodes are told when it does" in a.told() and "answers again" in a.told(), a.told())
    figures, _ = b.levels("--input=photo", rounds="3")
    expect(isAllFound(figures), "what was made while the link was cut is lost")


def dies(net):
    a, b = net.a, net.b
    a.bind(net.content)
    a.serve()
    a.levels("--input=photo")
    a.settle()
    b.levels("--input=photo", rounds="1")  # so that b has the input
    a.die()
    figures, told = b.levels("--input=photo")
    print(told, end="")
    expect(isAllDone(figures), f"{figures}")
    expect(f"the node {a.address}:7070 does not answer; what it alone has is made again" in told, told)
    expect(told.count("does not answer") == 1, told)
    b.clear()
    _, _, told = b.run("--input=photo", arguments=["photo"], status=2)
    expect(f"the node {a.address}:7070 does not give its content" in told or "no node has its content" in told, told)
    waitFor("its lease ends", lambda: net.countHolders(a.address) == 0, seconds=20)
    a.serve()
    a.settle()
    figures, _ = b.levels("--input=photo")
    expect(isAllFound(figures), "it is back, and what it has is not found")


def unseen(net):
    a, b = net.a, net.b
    a.bind(net.content)
    a.serve()
    a.levels("--input=photo")
    a.settle()

    def status(path):
        try:
            with urllib.request.urlopen(urllib.request.Request(f"http://{a.address}:7070{path}", headers={"Range": "bytes=0-99"})) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    names = a.files()
    (blob,) = [name for _, _, files in os.walk(os.path.join(a.store, "blobs")) for name in files]
    record = next(name for name in names if name != blob)
    expect(status(f"/objects/{record}")[0] == 206 and status(f"/blobs/{blob}") == (206, net.content[:100]), "who has a name is given the object")
    absent = status("/objects/" + "0" * 32)
    expect(absent[0] == 404, f"{absent}")
    for path in ("/", "/objects", "/objects/", "/objects/" + record[:2], "/objects/" + record[:2] + "/", "/objects/" + record.upper(),
                 f"/objects/{record[:2]}/{record}", f"/blobs/{record}", f"/objects/{blob}", f"/objects/../objects/{record[:2]}/{record}",
                 "/objects/%2e%2e/cleave-store", "/cleave-store", "/labels/", "/../key", f"/objects/{record}/"):  # fmt: skip
        expect(status(path) == absent, f"{path}: {status(path)}")
    everything = b"".join(key + b" " + value + b"\n" for key, value in net.everything())
    for secret in [b"photo", net.folder.encode()] + [form for name in names for form in (name.encode(), bytes.fromhex(name))]:
        expect(secret not in everything, f"the index gives away {secret}")
    other = os.path.join(net.folder, "other-key")
    with open(os.open(other, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
        file.write(os.urandom(32))
    _, _, told = b.run("--input=photo", arguments=["photo"], key=other, status=2)
    expect("the input 'photo' is not bound" in told, told)
    figures, _ = b.levels(f"--input=photo=@{os.path.join(net.folder, 'photo')}", key=other)
    expect(isAllDone(figures) and figures["store"]["fetched"] == 0, "another key's names were found")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cleavexx", default="cleave++")
    parser.add_argument("--cleave", default="cleave")
    parser.add_argument("--gxx", default="g++")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    scenarios = {scenario.__name__: scenario for scenario in (shared, versions, cut, dies, unseen)}
    parser.add_argument("scenarios", nargs="+", choices=scenarios)
    options = parser.parse_args()
    if not options.inside:
        script = 'mount -t tmpfs cleave-test /run && exec "$@"'
        os.execvp("unshare", ["unshare", "-rnmpf", "--mount-proc", "--kill-child", "sh", "-c", script, "_", sys.executable,
                              os.path.abspath(__file__), "--inside", *sys.argv[1:]])  # fmt: skip
    for name in options.scenarios:
        with tempfile.TemporaryDirectory(prefix="nodes-check-") as folder:
            net = Net(options, folder)
            scenarios[name](net)
            net.end()
    print("fine")


if __name__ == "__main__":
    main()
