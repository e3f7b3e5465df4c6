// FakeNode.h - a node and its workers as threads of the test, over memory laid out as exchange.h says.
//
// The root's runtime cannot tell: it asks for workers in the slots' states, writes messages and reads results. What a
// worker does with a message is the test's: a function for each kind, and it may throw, die or answer rubbish.
#ifndef CLEAVE_TEST_FAKENODE_H
#define CLEAVE_TEST_FAKENODE_H

#include "cleave/exchange.h"
#include "cleave/program.h"

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

enum class Ending { Done, Thrown, Panic, Die, Garbage };

// Works on one item: args[] as a task gets them, constructs the result.
using Work = std::function<Ending(void *const *args, void *result)>;

class FakeNode {
public:
  explicit FakeNode(uint32_t workers, uint32_t kinds);
  ~FakeNode();

  void setKind(const cleave_kind &kind, Work work);
  // Attaches the runtime of this process.
  void attach();

  cleave_control &control() { return *header; }
  const cleave_counters &counters() const { return header->counters; }
  uint64_t tasks(uint32_t kind) const { return cleave_control_kind(header, kind)->count; }
  uint64_t items(uint32_t kind) const { return cleave_control_kind(header, kind)->items; }
  // Called when the root gives up a run; the default prints the cause and ends the process with status 125.
  std::function<void(const cleave_failure &)> onFailure;
  // Workers take at least that long for a message, and differ from each other.
  std::atomic<unsigned> delayUs{0};

private:
  struct Kind {
    const cleave_kind *kind = nullptr;
    Work work;
  };
  void supervise();
  void serve(uint32_t slot);
  bool perform(uint32_t slot, uint32_t number, cleave_result &result);
  void bell();

  cleave_control *header;
  uint8_t *exchange, *arena;
  int event;
  std::vector<Kind> kinds;
  std::vector<std::thread> workers;
  std::vector<std::atomic<bool>> isStopped;
  std::thread supervisor;
  std::atomic<bool> isEnding{false};
};

#endif
