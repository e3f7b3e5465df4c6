// Inspect.cpp - see Inspect.h.
//
// What a person wants to know, in this order: what the bundle is, what was split off and what that takes, and what was
// not split off. The last is a count for each reason with one example: the full list is long, and is what
// `cleave++ -Rcleave-missed` and --json are for. Manifest and partition have been verified by digest, but that says
// nothing of what their writer put in: a field that is absent or of another type is left out.
#include "Inspect.h"
#include "Bundle.h"
#include "BundleJson.h"
#include "Readable.h"
#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <map>

namespace cleave {

static std::string placeOf(const Json &site) {
  std::string file = printable(textOf(site, "file"));
  return file.empty() ? "an unknown place" : fmt::format("{}:{}", file, numberOf(site, "line").value_or(0));
}

static double realOf(const Json &object, const char *key) {
  const Json &member = memberOf(object, key);
  return member.is_number() ? member.get<double>() : 0;
}

/// The static cost of one call at a site (docs/partition.md, "Cost"); empty where nothing is said.
static std::string costOf(const Json &site) {
  const Json &cost = memberOf(site, "cost"), &isKnown = memberOf(cost, "known");
  if (!isKnown.is_boolean())
    return "";
  if (!isKnown.get<bool>())
    return "unknown before it runs";
  double base = realOf(cost, "base_ns"), perByte = realOf(cost, "per_byte_ns");
  if (perByte > 0)
    return fmt::format("at least {} a call and {} for each byte of input", readableTime(base), readableTime(perByte));
  return fmt::format("at least {} a call", readableTime(base));
}

static void printSignature(const Json &signature) {
  if (!signature.is_object())
    return;
  std::string list;
  for (const Json &parameter : listOf(signature, "parameters")) {
    std::string name = textOf(parameter, "name"), type = textOf(parameter, "type");
    list += (list.empty() ? "" : ", ") + (name.empty() ? "" : printable(name) + ": ") + printable(type);
  }
  fmt::print("     takes      {}\n", list.empty() ? "nothing" : list);
  std::string result = printable(textOf(memberOf(signature, "result"), "type"));
  if (!result.empty())
    fmt::print("     gives      {}\n", result == "void" ? "nothing" : result);
  if (std::string outside = outsideOf(signature); !outside.empty())
    fmt::print("     depends on {}, so its results are never kept\n", printable(outside));
  if (memberOf(signature, "local") == true)
    fmt::print("     done       in the program's process, by local workers\n");
}

static const char *mannerOf(const Json &site) {
  std::string cut = textOf(site, "cut");
  return cut == "loop"    ? "calls of a loop, ahead of it"
         : cut == "range" ? "ranges of a loop's iterations"
                          : "beside what follows it";
}

static void printTasks(const Bundle &bundle, const Json &manifest, const Json &partition) {
  if (bundle.tasks.empty()) {
    fmt::print("tasks      none: the program runs as it was written, on one core\n");
    return;
  }
  fmt::print("tasks      {}\n", counted(bundle.tasks.size(), "kind"));
  for (size_t id = 0; id < bundle.tasks.size(); ++id) {
    const BundledTask &task = bundle.tasks[id];
    fmt::print("\n  {:<2} {}\n", id, printable(task.name));
    fmt::print("     defined at {}:{}\n", printable(task.file), task.line);
    fmt::print("     binary     {}, named {}\n", readableBytes(task.elf.size()), task.uuid);
    printSignature(memberOf(listOf(manifest, "tasks")[id], "signature"));
    std::string cost;
    for (const Json &site : listOf(partition, "sites"))
      if (cost.empty() && numberOf(site, "task") == id)
        cost = costOf(site);
    if (!cost.empty())
      fmt::print("     cost       {}\n", cost);
    for (const Json &site : listOf(partition, "sites"))
      if (numberOf(site, "task") == id)
        fmt::print("     spawned at {} ({})\n", placeOf(site), mannerOf(site));
  }
}

static void printRefusals(const Json &partition) {
  std::map<std::string, std::vector<const Json *>> byReason;
  size_t count = 0;
  for (const Json &site : listOf(partition, "sites"))
    if (textOf(site, "cut") == "none") {
      byReason[textOf(site, "reason")].push_back(&site);
      ++count;
    }
  if (!count)
    return;
  std::vector<std::pair<std::string, std::vector<const Json *>>> sorted(byReason.begin(), byReason.end());
  std::sort(sorted.begin(), sorted.end(), [](const auto &a, const auto &b) {
    return a.second.size() != b.second.size() ? a.second.size() > b.second.size() : a.first < b.first;
  });
  fmt::print("\nnot cut    {} that {} in the program; cleave++ -Rcleave-missed explains each\n", counted(count, "call"),
             count == 1 ? "stays" : "stay");
  for (const auto &[reason, sites] : sorted)
    fmt::print("\n  {:<3} {}\n      {}{}: {}\n", sites.size(), reason.empty() ? "no reason given" : printable(reason),
               sites.size() == 1 ? "" : "first ", placeOf(*sites[0]), printable(textOf(*sites[0], "message")));
}

std::string dependenceOfRuns(const Bundle &bundle) {
  Json partition = parseJson(bundle.partitionJson).value_or(Json());
  const Json &run = memberOf(partition, "run");
  if (memberOf(run, "repeats") == true)
    return "";
  std::string what = printable(textOf(run, "depends"));
  if (what.empty())
    return "what it depends on is not known";
  uint64_t line = numberOf(run, "line").value_or(0);
  return line ? fmt::format("{} ({}:{})", what, printable(textOf(run, "file")), line) : what;
}

int inspectCommand(const std::string &path, bool asJson) {
  auto opened = openBundle(path);
  if (auto *error = std::get_if<BundleError>(&opened)) {
    fmt::print(stderr, "cleave: {}\n", error->message);
    return 1;
  }
  const Bundle &bundle = std::get<Bundle>(opened);
  Json manifest = parseJson(bundle.manifestJson).value_or(Json());
  Json partition = parseJson(bundle.partitionJson).value_or(Json());
  if (asJson) {
    manifest["partition"] = std::move(partition);
    fmt::print("{}\n", manifest.dump(2, ' ', false, Json::error_handler_t::replace));
  } else {
    std::string features;
    for (const std::string &feature : bundle.requiredFeatures)
      features += (features.empty() ? ", needs a CPU with " : ", ") + printable(feature);
    uint64_t taskBytes = 0;
    for (const BundledTask &task : bundle.tasks)
      taskBytes += task.elf.size();
    fmt::print("bundle     {}\n", printable(path));
    fmt::print("target     {}{}\n", printable(bundle.target), features);
    fmt::print("size       {}: the program itself {}, its tasks {}\n", readableBytes(bundle.content.size()),
               readableBytes(bundle.root.size()), readableBytes(taskBytes));
    std::string dependence = dependenceOfRuns(bundle);
    if (memberOf(partition, "run").is_object()) // older compilers say nothing
      fmt::print("repeats    {}\n", dependence.empty() ? "with a store, a run on the same input is not made again" : "no: " + dependence);
    printTasks(bundle, manifest, partition);
    printRefusals(partition);
  }
  if (std::fflush(stdout) != 0 || std::ferror(stdout)) {
    fmt::print(stderr, "cleave: cannot write the output\n");
    return 1;
  }
  return 0;
}

} // namespace cleave
