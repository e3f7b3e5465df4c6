// Messages under a Vigenere cipher: the key of each is found letter by letter from the frequencies of the language.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 4200
// DOMAIN: text
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

constexpr std::array<double, 26> usual{8.2, 1.5, 2.8, 4.3, 12.7, 2.2, 2.0, 6.1, 7.0, 0.15, 0.77, 4.0, 2.4,
                                       6.7, 7.5, 1.9, 0.1, 6.0, 6.3, 9.1, 2.8, 0.98, 2.4, 0.15, 2.0, 0.07};

std::string brokenKey(const std::string &message, std::size_t length) {
  std::string key;
  for (std::size_t offset = 0; offset < length; ++offset) {
    double best = -1;
    char letter = 'a';
    for (int shift = 0; shift < 26; ++shift) {
      double score = 0;
      for (std::size_t i = offset; i < message.size(); i += length)
        score += usual[(message[i] - 'a' + 26 - shift) % 26];
      if (score > best) {
        best = score;
        letter = static_cast<char>('a' + shift);
      }
    }
    key += letter;
  }
  return key;
}

std::string enciphered(const std::string &plain, const std::string &key) {
  std::string result = plain;
  for (std::size_t i = 0; i < plain.size(); ++i)
    result[i] = static_cast<char>('a' + (plain[i] - 'a' + key[i % key.size()] - 'a') % 26);
  return result;
}

int main(int argc, char **argv) {
  const int sentences = argc > 1 ? std::atoi(argv[1]) : 120;
  const std::string sentence = "itisatruthuniversallyacknowledgedthatasinglemaninpossessionofagoodfortunemustbeinwant"
                               "ofawifehoweverlittleknownthefeelingsorviewsofsuchamanmaybe";
  std::string plain;
  for (int i = 0; i < sentences; ++i)
    plain += sentence.substr(i % 29);
  std::vector<std::string> messages;
  for (const std::string key : {"secret", "orange", "planet", "basket", "winter", "summer", "autumn", "spring"})
    for (int i = 0; i < 6; ++i)
      messages.push_back(enciphered(plain, key.substr(i) + key.substr(0, i)));
  for (const std::string &message : messages)
    std::puts(brokenKey(message, 6).c_str());
}
