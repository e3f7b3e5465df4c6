"""to-full-device.py COMMAND... - runs it with /dev/full as its standard output."""

import os
import sys

os.dup2(os.open("/dev/full", os.O_WRONLY), 1)
os.execvp(sys.argv[1], sys.argv[1:])
