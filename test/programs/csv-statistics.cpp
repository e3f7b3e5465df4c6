// A table of comma-separated values, read from text, one column at a time: mean, spread and median of each.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 100 20000
// DOMAIN: parsing
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

struct Summary {
  std::string name;
  std::size_t count = 0;
  double mean = 0, deviation = 0, median = 0;
};

std::string_view field(std::string_view line, std::size_t column) {
  for (; column > 0; --column)
    line.remove_prefix(line.find(',') + 1);
  return line.substr(0, line.find(','));
}

Summary summarised(const std::vector<std::string> &lines, std::size_t column) {
  Summary summary;
  summary.name = field(lines.front(), column);
  std::vector<double> values;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::string_view text = field(lines[i], column);
    int value = 0;
    if (const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value); error == std::errc())
      values.push_back(value / 100.0);
  }
  summary.count = values.size();
  for (const double value : values)
    summary.mean += value / static_cast<double>(values.size());
  for (const double value : values)
    summary.deviation += (value - summary.mean) * (value - summary.mean);
  summary.deviation = std::sqrt(summary.deviation / static_cast<double>(values.size()));
  std::nth_element(values.begin(), values.begin() + static_cast<long>(values.size() / 2), values.end());
  summary.median = values[values.size() / 2];
  return summary;
}

int main(int argc, char **argv) {
  const int columns = argc > 1 ? std::atoi(argv[1]) : 16, rows = argc > 2 ? std::atoi(argv[2]) : 60000;
  std::string names = "c0";
  for (int column = 1; column < columns; ++column)
    names += ",c" + std::to_string(column);
  std::vector<std::string> lines{names};
  unsigned seed = 31;
  for (int row = 0; row < rows; ++row) {
    std::string line;
    for (int column = 0; column < columns; ++column) {
      seed = seed * 1664525u + 1013904223u;
      if (seed >> 26) // now and then a field is empty
        line += std::to_string((seed >> 8) % 10000 * (column + 1) / 3);
      line += column + 1 < columns ? "," : "";
    }
    lines.push_back(line);
  }
  for (int column = 0; column < columns; ++column) {
    const Summary summary = summarised(lines, column);
    std::printf("%s: %zu values, mean %.6f, deviation %.6f, median %.2f\n", summary.name.c_str(), summary.count,
                summary.mean, summary.deviation, summary.median);
  }
}
