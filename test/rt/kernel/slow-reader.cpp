// What the program writes arrives whole, however slowly it is read: more than any buffer on the way has room for, to somebody
// who first does something else. (QEMU drops what a virtio console's reader does not take at once. Ports are waited for.)
// RUN: rm -rf %t && mkdir %t && cd %t && %cleavexx -std=c++20 -O2 %s -o app.cleave && %gxx -std=c++20 -O2 %s -o plain
// RUN: ./plain > expected
// RUN: %cleave run --mode=kernel --kernel-emulated app.cleave | %python -c 'import sys, time; time.sleep(1.5); sys.stdout.buffer.write(sys.stdin.buffer.read())' > output
// RUN: cmp expected output
// RUN: rm -rf %t
#include <cstdio>

int main() {
  for (int i = 0; i < 100000; ++i)
    std::printf("line %d of many, none of which may be missing\n", i);
}
