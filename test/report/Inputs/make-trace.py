"""make-trace.py TASKS WORKERS KINDS [--dependences] - prints a trace as `cleave run --trace` would, the same each time.

With --dependences each task was begun by the program and waited for by it, in its order."""

import json
import random
import sys

tasks, workers, kinds = map(int, sys.argv[1:4])
chance = random.Random(7)
events, ends = [], [0.0] * workers
for number in range(tasks):
    slot = number % workers
    start, duration = ends[slot] + chance.random() * 20, chance.expovariate(1 / 300)
    ends[slot] = start + duration
    events.append({"name": "task", "cat": "task", "ph": "X", "pid": 1, "tid": slot, "ts": start, "dur": duration,
                   "args": {"kind": chance.randrange(kinds), "items": 3, "bytes_in": 1000, "bytes_out": 20}})  # fmt: skip
other = {"events_lost": 0}
if "--dependences" in sys.argv:
    works, at = [], 0.0
    for number, event in enumerate(events, 1):
        end = event["ts"] + event["dur"]
        event["args"]["work"] = number
        common = {"name": "task", "cat": "work", "pid": 1, "tid": workers, "id": number}
        works.append({**common, "ph": "b", "ts": max(event["ts"] - 1, 0)})
        works.append({**common, "ph": "e", "ts": max(at + 2, end), "args": {"wanted": at + 1}})
        at = max(at + 2, end)
    events += works
    other.update({"mode": "isolated", "workers": workers, "wall_us": at, "program": workers})
json.dump({"displayTimeUnit": "ms", "otherData": other, "traceEvents": events}, sys.stdout)
