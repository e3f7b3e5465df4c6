// Statistics.cpp - see Statistics.h.
#include "Statistics.h"
#include "Bundle.h"
#include "OutputFile.h"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace cleave {

using Json = nlohmann::ordered_json;

std::string figureKey(const std::vector<BundledTask> &tasks, uint32_t kind) {
  if (kind >= tasks.size())
    return fmt::format("kind {}", kind);
  auto isSameName = [&](const BundledTask &task) { return task.name == tasks[kind].name; };
  if (std::count_if(tasks.begin(), tasks.end(), isSameName) == 1)
    return tasks[kind].name;
  return fmt::format("{} ({}:{}, kind {})", tasks[kind].name, tasks[kind].file, tasks[kind].line, kind);
}

static std::string serialise(const Json &json, int indent) {
  // Names come from source files, which may hold anything.
  return json.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

static Json kindFigures(const cleave_kind_control &kind) {
  return {{"count", kind.count},
          {"items", kind.items},
          {"found", kind.found},
          {"busy_s", static_cast<double>(kind.busy_ns) / 1e9},
          {"bytes_in", kind.bytes_in},
          {"bytes_out", kind.bytes_out}};
}

/// Vectors that never came are left out.
static Json entriesOf(const EntryCounts &counts) {
  Json vectors = Json::object();
  for (size_t i = 0; i != std::size(counts.vectors); ++i)
    if (counts.vectors[i])
      vectors[fmt::format("{}", i)] = counts.vectors[i];
  return {{"calls", counts.calls}, {"vectors", vectors}};
}

static Json kernelFigures(const KernelFigures &kernel) {
  static constexpr const char *roles[] = {"kernel", "program", "tasks"};
  constexpr size_t nmi = 2, firstInterrupt = 32;
  uint64_t entries = 0, interrupts = 0;
  Json cores = Json::array();
  for (const CoreReport &core : kernel.cores) {
    entries += core.inTasks.calls;
    for (size_t i = 0; i != std::size(core.inTasks.vectors); ++i) {
      entries += core.inTasks.vectors[i];
      interrupts += i == nmi || i >= firstInterrupt ? core.inTasks.vectors[i] : 0;
    }
    Json frames = Json::object();
    for (size_t node = 0; node != std::size(core.frames); ++node)
      if (core.frames[node])
        frames[fmt::format("{}", node)] = core.frames[node];
    cores.push_back({{"core", core.index},
                     {"role", roles[core.role % std::size(roles)]},
                     {"node", core.node},
                     {"tasks", core.tasks},
                     {"frames_by_node", frames},
                     {"in_tasks", entriesOf(core.inTasks)},
                     {"other", entriesOf(core.other)}});
  }
  return {{"start_s", kernel.startSeconds},         {"task_entries", entries},
          {"task_interrupts", interrupts},          {"frames_free_at_start", kernel.freeAtStart},
          {"frames_free_at_end", kernel.freeAtEnd}, {"cores", cores}};
}

static const char *wholeRun(uint32_t whole) {
  return whole == CLEAVE_WHOLE_OFF ? "off" : whole == CLEAVE_WHOLE_FOUND ? "found" : whole == CLEAVE_WHOLE_KEPT ? "kept" : "not kept";
}

Problem writeStatistics(const std::string &path, const RunFigures &figures, const std::vector<BundledTask> &tasks) {
  cleave_kind_control total = {};
  cleave_counters counters = {};
  Json kinds = Json::object();
  if (figures.control) {
    counters = figures.control->counters;
    for (uint32_t i = 0; i != figures.control->kind_count; ++i) {
      const cleave_kind_control &kind = *cleave_control_kind(figures.control, i);
      total.count += kind.count;
      total.items += kind.items;
      total.found += kind.found;
      total.busy_ns += kind.busy_ns;
      total.bytes_in += kind.bytes_in;
      total.bytes_out += kind.bytes_out;
      kinds[figureKey(tasks, i)] = kindFigures(kind);
    }
  }
  double busySeconds = static_cast<double>(total.busy_ns) / 1e9;
  // What local workers did is in both: processor time of the program's process, and time of tasks.
  double localSeconds = static_cast<double>(counters.helpers_ns + counters.program_parts_ns) / 1e9;
  double rootSeconds = std::max(figures.rootCpuSeconds - localSeconds, 0.0);
  double allSeconds = busySeconds + rootSeconds;
  Json json = {{"mode", figures.mode},
               {"workers", figures.workers},
               {"wall_s", figures.wallSeconds},
               {"tasks_run", total.count},
               {"items_run", total.items},
               {"items_found", total.found},
               {"tasks_by_kind", kinds},
               {"coverage", allSeconds > 0 ? busySeconds / allSeconds : 0.0},
               {"task_busy_s", busySeconds},
               {"root_cpu_s", rootSeconds},
               {"bytes_in", total.bytes_in},
               {"bytes_out", total.bytes_out},
               {"objects_published", counters.objects_published},
               {"objects_mapped", counters.objects_mapped},
               {"inputs_copied_bytes", counters.inputs_copied_bytes},
               {"done_in_place", counters.done_in_place},
               {"redone", counters.redone},
               {"abandoned", counters.abandoned}};
  if (figures.control && figures.control->store.kind != CLEAVE_STORE_NONE)
    json["store"] = {{"folder", figures.control->store.path},
                     {"read", counters.store_read},
                     {"written", counters.store_written},
                     {"written_bytes", counters.store_written_bytes},
                     {"damaged", counters.store_damaged},
                     {"fetched", counters.store_fetched},
                     {"run", wholeRun(figures.control->store.whole)},
                     {"fetched_inputs", figures.agent.fetchedBlobs},
                     {"fetched_bytes", figures.agent.fetchedBytes},
                     {"failed_fetches", figures.agent.failedFetches}};
  if (figures.mode == "check")
    json["check"] = {
        {"compared", counters.checked}, {"not_sent", counters.unchecked}, {"findings", counters.findings}};
  if (figures.kernel)
    json["kernel"] = kernelFigures(*figures.kernel);
  return writeOutputFile(path, serialise(json, 2));
}

} // namespace cleave
