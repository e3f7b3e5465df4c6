#include <bit>
#include <cmath>
#include <cstdio>
#include <deque>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

unsigned mix(unsigned hash, unsigned value) { return (hash ^ value) * 16777619u + (hash >> 15); }
unsigned digest(unsigned value) { return value; }
unsigned digest(unsigned long value) { return static_cast<unsigned>(value ^ (value >> 32)); }
unsigned digest(int value) { return static_cast<unsigned>(value); }
unsigned digest(double value) { return digest(std::bit_cast<unsigned long>(value)); }
double tamed(double value) { return value > 1e6 || value < -1e6 ? value * 1e-9 : value; }
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

inline unsigned digest(const std::map<std::string, std::string> &value) {
  unsigned hash = 17;
  for (const auto &[key, mapped] : value) {
    hash = mix(mix(hash, digest(key)), digest(mapped));
  }
  return hash;
}

template <>
inline std::map<std::string, std::string> makeValue<std::map<std::string, std::string>>(unsigned seed, unsigned size) {
  std::map<std::string, std::string> value;
  for (unsigned i = 0; i < size + seed % 5u + 1u; ++i) {
    value[makeValue<std::string>(mix(seed, i), size / 8u + 2u)] = makeValue<std::string>(mix(seed, i + 77u), size / 8u + 2u);
  }
  return value;
}

inline unsigned digest(const std::unordered_map<unsigned, std::map<std::string, std::string>> &value) {
  unsigned hash = 17;
  for (const auto &[key, mapped] : value) {
    hash = mix(mix(hash, digest(key)), digest(mapped));
  }
  return hash;
}

template <>
inline std::unordered_map<unsigned, std::map<std::string, std::string>> makeValue<std::unordered_map<unsigned, std::map<std::string, std::string>>>(unsigned seed, unsigned size) {
  std::unordered_map<unsigned, std::map<std::string, std::string>> value;
  for (unsigned i = 0; i < size + seed % 5u + 1u; ++i) {
    value[static_cast<unsigned>(mix(seed, i))] = makeValue<std::map<std::string, std::string>>(mix(seed, i + 77u), size / 8u + 2u);
  }
  return value;
}

class Object0 {
  std::map<std::string, std::string> field0_{};
  std::map<std::string, std::string> field1_{};
  double field2_{};
  std::unordered_map<unsigned, std::map<std::string, std::string>> field3_{};
public:
  const std::map<std::string, std::string> &field0() const { return field0_; }
  std::map<std::string, std::string> &field0() { return field0_; }
  void set_field0(std::map<std::string, std::string> value) { field0_ = std::move(value); }
  const std::map<std::string, std::string> &field1() const { return field1_; }
  std::map<std::string, std::string> &field1() { return field1_; }
  void set_field1(std::map<std::string, std::string> value) { field1_ = std::move(value); }
  double field2() const { return field2_; }
  void set_field2(double value) { field2_ = value; }
  const std::unordered_map<unsigned, std::map<std::string, std::string>> &field3() const { return field3_; }
  std::unordered_map<unsigned, std::map<std::string, std::string>> &field3() { return field3_; }
  void set_field3(std::unordered_map<unsigned, std::map<std::string, std::string>> value) { field3_ = std::move(value); }
};
inline unsigned digest(const Object0 &value) {
  unsigned hash = 17;
  hash = mix(hash, digest(value.field0()));
  hash = mix(hash, digest(value.field1()));
  hash = mix(hash, digest(value.field2()));
  hash = mix(hash, digest(value.field3()));
  return hash;
}

template <>
inline Object0 makeValue<Object0>(unsigned seed, unsigned size) {
  Object0 value;
  value.set_field0(makeValue<std::map<std::string, std::string>>(seed * 13u + 0u, size / 8u + 2u));
  value.set_field1(makeValue<std::map<std::string, std::string>>(seed * 13u + 1u, size / 8u + 2u));
  value.set_field2(static_cast<double>((seed * 13u + 2u) % 4096u) * 0.125);
  value.set_field3(makeValue<std::unordered_map<unsigned, std::map<std::string, std::string>>>(seed * 13u + 3u, size / 8u + 2u));
  return value;
}

