// Blocks chained by hashes: each block's hash goes into the next, and a counter is tried until the hash is small.
// RUN: %run-program %s
// SEQUENTIAL
// STATUS-ARGS: 1400
// DOMAIN: search
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

std::uint64_t hashed(const std::string &text, std::uint64_t seed) {
  std::uint64_t hash = 1469598103934665603u ^ seed;
  for (const char letter : text)
    hash = (hash ^ static_cast<unsigned char>(letter)) * 1099511628211u;
  return hash ^ hash >> 29;
}

int main(int argc, char **argv) {
  const int blocks = argc > 1 ? std::atoi(argv[1]) : 25;
  std::uint64_t previous = 0;
  for (int block = 0; block < blocks; ++block) {
    const std::string content = "block " + std::to_string(block) + " after " + std::to_string(previous);
    std::uint64_t nonce = 0;
    while (hashed(content, nonce * 0x9e3779b97f4a7c15u) >> 48 != 0)
      ++nonce;
    previous = hashed(content, nonce * 0x9e3779b97f4a7c15u);
    std::printf("%d: %llu\n", block, static_cast<unsigned long long>(nonce));
  }
}
