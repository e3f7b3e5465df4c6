#include "Hash.h"

#define HH_TARGET_NAME Portable
#include <highwayhash/highwayhash.h>

namespace cleave {

Hash128 hashPortably(const HashKey &key, const void *data, uint64_t bytes) {
  const highwayhash::HHKey words = {key.words[0], key.words[1], key.words[2], key.words[3]};
  highwayhash::HHStateT<HH_TARGET> state(words);
  highwayhash::HHResult128 result;
  highwayhash::HighwayHashT(&state, static_cast<const char *>(data), bytes, &result);
  return {{result[0], result[1]}};
}

bool mayHashWide() {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2");
}

Hash128 keyedHash(const HashKey &key, const void *data, uint64_t bytes) {
  static const bool isWide = mayHashWide();
  return isWide ? hashWide(key, data, bytes) : hashPortably(key, data, bytes);
}

} // namespace cleave