inline unsigned digest(const std::unordered_map<unsigned, double> &value) {
  unsigned hash = 17;
  for (const auto &[key, mapped] : value) {
    hash = mix(mix(hash, digest(key)), digest(mapped));
  }
  return hash;
}

template <>
inline std::unordered_map<unsigned, double> makeValue<std::unordered_map<unsigned, double>>(unsigned seed, unsigned size) {
  std::unordered_map<unsigned, double> value;
  for (unsigned i = 0; i < size + seed % 5u + 1u; ++i) {
    value[static_cast<unsigned>(mix(seed, i))] = static_cast<double>((mix(seed, i + 77u)) % 4096u) * 0.125;
  }
  return value;
}


inline unsigned digest(const std::unordered_map<unsigned, int> &value) {
  unsigned hash = 17;
  for (const auto &[key, mapped] : value) {
    hash = mix(mix(hash, digest(key)), digest(mapped));
  }
  return hash;
}

template <>
inline std::unordered_map<unsigned, int> makeValue<std::unordered_map<unsigned, int>>(unsigned seed, unsigned size) {
  std::unordered_map<unsigned, int> value;
  for (unsigned i = 0; i < size + seed % 5u + 1u; ++i) {
    value[static_cast<unsigned>(mix(seed, i))] = static_cast<int>((mix(seed, i + 77u)) % 2001u) - 1000;
  }
  return value;
}

inline unsigned digest(const std::vector<std::unordered_map<unsigned, int>> &value) {
  unsigned hash = 17;
  for (const auto &element : value) {
    hash = mix(hash, digest(element));
  }
  return hash;
}

template <>
inline std::vector<std::unordered_map<unsigned, int>> makeValue<std::vector<std::unordered_map<unsigned, int>>>(unsigned seed, unsigned size) {
  std::vector<std::unordered_map<unsigned, int>> value;
  value.reserve(size + seed % 5u + 1u);
  for (unsigned i = 0; i < size + seed % 5u + 1u; ++i) {
    value.push_back(makeValue<std::unordered_map<unsigned, int>>(mix(seed, i), size / 8u + 2u));
  }
  return value;
}

template <>
inline std::array<Object0, 11> makeValue<std::array<Object0, 11>>(unsigned seed, unsigned size) {
  std::array<Object0, 11> value{};
  for (unsigned i = 0; i < 11u; ++i) {
    value[i] = makeValue<Object0>(seed * 31u + i, size / 8u + 2u);
  }
  return value;
}

inline unsigned digest(const std::deque<unsigned long> &value) {
  unsigned hash = 17;
  for (const auto &element : value) {
    hash = mix(hash, digest(element));
  }
  return hash;
}

template <>
inline std::deque<unsigned long> makeValue<std::deque<unsigned long>>(unsigned seed, unsigned size) {
  std::deque<unsigned long> value;
  for (unsigned i = 0; i < size + seed % 5u + 1u; ++i) {
    value.push_back((mix(seed, i)) * 6364136223846793005ul);
  }
  return value;
}

inline unsigned digest(const std::deque<std::deque<unsigned long>> &value) {
  unsigned hash = 17;
  for (const auto &element : value) {
    hash = mix(hash, digest(element));
  }
  return hash;
}

template <>
inline std::deque<std::deque<unsigned long>> makeValue<std::deque<std::deque<unsigned long>>>(unsigned seed, unsigned size) {
  std::deque<std::deque<unsigned long>> value;
  for (unsigned i = 0; i < size + seed % 5u + 1u; ++i) {
    value.push_back(makeValue<std::deque<unsigned long>>(mix(seed, i), size / 8u + 2u));
  }
  return value;
}

inline unsigned digest(const std::vector<std::deque<std::deque<unsigned long>>> &value) {
  unsigned hash = 17;
  for (const auto &element : value) {
    hash = mix(hash, digest(element));
  }
  return hash;
}


