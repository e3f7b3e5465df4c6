"""check-figures.py STATS WHAT... - what the node kernel counted, as `cleave run --stats` wrote it.

memory: all frames are free again at the end. quiet: no interrupt came while a task ran, and tasks entered the kernel
only with their calls (six each for a task of ours: two opens, two requests, a commit, its finish).
"""
import json
import sys

with open(sys.argv[1]) as file:
    stats = json.load(file)
kernel = stats["kernel"]
if "memory" in sys.argv[2:] and kernel["frames_free_at_start"] != kernel["frames_free_at_end"]:
    sys.exit(f"memory is lost: {kernel}")
if "quiet" in sys.argv[2:] and kernel["task_interrupts"] != 0:
    sys.exit(f"tasks were interrupted: {kernel}")
if "calls" in sys.argv[2:] and kernel["task_entries"] > 6 * stats["tasks_run"]:
    sys.exit(f"tasks entered the kernel more often than they called it: {kernel}, {stats['tasks_run']} tasks")
