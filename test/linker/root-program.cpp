// The root is what clang++ -static makes of the same source: exceptions are caught, statics of inline functions are one
// object, native objects see the program's symbols although all else became internal, a replaced operator new is the
// one that the C++ library calls.
//
// RUN: mkdir -p %t.rt && cp %rt/libcleave_task.a %rt/libcleave_task_base.a %rt/libsodium.a %rt/libjemalloc.a %t.rt
// RUN: %clang -O1 -c %S/Inputs/bare-runtime.c -o %t.runtime.o
// RUN: rm -f %t.rt/libcleave_root.a && llvm-ar rcs %t.rt/libcleave_root.a %t.runtime.o
// RUN: %clang -O1 -c %S/Inputs/native.c -o %t.native.o
// RUN: %clangxx -std=c++20 -O2 -Xclang -disable-llvm-passes -gline-tables-only -S -emit-llvm %s -o %t.ll
// RUN: python3 %S/Inputs/link-root.py %clangxx %t.native.o -- cleave-link-test link %t.ll -o %t.out --runtime=%t.rt
// RUN: %t.out/root a b | FileCheck %s
// RUN: python3 %S/Inputs/link-root.py %clangxx %t.native.o -- cleave-link-test link %t.ll -o %t.again --runtime=%t.rt
// RUN: cmp %t.out/root %t.again/root
// RUN: %clangxx -std=c++20 -O2 %s %t.native.o -static -o %t.plain && %t.plain a b | FileCheck %s
//
// CHECK: argc 3
// CHECK-NEXT: caught deep
// CHECK-NEXT: native 10
// CHECK-NEXT: counted 2
// CHECK-NEXT: replaced yes
// CHECK-NEXT: destroyed
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <new>
#include <sstream>
#include <stdexcept>

static int news = 0;
void *operator new(std::size_t bytes) {
  ++news;
  if (void *memory = std::malloc(bytes))
    return memory;
  throw std::bad_alloc();
}
void operator delete(void *memory) noexcept { std::free(memory); }
void operator delete(void *memory, std::size_t) noexcept { std::free(memory); }

extern "C" int nativeTwice(int);
extern "C" int callback(int x) { return x + 1; }

inline int &counter() {
  static int count = 0;
  return count;
}

struct Goodbye {
  ~Goodbye() { std::puts("destroyed"); }
};
static Goodbye goodbye;

static int deep(int n) {
  if (n == 0)
    throw std::runtime_error("deep");
  return deep(n - 1) + 1;
}

int main(int argc, char **argv) {
  std::cout << "argc " << argc << std::endl;
  try {
    deep(5);
  } catch (const std::exception &error) {
    std::cout << "caught " << error.what() << std::endl;
  }
  std::cout << "native " << nativeTwice(4) << std::endl;
  ++counter();
  ++counter();
  std::cout << "counted " << counter() << std::endl;
  int before = news;
  std::ostringstream text; // allocates inside libstdc++
  text << "a string that is too long for the small buffer of a string";
  std::cout << "replaced " << (news > before ? "yes" : "no") << std::endl;
}
