// Work.cpp - see Work.h.
//
// The span is that of the critical path, if the trace says what waited for what (Span.cpp). A trace of an earlier version
// does not; of such a one the span is estimated: whenever no task ran, the program itself was at work, and that
// stays; while tasks ran, at least the longest of them stays. Tasks that were independent give a span that is true but
// for the cost of handing them out; a chain of dependent ones gives one that is too short.
//
// What more workers would give is bounded by work and span alone (Brent's theorem): with p of them a run that keeps a worker
// busy whenever there is something to do takes at least max(work / p, span) and at most work / p + span.
#include "report/Work.h"
#include "Readable.h"
#include "report/Text.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <tuple>

namespace cleave {

namespace {
struct Span {
  double idleUs = 0;    ///< no task ran
  double longestUs = 0; ///< the longest task of each phase in which some did, added up
  double phasesUs = 0;  ///< how long these phases were
  size_t peak = 0;      ///< tasks at a time, at most
};


struct Lengths {
  double endUs = 1, workUs = 0;
};

} // namespace

static std::string inSeconds(double us) { return readableTime(us * 1e3); }

/// What ran at a time: the tasks, or where it is known their own stretches, of which one is at a time on each worker.
static std::vector<TraceEvent> ranAtATime(const Trace &trace, const Dependences &dependences) {
  if (!dependences.isKnown)
    return trace.events;
  std::vector<TraceEvent> ran;
  for (const Stretch &stretch : dependences.parts)
    if (stretch.kind != programKind)
      ran.push_back({stretch.kind, stretch.slot, stretch.startUs, stretch.endUs});
  return ran;
}

static Span estimateSpan(const std::vector<TraceEvent> &events, double endUs) {
  std::vector<const TraceEvent *> byStart;
  for (const TraceEvent &event : events)
    byStart.push_back(&event);
  std::sort(byStart.begin(), byStart.end(),
            [](const TraceEvent *a, const TraceEvent *b) { return a->startUs < b->startUs; });
  Span span;
  double at = 0, longest = 0; // `at`: the end of the phase so far
  for (const TraceEvent *event : byStart) {
    if (event->startUs > at) {
      span.idleUs += event->startUs - at;
      span.longestUs += longest;
      longest = 0;
      at = event->startUs;
    }
    longest = std::max(longest, event->endUs - event->startUs);
    if (event->endUs > at) {
      span.phasesUs += event->endUs - at;
      at = event->endUs;
    }
  }
  span.longestUs += longest;
  span.idleUs += std::max(endUs - at, 0.0);
  std::vector<double> ends;
  for (const TraceEvent &event : events)
    ends.push_back(event.endUs);
  std::sort(ends.begin(), ends.end());
  for (size_t started = 0, ended = 0; started != byStart.size(); ++started) {
    while (ends[ended] <= byStart[started]->startUs && ended < started)
      ++ended;
    span.peak = std::max(span.peak, started + 1 - ended);
  }
  return span;
}

static Lengths lengthsOf(const Trace &trace, const std::vector<TraceEvent> &ran) {
  Lengths lengths;
  lengths.endUs = std::max(lengths.endUs, trace.runUs);
  for (const TraceEvent &event : ran) {
    lengths.endUs = std::max(lengths.endUs, event.endUs);
    lengths.workUs += event.endUs - event.startUs;
  }
  return lengths;
}

static std::string ratio(double a, double b) {
  double value = b > 0 ? a / b : 0;
  return value < 100 ? fmt::format("{:.2f}", value) : fmt::format("{:.0f}", value);
}

static std::string percent(double part, double all) { return fmt::format("{:.0f} %", all > 0 ? 100 * part / all : 0); }

/// What the critical path consists of, the largest first.
static Json pathByKind(const Dependences &dependences, const std::vector<BundledTask> &tasks) {
  std::map<uint32_t, std::pair<double, uint64_t>> byKind;
  for (const Stretch &stretch : dependences.path) {
    auto &[us, count] = byKind[stretch.kind];
    us += stretch.endUs - stretch.startUs;
    ++count;
  }
  std::vector<std::pair<uint32_t, std::pair<double, uint64_t>>> sorted(byKind.begin(), byKind.end());
  std::sort(sorted.begin(), sorted.end(), [](const auto &a, const auto &b) {
    return std::tie(b.second.first, a.first) < std::tie(a.second.first, b.first);
  });
  Json list = Json::array();
  for (const auto &[kind, sum] : sorted)
    list.push_back({{"kind", kind < tasks.size() ? Json(kind) : Json()},
                    {"name", kind < tasks.size() ? cleanText(tasks[kind].name) : "the program itself"},
                    {"time", inSeconds(sum.first)},
                    {"stretches", sum.second},
                    {"share", percent(sum.first, dependences.spanUs)}});
  return list;
}

static Json predictions(const Dependences &dependences) {
  Json list = Json::array();
  for (uint32_t workers : {1, 2, 4, 8, 16, 64, 256, 1024}) {
    double share = dependences.workUs / workers;
    double least = std::max(share, dependences.spanUs), most = share + dependences.spanUs;
    if (workers == 1)
      most = least;
    list.push_back({{"workers", workers},
                    {"least", inSeconds(least)},
                    {"most", inSeconds(std::min(most, dependences.workUs))},
                    {"fastest", ratio(dependences.workUs, least)},
                    {"slowest", ratio(dependences.workUs, std::min(most, dependences.workUs))}});
  }
  return list;
}

Json describeWork(const Trace &trace, const Dependences &dependences, const std::vector<BundledTask> &tasks) {
  if (trace.events.empty())
    return nullptr;
  std::vector<TraceEvent> ran = ranAtATime(trace, dependences);
  auto [endUs, workUs] = lengthsOf(trace, ran);
  Span span = estimateSpan(ran, endUs);
  bool isKnown = dependences.isKnown;
  double programUs = isKnown ? dependences.programUs : span.idleUs;
  double spanUs = isKnown ? dependences.spanUs : span.idleUs + span.longestUs;
  double allUs = isKnown ? dependences.workUs : workUs + span.idleUs;
  double longestUs = 0;
  uint32_t longestKind = 0;
  for (const TraceEvent &event : trace.events)
    if (event.endUs - event.startUs > longestUs) {
      longestUs = event.endUs - event.startUs;
      longestKind = event.kind;
    }
  return {{"isKnown", isKnown},
          {"work", inSeconds(workUs)},
          {"program", inSeconds(programUs)},
          {"programShare", percent(programUs, endUs)},
          {"idle", inSeconds(span.idleUs)},
          {"idleShare", percent(span.idleUs, endUs)},
          {"span", inSeconds(spanUs)},
          {"spanShare", percent(spanUs, endUs)},
          {"possible", ratio(allUs, spanUs)},
          {"achieved", ratio(allUs, endUs)},
          {"whileRunning", ratio(workUs, span.phasesUs)},
          {"peak", span.peak},
          {"end", inSeconds(endUs)},
          {"longest", inSeconds(longestUs)},
          {"longestKind", longestKind},
          {"path", isKnown ? pathByKind(dependences, tasks) : Json()},
          {"predictions", isKnown ? predictions(dependences) : Json()}};
}

size_t tasksAtOnce(const Trace &trace, const Dependences &dependences) {
  return estimateSpan(ranAtATime(trace, dependences), 0).peak;
}

} // namespace cleave
