// Loops over vectors of vectors, and over what else owns memory of its own: read anywhere, written by rows.
// RUN: %run-program %s
// RUN: %cleavexx -std=c++20 -O2 -Rcleave %s -o %t.cleave 2>&1 | FileCheck %s
// RUN: rm %t.cleave
// EXPECT-RAN: loop
// DOMAIN: numeric
#include <array>
#include <cmath>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

using Matrix = std::vector<std::vector<double>>;

static void multiply(Matrix &product, const Matrix &a, const Matrix &b) {
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j < b[0].size(); ++j) {
      double sum = 0;
      for (std::size_t k = 0; k < b.size(); ++k)
        sum += a[i][k] * b[k][j];
      product[i][j] = sum;
    }
}

static void smooth(Matrix &next, const Matrix &old) {
  for (std::size_t i = 1; i + 1 < old.size(); ++i)
    for (std::size_t j = 1; j + 1 < old[i].size(); ++j)
      for (int k = 0; k < 4; ++k)
        next[i][j] += 0.25 * std::sqrt(old[i - 1][j] + old[i + 1][j] + old[i][j - 1] + old[i][j + 1]);
}

struct Sample {
  std::vector<double> values;
  std::string label;
  double mean = 0;
};

// Members of the element itself beside what it owns.
static void summarise(std::vector<Sample> &samples) {
  for (Sample &sample : samples) {
    double sum = 0;
    for (double value : sample.values)
      sum += std::sin(value);
    for (char c : sample.label)
      sum += c;
    sample.mean = sum / static_cast<double>(sample.values.size() + 1);
  }
}

// Rows of any length, none of them long, and changed in place by an index that nobody knows.
static void count(std::vector<std::vector<int>> &histograms, const std::vector<std::string> &texts) {
  for (std::size_t i = 0; i < texts.size(); ++i)
    for (char c : texts[i])
      for (int k = 0; k < 30; ++k)
        ++histograms[i][static_cast<unsigned char>(c + k) % histograms[i].size()];
}

// Short strings lie in themselves.
static void rotate(std::vector<std::string> &words, int rounds) {
  for (std::size_t i = 0; i < words.size(); ++i)
    for (int k = 0; k < rounds; ++k)
      for (std::size_t j = 0; j < words[i].size(); ++j)
        words[i][j] = static_cast<char>('a' + (words[i][j] + k) % 26);
}

class World {
public:
  explicit World(int size) : layers(size, Matrix(7, std::vector<double>(50, 1.0))), borders() {
    for (std::vector<double> &border : borders)
      border.assign(40, 0.5);
  }
  void age(int rounds);
  double sum() const {
    double result = 0;
    for (const Matrix &layer : layers)
      for (const std::vector<double> &row : layer)
        for (double cell : row)
          result += cell;
    return result;
  }

private:
  std::vector<Matrix> layers;
  std::array<std::vector<double>, 3> borders;
};

// Three levels, members of a class, and an array of vectors.
void World::age(int rounds) {
  for (std::size_t z = 0; z < layers.size(); ++z)
    for (int round = 0; round < rounds; ++round)
      for (std::size_t y = 0; y < layers[z].size(); ++y)
        for (std::size_t x = 0; x < layers[z][y].size(); ++x)
          layers[z][y][x] = std::sqrt(layers[z][y][x] + borders[y % 3][x % 40]);
}

int main() {
  const int n = 120;
  Matrix a(n, std::vector<double>(n)), b = a, c = a;
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) {
      a[i][j] = (i * 7 + j * 13) % 101;
      b[i][j] = (i * 3 + j * 5) % 89;
    }
  multiply(c, a, b); // CHECK-DAG: cpp:[[@LINE]]:{{[0-9]+}}: remark: ranges of this loop's iterations run as tasks
  std::printf("%.17g %.17g\n", c[0][0], c[n - 1][n - 2]);

  for (int step = 0; step < 5; ++step) {
    smooth(a, b); // CHECK-DAG: cpp:[[@LINE]]:{{[0-9]+}}: remark: ranges of this loop's iterations run as tasks
    std::swap(a, b);
  }
  std::printf("%.17g %.17g\n", a[1][1], b[n / 2][n / 3]);

  std::vector<Sample> samples(500);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    samples[i].values.assign(i % 211, 0.25 * static_cast<double>(i));
    samples[i].label = std::string(i % 40, 'x');
  }
  summarise(samples); // CHECK-DAG: cpp:[[@LINE]]:{{[0-9]+}}: remark: ranges of this loop's iterations run as tasks
  double total = 0;
  for (const Sample &sample : samples)
    total += sample.mean;
  std::printf("%.17g\n", total);

  std::vector<std::string> texts;
  std::vector<std::vector<int>> histograms;
  for (int i = 0; i < 300; ++i) {
    texts.push_back(std::string(i % 70, static_cast<char>('a' + i % 26)));
    histograms.push_back(std::vector<int>(1 + i % 17));
  }
  count(histograms, texts); // CHECK-DAG: cpp:[[@LINE]]:{{[0-9]+}}: remark: ranges of this loop's iterations run as tasks
  long weighted = 0;
  for (std::size_t i = 0; i < histograms.size(); ++i)
    for (std::size_t j = 0; j < histograms[i].size(); ++j)
      weighted += static_cast<long>(i * 31 + j) * histograms[i][j];
  std::printf("%ld\n", weighted);

  rotate(texts, 60); // CHECK-DAG: cpp:[[@LINE]]:{{[0-9]+}}: remark: ranges of this loop's iterations run as tasks
  unsigned hash = 0;
  for (const std::string &text : texts)
    for (char letter : text)
      hash = hash * 31 + static_cast<unsigned char>(letter);
  std::printf("%u\n", hash);

  World world(40);
  world.age(20); // CHECK-DAG: cpp:[[@LINE]]:{{[0-9]+}}: remark: ranges of this loop's iterations run as tasks
  std::printf("%.17g\n", world.sum());
}
