#include "Environment.h"

#include "../task/Layout.h"

#include <string.h>
#include <unistd.h>

namespace cleave::environment {

namespace {
uint64_t textBytes; /* all of them, with the empty one's zero; 0: not counted yet */
} // namespace

uint64_t bytes() {
  if (!textBytes) {
    textBytes = 1;
    for (char **variable = environ; variable && *variable; ++variable)
      textBytes += strlen(*variable) + 1;
  }
  return alignUp(textBytes, 8);
}

void write(uint8_t *to) {
  uint64_t left = bytes();
  for (char **variable = environ; variable && *variable; ++variable) {
    uint64_t length = strlen(*variable) + 1;
    memcpy(to, *variable, length);
    to += length;
    left -= length;
  }
  memset(to, 0, left);
}

} // namespace cleave::environment
