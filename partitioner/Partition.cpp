// Partition.cpp - decisions and how they are told.
//
// Most of "is it worth it" is decided while the program runs, where sizes are known. Here only the hopeless is sorted
// out: a call whose cost is known, bounded and far below what handing it to anyone costs.
#include "partitioner/Partition.h"
#include "passes/Places.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/IR/DebugInfo.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"
#include <algorithm>
#include <map>
#include <set>

using namespace llvm;

namespace cleave {

/// To put one call into a batch and to take its result out costs the program more than that.
static constexpr double hopelessNs = 5;
/// Elements are taken to have this many bytes when loops are charged to input bytes.
static constexpr double bytesPerElement = 8;

static bool hasSizedInput(const Candidate &candidate) {
  for (const PassedValue &parameter : candidate.facts.parameters) {
    StringRef kind = typeKind(parameter.typeNode);
    if (kind != "pod" && kind != "trivial" && kind != "array" && parameter.passing != Passing::Direct)
      return true;
    if (holdsView(*candidate.function->getParent(), parameter.typeNode))
      return true;
  }
  return false;
}

/// A function whose every call is a task runs in the program only when a task could not: cuts inside of it would never
/// be used. (A recursive function calls itself in place, below the first level.)
static void refuseInsideOfTasks(std::vector<CutSite> &sites) {
  SmallPtrSet<const CallBase *, 16> taken;
  for (const CutSite &site : sites)
    if (site.loop || site.future)
      taken.insert(site.call);
  for (CutSite &site : sites) {
    const Function *function = site.where->getFunction();
    if (!site.isTaken() || (site.callee && function == site.callee->function) || function->use_empty())
      continue;
    bool isAlwaysTask = all_of(function->users(), [&](const User *user) {
      auto *call = dyn_cast<CallBase>(user);
      return call && taken.contains(call);
    });
    if (!isAlwaysTask)
      continue;
    site.loop.reset();
    site.future.reset();
    site.range.reset();
    site.refusal = {"inside-task", "the calling function is itself a task",
                    {"nothing: the work is in a task already"}};
  }
}

/// What takes less is bound by memory, and all that it would bring is one more task.
static constexpr double leastIterationNs = 1;
/// Of the library's loops: those that move a few words, as a vector does when it grows, are in every program.
static constexpr double leastLibraryIterationNs = 4;
/// To begin a loop that is split costs as much as that, and what is in the middle of a split function stands in the way
/// of LLVM's passes: its variables have addresses, and its loops are not unrolled.
static constexpr double leastLoopNs = 1000;

/// Loops that only copy, or end after a few iterations, are everywhere: they are no sites, and nothing is missed
/// in them.
static bool isSmallLoop(CutSite &site, CostModel &costs) {
  if (site.loopBlocks.empty())
    return false;
  FunctionCost cost = costs.iterationCost(site.loopBlocks);
  bool isOpen = cost.isOpen || cost.perElementNs > 0;
  site.cost = {cost.baseNs + cost.perElementNs, 0};
  if (site.range)
    site.range->hasOpenWork |= isOpen;
  if (isOpen)
    return false;
  if (site.cost.baseNs < (site.isOfLibrary ? leastLibraryIterationNs : leastIterationNs) || costs.onlyCopies(site.loopBlocks))
    return true;
  std::optional<unsigned> most = costs.mostIterations(site.loopBlocks);
  return most && *most * site.cost.baseNs < leastLoopNs;
}

void decide(std::vector<CutSite> &sites, CostModel &costs) {
  erase_if(sites, [&](CutSite &site) { return isSmallLoop(site, costs); });
  for (CutSite &site : sites) {
    if (!site.isTaken() || site.range)
      continue;
    FunctionCost cost = costs.cost(*site.callee->function);
    if (cost.isOpen)
      site.cost = {-1, 0};
    else if (cost.perElementNs == 0)
      site.cost = {cost.baseNs, 0};
    else if (hasSizedInput(*site.callee))
      site.cost = {cost.baseNs, cost.perElementNs / bytesPerElement};
    else
      site.cost = {-1, 0};
    if (site.cost.baseNs >= 0 && site.cost.perByteNs == 0 && site.cost.baseNs < hopelessNs) {
      site.loop.reset();
      site.future.reset();
      site.refusal = {"too-small", ("'" + site.callee->facts.shortName() + "' is too small to be worth a task").str(),
                      {"give each call more to do, such as a block of the data instead of one element"}};
    }
  }
  refuseInsideOfTasks(sites);
}

static std::string readableCost(const SiteCost &cost) {
  std::string text;
  raw_string_ostream out(text);
  if (cost.baseNs < 0)
    out << "cost measured when it runs";
  else if (cost.perByteNs > 0)
    out << format("about %.2g ns for each byte of input", cost.perByteNs);
  else if (cost.baseNs < 999.5e3)
    out << format("about %.3g us each", cost.baseNs / 1000);
  else
    out << format("about %.3g ms each", cost.baseNs / 1e6);
  return text;
}

/// Functions that are tasks somewhere: what happens inside of them needs no further cutting.
static SmallPtrSet<const Function *, 8> taskFunctions(const std::vector<CutSite> &sites) {
  SmallPtrSet<const Function *, 8> tasks;
  for (const CutSite &site : sites)
    if (site.loop || site.future)
      tasks.insert(site.callee->function);
  return tasks;
}

static bool isRecursiveCall(const CutSite &site) {
  return site.callee && site.where->getFunction() == site.callee->function;
}

/// In a function that is a task itself: there nothing is missed.
static bool isInsideTask(const CutSite &site, const SmallPtrSet<const Function *, 8> &tasks) {
  return !site.isTaken() && tasks.contains(site.where->getFunction()) && !isRecursiveCall(site);
}

/// The remark's sentence.
static std::string messageOf(const CutSite &site) {
  std::string name = site.callee ? ("'" + site.callee->facts.shortName() + "'").str() : "";
  if (site.range)
    return std::string("ranges of this loop's iterations ") +
           (site.range->memory.isLocal() ? "are done by local workers, " : "run as tasks, ") + readableCost(site.cost);
  if (site.loop)
    return "calls of " + name + " in this loop run ahead as tasks, " + readableCost(site.cost);
  if (site.future)
    return "call of " + name + " runs as a task beside what follows it, " + readableCost(site.cost);
  return (site.call ? "call of " + name : "this loop") + " stays in place: " + site.refusal.message;
}

std::vector<Remark> remarksOf(const std::vector<CutSite> &sites) {
  auto tasks = taskFunctions(sites);
  std::vector<Remark> remarks;
  StringSet<> said;
  for (const CutSite &site : sites) {
    if (isInsideTask(site, tasks))
      continue;
    Remark remark;
    remark.kind = site.isTaken() ? Remark::Kind::Taken : Remark::Kind::Missed;
    remark.place = outerPlaceOf(*site.where);
    remark.function = site.where->getFunction()->getName().str();
    remark.message = messageOf(site);
    if (!site.isTaken()) {
      remark.reason = site.refusal.reason;
      remark.notes = site.refusal.notes;
    }
    std::string key = formatv("{0}:{1}:{2} {3}", remark.place.file, remark.place.line, remark.place.column, remark.message);
    if (said.insert(key).second)
      remarks.push_back(std::move(remark));
  }
  llvm::sort(remarks, [](const Remark &a, const Remark &b) {
    return std::tie(a.place.file, a.place.line, a.place.column, a.message) <
           std::tie(b.place.file, b.place.line, b.place.column, b.message);
  });
  return remarks;
}

static json::Object placeObject(const SourcePlace &place) {
  return json::Object{{"file", place.file}, {"line", place.line}, {"column", place.column}};
}

static json::Value costObject(const SiteCost &cost) {
  if (cost.baseNs < 0)
    return json::Object{{"known", false}};
  return json::Object{{"known", true}, {"base_ns", cost.baseNs}, {"per_byte_ns", cost.perByteNs}};
}

json::Value emptyPartition() {
  return json::Object{{"version", 1},
                      {"tasks", json::Array{}},
                      {"sites", json::Array{}},
                      {"edges", json::Array{}},
                      {"sources", json::Array{}}};
}

/// The files that `decisions` speak of, each with the digest of the text that was compiled. A name that stands for
/// different texts, in objects from different folders, has none.
static json::Array describeSources(const Module &module, const json::Array &decisions) {
  std::set<std::string> named;
  auto note = [&](const json::Object &place) {
    if (std::optional<StringRef> file = place.getString("file"); file && !file->empty())
      named.insert(file->str());
  };
  for (const json::Value &decision : decisions) {
    note(*decision.getAsObject());
    if (const json::Array *notes = decision.getAsObject()->getArray("notes"))
      for (const json::Value &text : *notes)
        note(*text.getAsObject());
  }
  std::map<StringRef, std::set<StringRef>> digests;
  DebugInfoFinder finder;
  finder.processModule(module);
  auto take = [&](const DIFile *file) {
    if (file && file->getChecksum() && file->getChecksum()->Kind == DIFile::CSK_SHA256)
      digests[file->getFilename()].insert(file->getChecksum()->Value);
  };
  for (const DICompileUnit *unit : finder.compile_units())
    take(unit->getFile());
  for (const DISubprogram *function : finder.subprograms())
    take(function->getFile());
  json::Array sources;
  for (const std::string &file : named)
    if (auto found = digests.find(file); found != digests.end() && found->second.size() == 1)
      sources.push_back(json::Object{{"file", file}, {"sha256", found->second.begin()->str()}});
  return sources;
}

/// What is the same task: calls of one function, or one loop.
static const void *taskOf(const CutSite &site) {
  return site.callee ? static_cast<const void *>(site.callee) : &*site.range;
}

/// The task kinds, each with a site, in the order of their ids: cutting makes futures first, then ranges, then staged
/// loops (passes/Cuts.cpp, Cutter::run).
static MapVector<const void *, const CutSite *> tasksInOrder(const std::vector<CutSite> &sites) {
  MapVector<const void *, const CutSite *> tasks;
  for (StringRef manner : {"future", "range", "loop"})
    for (const CutSite &site : sites)
      if (manner == site.manner())
        tasks.insert({taskOf(site), &site});
  return tasks;
}

// Strings are copied: the partition outlives the module whose metadata they come from.
json::Value describePartition(const std::vector<CutSite> &sites, CostModel &costs) {
  MapVector<const void *, const CutSite *> tasks = tasksInOrder(sites);
  auto functions = taskFunctions(sites);
  DenseMap<const void *, unsigned> ids;
  json::Array kinds, decisions, edges;
  DenseMap<const Function *, unsigned> taskOfFunction;
  for (auto &[key, site] : tasks) {
    if (site->callee)
      taskOfFunction[site->callee->function] = kinds.size();
    FunctionCost cost = site->callee ? costs.cost(*site->callee->function) : costs.iterationCost(site->range->blocks);
    ids[key] = kinds.size();
    kinds.push_back(json::Object{{"id", ids[key]},
                                 {"name", site->taskName().str()},
                                 {"file", site->taskFile().str()},
                                 {"line", site->taskLine()},
                                 {"may_throw", site->callee ? site->callee->mayThrow : true},
                                 {"cost", json::Object{{"base_ns", cost.baseNs}, {"per_element_ns", cost.perElementNs}, {"open", cost.isOpen}}}});
  }
  for (const CutSite &site : sites) {
    json::Object decision = placeObject(outerPlaceOf(*site.where));
    if (site.callee)
      decision["callee"] = site.callee->facts.name.str();
    std::string function = site.where->getFunction()->getName().str();
    decision["in"] = function;
    decision["cut"] = site.manner();
    if (site.isTaken()) {
      unsigned id = ids.lookup(taskOf(site));
      decision["task"] = id;
      decision["cost"] = costObject(site.cost);
      decision["message"] = messageOf(site);
      json::Array shared;
      if (site.loop)
        for (unsigned k = 0; k < site.callee->facts.parameters.size(); ++k)
          if (site.loop->sharedMask & (1u << k))
            shared.push_back(site.callee->facts.parameters[k].name.str());
      decision["shared"] = std::move(shared);
      json::Object edge{{"from", function}, {"to", id}, {"kind", site.manner()}};
      if (auto task = taskOfFunction.find(site.where->getFunction()); task != taskOfFunction.end())
        edge["from_task"] = task->second;
      edges.push_back(std::move(edge));
    } else {
      if (isInsideTask(site, functions))
        decision["inside_task"] = true;
      decision["reason"] = site.refusal.reason;
      decision["message"] = site.refusal.message;
      json::Array notes;
      for (const RemarkNote &note : site.refusal.notes) {
        json::Object object = note.place ? placeObject(note.place) : json::Object();
        object["text"] = note.text;
        notes.push_back(std::move(object));
      }
      decision["notes"] = std::move(notes);
    }
    decisions.push_back(std::move(decision));
  }
  json::Array sources;
  if (!sites.empty())
    sources = describeSources(*sites.front().where->getModule(), decisions);
  return json::Object{{"version", 1},
                      {"tasks", std::move(kinds)},
                      {"sites", std::move(decisions)},
                      {"edges", std::move(edges)},
                      {"sources", std::move(sources)}};
}

} // namespace cleave
