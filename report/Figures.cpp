// Figures.cpp - see Figures.h.
//
// A trace may hold millions of events, and as a tree of values each takes some kilobytes; so it is read as it is
// parsed, and only what is drawn is kept. Figures are plain numbers in either file: what is absent counts as 0, what is
// negative or not finite as well.
#include "report/Figures.h"
#include "BundleJson.h"
#include "report/Text.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <tuple>

namespace cleave {

static double realOf(const Json &object, const char *key) {
  const Json &member = memberOf(object, key);
  double value = member.is_number() ? member.get<double>() : 0;
  return std::isfinite(value) && value > 0 ? value : 0;
}

static uint64_t countOf(const Json &object, const char *key) { return numberOf(object, key).value_or(0); }

static KindFigures figuresOf(const Json &object, const char *countKey, const char *itemsKey, const char *busyKey) {
  KindFigures figures;
  figures.count = countOf(object, countKey);
  figures.items = countOf(object, itemsKey);
  figures.busySeconds = realOf(object, busyKey);
  figures.bytesIn = countOf(object, "bytes_in");
  figures.bytesOut = countOf(object, "bytes_out");
  return figures;
}

/// The task of a name in tasks_by_kind: the name, or where several have it, "name (file:line, kind 3)".
static std::optional<size_t> taskOf(const std::string &key, const std::vector<BundledTask> &tasks) {
  for (size_t i = 0; i != tasks.size(); ++i) {
    const BundledTask &task = tasks[i];
    if (key == task.name || key == fmt::format("{} ({}:{}, kind {})", task.name, task.file, task.line, i))
      return i;
  }
  return std::nullopt;
}

Problem readStatistics(const std::string &path, const Bundle &bundle, FiguresOf whose, RunStatistics &statistics) {
  std::string text;
  if (Problem problem = readFile(path, text))
    return fmt::format("cannot read '{}': {}", printable(path), *problem);
  std::optional<Json> json = parseJson(text);
  if (!json || !memberOf(*json, "tasks_by_kind").is_object())
    return fmt::format("'{}' holds no figures; cleave run --stats=FILE writes them", printable(path));
  statistics.mode = textOf(*json, "mode");
  statistics.workers = countOf(*json, "workers");
  statistics.wallSeconds = realOf(*json, "wall_s");
  statistics.coverage = std::min(realOf(*json, "coverage"), 1.0);
  statistics.taskSeconds = realOf(*json, "task_busy_s");
  statistics.programSeconds = realOf(*json, "root_cpu_s");
  statistics.doneInPlace = countOf(*json, "done_in_place");
  statistics.redone = countOf(*json, "redone");
  statistics.abandoned = countOf(*json, "abandoned");
  statistics.total = figuresOf(*json, "tasks_run", "items_run", "task_busy_s");
  statistics.kinds.assign(bundle.tasks.size(), {});
  for (const auto &[key, value] : memberOf(*json, "tasks_by_kind").items()) {
    std::optional<size_t> task = taskOf(key, bundle.tasks);
    if (!task && whose == FiguresOf::EarlierBuild)
      continue;
    if (!task)
      return fmt::format("'{}' is of another program: it has figures for '{}', which this bundle lacks",
                         printable(path), printable(key));
    statistics.kinds[*task] = figuresOf(value, "count", "items", "busy_s");
  }
  return std::nullopt;
}

namespace {

/// Follows the parser through {"otherData":{"events_lost":n},"traceEvents":[{...,"args":{...}},...]}. Whatever else a
/// trace holds is passed over.
class TraceHandler {
public:
  explicit TraceHandler(Trace &trace) : trace(trace) {}

  bool null() { return true; }
  bool boolean(bool) { return true; }
  bool number_integer(int64_t value) { return number(static_cast<double>(value)); }
  bool number_unsigned(uint64_t value) { return number(static_cast<double>(value)); }
  bool number_float(double value, const std::string &) { return number(value); }
  bool binary(Json::binary_t &) { return true; }
  bool string(std::string &value) {
    if (isInEvent() && currentKey == "ph")
      phase = value;
    else if (isInEvent() && currentKey == "cat")
      category = value;
    else if (isInArguments() && currentKey == "name")
      name = value;
    return true;
  }
  bool start_object(size_t) {
    if (depth == 2 && isInEvents) {
      event = {};
      memory = {};
      work = {};
      durationUs = 0;
      workNumber = 0;
      phase.clear();
      category.clear();
      name.clear();
    }
    isArgumentsOpen = depth == 3 && isInEvents && currentKey == "args";
    isOtherDataOpen = depth == 1 && currentKey == "otherData";
    ++depth;
    return true;
  }
  bool end_object() {
    --depth;
    isArgumentsOpen = isOtherDataOpen = false;
    if (depth == 2 && isInEvents)
      finishEvent();
    return true;
  }
  bool start_array(size_t) {
    if (depth == 1 && currentKey == "traceEvents")
      isInEvents = hasEvents = true;
    ++depth;
    return true;
  }
  bool end_array() {
    if (--depth == 1)
      isInEvents = false;
    return true;
  }
  bool key(std::string &value) {
    currentKey = value;
    return true;
  }
  bool parse_error(size_t, const std::string &, const nlohmann::detail::exception &) { return false; }

