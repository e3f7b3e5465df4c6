// Span.cpp - the critical path of a run, from what its trace says of who offered what work and who waited for it
// (rt/root/Trace.h). That a part offered some work is not told, but follows: it is the one that the owner's thread was at.
//
// Each part, and the program itself, is followed along its own time with a clock that stands still while it waits:
//
//     program     --a--|offer 1|--b--|offer 2|--c--|wait 1 ....|--d--|wait 2|--e--
//     clock        a            a+b           a+b+c             max(it, a + span of 1) + d    ...
//
// It stands still as well while the thread is at another part. When the part has waited for a work, its clock is at least
// what it was when that work was offered, and the work's span more. The work's span is found in the same way, since parts end
// before those that wait for them; of several parts of one work (the ranges of a loop) the longest counts. What the
// program's clock says at the end is the span. With each clock goes the way by which it got there.
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

/// Elsewhere: the part's thread is at another part, or waits.
enum class MarkType : uint8_t { Build, Offer, Leave, Return };

struct Mark {
  double us;
  MarkType type;
  int32_t work;        ///< index; nowhere: of none
  size_t sequence = 0; ///< of marks at the same time, the order in which they were read: offered before waited for
};

struct Work {
  uint64_t loop = 0;
  Clock offered;
  double spanUs = 0;
  int32_t longest = nowhere; ///< its part with that span
  bool isOffered = false;
};

struct Part {
  uint32_t kind = programKind, slot = 0;
  int32_t work = nowhere;  ///< index
  int32_t outer = nowhere; ///< the part, or the program, within which its thread did it
  double startUs = 0, endUs = 0;
  std::vector<Mark> marks;
  Clock end;
};

class Follower {
public:
  explicit Follower(const Trace &trace) : trace(trace) {}
  Dependences follow();

private:
  void readParts();
  void nestParts();
  int32_t ownerOf(const TraceWork &work) const;
  void readWorks();
  void followPart(uint32_t index);
  void advance(Clock &clock, const Part &part, double fromUs, double toUs);
  std::vector<Stretch> wayOf(uint32_t part) const;

  const Trace &trace;
  Dependences result;
  std::vector<Part> parts; ///< the program is the first
  std::vector<Work> works;
  std::vector<Step> steps;
  std::unordered_map<uint64_t, int32_t> workIndex;
};

} // namespace

void Follower::readParts() {
  for (const auto &[number, work] : trace.works) {
    workIndex[number] = static_cast<int32_t>(works.size());
    works.emplace_back().loop = work.loop;
  }
  Part program;
  program.slot = trace.program;
  program.endUs = trace.runUs;
  parts.push_back(program);
  for (const TraceEvent &event : trace.events) {
    Part part;
    part.kind = event.kind;
    part.slot = event.slot;
    if (auto work = workIndex.find(event.work); work != workIndex.end())
      part.work = work->second;
    part.startUs = event.startUs;
    part.endUs = event.endUs;
    parts.push_back(part);
    parts[0].endUs = std::max(parts[0].endUs, event.endUs);
  }
  // Whatever a thread did within another part comes behind that one.
  std::sort(parts.begin() + 1, parts.end(), [](const Part &a, const Part &b) {
    return std::tie(a.slot, a.startUs, b.endUs, a.kind, a.work) < std::tie(b.slot, b.startUs, a.endUs, b.kind, b.work);
  });
}

void Follower::nestParts() {
  std::vector<int32_t> open;
  for (size_t i = 1; i != parts.size(); ++i) {
    Part &part = parts[i];
    if (parts[i - 1].slot != part.slot || i == 1)
      open.clear();
    while (!open.empty() && parts[open.back()].endUs < part.endUs)
      open.pop_back();
    part.outer = !open.empty() ? open.back() : part.slot == trace.program ? 0 : nowhere;
    open.push_back(static_cast<int32_t>(i));
    if (part.outer == nowhere)
      continue;
    std::vector<Mark> &marks = parts[part.outer].marks;
    marks.push_back({part.startUs, MarkType::Leave, nowhere});
    marks.push_back({part.endUs, MarkType::Return, nowhere});
  }
}

