"""link-root.py COMPILER NATIVE... -- COMMAND...: runs COMMAND with the arguments of the compiler's own static link.

They are what `-###` prints, with the program's place before the first native input, as cleave++ hands them over.
"""

import shlex
import subprocess
import sys

split = sys.argv.index("--")
compiler, natives, command = sys.argv[1], sys.argv[2:split], sys.argv[split + 1 :]
plan = subprocess.run([compiler, "-static", "-###", *natives], capture_output=True, text=True, check=True).stderr
arguments = shlex.split(plan.splitlines()[-1])[1:]
arguments.insert(arguments.index(natives[0]), "<cleave-module>")
sys.exit(subprocess.run([*command, "--", *arguments], check=False).returncode)
