// Descriptor.h - a file descriptor that closes itself.
#ifndef CLEAVE_NODE_DESCRIPTOR_H
#define CLEAVE_NODE_DESCRIPTOR_H

#include <optional>
#include <string>
#include <unistd.h>
#include <utility>

namespace cleave {

class Descriptor {
public:
  Descriptor() = default;
  explicit Descriptor(int number) : number(number) {}
  Descriptor(Descriptor &&other) : number(std::exchange(other.number, -1)) {}
  Descriptor &operator=(Descriptor &&other) {
    std::swap(number, other.number);
    return *this;
  }
  ~Descriptor() { reset(); }

  explicit operator bool() const { return number >= 0; }
  int get() const { return number; }
  void reset() {
    if (number >= 0)
      ::close(number);
    number = -1;
  }

private:
  int number = -1;
};

/// A failed step: one sentence for a person, without the program's name in front. Empty: it went well.
using Problem = std::optional<std::string>;

} // namespace cleave

#endif
