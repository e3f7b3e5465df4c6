// The product of two matrices held in a class of one flat vector, three nested loops and nothing else.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 1200
// DOMAIN: numeric
#include <cstdio>
#include <cstdlib>
#include <vector>

class Matrix {
public:
  Matrix(std::size_t rows, std::size_t columns) : columns(columns), cells(rows * columns) {}
  double &at(std::size_t row, std::size_t column) { return cells[row * columns + column]; }
  double at(std::size_t row, std::size_t column) const { return cells[row * columns + column]; }
  std::size_t width() const { return columns; }
  std::size_t height() const { return cells.size() / columns; }

private:
  std::size_t columns;
  std::vector<double> cells;
};

Matrix operator*(const Matrix &left, const Matrix &right) {
  Matrix result(left.height(), right.width());
  for (std::size_t i = 0; i < left.height(); ++i)
    for (std::size_t k = 0; k < left.width(); ++k)
      for (std::size_t j = 0; j < right.width(); ++j)
        result.at(i, j) += left.at(i, k) * right.at(k, j);
  return result;
}

int main(int argc, char **argv) {
  const std::size_t size = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 420;
  Matrix a(size, size), b(size, size);
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t j = 0; j < size; ++j) {
      a.at(i, j) = static_cast<double>((i * 31 + j * 17) % 23) / 23;
      b.at(i, j) = static_cast<double>((i * 13 + j * 7) % 29) / 29;
    }
  const Matrix c = a * b, d = c * b;
  std::printf("%.12g %.12g %.12g\n", c.at(0, 0), c.at(17, 200), d.at(size - 1, size - 1));
}