  bool hasEvents = false;

private:
  bool isInEvent() const { return isInEvents && depth == 3; }
  bool isInArguments() const { return isInEvents && depth == 4 && isArgumentsOpen; }
  bool number(double value);
  void argument(double value);
  void otherData(double value);
  void finishWork();
  void finishEvent();

  Trace &trace;
  TraceEvent event;
  TraceMemory memory;
  TraceWork work;
  uint64_t workNumber = 0;
  double durationUs = 0;
  std::string currentKey, phase, category, name;
  int depth = 0;
  bool isInEvents = false, isArgumentsOpen = false, isOtherDataOpen = false;
};

} // namespace

static uint64_t whole(double value) { return static_cast<uint64_t>(std::clamp(value, 0.0, 1e18)); }

static uint32_t word(double value) { return static_cast<uint32_t>(std::min<uint64_t>(whole(value), UINT32_MAX)); }

void TraceHandler::argument(double value) {
  static constexpr std::pair<const char *, double TraceMemory::*> sizes[] = {
      {"program", &TraceMemory::program}, {"workers", &TraceMemory::workers}, {"shared", &TraceMemory::shared}};
  for (auto [key, member] : sizes)
    if (currentKey == key)
      memory.*member = std::max(value, 0.0);
  if (currentKey == "kind")
    event.kind = word(value);
  else if (currentKey == "items")
    event.items = whole(value);
  else if (currentKey == "work")
    event.work = whole(value);
  else if (currentKey == "loop")
    work.loop = whole(value);
  else if (currentKey == "wanted")
    work.wantedUs = std::max(value, 0.0);
  else if (currentKey == "built")
    work.builtUs = std::max(value, 0.0);
}

void TraceHandler::otherData(double value) {
  if (currentKey == "events_lost")
    trace.lost = whole(value);
  else if (currentKey == "wall_us")
    trace.runUs = std::max(value, 0.0);
  else if (currentKey == "program")
    trace.program = word(value);
}

bool TraceHandler::number(double value) {
  if (!std::isfinite(value))
    value = 0;
  if (isInEvent()) {
    if (currentKey == "tid")
      event.slot = word(value);
    else if (currentKey == "ts")
      event.startUs = std::max(value, 0.0);
    else if (currentKey == "id")
      workNumber = whole(value);
    else if (currentKey == "dur")
      durationUs = std::max(value, 0.0);
  } else if (isInArguments()) {
    argument(value);
  } else if (isOtherDataOpen && depth == 2) {
    otherData(value);
  }
  return true;
}

void TraceHandler::finishEvent() {
  if (phase == "M")
    trace.slots[event.slot] = name;
  if (phase == "C" && category == "memory") {
    memory.atUs = event.startUs;
    trace.memory.push_back(memory);
  }
  if ((phase == "b" || phase == "e") && category == "work")
    finishWork();
  if (phase != "X")
    return;
  event.endUs = event.startUs + durationUs;
  trace.events.push_back(event);
}

/// Its end has all that its beginning does not say.
void TraceHandler::finishWork() {
  TraceWork &known = trace.works[workNumber];
  known.slot = event.slot;
  if (phase == "b") {
    known.offeredUs = event.startUs;
    return;
  }
  known.joinedUs = event.startUs;
  known.wantedUs = work.wantedUs;
  known.loop = work.loop;
  known.builtUs = work.builtUs;
  known.isJoined = true;
}

Problem readTrace(const std::string &path, const Bundle &bundle, FiguresOf whose, Trace &trace) {
  std::string text;
  if (Problem problem = readFile(path, text))
    return fmt::format("cannot read '{}': {}", printable(path), *problem);
  TraceHandler handler(trace);
  if (!Json::sax_parse(text, &handler) || !handler.hasEvents)
    return fmt::format("'{}' holds no timeline; cleave run --trace=FILE writes one", printable(path));
  for (const TraceEvent &event : trace.events)
    if (event.kind >= bundle.tasks.size() && whose == FiguresOf::Bundle)
      return fmt::format("'{}' is of another program: it has tasks of kind {}, and this bundle has {}", printable(path),
                         event.kind, bundle.tasks.size());
  std::sort(trace.events.begin(), trace.events.end(), [](const TraceEvent &a, const TraceEvent &b) {
    return std::tie(a.slot, a.startUs, a.endUs, a.kind, a.work) < std::tie(b.slot, b.startUs, b.endUs, b.kind, b.work);
  });
  std::sort(trace.memory.begin(), trace.memory.end(), [](const TraceMemory &a, const TraceMemory &b) {
    return std::tie(a.atUs, a.program, a.workers, a.shared) < std::tie(b.atUs, b.program, b.workers, b.shared);
  });
  return std::nullopt;
}

} // namespace cleave
