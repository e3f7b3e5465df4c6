"""limited.py [--signal] BYTES COMMAND... - runs it with a bound on the size of files.

A write past the bound fails with EFBIG, as Python's children ignore the signal; with --signal it ends the process.
"""

import os
import resource
import signal
import sys

arguments = sys.argv[1:]
if arguments[0] == "--signal":
    arguments.pop(0)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
limit = int(arguments.pop(0))
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
os.execvp(arguments[0], arguments)
