// The library function has no body here, and it changes what the work reads: getline fills the line that the next
// iteration weighs. A model that forgot what such functions write would let the work run ahead with the first line.
// RUN: %run-program %s
// STDIN: ../programs/Inputs/lines.txt
// EXPECT-NO-TASK: weighed
// CHECK-REMARK: stays in place{{.*}}may change {{.*}}'line'
#include <iostream>
#include <string>

unsigned weighed(const std::string &text) {
  unsigned weight = 1;
  for (int round = 0; round < 20000; ++round)
    for (char letter : text)
      weight = weight * 31 + static_cast<unsigned char>(letter);
  return weight;
}

int main() {
  std::string line = "the one before the first";
  unsigned total = 0;
  for (int i = 0; i < 40; ++i) {
    total = total * 7 + weighed(line);
    std::getline(std::cin, line);
  }
  std::cout << total << '\n';
}
