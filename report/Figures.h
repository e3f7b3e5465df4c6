// Figures.h - reads what `cleave run --stats` and `--trace` wrote (rt/node/Statistics.cpp).
#ifndef CLEAVE_REPORT_FIGURES_H
#define CLEAVE_REPORT_FIGURES_H

#include "Bundle.h"
#include "Descriptor.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cleave {

/// Of one task kind in one run.
struct KindFigures {
  uint64_t count = 0, items = 0; ///< tasks, and the calls or iterations in them
  double busySeconds = 0;
  uint64_t bytesIn = 0, bytesOut = 0;
};

struct RunStatistics {
  std::string mode;
  uint64_t workers = 0;
  double wallSeconds = 0, coverage = 0, taskSeconds = 0, programSeconds = 0;
  uint64_t doneInPlace = 0, redone = 0, abandoned = 0;
  KindFigures total;
  std::vector<KindFigures> kinds; ///< by task id
};

/// A part of some work, as a worker did it.
struct TraceEvent {
  uint32_t kind = 0, slot = 0;
  double startUs = 0, endUs = 0;
  uint64_t items = 0;
  uint64_t work = 0; ///< a number; 0: not told
};

/// What a thread offered to others and had back later (rt/root/Trace.h).
struct TraceWork {
  uint32_t slot = 0; ///< its owner's
  double offeredUs = 0, wantedUs = 0, joinedUs = 0;
  uint64_t loop = 0;  ///< the staged loop whose batch it is; 0: none
  double builtUs = 0; ///< of a batch: since when its arguments had been computed
  bool isJoined = false;
};

/// Bytes that were there at a time.
struct TraceMemory {
  double atUs = 0, program = 0, workers = 0, shared = 0;
};

struct Trace {
  std::vector<TraceEvent> events;        ///< by slot, then by start
  std::map<uint64_t, TraceWork> works;   ///< by number
  uint32_t program = UINT32_MAX;         ///< slot of the program's own thread
  std::vector<TraceMemory> memory;       ///< by time
  double runUs = 0;                      ///< how long the run took; 0: it does not say
  std::map<uint32_t, std::string> slots; ///< their names
  uint64_t lost = 0;                     ///< events that the run had no room for
};

/// Whether figures must be of the bundle's own program, or may be those of an earlier build, whose tasks were others.
enum class FiguresOf { Bundle, EarlierBuild };

/// Errors: the file cannot be read, is not what it should be, or speaks of tasks that `bundle` does not have. Of an
/// earlier build the latter are passed over; kinds of a trace's events then mean nothing.
Problem readStatistics(const std::string &path, const Bundle &bundle, FiguresOf whose, RunStatistics &statistics);
Problem readTrace(const std::string &path, const Bundle &bundle, FiguresOf whose, Trace &trace);

} // namespace cleave

#endif