double work0(std::span<const std::unordered_map<unsigned, int>> input0, double input1) {
  unsigned hash = (721u << 5);
  double answer = static_cast<double>(hash % 1024u);
  for (const auto &element0 : input0) {
    input1 = ((digest(answer) % 6u > 5u) ? ((874u % 6u < 1u) ? 0.5 : 7.75) : (7.75 + static_cast<double>(hash % 1024u)));
    if (((-339) == 114)) {
      continue;
    }
  }
  for (std::size_t i0 = 0; i0 < input0.size(); i0 += 3) {
    for (const auto &element1 : input0) {
      if ((321 < 481)) {
        answer = std::sqrt(std::fabs((0.5 - 0.5)));
        if ((static_cast<unsigned>(input0[i0 % input0.size()].size()) % 9u != 4u)) {
          continue;
        }
      }
      input1 = ((0.25 < static_cast<double>(hash % 1024u)) ? answer : std::sqrt(std::fabs(static_cast<double>(hash % 1024u))));
      hash = mix(~299u, (digest(answer) % 925u));
    }
    if ((0.5 > input1)) {
      const auto step0 = [&](unsigned argument0) { return mix((argument0 % 264u), (static_cast<unsigned>(input0[i0].size()) - static_cast<unsigned>(i0))); };
      unsigned local0 = step0((924u << 5));
      if ((static_cast<unsigned>(i0) % 5u == 4u)) {
        bool local1 = (mix(hash, digest(answer)) % 9u < 0u);
        std::unordered_map<unsigned, double> local2 = makeValue<std::unordered_map<unsigned, double>>((562u & static_cast<unsigned>(local1)) % 1000u, 5u);
        answer = tamed(((answer + input1) - 1.5));
      } else {
        input1 = static_cast<double>(hash % 1024u);
        unsigned local3 = ((hash >> 1) ^ ((static_cast<unsigned>(input0[i0 % input0.size()].size()) % 4u == 1u) ? local0 : static_cast<unsigned>(i0)));
        if ((3.0 > answer)) {
          continue;
        }
      }
      double local4 = tamed((0.5 + (answer - answer)));
    } else {
      if (static_cast<unsigned>(input0[i0].size()) % 2153u == 7u) {
        return tamed(((answer * 0.5) * 1.25));
      }
    }
  }
  static std::vector<unsigned> remembered0;
  remembered0.push_back(hash);
  hash += remembered0[remembered0.size() / 2u];
  if ((141 > static_cast<int>(hash % 1000u))) {
    answer = tamed((!((static_cast<unsigned>(input0[601 % input0.size()].size()) % 7u > 0u)) ? (static_cast<double>(hash % 1024u) + answer) : (static_cast<double>(hash % 1024u) + static_cast<double>(hash % 1024u))));
  }
  answer = tamed((input1 + (!(false) ? static_cast<double>(hash % 1024u) : answer)));
  hash = mix((hash >> 4), ((82 < 283) ? 262u : hash));
  return tamed(answer + hash % 100u);
}

Object0 work1(const std::string &input2, const std::vector<std::unordered_map<unsigned, int>> &input3, const Object0 &input4) {
  unsigned hash = static_cast<unsigned>(input3[(static_cast<unsigned>(input3[627 % input3.size()].size())) % input3.size()].size());
  Object0 answer = makeValue<Object0>(hash % 1000u, 50u);
  for (unsigned n0 = 0; n0 < 16u; ++n0) {
    for (const auto &element2 : input3) {
      for (unsigned n1 = 3; n1-- > 0u;) {
        hash = (mix(753u, static_cast<unsigned>(static_cast<unsigned char>(input2[970 % input2.size()]))) << 1);
        hash = ((n0 + hash) & (988u * n1));
        hash = (~551u >> 2);
      }
    }
    hash = ((330u << 10) % 81u);
    hash = ~static_cast<unsigned>(input3[(883u) % input3.size()].size());
    std::unordered_map<unsigned, int> local5 = makeValue<std::unordered_map<unsigned, int>>(n0 % 1000u, 5u);
  }
  for (std::size_t i1 = 0; i1 < input3.size(); i1 += 1) {
    hash = 335u;
    for (unsigned n2 = 45; n2-- > 0u;) {
      unsigned local6 = hash;
      const auto step1 = [&](unsigned argument1) { return (!((hash % 6u == 0u)) ? (153u - local6) : 251u); };
      unsigned local7 = step1((static_cast<unsigned>(input3[i1].size()) - static_cast<unsigned>(static_cast<unsigned char>(input2[i1 % input2.size()]))));
      if ((static_cast<int>(n2 % 1000u) == (-238))) {
        continue;
      }
    }
    answer.set_field2((static_cast<double>(static_cast<unsigned char>(input2[(static_cast<unsigned>(i1)) % input2.size()])) / (1.0 + std::fabs((3.0 - 0.1)))));
  }
  hash = (mix(static_cast<unsigned>(input3[338 % input3.size()].size()), static_cast<unsigned>(answer.field1().size())) ^ (hash ^ 173u));
  hash = ((hash + 189u) >> 15);
  hash = ((static_cast<unsigned>(static_cast<unsigned char>(input2[20 % input2.size()])) % 626u) % 590u);
  answer.set_field2(tamed(((0.5 * answer.field2()) * 1.5)));
  return answer;
}

