/* HashWide.cpp - Hash.h's hash for a CPU with AVX2. The only file that is compiled for one: nothing else may be in it. */
#include "Hash.h"

#include <highwayhash/highwayhash.h>

namespace cleave {

Hash128 hashWide(const HashKey &key, const void *data, uint64_t bytes) {
  const highwayhash::HHKey words = {key.words[0], key.words[1], key.words[2], key.words[3]};
  highwayhash::HHStateT<HH_TARGET> state(words);
  highwayhash::HHResult128 result;
  highwayhash::HighwayHashT(&state, static_cast<const char *>(data), bytes, &result);
  return {{result[0], result[1]}};
}

} // namespace cleave
