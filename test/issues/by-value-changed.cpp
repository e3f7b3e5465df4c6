// Fuzz seed 200098: signal 11. The destructor of an argument by value begins by reading where its elements lie; a future may
// be joined only after that, by a call in place that puts the elements elsewhere, and the destructor then freed those that
// were there before. What was wrong: of what a call changes, only the result was kept from being read between spawn and join.
// (The generator's program, with one scenario of four; smaller ones did not show it.)
// RUN: %run-program %s
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdio>
#include <deque>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

unsigned mix(unsigned hash, unsigned value) { return (hash ^ value) * 16777619u + (hash >> 15); }
unsigned digest(unsigned value) { return value; }
unsigned digest(unsigned long value) { return static_cast<unsigned>(value ^ (value >> 32)); }
unsigned digest(int value) { return static_cast<unsigned>(value); }
unsigned digest(bool value) { return value ? 1u : 0u; }
unsigned digest(char value) { return static_cast<unsigned char>(value); }
unsigned digest(double value) { return digest(std::bit_cast<unsigned long>(value)); }
double tamed(double value) { return value > 1e6 || value < -1e6 ? value * 1e-9 : value; }
std::string keyed(unsigned value) { return "k" + std::to_string(value % 1000u); }

struct Trouble {
  unsigned code;
};

struct Counted {
  mutable unsigned hits = 0;
  unsigned next(unsigned by) const {
    hits = mix(hits, by);
    return hits;
  }
};

const Counted counted;
unsigned state = 1;
unsigned table[64];

void describe(unsigned where) {
  try {
    throw;
  } catch (const Trouble &trouble) {
    std::printf("%u: trouble %u\n", where, trouble.code);
  } catch (const std::out_of_range &error) {
    std::printf("%u: out of range, %s\n", where, error.what());
  } catch (const std::exception &error) {
    std::printf("%u: %s\n", where, error.what());
  } catch (unsigned code) {
    std::printf("%u: code %u\n", where, code);
  }
}

template <class T> T makeValue(unsigned seed, unsigned size);

inline unsigned digest(const std::string &value) {
  unsigned hash = 17;
  for (const auto &element : value) {
    hash = mix(hash, digest(element));
  }
  return hash;
}

template <>
inline std::string makeValue<std::string>(unsigned seed, unsigned size) {
  std::string value;
  value.reserve(size + seed % 5u + 1u);
  for (unsigned i = 0; i < size + seed % 5u + 1u; ++i) {
    value.push_back(static_cast<char>('a' + (mix(seed, i)) % 26u));
  }
  return value;
}

inline unsigned digest(const std::map<int, std::string> &value) {
  unsigned hash = 17;
  for (const auto &[key, mapped] : value) {
    hash = mix(mix(hash, digest(key)), digest(mapped));
  }
  return hash;
}

template <>
inline std::map<int, std::string> makeValue<std::map<int, std::string>>(unsigned seed, unsigned size) {
  std::map<int, std::string> value;
  for (unsigned i = 0; i < size + seed % 5u + 1u; ++i) {
    value[static_cast<int>((mix(seed, i)) % 2001u) - 1000] = makeValue<std::string>(mix(seed, i + 77u), size / 8u + 2u);
  }
  return value;
}

inline unsigned digest(const std::array<unsigned, 2> &value) {
  unsigned hash = 17;
  for (const auto &element : value) {
    hash = mix(hash, digest(element));
  }
  return hash;
}

template <>
inline std::array<unsigned, 2> makeValue<std::array<unsigned, 2>>(unsigned seed, unsigned size) {
  std::array<unsigned, 2> value{};
  for (unsigned i = 0; i < 2u; ++i) {
    value[i] = static_cast<unsigned>(seed * 31u + i);
  }
  return value;
}

inline unsigned digest(const std::vector<std::array<unsigned, 2>> &value) {
  unsigned hash = 17;
  for (const auto &element : value) {
    hash = mix(hash, digest(element));
  }
  return hash;
}

