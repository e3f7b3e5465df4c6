#!/usr/bin/env python3
"""What a run would have taken on other numbers of cores: replays a trace (cleave run --trace=FILE) in a discrete-event
simulator, and says what stands in the way of more.

    cleave run --workers=2 --trace=run.trace app.cleave
    bench/simulate.py run.trace                          one machine of 1, 2, 16, 128 and 1,024 cores
    bench/simulate.py run.trace --cores-per-node=16      as many cores on nodes of 16; wants a trace of --mode=isolated,
                                                         since only that tells how many bytes tasks take and give

FROM THE TRACE. A trace holds PARTS, each with the thread that did it, and WORKS (a future, a stretch of a range loop, a
batch of a staged loop) that parts belong to: when each was offered, from when on its owner waited for it, when it was
joined (docs/report.md). The program is a STRAND, and so is each part: a list of steps, compute so long, offer a work,
wait for a work. What a thread did between a strand's beginning and end counts as the strand's own unless it lies in a
part begun meanwhile or in a wait.

REPLAY. Cores take parts, oldest first. A strand that waits for a work of which nobody has begun a part does that part first;
otherwise its core does other parts meanwhile, and goes on with the strand when the work is done and the part that it has
begun is, too, as the run time's threads do. The program of a run in mode isolated does no parts and goes on at once. What
it does not know and assumes:

  - a part takes as long as it did, whoever else computes: no fight for memory, no slower clock;
  - on more cores than were, a staged loop runs ahead by four batches for each, as the run time does up to 16
    cores (rt/root/LocalLoops.cpp), but not past a batch that was waited for alone;
  - a range loop is cut into 32 pieces a core of at least 4 us, at most 1,024, as the run time does (LocalRanges.cpp),
    and its iterations take the same time within what was one piece; batches and futures are never cut;
  - a part that a core takes from another costs a hand-off of --hand-off microseconds;
  - between nodes, inputs go out from the program's node and outputs come back, over one link for each node and
    direction, in turn; a node keeps what all of a loop share while the loop lasts, and nothing else, as names go today
    (each loop names its inputs anew); a core waits for its inputs.

WHAT BOUNDS IT is the number of cores where they are busy for nine tenths of the time. Elsewhere it is found by taking
things away: sequential steps (the program's own, and those of parts that offer works) take no time; every part can be
cut as finely as wanted; bytes take no time. The one that gives most is named, if it gives a tenth.

There are libraries for discrete events; Debian 12 has SimPy 2.3.1, of 2012. What is needed here is a heap of two kinds of
events, so that ./check, which tests this, needs nothing more.
"""

import argparse
import bisect
import collections
import heapq
import json
import sys

OFFER, WAIT = 0, 1
PIECES_PER_CORE, MOST_PIECES, LEAST_PIECE_US, AHEAD_PER_CORE = 32, 1024, 4.0, 4


class BadTrace(Exception):
    """Why a trace cannot be replayed."""


class Strand:
    """`steps`: (after so many microseconds of its own, OFFER or WAIT, work); `us`: all of its own time."""

    __slots__ = (
        "steps",
        "us",
        "work",
        "items",
        "bytesIn",
        "bytesShared",
        "bytesOut",
        "start",
        "end",
        "parent",
        "covered",
    )

    def __init__(self, start, end, items=1):
        self.start, self.end, self.items = start, end, items
        self.bytesIn = self.bytesShared = self.bytesOut = 0
        self.steps, self.covered, self.us, self.work, self.parent = [], [], end - start, None, None


class Work:
    __slots__ = ("parts", "loop", "offered", "wanted", "joined", "thread")

    def __init__(self, thread, offered):
        self.thread, self.offered, self.parts = thread, offered, []
        self.wanted = self.joined = self.loop = None


