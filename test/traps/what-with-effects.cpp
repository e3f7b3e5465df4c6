// what() of the library's exceptions says what is wrong and no more. A class of the program's may do anything in it, and whoever
// catches it as one of the library's calls that one.
// RUN: %run-program %s
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

static long offset; // which calls are given, too
static std::vector<std::string> told;

struct Moving : std::runtime_error {
  using std::runtime_error::runtime_error;
  const char *what() const noexcept override {
    offset += 100;
    return std::runtime_error::what();
  }
};

struct Writing : std::logic_error {
  explicit Writing(long *to) : std::logic_error("writing"), to(to) {}
  const char *what() const noexcept override {
    *to += 1000;
    return "it wrote";
  }
  long *to;
};

struct Further : Moving {
  Further() : Moving("further") {}
};

static long crunched(long value) {
  for (int k = 0; k < 30000; ++k)
    value = (value * 48271 + k) % 2147483647;
  return value;
}

[[gnu::noinline]] static long moved(long value) {
  const long result = crunched(value);
  if (result % 5 == 0)
    throw Moving("moving");
  if (result % 5 == 1)
    throw Further();
  return result;
}

[[gnu::noinline]] static long wrote(long value, long *to) {
  const long result = crunched(value);
  if (result % 4 == 0)
    throw Writing(to);
  return result;
}

[[gnu::noinline]] static long fine(long value) {
  const long result = crunched(value);
  if (result % 4 == 0)
    throw std::runtime_error("fine " + std::to_string(value));
  return result;
}

int main() {
  long sum = 0;
  for (long i = 0; i < 60; ++i) {
    try {
      sum = (sum + moved(i + offset)) % 1000003;
    } catch (const std::runtime_error &error) {
      told.push_back(error.what());
    }
  }
  std::printf("moved: %ld %ld %zu\n", sum, offset, told.size());

  long own = 0;
  for (long i = 0; i < 60; ++i) {
    try {
      sum = (sum + wrote(i + own, &own)) % 1000003;
    } catch (const std::exception &error) {
      told.push_back(error.what());
    }
  }
  std::printf("wrote: %ld %ld %zu\n", sum, own, told.size());

  for (long i = 0; i < 60; ++i) {
    try {
      sum = (sum + fine(i + offset)) % 1000003;
    } catch (const std::exception &error) {
      told.push_back(error.what());
    }
  }
  std::printf("fine: %ld %zu\n", sum, told.size());
  for (const std::string &text : told)
    std::printf("%s\n", text.c_str());
}
