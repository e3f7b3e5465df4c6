// Span.cpp - the critical path of a run, from what its trace says of who began what and who waited for whom
// (cleave_trace_event in exchange.h).
//
// Each part, and the program itself, is followed along its own time with a clock that stands still while it waits:
//
//     program     --a--|begin 1|--b--|begin 2|--c--|wait 1 ....|--d--|wait 2|--e--
//     clock        a            a+b           a+b+c             max(it, a + span of 1) + d    ...
//
// When the part has waited for a piece of work, its clock is at least what it was when that work was begun, and the work's span
// more. The work's span is found in the same way, as parts end before those that wait for them; of several parts of one
// work (the ranges of a loop) the longest counts. What the program's clock says at the end is the span. With each clock goes
// the way by which it got there.
//
// A loop whose calls are sent ahead computes their arguments by a copy of its control, which waits for no result. It is a
// clock of its own, from the loop's first call on. So a ring that was full, and made the program wait for a result before it
// sent the next call, counts as what it is, too few workers, and not as a dependence.
//
// The span is that of the run as it was cut: a range that was done as one part is not taken apart. What the program did
// in place is the program's own time, as is the time in which the system let it wait for a core or a file.
#include "report/Span.h"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <unordered_map>

namespace cleave {

namespace {

constexpr int32_t nowhere = -1;

/// A step of a way: back from here to `before`. Either a stretch of a part's own, or all of another part's way.
struct Step {
  int32_t before;
  int32_t inner; ///< that part; nowhere: a stretch
  Stretch stretch;
};

struct Clock {
  double us = 0;
  int32_t way = nowhere; ///< the last step
};

enum class MarkType : uint8_t { Build, Begin, WaitStart, WaitEnd };

struct Mark {
  double us;
  MarkType type;
  uint32_t work;       ///< index
  size_t sequence = 0; ///< of marks at the same time, the order in which they were read: begun before waited for
};

struct Work {
  uint32_t loop = 0;
  Clock begun;
  double spanUs = 0;
  int32_t longest = nowhere; ///< its part with that span
  bool isBegun = false;
};

struct Part {
  uint32_t kind = programKind, slot = 0, work = 0;
  double startUs = 0, endUs = 0;
  bool isReal = false;
  std::vector<Mark> marks;
  Clock end;
};

class Follower {
public:
  explicit Follower(const Trace &trace) : trace(trace) {}
  Dependences follow();

private:
  uint32_t partOf(uint32_t number);
  void readParts();
  void readMarks();
  void followPart(uint32_t index);
  void advance(Clock &clock, const Part &part, double fromUs, double toUs);
  std::vector<Stretch> wayOf(uint32_t part) const;