class Trace:
    """`program`: the strand of the program itself; `wallUs`: what the run took; `workers`, `mode`: of what."""

    def __init__(self, trace):
        other = trace.get("otherData", {})
        if "traceEvents" not in trace or "program" not in other:
            raise BadTrace("it does not tell what its tasks waited for; record it anew with this cleave")
        if other["events_lost"]:
            raise BadTrace(f"{other['events_lost']} events did not fit into it; record a smaller run")
        self.wallUs, self.workers, self.mode = other["wall_us"], other["workers"], other["mode"]
        self.program = Strand(0.0, self.wallUs)
        works, threads = {}, collections.defaultdict(list)
        try:
            for event in trace["traceEvents"]:
                self.take(event, works, threads)
        except (KeyError, TypeError) as error:
            raise BadTrace(f"an event of it lacks {error}") from None
        self.works = [work for work in works.values() if work.joined is not None]
        self.hasBytes = any(strand.bytesIn for strands in threads.values() for strand in strands)
        for thread, strands in threads.items():
            nest(strands, self.program if thread == other["program"] else None)
        self.addSteps(threads, other["program"])

    def take(self, event, works, threads):
        phase = event["ph"]
        if phase == "X":
            args = event["args"]
            strand = Strand(event["ts"], event["ts"] + event["dur"], args["items"])
            strand.bytesIn, strand.bytesShared = args["bytes_in"], args.get("bytes_shared", 0)
            strand.bytesOut = args["bytes_out"]
            strand.work = args.get("work")
            threads[event["tid"]].append(strand)
        elif phase == "b":
            works[event["id"]] = Work(event["tid"], event["ts"])
        elif phase == "e":
            work = works[event["id"]]
            work.joined, work.wanted, work.loop = event["ts"], event["args"]["wanted"], event["args"].get("loop")

        self.numbered = works

    def addSteps(self, threads, programsThread):
        for strands in threads.values():
            for strand in strands:
                if work := self.numbered.get(strand.work):
                    work.parts.append(strand)
        starts = {thread: [strand.start for strand in strands] for thread, strands in threads.items()}
        owned = collections.defaultdict(list)
        for work in self.works:
            owner = ownerOf(work, threads.get(work.thread, []), starts.get(work.thread, []))
            owner = owner or (self.program if work.thread == programsThread else None)
            if owner:
                owner.covered.append((work.wanted, work.joined))
                owned[owner].append(work)
        for strand in [self.program, *(strand for strands in threads.values() for strand in strands)]:
            setSteps(strand, owned.get(strand, []))


def nest(strands, outermost):
    """Parts that a thread began while it was at another: each lies in the one that was begun last and not ended."""
    strands.sort(key=lambda strand: (strand.start, -strand.end))
    open_ = []
    for strand in strands:
        while open_ and open_[-1].end < strand.end:
            open_.pop()
        strand.parent = open_[-1] if open_ else outermost
        if strand.parent:
            strand.parent.covered.append((strand.start, strand.end))
        open_.append(strand)


def ownerOf(work, strands, starts):
    """The strand that offered it: the innermost one that its thread was at."""
    at = bisect.bisect_left(starts, work.offered) - 1  # at the same instant it may be a part of this very work
    strand = strands[at] if at >= 0 else None
    while strand and strand.end <= work.offered:
        strand = strand.parent
    return strand


def setSteps(strand, works):
    """Turns times of the run into the strand's own time: without what lies in `covered`."""
    begins, ends, before, sum_ = [], [], [], 0.0
    for begin, end in sorted(strand.covered):
        begin, end = max(begin, strand.start), min(end, strand.end)
        if ends and begin <= ends[-1]:
            sum_ += max(end - ends[-1], 0)
            ends[-1] = max(end, ends[-1])
        elif begin < end:
            begins.append(begin)
            ends.append(end)
            before.append(sum_)
            sum_ += end - begin

    def own(time):
        at = bisect.bisect_right(begins, time) - 1
        hidden = before[at] + min(time, ends[at]) - begins[at] if at >= 0 else 0.0
        return max(time - strand.start - hidden, 0.0)

    strand.us = max(strand.end - strand.start - sum_, 0.0)
    events = [(work.offered, OFFER, work) for work in works] + [(work.wanted, WAIT, work) for work in works]
    events.sort(key=lambda event: event[:2])
    strand.steps = [(own(time), what, work) for time, what, work in events]


