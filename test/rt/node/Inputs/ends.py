"""ends.py CLEAVE BUNDLE - how runs end: statuses, signals, what is left behind.

This process makes itself the reaper of all orphans below it. So after each run it can wait for whatever the run left:
if a process were to live on, the wait would not end, and the alarm ends the test. Should the test itself fail or be
killed half-way, its runs die with it.
"""
import ctypes
import os
import resource
import select
import signal
import subprocess
import sys

cleave, bundle = sys.argv[1:]
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
prctl = ctypes.CDLL(None).prctl
prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
signal.alarm(120)
for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
    signal.signal(number, signal.SIG_DFL)  # who starts tests may ignore them, and would hand that down
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def command(mode, *words):
    return [cleave, "run", "--mode=" + mode, "--workers=2", "--task-memory=64M", bundle, *words]


def dieWithTest():
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def ignoreChildren():
    dieWithTest()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)


def expect(what, found, wanted):
    print("ok" if found == wanted else f"FAIL (found {found!r}, wanted {wanted!r})", what)


def nothingIsLeft():
    """Waits for every orphan; kills none."""
    while True:
        try:
            os.wait()
        except ChildProcessError:
            return


def startWaiting(mode="isolated", **more):
    run = subprocess.Popen(command(mode, "wait"), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           preexec_fn=dieWithTest, **more)
    assert run.stdout.readline() == b"ready\n"
    return run


for mode in ("serial", "isolated"):
    for status in (0, 1, 77, 125, 255):
        found = subprocess.run(command(mode, "exit", str(status)), preexec_fn=dieWithTest).returncode
        expect(f"{mode}: exit status {status}", found, status)
    for number in (signal.SIGABRT, signal.SIGSEGV, signal.SIGKILL, signal.SIGTERM, signal.SIGINT):
        found = subprocess.run(command(mode, "signal", str(int(number))), preexec_fn=dieWithTest).returncode
        expect(f"{mode}: {number.name}", found, -number)
    nothingIsLeft()

for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1):
    run = startWaiting()
    run.send_signal(number)
    expect(f"{number.name} to the node ends the program with it", run.wait(), -number)
    nothingIsLeft()

run = startWaiting()
run.kill()
expect("a killed node", run.wait(), -signal.SIGKILL)
nothingIsLeft()
print("ok a killed node takes program and workers with it")

# A terminal's Ctrl-C goes to the whole foreground group.
run = startWaiting(start_new_session=True)
os.killpg(run.pid, signal.SIGINT)
expect("SIGINT to the group", run.wait(), -signal.SIGINT)
nothingIsLeft()

# A parent that ignores SIGCHLD or blocks signals hands that down; the node must still see its children end.
found = subprocess.run(command("isolated", "exit", "5"),
                       preexec_fn=ignoreChildren).returncode
expect("with SIGCHLD ignored", found, 5)

for mode in ("serial", "isolated"):
    stream = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    run = subprocess.Popen(command(mode, "echo", "--mode=x", "-v", ""), preexec_fn=dieWithTest, **stream)
    output = run.communicate(b"one\ntwo\n")[0]
    wanted = b"argument 0\nargument echo\nargument --mode=x\nargument -v\nargument \nnext descriptor 3\none\ntwo\n"
    expect(f"{mode}: streams, arguments, descriptors", output, wanted)
    output = subprocess.run(["sh", "-c", 'exec "$@" <&-', "sh", *command(mode, "echo")], stdout=subprocess.PIPE,
                            preexec_fn=dieWithTest)
    expect(f"{mode}: a closed stdin stays closed", output.stdout, b"argument 0\nargument echo\nnext descriptor 0\n")

# The node must not hold the program's stdout open.
reader, writer = os.pipe()
run = subprocess.Popen(command("isolated", "close"), stdin=subprocess.DEVNULL, stdout=writer,
                       preexec_fn=dieWithTest)
os.close(writer)
ready = select.select([reader], [], [], 60)[0]
expect("the end of stdout is seen while the program lives", (bool(ready), os.read(reader, 1), run.poll()), (True, b"", None))
run.terminate()
run.wait()
nothingIsLeft()
