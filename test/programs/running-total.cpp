// Each step takes the state that the last one left, by value and back: a chain, not a task in sight that would pay.
// RUN: %run-program %s
#include <cstdio>
#include <utility>
#include <vector>

struct State {
  std::vector<unsigned> cells;
  unsigned clock = 0;
};

State stepped(State state, unsigned input) {
  for (unsigned &cell : state.cells)
    cell = cell * 1664525u + input + state.clock;
  ++state.clock;
  return state;
}

int main() {
  State state{std::vector<unsigned>(10000, 1), 0};
  for (unsigned i = 0; i < 200; ++i)
    state = stepped(std::move(state), i * i);
  unsigned hash = state.clock;
  for (const unsigned cell : state.cells)
    hash = (hash ^ cell) * 16777619u;
  std::printf("%u\n", hash);
}
