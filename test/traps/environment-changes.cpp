// The environment is the same for all only as long as nobody changes it. Here somebody does, between two calls and inside
// the loop.
// RUN: %run-program %s
// EXPECT-NO-TASK: named
// CHECK-REMARK: 'named' calls 'getenv', whose answer is not a function of its inputs
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

std::uint64_t named(std::uint64_t number) {
  const char *text = std::getenv("TRAP_NUMBER");
  for (int i = 0; i < 200000; ++i)
    number = number * 6364136223846793005u + 1442695040888963407u;
  return number + (text ? static_cast<std::uint64_t>(*text) : 0);
}

int main() {
  std::uint64_t sum = 0;
  for (int i = 0; i < 40; ++i) {
    sum = sum * 31 + named(static_cast<std::uint64_t>(i));
    setenv("TRAP_NUMBER", std::to_string(i).c_str(), 1);
  }
  const std::uint64_t before = named(1);
  unsetenv("TRAP_NUMBER");
  const std::uint64_t after = named(1);
  std::printf("%llu %llu\n", static_cast<unsigned long long>(sum), static_cast<unsigned long long>(before - after));
}
