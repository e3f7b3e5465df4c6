// Arrays from the C library's heap, as C programs have them: blocks by malloc, calloc, realloc and posix_memalign, in
// structs, handed to functions, made larger, freed by whoever has them.
// RUN: %run-program %s
// EXPECT-RAN: loop
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

struct Matrix {
  int n;
  double *data;
};

static double *grab(int n) {
  auto *block = static_cast<double *>(std::malloc(sizeof(double) * n * n));
  if (!block) {
    std::fprintf(stderr, "no memory\n");
    std::exit(1);
  }
  return block;
}

static Matrix make(int n) { return {n, grab(n)}; }

static void multiply(const Matrix *a, const Matrix *b, Matrix *c) {
  int n = a->n;
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) {
      double sum = 0;
      for (int k = 0; k < n; ++k)
        sum += a->data[i * n + k] * b->data[k * n + j];
      c->data[i * n + j] = sum;
    }
}

static unsigned long mixed(const unsigned *numbers, long count) {
  unsigned long hash = 0;
  for (long i = 0; i < count; ++i)
    hash = hash * 31 + numbers[i];
  return hash;
}

int main(int argc, char **argv) {
  const int n = argc > 1 ? std::atoi(argv[1]) : 220;
  Matrix a = make(n), b = make(n), c = make(n);
  for (int i = 0; i < n * n; ++i) {
    a.data[i] = i % 7 * 0.5;
    b.data[i] = i % 11 * 0.25;
  }
  multiply(&a, &b, &c);
  multiply(&c, &b, &a);
  std::printf("%g %g\n", a.data[5], a.data[n * n - 1]);
  std::free(a.data);

  // What comes back is cleared, whatever was there before.
  auto *zeros = static_cast<double *>(std::calloc(static_cast<size_t>(n) * n, sizeof(double)));
  double left = 0;
  for (int i = 0; i < n * n; ++i)
    left += zeros[i] != 0;
  for (int i = 0; i < n * n; ++i)
    zeros[i] = b.data[i] * c.data[i] - i;
  std::printf("%g %g\n", left, zeros[n]);
  std::free(zeros);

  // An array that grows, from a few bytes to many, and shrinks again.
  unsigned *numbers = nullptr;
  long room = 0, count = 0;
  for (unsigned k = 0; k < 100000; ++k) {
    if (count == room) {
      room = room ? room * 2 : 4;
      numbers = static_cast<unsigned *>(std::realloc(numbers, room * sizeof(unsigned)));
    }
    numbers[count++] = k * 2654435761u;
  }
  for (long i = 0; i < count; ++i)
    numbers[i] ^= numbers[i] >> 7;
  std::printf("%lx\n", mixed(numbers, count));
  for (long keep : {60000, 20000, 17000, 200, 20, 7}) {
    numbers = static_cast<unsigned *>(std::realloc(numbers, keep * sizeof(unsigned)));
    std::printf("%ld %lx\n", keep, mixed(numbers, keep));
  }
  std::free(numbers);

  // Blocks of the C library's own making, and one that it makes larger.
  char *copy = strdup("a string that the library allocates and the program frees");
  std::printf("%s\n", copy);
  std::free(copy);
  char *line = static_cast<char *>(std::malloc(150));
  size_t lineRoom = 150;
  char *text = static_cast<char *>(std::malloc(90001));
  for (int i = 0; i < 90000; ++i)
    text[i] = static_cast<char>('a' + i % 26);
  text[90000] = '\n';
  if (FILE *file = fmemopen(text, 90001, "r")) {
    std::printf("%ld\n", static_cast<long>(getline(&line, &lineRoom, file)));
    std::printf("%.30s\n", line);
    std::fclose(file);
  }
  std::free(text);
  std::free(line);

  void *aligned = nullptr;
  if (posix_memalign(&aligned, 64, sizeof(double) * n * n) == 0) {
    auto *table = static_cast<double *>(aligned);
    for (int i = 0; i < n * n; ++i)
      table[i] = c.data[i] / (1 + b.data[i]);
    std::printf("%zu %g\n", reinterpret_cast<size_t>(aligned) % 64, table[n + 3]);
  }
  std::free(aligned);
  auto *wide = static_cast<double *>(std::aligned_alloc(256, 1 << 20));
  std::memset(wide, 0, 1 << 20);
  std::printf("%zu %g\n", reinterpret_cast<size_t>(wide) % 256, wide[1000]);
  std::free(wide);
  std::free(b.data);
  std::free(c.data);
}
