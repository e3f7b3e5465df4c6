// REQUIRES: fma
// A task's mathematics is glibc's, to the last digit: the library that tasks are linked with holds glibc's own code,
// with the variants that glibc itself picks on a machine with FMA. The same program is linked once with the system's
// libraries and once with the tasks' library before them, and prints the bits of what it computes.
//
// RUN: %clangxx -std=c++20 -O0 -fno-builtin %s -o %t.system
// RUN: %clangxx -std=c++20 -O0 -fno-builtin -fno-pie -no-pie -fuse-ld=lld -Wl,--gc-sections %s %rt/libcleave_task_base.a -o %t.task
// RUN: %t.system > %t.system.out
// RUN: %t.task > %t.task.out
// RUN: cmp %t.system.out %t.task.out
// It was the tasks' library that was tested, and it names its variants.
// RUN: llvm-nm %t.task | FileCheck %s
// CHECK-DAG: cleave_cpu:fma,avx2:__sin
// CHECK-DAG: cleave_cpu:fma:__fma
// CHECK-DAG: cleave_cpu:sse4.1:__floor
// CHECK-DAG: T __ieee754_pow
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <initializer_list>

static std::uint64_t state = 1;
static double next() {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (static_cast<double>(state >> 11) / 9007199254740992.0 - 0.25) * 50.0;
}

static std::uint64_t digest = 0;
static void add(double value) { digest = digest * 1099511628211u + std::bit_cast<std::uint64_t>(value); }
static void add(float value) { digest = digest * 1099511628211u + std::bit_cast<std::uint32_t>(value); }

int main() {
  for (int block = 0; block < 20; ++block) {
    for (int i = 0; i < 2000; ++i) {
      double x = next(), y = next();
      float f = static_cast<float>(x);
      for (double value : {sin(x), cos(x), tan(x), exp(x), exp2(x), expm1(x), log(std::abs(x)), log2(std::abs(x)),
                           log1p(std::abs(x)), pow(std::abs(x), y), atan(x), atan2(x, y), asin(x / 100), acos(x / 100),
                           sinh(x), tanh(x), cbrt(x), hypot(x, y), erf(x), lgamma(std::abs(x)), fma(x, y, x), floor(x),
                           ceil(x), trunc(x), rint(x), nearbyint(x), round(x), fmod(x, y), ldexp(x, i % 40), scalbn(x, 3)})
        add(value);
      for (float value : {sinf(f), cosf(f), expf(f), logf(std::abs(f)), powf(std::abs(f), 1.5f), fmaf(f, f, f), floorf(f)})
        add(value);
    }
    std::printf("%016llx\n", static_cast<unsigned long long>(digest));
  }
  // What std::string::compare returns is memcmp's own number.
  for (std::size_t size = 1; size < 100; size += 7) {
    char a[100] = {}, b[100] = {};
    for (std::size_t i = 0; i < size; ++i)
      a[i] = b[i] = 'a';
    b[size / 2] = 'e';
    std::printf("%d %d %d\n", std::memcmp(a, b, size), std::strcmp(b, a), std::strncmp(a, b, size));
  }
}
