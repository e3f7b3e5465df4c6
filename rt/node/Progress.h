// Progress.h - one line on the terminal while a long run goes on.
#ifndef CLEAVE_NODE_PROGRESS_H
#define CLEAVE_NODE_PROGRESS_H

#include "cleave/exchange.h"

namespace cleave {

/// What the line says.
struct ProgressFigures {
  uint64_t tasks = 0, bytesIn = 0, bytesOut = 0; ///< done so far
  uint32_t running = 0;                          ///< tasks, at this moment
  uint32_t workers = 0;                          ///< that are there, at work or not
};

/// Of the hosted node: `running` are tasks in jailed processes; local workers are counted here.
ProgressFigures progressOf(const cleave_control &control, uint32_t running);

class Progress {
public:
  /// Made before the node lets go of the program's streams. `isWanted` false: nothing is shown.
  explicit Progress(bool isWanted);
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
};

} // namespace cleave

#endif
