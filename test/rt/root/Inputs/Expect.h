// Expect.h - what the tools of this folder share: a count of what was not as it should be, and the vector that travels.
#ifndef CLEAVE_TEST_EXPECT_H
#define CLEAVE_TEST_EXPECT_H

#include <cstdio>
#include <vector>

using Numbers = std::vector<long>;

inline int failures;
inline void expect(bool isTrue, const char *what) {
  if (!isTrue)
    ++failures, std::printf("FAIL: %s\n", what);
}

#endif