void scenario0() {
  std::vector<std::unordered_map<unsigned, int>> shared0 = makeValue<std::vector<std::unordered_map<unsigned, int>>>(279u, 20u);
  double shared1 = static_cast<double>((183u) % 4096u) * 0.125;
  double spare0 = static_cast<double>((5u) % 4096u) * 0.125;
  std::string shared2 = makeValue<std::string>(511u, 20u);
  std::vector<std::unordered_map<unsigned, int>> shared3 = makeValue<std::vector<std::unordered_map<unsigned, int>>>(654u, 20u);
  Object0 shared4 = makeValue<Object0>(349u, 400u);
  Object0 spare1 = makeValue<Object0>(5u, 30u);
  for (unsigned n3 = 0; n3 < 8u; ++n3) {
    Object0 result0 = work1(shared2, shared3, shared4);
    state = ((static_cast<unsigned>(spare1.field3().size()) >> 2) % 630u);
    Object0 result1 = work1(shared2, shared3, result0);
    Object0 result2 = work1(shared2, shared0, makeValue<Object0>(mix(digest(result1.field2()), state) % 1000u, 43u));
    state = 776u;
    const auto step2 = [&](unsigned argument2) { return (mix(static_cast<unsigned>(result1.field3().size()), digest(spare0)) + ((-2.0 > static_cast<double>(argument2 % 1024u)) ? 122u : digest(result0.field2()))); };
    unsigned local8 = step2((static_cast<unsigned>(result1.field3().size()) << 8));
    double result3 = work0(shared0, shared1);
    std::printf("result0 %u\n", digest(result0));
    std::printf("result1 %u\n", digest(result1));
    std::printf("local8 %u\n", digest(local8));
    std::printf("result2 %u\n", digest(result2));
    std::printf("result3 %u\n", digest(result3));
  }
  std::printf("shared0 %u\n", digest(shared0));
  std::printf("shared1 %u\n", digest(shared1));
  std::printf("spare0 %u\n", digest(spare0));
  std::printf("shared2 %u\n", digest(shared2));
  std::printf("shared3 %u\n", digest(shared3));
  std::printf("shared4 %u\n", digest(shared4));
  std::printf("spare1 %u\n", digest(spare1));
}

