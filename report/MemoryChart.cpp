// MemoryChart.cpp - see MemoryChart.h. Three areas, one above the other: the program's own memory, what it shares with its
// workers, and theirs. They are drawn from the top one down, each over the rest of the one before, so that an area is
// simply what lies below its line.
#include "report/MemoryChart.h"
#include "Readable.h"

#include <algorithm>
#include <fmt/format.h>

namespace cleave {

static constexpr double chartHeight = 60, chartWidth = 800;

using Amount = double (*)(const TraceMemory &);

static double inProgram(const TraceMemory &sample) { return sample.program; }
static double withShared(const TraceMemory &sample) { return sample.program + sample.shared; }
static double inAll(const TraceMemory &sample) { return sample.program + sample.shared + sample.workers; }

/// A sample stands until the next one.
static std::string area(const Trace &trace, double endUs, double highest, Amount amount) {
  std::string path = fmt::format("M0 {}", chartHeight);
  double shownX = -1;
  for (size_t i = 0; i != trace.memory.size(); ++i) {
    double x = chartWidth * std::min(trace.memory[i].atUs / endUs, 1.0);
    bool isLast = i + 1 == trace.memory.size();
    if (x - shownX < 0.5 && !isLast && i)
      continue; // no pixel of its own
    double y = chartHeight * (1 - amount(trace.memory[i]) / highest);
    path += fmt::format("H{:.1f}V{:.1f}", i ? x : 0.0, y);
    shownX = x;
  }
  return path + fmt::format("H{}V{}z", chartWidth, chartHeight);
}

Json describeMemory(const Trace &trace, double endUs) {
  if (trace.memory.empty())
    return nullptr;
  auto mostOf = [&](Amount amount) {
    double most = 0;
    for (const TraceMemory &sample : trace.memory)
      most = std::max(most, amount(sample));
    return most;
  };
  auto readable = [](double bytes) { return readableBytes(static_cast<uint64_t>(std::min(bytes, 1e18))); };
  double highest = std::max(mostOf(inAll), 1.0);
  Json areas = Json::array();
  areas.push_back({{"what", "of the workers"}, {"colour", 1}, {"path", area(trace, endUs, highest, inAll)}});
  areas.push_back({{"what", "shared with workers"}, {"colour", 2}, {"path", area(trace, endUs, highest, withShared)}});
  areas.push_back({{"what", "the program's own"}, {"colour", 8}, {"path", area(trace, endUs, highest, inProgram)}});
  return {{"areas", std::move(areas)},
          {"width", chartWidth},
          {"height", chartHeight},
          {"most", readable(highest)},
          {"program", readable(mostOf(inProgram))},
          {"shared", readable(mostOf([](const TraceMemory &sample) { return sample.shared; }))},
          {"workers", readable(mostOf([](const TraceMemory &sample) { return sample.workers; }))},
          {"samples", trace.memory.size()}};
}

} // namespace cleave
