// Progress.h - one line on the terminal while a long run goes on.
#ifndef CLEAVE_NODE_PROGRESS_H
#define CLEAVE_NODE_PROGRESS_H

#include "cleave/exchange.h"

#include <string>

namespace cleave {

struct RunOptions;

/// Whether a person may see it: never, where it stands apart from the program's output, or there as well.
enum class ProgressWish { No, IfApart, Always };
ProgressWish progressWish(const RunOptions &options);

/// What the line says.
struct ProgressFigures {
  uint64_t tasks = 0, found = 0;      ///< done so far, and calls whose results the store had
  uint64_t bytesIn = 0, bytesOut = 0; ///< so far
  uint64_t loop = 0;                  ///< cleave_counters::loop
  uint32_t running = 0;               ///< tasks, at this moment
  uint32_t workers = 0;               ///< that are there, at work or not
};

/// Of the hosted node: `running` are tasks in jailed processes; local workers are counted here.
ProgressFigures progressOf(const cleave_control &control, uint32_t running);

/// How far the loop is that the program is at, and how long it still takes if it goes on as it did while it was watched.
class LoopWatch {
public:
  /// "loop 45 %, about 12 s left"; empty as long as there is nothing to go by.
  std::string look(uint64_t loop, uint64_t nowNs);

private:
  uint32_t number = 0; ///< 0: none
  uint64_t firstNs = 0;
  double firstPart = 0;
};

class Progress {
public:
  /// Made before the node lets go of the program's streams.
  explicit Progress(ProgressWish wish);
  Progress(const Progress &) = delete;
  Progress &operator=(const Progress &) = delete;
  /// Takes the line away.
  ~Progress();

  /// For how long the node may wait for something to happen before it calls show(): milliseconds, or -1 for ever.
  int waitMs() const;
  /// Shows the line if it is time to, with what `figures` answers then; may be called at any time.
  template <class Figures> void show(Figures figures) {
    if (isDue())
      write(figures());
  }
  /// Takes the line away until it is shown again: the program is about to write to the terminal.
  void clear();
  /// Whether it will ever be shown.
  bool isOn() const { return isWanted; }

private:
  bool isDue() const;
  void write(const ProgressFigures &figures);

  bool isWanted;
  uint64_t startNs, nextNs;
  bool isOnScreen = false;
  LoopWatch watch;
};

} // namespace cleave

#endif
