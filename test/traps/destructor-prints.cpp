// The parameter is taken by value and its destructor prints: a copy more or a copy less is a line more or less, and
// who destroys it says when. The loop makes and destroys each object where it always did; what runs ahead works on bytes
// that never were an object.
// RUN: %run-program %s
// EXPECT-RAN: consumed
#include <cstdio>
#include <vector>

struct Ticket {
  unsigned number = 0;
  Ticket(unsigned number) : number(number) {}
  Ticket(const Ticket &other) : number(other.number) { std::printf("copied %u\n", number); }
  ~Ticket() { std::printf("gone %u\n", number); }
};

unsigned consumed(Ticket ticket) {
  unsigned seed = ticket.number;
  for (int i = 0; i < 100000; ++i)
    seed = seed * 1664525u + 1013904223u;
  return seed;
}

int main() {
  std::vector<unsigned> values;
  const Ticket shared(1000);
  for (unsigned i = 0; i < 20; ++i) {
    values.push_back(consumed(Ticket(i)));
    values.push_back(consumed(shared));
  }
  for (const unsigned value : values)
    std::printf("%u\n", value);
}
