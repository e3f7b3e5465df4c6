// Settings that each piece of work looks up in the environment when it needs them, as programs do that are run by scripts.
// RUN: env SETTINGS_ROUNDS=150000 SETTINGS_MODULUS=1000003 SETTINGS_LABEL=plain %run-program %s
// PARALLEL
// STATUS-ARGS: 2000
// DOMAIN: numeric
// EXPECT-TASK: simulated
// EXPECT-RAN: simulated
// EXPECT-ITEMS: 200 simulated
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

struct Outcome {
  std::uint64_t state;
  std::string label;
};

static std::uint64_t number(const char *text) {
  std::uint64_t value = 0;
  for (; *text >= '0' && *text <= '9'; ++text)
    value = value * 10 + static_cast<std::uint64_t>(*text - '0');
  return value;
}

Outcome simulated(std::uint64_t state) {
  const char *rounds = std::getenv("SETTINGS_ROUNDS"), *modulus = std::getenv("SETTINGS_MODULUS"), *label = std::getenv("SETTINGS_LABEL");
  const std::uint64_t count = rounds ? number(rounds) : 100000, divisor = modulus ? number(modulus) : 65537;
  for (std::uint64_t i = 0; i < count; ++i)
    state = (state * state + i) % divisor;
  return {state, (label ? std::string(label) : "none") + (std::getenv("SETTINGS_NOT_THERE") ? "!" : ".")};
}

int main(int argc, char **argv) {
  const std::uint64_t pieces = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 200;
  std::uint64_t sum = 0;
  std::size_t letters = 0;
  for (std::uint64_t i = 0; i < pieces; ++i) {
    const Outcome outcome = simulated(i + 2);
    sum = sum * 31 + outcome.state;
    letters += outcome.label.size();
  }
  std::printf("%llu of %llu pieces, %zu letters\n", static_cast<unsigned long long>(sum),
              static_cast<unsigned long long>(pieces), letters);
}
