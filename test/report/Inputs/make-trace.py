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
if "--dependences" in sys.argv:
    waits, at = [], 0.0
    for work, event in enumerate(events, 1):
        end = event["ts"] + event["dur"]
        event["args"].update({"part": work, "work": work, "parent": 0, "begun_us": event["ts"] - 1})
        waits.append({"name": "waits", "cat": "wait", "ph": "X", "pid": 1, "tid": workers, "ts": at + 1,
                      "dur": max(end - at - 1, 0), "args": {"work": work, "parent": 0}})  # fmt: skip
        at = max(at + 1, end)
    events += waits
json.dump({"displayTimeUnit": "ms", "otherData": {"events_lost": 0}, "traceEvents": events}, sys.stdout)
