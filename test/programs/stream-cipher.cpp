// A stream cipher: each byte of the key stream changes the state that makes the next.
// RUN: %run-program %s
// SEQUENTIAL
// STATUS-ARGS: 200000000
// DOMAIN: text
// EXPECT-NO-TASK: next
#include <array>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <string>
#include <utility>

class Cipher {
public:
  explicit Cipher(const std::string &key) {
    std::iota(state.begin(), state.end(), 0);
    for (int k = 0, j = 0; k < 256; ++k) {
      j = (j + state[k] + key[k % key.size()]) % 256;
      std::swap(state[k], state[j]);
    }
  }
  unsigned char next() {
    i = (i + 1) % 256;
    j = (j + state[i]) % 256;
    std::swap(state[i], state[j]);
    return state[(state[i] + state[j]) % 256];
  }

private:
  std::array<unsigned char, 256> state{};
  int i = 0, j = 0;
};

int main(int argc, char **argv) {
  const std::size_t length = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 8000000;
  std::string text(length, 'x');
  Cipher cipher("open sesame");
  for (char &letter : text)
    letter = static_cast<char>(letter ^ cipher.next());
  unsigned check = 0;
  for (const char letter : text)
    check = check * 31 + static_cast<unsigned char>(letter);
  std::printf("%u\n", check);
}
