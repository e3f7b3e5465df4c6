// RunRecord.h - what a store's folder keeps of a run: which program, on what, and what its items' names came from. From two
// of them follows why work was done again (`cleave run --explain`), from one what an object was made of (`cleave why`).
//
//     runs/<run id>.json      the program, its arguments, the files among them, its task kinds
//     runs/<run id>.items     cleave_named_item[] (exchange.h), in the order in which they were named
#ifndef CLEAVE_NODE_RUN_RECORD_H
#define CLEAVE_NODE_RUN_RECORD_H

#include "Bundle.h"
#include "Descriptor.h"

#include "cleave/exchange.h"
#include <string>
#include <vector>

namespace cleave {

struct RunKind {
  std::string name, file, task; ///< task: its name as an object, as text
  uint32_t line = 0;
  std::vector<std::string> parameters;
  std::string outside;    ///< what else it depends on (outsideOf): if anything, it has no names
  uint64_t itemsAnew = 0; ///< and so many of it this run made
};

struct RunInput {
  std::string path;
  uint64_t bytes = 0;
  int64_t changedNs = 0;
  std::string label; ///< empty: the program named the file itself
  uint64_t version = 0;
};

struct RunRecord {
  std::string id;
  std::string program; ///< the bundle's path, absolute
  std::vector<std::string> arguments;
  std::vector<RunInput> inputs; ///< standard input, arguments that are files, labels that were opened
  int64_t beganS = 0;
  std::vector<RunKind> kinds;
  std::vector<cleave_named_item> items;
};

/// What is known before the run: the inputs as they are then.
RunRecord beginRunRecord(const std::string &bundlePath, const std::vector<std::string> &command, const Bundle &bundle);
/// With the run's id and items, into the store. Runs long ago are taken out of it.
Problem writeRunRecord(const std::string &store, const RunRecord &record);
/// Absent or senseless: an error.
std::optional<RunRecord> readRunRecord(const std::string &store, const std::string &id);
/// The last run of a program.
std::optional<RunRecord> lastRunOf(const std::string &store, const std::string &program);

/// For a person: what came of the run as a whole (CLEAVE_WHOLE_...).
std::string explainWhole(uint32_t whole, const Bundle &bundle);
/// For a person: what each kind of task came to, and for what was not found why its name was not known.
std::string explainRun(const RunRecord &now, const std::optional<RunRecord> &before);

} // namespace cleave

#endif
