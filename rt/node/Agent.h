// Agent.h - a process beside the program that opens inputs by label for it, and brings objects that other nodes hold
// (cleave/agent.h, docs/store.md). A process of its own: the program waits for an answer, and meanwhile the supervisor must
// not; and what a network may do to it, it does to nobody else.
#ifndef CLEAVE_NODE_AGENT_H
#define CLEAVE_NODE_AGENT_H

#include "Inputs.h"

#include "cleave/exchange.h"
#include <string>
#include <vector>

namespace cleave {

struct AgentPlan {
  StoreAccess store;
  std::vector<BoundInput> inputs;
  CheckedBlobs checked;
  std::string index;                 ///< empty: the store's own
  cleave_control *control = nullptr; ///< null: the program asks for no objects
  bool isQuiet = false;             ///< errors are told, and no more
};

/// What the program opened: for the record of the run.
struct OpenedInput {
  std::string label, path;
  uint64_t version = 0, bytes = 0;
  int64_t changedNs = 0;
};

struct AgentReport {
  std::vector<OpenedInput> opened;
  uint64_t fetchedRecords = 0, fetchedBlobs = 0, fetchedBytes = 0, failedFetches = 0;
};

struct PreparedInputs {
  std::vector<LabelEntry> bound; ///< those that were given a file
  uint64_t fetchedBlobs = 0, fetchedBytes = 0, failedFetches = 0;
};
/// Binds what is to be bound, and sees that the rest is. Errors: for a person.
Problem prepareInputs(AgentPlan &plan, PreparedInputs &prepared);

class Agent {
public:
  Agent() = default;
  Agent(const Agent &) = delete;
  ~Agent(); ///< no process is left

  Problem start(const AgentPlan &plan);
  /// For the program, close-on-exec; -1: there is no agent.
  int programEnd() const { return forProgram.get(); }
  /// When the program has ended.
  AgentReport finish();

private:
  Descriptor forProgram, life, process, report;
  pid_t pid = -1;
};

} // namespace cleave

#endif
