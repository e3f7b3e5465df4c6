// A variable that is declared outside of the loop, cleared in it and filled again is not the iteration's own: what one
// iteration leaves behind (here a word that is only sometimes replaced) is what the next one passes on.
// RUN: %run-program %s
// EXPECT-NO-TASK: hashed
// EXPECT-NO-TASK: spread
#include <cstdio>
#include <string>
#include <vector>

unsigned hashed(const std::vector<std::string> &words) {
  unsigned hash = 7;
  for (int round = 0; round < 300; ++round)
    for (const std::string &word : words)
      for (const char c : word)
        hash = hash * 31 + static_cast<unsigned char>(c);
  return hash;
}

struct Setting {
  double width;
  int kind;
};

double spread(const Setting &setting) {
  double sum = setting.kind;
  for (int k = 1; k < 5000; ++k)
    sum += setting.width / k;
  return sum;
}

int main() {
  std::vector<std::string> buffer;
  unsigned sum = 0;
  for (int i = 0; i < 40; ++i) {
    if (i % 3 == 0)
      buffer.clear();
    buffer.push_back("a word that is not short " + std::to_string(i));
    sum += hashed(buffer);
  }
  std::printf("%u\n", sum);
  Setting setting{1.5, 0};
  for (int i = 0; i < 100; ++i) {
    if (i % 7 == 2)
      setting.width = i;
    setting.kind = i;
    std::printf("%.17g\n", spread(setting));
  }
}
