// A triangle of rows, each of which a function makes, and a symmetric table in one piece with the distances of what they hold.
// RUN: %run-program %s
// PARALLEL
// ARGS: 120
// STATUS-ARGS: 3600
// DOMAIN: numeric
// EXPECT-TASK: rowOf
// EXPECT-RAN: rowOf
// EXPECT-LOCAL: loop
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

static std::vector<double> rowOf(int number) {
  std::vector<double> row(static_cast<std::size_t>(number) + 1);
  for (int k = 0; k <= number; ++k)
    row[k] = std::sin(number * 0.1) * std::cos(k * 0.2);
  return row;
}

static std::vector<double> distances(const std::vector<std::vector<double>> &rows) {
  const int count = static_cast<int>(rows.size());
  std::vector<double> table(static_cast<std::size_t>(count) * count);
  for (int i = 0; i < count; ++i)
    for (int j = i; j < count; ++j) {
      double sum = 0;
      for (int k = 0; k <= i && k < 40; ++k)
        sum += (rows[i][k] - rows[j][k]) * (rows[i][k] - rows[j][k]);
      table[i * count + j] = table[j * count + i] = std::sqrt(sum);
    }
  return table;
}

int main(int argc, char **argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 120;
  std::vector<std::vector<double>> rows;
  for (int number = 0; number < count; ++number)
    rows.push_back(rowOf(number));
  const std::vector<double> table = distances(rows);
  double sum = 0, trace = 0;
  for (const double value : table)
    sum += value;
  for (int i = 0; i < count; ++i)
    trace += table[static_cast<std::size_t>(i) * count + i] + rows[i][i / 2];
  std::printf("%d rows, distances %.6f, middle %.6f\n", count, sum, trace);
}
