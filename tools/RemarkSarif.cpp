// RemarkSarif.cpp - remarks as SARIF 2.1.0 (OASIS standard, "Static Analysis Results Interchange Format").
//
// Each reason is a rule, whose help is its section of docs/reasons.md. What stays in place is a result of level "note",
// the lowest that code hosts show: it is no mistake. What became a task is of kind "informational", which viewers hide
// unless asked. Only rules that a result has are listed, in alphabetical order, so the file is the same for the same
// program.
#include "frontend/Output.h"
#include "report/Reasons.h"
#include "tools/RemarkRecord.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Demangle/Demangle.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/Path.h"
#include <map>

using namespace llvm;

namespace cleave {

static constexpr StringLiteral schema =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
static constexpr StringLiteral takenRule = "task";

static std::string ruleOf(const Remark &remark) {
  return remark.kind == Remark::Kind::Taken ? takenRule.str() : remark.reason;
}

static json::Object text(const Twine &words) { return json::Object{{"text", json::fixUTF8(words.str())}}; }

/// RFC 3986: a relative reference, or file: for an absolute path.
static std::string uriOf(StringRef path) {
  std::string uri = sys::path::is_absolute(path) ? "file://" : "";
  for (char c : path)
    if (isAlnum(c) || StringRef("/-._~+").contains(c))
      uri += c;
    else
      uri += "%" + toHex(StringRef(&c, 1));
  return uri;
}

static json::Object physicalLocation(const SourcePlace &place) {
  json::Object region{{"startLine", place.line}};
  if (place.column)
    region["startColumn"] = place.column;
  return json::Object{{"artifactLocation", json::Object{{"uri", uriOf(place.file)}}}, {"region", std::move(region)}};
}

static json::Object resultOf(const Remark &remark, unsigned ruleIndex) {
  bool isTaken = remark.kind == Remark::Kind::Taken;
  std::string message = remark.message;
  json::Array related;
  for (const RemarkNote &note : remark.notes)
    if (note.place)
      related.push_back(json::Object{{"id", int64_t(related.size())},
                                     {"physicalLocation", physicalLocation(note.place)},
                                     {"message", text(note.text)}});
    else
      message += "; " + note.text;
  json::Object location;
  if (remark.place)
    location["physicalLocation"] = physicalLocation(remark.place);
  if (!remark.function.empty())
    location["logicalLocations"] =
        json::Array{json::Object{{"fullyQualifiedName", json::fixUTF8(demangle(remark.function))},
                                 {"decoratedName", json::fixUTF8(remark.function)},
                                 {"kind", "function"}}};
  json::Object result{{"ruleId", ruleOf(remark)},
                      {"ruleIndex", ruleIndex},
                      {"level", isTaken ? "none" : "note"},
                      {"kind", isTaken ? "informational" : "fail"},
                      {"message", text(message)}};
  if (!location.empty())
    result["locations"] = json::Array{std::move(location)};
  if (!related.empty())
    result["relatedLocations"] = std::move(related);
  return result;
}

static StringRef view(std::string_view words) { return {words.data(), words.size()}; }

static json::Object describeRule(StringRef rule) {
  json::Object object{{"id", rule.str()}}; // a copy: the document outlives the map
  if (rule == takenRule) {
    object["shortDescription"] = text("work that runs as a task");
    return object;
  }
  StringRef section = view(reasonSection(rule));
  object["shortDescription"] = text("a call or loop stays in place: " + rule);
  object["defaultConfiguration"] = json::Object{{"level", "note"}};
  if (!section.empty()) {
    object["fullDescription"] = text(view(firstParagraph(section)));
    object["help"] = json::Object{{"text", section}, {"markdown", section}};
  }
  return object;
}

static json::Value describe(ArrayRef<Remark> remarks) {
  std::map<std::string, unsigned> ruleIndices;
  for (const Remark &remark : remarks)
    ruleIndices.try_emplace(ruleOf(remark));
  json::Array rules, results;
  for (auto &[rule, index] : ruleIndices) {
    index = rules.size();
    rules.push_back(describeRule(rule));
  }
  for (const Remark &remark : remarks)
    results.push_back(resultOf(remark, ruleIndices.at(ruleOf(remark))));
  json::Object driver{{"name", "cleave++"},
                      {"version", CLEAVE_VERSION},
                      {"semanticVersion", CLEAVE_VERSION},
                      {"rules", std::move(rules)}};
  json::Object run{{"tool", json::Object{{"driver", std::move(driver)}}},
                   {"columnKind", "unicodeCodePoints"},
                   {"results", std::move(results)}};
  return json::Object{{"$schema", schema}, {"version", "2.1.0"}, {"runs", json::Array{std::move(run)}}};
}

Error writeSarif(const std::string &path, ArrayRef<Remark> remarks) {
  json::Value document = describe(remarks);
  return writeOutput(path, [&](raw_ostream &out) { out << formatv("{0:2}\n", document); });
}

} // namespace cleave
