// A variable that is declared outside of the loop, cleared in it and filled again is not the iteration's own: what one
// iteration leaves behind (here a word that is only sometimes replaced) is what the next one passes on.
// RUN: %run-program %s
// EXPECT-NO-TASK: hashed
// EXPECT-NO-TASK: spread
// EXPECT-NO-TASK: tallied
// EXPECT-NO-TASK: compared
#include <array>
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

using Cells = std::array<double, 16>;

struct Sheet { // all but a few bytes are copied in as a whole
  Cells cells;
  int kind;
};

double tallied(const Sheet &sheet) {
  double sum = sheet.kind;
  for (int k = 1; k < 5000; ++k)
    sum += sheet.cells[k % 16] / k;
  return sum;
}

struct Pair { // all of it is copied in, a half from the other half
  Cells before, now;
};

double compared(const Pair &pair) {
  double sum = 0;
  for (int k = 1; k < 5000; ++k)
    sum += (pair.now[k % 16] - pair.before[k % 15]) / k;
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
  std::vector<Cells> rows(100);
  for (int i = 0; i < 1600; ++i)
    rows[i / 16][i % 16] = i * 7919 % 1009;
  Sheet sheet{rows[0], 0};
  Pair pair{rows[0], rows[0]};
  for (int i = 0; i < 100; ++i) {
    sheet.cells = rows[i];
    if (i % 7 == 2)
      sheet.kind = i;
    std::printf("%.17g\n", tallied(sheet));
  }
  for (const Cells &row : rows) {
    pair.before = pair.now;
    pair.now = row;
    std::printf("%.17g\n", compared(pair));
  }
}