/// The innermost part that the owner's thread was at; at the same instant it may be a part of this very work.
int32_t Follower::ownerOf(const TraceWork &work) const {
  auto behind = std::partition_point(parts.begin() + 1, parts.end(), [&](const Part &part) {
    return std::tie(part.slot, part.startUs) < std::tie(work.slot, work.offeredUs);
  });
  auto at = static_cast<int32_t>(behind - parts.begin()) - 1;
  if (at > 0 && parts[at].slot == work.slot)
    while (at > 0 && parts[at].endUs <= work.offeredUs)
      at = parts[at].outer;
  else
    at = work.slot == trace.program ? 0 : nowhere;
  return at;
}

void Follower::readWorks() {
  for (const auto &[number, work] : trace.works) {
    int32_t owner = ownerOf(work), index = workIndex[number];
    if (owner == nowhere)
      continue;
    std::vector<Mark> &marks = parts[owner].marks;
    if (work.loop)
      marks.push_back({std::min(work.builtUs, work.offeredUs), MarkType::Build, index});
    marks.push_back({work.offeredUs, MarkType::Offer, index});
    if (!work.isJoined)
      continue;
    marks.push_back({work.wantedUs, MarkType::Leave, nowhere});
    marks.push_back({work.joinedUs, MarkType::Return, index});
    parts[0].endUs = std::max(parts[0].endUs, work.joinedUs);
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
  std::unordered_map<uint64_t, Clock> loops;
  double at = part.startUs;
  uint32_t elsewhere = 0;
  const Work *built = nullptr;
  for (const Mark &mark : part.marks) {
    double us = std::clamp(mark.us, part.startUs, part.endUs);
    if (built)
      advance(loops[built->loop], part, at, us);
    else if (!elsewhere)
      advance(clock, part, at, us);
    at = std::max(at, us);
    Work *work = mark.work == nowhere ? nullptr : &works[mark.work];
    switch (mark.type) {
    case MarkType::Build:
      loops.try_emplace(work->loop, clock);
      built = work;
      break;
    case MarkType::Offer:
      work->offered = work->loop ? loops[work->loop] : clock;
      work->isOffered = true;
      built = nullptr;
      break;
    case MarkType::Leave:
      ++elsewhere;
      break;
    case MarkType::Return:
      elsewhere -= elsewhere != 0;
      if (work && work->isOffered && work->offered.us + work->spanUs > clock.us) {
        clock.us = work->offered.us + work->spanUs;
        steps.push_back({work->offered.way, work->longest, {}});
        clock.way = static_cast<int32_t>(steps.size() - 1);
      }
      break;
    }
  }
  if (!elsewhere)
    advance(clock, part, at, part.endUs);
  part.end = clock;
  if (part.work == nowhere)
    return;
  Work &work = works[part.work];
  if (work.longest == nowhere || clock.us > work.spanUs) {
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
    bool isStretch = steps[at].stretch.endUs > steps[at].stretch.startUs;
    if (isStretch)
      way.push_back(steps[at].stretch);
    else if (steps[at].inner != nowhere)
      open.push_back(parts[steps[at].inner].end.way);
  }
  std::reverse(way.begin(), way.end());
  return way;
}

Dependences Follower::follow() {
  if (trace.works.empty())
    return {};
  readParts();
  nestParts();
  readWorks();
  std::vector<uint32_t> order(parts.size() - 1);
  std::iota(order.begin(), order.end(), 1);
  // A part ends before the one that waits for it; what its thread did within it has a higher index.
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    return std::tie(parts[a].endUs, b) < std::tie(parts[b].endUs, a);
  });
  for (uint32_t index : order)
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