  const Trace &trace;
  Dependences result;
  std::vector<Part> parts; ///< the program is the first
  std::vector<Work> works;
  std::vector<Step> steps;
  std::unordered_map<uint32_t, uint32_t> partIndex, workIndex;
};

} // namespace

/// One that was not recorded (it had not ended) is there, and nobody waits for it.
uint32_t Follower::partOf(uint32_t number) {
  auto [at, isNew] = partIndex.try_emplace(number, static_cast<uint32_t>(parts.size()));
  if (isNew)
    parts.emplace_back();
  return at->second;
}

void Follower::readParts() {
  partOf(0);
  parts[0].isReal = true;
  parts[0].endUs = trace.runUs;
  for (const TraceEvent &event : trace.events) {
    parts[0].endUs = std::max(parts[0].endUs, event.endUs);
    if (!event.work || !event.part)
      continue;
    auto [at, isNew] = workIndex.try_emplace(event.work, static_cast<uint32_t>(works.size()));
    if (isNew)
      works.emplace_back().loop = event.loop;
    uint32_t index = partOf(event.part);
    Part &part = parts[index];
    part.kind = event.kind;
    part.slot = event.slot;
    part.work = at->second;
    part.startUs = event.startUs;
    part.endUs = event.endUs;
    part.isReal = true;
    if (!isNew)
      continue;
    std::vector<Mark> &marks = parts[partOf(event.parent)].marks;
    if (event.loop)
      marks.push_back({std::min(event.builtUs, event.begunUs), MarkType::Build, at->second});
    marks.push_back({event.begunUs, MarkType::Begin, at->second});
  }
}

void Follower::readMarks() {
  constexpr uint32_t unknown = UINT32_MAX;
  for (const TraceWait &wait : trace.waits) {
    auto work = workIndex.find(wait.work);
    uint32_t index = work == workIndex.end() ? unknown : work->second;
    Part &part = parts[partOf(wait.parent)];
    if (!wait.parent)
      part.slot = wait.slot;
    part.marks.push_back({wait.startUs, MarkType::WaitStart, index});
    part.marks.push_back({wait.endUs, MarkType::WaitEnd, index});
    parts[0].endUs = std::max(parts[0].endUs, wait.endUs);
  }
  for (Part &part : parts) {
    for (size_t i = 0; i != part.marks.size(); ++i)
      part.marks[i].sequence = i;
    std::sort(part.marks.begin(), part.marks.end(), [](const Mark &a, const Mark &b) {
      return std::tie(a.us, a.sequence) < std::tie(b.us, b.sequence);
    });
  }
}

void Follower::advance(Clock &clock, const Part &part, double fromUs, double toUs) {
  if (toUs <= fromUs)
    return;
  clock.us += toUs - fromUs;
  result.workUs += toUs - fromUs;
  if (&part == &parts[0])
    result.programUs += toUs - fromUs;
  steps.push_back({clock.way, nowhere, {part.kind, part.slot, fromUs, toUs}});
  clock.way = static_cast<int32_t>(steps.size() - 1);
  result.parts.push_back(steps.back().stretch);
}

void Follower::followPart(uint32_t index) {
  Part &part = parts[index];
  Clock clock;
  std::unordered_map<uint32_t, Clock> loops;
  double at = part.startUs;
  uint32_t waits = 0;
  const Work *built = nullptr;
  for (const Mark &mark : part.marks) {
    double us = std::clamp(mark.us, part.startUs, part.endUs);
    if (built)
      advance(loops[built->loop], part, at, us);
    else if (!waits)
      advance(clock, part, at, us);
    at = std::max(at, us);
    Work *work = mark.work < works.size() ? &works[mark.work] : nullptr;
    switch (mark.type) {
    case MarkType::Build:
      loops.try_emplace(work->loop, clock);
      built = work;
      break;
    case MarkType::Begin:
      work->begun = work->loop ? loops[work->loop] : clock;
      work->isBegun = true;
      built = nullptr;
      break;
    case MarkType::WaitStart:
      ++waits;
      break;
    case MarkType::WaitEnd:
      waits -= waits != 0;
      if (work && work->isBegun && work->begun.us + work->spanUs > clock.us) {
        clock.us = work->begun.us + work->spanUs;
        steps.push_back({work->begun.way, work->longest, {}});
        clock.way = static_cast<int32_t>(steps.size() - 1);
      }
      break;
    }
  }
  if (!waits)
    advance(clock, part, at, part.endUs);
  part.end = clock;
  if (index == 0)
    return;
  Work &work = works[part.work];
  if (part.isReal && (work.longest == nowhere || clock.us > work.spanUs)) {
    work.spanUs = clock.us;
    work.longest = static_cast<int32_t>(index);
  }
}

std::vector<Stretch> Follower::wayOf(uint32_t part) const {
  std::vector<Stretch> way;
  std::vector<int32_t> open = {parts[part].end.way};
  while (!open.empty()) {
    int32_t at = open.back();
    if (at == nowhere) {
      open.pop_back();
      continue;
    }
    open.back() = steps[at].before;
    if (steps[at].inner == nowhere)
      way.push_back(steps[at].stretch);
    else
      open.push_back(parts[steps[at].inner].end.way);
  }
  std::reverse(way.begin(), way.end());
  return way;
}

Dependences Follower::follow() {
  if (trace.waits.empty())
    return {};
  readParts();
  readMarks();
  std::vector<uint32_t> order(parts.size() - 1);
  std::iota(order.begin(), order.end(), 1);
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    return std::tie(parts[a].endUs, b) < std::tie(parts[b].endUs, a); // what ends with its parent was begun later
  });
  for (uint32_t index : order)
    if (parts[index].isReal)
      followPart(index);
  followPart(0);
  result.isKnown = true;
  result.runUs = parts[0].endUs;
  result.spanUs = parts[0].end.us;
  result.path = wayOf(0);
  std::sort(result.parts.begin(), result.parts.end(), [](const Stretch &a, const Stretch &b) {
    return std::tie(a.slot, a.startUs, a.endUs) < std::tie(b.slot, b.startUs, b.endUs);
  });
  return std::move(result);
}

Dependences followDependences(const Trace &trace) { return Follower(trace).follow(); }

} // namespace cleave
