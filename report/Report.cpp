// Report.cpp - see Report.h. In order: read bundle, figures and sources, describe each part of the page as JSON, fill
// in page.html. Which words and elements a person sees is there; here is only what they are about.
#include "report/Report.h"
#include "Bundle.h"
#include "BundleJson.h"
#include "OutputFile.h"
#include "Readable.h"
#include "report/Figures.h"
#include "report/Graph.h"
#include "report/Kinds.h"
#include "report/Reasons.h"
#include "report/Resource.h"
#include "report/Sites.h"
#include "report/Sources.h"
#include "report/Template.h"
#include "report/Text.h"
#include "report/Timeline.h"
#include "report/Work.h"

#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <map>
#include <memory>

CLEAVE_RESOURCE(page)
CLEAVE_RESOURCE(style)
CLEAVE_RESOURCE(script)

namespace cleave {

namespace {

/// In a page of more sites, each refers to the section that explains its reason and does not repeat it.
constexpr size_t explainedSitesMax = 400;

/// Everything that a page is made from.
struct Inputs {
  const Bundle &bundle;
  Json manifest, partition;
  std::vector<Site> sites;
  std::vector<SourceFile> sources;
  std::unique_ptr<RunStatistics> statistics, before; ///< null: not given
  std::unique_ptr<Trace> trace, traceBefore;
};

} // namespace

static int complain(const std::string &message) {
  fmt::print(stderr, "cleave: {}\n", message);
  return 2;
}

// What follows describes the parts of the page.

static size_t fileIndex(const Inputs &inputs, const std::string &name) {
  auto found = std::find_if(inputs.sources.begin(), inputs.sources.end(),
                            [&](const SourceFile &file) { return file.name == name; });
  return static_cast<size_t>(found - inputs.sources.begin());
}

/// The file's name without folders, where no other file has it.
static std::string shortName(const Inputs &inputs, const std::string &file) {
  auto last = [](const std::string &path) { return path.substr(path.rfind('/') + 1); };
  auto isSame = [&](const SourceFile &other) { return last(other.name) == last(file); };
  return std::count_if(inputs.sources.begin(), inputs.sources.end(), isSame) > 1 ? file : last(file);
}

/// A place with the words and the anchor for a link to it; no anchor where the page does not show the line.
static Json describePlace(const Inputs &inputs, const Place &place) {
  if (place.file.empty())
    return {{"place", "an unknown place"}, {"anchor", nullptr}};
  size_t index = fileIndex(inputs, place.file);
  Json json = {{"place", fmt::format("{}:{}", shortName(inputs, place.file), place.line)}, {"anchor", nullptr}};
  if (index != inputs.sources.size() && inputs.sources[index].shows(place.line))
    json["anchor"] = fmt::format("f{}l{}", index, place.line);
  return json;
}

/// Paragraphs with code in backquotes, and code blocks named "before" or "after", which is what docs/reasons.md is made
/// of.
static Json describeText(std::string_view markdown) {
  Json blocks = Json::array();
  while (!markdown.empty()) {
    if (markdown.substr(0, 3) == "```") {
      size_t line = std::min(markdown.find('\n'), markdown.size() - 1);
      std::string_view info = markdown.substr(0, line);
      size_t end = markdown.find("\n```", line);
      bool isAfter = info.find("after") != info.npos, isBefore = info.find("before") != info.npos;
      blocks.push_back({{"listing", markdown.substr(line + 1, end == markdown.npos ? end : end - line - 1)},
                        {"isBefore", isBefore},
                        {"isAfter", isAfter}});
      markdown.remove_prefix(end == markdown.npos ? markdown.size() : std::min(end + 4, markdown.size()));
    } else {
      std::string_view paragraph = firstParagraph(markdown);
      Json pieces = Json::array();
      bool isCode = false;
      for (std::string_view rest = paragraph; !rest.empty(); isCode = !isCode) {
        size_t end = rest.find('`');
        pieces.push_back({{isCode ? "code" : "words", rest.substr(0, end)}});
        rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
      }
      blocks.push_back({{"paragraph", std::move(pieces)}});
      markdown.remove_prefix(paragraph.size());
    }
    markdown.remove_prefix(std::min(markdown.find_first_not_of('\n'), markdown.size()));
  }
  return blocks;
}

static std::string siteAnchor(const Inputs &inputs, const Site &site) {
  return fmt::format("site{}", &site - inputs.sites.data());
}

/// "call of 'count'", "this loop"; nothing for what is taken, whose message says it.
static std::string whatStays(const Site &site) {
  if (site.task)
    return "";
  return site.callee.empty() ? "this loop" : fmt::format("call of '{}'", site.callee.substr(0, site.callee.find('(')));
}

static Json describeSite(const Inputs &inputs, const Site &site) {
  Json notes = Json::array();
  for (const SiteNote &note : site.notes) {
    Json json =
        note.place.file.empty() ? Json{{"anchor", nullptr}, {"place", nullptr}} : describePlace(inputs, note.place);
    if (note.place.file == site.place.file && !note.place.file.empty())
      json["place"] = fmt::format("line {}", note.place.line);
    json["note"] = note.text;
    notes.push_back(std::move(json));
  }
  Json json = {{"site", siteAnchor(inputs, site)},
               {"isTaken", site.task.has_value()},
               {"isInside", site.isInsideTask},
               {"isLoop", site.manner == "loop"},
               {"isFuture", site.manner == "future"},
               {"isRange", site.manner == "range"},
               {"message", site.message},
               {"what", whatStays(site)},
               {"function", site.function},
               {"callee", site.callee},
               {"shared", fmt::format("{}", fmt::join(site.shared, ", "))},
               {"copies", site.count > 1 ? Json(site.count) : Json()},
               {"notes", std::move(notes)},
               {"reason", nullptr},
               {"meaning", nullptr},
               {"task", nullptr}};
  if (site.task) {
    json["task"] = *site.task;
    json["taskName"] = inputs.bundle.tasks[*site.task].name;
  } else if (std::string_view section = reasonSection(site.reason); !section.empty()) {
    json["reason"] = site.reason;
    if (inputs.sites.size() <= explainedSitesMax)
      json["meaning"] = describeText(firstParagraph(section));
  }
  return json;
}

/// The places of task kinds and reasons, by what they are listed under.
static Json describePlaceOfSite(const Inputs &inputs, const Site &site) {
  Json json = describePlace(inputs, site.place);
  json["anchor"] = siteAnchor(inputs, site);
  json["message"] = site.message;
  json["what"] = whatStays(site);
  json["isLoop"] = site.manner == "loop";
  json["isRange"] = site.manner == "range";
  json["isFuture"] = site.manner == "future";
  return json;
}

static Json describeSources(const Inputs &inputs) {
  std::map<Place, std::vector<const Site *>,
           decltype([](const Place &a, const Place &b) { return std::tie(a.file, a.line) < std::tie(b.file, b.line); })>
      sitesAt;
  for (const Site &site : inputs.sites)
    sitesAt[{site.place.file, site.place.line}].push_back(&site);
  auto marksAt = [&](const std::string &file, uint64_t line) {
    Json marks = Json::array();
    if (auto found = sitesAt.find({file, line}); found != sitesAt.end())
      for (const Site *site : found->second)
        marks.push_back(describeSite(inputs, *site));
    return marks;
  };
  Json files = Json::array();
  for (size_t index = 0; index != inputs.sources.size(); ++index) {
    const SourceFile &file = inputs.sources[index];
    Json chunks = Json::array(), unshown = Json::array();
    uint64_t next = 1, taken = 0, refused = 0;
    for (const SourceChunk &chunk : file.chunks) {
      Json lines = Json::array();
      for (size_t i = 0; i != chunk.lines.size(); ++i)
        lines.push_back({{"line", fmt::format("f{}l{}", index, chunk.first + i)},
                         {"text", chunk.lines[i]},
                         {"marks", marksAt(file.name, chunk.first + i)}});
      chunks.push_back({{"first", chunk.first},
                        {"skipped", chunk.first > next ? Json(chunk.first - next) : Json()},
                        {"lines", std::move(lines)}});
      next = chunk.first + chunk.lines.size();
    }
    for (const Site &site : inputs.sites)
      if (site.place.file == file.name) {
        taken += site.task.has_value();
        refused += !site.task && !site.isInsideTask;
        if (!file.shows(site.place.line)) {
          Json json = describeSite(inputs, site);
          json["place"] = fmt::format("line {}", site.place.line);
          unshown.push_back(std::move(json));
        }
      }
    files.push_back({{"file", file.name},
                     {"id", index},
                     {"taken", taken ? Json(taken) : Json()},
                     {"refused", refused ? Json(refused) : Json()},
                     {"problem", file.problem},
                     {"chunks", std::move(chunks)},
                     {"unshown", std::move(unshown)},
                     {"skippedAtEnd", file.lineCount >= next ? Json(file.lineCount - next + 1) : Json()}});
  }
  Json elsewhere = Json::array();
  for (const Site &site : inputs.sites)
    if (site.place.file.empty())
      elsewhere.push_back(describeSite(inputs, site));
  if (!elsewhere.empty())
    files.push_back(
        {{"file", "Places that are not known"}, {"id", inputs.sources.size()}, {"unshown", std::move(elsewhere)}});
  return files;
}

static Json describeReasons(const Inputs &inputs) {
  std::map<std::string, std::vector<const Site *>> byReason;
  for (const Site &site : inputs.sites)
    if (!site.task)
      byReason[site.reason].push_back(&site);
  std::vector<std::pair<std::string, std::vector<const Site *>>> sorted(byReason.begin(), byReason.end());
  std::sort(sorted.begin(), sorted.end(), [](const auto &a, const auto &b) {
    return a.second.size() != b.second.size() ? a.second.size() > b.second.size() : a.first < b.first;
  });
  Json reasons = Json::array();
  for (const auto &[reason, sites] : sorted) {
    Json places = Json::array();
    uint64_t outside = 0;
    for (const Site *site : sites) {
      outside += !site->isInsideTask;
      places.push_back(describePlaceOfSite(inputs, *site));
      places.back()["isInside"] = site->isInsideTask;
    }
    // Marks lead to sections by their reason's name; what is none may hold anything.
    bool isKnown = !reasonSection(reason).empty();
    reasons.push_back({{"name", reason.empty() ? "no reason given" : reason},
                       {"section", isKnown ? reason : fmt::format("{}", reasons.size())},
                       {"count", outside},
                       {"inside", sites.size() - outside ? Json(sites.size() - outside) : Json()},
                       {"places", std::move(places)},
                       {"blocks", describeText(reasonSection(reason))}});
  }
  return reasons;
}

static Json describeRun(const RunStatistics &run) {
  return {{"mode", run.mode},
          {"workers", run.workers},
          {"wall", readableTime(run.wallSeconds * 1e9)},
          {"coverage", fmt::format("{:.0f}", run.coverage * 100)},
          {"taskTime", readableTime(run.taskSeconds * 1e9)},
          {"programTime", readableTime(run.programSeconds * 1e9)},
          {"tasksRun", run.total.count},
          {"itemsRun", run.total.items},
          {"wasSplit", run.total.count > 0},
          {"parallelism",
           run.wallSeconds > 0 ? fmt::format("{:.2f}", (run.taskSeconds + run.programSeconds) / run.wallSeconds) : "0"},
          {"bytesIn", readableBytes(run.total.bytesIn)},
          {"bytesOut", readableBytes(run.total.bytesOut)},
          {"doneInPlace", run.doneInPlace ? Json(run.doneInPlace) : Json()},
          {"redone", run.redone ? Json(run.redone) : Json()},
          {"abandoned", run.abandoned ? Json(run.abandoned) : Json()}};
}

static Json describeSummary(const Inputs &inputs) {
  uint64_t taken = 0, refused = 0, inside = 0, taskBytes = 0;
  for (const Site &site : inputs.sites) {
    taken += site.task.has_value();
    refused += !site.task && !site.isInsideTask;
    inside += !site.task && site.isInsideTask;
  }
  for (const BundledTask &task : inputs.bundle.tasks)
    taskBytes += task.elf.size();
  return {{"kindCount", counted(inputs.bundle.tasks.size(), "kind")},
          {"takenCount", counted(taken, "place")},
          {"refusedCount", counted(refused, "place")},
          {"staysOrStay", refused == 1 ? "stays" : "stay"},
          {"insideCount", inside ? Json(counted(inside, "place")) : Json()},
          {"hasTasks", !inputs.bundle.tasks.empty()},
          {"hasRefusals", refused + inside > 0},
          {"target", inputs.bundle.target},
          {"features", fmt::format("{}", fmt::join(inputs.bundle.requiredFeatures, ", "))},
          {"size", readableBytes(inputs.bundle.content.size())},
          {"rootSize", readableBytes(inputs.bundle.root.size())},
          {"taskSize", readableBytes(taskBytes)}};
}

static Json describePage(const Inputs &inputs, const std::string &title, const Graph &graph) {
  const RunStatistics *statistics = inputs.statistics.get();
  std::vector<unsigned> colours = chooseColours(inputs.bundle.tasks.size(), statistics, inputs.trace.get());
  Json kinds = describeKinds(inputs.bundle, inputs.manifest, statistics, inputs.before.get(), colours);
  for (size_t id = 0; id != inputs.bundle.tasks.size(); ++id) {
    Json places = Json::array();
    for (const Site &site : inputs.sites)
      if (site.task == id)
        places.push_back(describePlaceOfSite(inputs, site));
    kinds[id]["places"] = std::move(places);
    kinds[id]["definition"] = describePlace(inputs, {inputs.bundle.tasks[id].file, inputs.bundle.tasks[id].line, 0});
  }
  Json page = describeSummary(inputs);
  page.update({{"title", title},
               {"style", styleResource()},
               {"script", scriptResource()},
               {"kinds", std::move(kinds)},
               {"reasons", describeReasons(inputs)},
               {"files", describeSources(inputs)},
               {"graph", {{"svg", graph.svg}, {"graphProblem", graph.problem}}},
               {"run", statistics ? describeRun(*statistics) : Json()},
               {"timeline", inputs.trace ? describeTimeline(*inputs.trace, inputs.bundle.tasks, colours) : Json()}});
  // Absent and not empty, so that no part takes another's.
  if (statistics)
    page["run"]["before"] = inputs.before ? describeRun(*inputs.before) : Json();
  if (inputs.trace)
    page["timeline"]["before"] =
        inputs.traceBefore
            ? describeWork(*inputs.traceBefore, followDependences(*inputs.traceBefore), inputs.bundle.tasks)
            : Json();
  return page;
}

template <class Figures, class Reader>
static Problem readOptional(const std::string &path, const Bundle &bundle, FiguresOf whose, Reader read,
                            std::unique_ptr<Figures> &figures) {
  if (path.empty())
    return std::nullopt;
  figures = std::make_unique<Figures>();
  return read(path, bundle, whose, *figures);
}

static Problem readRuns(const ReportOptions &options, Inputs &inputs) {
  const Bundle &bundle = inputs.bundle;
  if (Problem problem = readOptional(options.statsPath, bundle, FiguresOf::Bundle, readStatistics, inputs.statistics))
    return problem;
  if (Problem problem = readOptional(options.tracePath, bundle, FiguresOf::Bundle, readTrace, inputs.trace))
    return problem;
  if (Problem problem =
          readOptional(options.beforeStatsPath, bundle, FiguresOf::EarlierBuild, readStatistics, inputs.before))
    return problem;
  return readOptional(options.beforeTracePath, bundle, FiguresOf::EarlierBuild, readTrace, inputs.traceBefore);
}

int reportCommand(const ReportOptions &options) {
  for (const std::string &path : {options.output, options.dotPath})
    if (!path.empty())
      if (Problem problem = checkWritable(path))
        return complain(*problem);
  auto opened = openBundle(options.bundle);
  if (auto *error = std::get_if<BundleError>(&opened))
    return complain(error->message);
  const Bundle &bundle = std::get<Bundle>(opened);
  Inputs inputs{bundle,
                parseJson(bundle.manifestJson).value_or(Json()),
                parseJson(bundle.partitionJson).value_or(Json()),
                {},
                {},
                nullptr,
                nullptr,
                nullptr,
                nullptr};
  if (Problem problem = readRuns(options, inputs))
    return complain(*problem);
  inputs.sites = readSites(inputs.partition, bundle.tasks.size());
  inputs.sources = readSources(inputs.sites, inputs.partition, options.sourceFolder);
  Graph graph = drawGraph(bundle, inputs.partition, inputs.statistics.get());
  if (!graph.problem.empty())
    complain(graph.problem);
  std::string title = options.bundle.substr(options.bundle.rfind('/') + 1);
  std::string page = cleanText(renderTemplate(pageResource(), describePage(inputs, title, graph)));
  if (Problem problem = writeOutputFile(options.output, page))
    return complain(*problem);
  if (!options.dotPath.empty())
    if (Problem problem = writeOutputFile(options.dotPath, graph.dot))
      return complain(*problem);
  return 0;
}

} // namespace cleave
