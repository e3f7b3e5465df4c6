// Random numbers that each estimate draws for itself, from a std::random_device or from the system: no two runs draw the same, so
// what is printed is what holds for all of them.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 60000000
// DOMAIN: statistics
// EXPECT-ITEMS: 40 byDevice
// EXPECT-ITEMS: 40 bySystem
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <sys/random.h>
#include <vector>

struct Estimate {
  double pi;
  std::uint64_t first; // of what it drew
};

Estimate byDevice(long darts) {
  std::random_device device;
  std::mt19937 generator(device());
  std::uniform_real_distribution<double> anywhere(0, 1);
  long hits = 0;
  for (long i = 0; i < darts; ++i) {
    const double x = anywhere(generator), y = anywhere(generator);
    hits += x * x + y * y <= 1;
  }
  return {4.0 * static_cast<double>(hits) / static_cast<double>(darts), device() | std::uint64_t{device()} << 32};
}

Estimate bySystem(long darts) {
  std::uint64_t state = 0;
  if (getrandom(&state, sizeof state, 0) != sizeof state)
    return {0, 0};
  const std::uint64_t first = state;
  long hits = 0;
  for (long i = 0; i < darts; ++i) {
    std::uint64_t word = state += 0x9e3779b97f4a7c15u;
    word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9u;
    word = (word ^ word >> 27) * 0x94d049bb133111ebu;
    word ^= word >> 31;
    const double x = static_cast<double>(word >> 32) / 4294967296.0, y = static_cast<double>(word & 0xffffffffu) / 4294967296.0;
    hits += x * x + y * y <= 1;
  }
  return {4.0 * static_cast<double>(hits) / static_cast<double>(darts), first};
}

void print(const char *source, const std::vector<Estimate> &estimates) {
  double sum = 0;
  std::vector<std::uint64_t> drawn;
  for (const Estimate &estimate : estimates) {
    sum += estimate.pi;
    drawn.push_back(estimate.first);
  }
  std::sort(drawn.begin(), drawn.end());
  const bool areDifferent = std::adjacent_find(drawn.begin(), drawn.end()) == drawn.end();
  const double mean = sum / static_cast<double>(estimates.size());
  std::printf("%s: pi is about 3.1: %s; all streams differ: %s\n", source, std::fabs(mean - 3.14159) < 0.02 ? "yes" : "no",
              areDifferent ? "yes" : "no");
}

int main(int argc, char **argv) {
  const long streams = 40, darts = (argc > 1 ? std::atol(argv[1]) : 8000000) / streams;
  std::vector<Estimate> estimates;
  for (long stream = 0; stream < streams; ++stream)
    estimates.push_back(byDevice(darts));
  print("a device each", estimates);
  estimates.clear();
  for (long stream = 0; stream < streams; ++stream)
    estimates.push_back(bySystem(darts));
  print("the system", estimates);
}