def ranAhead(steps, ahead):
    """Steps with the offers of staged loops as early as `ahead` batches before the one that is waited for. A batch that
    was waited for alone, as the first of a loop is, since nothing is known about it, stays before those behind it."""
    loops = collections.defaultdict(list)
    waited = collections.Counter()  # batches by loop, so far
    moved, follows = set(), collections.defaultdict(list)  # places of steps; by place, what is offered behind it
    waits = {id(work): place for place, (_, what, work) in enumerate(steps) if what == WAIT}
    barrier = {}
    for place, (_, what, work) in enumerate(steps):
        if what == WAIT:
            waited[work.loop] += 1
        elif work.loop:
            batches = loops[work.loop]
            if waited[work.loop] == len(batches):  # none is in flight
                barrier[work.loop] = place
            number = len(batches)
            batches.append(work)
            to = barrier[work.loop]
            if number >= ahead:
                to = max(to, waits[id(batches[number - ahead])])
            if to < place:
                moved.add(place)
                follows[to].append(work)
    result = []
    for place, step in enumerate(steps):
        if place not in moved:
            result.append(step)
        result += [(step[0], OFFER, work) for work in follows[place]]
    return result


class Network:
    """Nodes of so many cores; the program is on node 0. Times in microseconds."""

    def __init__(self, coresPerNode=0, bytesPerUs=float("inf"), latencyUs=0.0):
        self.coresPerNode, self.bytesPerUs, self.latencyUs = coresPerNode, bytesPerUs, latencyUs

    def begin(self):
        self.outFree, self.inFree = collections.defaultdict(float), collections.defaultdict(float)
        self.has = set()  # (node, loop) whose shared input is there

    def arrival(self, now, source, target, size):
        if source == target:
            return now
        begin = max(now, self.outFree[source], self.inFree[target])
        end = begin + size / self.bytesPerUs
        self.outFree[source] = self.inFree[target] = end
        return end + self.latencyUs

    def nodeOf(self, core):
        return core // self.coresPerNode if self.coresPerNode else 0


class Settings:
    def __init__(self, cores, network=None, handOffUs=0.5, ownTakesTime=True, leavesTakeTime=True):
        self.cores, self.network = cores, network or Network()
        self.handOffUs = handOffUs if cores > 1 else 0.0
        self.ownTakesTime, self.leavesTakeTime = ownTakesTime, leavesTakeTime


def piecesOf(part, work, settings):
    """Into how many a part is cut."""
    if part.steps or settings.cores == 1 or not settings.leavesTakeTime:
        return 1
    if work.loop or part.items < 2:
        return 1
    whole = sum(other.us for other in work.parts)
    wanted = min(PIECES_PER_CORE * settings.cores, MOST_PIECES, whole / LEAST_PIECE_US)
    return max(1, min(part.items, round(wanted * part.us / whole) if whole else 1))


class Running:
    """A strand on its way: its next step, and how much of its own time is behind it."""

    __slots__ = ("strand", "steps", "place", "us", "scale", "work", "home")

    def __init__(self, strand, steps, work, scale=1.0, home=0):
        self.strand, self.steps, self.work, self.scale, self.home = strand, steps, work, scale, home
        self.place, self.us = 0, 0.0


