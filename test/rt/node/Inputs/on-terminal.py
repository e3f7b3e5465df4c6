"""on-terminal.py [--stdout] [--dumb] COMMAND... - runs a command with stderr on a terminal, and stdout too if asked; says what came.

Prints `line: ` and the last progress line; how often the line was written in a second at most; whether the terminal is left
clean; how good the first estimate of a loop was, if there was one and the run ended with that loop; and what came besides
progress lines.
"""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import time

arguments = sys.argv[1:]
isStdout, isDumb = "--stdout" in arguments[:2], "--dumb" in arguments[:2]
command = [word for word in arguments[:2] if word not in ("--stdout", "--dumb")] + arguments[2:]
WIDTH = 80
terminal, end = pty.openpty()
fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, WIDTH, 0, 0))


def becomeForeground():
    os.setsid()
    fcntl.ioctl(2, termios.TIOCSCTTY, 0)


start = time.monotonic()
process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=end if isStdout else subprocess.DEVNULL, stderr=end,
                           env={**os.environ, "TERM": "dumb" if isDumb else "xterm"}, preexec_fn=becomeForeground)  # fmt: skip
os.close(end)
pieces = []
while True:
    try:
        data = os.read(terminal, 4096)
    except OSError:  # the last writer has gone
        break
    if not data:
        break
    pieces.append((time.monotonic() - start, data.decode()))
process.wait()
ended = time.monotonic() - start
text = "".join(piece for _, piece in pieces)
progress = re.findall(r"\r(cleave: [^\r]*)\x1b\[K\r", text)
times = [at for at, piece in pieces if "\rcleave: " in piece]
print("lines:", len(progress))
if progress:
    print("line:", progress[-1])
    print("first:", "late" if times[0] >= 0.9 else f"after {times[0]} s")
    # The reading side may be late and find several at once, so it is the number in all that counts.
    print("often:", "no" if len(progress) <= 10 * (times[-1] - times[0]) + 2 else f"{len(progress)} in {times[-1] - times[0]} s")
    print("width:", "fits" if max(map(len, progress)) < WIDTH else "too wide")
    print("left clean:", text.endswith("\r\x1b[K"))
    estimates = [(at, re.findall(r"loop (\d+) %, about (\d+) s left", piece)) for at, piece in pieces]
    estimates = [(at, int(part), int(seconds)) for at, found in estimates for part, seconds in found]
    if estimates:
        at, _, seconds = estimates[0]
        isRight = (ended - at) / 3 - 1 <= seconds <= (ended - at) * 3 + 1
        print("estimate:", "right" if isRight else f"after {at} s: {seconds} s, and it took {ended - at} s")
        parts = [part for _, part, _ in estimates]
        print("loop:", "goes on" if parts == sorted(parts) and (len(parts) == 1 or parts[-1] > parts[0]) else parts)
    else:
        print("estimate: none")
rest = re.sub(r"\r(cleave: [^\r]*)?(\x1b\[K)\r?", "", text)
print("besides:", repr(rest))
