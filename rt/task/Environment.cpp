/* Environment.cpp - the environment in a task: what the program's was lies in the message. */
#include "Task.h"

#include <stddef.h>

namespace cleave {

namespace {
char *variables;
} // namespace

void beginEnvironment(const cleave_image *items) {
  if (!items->environment)
    panic("the environment is asked for, and the message has none");
  variables = reinterpret_cast<char *>(const_cast<cleave_image *>(items)) + items->environment * uint64_t{8};
}

} // namespace cleave

/* As glibc's: the first variable whose text begins with the name and a '='. Nobody writes to the text. */
extern "C" char *getenv(const char *name) {
  for (char *variable = cleave::variables; *variable;) {
    size_t at = 0;
    while (name[at] && name[at] == variable[at])
      ++at;
    if (at && !name[at] && variable[at] == '=')
      return variable + at + 1;
    while (*variable++)
      ;
  }
  return nullptr;
}

/* A program that cleave runs has no more rights than who runs it. */
extern "C" char *secure_getenv(const char *name) { return getenv(name); }