class Simulation:
    def __init__(self, trace, settings):
        self.settings, self.network = settings, settings.network
        self.network.begin()
        self.trace = trace
        self.now, self.serial, self.busyUs = 0.0, 0, 0.0
        self.events, self.idle, self.isIdle = [], list(range(settings.cores)), [True] * settings.cores
        self.ready = collections.deque()
        self.resumed = collections.deque()  # strands that any core may go on with
        self.suspended = collections.defaultdict(list)  # by core: (strand, what it waits for), the last one on top
        self.isPinned = trace.mode != "isolated"
        self.left, self.waiting, self.unbegun = {}, {}, {}

    def run(self):
        """Microseconds until the program's strand has ended."""
        program = self.trace.program
        steps = program.steps
        if self.settings.cores > self.trace.workers:
            steps = ranAhead(steps, AHEAD_PER_CORE * self.settings.cores)
        self.resumed.append(Running(program, steps, None))
        self.endedAt = None
        self.dispatch()
        while self.endedAt is None:
            if not self.events:
                raise BadTrace("it holds works that wait for one another")
            self.now, _, core, running, what = heapq.heappop(self.events)
            if what is None:
                self.advance(core, running)
            else:
                self.finished(what)
            self.dispatch()
        return self.endedAt

    def dispatch(self):
        while self.idle and (self.resumed or self.ready):
            core = heapq.heappop(self.idle)
            if not self.isIdle[core]:  # it goes on with a strand of its own
                continue
            self.isIdle[core] = False
            if self.resumed:
                self.advance(core, self.resumed.popleft())
                continue
            running = self.ready.popleft()
            if running.place < 0:  # somebody took it meanwhile
                self.release(core)
            else:
                self.begin(core, running, isTaken=True)

    def release(self, core):
        """The core has ended a part, or waits: it goes on with what it left for that, if it can."""
        if self.suspended[core] and not self.left[self.suspended[core][-1][1]]:
            self.advance(core, self.suspended[core].pop()[0])
        else:
            self.isIdle[core] = True
            heapq.heappush(self.idle, core)

    def at(self, time, core, running, what=None):
        self.serial += 1
        heapq.heappush(self.events, (time, self.serial, core, running, what))

    def begin(self, core, running, isTaken):
        self.unbegun[running.work].discard(running)
        running.home = core
        node = self.network.nodeOf(core)
        size = running.strand.bytesIn * running.scale
        if running.work.loop and (node, running.work.loop) in self.network.has:
            size -= running.strand.bytesShared * running.scale
        self.network.has.add((node, running.work.loop))
        start = self.network.arrival(self.now, 0, node, size)
        self.at(start + (self.settings.handOffUs if isTaken else 0.0), core, running)

    def advance(self, core, running):
        """The core does the strand's steps until it computes, waits or ends."""
        while running.place < len(running.steps):
            due, what, work = running.steps[running.place]
            if self.compute(core, running, due):
                return
            running.place += 1
            if what == OFFER:
                self.offer(work)
            elif self.left.get(work):
                self.wait(core, running, work)
                return
        if self.compute(core, running, running.strand.us):
            return
        if running.work is None:
            self.endedAt = self.now
            return
        arrival = self.network.arrival(self.now, self.network.nodeOf(core), 0, running.strand.bytesOut * running.scale)
        if arrival > self.now:
            self.at(arrival, core, None, running.work)
        else:
            self.finished(running.work)
        self.release(core)

    def wait(self, core, running, work):
        if self.isPinned:
            self.suspended[core].append((running, work))
        self.waiting[work] = core, running
        if not self.unbegun[work] or not self.isPinned:
            self.release(core)
            return
        part = next(iter(self.unbegun[work]))
        taken = Running(part.strand, part.steps, part.work, part.scale)
        part.place = -1  # in the queue
        self.unbegun[work].discard(part)
        self.unbegun[work].add(taken)
        self.begin(core, taken, isTaken=False)

    def compute(self, core, running, until):
        """True: the strand is busy up to that much of its own time, and goes on then."""
        takes = (until - running.us) * running.scale
        running.us = max(running.us, until)
        if not (self.settings.ownTakesTime if running.work is None or running.steps else self.settings.leavesTakeTime):
            takes = 0.0
        if takes <= 0:
            return False
        self.busyUs += takes
        self.at(self.now + takes, core, running)
        return True

    def offer(self, work):
        pieces = []
        for part in work.parts:
            count = piecesOf(part, work, self.settings)
            pieces += [Running(part, part.steps, work, 1.0 / count) for _ in range(count)]
        self.left[work], self.unbegun[work] = len(pieces), OrderedSet(pieces)
        self.ready.extend(pieces)

    def finished(self, work):
        self.left[work] -= 1
        if self.left[work] or work not in self.waiting:
            return
        core, running = self.waiting.pop(work)
        if not self.isPinned:
            self.resumed.append(running)
        elif self.isIdle[core] and self.suspended[core][-1][1] is work:
            self.isIdle[core] = False
            self.suspended[core].pop()
            self.advance(core, running)


