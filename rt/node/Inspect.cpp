// Inspect.cpp - see Inspect.h. Manifest and partition have been verified by digest; their fields are still optional
// here, because a person may look at bundles that other tools packed.
#include "Inspect.h"
#include "Bundle.h"
#include <cstdio>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace cleave {

using Json = nlohmann::json;

static std::string readableBytes(uint64_t bytes) {
  if (bytes < 10 * 1024)
    return fmt::format("{} bytes", bytes);
  if (bytes < 10 * 1024 * 1024)
    return fmt::format("{:.1f} KiB", static_cast<double>(bytes) / 1024);
  return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1024 * 1024));
}

static std::string text(const Json &object, const char *key) {
  return object.is_object() && object.contains(key) && object[key].is_string() ? object[key].get<std::string>() : "";
}

static std::string costOf(const Json &partition, size_t id) {
  if (!partition.is_object() || !partition.contains("sites"))
    return "";
  for (const Json &site : partition["sites"]) {
    if (!site.contains("task") || site["task"] != id || !site.contains("cost"))
      continue;
    const Json &cost = site["cost"];
    if (!cost.value("known", false))
      return "measured when it runs";
    double perByte = cost.value("per_byte_ns", 0.0);
    if (perByte > 0)
      return fmt::format("about {:.2g} ns for each byte of input", perByte);
    return fmt::format("about {:.3g} us a call", cost.value("base_ns", 0.0) / 1000);
  }
  return "";
}

static void printTasks(const Bundle &bundle, const Json &manifest, const Json &partition) {
  if (bundle.tasks.empty()) {
    fmt::print("tasks     none: the program runs as it was written\n");
    return;
  }
  fmt::print("tasks     {}\n", bundle.tasks.size());
  for (size_t id = 0; id < bundle.tasks.size(); ++id) {
    const BundledTask &task = bundle.tasks[id];
    fmt::print("\n  {}\n", task.name);
    fmt::print("    defined at  {}:{}\n", task.file, task.line);
    fmt::print("    binary      {}, {}\n", readableBytes(task.elf.size()), task.uuid);
    const Json &signature = manifest["tasks"][id].contains("signature") ? manifest["tasks"][id]["signature"] : Json();
    if (signature.is_object()) {
      std::string list;
      for (const Json &parameter : signature.value("parameters", Json::array()))
        list += (list.empty() ? "" : ", ") + text(parameter, "type");
      fmt::print("    takes       {}\n", list.empty() ? "nothing" : list);
      if (signature.contains("result"))
        fmt::print("    gives       {}\n", text(signature["result"], "type"));
    }
    if (std::string cost = costOf(partition, id); !cost.empty())
      fmt::print("    cost        {}\n", cost);
    if (partition.is_object() && partition.contains("sites"))
      for (const Json &site : partition["sites"])
        if (site.contains("task") && site["task"] == id)
          fmt::print("    spawned at  {}:{} ({})\n", text(site, "file"), site.value("line", 0),
                     text(site, "cut") == "loop" ? "calls of a loop, ahead of it" : "beside what follows it");
  }
}

static void printRefusals(const Json &partition) {
  if (!partition.is_object() || !partition.contains("sites"))
    return;
  size_t count = 0;
  for (const Json &site : partition["sites"])
    count += text(site, "cut") == "none";
  if (!count)
    return;
  fmt::print("\n{} {} where they are:\n", count, count == 1 ? "call stays" : "calls stay");
  for (const Json &site : partition["sites"])
    if (text(site, "cut") == "none")
      fmt::print("  {}:{}  {}\n", text(site, "file"), site.value("line", 0), text(site, "message"));
}

int inspectCommand(const std::string &path, bool asJson) {
  auto opened = openBundle(path);
  if (auto *error = std::get_if<BundleError>(&opened)) {
    fmt::print(stderr, "cleave: {}\n", error->message);
    return 1;
  }
  const Bundle &bundle = std::get<Bundle>(opened);
  Json manifest = Json::parse(bundle.manifestJson, nullptr, false);
  Json partition = Json::parse(bundle.partitionJson, nullptr, false);
  if (asJson) {
    Json all = manifest;
    all["partition"] = partition.is_discarded() ? Json() : partition;
    fmt::print("{}\n", all.dump(2, ' ', false, Json::error_handler_t::replace));
    return 0;
  }
  fmt::print("bundle    {}, {}\n", path, readableBytes(bundle.fileBytes));
  fmt::print("target    {}", bundle.target);
  for (const std::string &feature : bundle.requiredFeatures)
    fmt::print(" +{}", feature);
  fmt::print("\nprogram   {}\n", readableBytes(bundle.root.size()));
  printTasks(bundle, manifest, partition);
  printRefusals(partition);
  return 0;
}

} // namespace cleave
