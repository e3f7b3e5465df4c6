// Records of which some are bad; a handler in the loop says so, and goes on. The errors are a small hierarchy.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 1200
// DOMAIN: parsing
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

class RecordError : public std::runtime_error {
public:
  RecordError(const std::string &what, int line) : std::runtime_error(what), line(line) {}
  int line;
};

class TooShort : public RecordError {
  using RecordError::RecordError;
};

struct Record {
  int line;
  std::string digits;
};

// The number that the digits spell, many times over in a ring of some size.
unsigned value(const Record &record) {
  if (record.digits.size() < 4)
    throw TooShort("only " + std::to_string(record.digits.size()) + " digits", record.line);
  unsigned sum = 0;
  for (int round = 0; round < 300; ++round)
    for (const char digit : record.digits) {
      if (digit < '0' || digit > '9')
        throw RecordError(std::string("no digit: ") + digit, record.line);
      sum = (sum * 10 + (digit - '0') + round) % 1000003;
    }
  return sum;
}

int main(int argc, char **argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 200;
  std::vector<Record> records;
  unsigned seed = 5;
  for (int line = 1; line <= count; ++line) {
    seed = seed * 1664525u + 1013904223u;
    std::string digits;
    for (unsigned k = 0; k < (line % 17 == 3 ? seed >> 30 : 900 + (seed >> 24)); ++k)
      digits += static_cast<char>('0' + (seed >> (k % 23)) % 10);
    if (line % 29 == 7)
      digits[digits.size() - 1] = 'x'; // found at the end of the first round
    records.push_back({line, digits});
  }
  unsigned total = 0;
  int isShort = 0;
  for (const Record &record : records) {
    try {
      total = total * 31 + value(record);
    } catch (const TooShort &) {
      ++isShort;
    } catch (const RecordError &error) {
      std::printf("line %d: %s\n", error.line, error.what());
    }
  }
  std::printf("%u, too short %d\n", total, isShort);
}