template <>
inline std::vector<std::array<unsigned, 2>> makeValue<std::vector<std::array<unsigned, 2>>>(unsigned seed, unsigned size) {
  std::vector<std::array<unsigned, 2>> value;
  value.reserve(size + seed % 5u + 1u);
  for (unsigned i = 0; i < size + seed % 5u + 1u; ++i) {
    value.push_back(makeValue<std::array<unsigned, 2>>(mix(seed, i), size / 8u + 2u));
  }
  return value;
}

inline unsigned digest(const std::vector<unsigned long> &value) {
  unsigned hash = 17;
  for (const auto &element : value) {
    hash = mix(hash, digest(element));
  }
  return hash;
}

template <>
inline std::vector<unsigned long> makeValue<std::vector<unsigned long>>(unsigned seed, unsigned size) {
  std::vector<unsigned long> value;
  value.reserve(size + seed % 5u + 1u);
  for (unsigned i = 0; i < size + seed % 5u + 1u; ++i) {
    value.push_back((mix(seed, i)) * 6364136223846793005ul);
  }
  return value;
}

inline unsigned digest(const std::vector<unsigned> &value) {
  unsigned hash = 17;
  for (const auto &element : value) {
    hash = mix(hash, digest(element));
  }
  return hash;
}

template <>
inline std::vector<unsigned> makeValue<std::vector<unsigned>>(unsigned seed, unsigned size) {
  std::vector<unsigned> value;
  value.reserve(size + seed % 5u + 1u);
  for (unsigned i = 0; i < size + seed % 5u + 1u; ++i) {
    value.push_back(static_cast<unsigned>(mix(seed, i)));
  }
  return value;
}

inline unsigned digest(const std::vector<int> &value) {
  unsigned hash = 17;
  for (const auto &element : value) {
    hash = mix(hash, digest(element));
  }
  return hash;
}

template <>
inline std::vector<int> makeValue<std::vector<int>>(unsigned seed, unsigned size) {
  std::vector<int> value;
  value.reserve(size + seed % 5u + 1u);
  for (unsigned i = 0; i < size + seed % 5u + 1u; ++i) {
    value.push_back(static_cast<int>((mix(seed, i)) % 2001u) - 1000);
  }
  return value;
}

class Object0 {
  std::map<int, std::string> field0_{};
  std::string field1_{};
public:
  const std::map<int, std::string> &field0() const { return field0_; }
  std::map<int, std::string> &field0() { return field0_; }
  void set_field0(std::map<int, std::string> value) { field0_ = std::move(value); }
  const std::string &field1() const { return field1_; }
  std::string &field1() { return field1_; }
  void set_field1(std::string value) { field1_ = std::move(value); }
};
inline unsigned digest(const Object0 &value) {
  unsigned hash = 17;
  hash = mix(hash, digest(value.field0()));
  hash = mix(hash, digest(value.field1()));
  return hash;
}

template <>
inline Object0 makeValue<Object0>(unsigned seed, unsigned size) {
  Object0 value;
  value.set_field0(makeValue<std::map<int, std::string>>(seed * 13u + 0u, size / 8u + 2u));
  value.set_field1(makeValue<std::string>(seed * 13u + 1u, size / 8u + 2u));
  return value;
}

inline unsigned digest(const std::map<std::string, Object0> &value) {
  unsigned hash = 17;
  for (const auto &[key, mapped] : value) {
    hash = mix(mix(hash, digest(key)), digest(mapped));
  }
  return hash;
}

template <>
inline std::map<std::string, Object0> makeValue<std::map<std::string, Object0>>(unsigned seed, unsigned size) {
  std::map<std::string, Object0> value;
  for (unsigned i = 0; i < size + seed % 5u + 1u; ++i) {
    value[makeValue<std::string>(mix(seed, i), size / 8u + 2u)] = makeValue<Object0>(mix(seed, i + 77u), size / 8u + 2u);
  }
  return value;
}

