"""check-figures.py STATS WHAT... - what the node kernel counted, as `cleave run --stats` wrote it.

memory: all frames are free again at the end. quiet: no interrupt came while a task ran. calls: tasks entered the kernel
only with their calls (six each for a task of ours: two opens, two requests, a commit, its finish).
tasks=T, entries=E: on task cores, so many tasks ran and so often was the kernel entered while they did, exactly.
vectors=V:N,...: of these entries, those that are not calls; exactly these (N+: at least N). vectors= : there is none.
"""
import json
import sys

with open(sys.argv[1]) as file:
    stats = json.load(file)
kernel = stats["kernel"]
cores = [core for core in kernel["cores"] if core["role"] == "tasks"]


def require(condition, message):
    if not condition:
        sys.exit(f"{message}: {kernel}")


def checkVectors(wanted):
    seen = {}
    for core in cores:
        for vector, count in core["in_tasks"]["vectors"].items():
            seen[vector] = seen.get(vector, 0) + count
    expected = dict(word.split(":") for word in wanted.split(",") if word)
    require(seen.keys() == expected.keys(), f"vectors {sorted(seen)} and not {sorted(expected)}")
    for vector, count in expected.items():
        isMet = seen[vector] >= int(count[:-1]) if count.endswith("+") else seen[vector] == int(count)
        require(isMet, f"vector {vector} came {seen[vector]} times and not {count}")


for word in sys.argv[2:]:
    what, _, value = word.partition("=")
    if what == "memory":
        require(kernel["frames_free_at_start"] == kernel["frames_free_at_end"], "memory is lost")
    elif what == "quiet":
        require(kernel["task_interrupts"] == 0, "tasks were interrupted")
    elif what == "calls":
        require(kernel["task_entries"] <= 6 * stats["tasks_run"], f"{stats['tasks_run']} tasks entered more often")
    elif what == "tasks":
        require(sum(core["tasks"] for core in cores) == int(value), f"not {value} tasks")
    elif what == "entries":
        require(kernel["task_entries"] == int(value), f"not {value} entries")
    elif what == "vectors":
        checkVectors(value)
    else:
        sys.exit(f"there is no check '{what}'")
