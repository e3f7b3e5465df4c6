// Pi by throwing darts, in several independent streams of an own generator, one object a stream.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 4000000
// DOMAIN: statistics
// EXPECT-ITEMS: 64 hits
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

class Generator {
public:
  explicit Generator(std::uint64_t seed) : state(seed * 0x9e3779b97f4a7c15u + 1) {}
  double next() {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return static_cast<double>(state >> 11) / 9007199254740992.0;
  }

private:
  std::uint64_t state;
};

long hits(Generator generator, long darts) {
  long count = 0;
  for (long i = 0; i < darts; ++i) {
    const double x = generator.next(), y = generator.next();
    if (x * x + y * y <= 1)
      ++count;
  }
  return count;
}

int main(int argc, char **argv) {
  const long streams = 64, darts = argc > 1 ? std::atol(argv[1]) : 400000;
  long total = 0;
  for (long stream = 0; stream < streams; ++stream)
    total += hits(Generator(stream + 1), darts);
  std::printf("pi is about %.6f\n", 4.0 * static_cast<double>(total) / static_cast<double>(streams * darts));
}