std::unordered_map<unsigned, double> work2(const std::unordered_map<unsigned, int> &input5, const std::map<std::string, std::string> &input6, const std::string &input7) {
  unsigned hash = (static_cast<unsigned>(static_cast<unsigned char>(input7[976 % input7.size()])) & static_cast<unsigned>(input6.size()));
  std::unordered_map<unsigned, double> answer = makeValue<std::unordered_map<unsigned, double>>(hash % 1000u, 55u);
  for (const auto &[key0, mapped0] : input6) {
    if (const auto found = answer.find(mix((static_cast<unsigned>(answer.size()) * 244u), 605u)); found != answer.end()) {
      found->second = ((static_cast<unsigned char>(input7[613 % input7.size()]) == static_cast<int>(hash % 1000u)) ? static_cast<double>(static_cast<unsigned char>(key0[(254u) % key0.size()])) : static_cast<double>(static_cast<unsigned char>(input7[(static_cast<unsigned>(static_cast<unsigned char>(mapped0[163 % mapped0.size()]))) % input7.size()])));
    }
    int local9 = (((85 - 33)) % 997 * ((std::max<int>(static_cast<unsigned char>(input7[178 % input7.size()]), static_cast<unsigned char>(key0[961 % key0.size()]))) % 499));
  }
  hash = mix(293u, (static_cast<unsigned>(input5.size()) << 6));
  if ((hash % 2u != 0u)) {
    hash = (static_cast<unsigned>(input5.size()) ^ (static_cast<unsigned>(answer.size()) & static_cast<unsigned>(input6.size())));
    const Object0 value0 = work1(input7, makeValue<std::vector<std::unordered_map<unsigned, int>>>(static_cast<unsigned>(input5.size()) % 1000u, 50u), makeValue<Object0>((202u % 298u) % 1000u, 42u));
  } else {
    for (const auto &[key1, mapped1] : answer) {
      if (const auto found = answer.find(((digest(mapped1) ^ key1) - (static_cast<unsigned>(input6.size()) ^ static_cast<unsigned>(input5.size())))); found != answer.end()) {
        found->second = tamed(((3.0 - static_cast<double>(static_cast<unsigned char>(input7[57 % input7.size()]))) + std::sqrt(std::fabs(7.75))));
      }
    }
    const Object0 value1 = work1(input7, makeValue<std::vector<std::unordered_map<unsigned, int>>>(((static_cast<unsigned>(static_cast<unsigned char>(input7[141 % input7.size()])) % 2u != 1u) ? static_cast<unsigned>(answer.size()) : static_cast<unsigned>(static_cast<unsigned char>(input7[730 % input7.size()]))) % 1000u, 25u), makeValue<Object0>(((180 < static_cast<int>(hash % 1000u)) ? hash : static_cast<unsigned>(input6.size())) % 1000u, 56u));
  }
  for (const auto &[key2, mapped2] : input5) {
    double local10 = tamed((static_cast<double>(static_cast<unsigned char>(input7[(static_cast<unsigned>(mapped2)) % input7.size()])) - (static_cast<double>(static_cast<unsigned char>(input7[736 % input7.size()])) / (1.0 + std::fabs(0.5)))));
    if ((static_cast<int>(hash % 1000u) == (-118))) {
      if (const auto found = answer.find(((static_cast<unsigned>(static_cast<unsigned char>(input7[874 % input7.size()])) / 66u) << 12)); found != answer.end()) {
        found->second = tamed(((static_cast<double>(hash % 1024u) - static_cast<double>(static_cast<unsigned char>(input7[630 % input7.size()]))) - std::sqrt(std::fabs(1.5))));
      }
    }
    if ((static_cast<unsigned>(input5.size()) % 7u == 4u)) {
      for (const auto &[key3, mapped3] : answer) {
        if (const auto found = answer.find(((static_cast<unsigned>(static_cast<unsigned char>(input7[605 % input7.size()])) % 7u == 1u) ? ~static_cast<unsigned>(mapped2) : hash)); found != answer.end()) {
          found->second = static_cast<double>(hash % 1024u);
        }
        hash = (mix(digest(local10), static_cast<unsigned>(input5.size())) * ~static_cast<unsigned>(answer.size()));
      }
      if (const auto found = answer.find(((digest(local10) % 454u) + (((-365) < mapped2) ? static_cast<unsigned>(answer.size()) : hash))); found != answer.end()) {
        found->second = (((-71) == 349) ? (1.0 / (1.0 + std::fabs(static_cast<double>(hash % 1024u)))) : 1.5);
      }
      for (const auto &[key4, mapped4] : input6) {
        local10 = local10;
        double local11 = tamed(((static_cast<double>(static_cast<unsigned char>(input7[376 % input7.size()])) - static_cast<double>(key2 % 1024u)) + -2.0));
        unsigned long local12 = ((23501ul << 6) + ((176u % 4u > 0u) ? static_cast<unsigned long>(hash) : 4522ul));
      }
    } else {
      if (const auto found = answer.find((728u << 1)); found != answer.end()) {
        found->second = tamed((((mapped2 == 315) ? static_cast<double>(static_cast<unsigned char>(input7[191 % input7.size()])) : static_cast<double>(mapped2)) * (!(false) ? 0.1 : 0.1)));
      }
      local10 = (std::sqrt(std::fabs(1.5)) * 1.5);
      for (auto at0 = input7.begin(); at0 != input7.end(); ++at0) {
        const auto &element3 = *at0;
        const unsigned letter0 = static_cast<unsigned char>(element3);
        double local13 = tamed((static_cast<double>(static_cast<unsigned char>(input7[(564u) % input7.size()])) - (static_cast<double>(static_cast<unsigned char>(input7[619 % input7.size()])) * static_cast<double>(key2 % 1024u))));
        if (const auto found = answer.find(((digest(local13) % 213u) % 51u)); found != answer.end()) {
          found->second = tamed((static_cast<double>(hash % 1024u) + (static_cast<double>(static_cast<unsigned char>(input7[406 % input7.size()])) + 0.5)));
        }
      }
    }
    for (const auto &[key5, mapped5] : answer) {
      if ((key2 % 4u < 2u)) {
        local10 = (static_cast<double>(key5 % 1024u) * 0.75);
      } else {
        if ((451 > static_cast<unsigned char>(input7[929 % input7.size()]))) {
          break;
        }
      }
    }
  }
  if (const auto found = answer.find(((static_cast<unsigned>(static_cast<unsigned char>(input7[312 % input7.size()])) ^ hash) << 2)); found != answer.end()) {
    found->second = tamed(((static_cast<unsigned>(input6.size()) % 5u < 3u) ? (static_cast<double>(static_cast<unsigned char>(input7[143 % input7.size()])) * static_cast<double>(static_cast<unsigned char>(input7[258 % input7.size()]))) : (1.5 / (1.0 + std::fabs(static_cast<double>(hash % 1024u))))));
  }
  return answer;
}