class OrderedSet(dict):
    """A set that keeps its order, so that a replay is the same each time."""

    def __init__(self, members):
        super().__init__((member, None) for member in members)

    def add(self, member):
        self[member] = None

    def discard(self, member):
        self.pop(member, None)


def replayed(trace, cores, network=None, handOffUs=0.5):
    """{"cores", "seconds", "busy": share of the cores' time, "bound"} of a run on so many cores."""
    network = network or Network()

    def run(more=None, over=network):
        simulation = Simulation(trace, Settings(cores, over, handOffUs, **(more or {})))
        return simulation.run(), simulation.busyUs

    us, busyUs = run()
    result = {"cores": cores, "seconds": us / 1e6, "busy": busyUs / (us * cores) if us else 0.0}
    if cores > 1:
        without = {"sequential steps": run({"ownTakesTime": False})[0],
                   "too few, too large tasks": max(run({"leavesTakeTime": False})[0], busyUs / cores)}  # fmt: skip
        if network.coresPerNode:
            without["bytes"] = run(over=Network(network.coresPerNode))[0]
        best = min(without, key=without.get)
        gain = 1 - without[best] / us if us else 0.0
        isFull = result["busy"] >= 0.9
        result["bound"] = "the number of cores" if isFull else best if gain >= 0.1 else "what waits for what"
        result["without_it_s"] = without[best] / 1e6
    return result


def load(path):
    try:
        with open(path, encoding="utf-8") as file:
            trace = json.load(file)
    except (OSError, ValueError) as error:
        raise BadTrace(f"it cannot be read: {error}") from None
    if not isinstance(trace, dict):
        raise BadTrace("it is not a trace")
    return Trace(trace)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trace", help="what cleave run --trace wrote")
    parser.add_argument("--cores", default="1,2,16,128,1024", help="numbers of cores, separated by commas")
    parser.add_argument(
        "--hand-off", type=float, default=0.5, metavar="US", help="what taking a part costs (default 0.5)"
    )
    parser.add_argument(
        "--cores-per-node", type=int, default=0, metavar="N", help="cores of a node (default: one machine has all)"
    )
    parser.add_argument(
        "--bandwidth", type=float, default=10.0, metavar="GBIT", help="of a node's link, each way (default 10 Gbit/s)"
    )
    parser.add_argument("--latency", type=float, default=20.0, metavar="US", help="between nodes (default 20 us)")
    parser.add_argument("--json", metavar="FILE", help="write the figures there as well")
    options = parser.parse_args()
    try:
        counts = [int(word) for word in options.cores.split(",")]
    except ValueError:
        counts = [0]
    if (
        min(counts) < 1
        or options.cores_per_node < 0
        or options.bandwidth <= 0
        or options.latency < 0
        or options.hand_off < 0
    ):
        parser.error("numbers of cores are whole and at least 1, --bandwidth is above 0, times are not negative")
    network = (
        Network(options.cores_per_node, options.bandwidth * 1000 / 8, options.latency)
        if options.cores_per_node
        else None
    )
    try:
        trace = load(options.trace)
        if network and not trace.hasBytes:
            raise BadTrace("it tells no bytes, so that nodes cannot be simulated; record it with --mode=isolated")
        one = replayed(trace, 1)
        rows = [replayed(trace, cores, network, options.hand_off) for cores in counts]
    except BadTrace as problem:
        sys.exit(f"simulate: '{options.trace}': {problem}")
    print(
        f"recorded: {trace.wallUs / 1e6:.3f} s with {trace.workers} workers, mode {trace.mode}, {len(trace.works)} works"
    )
    print(f"{'cores':>7} {'seconds':>10} {'speed-up':>9} {'busy':>6}  bound by")
    for row in rows:
        row["speed_up"] = one["seconds"] / row["seconds"] if row["seconds"] else 1.0
        print(
            f"{row['cores']:>7} {row['seconds']:>10.6f} {row['speed_up']:>9.2f} {row['busy']:>6.1%}  {row.get('bound', '')}"
        )
    if options.json:
        with open(options.json, "w") as out:
            json.dump({"recorded_s": trace.wallUs / 1e6, "workers": trace.workers, "rows": rows}, out, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
