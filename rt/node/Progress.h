// Progress.h - one line on the terminal while a long run goes on.
#ifndef CLEAVE_NODE_PROGRESS_H
#define CLEAVE_NODE_PROGRESS_H

#include "cleave/exchange.h"

namespace cleave {

class Progress {
public:
  /// Made before the node lets go of the program's streams. `control` may be null, and `isWanted` false: then nothing
  /// is shown.
  Progress(const cleave_control *control, bool isWanted);
  Progress(const Progress &) = delete;
  Progress &operator=(const Progress &) = delete;
  /// Takes the line away.
  ~Progress();

  /// For how long the node may wait for something to happen before it calls show(): milliseconds, or -1 for ever.
  int waitMs() const;
  /// Shows the line if it is time to; may be called at any time.
  void show();

private:
  const cleave_control *control; ///< null: nothing is shown
  uint64_t startNs, nextNs;
  bool isOnScreen = false;
};

} // namespace cleave

#endif
