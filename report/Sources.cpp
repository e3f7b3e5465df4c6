// Sources.cpp - see Sources.h.
//
// A text that has changed since it was compiled would show a mark at a line that has nothing to do with it. So the text
// is shown if its digest is that of the partition, and otherwise the report says what is the matter and lists the
// places without it. A file of which the partition has no digest (a library's header) is not shown either.
//
// Short files are shown whole. Of long ones, what is near a place: a file of 20,000 lines with one task in it is not
// worth a page of a megabyte.
#include "report/Sources.h"
#include "Digest.h"
#include "report/Text.h"

#include <algorithm>
#include <fmt/format.h>

namespace cleave {

static constexpr uint64_t wholeLinesMax = 600; ///< a file of so many lines is shown whole
static constexpr uint64_t contextLines = 12;   ///< in a longer one, above and below each place

bool SourceFile::shows(uint64_t line) const {
  return std::any_of(chunks.begin(), chunks.end(), [&](const SourceChunk &chunk) {
    return line >= chunk.first && line < chunk.first + chunk.lines.size();
  });
}

static std::vector<std::string> linesOf(const std::string &text) {
  std::vector<std::string> lines;
  for (size_t at = 0; at < text.size();) {
    size_t end = std::min(text.find('\n', at), text.size());
    size_t length = end - at - (end > at && text[end - 1] == '\r');
    lines.push_back(cleanText(std::string_view(text).substr(at, length)));
    at = end + 1;
  }
  return lines;
}

static void cut(SourceFile &file, std::vector<std::string> lines, const std::set<uint64_t> &wanted) {
  file.lineCount = lines.size();
  if (lines.size() <= wholeLinesMax) {
    file.chunks.push_back({1, std::move(lines)});
    return;
  }
  for (uint64_t line : wanted) {
    uint64_t first = line > contextLines ? line - contextLines : 1,
             last = std::min(line + contextLines, file.lineCount);
    if (!file.chunks.empty()) {
      SourceChunk &before = file.chunks.back();
      uint64_t next = before.first + before.lines.size();
      if (first <= next + 3) { // a gap of three lines is not worth saying
        for (uint64_t at = next; at <= last; ++at)
          before.lines.push_back(lines[at - 1]);
        continue;
      }
    }
    if (first <= last)
      file.chunks.push_back(
          {first, {lines.begin() + static_cast<long>(first - 1), lines.begin() + static_cast<long>(last)}});
  }
}

static void readSource(SourceFile &file, const std::string &digest, const std::string &folder,
                       const std::set<uint64_t> &wanted) {
  if (digest.empty()) {
    file.problem = "This is a file of a library, or one without a digest in the bundle, so its text is not shown.";
    return;
  }
  std::vector<std::string> paths = {file.name};
  if (!folder.empty() && file.name.front() != '/')
    paths = {folder + "/" + file.name};
  if (!folder.empty())
    paths.push_back(folder + "/" + file.name.substr(file.name.rfind('/') + 1));
  std::string text;
  bool wasFound = false;
  Problem problem;
  for (const std::string &path : paths) {
    if (Problem reason = readFile(path, text)) {
      problem = problem ? problem : reason;
      continue;
    }
    wasFound = true;
    if (hexOf(sha256(text)) != digest)
      continue;
    cut(file, linesOf(text), wanted);
    return;
  }
  file.problem =
      wasFound ? "This file is no longer the text that was compiled, so it is not shown: compile again for a report "
                 "with the source."
               : fmt::format("The source is not here ({}): make the report where the program was compiled, or say "
                             "--source=FOLDER.",
                             problem.value_or("no such file"));
}

std::vector<SourceFile> readSources(const std::vector<Site> &sites, const Json &partition, const std::string &folder) {
  std::map<std::string, std::set<uint64_t>> wanted;
  for (const Site &site : sites) {
    if (!site.place.file.empty())
      wanted[site.place.file].insert(site.place.line);
    for (const SiteNote &note : site.notes)
      if (!note.place.file.empty())
        wanted[note.place.file].insert(note.place.line);
  }
  std::map<std::string, std::string> digests;
  for (const Json &source : listOf(partition, "sources"))
    digests[textOf(source, "file")] = textOf(source, "sha256");
  std::vector<SourceFile> files;
  for (const auto &[name, lines] : wanted) {
    SourceFile &file = files.emplace_back();
    file.name = name;
    readSource(file, digests[name], folder, lines);
  }
  return files;
}

} // namespace cleave
