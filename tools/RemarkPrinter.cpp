// RemarkPrinter.cpp - see RemarkPrinter.h. Editors and CMake read these lines with the pattern that they have for
// clang's, so the form is clang's to the letter; only the source line with its caret is left out, since an object that
// was compiled elsewhere has no source to show.
#include "tools/RemarkPrinter.h"
#include "llvm/Support/WithColor.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace cleave {

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

void printRemark(raw_ostream &out, const Remark &remark, bool inColour) {
  bool isTaken = remark.kind == Remark::Kind::Taken;
  out.enable_colors(inColour);
  printBold(out, prefix(remark.place), inColour);
  printBold(out, "remark: ", inColour, raw_ostream::BLUE);
  printBold(out, remark.message + (isTaken ? " [-Rcleave]" : " [-Rcleave-missed=" + remark.reason + "]"), inColour);
  out << '\n';
  for (const RemarkNote &note : remark.notes) {
    printBold(out, prefix(note.place ? note.place : remark.place), inColour);
    printBold(out, "note: ", inColour, raw_ostream::CYAN);
    out << note.text << '\n';
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
