"""check-trace.py TRACE - a trace is one in the sense of the Trace Event Format, as Chrome's about:tracing and Perfetto read it.

What the format's description asks for (docs/report.md names it), as far as `cleave run --trace` uses it:

    file       an object with `traceEvents`, a list; `displayTimeUnit` is "ms" or "ns"; other members are metadata
    any event  `ph`, a letter; `name`, text; `pid` and `tid`, whole numbers, not 0; `ts`, microseconds, unless it is metadata
    X          complete: `dur`, not negative. Those of one thread nest or are apart: one that began within another ends there
    b, e       asynchronous: `cat` and `id`; each e has a b before or at its time with the same cat, id and name, and the reverse
    C          counter: `args` with numbers alone
    M          metadata: `thread_name` or `process_name`, with `args.name`, text; once for each thread

Prints how many events of each kind there are; each violation is one line, and the exit status says whether there was one.
"""

import collections
import json
import sys

NS = 0.0011  # times have three digits: sums of two of them may differ by the last


def isNumber(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def check(trace):
    if not isinstance(trace.get("traceEvents"), list) or trace.get("displayTimeUnit") not in ("ms", "ns"):
        yield "the file is not an object with traceEvents and displayTimeUnit"
        return
    slices, pairs, named = collections.defaultdict(list), collections.defaultdict(dict), set()
    for number, event in enumerate(trace["traceEvents"]):
        where, phase = f"event {number}", event.get("ph")
        if phase not in ("X", "b", "e", "C", "M"):
            yield f"{where}: a phase {phase!r}"
            continue
        if not isinstance(event.get("name"), str) or not all(isinstance(event.get(key), int) for key in ("pid", "tid")):
            yield f"{where}: name, pid or tid"
        elif event["tid"] < 1:
            yield f"{where}: thread 0, which Perfetto takes for the idle one"
        arguments = event.get("args", {})
        if not isinstance(arguments, dict):
            yield f"{where}: args"
        elif phase == "M":
            key = (event["name"], event["tid"])
            if event["name"] not in ("thread_name", "process_name") or not isinstance(arguments.get("name"), str):
                yield f"{where}: metadata {event}"
            if key in named:
                yield f"{where}: named twice"
            named.add(key)
        elif not isNumber(event.get("ts")):
            yield f"{where}: ts {event.get('ts')!r}"
        elif phase == "X":
            if not isNumber(event.get("dur")) or event["dur"] < 0:
                yield f"{where}: dur {event.get('dur')!r}"
            else:
                slices[event["tid"]].append((event["ts"], -event["dur"], number))
        elif phase == "C":
            if not arguments or not all(isNumber(value) for value in arguments.values()):
                yield f"{where}: a counter's args"
        else:
            key = (event.get("cat"), event.get("id"))
            if None in key or phase in pairs[key]:
                yield f"{where}: {phase} without cat and id, or twice"
            pairs[key][phase] = event
    for key, ends in pairs.items():
        if len(ends) != 2 or ends["b"]["name"] != ends["e"]["name"] or ends["b"]["ts"] > ends["e"]["ts"]:
            yield f"asynchronous {key}: its two ends do not belong together"
    for thread, events in slices.items():
        if ("thread_name", thread) not in named:
            yield f"thread {thread} has no name"
        open_ = []
        for start, minusLength, number in sorted(events):
            end = start - minusLength
            while open_ and open_[-1] <= start + NS:
                open_.pop()
            if open_ and end > open_[-1] + NS:
                yield f"event {number}: it begins within another of its thread and ends after it"
            open_.append(end)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        trace = json.load(file, parse_constant=lambda name: sys.exit(f"{name} is no JSON"))
    violations = list(check(trace))
    for violation in violations[:20]:
        print(violation)
    counts = collections.Counter(event.get("ph") for event in trace.get("traceEvents", []))
    print("events: " + ", ".join(f"{counts[phase]} {phase}" for phase in "XbeCM") + f"; {len(violations)} violations")
    sys.exit(violations != [])


main()
