// Globals that are filled before the loop and only read by the work: a vector behind a function that is called by the
// task, an array that a dynamic initialiser computes, a scalar that changes between two loops. What finds keys in a map
// stays (`extent`: the walk through its nodes begins in the map itself).
// RUN: %run-program %s
// EXPECT-RAN: score
// EXPECT-RAN: checksum
// EXPECT-RAN: scaled
#include <cmath>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

std::vector<double> weights;
double factor = 1;

struct Table {
  unsigned entries[256];
  Table() {
    for (unsigned k = 0; k < 256; ++k) {
      unsigned value = k;
      for (int bit = 0; bit < 8; ++bit)
        value = value & 1 ? 0xedb88320u ^ value >> 1 : value >> 1;
      entries[k] = value;
    }
  }
};
const Table table;
static const std::map<std::string, int> values = {{"one", 1}, {"two", 2}, {"three", 3}, {"four", 4}};

[[gnu::noinline]] double weightAt(std::size_t k) { return weights[k % weights.size()] * factor; }

double score(int seed) {
  double sum = 0;
  for (std::size_t k = 0; k < 20000; ++k)
    sum = sum * 0.999 + weightAt(k + static_cast<std::size_t>(seed));
  return sum;
}

unsigned checksum(const std::string &text) {
  unsigned crc = ~0u;
  for (int round = 0; round < 400; ++round)
    for (const char c : text)
      crc = table.entries[(crc ^ static_cast<unsigned char>(c)) & 255] ^ crc >> 8;
  return ~crc;
}

double scaled(double x) {
  double result = x;
  for (int k = 0; k < 20000; ++k)
    result = std::sqrt(result + factor);
  return result;
}

long looked(int n) {
  const char *const names[] = {"one", "two", "three", "four", "five"};
  long sum = n;
  for (int k = 0; k < 3000; ++k) {
    const auto found = values.find(names[(n + k) % 5]);
    sum = (sum * 3 + (found == values.end() ? 7 : found->second)) % 1000003;
  }
  return sum;
}

int main() {
  for (int i = 0; i < 1000; ++i)
    weights.push_back(i * 0.001);
  std::vector<double> scores;
  for (int i = 0; i < 40; ++i)
    scores.push_back(score(i));
  factor = 3;
  for (int i = 0; i < 40; ++i)
    scores.push_back(scaled(i));
  for (const double value : scores)
    std::printf("%.17g\n", value);
  std::vector<std::string> texts;
  for (int i = 0; i < 40; ++i)
    texts.push_back("a text to be summed, number " + std::to_string(i));
  for (const std::string &text : texts)
    std::printf("%08x\n", checksum(text));
  for (int i = 0; i < 40; ++i)
    std::printf("%ld\n", looked(i));
}
