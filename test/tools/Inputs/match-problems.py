"""match-problems.py TASKS SOURCE - does what an editor does with examples/editors/vscode/tasks.json for a file: runs the first task's
command and reads its output by the problem matcher's pattern. Prints what it would show: severity, line, code."""

import json
import os
import re
import subprocess
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    task = json.load(file)["tasks"][0]
source = os.path.abspath(sys.argv[2])
words = {"${file}": source, "${fileDirname}": os.path.dirname(source), "${workspaceFolder}": os.getcwd(),
         "${fileBasenameNoExtension}": os.path.splitext(os.path.basename(source))[0]}  # fmt: skip
command = [task["command"]]
for argument in task["args"]:
    for name, value in words.items():
        argument = argument.replace(name, value)
    command.append(argument)
assert "${" not in " ".join(command), command
result = subprocess.run(command, capture_output=True, text=True)
matcher = task["problemMatcher"]
pattern = matcher["pattern"]
for line in result.stderr.splitlines():
    match = re.match(pattern["regexp"], line)
    if not match:
        print("no problem:", line)
        continue
    found = {key: match.group(value) for key, value in pattern.items() if key != "regexp"}
    assert os.path.samefile(found["file"], source), found
    # What is neither of an editor's severities gets the matcher's own.
    severity = found["severity"] if found["severity"] in ("error", "warning") else matcher["severity"]
    print(f"{severity} at line {found['line']}, column {found['column']}, code {found['code']}: {found['message']}")
