// The contrast of pictures stretched: count the shades, make a table of their ranks, and look every pixel up.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 500
// DOMAIN: image
#include <array>
#include <cstdio>
#include <cstdlib>
#include <vector>

int main(int argc, char **argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 10;
  std::vector<unsigned char> picture(3000000);
  unsigned seed = 4;
  for (unsigned char &pixel : picture) {
    seed = seed * 1664525u + 1013904223u;
    pixel = static_cast<unsigned char>(90 + (seed >> 28) + (seed >> 20 & 31));
  }
  for (int round = 0; round < rounds; ++round) {
    std::array<long, 256> counts{};
    for (const unsigned char pixel : picture)
      ++counts[pixel];
    std::array<unsigned char, 256> table{};
    long sum = 0;
    for (int shade = 0; shade < 256; ++shade) {
      sum += counts[shade];
      table[shade] = static_cast<unsigned char>(sum * 255 / static_cast<long>(picture.size()));
    }
    for (unsigned char &pixel : picture)
      pixel = table[pixel];
  }
  std::array<long, 8> eighths{};
  for (const unsigned char pixel : picture)
    ++eighths[pixel / 32];
  for (const long count : eighths)
    std::printf("%ld\n", count);
}
