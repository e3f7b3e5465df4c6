"""Measures small shell commands of which some misbehave, and says what became of each."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
import sidebyside

if sys.argv[2] == "required":
    sidebyside.measure([{"name": "plain", "run": ["echo", "1"]}, {"name": "other", "run": ["echo", "2"]}], 1)

# Hangs, and leaves a process behind that has a session of its own.
hangs = "setsid sleep 1000 & sleep 1000"
entries = [
    {"name": "plain", "run": ["sh", "-c", "echo 1; exit 3"]},
    {"name": "same", "run": ["sh", "-c", "echo 1; echo inner_s=0.25 >&2; exit 3"], "optional": True},
    {"name": "differs", "run": ["sh", "-c", "echo 2; exit 3"], "optional": True},
    {"name": "fails", "run": ["sh", "-c", "echo some; echo the reason >&2; exit 9"], "optional": True},
    {"name": "hangs", "run": ["sh", "-c", hangs], "optional": True, "limit": 1},
    {"name": "slow", "run": ["sh", "-c", "sleep 1000"], "optional": True, "slowest": 5},
    {"name": "was not built", "run": ["false"], "optional": True, "why": "no compiler"},
]
for row in sidebyside.summarised(sidebyside.measure(entries, 2, progress=False)):
    runs = len(row["seconds"]) if "seconds" in row else 0
    print(
        f"{row['name']}: {row.get('why', f'{runs} runs')}{', inner ' + str(row['inner_s']) if 'inner_s' in row else ''}"
    )

mark = f"{sidebyside.MARK}={os.getpid()}-".encode()
left = [entry for entry in os.listdir("/proc") if entry.isdigit()
        and any(word.startswith(mark) for word in sidebyside.environmentOf(entry))]  # fmt: skip
print(f"{len(left)} processes left")
