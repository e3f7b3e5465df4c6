"""findings.py CLEAVE BUNDLE STATUS SCENARIO... - runs each scenario in mode check and prints what was found.

Fails if a run does not end with STATUS, or if the program's own output is not what it always is.
"""

import json
import subprocess
import sys

cleave, bundle, status, *scenarios = sys.argv[1:]
for scenario in scenarios:
    command = [cleave, "run", "--mode=check", "--workers=2", "--stats=stats.json", bundle, scenario]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != int(status) or result.stdout != "the program ended\n":
        sys.exit(f"{scenario}: status {result.returncode}, output {result.stdout!r}\n{result.stderr}")
    with open("stats.json", encoding="utf-8") as file:
        figures = json.load(file)["check"]
    print(f"{scenario}: compared {figures['compared']}")
    print(result.stderr, end="")
