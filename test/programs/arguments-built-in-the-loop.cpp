// Arguments that the loop's body builds for each call: a substring, a column of a matrix, a struct with a string, the
// result of another function, a list, a map, and one that an early `continue` leaves out.
// RUN: %run-program %s
// EXPECT-RAN: letters
// EXPECT-RAN: median
// EXPECT-RAN: described
// EXPECT-RAN: work
// EXPECT-RAN: alternating
// EXPECT-RAN: weighed
#include <algorithm>
#include <cstdio>
#include <list>
#include <map>
#include <numeric>
#include <string>
#include <vector>

std::size_t letters(const std::string &text) {
  std::size_t hash = 7;
  for (int round = 0; round < 3000; ++round)
    for (const char c : text)
      hash = hash * 31 + static_cast<unsigned char>(c);
  return hash;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

struct Params {
  int number;
  std::string name;
};

std::string described(const Params &params) {
  std::string result = params.name;
  for (int k = 0; k < 20000; ++k)
    result[k % result.size()] = static_cast<char>('a' + (result[k % result.size()] + params.number + k) % 26);
  return result;
}

std::vector<int> range(int n) {
  std::vector<int> result(n + 10);
  std::iota(result.begin(), result.end(), n);
  return result;
}

long work(const std::vector<int> &numbers) {
  long sum = 0;
  for (int round = 0; round < 3000; ++round)
    for (const int number : numbers)
      sum = (sum * 3 + number) % 1000003;
  return sum;
}

long alternating(const std::list<long> &numbers) {
  long sum = 0;
  for (int round = 0; round < 2000; ++round)
    for (const long number : numbers)
      sum = number - sum % 1009;
  return sum;
}

double weighed(const std::map<std::string, double> &weights) {
  double sum = 0;
  for (int round = 0; round < 2000; ++round)
    for (const auto &[name, weight] : weights)
      sum = sum / 2 + weight * static_cast<double>(name.size());
  return sum;
}

int main() {
  std::string text;
  for (int i = 0; i < 4000; ++i)
    text += static_cast<char>('a' + i * i % 23);
  std::vector<std::size_t> hashes;
  for (std::size_t i = 0; i < 40; ++i)
    hashes.push_back(letters(text.substr(i * 50, 100)));
  for (const std::size_t hash : hashes)
    std::printf("%zu\n", hash);

  std::vector<std::vector<double>> rows(3000, std::vector<double>(30));
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t j = 0; j < rows[i].size(); ++j)
      rows[i][j] = static_cast<double>((i * 7919 + j * 104729) % 10007);
  std::vector<double> medians(30);
  for (std::size_t j = 0; j < medians.size(); ++j) {
    std::vector<double> column(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
      column[i] = rows[i][j];
    medians[j] = median(column);
  }
  for (const double value : medians)
    std::printf("%g\n", value);

  for (int i = 0; i < 30; ++i)
    std::printf("%s\n", described(Params{i, "a name that is long " + std::to_string(i)}).c_str());

  long total = 0;
  for (int i = 0; i < 40; ++i) {
    if (i % 5 == 3)
      continue;
    const auto numbers = range(i);
    total = (total * 17 + work(numbers)) % 1000000007;
  }
  std::printf("%ld\n", total);

  for (int i = 1; i < 30; ++i) {
    std::list<long> numbers;
    for (int k = 0; k < 100; ++k)
      numbers.push_back(k * i % 37);
    total += alternating(numbers);
  }
  std::printf("%ld\n", total);

  for (int i = 1; i < 30; ++i) {
    std::map<std::string, double> weights;
    for (int k = 0; k < 50; ++k)
      weights["key " + std::to_string(k * i % 41)] += k;
    std::printf("%.17g\n", weighed(weights));
  }
}
