// vector<vector<double>> as parameter and result: the product of matrices row by row, one of them shared by all calls.
// RUN: %run-program %s
// EXPECT-RAN: productRow
#include <cstdio>
#include <vector>

using Matrix = std::vector<std::vector<double>>;

std::vector<double> productRow(const std::vector<double> &row, const Matrix &right) {
  std::vector<double> result(right.front().size());
  for (std::size_t k = 0; k < row.size(); ++k)
    for (std::size_t j = 0; j < result.size(); ++j)
      result[j] += row[k] * right[k][j];
  return result;
}

Matrix product(const Matrix &left, const Matrix &right) {
  Matrix result;
  for (const auto &row : left)
    result.push_back(productRow(row, right));
  return result;
}

int main() {
  Matrix matrix(300, std::vector<double>(300));
  for (std::size_t i = 0; i < 300; ++i)
    for (std::size_t j = 0; j < 300; ++j)
      matrix[i][j] = static_cast<double>((i * 37 + j * 17) % 101) / 10000;
  Matrix result = matrix;
  for (int i = 0; i < 3; ++i)
    result = product(result, matrix);
  double trace = 0;
  for (std::size_t i = 0; i < 300; ++i)
    trace += result[i][i];
  std::printf("%.17g %.17g\n", trace, result[17][42]);
}
