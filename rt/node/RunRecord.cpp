// RunRecord.cpp - see RunRecord.h.
#include "RunRecord.h"
#include "../store/Folder.h"
#include "BundleJson.h"
#include "Inspect.h"
#include "Readable.h"

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <map>
#include <set>
#include <sys/stat.h>

namespace cleave {

namespace {

constexpr size_t kMostRuns = 256;
/// Items of the run before that one is compared with, for which parameters differ.
constexpr size_t kMostCompared = 512;

std::string absolute(const std::string &path) {
  char resolved[PATH_MAX];
  return realpath(path.c_str(), resolved) ? resolved : path;
}

std::optional<RunInput> inputAt(const std::string &path, const std::string &shown) {
  struct stat status;
  if (stat(path.c_str(), &status) || !S_ISREG(status.st_mode))
    return std::nullopt;
  return RunInput{shown, static_cast<uint64_t>(status.st_size),
                  status.st_mtim.tv_sec * int64_t{1000000000} + status.st_mtim.tv_nsec, {}, 0};
}

std::vector<std::string> parameterNames(const Json &signature) {
  std::vector<std::string> names;
  for (const Json &parameter : listOf(signature, "parameters"))
    names.push_back(textOf(parameter, "name"));
  return names;
}

std::string readAll(const std::string &path) {
  std::string content;
  Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  char buffer[65536];
  for (ssize_t got; file && (got = read(file.get(), buffer, sizeof buffer)) > 0;)
    content.append(buffer, static_cast<size_t>(got));
  return content;
}

struct RunFile {
  std::string id;
  int64_t changedNs;
};

/// The newest first.
std::vector<RunFile> listRuns(const std::string &store) {
  std::vector<RunFile> runs;
  DIR *entries = opendir((store + "/runs").c_str());
  while (dirent *entry = entries ? readdir(entries) : nullptr) {
    std::string name = entry->d_name;
    struct stat status;
    if (name.size() == 37 && name.ends_with(".json") && !stat((store + "/runs/" + name).c_str(), &status))
      runs.push_back({name.substr(0, 32), status.st_mtim.tv_sec * int64_t{1000000000} + status.st_mtim.tv_nsec});
  }
  if (entries)
    closedir(entries);
  std::sort(runs.begin(), runs.end(), [](const RunFile &a, const RunFile &b) { return a.changedNs > b.changedNs; });
  return runs;
}

std::string pathOf(const std::string &store, const std::string &id, const char *ending) {
  return fmt::format("{}/runs/{}.{}", store, id, ending);
}

using Items = std::vector<const cleave_named_item *>;

Items itemsOf(const RunRecord &run, uint32_t kind) {
  Items items;
  for (const cleave_named_item &item : run.items)
    if (item.kind == kind)
      items.push_back(&item);
  return items;
}

std::string textOfName(const cleave_name &name) { return textOf(name).digits; }

/// Which parameters differ, as a set of bits.
uint32_t difference(const cleave_named_item &a, const cleave_named_item &b) {
  uint32_t bits = 0;
  for (uint32_t i = 0; i != CLEAVE_ITEM_WORDS; ++i)
    bits |= uint32_t{a.parameters[i] != b.parameters[i]} << i;
  return bits;
}

/// Against the item that stood at the same place, or if that has little in common, against the one that has most.
uint32_t leastDifference(const cleave_named_item &item, const Items &before, size_t place) {
  uint32_t least = place < before.size() ? difference(item, *before[place]) : ~0u;
  size_t first = place > kMostCompared / 2 ? place - kMostCompared / 2 : 0;
  for (size_t i = first; i < std::min(before.size(), first + kMostCompared); ++i)
    if (uint32_t bits = difference(item, *before[i]); __builtin_popcount(bits) < __builtin_popcount(least))
      least = bits;
  return least;
}

std::string describeDifference(uint32_t bits, const RunKind &kind) {
  if (bits == ~0u)
    return "there was none like it in the last run";
  if (!bits)
    return "its result was not kept, or is gone";
  std::string names;
  for (uint32_t i = 0; i != CLEAVE_ITEM_WORDS; ++i)
    if (bits >> i & 1) {
      bool isNamed = i < kind.parameters.size() && !kind.parameters[i].empty();
      names += (names.empty() ? "" : ", ") +
               (isNamed ? fmt::format("'{}'", printable(kind.parameters[i])) : fmt::format("parameter {}", i + 1));
    }
  return fmt::format("{} changed since the last run", names);
}

} // namespace

RunRecord beginRunRecord(const std::string &bundlePath, const std::vector<std::string> &command, const Bundle &bundle) {
  RunRecord record;
  record.program = absolute(bundlePath);
  record.arguments.assign(command.begin() + 1, command.end());
  record.beganS = std::time(nullptr);
  if (auto input = inputAt("/proc/self/fd/0", absolute("/proc/self/fd/0")))
    record.inputs.push_back(*input);
  for (const std::string &argument : record.arguments)
    if (auto input = inputAt(argument, absolute(argument)))
      record.inputs.push_back(*input);
  Json manifest = parseJson(bundle.manifestJson).value_or(Json());
  const Json &tasks = listOf(manifest, "tasks");
  for (size_t i = 0; i != bundle.tasks.size(); ++i) {
    const BundledTask &task = bundle.tasks[i];
    Json signature = i < tasks.size() ? memberOf(tasks[i], "signature") : Json();
    record.kinds.push_back({task.name, task.file, textOfName(task.object), task.line, parameterNames(signature), outsideOf(signature)});
  }
  return record;
}

Problem writeRunRecord(const std::string &store, const RunRecord &record) {
  Json kinds = Json::array(), inputs = Json::array();
  for (const RunKind &kind : record.kinds)
    kinds.push_back({{"name", kind.name}, {"file", kind.file}, {"line", kind.line}, {"task", kind.task},
                     {"parameters", kind.parameters}});
  for (const RunInput &input : record.inputs)
    inputs.push_back({{"path", input.path}, {"bytes", input.bytes}, {"changed_ns", input.changedNs}, {"label", input.label},
                      {"version", input.version}});
  Json json = {{"program", record.program}, {"arguments", record.arguments}, {"inputs", inputs}, {"began_s", record.beganS},
               {"kinds", kinds}};
  std::string text = json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
  const FilePart items = {record.items.data(), record.items.size() * sizeof record.items[0]}, words = {text.data(), text.size()};
  int error = writeWhole(store.c_str(), pathOf(store, record.id, "items").c_str(), &items, 1, 0);
  if (!error)
    error = writeWhole(store.c_str(), pathOf(store, record.id, "json").c_str(), &words, 1, 1);
  if (error)
    return fmt::format("cannot be written: {}", std::strerror(error));
  std::vector<RunFile> runs = listRuns(store);
  for (size_t i = kMostRuns; i < runs.size(); ++i)
    for (const char *ending : {"json", "items"})
      unlink(pathOf(store, runs[i].id, ending).c_str());
  return std::nullopt;
}

std::optional<RunRecord> readRunRecord(const std::string &store, const std::string &id) {
  auto parsed = parseJson(readAll(pathOf(store, id, "json")));
  if (!parsed || !parsed->is_object())
    return std::nullopt;
  RunRecord record;
  record.id = id;
  record.program = textOf(*parsed, "program");
  record.beganS = static_cast<int64_t>(numberOf(*parsed, "began_s").value_or(0));
  for (const Json &argument : listOf(*parsed, "arguments"))
    record.arguments.push_back(argument.is_string() ? argument.get<std::string>() : "");
  for (const Json &input : listOf(*parsed, "inputs"))
    record.inputs.push_back({textOf(input, "path"), numberOf(input, "bytes").value_or(0),
                             static_cast<int64_t>(numberOf(input, "changed_ns").value_or(0)), textOf(input, "label"),
                             numberOf(input, "version").value_or(0)});
  for (const Json &kind : listOf(*parsed, "kinds"))
    record.kinds.push_back({textOf(kind, "name"), textOf(kind, "file"), textOf(kind, "task"),
                            static_cast<uint32_t>(numberOf(kind, "line").value_or(0)), textsOf(kind, "parameters"), {}});
  std::string items = readAll(pathOf(store, id, "items"));
  record.items.resize(items.size() / sizeof(cleave_named_item));
  std::memcpy(record.items.data(), items.data(), record.items.size() * sizeof(cleave_named_item));
  return record;
}

std::optional<RunRecord> lastRunOf(const std::string &store, const std::string &program) {
  for (const RunFile &run : listRuns(store)) {
    auto parsed = parseJson(readAll(pathOf(store, run.id, "json")));
    if (parsed && parsed->is_object() && textOf(*parsed, "program") == program)
      return readRunRecord(store, run.id);
  }
  return std::nullopt;
}

std::string explainWhole(uint32_t whole, const Bundle &bundle) {
  auto notKept = [](std::string_view why) { return fmt::format("cleave: the run as a whole: not kept, because {}\n", why); };
  switch (whole) {
  case CLEAVE_WHOLE_FOUND:
    return "cleave: the run as a whole: found, and not made again\n";
  case CLEAVE_WHOLE_KEPT:
    return "cleave: the run as a whole: kept; the next one on the same input will be found\n";
  case CLEAVE_WHOLE_DEPENDS:
    return notKept(dependenceOfRuns(bundle));
  case CLEAVE_WHOLE_WRITES:
    return notKept("it opened a file for writing");
  case CLEAVE_WHOLE_NO_FILE:
    return notKept("it read what is no file: a pipe, a terminal or a device");
  case CLEAVE_WHOLE_CHANGED:
    return notKept("a file that it read changed in the meantime");
  case CLEAVE_WHOLE_OUTPUT:
    return notKept("it could not write all of its output, or asked how far that had come");
  case CLEAVE_WHOLE_LARGE:
    return notKept("it printed more than is kept, or the store is full");
  case CLEAVE_WHOLE_NO_MEMORY:
    return notKept("memory ran out");
  case CLEAVE_WHOLE_WANTED: // it did not end by exit, or an older compiler made it
    return notKept("it did not end like a program that has done its work");
  default:
    return "";
  }
}

std::string explainRun(const RunRecord &now, const std::optional<RunRecord> &before) {
  std::string text;
  for (uint32_t id = 0; id != now.kinds.size(); ++id) {
    const RunKind &kind = now.kinds[id];
    Items items = itemsOf(now, id), earlier;
    if (kind.itemsAnew)
      text += fmt::format("cleave: {} ({}:{}): {} run, 0 found\n"
                          "cleave:   {} run: it depends on {}, so it is made anew each time\n",
                          printable(kind.name), printable(kind.file), kind.line, kind.itemsAnew, kind.itemsAnew,
                          printable(kind.outside));
    if (items.empty())
      continue;
    // A file that was moved is none the less the same.
    const RunKind *same = nullptr;
    for (uint32_t i = 0; before && i != before->kinds.size(); ++i)
      if (const RunKind &other = before->kinds[i];
          other.name == kind.name && (!same || (other.file == kind.file && same->file != kind.file))) {
        same = &other;
        earlier = itemsOf(*before, i);
      }
    size_t found = 0;
    std::map<std::string, size_t> reasons;
    for (size_t place = 0; place != items.size(); ++place) {
      if (items[place]->is_found) {
        ++found;
        continue;
      }
      ++reasons[!before                    ? "this is the program's first run with this store"
                : !same                    ? "there was no such task in the last run"
                : same->task != kind.task  ? "the code changed since the last run"
                                           : describeDifference(leastDifference(*items[place], earlier, place), kind)];
    }
    text += fmt::format("cleave: {} ({}:{}): {} run, {} found\n", printable(kind.name), printable(kind.file), kind.line,
                        items.size() - found, found);
    for (const auto &[reason, count] : reasons)
      text += fmt::format("cleave:   {} run: {}\n", count, reason);
  }
  return text.empty() ? "cleave: nothing was named: no task was worth it\n" : text;
}

} // namespace cleave
