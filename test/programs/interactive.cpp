// A conversation: reads a line, answers it. All of it is input and output in order.
// RUN: %run-program %s
// STDIN: Inputs/lines.txt
// EXPECT-NO-TASK
#include <iostream>
#include <string>

int main() {
  std::string line;
  int number = 0;
  while (std::getline(std::cin, line)) {
    std::cout << ++number << ": " << line << '\n';
    if (line == "stop")
      return 5;
  }
}
