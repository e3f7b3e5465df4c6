// TraceFile.cpp - `--trace`: a run as a timeline, in the Trace Event Format of Chrome, which Perfetto reads as well.
//
// What is in it (docs/report.md has the list for readers): for each worker a thread with its name; each part that ran as a
// complete event; each work that parts belong to as an asynchronous one, since works overlap; memory as a counter. Times
// are microseconds from the run's beginning, with the nanoseconds behind the point. A long run has millions of
// events, so they are written as they are read and never held together.
#include "Bundle.h"
#include "OutputFile.h"
#include "Statistics.h"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <nlohmann/json.hpp>

namespace cleave {

namespace {

constexpr size_t kPieceBytes = 1 << 20;

class TraceWriter {
public:
  TraceWriter(const RunFigures &figures, const std::vector<BundledTask> &tasks);

  /// A PieceSource.
  bool nextPiece(std::string &piece);

private:
  enum class Step { Head, Events, Memory, Tail, End };

  template <class... Values> void add(std::string &piece, fmt::format_string<Values...> format, Values &&...values) {
    piece += isFirst ? "\n" : ",\n";
    isFirst = false;
    fmt::format_to(std::back_inserter(piece), format, std::forward<Values>(values)...);
  }
  void addName(std::string &piece, const char *what, uint32_t thread, const std::string &name);
  void nameThread(std::string &piece, uint32_t slot);
  void addPart(std::string &piece, const cleave_trace_event &event);
  void addWork(std::string &piece, const cleave_trace_event &event);
  void addEvent(std::string &piece, const cleave_trace_event &event);
  /// Not 0, which Perfetto takes for the idle thread of a machine. The process has the number of the program's own thread,
  /// which is how a process's first thread is known.
  static uint32_t threadOf(uint32_t slot) { return slot + 1; }
  double sinceStart(uint64_t ns) const { return (static_cast<double>(ns) - static_cast<double>(startNs)) / 1e3; }

  const RunFigures &figures;
  cleave_control *control;
  uint64_t startNs = 0, kept = 0, next = 0;
  uint32_t process = threadOf(0);
  std::vector<std::string> kindNames; ///< as JSON
  std::vector<bool> isNamed;          ///< by slot
  Step step = Step::Head;
  bool isFirst = true;
};

/// Names come from source files, which may hold anything.
std::string quoted(const std::string &text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

TraceWriter::TraceWriter(const RunFigures &figures, const std::vector<BundledTask> &tasks)
    : figures(figures), control(figures.control) {
  if (!control)
    return;
  startNs = control->start_ns;
  process = threadOf(control->slot_count);
  kept = std::min(control->trace_count, control->trace_capacity);
  isNamed.resize(control->slot_count + CLEAVE_SLOTS_MAX + 1);
  for (uint32_t kind = 0; kind != control->kind_count; ++kind)
    kindNames.push_back(quoted(figureKey(tasks, kind)));
}

void TraceWriter::addName(std::string &piece, const char *what, uint32_t thread, const std::string &name) {
  add(piece, R"({{"name":"{}","ph":"M","pid":{},"tid":{},"args":{{"name":{}}}}})", what, process, thread, quoted(name));
}

void TraceWriter::nameThread(std::string &piece, uint32_t slot) {
  if (slot >= isNamed.size() || isNamed[slot])
    return;
  isNamed[slot] = true;
  uint32_t local = slot - control->slot_count;
  addName(piece, "thread_name", threadOf(slot),
          slot < control->slot_count ? fmt::format("worker {}", slot)
          : local                    ? fmt::format("local worker {}", local)
                                     : "the program's thread");
}

void TraceWriter::addPart(std::string &piece, const cleave_trace_event &event) {
  std::string more = event.bytes_shared ? fmt::format(R"(,"bytes_shared":{})", event.bytes_shared) : "";
  if (event.work)
    more += fmt::format(R"(,"work":{})", event.work);
  add(piece,
      R"({{"name":{},"cat":"task","ph":"X","pid":{},"tid":{},"ts":{:.3f},"dur":{:.3f},)"
      R"("args":{{"kind":{},"items":{},"bytes_in":{},"bytes_out":{}{}}}}})",
      kindNames[event.kind], process, threadOf(event.slot), sinceStart(event.start_ns),
      static_cast<double>(event.end_ns - event.start_ns) / 1e3, event.kind, event.items, event.bytes_in,
      event.bytes_out, more);
}

/// A beginning and an end with a number in common.
void TraceWriter::addWork(std::string &piece, const cleave_trace_event &event) {
  std::string common = fmt::format(R"("name":{},"cat":"work","pid":{},"tid":{},"id":{})", kindNames[event.kind],
                                   process, threadOf(event.slot), event.work);
  std::string loop;
  if (event.loop)
    loop = fmt::format(R"(,"loop":{},"built":{:.3f})", event.loop,
                       sinceStart(event.built_ns ? event.built_ns : event.start_ns));
  add(piece, R"({{{},"ph":"b","ts":{:.3f}}})", common, sinceStart(event.start_ns));
  add(piece, R"({{{},"ph":"e","ts":{:.3f},"args":{{"wanted":{:.3f}{}}}}})", common, sinceStart(event.end_ns),
      sinceStart(event.wanted_ns), loop);
}

void TraceWriter::addEvent(std::string &piece, const cleave_trace_event &event) {
  if (!event.start_ns || event.end_ns < event.start_ns || event.kind >= kindNames.size())
    return; // the program ended while it wrote this one
  nameThread(piece, event.slot);
  event.wanted_ns ? addWork(piece, event) : addPart(piece, event);
}

bool TraceWriter::nextPiece(std::string &piece) {
  switch (step) {
  case Step::Head:
    piece = fmt::format(R"({{"displayTimeUnit":"ms","otherData":{{"events_lost":{},"mode":{},"workers":{},"wall_us":{:.3f})",
                        control ? control->trace_count - kept : 0, quoted(figures.mode), figures.workers,
                        figures.wallSeconds * 1e6);
    piece += fmt::format(R"(,"program":{})", process); // the program's own thread
    piece += R"(},"traceEvents":[)";
    addName(piece, "process_name", process, "cleave run --mode=" + figures.mode);
    step = Step::Events;
    return true;
  case Step::Events:
    for (; next != kept && piece.size() < kPieceBytes; ++next)
      addEvent(piece, *cleave_control_trace(control, next));
    if (next == kept)
      step = Step::Memory;
    return true;
  case Step::Memory:
    for (const MemorySample &sample : figures.memory)
      add(piece,
          R"({{"name":"memory","cat":"memory","ph":"C","pid":{0},"tid":{0},"ts":{1:.3f},)"
          R"("args":{{"program":{2},"workers":{3},"shared":{4}}}}})",
          process, sinceStart(sample.atNs), sample.programBytes, sample.workerBytes, sample.sharedBytes);
    step = Step::Tail;
    return true;
  case Step::Tail:
    piece = "\n]}\n";
    step = Step::End;
    return true;
  case Step::End:
    break;
  }
  return false;
}

} // namespace

Problem writeTrace(const std::string &path, const RunFigures &figures, const std::vector<BundledTask> &tasks) {
  TraceWriter writer(figures, tasks);
  return writeOutputFile(path, [&](std::string &piece) { return writer.nextPiece(piece); });
}

} // namespace cleave