void scenario1() {
  std::vector<std::unordered_map<unsigned, int>> inputs0;
  for (unsigned i = 0; i < 15u; ++i) {
    inputs0.push_back(makeValue<std::unordered_map<unsigned, int>>(i * 12u, 200u));
  }
  std::map<std::string, std::string> shared5 = makeValue<std::map<std::string, std::string>>(313u, 100u);
  std::string shared6 = makeValue<std::string>(972u, 400u);
  const auto job0 = [&](const std::unordered_map<unsigned, int> &one) { return work2(one, shared5, shared6); };
  std::map<unsigned, std::unordered_map<unsigned, double>> byKey0;
  for (std::size_t i2 = 0; i2 < inputs0.size(); ++i2) {
    const unsigned key_byKey0 = static_cast<unsigned>(i2 % 35u);
    byKey0[key_byKey0] = job0(inputs0[i2]);
    state = ((state + 85u) ^ mix(static_cast<unsigned>(static_cast<unsigned char>(shared6[17 % shared6.size()])), static_cast<unsigned>(shared5.size())));
  }
  for (const auto &[key, value] : byKey0) {
    std::printf("%u:%u ", static_cast<unsigned>(key), digest(value));
  }
  std::printf("\n");
  std::printf("shared5 %u\n", digest(shared5));
  std::printf("shared6 %u\n", digest(shared6));
  std::printf("inputs0 %u\n", digest(inputs0));
}

