// Timeline.cpp - see Timeline.h.
//
// A run of seconds may have 100,000 tasks, and a page is to open at once and stay below 3 MB. So there are two
// pictures. The overview is an image without a script, for print too: each worker's time is divided into bins, and a
// bin is coloured by the kind that took most of it, the stronger the busier it was. Its size depends on the number of
// bins alone. For zooming the page's script has the tasks themselves, as numbers in microseconds, each start relative
// to the end before it; above eventsMax, neighbours become one until there are few enough.
//
// Where the trace says what waited for what, a part is drawn where it was at work itself, and not where it waited or
// helped others, and the first row is the critical path (Span.h): at each time what the run was waiting for.
#include "report/Timeline.h"
#include "Readable.h"
#include "report/MemoryChart.h"
#include "report/Span.h"
#include "report/Text.h"
#include "report/Work.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <tuple>

namespace cleave {

namespace {

constexpr size_t colourCount = 9; ///< the last is the program's own
constexpr unsigned programColour = colourCount - 1;
constexpr size_t rowsMax = 64;       ///< more workers than that share rows
constexpr size_t binsMax = 800;      ///< of the overview, for one row
constexpr size_t binsInAll = 24'000; ///< and for all rows: what bounds the picture's size
constexpr size_t eventsMax = 120'000;
constexpr int levels = 4; ///< of how busy a bin was

/// What the script draws: `count` tasks of one kind as one.
struct Block {
  double startUs, endUs;
  uint32_t kind;
  uint64_t count;
};

struct Row {
  std::string name;
  double busyUs = 0;
  uint64_t tasks = 0;
  std::vector<TraceEvent> events; ///< by start
};

} // namespace

static std::string inSeconds(double us) { return readableTime(us * 1e3); }

static TraceEvent eventOf(const Stretch &stretch, size_t kindCount) {
  TraceEvent event;
  event.kind = stretch.kind == programKind ? static_cast<uint32_t>(kindCount) : stretch.kind;
  event.slot = stretch.slot;
  event.startUs = stretch.startUs;
  event.endUs = stretch.endUs;
  return event;
}

/// What is drawn, by slot and start: parts where they were at work themselves, the program as the kind behind the last.
static std::vector<TraceEvent> drawnEvents(const Trace &trace, const Dependences &dependences, size_t kindCount) {
  if (!dependences.isKnown)
    return trace.events;
  std::vector<TraceEvent> drawn;
  for (const Stretch &stretch : dependences.parts)
    drawn.push_back(eventOf(stretch, kindCount));
  return drawn;
}

/// Of a list that is not empty.
static std::vector<Row> makeRows(const Trace &trace, const std::vector<TraceEvent> &drawn) {
  std::vector<uint32_t> slots;
  for (const TraceEvent &event : drawn)
    if (slots.empty() || slots.back() != event.slot)
      slots.push_back(event.slot);
  size_t perRow = (slots.size() + rowsMax - 1) / rowsMax;
  std::vector<Row> rows((slots.size() + perRow - 1) / perRow);
  auto rowOf = [&](uint32_t slot) -> Row & {
    return rows[static_cast<size_t>(std::lower_bound(slots.begin(), slots.end(), slot) - slots.begin()) / perRow];
  };
  for (const TraceEvent &event : drawn) {
    Row &row = rowOf(event.slot);
    row.busyUs += event.endUs - event.startUs;
    row.events.push_back(event);
  }
  for (const TraceEvent &event : trace.events)
    if (std::binary_search(slots.begin(), slots.end(), event.slot))
      ++rowOf(event.slot).tasks;
  for (size_t i = 0; i != rows.size(); ++i) {
    uint32_t first = slots[i * perRow], last = slots[std::min(slots.size(), (i + 1) * perRow) - 1];
    auto nameOf = [&](uint32_t slot) {
      auto named = trace.slots.find(slot);
      return named != trace.slots.end() && !named->second.empty() ? cleanText(named->second)
                                                                  : fmt::format("worker {}", slot);
    };
    rows[i].name = first == last ? nameOf(first) : nameOf(first) + " to " + nameOf(last);
    if (first != last)
      std::sort(rows[i].events.begin(), rows[i].events.end(), [](const TraceEvent &a, const TraceEvent &b) {
        return std::tie(a.startUs, a.endUs, a.kind, a.slot) < std::tie(b.startUs, b.endUs, b.kind, b.slot);
      });
  }
  return rows;
}

/// Of the critical path: one thing at a time, on whatever worker.
static Row criticalRow(const Dependences &dependences, size_t kindCount) {
  Row row;
  row.name = "critical path";
  row.busyUs = dependences.spanUs;
  for (const Stretch &stretch : dependences.path)
    row.events.push_back(eventOf(stretch, kindCount));
  return row;
}

/// SVG path data by colour and level, a rectangle for each run of equal bins.
static Json drawRow(const Row &row, size_t rowIndex, size_t bins, double endUs, size_t workersInRow,
                    const std::vector<unsigned> &colours, std::vector<double> &busyInAll) {
  std::vector<std::array<double, colourCount>> busy(bins);
  double binUs = endUs / static_cast<double>(bins);
  auto binOf = [&](double us) { return std::min(static_cast<size_t>(us / binUs), bins - 1); };
  for (const TraceEvent &event : row.events)
    for (size_t bin = binOf(event.startUs), last = binOf(event.endUs); bin <= last; ++bin) {
      double from = std::max(event.startUs, static_cast<double>(bin) * binUs);
      double to = std::min(event.endUs, static_cast<double>(bin + 1) * binUs);
      double part = std::max(to - from, 0.0) / binUs;
      busy[bin][colours[event.kind]] += part;
      if (colours[event.kind] != programColour)
        busyInAll[bin] += part;
    }
  std::string paths[colourCount][levels];
  auto look = [&](size_t bin) {
    auto most = std::max_element(busy[bin].begin(), busy[bin].end());
    double all = 0;
    for (double part : busy[bin])
      all += part;
    all /= static_cast<double>(workersInRow);
    int level = all < 0.01 ? -1 : std::min(static_cast<int>(all * levels), levels - 1);
    return std::pair(level, static_cast<size_t>(most - busy[bin].begin()));
  };
  for (size_t bin = 0; bin < bins;) {
    auto [level, colour] = look(bin);
    size_t end = bin + 1;
    while (end < bins && look(end) == std::pair(level, colour))
      ++end;
    if (level >= 0)
      paths[colour][level] += fmt::format("M{} {}h{}v14h-{}z", bin, rowIndex * 20 + 3, end - bin, end - bin);
    bin = end;
  }
  Json list = Json::array();
  for (size_t colour = 0; colour != colourCount; ++colour)
    for (int level = 0; level != levels; ++level)
      if (!paths[colour][level].empty())
        list.push_back({{"colour", colour}, {"level", level}, {"path", paths[colour][level]}});
  return list;
}

/// Tasks that run at a time, as a closed line below which is filled: 40 units high.
static std::string drawCurve(const std::vector<double> &busy, double highest) {
  std::string path = "M0 40";
  for (size_t bin = 0; bin != busy.size(); ++bin) {
    double y = 40 - 40 * std::min(busy[bin] / highest, 1.0);
    path += fmt::format("L{} {:.1f}H{}", bin, y, bin + 1);
  }
  return path + fmt::format("L{} 40z", busy.size());
}

/// Tasks that are no further apart than `gapUs` become one if they are of one kind, or both shorter than that; the
/// block is then of the kind of its longest task. 0: each task is a block.
static std::vector<Block> blocksOf(const Row &row, double gapUs) {
  std::vector<Block> blocks;
  double longest = 0; // of the last block
  for (const TraceEvent &event : row.events) {
    double length = event.endUs - event.startUs;
    Block *before = blocks.empty() ? nullptr : &blocks.back();
    bool isNear = before && gapUs > 0 && event.startUs - before->endUs <= gapUs;
    if (!isNear || (before->kind != event.kind && (before->endUs - before->startUs > gapUs || length > gapUs))) {
      blocks.push_back({event.startUs, event.endUs, event.kind, 1});
      longest = length;
      continue;
    }
    before->endUs = std::max(before->endUs, event.endUs);
    ++before->count;
    if (length > longest) {
      before->kind = event.kind;
      longest = length;
    }
  }
  return blocks;
}

/// For the script: of each block the time since the end before it, its duration, its kind; and where it is of several
/// tasks -1 - kind and their number.
static Json numbersOf(const std::vector<Block> &blocks) {
  Json numbers = Json::array();
  int64_t at = 0;
  for (const Block &block : blocks) {
    int64_t start = std::llround(block.startUs), end = std::max<int64_t>(std::llround(block.endUs), start);
    numbers.push_back(start - at);
    numbers.push_back(end - start);
    numbers.push_back(block.count == 1 ? int64_t{block.kind} : -1 - int64_t{block.kind});
    if (block.count != 1)
      numbers.push_back(block.count);
    at = end;
  }
  return numbers;
}

static Json scriptData(const std::vector<Row> &rows, size_t eventCount, double endUs,
                       const std::vector<BundledTask> &tasks, const std::vector<unsigned> &colours, bool &isMerged) {
  std::vector<std::vector<Block>> blocks(rows.size());
  size_t count = 0;
  for (double gapUs = 0;; gapUs = gapUs > 0 ? gapUs * 2 : endUs / 100'000) {
    count = 0;
    for (size_t i = 0; i != rows.size(); ++i)
      count += (blocks[i] = blocksOf(rows[i], gapUs)).size();
    if (count <= eventsMax) // at the latest when the gap is the whole run: then each row is one block
      break;
  }
  isMerged = count < eventCount;
  Json list = Json::array(), kinds = Json::array();
  for (size_t i = 0; i != rows.size(); ++i)
    list.push_back({{"name", rows[i].name}, {"events", numbersOf(blocks[i])}});
  for (size_t i = 0; i != tasks.size(); ++i)
    kinds.push_back({{"name", cleanText(tasks[i].name)}, {"colour", colours[i]}});
  kinds.push_back({{"name", "the program itself"}, {"colour", programColour}});
  return {{"end", std::llround(endUs)}, {"rows", std::move(list)}, {"kinds", std::move(kinds)}};
}

/// JSON within a script element: "</script>" and "<!--" must not occur.
static std::string embedded(const Json &json) {
  std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace), out;
  for (char c : text)
    c == '<' ? out += "\\u003c" : out += c;
  return out;
}

