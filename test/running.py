"""Runs a program in a session of its own and holds results side by side: what every test of whole programs shares, the
corpus (test/run-program.py) and the fuzzer (test/fuzz/run) alike. MODES is the one list of the modes that they compare.

At the end of a run its session must be empty: a worker that outlives its program is a failure of that run.
"""

import os
import shlex
import signal
import subprocess
import time

TIMEOUT_SECONDS = 120
MODES = ("serial", "workers", "isolated", "check", "kernel")
# Emulated by choice: tests do not depend on what KVM the machine has.
MODE_OPTIONS = {"kernel": ["--kernel-emulated", "--kernel-memory=1G"]}


class Failure(Exception):
    pass


class Result:
    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err


def describeStatus(status):
    return f"signal {signal.Signals(-status).name}" if status < 0 else f"status {status}"


def sessionIsEmpty(session):
    """True when no process of the session is alive (a zombie that its parent has yet to reap is dead)."""
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat") as stat:
                fields = stat.read().rpartition(")")[2].split()
        except OSError:
            continue
        state, sid = fields[0], int(fields[3])
        if sid == session and state not in "ZX":
            return False
    return True


def run(command, stdin=None, what=None, cwd=None, timeoutSeconds=TIMEOUT_SECONDS):
    what = what or shlex.join(command)
    with open(stdin or os.devnull, "rb") as source:
        process = subprocess.Popen(
            command, stdin=source, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, cwd=cwd
        )
        try:
            out, err = process.communicate(timeout=timeoutSeconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise Failure(f"{what}: still running after {timeoutSeconds} s") from None
    deadline = time.monotonic() + 5
    while not sessionIsEmpty(process.pid):
        if time.monotonic() > deadline:
            os.killpg(process.pid, signal.SIGKILL)
            raise Failure(f"{what}: left a process behind")
        time.sleep(0.01)
    return Result(process.returncode, out, err)


def mustSucceed(result, what):
    if result.status != 0:
        raise Failure(f"{what}: {describeStatus(result.status)}\n{result.err.decode(errors='replace')}")
    return result


def compare(result, reference, name, referenceName):
    problems = []
    if result.status != reference.status:
        problems.append(f"ended with {describeStatus(result.status)}, {referenceName} with "
                        f"{describeStatus(reference.status)}")  # fmt: skip
    if result.out != reference.out:
        problems.append(firstDifference(result.out, reference.out, referenceName))
    if problems:
        raise Failure(f"{name}: {'; '.join(problems)}\n{result.err.decode(errors='replace')[-2000:]}")


def firstDifference(out, expected, referenceName):
    got, wanted = out.splitlines(), expected.splitlines()
    for number, (left, right) in enumerate(zip(got, wanted), 1):
        if left != right:
            return f"line {number} of its output is {left[:200]!r}, {referenceName} says {right[:200]!r}"
    return f"{len(out)} bytes of output, {referenceName} gives {len(expected)}"
