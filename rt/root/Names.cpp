#include "Names.h"

#include <sodium/crypto_generichash_blake2b.h>
#include <string.h>

namespace cleave {

namespace {

uint8_t key[32];
uint8_t run[16];

/* One hash over a tag and some pieces. */
class Derivation {
public:
  explicit Derivation(char tag) {
    crypto_generichash_blake2b_init(&state, key, sizeof key, sizeof(cleave_name));
    add(&tag, 1);
  }
  void add(const void *data, uint64_t bytes) {
    crypto_generichash_blake2b_update(&state, static_cast<const unsigned char *>(data), bytes);
  }
  cleave_name name() {
    cleave_name result;
    crypto_generichash_blake2b_final(&state, result.bytes, sizeof result.bytes);
    result.bytes[6] = static_cast<uint8_t>(0x80 | (result.bytes[6] & 0x0f)); /* version 8 */
    result.bytes[8] = static_cast<uint8_t>(0x80 | (result.bytes[8] & 0x3f)); /* RFC 9562's variant */
    return result;
  }

private:
  crypto_generichash_blake2b_state state;
};

} // namespace

void setNameKeys(const uint8_t *tenantKey, const uint8_t *runId) {
  memcpy(key, tenantKey, sizeof key);
  memcpy(run, runId, sizeof run);
}

cleave_name outputName(const cleave_name &task, uint32_t output, const cleave_name *inputs, uint32_t inputCount) {
  constexpr uint64_t kDeterministic = 0;
  Derivation derivation('o');
  derivation.add(&task, sizeof task);
  derivation.add(&output, sizeof output);
  derivation.add(&kDeterministic, sizeof kDeterministic);
  derivation.add(inputs, inputCount * sizeof *inputs);
  return derivation.name();
}

cleave_name itemName(const cleave_name &task, uint32_t sharedMask, const Hash128 *parameters, uint32_t parameterCount) {
  constexpr uint64_t kDeterministic = 0;
  const uint32_t words[2] = {0, sharedMask}; /* output 0 */
  Derivation derivation('i');
  derivation.add(&task, sizeof task);
  derivation.add(words, sizeof words);
  derivation.add(&kDeterministic, sizeof kDeterministic);
  derivation.add(parameters, parameterCount * sizeof *parameters);
  return derivation.name();
}

cleave_name contentName(const void *data, uint64_t bytes) {
  Derivation derivation('c');
  derivation.add(data, bytes);
  return derivation.name();
}

cleave_name provenanceName(uint64_t sequence) {
  Derivation derivation('p');
  derivation.add(run, sizeof run);
  derivation.add(&sequence, sizeof sequence);
  return derivation.name();
}

} // namespace cleave