static Json rowTable(const std::vector<Row> &rows, double endUs) {
  Json table = Json::array();
  for (size_t i = 0; i != rows.size(); ++i)
    table.push_back({{"worker", rows[i].name},
                     {"tasks", rows[i].tasks},
                     {"busy", inSeconds(rows[i].busyUs)},
                     {"share", fmt::format("{:.0f} %", 100 * rows[i].busyUs / endUs)}});
  return table;
}

Json describeTimeline(const Trace &trace, const std::vector<BundledTask> &tasks, const std::vector<unsigned> &kindColours) {
  if (trace.events.empty())
    return {{"isEmpty", true}};
  Dependences dependences = followDependences(trace);
  std::vector<unsigned> colours = kindColours;
  colours.push_back(programColour);
  double endUs = std::max(trace.runUs, 1.0);
  for (const TraceEvent &event : trace.events)
    endUs = std::max(endUs, event.endUs);
  std::vector<TraceEvent> drawn = drawnEvents(trace, dependences, tasks.size());
  std::vector<Row> rows = makeRows(trace, drawn);
  size_t slotCount = 0;
  for (size_t i = 0; i != drawn.size(); ++i)
    slotCount += i == 0 || drawn[i].slot != drawn[i - 1].slot;
  size_t perRow = (slotCount + rows.size() - 1) / rows.size();
  Json table = rowTable(rows, endUs);
  size_t critical = dependences.isKnown;
  if (critical)
    rows.insert(rows.begin(), criticalRow(dependences, tasks.size()));
  size_t bins = std::clamp(binsInAll / rows.size(), size_t{100}, binsMax);
  std::vector<double> busyInAll(bins), notCounted(bins);
  Json paths = Json::array(), names = Json::array();
  for (size_t i = 0; i != rows.size(); ++i) {
    names.push_back({{"name", rows[i].name}});
    bool isCritical = i < critical;
    for (Json &path : drawRow(rows[i], i, bins, endUs, isCritical ? 1 : perRow, colours, isCritical ? notCounted : busyInAll))
      paths.push_back(std::move(path));
  }
  bool isMerged = false;
  std::string data = embedded(scriptData(rows, drawn.size(), endUs, tasks, colours, isMerged));
  Json result = describeWork(trace, dependences, tasks);
  size_t peak = tasksAtOnce(trace, dependences);
  result.update({{"tasks", trace.events.size()},
                 {"bins", bins},
                 {"height", rows.size() * 20},
                 {"paths", std::move(paths)},
                 {"workers", slotCount},
                 {"curve", drawCurve(busyInAll, static_cast<double>(peak))},
                 {"names", std::move(names)},
                 {"rows", std::move(table)},
                 {"isMerged", isMerged},
                 {"lost", trace.lost ? Json(trace.lost) : Json()},
                 {"memory", describeMemory(trace, endUs)},
                 {"data", std::move(data)}});
  return result;
}

} // namespace cleave
