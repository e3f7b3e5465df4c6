// Strings in and out, short ones that live inside the object and long ones that do not.
// RUN: %run-program %s
// EXPECT-RAN: enciphered
#include <cstdio>
#include <string>
#include <vector>

std::string enciphered(const std::string &text, int rounds) {
  std::string result = text;
  for (int round = 0; round < rounds; ++round) {
    unsigned carry = static_cast<unsigned>(round);
    for (char &c : result) {
      carry = carry * 31 + static_cast<unsigned char>(c);
      c = static_cast<char>('a' + carry % 26);
    }
  }
  return result + "." + std::to_string(rounds);
}

int main() {
  std::vector<std::string> texts;
  for (std::size_t length = 0; length < 40; ++length)
    texts.push_back(std::string(length * (length % 4 == 3 ? 50 : 1), 'x'));
  for (const std::string &text : texts)
    std::printf("%s\n", enciphered(text, 3000).c_str());
}
