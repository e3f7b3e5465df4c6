// Small functions with cuts in them, called half a million times, were each bracketed by a frame and asked the run time at each
// of their loops: in mode auto a program of small matrices took 250 times as long as the plain one, in workers 40 times. Who
// asks for nothing, over and over, is now let past (rt/root/Watch.h): of the two million loops here few are ever begun.
// RUN: %run-program %s
// RUN: %cleavexx -O2 %s -o %t.cleave
// RUN: %cleave run --mode=auto --workers=2 --stats=%t.auto %t.cleave
// RUN: FileCheck %s < %t.auto
// RUN: %cleave run --mode=workers --workers=2 --stats=%t.workers %t.cleave
// RUN: FileCheck %s < %t.workers
// CHECK: "done_in_place": {{[0-9][0-9]?[0-9]?[0-9]?[0-9]?[0-9]?}},
#include <cassert>
#include <cstdio>

template <int n> struct Row {
  double values[n] = {};
  double &operator[](int i) {
    assert(i >= 0 && i < n);
    return values[i];
  }
  double operator[](int i) const {
    assert(i >= 0 && i < n);
    return values[i];
  }
};

template <int n> struct Matrix {
  Row<n> rows[n] = {};
  Row<n> &operator[](int i) { return rows[i]; }
  const Row<n> &operator[](int i) const { return rows[i]; }

  Matrix<n - 1> without(int row, int column) const {
    Matrix<n - 1> result;
    for (int i = 0; i < n - 1; ++i)
      for (int k = 0; k < n - 1; ++k)
        result[i][k] = rows[i < row ? i : i + 1][k < column ? k : k + 1];
    return result;
  }
  double cofactor(int row, int column) const {
    return without(row, column).determinant() * ((row + column) % 2 ? -1 : 1);
  }
  double determinant() const {
    double sum = 0;
    if constexpr (n == 1)
      sum = rows[0][0];
    else
      for (int k = 0; k < n; ++k)
        sum += rows[0][k] * cofactor(0, k);
    return sum;
  }
  Matrix adjugate() const {
    Matrix result;
    for (int i = 0; i < n; ++i)
      for (int k = 0; k < n; ++k)
        result[i][k] = cofactor(i, k);
    return result;
  }
};

int main() {
  double sum = 0;
  Matrix<4> matrix;
  for (int round = 0; round < 500000; ++round) {
    for (int i = 0; i < 4; ++i)
      for (int k = 0; k < 4; ++k)
        matrix[i][k] = (i * 4 + k * k + round % 17 + (i == k ? 5 : 0)) / 7.0;
    const Matrix<4> adjugate = matrix.adjugate();
    sum += adjugate[0][0] + adjugate[3][2];
  }
  std::printf("%.6f\n", sum);
}
