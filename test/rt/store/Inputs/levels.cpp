// levels.cpp - sums over 64 blocks of a file, and a tree of merges over them.
//
//   levels FILE [rounds]      FILE: bytes; each block is a 64th of it
//
// UNRELATED is a function that no task reaches; the test renames what is in it.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

struct Sums {
  std::vector<std::uint64_t> counts;
  std::uint64_t mixed = 0;
};

Sums summed(const std::string &block, int rounds) {
  Sums sums;
  sums.counts.resize(256);
  for (int round = 0; round != rounds; ++round)
    for (const char c : block) {
      ++sums.counts[static_cast<unsigned char>(c)];
      sums.mixed = (sums.mixed ^ static_cast<unsigned char>(c)) * 1099511628211u;
    }
  return sums;
}

Sums merged(const Sums &left, const Sums &right) {
  Sums sums = left;
  for (int round = 0; round != 2000; ++round)
    for (std::size_t i = 0; i != sums.counts.size(); ++i)
      sums.mixed = (sums.mixed ^ right.counts[i]) * 1099511628211u + right.mixed;
  for (std::size_t i = 0; i != sums.counts.size(); ++i)
    sums.counts[i] += right.counts[i];
  return sums;
}

std::vector<Sums> paired(const std::vector<Sums> &level) {
  std::vector<Sums> next;
  for (std::size_t i = 0; i + 1 < level.size(); i += 2)
    next.push_back(merged(level[i], level[i + 1]));
  return next;
}

int shown(int unrelated) { return unrelated * 3; } // UNRELATED

int main(int argc, char **argv) {
  if (argc < 2)
    return 2;
  std::ifstream file(argv[1], std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 4;
  const std::size_t size = text.size() / 64;
  std::vector<std::string> blocks;
  for (std::size_t i = 0; i != 64; ++i)
    blocks.push_back(text.substr(i * size, size));

  std::vector<Sums> level;
  for (const std::string &block : blocks)
    level.push_back(summed(block, rounds));
  while (level.size() > 1)
    level = paired(level);
  std::printf("%llu %d\n", static_cast<unsigned long long>(level[0].mixed), shown(14));
  for (std::size_t i = 0; i < 256; i += 17)
    std::printf("%llu\n", static_cast<unsigned long long>(level[0].counts[i]));
}
