// Kinds.cpp - see Kinds.h.
#include "report/Kinds.h"
#include "Readable.h"
#include "report/Text.h"

#include <algorithm>
#include <cstring>
#include <elf.h>
#include <fmt/format.h>
#include <numeric>

namespace cleave {

static constexpr unsigned colourOfOthers = 7;

std::vector<unsigned> chooseColours(size_t kinds, const RunStatistics *statistics, const Trace *trace) {
  std::vector<double> busy(kinds);
  if (trace)
    for (const TraceEvent &event : trace->events)
      busy[event.kind] += event.endUs - event.startUs;
  else if (statistics)
    for (size_t i = 0; i != kinds; ++i)
      busy[i] = statistics->kinds[i].busySeconds;
  std::vector<size_t> order(kinds);
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return busy[a] != busy[b] ? busy[a] > busy[b] : a < b; });
  std::vector<unsigned> colours(kinds, colourOfOthers);
  for (size_t rank = 0; rank < std::min<size_t>(kinds, colourOfOthers); ++rank)
    colours[order[rank]] = static_cast<unsigned>(rank);
  return colours;
}

namespace {
/// Bytes of a binary in memory, by what may be done with them.
struct BinaryParts {
  uint64_t code = 0, constants = 0, variables = 0;
};
} // namespace

/// From the loaded segments; a binary that is malformed has no parts.
static BinaryParts partsOf(std::string_view elf) {
  BinaryParts parts;
  Elf64_Ehdr header;
  if (elf.size() < sizeof header)
    return parts;
  std::memcpy(&header, elf.data(), sizeof header);
  for (uint64_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    uint64_t offset = header.e_phoff + i * sizeof segment;
    if (header.e_phentsize != sizeof segment || offset > elf.size() || sizeof segment > elf.size() - offset)
      return parts;
    std::memcpy(&segment, elf.data() + offset, sizeof segment);
    if (segment.p_type != PT_LOAD)
      continue;
    uint64_t &part = segment.p_flags & PF_X ? parts.code : segment.p_flags & PF_W ? parts.variables : parts.constants;
    part += segment.p_memsz;
  }
  return parts;
}

static Json signatureOf(const Json &task) {
  const Json &signature = memberOf(task, "signature");
  if (!signature.is_object())
    return {};
  Json takes = Json::array();
  bool isOfProgram = false;
  for (const Json &parameter : listOf(signature, "parameters")) {
    isOfProgram |= !textOf(parameter, "name").empty();
    takes.push_back({{"parameter", textOf(parameter, "name")},
                     {"type", textOf(parameter, "type")},
                     {"isBorrowed", textOf(parameter, "passing") == "borrowed"}});
  }
  // What a range of a loop takes has no name in the source, and its types are not the program's.
  if (!isOfProgram && !takes.empty())
    return {{"inputCount", counted(takes.size(), "input")}};
  std::string result = textOf(memberOf(signature, "result"), "type");
  return {{"takes", std::move(takes)},
          {"gives", result == "void" || result.empty() ? "nothing" : result},
          {"inputCount", nullptr}};
}

static Json figuresOf(const KindFigures &figures, double taskSeconds) {
  if (!figures.count)
    return {{"wasRun", false}};
  return {{"wasRun", true},
          {"count", figures.count},
          {"items", figures.items},
          {"busy", readableTime(figures.busySeconds * 1e9)},
          {"each", readableTime(figures.busySeconds * 1e9 / static_cast<double>(figures.count))},
          {"share", fmt::format("{:.0f} %", taskSeconds > 0 ? 100 * figures.busySeconds / taskSeconds : 0)},
          {"bytesIn", readableBytes(figures.bytesIn)},
          {"bytesOut", readableBytes(figures.bytesOut)}};
}

Json describeKinds(const Bundle &bundle, const Json &manifest, const RunStatistics *statistics,
                   const RunStatistics *before, const std::vector<unsigned> &colours) {
  Json kinds = Json::array();
  for (size_t id = 0; id != bundle.tasks.size(); ++id) {
    const BundledTask &task = bundle.tasks[id];
    BinaryParts parts = partsOf(task.elf);
    Json kind = {{"kind", id},
                 {"name", task.name},
                 {"colour", colours[id]},
                 {"binary", readableBytes(task.elf.size())},
                 {"uuid", task.uuid},
                 {"code", readableBytes(parts.code)},
                 {"constants", readableBytes(parts.constants)},
                 {"variables", readableBytes(parts.variables)},
                 {"signature", signatureOf(listOf(manifest, "tasks")[id])}};
    if (statistics) {
      kind["figures"] = figuresOf(statistics->kinds[id], statistics->total.busySeconds);
      kind["figures"]["before"] = before ? figuresOf(before->kinds[id], before->total.busySeconds) : Json();
    }
    kinds.push_back(std::move(kind));
  }
  return kinds;
}

} // namespace cleave
