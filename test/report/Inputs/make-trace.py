"""make-trace.py TASKS WORKERS KINDS [--dependences] - prints a trace as `cleave run --trace` would, the same each time.

With --dependences each task was begun by the program and waited for by it, in its order."""

import json
import random
import sys

tasks, workers, kinds = map(int, sys.argv[1:4])
chance = random.Random(7)
program = workers + 1  # the number of its thread, and of the process
events = [{"name": "thread_name", "ph": "M", "pid": program, "tid": slot + 1, "args": {"name": f"worker {slot}"}} for slot in range(workers)]
tasksDone, ends = [], [0.0] * workers
for number in range(tasks):
    slot = number % workers
    # Whole nanoseconds: Perfetto drops what overlaps by less than one.
    start, duration = round(ends[slot] + chance.random() * 20, 3), round(chance.expovariate(1 / 300), 3)
    ends[slot] = start + duration
    tasksDone.append({"name": "task", "cat": "task", "ph": "X", "pid": program, "tid": slot + 1, "ts": round(start, 3), "dur": duration,
                      "args": {"kind": chance.randrange(kinds), "items": 3, "bytes_in": 1000, "bytes_out": 20}})  # fmt: skip
other = {"events_lost": 0}
if "--dependences" in sys.argv:
    works, at = [], 0.0
    for number, event in enumerate(tasksDone, 1):
        end = event["ts"] + event["dur"]
        event["args"]["work"] = number
        common = {"name": "task", "cat": "work", "pid": program, "tid": program, "id": number}
        works.append({**common, "ph": "b", "ts": max(event["ts"] - 1, 0)})
        works.append({**common, "ph": "e", "ts": max(at + 2, end), "args": {"wanted": at + 1}})
        at = max(at + 2, end)
    tasksDone += works
    other.update({"mode": "isolated", "workers": workers, "wall_us": at, "program": program})
json.dump({"displayTimeUnit": "ms", "otherData": other, "traceEvents": events + tasksDone}, sys.stdout)
