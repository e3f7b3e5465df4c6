#include "Names.h"

#include <sodium/crypto_generichash_blake2b.h>
#include <string.h>

namespace cleave {

namespace {

/* Versions. What is drawn has no name in a store: whoever asks for it is to get another one (docs/store.md). */
constexpr uint64_t kDeterministic = 0, kReserved = ~uint64_t{0};

uint8_t key[32];
HashKey outputKey, contentKey, provenanceKey, seedKey;

/* RFC 9562: version 8, its variant. */
cleave_name toUuid(cleave_name name) {
  name.bytes[6] = static_cast<uint8_t>(0x80 | (name.bytes[6] & 0x0f));
  name.bytes[8] = static_cast<uint8_t>(0x80 | (name.bytes[8] & 0x3f));
  return name;
}

/* One hash over a tag and some pieces, under the tenant's key. */
class Derivation {
public:
  Derivation(char tag, size_t resultBytes) {
    crypto_generichash_blake2b_init(&state, key, sizeof key, resultBytes);
    add(&tag, 1);
  }
  void add(const void *data, uint64_t bytes) {
    crypto_generichash_blake2b_update(&state, static_cast<const unsigned char *>(data), bytes);
  }
  template <typename Result> Result result() {
    Result drawn;
    crypto_generichash_blake2b_final(&state, reinterpret_cast<unsigned char *>(&drawn), sizeof drawn);
    return drawn;
  }

private:
  crypto_generichash_blake2b_state state;
};

/* For one kind of name, in one run. */
HashKey messageKey(char tag, const uint8_t *runId) {
  Derivation derivation(tag, sizeof(HashKey));
  derivation.add(runId, 16);
  return derivation.result<HashKey>();
}

cleave_name messageName(const HashKey &kind, const void *data, uint64_t bytes) {
  Hash128 hash = keyedHash(kind, data, bytes);
  cleave_name name;
  static_assert(sizeof name == sizeof hash);
  memcpy(&name, &hash, sizeof name);
  return toUuid(name);
}

} // namespace

void setNameKeys(const uint8_t *tenantKey, const uint8_t *runId) {
  memcpy(key, tenantKey, sizeof key);
  outputKey = messageKey('o', runId);
  contentKey = messageKey('c', runId);
  provenanceKey = messageKey('p', runId);
  seedKey = messageKey('s', runId);
}

cleave_name outputName(const cleave_name &task, const cleave_name (&inputs)[2], bool isReserved) {
  constexpr uint64_t kOutput = 0;
  struct {
    cleave_name task;
    uint64_t output, version;
    cleave_name inputs[2];
  } derivedFrom = {task, kOutput, isReserved ? kReserved : kDeterministic, {inputs[0], inputs[1]}};
  return messageName(outputKey, &derivedFrom, sizeof derivedFrom);
}

cleave_name itemName(const cleave_name &task, uint32_t sharedMask, const Hash128 *parameters, uint32_t parameterCount) {
  const uint32_t words[2] = {0, sharedMask}; /* output 0 */
  Derivation derivation('i', sizeof(cleave_name));
  derivation.add(&task, sizeof task);
  derivation.add(words, sizeof words);
  derivation.add(&kDeterministic, sizeof kDeterministic);
  derivation.add(parameters, parameterCount * sizeof *parameters);
  return toUuid(derivation.result<cleave_name>());
}

cleave_name contentName(const void *data, uint64_t bytes) { return messageName(contentKey, data, bytes); }

cleave_name provenanceName(uint64_t sequence) { return messageName(provenanceKey, &sequence, sizeof sequence); }

void makeSeed(uint8_t *seed) {
  static uint64_t made; /* messages are made by the program's thread */
  Hash128 halves[2];
  static_assert(sizeof halves == CLEAVE_SEED_BYTES);
  for (Hash128 &half : halves) {
    ++made;
    half = keyedHash(seedKey, &made, sizeof made);
  }
  memcpy(seed, halves, sizeof halves);
}

} // namespace cleave
