"""What a measurement was made on: the machine, and the versions of all who took part."""

import os
import re
import subprocess


def firstLine(command):
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    lines = (told.stdout or told.stderr).strip().splitlines()
    return lines[0].strip() if told.returncode == 0 and lines else None


def described():
    with open("/proc/cpuinfo") as file:
        model = re.search(r"model name\s*:\s*(.*)", file.read())
    with open("/proc/meminfo") as file:
        total = int(re.search(r"MemTotal:\s+(\d+)", file.read()).group(1))
    with open("/etc/os-release") as file:
        system = re.search(r'PRETTY_NAME="(.*)"', file.read())
    return {
        "processor": model.group(1) if model else "unknown",
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(total / 2**20, 1),
        "system": system.group(1) if system else "unknown",
        "kernel": os.uname().release.split("-")[0],
        "load_at_start": round(os.getloadavg()[0], 2),
    }


def packageVersion(package):
    told = firstLine(["dpkg-query", "-W", "-f=${Version}", package])
    return told and re.sub(r"^\d+:", "", told)


def versions(venv):
    """By name; None: it is not there."""
    python = os.path.join(venv, "bin", "python")
    found = {
        "clang++-22": packageVersion("clang-22"),
        "g++": firstLine(["g++", "-dumpfullversion"]),
        "OpenMP (libomp)": packageVersion("libomp-22-dev"),
        "oneTBB": packageVersion("libtbb-dev"),
        "Open MPI": packageVersion("openmpi-bin"),
        "Python": firstLine([python, "--version"]),
    }
    for name in ("numpy", "ray", "dask", "pyspark"):
        found[name] = firstLine([python, "-c", f"import importlib.metadata as m; print(m.version({name!r}))"])
    return found
