// RemarkPrinter.cpp - see RemarkPrinter.h. Editors and CMake read these lines with the pattern that they have for
// clang's, so the form is clang's to the letter:
//
//     main.cpp:3:57: remark: call of 'work' stays in place: 'work' changes global 'hits' [-Rcleave-missed=global-write]
//         3 |   for (int i = 0; i < n; ++i) sum += work(i);
//           |                                      ^
//     main.cpp:1:20: note: it happens here; return the change, and let the caller make it
//
// An object may have been compiled elsewhere or long ago. So a line is shown if the file is there and its digest is that
// of the text that was compiled, which the partition has; a line that is not what it was would be worse than none.
#include "tools/RemarkPrinter.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/SHA256.h"
#include "llvm/Support/Unicode.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace cleave {

/// Nobody reads generated lines.
static constexpr size_t lineBytesMax = 400;

static void printBold(raw_ostream &out, const Twine &text, bool inColour,
                      raw_ostream::Colors colour = raw_ostream::SAVEDCOLOR) {
  if (inColour)
    out.changeColor(colour, /*Bold=*/true);
  out << text;
  if (inColour)
    out.resetColor();
}

static std::string prefix(const SourcePlace &place) {
  if (!place)
    return "<unknown>:0:0: ";
  return place.file + ":" + std::to_string(place.line) + ":" + std::to_string(place.column) + ": ";
}

RemarkPrinter::RemarkPrinter(raw_ostream &out, DiagnosticStyle style, const json::Value &partition)
    : out(out), style(style) {
  out.enable_colors(style.inColour);
  const json::Object *object = partition.getAsObject();
  const json::Array *sources = object ? object->getArray("sources") : nullptr;
  if (!sources || !style.showsSource)
    return;
  for (const json::Value &source : *sources)
    if (const json::Object *file = source.getAsObject())
      digests[file->getString("file").value_or("")] = file->getString("sha256").value_or("").str();
}

/// What is on the screen in place of `text`: tabs end at the next stop, and what is no text of a line shows as '?'.
static std::string onScreen(StringRef text, unsigned tabStop) {
  std::string shown;
  for (char c : text)
    if (c == '\t')
      shown.append(tabStop - static_cast<unsigned>(std::max(sys::unicode::columnWidthUTF8(shown), 0)) % tabStop, ' ');
    else
      shown += static_cast<unsigned char>(c) < ' ' || c == '\x7f' ? '?' : c;
  return shown;
}

StringRef RemarkPrinter::lineAt(const SourcePlace &place) {
  auto digest = digests.find(place.file);
  if (digest == digests.end())
    return {};
  auto [entry, isNew] = files.try_emplace(place.file);
  if (isNew)
    if (ErrorOr<std::unique_ptr<MemoryBuffer>> buffer = MemoryBuffer::getFile(place.file)) {
      std::array<uint8_t, 32> found = SHA256::hash(arrayRefFromStringRef((*buffer)->getBuffer()));
      if (toHex(found, /*LowerCase=*/true) == StringRef(digest->second).lower())
        entry->second = std::move(*buffer);
    }
  if (!entry->second)
    return {};
  StringRef rest = entry->second->getBuffer();
  for (unsigned line = 1; line != place.line && !rest.empty(); ++line)
    rest = rest.split('\n').second;
  return rest.split('\n').first.rtrim('\r');
}

void RemarkPrinter::printSource(const SourcePlace &place) {
  bool isShown = place.file == shown.file && place.line == shown.line && place.column == shown.column;
  StringRef line = isShown || !place ? StringRef() : lineAt(place);
  if (line.empty() || line.size() > lineBytesMax || place.column == 0 || place.column > line.size())
    return;
  shown = place;
  std::string before = onScreen(line.take_front(place.column - 1), style.tabStop), all = onScreen(line, style.tabStop);
  int width = sys::unicode::columnWidthUTF8(before);
  if (width < 0) // no UTF-8
    return;
  if (style.showsLineNumbers)
    out << formatv("{0,5} | ", place.line);
  out << all << '\n';
  if (style.showsLineNumbers)
    out << "      | ";
  out.indent(static_cast<unsigned>(width));
  printBold(out, "^", style.inColour, raw_ostream::GREEN);
  out << '\n';
}

void RemarkPrinter::printHead(const SourcePlace &place, StringRef what, raw_ostream::Colors colour) {
  printBold(out, prefix(place), style.inColour);
  printBold(out, what, style.inColour, colour);
}

void RemarkPrinter::print(const Remark &remark) {
  bool isTaken = remark.kind == Remark::Kind::Taken;
  shown = {};
  printHead(remark.place, "remark: ", raw_ostream::BLUE);
  printBold(out, remark.message + (isTaken ? " [-Rcleave]" : " [-Rcleave-missed=" + remark.reason + "]"),
            style.inColour);
  out << '\n';
  printSource(remark.place);
  for (const RemarkNote &note : remark.notes) {
    const SourcePlace &place = note.place ? note.place : remark.place;
    printHead(place, "note: ", raw_ostream::CYAN);
    out << note.text << '\n';
    printSource(place);
  }
}

void printError(raw_ostream &out, StringRef message, bool inColour) {
  out.enable_colors(inColour);
  printBold(out, "cleave++: ", inColour);
  printBold(out, "error: ", inColour, raw_ostream::RED);
  printBold(out, message, inColour);
  out << '\n';
}

} // namespace cleave