inline unsigned digest(const std::vector<std::vector<unsigned long>> &value) {
  unsigned hash = 17;
  for (const auto &element : value) {
    hash = mix(hash, digest(element));
  }
  return hash;
}

template <>
inline std::vector<std::vector<unsigned long>> makeValue<std::vector<std::vector<unsigned long>>>(unsigned seed, unsigned size) {
  std::vector<std::vector<unsigned long>> value;
  value.reserve(size + seed % 5u + 1u);
  for (unsigned i = 0; i < size + seed % 5u + 1u; ++i) {
    value.push_back(makeValue<std::vector<unsigned long>>(mix(seed, i), size / 8u + 2u));
  }
  return value;
}

inline unsigned digest(const std::deque<std::string> &value) {
  unsigned hash = 17;
  for (const auto &element : value) {
    hash = mix(hash, digest(element));
  }
  return hash;
}

template <>
inline std::deque<std::string> makeValue<std::deque<std::string>>(unsigned seed, unsigned size) {
  std::deque<std::string> value;
  for (unsigned i = 0; i < size + seed % 5u + 1u; ++i) {
    value.push_back(makeValue<std::string>(mix(seed, i), size / 8u + 2u));
  }
  return value;
}

std::map<int, std::string> work1(const std::deque<std::string> &input4, std::vector<std::vector<unsigned long>> input5, const std::vector<unsigned long> &input6) {
  unsigned hash = (static_cast<unsigned>(input5[647 % input5.size()][919 % input5[647 % input5.size()].size()]) - static_cast<unsigned>(static_cast<unsigned char>(input4[638 % input4.size()][227 % input4[638 % input4.size()].size()])));
  std::map<int, std::string> answer = makeValue<std::map<int, std::string>>(hash % 1000u, 35u);
  for (std::size_t i2 = 2; i2 < input4.size(); i2 += 3) {
    Object0 local5 = makeValue<Object0>((659u | static_cast<unsigned>(input5[i2 % input5.size()][i2 % input5[i2 % input5.size()].size()])) % 1000u, 13u);
    if (input5.size() < 600u) {
      input5.push_back(input6);
    }
  }
  for (const auto &[key0, mapped0] : answer) {
    if ((((static_cast<double>(static_cast<unsigned char>(input4[353 % input4.size()][816 % input4[353 % input4.size()].size()])) < static_cast<double>(key0)) ? 443u : static_cast<unsigned>(input6[407 % input6.size()])) + (static_cast<unsigned>(input5[996 % input5.size()][163 % input5[996 % input5.size()].size()]) / 7u)) % 3857u == 7u) {
      return makeValue<std::map<int, std::string>>(hash % 77u, 5u);
    }
    bool local6 = (((static_cast<unsigned char>(mapped0[508 % mapped0.size()]) < static_cast<unsigned char>(mapped0[370 % mapped0.size()])) ? static_cast<double>(key0) : static_cast<double>(key0)) < std::sqrt(std::fabs(0.25)));
    for (const auto &[key1, mapped1] : answer) {
      hash = mix(hash, (static_cast<unsigned>(local6) / 19u));
      hash = (static_cast<unsigned>(static_cast<unsigned char>(mapped0[(static_cast<unsigned>(key0)) % mapped0.size()])) * (static_cast<unsigned>(static_cast<unsigned char>(mapped0[591 % mapped0.size()])) ^ 332u));
      if ((static_cast<unsigned>(static_cast<unsigned char>(mapped0[814 % mapped0.size()])) % 5u < 4u)) {
        input5[((static_cast<unsigned>(static_cast<unsigned char>(mapped1[962 % mapped1.size()])) + static_cast<unsigned>(local6))) % input5.size()][(static_cast<unsigned>(input6[(244u) % input6.size()])) % input5[((static_cast<unsigned>(static_cast<unsigned char>(mapped1[962 % mapped1.size()])) + static_cast<unsigned>(local6))) % input5.size()].size()] ^= (49288ul ^ 16289ul);
      }
      unsigned local7 = mix((static_cast<unsigned>(key0) ^ static_cast<unsigned>(static_cast<unsigned char>(mapped0[51 % mapped0.size()]))), (static_cast<unsigned>(static_cast<unsigned char>(input4[623 % input4.size()][394 % input4[623 % input4.size()].size()])) % 128u));
    }
    input5[((static_cast<unsigned>(static_cast<unsigned char>(input4[44 % input4.size()][196 % input4[44 % input4.size()].size()])) * 264u)) % input5.size()][((static_cast<unsigned>(static_cast<unsigned char>(mapped0[635 % mapped0.size()])) + static_cast<unsigned>(input5[411 % input5.size()][312 % input5[411 % input5.size()].size()]))) % input5[((static_cast<unsigned>(static_cast<unsigned char>(input4[44 % input4.size()][196 % input4[44 % input4.size()].size()])) * 264u)) % input5.size()].size()] = ((342 > (-338)) ? (85385ul ^ 15802ul) : (65711ul + input6[449 % input6.size()]));
  }
  hash = (hash & (hash << 13));
  std::size_t i3 = 2;
  while (i3 < input4.size()) {
    const std::size_t next_i3 = i3;
    i3 += 3;
    std::vector<unsigned long> local8 = input6;
    for (unsigned n1 = 0; n1 < 31u; ++n1) {
      input5[((n1 % 183u)) % input5.size()][((static_cast<unsigned>(input6[next_i3 % input6.size()]) & n1)) % input5[((n1 % 183u)) % input5.size()].size()] = ((answer.size() ^ input6[next_i3 % input6.size()]) + (!(false) ? 93892ul : static_cast<unsigned long>(hash)));
    }
    unsigned local9 = ((static_cast<unsigned>(input5[next_i3 % input5.size()][next_i3 % input5[next_i3 % input5.size()].size()]) * hash) << 6);
    local8[((292u ^ hash)) % local8.size()] -= ((local8[next_i3 % local8.size()] % 73030ul) + (input6[next_i3 % input6.size()] + local8[next_i3 % local8.size()]));
  }
  hash = static_cast<unsigned>(input6[((static_cast<unsigned>(static_cast<unsigned char>(input4[39 % input4.size()][860 % input4[39 % input4.size()].size()])) / 59u)) % input6.size()]);
  input5[((hash - 116u)) % input5.size()][((static_cast<unsigned>(input6[311 % input6.size()]) + static_cast<unsigned>(answer.size()))) % input5[((hash - 116u)) % input5.size()].size()] -= ((input5[911 % input5.size()][950 % input5[911 % input5.size()].size()] << 3) + (static_cast<unsigned long>(hash) * input5[730 % input5.size()][425 % input5[730 % input5.size()].size()]));
  return answer;
}

void scenario2() {
  std::deque<std::string> shared1 = makeValue<std::deque<std::string>>(794u, 20u);
  std::vector<std::vector<unsigned long>> shared2 = makeValue<std::vector<std::vector<unsigned long>>>(30u, 100u);
  std::vector<unsigned long> shared3 = makeValue<std::vector<unsigned long>>(287u, 400u);
  for (unsigned n2 = 0; n2 < 9u; ++n2) {
    std::map<int, std::string> result1 = work1(shared1, shared2, makeValue<std::vector<unsigned long>>(0u, 52u));
    
    std::map<int, std::string> result2 = work1(shared1, shared2, shared3);
    std::printf("result1 %u\n", digest(result1));
    std::printf("result2 %u\n", digest(result2));
  }
}

int main() {
  for (unsigned i = 0; i < 64u; ++i) {
    table[i] = mix(i, 99u);
  }
  std::fflush(stdout);
  scenario2();
  std::printf("%u %u\n", state, counted.hits);
  return static_cast<int>(state % 64u);
}
