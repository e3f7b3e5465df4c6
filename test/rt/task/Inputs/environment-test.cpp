// environment-test.cpp - what a task finds in its message's environment is what the program finds in its own, odd entries
// included, and it lies where the message says.
#include "rt/root/Environment.h"
#include "rt/task/Task.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <unistd.h>
#include <vector>

extern "C" char *taskGetenv(const char *);

void cleave::panic(const char *why) {
  std::printf("panic: %s\n", why);
  std::exit(1);
}

static std::string textOf(const char *found) { return found ? "'" + std::string(found) + "'" : "nothing"; }

int main(int count, char **words) {
  static const char *const odd[] = {"A=1", "AB=2", "A=3", "EMPTY=", "NOTHING", "=x", "K=v=w", "LAST=last one"};
  std::vector<char *> variables;
  for (const char *text : odd)
    variables.push_back(const_cast<char *>(text));
  variables.push_back(nullptr);
  if (count > 1) // none at all
    variables = {nullptr};
  environ = variables.data();

  const uint64_t bytes = cleave::environment::bytes();
  std::vector<uint64_t> message((sizeof(cleave_image) + bytes) / 8 + 4, ~uint64_t{0});
  auto *image = reinterpret_cast<cleave_image *>(message.data());
  image->environment = sizeof(cleave_image) / 8 + 2;
  uint64_t behind = message.back();
  cleave::environment::write(reinterpret_cast<uint8_t *>(message.data() + image->environment));
  if (message.back() != behind || bytes % 8)
    std::printf("FAIL: more than its bytes\n");
  cleave::beginEnvironment(image);
  int failures = 0;
  for (const char *name : std::initializer_list<const char *>{"A", "AB", "ABC", "EMPTY", "NOTHING", "", "=", "K", "K=v", "LAST", "last", "B", words[0]})
    if (std::string there = textOf(taskGetenv(name)), here = textOf(std::getenv(name)); there != here && ++failures)
      std::printf("FAIL: '%s' is %s, and in the program %s\n", name, there.c_str(), here.c_str());
  std::printf("found as the program does: %s\n", failures ? "no" : "yes");
}