double work3(const std::deque<std::deque<unsigned long>> &input8, const std::map<std::string, std::string> &input9, int input10) {
  unsigned hash = static_cast<unsigned>(input9.size());
  double answer = 1.0;
  for (std::size_t i3 = 0; i3 < input8.size(); i3 += 3) {
    for (const auto &[key6, mapped6] : input9) {
      unsigned local14 = ((static_cast<unsigned>(input10) << 14) >> 11);
      input10 = (((static_cast<int>(hash % 1000u) + static_cast<unsigned char>(mapped6[i3 % mapped6.size()])) + (376 - static_cast<unsigned char>(mapped6[i3 % mapped6.size()])))) % 10007;
    }
    const auto step3 = [&](unsigned argument3) { return (mix(static_cast<unsigned>(input8[i3][i3 % input8[i3].size()]), static_cast<unsigned>(input8[i3 % input8.size()][i3 % input8[i3 % input8.size()].size()])) ^ static_cast<unsigned>(input9.size())); };
    unsigned local15 = step3(static_cast<unsigned>(input8[i3][(static_cast<unsigned>(input9.size())) % input8[i3].size()]));
  }
  for (unsigned n4 = 0; n4 < 56u; ++n4) {
    input10 = (static_cast<int>(n4 % 1000u) - 381);
    double local16 = tamed(((answer * static_cast<double>(input10)) * -0.5));
    for (const auto &[key7, mapped7] : input9) {
      input10 = std::max<int>(((input10) % 997 * ((41) % 499)), static_cast<unsigned char>(key7[(digest(answer)) % key7.size()]));
      hash = ((digest(answer) << 7) + (static_cast<unsigned>(input8[269 % input8.size()][616 % input8[269 % input8.size()].size()]) * n4));
    }
    for (const auto &element4 : input8) {
      answer = tamed(((1.5 + static_cast<double>(n4 % 1024u)) * answer));
      const auto step4 = [&](unsigned argument4) { return ((n4 % 984u) + (static_cast<unsigned>(element4[887 % element4.size()]) & 365u)); };
      unsigned local17 = step4((static_cast<unsigned>(input8[247 % input8.size()][578 % input8[247 % input8.size()].size()]) + static_cast<unsigned>(input8[489 % input8.size()][812 % input8[489 % input8.size()].size()])));
      local17 = ((static_cast<unsigned>(input8[70 % input8.size()][420 % input8[70 % input8.size()].size()]) * 599u) % 108u);
    }
  }
  hash = (~441u % 844u);
  if ((hash % 7u != 3u)) {
    Object0 local18 = makeValue<Object0>((78u ^ hash) % 1000u, 19u);
    hash = ((295u & static_cast<unsigned>(local18.field3().size())) + (static_cast<unsigned>(local18.field3().size()) * digest(local18.field2())));
    hash = ((static_cast<unsigned>(input8[764 % input8.size()][539 % input8[764 % input8.size()].size()]) >> 14) & digest(answer));
  } else {
    input10 = (static_cast<int>(hash % 1000u) - (-354));
    for (unsigned n5 = 16; n5-- > 0u;) {
      input10 = (((202 % 178)) % 997 * ((std::max<int>(487, (-196))) % 499));
      input10 = ((static_cast<int>(hash % 1000u) == input10) ? (196 + static_cast<int>(hash % 1000u)) : ((-297) - static_cast<int>(hash % 1000u)));
      hash = ((860u ^ hash) ^ (hash << 1));
    }
    answer = ((564u % 4u < 3u) ? ((static_cast<int>(hash % 1000u) > 208) ? 0.5 : static_cast<double>(hash % 1024u)) : static_cast<double>(input10));
  }
  return tamed(answer + hash % 100u);
}

void scenario2() {
  std::vector<std::deque<std::deque<unsigned long>>> inputs1;
  for (unsigned i = 0; i < 34u; ++i) {
    inputs1.push_back(makeValue<std::deque<std::deque<unsigned long>>>(i * 6u, 200u));
  }
  std::map<std::string, std::string> shared7 = makeValue<std::map<std::string, std::string>>(508u, 100u);
  std::map<std::string, std::string> spare2 = makeValue<std::map<std::string, std::string>>(5u, 30u);
  int shared8 = static_cast<int>((891u) % 2001u) - 1000;
  double best0 = 0;
  for (const auto &item_inputs1 : inputs1) {
    best0 = std::max<double>(best0, work3(item_inputs1, shared7, (((462 - shared8)) % 997 * ((((369) % 997 * ((static_cast<int>(state % 1000u)) % 499))) % 499))));
  }
  std::printf("best0 %u\n", digest(best0));
  std::printf("shared7 %u\n", digest(shared7));
  std::printf("spare2 %u\n", digest(spare2));
  std::printf("shared8 %u\n", digest(shared8));
  std::printf("inputs1 %u\n", digest(inputs1));
}

int main() {
  for (unsigned i = 0; i < 64u; ++i) {
    table[i] = mix(i, 99u);
  }
  try {
    scenario0();
  } catch (...) {
    describe(900u);
  }
  try {
    scenario1();
  } catch (...) {
    describe(901u);
  }
  try {
    scenario2();
  } catch (...) {
    describe(902u);
  }
  std::printf("%u %u\n", state, counted.hits);
  return static_cast<int>(state % 64u);
}
