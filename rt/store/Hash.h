/* Hash.h - the keyed hash of content: what names are derived from, and what tells that a stored object is damaged.
 *
 * HighwayHash with 128 bits: a pseudo-random function for whoever does not hold the key, 9 GB/s here where BLAKE2b has 0.8,
 * and 20 ns for a small value where BLAKE2b has 350 (bench/store.py). Its results are never shown to anybody: what leaves
 * the program are names, which are drawn from them by BLAKE2b (rt/root/Names.h).
 */
#ifndef CLEAVE_STORE_HASH_H
#define CLEAVE_STORE_HASH_H

#include <stdint.h>

namespace cleave {

struct HashKey {
  uint64_t words[4];
};

struct Hash128 {
  uint64_t words[2];

  bool operator==(const Hash128 &other) const { return words[0] == other.words[0] && words[1] == other.words[1]; }
};
static_assert(sizeof(Hash128) == 16);

/* Any CPU, and one with AVX2: the results are the same. */
Hash128 hashPortably(const HashKey &key, const void *data, uint64_t bytes);
Hash128 hashWide(const HashKey &key, const void *data, uint64_t bytes);
bool mayHashWide();

/* The better of them. */
Hash128 keyedHash(const HashKey &key, const void *data, uint64_t bytes);

} // namespace cleave
#endif
