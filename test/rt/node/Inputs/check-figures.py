"""check-figures.py STATS TRACE - the files hold what the program (root.cpp, "count") wrote into the shared memory."""
import json
import sys

with open(sys.argv[1]) as file:
    stats = json.load(file)
with open(sys.argv[2]) as file:
    trace = json.load(file)

wanted = {"mode": "auto", "workers": 2, "tasks_run": 4, "items_run": 35, "bytes_in": 110, "bytes_out": 220,
          "redone": 4, "abandoned": 0, "objects_published": 0, "objects_mapped": 0, "inputs_copied_bytes": 0,
          "done_in_place": 0}
for key, value in wanted.items():
    assert stats[key] == value, (key, stats[key])
kinds = stats["tasks_by_kind"]
assert kinds["work0(int)"] == {"count": 3, "items": 30, "found": 0, "busy_s": 2.0, "bytes_in": 100, "bytes_out": 200}, kinds
assert kinds["work1(int)"]["items"] == 5
assert 0.9 < stats["coverage"] < 1 and stats["wall_s"] > 0

events = [event for event in trace["traceEvents"] if event["ph"] == "X"]
assert len(events) == 1 and trace["otherData"]["events_lost"] == 0
assert events[0]["name"] == "work1(int)" and events[0]["tid"] == 3
assert events[0]["ts"] == 5.0 and events[0]["dur"] == 3.0
