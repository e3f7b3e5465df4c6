// Results through a reference to a variable of the iteration: a hit record, as ray tracers have it, with members that are
// set one by one; a scratch array that an inner loop fills and another changes.
// RUN: %run-program %s
// EXPECT-RAN: loop(55)
// EXPECT-RAN: loop(64)
// CHECK-REMARK-DAG: cpp:78:{{.*}} 'trace(double, double, Hit&)' changes 'last'
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

struct Vector {
  double x, y, z;
  Vector(double x = 0, double y = 0, double z = 0) : x(x), y(y), z(z) {}
};

struct Hit {
  double distance;
  Vector where, normal;
  int steps;
  Hit() : distance(-1), steps(0) {}
};

// By marching: nothing of `hit` is set where nothing is hit.
__attribute__((noinline)) static bool trace(double x, double y, Hit &hit) {
  double z = 0;
  for (int step = 0; step < 60; ++step) {
    double away = std::sqrt(x * x + y * y + (z - 3) * (z - 3)) - 1.2 + 0.05 * std::sin(9 * x) * std::sin(11 * y);
    if (away < 0.001) {
      hit.distance = z;
      hit.where = Vector(x, y, z);
      hit.normal.x = x / 1.2;
      hit.normal.y = y / 1.2;
      hit.normal.z = (z - 3) / 1.2;
      hit.steps = step;
      return true;
    }
    z += away;
    if (z > 10)
      return false;
  }
  return false;
}

static double shade(const Hit &hit) {
  return hit.normal.x * 0.3 + hit.normal.y * 0.2 - hit.normal.z + hit.where.z * 0.01 + hit.steps * 0.001;
}

int main(int argc, char **) {
  const int side = 260 * argc, count = side * side;
  std::vector<double> image(count), smooth(count);

  // The record begins anew in each iteration, whatever the one before left in it.
  // (And the array below, although nothing overwrites all of it at once.)
  for (int i = 0; i < count; ++i) {
    Hit hit;
    double x = (i % side) * 4.0 / side - 2, y = (i / side) * 4.0 / side - 2;
    if (trace(x, y, hit))
      image[i] = shade(hit);
    else
      image[i] = hit.distance * 0.1 + hit.steps;
  }

  for (int i = 8; i < count - 8; ++i) {
    double window[17];
    for (int k = 0; k < 17; ++k)
      window[k] = image[i + k - 8];
    for (int k = 1; k < 17; ++k)
      for (int j = k; j > 0 && window[j] < window[j - 1]; --j)
        std::swap(window[j], window[j - 1]);
    smooth[i] = window[8] + window[3] * 0.125;
  }

  // Here the record is the loop's, and an iteration sees what the last hit left in it.
  Hit last;
  std::vector<double> trail(count);
  double sum = 0;
  for (int i = 0; i < count; i += 7) {
    trace((i % side) * 4.0 / side - 2, (i / side) * 4.0 / side - 2, last);
    trail[i] = shade(last);
  }
  for (int i = 0; i < count; ++i)
    sum = sum * 0.999 + image[i] + smooth[i] * 2 + trail[i] * 3;
  std::printf("%.12g\n", sum);
}
