// RemarkRecord.cpp - remarks as clang's -fsave-optimization-record has them: one document each, the pass "cleave", the
// kind and the name of the remark, its place, the function, and the message in pieces. A note is a piece with a place
// of its own, so that opt-viewer makes a link of it.
//
// A remark's name is an identifier by convention, so the reason `global-write` is written `GlobalWrite`; what became a
// task has the name `Task`.
#include "tools/RemarkRecord.h"
#include "frontend/Output.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Remarks/Remark.h"
#include "llvm/Remarks/RemarkSerializer.h"
#include "llvm/Support/Regex.h"
#include "llvm/Support/StringSaver.h"

using namespace llvm;

namespace cleave {

static constexpr StringLiteral passName = "cleave";

static std::string nameOf(const Remark &remark) {
  if (remark.kind == Remark::Kind::Taken)
    return "Task";
  std::string name;
  bool isStart = true;
  for (char c : remark.reason) {
    if (c != '-')
      name += isStart ? toUpper(c) : c;
    isStart = c == '-';
  }
  return name;
}

static std::optional<remarks::RemarkLocation> locationOf(const SourcePlace &place) {
  if (!place)
    return std::nullopt;
  return remarks::RemarkLocation{place.file, place.line, place.column};
}

/// Views point into `remark` and `saver`.
static remarks::Remark convert(const Remark &remark, StringSaver &saver) {
  remarks::Remark record;
  record.RemarkType = remark.kind == Remark::Kind::Taken ? remarks::Type::Passed : remarks::Type::Missed;
  record.PassName = passName;
  record.RemarkName = saver.save(nameOf(remark));
  record.FunctionName = remark.function;
  record.Loc = locationOf(remark.place);
  record.Args.emplace_back("String", remark.message);
  for (const RemarkNote &note : remark.notes) {
    record.Args.emplace_back("Note", saver.save("; " + note.text));
    record.Args.back().Loc = locationOf(note.place);
  }
  return record;
}

static Error serialise(remarks::Format format, ArrayRef<Remark> remarks, raw_ostream &out) {
  Expected<std::unique_ptr<remarks::RemarkSerializer>> serialiser = remarks::createRemarkSerializer(format, out);
  if (!serialiser)
    return serialiser.takeError();
  BumpPtrAllocator storage;
  StringSaver saver(storage);
  for (const Remark &remark : remarks)
    (*serialiser)->emit(convert(remark, saver));
  (*serialiser)->finalize();
  return Error::success();
}

Error writeRemarkRecord(const RemarkRecordFile &file, ArrayRef<Remark> remarks) {
  Expected<remarks::Format> format = remarks::parseFormat(file.format);
  if (!format)
    return format.takeError();
  Regex passes(file.passes.empty() ? "." : file.passes);
  if (std::string problem; !passes.isValid(problem))
    return createStringError("'-foptimization-record-passes=" + file.passes + "': " + problem);
  if (!passes.match(passName))
    remarks = {};
  std::string content;
  raw_string_ostream out(content);
  if (Error error = serialise(*format, remarks, out))
    return error;
  return writeOutput(file.path, [&](raw_ostream &output) { output << content; });
}

} // namespace cleave
