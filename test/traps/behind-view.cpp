// strlen on a view's data reads on to the end of the text that the view is a part of. A task would have the part alone.
// RUN: %run-program %s
// EXPECT-NO-TASK: measured
// CHECK-REMARK: 'measured' reads behind the view 'part' through 'strlen'
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

unsigned measured(std::string_view part, unsigned seed) {
  for (int i = 0; i < 100000; ++i)
    seed = seed * 1664525u + 1013904223u;
  return seed % 2 + static_cast<unsigned>(std::strlen(part.data()));
}

int main() {
  const std::string text = "a text that goes on behind each of the views of it";
  std::vector<unsigned> lengths;
  for (unsigned i = 0; i < 30; ++i)
    lengths.push_back(measured(std::string_view(text.data() + i, 3), i));
  for (const unsigned length : lengths)
    std::printf("%u\n", length);
}
