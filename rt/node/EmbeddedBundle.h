// EmbeddedBundle.h - finds the bundle that an executable carries (docs/bundle.md).
#ifndef CLEAVE_NODE_EMBEDDEDBUNDLE_H
#define CLEAVE_NODE_EMBEDDEDBUNDLE_H

#include "cleave/bundle.h"
#include <string_view>

namespace cleave {

bool isElf(std::string_view file);

struct EmbeddedBundle {
  enum class State {
    Found,
    Absent,   ///< an ELF that carries none
    CutShort, ///< an ELF whose section headers, or a section of them, lie behind its end
    Damaged,  ///< there is a section for one, and it does not begin or end as one
  };
  State state = State::Absent;
  cleave_embedded_header header{};
  std::string_view bundle; ///< Found: into the file that was given; nothing of it has been checked
};

/// `file` is anything of which isElf is true.
EmbeddedBundle findEmbeddedBundle(std::string_view file);

} // namespace cleave

#endif
