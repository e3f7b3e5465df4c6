"""make-trace.py TASKS WORKERS KINDS - prints a trace as `cleave run --trace` would, the same each time."""

import json
import random
import sys

tasks, workers, kinds = map(int, sys.argv[1:])
chance = random.Random(7)
events, ends = [], [0.0] * workers
for number in range(tasks):
    slot = number % workers
    start, duration = ends[slot] + chance.random() * 20, chance.expovariate(1 / 300)
    ends[slot] = start + duration
    events.append({"name": "task", "cat": "task", "ph": "X", "pid": 1, "tid": slot, "ts": start, "dur": duration,
                   "args": {"kind": chance.randrange(kinds), "items": 3, "bytes_in": 1000, "bytes_out": 20}})  # fmt: skip
json.dump({"displayTimeUnit": "ms", "otherData": {"events_lost": 0}, "traceEvents": events}, sys.stdout)
