// Asking.h - a staged loop's questions, as compiled code asks them (passes/LoopLowering.cpp).
#ifndef CLEAVE_TEST_RT_ROOT_ASKING_H
#define CLEAVE_TEST_RT_ROOT_ASKING_H

#include "cleave/program.h"

/// After answer 2 it is not asked for the next CLEAVE_PLAIN_CALLS calls: these are 2 as well.
class Asking {
public:
  explicit Asking(void *loop) : loop(loop) {}
  int next(void *result) {
    if (unasked) {
      --unasked;
      return 2;
    }
    int answer = cleave_loop_next(loop, result);
    if (answer == 2)
      unasked = CLEAVE_PLAIN_CALLS;
    return answer;
  }

private:
  void *loop;
  long unasked = 0;
};
#endif
