"""Who is measured: Cleave, the plain compilers, and the peers, each built the way its own documentation says.

A peer is optional. `Peers` looks whether its packages are there, installs them if it may, and keeps the reason where
that fails; whoever asks for a peer that cannot be had gets that reason as a Failure, which becomes a row of the table.
Debian's packages come by apt-get, Python's into a folder of their own in the build folder; nothing of it is needed to
build or to test Cleave. Versions are pinned here, and listed in docs/dependencies.md.
"""

import concurrent.futures
import os
import shutil
import subprocess
import sys
import threading

from sidebyside import Failure, answer, lastLine

root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# What apt-get would install for each peer.
PACKAGES = {
    "openmp": ["libomp-22-dev"],
    "tbb": ["libtbb-dev"],
    "mpi": ["openmpi-bin", "libopenmpi-dev"],
    "polly": ["llvm-22-linker-tools"],
    "java": ["default-jre-headless"],
    "venv": ["python3-venv"],
}
# A command that will do as well, whoever installed it.
COMMANDS = {"java": "java"}
# What pip would install, each with what it needs besides.
PYTHON = {
    "numpy": ["numpy==2.4.6"],
    "ray": ["ray==2.60.0"],
    "dask": ["dask==2026.8.0", "distributed==2026.8.0"],
    "pyspark": ["pyspark==4.3.0"],
    "matplotlib": ["matplotlib==3.11.2"],
}
NOTHING_PARALLEL = "no loop was made parallel"
INSTALL_LIMIT = 900
BUILD_LIMIT = 300


def isInstalled(package):
    told = subprocess.run(["dpkg-query", "-W", "-f=${db:Status-Status}", package], capture_output=True, text=True)
    return told.stdout == "installed"


class Peers:
    """Gets peers when they are asked for, each once."""

    def __init__(self, folder, mayFetch):
        self.venv = os.path.join(folder, "python")
        self.mayFetch = mayFetch
        self.lock = threading.RLock()  # programs are built side by side
        self.told = {}  # name: None, or why it is not there

    def need(self, name, have):
        with self.lock:
            if name not in self.told:
                try:
                    have(name)
                    self.told[name] = None
                except (Failure, OSError) as failure:
                    self.told[name] = str(failure)
        if self.told[name]:
            raise Failure(self.told[name])

    def system(self, name):
        """The Debian packages of a peer, or a Failure."""
        self.need(name, self.fetchPackages)

    def python(self, name):
        """The interpreter of an environment that has this Python package, or a Failure."""
        self.need(name, self.fetchPython)
        return os.path.join(self.venv, "bin", "python")

    def fetchPackages(self, name):
        missing = [package for package in PACKAGES[name] if not isInstalled(package)]
        if not missing or (name in COMMANDS and shutil.which(COMMANDS[name])):
            return
        if not self.mayFetch or os.geteuid() != 0:
            raise Failure(f"{', '.join(missing)} is not installed")
        self.run(["apt-get", "update", "-q"])
        self.run(
            ["apt-get", "install", "-y", "-q", "--no-install-recommends", *missing],
            {"DEBIAN_FRONTEND": "noninteractive"},
        )

    def fetchPython(self, name):
        python = os.path.join(self.venv, "bin", "python")
        if not os.path.exists(python):
            if not self.mayFetch:
                raise Failure("its Python environment was not made")
            try:
                self.run([sys.executable, "-m", "venv", self.venv])
            except Failure:
                shutil.rmtree(self.venv, ignore_errors=True)
                self.system("venv")
                self.run([sys.executable, "-m", "venv", self.venv])
        for requirement in PYTHON[name]:
            package, version = requirement.split("==")
            has = f"import importlib.metadata as m, sys; sys.exit(m.version({package!r}) != {version!r})"
            if answer([python, "-c", has])[0] == 0:
                continue
            if not self.mayFetch:
                raise Failure(f"{requirement} is not installed")
            self.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", requirement])

    def run(self, command, environment=None):
        print(f"  {' '.join(command[:1] + command[-3:])} ...", file=sys.stderr, flush=True)
        status, _, errors, _ = answer(command, limit=INSTALL_LIMIT, environment=environment)
        if status != 0:
            raise Failure(f"{os.path.basename(command[0])} failed: {lastLine(errors)}")


class Builder:
    """Makes programs of sources. Each way is a method (source, output, flags) that raises a Failure."""

    def __init__(self, build, peers, cores):
        self.bin = os.path.join(build, "bin")
        self.peers, self.cores = peers, cores

    def make(self, command, environment=None):
        status, _, errors, _ = answer(command, limit=BUILD_LIMIT, environment=environment)
        if status != 0:
            raise Failure(f"{os.path.basename(command[0])} does not compile it: {lastLine(errors)}")

    def clang(self, source, output, flags=()):
        self.make(["clang++-22", "-std=c++20", "-O3", "-w", source, "-o", output, *flags])

    def gcc(self, source, output, flags=()):
        self.make(["g++", "-std=c++20", "-O3", "-w", source, "-o", output, *flags])

    def gccParallel(self, source, output, flags=()):
        self.gcc(source, output, [f"-ftree-parallelize-loops={self.cores}", *flags])
        self.mustBeParallel(output)

    def polly(self, source, output, flags=()):
        self.peers.system("polly")
        more = ["-polly", "-polly-parallel", f"-polly-num-threads={self.cores}"]
        self.clang(source, output, [word for option in more for word in ("-mllvm", option)] + ["-lgomp", *flags])
        self.mustBeParallel(output)

    def mustBeParallel(self, program):
        """A program in which the compiler made no loop parallel is the plain one, and need not be run."""
        status, symbols, _, _ = answer(["llvm-nm-22", "--dynamic", "--undefined-only", program])
        if status == 0 and b"GOMP_" not in symbols:
            raise Failure(NOTHING_PARALLEL)

    def openmp(self, source, output, flags=()):
        self.peers.system("openmp")
        self.clang(source, output, ["-fopenmp", *flags])

    def tbb(self, source, output, flags=()):
        self.peers.system("tbb")
        self.clang(source, output, ["-ltbb", *flags])

    def mpi(self, source, output, flags=()):
        self.peers.system("mpi")
        command = ["mpicxx", "-std=c++20", "-O3", "-w", source, "-o", output, *flags]
        self.make(command, {"OMPI_CXX": "clang++-22"})

    def cleave(self, source, output, flags=()):
        self.make([os.path.join(self.bin, "cleave++"), "-std=c++20", "-O3", "-w", source, "-o", output, *flags])

    def cleaveRun(self, bundle, mode="auto", workers=None, more=()):
        return [os.path.join(self.bin, "cleave"), "run", "--quiet", f"--mode={mode}", f"--workers={workers or self.cores}",
                *more, bundle]  # fmt: skip

    def mpiRun(self, program):
        asRoot = ["--allow-run-as-root"] if os.geteuid() == 0 else []
        return ["mpirun", *asRoot, "--oversubscribe", "--bind-to", "core", "-n", str(self.cores), program]


def built(entries):
    """Entries {"name", "build": function, "run"...} that could be built; of an optional one that could not, why
    stays."""

    def build(entry):
        try:
            entry.pop("build", lambda: None)()
        except Failure as failure:
            entry["why"] = str(failure)

    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        list(pool.map(build, entries))
    for entry in entries:
        if "why" in entry and not entry.get("optional"):
            sys.exit(f"{entry['name']}: {entry['why']}")
    return entries
